//! Runs over changes only: who takes part in them, and what they cost.

use std::time::Duration;

use attune_core::plan::{How, State};
use attune_server::sync::Mode;
use attune_sim::graph::Group;
use attune_sim::jira::Account;
use attune_sim::people::{Manager, Who};
use attune_tests::{PLAIN, PLAIN_FIELDS, Ran, TestApp};
use serde_json::Value;

/// Rows that follow the manager, two up; guards that a leader of many would trip are off.
const LED: &str = r#"
Department = "department"
Boss       = "manager.displayName"
Above      = "manager.manager.displayName"
"#;
const UNGUARDED: &str = "[guard]\nchanged-people = \"off\"\none-value-takes-over = \"off\"";

/// A tuned world with nothing in its logs, and with a checkpoint.
async fn settled(people: usize, text: impl Fn(&TestApp) -> String) -> TestApp {
    let app = TestApp::tidy(people).await.unwrap();
    app.connector(&text(&app)).unwrap();
    let first = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(first.report.state, State::Applied);
    app.forget();
    app
}

fn plain(app: &TestApp) -> String {
    app.connector_text("", PLAIN)
}

fn led(app: &TestApp) -> String {
    app.connector_text(UNGUARDED, LED)
}

/// A run over changes that listed nobody.
async fn changes(app: &TestApp) -> Ran {
    let before = app.listing().await.unwrap();
    let ran = app.sync(Mode::Changes).await.unwrap();
    let source = ran.report.source.as_ref().unwrap();
    assert_eq!((source.read, source.why.as_deref()), (How::Changes, None));
    assert!(ran.report.is_consistent(), "{:?}", ran.report);
    assert_eq!(app.listing().await.unwrap(), before, "the listing moved");
    ran
}

