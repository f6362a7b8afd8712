//! How connectors are: state, people, what was written in the last days, what comes next.
//!
//! Everything here is read with one query for each figure, whatever the number of people.

use std::collections::BTreeMap;

use attune_core::plan::Summary;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::connectors::Standing;
use super::time;
use crate::connector::Loaded;
use crate::fault::Failure;
use crate::jobs::RunningLine;
use crate::service::Service;
use crate::store::figures::{Amiss, HeldCount, LastRun, Whole, Written};
use crate::sync::HELD_ATTENTION_MS;

/// Days that are looked back, today among them.
const DAYS: i64 = 7;

/// How a connector is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// A run is under way.
    Running,
    /// Somebody paused it.
    Paused,
    /// It failed, and is left alone for a while; or its newest run failed.
    Failed,
    /// A plan waits for somebody.
    Held,
    /// The file that lies there cannot be used; the last good one runs.
    Invalid,
    /// It never ran.
    New,
    /// Nothing is the matter.
    InTune,
}

impl State {
    /// Its word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Failed => "failed",
            Self::Held => "held",
            Self::Invalid => "invalid",
            Self::New => "new",
            Self::InTune => "in-tune",
        }
    }
}

/// A connector as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Condition {
    /// The file's name without `.toml`.
    pub connector: String,
    /// Its id.
    pub id: String,
    /// The provider plugin.
    pub provider: String,
    /// The names of its targets.
    pub targets: Vec<String>,
    /// How it is.
    pub state: State,
    /// Why it failed or is paused; may be empty.
    pub why: String,
    /// The run or job under way.
    pub run: Option<String>,
    /// How much of what is under way is done, in percent, where that is known.
    pub percent: Option<u32>,
    /// People in scope, as the newest run over everybody counted them.
    pub people: u64,
    /// Those of them of whom nothing is due.
    pub in_tune: u64,
    /// Those of them without an account in some target.
    pub without_account: u64,
    /// People of whom something is held.
    pub held: u64,
    /// Those of them for so long that somebody has to look.
    pub held_long: u64,
    /// Begin of the newest run.
    pub last: Option<String>,
    /// Begin of the newest run over everybody that wrote and came to a good end.
    pub last_good: Option<String>,
    /// Kind and time of the next run.
    pub next: Option<Next>,
    /// Values written in the last 24 hours.
    pub written_day: u64,
    /// What was written, day by day, the oldest first.
    pub days: Vec<Day>,
}

/// A run to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Next {
    /// `sync`, `changes` or `full`.
    pub kind: String,
    /// When.
    pub time: String,
}

/// What was written on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Day {
    /// The day, where its reader is.
    pub date: String,
    /// Values set.
    pub set: u64,
    /// Pictures written.
    pub photo: u64,
    /// Values cleared.
    pub clear: u64,
    /// Changes that were planned and not written.
    pub failed: u64,
}

impl Day {
    /// Everything that was written.
    pub fn written(&self) -> u64 {
        self.set + self.photo + self.clear
    }

    fn count(&mut self, summary: &Summary) {
        self.failed += summary.changes.saturating_sub(summary.written);
        // What was planned of each kind, as far as anything was written.
        let mut left = summary.written;
        for (kind, planned) in [
            (&mut self.photo, summary.photos),
            (&mut self.clear, summary.clears),
            (&mut self.set, summary.sets),
        ] {
            let written = planned.min(left);
            left -= written;
            *kind += written;
        }
    }
}

/// A problem with a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SiteState {
    /// Its address.
    pub site: String,
    /// `jira-data-center` or `confluence-data-center`.
    pub product: String,
    /// Who paused it.
    pub paused_by: Option<String>,
    /// Why a run could not finish there; none where the newest one did, or none ran.
    pub error: Option<String>,
}

