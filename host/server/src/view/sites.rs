//! Sites: where connectors write to, and which are paused.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::connectors::Paused;
use crate::connector::Loaded;
use crate::store::pauses::Pause;

/// A site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Site {
    /// Its address.
    pub site: String,
    /// The connectors that write to it.
    pub connectors: BTreeSet<String>,
    /// Who paused it.
    pub paused: Option<Paused>,
}

/// The sites of these connectors, and those that are paused.
pub fn list<'a>(
    connectors: impl IntoIterator<Item = &'a Loaded>,
    paused: &BTreeMap<String, Pause>,
) -> Vec<Site> {
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for loaded in connectors {
        for target in &loaded.connector.targets {
            let site = target.endpoint.url.trim_end_matches('/').to_owned();
            let names = users.entry(site).or_default();
            names.insert(loaded.connector.name.clone());
        }
    }
    for site in paused.keys() {
        users.entry(site.clone()).or_default();
    }
    let site = |(site, connectors)| Site {
        paused: paused.get(&site).map(Paused::from),
        site,
        connectors,
    };
    users.into_iter().map(site).collect()
}
