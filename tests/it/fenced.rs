//! A run that another one overtook writes nothing any more, wherever it stood.

use std::sync::Arc;
use std::time::Duration;

use attune_server::app::App;
use attune_server::clock::TestClock;
use attune_server::sync::{self, Error, Mode, Order, Watch};
use attune_sim::faults::{Fault, Gate};
use attune_tests::{PLAIN, PLAIN_FIELDS, TestApp};

static SYNC: Order = Order::sync(Mode::Complete);

/// A second host on the same store, ten minutes later.
async fn second(app: &TestApp) -> App {
    let clock = TestClock::skipping("2026-11-21T22:10:00Z".parse().unwrap());
    app.another("data", &Arc::clone(&clock)).await.unwrap()
}

/// What the store says of runs, people and operations.
async fn state(app: &TestApp) -> (String, usize, usize, Option<(u64, String)>) {
    let store = &app.app.host.store;
    let runs = store.runs(100).await.unwrap();
    let written = store.operations("demo", "written").await.unwrap().len();
    let open = app.open_intents().await.unwrap();
    (
        format!("{runs:?}"),
        written,
        open,
        app.listing().await.unwrap(),
    )
}

/// Lets a run stand at a gate, has a second host do the work meanwhile, and lets it go on.
pub(crate) async fn overtaken(
    app: &TestApp,
    fault: impl Fn(&Gate) -> Fault,
    (site, wakes): (&str, bool),
) -> usize {
    let (gate, watch) = (Gate::default(), Watch::default());
    match site {
        "graph" => app.world.graph.inject(fault(&gate)),
        _ => app.world.jira.inject(fault(&gate)),
    }
    let meanwhile = async {
        gate.arrived(1).await;
        app.world.graph.clear_faults();
        app.world.jira.clear_faults();
        let other = second(app).await;
        let loaded = app.loaded("demo").unwrap();
        let done = sync::run(&other.host, &loaded, &SYNC, &Watch::default()).await;
        let done = done.unwrap();
        done.stage.unwrap().finish().await;
        other.close().await;
        let after = (state(app).await, app.world.jira.writes().len());
        if wakes {
            // A process that slept sees how long.
            app.clock.advance(Duration::from_mins(10));
        }
        gate.release();
        after
    };
    let (ended, (after, writes)) = tokio::join!(app.run(&SYNC, &watch), meanwhile);
    let ended = ended.unwrap();
    assert!(matches!(ended, Err(Error::Fenced)), "{ended:?}");
    assert_eq!(
        attune_server::fault::Failure::from(Error::Fenced).code,
        "fenced"
    );
    assert_eq!(state(app).await, after, "the store is the other one's");
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    app.world.jira.writes().len() - writes
}

async fn paged() -> TestApp {
    let app = TestApp::arranged(60, |directory, _| directory.page_max = 10)
        .await
        .unwrap();
    app.maps(PLAIN).unwrap();
    app
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_overtaken_while_it_reads_writes_nothing() {
    let app = paged().await;
    let held = |gate: &Gate| Fault::hold(gate).on("GET", "/users").after(3);
    assert_eq!(Box::pin(overtaken(&app, held, ("graph", false))).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_overtaken_while_it_plans_writes_nothing() {
    let app = paged().await;
    let held = |gate: &Gate| Fault::hold(gate).on("GET", "/properties").after(5);
    assert_eq!(Box::pin(overtaken(&app, held, ("jira", false))).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_overtaken_while_it_writes_sends_no_more_than_was_under_way() {
    let app = paged().await;
    let held = |gate: &Gate| Fault::hold(gate).on("PUT", "/properties/").after(70);
    let sent = Box::pin(overtaken(&app, held, ("jira", true))).await;
    assert!(sent <= 8, "{sent} requests were under way");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_is_renewed_by_what_a_run_writes_and_given_back_at_its_end() {
    let app = paged().await;
    app.sync(Mode::Complete).await.unwrap();
    let store = &app.app.host.store;
    let first = store.lease("demo").await.unwrap().unwrap();
    assert_eq!(first.fence, 1);
    let now_ms = attune_server::clock::Clock::now(app.clock.as_ref()).as_millisecond();
    assert!(first.until_ms <= now_ms, "{first:?}");
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(store.lease("demo").await.unwrap().unwrap().fence, 2);
}
