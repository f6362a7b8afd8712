//! Rows of a mapping table: every short form of a line becomes the one long form.
//!
//! Deliberately not here: whether a plugin exists and likes its options. That is checked when the
//! plugins are there; [`Place`] then says in which line the step stands.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use attune_core::Selector;
use attune_core::mapping::{Apply, Conflict, Existing, Input, Row, Step, WhenMissing};
use serde_json::{Map, Value as Json};

use super::condition::{self, selector};
use super::files::{self, Folder, OptionFile};
use crate::settings::reader::{Node, Section};

/// The keys of a row. Plugins may not use them as names of options.
pub const ROW_KEYS: [&str; 12] = [
    "from",
    "first",
    "value",
    "steps",
    "use",
    "when",
    "when-missing",
    "empty",
    "apply",
    "existing",
    "conflict",
    "locale",
];

/// Something in a connector file that is checked later and elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// `[source] options`.
    SourceOptions,
    /// A limit of `[guard]` by its name; the section itself by the empty one.
    Guard(String),
    /// One field of a mapping table.
    Field {
        /// The target's name.
        target: String,
        /// The field's name as JSON and CLI show it.
        field: String,
    },
    /// One step of one row.
    Step {
        /// The target's name.
        target: String,
        /// The field's name as JSON and CLI show it.
        field: String,
        /// Which row of the field, from 0.
        row: usize,
        /// Which step of the row, from 0.
        step: usize,
    },
}

/// What reading rows needs and leaves behind.
#[derive(Debug)]
pub(super) struct Context<'a> {
    /// The connectors' folder.
    pub(super) folder: &'a Path,
    /// Where the files that options name come from.
    origin: Folder<'a>,
    pub(super) files: RefCell<Vec<OptionFile>>,
    /// The bytes of these files, by their paths.
    pub(super) contents: RefCell<BTreeMap<String, Vec<u8>>>,
    pub(super) places: RefCell<BTreeMap<Place, (usize, usize)>>,
}

impl<'a> Context<'a> {
    pub(super) fn new(origin: Folder<'a>) -> Self {
        Self {
            folder: origin.path(),
            origin,
            files: RefCell::default(),
            contents: RefCell::default(),
            places: RefCell::default(),
        }
    }

    pub(super) fn note_place(&self, place: Place, node: &Node<'_>) {
        self.places.borrow_mut().insert(place, node.place());
    }

    /// An option: `{ file = "..." }` is the content of that file.
    pub(super) fn option(&self, node: &Node<'_>) -> Option<Json> {
        let named = node
            .as_section()
            .filter(|section| section.entries().len() == 1)
            .and_then(|section| section.get("file"))
            .and_then(|file| file.as_text());
        let Some(path) = named else {
            return Some(node.json());
        };
        let mut contents = self.contents.borrow_mut();
        let read = files::read(node, path, self.origin, contents.get(path))?;
        contents.insert(path.to_owned(), read.bytes);
        self.files.borrow_mut().push(read.file);
        Some(read.json)
    }
}

/// The rows of one field: text, a table, or a list of these.
pub(super) fn read_field(
    node: &Node<'_>,
    (target, field): (&str, &str),
    context: &Context<'_>,
) -> Option<Vec<Row>> {
    let place = Place::Field {
        target: target.to_owned(),
        field: field.to_owned(),
    };
    context.note_place(place, node);
    let lines = match node.as_list() {
        Some(lines) => lines,
        None => vec![node.clone()],
    };
    if lines.is_empty() {
        node.error(format!("{} has no rows", node.name()), "");
        return None;
    }
    let mut rows = Vec::new();
    let mut is_whole = true;
    let last = lines.len() - 1;
    for (at, line) in lines.iter().enumerate() {
        let place = |step| Place::Step {
            target: target.to_owned(),
            field: field.to_owned(),
            row: at,
            step,
        };
        let Some(row) = read_row(line, &place, context) else {
            is_whole = false;
            continue;
        };
        if at < last && row.when.is_empty() {
            line.error(
                format!(
                    "the rows after this one of {} are never reached",
                    node.name()
                ),
                "give this row a 'when', or put it last",
            );
            is_whole = false;
        }
        rows.push(row);
    }
    is_whole.then_some(rows)
}

