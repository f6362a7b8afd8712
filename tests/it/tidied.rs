//! Retention: what was kept long enough goes, and nothing that something stands on.

use std::time::Duration;

use attune_core::plan::State;
use attune_server::store::undos::Undo;
use attune_server::sync::{self, Mode};
use attune_tests::{PLAIN, TestApp};

const DAY: Duration = Duration::from_hours(24);

/// The files of plans, without those of SQLite beside them.
fn files(app: &TestApp) -> usize {
    let folder = app.app.host.store.data_dir().join("plans");
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "db"))
        .count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_plans_and_operations_go_when_they_were_kept_long_enough() {
    let app = TestApp::tidy(20).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    let store = &app.app.host.store;
    let first = store.runs(10).await.unwrap().remove(0).id;
    app.plan(Mode::Full).await.unwrap();
    let runs = store.runs(10).await.unwrap();
    let planned = runs.iter().find(|run| run.id != first).unwrap();
    for (plan, undone) in [("of-the-first", &first), ("of-the-plan", &planned.id)] {
        let undo = Undo {
            plan: plan.to_owned(),
            undone: undone.clone(),
            person: String::new(),
            keeps_running: false,
        };
        store.save_undo(&undo).await.unwrap();
    }
    assert_eq!(files(&app), 2);
    app.clock.advance(DAY * 91);
    let done = sync::tidy(&app.app.host).await.unwrap();
    assert_eq!(
        (done.runs, done.plans, done.operations),
        (1, 2, 0),
        "{done:?}"
    );
    assert_eq!(files(&app), 0);
    let kept = store.runs(10).await.unwrap();
    assert_eq!(kept.len(), 1, "the last complete listing stands on its run");
    assert_eq!(kept[0].id, first);
    assert!(store.undo_of_plan("of-the-first").await.unwrap().is_some());
    assert_eq!(store.undo_of_plan("of-the-plan").await.unwrap(), None);
    assert!(
        !store
            .operations("demo", "written")
            .await
            .unwrap()
            .is_empty()
    );
    app.clock.advance(DAY * 310);
    let done = sync::tidy(&app.app.host).await.unwrap();
    assert!(done.operations > 0);
    assert!(
        store
            .operations("demo", "written")
            .await
            .unwrap()
            .is_empty()
    );
    let quiet = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(quiet.report.state, State::Nothing, "the ledger stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_log_in_finds_in_tune_leaves_nothing_behind_for_long() {
    let app = TestApp::tidy(20).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    let store = &app.app.host.store;
    for place in 0..3 {
        app.clock.advance(Duration::from_secs(1));
        let user = app.key(app.who(place));
        let quiet = app.sync(Mode::User(user)).await.unwrap();
        assert_eq!(quiet.report.state, State::Nothing);
    }
    assert_eq!((files(&app), store.runs(10).await.unwrap().len()), (4, 4));
    app.clock.advance(DAY * 2);
    let done = sync::tidy(&app.app.host).await.unwrap();
    assert_eq!((done.plans, done.runs), (3, 0), "{done:?}");
    assert_eq!(files(&app), 1, "what changed something can be looked at");
    app.clock.advance(DAY * 6);
    let done = sync::tidy(&app.app.host).await.unwrap();
    assert_eq!((done.plans, done.runs), (0, 3), "{done:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_that_waits_for_approval_stays_a_day_and_orphans_go_at_once() {
    let app = TestApp::tidy(40).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    for place in 0..40 {
        app.set(app.who(place), "city", "Elsewhere");
    }
    let held = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(held.report.state, State::Held);
    let orphan = app.app.host.store.data_dir().join("plans/0123.db");
    std::fs::write(&orphan, b"left by a crash").unwrap();
    app.clock.advance(DAY / 2);
    let done = sync::tidy(&app.app.host).await.unwrap();
    assert_eq!((done.files, done.expired), (1, 0), "{done:?}");
    assert!(!orphan.exists());
    let store = &app.app.host.store;
    assert!(app.approve(&held.report.digest).await.is_ok());
    let again = app.plan(Mode::Full).await.unwrap();
    app.clock.advance(DAY * 2);
    assert_eq!(sync::tidy(&app.app.host).await.unwrap().expired, 1);
    let plan = store.plan(&again.report.digest).await.unwrap().unwrap();
    assert_eq!(plan.state, "expired");
    assert!(app.approve(&again.report.digest).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn builds_that_no_kept_run_used_go_and_those_in_use_stay() {
    let app = TestApp::tidy(20).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    let store = &app.app.host.store;
    let bytes = b"a build of long ago";
    let digest = attune_core::plan::sha256_text(&<sha2::Sha256 as sha2::Digest>::digest(bytes));
    store.keep_build(&digest, bytes).unwrap();
    let done = sync::tidy(&app.app.host).await.unwrap();
    assert_eq!(done.builds, 1);
    assert_eq!(store.build(&digest).unwrap(), None);
    let used = app
        .app
        .host
        .plugins
        .entry("entra")
        .unwrap()
        .digest()
        .unwrap();
    assert!(store.build(used).unwrap().is_some());
}
