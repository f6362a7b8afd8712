//! Promise 7: Retry-After and rate headers are obeyed.

use std::time::Duration;

use attune_core::plan::State;
use attune_server::sync::Mode;
use attune_sim::faults::{Fault, RetryAfter};
use attune_tests::{PLAIN, PLAIN_FIELDS, TestApp};

/// Everything was written, each value once.
async fn ends_well(app: &TestApp, what: &str) {
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Applied, "{what}");
    assert_eq!(
        app.world.jira.writes().len() as u64,
        ran.report.summary.changes,
        "{what}"
    );
    assert_eq!(
        app.out_of_tune(PLAIN_FIELDS),
        Vec::<String>::new(),
        "{what}"
    );
}

fn waited(app: &TestApp, at_least: Duration) -> bool {
    app.clock.waits().iter().any(|wait| *wait >= at_least)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_throttled_write_waits_as_long_as_it_is_told_and_is_then_sent_once() {
    let cases = [
        (RetryAfter::Seconds(17), Duration::from_secs(17)),
        (RetryAfter::Decimal(2.128), Duration::from_millis(2128)),
        (
            RetryAfter::Date(Duration::from_secs(40)),
            Duration::from_secs(38),
        ),
        (RetryAfter::Missing, Duration::from_millis(250)),
    ];
    for (told, wait) in cases {
        let app = TestApp::tidy(12).await.unwrap();
        app.maps(PLAIN).unwrap();
        app.world
            .jira
            .inject(Fault::throttle(told).on("PUT", "/properties/").times(2));
        ends_well(&app, &format!("{told:?}")).await;
        assert!(waited(&app, wait), "{told:?}: {:?}", app.clock.waits());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_throttled_read_waits_too_at_both_ends() {
    let app = TestApp::tidy(12).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.world
        .graph
        .inject(Fault::throttle(RetryAfter::Seconds(31)).on("GET", "/users"));
    app.world
        .graph
        .inject(Fault::throttle(RetryAfter::Seconds(29)).on("POST", "/token"));
    app.world
        .jira
        .inject(Fault::throttle(RetryAfter::Seconds(23)).on("GET", "/user"));
    app.world
        .jira
        .inject(Fault::unavailable(RetryAfter::Seconds(19)).on("GET", "/properties"));
    ends_well(&app, "reads").await;
    for seconds in [31, 29, 23, 19] {
        assert!(
            waited(&app, Duration::from_secs(seconds)),
            "{seconds}: {:?}",
            app.clock.waits()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_in_maintenance_is_waited_for_when_it_says_how_long() {
    let app = TestApp::tidy(12).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.world.jira.inject(
        Fault::unavailable(RetryAfter::Seconds(60))
            .on("PUT", "")
            .times(3),
    );
    ends_well(&app, "maintenance").await;
    assert!(waited(&app, Duration::from_mins(1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_asks_to_wait_longer_than_a_run_does_is_left_and_finished_later() {
    let app = TestApp::tidy(12).await.unwrap();
    app.maps(PLAIN).unwrap();
    let hours = Fault::throttle(RetryAfter::Seconds(7200))
        .on("PUT", "/properties/")
        .after(5);
    app.world.jira.inject(hours.times(4));
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Stopped);
    let error = ran.report.targets["jira"].error.as_ref().unwrap();
    assert_eq!(error.code, "throttled");
    assert_eq!(
        app.open_intents().await.unwrap(),
        0,
        "a throttled write did nothing"
    );
    app.world.jira.clear_faults();
    app.clock.advance(Duration::from_hours(2));
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
}