fn read_row(node: &Node<'_>, place: &dyn Fn(usize) -> Place, context: &Context<'_>) -> Option<Row> {
    if node.as_text().is_some() {
        return Some(plain(Input::From(selector(node)?)));
    }
    let Some(section) = node.as_section() else {
        node.error(
            format!("{} must be an attribute or a table", node.name()),
            "such as \"department\" or { from = \"department\" }",
        );
        return None;
    };
    let input = input(&section);
    let steps = steps(&section, place, context);
    let is_empty =
        matches!(input, Some(Input::Nothing)) && steps.as_ref().is_some_and(Vec::is_empty);
    // A mistyped `from` is told as the unknown key that it is, once.
    if is_empty && section.has_only(&ROW_KEYS) {
        node.error(
            format!("{} says no value", node.name()),
            "write from, first, value or use",
        );
    }
    let mut row = plain(input.clone().unwrap_or(Input::Nothing));
    let mut is_whole = settle(&section, &mut row);
    let takes_options = section.has("use");
    section.finish_with(|_| takes_options);
    row.steps = steps?;
    input?;
    is_whole &= !is_empty;
    is_whole.then_some(row)
}

fn plain(input: Input) -> Row {
    Row {
        input,
        steps: Vec::new(),
        when: Vec::new(),
        when_missing: WhenMissing::default(),
        empty_is_value: false,
        apply: Apply::default(),
        existing: Existing::default(),
        conflict: Conflict::default(),
        locale: None,
    }
}

fn input(section: &Section<'_>) -> Option<Input> {
    let from = section.get("from");
    let first = section.get("first");
    let value = section.get("value");
    match (from, first, value) {
        (None, None, None) => Some(Input::Nothing),
        (Some(from), None, None) => Some(Input::From(selector(&from)?)),
        (None, Some(first), None) => {
            let list = first.list()?;
            if list.is_empty() {
                first.error("'first' names no attribute", "");
            }
            let selectors: Option<Vec<Selector>> = list.iter().map(selector).collect();
            selectors.filter(|all| !all.is_empty()).map(Input::First)
        }
        (None, None, Some(value)) => Some(Input::Value(constant(&value)?)),
        _ => {
            section.error(
                format!(
                    "{} has more than one of from, first and value",
                    section.name()
                ),
                "keep one",
            );
            None
        }
    }
}

/// A constant; a number or boolean is written as it stands.
fn constant(node: &Node<'_>) -> Option<String> {
    match node.json() {
        Json::Bool(flag) => Some(flag.to_string()),
        Json::Number(number) => Some(number.to_string()),
        _ => node.text().map(str::to_owned),
    }
}

/// The words of `existing`.
pub(super) const EXISTING: [(&str, Existing); 3] = [
    ("overwrite", Existing::Overwrite),
    ("keep", Existing::Keep),
    ("hold", Existing::Hold),
];

/// The words of `conflict`.
pub(super) const CONFLICT: [(&str, Conflict); 3] = [
    ("source-wins", Conflict::SourceWins),
    ("keep-local", Conflict::KeepLocal),
    ("hold", Conflict::Hold),
];

/// The keys of a row that say what happens rather than which value.
fn settle(section: &Section<'_>, row: &mut Row) -> bool {
    let apply = [("always", Apply::Always), ("once", Apply::Once)];
    if let Some(when) = section.get("when") {
        row.when = condition::read_all(&when);
        if when.as_list().is_some_and(|list| list.is_empty()) {
            when.error("'when' has no condition", "leave it out, or name one");
        }
    }
    // A value that is set and wrong was reported; the row is then not used.
    let mut is_whole = true;
    if let Some(node) = section.get("when-missing") {
        let found = when_missing(&node);
        is_whole &= found.is_some();
        row.when_missing = found.unwrap_or_default();
    }
    if let Some(node) = section.get("empty") {
        let found = node.choice(&[("missing", false), ("value", true)]);
        is_whole &= found.is_some();
        row.empty_is_value = found.unwrap_or_default();
    }
    if let Some(node) = section.get("apply") {
        let found = node.choice(&apply);
        is_whole &= found.is_some();
        row.apply = found.unwrap_or_default();
    }
    if let Some(node) = section.get("existing") {
        let found = node.choice(&EXISTING);
        is_whole &= found.is_some();
        row.existing = found.unwrap_or_default();
    }
    if let Some(node) = section.get("conflict") {
        let found = node.choice(&CONFLICT);
        is_whole &= found.is_some();
        row.conflict = found.unwrap_or_default();
    }
    if let Some(node) = section.get("locale") {
        row.locale = locale(&node);
        is_whole &= row.locale.is_some();
    }
    is_whole
}

