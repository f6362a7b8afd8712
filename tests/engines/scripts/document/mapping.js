const countries = new Map([["DE", "Germany"], ["AT", "Austria"], ["CH", "Switzerland"], ["US", "United States"]]);
const divisions = new Map([["0", "Core"], ["1", "Cloud"], ["2", "Field"], ["3", "Labs"]]);

const normal = (phone) => {
  const digits = phone.replace(/[^\d+]*\(0\)|[^\d+]+/g, "");
  if (!digits.startsWith("0")) {
    return digits;
  }
  return digits.startsWith("00") ? "+" + digits.slice(2) : "+49" + digits.slice(1);
};

(person) => {
  const { userPrincipalName: upn, country, officeLocation: office, mobilePhone: mobile } = person;
  const { extensionAttribute1: costCenter, extensionAttribute3: division } = person.onPremisesExtensionAttributes;
  const mail = person.mail ?? upn;
  const phone = person.businessPhones[0];
  const enabled = person.accountEnabled;
  return [
    person.department,
    person.jobTitle,
    person.city,
    upn?.toLowerCase(),
    mail?.toLowerCase(),
    office && country ? `${office} (${country})` : null,
    phone && normal(phone),
    mobile && normal(mobile),
    costCenter?.replace(/^CC-(\d+)$/, "$1"),
    enabled == null ? null : enabled ? "active" : "inactive",
    countries.get(country),
    division && (divisions.get(division) ?? "Other"),
  ];
};
