//! `template.render`: a text with attributes in it; `template.join`: attributes in a row.
//!
//! The template is taken apart once, when the step opens; its selectors become the step's inputs,
//! each selector once. The host parses the selectors themselves and refuses wrong ones.

mod join;
mod pieces;

use attune_plugin::Problem;
use attune_plugin::transform::{
    Batch, Cell, Cells, Function, Open, Outcome, Plugin, Row, Step, TextView,
};
use serde::Deserialize;

use pieces::{Piece, Template};

attune_plugin::export_transforms!(plugin);

/// The plugin's table.
pub fn plugin() -> Plugin {
    Plugin {
        id: "template",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Puts attributes into a text",
        functions: vec![render(), join::join()],
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Render {
    text: String,
}

fn render() -> Function {
    Function {
        name: "render",
        summary: "A text with attributes in braces; missing where one of them is missing or empty",
        options: r#"{
            "type": "object",
            "properties": {
                "text": { "title": "Text", "type": "string",
                    "description": "{selector} is replaced by the attribute; {selector?} by nothing where it is missing; {} is the value so far; {{ and }} are braces" }
            },
            "required": ["text"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"text": "{officeLocation} ({country})"},
             "input": [{"$":"absent"}, "Berlin", "DE"], "output": "Berlin (DE)"},
            {"options": {"text": "{officeLocation} ({country})"},
             "input": [{"$":"absent"}, "Berlin"], "output": {"$":"absent"}},
            {"options": {"text": "{givenName} {middleName?}{surname}"},
             "input": [{"$":"absent"}, "Jane", null, "Doe"], "output": "Jane Doe"},
            {"options": {"text": "room {}"}, "input": ["12b"], "output": "room 12b",
             "note": "the value so far"},
            {"options": {"text": "{{{id}}}"}, "input": [{"$":"absent"}, 7], "output": "{7}"},
            {"options": {"text": "{phones}"}, "input": [{"$":"absent"}, ["1", "2"]],
             "output": {"$":"failed","code":"many-values"}}
        ]"#,
        uses: &[],
        open: Open::step(|options: Render| Template::parse(&options.text)),
    }
}

impl Step for Template {
    fn inputs(&self) -> Vec<String> {
        self.selectors.clone()
    }

    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem> {
        batch.each_row(out, |row, out| self.row(row, out));
        Ok(())
    }
}

impl Template {
    fn row(&self, row: Row<'_>, out: Cell<'_>) -> Outcome {
        let mut out = out.write_text();
        for piece in &self.pieces {
            let (column, optional) = match piece {
                Piece::Literal(text) => {
                    out.push_str(text);
                    continue;
                }
                Piece::Value { column, optional } => (*column, *optional),
            };
            if let Some(text) = row.plain(column).filter(|text| !text.is_empty()) {
                out.push_str(text);
                continue;
            }
            match row.input(column).text() {
                TextView::Text(text) if !text.is_empty() => out.push_str(&text),
                TextView::Text(_) | TextView::Missing if optional => {}
                TextView::Text(_) | TextView::Missing => return out.undo().missing(),
                TextView::Failed(problem) => {
                    let problem = problem.at(self.selector(column));
                    return out.undo().failed(&problem);
                }
            }
        }
        out.done()
    }

    fn selector(&self, column: usize) -> &str {
        let index = column.checked_sub(1);
        index
            .and_then(|index| self.selectors.get(index))
            .map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests;
