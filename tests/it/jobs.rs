//! Jobs: one of a kind waits, one run of a connector at a time, nothing is lost with a process.

use std::sync::Arc;
use std::time::Duration;

use attune_server::clock::TestClock;
use attune_server::jobs::{Kind, Outcome};
use attune_server::store::jobs::{Asked, Ended};
use attune_server::sync::{self, Mode, Order, Watch};
use attune_sim::faults::{Fault, Gate};
use attune_tests::service::TestService;
use attune_tests::{PLAIN, PLAIN_FIELDS, TestApp};

async fn served(people: usize) -> (TestApp, TestService) {
    let app = TestApp::tidy(people).await.unwrap();
    app.maps(PLAIN).unwrap();
    let service = app.serve_with(|_| {}).await.unwrap();
    (app, service)
}

/// A job that some other process began.
async fn begun_elsewhere(app: &TestApp, times: usize) -> String {
    let store = &app.app.host.store;
    let asked = Asked {
        id: "0193",
        connector: "demo",
        kind: "sync",
        person: "",
        cause: "schedule",
        tries: 0,
        not_before_ms: 0,
        now_ms: 0,
    };
    store.queue_job(asked).await.unwrap();
    for (time, fence) in (0..times).zip(1_i64..) {
        if time > 0 {
            assert!(store.take_back_jobs(3, 1).await.unwrap().is_empty());
        }
        let job = store.claim_job("demo", "elsewhere", 1).await.unwrap();
        assert_eq!(job.unwrap().fence, fence, "a claim raises the fence");
    }
    asked.id.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_whose_process_died_is_done_by_the_next_one() {
    let app = TestApp::tidy(6).await.unwrap();
    app.maps(PLAIN).unwrap();
    let id = begun_elsewhere(&app, 1).await;
    let service = app.serve_with(|_| {}).await.unwrap();
    let job = service.until_ended(&id).await.unwrap();
    assert_eq!((job.state.as_str(), job.fence), ("done", 2));
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_ended_its_process_three_times_is_not_begun_a_fourth_time() {
    let app = TestApp::tidy(6).await.unwrap();
    app.maps(PLAIN).unwrap();
    let id = begun_elsewhere(&app, 3).await;
    let service = app.serve_with(|_| {}).await.unwrap();
    let job = service.until_ended(&id).await.unwrap();
    assert_eq!(
        (job.state.as_str(), job.code.as_str()),
        ("failed", "crashed")
    );
    assert!(app.app.host.store.runs(10).await.unwrap().is_empty());
    // Others go on.
    let job = service.ask(Kind::Sync, "").await.unwrap();
    assert_eq!(service.until_ended(&job.id).await.unwrap().state, "done");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_last_claim_may_end_a_job() {
    let app = TestApp::tidy(2).await.unwrap();
    let store = &app.app.host.store;
    begun_elsewhere(&app, 1).await;
    let frozen = store.job("0193").await.unwrap().unwrap();
    store.take_back_jobs(3, 2).await.unwrap();
    let job = store.claim_job("demo", "here", 3).await.unwrap().unwrap();
    let ended = Ended {
        state: "done",
        run: "",
        code: "",
        message: "",
    };
    assert!(!store.end_job(&frozen, ended, 4).await.unwrap());
    assert!(store.end_job(&job, ended, 5).await.unwrap());
    assert_eq!(store.prune_jobs(5).await.unwrap(), 0);
    assert_eq!(
        store.prune_jobs(6).await.unwrap(),
        1,
        "what has ended is forgotten"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_log_ins_of_ten_people_are_one_waiting_job_each() {
    let (app, service) = served(10).await;
    let turn = service.service.turn("demo").await;
    let keys: Vec<String> = (0..10).map(|place| app.key(app.who(place))).collect();
    let mut ids = std::collections::BTreeSet::new();
    for round in 0..100 {
        for key in &keys {
            let job = service.ask(Kind::User, key).await.unwrap();
            ids.insert(job.id);
        }
        assert_eq!(ids.len(), 10, "round {round}");
    }
    let store = &app.app.host.store;
    assert_eq!(store.unfinished_jobs().await.unwrap().len(), 10);
    drop(turn);
    service.until_runs(10).await.unwrap();
    assert_eq!(store.runs(100).await.unwrap().len(), 10);
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connector_runs_once_at_a_time_and_others_run_beside_it() {
    let app = TestApp::tidy(6).await.unwrap();
    app.maps(PLAIN).unwrap();
    let second = app
        .world
        .access()
        .connector("id = \"second\"", "", "Town = \"city\"");
    app.write_connector("second", &second).unwrap();
    let service = app.serve_with(|_| {}).await.unwrap();
    let gate = Gate::default();
    app.world
        .jira
        .inject(Fault::hold(&gate).on("", "/properties").chance(1.0));
    let first = service.ask(Kind::Sync, "").await.unwrap();
    let wish = attune_server::service::Wish {
        connector: "second",
        kind: Kind::Sync,
        person: "",
        cause: "api",
    };
    service.service.ask(wish).await.unwrap();
    service
        .until("both connectors run", |one| {
            let lines = one.service.running();
            lines.len() == 2 && lines.iter().all(|line| line.run.is_some())
        })
        .await
        .unwrap();
    // A full run behind it, and a person who is served before that.
    let full = service.ask(Kind::Full, "").await.unwrap();
    let user = service.ask(Kind::User, &app.key(app.who(0))).await.unwrap();
    assert_eq!(service.service.ahead_of(&user).await.unwrap(), 1);
    assert_eq!(service.service.ahead_of(&full).await.unwrap(), 2);
    let again = service.ask(Kind::Full, "").await.unwrap();
    assert_eq!(again.id, full.id, "a second request joins the first");
    let lines = service.service.running();
    assert_eq!(
        lines.iter().filter(|line| line.connector == "demo").count(),
        1
    );
    assert!(lines.iter().all(|line| line.run.is_some()), "{lines:?}");
    gate.release();
    app.world.jira.clear_faults();
    let (full, user) = (
        service.until_ended(&full.id).await.unwrap(),
        service.until_ended(&user.id).await.unwrap(),
    );
    assert!(user.started_ms <= full.started_ms, "{user:?} {full:?}");
    assert_eq!(service.until_ended(&first.id).await.unwrap().state, "done");
    service.until_runs(4).await.unwrap();
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_cancels_ends_and_is_not_begun_again() {
    let (app, service) = served(6).await;
    let gate = Gate::default();
    app.world
        .graph
        .inject(Fault::hold(&gate).on("GET", "/users").chance(1.0));
    let job = service.ask(Kind::Sync, "").await.unwrap();
    service
        .until("it runs", |one| !one.service.running().is_empty())
        .await
        .unwrap();
    let waiting = service.ask(Kind::Full, "").await.unwrap();
    assert!(service.service.cancel(&waiting.id).await.unwrap());
    assert!(service.service.cancel(&job.id).await.unwrap());
    assert!(!service.service.cancel("no such id").await.unwrap());
    let job = service.until_ended(&job.id).await.unwrap();
    assert_eq!(job.state, "cancelled");
    assert_eq!(
        service.until_ended(&waiting.id).await.unwrap().state,
        "cancelled"
    );
    gate.release();
    app.world.graph.clear_faults();
    assert!(app.world.jira.writes().is_empty());
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_end_of_the_service_interrupts_is_done_after_the_next_start() {
    let (app, service) = served(6).await;
    let gate = Gate::default();
    app.world
        .graph
        .inject(Fault::hold(&gate).on("GET", "/users").chance(1.0));
    let job = service.ask(Kind::Sync, "").await.unwrap();
    service
        .until("it runs", |one| !one.service.running().is_empty())
        .await
        .unwrap();
    let begun = std::time::Instant::now();
    service.stop().await;
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    let left = app.app.host.store.job(&job.id).await.unwrap().unwrap();
    assert_eq!(
        (left.state.as_str(), left.attempts),
        ("queued", 0),
        "a stop is no crash"
    );
    gate.release();
    app.world.graph.clear_faults();
    let service = app.serve_with(|_| {}).await.unwrap();
    assert_eq!(service.until_ended(&job.id).await.unwrap().state, "done");
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_by_hand_serves_the_job_that_waits_for_the_same() {
    let (app, service) = served(6).await;
    let turn = service.service.turn("demo").await;
    let job = service.ask(Kind::Sync, "").await.unwrap();
    let other = service.ask(Kind::Full, "").await.unwrap();
    let (host, state) = service.service.pin();
    let loaded = state.connector("demo").unwrap();
    let mode = Mode::Complete;
    let by_hand = service
        .service
        .by_hand(loaded, ("sync", Some(&mode)))
        .await
        .unwrap();
    let watch = Watch::default();
    let entered = by_hand.enter(&watch);
    let order = Order::sync(mode);
    let done = Box::pin(sync::run(&host, loaded, &order, &watch))
        .await
        .unwrap();
    assert_eq!(service.service.running()[0].job, job.id);
    drop(entered);
    let outcome = Outcome {
        result: Ok(done.report.clone()),
        run: watch.progress.run(),
    };
    attune_tests::ran(done).await.unwrap();
    by_hand.end(&outcome).await;
    let job = service.until_ended(&job.id).await.unwrap();
    assert_eq!((job.state.as_str(), Some(job.run)), ("done", outcome.run));
    let still = app.app.host.store.job(&other.id).await.unwrap().unwrap();
    assert_eq!(still.state, "queued", "another kind waits for the turn");
    drop(turn);
    service.until_ended(&other.id).await.unwrap();
    assert_eq!(app.app.host.store.runs(10).await.unwrap().len(), 2);
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_connector_begins_nothing_and_does_what_came_due_once_afterwards() {
    let app = TestApp::tidy(6).await.unwrap();
    let top = "id = \"demo\"\nschedule = \"*/15 * * * *\"";
    app.connector(&app.world.access().connector(top, "", PLAIN))
        .unwrap();
    let clock = TestClock::at("2026-11-21T22:00:00Z".parse().unwrap());
    let service = app.serve_at(Arc::clone(&clock) as _, |_| {}).await.unwrap();
    let store = &app.app.host.store;
    store.pause("demo", "cli", "the audit", 1).await.unwrap();
    let refused = service.ask(Kind::Sync, "").await.unwrap_err().to_string();
    assert!(
        refused.contains("\"paused\"") && refused.contains("the audit"),
        "{refused}"
    );
    for _ in 0..5 {
        clock.advance(Duration::from_mins(15));
        service
            .until_stored("it waits", async |store| {
                store.unfinished_jobs().await.unwrap().len() == 1
            })
            .await
            .unwrap();
    }
    assert!(store.runs(10).await.unwrap().is_empty());
    assert!(
        service
            .run("demo", Order::plan(Mode::Complete))
            .await
            .is_ok(),
        "plans work"
    );
    service.service.resume("demo").await.unwrap();
    service.until_runs(2).await.unwrap();
    assert!(store.unfinished_jobs().await.unwrap().is_empty());
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_run_begins_while_the_disk_is_full() {
    let app = TestApp::tidy(6).await.unwrap();
    app.maps(PLAIN).unwrap();
    let full = app
        .serve_with(|options| options.disk_floor_bytes = u64::MAX)
        .await
        .unwrap();
    let job = full.ask(Kind::Sync, "").await.unwrap();
    let reason = full.service.why_not_ready().await.unwrap();
    assert!(reason.starts_with("disk: "), "{reason}");
    for _ in 0..20 {
        full.service.wake();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(app.app.host.store.runs(10).await.unwrap().is_empty());
    let told = app.app.host.store.open_notices().await.unwrap();
    assert_eq!((told.len(), told[0].key.as_str()), (1, "disk"));
    assert!(told[0].message.contains("MiB are free"), "{told:?}");
    full.stop().await;
    let roomy = app.serve_with(|_| {}).await.unwrap();
    assert_eq!(roomy.until_ended(&job.id).await.unwrap().state, "done");
    assert_eq!(roomy.service.why_not_ready().await, None);
    assert!(app.app.host.store.open_notices().await.unwrap().is_empty());
    roomy.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_of_a_paused_connector_comes_into_use_and_writes_nothing() {
    let app = TestApp::tidy(4).await.unwrap();
    app.maps(PLAIN).unwrap();
    let service = app
        .serve(attune_server::settings::SwapPolicy::Auto)
        .await
        .unwrap();
    service.sync(Mode::Complete).await.unwrap();
    let store = &app.app.host.store;
    store.pause("demo", "cli", "", 1).await.unwrap();
    app.forget();
    let edited = PLAIN.replace("\"city\"", "{ from = \"city\", steps = [\"text.upper\"] }");
    let text = app.connector_text("", &edited);
    service.save_connector("demo", &text).unwrap();
    let next = service.revision_in_folder("demo").unwrap();
    service
        .until("the edit is in use", |one| {
            one.revision("demo").as_ref() == Some(&next)
        })
        .await
        .unwrap();
    // The turn comes after what a swap writes.
    drop(service.service.turn("demo").await);
    assert!(app.world.jira.writes().is_empty());
    service.service.resume("demo").await.unwrap();
    let job = service.ask(Kind::Sync, "").await.unwrap();
    service.until_ended(&job.id).await.unwrap();
    assert_eq!(
        app.world.jira.writes().len(),
        4,
        "what waited is written by the next run"
    );
    service.stop().await;
}
