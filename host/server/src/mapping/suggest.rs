//! Rows that a connector could have: what its people have, held against the fields that profiles have.
//!
//! Goes by usual names, prefers what most people have, and leaves out what the file maps already. The
//! same people give the same proposals. Nobody's value is in them: they are pasted into a file.
//! Deliberately not here: attributes whose names say nothing (`attune source discover` lists all).

mod usual;

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::path::Path;

use attune_core::Selector;
use attune_core::account::Product;
use attune_core::discover::{Attribute, Discovery, Relation};
use serde::Serialize;
use serde_json::Value as Json;

use super::Error;
use super::import::toml;
use crate::connector::{self, Mistake, SourceFile, find_source, said};
use crate::sync::{self, Discovered, Host};
use usual::{USUAL, Usual, key};

/// Attributes that fewer people have are not proposed.
const PERCENT_MIN: u8 = 5;
/// Kinds of values that fit into a field as they are.
const PLAIN: [&str; 4] = ["text", "integer", "number", "boolean"];
/// Longest row that reasons are lined up behind, in characters.
const LINED_UP_MAX: usize = 60;

/// Rows for a connector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Suggested {
    /// The connector file's name.
    pub connector: String,
    /// Its id.
    pub id: String,
    /// The provider plugin.
    pub provider: String,
    /// How many people were looked at.
    pub people: u32,
    /// Target by target, in the order of the file.
    pub suggestions: Vec<Suggestion>,
    /// All of them, to be pasted.
    pub toml: String,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Suggestion {
    /// The target.
    pub target: String,
    /// The field.
    pub field: String,
    /// The row as TOML.
    pub row: String,
    /// The attribute that it starts from.
    pub selector: String,
    /// How many of the people have it.
    pub filled: u32,
    /// The same in percent.
    pub percent: u8,
    /// Why.
    pub reason: String,
}

/// A target as far as proposals go.
struct Target {
    name: String,
    product: Product,
    /// Whether the file has a mapping for it.
    has_map: bool,
    fields: BTreeSet<String>,
    selectors: BTreeSet<String>,
}

/// Looks at the first so many people of a connector's source, and proposes rows.
pub async fn suggest(
    host: &Host,
    folder: &Path,
    name: &str,
    people: u32,
) -> Result<Suggested, Error> {
    let file = find_source(folder, name).map_err(Error::Mistakes)?;
    let mistaken = |mistake: Mistake| Error::Mistakes(vec![mistake]);
    let path = connector::find(folder, name).map_err(mistaken)?.path;
    let text = connector::read_text(&path).map_err(Error::Mistakes)?;
    of_text(host, (&file, &path, &text), people).await
}

/// The same for a text, which need not be that of a file.
pub(super) async fn of_text(
    host: &Host,
    (file, path, text): (&SourceFile, &Path, &str),
    people: u32,
) -> Result<Suggested, Error> {
    let said = said(&path.display().to_string(), text).map_err(Error::Mistakes)?;
    let found = sync::discover(host, file, people, true).await?;
    Ok(proposed(&found, &targets(&said)))
}

/// Rows that a provider's people usually can have, where none of them was looked at.
pub(super) fn unseen(path: &Path, text: &str, provider: &str) -> Result<Vec<Suggestion>, Error> {
    let said = said(&path.display().to_string(), text).map_err(Error::Mistakes)?;
    let usually = usual::SOURCES.iter().find(|(id, ..)| *id == provider);
    let (attributes, manager) = usually.map_or((&[][..], ""), |(_, all, manager)| (*all, *manager));
    let attribute = |selector: &&str| Attribute {
        selector: (*selector).to_owned(),
        title: String::new(),
        kinds: Vec::new(),
        filled: 0,
        percent: 100,
        samples: Vec::new(),
    };
    let relation = Relation {
        role: "manager".to_owned(),
        filled: 0,
        percent: 100,
        selectors: vec![manager.to_owned()],
    };
    let found = Discovered {
        connector: String::new(),
        id: String::new(),
        provider: provider.to_owned(),
        found: Discovery {
            people: 0,
            unreadable: 0,
            is_whole: false,
            attributes: attributes.iter().map(attribute).collect(),
            relations: (!manager.is_empty())
                .then_some(relation)
                .into_iter()
                .collect(),
        },
    };
    let mut suggestions = proposed(&found, &targets(&said)).suggestions;
    for one in &mut suggestions {
        (one.percent, one.reason) = (0, String::new());
    }
    Ok(suggestions)
}

fn proposed(found: &Discovered, targets: &[Target]) -> Suggested {
    let mut suggestions = Vec::new();
    for target in targets {
        let mut taken = target.selectors.clone();
        for usual in &USUAL {
            let field = match target.product {
                Product::ConfluenceDataCenter => usual.confluence,
                Product::JiraDataCenter => usual.jira,
            };
            if field.is_empty() || target.fields.contains(&field.to_lowercase()) {
                continue;
            }
            let suggestion = relation(&found.found, usual, target, field)
                .or_else(|| attribute(&found.found, usual, target, field, &taken));
            if let Some(suggestion) = suggestion.filter(|one| !taken.contains(&one.selector)) {
                taken.insert(suggestion.selector.clone());
                suggestions.push(suggestion);
            }
        }
    }
    Suggested {
        connector: found.connector.clone(),
        id: found.id.clone(),
        provider: found.provider.clone(),
        people: found.found.people,
        toml: rendered(found, targets, &suggestions),
        suggestions,
    }
}

