//! Held people: listed while something of theirs fails, tried again at known times, never dropped.

use std::time::Duration;

use attune_core::plan::State;
use attune_server::clock::Clock as _;
use attune_server::store::held::{HeldDue, HeldRow};
use attune_server::sync::{HELD_ATTENTION_MS, Mode, Order, Watch};
use attune_sim::faults::Fault;
use attune_sim::people::Who;
use attune_tests::{PLAIN, TestApp};

const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;

async fn held(app: &TestApp) -> Vec<HeldRow> {
    app.app.host.store.held(Some("demo")).await.unwrap()
}

async fn due(app: &TestApp) -> Vec<HeldDue> {
    let now_ms = app.clock.now().as_millisecond();
    app.app.host.store.held_due(now_ms, 100).await.unwrap()
}

/// What is held, as `person field code`.
async fn told(app: &TestApp) -> Vec<(String, String, String)> {
    let rows = held(app).await.into_iter();
    rows.map(|row| (row.person, row.field, row.code)).collect()
}

/// A world in tune but for the department of one person.
async fn with_one_held(scope: &str) -> (TestApp, Who) {
    let app = TestApp::tidy(12).await.unwrap();
    app.connector(&app.connector_text(scope, PLAIN)).unwrap();
    let who = app.who(4);
    let json = "[\"a\",\"b\"]";
    app.world
        .graph
        .people(|people| people.set_raw(who, "department", json));
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.codes(), ["many-values"]);
    (app, who)
}

