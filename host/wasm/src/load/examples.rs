//! The examples of a manifest, run as promised: a plugin whose own examples fail is refused.
//!
//! The form is that of `wit/README.md`. Texts keep the very characters that were written, numbers
//! included, because that is what a column holds. Deliberately not here: invented rows (`probe`).

use attune_core::{Cell, Column, Context, Kind, Uses, json};
use base64::Engine as _;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::manifest::{Function, refused};
use crate::call::{Failure, Opened, clean, limited};
use crate::{Error, Plugin};

const EXAMPLES_MAX: usize = 200;
/// The locale where none is written.
const NO_LOCALE: &str = "und";
/// The seed where none is written.
const NO_SEED: [u8; 16] = [0; 16];

/// One parsed example.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) options: serde_json::Value,
    /// One row: column 0 is the value so far.
    pub(crate) input: Vec<Column>,
    pub(crate) output: Output,
    context: Surroundings,
}

/// The context that an example wants.
#[derive(Debug)]
pub(super) struct Surroundings {
    pub(super) now_ms: i64,
    pub(super) locale: String,
    pub(super) seed: [u8; 16],
}

/// A value as examples have it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Output {
    Value(Kind, Vec<u8>),
    Failed(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    #[serde(default)]
    options: Option<serde_json::Value>,
    #[serde(borrow)]
    input: Vec<&'a RawValue>,
    #[serde(borrow)]
    output: &'a RawValue,
    #[serde(default, rename = "note")]
    _note: Option<String>,
    #[serde(default)]
    context: Option<WrittenContext>,
}

#[derive(Deserialize, Serialize, Default, PartialEq)]
#[serde(deny_unknown_fields, default)]
struct WrittenContext {
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<String>,
}

#[derive(Deserialize)]
struct Special {
    #[serde(rename = "$")]
    word: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    base64: String,
}

/// Parses the examples of a function.
pub(crate) fn parse(function: &Function) -> Result<Vec<Example>, Error> {
    let text = if function.examples.trim().is_empty() {
        "[]"
    } else {
        &function.examples
    };
    let written: Vec<Written<'_>> = serde_json::from_str(text)
        .map_err(|error| refused(format!("the examples of `{}`: {error}", function.name)))?;
    if written.len() > EXAMPLES_MAX {
        return Err(refused(format!(
            "`{}` has more than {EXAMPLES_MAX} examples",
            function.name
        )));
    }
    let parsed = written.into_iter().enumerate().map(|(index, written)| {
        example(written).map_err(|what| {
            refused(format!(
                "example {} of `{}`: {what}",
                index + 1,
                function.name
            ))
        })
    });
    parsed.collect()
}

/// Parses one example that stands alone.
pub(crate) fn parse_one(text: &str) -> Result<Example, String> {
    let written: Written<'_> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    example(written)
}

/// Runs all examples; the first that differs refuses the plugin.
pub(super) fn run(plugin: &Plugin, function: &Function, all: &[Example]) -> Result<(), Error> {
    let mut opened: Option<(&serde_json::Value, usize, Opened)> = None;
    for (index, example) in all.iter().enumerate() {
        let reusable = opened
            .take()
            .filter(|(options, _, _)| *options == &example.options);
        let (columns, mut step) = match reusable {
            Some((_, columns, step)) => (columns, step),
            None => open(plugin, function, &example.options)?,
        };
        let actual = apply(function, example, columns, &mut step)?;
        if actual != example.output {
            return Err(Error::Example {
                function: function.name.clone(),
                example: index + 1,
                actual: actual.show(),
                expected: example.output.show(),
            });
        }
        opened = Some((&example.options, columns, step));
    }
    Ok(())
}

/// Opens the function with these options; gives also how many columns it takes.
pub(crate) fn open(
    plugin: &Plugin,
    function: &Function,
    options: &serde_json::Value,
) -> Result<(usize, Opened), Error> {
    function.check_options(options)?;
    let (options, limits) = (options.to_string(), plugin.engine().limits());
    let mut opened = Opened::open(plugin, &function.name, &options, limits)?;
    let columns = opened.inputs()?.len() + 1;
    Ok((columns, opened))
}

pub(crate) fn apply(
    function: &Function,
    example: &Example,
    columns: usize,
    opened: &mut Opened,
) -> Result<Output, Error> {
    let answer = answer(function, example, columns, opened)?;
    Ok(Output::of(answer.cell(0)))
}

/// The same as the column of one row that it is.
pub(crate) fn answer(
    function: &Function,
    example: &Example,
    columns: usize,
    opened: &mut Opened,
) -> Result<Column, Error> {
    let mut absent = Column::default();
    absent.push(Cell::ABSENT);
    let padding = std::iter::repeat(&absent);
    let inputs: Vec<_> = example.input.iter().chain(padding).take(columns).collect();
    let context = Context {
        now_ms: example.context.now_ms,
        seeds: &example.context.seed,
        locale: &example.context.locale,
    };
    let context = limited(&context, function.uses);
    opened
        .apply(&context, 0..1, &inputs, 1)
        .map_err(Failure::error)
}

