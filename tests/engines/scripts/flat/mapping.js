const countries = new Map([["DE", "Germany"], ["AT", "Austria"], ["CH", "Switzerland"], ["US", "United States"]]);
const divisions = new Map([["0", "Core"], ["1", "Cloud"], ["2", "Field"], ["3", "Labs"]]);

(person) => {
  const { userPrincipalName: upn, country, officeLocation: office } = person;
  const mail = person.mail ?? upn;
  const division = person.extensionAttribute3;
  return [
    person.department,
    person.jobTitle,
    person.city,
    upn?.toLowerCase(),
    mail?.toLowerCase(),
    office && country ? `${office} (${country})` : null,
    person.businessPhone?.replaceAll(" ", ""),
    person.mobilePhone?.replace(/[ ()\/-]+/g, ""),
    person.extensionAttribute1?.replace(/^CC-(\d+)$/, "$1"),
    person.extensionAttribute2?.trim(),
    countries.get(country),
    division && (divisions.get(division) ?? "Other"),
  ];
};
