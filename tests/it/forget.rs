//! Forgetting: nothing of a person is left, and what happened is.

use std::path::Path;
use std::time::Duration;

use attune_core::plan::State;
use attune_server::store::forget::Forgotten;
use attune_server::sync::{self, Mode, Order, Undoing, Watch};
use attune_tests::{PLAIN, TestApp, ran};

const GUARDS: &str = "[guard]\nchanged-people = \"off\"";

/// How often one of these words stands in a file below a folder.
fn found(folder: &Path, words: &[String]) -> Vec<String> {
    let mut hits = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            hits.extend(found(&path, words));
            continue;
        }
        // Sockets and locks have no text.
        let bytes = std::fs::read(&path).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        let words = words.iter().filter(|word| text.contains(word.as_str()));
        hits.extend(words.map(|word| format!("{word} in {}", path.display())));
    }
    hits
}

async fn forget(app: &TestApp, user: &str) -> Forgotten {
    app.clock.advance(Duration::from_secs(1));
    let store = &app.app.host.store;
    let mut told = Forgotten::default();
    let now_ms = app.app.host.clock.now().as_millisecond();
    for key in store.keys_called("demo", user).await.unwrap() {
        told += store.forget_person("demo", &key, now_ms).await.unwrap();
    }
    assert!(store.scrub().await.unwrap());
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_forgotten_person_no_value_is_in_any_file_and_of_the_others_everything() {
    let app = TestApp::tidy(20).await.unwrap();
    app.connector(&app.connector_text(GUARDS, PLAIN)).unwrap();
    let (who, other) = (app.who(3), app.who(4));
    let name = app
        .world
        .graph
        .people(|people| people.user_principal_name(who));
    app.set(who, "department", "Canary-One");
    app.set(who, "city", "Canary-Five");
    app.type_in(who, "City", "Canary-Typed");
    app.set(who, "jobTitle", "Canary-Two");
    app.set(other, "department", "Neighbour-One");
    let first = app.sync(Mode::Complete).await.unwrap();
    app.set(who, "department", "Canary-Three");
    app.sync(Mode::Complete).await.unwrap();
    app.set(who, "jobTitle", "Canary-Four");
    app.set(other, "jobTitle", "Neighbour-Two");
    let plan = app.plan(Mode::Complete).await.unwrap();
    let mut words: Vec<String> = ["one", "two", "three", "four", "five", "typed"]
        .map(|word| format!("canary-{word}"))
        .to_vec();
    words.push(name.to_lowercase());
    let data = app.path("data");
    for word in &words {
        let hits = found(&data, std::slice::from_ref(word));
        assert!(
            !hits.is_empty(),
            "{word} was never there: the test looks at nothing"
        );
    }
    let told = forget(&app, &name).await;
    assert_eq!((told.documents, told.versions > 0), (1, true), "{told:?}");
    assert!(
        told.values >= 3 && told.operations >= 4 && told.planned >= 3,
        "{told:?}"
    );
    assert_eq!(found(&data, &words), Vec::<String>::new());
    let others = ["neighbour-one".to_owned(), "neighbour-two".to_owned()];
    assert!(found(&data, &others).len() >= 2);

    // What happened is still known.
    let key = app.key(who);
    let store = &app.app.host.store;
    let history = store.history("demo", &key).await.unwrap();
    assert!(history.len() >= 4);
    for line in &history {
        assert_eq!((&line.change.before, &line.change.after), (&None, &None));
        assert!(line.forgotten_ms.is_some());
    }
    // A plan that lacks somebody is nobody's to approve.
    let refused = app.approve(&plan.report.digest).await.unwrap_err();
    assert!(refused.to_string().contains("rejected"), "{refused}");
    // Replay and undo name who is gone.
    let run = first.report.run.clone().unwrap();
    let replayed = sync::replay(&app.app.host, &run, &[]).await.unwrap();
    assert_eq!(
        (replayed.missing, replayed.repeats),
        (vec![key.clone()], false)
    );
    let row = store.run(&run).await.unwrap().unwrap();
    let undoing = Undoing {
        run: &row,
        person: None,
        keeps_running: true,
    };
    let loaded = app.loaded("demo").unwrap();
    let undo = sync::undo(&app.app.host, &loaded, &undoing, &Watch::default()).await;
    let undo = ran(undo.unwrap()).await.unwrap();
    let problems = undo.report.problems.iter();
    let named: Vec<_> = problems.filter(|one| one.code == "forgotten").collect();
    assert!(!named.is_empty() && named.iter().all(|one| one.person == key));
    assert!(undo.changes.iter().all(|change| change.person != key));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forgetting_twice_is_forgetting_once() {
    let app = TestApp::tidy(8).await.unwrap();
    app.connector(&app.connector_text(GUARDS, PLAIN)).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    let key = app.key(app.who(2));
    assert_ne!(forget(&app, &key).await, Forgotten::default());
    assert_eq!(forget(&app, &key).await, Forgotten::default());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_still_in_scope_is_read_again_and_nothing_is_written() {
    let app = TestApp::tidy(8).await.unwrap();
    app.connector(&app.connector_text(GUARDS, PLAIN)).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    let key = app.key(app.who(2));
    forget(&app, &key).await;
    app.forget();
    let again = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(again.report.summary.changes, 0);
    assert!(
        again.report.summary.adopted > 0,
        "{:?}",
        again.report.summary
    );
    assert!(app.world.jira.writes().is_empty());
    let quiet = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(quiet.report.state, State::Nothing);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operation_that_was_under_way_is_not_taken_for_ours_afterwards() {
    use attune_sim::faults::{Fault, Gate};
    let mut app = TestApp::tidy(4).await.unwrap();
    app.connector(&app.connector_text(GUARDS, PLAIN)).unwrap();
    let gate = Gate::default();
    app.world
        .jira
        .inject(Fault::hold(&gate).on("PUT", "/properties/"));
    {
        let (order, watch) = (Order::sync(Mode::Complete), Watch::default());
        tokio::select! {
            ended = app.run(&order, &watch) => panic!("{ended:?}"),
            () = gate.arrived(1) => {}
        }
    }
    gate.release();
    app.world.jira.clear_faults();
    app.restart().await.unwrap();
    for place in 0..4 {
        forget(&app, &app.key(app.who(place))).await;
    }
    assert_eq!(app.open_intents().await.unwrap(), 0);
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        app.out_of_tune(attune_tests::PLAIN_FIELDS),
        Vec::<String>::new()
    );
}
