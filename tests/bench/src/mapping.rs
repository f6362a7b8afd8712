//! The table that is measured: twelve fields as an admin would map them.

use attune_core::mapping::{
    Apply, Conflict, Existing, Field, FieldKind, FieldRows, Input, Row, Step, Table, WhenMissing,
};
use serde_json::{Value, json};

/// Name of the field, selectors of its first value, and its steps.
type Line = (
    &'static str,
    &'static [&'static str],
    Vec<(&'static str, &'static str, Value)>,
);

/// Three copies and nine fields with a step, two of them phone numbers without their punctuation.
pub fn twelve() -> Table {
    let blanks = json!({ "find": " ", "with": "" });
    let marks = json!({ "find": "[ ()/-]+", "with": "" });
    let lines: Vec<Line> = vec![
        ("Department", &["department"], vec![]),
        ("Title", &["jobTitle"], vec![]),
        ("City", &["city"], vec![]),
        (
            "User",
            &["userPrincipalName"],
            vec![("text", "lower", json!({}))],
        ),
        (
            "Mail",
            &["mail", "userPrincipalName"],
            vec![("text", "lower", json!({}))],
        ),
        (
            "Office",
            &[],
            vec![(
                "template",
                "render",
                json!({ "text": "{officeLocation} ({country})" }),
            )],
        ),
        (
            "Phone",
            &["businessPhones[0]"],
            vec![("text", "replace", blanks)],
        ),
        (
            "Mobile",
            &["mobilePhone"],
            vec![("text", "regex-replace", marks)],
        ),
        (
            "Cost center",
            &["onPremisesExtensionAttributes.extensionAttribute1"],
            vec![(
                "text",
                "regex-replace",
                json!({ "find": "^CC-(\\d+)$", "with": "$1" }),
            )],
        ),
        (
            "Unit",
            &["onPremisesExtensionAttributes.extensionAttribute2"],
            vec![("text", "trim", json!({}))],
        ),
        (
            "Country",
            &["country"],
            vec![("lookup", "table", json!({ "table": countries() }))],
        ),
        (
            "Division",
            &["onPremisesExtensionAttributes.extensionAttribute3"],
            vec![(
                "lookup",
                "table",
                json!({ "table": divisions(), "default": "Other" }),
            )],
        ),
    ];
    table(lines)
}

/// The same with both numbers by libphonenumber: it takes more time than all else together.
pub fn twelve_with_phones() -> Table {
    let mut table = twelve();
    let options = json!({ "region": "DE", "format": "international" });
    for field in &mut table.fields {
        if ["Phone", "Mobile"].contains(&field.field.name.as_str()) {
            field.rows[0].steps = vec![Step {
                plugin: "phone".to_owned(),
                function: "format".to_owned(),
                options: options.clone(),
            }];
        }
    }
    table
}

/// The same fields without any step: what is read is what is wanted.
pub fn copies() -> Table {
    let mut table = twelve();
    for rows in &mut table.fields {
        for row in &mut rows.rows {
            row.steps.clear();
            if matches!(row.input, Input::Nothing) {
                row.input = Input::From("officeLocation".parse().unwrap());
            }
        }
    }
    table
}

/// Names of countries by their codes.
pub fn countries() -> Value {
    json!({ "DE": "Germany", "AT": "Austria", "CH": "Switzerland", "US": "United States" })
}

/// Names of divisions by their numbers.
pub fn divisions() -> Value {
    json!({ "0": "Core", "1": "Cloud", "2": "Field", "3": "Labs" })
}

fn table(lines: Vec<Line>) -> Table {
    let fields = lines.into_iter().map(|(name, selectors, steps)| {
        let mut selectors: Vec<_> = selectors.iter().map(|text| text.parse().unwrap()).collect();
        let input = match selectors.len() {
            0 => Input::Nothing,
            1 => Input::From(selectors.remove(0)),
            _ => Input::First(selectors),
        };
        let steps = steps.into_iter().map(|(plugin, function, options)| Step {
            plugin: plugin.to_owned(),
            function: function.to_owned(),
            options,
        });
        FieldRows {
            field: Field {
                kind: FieldKind::EntityProperty,
                name: name.to_owned(),
            },
            rows: vec![Row {
                input,
                steps: steps.collect(),
                when: Vec::new(),
                when_missing: WhenMissing::default(),
                empty_is_value: false,
                apply: Apply::default(),
                existing: Existing::default(),
                conflict: Conflict::default(),
                locale: None,
            }],
        }
    });
    Table {
        fields: fields.collect(),
    }
}
