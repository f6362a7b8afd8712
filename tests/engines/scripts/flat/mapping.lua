-- Lua's own patterns do what the table's regular expressions do.
local lower, gsub, match = string.lower, string.gsub, string.match

local countries = { DE = "Germany", AT = "Austria", CH = "Switzerland", US = "United States" }
local divisions = { ["0"] = "Core", ["1"] = "Cloud", ["2"] = "Field", ["3"] = "Labs" }

return function(person)
  local upn, country, office = person.userPrincipalName, person.country, person.officeLocation
  local mail = person.mail or upn
  local phone, mobile = person.businessPhone, person.mobilePhone
  local cost_center, unit = person.extensionAttribute1, person.extensionAttribute2
  local division = person.extensionAttribute3
  return person.department,
    person.jobTitle,
    person.city,
    upn and lower(upn),
    mail and lower(mail),
    office and country and office .. " (" .. country .. ")",
    phone and (gsub(phone, " ", "")),
    mobile and (gsub(mobile, "[ ()/%-]+", "")),
    cost_center and (gsub(cost_center, "^CC%-(%d+)$", "%1")),
    unit and (match(unit, "^%s*(.*%S)") or ""),
    country and countries[country],
    division and (divisions[division] or "Other")
end
