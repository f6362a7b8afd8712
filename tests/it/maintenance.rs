//! Sites in maintenance: plans go on, nothing is sent, and afterwards the last values are written.

use std::sync::Arc;
use std::time::Duration;

use attune_server::clock::{Clock as _, TestClock};
use attune_server::jobs::Kind;
use attune_server::store::jobs::Job;
use attune_server::sync::Mode;
use attune_sim::demo;
use attune_sim::jira::{Jira, Options};
use attune_tests::service::TestService;
use attune_tests::{PLAIN, PLAIN_FIELDS, TestApp};

/// Two sites with the same people, a clock, and the service.
async fn both() -> (TestApp, Jira, Arc<TestClock>, TestService) {
    let app = TestApp::tidy(6).await.unwrap();
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
    let clock = TestClock::at("2026-11-21T22:00:00Z".parse().unwrap());
    let service = app.serve_at(Arc::clone(&clock) as _, |_| {}).await.unwrap();
    (app, second, clock, service)
}

async fn sync(service: &TestService) -> Job {
    let job = service.ask(Kind::Sync, "").await.unwrap();
    service.until_ended(&job.id).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_site_gets_no_request_and_after_it_each_last_value_once() {
    let (app, second, _clock, service) = both().await;
    assert_eq!(sync(&service).await.code, "");
    let site = app.world.access().jira_url.trim_end_matches('/').to_owned();
    let store = &app.app.host.store;
    store
        .pause_site(&site, "cli", "new release", 1)
        .await
        .unwrap();
    app.forget();
    for city in ["Lyon", "Oslo", "Porto"] {
        for place in 0..3 {
            app.set(app.who(place), "city", city);
        }
        let job = sync(&service).await;
        assert_eq!(
            (job.state.as_str(), job.code.as_str()),
            ("done", "maintenance"),
            "{job:?}"
        );
    }
    assert!(
        app.world.jira.log().is_empty(),
        "{:?}",
        app.world.jira.log()
    );
    assert!(!second.writes().is_empty(), "the other target is finished");
    assert!(
        store.unfinished_jobs().await.unwrap().is_empty(),
        "nobody asks a paused site again"
    );
    assert!(store.quarantines().await.unwrap().is_empty());

    assert!(service.service.resume_site(&site).await.unwrap());
    service
        .until_stored("it was resumed", async |store| {
            store.unfinished_jobs().await.unwrap().is_empty()
        })
        .await
        .unwrap();
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    assert_eq!(
        app.world.jira.writes().len(),
        3,
        "one write a person, of the last value"
    );
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_says_it_is_in_maintenance_is_asked_again_by_itself() {
    let (app, _second, clock, service) = both().await;
    assert_eq!(sync(&service).await.code, "");
    app.set(app.who(0), "city", "Lyon");
    app.world
        .jira
        .configure(|settings| settings.is_in_maintenance = true);
    assert_eq!(sync(&service).await.code, "maintenance");
    let store = &app.app.host.store;
    for (tries, (least, most)) in [(1, (4, 6)), (2, (12, 18)), (3, (48, 72)), (4, (48, 72))] {
        let waiting = store.unfinished_jobs().await.unwrap();
        let [job] = waiting.as_slice() else {
            panic!("{waiting:?}")
        };
        assert_eq!((job.cause.as_str(), job.tries), ("maintenance", tries));
        let pause = (job.not_before_ms - clock.now().as_millisecond()) / 60_000;
        assert!((least - 1..=most).contains(&pause), "{tries}: {pause} min");
        if tries == 4 {
            app.world
                .jira
                .configure(|settings| settings.is_in_maintenance = false);
        }
        clock.advance(Duration::from_mins(most.unsigned_abs() + 1));
        service.until_ended(&job.id).await.unwrap();
    }
    assert!(
        store.quarantines().await.unwrap().is_empty(),
        "no failure of the connector"
    );
    assert!(store.unfinished_jobs().await.unwrap().is_empty());
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_goes_on_for_the_other_targets_of_a_paused_site() {
    let (app, _second, _clock, service) = both().await;
    service.stop().await;
    let site = app.world.access().jira_url.trim_end_matches('/').to_owned();
    app.app
        .host
        .store
        .pause_site(&site, "cli", "", 1)
        .await
        .unwrap();
    app.forget();
    let planned = app.plan(Mode::Complete).await.unwrap();
    let error = planned.report.targets["jira"].error.as_ref().unwrap();
    assert_eq!(error.code, "maintenance");
    assert!(planned.report.targets["second"].changes > 0);
    assert!(app.world.jira.log().is_empty());
}
