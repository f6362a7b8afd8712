//! Which plugins a connector uses, and what they are given there: the card that people read before
//! a build takes over.
//!
//! Nothing is sent, no secret is read, and nobody's value is looked at.

use std::collections::BTreeSet;

use attune_core::mapping::{Input, Row, Step};
use attune_wasm::registry::Snapshot;
use attune_wasm::{Kind, Permissions, Plugin};
use serde::Serialize;

use super::{Error, ends, pictures};
use crate::connector::Loaded;

/// What a build may do, and what it is given by the connectors that use it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Card {
    /// What it may do wherever it is used.
    pub permissions: Permissions,
    /// Where it is used.
    pub places: Vec<Use>,
}

/// One place where a plugin is used.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Use {
    /// The connector file's name.
    pub connector: String,
    /// `TARGET.FIELD`; empty for a provider.
    pub field: String,
    /// The selectors whose values it is given; of a provider, endpoints and credentials.
    pub given: Vec<String>,
}

/// The ids of every plugin that a connector uses where there are these plugins.
pub fn uses(loaded: &Loaded, plugins: &Snapshot) -> BTreeSet<String> {
    let connector = &loaded.connector;
    let used = steps(loaded).map(|(_, _, step)| plugins.home(&step.plugin, &step.function));
    let mut ids: BTreeSet<String> = used.collect();
    ids.insert(connector.source.provider.clone());
    if connector
        .targets
        .iter()
        .any(|target| target.photo.is_some())
    {
        ids.insert(pictures::PLUGIN.to_owned());
    }
    ids
}

/// Whether a step is one of this plugin's functions, by whichever name.
pub fn is_of(plugin: &Plugin, step: &Step, plugins: &Snapshot) -> bool {
    plugins.home(&step.plugin, &step.function) == plugin.id()
}

/// Every step of every row, with `TARGET.FIELD`.
pub fn steps(loaded: &Loaded) -> impl Iterator<Item = (String, &Row, &Step)> {
    loaded.connector.targets.iter().flat_map(|target| {
        target.map.fields.iter().flat_map(move |mapped| {
            let place = format!("{}.{}", target.name, mapped.field.name);
            let of_row = move |row| (place.clone(), row);
            let rows = mapped.rows.iter().map(of_row);
            rows.flat_map(|(place, row)| {
                row.steps.iter().map(move |step| (place.clone(), row, step))
            })
        })
    })
}

/// The card of a plugin among these connectors.
pub fn card(plugin: &Plugin, plugins: &Snapshot, users: &[&Loaded]) -> Result<Card, Error> {
    let mut places = Vec::new();
    for user in users {
        let name = &user.connector.name;
        if plugin.kind() == Kind::Provider {
            if user.connector.source.provider == plugin.id() {
                places.push(Use {
                    connector: name.clone(),
                    field: String::new(),
                    given: ends::wants(user, plugins)?,
                });
            }
            continue;
        }
        for (field, row, step) in steps(user).filter(|(_, _, step)| is_of(plugin, step, plugins)) {
            places.push(Use {
                connector: name.clone(),
                field,
                given: given(plugin, (plugins, row), step)?,
            });
        }
    }
    Ok(Card {
        permissions: plugin.permissions(),
        places,
    })
}

/// Whose values one step is given: the row's own, as far as earlier steps leave them, and those
/// that the step's options name.
fn given(
    plugin: &Plugin,
    (plugins, row): (&Snapshot, &Row),
    step: &Step,
) -> Result<Vec<String>, Error> {
    let found = plugins.step(&step.plugin, &step.function);
    let opened = found.and_then(|(_, function)| plugin.open_transform(&function, &step.options));
    let opened = opened.map_err(|source| Error::Plugin {
        id: plugin.id().to_owned(),
        source,
    })?;
    let first: Vec<_> = match &row.input {
        Input::From(selector) => vec![selector],
        Input::First(selectors) => selectors.iter().collect(),
        Input::Value(_) | Input::Nothing => Vec::new(),
    };
    let all = first.into_iter().chain(opened.inputs());
    Ok(all.map(ToString::to_string).collect())
}
