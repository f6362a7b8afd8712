//! Invented people as Graph would send them: about 1.8 KB each, the same in every run.

use std::fmt::Write as _;

const GIVEN: &[&str] = &[
    "Anna", "Jörg", "Zoë", "Mehmet", "Søren", "Łucja", "Paul", "Inês", "Tariq", "Mia",
];
const FAMILY: &[&str] = &[
    "Müller", "Schmidt", "García", "Nowak", "Øberg", "Weiß", "Okafor", "Rossi",
];
const DEPARTMENTS: &[&str] = &[
    "Sales",
    "Legal",
    "Research",
    "Finance",
    "Operations",
    "People",
];
const CITIES: &[(&str, &str)] = &[
    ("Berlin", "DE"),
    ("München", "DE"),
    ("Wien", "AT"),
    ("Zürich", "CH"),
];

/// The documents of `count` people.
pub fn documents(count: usize) -> Vec<Vec<u8>> {
    (0..count)
        .map(|number| document(number).into_bytes())
        .collect()
}

fn document(number: usize) -> String {
    let pick =
        |salt: usize| number.wrapping_mul(2_654_435_761).rotate_right(7) / 3 + salt * 31 + number;
    let given = GIVEN[pick(1) % GIVEN.len()];
    let family = FAMILY[pick(2) % FAMILY.len()];
    let department = DEPARTMENTS[pick(3) % DEPARTMENTS.len()];
    let (city, country) = CITIES[pick(4) % CITIES.len()];
    let name = format!("P{number}.{}", ["Alpha", "Beta", "Gamma"][number % 3]);
    let mut json = String::with_capacity(2_048);
    let _ = write!(
        json,
        "{{\"id\":\"{number:08x}-5f3c-4c1b-9d52-0a1b2c3d4e5f\",\"accountEnabled\":true,\
         \"displayName\":\"{given} {family}\",\"givenName\":\"{given}\",\"surname\":\"{family}\",\
         \"userPrincipalName\":\"{name}@Contoso.Example\",\"mail\":{},\"jobTitle\":\"Lead {department}\",\
         \"department\":\"{department}\",\"officeLocation\":\"{city} {}\",\"city\":\"{city}\",\"country\":\"{country}\",\
         \"businessPhones\":[\"030 / 90182{:03}\"],\"mobilePhone\":{},",
        optional(number % 20 != 3, &format!("{name}@Mail.Contoso.Example")),
        number % 40,
        number % 1_000,
        optional(
            number % 4 != 1,
            &format!("+49 (0)171 {:07}", 1_000_000 + number % 8_999_999)
        ),
    );
    json.push_str("\"otherMails\":[],\"proxyAddresses\":[\"SMTP:");
    let _ = write!(
        json,
        "{name}@contoso.example\",\"smtp:p{number}@contoso.example\"],"
    );
    json.push_str("\"onPremisesExtensionAttributes\":{");
    for extension in 1..=15 {
        let value = match extension {
            1 => format!("\"CC-{:04}\"", number % 300),
            2 => format!("\"  unit {}  \"", number % 25),
            3 => format!("\"{}\"", number % 6),
            _ => "null".to_owned(),
        };
        let comma = if extension == 15 { "}," } else { "," };
        let _ = write!(json, "\"extensionAttribute{extension}\":{value}{comma}");
    }
    json.push_str("\"assignedLicenses\":[");
    for license in 0..6 {
        let comma = if license == 5 { "]," } else { "," };
        let _ = write!(
            json,
            "{{\"disabledPlans\":[],\"skuId\":\"05e9a617-0261-4cee-bb44-138d3ef5d9{license:02}\"}}{comma}"
        );
    }
    let _ = write!(
        json,
        "\"onPremisesDistinguishedName\":\"CN={given} {family},OU=Users,OU={department},DC=contoso,DC=example\",\
         \"onPremisesSyncEnabled\":true,\"preferredLanguage\":\"de-DE\",\"usageLocation\":\"{country}\",\
         \"employeeId\":\"{number:06}\",\"createdDateTime\":\"2021-03-04T05:06:07Z\",\"userType\":\"Member\"}}"
    );
    json
}

fn optional(there: bool, text: &str) -> String {
    if there {
        format!("\"{text}\"")
    } else {
        "null".to_owned()
    }
}
