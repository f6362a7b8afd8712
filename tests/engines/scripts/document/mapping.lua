-- Lua's own patterns do what the table's regular expressions do.
local lower, gsub, find, byte, sub = string.lower, string.gsub, string.find, string.byte, string.sub

local countries = { DE = "Germany", AT = "Austria", CH = "Switzerland", US = "United States" }
local divisions = { ["0"] = "Core", ["1"] = "Cloud", ["2"] = "Field", ["3"] = "Labs" }
local zero = byte("0")

local function normal(phone)
  local trunk = find(phone, "(0)", 1, true)
  if trunk then
    phone = sub(phone, 1, trunk - 1) .. sub(phone, trunk + 3)
  end
  phone = gsub(phone, "[^%d+]+", "")
  if byte(phone) ~= zero then
    return phone
  elseif byte(phone, 2) == zero then
    return "+" .. sub(phone, 3)
  end
  return "+49" .. sub(phone, 2)
end

return function(person)
  local upn, country, office = person.userPrincipalName, person.country, person.officeLocation
  local mail = person.mail or upn
  local phone, mobile = person.businessPhones[1], person.mobilePhone
  local extensions = person.onPremisesExtensionAttributes
  local cost_center, division = extensions.extensionAttribute1, extensions.extensionAttribute3
  local enabled, state = person.accountEnabled, nil
  if enabled ~= nil then
    state = enabled and "active" or "inactive"
  end
  return person.department,
    person.jobTitle,
    person.city,
    upn and lower(upn),
    mail and lower(mail),
    office and country and office .. " (" .. country .. ")",
    phone and normal(phone),
    mobile and normal(mobile),
    cost_center and (gsub(cost_center, "^CC%-(%d+)$", "%1")),
    state,
    country and countries[country],
    division and (divisions[division] or "Other")
end
