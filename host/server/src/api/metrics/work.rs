//! What waits: jobs, held people, pauses, quarantines; and how sites are asked.

use std::collections::BTreeMap;

use super::named;
use super::page::Page;
use crate::net::PaceLine;
use crate::service::{Service, State};
use crate::store::{self, Store};

pub(super) async fn add(page: &mut Page, service: &Service) {
    let (host, state) = service.pin();
    // A database that cannot be read is what `/readyz` tells; the rest of the page stands.
    if let Ok(waiting) = Waiting::look(&host.store).await {
        waiting.show(page, &state);
    }
    paces(page, &host.net.paces());
}

/// Counts of rows, by connector id where there is one.
struct Waiting {
    jobs: BTreeMap<(String, String), u64>,
    held: BTreeMap<String, u64>,
    paused: Vec<String>,
    quarantined: Vec<String>,
    sites: Vec<String>,
    schedules: Vec<(String, String, i64)>,
}

impl Waiting {
    async fn look(store: &Store) -> store::Result<Self> {
        let mut jobs = BTreeMap::new();
        for job in store.unfinished_jobs().await? {
            *jobs.entry((job.connector, job.kind)).or_default() += 1;
        }
        let left_alone = store.quarantines().await?.into_iter();
        let left_alone = left_alone.filter(|(_, one)| one.since_ms.is_some());
        let planned = store.schedules().await?.into_iter();
        Ok(Self {
            jobs,
            held: store.held_counts().await?,
            paused: store.pauses().await?.into_keys().collect(),
            quarantined: left_alone.map(|(connector, _)| connector).collect(),
            sites: store.paused_sites().await?.into_keys().collect(),
            schedules: planned
                .map(|one| (one.connector, one.kind, one.next_ms))
                .collect(),
        })
    }

    fn show(&self, page: &mut Page, state: &State) {
        let name = "attune_jobs";
        page.family(name, "gauge", "Jobs that wait or are under way.");
        for ((connector, kind), count) in &self.jobs {
            let labels = [("connector", named(state, connector)), ("kind", kind)];
            page.line(name, &labels, *count);
        }
        let name = "attune_held_values";
        page.family(
            name,
            "gauge",
            "Values and people that could not be brought in tune and are tried again.",
        );
        for (connector, count) in &self.held {
            page.line(name, &[("connector", named(state, connector))], *count);
        }
        let marks = [
            (
                "attune_connector_paused",
                "Connectors that somebody paused.",
                &self.paused,
            ),
            (
                "attune_connector_quarantined",
                "Connectors that are left alone because they fail.",
                &self.quarantined,
            ),
        ];
        for (name, help, connectors) in marks {
            page.family(name, "gauge", help);
            for connector in connectors {
                page.line(name, &[("connector", named(state, connector))], 1);
            }
        }
        let name = "attune_site_paused";
        page.family(name, "gauge", "Sites that somebody paused.");
        for site in &self.sites {
            page.line(name, &[("site", site)], 1);
        }
        let name = "attune_schedule_next_timestamp_seconds";
        page.family(name, "gauge", "When a schedule comes next.");
        for (connector, kind, next_ms) in &self.schedules {
            let labels = [("connector", named(state, connector)), ("kind", kind)];
            page.line(name, &labels, *next_ms as f64 / 1000.0);
        }
    }
}

fn paces(page: &mut Page, lines: &[PaceLine]) {
    let origins: Vec<String> = lines.iter().map(|line| line.origin.to_string()).collect();
    let counters: [Family; 3] = [
        (
            "attune_http_requests_total",
            "Requests to a site, repetitions included.",
            |line| line.sent as f64,
        ),
        (
            "attune_http_throttled_total",
            "Requests that were refused by 429 or 503.",
            |line| line.throttled as f64,
        ),
        (
            "attune_http_held_seconds_total",
            "Time for which a site asked to be left alone.",
            |line| line.held_ms as f64 / 1000.0,
        ),
    ];
    let gauges: [Family; 2] = [
        (
            "attune_http_at_once",
            "Requests that a site may get at once.",
            |line| f64::from(line.at_once),
        ),
        (
            "attune_http_waiting",
            "Requests that wait for their turn.",
            |line| f64::from(line.waiting),
        ),
    ];
    for (kind, families) in [("counter", counters.as_slice()), ("gauge", &gauges)] {
        for (name, help, read) in families {
            page.family(name, kind, help);
            for (line, origin) in lines.iter().zip(&origins) {
                page.line(name, &[("origin", origin)], read(line));
            }
        }
    }
}

/// Name, help, and what is read.
type Family = (&'static str, &'static str, fn(&PaceLine) -> f64);
