//! Switching the provider of a connector: the same people from Entra and from Okta, the same file
//! with the same id, and a plan that shows just the differences.
//!
//! Keys, names of attributes and relations all change; accounts, what was written to them, and whose it
//! is do not. Nobody has left, nobody has come, and nothing is written twice.

use std::collections::BTreeSet;

use attune_core::plan::{Change, Op, State};
use attune_server::sync::{Mode, Order, Watch};
use attune_sim::okta::{ManagerId, Okta};
use attune_sim::people::Who;
use attune_tests::TestApp;

use crate::okta::{SignIn, connector, org};

const PEOPLE: usize = 120;

/// The same table in the words of either provider.
const OF_ENTRA: &str = r#"
Department = "department"
Title      = "jobTitle"
City       = "city"
Office     = { from = "officeLocation", when-missing = "clear" }
Phone      = { from = "businessPhones[0]", steps = ["text.trim"] }
Badge      = "extension_0f4c5be2b9d84f0f8e1b8f6c0a1d2e3f_badgeColour"
Manager    = "manager.displayName"
"#;
const OF_OKTA: &str = r#"
Department = "profile.department"
Title      = "profile.title"
City       = "profile.city"
Office     = { from = "profile.officeLocation", when-missing = "clear" }
Phone      = { from = "profile.primaryPhone", steps = ["text.trim"] }
Badge      = "profile.badgeColour"
Manager    = "manager.profile.displayName"
"#;

/// A Jira in tune with Entra, and an org of the same people.
async fn settled(manager_id: ManagerId) -> (TestApp, Okta) {
    let app = TestApp::tidy(PEOPLE).await.unwrap();
    app.maps(OF_ENTRA).unwrap();
    let first = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(first.report.state, State::Applied);
    let okta = org(PEOPLE, |_, settings| settings.manager_id = manager_id).await;
    app.forget();
    (app, okta)
}

fn to_okta(app: &TestApp, okta: &Okta) {
    let text = connector(app, okta, SignIn::Token, ("", "", OF_OKTA));
    app.connector(&text).unwrap();
}

/// Account, field, before and after of each change.
fn told(changes: &[Change]) -> BTreeSet<(String, String, Option<String>, Option<String>)> {
    let parts = |change: &Change| {
        let (before, after) = (change.before.clone(), change.after.clone());
        (change.account.clone(), change.field.clone(), before, after)
    };
    changes.iter().map(parts).collect()
}

