//! Mail addresses and user names: strip-domain, guest-to-email.

use attune_functions::mail;
use attune_plugin::NoOptions;
use attune_plugin::transform::{Cell, Function, Open, Outcome};

/// `text.strip-domain`
pub(crate) fn strip_domain() -> Function {
    Function {
        name: "strip-domain",
        summary: "What stands before the last @; a text without @ passes unchanged",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": ["jane.doe@contoso.example"], "output": "jane.doe"},
            {"input": ["jane.doe"], "output": "jane.doe"},
            {"input": ["\"a@b\"@contoso.example"], "output": "\"a@b\""},
            {"input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text(|text: &str, out: Cell<'_>| {
            out.text(mail::local_part(text).unwrap_or(text))
        }),
    }
}

/// `text.guest-to-email`
pub(crate) fn guest_to_email() -> Function {
    Function {
        name: "guest-to-email",
        summary: "The mail address inside the user principal name of an Entra guest",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": ["john_doe.com#EXT#@contoso.onmicrosoft.example"], "output": "john@doe.com"},
            {"input": ["mary_ann_doe.example#EXT#@contoso.example"],
             "output": "mary_ann@doe.example"},
            {"input": ["jane@contoso.example"], "output": "jane@contoso.example",
             "note": "no guest: unchanged"},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text(guest),
    }
}

fn guest(text: &str, out: Cell<'_>) -> Outcome {
    match mail::guest(text) {
        Some(address) => out.text(&address),
        None => out.text(text),
    }
}
