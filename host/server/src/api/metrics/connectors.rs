//! Connectors: their files, and what their runs come to.

use std::collections::BTreeMap;

use super::named;
use super::page::Page;
use crate::service::{Service, State};
use crate::store::{self, Store, figures};
use crate::telemetry::meters::Counts;

pub(super) async fn add(page: &mut Page, service: &Service) {
    files(page, service);
    let (host, state) = service.pin();
    runs(page, &host.meters.read());
    // A database that cannot be read is what `/readyz` tells; the rest of the page stands.
    if let Ok(whole) = Whole::read(&host.store).await {
        whole.show(page, &state);
    }
}

fn files(page: &mut Page, service: &Service) {
    let name = "attune_swap_waiting";
    page.family(name, "gauge", "Changes that wait for somebody.");
    for one in service.waiting() {
        page.line(name, &[("kind", one.kind), ("name", &one.name)], 1);
    }
    let name = "attune_config_last_reload_successful";
    page.family(
        name,
        "gauge",
        "Whether the connector's file, as it is now, could be used.",
    );
    let (mistakes, (_, state)) = (service.mistakes(), service.pin());
    let running = state.connectors.values();
    let mut names: Vec<&str> = running.map(|one| one.connector.name.as_str()).collect();
    names.extend(mistakes.keys().map(String::as_str));
    names.sort_unstable();
    names.dedup();
    for connector in names {
        let is_well = !mistakes.contains_key(connector);
        page.line(name, &[("connector", connector)], u64::from(is_well));
    }
}

/// Name, help, and what is read.
type Family<T> = (&'static str, &'static str, fn(&T) -> u64);

fn runs(page: &mut Page, all: &BTreeMap<String, Counts>) {
    let name = "attune_runs_total";
    page.family(name, "counter", "Runs that ended, by verb and state.");
    for (connector, counts) in all {
        for ((verb, state), count) in &counts.runs {
            let labels = [
                ("connector", connector.as_str()),
                ("verb", verb),
                ("state", state),
            ];
            page.line(name, &labels, *count);
        }
    }
    let name = "attune_run_seconds_total";
    page.family(name, "counter", "Time of all runs.");
    for (connector, counts) in all {
        let seconds = counts.busy_ms as f64 / 1000.0;
        page.line(name, &[("connector", connector)], seconds);
    }
    let counters: [Family<Counts>; 3] = [
        (
            "attune_fields_written_total",
            "Fields written to targets.",
            |one| one.written,
        ),
        (
            "attune_values_failed_total",
            "Values that could not be made or written.",
            |one| one.failed,
        ),
        (
            "attune_source_requests_total",
            "Requests to the source, repetitions included.",
            |one| one.source_requests,
        ),
    ];
    for (name, help, read) in counters {
        page.family(name, "counter", help);
        for (connector, counts) in all {
            page.line(name, &[("connector", connector)], read(counts));
        }
    }
}

/// What the store knows of connectors, whichever process ran.
struct Whole {
    runs: BTreeMap<String, figures::Whole>,
    good: BTreeMap<String, i64>,
    held: BTreeMap<String, u64>,
}

impl Whole {
    async fn read(store: &Store) -> store::Result<Self> {
        Ok(Self {
            runs: store.last_whole_runs().await?,
            good: store.last_good_ms().await?,
            held: store.held_plan_counts().await?,
        })
    }

    fn show(&self, page: &mut Page, state: &State) {
        let gauges: [Family<figures::Whole>; 2] = [
            (
                "attune_people",
                "People in scope in the newest run over everybody.",
                |one| one.summary.people,
            ),
            (
                "attune_plan_changes",
                "Fields that the newest run over everybody planned to change.",
                |one| one.summary.changes,
            ),
        ];
        for (name, help, read) in gauges {
            page.family(name, "gauge", help);
            for (connector, whole) in there(state, &self.runs) {
                page.line(name, &[("connector", connector)], read(whole));
            }
        }
        let name = "attune_last_success_timestamp_seconds";
        let help = "When the newest sync of everybody that came to a good end began.";
        page.family(name, "gauge", help);
        for (connector, good_ms) in there(state, &self.good) {
            let labels = [("connector", connector)];
            page.line(name, &labels, *good_ms as f64 / 1000.0);
        }
        let name = "attune_plans_held";
        page.family(
            name,
            "gauge",
            "Plans that a guard holds, until somebody decides.",
        );
        for connector in state.connectors.keys() {
            let count = self.held.get(connector).copied().unwrap_or_default();
            page.line(name, &[("connector", named(state, connector))], count);
        }
    }
}

/// What is known of the connectors that are there, by their names: runs outlive a file that was taken away.
fn there<'s, T>(
    state: &'s State,
    all: &'s BTreeMap<String, T>,
) -> impl Iterator<Item = (&'s str, &'s T)> {
    let ids = state.connectors.keys();
    ids.filter_map(|id| Some((named(state, id), all.get(id)?)))
}
