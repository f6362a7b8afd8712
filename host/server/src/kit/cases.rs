//! Cases: small files that say what a function makes of what, run in the sandbox.
//!
//! A file has one function and its cases in the form of a manifest's examples, as TOML or as JSON;
//! numbers keep their characters. Invariant: an update changes outputs and nothing else.

use std::path::{Path, PathBuf};

use attune_wasm::trial::{Case, Trial};
use attune_wasm::{Error, Function};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use toml_edit::{DocumentMut, Item, TableLike, Value};

use super::build::put;
use super::trap::{Report, replay};
use crate::fault::{Failure, chain};

/// The cases of one file.
#[derive(Debug)]
pub struct CaseFile {
    /// The file.
    pub path: PathBuf,
    /// The function that they call.
    pub function: String,
    cases: Vec<Written>,
}

/// One case as it is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    options: Option<Box<RawValue>>,
    input: Box<RawValue>,
    #[serde(
        default,
        deserialize_with = "written",
        skip_serializing_if = "Option::is_none"
    )]
    output: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    context: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// Null is an output like any other; only one that is left out is none.
fn written<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(value).map(Some)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    function: String,
    cases: Vec<Written>,
}

/// What came of one case.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Checked {
    /// `cases/mark.toml`, or `manifest`.
    pub file: String,
    /// Its name, or its number.
    pub name: String,
    /// Whether it came out as written.
    pub ok: bool,
    /// What is written, where that is not what came out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What came out, where that is not what is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// Why nothing came out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
}

/// Where an example of the manifest is said to stand.
pub const MANIFEST: &str = "manifest";

/// The files of cases of a project, by name.
pub fn in_folder(dir: &Path) -> Result<Vec<CaseFile>, Failure> {
    let folder = dir.join("cases");
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|end| end == "toml" || end == "json")
        })
        .collect();
    paths.sort();
    paths.iter().map(|path| CaseFile::read(path)).collect()
}

/// Runs the examples of a manifest, as loading does, but all of them.
pub fn example_cases(trial: &Trial, file: &Path) -> Result<Vec<Checked>, Error> {
    let mut all = Vec::new();
    for function in &trial.plugin().manifest().functions {
        for (index, case) in trial.examples(function)?.into_iter().enumerate() {
            let name = format!("{} {}", function.name, index + 1);
            let mut checked = Checked::new(MANIFEST, name);
            checked.judge(trial, (function, &case), file, Some(case.output()));
            all.push(checked);
        }
    }
    Ok(all)
}

impl CaseFile {
    fn read(path: &Path) -> Result<Self, Failure> {
        let wrong = |what: &dyn std::fmt::Display| {
            Failure::of("usage", format!("{}: {what}", path.display())).hint(
                "a case has `input`, `output`, and where they are needed `options` and `context`",
            )
        };
        let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
        let json = if path.extension().is_some_and(|end| end == "toml") {
            let document: DocumentMut = text.parse().map_err(|error| wrong(&error))?;
            of_toml(&document).map_err(|what| wrong(&what))?
        } else {
            text
        };
        let file: File = serde_json::from_str(&json).map_err(|error| wrong(&error))?;
        Ok(Self {
            path: path.to_owned(),
            function: file.function,
            cases: file.cases,
        })
    }

    /// Runs all cases in the build of a file.
    pub fn run(&self, trial: &Trial, build: &Path) -> Result<Vec<Checked>, Failure> {
        let function = trial.plugin().function(&self.function)?;
        let shown = self.path.display().to_string();
        let run = |(index, written): (usize, &Written)| {
            let name = written
                .name
                .clone()
                .unwrap_or_else(|| (index + 1).to_string());
            let mut checked = Checked::new(&shown, name);
            match written.case() {
                Ok(case) => {
                    let expected = written.output.is_some().then(|| case.output());
                    checked.judge(trial, (function, &case), build, expected);
                }
                Err(what) => checked.refuse(&what),
            }
            checked
        };
        Ok(self.cases.iter().enumerate().map(run).collect())
    }

    /// Writes what came out into the file, where it is something else than what is written; how
    /// many outputs were changed.
    pub fn update(&self, checked: &[Checked]) -> Result<usize, Failure> {
        let changed: Vec<(usize, &str)> = checked
            .iter()
            .enumerate()
            .filter_map(|(index, one)| Some((index, one.actual.as_deref()?)))
            .collect();
        if changed.is_empty() {
            return Ok(0);
        }
        let wrong = |what: &dyn std::fmt::Display| {
            Failure::of("usage", format!("{}: {what}", self.path.display()))
        };
        let text = if self.path.extension().is_some_and(|end| end == "toml") {
            let text = std::fs::read_to_string(&self.path).map_err(|error| wrong(&error))?;
            let mut document: DocumentMut = text.parse().map_err(|error| wrong(&error))?;
            for (index, output) in &changed {
                let value = toml_value(output).ok_or_else(|| {
                    wrong(&format!(
                        "{output} cannot be written in TOML; use a .json file"
                    ))
                })?;
                let cases = document
                    .get_mut("case")
                    .and_then(Item::as_array_of_tables_mut);
                let case = cases.and_then(|cases| cases.get_mut(*index));
                if let Some(case) = case {
                    case.insert("output", Item::Value(value));
                }
            }
            document.to_string()
        } else {
            let mut file = File {
                function: self.function.clone(),
                cases: self.cases.clone(),
            };
            for (index, output) in &changed {
                let raw = RawValue::from_string((*output).to_owned());
                let case = file.cases.get_mut(*index);
                if let (Some(case), Ok(raw)) = (case, raw) {
                    case.output = Some(raw);
                }
            }
            let text = serde_json::to_string_pretty(&file).map_err(|error| wrong(&error))?;
            format!("{text}\n")
        };
        put(&self.path, text.as_bytes())?;
        Ok(changed.len())
    }
}

