//! Examples: the JSON forms of values and outcomes, and the check of one example.

use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::no_context;
use crate::Problem;
use crate::transform::{Cells, Column, Context, Plugin, Value, Values};

/// One example of a manifest.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Example<'a> {
    #[serde(default = "empty_object")]
    pub(super) options: Json,
    #[serde(borrow)]
    input: &'a RawValue,
    #[serde(borrow)]
    output: &'a RawValue,
    #[serde(default)]
    context: Ambient,
    #[serde(default, rename = "note")]
    _note: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Ambient {
    now: Option<f64>,
    locale: Option<String>,
    seed: Option<String>,
}

#[derive(Deserialize)]
struct Special {
    #[serde(rename = "$")]
    what: String,
    #[serde(default)]
    base64: String,
    #[serde(default)]
    code: String,
}

fn empty_object() -> Json {
    Json::Object(serde_json::Map::new())
}

pub(super) fn read(examples: &str) -> Result<Vec<Example<'_>>, serde_json::Error> {
    serde_json::from_str(examples)
}

impl Example<'_> {
    /// Runs it; says what came out otherwise.
    pub(super) fn check(&self, plugin: &Plugin, name: &str) -> Result<(), String> {
        let context = self.context.build()?;
        let options = self.options.to_string();
        let got = super::run_in(plugin, name, &options, self.input.get(), &context)
            .map_err(|problem| format!("{}: {}", problem.code, problem.message))?;
        let wanted = compact(self.output.get());
        let is_same = match special(&wanted) {
            Some(special) if special.what == "failed" => failed_code(&got) == Some(special.code),
            _ => got == wanted,
        };
        if is_same {
            Ok(())
        } else {
            Err(format!("gives {got}, not {wanted}"))
        }
    }
}

impl Ambient {
    fn build(&self) -> Result<Context, String> {
        let mut context = no_context();
        context.now_ms = self.now.unwrap_or_default();
        if let Some(locale) = &self.locale {
            context.locale.clone_from(locale);
        }
        if let Some(seed) = &self.seed {
            let byte = |at: usize| u8::from_str_radix(seed.get(at..at + 2).unwrap_or("?"), 16);
            context.seeds = (0..32)
                .step_by(2)
                .map(byte)
                .collect::<Result<_, _>>()
                .map_err(|_| "the seed is not 32 hex digits")?;
        }
        Ok(context)
    }
}

pub(super) fn failed_code(shown: &str) -> Option<String> {
    let special = special(shown)?;
    (special.what == "failed").then_some(special.code)
}

/// An object with the member `$`; never a list, which serde would read as a struct too.
fn special(json: &str) -> Option<Special> {
    let is_object = json.starts_with('{');
    is_object.then(|| serde_json::from_str(json).ok()).flatten()
}

/// The columns of one row from a JSON array; columns left out are absent.
pub(super) fn columns(input: &str, width: usize) -> Result<Vec<Column>, Problem> {
    let bad = |message: String| Problem::new("bad-example", message);
    let row: Vec<&RawValue> =
        serde_json::from_str(input).map_err(|error| bad(format!("input: {error}")))?;
    if row.len() > width {
        return Err(bad(format!("{} inputs for {width} columns", row.len())));
    }
    (0..width)
        .map(|index| match row.get(index) {
            Some(raw) => column(&[raw.get()]).map_err(bad),
            None => column(&[r#"{"$":"absent"}"#]).map_err(bad),
        })
        .collect()
}

/// A column of these values.
pub(super) fn column(values: &[&str]) -> Result<Column, String> {
    let mut cells = Cells::default();
    for raw in values {
        let json = compact(raw);
        let _written = match special(&json) {
            None => cells
                .cell()
                .value(Value::from_json(&json, &mut String::new())),
            Some(special) => match special.what.as_str() {
                "absent" => cells.cell().value(Value::Absent),
                "bytes" => cells
                    .cell()
                    .value(Value::Bytes(&from_base64(&special.base64)?)),
                other => return Err(format!("`{other}` is no value of an input")),
            },
        };
    }
    Ok(cells.into_column())
}

/// A cell in the form of an example.
pub(super) fn show(column: &Column, row: usize) -> String {
    let special = |what: &str| format!(r#"{{"$":"{what}"}}"#);
    let value = Values::new(column).get(row);
    match (column.kinds.get(row), value) {
        (Some(16), _) => special("keep"),
        (Some(17), _) => special("clear"),
        (Some(18), _) => special("drop-person"),
        (Some(19), Value::Bytes(problem)) => {
            // `$` first, then the members of the problem.
            let problem = String::from_utf8_lossy(problem);
            format!(r#"{{"$":"failed",{}"#, problem.trim_start_matches('{'))
        }
        (_, Value::Absent) => special("absent"),
        (_, Value::Null) => "null".to_owned(),
        (_, Value::Text(text)) => Json::from(text).to_string(),
        (_, Value::Boolean(boolean)) => boolean.to_string(),
        (_, Value::Integer(json) | Value::Number(json) | Value::Json(json)) => json.to_owned(),
        (_, Value::Bytes(bytes)) => format!(r#"{{"$":"bytes","base64":"{}"}}"#, base64(bytes)),
    }
}

/// JSON without insignificant white space; numbers and escapes keep their spelling.
fn compact(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let (mut is_text, mut is_escaped) = (false, false);
    for char in json.chars() {
        match char {
            _ if is_escaped => is_escaped = false,
            '\\' if is_text => is_escaped = true,
            '"' => is_text = !is_text,
            ' ' | '\t' | '\n' | '\r' if !is_text => continue,
            _ => {}
        }
        out.push(char);
    }
    out
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let group = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..4 {
            let index = (group >> (18 - 6 * digit)) as usize & 63;
            let char = BASE64.get(index).copied().filter(|_| digit <= chunk.len());
            out.push(char.map_or('=', char::from));
        }
    }
    out
}

fn from_base64(text: &str) -> Result<Vec<u8>, String> {
    let (mut group, mut bits, mut out) = (0_u32, 0, Vec::new());
    for byte in text.trim_end_matches('=').bytes() {
        let Some(digit) = BASE64.iter().position(|known| *known == byte) else {
            return Err(format!("`{text}` is no base64"));
        };
        group = group << 6 | digit as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((group >> bits) as u8);
            group &= (1 << bits) - 1;
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_survives_the_way_in_and_out() {
        let forms = [
            r#""a\u0000b""#,
            "null",
            "true",
            "12",
            "1.50",
            "12345678901234567890",
            r#"["a",{"b":1}]"#,
            r#"{"$":"absent"}"#,
            r#"{"$":"bytes","base64":"AP8="}"#,
        ];
        for form in forms {
            assert_eq!(show(&column(&[form]).unwrap(), 0), form);
        }
    }

    #[test]
    fn compact_keeps_what_stands_in_text() {
        assert_eq!(compact("[ 1.0 , \"a \\\" b\" ]\n"), "[1.0,\"a \\\" b\"]");
    }
}
