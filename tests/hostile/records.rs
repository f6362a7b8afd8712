//! More changes than fit into one JSON document: a plan file of one record a line, whatever the
//! values are, that says what was planned and is applied exactly.

use std::io::BufRead as _;

use attune_core::plan::{Change, Report};
use attune_server::sync::{self, Mode, Order, PlanFile, Watch};
use attune_sim::people::hostile;
use attune_tests::{TestApp, ran};

use super::SEED;
use super::syncs::{MEMBERS, Route, connect, fill};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_of_more_than_ten_thousand_changes_is_one_record_a_line() {
    let values = hostile::values(SEED, 12_500);
    let app = TestApp::tidy(values.len() / MEMBERS.len()).await.unwrap();
    fill(&app, &values);
    connect(&app, Route::Property);
    let loaded = app.loaded("demo").unwrap();
    let order = Order::plan(Mode::Complete);
    let done = sync::run(&app.app.host, &loaded, &order, &Watch::default())
        .await
        .unwrap();
    let path = app.path("plan.ndjson");
    sync::write_plan(&path, &done.report, done.stage.as_ref().unwrap())
        .await
        .unwrap();
    let planned = ran(done).await.unwrap();
    assert!(planned.changes.len() > 10_000, "{}", planned.changes.len());

    let file = std::io::BufReader::new(std::fs::File::open(&path).unwrap());
    let mut lines = file.lines().map(Result::unwrap);
    let report: Report = serde_json::from_str(&lines.next().unwrap()).unwrap();
    assert_eq!(report.digest, planned.report.digest);
    let changes: Vec<Change> = lines
        .map(|line| serde_json::from_str(&line).unwrap())
        .collect();
    assert_eq!(changes, planned.changes);
    // Its digest is that of what is in it.
    let read = PlanFile::read(&path).unwrap();
    assert_eq!(read.report.digest, planned.report.digest);
}