fn when_missing(node: &Node<'_>) -> Option<WhenMissing> {
    if node.as_text().is_some() {
        let words = [("keep", 0), ("clear", 1), ("fail", 2)];
        return match node.choice(&words)? {
            0 => Some(WhenMissing::Keep),
            1 => Some(WhenMissing::Clear),
            _ => Some(WhenMissing::Fail),
        };
    }
    let Some(section) = node.as_section() else {
        node.error(
            format!("{} is not understood", node.name()),
            "\"keep\", \"clear\", \"fail\" or { default = \"...\" }",
        );
        return None;
    };
    let default = section.need("default", "{ default = \"...\" }");
    let default = default.and_then(|node| node.text().map(str::to_owned));
    section.finish();
    default.map(WhenMissing::Default)
}

/// A BCP 47 tag: subtags of letters and digits. Whether a step knows the language is its affair.
pub(super) fn locale(node: &Node<'_>) -> Option<String> {
    let text = node.full_text()?;
    let is_subtag = |part: &str| {
        (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let starts_right = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
    if starts_right && text.split('-').all(is_subtag) {
        return Some(text.to_owned());
    }
    node.error(format!("'{text}' is not a language tag"), "such as de-DE");
    None
}

fn steps(
    section: &Section<'_>,
    place: &dyn Fn(usize) -> Place,
    context: &Context<'_>,
) -> Option<Vec<Step>> {
    let one = section.get("use");
    let many = section.get("steps");
    match (one, many) {
        (None, None) => Some(Vec::new()),
        (Some(one), Some(_)) => {
            one.error(
                format!("{} has 'use' and 'steps'", section.name()),
                "put the function into steps",
            );
            None
        }
        (Some(one), None) => {
            context.note_place(place(0), &one);
            Some(vec![step(&one, section.entries(), context)?])
        }
        (None, Some(many)) => {
            let read = |(at, node): (usize, &Node<'_>)| {
                context.note_place(place(at), node);
                read_step(node, context)
            };
            let steps: Vec<Option<Step>> = many.list()?.iter().enumerate().map(read).collect();
            steps.into_iter().collect()
        }
    }
}

/// `"text.trim"` or `{ use = "text.left", length = 3 }`.
fn read_step(node: &Node<'_>, context: &Context<'_>) -> Option<Step> {
    if node.as_text().is_some() {
        return step(node, Vec::new(), context);
    }
    let section = node.section()?;
    let name = section.need("use", "such as use = \"text.trim\"")?;
    let entries = section.entries();
    let is_row_key = |key: &str| key != "use" && ROW_KEYS.contains(&key);
    for (key, node) in entries.iter().filter(|(key, _)| is_row_key(key)) {
        node.error(
            format!("'{key}' belongs to the row, not to a step"),
            "move it out of steps",
        );
    }
    step(&name, entries, context)
}

fn step(name: &Node<'_>, entries: Vec<(String, Node<'_>)>, context: &Context<'_>) -> Option<Step> {
    let text = name.full_text()?;
    let is_word = |part: &str| {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !part.is_empty() && part.chars().all(plain)
    };
    let parts = text.split_once('.');
    let Some((plugin, function)) = parts.filter(|(a, b)| is_word(a) && is_word(b)) else {
        name.error(
            format!("'{text}' is not the name of a step"),
            "a plugin, a dot, a function: text.trim",
        );
        return None;
    };
    let mut options = Map::new();
    for (key, node) in entries {
        if !ROW_KEYS.contains(&key.as_str()) {
            options.insert(key, context.option(&node)?);
        }
    }
    Some(Step {
        plugin: plugin.to_owned(),
        function: function.to_owned(),
        options: Json::Object(options),
    })
}
