//! From the text of a connector file to a [`Connector`], or to everything that is wrong with it.
//!
//! Invariant: a file with one mistake of weight `Error` gives no connector; notes alone do.

use std::collections::BTreeMap;

use attune_core::guard::{Limit, LimitError, Limits};

use super::condition;
use super::definition::{Connector, Leavers, Schedule, Scope};
use super::files::{Folder, OptionFile};
use super::revision::{self, Digests};
use super::row::{self, Context, Place};
use super::schedule::{Cron, NoCron};
use super::{source, target};
use crate::settings::reader::{File, Mistake, Node, Section, Weight};

/// What was read.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) connector: Connector,
    pub(super) digests: Digests,
    pub(super) files: Vec<OptionFile>,
    /// The bytes of these files, by the paths that options name.
    pub(super) contents: BTreeMap<String, Vec<u8>>,
    pub(super) places: BTreeMap<Place, (usize, usize)>,
    pub(super) notes: Vec<Mistake>,
    /// The file as JSON.
    pub(super) whole: serde_json::Value,
    /// Whether the file says its id.
    pub(super) has_id: bool,
}

/// What is to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Document<'a> {
    /// As messages name the file.
    pub(super) label: &'a str,
    /// The file's name without `.toml`.
    pub(super) name: &'a str,
    pub(super) content: &'a str,
    /// Where its other files are.
    pub(super) folder: Folder<'a>,
}

pub(super) fn read(document: Document<'_>) -> Result<Read, Vec<Mistake>> {
    let file = File::new(document.label, document.content);
    let table = file.parse();
    if !file.is_clean() {
        // What follows from a broken line would only hide it.
        return Err(file.into_mistakes());
    }
    let context = Context::new(document.folder);
    let root = file.root(&table);
    let whole = root.json();
    let connector = connector(root, document.name, &context);
    let mistakes = file.into_mistakes();
    let files = context.files.into_inner();
    match connector {
        Some(connector) if mistakes.iter().all(|m| m.weight == Weight::Note) => Ok(Read {
            digests: revision::digests(&connector, &whole, &files),
            connector,
            has_id: whole.get("id").is_some(),
            files,
            contents: context.contents.into_inner(),
            places: context.places.into_inner(),
            notes: mistakes,
            whole,
        }),
        _ => Err(mistakes),
    }
}

fn connector(root: Section<'_>, name: &str, context: &Context<'_>) -> Option<Connector> {
    let id = match root.get("id") {
        Some(node) => id(&node),
        None => Some(name.to_owned()),
    };
    let schedule = root
        .get("schedule")
        .map_or_else(|| Some(Schedule::default()), |node| schedule(&node));
    let time_zone = match root.get("time-zone") {
        Some(node) => time_zone(&node),
        None => Some("UTC".to_owned()),
    };
    let locale = match root.get("locale") {
        Some(node) => row::locale(&node),
        None => Some("und".to_owned()),
    };
    let source = root.need("source", "write [source] with a provider");
    let source = source
        .and_then(|node| node.section())
        .and_then(|section| source::read(section, context));
    let scope = match root.get("scope") {
        Some(node) => node.section().map(scope),
        None => Some(Scope::default()),
    };
    let guard = match root.get("guard") {
        Some(node) => {
            context.note_place(Place::Guard(String::new()), &node);
            node.section().and_then(|section| guard(section, context))
        }
        None => Some(Limits::default()),
    };
    let targets = root.need("target", "write [target.jira] with product and url");
    let targets = targets.and_then(|node| target::read_all(&node, context));
    root.finish();
    Some(Connector {
        id: id?,
        name: name.to_owned(),
        schedule: schedule?,
        time_zone: time_zone?,
        locale: locale?,
        source: source?,
        scope: scope?,
        guard: guard?,
        targets: targets?,
    })
}

pub(super) fn id(node: &Node<'_>) -> Option<String> {
    let text = node.full_text()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if text.len() <= 100 && text.chars().all(is_plain) {
        return Some(text.to_owned());
    }
    node.error(
        format!("'{text}' is no id"),
        "at most 100 letters, digits, - _ and .",
    );
    None
}

