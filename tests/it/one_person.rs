//! `--user` and `--sample`: part of the people, and nothing concluded about the others.

use attune_core::plan::State;
use attune_server::sync::Mode;
use attune_tests::{PLAIN, TestApp};

async fn app() -> TestApp {
    let app = TestApp::tidy(30).await.unwrap();
    let scope = "[scope]\ninclude = [{ attribute = \"userType\", equals = \"Member\" }]";
    app.connector(&app.connector_text(scope, PLAIN)).unwrap();
    app
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_meant_by_key_user_name_or_address() {
    let app = app().await;
    let who = app.who(2);
    let name = app.member(who, "userPrincipalName").unwrap();
    let mail = app.member(who, "mail").unwrap();
    for user in [app.key(who), name.to_uppercase(), mail.to_lowercase()] {
        app.set(who, "city", &format!("City of {user}"));
        let ran = app.sync(Mode::User(user.clone())).await.unwrap();
        assert_eq!(ran.report.summary.people, 1);
        assert_eq!(app.property(who, "City"), Some(format!("City of {user}")));
    }
    let others = app.out_of_tune(&[("City", "city")]).len();
    assert!(others > 20, "nobody else was written: {others}");
    assert_eq!(
        app.listing().await.unwrap(),
        None,
        "one person is no listing"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_persons_run_moves_no_count_and_concludes_nothing() {
    let app = app().await;
    app.sync(Mode::Complete).await.unwrap();
    let before = app.listing().await.unwrap();
    let who = app.who(2);
    app.set(who, "city", "Elsewhere");
    let ran = app.sync(Mode::User(app.key(who))).await.unwrap();
    assert_eq!((ran.changes.len(), ran.report.summary.written), (1, 1));
    assert!(ran.report.guards.is_empty());
    assert_eq!(app.listing().await.unwrap(), before);
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Nothing);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_persons_drift_is_repaired() {
    let app = app().await;
    app.sync(Mode::Complete).await.unwrap();
    let who = app.who(2);
    app.type_in(who, "City", "Drifted");
    let ran = app.sync(Mode::User(app.key(who))).await.unwrap();
    assert_eq!(ran.report.summary.written, 1);
    assert_eq!(app.property(who, "City"), app.member(who, "city"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_out_of_scope_nobody_and_several_are_said_so() {
    let app = app().await;
    let guest = app.who(3);
    app.set(guest, "userType", "Guest");
    let outside = app.refused(Mode::User(app.key(guest))).await.unwrap();
    assert_eq!((outside.code.as_str(), outside.exit), ("out-of-scope", 1));
    let nobody = app
        .refused(Mode::User("nobody@contoso.example".to_owned()))
        .await
        .unwrap();
    assert_eq!((nobody.code.as_str(), nobody.exit), ("no-such-person", 1));
    assert!(nobody.message.contains("nobody@contoso.example"));
    app.set(app.who(4), "mail", "shared@contoso.example");
    app.set(app.who(5), "mail", "shared@contoso.example");
    let several = app
        .refused(Mode::User("shared@contoso.example".to_owned()))
        .await
        .unwrap();
    assert_eq!(
        (several.code.as_str(), several.exit),
        ("ambiguous-person", 1)
    );
    assert!(app.world.jira.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sample_plans_the_first_people_and_writes_nothing() {
    let app = app().await;
    let ran = app.plan(Mode::Sample(5)).await.unwrap();
    assert_eq!(ran.report.state, State::Planned);
    assert!(
        (1..=5).contains(&ran.report.summary.people),
        "{:?}",
        ran.report.summary
    );
    assert!(ran.report.summary.changes > 0 && ran.report.guards.is_empty());
    assert!(app.world.jira.writes().is_empty());
    assert_eq!(app.listing().await.unwrap(), None);
}
