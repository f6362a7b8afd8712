//! People: held ones tried again, and what is kept of somebody forgotten.

use serde::Serialize;
use utoipa::ToSchema;

use super::Actor;
use crate::fault::Failure;
use crate::jobs::Kind;
use crate::view;
use crate::view::held::Wanted;

/// Held people who are tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Retried {
    /// Their jobs.
    pub jobs: Vec<String>,
    /// Others who are meant, and more than go at once: another request tries them.
    pub left: u64,
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
    /// Only of this field.
    pub field: Option<&'a str>,
    /// Only those who have been for so long that somebody has to look.
    pub is_old: bool,
    /// Only this one, by source key.
    pub person: Option<&'a str>,
}

/// The most people who are tried again by one request, those who were not tried for longest first.
const RETRIED_MAX: usize = 1000;

impl Actor {
    /// Queues a run for each held person who is meant.
    pub async fn retry(&self, which: HeldWhich<'_>) -> Result<Retried, Failure> {
        let queued = self.queue_held(&which).await;
        let object = which.connector.unwrap_or("*");
        let field = which.field.map(|field| format!("field {field}"));
        let words = [
            which.code,
            which.person,
            field.as_deref(),
            which.is_old.then_some("held for long"),
        ];
        let words: Vec<&str> = words.into_iter().flatten().collect();
        self.noted(("retry", object, &words.join(", ")), queued)
            .await
    }

    async fn queue_held(&self, which: &HeldWhich<'_>) -> Result<Retried, Failure> {
        let some = |text: Option<&str>| text.map(str::to_owned);
        let wanted = Wanted {
            connector: match which.connector {
                Some(name) => Some(self.service.found(name)?.connector.id.clone()),
                None => None,
            },
            code: some(which.code),
            field: some(which.field),
            is_old: which.is_old,
        };
        let mut people = view::held::people(&self.service, &wanted).await?;
        if let Some(only) = which.person {
            people.retain(|(_, person)| person == only);
        }
        if people.is_empty() {
            return Err(Failure::of("nothing-waits", "nobody of those is held"));
        }
        let left = people.len().saturating_sub(RETRIED_MAX) as u64;
        people.truncate(RETRIED_MAX);
        let mut jobs = Vec::with_capacity(people.len());
        for (connector, person) in &people {
            jobs.push(self.wish(connector, Kind::Held, person).await?.id);
        }
        Ok(Retried { jobs, left })
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
