//! Promise 12: same inputs, same plan, bit for bit.

use attune_core::plan::{Change, Report};
use attune_server::app::App;
use attune_server::clock::TestClock;
use attune_server::sync::{self, Mode, Order, Watch};
use attune_sim::graph::Traps;
use attune_tests::{MAPPING, TestApp, ran};

static PLAN: Order = Order::plan(Mode::Complete);

async fn plan(app: &TestApp, host: &App) -> (Report, Vec<Change>) {
    let loaded = app.loaded("demo").unwrap();
    let done = sync::run(&host.host, &loaded, &PLAN, &Watch::default())
        .await
        .unwrap();
    let ran = ran(done).await.unwrap();
    (ran.report, ran.changes)
}

fn clock() -> std::sync::Arc<TestClock> {
    TestClock::skipping("2026-11-21T22:00:00Z".parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hosts_make_the_same_plan_whatever_the_pages_and_their_order() {
    let app = TestApp::untidy(120).await.unwrap();
    app.maps(MAPPING).unwrap();
    let one = app.another("one", &clock()).await.unwrap();
    let first = plan(&app, &one).await;
    assert!(first.1.len() > 200 && first.0.digest.starts_with("sha256:"));
    app.world.graph.configure(|settings| {
        settings.page_max = 7;
        settings.traps = Traps {
            empty_page: Some(3),
            repeats_across_pages: true,
            ..Traps::default()
        };
    });
    let other = app.another("other", &clock()).await.unwrap();
    let second = plan(&app, &other).await;
    assert_eq!(first.0.digest, second.0.digest);
    assert_eq!(first.1, second.1);
    assert_eq!(first.0.summary, second.0.summary);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_plan_of_the_same_host_is_the_same() {
    let app = TestApp::untidy(80).await.unwrap();
    app.maps(MAPPING).unwrap();
    let host = app.another("one", &clock()).await.unwrap();
    let first = plan(&app, &host).await;
    let second = plan(&app, &host).await;
    assert_eq!(first.0.digest, second.0.digest);
    assert_eq!(first.1, second.1);
    assert!(app.world.jira.writes().is_empty(), "a plan writes nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_time_another_file_or_another_value_is_another_digest() {
    let app = TestApp::tidy(20).await.unwrap();
    app.maps(MAPPING).unwrap();
    let host = app.another("one", &clock()).await.unwrap();
    let first = plan(&app, &host).await.0.digest;
    let later = TestClock::skipping("2026-11-21T22:00:01Z".parse().unwrap());
    let later = app.another("later", &later).await.unwrap();
    assert_ne!(plan(&app, &later).await.0.digest, first);
    app.connector(&app.connector_text("# a remark", MAPPING))
        .unwrap();
    assert_eq!(plan(&app, &host).await.0.digest, first, "what is typed");
    app.connector(&app.connector_text("[guard]\nchanged-people = \"31%\"", MAPPING))
        .unwrap();
    assert_ne!(plan(&app, &host).await.0.digest, first, "what is said");
    app.maps(MAPPING).unwrap();
    assert_eq!(plan(&app, &host).await.0.digest, first);
    app.set(app.who(2), "jobTitle", "Another");
    assert_ne!(plan(&app, &host).await.0.digest, first);
}