/// Everything that is read for it.
struct Read {
    standing: Standing,
    whole: BTreeMap<String, Whole>,
    last: BTreeMap<String, LastRun>,
    good: BTreeMap<String, i64>,
    amiss: BTreeMap<String, Amiss>,
    held: BTreeMap<String, HeldCount>,
    written: Vec<Written>,
    waiting: BTreeMap<String, u64>,
    mistakes: BTreeMap<String, Vec<String>>,
    running: Vec<RunningLine>,
    days: Vec<(String, i64)>,
    now_ms: i64,
}

/// Every connector that runs, as it is at this moment; days are those of a time zone.
pub async fn list(service: &Service, zone: &TimeZone) -> Result<Vec<Condition>, Failure> {
    let read = Read::of(service, zone).await?;
    let (_, state) = service.pin();
    let mut all: Vec<Condition> = state.connectors.values().map(|one| read.one(one)).collect();
    all.sort_by(|one, other| one.connector.cmp(&other.connector));
    Ok(all)
}

/// One connector.
pub async fn of(service: &Service, loaded: &Loaded, zone: &TimeZone) -> Result<Condition, Failure> {
    Ok(Read::of(service, zone).await?.one(loaded))
}

/// The sites of connectors, by what the newest runs over everybody met there.
pub async fn sites(service: &Service) -> Result<Vec<SiteState>, Failure> {
    let (host, state) = service.pin();
    let paused = host.store.paused_sites().await?;
    let whole = host.store.last_whole_runs().await?;
    let mut all: BTreeMap<String, SiteState> = BTreeMap::new();
    for (id, loaded) in &state.connectors {
        for target in &loaded.connector.targets {
            let site = target.endpoint.url.trim_end_matches('/').to_owned();
            let met = whole
                .get(id)
                .and_then(|whole| whole.targets.get(&target.name));
            let error = met.and_then(|met| met.error.as_ref());
            let one = all.entry(site.clone()).or_insert_with(|| SiteState {
                product: target.product.as_str().to_owned(),
                paused_by: paused.get(&site).map(|pause| pause.by.clone()),
                error: None,
                site,
            });
            one.error = one
                .error
                .take()
                .or(error.map(|error| error.message.clone()));
        }
    }
    Ok(all.into_values().collect())
}

impl Read {
    async fn of(service: &Service, zone: &TimeZone) -> Result<Self, Failure> {
        let host = service.pin().0;
        let (store, now) = (&host.store, host.clock.now());
        let days = days(now, zone);
        let since_ms = days.first().map_or(0, |(_, began_ms)| *began_ms);
        let now_ms = now.as_millisecond();
        Ok(Self {
            standing: Standing::read(&host).await?,
            whole: store.last_whole_runs().await?,
            last: store.last_runs().await?,
            good: store.last_good_ms().await?,
            amiss: store.people_amiss().await?,
            held: store.held_people_of(now_ms - HELD_ATTENTION_MS).await?,
            written: store.written_since(since_ms).await?,
            waiting: store.held_plan_counts().await?,
            mistakes: service.mistakes(),
            running: service.running(),
            days,
            now_ms,
        })
    }

