//! Reads TOML so that every mistake has a line, a column and a hint, and all are told at once.
//!
//! `serde` stops at the first wrong key and forgets where it stood; people who edit a connector
//! file want the whole list. So a [`File`] collects [`Mistake`]s while [`Section`]s and [`Node`]s
//! are read out of it. Invariant: a key that nobody asked for is a mistake ([`Section::finish`]).
//!
//! Deliberately not here: what any key means, and reading files from disk.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

use serde_json::Value as Json;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::nearest::nearest;

/// How much a [`Mistake`] matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// The file is not used.
    Error,
    /// The file is used; the reader should know something.
    Note,
}

/// One thing that is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The file as messages name it.
    pub file: String,
    /// Line, from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// `config`, or `unsupported` for what this build does not do yet.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// Whether the file can still be used.
    pub weight: Weight,
}

impl Mistake {
    /// A mistake about a whole file.
    pub fn of_file(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: 0,
            column: 0,
            code: "config",
            message: message.into(),
            hint: String::new(),
            weight: Weight::Error,
        }
    }

    /// The same mistake with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.file)?;
        if self.line > 0 {
            write!(out, ":{}:{}", self.line, self.column)?;
        }
        write!(out, ": {}", self.message)?;
        if !self.hint.is_empty() {
            write!(out, " ({})", self.hint)?;
        }
        Ok(())
    }
}

/// A text and what was found wrong with it so far.
#[derive(Debug)]
pub struct File<'a> {
    label: &'a str,
    text: &'a str,
    mistakes: RefCell<Vec<Mistake>>,
}

impl<'a> File<'a> {
    /// A file that messages call `label`.
    pub fn new(label: &'a str, text: &'a str) -> Self {
        Self {
            label,
            text,
            mistakes: RefCell::default(),
        }
    }

    /// Parses the text; syntax errors are collected like all others.
    pub fn parse(&self) -> Spanned<DeTable<'a>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            let message = error.message().trim().replace('\n', ", ");
            self.add(&span, "config", message, "");
        }
        table
    }

    /// The whole document as a section.
    pub fn root<'t>(&'t self, table: &'t Spanned<DeTable<'t>>) -> Section<'t> {
        Section::new(self, Vec::new(), table.get_ref(), table.span())
    }

    /// Line and column of a byte offset, both from 1; the column counts characters.
    pub fn place(&self, offset: usize) -> (usize, usize) {
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = self.text.get(..end).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before.get(start..).unwrap_or_default().chars().count() + 1;
        (line, column)
    }

    /// Whether anything was found so far.
    pub fn is_clean(&self) -> bool {
        self.mistakes.borrow().is_empty()
    }

    /// Everything found so far, in file order.
    pub fn into_mistakes(self) -> Vec<Mistake> {
        let mut mistakes = self.mistakes.into_inner();
        mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
        mistakes
    }

    fn add(&self, span: &Range<usize>, code: &'static str, message: String, hint: &str) {
        let (line, column) = self.place(span.start);
        self.mistakes.borrow_mut().push(Mistake {
            file: self.label.to_owned(),
            line,
            column,
            code,
            message,
            hint: hint.to_owned(),
            weight: Weight::Error,
        });
    }

    fn note(&self, span: &Range<usize>, code: &'static str, message: String) {
        self.add(span, code, message, "");
        if let Some(last) = self.mistakes.borrow_mut().last_mut() {
            last.weight = Weight::Note;
        }
    }
}

/// A table and the keys that were asked for.
#[derive(Debug)]
pub struct Section<'t> {
    file: &'t File<'t>,
    path: Vec<String>,
    table: &'t DeTable<'t>,
    span: Range<usize>,
    asked: RefCell<Vec<&'static str>>,
}

impl<'t> Section<'t> {
    fn new(
        file: &'t File<'t>,
        path: Vec<String>,
        table: &'t DeTable<'t>,
        span: Range<usize>,
    ) -> Self {
        Self {
            file,
            path,
            table,
            span,
            asked: RefCell::default(),
        }
    }

