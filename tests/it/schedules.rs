//! Schedules: runs come when the file says, once each, whatever happens to process and clock.

use std::sync::Arc;
use std::time::Duration;

use attune_server::clock::TestClock;
use attune_server::store::runs::Run;
use attune_tests::service::TestService;
use attune_tests::{PLAIN, PLAIN_FIELDS, TestApp};
use jiff::SignedDuration;

const HOUR: Duration = Duration::from_hours(1);

/// A world whose connector has this schedule, and a clock that stands at 22:00 UTC.
async fn scheduled(line: &str) -> (TestApp, Arc<TestClock>) {
    let app = TestApp::tidy(6).await.unwrap();
    let top = format!("id = \"demo\"\nschedule = {line}");
    let text = app.world.access().connector(&top, "", PLAIN);
    app.connector(&text).unwrap();
    let clock = TestClock::at("2026-11-21T22:00:00Z".parse().unwrap());
    (app, clock)
}

async fn serve(app: &TestApp, clock: &Arc<TestClock>) -> TestService {
    let service = app.serve_at(Arc::clone(clock) as _, |_| {}).await.unwrap();
    service
        .until_stored("its schedule is known", async |store| {
            !store.schedules().await.unwrap().is_empty()
        })
        .await
        .unwrap();
    service
}

async fn runs(app: &TestApp) -> Vec<Run> {
    app.app.host.store.runs(100).await.unwrap()
}

/// Has the service look a few times, so that what it should not do would be seen.
async fn look(service: &TestService) {
    for _ in 0..20 {
        service.service.wake();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    service
        .until_stored("nothing is under way", async |store| {
            store.unfinished_jobs().await.unwrap().is_empty()
        })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_neither_misses_a_run_nor_doubles_one() {
    let (app, clock) = scheduled("\"0 2 * * *\"").await;
    let service = serve(&app, &clock).await;
    look(&service).await;
    assert!(
        runs(&app).await.is_empty(),
        "a new schedule begins with its next time"
    );
    clock.advance(4 * HOUR);
    service.until_runs(1).await.unwrap();
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    let run = runs(&app).await[0].id.clone();
    let causes = app.app.host.store.causes_of_runs(&[&run]).await.unwrap();
    assert_eq!(causes, [(run, "schedule".to_owned())]);
    service.stop().await;

    // Again within the same day: nothing has come due.
    clock.advance(HOUR);
    let service = serve(&app, &clock).await;
    look(&service).await;
    assert_eq!(runs(&app).await.len(), 1);
    service.stop().await;

    // Three nights down: one run makes up for all of them.
    clock.advance(3 * 24 * HOUR);
    let service = serve(&app, &clock).await;
    service.until_runs(2).await.unwrap();
    look(&service).await;
    assert_eq!(runs(&app).await.len(), 2);
    clock.advance(24 * HOUR);
    service.until_runs(3).await.unwrap();
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sync_changes_and_full_have_lines_of_their_own() {
    let line = "{ sync = \"0 2 * * *\", changes = \"*/30 * * * *\", full = \"0 3 * * SUN\" }";
    let (app, clock) = scheduled(line).await;
    let service = serve(&app, &clock).await;
    let mut expected = 0;
    for minutes in [30_u64, 30, 60, 120, 60] {
        clock.advance(Duration::from_mins(minutes));
        // At 02:00 and 03:00 a second line comes with the one of every half hour.
        expected += if minutes == 120 || expected == 5 {
            2
        } else {
            1
        };
        service.until_runs(expected).await.unwrap();
    }
    let mut modes: Vec<String> = runs(&app).await.into_iter().map(|run| run.mode).collect();
    modes.reverse();
    modes[3..].sort();
    let expected = [
        "changes", "changes", "changes", "changes", "changes", "complete", "full",
    ];
    assert_eq!(modes, expected);
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_back_doubles_no_daily_run_and_ten_years_ahead_cost_one() {
    let (app, clock) = scheduled("\"0 2 * * *\"").await;
    let service = serve(&app, &clock).await;
    clock.advance(4 * HOUR);
    service.until_runs(1).await.unwrap();
    clock.jump(SignedDuration::from_hours(-1));
    look(&service).await;
    clock.advance(2 * HOUR);
    look(&service).await;
    assert_eq!(runs(&app).await.len(), 1, "02:00 came twice on the clock");
    let years = SignedDuration::from_hours(10 * 365 * 24);
    clock.jump(years);
    service.until_runs(2).await.unwrap();
    clock.jump(-years);
    look(&service).await;
    assert_eq!(runs(&app).await.len(), 2);
    clock.advance(24 * HOUR);
    service.until_runs(3).await.unwrap();
    look(&service).await;
    assert_eq!(runs(&app).await.len(), 3, "it goes on by the day");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edited_schedule_counts_from_the_edit_on() {
    let (app, clock) = scheduled("\"0 2 * * *\"").await;
    let service = serve(&app, &clock).await;
    let top = "id = \"demo\"\nschedule = \"0 23 * * *\"";
    let text = app.world.access().connector(top, "", PLAIN);
    service.save_connector("demo", &text).unwrap();
    // The watch's own pause is one of this clock.
    let service_clock = Arc::clone(&clock);
    service
        .until_stored("the new line is known", async |store| {
            service_clock.advance(Duration::from_millis(10));
            let all = store.schedules().await.unwrap();
            all.iter().any(|one| one.line == "0 23 * * *")
        })
        .await
        .unwrap();
    clock.advance(HOUR);
    let by_schedule = async |store: &attune_server::store::Store| {
        let runs = store.runs(100).await.unwrap();
        let runs: Vec<&str> = runs.iter().map(|run| run.id.as_str()).collect();
        let causes = store.causes_of_runs(&runs).await.unwrap();
        causes
            .iter()
            .filter(|(_, cause)| cause == "schedule")
            .count()
    };
    service
        .until_stored("it ran at 23:00", async |store| {
            by_schedule(store).await == 1
        })
        .await
        .unwrap();
    clock.advance(4 * HOUR);
    look(&service).await;
    let count = by_schedule(&app.app.host.store).await;
    assert_eq!(count, 1, "02:00 is no time of it any more");
    service.stop().await;
}
