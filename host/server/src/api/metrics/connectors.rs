//! Connectors: their files, and what their runs come to.

use std::collections::BTreeMap;

use super::page::Page;
use crate::service::Service;
use crate::telemetry::meters::Counts;

pub(super) fn add(page: &mut Page, service: &Service) {
    files(page, service);
    let (host, _) = service.pin();
    runs(page, &host.meters.read());
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
type Family = (&'static str, &'static str, fn(&Counts) -> u64);

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
    let counters: [Family; 3] = [
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
    let gauges: [Family; 2] = [
        (
            "attune_people",
            "People in scope in the last run that counted them.",
            |one| one.people,
        ),
        (
            "attune_plan_changes",
            "Fields that the last plan would change.",
            |one| one.changes,
        ),
    ];
    for (name, help, read) in gauges {
        page.family(name, "gauge", help);
        for (connector, counts) in all {
            page.line(name, &[("connector", connector)], read(counts));
        }
    }
    let name = "attune_last_success_timestamp_seconds";
    page.family(
        name,
        "gauge",
        "When a sync last came to a good end, since this process began.",
    );
    for (connector, counts) in all {
        if let Some(good_ms) = counts.good_ms {
            page.line(name, &[("connector", connector)], good_ms as f64 / 1000.0);
        }
    }
}
