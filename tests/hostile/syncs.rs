//! Whole syncs of a hostile directory into a site, by both routes: every value ends as it was given
//! (as the field keeps it) or as a problem with a name, and nothing else of the site changes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use attune_core::plan::State;
use attune_server::sync::Mode;
use attune_sim::jira::{Account, Field};
use attune_sim::people::hostile::{self, Meaning, Value};
use attune_sim::people::{Manager, Who};
use attune_tests::{PLAIN, PLAIN_FIELDS, TestApp};

use super::{SEED, VALUES};

/// Members of a document that nothing else depends on.
pub(crate) const MEMBERS: [&str; 10] = [
    "department",
    "jobTitle",
    "city",
    "companyName",
    "country",
    "employeeType",
    "officeLocation",
    "postalCode",
    "state",
    "streetAddress",
];

/// How User Properties are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    Form,
    Property,
}

impl Route {
    fn word(self) -> &'static str {
        match self {
            Self::Form => "admin-form",
            Self::Property => "entity-property",
        }
    }

    /// What a field holds in the end, or the code that says why not.
    fn keeps(self, value: &Value) -> Result<Option<&str>, &'static str> {
        let text = match &value.means {
            Meaning::Nothing => return Ok(None),
            Meaning::Refused(code) => return Err(code),
            Meaning::Text(text) => text.as_str(),
        };
        let units = text.encode_utf16().count();
        let json = serde_json::to_string(text).unwrap();
        match self {
            Self::Form if text.trim().is_empty() => Ok(None),
            Self::Form if units > 250 => Err("too-long"),
            Self::Form => Ok(Some(text.trim())),
            Self::Property if json.len() > 32_768 => Err("too-long"),
            Self::Property => Ok(Some(text)),
        }
    }

    fn held(self, app: &TestApp, who: Who, field: &str) -> Option<String> {
        match self {
            // The page shows no space around a value, whether the site keeps it or not.
            Self::Form => {
                let held = app.world.jira.user_property(&app.account(who), field);
                held.map(|text| text.trim().to_owned())
            }
            Self::Property => app.property(who, field),
        }
    }
}

/// A field of each member; the guard that counts failed values is off, because a tenth fails.
pub(crate) fn connect(app: &TestApp, route: Route) {
    let map: Vec<String> = MEMBERS
        .iter()
        .map(|member| format!("\"{member}\" = \"{member}\""))
        .collect();
    let text = app.connector_text("[guard]\nfailed-values = \"off\"", &map.join("\n"));
    let route = format!("\"{}\"", route.word());
    app.connector(&text.replace("\"entity-property\"", &route))
        .unwrap();
}

/// Gives everybody ten of the values.
pub(crate) fn fill(app: &TestApp, values: &[Value]) {
    let people = values.chunks(MEMBERS.len()).enumerate();
    for (place, values) in people {
        let who = app.who(place);
        app.world.graph.people(|people| {
            for (member, value) in MEMBERS.iter().zip(values) {
                people.set_raw(who, member, &value.json);
            }
        });
    }
}

