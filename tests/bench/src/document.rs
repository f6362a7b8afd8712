//! The twelve mappings by which other engines are measured against ours, over whole documents: the
//! table, the same as ordinary Rust, and people in whom every branch of it occurs.
//!
//! Three copies, lower case twice, a template, two phone numbers, two lookups, a regular expression
//! and a truth value. A phone number keeps its digits and its plus, without a `(0)`; `00` in front
//! becomes the plus, a single `0` becomes `+49`. That is no check of a number: libphonenumber is not
//! here, because no other engine has it.

use std::collections::HashMap;

use attune_core::mapping::{Input, Step, Table};
use regex::Regex;
use serde_json::{Value, json};

use crate::{mapping, people};

/// The table.
pub fn twelve() -> Table {
    let mut table = mapping::twelve();
    for field in &mut table.fields {
        let row = &mut field.rows[0];
        match field.field.name.as_str() {
            "Phone" | "Mobile" => {
                row.steps = vec![step("phone", "dial", json!({ "country-code": "49" }))];
            }
            "Unit" => {
                "State".clone_into(&mut field.field.name);
                row.input = Input::From("accountEnabled".parse().unwrap());
                let words = json!({ "true-text": "active", "false-text": "inactive" });
                row.steps = vec![step("convert", "to-text", words)];
            }
            _ => {}
        }
    }
    table
}

fn step(plugin: &str, function: &str, options: Value) -> Step {
    Step {
        plugin: plugin.to_owned(),
        function: function.to_owned(),
        options,
    }
}

/// The documents of `count` people: those of the other benchmarks, where every seventh account is
/// disabled, and every fifth mobile number begins with two zeros.
pub fn documents(count: usize) -> Vec<Vec<u8>> {
    let documents = people::documents(count).into_iter().enumerate();
    let changed = documents.map(|(number, document)| {
        let mut text = String::from_utf8(document).unwrap();
        if number % 7 == 0 {
            text = text.replacen("\"accountEnabled\":true", "\"accountEnabled\":false", 1);
        }
        if number % 5 == 0 {
            text = text.replacen("\"+49 (0)171 ", "\"0049 171-", 1);
        }
        text.into_bytes()
    });
    changed.collect()
}

/// What is set up once for the same mappings without plugins.
pub struct Plain {
    cost_center: Regex,
    countries: HashMap<String, String>,
    divisions: HashMap<String, String>,
}

impl Plain {
    /// Compiles the pattern, and reads the tables.
    pub fn open() -> Self {
        let table = |table: Value| serde_json::from_value(table).unwrap();
        Self {
            cost_center: Regex::new(r"^CC-(\d+)$").unwrap(),
            countries: table(mapping::countries()),
            divisions: table(mapping::divisions()),
        }
    }

    /// The twelve values of a document; `None`: nothing is wanted.
    pub fn map(&self, document: &Value) -> [Option<String>; 12] {
        let at = |pointer: &str| document.pointer(pointer)?.as_str();
        let extension = |number: u8| {
            at(&format!(
                "/onPremisesExtensionAttributes/extensionAttribute{number}"
            ))
        };
        let office = at("/officeLocation").zip(at("/country"));
        let state = document["accountEnabled"].as_bool();
        let division = |key: &str| self.divisions.get(key).map_or("Other", String::as_str);
        [
            at("/department").map(str::to_owned),
            at("/jobTitle").map(str::to_owned),
            at("/city").map(str::to_owned),
            at("/userPrincipalName").map(str::to_lowercase),
            at("/mail")
                .or(at("/userPrincipalName"))
                .map(str::to_lowercase),
            office.map(|(office, country)| format!("{office} ({country})")),
            at("/businessPhones/0").map(phone),
            at("/mobilePhone").map(phone),
            extension(1).map(|text| self.cost_center.replace(text, "$1").into_owned()),
            state.map(|enabled| if enabled { "active" } else { "inactive" }.to_owned()),
            at("/country").and_then(|country| self.countries.get(country).cloned()),
            extension(3).map(|key| division(key).to_owned()),
        ]
    }
}

fn phone(text: &str) -> String {
    let kept = text.replace("(0)", "");
    let kept: String = kept
        .matches(['+', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
        .collect();
    match (kept.strip_prefix("00"), kept.strip_prefix('0')) {
        (Some(rest), _) => format!("+{rest}"),
        (None, Some(rest)) => format!("+49{rest}"),
        (None, None) => kept,
    }
}