impl Written {
    fn case(&self) -> Result<Case, String> {
        let nothing = || serde_json::value::to_raw_value(&()).ok();
        let example = Self {
            name: None,
            output: self.output.clone().or_else(nothing),
            ..self.clone()
        };
        let text = serde_json::to_string(&example).map_err(|error| error.to_string())?;
        Case::parse(&text)
    }
}

impl Checked {
    fn new(file: &str, name: String) -> Self {
        Self {
            file: file.to_owned(),
            name,
            ok: false,
            expected: None,
            actual: None,
            report: None,
        }
    }

    fn refuse(&mut self, what: &str) {
        self.report = Some(Report {
            code: "usage".to_owned(),
            message: what.to_owned(),
            place: None,
            said: None,
            hint: String::new(),
            replay: String::new(),
        });
    }

    fn judge(
        &mut self,
        trial: &Trial,
        (function, case): (&Function, &Case),
        build: &Path,
        expected: Option<String>,
    ) {
        let context = case.context(function);
        let again = || {
            let (options, input) = (case.options(), case.input());
            replay(build, &function.name, options, &input, context.as_deref())
        };
        match trial.run(function, case) {
            Ok(ran) => match ran.answer {
                Ok(_) if ran.is_expected && expected.is_some() => self.ok = true,
                Ok(actual) => {
                    self.expected = expected;
                    self.actual = Some(actual);
                    self.report = Report::thrown(ran.problem.as_ref(), again);
                }
                Err(error) => self.report = Some(Report::of(&error, again())),
            },
            Err(error @ Error::Fault(_)) => self.report = Some(Report::of(&error, again())),
            Err(error) => self.refuse(&chain(&error)),
        }
    }
}

/// The JSON of a file of cases in TOML.
fn of_toml(document: &DocumentMut) -> Result<String, String> {
    let mut members = Vec::new();
    for (key, item) in document.iter() {
        let name = if key == "case" { "cases" } else { key };
        members.push(format!("{}: {}", quoted(name), of_item(item)?));
    }
    if document.get("case").is_none() {
        return Err("there is no [[case]]".to_owned());
    }
    Ok(format!("{{{}}}", members.join(", ")))
}

fn of_item(item: &Item) -> Result<String, String> {
    match item {
        Item::Value(value) => of_value(value),
        Item::Table(table) => of_table(table),
        Item::ArrayOfTables(tables) => {
            let all: Result<Vec<_>, _> = tables.iter().map(|table| of_table(table)).collect();
            Ok(format!("[{}]", all?.join(", ")))
        }
        Item::None => Ok("null".to_owned()),
    }
}

/// `{ "$" = "null" }` is null, which TOML has not.
fn of_table(table: &dyn TableLike) -> Result<String, String> {
    let word = table.get("$").and_then(Item::as_str);
    if word == Some("null") {
        return Ok("null".to_owned());
    }
    let member = |(key, item): (&str, &Item)| Ok(format!("{}: {}", quoted(key), of_item(item)?));
    let all: Result<Vec<_>, String> = table.iter().map(member).collect();
    Ok(format!("{{{}}}", all?.join(", ")))
}

fn of_value(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(quoted(text.value())),
        Value::Boolean(is_true) => Ok(is_true.value().to_string()),
        Value::Datetime(time) => Ok(quoted(&time.value().to_string())),
        Value::Integer(number) => number_text(&number.display_repr()),
        Value::Float(number) => number_text(&number.display_repr()),
        Value::Array(array) => {
            let all: Result<Vec<_>, _> = array.iter().map(of_value).collect();
            Ok(format!("[{}]", all?.join(", ")))
        }
        Value::InlineTable(table) => of_table(table),
    }
}

/// A number with exactly its characters.
fn number_text(written: &str) -> Result<String, String> {
    let is_json = serde_json::from_str::<serde_json::Number>(written).is_ok();
    let text = is_json.then(|| written.to_owned());
    text.ok_or_else(|| format!("`{written}` is no number of JSON"))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What TOML has for a JSON text, if it has something.
fn toml_value(json: &str) -> Option<Value> {
    let raw: &RawValue = serde_json::from_str(json).ok()?;
    let text = raw.get();
    match text.as_bytes().first()? {
        b'n' => "{ \"$\" = \"null\" }".parse().ok(),
        b't' | b'f' => Some(Value::from(text == "true")),
        b'"' => {
            let text: String = serde_json::from_str(text).ok()?;
            Some(Value::from(text))
        }
        b'[' => {
            let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            let mut array = toml_edit::Array::new();
            for item in items {
                array.push(toml_value(item.get())?);
            }
            Some(Value::Array(array))
        }
        b'{' => {
            let members: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(text).ok()?;
            let mut table = toml_edit::InlineTable::new();
            for (key, value) in members {
                table.insert(&key, toml_value(&value.to_string())?);
            }
            Some(Value::InlineTable(table))
        }
        _ => text.parse().ok(),
    }
}
