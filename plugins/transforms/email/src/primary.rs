//! `email.primary`: the one address among many that is the person's own.

use attune_functions::mail;
use attune_plugin::transform::{Cell, Function, Open, Outcome, Row, TextView, Value};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Primary {
    #[serde(default = "missing")]
    no_match: NoPrimary,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum NoPrimary {
    First,
    Missing,
    Keep,
    Clear,
    DropPerson,
}

fn missing() -> NoPrimary {
    NoPrimary::Missing
}

/// `email.primary`
pub(crate) fn primary() -> Function {
    Function {
        name: "primary",
        summary: "The primary address in a list such as proxyAddresses: the one after a capital SMTP:",
        options: r#"{
            "type": "object",
            "properties": {
                "no-match": { "title": "No match", "default": "missing",
                    "enum": ["first", "missing", "keep", "clear", "drop-person"],
                    "description": "What happens where none is marked as primary; first: the first one after smtp:" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": [["smtp:jd@contoso.example", "SMTP:jane.doe@contoso.example", "X500:/o=contoso"]],
             "output": "jane.doe@contoso.example"},
            {"input": ["SMTP:jane.doe@contoso.example"], "output": "jane.doe@contoso.example"},
            {"input": [["smtp:jd@contoso.example"]], "output": {"$":"absent"}},
            {"options": {"no-match": "first"}, "input": [["sip:jd", "smtp:jd@contoso.example"]],
             "output": "jd@contoso.example"},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::row(|Primary { no_match }| {
            Ok(move |row: Row<'_>, out: Cell<'_>| found(no_match, row.value(), out))
        }),
    }
}

fn found(no_match: NoPrimary, value: Value<'_>, out: Cell<'_>) -> Outcome {
    let mut addresses = Vec::new();
    match value.list() {
        Some(list) => {
            for json in list {
                match Value::from_json(json, &mut String::new()).text() {
                    TextView::Text(text) => addresses.push(text.into_owned()),
                    TextView::Missing => {}
                    TextView::Failed(problem) => return out.failed(&problem),
                }
            }
        }
        None => match value.text() {
            TextView::Text(text) => addresses.push(text.into_owned()),
            TextView::Missing => return out.value(value),
            TextView::Failed(problem) => return out.failed(&problem),
        },
    }
    let primary = mail::primary(addresses.iter().map(String::as_str));
    match (primary, no_match) {
        (Some(primary), _) => out.text(&mail::normalise(primary)),
        (None, NoPrimary::First) => {
            let mail = |address: &&String| address.get(..5).is_some_and(|it| it == "smtp:");
            match addresses.iter().find(mail) {
                Some(address) => out.text(&mail::normalise(address)),
                None => out.missing(),
            }
        }
        (None, NoPrimary::Missing) => out.missing(),
        (None, NoPrimary::Keep) => out.keep(),
        (None, NoPrimary::Clear) => out.clear(),
        (None, NoPrimary::DropPerson) => out.drop_person(),
    }
}
