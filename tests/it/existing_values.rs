//! What meets an existing value, through whole runs: the table of ownership, line by line.

use attune_core::plan::{Op, State};
use attune_server::sync::Mode;
use attune_sim::people::Who;
use attune_tests::{Ran, TestApp};

/// Five people and one field; the keys of its row come after `from`.
async fn app(keys: &str) -> (TestApp, Who) {
    let app = TestApp::tidy(5).await.unwrap();
    let comma = if keys.is_empty() { "" } else { ", " };
    app.maps(&format!(
        "Department = {{ from = \"department\"{comma}{keys} }}"
    ))
    .unwrap();
    let who = app.who(1);
    (app, who)
}

fn held(app: &TestApp, who: Who) -> Option<String> {
    app.property(who, "Department")
}

/// The ledger's value and what was there before us.
async fn ledger(app: &TestApp, who: Who) -> Option<(String, Option<String>)> {
    let site = &app.world.access().jira_url;
    let account = app.account(who);
    let ledger = app
        .app
        .host
        .store
        .ledger(site, std::slice::from_ref(&account))
        .await
        .unwrap();
    let entry = ledger.get(&account)?.values().next()?.clone();
    Some((entry.value, entry.previous))
}

fn change_of(ran: &Ran, key: &str) -> Option<(Op, Option<String>, Option<String>)> {
    let change = ran.changes.iter().find(|change| change.person == key)?;
    Some((change.op, change.before.clone(), change.after.clone()))
}

