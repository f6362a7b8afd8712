//! How the people of a connector stand: listed, in scope, with an account or without.

use serde::Serialize;
use utoipa::ToSchema;

use crate::fault::Failure;
use crate::store::Store;

/// Counts of people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Standings {
    /// In the last complete listing.
    pub listed: u64,
    /// Of those that were looked up, in the scope.
    pub in_scope: u64,
    /// Of those, out of it.
    pub left_out: u64,
    /// In the scope, and without an account in some target.
    pub unmatched: u64,
    /// In the scope, and with more than one account in some target.
    pub ambiguous: u64,
}

/// The counts of a connector.
pub async fn counts(store: &Store, connector: &str) -> Result<Standings, Failure> {
    let listed = store.last_listing(connector).await?;
    let mut counts = Standings {
        listed: listed.map_or(0, |(people, _)| people),
        ..Standings::default()
    };
    for (state, is_outside, people) in store.link_counts(connector).await? {
        if is_outside {
            counts.left_out += people;
            continue;
        }
        counts.in_scope += people;
        match state.as_str() {
            "unmatched" => counts.unmatched += people,
            "ambiguous" => counts.ambiguous += people,
            _ => {}
        }
    }
    Ok(counts)
}
