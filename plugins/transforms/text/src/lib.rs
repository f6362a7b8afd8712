//! `text.*`: what is done to one text.

use attune_plugin::NoOptions;
use attune_plugin::transform::{Cell, Function, Open, Outcome, Plugin};

attune_plugin::export_transforms!(plugin);

/// The plugin's table.
pub fn plugin() -> Plugin {
    Plugin {
        id: "text",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Shapes one text",
        functions: vec![Function {
            name: "trim",
            summary: "Takes white space off both ends",
            options: NoOptions::SCHEMA,
            examples: r#"[{"options":{},"input":["  Sales "],"output":"Sales"}]"#,
            uses: &[],
            open: Open::text(trim),
        }],
    }
}

fn trim(text: &str, out: Cell<'_>) -> Outcome {
    out.text(text.trim())
}
