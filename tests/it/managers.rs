//! Rows that name the account of a person's manager.
//!
//! The account is that of the row's own target, in the same run, also of managers who take no
//! part. Absence is missing, an error keeps what is there, and nobody is asked for twice.

use std::time::Duration;

use attune_core::plan::State;
use attune_server::connector::Loaded;
use attune_server::sync::{self, Mode};
use attune_sim::demo;
use attune_sim::faults::Fault;
use attune_sim::graph::Group;
use attune_sim::jira::{Account, Jira, Options};
use attune_sim::people::{Manager, Who};
use attune_tests::TestApp;

const BOSS: &str = r#"
Boss       = { from = "manager.account.username", when-missing = "clear" }
"Boss key" = { from = "manager.account.key", when-missing = "clear" }
"#;
const MEMBERS: &str = "[scope]\ninclude = [{ attribute = \"userType\", equals = \"Member\" }]";

/// So few people are soon too many changes.
const GUARDS: &str = "[guard]\nchanged-people = \"off\"\ncleared-values = \"off\"\n\
                      one-value-takes-over = \"off\"\nfailed-values = \"off\"";

/// The connector with this scope and these rows.
fn map(app: &TestApp, scope: &str, rows: &str) -> Loaded {
    let text = app.connector_text(&format!("{scope}\n{GUARDS}"), rows);
    app.connector(&text).unwrap()
}

/// Everybody but the first person is led by them.
async fn led_by_the_first(people: usize) -> TestApp {
    let app = TestApp::tidy(people).await.unwrap();
    let boss = app.who(0);
    app.world.graph.people(|all| {
        let others: Vec<Who> = all.iter().skip(1).collect();
        for who in others {
            all.set_manager(who, Manager::Person(boss));
        }
        all.set_manager(boss, Manager::Nobody);
    });
    app
}

/// The same with a head who is out of the connector's scope.
async fn led_from_outside(people: usize) -> TestApp {
    let app = led_by_the_first(people).await;
    for place in 0..people {
        let kind = if place == 0 { "Guest" } else { "Member" };
        app.set(app.who(place), "userType", kind);
    }
    map(&app, MEMBERS, BOSS);
    app
}

fn name(app: &TestApp, who: Who) -> String {
    app.world.graph.people(|all| all.user_principal_name(who))
}

/// The values of a field, from the second person on.
fn values(app: &TestApp, field: &str, people: usize) -> Vec<Option<String>> {
    (1..people)
        .map(|place| app.property(app.who(place), field))
        .collect()
}

fn all(value: &str, people: usize) -> Vec<Option<String>> {
    vec![Some(value.to_owned()); people - 1]
}

