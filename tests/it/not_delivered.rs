//! An attribute that the source delivers to nobody any more, or to far fewer people, is not taken for
//! empty.

use attune_core::plan::{Report, State};
use attune_server::sync::{self, Mode};
use attune_sim::people::{Manager, Who};
use attune_tests::{PLAIN, Ran, TestApp};

/// No other guard gets in the way.
const UNGUARDED: &str = "[guard]\nchanged-people = \"off\"\ncleared-values = \"off\"\n\
                         one-value-takes-over = \"off\"\nemptied-attribute = \"off\"";
const CLEARING: &str = r#"
Department = { from = "department", when-missing = "clear" }
City       = "city"
"#;

async fn settled(people: usize, extra: &str, rows: &str) -> TestApp {
    let app = TestApp::tidy(people).await.unwrap();
    app.connector(&app.connector_text(extra, rows)).unwrap();
    let first = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(first.report.state, State::Applied);
    app.forget();
    app
}

fn everybody(app: &TestApp) -> Vec<Who> {
    app.world.graph.people(|people| people.iter().collect())
}

/// Takes a member away from everybody, and answers what it was.
fn take_away(app: &TestApp, member: &str) -> Vec<(Who, String)> {
    let had: Vec<(Who, String)> = everybody(app)
        .into_iter()
        .filter_map(|who| Some((who, app.member(who, member)?)))
        .collect();
    app.world
        .graph
        .people(|people| had.iter().for_each(|(who, _)| people.unset(*who, member)));
    had
}

fn told<'r>(report: &'r Report, code: &str) -> Vec<&'r str> {
    let problems = report
        .problems
        .iter()
        .filter(|problem| problem.code == code);
    problems.map(|problem| problem.message.as_str()).collect()
}

fn guard<'r>(ran: &'r Ran, name: &str) -> Option<&'r attune_core::plan::GuardLine> {
    ran.report.guards.iter().find(|line| line.name == name)
}

