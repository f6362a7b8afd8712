//! `plugin docs`: a page about a plugin, made of its manifest alone.
//!
//! Everything in it comes from the plugin, checked by loading; what Markdown could take for its own
//! is escaped. Deliberately not here: what a reader of tables in a terminal sees (`cli::plugin`).

use std::fmt::Write as _;

use attune_core::plain::visible;
use attune_wasm::trial::Trial;
use attune_wasm::{Function, Kind, Plugin};
use serde_json::Value as Json;

use crate::fault::Failure;

/// The page, in Markdown.
pub fn markdown(plugin: &Plugin) -> Result<String, Failure> {
    let manifest = plugin.manifest();
    let mut page = format!("# {}\n\n{}\n\n", manifest.id, text(&manifest.summary));
    let kind = plugin.kind().word();
    line(
        &mut page,
        &format!("A {kind}, version {}.", manifest.version),
    );
    let trial = Trial::of(plugin.clone());
    for function in &manifest.functions {
        let name = match (plugin.kind(), &function.full_name) {
            (Kind::Provider, _) => "[source] options".to_owned(),
            (Kind::Transform, Some(full)) => full.clone(),
            (Kind::Transform, None) => format!("{}.{}", manifest.id, function.name),
        };
        // Writing to a string cannot fail.
        let _ = write!(page, "\n## {name}\n\n{}\n", text(&function.summary));
        if function.full_name.is_some() {
            line(
                &mut page,
                &format!("\nAlso `{}.{}`.", manifest.id, function.name),
            );
        }
        uses(&mut page, function);
        options(&mut page, function);
        if plugin.kind() == Kind::Transform {
            examples(&mut page, &trial, function)?;
        }
    }
    Ok(page)
}

fn line(page: &mut String, line: &str) {
    page.push_str(line);
    page.push('\n');
}

fn uses(page: &mut String, function: &Function) {
    let words = [
        (function.uses.now, "the start of the run"),
        (function.uses.seed, "a seed for each row"),
        (function.uses.locale, "the row's locale"),
    ];
    let told: Vec<_> = words
        .iter()
        .filter(|(is_used, _)| *is_used)
        .map(|(_, word)| *word)
        .collect();
    if !told.is_empty() {
        line(page, &format!("\nIt is told {}.", told.join(" and ")));
    }
}

fn options(page: &mut String, function: &Function) {
    let schema = &function.options_schema;
    let options = schema.get("properties").and_then(Json::as_object);
    let Some(options) = options.filter(|all| !all.is_empty()) else {
        line(page, "\nNo options.");
        return;
    };
    let required = schema.get("required").and_then(Json::as_array);
    page.push_str("\n| option | what | values | default |\n|---|---|---|---|\n");
    for (name, option) in options {
        let is_required =
            required.is_some_and(|all| all.iter().any(|one| one.as_str() == Some(name)));
        let about = option.get("description").or_else(|| option.get("title"));
        let about = about.and_then(Json::as_str).unwrap_or_default();
        let default = match option.get("default") {
            Some(default) => format!("`{}`", code(&default.to_string())),
            None if is_required => "(required)".to_owned(),
            None => String::new(),
        };
        let (about, values) = (text(about), values(option));
        // Writing to a string cannot fail.
        let _ = writeln!(page, "| `{name}` | {about} | {values} | {default} |");
    }
}

/// What an option may be.
fn values(option: &Json) -> String {
    if let Some(words) = option.get("enum").and_then(Json::as_array) {
        let words: Vec<_> = words
            .iter()
            .map(|word| format!("`{}`", code(&word.to_string())))
            .collect();
        return words.join(", ");
    }
    let mut told = match option.get("type") {
        Some(Json::String(word)) => word.clone(),
        Some(Json::Array(words)) => {
            let words: Vec<_> = words.iter().filter_map(Json::as_str).collect();
            words.join(" or ")
        }
        _ => String::new(),
    };
    let bound = |key: &str| option.get(key).map(Json::to_string);
    let bounds = match (bound("minimum"), bound("maximum")) {
        (Some(least), Some(most)) => format!(", {least} to {most}"),
        (Some(least), None) => format!(", at least {least}"),
        (None, Some(most)) => format!(", at most {most}"),
        (None, None) => String::new(),
    };
    told.push_str(&bounds);
    if let Some(file) = option.get("x-file").and_then(Json::as_str) {
        told.push_str("; also a file (");
        told.push_str(&code(file));
        told.push(')');
    }
    told
}

fn examples(page: &mut String, trial: &Trial, function: &Function) -> Result<(), Failure> {
    let cases = trial.examples(function)?;
    if cases.is_empty() {
        return Ok(());
    }
    page.push_str("\n| options | input | output |\n|---|---|---|\n");
    for case in cases {
        let options = match case.options().as_object() {
            Some(members) if members.is_empty() => String::new(),
            _ => format!("`{}`", code(&case.options().to_string())),
        };
        let (input, output) = (case.input(), case.output());
        let (input, output) = (code(&input), code(&output));
        let _ = writeln!(page, "| {options} | `{input}` | `{output}` |");
    }
    Ok(())
}

/// A sentence in a cell of a table.
fn text(sentence: &str) -> String {
    let mut escaped = String::new();
    for character in visible(sentence).chars() {
        if "\\|<>*_[]#`".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Code in a cell of a table, between two backticks.
fn code(text: &str) -> String {
    visible(text).replace('`', "'").replace('|', "\\|")
}
