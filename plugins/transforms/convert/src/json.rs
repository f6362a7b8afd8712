//! `convert.json`: any value as JSON text.

use attune_plugin::NoOptions;
use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Function, Open, Row, Value};

/// `convert.json`
pub(crate) fn json() -> Function {
    Function {
        name: "json",
        summary: "A list or an object as JSON text, for fields that hold such; texts stand in quotes",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": [["a", {"b": 1.50}]], "output": "[\"a\",{\"b\":1.50}]"},
            {"input": [{"city": "Zürich"}], "output": "{\"city\":\"Zürich\"}"},
            {"input": ["say \"hi\""], "output": "\"say \\\"hi\\\"\""},
            {"input": [7], "output": "7"},
            {"input": [null], "output": null},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::row(|NoOptions {}| {
            Ok(|row: Row<'_>, out: Cell<'_>| match row.value() {
                Value::Text(text) => {
                    let mut out = out.write_text();
                    out.push_json(text);
                    out.done()
                }
                Value::Json(json) | Value::Integer(json) | Value::Number(json) => out.text(json),
                Value::Boolean(boolean) => out.text(if boolean { "true" } else { "false" }),
                Value::Bytes(_) => out.failed(&Problem::new(
                    "not-text",
                    "the value is binary and has no JSON; use convert.base64-encode first",
                )),
                missing @ (Value::Absent | Value::Null) => out.value(missing),
            })
        }),
    }
}