    /// The value of a key, which is then a known one.
    pub fn get(&self, key: &'static str) -> Option<Node<'t>> {
        self.asked.borrow_mut().push(key);
        self.peek(key)
    }

    /// The value of a key, or a mistake that it is missing.
    pub fn need(&self, key: &'static str, hint: &str) -> Option<Node<'t>> {
        let node = self.get(key);
        if node.is_none() {
            self.error(format!("'{key}' is missing in {}", self.name()), hint);
        }
        node
    }

    /// Whether a key is there, without making it a known one.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Whether every key is one of these.
    pub fn has_only(&self, keys: &[&str]) -> bool {
        let mut names = self.table.keys();
        names.all(|name| keys.contains(&name.get_ref().as_ref()))
    }

    /// All entries, in file order: for tables whose keys are the user's own names.
    pub fn entries(&self) -> Vec<(String, Node<'t>)> {
        let entry = |(key, value): (&'t Spanned<_>, &'t Spanned<_>)| {
            let key: &std::borrow::Cow<'t, str> = key.get_ref();
            let name = key.clone().into_owned();
            let node = self.node(&name, value);
            (name, node)
        };
        self.table.iter().map(entry).collect()
    }

    /// Reports every key that was never asked for.
    pub fn finish(self) {
        self.finish_with(|_| false);
    }

    /// Like [`finish`](Self::finish), sparing keys for which `is_known` holds.
    pub fn finish_with(self, is_known: impl Fn(&str) -> bool) {
        let asked = self.asked.borrow();
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if asked.contains(&name) || is_known(name) {
                continue;
            }
            let hint = nearest(name, asked.iter().copied())
                .map(|near| format!("did you mean '{near}'?"))
                .unwrap_or_default();
            let message = format!("unknown key '{name}' in {}", self.name());
            self.file.add(&key.span(), "config", message, &hint);
        }
    }

    /// A mistake of the section as a whole.
    pub fn error(&self, message: impl Into<String>, hint: &str) {
        self.file.add(&self.span, "config", message.into(), hint);
    }

    /// Something in this section that this build does not do.
    pub fn unsupported(&self, message: impl Into<String>, hint: &str) {
        self.file
            .add(&self.span, "unsupported", message.into(), hint);
    }

    /// `[target.jira]`, or `the file` for the root.
    pub fn name(&self) -> String {
        name_of(&self.path)
    }

    /// Line and column of the section.
    pub fn place(&self) -> (usize, usize) {
        self.file.place(self.span.start)
    }

    /// The whole table as JSON.
    pub fn json(&self) -> Json {
        json_of_table(self.table)
    }

    fn peek(&self, key: &str) -> Option<Node<'t>> {
        self.table.get(key).map(|value| self.node(key, value))
    }

    fn node(&self, key: &str, value: &'t Spanned<DeValue<'t>>) -> Node<'t> {
        let mut path = self.path.clone();
        path.push(key.to_owned());
        Node {
            file: self.file,
            path,
            value,
        }
    }
}

/// One value of a file.
#[derive(Debug, Clone)]
pub struct Node<'t> {
    file: &'t File<'t>,
    path: Vec<String>,
    value: &'t Spanned<DeValue<'t>>,
}

