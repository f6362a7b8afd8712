//! `runs`, `run show` and `run cancel`.

use serde_json::json;

use super::out::{Out, TITLE, WARN, paint};
use super::{Exit, Outcome, Shell, brakes, report};
use crate::fault::Failure;
use crate::sync::{CHANGES_IN_JSON_MAX, Phase};
use crate::view::runs::{self, Listed, Progress, Shown};
use crate::view::time;

pub(super) async fn list(shell: &Shell, limit: u32) -> Outcome {
    let app = shell.app().await?;
    let runs = runs::list(&app.host, shell.service.as_ref(), limit).await?;
    let jobs = app.host.store.unfinished_jobs().await?;
    app.close().await;
    if shell.out.json {
        shell.out.json(&runs);
        return Ok(Exit::Good);
    }
    if runs.is_empty() {
        shell.out.data("no runs yet: attune plan CONNECTOR");
    } else {
        shell.out.data(table(&runs));
    }
    for job in jobs.iter().filter(|job| job.state == "queued") {
        let (id, kind, by) = (job.id.get(..16).unwrap_or(&job.id), &job.kind, &job.cause);
        let since = time(job.asked_ms);
        let connector = &job.connector;
        shell.out.data(format!(
            "waits {id} {connector} {kind}, by {by} since {since}"
        ));
    }
    Ok(Exit::Good)
}

fn table(runs: &[Listed]) -> String {
    let mut table = report::plain();
    table.set_header([
        "run",
        "connector",
        "what",
        "by",
        "state",
        "changes",
        "written",
        "started",
    ]);
    for Listed {
        run,
        trigger,
        progress,
    } in runs
    {
        let count = |count: Option<u64>| count.map(report::grouped).unwrap_or_default();
        let summary = run.summary.as_ref();
        table.add_row([
            run.id.get(..16).unwrap_or(&run.id).to_owned(),
            run.connector.clone(),
            format!("{} {}", run.verb, run.mode),
            trigger.clone().unwrap_or_default(),
            progress.map_or_else(|| run.state.clone(), how_far),
            count(summary.map(|summary| summary.changes)),
            count(summary.map(|summary| summary.written)),
            run.started.clone(),
        ]);
    }
    table.to_string()
}

/// What a run under way is doing.
fn how_far(progress: Progress) -> String {
    let done = report::grouped(progress.done);
    match progress.total {
        0 => format!("{} {done}", phase(progress.phase)),
        total => format!(
            "{} {done}/{}",
            phase(progress.phase),
            report::grouped(total)
        ),
    }
}

fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Reading => "reading",
        Phase::Matching => "matching",
        Phase::Planning => "planning",
        Phase::Writing => "writing",
    }
}

/// `run cancel`: what is under way ends after what it is in the middle of.
pub(super) async fn cancel(shell: &Shell, id: &str) -> Outcome {
    let Some(service) = &shell.service else {
        let message = "no service runs on this data directory; Ctrl-C stops a run that you began";
        return Err(Failure::of("no-service", message));
    };
    if !service.cancel(id).await? {
        let message = format!("nothing under way has the id `{id}`, or several begin like this");
        return Err(Failure::of("no-such-job", message));
    }
    if shell.out.json {
        shell.out.json(&json!({ "id": id, "state": "stopping" }));
    }
    shell
        .out
        .say(format!("{id} ends after what it is in the middle of"));
    Ok(Exit::Good)
}

pub(super) async fn show(shell: &Shell, id: &str) -> Outcome {
    let app = shell.app().await?;
    let most = if shell.out.json {
        CHANGES_IN_JSON_MAX
    } else {
        report::EXAMPLES_MAX as u64
    };
    let shown = runs::show(&app.host, id, most).await?;
    if shell.out.json {
        shell.out.json(&shown);
        app.close().await;
        return Ok(Exit::Good);
    }
    print(&shell.out, &shown);
    if let Some(report) = shown.report.as_ref().filter(|_| shown.run.state == "held") {
        let loaded = shell.connector(&shown.run.connector_id).ok();
        let stage = runs::staged(&app.host, &report.digest).await?;
        let about = (report, stage.as_ref(), shown.run.id.as_str());
        brakes::explain(&shell.out, &app.host, about, loaded.as_ref()).await?;
        if let Some(stage) = stage {
            stage.finish().await;
        }
    }
    app.close().await;
    Ok(Exit::Good)
}

fn print(out: &Out, shown: &Shown) {
    let run = &shown.run;
    let Some(report) = &shown.report else {
        out.data(format!("{} {} {}", run.id, run.verb, run.state));
        if run.state == "stopped" {
            out.say("the next run makes it good");
        }
        return;
    };
    out.data(format!(
        "{} {}: {} {}, started {}",
        paint(TITLE, "run"),
        run.id,
        run.verb,
        run.mode,
        run.started
    ));
    if run.resumed > 0 {
        out.data(format!("went on after an early end: {} times", run.resumed));
    }
    for by in &shown.undone_by {
        out.data(paint(WARN, format!("undone by run {by}")));
    }
    if let Some(of) = &shown.undoes {
        out.data(format!("it took back run {of}"));
    }
    report::print(out, report, &report.changes);
}