/// The best attribute of a field: by the order of its usual names, then by how many people have it.
fn attribute(
    found: &Discovery,
    usual: &Usual,
    target: &Target,
    field: &str,
    taken: &BTreeSet<String>,
) -> Option<Suggestion> {
    let fits = |one: &&Attribute| {
        let is_plain = one.kinds.iter().all(|kind| PLAIN.contains(&kind.as_str()));
        is_plain && one.percent >= PERCENT_MIN && !taken.contains(&one.selector)
    };
    let ranked = found.attributes.iter().filter(fits).filter_map(|one| {
        let selector: Selector = one.selector.parse().ok()?;
        let key = key(&selector);
        let rank = usual.names.iter().position(|name| **name == key)?;
        Some((rank, one))
    });
    let (_, best) = ranked.min_by_key(|(rank, one)| {
        let text = &one.selector;
        (*rank, Reverse(one.filled), text.len(), text.clone())
    })?;
    let has_blanks = best.samples.iter().any(|sample| sample.trim() != sample);
    let (row, why) = if has_blanks {
        let from = toml::text(&best.selector);
        let row = format!("{{ from = {from}, steps = [\"text.trim\"] }}");
        (row, "; some values have blanks at their ends")
    } else {
        (toml::text(&best.selector), "")
    };
    Some(Suggestion {
        target: target.name.clone(),
        field: field.to_owned(),
        row,
        selector: best.selector.clone(),
        filled: best.filled,
        percent: best.percent,
        reason: format!(
            "{} % of {} people have it; a usual attribute for {field}{why}",
            best.percent, found.people
        ),
    })
}

/// A field about somebody else, such as the manager.
fn relation(found: &Discovery, usual: &Usual, target: &Target, field: &str) -> Option<Suggestion> {
    let mut relations = found.relations.iter();
    let relation = relations.find(|one| Some(one.role.as_str()) == usual.role)?;
    let selector = relation.selectors.first()?;
    (relation.percent >= PERCENT_MIN).then(|| Suggestion {
        target: target.name.clone(),
        field: field.to_owned(),
        row: toml::text(selector),
        selector: selector.clone(),
        filled: relation.filled,
        percent: relation.percent,
        reason: format!(
            "{} % of {} people have a {}",
            relation.percent, found.people, relation.role
        ),
    })
}

/// The targets of a file, well or not; where it has none, one of each product.
fn targets(said: &Json) -> Vec<Target> {
    let all = said.get("target").and_then(Json::as_object);
    let of = |(name, target): (&String, &Json)| {
        let word = target.get("product").and_then(Json::as_str)?;
        let mut products = Product::WORDS.into_iter();
        let (_, product) = products.find(|(known, _)| *known == word)?;
        let map = target.get("map").and_then(Json::as_object);
        let rows = map.into_iter().flatten();
        let (mut fields, mut selectors) = (BTreeSet::new(), BTreeSet::new());
        for (field, row) in rows {
            fields.insert(field.to_lowercase());
            collect(row, &mut selectors);
        }
        Some(Target {
            name: name.clone(),
            product,
            has_map: map.is_some(),
            fields,
            selectors,
        })
    };
    let found: Vec<Target> = all.into_iter().flatten().filter_map(of).collect();
    if !found.is_empty() {
        return found;
    }
    let both = [
        ("jira", Product::JiraDataCenter),
        ("wiki", Product::ConfluenceDataCenter),
    ];
    let empty = |(name, product): (&str, Product)| Target {
        name: name.to_owned(),
        product,
        has_map: false,
        fields: BTreeSet::new(),
        selectors: BTreeSet::new(),
    };
    both.into_iter().map(empty).collect()
}

/// The selectors that a row starts from.
fn collect(row: &Json, into: &mut BTreeSet<String>) {
    let mut add = |text: &str| {
        let selector = text.parse::<Selector>();
        into.extend(selector.map(|selector| selector.to_string()));
    };
    match row {
        Json::String(text) => add(text),
        Json::Array(rows) => rows.iter().for_each(|row| collect(row, into)),
        Json::Object(keys) => {
            let first = keys.get("first").and_then(Json::as_array);
            let from = keys.get("from").into_iter();
            let all = from.chain(first.into_iter().flatten());
            all.filter_map(Json::as_str).for_each(add);
        }
        _ => {}
    }
}

fn rendered(found: &Discovered, targets: &[Target], suggestions: &[Suggestion]) -> String {
    let mut lines = Vec::new();
    for target in targets {
        let own = suggestions.iter().filter(|one| one.target == target.name);
        let rows: Vec<(String, &str)> = own
            .map(|one| {
                let row = format!("{} = {}", toml::key(&one.field), one.row);
                (row, one.reason.as_str())
            })
            .collect();
        if rows.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let name = toml::key(&target.name);
        lines.push(if target.has_map {
            // A second header of one name would be a mistake.
            format!("# below [target.{name}.map]")
        } else {
            format!("[target.{name}.map]")
        });
        let widths = rows.iter().map(|(row, _)| row.chars().count());
        let width = widths.filter(|width| *width <= LINED_UP_MAX).max();
        let width = width.unwrap_or_default();
        lines.extend(
            rows.iter()
                .map(|(row, why)| format!("{row:<width$} # {why}")),
        );
    }
    if lines.is_empty() {
        let people = found.found.people;
        return format!("# nothing that {people} people have and that is not mapped already\n");
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests;
