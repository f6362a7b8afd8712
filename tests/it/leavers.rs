//! Leavers: what is ours goes from the accounts of people who left, and from nobody else's.

use std::time::Duration;

use attune_core::plan::{Op, State};
use attune_server::sync::Mode;
use attune_sim::faults::Fault;
use attune_sim::people::Who;
use attune_tests::{PLAIN, PLAIN_FIELDS, TestApp};

const CLEAR: &str = "[scope]\nleavers = \"clear\"\nafter = \"30d\"";
const DAY: Duration = Duration::from_hours(24);

/// Sixty people in tune, and one of them with three values, by account.
async fn settled(extra: &str) -> (TestApp, Who, String) {
    let app = TestApp::arranged(60, |directory, _| directory.page_max = 20)
        .await
        .unwrap();
    app.connector(&app.connector_text(extra, PLAIN)).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    let mut everybody = (0..60).map(|place| app.who(place));
    let is_full = |who: &Who| {
        PLAIN_FIELDS
            .iter()
            .all(|(_, member)| app.member(*who, member).is_some())
    };
    let who = everybody.find(is_full).unwrap();
    let account = app.account(who);
    app.forget();
    (app, who, account)
}

fn leaves(app: &TestApp, who: Who) {
    app.world.graph.people(|people| people.remove(who));
}

fn holds(app: &TestApp, account: &str) -> usize {
    let fields = PLAIN_FIELDS.iter();
    fields
        .filter(|(field, _)| app.world.jira.property(account, field).is_some())
        .count()
}

async fn counted(app: &TestApp, person: &str) -> Option<u64> {
    let leaver = app.app.host.store.leaver("demo", person).await.unwrap();
    leaver.map(|(listings, _)| listings)
}

