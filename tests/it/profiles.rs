//! Confluence's six profile fields: whole syncs through the administrator's form, alone and beside a
//! Jira.

use std::time::Duration;

use attune_core::plan::State;
use attune_server::sync::{Mode, Order, Watch};
use attune_sim::confluence::{self, Account, Field, Version};
use attune_sim::demo::{self, Demo};
use attune_sim::faults::{Fault, Gate, RetryAfter};
use attune_sim::people::{People, Who};
use attune_sim::{graph, jira};
use attune_tests::{PLAIN, PLAIN_FIELDS, Ran, TestApp};

const MAP: &str = r#"
phone      = "mobilePhone"
im         = "mail"
website    = "userPrincipalName"
position   = "jobTitle"
department = "department"
location   = "city"
"#;
/// The fields of [`MAP`] and the members that they come from.
const FIELDS: [(Field, &str); 6] = [
    (Field::Phone, "mobilePhone"),
    (Field::Im, "mail"),
    (Field::Website, "userPrincipalName"),
    (Field::Position, "jobTitle"),
    (Field::Department, "department"),
    (Field::Location, "city"),
];
const DEPARTMENT: &str = "department = \"department\"";
const SEND: &str = "doedituser.action";
const ABOUT: &str = "  I like trains.\r\nAsk <me> & \"you\"\r\n";

/// Everybody has an account in a Jira and in a Confluence of this generation.
async fn beside(people: usize, version: Version) -> TestApp {
    let people = People::generate(demo::SEED, people);
    let mut accounts = demo::account_for_each(&people);
    accounts.add(jira::Account::named(
        "svc-attune",
        "svc@contoso.example",
        "Attune",
    ));
    let mut wiki = confluence::Options::of(demo::profile_for_each(&people));
    wiki.version = version;
    let (directory, site) = (graph::Options::of(people), jira::Options::of(accounts));
    let world = Demo::of_three(directory, site, wiki).await.unwrap();
    TestApp::beside(world).await.unwrap()
}

/// A connector that writes to Confluence only.
async fn of_version(people: usize, version: Version, map: &str) -> TestApp {
    let app = beside(people, version).await;
    let source = app.source_text("demo", "");
    let target = app.world.access().wiki_target("wiki");
    app.connector(&format!("{source}{target}[target.wiki.map]\n{map}\n"))
        .unwrap();
    app
}

async fn filled(people: usize, map: &str) -> TestApp {
    of_version(people, Version::V9, map).await
}

/// A connector that writes to both.
async fn both(people: usize) -> TestApp {
    let app = beside(people, Version::V9).await;
    let access = app.world.access();
    let source = app.source_text("demo", "");
    let first = app.target_text("jira", &access.jira_url);
    let second = access.wiki_target("wiki");
    app.connector(&format!(
        "{source}{first}[target.jira.map]\n{PLAIN}\n{second}[target.wiki.map]\n{MAP}\n"
    ))
    .unwrap();
    app
}

/// The key of a person's account in Confluence.
fn account(app: &TestApp, who: Who) -> String {
    let people = |people: &People| people.user_principal_name(who);
    let name = app.world.graph.people(|all| people(all));
    let wiki = &app.world.wiki;
    let key = wiki.accounts(|all| all.by_name(&name).map(|account| account.key.clone()));
    key.unwrap()
}

fn value(app: &TestApp, who: Who, field: Field) -> Option<String> {
    app.world.wiki.value(&account(app, who), field)
}

/// Somebody changes an account by hand.
fn edit(app: &TestApp, who: Who, change: impl FnOnce(&mut Account)) {
    let key = account(app, who);
    app.world.wiki.accounts(|all| all.edit(&key, change));
}

fn everybody(app: &TestApp) -> Vec<Who> {
    app.world.graph.people(|people| people.iter().collect())
}

/// What is not as the directory says, which Confluence keeps without space around it.
fn out_of_tune(app: &TestApp) -> Vec<String> {
    let mut wrong = Vec::new();
    for who in everybody(app) {
        for (field, member) in FIELDS {
            let shall = app.member(who, member);
            let shall = shall.as_deref().map(str::trim).filter(|v| !v.is_empty());
            let is = value(app, who, field);
            if is.as_deref() != shall {
                wrong.push(format!("{who:?} {field:?}: {is:?} and not {shall:?}"));
            }
        }
    }
    wrong
}

/// How many values the directory has for the six fields of everybody.
fn values(app: &TestApp) -> usize {
    let of = |who: &Who| {
        let members = FIELDS.iter().filter(|(_, m)| app.member(*who, m).is_some());
        members.count()
    };
    everybody(app).iter().map(of).sum()
}

async fn synced(app: &TestApp) -> Ran {
    app.sync(Mode::Complete).await.unwrap()
}

