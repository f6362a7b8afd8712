//! Who takes part.

use attune_core::plan::State;
use attune_server::sync::Mode;
use attune_tests::{PLAIN, TestApp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_out_of_scope_is_neither_counted_nor_written() {
    let app = TestApp::tidy(20).await.unwrap();
    for place in 5..9 {
        app.set(app.who(place), "userType", "Guest");
    }
    app.set(app.who(9), "mail", "somebody@test.contoso.example");
    let scope = "[scope]\ninclude = [{ attribute = \"userType\", equals = \"Member\" }]\n\
                 exclude = [{ attribute = \"mail\", matches = \"@test\\\\.\" }]";
    app.connector(&app.connector_text(scope, PLAIN)).unwrap();
    let ran = app.sync(Mode::Complete).await.unwrap();
    let members =
        (0..20).filter(|n| app.member(app.who(*n), "userType").as_deref() == Some("Member"));
    assert_eq!(ran.report.summary.people, members.count() as u64 - 1);
    for place in 5..10 {
        assert_eq!(app.property(app.who(place), "City"), None);
    }
    assert!(ran.report.is_consistent());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaving_the_scope_clears_nothing_and_coming_back_is_like_never_having_left() {
    let app = TestApp::tidy(20).await.unwrap();
    let scope = "[scope]\ninclude = [{ attribute = \"userType\", equals = \"Member\" }]";
    let clearing = "City = { from = \"city\", when-missing = \"clear\" }";
    app.connector(&app.connector_text(scope, clearing)).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    let who = app.who(2);
    let held = app.property(who, "City");
    app.set(who, "userType", "Guest");
    app.set(who, "city", "Elsewhere");
    for _ in 0..2 {
        assert_eq!(
            app.sync(Mode::Complete).await.unwrap().report.state,
            State::Nothing
        );
    }
    assert_eq!(app.property(who, "City"), held);
    app.set(who, "userType", "Member");
    assert_eq!(
        app.sync(Mode::Complete)
            .await
            .unwrap()
            .report
            .summary
            .written,
        1
    );
    assert_eq!(app.property(who, "City").as_deref(), Some("Elsewhere"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_whose_scope_cannot_be_judged_is_left_alone_and_named() {
    let app = TestApp::tidy(10).await.unwrap();
    let who = app.who(3);
    app.world
        .graph
        .people(|people| people.set_raw(who, "userType", "\"\\ud800\""));
    let scope = "[scope]\ninclude = [{ attribute = \"userType\", equals = \"Member\" }]";
    app.connector(&app.connector_text(scope, PLAIN)).unwrap();
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.codes(), ["bad-value"]);
    assert_eq!(ran.report.problems[0].person, app.key(who));
    assert_eq!(app.property(who, "City"), None);
    assert!(ran.report.summary.written > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_members_of_a_group_are_listed_instead_of_everybody() {
    let app = TestApp::untidy(60).await.unwrap();
    let group = "[scope]\ngroups = [\"Sales\"]";
    app.connector(&app.connector_text(group, "City = \"city\""))
        .unwrap();
    let ran = app.sync(Mode::Complete).await.unwrap();
    let in_sales = (0..60)
        .filter(|n| app.member(app.who(*n), "department").as_deref() == Some("Sales"))
        .count() as u64;
    assert!(in_sales > 0);
    assert_eq!(ran.report.summary.people, in_sales);
}
