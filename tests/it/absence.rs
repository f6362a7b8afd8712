//! Promise 5: absence is never an error, and an error is never absence.
//!
//! Every mapping here clears what is missing, so that a wrong conclusion would be seen at once.

use std::time::Duration;

use attune_core::plan::State;
use attune_server::sync::Mode;
use attune_sim::faults::Fault;
use attune_sim::graph::Traps;
use attune_sim::people::Manager;
use attune_tests::{Ran, TestApp};

/// Like the plain mapping, and missing values are cleared.
const CLEARING: &str = r#"
Department = { from = "department", when-missing = "clear" }
Title      = { from = "jobTitle", when-missing = "clear" }
City       = { from = "city", when-missing = "clear" }
"#;

const FIELDS: &[(&str, &str)] = attune_tests::PLAIN_FIELDS;

/// A tuned world of several pages.
async fn settled() -> TestApp {
    let app = TestApp::arranged(60, |directory, _| directory.page_max = 20)
        .await
        .unwrap();
    app.maps(CLEARING).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    app.forget();
    app
}

/// The run failed with this code and exit code, and nothing was concluded from it.
async fn fails(app: &TestApp, what: &str, code: &str, exit: u8) {
    let before = app.listing().await.unwrap();
    let failure = app.refused(Mode::Complete).await.unwrap();
    assert_eq!(
        (failure.code.as_str(), failure.exit),
        (code, exit),
        "{what}: {failure:?}"
    );
    assert!(
        !failure.message.is_empty() && !failure.hint.is_empty(),
        "{what}: {failure:?}"
    );
    assert_eq!(
        app.world.jira.counts().requests,
        0,
        "{what}: the site was asked for nothing"
    );
    assert_eq!(
        app.listing().await.unwrap(),
        before,
        "{what}: the count of the listing moved"
    );
}

/// Once the damage is gone everything is as it was.
async fn recovers(app: &TestApp, what: &str) {
    app.world.graph.clear_faults();
    app.world
        .graph
        .configure(|settings| settings.traps = Traps::default());
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Nothing, "{what}");
    assert_eq!(app.out_of_tune(FIELDS), Vec::<String>::new(), "{what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_cannot_be_read_fails_the_run_and_clears_nothing() {
    let app = settled().await;
    let second = |fault: Fault| fault.on("GET", "/users").after(2).times(20);
    #[rustfmt::skip]
    let damages = [
        ("a truncated page", second(Fault::truncate(700)), "unavailable", 4),
        ("a login page", second(Fault::login_page()), "bad-answer", 1),
        ("an error", second(Fault::reject(500)), "unavailable", 4),
        ("no permission any more", second(Fault::reject(403)), "permission", 4),
        ("a page that is gone", second(Fault::reject(410)), "bad-answer", 1),
        ("a cut connection", second(Fault::disconnect()), "unavailable", 4),
    ];
    for (what, damage, code, exit) in damages {
        app.world.graph.inject(damage);
        fails(&app, what, code, exit).await;
        recovers(&app, what).await;
        app.forget();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_that_do_not_end_or_lead_elsewhere_fail_the_run_and_clear_nothing() {
    let app = settled().await;
    let looping = Traps {
        loops_at_page: Some(2),
        ..Traps::default()
    };
    app.world
        .graph
        .configure(|settings| settings.traps = looping);
    fails(&app, "a circle of pages", "paging-loop", 1).await;
    recovers(&app, "a circle of pages").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_that_is_refused_is_not_an_empty_directory() {
    let app = settled().await;
    app.world
        .graph
        .configure(|settings| settings.client_secret = "another".to_owned());
    fails(&app, "a wrong secret", "sign-in", 4).await;
    app.world.graph.pause().await;
    fails(&app, "nobody listens", "unavailable", 4).await;
    app.world.graph.resume().unwrap();
    let secret = app.world.access().client_secret.clone();
    app.world
        .graph
        .configure(|settings| settings.client_secret = secret);
    recovers(&app, "signed in again").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_but_legal_pages_are_read_to_their_end() {
    let app = settled().await;
    let odd = Traps {
        empty_page: Some(2),
        repeats_across_pages: true,
        ..Traps::default()
    };
    app.world.graph.configure(|settings| settings.traps = odd);
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (ran.report.state, ran.report.summary.people),
        (State::Nothing, 60)
    );
    recovers(&app, "odd pages").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_missing_from_a_listing_loses_nothing() {
    let app = settled().await;
    let who = app.who(7);
    let held = app.property(who, "Department");
    assert!(held.is_some());
    let account = app.account(who);
    app.world.graph.people(|people| people.remove(who));
    for _ in 0..3 {
        let ran: Ran = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(
            (ran.report.state, ran.report.summary.people),
            (State::Nothing, 59)
        );
    }
    let kept = app.world.jira.property(&account, "Department");
    assert_eq!(
        kept.and_then(|value| value.as_str().map(str::to_owned)),
        held
    );
    assert!(app.world.jira.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_who_is_not_found_is_missing_and_nobody_waits_for_them() {
    let app = TestApp::tidy(60).await.unwrap();
    app.maps("Manager = { from = \"manager.displayName\", when-missing = \"clear\" }")
        .unwrap();
    app.sync(Mode::Complete).await.unwrap();
    let led = (0..60)
        .map(|place| app.who(place))
        .find(|who| app.property(*who, "Manager").is_some());
    let led = led.unwrap();
    app.world.graph.people(|people| {
        people.set_manager(led, attune_sim::people::Manager::Dangling);
    });
    app.forget();
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (ran.report.summary.clears, ran.report.summary.written),
        (1, 1)
    );
    assert_eq!(app.property(led, "Manager"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_outside_the_filter_is_read_anew_by_every_run() {
    let app = TestApp::tidy(12).await.unwrap();
    // A leader of many changes much at once.
    let guard = "[guard]\nchanged-people = \"off\"\none-value-takes-over = \"off\"";
    let text = app.connector_text(guard, "Boss = \"manager.displayName\"");
    let filtered = "options = { filter = \"accountEnabled eq true\", tenant";
    app.connector(&text.replace("options = { tenant", filtered))
        .unwrap();
    let led = (0..12).map(|place| app.who(place)).find_map(|who| {
        match app.world.graph.people(|people| people.manager(who)) {
            Manager::Person(boss) => Some((who, boss)),
            _ => None,
        }
    });
    let (who, boss) = led.unwrap();
    app.world
        .graph
        .people(|people| people.set(boss, "accountEnabled", false));
    for name in ["First Name", "Second Name"] {
        app.clock.advance(Duration::from_hours(1));
        app.set(boss, "displayName", name);
        app.sync(Mode::Complete).await.unwrap();
        assert_eq!(app.property(who, "Boss").as_deref(), Some(name));
    }
}