impl<'t> Node<'t> {
    /// The text, or nothing: for values that may have several shapes.
    pub fn as_text(&self) -> Option<&'t str> {
        self.value.get_ref().as_str()
    }

    /// The section, or nothing.
    pub fn as_section(&self) -> Option<Section<'t>> {
        let table = self.value.get_ref().as_table()?;
        Some(Section::new(
            self.file,
            self.path.clone(),
            table,
            self.value.span(),
        ))
    }

    /// The elements, or nothing.
    pub fn as_list(&self) -> Option<Vec<Node<'t>>> {
        let list = self.value.get_ref().as_array()?;
        let element = |(at, value): (usize, &'t Spanned<DeValue<'t>>)| {
            let mut path = self.path.clone();
            path.push(at.to_string());
            Node {
                file: self.file,
                path,
                value,
            }
        };
        Some(list.iter().enumerate().map(element).collect())
    }

    /// `true` or `false`, or nothing.
    pub fn as_flag(&self) -> Option<bool> {
        self.value.get_ref().as_bool()
    }

    /// The text; anything else is a mistake.
    pub fn text(&self) -> Option<&'t str> {
        self.expect(self.as_text(), "text in quotes")
    }

    /// The text; empty text too is a mistake.
    pub fn full_text(&self) -> Option<&'t str> {
        let text = self.text()?;
        if text.trim().is_empty() {
            self.error(format!("{} is empty", self.name()), "");
            return None;
        }
        Some(text)
    }

    /// The section; anything else is a mistake.
    pub fn section(&self) -> Option<Section<'t>> {
        self.expect(self.as_section(), "a table")
    }

    /// The elements; anything else is a mistake.
    pub fn list(&self) -> Option<Vec<Node<'t>>> {
        self.expect(self.as_list(), "a list")
    }

    /// A list of texts; anything else is a mistake.
    pub fn texts(&self) -> Option<Vec<String>> {
        let list = self.list()?;
        let texts = list.iter().map(|node| node.text().map(str::to_owned));
        texts.collect()
    }

    /// `true` or `false`; anything else is a mistake.
    pub fn flag(&self) -> Option<bool> {
        self.expect(self.as_flag(), "true or false")
    }

    /// A whole number within bounds; anything else is a mistake.
    pub fn whole(&self, bounds: std::ops::RangeInclusive<u64>) -> Option<u64> {
        let number = self.value.get_ref().as_integer();
        let parsed = number.and_then(|n| u64::from_str_radix(n.as_str(), n.radix()).ok());
        let within = parsed.filter(|n| bounds.contains(n));
        let what = format!("a number from {} to {}", bounds.start(), bounds.end());
        self.expect(within, &what)
    }

    /// One of some words; anything else is a mistake that names the nearest.
    pub fn choice<T: Copy>(&self, choices: &[(&'static str, T)]) -> Option<T> {
        let text = self.text()?;
        if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let hint = match nearest(text, words.iter().copied()) {
            Some(near) => format!("did you mean '{near}'?"),
            None => format!("one of: {}", words.join(", ")),
        };
        self.error(format!("{} cannot be '{text}'", self.key()), &hint);
        None
    }

    /// The value as JSON; dates become text.
    pub fn json(&self) -> Json {
        json_of(self.value.get_ref())
    }

    /// A mistake at this value.
    pub fn error(&self, message: impl Into<String>, hint: &str) {
        self.file
            .add(&self.value.span(), "config", message.into(), hint);
    }

    /// Something that this build does not do yet.
    pub fn unsupported(&self, message: impl Into<String>, hint: &str) {
        self.file
            .add(&self.value.span(), "unsupported", message.into(), hint);
    }

    /// Something that the reader of the file should know.
    pub fn note(&self, message: impl Into<String>) {
        self.file
            .note(&self.value.span(), "unsupported", message.into());
    }

    /// Line and column of the value.
    pub fn place(&self) -> (usize, usize) {
        self.file.place(self.value.span().start)
    }

    /// The last part of the path.
    pub fn key(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// `[target.jira.map.Department]`.
    pub fn name(&self) -> String {
        name_of(&self.path)
    }

    fn expect<T>(&self, found: Option<T>, what: &str) -> Option<T> {
        if found.is_none() {
            let is = self.value.get_ref().type_str();
            self.error(format!("{} must be {what}, not {is}", self.name()), "");
        }
        found
    }
}

fn name_of(path: &[String]) -> String {
    if path.is_empty() {
        return "the file".to_owned();
    }
    let is_bare = |name: &&String| {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        !name.is_empty() && name.chars().all(plain)
    };
    let part = |name: &String| match Some(name).filter(is_bare) {
        Some(name) => name.clone(),
        None => format!("{name:?}"),
    };
    let parts: Vec<String> = path.iter().map(part).collect();
    format!("[{}]", parts.join("."))
}

fn json_of_table(table: &DeTable<'_>) -> Json {
    let pair = |(key, value): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>)| {
        (key.get_ref().clone().into_owned(), json_of(value.get_ref()))
    };
    Json::Object(table.iter().map(pair).collect())
}

fn json_of(value: &DeValue<'_>) -> Json {
    match value {
        DeValue::String(text) => Json::String(text.clone().into_owned()),
        DeValue::Integer(n) => i64::from_str_radix(n.as_str(), n.radix())
            .map_or_else(|_| Json::String(n.as_str().to_owned()), Json::from),
        DeValue::Float(n) => n
            .as_str()
            .parse::<f64>()
            .map_or_else(|_| Json::String(n.as_str().to_owned()), Json::from),
        DeValue::Boolean(flag) => Json::Bool(*flag),
        DeValue::Datetime(time) => Json::String(time.to_string()),
        DeValue::Array(list) => list.iter().map(|v| json_of(v.get_ref())).collect(),
        DeValue::Table(table) => json_of_table(table),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_mistakes_are_told_with_their_places() {
        let text = "a = 1\nfrmo = 'x'\n[b]\nflag = 'yes'\n";
        let file = File::new("x.toml", text);
        let table = file.parse();
        let root = file.root(&table);
        assert!(root.get("a").and_then(|a| a.text()).is_none());
        root.get("from");
        let section = root.get("b").and_then(|b| b.section()).unwrap();
        section.get("flag").and_then(|flag| flag.flag());
        section.finish();
        root.finish();
        let told: Vec<String> = file
            .into_mistakes()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            told,
            [
                "x.toml:1:5: [a] must be text in quotes, not integer",
                "x.toml:2:1: unknown key 'frmo' in the file (did you mean 'from'?)",
                "x.toml:4:8: [b.flag] must be true or false, not string",
            ]
        );
    }

    #[test]
    fn a_syntax_error_has_its_place() {
        let file = File::new("x.toml", "a = \"ä\" \nb = = 2\n");
        let _ = file.parse();
        let mistakes = file.into_mistakes();
        let first = mistakes.first().unwrap();
        assert_eq!((first.line, first.column), (2, 5));
    }

    #[test]
    fn a_column_counts_characters_and_not_bytes() {
        let file = File::new("x.toml", "\"äöü\" = 3\n");
        let table = file.parse();
        let root = file.root(&table);
        root.finish_with(|_| true);
        assert_eq!(file.place("\"äöü\" = ".len()), (1, 9));
    }
}
