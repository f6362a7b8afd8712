//! Connectors: what runs, when it runs next, and what keeps it from it.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::time;
use crate::connector::{Entry, Loaded};
use crate::fault::Failure;
use crate::service::{Service, Waiting};
use crate::store::pauses;
use crate::store::quarantines::Quarantine as Row;
use crate::store::schedules::Planned;
use crate::sync::Host;

/// A connector that runs in the service, or a file that cannot.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", untagged)]
pub enum Connector {
    /// It runs.
    Running(Box<Running>),
    /// A file, where no service runs.
    File(File),
    /// A file that cannot be used.
    Wrong(Wrong),
}

/// A connector as it runs.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Running {
    /// The file's name without `.toml`.
    pub connector: String,
    /// Its id.
    pub id: String,
    /// The provider plugin.
    pub provider: String,
    /// The names of its targets.
    pub targets: Vec<String>,
    /// Digest of the file that runs.
    pub revision: String,
    /// Its next file, where that waits for somebody.
    pub waiting: Option<Waiting>,
    /// What is wrong with the file that lies there; the last good one runs.
    pub mistakes: Option<Vec<String>>,
    /// When it runs next by itself, by kind.
    pub next: BTreeMap<String, String>,
    /// Who paused it.
    pub paused: Option<Paused>,
    /// Why it is left alone.
    pub quarantine: Option<Quarantine>,
}

/// A connector file that could run.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct File {
    /// The file's name without `.toml`.
    pub connector: String,
    /// Its id.
    pub id: String,
    /// The provider plugin.
    pub provider: String,
    /// The names of its targets.
    pub targets: Vec<String>,
    /// Its digest.
    pub revision: String,
}

/// A connector file that cannot be used.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Wrong {
    /// The file's name without `.toml`.
    pub connector: String,
    /// What is wrong with it.
    pub mistakes: Vec<String>,
}

/// Who paused something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Paused {
    /// Since when.
    pub since: String,
    /// Who.
    pub by: String,
    /// Why; may be empty.
    pub reason: String,
}

/// Why a connector that failed is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Quarantine {
    /// Since when.
    pub since: Option<String>,
    /// Why, as a code.
    pub code: String,
    /// The same in words.
    pub message: String,
    /// How often it was tried since.
    pub tried: i64,
    /// When it is tried next.
    pub next: String,
}

/// When connectors run next, and what keeps them from it.
pub struct Standing {
    planned: Vec<Planned>,
    pauses: BTreeMap<String, pauses::Pause>,
    quarantines: BTreeMap<String, Row>,
}

impl Standing {
    /// As it is at this moment.
    pub async fn read(host: &Host) -> Result<Self, Failure> {
        let store = &host.store;
        Ok(Self {
            planned: store.schedules().await?,
            pauses: store.pauses().await?,
            quarantines: store.quarantines().await?,
        })
    }

    /// The next time of each kind of run.
    pub fn times(&self, connector: &str) -> BTreeMap<String, String> {
        let of_connector = self.planned.iter().filter(|one| one.connector == connector);
        of_connector
            .map(|one| (one.kind.clone(), time(one.next_ms)))
            .collect()
    }

    /// Kind and time of the next run.
    pub fn next(&self, connector: &str) -> Option<(&str, i64)> {
        let of_connector = self.planned.iter().filter(|one| one.connector == connector);
        let next = of_connector.min_by_key(|one| one.next_ms)?;
        Some((&next.kind, next.next_ms))
    }

    /// Who paused a connector.
    pub fn paused(&self, connector: &str) -> Option<Paused> {
        self.pauses.get(connector).map(Paused::from)
    }

    /// Why a connector is left alone, where it is.
    pub fn quarantine(&self, connector: &str) -> Option<Quarantine> {
        let row = self.quarantines.get(connector).filter(|row| row.is_on())?;
        Some(Quarantine {
            since: row.since_ms.map(time),
            code: row.code.clone(),
            message: row.message.clone(),
            tried: row.probes,
            next: time(row.next_ms),
        })
    }
}

impl From<&pauses::Pause> for Paused {
    fn from(pause: &pauses::Pause) -> Self {
        Self {
            since: time(pause.since_ms),
            by: pause.by.clone(),
            reason: pause.reason.clone(),
        }
    }
}

impl From<&Entry> for Connector {
    fn from(entry: &Entry) -> Self {
        match &entry.result {
            Ok(loaded) => Self::File(File {
                connector: entry.name.clone(),
                id: loaded.connector.id.clone(),
                provider: loaded.connector.source.provider.clone(),
                targets: targets(loaded),
                revision: loaded.revision().to_owned(),
            }),
            Err(mistakes) => Self::Wrong(Wrong {
                connector: entry.name.clone(),
                mistakes: mistakes.iter().map(ToString::to_string).collect(),
            }),
        }
    }
}

/// What runs in the service, then the files that cannot.
pub fn list(service: &Service, standing: &Standing) -> Vec<Connector> {
    let (_, state) = service.pin();
    let waiting = waiting(service);
    let mistakes = service.mistakes();
    let mut all: Vec<Connector> = state
        .connectors
        .values()
        .map(|loaded| running(loaded, (&waiting, &mistakes), standing))
        .map(|running| Connector::Running(Box::new(running)))
        .collect();
    let names: Vec<&String> = state
        .connectors
        .values()
        .map(|one| &one.connector.name)
        .collect();
    let strangers = mistakes.iter().filter(|(name, _)| !names.contains(name));
    all.extend(strangers.map(|(name, lines)| {
        Connector::Wrong(Wrong {
            connector: name.clone(),
            mistakes: lines.clone(),
        })
    }));
    all
}

/// One connector as it runs.
pub fn show(service: &Service, loaded: &Loaded, standing: &Standing) -> Running {
    running(loaded, (&waiting(service), &service.mistakes()), standing)
}

fn waiting(service: &Service) -> Vec<Waiting> {
    let mut waiting = service.waiting();
    waiting.retain(|one| one.kind == "connector");
    waiting
}

fn running(
    loaded: &Loaded,
    (waiting, mistakes): (&[Waiting], &BTreeMap<String, Vec<String>>),
    standing: &Standing,
) -> Running {
    let connector = &loaded.connector;
    Running {
        connector: connector.name.clone(),
        id: connector.id.clone(),
        provider: connector.source.provider.clone(),
        targets: targets(loaded),
        revision: loaded.revision().to_owned(),
        waiting: waiting
            .iter()
            .find(|one| one.name == connector.name)
            .cloned(),
        mistakes: mistakes.get(&connector.name).cloned(),
        next: standing.times(&connector.id),
        paused: standing.paused(&connector.id),
        quarantine: standing.quarantine(&connector.id),
    }
}

fn targets(loaded: &Loaded) -> Vec<String> {
    let targets = loaded.connector.targets.iter();
    targets.map(|target| target.name.clone()).collect()
}