    fn one(&self, loaded: &Loaded) -> Condition {
        let connector = &loaded.connector;
        let id = &connector.id;
        let line = self.running.iter().find(|line| &line.connector == id);
        let (state, why) = self.state(loaded, line);
        let whole = self.whole.get(id);
        let people = whole.map_or(0, |whole| whole.summary.people);
        let amiss = self.amiss.get(id).copied().unwrap_or_default();
        let held = self.held.get(id).copied().unwrap_or_default();
        let next = self.standing.next(id);
        let targets = connector.targets.iter();
        let day_ms = SignedDuration::from_hours(24).as_millis() as i64;
        let of_day = self.written_by(id);
        let of_day = of_day.filter(|one| one.started_ms >= self.now_ms - day_ms);
        Condition {
            connector: connector.name.clone(),
            id: id.clone(),
            provider: connector.source.provider.clone(),
            targets: targets.map(|target| target.name.clone()).collect(),
            state,
            why,
            run: line
                .map(|line| line.run.clone().unwrap_or_else(|| line.job.clone()))
                .filter(|run| !run.is_empty()),
            percent: line.filter(|line| line.total > 0).map(|line| {
                let percent = line.done.saturating_mul(100) / line.total;
                u32::try_from(percent).unwrap_or(100).min(100)
            }),
            people,
            in_tune: people.saturating_sub(amiss.people),
            without_account: amiss.without_account,
            held: held.people,
            held_long: held.old,
            last: self.last.get(id).map(|run| time(run.started_ms)),
            last_good: self.good.get(id).copied().map(time),
            next: next.map(|(kind, at_ms)| Next {
                kind: kind.to_owned(),
                time: time(at_ms),
            }),
            written_day: of_day.map(|one| one.summary.written).sum(),
            days: self.days_of(id),
        }
    }

    fn written_by<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Written> {
        self.written.iter().filter(move |one| one.connector == id)
    }

    fn days_of(&self, id: &str) -> Vec<Day> {
        let day = |(date, _): &(String, i64)| Day {
            date: date.clone(),
            ..Day::default()
        };
        let mut days: Vec<Day> = self.days.iter().map(day).collect();
        for run in self.written_by(id) {
            let passed = self
                .days
                .iter()
                .filter(|(_, began_ms)| *began_ms <= run.started_ms);
            if let Some(day) = passed
                .count()
                .checked_sub(1)
                .and_then(|at| days.get_mut(at))
            {
                day.count(&run.summary);
            }
        }
        days
    }

    fn state(&self, loaded: &Loaded, line: Option<&RunningLine>) -> (State, String) {
        let connector = &loaded.connector;
        if line.is_some() {
            return (State::Running, String::new());
        }
        if let Some(paused) = self.standing.paused(&connector.id) {
            return (State::Paused, paused.reason);
        }
        if let Some(quarantine) = self.standing.quarantine(&connector.id) {
            return (State::Failed, quarantine.message);
        }
        if self.waiting.contains_key(&connector.id) {
            return (State::Held, String::new());
        }
        if let Some(lines) = self.mistakes.get(&connector.name) {
            return (State::Invalid, lines.first().cloned().unwrap_or_default());
        }
        match self.last.get(&connector.id).map(|run| run.state.as_str()) {
            None => (State::New, String::new()),
            Some("failed") => (State::Failed, String::new()),
            Some(_) => (State::InTune, String::new()),
        }
    }
}

/// The last days with their begin, the oldest first.
fn days(now: Timestamp, zone: &TimeZone) -> Vec<(String, i64)> {
    let today = now.to_zoned(zone.clone()).date();
    let back = (0..DAYS).rev();
    let day = |back: i64| {
        let date = today.checked_sub(back.days()).ok()?;
        let began = date.to_zoned(zone.clone()).ok()?;
        Some((date.to_string(), began.timestamp().as_millisecond()))
    };
    back.filter_map(day).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_reader_also_where_the_clocks_change() {
        let now: Timestamp = "2026-10-25T23:30:00Z".parse().unwrap();
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let days = days(now, &zone);
        assert_eq!(days.len(), 7);
        assert_eq!(days[6].0, "2026-10-26");
        let long = days[6].1 - days[5].1;
        assert_eq!(
            long,
            25 * 60 * 60 * 1000,
            "the day with the hour that comes twice"
        );
    }

    #[test]
    fn what_was_not_written_counts_as_failed() {
        let mut day = Day::default();
        day.count(&Summary {
            changes: 10,
            sets: 7,
            clears: 2,
            photos: 1,
            written: 8,
            ..Summary::default()
        });
        assert_eq!((day.set, day.photo, day.clear, day.failed), (5, 1, 2, 2));
        assert_eq!(day.written(), 8);
    }
}
