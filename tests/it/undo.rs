//! Undo: a run can be taken back, and nothing else is.

use std::collections::BTreeMap;
use std::time::Duration;

use attune_core::plan::{ChangeResult, State};
use attune_server::fault::Failure;
use attune_server::store::ledger::Entry;
use attune_server::sync::{self, Mode, PlanFile, Undoing, Watch};
use attune_sim::faults::{Fault, Gate};
use attune_sim::people::Who;
use attune_tests::{PLAIN_FIELDS, Ran, TestApp, ran};
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};

/// Takes over what others typed, so that there is something to be put back.
const TAKES_OVER: &str = r#"
Department = { from = "department", existing = "overwrite", conflict = "source-wins" }
Title      = { from = "jobTitle", existing = "overwrite", conflict = "source-wins" }
City       = { from = "city", existing = "overwrite", conflict = "source-wins" }
"#;

const GUARDS: &str = "[guard]\nchanged-people = \"off\"\ncleared-values = \"off\"";

type Fields = BTreeMap<(usize, &'static str), Option<String>>;

async fn app(people: usize) -> TestApp {
    let app = TestApp::tidy(people).await.unwrap();
    app.connector(&app.connector_text(GUARDS, TAKES_OVER))
        .unwrap();
    app
}

fn run_of(ran: &Ran) -> String {
    ran.report.run.clone().unwrap()
}

/// The plan that takes a run back.
async fn planned(app: &TestApp, run: &str, person: Option<String>) -> Ran {
    app.clock.advance(Duration::from_secs(1));
    let host = &app.app.host;
    let row = host.store.run(run).await.unwrap().unwrap();
    let undoing = Undoing {
        run: &row,
        person,
        keeps_running: false,
    };
    let loaded = app.loaded("demo").unwrap();
    let done = sync::undo(host, &loaded, &undoing, &Watch::default()).await;
    ran(done.unwrap()).await.unwrap()
}

/// Takes a run back; the report of what was written.
async fn undone(app: &TestApp, run: &str) -> Ran {
    let plan = planned(app, run, None).await;
    assert!(plan.report.is_consistent(), "{:?}", plan.report);
    app.approve(&plan.report.digest).await.unwrap()
}

fn fields(app: &TestApp, people: usize) -> Fields {
    let mut all = Fields::new();
    for place in 0..people {
        for (field, _) in PLAIN_FIELDS {
            all.insert((place, *field), app.property(app.who(place), field));
        }
    }
    all
}

async fn ledger(app: &TestApp, who: Who, field: &str) -> Option<Entry> {
    let site = &app.world.access().jira_url;
    let account = app.account(who);
    let accounts = std::slice::from_ref(&account);
    let ledger = app.app.host.store.ledger(site, accounts).await.unwrap();
    let mut entries = ledger.get(&account)?.iter();
    let found = entries.find(|(one, _)| one.name == field)?;
    Some(found.1.clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_that_takes_a_run_back_is_shown_and_held_before_anything_is_written() {
    let app = app(12).await;
    app.type_in(app.who(3), "City", "Typed before us");
    let before = fields(&app, 12);
    let first = app.sync(Mode::Complete).await.unwrap();
    app.forget();
    let plan = planned(&app, &run_of(&first), None).await;
    assert_eq!(plan.report.state, State::Held);
    assert_eq!(plan.report.summary.changes, first.report.summary.written);
    assert!(app.world.jira.writes().is_empty(), "it is only shown");
    let done = app.approve(&plan.report.digest).await.unwrap();
    assert_eq!(done.report.state, State::Applied);
    assert_eq!(fields(&app, 12), before);
    // What somebody else had there, or nothing, is not ours.
    assert_eq!(ledger(&app, app.who(3), "City").await, None);
    assert_eq!(ledger(&app, app.who(4), "City").await, None);
    let store = &app.app.host.store;
    let by = store.undone_by(&run_of(&first)).await.unwrap();
    assert_eq!(by, [run_of(&done)]);
    let of = store.undoes(&run_of(&done)).await.unwrap();
    assert_eq!(of, Some(run_of(&first)));
    let again = planned(&app, &run_of(&first), None).await;
    assert_eq!(again.report.state, State::Nothing, "there is nothing left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_ours_before_the_run_is_ours_again() {
    let app = app(6).await;
    app.sync(Mode::Complete).await.unwrap();
    let who = app.who(2);
    let old = app.member(who, "department").unwrap();
    app.set(who, "department", "Another");
    let second = app.sync(Mode::Complete).await.unwrap();
    undone(&app, &run_of(&second)).await;
    assert_eq!(app.property(who, "Department"), Some(old.clone()));
    assert_eq!(ledger(&app, who, "Department").await.unwrap().value, old);
    // The next run writes it again, as something that is ours: it overwrites nobody.
    let third = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(third.report.summary.written, 1);
    assert_eq!(app.property(who, "Department").as_deref(), Some("Another"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_undo_is_undone_like_any_run() {
    let app = app(8).await;
    app.type_in(app.who(3), "City", "Typed before us");
    let first = app.sync(Mode::Complete).await.unwrap();
    let after = fields(&app, 8);
    let undo = undone(&app, &run_of(&first)).await;
    let back = undone(&app, &run_of(&undo)).await;
    assert_eq!(back.report.summary.written, first.report.summary.written);
    assert_eq!(fields(&app, 8), after);
    let entry = ledger(&app, app.who(3), "City").await.unwrap();
    assert_eq!(Some(entry.value), app.property(app.who(3), "City"));
    app.forget();
    let quiet = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(quiet.report.state, State::Nothing);
    assert!(app.world.jira.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_is_put_back_and_nobody_else() {
    let app = app(6).await;
    let first = app.sync(Mode::Complete).await.unwrap();
    let (before, who) = (fields(&app, 6), app.who(2));
    let plan = planned(&app, &run_of(&first), Some(app.key(who))).await;
    assert!(
        plan.changes
            .iter()
            .all(|change| change.person == app.key(who))
    );
    app.approve(&plan.report.digest).await.unwrap();
    // It is no run over everybody, though it was approved like one.
    let whole = app.app.host.store.last_whole_runs().await.unwrap();
    assert_eq!(whole["demo"].summary.people, first.report.summary.people);
    for ((place, field), value) in fields(&app, 6) {
        let expected = before[&(place, field)].clone().filter(|_| place != 2);
        assert_eq!(value, expected, "{place} {field}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_typed_between_plan_and_approval_is_a_conflict() {
    let app = app(6).await;
    let first = app.sync(Mode::Complete).await.unwrap();
    let plan = planned(&app, &run_of(&first), None).await;
    app.type_in(app.who(2), "City", "Typed since");
    let done = app.approve(&plan.report.digest).await.unwrap();
    let conflicts: Vec<_> = done
        .changes
        .iter()
        .filter(|change| change.result == Some(ChangeResult::Conflict))
        .collect();
    assert_eq!(conflicts.len(), 1);
    assert_eq!(
        app.property(app.who(2), "City").as_deref(),
        Some("Typed since")
    );
    // Nothing became of it, so that whose it is stays as it was.
    assert!(ledger(&app, app.who(2), "City").await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_file_of_an_undo_is_not_applied_as_if_its_values_were_ours() {
    let app = app(4).await;
    let first = app.sync(Mode::Complete).await.unwrap();
    app.clock.advance(Duration::from_secs(1));
    let row = app.app.host.store.run(&run_of(&first)).await.unwrap();
    let undoing = Undoing {
        run: &row.unwrap(),
        person: None,
        keeps_running: false,
    };
    let loaded = app.loaded("demo").unwrap();
    let host = &app.app.host;
    let done = sync::undo(host, &loaded, &undoing, &Watch::default()).await;
    let done = done.unwrap();
    let path = app.path("undo.json");
    sync::write_plan(&path, &done.report, done.stage.as_ref().unwrap())
        .await
        .unwrap();
    let file = PlanFile::read(&path).unwrap();
    let refused = sync::apply_file(host, &loaded, &file, &Watch::default()).await;
    let failure: Failure = refused.unwrap_err().into();
    assert_eq!(failure.code, "plan-file");
    assert!(failure.message.contains("attune approve sha256:"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_undo_that_was_killed_is_finished_by_the_next_approval() {
    for passed in [0, 3, 20] {
        let mut app = app(15).await;
        app.type_in(app.who(3), "City", "Typed before us");
        let before = fields(&app, 15);
        let first = app.sync(Mode::Complete).await.unwrap();
        let plan = planned(&app, &run_of(&first), None).await;
        let gate = Gate::default();
        for verb in ["PUT", "DELETE"] {
            let fault = Fault::hold(&gate).on(verb, "/properties/");
            app.world.jira.inject(fault.after(passed));
        }
        tokio::select! {
            ended = app.approve(&plan.report.digest) => panic!("it ended before: {ended:?}"),
            () = gate.arrived(1) => {}
        }
        gate.release();
        app.world.jira.clear_faults();
        app.restart().await.unwrap();
        assert!(app.open_intents().await.unwrap() > 0);
        app.approve(&plan.report.digest).await.unwrap();
        assert_eq!(fields(&app, 15), before, "after {passed}");
        assert_eq!(app.open_intents().await.unwrap(), 0);
        assert_eq!(ledger(&app, app.who(3), "City").await, None);
        assert_eq!(ledger(&app, app.who(0), "City").await, None);
    }
}

/// Some fields are typed into by others.
fn typed(app: &TestApp, random: &mut SmallRng, people: usize, word: &str) -> Fields {
    let mut typed = Fields::new();
    for place in 0..people {
        for (field, member) in PLAIN_FIELDS {
            // Where the directory has nothing, what is there stays for good.
            let is_managed = app.member(app.who(place), member).is_some();
            if is_managed && random.random_range(0..5) == 0 {
                let value = format!("{word} {place} {}", random.random_range(0..3));
                app.type_in(app.who(place), field, &value);
                typed.insert((place, *field), Some(value));
            }
        }
    }
    typed
}

/// Some people change in the directory.
fn moved(app: &TestApp, random: &mut SmallRng, people: usize, word: &str) {
    for place in 0..people {
        for (_, member) in PLAIN_FIELDS {
            if random.random_range(0..4) == 0 {
                app.set(app.who(place), member, &format!("{word} {place}"));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_others_did_each_field_holds_what_was_before_or_what_they_typed() {
    const PEOPLE: usize = 12;
    for seed in 0..12 {
        let mut random = SmallRng::seed_from_u64(seed);
        let app = app(PEOPLE).await;
        typed(&app, &mut random, PEOPLE, "Before");
        let start = fields(&app, PEOPLE);
        let first = app.sync(Mode::Complete).await.unwrap();
        let between = fields(&app, PEOPLE);
        moved(&app, &mut random, PEOPLE, "Moved");
        let second = app.sync(Mode::Complete).await.unwrap();
        let end = fields(&app, PEOPLE);
        let others = typed(&app, &mut random, PEOPLE, "After");
        // Either the first of the two, of which the second wrote over some, or the second.
        let is_first = seed % 2 == 0;
        let (undo, was, wrote) = if is_first {
            (&first, &start, &between)
        } else {
            (&second, &between, &end)
        };
        let done = undone(&app, &run_of(undo)).await;
        for ((place, field), value) in fields(&app, PEOPLE) {
            let key = (place, field);
            let expected = if let Some(typed) = others.get(&key) {
                typed
            } else if wrote[&key] != end[&key] {
                // The second run wrote something else since.
                &end[&key]
            } else {
                &was[&key]
            };
            assert_eq!(&value, expected, "seed {seed}: {place} {field}");
        }
        let again = app.sync(Mode::Complete).await.unwrap();
        assert!(again.report.summary.written >= done.report.summary.written);
        // Whoever was only typed over is nobody's business before the next full run.
        for ((place, field), value) in fields(&app, PEOPLE) {
            let member = PLAIN_FIELDS
                .iter()
                .find(|(one, _)| *one == field)
                .unwrap()
                .1;
            if !others.contains_key(&(place, field)) {
                assert_eq!(value, app.member(app.who(place), member), "{place} {field}");
            }
        }
        app.sync(Mode::Full).await.unwrap();
        assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_tells_every_change_also_of_somebody_who_left_and_what_was_undone() {
    let app = app(6).await;
    let first = app.sync(Mode::Complete).await.unwrap();
    let who = app.who(2);
    let (key, old) = (app.key(who), app.member(who, "department").unwrap());
    app.set(who, "department", "Another");
    let second = app.sync(Mode::Complete).await.unwrap();
    let undo = undone(&app, &run_of(&second)).await;
    let name = app
        .world
        .graph
        .people(|people| people.user_principal_name(who));
    app.world.graph.people(|people| people.remove(who));
    app.sync(Mode::Complete).await.unwrap();
    let store = &app.app.host.store;
    for word in [key.clone(), name.clone(), name.to_uppercase()] {
        let keys = store.keys_called("demo", &word).await.unwrap();
        assert_eq!(keys, std::slice::from_ref(&key), "{word}");
    }
    let history = store.history("demo", &key).await.unwrap();
    let told: Vec<_> = history
        .iter()
        .filter(|line| line.change.field.name == "Department")
        .map(|line| {
            let change = &line.change;
            (
                line.run.clone(),
                change.after.clone(),
                line.undone_by.clone(),
            )
        })
        .collect();
    let expected = [
        (run_of(&undo), Some(old.clone()), None),
        (
            run_of(&second),
            Some("Another".to_owned()),
            Some(run_of(&undo)),
        ),
        (run_of(&first), Some(old), None),
    ];
    assert_eq!(told, expected);
    assert_eq!(history[0].verb, "undo");
}
