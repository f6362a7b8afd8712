//! Promise 13: unchanged people cost no request to the site.

use std::time::Duration;

use attune_core::plan::State;
use attune_server::sync::Mode;
use attune_tests::{MAPPING, PLAIN, TestApp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_in_which_nothing_is_due_asks_the_site_for_nothing() {
    for mapping in [PLAIN, MAPPING] {
        let app = TestApp::untidy(100).await.unwrap();
        app.maps(mapping).unwrap();
        let first = app.sync(Mode::Complete).await.unwrap();
        assert!(first.report.summary.unmatched > 0, "some have no account");
        app.forget();
        let second = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(
            app.world.jira.counts().requests,
            0,
            "{:?}",
            app.world.jira.counts()
        );
        let graph = app.world.graph.counts();
        assert_eq!(
            graph.class("users.delta") + graph.class("users.list") + graph.class("token"),
            graph.requests
        );
        let failing = second.report.summary.failed > 0;
        assert!(failing || second.report.state == State::Nothing);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_percent_changed_is_one_percent_written() {
    let app = TestApp::tidy(100).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    app.set(app.who(17), "city", "Elsewhere");
    app.forget();
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!((ran.changes.len(), ran.report.summary.skipped), (1, 99));
    assert_eq!(app.world.jira.writes().len(), 1);
    let counts = app.world.jira.counts();
    assert_eq!(counts.class("property.put"), 1);
    assert!(
        counts.requests <= 6,
        "signing in, reading one account, writing it: {counts:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_without_an_account_is_looked_up_once_a_day_in_one_pass() {
    let app = TestApp::untidy(120).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    app.forget();
    app.clock.advance(Duration::from_hours(25));
    app.sync(Mode::Complete).await.unwrap();
    let requests = app.world.jira.counts().requests;
    assert!((1..60).contains(&requests), "{requests}");
    app.forget();
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(app.world.jira.counts().requests, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_of_the_file_that_changes_no_value_writes_nothing() {
    let app = TestApp::tidy(40).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    app.forget();
    app.maps(&PLAIN.replace("\"city\"", "{ first = [\"city\"] }"))
        .unwrap();
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!((ran.changes.len(), ran.report.summary.skipped), (0, 0));
    assert_eq!(app.world.jira.counts().requests, 0);
    let again = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (again.report.state, again.report.summary.skipped),
        (State::Nothing, 40)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_who_changed_makes_their_people_due() {
    let app = TestApp::tidy(60).await.unwrap();
    app.maps("Manager = \"manager.displayName\"").unwrap();
    app.sync(Mode::Complete).await.unwrap();
    let boss = app.who(1);
    app.world
        .graph
        .people(|people| people.rename(boss, "Ada", "Newname"));
    app.forget();
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert!(!ran.changes.is_empty());
    assert!(
        ran.changes
            .iter()
            .all(|change| change.after.as_deref() == Some("Ada Newname"))
    );
}
