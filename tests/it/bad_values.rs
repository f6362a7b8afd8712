//! Promise 6: one bad person or value never stops the others.

use attune_core::plan::State;
use attune_server::sync::Mode;
use attune_sim::faults::Fault;
use attune_tests::{PLAIN, PLAIN_FIELDS, TestApp};

/// One department of this JSON among healthy people: the code of its problem, if it has one.
async fn told(json: &str, mapping: &str) -> Option<String> {
    let app = TestApp::tidy(12).await.unwrap();
    app.maps(mapping).unwrap();
    let who = app.who(4);
    app.type_in(who, "Department", "Before");
    app.world
        .graph
        .people(|people| people.set_raw(who, "department", json));
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Applied, "{json:.60}");
    assert_eq!(ran.report.summary.people, 12, "{json:.60}");
    let title = app.member(who, "jobTitle");
    assert_eq!(
        app.property(who, "Title"),
        title,
        "the person's other fields: {json:.60}"
    );
    let others = app.out_of_tune(PLAIN_FIELDS);
    assert!(others.len() <= 1, "{json:.60}: {others:?}");
    let problem = ran.report.problems.first();
    if let Some(problem) = problem {
        assert_eq!(
            app.property(who, "Department").as_deref(),
            Some("Before"),
            "kept: {json:.60}"
        );
        assert_eq!(ran.report.problems.len(), 1, "{:?}", ran.report.problems);
        assert_eq!(ran.report.summary.failed, 1);
        assert_eq!(problem.person, app.key(who));
        assert_eq!(problem.field, "Department");
    }
    problem.map(|problem| problem.code.clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_that_no_field_can_hold_costs_that_value_and_nothing_else() {
    let long = format!("\"{}\"", "x".repeat(70_000));
    let wide = format!("\"{}\"", "\u{e4}".repeat(33_000));
    let cases = [
        ("\"\\ud800\"", "bad-value"),
        ("\"a\\u0000b\"", "bad-value"),
        (long.as_str(), "too-long"),
        (wide.as_str(), "too-long"),
        ("[\"a\",\"b\"]", "many-values"),
        ("{\"a\":1}", "not-text"),
    ];
    for (json, code) in cases {
        assert_eq!(told(json, PLAIN).await.as_deref(), Some(code), "{json:.60}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_that_no_plugin_takes_costs_that_value_and_nothing_else() {
    let stepped = PLAIN.replace(
        "\"department\"",
        "{ from = \"department\", steps = [\"text.trim\"] }",
    );
    let long = format!("\"{}\"", "x".repeat(70_000));
    for (json, code) in [
        (long.as_str(), "too-long"),
        ("[\"a\",\"b\"]", "many-values"),
    ] {
        assert_eq!(
            told(json, &stepped).await.as_deref(),
            Some(code),
            "{json:.60}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_but_good_values_arrive_as_the_source_wrote_them() {
    let cases = [
        ("\"<script>alert(1)</script>\"", "<script>alert(1)</script>"),
        (
            "\"{macro} [~accountid:1] ${jndi:x} =1+1\"",
            "{macro} [~accountid:1] ${jndi:x} =1+1",
        ),
        (
            "\"\\u202eevil\\u200b\\ud83d\\ude00\"",
            "\u{202e}evil\u{200b}\u{1f600}",
        ),
        ("[\"only\"]", "only"),
        ("12.50", "12.50"),
        ("true", "true"),
        ("9007199254740993", "9007199254740993"),
    ];
    for (json, text) in cases {
        let app = TestApp::tidy(3).await.unwrap();
        app.maps("Department = \"department\"").unwrap();
        let who = app.who(1);
        app.world
            .graph
            .people(|people| people.set_raw(who, "department", json));
        let ran = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(ran.codes(), Vec::<&str>::new(), "{json}");
        assert_eq!(
            app.property(who, "Department").as_deref(),
            Some(text),
            "{json}"
        );
        let again = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(again.report.state, State::Nothing, "{json}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_is_deleted_costs_its_person_only() {
    let app = TestApp::tidy(20).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    let (gone, well) = (app.who(3), app.who(4));
    let account = app.account(gone);
    app.world
        .jira
        .accounts(|all| all.edit(&account, |account| account.is_deleted = true));
    app.set(gone, "city", "Elsewhere");
    app.set(well, "city", "Elsewhere");
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.codes(), ["account-gone"]);
    assert_eq!(ran.report.summary.written, 1);
    assert_eq!(app.property(well, "City").as_deref(), Some("Elsewhere"));
    // From then on they have no account, and nobody asks again on the same day.
    let again = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (again.report.summary.unmatched, again.codes().len()),
        (1, 0)
    );
    app.forget();
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(app.world.jira.counts().requests, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_that_the_site_refuses_costs_that_value_only() {
    let app = TestApp::tidy(20).await.unwrap();
    app.maps(PLAIN).unwrap();
    let who = app.who(5);
    app.set(who, "city", "Refused City");
    let fault = Fault::reject(400)
        .on("PUT", "/properties/City")
        .with_body("Refused City");
    app.world.jira.inject(fault.clone());
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (ran.report.state, ran.codes()),
        (State::Applied, vec!["rejected"])
    );
    assert_eq!(ran.report.summary.written + 1, ran.report.summary.changes);
    assert_eq!(app.out_of_tune(PLAIN_FIELDS).len(), 1);
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_cannot_be_read_costs_its_person_only() {
    let app = TestApp::tidy(10).await.unwrap();
    app.maps("City = \"city\"").unwrap();
    let who = app.who(6);
    let key = app.account(who);
    let fault = Fault::reject(403).on("GET", "/properties").with_query(&key);
    app.world.jira.inject(fault);
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.codes(), ["permission"]);
    assert_eq!(ran.report.problems[0].person, app.key(who));
    assert_eq!(app.out_of_tune(&[("City", "city")]).len(), 1);
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(app.out_of_tune(&[("City", "city")]), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_the_site_will_not_look_for_costs_its_person_only() {
    let app = TestApp::tidy(10).await.unwrap();
    app.maps("City = \"city\"").unwrap();
    let who = app.who(6);
    let name = app
        .member(who, "userPrincipalName")
        .unwrap()
        .to_lowercase()
        .replace('@', "%40");
    app.world
        .jira
        .inject(Fault::reject(400).on("GET", "/user").with_query(&name));
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.codes(), ["rejected"]);
    assert_eq!(app.out_of_tune(&[("City", "city")]).len(), 1);
    // They are not taken for somebody without an account: the next run looks again.
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(app.out_of_tune(&[("City", "city")]), Vec::<String>::new());
}
