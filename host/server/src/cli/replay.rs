//! `run replay`.

use std::path::Path;

use comfy_table::Table;

use super::args::Replay;
use super::out::{BAD, FAINT, GOOD, Out, TITLE, WARN, paint};
use super::report::{grouped, optional, plain, shown};
use super::{Exit, Outcome, Shell};
use crate::fault::Failure;
use crate::sync::{self, Replayed};

/// Differences and people shown without `--json`.
const SHOWN_MAX: usize = 20;

pub(super) async fn run(shell: &Shell, args: Replay) -> Outcome {
    let mut instead = Vec::with_capacity(args.plugins.len());
    for plugin in &args.plugins {
        instead.push(build(plugin)?);
    }
    let app = shell.app().await?;
    if app.host.store.run(&args.id).await?.is_none() {
        let id = &args.id;
        let message = format!("there is no run `{id}`, or several begin like this");
        return Err(Failure::of("no-such-run", message));
    }
    let replayed = sync::replay(&app.host, &args.id, &instead).await;
    app.close().await;
    let replayed = replayed.map_err(|error| {
        let failure = Failure::from(error);
        if failure.code != "no-such-plan" {
            return failure;
        }
        let hint = "plans, connector files and plugins are kept since runs can be replayed, each \
                    for its time: `attune runs` lists newer runs";
        failure.exit(1).hint(hint)
    })?;
    if shell.out.json {
        shell.out.json(&replayed);
    } else {
        print(&shell.out, &replayed, !instead.is_empty());
    }
    Ok(if replayed.is_same || !instead.is_empty() {
        Exit::Good
    } else {
        Exit::Partly
    })
}

/// `NAME=FILE`: the plugin's id and the bytes of another build of it.
fn build(plugin: &str) -> Result<(String, Vec<u8>), Failure> {
    let Some((id, path)) = plugin.split_once('=') else {
        let message = format!("`{plugin}` is not NAME=FILE");
        return Err(Failure::of("usage", message).hint("such as --plugin text=./text.wasm"));
    };
    let bytes = std::fs::read(Path::new(path)).map_err(|error| {
        Failure::of("plugin-file", format!("cannot read {path}: {error}")).exit(2)
    })?;
    Ok((id.to_owned(), bytes))
}

fn print(out: &Out, replayed: &Replayed, is_other: bool) {
    out.data(format!(
        "{} {} of {}, {}: {} people, {} changes",
        paint(TITLE, "run"),
        replayed.run,
        shown(&replayed.connector),
        replayed.now,
        grouped(replayed.people),
        grouped(replayed.recorded_changes),
    ));
    out.data(match (replayed.is_same, is_other) {
        (true, false) => paint(GOOD, "the same plan came out, bit for bit"),
        (true, true) => paint(GOOD, "these builds make the same changes"),
        (false, true) if replayed.missing.is_empty() => paint(
            WARN,
            format!("these builds change {} of it", grouped(replayed.different)),
        ),
        (false, false) if replayed.missing.is_empty() => paint(BAD, "another plan came out"),
        (false, _) => paint(WARN, "not everything of it can be replayed"),
    });
    if is_other && !replayed.repeats {
        let line = "the run's own builds do not make its plan again: what follows is no more than \
                    a hint";
        out.data(paint(WARN, line));
    }
    out.data(format!("recorded {}", replayed.recorded));
    out.data(format!("replayed {}", replayed.replayed));
    if !replayed.differences.is_empty() {
        let told = replayed.differences.len().min(SHOWN_MAX);
        let of = if replayed.different > told as u64 {
            format!(" (first {told} of {})", grouped(replayed.different))
        } else {
            String::new()
        };
        out.data(format!("\n{}", paint(TITLE, format!("Differences{of}"))));
        out.data(differences(replayed).to_string());
    }
    let missing = "Documents of then that are not kept any more";
    people(out, missing, &replayed.missing);
    let altered = "People whose inputs of then cannot be made again (accounts of managers are \
                   those of today)";
    people(out, altered, &replayed.other_inputs);
    if replayed.pictures > 0 {
        let count = grouped(replayed.pictures);
        let line = format!("{count} pictures are taken from the record: their bytes are not kept");
        out.data(paint(FAINT, line));
    }
    if !replayed.repeatable {
        let line = "some values came late and need not come out the same another time";
        out.data(paint(WARN, line));
    }
}

fn differences(replayed: &Replayed) -> Table {
    let mut table = plain();
    table.set_header(["person", "field", "before", "recorded", "replayed"]);
    for difference in replayed.differences.iter().take(SHOWN_MAX) {
        let (recorded, made) = (&difference.recorded, &difference.replayed);
        let Some(either) = recorded.as_ref().or(made.as_ref()) else {
            continue;
        };
        let after = |change: &Option<attune_core::plan::Change>| match change {
            Some(change) => optional(change.after.as_deref()),
            None => "(left alone)".to_owned(),
        };
        table.add_row([
            shown(&either.person),
            shown(&either.field),
            optional(either.before.as_deref()),
            after(recorded),
            after(made),
        ]);
    }
    table
}

fn people(out: &Out, title: &str, keys: &[String]) {
    if keys.is_empty() {
        return;
    }
    let count = grouped(keys.len() as u64);
    out.data(format!("\n{}", paint(TITLE, format!("{title}: {count}"))));
    for key in keys.iter().take(SHOWN_MAX) {
        out.data(shown(key));
    }
    if keys.len() > SHOWN_MAX {
        out.data(paint(FAINT, "... all of them: --json"));
    }
}
