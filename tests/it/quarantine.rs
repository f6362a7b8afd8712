//! A connector that fails is left alone, tried less and less often, and runs again by itself.

use std::sync::Arc;
use std::time::Duration;

use attune_server::clock::TestClock;
use attune_server::jobs::Kind;
use attune_server::store::quarantines::Quarantine;
use attune_sim::faults::Fault;
use attune_tests::service::TestService;
use attune_tests::{PLAIN, PLAIN_FIELDS, TestApp};

async fn served(people: usize) -> (TestApp, Arc<TestClock>, TestService) {
    let app = TestApp::tidy(people).await.unwrap();
    app.maps(PLAIN).unwrap();
    let clock = TestClock::at("2026-11-21T22:00:00Z".parse().unwrap());
    let service = app.serve_at(Arc::clone(&clock) as _, |_| {}).await.unwrap();
    (app, clock, service)
}

async fn row(app: &TestApp) -> Option<Quarantine> {
    app.app
        .host
        .store
        .quarantines()
        .await
        .unwrap()
        .remove("demo")
}

/// Waits until it was tried so often.
async fn until_tried(service: &TestService, probes: i64) {
    service
        .until_stored(&format!("it was tried {probes} times"), async |store| {
            let row = store.quarantines().await.unwrap().remove("demo");
            let is_idle = store
                .unfinished_jobs()
                .await
                .unwrap()
                .iter()
                .all(|job| job.state != "running");
            row.is_some_and(|row| row.probes == probes) && is_idle
        })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_sign_in_stops_everything_but_probes_until_it_works_again() {
    let (app, clock, service) = served(6).await;
    app.world
        .jira
        .configure(|settings| settings.password = "another".to_owned());
    let job = service.ask(Kind::Sync, "").await.unwrap();
    let job = service.until_ended(&job.id).await.unwrap();
    assert_eq!(
        (job.state.as_str(), job.code.as_str()),
        ("failed", "sign-in")
    );
    assert!(row(&app).await.unwrap().is_on());

    // What is asked for waits, as one job of its kind, and nothing is sent.
    app.forget();
    let waiting = service.ask(Kind::Sync, "").await.unwrap();
    assert_eq!(service.ask(Kind::Sync, "").await.unwrap().id, waiting.id);
    clock.advance(Duration::from_mins(3));
    for _ in 0..20 {
        service.service.wake();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(app.world.jira.log().len() + app.world.graph.log().len(), 0);

    // Probes after 5, 15 and 60 minutes, give or take a fifth; a restart changes nothing.
    clock.advance(Duration::from_mins(4));
    until_tried(&service, 1).await;
    let pause = |row: &Quarantine, now: &TestClock| {
        use attune_server::clock::Clock as _;
        (row.next_ms - now.now().as_millisecond()) / 60_000
    };
    assert!((11..=18).contains(&pause(&row(&app).await.unwrap(), &clock)));
    service.stop().await;
    let service = app.serve_at(Arc::clone(&clock) as _, |_| {}).await.unwrap();
    clock.advance(Duration::from_mins(19));
    until_tried(&service, 2).await;
    assert!((47..=72).contains(&pause(&row(&app).await.unwrap(), &clock)));

    let password = app.world.access().jira_password.clone();
    app.world
        .jira
        .configure(|settings| settings.password = password);
    app.world.jira.clear_captcha();
    clock.advance(Duration::from_mins(73));
    assert_eq!(
        service.until_ended(&waiting.id).await.unwrap().state,
        "done"
    );
    assert_eq!(row(&app).await, None);
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_failed_operations_are_enough_and_a_few_are_not() {
    let (app, _clock, service) = served(60).await;
    let refuse = || Fault::reject(400).on("PUT", "/properties/");
    app.world.jira.inject(refuse().times(12));
    let job = service.ask(Kind::Sync, "").await.unwrap();
    service.until_ended(&job.id).await.unwrap();
    assert_eq!(row(&app).await, None, "a few people's trouble is their own");
    service.stop().await;

    let (app, _clock, service) = served(10).await;
    app.world.jira.inject(refuse().chance(1.0));
    let job = service.ask(Kind::Sync, "").await.unwrap();
    let job = service.until_ended(&job.id).await.unwrap();
    app.world.jira.clear_faults();
    let row = row(&app).await;
    let row = row.unwrap_or_else(|| panic!("{job:?}"));
    assert!(row.is_on());
    assert_eq!(row.code, "operations-failed");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_failure_of_three_runs_is_enough_and_a_sync_by_hand_ends_it() {
    let (app, _clock, service) = served(6).await;
    for time in 1..=3 {
        let fault = Fault::reject(403).on("GET", "/users").chance(1.0);
        app.world.graph.inject(fault);
        let job = service.ask(Kind::Sync, "").await.unwrap();
        let job = service.until_ended(&job.id).await.unwrap();
        assert_eq!(job.state, "failed");
        app.world.graph.clear_faults();
        assert_eq!(row(&app).await.unwrap().is_on(), time == 3, "{job:?}");
    }
    let (host, state) = service.service.pin();
    let loaded = state.connector("demo").unwrap();
    let mode = attune_server::sync::Mode::Complete;
    let by_hand = service
        .service
        .by_hand(loaded, ("sync", Some(&mode)))
        .await
        .unwrap();
    let order = attune_server::sync::Order::sync(mode);
    let watch = attune_server::sync::Watch::default();
    let done = Box::pin(attune_server::sync::run(&host, loaded, &order, &watch))
        .await
        .unwrap();
    let outcome = attune_server::jobs::Outcome {
        result: Ok(done.report.clone()),
        run: watch.progress.run(),
    };
    attune_tests::ran(done).await.unwrap();
    by_hand.end(&outcome).await;
    assert_eq!(row(&app).await, None);
    service.stop().await;
}