async fn nothing(app: &TestApp, mode: Mode) {
    let ran = app.sync(mode).await.unwrap();
    assert_eq!(ran.report.state, State::Nothing, "{:?}", ran.changes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_ours_is_cleared_after_two_listings_and_thirty_days() {
    let (app, who, account) = settled(CLEAR).await;
    let key = app.key(who);
    app.world
        .jira
        .accounts(|all| all.set_property(&account, "Other", &"theirs".into()));
    leaves(&app, who);
    nothing(&app, Mode::Complete).await;
    assert_eq!(counted(&app, &key).await, Some(1));
    app.clock.advance(DAY * 29);
    nothing(&app, Mode::Complete).await;
    assert_eq!(
        (counted(&app, &key).await, holds(&app, &account)),
        (Some(2), 3)
    );
    app.clock.advance(DAY * 2);
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Applied);
    assert!(ran.report.is_consistent());
    assert_eq!(
        (ran.report.summary.clears, ran.report.summary.changes),
        (3, 3)
    );
    assert!(
        ran.changes
            .iter()
            .all(|one| one.op == Op::Clear && one.person == key)
    );
    assert_eq!(holds(&app, &account), 0);
    assert!(
        app.world.jira.property(&account, "Other").is_some(),
        "never what is not ours"
    );
    let store = &app.app.host.store;
    let site = app.world.jira.url();
    let ledger = store.ledger(&site, std::slice::from_ref(&account)).await;
    assert!(ledger.unwrap().is_empty());
    assert_eq!(counted(&app, &key).await, None, "the link is free");
    nothing(&app, Mode::Complete).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_listing_without_somebody_is_not_enough_however_long_ago() {
    let (app, who, account) = settled(CLEAR).await;
    leaves(&app, who);
    app.clock.advance(DAY * 60);
    nothing(&app, Mode::Complete).await;
    assert_eq!(holds(&app, &account), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leavers_that_are_kept_keep_their_values_and_are_not_counted() {
    let (app, who, account) = settled("[scope]\nleavers = \"keep\"").await;
    let key = app.key(who);
    leaves(&app, who);
    for _ in 0..3 {
        app.clock.advance(DAY * 31);
        nothing(&app, Mode::Complete).await;
    }
    assert_eq!(
        (counted(&app, &key).await, holds(&app, &account)),
        (None, 3)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn coming_back_before_the_time_cancels_it() {
    let scope = "[scope]\nexclude = [{ attribute = \"mail\", matches = \"@left\\\\.\" }]\nleavers = \"clear\"\nafter = \"30d\"";
    let (app, who, account) = settled(scope).await;
    let (key, mail) = (app.key(who), app.member(who, "mail").unwrap_or_default());
    app.set(who, "mail", "x@left.example");
    nothing(&app, Mode::Complete).await;
    assert_eq!(counted(&app, &key).await, Some(1));
    app.clock.advance(DAY * 20);
    app.set(who, "mail", &mail);
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(counted(&app, &key).await, None);
    app.set(who, "mail", "x@left.example");
    app.clock.advance(DAY * 20);
    nothing(&app, Mode::Complete).await;
    nothing(&app, Mode::Complete).await;
    assert_eq!(holds(&app, &account), 3, "the time begins anew");
    app.clock.advance(DAY * 31);
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        ran.report.summary.clears, 3,
        "out of scope counts like gone"
    );
    assert_eq!(holds(&app, &account), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_that_somebody_else_changed_stays_and_is_released() {
    let (app, who, account) = settled(CLEAR).await;
    leaves(&app, who);
    nothing(&app, Mode::Complete).await;
    app.clock.advance(DAY * 31);
    app.world
        .jira
        .accounts(|all| all.set_property(&account, "City", &"By hand".into()));
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.summary.clears, 2);
    assert_eq!(holds(&app, &account), 1);
    nothing(&app, Mode::Full).await;
    assert_eq!(holds(&app, &account), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_a_run_over_changes_or_one_over_somebody_moves_no_leaver() {
    let (app, who, account) = settled(CLEAR).await;
    let key = app.key(who);
    leaves(&app, who);
    nothing(&app, Mode::Complete).await;
    app.clock.advance(DAY * 31);
    nothing(&app, Mode::Changes).await;
    let other = app
        .world
        .graph
        .people(|people| people.user_principal_name(people.iter().next().unwrap()));
    app.sync(Mode::User(other)).await.unwrap();
    app.world
        .graph
        .inject(Fault::reject(403).on("GET", "/users").after(2));
    app.refused(Mode::Complete).await.unwrap();
    app.world.graph.clear_faults();
    app.plan(Mode::Complete).await.unwrap();
    assert_eq!(
        (counted(&app, &key).await, holds(&app, &account)),
        (Some(1), 3)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shrunk_listing_is_held_and_counts_nobody() {
    let (app, who, account) = settled(CLEAR).await;
    let key = app.key(who);
    let everybody: Vec<Who> = (0..60).map(|place| app.who(place)).collect();
    leaves(&app, who);
    for one in everybody.into_iter().filter(|one| *one != who).take(20) {
        leaves(&app, one);
    }
    for _ in 0..3 {
        let ran = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(ran.held_by(), ["source-shrinks"]);
        app.clock.advance(DAY * 31);
    }
    assert_eq!(
        (counted(&app, &key).await, holds(&app, &account)),
        (None, 3)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_leavers_at_once_are_held_by_the_guard_of_cleared_values() {
    let (app, _, _) = settled(CLEAR).await;
    let everybody: Vec<Who> = (0..60).map(|place| app.who(place)).collect();
    let last: Vec<(Who, String)> = everybody
        .into_iter()
        .skip(50)
        .map(|who| (who, app.account(who)))
        .collect();
    for (who, _) in &last {
        leaves(&app, *who);
    }
    nothing(&app, Mode::Complete).await;
    app.clock.advance(DAY * 31);
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Held);
    assert_eq!(ran.held_by(), ["cleared-values"]);
    assert!(last.iter().any(|(_, account)| holds(&app, account) > 0));
    app.approve(&ran.report.digest).await.unwrap();
    assert!(last.iter().all(|(_, account)| holds(&app, account) == 0));
    nothing(&app, Mode::Complete).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_the_provider_does_not_call_absent_keeps_everything() {
    let (app, who, account) = settled(CLEAR).await;
    let key = app.key(who);
    leaves(&app, who);
    nothing(&app, Mode::Complete).await;
    app.clock.advance(DAY * 31);
    // It will not say anything about this one person.
    app.world.graph.inject(Fault::reject(403).on("GET", &key));
    app.world
        .graph
        .inject(Fault::reject(403).on("POST", "$batch"));
    let failed = app.refused(Mode::Complete).await;
    app.world.graph.clear_faults();
    assert!(failed.is_ok(), "an error is not an absence: {failed:?}");
    assert_eq!(holds(&app, &account), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_somebody_else_has_now_is_left_alone() {
    let (app, who, account) = settled(CLEAR).await;
    let name = app
        .world
        .graph
        .people(|people| people.user_principal_name(who));
    leaves(&app, who);
    nothing(&app, Mode::Complete).await;
    app.clock.advance(DAY * 31);
    let heir = app.who(0);
    app.set(heir, "userPrincipalName", &name);
    app.set(heir, "city", "Heirtown");
    let store = &app.app.host.store;
    let site = app.world.jira.url();
    let place = attune_server::store::links::Place {
        connector: "demo",
        target: "jira",
        site: &site,
    };
    store.unlink(place, &app.key(heir)).await.unwrap();
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.summary.clears, 0, "{:?}", ran.changes);
    assert_eq!(
        app.world.jira.property(&account, "City"),
        Some("Heirtown".into())
    );
}