fn text(value: &str) -> String {
    value.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_that_is_already_right_is_adopted_without_a_write() {
    let (app, who) = app("when-missing = \"clear\"").await;
    let right = app.member(who, "department").unwrap();
    app.type_in(who, "Department", &right);
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (ran.report.summary.adopted, change_of(&ran, &app.key(who))),
        (1, None)
    );
    let account = app.account(who);
    assert!(
        app.world
            .jira
            .writes()
            .iter()
            .all(|write| write.account != account)
    );
    assert_eq!(ledger(&app, who).await.unwrap().0, right);
    // It is ours from then on, and so it is cleared with its source.
    app.world
        .graph
        .people(|people| people.unset(who, "department"));
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        change_of(&ran, &app.key(who)),
        Some((Op::Clear, Some(right), None))
    );
    assert_eq!(held(&app, who), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_value_is_overwritten_and_kept_for_undo() {
    let (app, who) = app("").await;
    app.type_in(who, "Department", "Typed before");
    let wanted = app.member(who, "department");
    let ran = app.sync(Mode::Complete).await.unwrap();
    let change = change_of(&ran, &app.key(who));
    assert_eq!(
        change,
        Some((Op::Set, Some(text("Typed before")), wanted.clone()))
    );
    assert_eq!(held(&app, who), wanted);
    assert_eq!(
        ledger(&app, who).await.unwrap().1,
        Some(text("Typed before"))
    );
    app.set(who, "department", "Another");
    app.sync(Mode::Complete).await.unwrap();
    let first = ledger(&app, who).await.unwrap();
    assert_eq!(
        first,
        ("Another".to_owned(), Some(text("Typed before"))),
        "the first one is kept"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_value_stays_where_the_row_says_keep() {
    let (app, who) = app("existing = \"keep\"").await;
    app.type_in(who, "Department", "Typed before");
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(change_of(&ran, &app.key(who)), None);
    app.set(who, "department", "Another");
    for mode in [Mode::Complete, Mode::Full] {
        let ran = app.sync(mode).await.unwrap();
        assert_eq!(change_of(&ran, &app.key(who)), None);
    }
    assert_eq!(held(&app, who).as_deref(), Some("Typed before"));
    assert_eq!(ledger(&app, who).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_value_waits_where_the_row_says_hold() {
    let (app, who) = app("existing = \"hold\"").await;
    app.type_in(who, "Department", "Typed before");
    for _ in 0..2 {
        let ran = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(
            (ran.report.summary.held, ran.codes()),
            (1, vec!["held"]),
            "in every run"
        );
    }
    assert_eq!(held(&app, who).as_deref(), Some("Typed before"));
    // Once the field is empty there is nothing to decide.
    let account = app.account(who);
    app.world
        .jira
        .accounts(|all| all.remove_property(&account, "Department"));
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(held(&app, who), app.member(who, "department"));
}

/// Brings a person in tune, lets somebody type over it, then changes the source.
async fn conflict(keys: &str) -> (TestApp, Who, Ran) {
    let (app, who) = app(keys).await;
    app.sync(Mode::Complete).await.unwrap();
    app.type_in(who, "Department", "Typed over");
    app.set(who, "department", "Newer");
    let ran = app.sync(Mode::Complete).await.unwrap();
    (app, who, ran)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_conflict_the_source_wins_and_the_plan_shows_what_it_replaces() {
    let (app, who, ran) = conflict("").await;
    let change = change_of(&ran, &app.key(who));
    assert_eq!(
        change,
        Some((Op::Set, Some(text("Typed over")), Some(text("Newer"))))
    );
    assert_eq!(held(&app, who).as_deref(), Some("Newer"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_conflict_the_local_value_stays_where_the_row_says_so() {
    let (app, who, ran) = conflict("conflict = \"keep-local\"").await;
    assert_eq!(change_of(&ran, &app.key(who)), None);
    app.sync(Mode::Full).await.unwrap();
    assert_eq!(held(&app, who).as_deref(), Some("Typed over"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conflict_waits_where_the_row_says_hold() {
    let (app, who, ran) = conflict("conflict = \"hold\"").await;
    assert_eq!((ran.report.summary.held, ran.codes()), (1, vec!["held"]));
    assert_eq!(held(&app, who).as_deref(), Some("Typed over"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_that_somebody_already_made_right_moves_the_ledger_only() {
    let (app, who) = app("conflict = \"keep-local\"").await;
    app.sync(Mode::Complete).await.unwrap();
    app.set(who, "department", "Newer");
    app.type_in(who, "Department", "Newer");
    app.world.jira.reset_writes();
    app.sync(Mode::Complete).await.unwrap();
    assert!(app.world.jira.writes().is_empty());
    assert_eq!(ledger(&app, who).await.unwrap().0, "Newer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn drift_is_repaired_by_a_full_run_and_not_looked_for_by_others() {
    let (app, who) = app("").await;
    app.sync(Mode::Complete).await.unwrap();
    let account = app.account(who);
    app.world
        .jira
        .accounts(|all| all.remove_property(&account, "Department"));
    let other = app.who(2);
    app.type_in(other, "Department", "Drifted");
    app.forget();
    let quick = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (quick.report.state, app.world.jira.counts().requests),
        (State::Nothing, 0)
    );
    let full = app.sync(Mode::Full).await.unwrap();
    assert_eq!(full.report.summary.written, 2);
    assert_eq!(
        app.out_of_tune(&[("Department", "department")]),
        Vec::<String>::new()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_ours_is_never_cleared() {
    let (app, who) = app("when-missing = \"clear\"").await;
    app.world
        .graph
        .people(|people| people.unset(who, "department"));
    app.type_in(who, "Department", "Typed");
    for mode in [Mode::Complete, Mode::Full] {
        let ran = app.sync(mode).await.unwrap();
        assert_eq!(change_of(&ran, &app.key(who)), None);
    }
    assert_eq!(held(&app, who).as_deref(), Some("Typed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_that_somebody_typed_over_ours_is_released_and_not_cleared() {
    let (app, who) = app("when-missing = \"clear\"").await;
    app.sync(Mode::Complete).await.unwrap();
    app.type_in(who, "Department", "Typed over");
    app.world
        .graph
        .people(|people| people.unset(who, "department"));
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(change_of(&ran, &app.key(who)), None);
    assert_eq!(ledger(&app, who).await, None);
    app.sync(Mode::Full).await.unwrap();
    assert_eq!(held(&app, who).as_deref(), Some("Typed over"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_value_keeps_what_is_there_unless_the_row_says_otherwise() {
    let (app, who) = app("").await;
    app.sync(Mode::Complete).await.unwrap();
    let before = held(&app, who);
    app.world
        .graph
        .people(|people| people.set_raw(who, "department", "null"));
    app.sync(Mode::Full).await.unwrap();
    assert_eq!(held(&app, who), before);
    app.maps("Department = { from = \"department\", when-missing = { default = \"none\" } }")
        .unwrap();
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(held(&app, who).as_deref(), Some("none"));
    app.maps("Department = { from = \"department\", when-missing = \"fail\" }")
        .unwrap();
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert!(ran.codes().contains(&"missing"));
    assert_eq!(
        held(&app, who).as_deref(),
        Some("none"),
        "a failure keeps what is there"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_applies_once_fills_an_empty_field_and_never_again() {
    let (app, who) = app("apply = \"once\"").await;
    let typed = app.who(2);
    app.type_in(typed, "Department", "Typed before");
    let first = app.member(who, "department");
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(held(&app, typed).as_deref(), Some("Typed before"));
    app.set(who, "department", "Another");
    app.set(typed, "department", "Another");
    for mode in [Mode::Complete, Mode::Full] {
        app.sync(mode).await.unwrap();
        assert_eq!(held(&app, who), first);
        assert_eq!(held(&app, typed).as_deref(), Some("Typed before"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_person_has_no_part_in_the_run() {
    let app = TestApp::tidy(5).await.unwrap();
    let who = app.who(1);
    app.set(who, "department", "drop me");
    app.maps(
        r#"
Department = "department"
City = { from = "department", steps = [{ use = "text.regex-extract", find = "^[A-Z].*", no-match = "drop-person" }] }
"#,
    )
    .unwrap();
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.summary.dropped, 1);
    assert_eq!(change_of(&ran, &app.key(who)), None);
    assert_eq!((held(&app, who), app.property(who, "City")), (None, None));
    assert!(ran.report.summary.written > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_is_taken_away_stops_being_managed_and_clears_nothing() {
    let app = TestApp::tidy(20).await.unwrap();
    app.maps("Department = \"department\"\nCity = \"city\"")
        .unwrap();
    app.sync(Mode::Complete).await.unwrap();
    app.maps("Department = \"department\"").unwrap();
    app.forget();
    app.sync(Mode::Complete).await.unwrap();
    app.sync(Mode::Full).await.unwrap();
    assert!(app.world.jira.writes().is_empty());
    let fields = [("Department", "department"), ("City", "city")];
    assert_eq!(app.out_of_tune(&fields), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_changed_field_of_a_person_writes_that_field_alone() {
    let app = TestApp::tidy(5).await.unwrap();
    app.maps(attune_tests::PLAIN).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    let who = app.who(1);
    app.set(who, "city", "Elsewhere");
    app.forget();
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.changes.len(), 1, "{:?}", ran.changes);
    assert_eq!(app.world.jira.writes().len(), 1);
    assert_eq!(held(&app, who), app.member(who, "department"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_of_another_connector_is_not_written() {
    let (app, who) = app("").await;
    app.sync(Mode::Complete).await.unwrap();
    let before = held(&app, who);
    let other = app
        .connector_text("", "Department = \"city\"")
        .replace("\"demo\"", "\"other\"");
    app.write_connector("other", &other).unwrap();
    app.world.jira.reset_writes();
    for _ in 0..2 {
        let ran = app.sync_named("other").await.unwrap();
        let mine = ran
            .report
            .problems
            .iter()
            .find(|p| p.person == app.key(who))
            .unwrap();
        assert_eq!(
            (mine.code.as_str(), mine.field.as_str()),
            ("owned-by", "Department")
        );
        assert!(mine.message.contains("demo"));
    }
    assert_eq!(held(&app, who), before);
    assert!(
        app.world
            .jira
            .writes()
            .iter()
            .all(|write| write.account != app.account(who))
    );
}