/// `"0 2 * * *"` or `{ sync = ..., changes = ..., full = ... }`.
fn schedule(node: &Node<'_>) -> Option<Schedule> {
    if node.as_text().is_some() {
        return Some(Schedule {
            sync: Some(cron(node)?),
            ..Schedule::default()
        });
    }
    let section = node.section()?;
    let line = |key| section.get(key).and_then(|node| cron(&node));
    let schedule = Schedule {
        sync: line("sync"),
        changes: line("changes"),
        full: line("full"),
    };
    section.finish();
    Some(schedule)
}

fn cron(node: &Node<'_>) -> Option<Cron> {
    let text = node.full_text()?;
    match Cron::parse(text) {
        Ok(cron) => Some(cron),
        Err(NoCron::Never) => {
            node.error(
                format!("'{text}' never comes: no such day exists"),
                "the last day of a month is L, such as \"0 2 L * *\"",
            );
            None
        }
        Err(NoCron::Form(why)) => {
            let why = why.trim_end_matches('.');
            let why = if why.is_empty() {
                String::new()
            } else {
                format!(": {why}")
            };
            node.error(
                format!("'{text}' is not a schedule{why}"),
                "minute hour day month weekday, such as \"0 2 * * *\"",
            );
            None
        }
    }
}

fn time_zone(node: &Node<'_>) -> Option<String> {
    let text = node.full_text()?;
    // A machine without a time zone database knows no name but UTC; that is not the file's fault.
    let is_blind = jiff::tz::db().is_definitively_empty();
    if !is_blind && jiff::tz::TimeZone::get(text).is_err() {
        node.error(
            format!("'{text}' is not a time zone"),
            "such as Europe/Berlin",
        );
        return None;
    }
    Some(text.to_owned())
}

fn scope(section: Section<'_>) -> Scope {
    let mut scope = Scope::default();
    if let Some(groups) = section.get("groups") {
        scope.groups = groups.texts().unwrap_or_default();
    }
    if let Some(include) = section.get("include") {
        scope.include = condition::read_all(&include);
    }
    if let Some(exclude) = section.get("exclude") {
        scope.exclude = condition::read_all(&exclude);
    }
    let after = section.get("after");
    let leavers = section.get("leavers");
    let is_clear = leavers
        .as_ref()
        .and_then(|node| node.choice(&[("keep", false), ("clear", true)]));
    match (is_clear, &leavers, &after) {
        (Some(true), Some(node), after) => {
            let days = after.as_ref().and_then(days);
            if after.is_none() {
                node.error(
                    "leavers = \"clear\" needs 'after'",
                    "such as after = \"30d\"",
                );
            }
            scope.leavers = Leavers::Clear {
                after_days: days.unwrap_or(30),
            };
        }
        (_, _, Some(after)) => after.error("'after' belongs to leavers = \"clear\"", ""),
        _ => {}
    }
    section.finish();
    scope
}

fn days(node: &Node<'_>) -> Option<u32> {
    let text = node.full_text()?;
    let days = text.strip_suffix('d').and_then(|days| days.parse().ok());
    if days.is_none() {
        node.error(
            format!("'{text}' is not a number of days"),
            "such as \"30d\"",
        );
    }
    days
}

fn guard(section: Section<'_>, context: &Context<'_>) -> Option<Limits> {
    let defaults = Limits::default();
    let limit = |key: &'static str, default| match section.get(key) {
        Some(node) => {
            context.note_place(Place::Guard(key.to_owned()), &node);
            limit(&node)
        }
        None => Some(default),
    };
    let changed_people = limit("changed-people", defaults.changed_people);
    let cleared_values = limit("cleared-values", defaults.cleared_values);
    let one_value_takes_over = limit("one-value-takes-over", defaults.one_value_takes_over);
    let source_shrinks = limit("source-shrinks", defaults.source_shrinks);
    let emptied_attribute = limit("emptied-attribute", defaults.emptied_attribute);
    let failed_values = limit("failed-values", defaults.failed_values);
    section.finish();
    Some(Limits {
        changed_people: changed_people?,
        cleared_values: cleared_values?,
        one_value_takes_over: one_value_takes_over?,
        source_shrinks: source_shrinks?,
        emptied_attribute: emptied_attribute?,
        failed_values: failed_values?,
    })
}

fn limit(node: &Node<'_>) -> Option<Limit> {
    let text = node.full_text()?;
    match text.parse() {
        Ok(limit) => Some(limit),
        Err(error) => {
            let error: LimitError = error;
            node.error(error.to_string(), "");
            None
        }
    }
}
