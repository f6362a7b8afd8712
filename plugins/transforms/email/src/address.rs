//! One address: its parts, one writing of it, the one inside a guest's name.

use attune_functions::mail;
use attune_plugin::NoOptions;
use attune_plugin::transform::{Cell, Function, NoMatch, Open};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Part {
    #[serde(default = "missing")]
    no_match: NoMatch,
}

fn missing() -> NoMatch {
    NoMatch::Missing
}

const PART: &str = r#"{
    "type": "object",
    "properties": {
        "no-match": { "title": "No match", "default": "missing",
            "enum": ["input", "missing", "keep", "clear", "drop-person"],
            "description": "What happens to a text without @" }
    },
    "additionalProperties": false
}"#;

/// `email.local-part`
pub(crate) fn local_part() -> Function {
    Function {
        name: "local-part",
        summary: "What stands before the last @",
        options: PART,
        examples: r#"[
            {"input": ["jane.doe@contoso.example"], "output": "jane.doe"},
            {"input": ["\"a@b\"@contoso.example"], "output": "\"a@b\""},
            {"input": ["jane.doe"], "output": {"$":"absent"}},
            {"options": {"no-match": "input"}, "input": ["jane.doe"], "output": "jane.doe"},
            {"input": [null], "output": null}
        ]"#,
        uses: &[],
        open: part(mail::local_part),
    }
}

/// `email.domain`
pub(crate) fn domain() -> Function {
    Function {
        name: "domain",
        summary: "What stands after the last @",
        options: PART,
        examples: r#"[
            {"input": ["jane.doe@contoso.example"], "output": "contoso.example"},
            {"input": ["\"a@b\"@contoso.example"], "output": "contoso.example"},
            {"options": {"no-match": "keep"}, "input": ["jane.doe"], "output": {"$":"keep"}},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: part(mail::domain),
    }
}

fn part(part: fn(&str) -> Option<&str>) -> Open {
    Open::text_with(move |Part { no_match }| {
        Ok(move |text: &str, out: Cell<'_>| match part(text) {
            Some(part) => out.text(part),
            None => no_match.outcome(text, out),
        })
    })
}

/// `email.strip-domain`
pub(crate) fn strip_domain() -> Function {
    Function {
        name: "strip-domain",
        summary: "What stands before the last @; a text without @ passes unchanged, as with text.strip-domain",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": ["jane.doe@contoso.example"], "output": "jane.doe"},
            {"input": ["jane.doe"], "output": "jane.doe"},
            {"input": [["jane.doe@contoso.example"]], "output": "jane.doe"},
            {"input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text(|text: &str, out: Cell<'_>| {
            out.text(mail::local_part(text).unwrap_or(text))
        }),
    }
}

/// `email.guest-to-email`
pub(crate) fn guest_to_email() -> Function {
    Function {
        name: "guest-to-email",
        summary: "The mail address inside the user principal name of an Entra guest; others pass unchanged",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": ["john_doe.com#EXT#@contoso.onmicrosoft.example"], "output": "john@doe.com"},
            {"input": ["mary_ann_doe.example#EXT#@contoso.example"],
             "output": "mary_ann@doe.example"},
            {"input": ["jane@contoso.example"], "output": "jane@contoso.example"},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text(|text: &str, out: Cell<'_>| match mail::guest(text) {
            Some(address) => out.text(&address),
            None => out.text(text),
        }),
    }
}

/// `email.normalise`
pub(crate) fn normalise() -> Function {
    Function {
        name: "normalise",
        summary: "The address without smtp: or mailto: and blanks, its domain in lower case; the part before the @ keeps its case",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": ["SMTP:Jane.Doe@Contoso.EXAMPLE"], "output": "Jane.Doe@contoso.example"},
            {"input": [" mailto:jane@contoso.example "], "output": "jane@contoso.example"},
            {"input": ["jane@contoso.example"], "output": "jane@contoso.example"},
            {"input": ["no address"], "output": "no address"},
            {"input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text(|text: &str, out: Cell<'_>| out.text(&mail::normalise(text))),
    }
}