/// Everything is as the directory says, each value was written once, and nothing is open.
async fn is_in_tune(app: &TestApp, what: &str) {
    assert_eq!(out_of_tune(app), Vec::<String>::new(), "{what}");
    assert_eq!(app.world.wiki.writes().len(), values(app), "{what}");
    assert_eq!(app.open_intents().await.unwrap(), 0, "{what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_fills_the_six_fields_and_a_second_one_asks_the_site_for_nothing() {
    for version in [Version::V7, Version::V8, Version::V9, Version::V10] {
        let app = of_version(10, version, MAP).await;
        let what = format!("{version:?}");
        let first = synced(&app).await;
        let told = (first.report.state, first.codes().len());
        assert_eq!(told, (State::Applied, 0), "{what}");
        assert_eq!(first.report.summary.written as usize, values(&app));
        is_in_tune(&app, &what).await;
        // All that changes about one person is one form.
        let log = app.world.wiki.log();
        let sent = log.iter().filter(|record| record.path.ends_with(SEND));
        assert_eq!(sent.count(), 10, "{what}");
        app.forget();
        assert_eq!(synced(&app).await.report.state, State::Nothing, "{what}");
        assert_eq!(app.world.wiki.log().len(), 0, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_are_cut_and_sessions_that_are_lost_lose_no_value_and_write_none_twice() {
    let app = filled(12, MAP).await;
    let wiki = &app.world.wiki;
    wiki.inject(Fault::fail_after_write().on("POST", SEND).after(3).times(2));
    wiki.inject(Fault::disconnect().on("POST", SEND).after(7));
    let first = synced(&app).await;
    assert_eq!(first.codes(), Vec::<&str>::new());
    is_in_tune(&app, "cut").await;
    let who = app.who(3);
    for lose in [
        confluence::Confluence::forget_sessions as fn(&confluence::Confluence),
        confluence::Confluence::lapse_websudo,
    ] {
        let before = wiki.writes().len();
        app.set(who, "department", &format!("Elsewhere {before}"));
        let gate = Gate::default();
        wiki.inject(Fault::hold(&gate).on("POST", SEND).times(1));
        let late = async {
            gate.arrived(1).await;
            lose(wiki);
            gate.release();
        };
        let (ran, ()) = tokio::join!(synced(&app), late);
        assert_eq!((ran.report.state, ran.codes().len()), (State::Applied, 0));
        assert_eq!(out_of_tune(&app), Vec::<String>::new());
        assert_eq!(wiki.writes().len(), before + 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_throttled_form_waits_as_long_as_it_is_told_and_is_then_sent_once() {
    let app = filled(8, MAP).await;
    let wiki = &app.world.wiki;
    let told = RetryAfter::Seconds(17);
    wiki.inject(Fault::throttle(told).on("POST", SEND).times(2));
    let told = RetryAfter::Seconds(23);
    wiki.inject(Fault::throttle(told).on("GET", "edituser.action").after(2));
    let told = RetryAfter::Seconds(29);
    wiki.inject(Fault::unavailable(told).on("GET", "/rest/api/user"));
    let ran = synced(&app).await;
    assert_eq!((ran.report.state, ran.codes().len()), (State::Applied, 0));
    is_in_tune(&app, "throttled").await;
    for seconds in [17, 23, 29] {
        let (waits, wanted) = (app.clock.waits(), Duration::from_secs(seconds));
        assert!(waits.iter().any(|wait| *wait >= wanted), "{waits:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_killed_in_the_middle_is_made_good_by_the_next_one() {
    // Killed before a form did anything, and after it did and before anybody heard of it.
    for (passed, is_done) in [(0, false), (0, true), (7, false), (7, true)] {
        let mut app = filled(12, MAP).await;
        let gate = Gate::default();
        let hold = if is_done {
            Fault::hold_answer(&gate)
        } else {
            Fault::hold(&gate)
        };
        // Everything after it is held too: otherwise a slow machine is done before it is killed.
        let hold = hold.on("POST", SEND).times(100).after(passed);
        app.world.wiki.inject(hold);
        let (order, watch) = (Order::sync(Mode::Complete), Watch::default());
        tokio::select! {
            ended = app.run(&order, &watch) => panic!("it ended before: {ended:?}"),
            () = gate.arrived(1) => {}
        }
        app.restart().await.unwrap();
        gate.release();
        app.world.wiki.clear_faults();
        assert!(app.open_intents().await.unwrap() > 0);
        let again = synced(&app).await;
        assert_eq!(again.report.state, State::Applied, "after {passed}");
        is_in_tune(&app, &format!("after {passed}, {is_done}")).await;
        assert_eq!(synced(&app).await.report.state, State::Nothing);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_typed_in_is_met_as_the_row_says() {
    for (existing, is_ours) in [("overwrite", true), ("keep", false), ("hold", false)] {
        let map = format!("department = {{ from = \"department\", existing = \"{existing}\" }}");
        let app = filled(6, &map).await;
        let (who, other) = (app.who(1), app.who(2));
        edit(&app, who, |account| {
            account.set(Field::Department, "theirs");
            account.set(Field::Im, "theirs too");
        });
        // The same value with space around it is adopted, not written.
        let same = app.member(other, "department").unwrap();
        edit(&app, other, |account| {
            account.set(Field::Department, &format!("  {same} "));
        });
        let ran = synced(&app).await;
        assert_eq!(ran.report.summary.adopted, 1, "{existing}");
        let held = u64::from(existing == "hold");
        assert_eq!(ran.report.summary.held, held, "{existing}");
        let ours = app.member(who, "department");
        let wanted = ours.filter(|_| is_ours).or(Some("theirs".to_owned()));
        assert_eq!(value(&app, who, Field::Department), wanted, "{existing}");
        // A field that no row is about stays whatever is sent with it.
        let im = value(&app, who, Field::Im);
        assert_eq!(im.as_deref(), Some("theirs too"), "{existing}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_of_a_read_only_directory_get_their_profile_and_keep_name_and_address() {
    let map = format!("{DEPARTMENT}\n[target.wiki.account]\nfull-name = \"jobTitle\"");
    let app = filled(5, &map).await;
    let (who, other) = (app.who(1), app.who(2));
    edit(&app, who, |account| account.is_read_only = true);
    for person in [who, other] {
        app.set(person, "jobTitle", "Pilot");
    }
    let name = value(&app, who, Field::FullName);
    let ran = synced(&app).await;
    assert_eq!(ran.codes(), ["read-only"]);
    let department = app.member(who, "department");
    assert_eq!(value(&app, who, Field::Department), department);
    assert_eq!(value(&app, who, Field::FullName), name);
    let written = value(&app, other, Field::FullName);
    assert_eq!(written.as_deref(), Some("Pilot"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn about_me_is_never_changed() {
    for version in [Version::V7, Version::V8, Version::V9, Version::V10] {
        let app = of_version(6, version, MAP).await;
        for who in everybody(&app) {
            edit(&app, who, |account| {
                account.set(Field::PersonalInformation, ABOUT);
            });
        }
        synced(&app).await;
        app.set(app.who(2), "department", "Elsewhere");
        synced(&app).await;
        assert_eq!(out_of_tune(&app), Vec::<String>::new());
        for who in everybody(&app) {
            let about = value(&app, who, Field::PersonalInformation);
            assert_eq!(about.as_deref(), Some(ABOUT), "{version:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_jira_and_a_confluence_are_written_from_one_reading_of_the_directory() {
    let alone = filled(12, MAP).await;
    synced(&alone).await;
    let once = alone.world.graph.counts();
    let app = both(12).await;
    let ran = synced(&app).await;
    assert!(ran.report.is_consistent());
    assert_eq!(ran.report.state, State::Applied);
    assert_eq!(ran.report.summary.matched, 24);
    let counts = app.world.graph.counts();
    assert_eq!(
        counts.by_class, once.by_class,
        "the second target costs none"
    );
    let targets = &ran.report.targets;
    let changes = targets["jira"].changes + targets["wiki"].changes;
    assert_eq!(ran.changes.len() as u64, changes, "one plan");
    assert_eq!(targets["wiki"].changes as usize, values(&app));
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    is_in_tune(&app, "both").await;
    app.forget();
    assert_eq!(synced(&app).await.report.state, State::Nothing);
    let asked = app.world.jira.log().len() + app.world.wiki.log().len();
    assert_eq!(asked, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_confluence_that_is_down_keeps_nothing_from_the_jira_and_is_filled_later() {
    let app = both(8).await;
    app.world.wiki.pause().await;
    let ran = synced(&app).await;
    let targets = &ran.report.targets;
    assert_eq!(targets["wiki"].error.as_ref().unwrap().code, "connect");
    assert_eq!(targets["jira"].error, None);
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    app.world.wiki.resume().unwrap();
    let again = synced(&app).await;
    assert_eq!(again.report.targets["jira"].changes, 0);
    assert_eq!(again.report.targets["wiki"].error, None);
    is_in_tune(&app, "later").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_confluence_that_does_not_take_the_password_says_whose_and_where() {
    let app = both(6).await;
    std::fs::write(app.path("wiki-password"), "wrong").unwrap();
    let ran = synced(&app).await;
    let targets = &ran.report.targets;
    let error = targets["wiki"].error.as_ref().unwrap();
    assert_eq!(error.code, "sign-in");
    assert!(error.message.contains("Confluence"), "{error:?}");
    assert!(error.message.contains("svc-attune"), "{error:?}");
    assert_eq!(targets["jira"].error, None);
    // One run tries a bad password once: three of them lock the account with a CAPTCHA.
    assert_eq!(app.world.wiki.counts().status(401), 1);
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
}
