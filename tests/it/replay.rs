//! Promise 12, later: a run's plan comes out again, bit for bit, whatever happened since.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use attune_core::plan::{Change, State};
use attune_server::fault::Failure;
use attune_server::sync::{self, Difference, Mode, Order, Replayed, Watch};
use attune_sim::people::Manager;
use attune_tests::{MAPPING, Ran, TestApp, ran};
use attune_wasm::registry::Registry;

use super::guest::Guest;

/// So few people are soon too many changes.
const GUARDS: &str = "[guard]\nchanged-people = \"off\"\ncleared-values = \"off\"\n\
                      one-value-takes-over = \"off\"\nfailed-values = \"off\"";
const LED: &str = "Manager = { from = \"manager.displayName\", when-missing = \"clear\" }\n\
                   Title = \"jobTitle\"";

fn maps(app: &TestApp, mapping: &str) {
    app.connector(&app.connector_text(GUARDS, mapping)).unwrap();
}

fn id(ran: &Ran) -> &str {
    ran.report.run.as_deref().unwrap()
}

async fn replay(app: &TestApp, run: &str) -> Replayed {
    app.forget();
    let replayed = sync::replay(&app.app.host, run, &[]).await.unwrap();
    assert_eq!(app.world.graph.counts().requests, 0);
    assert_eq!(app.world.jira.counts().requests, 0);
    replayed
}

