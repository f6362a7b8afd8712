//! Unicode's normal forms.

use attune_functions::fold;
use attune_plugin::NoOptions;
use attune_plugin::transform::{Cell, Function, Open};

/// `normalise.nfc`
pub(crate) fn nfc() -> Function {
    Function {
        name: "nfc",
        summary: "Letters and their accents as one character each (NFC), as most systems store them",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": ["Zoe\u0308"], "output": "Zoë"},
            {"input": ["Jane"], "output": "Jane"},
            {"input": ["각"], "output": "각"},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: by(fold::nfc),
    }
}

/// `normalise.nfd`
pub(crate) fn nfd() -> Function {
    Function {
        name: "nfd",
        summary: "Letters and their accents apart (NFD)",
        options: NoOptions::SCHEMA,
        examples: "[
            {\"input\": [\"Zoë\"], \"output\": \"Zoe\u{308}\"},
            {\"input\": [\"Jane\"], \"output\": \"Jane\"},
            {\"input\": [\"ﬁ\"], \"output\": \"ﬁ\"},
            {\"input\": [null], \"output\": null}
        ]",
        uses: &[],
        open: by(fold::nfd),
    }
}

/// `normalise.nfkc`
pub(crate) fn nfkc() -> Function {
    Function {
        name: "nfkc",
        summary: "As nfc, and ligatures, full-width letters and raised digits as plain ones (NFKC)",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": ["ＡＢＣ－１２"], "output": "ABC-12"},
            {"input": ["oﬃce 2²"], "output": "office 22"},
            {"input": ["Zoe\u0308"], "output": "Zoë"},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: by(fold::nfkc),
    }
}

/// ASCII is itself in every form.
fn by(form: fn(&str) -> String) -> Open {
    Open::text(move |text: &str, out: Cell<'_>| {
        if text.is_ascii() {
            out.text(text)
        } else {
            out.text(&form(text))
        }
    })
}