async fn every_value_ends_as_text_or_problem(route: Route, values: Vec<Value>) {
    let begun = Instant::now();
    let app = TestApp::tidy(values.len() / MEMBERS.len()).await.unwrap();
    fill(&app, &values);
    connect(&app, route);
    // Something of another hand, to stay as it is.
    for (place, _) in values.chunks(MEMBERS.len()).enumerate() {
        app.type_in(app.who(place), "Team Mascot", "Otter");
    }
    let ran = app.sync(Mode::Complete).await.unwrap();

    let mut wrong = Vec::new();
    let mut codes = BTreeMap::new();
    let mut due = BTreeSet::new();
    for (place, values) in values.chunks(MEMBERS.len()).enumerate() {
        let who = app.who(place);
        let key = app.key(who);
        assert_eq!(app.property(who, "Team Mascot").as_deref(), Some("Otter"));
        for (member, value) in MEMBERS.iter().zip(values) {
            let keeps = route.keeps(value);
            let held = route.held(&app, who, member);
            if held.as_deref() != keeps.ok().flatten() {
                wrong.push(format!("{:.300} is {held:.300?}", value.json));
            }
            match keeps {
                Err(code) => drop(codes.insert((key.clone(), *member), code)),
                Ok(Some(_)) => drop(due.insert((app.account(who), (*member).to_owned()))),
                Ok(None) => {}
            }
        }
    }
    assert_eq!(wrong.len(), 0, "{:#?}", wrong.get(..20).unwrap_or(&wrong));
    let summary = &ran.report.summary;
    assert_eq!(ran.report.state, State::Applied);
    assert_eq!(summary.people as usize, values.len() / MEMBERS.len());
    assert_eq!(summary.failed as usize, codes.len());
    assert_eq!(summary.written as usize, due.len());
    for problem in &ran.report.problems {
        let known = (problem.person.clone(), problem.field.as_str());
        let code = codes.get(&known).copied();
        assert_eq!(code, Some(problem.code.as_str()), "{problem:?}");
        assert!(!problem.message.contains(char::is_control), "{problem:?}");
    }
    // One write for each value, and no other property of anybody.
    let writes = app.world.jira.writes();
    let written: BTreeSet<(String, String)> = writes
        .iter()
        .map(|write| match &write.field {
            Field::Property(name) | Field::UserProperty(name) => {
                (write.account.clone(), name.clone())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!((writes.len(), written), (due.len(), due));

    // What is as it should be is left alone.
    app.world.jira.reset_writes();
    let again = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(app.world.jira.writes(), []);
    assert_eq!(again.report.summary.failed, ran.report.summary.failed);
    assert!(
        begun.elapsed() < Duration::from_mins(5),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_values_end_in_entity_properties_as_given_or_as_problems() {
    let values = hostile::values(SEED, VALUES);
    every_value_ends_as_text_or_problem(Route::Property, values).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_values_end_in_user_properties_as_given_or_as_problems() {
    // A page has no carriage return: HTML reads it as a line feed, and it is the same value.
    let values = hostile::values(SEED, VALUES);
    every_value_ends_as_text_or_problem(Route::Form, values).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_of_a_megabyte_costs_themselves_and_nobody_else() {
    let app = TestApp::tidy(12).await.unwrap();
    app.maps(PLAIN).unwrap();
    let who = app.who(4);
    let huge = format!("\"{}\"", "x".repeat(1 << 20));
    app.world
        .graph
        .people(|people| people.set_raw(who, "department", &huge));
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (ran.report.state, ran.codes()),
        (State::Applied, vec!["bad-answer"])
    );
    assert_eq!(ran.report.problems[0].person, app.key(who));
    let wrong = app.out_of_tune(PLAIN_FIELDS);
    assert!(
        wrong
            .iter()
            .all(|line| line.starts_with(&format!("{who:?} "))),
        "{wrong:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_is_larger_than_any_fails_the_run_by_name_and_clears_nothing() {
    let app = TestApp::tidy(12).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    app.forget();
    let who = app.who(4);
    let huge = format!("\"{}\"", "x".repeat(64 << 20));
    app.world
        .graph
        .people(|people| people.set_raw(who, "department", &huge));
    let failure = app.refused(Mode::Complete).await.unwrap();
    assert_eq!(failure.code, "bad-answer", "{failure:?}");
    let limit = "larger than 16777216 bytes";
    assert!(failure.message.contains(limit), "{failure:?}");
    assert!(app.world.jira.writes().is_empty());
    app.set(who, "department", "Sales");
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
}

/// A thousand who lead each other in one circle, two who lead each other, one who leads themselves,
/// one whose leader is nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn managers_who_lead_in_circles_are_followed_as_far_as_asked() {
    const CIRCLE: usize = 1_000;
    let app = TestApp::tidy(CIRCLE + 4).await.unwrap();
    let at = |place: usize| match place {
        _ if place < CIRCLE => Manager::Person(app.who((place + 1) % CIRCLE)),
        1_000 => Manager::Person(app.who(1_001)),
        1_001 => Manager::Person(app.who(1_000)),
        1_002 => Manager::Person(app.who(1_002)),
        _ => Manager::Dangling,
    };
    let leaders: Vec<Manager> = (0..CIRCLE + 4).map(at).collect();
    for (place, leader) in leaders.iter().enumerate() {
        let who = app.who(place);
        app.world
            .graph
            .people(|people| people.set_manager(who, *leader));
    }
    app.maps(
        "Boss = \"manager.displayName\"\n\
         Far = \"manager.manager.manager.manager.manager.displayName\"",
    )
    .unwrap();
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!((ran.report.state, ran.codes().len()), (State::Applied, 0));
    for place in 0..CIRCLE + 4 {
        let mut leader = Some(place);
        for (step, field) in ["Boss", "", "", "", "Far"].into_iter().enumerate() {
            leader = leader.and_then(|place| match leaders[place] {
                Manager::Person(who) => Some(who.position()),
                Manager::Dangling | Manager::Nobody => None,
            });
            let name = leader.and_then(|leader| app.member(app.who(leader), "displayName"));
            if !field.is_empty() {
                assert_eq!(app.property(app.who(place), field), name, "{place}, {step}");
            }
        }
    }
}

/// User names that mean something in a URL, in a form or in HTML.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn user_names_that_mean_something_elsewhere_are_names_here() {
    const NAMES: [&str; 8] = [
        "a/b?c#d%e&f=g+h;i@contoso.example",
        "..%2f..%2fadmin@contoso.example",
        "../../admin@contoso.example",
        "%00%0d%0a@contoso.example",
        "o'brien\"<b>@contoso.example",
        "two words@contoso.example",
        "\u{7528}\u{6237}\u{1f600}@contoso.example",
        "x)(uid=*)@contoso.example",
    ];
    for route in [Route::Property, Route::Form] {
        let app = TestApp::arranged(12, |directory, site| {
            let people = &mut directory.people;
            let all: Vec<Who> = people.iter().collect();
            for (name, who) in NAMES.iter().zip(all) {
                people.set(who, "userPrincipalName", *name);
                site.accounts.add(Account::named(name, "", "Somebody"));
            }
        })
        .await
        .unwrap();
        let text = app.connector_text("", "City = \"city\"\nTitle = \"jobTitle\"");
        let word = format!("\"{}\"", route.word());
        app.connector(&text.replace("\"entity-property\"", &word))
            .unwrap();
        let ran = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(ran.codes(), Vec::<&str>::new());
        assert_eq!(ran.report.summary.matched, 12);
        for place in 0..12 {
            let who = app.who(place);
            for (field, member) in [("City", "city"), ("Title", "jobTitle")] {
                let held = route.held(&app, who, field);
                assert_eq!(held, app.member(who, member), "{place} {field}");
            }
        }
    }
}
