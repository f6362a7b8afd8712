//! `plugin shadow`: what another build of a plugin would do, before it is used.
//!
//! Totals, then what matters most: what waits, fields and their most frequent value pairs, a few
//! people who show every kind of change, and which limits hold it.

use std::path::Path;

use attune_core::compare::{Compared, ComparedField, Example, ExampleChange};
use attune_core::plain::visible;
use attune_wasm::Plugin;
use attune_wasm::registry::{Build, Source};
use comfy_table::{Cell, CellAlignment, Table};

use super::out::{FAINT, GOOD, Out, TITLE, WARN, paint};
use super::progress::watched;
use super::report::{grouped, optional, plain, shown};
use super::shell::{Purpose, Work};
use super::{Exit, Outcome, Shell};
use crate::app::App;
use crate::fault::Failure;
use crate::sync::{self, ShadowReport, Side, Waiting};

/// Value pairs, and example people, that are shown without `--json`.
const SHOWN_MAX: usize = 12;

/// Tries the build of a file for one connector, or for every one that uses the plugin. In a service
/// also shows what was found out about one that waits, by its id.
pub(super) async fn run(shell: &Shell, file: &Path, connector: Option<&str>) -> Outcome {
    if let Some(service) = &shell.service
        && let Some(reports) = service.reports(&file.to_string_lossy())
    {
        return Ok(told(&shell.out, &reports));
    }
    let connectors = shell.one_or_named(connector)?;
    let looking = shell.app().await?;
    let (build, plugin) = other(&looking, &shell.path(file))?;
    let plugins = looking.host.plugins.with(&build, plugin.clone());
    looking.close().await;
    let users = connectors
        .iter()
        .filter(|loaded| sync::uses(loaded, &plugins).contains(build.id()));
    let mut reports = Vec::new();
    for user in users {
        let Work { app, loaded, turn } = shell.begin(&user.connector.id, Purpose::Reads).await?;
        let plugins = app.host.plugins.with(&build, plugin.clone());
        let limits = &app.settings.swap.limits;
        let tried = watched(&shell.out, async |watch| {
            let side = |plugins| Side {
                loaded: &loaded,
                plugins,
            };
            let (old, new) = (side(&app.host.plugins), side(&plugins));
            sync::shadow(&app.host, old, new, limits, watch).await
        });
        reports.push(tried.await?.report);
        drop(turn);
        app.close().await;
    }
    if reports.is_empty() {
        let message = format!("no connector uses the plugin `{}`", build.id());
        return Err(Failure::of("usage", message));
    }
    Ok(told(&shell.out, &reports))
}

fn told(out: &Out, reports: &[impl std::borrow::Borrow<ShadowReport> + serde::Serialize]) -> Exit {
    if out.json {
        out.json(&reports);
    } else {
        for report in reports {
            print(out, report.borrow());
        }
    }
    let is_held = reports.iter().any(|report| report.borrow().is_held());
    if is_held { Exit::Held } else { Exit::Good }
}

/// The build of a file.
fn other(app: &App, file: &Path) -> Result<(Build, Plugin), Failure> {
    let unreadable = |error| {
        let message = format!("cannot read {}: {error}", file.display());
        Failure::of("usage", message)
    };
    let bytes = std::fs::read(file).map_err(unreadable)?;
    let engine = app.host.plugins.engine();
    let plugin = engine.load(&bytes)?;
    let build = Build::of_bytes(plugin.id(), Source::File(file.to_owned()), bytes);
    Ok((build, plugin))
}

/// Prints a whole report.
pub(super) fn print(out: &Out, report: &ShadowReport) {
    let word = match (report.is_held(), report.is_quiet()) {
        (true, _) => paint(WARN, "approval needed"),
        (false, true) => paint(GOOD, "nothing changes"),
        (false, false) => paint(GOOD, "below every limit"),
    };
    out.data(format!("{} {word}", paint(TITLE, &report.connector)));
    out.data(totals(report).to_string());
    if let Some(why) = &report.uncompared {
        let why = visible(&why.message);
        out.data(paint(WARN, format!("nothing was compared: {why}")));
    }
    let source = report.plan.source.as_ref();
    if let Some(why) = source.and_then(|source| source.why.as_deref()) {
        out.data(paint(
            WARN,
            format!("nobody was looked at: {}", visible(why)),
        ));
    }
    for wait in &report.waits {
        out.data(paint(WARN, waits(wait)));
    }
    if let Some(compared) = &report.compared {
        print_compared(out, compared);
    }
    for verdict in report.verdicts.iter().filter(|verdict| verdict.held) {
        let field = dotted(&verdict.target, &verdict.field);
        let of = format!("{} of {}", grouped(verdict.count), grouped(verdict.base));
        out.data(paint(
            WARN,
            format!(
                "held by {}{field}: {} ({of}) is above the limit of {}",
                verdict.name, verdict.actual, verdict.limit
            ),
        ));
    }
    for guard in report.plan.guards.iter().filter(|guard| guard.held) {
        let of = format!("{} of {}", grouped(guard.count), grouped(guard.base));
        out.data(paint(
            WARN,
            format!(
                "its plan is held by {}: {} ({of}) is above the limit of {}",
                guard.name, guard.actual, guard.limit
            ),
        ));
    }
    out.data(format!("digest {}", report.plan.digest));
}

