//! Several targets, and targets that cannot be used.

use std::time::Duration;

use attune_core::plan::State;
use attune_server::jobs::{Outcome, quarantine};
use attune_server::sync::Mode;
use attune_sim::demo;
use attune_sim::jira::{Jira, Options};
use attune_tests::{PLAIN, PLAIN_FIELDS, Ran, TestApp};

/// A second Jira with the same people, and a connector that writes both.
async fn two() -> (TestApp, Jira) {
    let app = TestApp::tidy(12).await.unwrap();
    let accounts = app
        .world
        .graph
        .people(|people| demo::account_for_each(people));
    let second = Jira::start(Options::of(accounts)).await.unwrap();
    let source = app.source_text("demo", "");
    let first = app.target_text("jira", &app.world.access().jira_url);
    let other = app.target_text("second", &second.url());
    let text = format!(
        "{source}{first}[target.jira.map]\n{PLAIN}\n{other}[target.second.map]\nTown = \"city\"\n"
    );
    app.connector(&text).unwrap();
    (app, second)
}

fn towns(app: &TestApp, second: &Jira) -> usize {
    let keys: Vec<String> = second.accounts(|all| all.iter().map(|a| a.key.clone()).collect());
    assert_eq!(keys.len(), app.world.graph.people(|people| people.len()));
    keys.iter()
        .filter(|key| second.property(key, "Town").is_some())
        .count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_targets_are_written_in_one_run_and_counted_apart() {
    let (app, second) = two().await;
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Applied);
    assert!(ran.report.is_consistent());
    assert_eq!(ran.report.summary.matched, 24);
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    assert_eq!(
        towns(&app, &second) as u64,
        ran.report.targets["second"].changes
    );
    assert_eq!(
        app.sync(Mode::Complete).await.unwrap().report.state,
        State::Nothing
    );
    assert!(second.complaints().is_empty());
}

/// The keys of the notices that are open after the service has judged a run.
async fn told_after(app: &TestApp, ran: &Ran) -> Vec<String> {
    let store = &app.app.host.store;
    let outcome = Outcome {
        result: Ok(ran.report.clone()),
        run: None,
    };
    quarantine::judge(store, ("demo", "demo"), &outcome, 1)
        .await
        .unwrap();
    let open = store.open_notices().await.unwrap();
    open.into_iter().map(|notice| notice.key).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_that_is_down_does_not_keep_the_other_from_being_finished() {
    let (app, second) = two().await;
    second.pause().await;
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        ran.report.targets["second"].error.as_ref().unwrap().code,
        "connect"
    );
    assert_eq!(ran.report.targets["jira"].error, None);
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    let told = told_after(&app, &ran).await;
    assert_eq!(told, ["target:demo:second"], "somebody is told");
    second.resume().unwrap();
    let again = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(told_after(&app, &again).await, Vec::<String>::new());
    assert_eq!(again.report.targets["jira"].changes, 0);
    assert_eq!(towns(&app, &second) as u64, again.report.summary.written);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_every_target_is_down_the_run_fails() {
    let (app, second) = two().await;
    second.pause().await;
    app.world.jira.pause().await;
    let failure = app.refused(Mode::Complete).await.unwrap();
    assert_eq!((failure.code.as_str(), failure.exit), ("connect", 4));
    assert!(failure.message.contains("refused"), "{failure:?}");
    let waits: Duration = app.clock.waits().iter().sum();
    assert!(
        waits < Duration::from_secs(20),
        "ten seconds for each: {waits:?}"
    );
    assert_eq!(app.listing().await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_does_not_let_us_in_says_why() {
    let app = TestApp::tidy(6).await.unwrap();
    app.maps(PLAIN).unwrap();
    std::fs::write(app.path("jira-password"), "wrong").unwrap();
    let wrong = app.refused(Mode::Complete).await.unwrap();
    assert_eq!((wrong.code.as_str(), wrong.exit), ("sign-in", 4));
    assert!(wrong.message.contains("svc-attune"), "{wrong:?}");
    // One run tries a bad password once: three of them lock the account with a CAPTCHA.
    assert_eq!(app.world.jira.counts().status(401), 1);
    std::fs::write(app.path("jira-password"), &app.world.access().jira_password).unwrap();
    app.world
        .jira
        .configure(|settings| settings.is_admin = false);
    let ordinary = app.refused(Mode::Complete).await.unwrap();
    assert_eq!((ordinary.code.as_str(), ordinary.exit), ("permission", 4));
    app.world
        .jira
        .configure(|settings| settings.is_admin = true);
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_or_missing_secret_is_a_mistake_of_the_configuration() {
    let app = TestApp::tidy(6).await.unwrap();
    app.maps(PLAIN).unwrap();
    for content in [Some(""), None] {
        match content {
            Some(text) => std::fs::write(app.path("entra-secret"), text).unwrap(),
            None => std::fs::remove_file(app.path("entra-secret")).unwrap(),
        }
        let failure = app.refused(Mode::Complete).await.unwrap();
        assert_eq!((failure.code.as_str(), failure.exit), ("secret", 2));
        assert!(
            failure.message.contains("source.credential.app"),
            "{failure:?}"
        );
    }
    assert_eq!(app.world.graph.counts().requests, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_locks_us_out_in_the_middle_is_left_and_finished_later() {
    let app = TestApp::tidy(12).await.unwrap();
    app.maps(PLAIN).unwrap();
    let fault = attune_sim::faults::Fault::reject(401)
        .on("PUT", "/properties/")
        .after(4)
        .times(4);
    app.world.jira.inject(fault);
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Stopped);
    assert_eq!(
        ran.report.targets["jira"].error.as_ref().unwrap().code,
        "sign-in"
    );
    assert!(app.world.jira.counts().status(401) <= 4);
    app.world.jira.clear_faults();
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
}
