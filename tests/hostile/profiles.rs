//! A whole sync of a hostile directory into Confluence's profiles: the form is sent back whole, so a
//! value that breaks it would reach other fields, "About me" among them.

use std::collections::BTreeMap;

use attune_core::plan::State;
use attune_server::sync::Mode;
use attune_sim::confluence::{Field, Options};
use attune_sim::demo::{self, Demo};
use attune_sim::people::hostile::{self, Meaning, Value};
use attune_sim::people::{People, Who};
use attune_sim::{graph, jira};
use attune_tests::TestApp;

use super::{SEED, VALUES};

const ABOUT: &str = "  I am <me> & \"nobody\" else.\r\n\r\nLine 3\r\n";
/// A field, what the form calls it, and the member that it comes from.
const FIELDS: [(&str, Field, &str); 6] = [
    ("phone", Field::Phone, "department"),
    ("im", Field::Im, "jobTitle"),
    ("website", Field::Website, "city"),
    ("position", Field::Position, "companyName"),
    ("department", Field::Department, "officeLocation"),
    ("location", Field::Location, "streetAddress"),
];

/// What a field holds in the end, or the code that says why not.
fn keeps(value: &Value) -> Result<Option<&str>, &'static str> {
    match &value.means {
        Meaning::Nothing => Ok(None),
        Meaning::Refused(code) => Err(code),
        Meaning::Text(text) if text.trim().is_empty() => Ok(None),
        Meaning::Text(text) if text.encode_utf16().count() > 255 => Err("too-long"),
        Meaning::Text(text) => Ok(Some(text.trim())),
    }
}

async fn world(people: usize) -> TestApp {
    let people = People::generate(demo::SEED, people);
    let mut profiles = demo::profile_for_each(&people);
    let keys: Vec<String> = profiles.iter().map(|account| account.key.clone()).collect();
    for key in &keys {
        profiles.edit(key, |account| {
            account.set(Field::PersonalInformation, ABOUT);
        });
    }
    let directory = graph::Options::of(people);
    let site = jira::Options::of(jira::Accounts::new());
    let world = Demo::of_three(directory, site, Options::of(profiles));
    TestApp::beside(world.await.unwrap()).await.unwrap()
}

fn held(app: &TestApp, who: Who, field: Field) -> Option<String> {
    let name = app
        .world
        .graph
        .people(|people| people.user_principal_name(who));
    app.world.wiki.accounts(|all| {
        let account = all.by_name(&name).unwrap();
        account.get(field).map(str::to_owned)
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_values_end_in_profiles_as_given_or_as_problems() {
    let values = hostile::values(SEED, VALUES);
    let rows: Vec<&[Value]> = values.chunks(FIELDS.len()).collect();
    let app = world(rows.len()).await;
    for (place, row) in rows.iter().enumerate() {
        let who = app.who(place);
        app.world.graph.people(|people| {
            for ((.., member), value) in FIELDS.iter().zip(*row) {
                people.set_raw(who, member, &value.json);
            }
            for (.., member) in FIELDS.iter().skip(row.len()) {
                people.unset(who, member);
            }
        });
    }
    let map: String = FIELDS
        .map(|(name, _, member)| format!("{name} = \"{member}\"\n"))
        .concat();
    let access = app.world.access();
    let source = app.source_text("demo", "[guard]\nfailed-values = \"off\"");
    let target = access.wiki_target("wiki");
    app.connector(&format!("{source}{target}\n[target.wiki.map]\n{map}"))
        .unwrap();
    let ran = app.sync(Mode::Complete).await.unwrap();

    let mut wrong = Vec::new();
    let mut codes: BTreeMap<(String, &str), &str> = BTreeMap::new();
    let mut due = 0;
    for (place, row) in rows.iter().enumerate() {
        let who = app.who(place);
        for ((name, field, _), value) in FIELDS.iter().zip(*row) {
            let keeps = keeps(value);
            let held = held(&app, who, *field);
            if held.as_deref().map(str::trim) != keeps.ok().flatten() {
                wrong.push(format!("{:.300} is {held:.300?}", value.json));
            }
            match keeps {
                Err(code) => drop(codes.insert((app.key(who), name), code)),
                Ok(held) => due += usize::from(held.is_some()),
            }
        }
        let about = held(&app, who, Field::PersonalInformation);
        assert_eq!(about.as_deref(), Some(ABOUT));
    }
    assert_eq!(wrong.len(), 0, "{:#?}", wrong.get(..20).unwrap_or(&wrong));
    assert_eq!(ran.report.state, State::Applied);
    assert_eq!(ran.report.summary.failed as usize, codes.len());
    assert_eq!(ran.report.summary.written as usize, due);
    for problem in &ran.report.problems {
        let known = (problem.person.clone(), problem.field.as_str());
        let code = codes.get(&known).copied();
        assert_eq!(code, Some(problem.code.as_str()), "{problem:?}");
    }
    // One change of each field, and no other field of anybody.
    let writes = app.world.wiki.writes();
    let is_profile = |field: Field| FIELDS.iter().any(|(_, known, _)| *known == field);
    assert!(writes.iter().all(|write| is_profile(write.field)));
    assert_eq!(writes.len(), due);

    // What is as it should be is left alone.
    app.world.wiki.reset_writes();
    let again = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(app.world.wiki.writes(), []);
    assert_eq!(again.report.summary.failed, ran.report.summary.failed);
}
