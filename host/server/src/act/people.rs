//! People: held ones tried again, and what is kept of somebody forgotten.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::Actor;
use crate::fault::Failure;
use crate::jobs::Kind;
use crate::view;

/// Held people who are tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Retried {
    /// Their jobs.
    pub jobs: Vec<String>,
}

/// What was forgotten of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Forgotten {
    /// The source key.
    pub person: String,
    /// Rows that are gone, by what they were.
    pub forgotten: std::collections::BTreeMap<String, u64>,
    /// Whether nothing of it is left in the database's free pages either.
    pub scrubbed: bool,
}

/// Which held people.
#[derive(Debug, Clone, Default)]
pub struct HeldWhich<'a> {
    /// Only of this connector.
    pub connector: Option<&'a str>,
    /// Only with this code.
    pub code: Option<&'a str>,
    /// Only this one, by source key.
    pub person: Option<&'a str>,
}

/// The most people who are tried again by one request.
const RETRIED_MAX: usize = 1000;

impl Actor {
    /// Queues a run for each held person who is meant.
    pub async fn retry(&self, which: HeldWhich<'_>) -> Result<Retried, Failure> {
        let queued = self.queue_held(&which).await;
        let object = which.connector.unwrap_or("*");
        let detail = which.code.or(which.person).unwrap_or_default();
        self.noted(("retry", object, detail), queued).await
    }

    async fn queue_held(&self, which: &HeldWhich<'_>) -> Result<Retried, Failure> {
        let id = match which.connector {
            Some(name) => Some(self.service.found(name)?.connector.id.clone()),
            None => None,
        };
        let rows = self.service.pin().0.store.held(id.as_deref()).await?;
        let is_meant = |row: &&crate::store::held::HeldRow| {
            which.code.is_none_or(|code| row.code == code)
                && which.person.is_none_or(|person| row.person == person)
        };
        let rows = rows.iter().filter(is_meant);
        let people: BTreeSet<(&str, &str)> = rows
            .map(|row| (row.connector.as_str(), row.person.as_str()))
            .collect();
        if people.is_empty() {
            return Err(Failure::of("nothing-waits", "nobody of those is held"));
        }
        let mut jobs = Vec::new();
        for (connector, person) in people.into_iter().take(RETRIED_MAX) {
            jobs.push(self.wish(connector, Kind::Held, person).await?.id);
        }
        Ok(Retried { jobs })
    }

    /// Removes what is kept of a person of a connector.
    pub async fn forget(&self, connector: &str, person: &str) -> Result<Forgotten, Failure> {
        let found = self.service.connector(connector);
        let id = found.map_or_else(|| connector.to_owned(), |one| one.connector.id.clone());
        let host = self.service.pin().0;
        let key = view::history::person(&host.store, &id, person).await?;
        let forgotten = async {
            let _turn = self.service.turn(&id).await;
            let now_ms = host.clock.now().as_millisecond();
            let told = host.store.forget_person(&id, &key, now_ms).await?;
            let scrubbed = host.store.scrub().await?;
            let lines = told.lines();
            Ok(Forgotten {
                person: key.clone(),
                forgotten: lines
                    .into_iter()
                    .map(|(noun, count)| (noun.to_owned(), count))
                    .collect(),
                scrubbed,
            })
        };
        let forgotten = forgotten.await;
        let detail = format!("person {key}");
        self.noted(("forget", connector, &detail), forgotten).await
    }
}
