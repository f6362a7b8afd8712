//! Promises 2 and 3: no write without a durable record before it, and no repeat of a write that
//! means something else than the first.

use std::collections::BTreeMap;

use attune_core::plan::{ChangeResult, State};
use attune_server::sync::{Mode, Watch};
use attune_sim::faults::{Fault, Gate};
use attune_sim::jira::{Field, Write};
use attune_tests::{PLAIN, TestApp};

/// What the site says was written, in the journal's words: account, field, value; sorted.
fn written(writes: &[Write]) -> Vec<(String, String, Option<String>)> {
    let one = |write: &Write| {
        let Field::Property(name) = &write.field else {
            panic!("{write:?}");
        };
        let value = write
            .after
            .as_ref()
            .and_then(|value| value.as_str().map(str::to_owned));
        (write.account.clone(), name.clone(), value)
    };
    let mut all: Vec<_> = writes.iter().map(one).collect();
    all.sort_unstable();
    all
}

/// What the journal says of operations in a state, in the same form.
async fn recorded(app: &TestApp, state: &str) -> Vec<(String, String, Option<String>)> {
    let operations = app.app.host.store.operations("demo", state).await.unwrap();
    let mut all: Vec<_> = operations
        .iter()
        .flat_map(|open| {
            let account = open.operation.account.clone();
            let fields = open.operation.fields.iter();
            fields.map(move |c| (account.clone(), c.field.name.clone(), c.after.clone()))
        })
        .collect();
    all.sort_unstable();
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_is_durable_before_its_request_leaves() {
    let app = TestApp::tidy(20).await.unwrap();
    app.maps(PLAIN).unwrap();
    let (gate, watch) = (Gate::default(), Watch::default());
    app.world
        .jira
        .inject(Fault::hold(&gate).on("PUT", "/properties/").times(4));
    let look = async {
        gate.arrived(4).await;
        // A second process reads the file: what it sees was committed.
        let other = attune_server::store::Store::open(&app.path("data"))
            .await
            .unwrap();
        let intents = other.open_operations("demo").await.unwrap().len();
        other.close().await;
        gate.release();
        intents
    };
    let (ran, intents) = tokio::join!(app.watched(&watch), look);
    let changes = ran.unwrap().report.summary.changes;
    assert!(intents >= 4 && intents as u64 <= changes, "{intents}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_write_has_exactly_one_record_with_its_account_field_and_value() {
    let app = TestApp::untidy(100).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    let writes = app.world.jira.writes();
    assert!(writes.len() > 100);
    assert_eq!(recorded(&app, "written").await, written(&writes));
    assert_eq!(recorded(&app, "intent").await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_read_back_and_not_written_again() {
    let app = TestApp::tidy(10).await.unwrap();
    app.maps("Department = \"department\"").unwrap();
    app.world
        .jira
        .inject(Fault::fail_after_write().on("PUT", "/properties/").times(3));
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.summary.written, ran.report.summary.changes);
    let writes = app.world.jira.writes();
    assert_eq!(writes.len() as u64, ran.report.summary.changes);
    assert_eq!(recorded(&app, "written").await, written(&writes));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_did_nothing_is_sent_once_more_with_the_same_meaning() {
    let app = TestApp::tidy(10).await.unwrap();
    app.maps("Department = \"department\"").unwrap();
    // One fault per account: two for the same operation would rightly fail it.
    let faults = [Fault::reject(500), Fault::reject(500), Fault::disconnect()];
    for (place, fault) in faults.into_iter().enumerate() {
        let account = format!("userKey={}", app.account(app.who(place)));
        let fault = fault.on("PUT", "/properties/").with_query(&account);
        app.world.jira.inject(fault);
    }
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.summary.written, ran.report.summary.changes);
    let mut bodies: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for request in app.world.jira.log() {
        if request.method == "PUT" {
            bodies
                .entry((request.path, request.query))
                .or_default()
                .push(request.body);
        }
    }
    let repeated: Vec<_> = bodies.values().filter(|bodies| bodies.len() > 1).collect();
    assert_eq!(repeated.len(), 3);
    for bodies in repeated {
        assert_eq!(bodies.len(), 2, "at most one repeat");
        assert_eq!(bodies[0], bodies[1]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_is_not_repeated_after_somebody_else_changed_its_field() {
    let app = TestApp::tidy(4).await.unwrap();
    app.maps("Department = \"department\"").unwrap();
    let who = app.who(1);
    // The write is cut off, and the reading back waits until somebody has typed.
    let (gate, watch) = (Gate::default(), Watch::default());
    app.world
        .jira
        .inject(Fault::disconnect().on("PUT", "/properties/Department"));
    app.world.jira.inject(
        Fault::hold(&gate)
            .on("GET", "/properties/Department")
            .after(1),
    );
    let order = attune_server::sync::Order::sync(Mode::User(app.key(who)));
    let type_in = async {
        gate.arrived(1).await;
        app.type_in(who, "Department", "Typed meanwhile");
        gate.release();
    };
    let (ran, ()) = tokio::join!(app.run(&order, &watch), type_in);
    let ran = ran.unwrap().unwrap();
    assert_eq!(ran.changes[0].result, Some(ChangeResult::Conflict));
    assert_eq!(ran.codes(), ["conflict"]);
    assert_eq!(ran.report.summary.written, 0);
    assert_eq!(
        app.property(who, "Department").as_deref(),
        Some("Typed meanwhile")
    );
    assert!(app.world.jira.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_open_at_a_crash_is_not_written_over_a_value_typed_since() {
    let mut app = TestApp::tidy(4).await.unwrap();
    app.maps("Department = { from = \"department\", existing = \"keep\" }")
        .unwrap();
    let gate = Gate::default();
    app.world
        .jira
        .inject(Fault::hold(&gate).on("PUT", "/properties/"));
    {
        tokio::select! {
            ended = app.sync(Mode::Complete) => panic!("it ended before: {ended:?}"),
            () = gate.arrived(1) => {}
        }
    }
    gate.release();
    app.restart().await.unwrap();
    for place in 0..4 {
        app.type_in(app.who(place), "Department", "Typed since");
    }
    app.world.jira.reset_writes();
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_ne!(ran.report.state, State::Held);
    assert!(app.world.jira.writes().is_empty());
    assert_eq!(recorded(&app, "intent").await, []);
    assert!(!recorded(&app, "conflict").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_write_is_a_problem_of_its_person_with_the_sites_words() {
    let app = TestApp::tidy(10).await.unwrap();
    app.maps("Department = \"department\"").unwrap();
    app.world
        .jira
        .inject(Fault::reject(400).on("PUT", "/properties/"));
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Applied);
    assert_eq!(ran.codes(), ["rejected"]);
    assert_eq!(ran.report.problems[0].field, "Department");
    assert_eq!(ran.report.summary.failed, 1);
    assert_eq!(ran.report.summary.written + 1, ran.report.summary.changes);
    assert_eq!(recorded(&app, "rejected").await.len(), 1);
    // Whoever failed is due again, and nobody else.
    let again = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(again.report.summary.written, 1);
}
