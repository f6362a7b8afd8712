//! `runs` and `run show`.

use serde_json::json;

use super::out::{Out, TITLE, WARN, paint};
use super::{Exit, Outcome, Shell, report};
use crate::fault::Failure;
use crate::store::plans::StagedPlan;
use crate::store::runs::Run;
use crate::store::stage::Stage;
use crate::sync;

pub(super) async fn list(shell: &Shell, limit: u32) -> Outcome {
    let app = shell.app().await?;
    let runs = app.host.store.runs(limit).await?;
    app.close().await;
    if shell.out.json {
        let runs: Vec<_> = runs.iter().map(document).collect();
        shell.out.json(&runs);
        return Ok(Exit::Good);
    }
    if runs.is_empty() {
        shell.out.data("no runs yet: attune plan CONNECTOR");
        return Ok(Exit::Good);
    }
    let mut table = report::plain();
    table.set_header([
        "run",
        "connector",
        "what",
        "state",
        "changes",
        "written",
        "started",
    ]);
    for run in &runs {
        let summary = run.report.as_ref().map(|report| &report.summary);
        let count = |count: Option<u64>| count.map(report::grouped).unwrap_or_default();
        table.add_row([
            run.id.get(..16).unwrap_or(&run.id).to_owned(),
            run.name.clone(),
            format!("{} {}", run.verb, run.mode),
            run.state.clone(),
            count(summary.map(|summary| summary.changes)),
            count(summary.map(|summary| summary.written)),
            time(run.started_ms),
        ]);
    }
    shell.out.data(table.to_string());
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
    let changes = staged_changes(shell, plan.as_ref(), &app).await?;
    let undone = (
        store.undone_by(&run.id).await?,
        store.undoes(&run.id).await?,
    );
    app.close().await;
    print(&shell.out, (&run, &undone), problems, &changes);
    Ok(Exit::Good)
}

async fn staged_changes(
    shell: &Shell,
    plan: Option<&StagedPlan>,
    app: &crate::app::App,
) -> Result<Vec<attune_core::plan::Change>, Failure> {
    let Some(plan) = plan else {
        return Ok(Vec::new());
    };
    let path = app.host.store.data_dir().join("plans").join(&plan.file);
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let limit = if shell.out.json {
        sync::CHANGES_IN_JSON_MAX
    } else {
        report::EXAMPLES_MAX as u64
    };
    let stage = Stage::open(&path).await?;
    let changes = sync::changes(&stage, limit).await?;
    stage.finish().await;
    Ok(changes)
}

fn print(
    out: &Out,
    (run, undone): (&Run, &Undone),
    problems: Vec<attune_core::plan::Trouble>,
    changes: &[attune_core::plan::Change],
) {
    let Some(mut report) = run.report.clone() else {
        if out.json {
            out.json(&with_undone(document(run), undone));
        } else {
            out.data(format!("{} {} {}", run.id, run.verb, run.state));
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