fn advance(app: &TestApp, ms: i64) {
    app.clock
        .advance(Duration::from_millis(u64::try_from(ms).unwrap()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_fails_is_listed_with_the_code_and_goes_when_it_succeeds() {
    let (app, who) = with_one_held("").await;
    let expected = (
        app.key(who),
        "Department".to_owned(),
        "many-values".to_owned(),
    );
    assert_eq!(told(&app).await, std::slice::from_ref(&expected));
    let first = held(&app).await[0].clone();
    assert_eq!((first.tries, first.step), (1, 0));
    assert_eq!(due(&app).await, [], "the next run tries it");
    app.sync(Mode::Complete).await.unwrap();
    let second = held(&app).await[0].clone();
    assert_eq!((second.tries, second.first_ms), (2, first.first_ms));
    assert!(second.last_ms > first.last_ms);
    app.plan(Mode::Complete).await.unwrap();
    assert_eq!(held(&app).await[0].tries, 2, "a plan is no try");
    for mode in [Mode::Complete, Mode::Changes, Mode::User(app.key(who))] {
        app.set(who, "department", "Sales");
        app.sync(mode.clone()).await.unwrap();
        assert_eq!(told(&app).await, [], "{mode:?}");
        let json = "[\"a\",\"b\"]";
        app.world
            .graph
            .people(|people| people.set_raw(who, "department", json));
        app.sync(Mode::Complete).await.unwrap();
        assert_eq!(told(&app).await, std::slice::from_ref(&expected));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_the_site_refuses_is_held_and_released() {
    let app = TestApp::tidy(12).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    let who = app.who(5);
    app.set(who, "city", "Refused City");
    let fault = Fault::reject(400)
        .on("PUT", "/properties/City")
        .with_body("Refused City");
    app.world.jira.inject(fault);
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        told(&app).await,
        [(app.key(who), "City".to_owned(), "rejected".to_owned())]
    );
    app.sync(Mode::Changes).await.unwrap();
    assert_eq!(told(&app).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_the_scope_or_whose_row_is_gone_is_not_held() {
    let members = "[scope]\ninclude = [{ attribute = \"userType\", in = [\"Member\", \"Guest\"] }]";
    let (app, who) = with_one_held(members).await;
    app.set(who, "userType", "Robot");
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(told(&app).await, []);
    let (app, who) = with_one_held(members).await;
    app.set(who, "userType", "Robot");
    let order = Order::sync(Mode::User(app.key(who)));
    app.run(&order, &Watch::default())
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(told(&app).await, [], "a try of one person says the same");
    let (app, _) = with_one_held("").await;
    app.maps("City = \"city\"").unwrap();
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(told(&app).await, []);
    let (app, who) = with_one_held("").await;
    app.world.graph.people(|people| people.remove(who));
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(told(&app).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_that_waits_for_its_attribute_holds_nobody() {
    let app = TestApp::tidy(20).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    for place in 0..20 {
        app.world.graph.people(|people| {
            let who = people.iter().nth(place).unwrap();
            people.unset(who, "city");
        });
    }
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.codes(), ["not-delivered"]);
    assert_eq!(told(&app).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_try_of_28_days_comes_at_its_instant_and_then_weekly() {
    let (app, who) = with_one_held("").await;
    let person = app.key(who);
    let start = held(&app).await[0].first_ms;
    // The next run, and from there on nothing but the tries.
    advance(&app, 15 * 60_000);
    app.sync(Mode::Complete).await.unwrap();
    let ladder = [HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS];
    let (mut tries, mut before) = (0_usize, held(&app).await[0].clone());
    while before.last_ms - start < HELD_ATTENTION_MS + 30 * DAY_MS {
        let full = match ladder.get(tries) {
            Some(full) => *full,
            None if before.last_ms - start >= HELD_ATTENTION_MS => 7 * DAY_MS,
            None => DAY_MS,
        };
        let wait = before.next_ms - before.last_ms;
        assert!(
            full * 8 / 10 <= wait && wait <= full * 12 / 10,
            "try {tries}: {wait}"
        );
        let now_ms = app.clock.now().as_millisecond();
        advance(&app, before.next_ms - now_ms - 1);
        assert_eq!(due(&app).await, [], "a millisecond before try {tries}");
        advance(&app, 1);
        let expected = HeldDue {
            connector: "demo".to_owned(),
            person: person.clone(),
        };
        assert_eq!(due(&app).await, [expected], "try {tries}");
        let ran = app.sync(Mode::User(person.clone())).await.unwrap();
        assert_eq!(ran.report.state, State::Nothing);
        let after = held(&app).await;
        assert_eq!(after.len(), 1, "never dropped");
        assert_eq!(after[0].tries, before.tries + 1);
        before = after[0].clone();
        tries += 1;
    }
    assert!((27..=42).contains(&tries), "{tries}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_try_that_meets_nobody_waits_as_long_as_one_that_fails() {
    let (app, who) = with_one_held("").await;
    let person = app.key(who);
    app.sync(Mode::Complete).await.unwrap();
    advance(&app, 2 * HOUR_MS);
    assert_eq!(due(&app).await.len(), 1);
    app.world.graph.inject(Fault::reject(403).times(50));
    let order = Order::sync(Mode::User(person));
    app.run(&order, &Watch::default())
        .await
        .unwrap()
        .unwrap_err();
    app.world.graph.clear_faults();
    assert_eq!(due(&app).await, [], "not again at once");
    assert_eq!(told(&app).await.len(), 1);
    advance(&app, 8 * HOUR_MS);
    assert_eq!(due(&app).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_held_people_are_not_tried_at_the_same_time() {
    let app = TestApp::tidy(100).await.unwrap();
    let text = app.connector_text("[guard]\nfailed-values = \"off\"", PLAIN);
    app.connector(&text).unwrap();
    app.world.graph.people(|people| {
        let all: Vec<Who> = people.iter().collect();
        for who in all {
            people.set_raw(who, "department", "{\"a\":1}");
        }
    });
    app.sync(Mode::Complete).await.unwrap();
    app.sync(Mode::Complete).await.unwrap();
    let rows = held(&app).await;
    assert_eq!(rows.len(), 100);
    let times: std::collections::BTreeSet<i64> =
        rows.iter().map(|row| row.next_ms / 60_000).collect();
    assert!(times.len() > 15, "{} different minutes", times.len());
}
