//! `runs`, `run show` and `run cancel`.

use std::collections::BTreeMap;

use attune_core::plan::{Change, Report};
use serde_json::json;

use super::out::{Out, TITLE, WARN, paint};
use super::{Exit, Outcome, Shell, brakes, report};
use crate::fault::Failure;
use crate::jobs::RunningLine;
use crate::service::Service;
use crate::store::plans::StagedPlan;
use crate::store::runs::Run;
use crate::store::stage::Stage;
use crate::sync::{self, Phase};

pub(super) async fn list(shell: &Shell, limit: u32) -> Outcome {
    let app = shell.app().await?;
    let runs = app.host.store.runs(limit).await?;
    let causes = app.host.store.causes_of_runs(10 * limit).await?;
    let jobs = app.host.store.unfinished_jobs().await?;
    app.close().await;
    let causes: BTreeMap<String, String> = causes.into_iter().collect();
    let under_way = shell.service.as_ref().map(Service::running);
    let under_way = under_way.unwrap_or_default();
    let line_of = |run: &Run| {
        let mut lines = under_way.iter();
        lines.find(|line| line.run.as_ref() == Some(&run.id))
    };
    if shell.out.json {
        let runs: Vec<_> = runs
            .iter()
            .map(|run| listed(run, line_of(run), causes.get(&run.id)))
            .collect();
        shell.out.json(&runs);
        return Ok(Exit::Good);
    }
    if runs.is_empty() {
        shell.out.data("no runs yet: attune plan CONNECTOR");
    } else {
        shell.out.data(table(&runs, &line_of, &causes));
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

/// The runs as a table; `line_of` knows those under way.
fn table<'a>(
    runs: &[Run],
    line_of: &dyn Fn(&Run) -> Option<&'a RunningLine>,
    causes: &BTreeMap<String, String>,
) -> String {
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
    for run in runs {
        let summary = run.report.as_ref().map(|report| &report.summary);
        let count = |count: Option<u64>| count.map(report::grouped).unwrap_or_default();
        let line = line_of(run);
        let by = line.map(|line| &line.trigger).or(causes.get(&run.id));
        table.add_row([
            run.id.get(..16).unwrap_or(&run.id).to_owned(),
            run.name.clone(),
            format!("{} {}", run.verb, run.mode),
            by.cloned().unwrap_or_default(),
            line.map_or_else(|| run.state.clone(), how_far),
            count(summary.map(|summary| summary.changes)),
            count(summary.map(|summary| summary.written)),
            time(run.started_ms),
        ]);
    }
    table.to_string()
}

/// What a run under way is doing.
fn how_far(line: &RunningLine) -> String {
    let done = report::grouped(line.done);
    match line.total {
        0 => format!("{} {done}", phase(line.phase)),
        total => format!("{} {done}/{}", phase(line.phase), report::grouped(total)),
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

/// A run as it is listed: with what wanted it, where that was a job or is under way, and how far
/// it is.
fn listed(run: &Run, line: Option<&RunningLine>, cause: Option<&String>) -> serde_json::Value {
    let mut document = document(run);
    let Some(members) = document.as_object_mut() else {
        return document;
    };
    let trigger = line.map(|line| &line.trigger).or(cause);
    members.insert("trigger".to_owned(), json!(trigger));
    if let Some(line) = line {
        let progress =
            json!({ "phase": phase(line.phase), "done": line.done, "total": line.total });
        members.insert("progress".to_owned(), progress);
    }
    document
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
    let store = &app.host.store;
    let Some(run) = store.run(id).await? else {
        let message = format!("there is no run `{id}`, or several begin like this");
        return Err(Failure::of("no-such-run", message).hint("attune runs lists them"));
    };
    let problems = store.problems(&run.id).await?;
    let plan = match &run.report {
        Some(report) => store.plan(&report.digest).await?,
        None => None,
    };
    let stage = staged(plan.as_ref(), &app).await?;
    let changes = first_changes(shell, stage.as_ref()).await?;
    let undone = (
        store.undone_by(&run.id).await?,
        store.undoes(&run.id).await?,
    );
    print(&shell.out, (&run, &undone), problems.clone(), &changes);
    if let Some(report) = run.report.clone().filter(|_| run.state == "held") {
        let report = Report { problems, ..report };
        let loaded = shell.connector(&run.connector).ok();
        let about = (&report, stage.as_ref(), run.id.as_str());
        brakes::explain(&shell.out, &app.host, about, loaded.as_ref()).await?;
    }
    if let Some(stage) = stage {
        stage.finish().await;
    }
    app.close().await;
    Ok(Exit::Good)
}

/// The staged plan of a run, where it is still there.
async fn staged(
    plan: Option<&StagedPlan>,
    app: &crate::app::App,
) -> Result<Option<Stage>, Failure> {
    let folder = app.host.store.data_dir().join("plans");
    let path = plan.map(|plan| folder.join(&plan.file));
    match path.filter(|path| path.is_file()) {
        Some(path) => Ok(Some(Stage::open(&path).await?)),
        None => Ok(None),
    }
}

async fn first_changes(shell: &Shell, stage: Option<&Stage>) -> Result<Vec<Change>, Failure> {
    let limit = if shell.out.json {
        sync::CHANGES_IN_JSON_MAX
    } else {
        report::EXAMPLES_MAX as u64
    };
    match stage {
        Some(stage) => Ok(sync::changes(stage, limit).await?),
        None => Ok(Vec::new()),
    }
}

fn print(
    out: &Out,
    (run, undone): (&Run, &Undone),
    problems: Vec<attune_core::plan::Trouble>,
    changes: &[Change],
) {
    let Some(mut report) = run.report.clone() else {
        if out.json {
            out.json(&with_undone(document(run), undone));
        } else {
            out.data(format!("{} {} {}", run.id, run.verb, run.state));
            if run.state == "stopped" {
                out.say("the next run makes it good");
            }
        }
        return;
    };
    report.problems = problems;
    if out.json {
        report.changes = changes.to_vec();
        let mut document = document(run);
        if let Some(members) = document.as_object_mut() {
            members.insert("report".to_owned(), json!(report));
        }
        out.json(&with_undone(document, undone));
        return;
    }
    out.data(format!(
        "{} {}: {} {}, started {}",
        paint(TITLE, "run"),
        run.id,
        run.verb,
        run.mode,
        time(run.started_ms)
    ));
    if run.resumed > 0 {
        out.data(format!("went on after an early end: {} times", run.resumed));
    }
    for by in &undone.0 {
        out.data(paint(WARN, format!("undone by run {by}")));
    }
    if let Some(of) = &undone.1 {
        out.data(format!("it took back run {of}"));
    }
    report::print(out, &report, changes);
}

/// The runs that took a run back, and the run that it took back itself.
type Undone = (Vec<String>, Option<String>);

fn with_undone(mut document: serde_json::Value, undone: &Undone) -> serde_json::Value {
    if let Some(members) = document.as_object_mut() {
        members.insert("undone-by".to_owned(), json!(undone.0));
        members.insert("undoes".to_owned(), json!(undone.1));
    }
    document
}

fn document(run: &Run) -> serde_json::Value {
    json!({
        "id": run.id,
        "connector": run.name,
        "connector-id": run.connector,
        "verb": run.verb,
        "mode": run.mode,
        "state": run.state,
        "resumed": run.resumed,
        "started": time(run.started_ms),
        "finished": run.finished_ms.map(time),
        "summary": run.report.as_ref().map(|report| &report.summary),
        "digest": run.report.as_ref().map(|report| &report.digest),
    })
}

pub(super) fn time(ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