async fn notices(app: &TestApp) -> Vec<String> {
    let open = app.app.host.store.open_notices().await.unwrap();
    open.into_iter().map(|notice| notice.key).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_an_attribute_that_nobody_has_any_more_keep_what_is_there_and_the_others_go_on() {
    let app = settled(40, UNGUARDED, CLEARING).await;
    let had = take_away(&app, "department");
    app.set(app.who(3), "city", "Elsewhere");
    for written in [1, 0, 0] {
        let ran = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(ran.report.summary.written, written);
        assert_eq!(
            (ran.report.summary.clears, ran.report.summary.failed),
            (0, 0)
        );
        // Who never had it is skipped as before.
        assert!((had.len()..=40).contains(&(ran.report.summary.held as usize)));
        let messages = told(&ran.report, "not-delivered");
        assert_eq!(messages.len(), 1, "told once: {messages:?}");
        let expected = format!("`department` any more; {} of 40 people had it", had.len());
        assert!(messages[0].contains(&expected), "{}", messages[0]);
        assert_eq!(guard(&ran, "failed-values").unwrap().count, 0);
        assert_eq!(notices(&app).await, ["not-delivered:demo:department"]);
    }
    for (who, department) in &had {
        assert_eq!(app.property(*who, "Department").as_ref(), Some(department));
    }
    assert_eq!(
        app.property(app.who(3), "City").as_deref(),
        Some("Elsewhere")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_when_the_attribute_is_delivered_again() {
    let app = settled(40, UNGUARDED, CLEARING).await;
    let had = take_away(&app, "department");
    app.sync(Mode::Complete).await.unwrap();
    for (who, department) in had.iter().skip(8) {
        app.set(*who, "department", department);
    }
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(told(&ran.report, "not-delivered"), Vec::<&str>::new());
    assert_eq!(ran.report.summary.clears, 8, "those who really lost it");
    assert_eq!(notices(&app).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_when_somebody_accepts_that_it_is_gone() {
    let app = settled(40, UNGUARDED, CLEARING).await;
    let had = take_away(&app, "department");
    app.sync(Mode::Complete).await.unwrap();
    let host = &app.app.host;
    let accept = |selector: &'static str| sync::accept_gone(host, ("demo", "demo"), selector);
    assert!(!accept("city").await.unwrap(), "that one is delivered");
    assert!(accept("department").await.unwrap());
    assert!(!accept("department").await.unwrap(), "once");
    assert_eq!(notices(&app).await, Vec::<String>::new());
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.summary.clears as usize, had.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_missing_in_the_relation_or_beyond_it_is_not_delivered_too() {
    let rows = "Boss = { from = \"manager.jobTitle\", when-missing = \"clear\" }\nCity = \"city\"";
    let app = settled(40, UNGUARDED, rows).await;
    take_away(&app, "jobTitle");
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert!(told(&ran.report, "not-delivered")[0].contains("`jobTitle`"));
    let app = settled(40, UNGUARDED, rows).await;
    for who in everybody(&app) {
        app.world
            .graph
            .people(|people| people.set_manager(who, Manager::Nobody));
    }
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert!(told(&ran.report, "not-delivered")[0].contains("`manager.*`"));
    assert!(app.world.jira.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_over_changes_and_over_one_person_keep_to_what_the_last_listing_found() {
    let app = settled(40, UNGUARDED, CLEARING).await;
    let had = take_away(&app, "department");
    app.sync(Mode::Complete).await.unwrap();
    let (one, other) = (had[2].0, had[5].0);
    app.set(one, "city", "Elsewhere");
    let ran = app.sync(Mode::Changes).await.unwrap();
    assert_eq!(
        (ran.report.summary.written, ran.report.summary.clears),
        (1, 0)
    );
    let ran = app.sync(Mode::User(app.key(other))).await.unwrap();
    assert_eq!(ran.report.state, State::Nothing);
    // Whoever has a value gets it.
    app.set(one, "department", "Alone");
    let ran = app.sync(Mode::User(app.key(one))).await.unwrap();
    assert_eq!(ran.report.summary.written, 1);
    assert_eq!(app.property(one, "Department").as_deref(), Some("Alone"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scope_that_reads_it_fails_the_run() {
    let scope = "[scope]\ninclude = [{ attribute = \"userType\", equals = \"Member\" }]";
    let app = settled(40, scope, PLAIN).await;
    take_away(&app, "userType");
    app.set(app.who(2), "city", "Elsewhere");
    for mode in [Mode::Complete, Mode::Full, Mode::Complete] {
        let failure = app.refused(mode).await.unwrap();
        assert_eq!((failure.code.as_str(), failure.exit), ("not-delivered", 1));
        assert!(
            failure.message.contains("`userType`"),
            "{}",
            failure.message
        );
    }
    assert_eq!(
        app.refused(Mode::Changes).await.unwrap().code,
        "not-delivered"
    );
    assert!(app.world.jira.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn few_people_may_always_lose_an_attribute() {
    let app = settled(40, UNGUARDED, CLEARING).await;
    let everybody = everybody(&app);
    for who in everybody.iter().skip(5) {
        app.world
            .graph
            .people(|people| people.unset(*who, "department"));
    }
    app.sync(Mode::Complete).await.unwrap();
    take_away(&app, "department");
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(told(&ran.report, "not-delivered"), Vec::<&str>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_share_of_people_who_lose_one_attribute_is_held_above_the_limit_and_names_it() {
    for (lost, state) in [
        (17, State::Nothing),
        (18, State::Nothing),
        (19, State::Held),
    ] {
        let app = TestApp::tidy(60).await.unwrap();
        for who in everybody(&app) {
            app.set(who, "city", &format!("City {}", who.position()));
        }
        app.maps(PLAIN).unwrap();
        let first = app.sync(Mode::Complete).await.unwrap();
        assert!(
            guard(&first, "emptied-attribute").is_none(),
            "nothing to compare with"
        );
        for who in everybody(&app).into_iter().take(lost) {
            app.world.graph.people(|people| people.unset(who, "city"));
        }
        for round in 0..2 {
            let ran = app.sync(Mode::Complete).await.unwrap();
            if round == 1 && state == State::Nothing {
                assert_eq!(
                    guard(&ran, "emptied-attribute").unwrap().count,
                    0,
                    "it is known now"
                );
                continue;
            }
            assert_eq!(ran.report.state, state, "{lost} of 60");
            let line = guard(&ran, "emptied-attribute").unwrap();
            assert_eq!(
                (line.count, line.base, line.detail.as_str()),
                (lost as u64, 60, "city")
            );
        }
        let changes = app.plan(Mode::Changes).await.unwrap();
        assert!(guard(&changes, "emptied-attribute").is_none());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_mapping_of_the_same_attribute_is_still_compared() {
    let app = settled(60, "", PLAIN).await;
    for who in everybody(&app).into_iter().take(40) {
        app.world.graph.people(|people| people.unset(who, "city"));
    }
    app.maps("City = \"city\"\nOffice = \"officeLocation\"")
        .unwrap();
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.held_by(), ["emptied-attribute"]);
    let line = guard(&ran, "emptied-attribute").unwrap();
    assert_eq!(line.detail, "city");
    // Approved, it is what the next runs are compared with.
    app.approve(&ran.report.digest).await.unwrap();
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.held_by(), Vec::<&str>::new());
}
