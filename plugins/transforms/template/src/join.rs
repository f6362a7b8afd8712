//! `template.join`: one text of several attributes, with something between them.
//!
//! What is missing or empty leaves no separator behind, which a template cannot do. A list counts
//! as its elements, as in Entra's `Join`.

use attune_plugin::Problem;
use attune_plugin::transform::{
    Batch, Cell, Cells, Function, Open, Outcome, Row, Step, TextCell, TextView, Value,
};
use serde::Deserialize;

/// What stands for the value so far among the attributes.
const SO_FAR: &str = "{}";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    inputs: Vec<String>,
    #[serde(default = "blank")]
    separator: String,
}

fn blank() -> String {
    " ".to_owned()
}

/// `template.join`
pub(crate) fn join() -> Function {
    Function {
        name: "join",
        summary: "Several attributes in one text; what is missing or empty is left out",
        options: r#"{
            "type": "object",
            "properties": {
                "inputs": { "title": "Inputs", "type": "array", "minItems": 1, "items": { "type": "string" },
                    "description": "Selectors in order; {} is the value so far. A list counts as its elements" },
                "separator": { "title": "Separator", "type": "string", "default": " ",
                    "description": "What stands between two of them" }
            },
            "required": ["inputs"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"inputs": ["surname", "givenName"], "separator": ", "},
             "input": [{"$":"absent"}, "Doe", "John"], "output": "Doe, John"},
            {"options": {"inputs": ["officeLocation", "city", "country"], "separator": ", "},
             "input": [{"$":"absent"}, "B2.14", null, "DE"], "output": "B2.14, DE"},
            {"options": {"inputs": ["{}", "businessPhones"], "separator": "; "},
             "input": ["+49 1", ["+49 2", "", "+49 3"]], "output": "+49 1; +49 2; +49 3"},
            {"options": {"inputs": ["site", "room"], "separator": ""},
             "input": [{"$":"absent"}, 1000, "b"], "output": "1000b"},
            {"options": {"inputs": ["city"]}, "input": ["x", {"$":"absent"}],
             "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::step(Join::new),
    }
}

struct Join {
    separator: String,
    selectors: Vec<String>,
    /// Columns in the order of the inputs; 0 is the value so far.
    columns: Vec<usize>,
}

impl Join {
    fn new(options: Options) -> Result<Self, Problem> {
        if options.inputs.is_empty() {
            return Err(Problem::option("inputs", "one selector at least is wanted"));
        }
        let mut selectors: Vec<String> = Vec::new();
        let mut columns = Vec::with_capacity(options.inputs.len());
        for selector in options.inputs {
            if selector.trim().is_empty() {
                let message = "an empty selector; {} stands for the value so far";
                return Err(Problem::option("inputs", message));
            }
            let known = selectors.iter().position(|known| *known == selector);
            columns.push(match known {
                _ if selector == SO_FAR => 0,
                Some(known) => known + 1,
                None => {
                    selectors.push(selector);
                    selectors.len()
                }
            });
        }
        Ok(Self {
            separator: options.separator,
            selectors,
            columns,
        })
    }

    fn row(&self, row: Row<'_>, out: Cell<'_>) -> Outcome {
        let mut out = out.write_text();
        let mut is_first = true;
        for column in &self.columns {
            if let Err(problem) = self.push(row.input(*column), &mut is_first, &mut out) {
                let index = column.checked_sub(1);
                let at = index.and_then(|index| self.selectors.get(index));
                return out
                    .undo()
                    .failed(&problem.at(at.map_or(SO_FAR, String::as_str)));
            }
        }
        if is_first {
            out.undo().missing()
        } else {
            out.done()
        }
    }

    fn push(
        &self,
        value: Value<'_>,
        is_first: &mut bool,
        out: &mut TextCell<'_>,
    ) -> Result<(), Box<Problem>> {
        let Some(list) = value.list() else {
            return self.push_one(value, is_first, out);
        };
        for json in list {
            let mut buffer = String::new();
            self.push_one(Value::from_json(json, &mut buffer), is_first, out)?;
        }
        Ok(())
    }

    fn push_one(
        &self,
        value: Value<'_>,
        is_first: &mut bool,
        out: &mut TextCell<'_>,
    ) -> Result<(), Box<Problem>> {
        match value.text() {
            TextView::Text(text) if !text.is_empty() => {
                if !std::mem::replace(is_first, false) {
                    out.push_str(&self.separator);
                }
                out.push_str(&text);
            }
            TextView::Text(_) | TextView::Missing => {}
            TextView::Failed(problem) => return Err(problem),
        }
        Ok(())
    }
}

impl Step for Join {
    fn inputs(&self) -> Vec<String> {
        self.selectors.clone()
    }

    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem> {
        batch.each_row(out, |row, out| self.row(row, out));
        Ok(())
    }
}
