//! Places of a connector file in words, as an administrator would name them.

use serde_json::Value as Json;

/// One step of the way to a place.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// A key.
    Key(String),
    /// An element of a list, from 0, and how many there are.
    Element {
        /// Which.
        at: usize,
        /// Of how many.
        of: usize,
    },
}

impl Part {
    fn key(&self) -> Option<&str> {
        match self {
            Self::Key(key) => Some(key),
            Self::Element { .. } => None,
        }
    }
}

/// The keys of a path; nothing for an element.
fn keys(path: &[Part]) -> Vec<Option<&str>> {
    path.iter().map(Part::key).collect()
}

/// The list of steps of a row.
pub(super) fn is_steps(path: &[Part]) -> bool {
    matches!(
        keys(path).as_slice(),
        [
            Some("target"),
            _,
            Some("map" | "account"),
            _,
            None,
            Some("steps")
        ]
    )
}

/// A credential, of the source or of a target.
pub(super) fn is_credential(path: &[Part]) -> bool {
    matches!(
        keys(path).as_slice(),
        [Some("source"), Some("credential"), _] | [Some("target"), _, Some("credential")]
    )
}

/// A part of the file that is but the sum of what is in it.
pub(super) fn is_section(path: &[Part]) -> bool {
    matches!(
        keys(path).as_slice(),
        [Some("scope" | "schedule")]
            | [Some("scope"), Some("include" | "exclude" | "groups")]
            | [Some("source"), Some("endpoint" | "credential" | "options")]
            | [Some("target"), _, Some("map" | "account")]
    )
}

/// What stands at a place.
pub(super) fn name(path: &[Part], value: &Json) -> String {
    match path {
        [Part::Key(scope), rest @ ..] if scope == "scope" => in_scope(rest, value),
        [Part::Key(source), rest @ ..] if source == "source" && !rest.is_empty() => {
            format!("{} of the source", in_source(rest, value))
        }
        [Part::Key(target), Part::Key(name), rest @ ..] if target == "target" => match rest {
            [] => format!("target `{name}`"),
            [..] => format!("{} of target `{name}`", in_target(rest, value)),
        },
        [Part::Key(schedule), Part::Key(key)] if schedule == "schedule" => {
            format!("schedule `{key}`")
        }
        _ => plain(path, value),
    }
}

fn in_scope(path: &[Part], value: &Json) -> String {
    match path {
        [Part::Key(groups), Part::Element { .. }] if groups == "groups" => {
            format!("group {} of the scope", short(value))
        }
        [Part::Key(list), Part::Element { at, .. }] => {
            format!("condition `{list}[{at}]`{}", condition(value))
        }
        [Part::Key(list), Part::Element { at, .. }, rest @ ..] => {
            format!("{} of condition `{list}[{at}]`", plain(rest, value))
        }
        [] => "section `scope`".to_owned(),
        _ => format!("{} of the scope", plain(path, value)),
    }
}

fn in_source(path: &[Part], value: &Json) -> String {
    match path {
        [Part::Key(kind), Part::Key(slot)] if kind == "endpoint" || kind == "credential" => {
            format!("{kind} `{slot}`")
        }
        [Part::Key(kind), Part::Key(slot), rest @ ..]
            if kind == "endpoint" || kind == "credential" =>
        {
            format!("{} of {kind} `{slot}`", plain(rest, value))
        }
        [Part::Key(options), rest @ ..] if options == "options" && !rest.is_empty() => {
            format!("option {}", plain(rest, value))
        }
        _ => plain(path, value),
    }
}

fn in_target(path: &[Part], value: &Json) -> String {
    match path {
        [Part::Key(table), Part::Key(field), rest @ ..] if table == "map" || table == "account" => {
            let field = match table.as_str() {
                "account" => format!("account.{field}"),
                _ => field.clone(),
            };
            in_field(&field, rest, value)
        }
        [Part::Key(rules), Part::Element { at, .. }] if rules == "match" => {
            let text = |key: &str| value.get(key).map(short).unwrap_or_default();
            let rule = format!("{} = {}", text("source"), text("target"));
            format!("match rule {} ({rule})", at + 1)
        }
        [Part::Key(photo)] if photo == "photo" => "the photo".to_owned(),
        [Part::Key(photo), rest @ ..] if photo == "photo" => {
            format!("{} of the photo", plain(rest, value))
        }
        [Part::Key(credential), rest @ ..] if credential == "credential" && !rest.is_empty() => {
            format!("{} of the credential", plain(rest, value))
        }
        _ => plain(path, value),
    }
}

fn in_field(field: &str, path: &[Part], value: &Json) -> String {
    let (row, path) = match path {
        [Part::Element { at, of }, rest @ ..] if *of > 1 => {
            (format!("row {} of field `{field}`", at + 1), rest)
        }
        [Part::Element { .. }, rest @ ..] | rest => (format!("row `{field}`"), rest),
    };
    match path {
        [] => row,
        [Part::Key(steps)] if steps == "steps" => format!("the steps of {row}"),
        [Part::Key(steps), Part::Element { at, .. }, rest @ ..] if steps == "steps" => {
            format!("{} of step {} of {row}", plain(rest, value), at + 1)
        }
        [Part::Key(when)] if when == "when" => format!("condition `when` of {row}"),
        [Part::Key(when), Part::Element { at, .. }] if when == "when" => {
            format!("condition `when[{at}]`{} of {row}", condition(value))
        }
        [Part::Key(first), Part::Element { .. }] if first == "first" => {
            format!("attribute {} of {row}", short(value))
        }
        rest => format!("{} of {row}", plain(rest, value)),
    }
}

/// ` (userType equals Member)`.
fn condition(value: &Json) -> String {
    let Some(members) = value.as_object() else {
        return String::new();
    };
    let attribute = members.get("attribute").and_then(Json::as_str);
    let test = members.iter().find(|(key, _)| *key != "attribute");
    match (attribute, test) {
        (Some(attribute), Some((key, value))) => {
            format!(" ({attribute} {key} {})", text(value))
        }
        _ => String::new(),
    }
}

/// `read.url`, or the element itself where the place is one.
fn plain(path: &[Part], value: &Json) -> String {
    let mut words = String::new();
    for part in path {
        match part {
            Part::Key(key) if words.is_empty() => words.clone_from(key),
            Part::Key(key) => words = format!("{words}.{key}"),
            Part::Element { at, .. } => words = format!("{words}[{at}]"),
        }
    }
    match path.last() {
        Some(Part::Element { .. }) if !value.is_object() => {
            format!("`{words}` ({})", text(value))
        }
        _ => format!("`{words}`"),
    }
}

fn short(value: &Json) -> String {
    format!("`{}`", text(value))
}

/// A value on one line, not too long for a sentence.
fn text(value: &Json) -> String {
    const CHARS_MAX: usize = 60;
    let whole = match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.to_string(),
    };
    let mut line: String = whole
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(CHARS_MAX)
        .collect();
    if whole.chars().nth(CHARS_MAX).is_some() {
        line.push_str("...");
    }
    line
}