fn print_compared(out: &Out, compared: &Compared) {
    let changed = |field: &&ComparedField| field.changed + field.waiting > 0;
    if !compared.fields.iter().any(|field| changed(&field)) {
        return;
    }
    title(out, "Fields");
    out.data(fields(compared).to_string());
    let (pairs, rest) = pairs(compared);
    if let Some(pairs) = pairs {
        title(out, "Values");
        out.data(pairs.to_string());
        if rest > 0 {
            let more = format!(
                "... and {} more values; --json tells more pairs",
                grouped(rest)
            );
            out.data(paint(FAINT, more));
        }
    }
    if !compared.examples.is_empty() {
        title(out, "People who together show every kind of change");
        out.data(examples(&compared.examples).to_string());
        let rest = compared.examples.len().saturating_sub(SHOWN_MAX);
        if rest > 0 {
            out.data(paint(FAINT, format!("... and {rest} more: --json")));
        }
    }
}

fn title(out: &Out, text: &str) {
    out.data(format!("\n{}", paint(TITLE, text)));
}

fn count(count: u64) -> Cell {
    Cell::new(grouped(count)).set_alignment(CellAlignment::Right)
}

fn totals(report: &ShadowReport) -> Table {
    let mut table = plain();
    let mut row = |name: &str, number: u64, about: &str| {
        table.add_row([Cell::new(name), count(number), Cell::new(about)]);
    };
    if let Some(compared) = &report.compared {
        row(
            "people compared",
            compared.people,
            "by their kept documents",
        );
        row("people changed", compared.changed_people, "");
        row("values changed", compared.changed_values, "");
        let rare = [
            (
                "newly failing",
                compared.newly_failing,
                "people with a value that did not fail",
            ),
            (
                "newly fine",
                compared.newly_fine,
                "people with a value that failed",
            ),
            (
                "come into scope",
                compared.came_into_scope,
                "the next listing looks for accounts",
            ),
            (
                "leave the scope",
                compared.left_scope,
                "nothing of theirs is touched",
            ),
            (
                "unknown",
                compared.unknown,
                "their documents cannot be read for this",
            ),
            ("waiting values", compared.waiting, "for a complete listing"),
        ];
        for (name, number, about) in rare {
            if number > 0 {
                row(name, number, about);
            }
        }
    }
    row(
        "changes planned",
        report.plan.summary.changes,
        "what an approval writes",
    );
    let times = report.microseconds;
    if report.compared.is_some() {
        let time = format!("{} us before, {} us now", times.old, times.new);
        table.add_row(["time per person", "", &time]);
    }
    table
}

fn waits(wait: &Waiting) -> String {
    let rows = wait.rows.iter().map(|row| match row.field.as_str() {
        "" => "[scope]".to_owned(),
        field => visible(field).into_owned(),
    });
    let rows: Vec<String> = rows.collect();
    format!(
        "{} waits for a complete listing: `{}` was never fetched of {} people",
        rows.join(", "),
        visible(&wait.selector),
        grouped(wait.people)
    )
}

fn fields(compared: &Compared) -> Table {
    let mut table = plain();
    table.set_header([
        "field", "values", "changed", "share", "cleared", "failing", "fine", "waiting",
    ]);
    let told = compared.fields.iter();
    for field in told.filter(|field| field.changed + field.waiting > 0) {
        let share = Cell::new(&field.share).set_alignment(CellAlignment::Right);
        table.add_row([
            Cell::new(name(compared, &field.target, &field.field)),
            count(field.values),
            count(field.changed),
            share,
            count(field.cleared),
            count(field.newly_failing),
            count(field.newly_fine),
            count(field.waiting),
        ]);
    }
    table
}

/// The most frequent pairs of all fields, and how many values have others.
fn pairs(compared: &Compared) -> (Option<Table>, u64) {
    let mut all: Vec<_> = compared
        .fields
        .iter()
        .flat_map(|field| field.pairs.iter().map(move |pair| (field, pair)))
        .collect();
    if all.is_empty() {
        return (None, 0);
    }
    // Stable: equal ones stay by field and value.
    all.sort_by_key(|(_, pair)| std::cmp::Reverse(pair.people));
    let hidden = all.iter().skip(SHOWN_MAX).map(|(_, pair)| pair.people);
    let others = compared.fields.iter().map(|field| field.other_pairs);
    let rest: u64 = hidden.chain(others).sum();
    let mut table = plain();
    for (field, pair) in all.into_iter().take(SHOWN_MAX) {
        table.add_row([
            Cell::new(name(compared, &field.target, &field.field)),
            Cell::new(optional(pair.before.as_deref())),
            Cell::new("->"),
            Cell::new(optional(pair.after.as_deref())),
            count(pair.people),
        ]);
    }
    (Some(table), rest)
}

fn examples(examples: &[Example]) -> Table {
    let mut table = plain();
    for example in examples.iter().take(SHOWN_MAX) {
        for (index, change) in example.changes.iter().enumerate() {
            let person = if index == 0 {
                shown(&example.person)
            } else {
                String::new()
            };
            let (before, after) = sides(change);
            let arrow = "->".to_owned();
            table.add_row([person, shown(&change.field), before, arrow, after]);
        }
    }
    table
}

/// Values where there are some, else what is said instead.
fn sides(change: &ExampleChange) -> (String, String) {
    let (old, new) = change.what.split_once("->").unwrap_or_default();
    let side = |value: &Option<String>, word: &str| match value {
        Some(value) => shown(value),
        None => format!("({})", visible(word)),
    };
    (side(&change.before, old), side(&change.after, new))
}

/// A field, with its target where there are several.
fn name(compared: &Compared, target: &str, field: &str) -> String {
    let is_one = compared.fields.iter().all(|other| other.target == target);
    if is_one {
        shown(field)
    } else {
        format!("{}.{}", shown(target), shown(field))
    }
}

fn dotted(target: &str, field: &str) -> String {
    if field.is_empty() {
        String::new()
    } else {
        format!(" of {}.{}", shown(target), shown(field))
    }
}
