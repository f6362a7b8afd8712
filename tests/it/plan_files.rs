//! Plans as files: exactly what somebody looked at, or nothing.

use attune_core::plan::{ChangeResult, State};
use attune_server::fault::Failure;
use attune_server::sync::{self, Mode, Order, PlanFile, Watch};
use attune_tests::{PLAIN, PLAIN_FIELDS, Ran, TestApp, ran};

/// Plans, and writes the plan to `plan.json`.
async fn planned(app: &TestApp) -> Ran {
    let loaded = app.loaded("demo").unwrap();
    let order = Order::plan(Mode::Complete);
    let host = &app.app.host;
    let done = sync::run(host, &loaded, &order, &Watch::default())
        .await
        .unwrap();
    let stage = done.stage.as_ref().unwrap();
    sync::write_plan(&app.path("plan.json"), &done.report, stage)
        .await
        .unwrap();
    ran(done).await.unwrap()
}

async fn applied(app: &TestApp) -> Result<Ran, sync::Error> {
    let file = PlanFile::read(&app.path("plan.json"))?;
    let loaded = app.loaded("demo").unwrap();
    let done = sync::apply_file(&app.app.host, &loaded, &file, &Watch::default()).await?;
    Ok(ran(done).await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_file_is_written_exactly() {
    let app = TestApp::tidy(20).await.unwrap();
    app.maps(PLAIN).unwrap();
    let plan = planned(&app).await;
    app.set(app.who(3), "city", "Not in the plan");
    let done = applied(&app).await.unwrap();
    assert_eq!(
        (done.report.state, &done.report.digest),
        (State::Applied, &plan.report.digest)
    );
    assert_eq!(app.world.jira.writes().len(), plan.changes.len());
    assert_eq!(app.out_of_tune(PLAIN_FIELDS).len(), 1);
    // The ledger has it all: the next run writes what changed since, and nothing else.
    let next = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(next.report.summary.written, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_since_the_file_was_written_is_a_conflict() {
    let app = TestApp::tidy(20).await.unwrap();
    app.maps(PLAIN).unwrap();
    let plan = planned(&app).await;
    let who = app.who(3);
    app.type_in(who, "City", "Typed since");
    let done = applied(&app).await.unwrap();
    let conflicts: Vec<_> = done
        .changes
        .iter()
        .filter(|c| c.result == Some(ChangeResult::Conflict))
        .collect();
    assert_eq!(conflicts.len(), 1);
    assert_eq!(
        (conflicts[0].person.as_str(), conflicts[0].field.as_str()),
        (&*app.key(who), "City")
    );
    assert_eq!(app.property(who, "City").as_deref(), Some("Typed since"));
    assert_eq!(done.report.summary.written + 1, plan.report.summary.changes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_file_that_was_changed_is_refused() {
    let app = TestApp::tidy(20).await.unwrap();
    app.maps(PLAIN).unwrap();
    let plan = planned(&app).await;
    let path = app.path("plan.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let value = plan.changes[0].after.clone().unwrap();
    let damages = [
        text.replacen(&format!("\"{value}\""), "\"Chief of Everything\"", 1),
        text.replacen(&plan.changes[0].account, "JIRAUSER99999", 1),
        text.replacen(&plan.report.revision, "sha256:00", 1),
        text.replacen("\"set\"", "\"clear\"", 1),
        text[..text.len() / 2].to_owned(),
        "{}".to_owned(),
        String::new(),
    ];
    for damaged in damages {
        assert_ne!(damaged, text, "this damage is none");
        std::fs::write(&path, &damaged).unwrap();
        let failure: Failure = applied(&app).await.unwrap_err().into();
        assert_eq!(
            (failure.code.as_str(), failure.exit),
            ("plan-file", 1),
            "{damaged:.80}"
        );
    }
    assert!(app.world.jira.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_of_a_target_that_is_gone_is_refused() {
    let app = TestApp::tidy(6).await.unwrap();
    app.maps(PLAIN).unwrap();
    planned(&app).await;
    let renamed = app
        .connector_text("", PLAIN)
        .replace("target.jira", "target.other");
    app.connector(&renamed).unwrap();
    let failure: Failure = applied(&app).await.unwrap_err().into();
    assert_eq!(failure.code, "no-such-plan");
    assert!(app.world.jira.writes().is_empty());
}
