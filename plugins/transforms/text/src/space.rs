//! White space: trim-left, trim-right, strip-spaces, collapse-spaces.

use attune_functions::text::{self, Blank, Ends};
use attune_plugin::NoOptions;
use attune_plugin::transform::{Cell, Function, Open};
use serde::Deserialize;

/// `text.trim-left`
pub(crate) fn trim_left() -> Function {
    Function {
        name: "trim-left",
        summary: "Takes white space off the start",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": ["  Sales "], "output": "Sales "},
            {"input": ["\u00a0Sales"], "output": "Sales"},
            {"input": [" "], "output": ""},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: trim(Ends::Left),
    }
}

/// `text.trim-right`
pub(crate) fn trim_right() -> Function {
    Function {
        name: "trim-right",
        summary: "Takes white space off the end",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": ["  Sales "], "output": "  Sales"},
            {"input": ["Sales\n"], "output": "Sales"},
            {"input": [" "], "output": ""},
            {"input": [null], "output": null}
        ]"#,
        uses: &[],
        open: trim(Ends::Right),
    }
}

fn trim(ends: Ends) -> Open {
    Open::text(move |text: &str, out: Cell<'_>| out.text(text::trim(text, ends, Blank::WhiteSpace)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spaces {
    #[serde(default)]
    spaces: Kind,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    #[default]
    All,
    Plain,
}

impl Kind {
    fn blank(self) -> Blank {
        match self {
            Self::All => Blank::WhiteSpace,
            Self::Plain => Blank::Space,
        }
    }
}

const SPACES: &str = r#"{
    "type": "object",
    "properties": {
        "spaces": { "title": "Spaces", "enum": ["all", "plain"], "default": "all",
            "description": "all: white space of any kind, tabs, line ends and no-break spaces too; plain: the space alone, as Entra's StripSpaces has it" }
    },
    "additionalProperties": false
}"#;

/// `text.strip-spaces`
pub(crate) fn strip() -> Function {
    Function {
        name: "strip-spaces",
        summary: "Takes out all white space",
        options: SPACES,
        examples: r#"[
            {"input": ["0 30 12\t34 "], "output": "0301234"},
            {"options": {"spaces": "plain"}, "input": ["a b\tc"], "output": "ab\tc"},
            {"input": ["+49\u00a030\u202f901820"], "output": "+4930901820"},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text_with(|Spaces { spaces }| {
            let blank = spaces.blank();
            Ok(move |text: &str, out: Cell<'_>| out.text(&text::strip(text, blank)))
        }),
    }
}

/// `text.collapse-spaces`
pub(crate) fn collapse() -> Function {
    Function {
        name: "collapse-spaces",
        summary: "One space where several stood, and none at the ends",
        options: SPACES,
        examples: r#"[
            {"input": ["  Jane \t Doe "], "output": "Jane Doe"},
            {"options": {"spaces": "plain"}, "input": ["Jane   Doe\tx"], "output": "Jane Doe\tx"},
            {"input": ["Jane\nDoe"], "output": "Jane Doe"},
            {"input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text_with(|Spaces { spaces }| {
            let blank = spaces.blank();
            Ok(move |text: &str, out: Cell<'_>| out.text(&text::collapse(text, blank)))
        }),
    }
}
