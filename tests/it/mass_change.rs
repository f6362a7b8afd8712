//! Promise 4: a mass change stops before its first write, and exactly what was shown can be approved.

use std::time::Duration;

use attune_core::plan::{Change, ChangeResult, State};
use attune_server::sync::{Error, Mode, Order, Watch};
use attune_sim::jira::{Field, Write};
use attune_tests::{PLAIN, PLAIN_FIELDS, Ran, TestApp};

/// A mapping edit that changes every department.
const SHOUTED: &str = r#"
Department = { from = "department", steps = ["text.upper"] }
Title      = "jobTitle"
City       = "city"
"#;

/// A world that was brought in tune, with nothing in its logs.
async fn settled(people: usize, extra: &str) -> TestApp {
    let app = TestApp::tidy(people).await.unwrap();
    app.connector(&app.connector_text(extra, PLAIN)).unwrap();
    let first = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        first.report.state,
        State::Applied,
        "filling empty fields harms nobody"
    );
    app.forget();
    app
}

/// Gives so many people who have a department another one each.
fn move_people(app: &TestApp, number: usize) {
    let mut moved = 0;
    for place in 0.. {
        if moved == number {
            return;
        }
        let who = app.who(place);
        if app.member(who, "department").is_some() {
            app.set(who, "department", &format!("Moved {place}"));
            moved += 1;
        }
    }
}

fn is_held_by(ran: &Ran, guards: &[&str]) {
    assert_eq!(ran.report.state, State::Held);
    assert_eq!(ran.held_by(), guards);
    assert!(ran.changes.iter().all(|change| change.result.is_none()));
    assert_eq!(ran.report.summary.written, 0);
}

