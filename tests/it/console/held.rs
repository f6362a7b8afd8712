//! `/held`: who is tried again by a form, and what does not fit on one page.

use attune_server::jobs::Kind;
use attune_server::settings::SwapPolicy;
use attune_server::store::Store;
use attune_server::store::held::HeldRow;
use attune_sim::faults::{Fault, Gate};
use attune_tests::{PLAIN, TestApp};

use super::browser::Site;

/// A service in which the department of one person and the city of another cannot be brought in tune, for
/// the same cause.
async fn with_two_held() -> Site {
    let app = TestApp::tidy(12).await.unwrap();
    app.maps(PLAIN).unwrap();
    for (place, member) in [(4, "department"), (6, "city")] {
        let who = app.who(place);
        app.world
            .graph
            .people(|people| people.set_raw(who, member, "[\"a\",\"b\"]"));
    }
    let site = Site::of(app, SwapPolicy::Guarded).await;
    let job = site.service.ask(Kind::Sync, "").await.unwrap();
    site.service.until_ended(&job.id).await.unwrap();
    site
}

/// How often the value of this field was tried.
fn tries(rows: &[HeldRow], field: &str) -> Option<u32> {
    let found = rows.iter().find(|row| row.field == field);
    found.map(|row| row.tries)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_of_a_filtered_page_are_tried_again_and_nobody_else() {
    let site = with_two_held().await;
    let admin = site.admin().await;
    let page = admin.get("/held?connector=demo&field=City").await;
    for kept in [
        "name=\"connector\" value=\"demo\"",
        "name=\"field\" value=\"City\"",
    ] {
        assert!(page.body.contains(kept), "{kept}: {page:?}");
    }
    let fields = [
        ("code", "many-values"),
        ("connector", "demo"),
        ("field", "City"),
        ("all", "1"),
    ];
    let place = admin.post("/held/retry", &fields).await.place();
    assert_eq!(place, "/held?connector=demo&field=City&retried=1");
    let page = admin.get(&place).await;
    assert!(page.body.contains("1 person is tried again."), "{page:?}");
    let is_tried = async |store: &Store| {
        let rows = store.held(Some("demo")).await.unwrap();
        tries(&rows, "City") == Some(2)
    };
    let tried = site.service.until_stored("the city is tried", is_tried);
    tried.await.unwrap();
    site.service.until_runs(2).await.unwrap();
    let store = site.service.service.pin().0.store;
    let rows = store.held(Some("demo")).await.unwrap();
    assert_eq!(tries(&rows, "Department"), Some(1), "{rows:?}");
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_about_held_people_says_what_came_of_it() {
    let site = with_two_held().await;
    let admin = site.admin().await;
    let nobody = [("code", "many-values"), ("older", "")];
    let place = admin.post("/held/retry", &nobody).await.place();
    let page = admin.get(&place).await;
    assert!(page.body.contains("Nobody was chosen."), "{page:?}");
    let [one, other] = [4, 6].map(|place| format!("demo/{}", site.app.key(site.app.who(place))));
    let ticked = [&one, &one, &other].map(|id| ("held", id.as_str()));
    let place = admin.post("/held/retry", &ticked).await.place();
    let page = admin.get(&place).await;
    assert!(page.body.contains("2 people are tried again."), "{page:?}");
    let old = [("code", "many-values"), ("older", "7d"), ("all", "1")];
    let place = admin.post("/held/retry", &old).await.place();
    let page = admin.get(&place).await;
    assert!(page.body.contains("Nobody of those is held"), "{page:?}");
    site.service.until_runs(3).await.unwrap();
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_not_tried_for_longest_goes_first_and_it_is_said_who_is_left() {
    let site = Site::open(2).await;
    let store = site.service.service.pin().0.store;
    let rows: Vec<HeldRow> = (0..1002).map(|number| row(number, -number)).collect();
    store.hold(&rows).await.unwrap();
    let admin = site.admin().await;
    // Nobody is done with before the others are looked at.
    let gate = Gate::default();
    let graph = &site.app.world.graph;
    graph.inject(Fault::hold(&gate).on("", "/").chance(1.0));
    let all = [("code", "many-values"), ("all", "1")];
    let place = admin.post("/held/retry", &all).await.place();
    assert_eq!(place, "/held?retried=1000&left=2");
    let page = admin.get(&place).await;
    assert!(page.body.contains("2 more are left"), "{page:?}");
    let jobs = store.unfinished_jobs().await.unwrap();
    let is_tried = |number| jobs.iter().any(|job| job.person == person(number));
    assert_eq!([0, 1, 2, 1001].map(is_tried), [false, false, true, true]);
    for gone in &rows[..2] {
        store.drop_held("demo", &gone.person).await.unwrap();
    }
    let place = admin.post("/held/retry", &all).await.place();
    assert_eq!(place, "/held?retried=1000", "nobody is left");
    gate.release();
    site.close().await;
}

fn person(number: i64) -> String {
    format!("person-{number:03}")
}

/// A person of whom a city is held, last tried so many ms after the first time anybody was.
fn row(number: i64, last_ms: i64) -> HeldRow {
    HeldRow {
        connector: "demo".to_owned(),
        target: "jira".to_owned(),
        person: person(number),
        field: "City".to_owned(),
        code: "many-values".to_owned(),
        first_ms: 1_790_000_000_000 + number,
        last_ms: 1_790_000_001_000 + last_ms,
        next_ms: 0,
        tries: 1,
        step: 0,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_that_do_not_fit_a_page_stand_on_the_next_with_the_same_filters() {
    let site = Site::open(2).await;
    let store = site.service.service.pin().0.store;
    let rows: Vec<HeldRow> = (0..130).map(|number| row(number, 0)).collect();
    store.hold(&rows).await.unwrap();
    let admin = site.admin().await;
    let first = admin.get("/held?connector=demo&field=City").await;
    assert!(first.body.contains("30 more values"), "{first:?}");
    let next = first.link("/held?connector=demo&#38;field=City&#38;cause=");
    let next = admin.get(&next).await;
    for (page, (begin, count)) in [(&first, ("person-000", 100)), (&next, ("person-100", 30))] {
        assert!(page.body.contains(begin), "{page:?}");
        let boxes = page.body.matches("name=\"held\" value=").count();
        assert_eq!(boxes, count, "{}", page.path);
    }
    assert!(!next.body.contains("more values"), "{next:?}");
    site.close().await;
}