/// Somebody who has a value there and leads nobody whom the tests look at.
fn somebody(app: &TestApp, member: &str, place: usize) -> Who {
    let found = (place..PEOPLE).map(|n| app.who(n));
    let mut found = found.filter(|who| app.member(*who, member).is_some());
    found.next().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_people_from_another_provider_are_no_change_at_all() {
    for manager_id in [ManagerId::Id, ManagerId::Login] {
        let (app, okta) = settled(manager_id).await;
        to_okta(&app, &okta);
        let plan = app.plan(Mode::Complete).await.unwrap();
        assert_eq!(told(&plan.changes), BTreeSet::new());
        assert_eq!(plan.report.state, State::Nothing);
        assert_eq!(plan.held_by(), Vec::<&str>::new());
        assert_eq!(
            (plan.report.summary.people, plan.report.summary.matched),
            (PEOPLE as u64, PEOPLE as u64)
        );
        let ran = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(ran.report.state, State::Nothing);
        assert_eq!(app.world.jira.writes().len(), 0);
        // From here on it is a connector like any other: nobody is due, nothing is asked.
        app.forget();
        let again = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(again.report.summary.skipped, PEOPLE as u64);
        assert_eq!(app.world.jira.counts().requests, 0);
        assert_eq!(okta.complaints(), Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_after_the_switch_shows_just_the_differences() {
    let (app, okta) = settled(ManagerId::Login).await;
    let moved = somebody(&app, "department", 20);
    let promoted = somebody(&app, "jobTitle", 30);
    let without_office = somebody(&app, "officeLocation", 40);
    let led = (50..PEOPLE)
        .map(|n| app.who(n))
        .find(|who| app.property(*who, "Manager").is_some());
    let (led, head) = (led.unwrap(), app.who(0));
    okta.change(moved, |people| {
        people.set(moved, "department", "Okta's department");
    });
    okta.change(promoted, |people| {
        people.set(promoted, "jobTitle", "Okta's title");
    });
    okta.change(without_office, |people| {
        people.unset(without_office, "officeLocation");
    });
    okta.change(led, |people| {
        people.set_manager(led, attune_sim::people::Manager::Person(head));
    });
    let line = |who: Who, field: &str, after: Option<&str>| {
        let before = app.property(who, field);
        (
            app.account(who),
            field.to_owned(),
            before,
            after.map(str::to_owned),
        )
    };
    let name = app.member(head, "displayName").unwrap();
    let mut expected = BTreeSet::from([
        line(moved, "Department", Some("Okta's department")),
        line(promoted, "Title", Some("Okta's title")),
        line(without_office, "Office", None),
        line(led, "Manager", Some(&name)),
    ]);
    expected.retain(|(_, _, before, after)| before != after);
    assert_eq!(expected.len(), 4, "somebody was led by the head before");

    to_okta(&app, &okta);
    let plan = app.plan(Mode::Complete).await.unwrap();
    assert_eq!(told(&plan.changes), expected);
    assert_eq!(plan.report.state, State::Planned);
    assert_eq!(plan.held_by(), Vec::<&str>::new());
    let clears = plan.changes.iter().filter(|change| change.op == Op::Clear);
    assert_eq!(clears.count(), 1, "what Entra filled is ours to clear");
    assert_eq!(app.world.jira.writes().len(), 0);

    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (ran.report.state, ran.report.summary.written),
        (State::Applied, 4)
    );
    assert_eq!(
        app.property(moved, "Department").as_deref(),
        Some("Okta's department")
    );

    // And back: Entra still says what it said, and nothing of that is taken for unchanged.
    app.maps(OF_ENTRA).unwrap();
    let back = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (back.report.state, back.report.summary.written),
        (State::Applied, 4)
    );
    assert_eq!(
        app.property(moved, "Department"),
        app.member(moved, "department")
    );
    assert_eq!(okta.complaints(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_after_the_switch_is_matched_like_everybody_else() {
    let (app, okta) = settled(ManagerId::Id).await;
    let who = somebody(&app, "department", 20);
    okta.change(who, |people| people.set(who, "department", "Moved"));
    to_okta(&app, &okta);
    let login = app.member(who, "userPrincipalName").unwrap();
    let one = app.sync(Mode::User(login)).await.unwrap();
    assert_eq!(
        (one.report.summary.matched, one.report.summary.written),
        (1, 1)
    );
    assert_eq!(app.property(who, "Department").as_deref(), Some("Moved"));
    // Back to Entra before Okta was ever listed: Entra's word for this person is due again.
    app.maps(OF_ENTRA).unwrap();
    let back = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(back.report.summary.written, 1);
    assert_eq!(
        app.property(who, "Department"),
        app.member(who, "department")
    );
    assert_eq!(okta.complaints(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_org_of_far_fewer_people_is_held_like_a_directory_that_shrank() {
    let (app, okta) = settled(ManagerId::Id).await;
    for n in 60..PEOPLE {
        okta.deactivate(app.who(n));
    }
    to_okta(&app, &okta);
    let order = Order::sync(Mode::Complete);
    let ran = app.run(&order, &Watch::default()).await.unwrap().unwrap();
    assert_eq!(ran.report.state, State::Held);
    assert_eq!(ran.held_by(), ["source-shrinks"]);
    assert_eq!(app.world.jira.writes().len(), 0);
}