/// The run's plan came out again.
async fn repeats(app: &TestApp, ran: &Ran) {
    let replayed = replay(app, id(ran)).await;
    assert_eq!(replayed.differences, []);
    assert_eq!(
        (&replayed.missing, &replayed.other_inputs),
        (&vec![], &vec![])
    );
    assert_eq!(replayed.replayed, ran.report.digest);
    assert_eq!(replayed.recorded, ran.report.digest);
    assert_eq!(replayed.replayed_changes, ran.changes.len() as u64);
    assert!(replayed.is_same && replayed.repeats && replayed.repeatable);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_run_repeats_whatever_came_after_it() {
    let app = TestApp::untidy(300).await.unwrap();
    maps(&app, MAPPING);
    let first = app.sync(Mode::Complete).await.unwrap();
    assert!(first.changes.len() > 600, "{}", first.changes.len());
    repeats(&app, &first).await;
    for place in [3, 90, 200] {
        app.set(app.who(place), "jobTitle", "Another");
    }
    let second = app.sync(Mode::Complete).await.unwrap();
    assert!((1..6).contains(&second.changes.len()));
    for place in [3, 120] {
        app.set(app.who(place), "department", " Third  ");
        app.set(app.who(place), "displayName", "Somebody Else");
    }
    let third = app.sync(Mode::Changes).await.unwrap();
    assert!(!third.changes.is_empty());
    let fourth = app.sync(Mode::Full).await.unwrap();
    app.set(app.who(90), "jobTitle", "A third one");
    let user = app.key(app.who(90));
    let fifth = app.sync(Mode::User(user)).await.unwrap();
    for ran in [&first, &second, &third, &fourth, &fifth] {
        repeats(&app, ran).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_is_whoever_it_was_and_called_as_then() {
    let app = TestApp::tidy(30).await.unwrap();
    maps(&app, LED);
    let (boss, other) = (app.who(0), app.who(1));
    let lead = |boss| {
        app.world.graph.people(|people| {
            let all: Vec<_> = people.iter().skip(2).collect();
            for who in all {
                people.set_manager(who, Manager::Person(boss));
            }
        });
    };
    lead(boss);
    let first = app.sync(Mode::Complete).await.unwrap();
    assert!(first.of_field("Manager").count() >= 28);
    app.set(boss, "displayName", "Renamed");
    let second = app.sync(Mode::Complete).await.unwrap();
    assert!(second.of_field("Manager").count() >= 28);
    lead(other);
    let third = app.sync(Mode::Complete).await.unwrap();
    assert!(third.of_field("Manager").count() >= 28);
    app.set(other, "displayName", "Renamed too");
    let fourth = app.sync(Mode::Changes).await.unwrap();
    assert!(fourth.of_field("Manager").count() >= 28);
    for ran in [&first, &second, &third, &fourth] {
        repeats(&app, ran).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_who_was_gone_then_is_nobody_again() {
    let app = TestApp::tidy(12).await.unwrap();
    maps(&app, LED);
    let (boss, who) = (app.who(0), app.who(5));
    app.world
        .graph
        .people(|people| people.set_manager(who, Manager::Person(boss)));
    let first = app.sync(Mode::Complete).await.unwrap();
    app.world
        .graph
        .people(|people| people.set_manager(who, Manager::Dangling));
    let second = app.sync(Mode::Complete).await.unwrap();
    let cleared: Vec<_> = second.of_field("Manager").collect();
    assert_eq!((cleared.len(), &cleared[0].after), (1, &None));
    for ran in [&first, &second] {
        repeats(&app, ran).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_an_edited_file_nor_a_newer_binary_is_in_the_way() {
    let mut app = TestApp::tidy(20).await.unwrap();
    let table = app.connectors().join("t.csv");
    std::fs::write(&table, "Sales,Vertrieb\n").unwrap();
    let mapping = "Department = { from = \"department\", steps = [{ use = \"lookup.table\", \
                   table = { file = \"t.csv\" } }, \"text.trim\"] }\nTitle = \"jobTitle\"";
    for place in 0..20 {
        app.set(app.who(place), "department", "Sales");
    }
    maps(&app, mapping);
    let first = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(first.of_field("Department").count(), 20);
    std::fs::write(&table, "Sales,Verkauf\n").unwrap();
    let second = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(second.of_field("Department").count(), 20);
    std::fs::remove_file(app.connectors().join("demo.toml")).unwrap();
    std::fs::remove_file(&table).unwrap();
    // A binary with no plugins at all.
    let engine = app.app.host.plugins.engine().clone();
    app.app.host.plugins = Registry::open(&engine, &[], None, &[]).unwrap().snapshot();
    for ran in [&first, &second] {
        repeats(&app, ran).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_that_was_approved_repeats_under_either_run() {
    let app = TestApp::tidy(20).await.unwrap();
    maps(&app, MAPPING);
    let plan = app.plan(Mode::Complete).await.unwrap();
    let approved = app.approve(&plan.report.digest).await.unwrap();
    assert_eq!(approved.report.state, State::Applied);
    repeats(&app, &approved).await;
    let runs = app.app.host.store.runs(10).await.unwrap();
    assert_eq!(runs.len(), 2);
    for run in runs {
        assert!(replay(&app, &run.id).await.is_same, "{}", run.verb);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_that_were_kept_long_enough_are_named_and_nothing_is_concluded() {
    let app = TestApp::tidy(30).await.unwrap();
    maps(&app, LED);
    let (boss, who) = (app.who(0), app.who(5));
    app.world
        .graph
        .people(|people| people.set_manager(who, Manager::Person(boss)));
    let first = app.sync(Mode::Complete).await.unwrap();
    app.set(boss, "jobTitle", "Retired");
    app.sync(Mode::Complete).await.unwrap();
    app.clock.advance(Duration::from_hours(31 * 24));
    repeats(&app, &first).await;
    app.sync(Mode::Complete).await.unwrap();
    let replayed = replay(&app, id(&first)).await;
    assert_eq!(replayed.missing, [app.key(boss)]);
    assert_eq!(replayed.other_inputs, Vec::<String>::new());
    assert!(!replayed.is_same && !replayed.repeats);
    assert_eq!(replayed.people, 29);
}

/// A text with every `a` in capitals.
fn shouted(text: &str) -> String {
    text.replace('a', "A")
}

const SHOUTS: &str = "
    (local.set $p (i32.load (i32.add (local.get $inputs) (i32.const 16))))
    (local.set $q (i32.add (local.get $p)
      (i32.load (i32.add (local.get $inputs) (i32.const 20)))))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $p) (local.get $q)))
      (if (i32.eq (i32.load8_u (local.get $p)) (i32.const 97))
        (then (i32.store8 (local.get $p) (i32.const 65))))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (br $next)))";

/// A world where `same.same` changes nothing, and a build of it that shouts.
async fn with_guest(people: usize) -> (TestApp, Vec<(String, Vec<u8>)>) {
    let mut app = TestApp::tidy(people).await.unwrap();
    let folder = app.path("plugins.d");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("same.wasm"), Guest::default().component()).unwrap();
    let bundled: Vec<_> = attune_bundled::PLUGINS
        .iter()
        .map(|plugin| (plugin.id, plugin.wasm))
        .collect();
    let engine = app.app.host.plugins.engine().clone();
    let registry = Registry::open(&engine, &bundled, Some(&folder), &[]).unwrap();
    app.app.host.plugins = registry.snapshot();
    maps(
        &app,
        "City = { from = \"city\", steps = [\"same.same\"] }\nTitle = \"jobTitle\"",
    );
    let shouting = Guest {
        apply: SHOUTS,
        examples: "[]",
        ..Guest::default()
    };
    (app, vec![("same".to_owned(), shouting.component())])
}

fn with(change: &Change, before: Option<&str>, after: &str) -> Change {
    Change {
        before: before.map(str::to_owned),
        after: Some(after.to_owned()),
        result: None,
        ..change.clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_build_changes_what_it_makes_otherwise_and_nothing_else() {
    let (app, other) = with_guest(40).await;
    // One field holds already what the build of today says, another what the other build says.
    let (adopted, foretold) = (app.who(2), app.who(3));
    app.set(adopted, "city", "Bad Banana");
    app.type_in(adopted, "City", "Bad Banana");
    app.set(foretold, "city", "Halle an der Saale");
    app.type_in(foretold, "City", "HAlle An der SAAle");
    let first = app.sync(Mode::Complete).await.unwrap();
    repeats(&app, &first).await;
    app.forget();
    let replayed = sync::replay(&app.app.host, id(&first), &other)
        .await
        .unwrap();
    let mut expected = Vec::new();
    let account = app.account(adopted);
    for change in first.of_field("City") {
        let recorded = Change {
            result: None,
            ..change.clone()
        };
        let after = change.after.clone().unwrap();
        let replayed = (change.person != app.key(foretold))
            .then(|| with(change, change.before.as_deref(), &shouted(&after)));
        if replayed.as_ref() != Some(&recorded) {
            expected.push(Difference {
                recorded: Some(recorded),
                replayed,
            });
        }
    }
    let of_adopted = Change {
        person: app.key(adopted),
        account,
        ..with(
            first.of_field("City").next().unwrap(),
            Some("Bad Banana"),
            "BAd BAnAnA",
        )
    };
    expected.push(Difference {
        recorded: None,
        replayed: Some(of_adopted),
    });
    let place = |one: &Difference| {
        let change = one.recorded.as_ref().or(one.replayed.as_ref()).unwrap();
        change.account.clone()
    };
    expected.sort_by_key(place);
    assert!(expected.len() > 5);
    assert_eq!(replayed.differences, expected);
    assert_eq!(replayed.different, expected.len() as u64);
    assert!(replayed.repeats && !replayed.is_same);
    assert_ne!(
        replayed.generations["same"],
        first.report.generations["same"]
    );
    assert_eq!(app.world.jira.counts().requests, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_build_also_changes_what_the_run_had_left_alone() {
    let (app, other) = with_guest(12).await;
    let who = app.who(4);
    app.set(who, "city", "Aachen am Bach");
    app.sync(Mode::Complete).await.unwrap();
    app.set(who, "jobTitle", "Another");
    let second = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(second.changes.len(), 1);
    let replayed = sync::replay(&app.app.host, id(&second), &other)
        .await
        .unwrap();
    let city = Change {
        field: "City".to_owned(),
        ..with(&second.changes[0], Some("Aachen am Bach"), "AAchen Am BAch")
    };
    assert_eq!(
        replayed.differences,
        [Difference {
            recorded: None,
            replayed: Some(city),
        }]
    );
    assert_eq!(
        (replayed.recorded_changes, replayed.replayed_changes),
        (1, 2)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_the_run_did_not_use_is_refused() {
    let (app, other) = with_guest(3).await;
    maps(&app, LED);
    let first = app.sync(Mode::Complete).await.unwrap();
    let refused = sync::replay(&app.app.host, id(&first), &other).await;
    let failure: Failure = refused.unwrap_err().into();
    assert_eq!((failure.code.as_str(), failure.exit), ("unknown-plugin", 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_without_a_plan_says_why_there_is_nothing_to_replay() {
    let app = TestApp::tidy(12).await.unwrap();
    maps(&app, LED);
    let loaded = app.loaded("demo").unwrap();
    let order = Order::plan(Mode::Sample(3));
    let host = &app.app.host;
    let done = sync::run(host, &loaded, &order, &Watch::default()).await;
    ran(done.unwrap()).await.unwrap();
    let sample = host.store.runs(1).await.unwrap()[0].id.clone();
    let kept = app.sync(Mode::Complete).await.unwrap();
    let plan = host.store.plan(id(&kept)).await.unwrap().unwrap();
    let path = host.store.data_dir().join("plans").join(&plan.file);
    std::fs::remove_file(path).unwrap();
    let cases = [
        (sample.as_str(), "of a sample"),
        (id(&kept), "not kept any more"),
        ("ffffffff", "there is no run"),
    ];
    for (run, words) in cases {
        let failure: Failure = sync::replay(host, run, &[]).await.unwrap_err().into();
        assert_eq!(failure.code, "no-such-plan");
        assert!(failure.message.contains(words), "{}", failure.message);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_that_is_gone_is_named() {
    let app = TestApp::tidy(6).await.unwrap();
    maps(&app, MAPPING);
    let first = app.sync(Mode::Complete).await.unwrap();
    let store = &app.app.host.store;
    let generations = &first.report.generations;
    let rest: Vec<String> = generations
        .iter()
        .filter(|(id, _)| *id != "phone")
        .map(|(_, digest)| digest.clone())
        .collect();
    assert_eq!(store.drop_builds(&rest).unwrap(), 1);
    let refused = sync::replay(&app.app.host, id(&first), &[]).await;
    let failure: Failure = refused.unwrap_err().into();
    assert_eq!(failure.code, "no-such-plan");
    assert!(failure.message.contains("`phone`"), "{}", failure.message);
    // The next run keeps it again.
    app.sync(Mode::Complete).await.unwrap();
    repeats(&app, &first).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_for_a_replay_is_its_owners_alone() {
    let app = TestApp::tidy(3).await.unwrap();
    maps(&app, MAPPING);
    let first = app.sync(Mode::Complete).await.unwrap();
    let data = app.app.host.store.data_dir();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&data.join("builds")) & 0o777, 0o700);
    let mut builds = 0;
    for entry in std::fs::read_dir(data.join("builds")).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path) & 0o777, 0o600, "{}", path.display());
        builds += 1;
    }
    assert_eq!(builds, first.report.generations.len());
    // Revisions and versions are rows.
    assert_eq!(mode(&data.join("attune.db")) & 0o777, 0o600);
}