/// Whether what the site says was written is what the plan says, value by value.
fn is_exactly(writes: &[Write], changes: &[Change]) {
    let mut written: Vec<_> = writes
        .iter()
        .map(|write| {
            let Field::Property(name) = &write.field else {
                panic!("{write:?}")
            };
            let text = |value: &Option<serde_json::Value>| {
                value
                    .as_ref()
                    .and_then(|value| value.as_str().map(str::to_owned))
            };
            (
                write.account.clone(),
                name.clone(),
                text(&write.before),
                text(&write.after),
            )
        })
        .collect();
    let one = |c: &Change| {
        (
            c.account.clone(),
            c.field.clone(),
            c.before.clone(),
            c.after.clone(),
        )
    };
    let mut planned: Vec<_> = changes.iter().map(one).collect();
    written.sort_unstable();
    planned.sort_unstable();
    assert_eq!(written, planned);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mapping_edit_that_changes_everybody_is_held_before_its_first_write() {
    let app = settled(60, "").await;
    app.maps(SHOUTED).unwrap();
    let held = app.sync(Mode::Complete).await.unwrap();
    is_held_by(&held, &["changed-people"]);
    assert!(held.report.summary.changes > 40);
    assert!(app.world.jira.writes().is_empty());
    // It is held again, and again nothing is written.
    let again = app.sync(Mode::Complete).await.unwrap();
    is_held_by(&again, &["changed-people"]);
    assert!(app.world.jira.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_fifths_of_the_people_are_too_many_and_a_tenth_is_not() {
    let app = settled(60, "").await;
    move_people(&app, 24);
    is_held_by(
        &app.sync(Mode::Complete).await.unwrap(),
        &["changed-people"],
    );
    assert!(app.world.jira.writes().is_empty());
    let app = settled(60, "").await;
    move_people(&app, 6);
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (ran.report.state, ran.report.summary.written),
        (State::Applied, 6)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_limit_itself_is_allowed_and_one_more_is_held() {
    for (moved, state) in [(18, State::Applied), (19, State::Held)] {
        let app = settled(60, "").await;
        move_people(&app, moved);
        let ran = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(ran.report.state, state, "{moved} of 60 at 30%");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_people_may_always_change_however_few_there_are() {
    for (moved, state) in [(5, State::Applied), (6, State::Held)] {
        let app = settled(10, "[guard]\nchanged-people = \"1%\"").await;
        move_people(&app, moved);
        let ran = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(ran.report.state, state, "{moved} of 10");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guard_that_is_off_holds_nothing() {
    let app = settled(60, "[guard]\nchanged-people = \"off\"").await;
    move_people(&app, 50);
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (ran.report.state, ran.report.summary.written),
        (State::Applied, 50)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attribute_that_disappears_for_most_clears_nothing_unasked() {
    let mapping = r#"Department = { from = "department", when-missing = "clear" }"#;
    let guards = "[guard]\nchanged-people = \"off\"\nemptied-attribute = \"off\"";
    let app = TestApp::tidy(60).await.unwrap();
    app.connector(&app.connector_text(guards, mapping)).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    app.forget();
    app.world.graph.people(|people| {
        let most: Vec<_> = people.iter().take(50).collect();
        for who in most {
            people.unset(who, "department");
        }
    });
    is_held_by(
        &app.sync(Mode::Complete).await.unwrap(),
        &["cleared-values"],
    );
    assert!(app.world.jira.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_value_for_everybody_is_held() {
    let app = settled(60, "[guard]\nchanged-people = \"off\"").await;
    let constant = PLAIN.replace("\"city\"", "{ value = \"Berlin\" }");
    app.connector(&app.connector_text("[guard]\nchanged-people = \"off\"", &constant))
        .unwrap();
    is_held_by(
        &app.sync(Mode::Complete).await.unwrap(),
        &["one-value-takes-over"],
    );
    assert!(app.world.jira.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_that_fail_for_many_are_held() {
    let app = settled(60, "").await;
    let failing = PLAIN.replace(
        "\"city\"",
        "{ from = \"faxNumber\", when-missing = \"fail\" }",
    );
    app.maps(&failing).unwrap();
    is_held_by(&app.sync(Mode::Complete).await.unwrap(), &["failed-values"]);
    assert!(app.world.jira.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_shrinks_is_held_every_time_until_it_is_approved() {
    let app = settled(60, "").await;
    let before = app.listing().await.unwrap();
    app.world.graph.people(|people| {
        let some: Vec<_> = people.iter().skip(30).take(20).collect();
        for who in some {
            people.remove(who);
        }
    });
    move_people(&app, 2);
    let mut held = app.sync(Mode::Complete).await.unwrap();
    for _ in 0..2 {
        is_held_by(&held, &["source-shrinks"]);
        assert_eq!(
            app.listing().await.unwrap(),
            before,
            "the count that it is held against"
        );
        held = app.sync(Mode::Complete).await.unwrap();
    }
    assert!(app.world.jira.writes().is_empty());
    let approved = app.approve(&held.report.digest).await.unwrap();
    assert_eq!(approved.report.summary.written, 2);
    assert_eq!(
        app.listing().await.unwrap().map(|(people, _)| people),
        Some(40)
    );
    assert_eq!(
        app.sync(Mode::Complete).await.unwrap().report.state,
        State::Nothing
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_that_is_suddenly_empty_changes_nothing() {
    let app = settled(40, "").await;
    app.world.graph.people(|people| {
        let everybody: Vec<_> = people.iter().collect();
        for who in everybody {
            people.remove(who);
        }
    });
    is_held_by(
        &app.sync(Mode::Complete).await.unwrap(),
        &["source-shrinks"],
    );
    assert_eq!(app.world.jira.counts().requests, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn approving_writes_exactly_the_plan_that_was_shown() {
    let app = settled(60, "").await;
    app.maps(SHOUTED).unwrap();
    let held = app.sync(Mode::Complete).await.unwrap();
    // What the directory says since then is not part of it.
    move_people(&app, 3);
    let approved = app.approve(&held.report.digest).await.unwrap();
    assert_eq!(approved.report.state, State::Applied);
    assert_eq!(approved.report.digest, held.report.digest);
    assert_eq!(approved.report.now, held.report.now);
    assert_eq!(approved.report.summary.written, held.report.summary.changes);
    is_exactly(&app.world.jira.writes(), &held.changes);
    assert!(
        approved
            .changes
            .iter()
            .all(|c| c.result == Some(ChangeResult::Written))
    );
    // The next run brings what changed since.
    app.world.jira.reset_writes();
    assert_eq!(
        app.sync(Mode::Complete)
            .await
            .unwrap()
            .report
            .summary
            .written,
        3
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_changed_since_is_a_conflict_and_the_others_are_written() {
    let app = settled(60, "").await;
    app.maps(SHOUTED).unwrap();
    let held = app.sync(Mode::Complete).await.unwrap();
    let changes: Vec<&Change> = held.of_field("Department").collect();
    let (changed, already, gone) = (changes[3], changes[8], changes[12]);
    app.world.jira.accounts(|all| {
        all.set_property(&changed.account, "Department", &"Typed since".into());
        let wanted = already.after.clone().unwrap();
        all.set_property(&already.account, "Department", &wanted.into());
        all.edit(&gone.account, |account| account.is_deleted = true);
    });
    let approved = app.approve(&held.report.digest).await.unwrap();
    let result = |change: &Change| {
        let found = approved
            .changes
            .iter()
            .find(|c| c.account == change.account);
        found.and_then(|c| c.result)
    };
    assert_eq!(result(changed), Some(ChangeResult::Conflict));
    assert_eq!(result(already), Some(ChangeResult::Written));
    assert_eq!(result(gone), Some(ChangeResult::Gone));
    assert_eq!(approved.codes(), ["account-gone", "conflict"]);
    assert_eq!(
        app.world.jira.writes().len() as u64,
        held.report.summary.changes - 3
    );
    let there = app.world.jira.property(&changed.account, "Department");
    assert_eq!(there, Some("Typed since".into()));
    // What was already right is ours, as if we had written it.
    let site = &app.world.access().jira_url;
    let accounts = [already.account.clone()];
    let ledger = app.app.host.store.ledger(site, &accounts).await.unwrap();
    let mut values = ledger[&already.account].iter();
    let entry = values
        .find(|(field, _)| field.name == "Department")
        .unwrap()
        .1;
    assert_eq!(Some(&entry.value), already.after.as_ref());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_is_approved_once_within_a_day_and_for_its_own_revision() {
    let app = settled(30, "").await;
    app.maps(SHOUTED).unwrap();
    let held = app.sync(Mode::Complete).await.unwrap().report.digest;
    app.maps(&format!("{SHOUTED}Office = \"officeLocation\""))
        .unwrap();
    let edited = app.approve(&held).await.unwrap_err().to_string();
    assert!(edited.contains("edited"), "{edited}");
    app.maps(SHOUTED).unwrap();
    app.clock.advance(Duration::from_hours(25));
    let old = app.approve(&held).await.unwrap_err().to_string();
    assert!(old.contains("24 hours"), "{old}");
    assert!(app.world.jira.writes().is_empty());
    let held = app.sync(Mode::Complete).await.unwrap().report.digest;
    app.approve(&held).await.unwrap();
    let twice = app.approve(&held).await.unwrap_err().to_string();
    assert!(twice.contains("applied before"), "{twice}");
    assert!(
        app.app
            .host
            .store
            .plan("sha256:0123456789abcdef")
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_shows_a_held_guard_and_a_single_person_is_never_held() {
    let app = settled(30, "").await;
    app.maps(SHOUTED).unwrap();
    let plan = app.plan(Mode::Complete).await.unwrap();
    assert_eq!(plan.held_by(), ["changed-people"]);
    let who = app.who(2);
    let one = app.sync(Mode::User(app.key(who))).await.unwrap();
    assert_eq!(
        (one.report.state, one.report.summary.written),
        (State::Applied, 1)
    );
    assert!(one.report.guards.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_approval_everything_is_as_the_directory_says() {
    let app = settled(40, "").await;
    move_people(&app, 30);
    let held = app.sync(Mode::Complete).await.unwrap();
    app.approve(&held.report.digest).await.unwrap();
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    assert_eq!(
        app.sync(Mode::Complete).await.unwrap().report.state,
        State::Nothing
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_above_the_callers_limit_of_changes_is_not_written() {
    let app = TestApp::tidy(10).await.unwrap();
    app.maps(PLAIN).unwrap();
    let order = Order {
        changes_max: Some(5),
        ..Order::sync(Mode::Complete)
    };
    let refused = app.run(&order, &Watch::default()).await.unwrap();
    assert!(matches!(refused, Err(Error::TooManyChanges(more)) if more > 5));
    assert!(app.world.jira.writes().is_empty());
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.summary.written, ran.report.summary.changes);
}