fn nobody(people: usize) -> Vec<Option<String>> {
    vec![None; people - 1]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_names_the_account_of_the_manager_and_costs_nothing_later() {
    let app = TestApp::tidy(60).await.unwrap();
    map(&app, "", BOSS);
    app.sync(Mode::Complete).await.unwrap();
    let mut led = 0;
    for place in 0..60 {
        let who = app.who(place);
        let manager = app.world.graph.people(|all| match all.manager(who) {
            Manager::Person(manager) => Some(manager),
            Manager::Nobody | Manager::Dangling => None,
        });
        led += usize::from(manager.is_some());
        let key = manager.map(|manager| app.account(manager));
        assert_eq!(app.property(who, "Boss key"), key);
        assert_eq!(
            app.property(who, "Boss"),
            manager.map(|manager| name(&app, manager))
        );
    }
    assert!(led > 40, "{led}");
    app.forget();
    let second = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(second.report.state, State::Nothing);
    assert_eq!(second.report.summary.skipped, 60);
    assert_eq!(app.world.jira.counts().requests, 0);
    let graph = app.world.graph.counts();
    let read = ["users.list", "users.delta", "token"];
    let read: u64 = read.iter().map(|class| graph.class(class)).sum();
    assert_eq!(read, graph.requests);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_out_of_scope_is_found_and_takes_no_part() {
    for people in [8, 40] {
        let app = led_from_outside(people).await;
        let boss = app.who(0);
        let ran = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(ran.report.summary.people, people as u64 - 1);
        assert!(ran.report.is_consistent());
        assert_eq!(values(&app, "Boss", people), all(&name(&app, boss), people));
        assert_eq!(
            values(&app, "Boss key", people),
            all(&app.account(boss), people)
        );
        assert_eq!(app.property(boss, "Boss"), None);
        app.forget();
        let second = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(second.report.state, State::Nothing);
        assert_eq!(app.world.jira.counts().requests, 0);
        // Back in scope, the link is theirs like anybody's.
        app.set(boss, "userType", "Member");
        let third = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(third.report.summary.matched, people as u64);
        assert_eq!(third.report.summary.changes, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_whom_the_groups_leave_out_is_found_too() {
    let app = led_by_the_first(12).await;
    let members: Vec<Who> = (1..12).map(|place| app.who(place)).collect();
    app.world.graph.configure(|settings| {
        settings.groups.push(Group {
            id: "11111111-2222-4333-8444-555555555555".to_owned(),
            display_name: "Sales".to_owned(),
            members,
        });
    });
    let group = "[scope]\ngroups = [\"Sales\"]";
    map(&app, group, BOSS);
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.summary.people, 11);
    assert_eq!(values(&app, "Boss", 12), all(&name(&app, app.who(0)), 12));
    app.forget();
    let second = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(second.report.state, State::Nothing);
    assert_eq!(app.world.jira.counts().requests, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_who_is_linked_only_in_this_run_counts_in_it() {
    for from_outside in [false, true] {
        let app = led_by_the_first(10).await;
        let boss = app.who(0);
        if from_outside {
            for place in 0..10 {
                let kind = if place == 0 { "Guest" } else { "Member" };
                app.set(app.who(place), "userType", kind);
            }
            map(&app, MEMBERS, BOSS);
        } else {
            map(&app, "", BOSS);
        }
        let account = app.account(boss);
        let edit = |is_active: bool| {
            app.world
                .jira
                .accounts(|all| all.edit(&account, |account| account.is_active = is_active));
        };
        edit(false);
        app.sync(Mode::Complete).await.unwrap();
        assert_eq!(values(&app, "Boss", 10), nobody(10));
        edit(true);
        app.forget();
        app.sync(Mode::Complete).await.unwrap();
        assert_eq!(app.world.jira.counts().requests, 0, "asked once a day");
        app.clock.advance(Duration::from_hours(25));
        app.sync(Mode::Complete).await.unwrap();
        assert_eq!(values(&app, "Boss", 10), all(&name(&app, boss), 10));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cycles_and_five_managers_up_are_walked_like_any_other() {
    let app = TestApp::tidy(6).await.unwrap();
    // 0 -> 1 -> 2 -> 3 -> 4 -> 0, and 5 leads themself.
    app.world.graph.people(|people| {
        let everybody: Vec<Who> = people.iter().collect();
        for place in 0..5 {
            let next = everybody[(place + 1) % 5];
            people.set_manager(everybody[place], Manager::Person(next));
        }
        people.set_manager(everybody[5], Manager::Person(everybody[5]));
    });
    let up = |count: usize| format!("{}account.key", "manager.".repeat(count));
    let rows = format!(
        "One = \"{}\"\nTwo = \"{}\"\nFive = \"{}\"\n",
        up(1),
        up(2),
        up(5)
    );
    map(&app, "", &rows);
    app.sync(Mode::Complete).await.unwrap();
    let key = |place: usize| Some(app.account(app.who(place)));
    for place in 0..5 {
        let who = app.who(place);
        assert_eq!(app.property(who, "One"), key((place + 1) % 5));
        assert_eq!(app.property(who, "Two"), key((place + 2) % 5));
        assert_eq!(app.property(who, "Five"), key(place));
    }
    for field in ["One", "Two", "Five"] {
        assert_eq!(app.property(app.who(5), field), key(5));
    }
    map(&app, "", &format!("Six = \"{}\"\n", up(6)));
    let refused = app.refused(Mode::Complete).await.unwrap();
    assert!(
        refused.message.contains("more than 5 managers"),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_renamed_in_the_target_is_renamed_by_the_next_full_run() {
    for people in [6, 40] {
        for from_outside in [false, true] {
            let app = if from_outside {
                led_from_outside(people).await
            } else {
                let app = led_by_the_first(people).await;
                map(&app, "", BOSS);
                app
            };
            app.sync(Mode::Complete).await.unwrap();
            let key = app.account(app.who(0));
            let keys = values(&app, "Boss key", people);
            app.world
                .jira
                .accounts(|all| all.edit(&key, |account| account.name = "married".to_owned()));
            app.forget();
            app.sync(Mode::Complete).await.unwrap();
            assert_eq!(app.world.jira.counts().requests, 0);
            let ran = app.sync(Mode::Full).await.unwrap();
            assert_eq!(ran.of_field("Boss").count(), people - 1);
            assert_eq!(ran.of_field("Boss key").count(), 0);
            assert_eq!(values(&app, "Boss", people), all("married", people));
            assert_eq!(values(&app, "Boss key", people), keys);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_run_sees_the_manager_as_they_are() {
    let app = led_by_the_first(8).await;
    map(&app, "", BOSS);
    let (boss, who) = (app.who(0), app.who(3));
    // Nobody was ever listed or linked.
    app.sync(Mode::User(app.key(who))).await.unwrap();
    assert_eq!(app.property(who, "Boss"), Some(name(&app, boss)));
    assert_eq!(app.property(app.who(4), "Boss"), None);
    assert_eq!(app.listing().await.unwrap(), None);
    let key = app.account(boss);
    app.world
        .jira
        .accounts(|all| all.edit(&key, |account| account.name = "married".to_owned()));
    app.sync(Mode::User(app.key(who))).await.unwrap();
    assert_eq!(app.property(who, "Boss"), Some("married".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_whose_account_is_gone_has_none() {
    for from_outside in [false, true] {
        let app = if from_outside {
            led_from_outside(8).await
        } else {
            let app = led_by_the_first(8).await;
            map(&app, "", BOSS);
            app
        };
        app.sync(Mode::Complete).await.unwrap();
        let key = app.account(app.who(0));
        let boss = name(&app, app.who(0));
        let mail = app.member(app.who(0), "mail").unwrap();
        app.world
            .jira
            .accounts(|all| all.edit(&key, |account| account.is_deleted = true));
        app.sync(Mode::Full).await.unwrap();
        assert_eq!(values(&app, "Boss key", 8), nobody(8));
        assert_eq!(values(&app, "Boss", 8), nobody(8));
        // They get another one.
        let heir = app
            .world
            .jira
            .accounts(|all| all.add(Account::named(&boss, &mail, "Boss")));
        app.sync(Mode::Full).await.unwrap();
        assert_eq!(values(&app, "Boss key", 8), all(&heir, 8));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_two_could_have_is_nobodys() {
    // Two accounts for one manager.
    let app = led_from_outside(8).await;
    let boss = app.who(0);
    let key = app.account(boss);
    let mail = app.member(boss, "mail").unwrap();
    app.world.jira.accounts(|all| {
        all.edit(&key, |account| account.name = "short".to_owned());
        all.add(Account::named("second", &mail, "Second"));
    });
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(values(&app, "Boss", 8), nobody(8));

    // The manager's account is that of somebody in scope.
    let app = led_from_outside(8).await;
    let (boss, heir) = (app.who(0), app.who(1));
    let (old, own) = (app.account(boss), app.account(heir));
    app.world.jira.accounts(|all| {
        all.edit(&own, |account| account.is_deleted = true);
        all.edit(&old, |account| account.name = "shared".to_owned());
    });
    app.set(heir, "mail", &app.member(boss, "mail").unwrap());
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!((ran.report.summary.ambiguous, ran.codes().len()), (0, 0));
    assert_eq!(values(&app, "Boss", 8), nobody(8));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_whom_the_site_would_not_look_for_is_a_failure_and_no_absence() {
    let app = led_from_outside(8).await;
    let boss = app.who(0);
    let refusal = Fault::reject(400)
        .on("GET", "/user")
        .with_query(&name(&app, boss).replace('@', "%40"));
    app.world.jira.inject(refusal);
    for place in 1..8 {
        app.type_in(app.who(place), "Boss", "typed");
    }
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(values(&app, "Boss", 8), all("typed", 8));
    assert_eq!(ran.report.summary.changes, 0, "{:#?}", ran.report);
    assert_eq!(ran.report.summary.failed, 14);
    app.world.jira.clear_faults();
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.summary.failed, 0);
    assert_eq!(values(&app, "Boss", 8), all(&name(&app, boss), 8));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_target_has_its_own_accounts() {
    let app = led_by_the_first(8).await;
    let accounts = app
        .world
        .graph
        .people(|people| demo::account_for_each(people));
    let second = Jira::start(Options::of(accounts)).await.unwrap();
    let boss = name(&app, app.who(0));
    second.accounts(|all| {
        let key = all.by_name(&boss).unwrap().key.clone();
        all.edit(&key, |account| account.name = "head".to_owned());
    });
    let source = app.source_text("demo", "");
    let one = app.target_text("jira", &app.world.access().jira_url);
    let other = app.target_text("second", &second.url());
    let text = format!(
        "{source}{one}[target.jira.map]\n{BOSS}\n{other}[target.second.map]\n\
         Head = \"manager.account.username\"\n"
    );
    app.connector(&text).unwrap();
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(values(&app, "Boss", 8), all(&boss, 8));
    assert!(ran.of_field("Head").count() == 7, "{:?}", ran.changes);
    assert!(
        ran.of_field("Head")
            .all(|change| change.after.as_deref() == Some("head")),
        "{:?}",
        ran.changes
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_managers_account_is_explained_and_conditions_can_ask_for_it() {
    let app = led_from_outside(6).await;
    let rows = "Boss = \"manager.account.username\"\n\
                Led = { value = \"yes\", when = [{ attribute = \"manager.account.key\", present = true }] }";
    let loaded = map(&app, MEMBERS, rows);
    app.sync(Mode::Complete).await.unwrap();
    let (boss, who) = (app.who(0), app.who(2));
    assert_eq!(app.property(who, "Led"), Some("yes".to_owned()));
    app.forget();
    let explained = sync::explain(&app.app.host, &loaded, &app.key(who), Some("Boss"))
        .await
        .unwrap();
    let trace = &explained.targets[0].fields[0].trace;
    assert_eq!(trace.outcome.text, name(&app, boss));
    assert_eq!(trace.source[0].value.text, name(&app, boss));
    assert_eq!(app.world.jira.counts().requests, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scope_and_match_rules_cannot_ask_for_accounts() {
    let app = led_by_the_first(4).await;
    let scope = "[scope]\ninclude = [{ attribute = \"manager.account.key\", present = true }]";
    map(&app, scope, BOSS);
    let refused = app.refused(Mode::Complete).await.unwrap();
    assert_eq!(refused.code, "unsupported");
    assert!(
        refused.message.contains("manager.account.key"),
        "{refused:?}"
    );
}