/// Somebody with a manager who has one, and these two.
fn ladder(app: &TestApp) -> (Who, Who, Who) {
    let above = |who| match app.world.graph.people(|people| people.manager(who)) {
        Manager::Person(boss) => Some(boss),
        _ => None,
    };
    let everybody: Vec<Who> = app.world.graph.people(|people| people.iter().collect());
    let found = everybody.into_iter().find_map(|who| {
        let boss = above(who)?;
        Some((who, boss, above(boss)?))
    });
    found.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_is_read_and_written_and_nothing_else() {
    let app = settled(60, plain).await;
    app.set(app.who(17), "city", "Elsewhere");
    let ran = changes(&app).await;
    assert_eq!((ran.report.state, ran.changes.len()), (State::Applied, 1));
    let summary = &ran.report.summary;
    assert_eq!(
        (summary.people, summary.skipped, summary.written),
        (1, 0, 1)
    );
    let graph = app.world.graph.counts();
    assert_eq!(
        (graph.class("users.delta"), graph.class("users.list")),
        (1, 0)
    );
    assert_eq!(app.world.jira.writes().len(), 1);
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());

    app.forget();
    let quiet = changes(&app).await;
    assert_eq!(
        (quiet.report.state, quiet.report.summary.people),
        (State::Nothing, 0)
    );
    assert_eq!(app.world.jira.counts().requests, 0);
    assert_eq!(app.world.graph.counts().class("users.delta"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_delta_does_not_mention_is_unchanged_and_null_is_null() {
    let clearing = PLAIN.replace("\"city\"", "{ from = \"city\", when-missing = \"clear\" }");
    let app = settled(20, |app| app.connector_text("", &clearing)).await;
    let who = (0..20)
        .map(|place| app.who(place))
        .find(|who| app.member(*who, "city").is_some());
    let who = who.unwrap();
    app.world
        .graph
        .people(|people| people.set(who, "city", Value::Null));
    let ran = changes(&app).await;
    assert_eq!((ran.report.summary.clears, ran.changes.len()), (1, 1));
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_looked_at_again_when_only_their_managers_changed() {
    let app = settled(60, led).await;
    let (who, boss, above) = ladder(&app);
    app.set(above, "displayName", "First Name");
    let ran = changes(&app).await;
    assert_eq!(app.property(who, "Above").as_deref(), Some("First Name"));
    assert_eq!(app.property(boss, "Boss").as_deref(), Some("First Name"));
    assert!(ran.report.summary.people > 2, "{:?}", ran.report.summary);
    app.set(boss, "displayName", "Second Name");
    let ran = changes(&app).await;
    assert_eq!(app.property(who, "Boss").as_deref(), Some("Second Name"));
    assert!(ran.report.summary.people < 60, "not everybody");
    let again = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(again.report.state, State::Nothing, "{:?}", again.changes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_manager_is_looked_up_and_not_believed() {
    let app = settled(60, led).await;
    let (who, _, above) = ladder(&app);
    app.world
        .graph
        .people(|people| people.set_manager(who, Manager::Person(above)));
    changes(&app).await;
    let name = app.member(above, "displayName");
    assert_eq!(app.property(who, "Boss"), name);
    // A manager whom nobody told of is found by the next complete run.
    let quiet = |hides| {
        app.world
            .graph
            .configure(|settings| settings.traps.delta.hides_managers = hides);
    };
    quiet(true);
    let other = app.who(20);
    app.world
        .graph
        .people(|people| people.set_manager(who, Manager::Person(other)));
    changes(&app).await;
    assert_eq!(app.property(who, "Boss"), name);
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(app.property(who, "Boss"), app.member(other, "displayName"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_gone_takes_no_part_and_loses_nothing() {
    let app = settled(30, plain).await;
    let who = app.who(7);
    let account = app.account(who);
    let held = app.world.jira.property(&account, "Department");
    app.set(who, "department", "New");
    app.world.graph.people(|people| people.remove(who));
    for _ in 0..2 {
        let ran = changes(&app).await;
        assert_eq!(
            (ran.report.state, ran.report.summary.people),
            (State::Nothing, 0)
        );
    }
    assert_eq!(app.world.jira.property(&account, "Department"), held);
    assert!(app.world.jira.writes().is_empty());
    // They still count as people of the last listing: only a listing can miss them.
    assert_eq!(
        app.listing().await.unwrap().map(|(people, _)| people),
        Some(30)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_new_takes_part_from_then_on() {
    let app = settled(30, plain).await;
    let who = app.world.graph.people(attune_sim::people::People::add);
    let name = app
        .world
        .graph
        .people(|people| people.user_principal_name(who));
    let ran = changes(&app).await;
    let summary = &ran.report.summary;
    assert_eq!(
        (summary.people, summary.unmatched, summary.written),
        (1, 1, 0)
    );
    // Their account comes later, and nobody tells us: people without one are looked for once a day.
    app.world
        .jira
        .accounts(|all| all.add(Account::named(&name, "new@contoso.example", "New")));
    assert_eq!(changes(&app).await.report.summary.people, 0);
    app.clock.advance(Duration::from_hours(25));
    changes(&app).await;
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    app.set(who, "city", "Elsewhere");
    assert_eq!(changes(&app).await.report.summary.written, 1);
    assert_eq!(
        app.listing().await.unwrap().map(|(people, _)| people),
        Some(30)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_follows_somebody_gone_has_their_account_and_two_who_are_there_have_none() {
    let app = settled(30, plain).await;
    let successor = app.world.graph.people(|people| {
        let who = people.iter().nth(5).unwrap();
        people.recreate(who)
    });
    let ran = changes(&app).await;
    assert_eq!(ran.report.summary.matched, 1, "{:?}", ran.report);
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    // Somebody else claims that account too, while its owner is there.
    let rival = app.world.graph.people(attune_sim::people::People::add);
    let name = app
        .world
        .graph
        .people(|people| people.user_principal_name(successor));
    app.set(rival, "userPrincipalName", &name);
    app.set(rival, "city", "Rival");
    app.forget();
    let ran = changes(&app).await;
    assert_eq!(ran.codes(), ["ambiguous-match"]);
    assert!(app.world.jira.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replays_change_nothing() {
    let app = settled(40, plain).await;
    app.world.graph.configure(|settings| {
        settings.page_max = 2;
        settings.traps.delta.replays = true;
    });
    for round in 0..3 {
        for place in 10..15 {
            app.set(app.who(place), "city", &format!("Town {round}"));
        }
        let ran = changes(&app).await;
        assert_eq!(ran.report.summary.written, 5);
        assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    }
    assert_eq!(app.world.jira.writes().len(), 15);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_the_filter_takes_no_part_and_who_comes_into_it_does() {
    let filtered = |app: &TestApp| {
        let filter = "options = { filter = \"accountEnabled eq true\", tenant";
        plain(app).replace("options = { tenant", filter)
    };
    let app = settled(30, filtered).await;
    let is_enabled = |who: &Who| {
        let member = app
            .world
            .graph
            .people(|people| people.member(*who, "accountEnabled"));
        member == Some(Value::Bool(true))
    };
    let (inside, outside): (Vec<Who>, Vec<Who>) =
        (0..30).map(|place| app.who(place)).partition(is_enabled);
    let (leaves, comes) = (inside[3], *outside.first().unwrap_or(&inside[4]));
    let enable = |who, is| {
        let graph = &app.world.graph;
        graph.people(|people| people.set(who, "accountEnabled", is));
    };
    if outside.is_empty() {
        enable(comes, false);
        app.sync(Mode::Complete).await.unwrap();
    }
    enable(leaves, false);
    app.set(leaves, "city", "Not this");
    enable(comes, true);
    app.set(comes, "city", "But this");
    let ran = changes(&app).await;
    assert_eq!(ran.report.summary.people, 1);
    assert_ne!(app.property(leaves, "City").as_deref(), Some("Not this"));
    assert_eq!(app.property(comes, "City").as_deref(), Some("But this"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_in_no_group_takes_no_part() {
    let app = TestApp::arranged(20, |directory, _| {
        let members = directory.people.iter().take(10).collect();
        directory.groups = vec![Group {
            id: "d7797254-3084-44d0-99c9-a3b5ab149538".to_owned(),
            display_name: "jira-users".to_owned(),
            members,
        }];
    })
    .await
    .unwrap();
    app.connector(&app.connector_text("[scope]\ngroups = [\"jira-users\"]", PLAIN))
        .unwrap();
    app.sync(Mode::Complete).await.unwrap();
    for place in [2, 15] {
        app.set(app.who(place), "city", "Elsewhere");
    }
    let ran = app.sync(Mode::Changes).await.unwrap();
    assert_eq!(ran.report.source.unwrap().read, How::Changes);
    assert_eq!(
        (ran.report.summary.people, ran.report.summary.written),
        (1, 1)
    );
    assert_eq!(
        app.property(app.who(2), "City").as_deref(),
        Some("Elsewhere")
    );
    assert_eq!(app.property(app.who(15), "City"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn few_who_change_are_a_small_share_of_everybody() {
    let app = settled(60, plain).await;
    let named = |who: &Who| app.member(*who, "city").is_some();
    let some: Vec<Who> = (0..60)
        .map(|place| app.who(place))
        .filter(named)
        .take(12)
        .collect();
    for (number, who) in some.iter().enumerate() {
        app.set(*who, "city", &format!("Town {number}"));
    }
    let ran = changes(&app).await;
    assert_eq!(
        (ran.report.state, ran.report.summary.written),
        (State::Applied, 12)
    );
    let line = |name: &str| {
        ran.report
            .guards
            .iter()
            .find(|guard| guard.name == name)
            .cloned()
    };
    let line = line("changed-people").unwrap();
    assert_eq!((line.count, line.base), (12, 60));
    assert!(
        ran.report
            .guards
            .iter()
            .all(|guard| guard.name != "source-shrinks")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_that_another_mapping_left_are_read_again() {
    let app = settled(20, led).await;
    // Somebody tries a mapping that follows no manager, and takes the old one back.
    app.maps("City = \"city\"").unwrap();
    app.plan(Mode::Complete).await.unwrap();
    app.connector(&led(&app)).unwrap();
    let (who, boss, _) = ladder(&app);
    app.set(boss, "displayName", "Another Name");
    let ran = app.sync(Mode::Changes).await.unwrap();
    let source = ran.report.source.unwrap();
    assert_eq!(source.read, How::Complete);
    assert!(source.why.unwrap().contains("another mapping"));
    assert_eq!(app.property(who, "Boss").as_deref(), Some("Another Name"));
}