impl Example {
    /// Its context; see [`Surroundings::text`].
    pub(crate) fn context(&self, uses: Uses) -> Option<String> {
        self.context.text(uses)
    }
}

impl Surroundings {
    /// As an example has it, as far as a function with these uses is told of it: none where leaving it
    /// out says the same.
    pub(super) fn text(&self, uses: Uses) -> Option<String> {
        let now = Some(self.now_ms).filter(|now| uses.now && *now != 0);
        let locale = Some(&self.locale).filter(|locale| uses.locale && *locale != NO_LOCALE);
        let seed = Some(self.seed).filter(|seed| uses.seed && *seed != NO_SEED);
        let written = WrittenContext {
            now,
            locale: locale.cloned(),
            seed: seed.map(|seed| format!("{:032x}", u128::from_be_bytes(seed))),
        };
        let is_told = written != WrittenContext::default();
        is_told
            .then(|| serde_json::to_string(&written).ok())
            .flatten()
    }
}

impl Output {
    pub(crate) fn of(cell: Cell<'_>) -> Self {
        if cell.kind != Kind::Failed {
            return Self::Value(cell.kind, cell.bytes.to_vec());
        }
        let problem: Result<attune_core::Problem, _> = serde_json::from_slice(cell.bytes);
        Self::Failed(problem.map(|problem| problem.code).unwrap_or_default())
    }

    /// As an example would have it, fit to be shown.
    fn show(&self) -> String {
        clean(&self.text(), 500)
    }

    /// As an example has it: JSON.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Failed(code) => format!(r#"{{"$":"failed","code":"{code}"}}"#),
            Self::Value(kind, bytes) => match kind {
                Kind::Text => serde_json::Value::from(String::from_utf8_lossy(bytes)).to_string(),
                Kind::Null => "null".to_owned(),
                Kind::Absent => r#"{"$":"absent"}"#.to_owned(),
                Kind::Keep => r#"{"$":"keep"}"#.to_owned(),
                Kind::Clear => r#"{"$":"clear"}"#.to_owned(),
                Kind::DropPerson => r#"{"$":"drop-person"}"#.to_owned(),
                Kind::Bytes => {
                    let base64 = base64::engine::general_purpose::STANDARD.encode(bytes);
                    format!(r#"{{"$":"bytes","base64":"{base64}"}}"#)
                }
                _ => String::from_utf8_lossy(bytes).into_owned(),
            },
        }
    }
}

fn example(written: Written<'_>) -> Result<Example, String> {
    let mut input = Vec::with_capacity(written.input.len());
    for raw in written.input {
        let mut column = Column::default();
        match value(raw)? {
            Output::Value(kind, bytes) if !kind.is_outcome() => column.push_bytes(kind, &bytes),
            _ => return Err("an outcome stands in `input`".to_owned()),
        }
        input.push(column);
    }
    let context = written.context.unwrap_or_default();
    Ok(Example {
        options: written.options.unwrap_or_else(|| serde_json::json!({})),
        input,
        output: value(written.output)?,
        context: Surroundings {
            now_ms: context.now.unwrap_or_default(),
            locale: context.locale.unwrap_or_else(|| NO_LOCALE.to_owned()),
            seed: seed(context.seed.as_deref())?,
        },
    })
}

fn seed(hex: Option<&str>) -> Result<[u8; 16], String> {
    let Some(hex) = hex else {
        return Ok(NO_SEED);
    };
    u128::from_str_radix(hex, 16)
        .ok()
        .filter(|_| hex.len() == 32)
        .map(u128::to_be_bytes)
        .ok_or_else(|| "`seed` is not 32 hex digits".to_owned())
}

/// A written value: JSON as a document would have it, or an object with the member `$`.
fn value(raw: &RawValue) -> Result<Output, String> {
    // Serde would also read the struct from a list.
    if raw.get().starts_with('{')
        && let Ok(special) = serde_json::from_str::<Special>(raw.get())
    {
        return special_value(&special);
    }
    let mut column = Column::default();
    json::push_value(raw.get(), &mut column);
    match Output::of(column.cell(0)) {
        Output::Failed(code) => Err(format!("a value is refused: {code}")),
        value @ Output::Value(..) => Ok(value),
    }
}

fn special_value(special: &Special) -> Result<Output, String> {
    let empty = |kind| Ok(Output::Value(kind, Vec::new()));
    match special.word.as_str() {
        "absent" => empty(Kind::Absent),
        "keep" => empty(Kind::Keep),
        "clear" => empty(Kind::Clear),
        "drop-person" => empty(Kind::DropPerson),
        "failed" => Ok(Output::Failed(special.code.clone())),
        "bytes" => base64::engine::general_purpose::STANDARD
            .decode(&special.base64)
            .map(|bytes| Output::Value(Kind::Bytes, bytes))
            .map_err(|error| error.to_string()),
        other => Err(format!("`$` is `{}`", clean(other, 40))),
    }
}
