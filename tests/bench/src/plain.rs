//! The same twelve mappings as a programmer would write them without plugins: a `String` for each
//! value that goes in and each that comes out, the usual crates, no packed columns.

use std::collections::HashMap;

use attune_core::Column;
use regex::Regex;

/// What is set up once.
pub struct Plain {
    cost_center: Regex,
    marks: Regex,
    countries: HashMap<String, String>,
    divisions: HashMap<String, String>,
}

/// A person's attributes.
#[derive(Default)]
pub struct Person {
    department: Option<String>,
    title: Option<String>,
    city: Option<String>,
    upn: Option<String>,
    mail: Option<String>,
    office: Option<String>,
    country: Option<String>,
    phone: Option<String>,
    mobile: Option<String>,
    extensions: [Option<String>; 3],
}

/// The columns that a person is read from, in the order of the fields above.
pub const SELECTORS: &[&str] = &[
    "department",
    "jobTitle",
    "city",
    "userPrincipalName",
    "mail",
    "officeLocation",
    "country",
    "businessPhones[0]",
    "mobilePhone",
    "onPremisesExtensionAttributes.extensionAttribute1",
    "onPremisesExtensionAttributes.extensionAttribute2",
    "onPremisesExtensionAttributes.extensionAttribute3",
];

impl Person {
    /// Reads a person out of columns in the order of [`SELECTORS`].
    pub fn read(columns: &[&Column], row: usize) -> Self {
        let mut texts = columns
            .iter()
            .map(|column| column.cell(row).as_text().map(str::to_owned));
        let mut next = || texts.next().flatten();
        Self {
            department: next(),
            title: next(),
            city: next(),
            upn: next(),
            mail: next(),
            office: next(),
            country: next(),
            phone: next(),
            mobile: next(),
            extensions: [next(), next(), next()],
        }
    }
}

impl Plain {
    /// Compiles the patterns, and reads the tables.
    pub fn open() -> Self {
        let table = |value: serde_json::Value| {
            let entries = value.as_object().unwrap().clone().into_iter();
            entries
                .map(|(key, value)| (key, value.as_str().unwrap().to_owned()))
                .collect()
        };
        Self {
            cost_center: Regex::new(r"^CC-(\d+)$").unwrap(),
            marks: Regex::new("[ ()/-]+").unwrap(),
            countries: table(crate::mapping::countries()),
            divisions: table(crate::mapping::divisions()),
        }
    }

    /// The twelve values of a person; `None`: nothing is wanted.
    pub fn map(&self, person: Person) -> [Option<String>; 12] {
        let [cost_center, unit, division] = person.extensions;
        let mail = person.mail.or_else(|| person.upn.clone());
        [
            person.department,
            person.title,
            person.city,
            person.upn.map(|upn| upn.to_lowercase()),
            mail.map(|mail| mail.to_lowercase()),
            office(person.office, person.country.as_deref()),
            person.phone.map(|text| text.replace(' ', "")),
            person
                .mobile
                .map(|text| self.marks.replace_all(&text, "").into_owned()),
            cost_center.map(|text| self.cost_center.replace(&text, "$1").into_owned()),
            unit.map(|unit| unit.trim().to_owned()),
            person
                .country
                .and_then(|country| self.countries.get(&country).cloned()),
            division.map(|key| {
                self.divisions
                    .get(&key)
                    .cloned()
                    .unwrap_or("Other".to_owned())
            }),
        ]
    }
}

fn office(office: Option<String>, country: Option<&str>) -> Option<String> {
    Some(format!("{} ({})", office?, country?))
}
