//! Rows 7 and 8 of the fault table: a disk that is full or read-only at any point of a run.

use attune_server::fault::Failure;
use attune_server::store::Store;
use attune_server::store::hindered::{Disk, Trouble};
use attune_server::sync::{Mode, Order, Watch};
use attune_tests::{PLAIN, PLAIN_FIELDS, TestApp};

const PEOPLE: usize = 12;
/// Every so many uses of the database the trouble begins; all points are met by the simulation.
const STRIDE: u64 = 3;

/// Lets a run meet the trouble from each point on until none is left, and makes it good each time.
async fn meets(trouble: Trouble) {
    let mut app = TestApp::tidy(PEOPLE).await.unwrap();
    let guard = "[guard]\nchanged-people = \"off\"\none-value-takes-over = \"off\"";
    app.connector(&app.connector_text(guard, PLAIN)).unwrap();
    let disk = Disk::default();
    let data = app.app.host.store.data_dir().to_owned();
    app.app.host.store.close().await;
    app.app.host.store = Store::open_on(&disk, &data).await.unwrap();
    app.sync(Mode::Complete).await.unwrap();
    let mut stopped = 0;
    for point in (0..).step_by(STRIDE as usize) {
        for place in 0..PEOPLE {
            let value = format!("department {point} {}", "x".repeat(200));
            app.set(app.who(place), "department", &value);
        }
        disk.fail(trouble, point, u64::MAX);
        let outcome = app
            .run(&Order::sync(Mode::Complete), &Watch::default())
            .await;
        disk.mend();
        let error = outcome.unwrap().err();
        if let Some(error) = error {
            let failure = Failure::from(error);
            assert_eq!(failure.code, "disk", "{trouble:?} at {point}: {failure:?}");
            assert_eq!(failure.exit, 1);
            stopped += 1;
        } else if stopped > 0 {
            // The run ended before the trouble began; whatever it met, it told nobody else.
            break;
        }
        let ran = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(ran.report.problems, Vec::new(), "{trouble:?} at {point}");
        assert_eq!(
            app.out_of_tune(PLAIN_FIELDS),
            Vec::<String>::new(),
            "{point}"
        );
        assert_eq!(app.open_intents().await.unwrap(), 0, "{point}");
        app.world.jira.reset_log();
        app.sync(Mode::Complete).await.unwrap();
        assert_eq!(
            app.world.jira.counts().requests,
            0,
            "{trouble:?} at {point}"
        );
    }
    assert!(stopped > 5, "only {stopped} runs met it");
    assert!(disk.met() > 0);
    let runs = app.app.host.store.runs(1000).await.unwrap();
    let open: Vec<_> = runs.iter().filter(|run| run.state == "running").collect();
    assert!(open.is_empty(), "{open:?}");
    assert!(runs.iter().any(|run| run.state == "stopped"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fills_up_at_any_point_stops_the_run_and_the_next_one_makes_it_good() {
    meets(Trouble::Full).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_turns_read_only_at_any_point_stops_the_run_and_the_next_one_makes_it_good() {
    meets(Trouble::ReadOnly).await;
}
