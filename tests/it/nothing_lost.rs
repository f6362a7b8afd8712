//! Promise 1: nothing is lost. However a run ended, the next one makes the site what the file says.
//!
//! A killed process is played by dropping the run where it stands and opening the store again; the
//! binary itself is killed in the tests of the command line.

use attune_core::plan::{ChangeResult, State};
use attune_server::sync::{Mode, Order, Watch};
use attune_sim::faults::{Fault, Gate};
use attune_tests::{PLAIN, PLAIN_FIELDS, TestApp};

static SYNC: Order = Order::sync(Mode::Complete);

/// Runs until so many writes have come to the site, then kills the run.
async fn killed_at_write(app: &mut TestApp, passed: u64) {
    let gate = Gate::default();
    let fault = Fault::hold(&gate).on("PUT", "/properties/");
    app.world.jira.inject(fault.after(passed));
    {
        let watch = Watch::default();
        tokio::select! {
            ended = app.run(&SYNC, &watch) => panic!("it ended before: {ended:?}"),
            () = gate.arrived(1) => {}
        }
    }
    gate.release();
    app.world.jira.clear_faults();
    app.restart().await.unwrap();
}

async fn is_in_tune(app: &TestApp) {
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    assert_eq!(app.open_intents().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_run_is_made_good_by_the_next_one_wherever_it_was() {
    for passed in [0, 1, 9, 30, 63] {
        let mut app = TestApp::tidy(30).await.unwrap();
        app.maps(PLAIN).unwrap();
        killed_at_write(&mut app, passed).await;
        assert!(app.open_intents().await.unwrap() > 0);
        let again = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(again.report.state, State::Applied, "after {passed}");
        is_in_tune(&app).await;
        let quiet = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(quiet.report.state, State::Nothing);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_killed_while_it_makes_good_a_killed_one_is_made_good_too() {
    let mut app = TestApp::tidy(30).await.unwrap();
    app.maps(PLAIN).unwrap();
    killed_at_write(&mut app, 20).await;
    let gate = Gate::default();
    let reading_back = Fault::hold(&gate).on("GET", "/properties/");
    app.world.jira.inject(reading_back.after(7));
    {
        let watch = Watch::default();
        tokio::select! {
            ended = app.run(&SYNC, &watch) => panic!("it ended before: {ended:?}"),
            () = gate.arrived(1) => {}
        }
    }
    gate.release();
    app.restart().await.unwrap();
    app.sync(Mode::Complete).await.unwrap();
    is_in_tune(&app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_killed_while_it_reads_people_concludes_nothing() {
    let mut app = TestApp::arranged(60, |directory, _| directory.page_max = 20)
        .await
        .unwrap();
    app.maps(PLAIN).unwrap();
    let gate = Gate::default();
    app.world
        .graph
        .inject(Fault::hold(&gate).on("GET", "/users").after(2));
    {
        let watch = Watch::default();
        tokio::select! {
            ended = app.run(&SYNC, &watch) => panic!("it ended before: {ended:?}"),
            () = gate.arrived(1) => {}
        }
    }
    gate.release();
    app.restart().await.unwrap();
    assert_eq!(app.listing().await.unwrap(), None);
    assert!(app.world.jira.writes().is_empty());
    app.sync(Mode::Complete).await.unwrap();
    is_in_tune(&app).await;
    assert_eq!(
        app.listing().await.unwrap().map(|(people, _)| people),
        Some(60)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_run_ends_after_what_is_under_way_and_the_next_one_goes_on() {
    let app = TestApp::tidy(80).await.unwrap();
    app.maps(PLAIN).unwrap();
    let (gate, watch) = (Gate::default(), Watch::default());
    app.world
        .jira
        .inject(Fault::hold(&gate).on("PUT", "/properties/").after(20));
    let stop = async {
        gate.arrived(1).await;
        watch.stop.cancel();
        gate.release();
    };
    let (stopped, ()) = tokio::join!(app.watched(&watch), stop);
    let stopped = stopped.unwrap();
    assert_eq!(stopped.report.state, State::Stopped);
    let written = app.world.jira.writes().len() as u64;
    assert!((20..40).contains(&written), "{written}");
    assert_eq!(stopped.report.summary.written, written);
    let left = |result| {
        stopped
            .changes
            .iter()
            .filter(|c| c.result == Some(result))
            .count() as u64
    };
    assert_eq!(left(ChangeResult::Written), written);
    assert_eq!(
        left(ChangeResult::NotSent),
        stopped.report.summary.changes - written
    );
    assert_eq!(app.open_intents().await.unwrap(), 0);
    app.sync(Mode::Complete).await.unwrap();
    is_in_tune(&app).await;
    let all = app.world.jira.writes().len() as u64;
    assert_eq!(
        all, stopped.report.summary.changes,
        "nothing was written twice"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_goes_down_in_the_middle_is_finished_when_it_is_back() {
    let app = TestApp::tidy(40).await.unwrap();
    app.maps(PLAIN).unwrap();
    let (gate, watch) = (Gate::default(), Watch::default());
    app.world.jira.inject(
        Fault::hold(&gate)
            .on("PUT", "/properties/")
            .after(15)
            .times(4),
    );
    let outage = async {
        gate.arrived(1).await;
        app.world.jira.pause().await;
        gate.release();
    };
    let (ended, ()) = tokio::join!(app.watched(&watch), outage);
    let ended = ended.unwrap();
    assert_eq!(ended.report.state, State::Stopped);
    let error = ended.report.targets["jira"].error.as_ref().unwrap();
    assert_eq!(error.code, "connect");
    app.world.jira.clear_faults();
    app.world.jira.resume().unwrap();
    app.sync(Mode::Complete).await.unwrap();
    is_in_tune(&app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_answers_and_cut_connections_lose_nothing_and_repeat_nothing() {
    let app = TestApp::tidy(60).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.world.jira.inject(
        Fault::fail_after_write()
            .on("PUT", "/properties/")
            .chance(0.15),
    );
    app.world
        .jira
        .inject(Fault::disconnect().on("PUT", "/properties/").chance(0.15));
    let first = app.sync(Mode::Complete).await.unwrap();
    app.world.jira.clear_faults();
    app.sync(Mode::Complete).await.unwrap();
    is_in_tune(&app).await;
    let writes = app.world.jira.writes().len() as u64;
    assert_eq!(
        writes, first.report.summary.changes,
        "each value was written once"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_full_run_leaves_its_people_due_for_any_run() {
    let app = TestApp::tidy(80).await.unwrap();
    app.connector(&app.connector_text("[guard]\nchanged-people = \"off\"", PLAIN))
        .unwrap();
    app.sync(Mode::Complete).await.unwrap();
    for place in 0..80 {
        let who = app.who(place);
        if app.property(who, "City").is_some() {
            app.type_in(who, "City", "Drifted");
        }
    }
    let (gate, watch) = (Gate::default(), Watch::default());
    app.world
        .jira
        .inject(Fault::hold(&gate).on("PUT", "/properties/"));
    let full = Order::sync(Mode::Full);
    let stop = async {
        gate.arrived(1).await;
        watch.stop.cancel();
        gate.release();
    };
    let (stopped, ()) = tokio::join!(app.run(&full, &watch), stop);
    assert_eq!(stopped.unwrap().unwrap().report.state, State::Stopped);
    app.sync(Mode::Complete).await.unwrap();
    is_in_tune(&app).await;
}
