//! Ten thousand values through the adapters: a thousand people with ten values each, all of whom
//! arrive, and every value as what it means.

use std::fmt::Write as _;
use std::sync::OnceLock;

use attune_core::project::{self, Projector};
use attune_core::selector::{Names, Wanted};
use attune_core::{Cell, Column, Outcome, Selector, json};
use attune_sim::people::hostile::{self, Meaning};
use attune_wasm::provider::{
    Action, Begin, Document, Event, Goal, LdapEntry, LdapPage, LdapValue, Provider, Reply, Request,
};
use attune_wasm::{Engine, Options, Plugin};

use super::component::{Question, converse};
use super::{SEED, VALUES};

const EACH: usize = 10;
const PAGE: usize = 100;

fn names() -> Vec<String> {
    (0..EACH).map(|n| format!("attribute{n}")).collect()
}

fn wanted() -> Wanted {
    let selectors = names().into_iter().map(|name| name.parse::<Selector>());
    Wanted::new(selectors.map(|selector| selector.unwrap()))
}

/// What a row that says nothing but `from` makes of a cell.
fn means(cell: Cell<'_>) -> Meaning {
    if json::is_missing(cell, false) {
        return Meaning::Nothing;
    }
    let outcome = match json::one(cell) {
        Ok(one) if cell.kind == attune_core::Kind::Json => Outcome::Set(one.text().unwrap().into()),
        Ok(_) => Outcome::of(cell),
        Err(problem) => Outcome::Failed(problem),
    };
    match outcome {
        Outcome::Set(text) => Meaning::Text(text),
        Outcome::Failed(problem) => match problem.code.as_str() {
            "bad-value" => Meaning::Refused("bad-value"),
            "too-long" => Meaning::Refused("too-long"),
            "many-values" => Meaning::Refused("many-values"),
            "not-text" => Meaning::Refused("not-text"),
            _ => panic!("{problem}"),
        },
        other => panic!("{other:?}"),
    }
}

/// A person of Graph with these values, written by hand as they stand.
fn user(key: usize, values: &[hostile::Value]) -> String {
    let mut user = format!("{{\"id\":\"{key}\"");
    for (name, value) in names().iter().zip(values) {
        write!(user, ",\"{name}\":{}", value.json).unwrap();
    }
    user.push('}');
    user
}

fn page(users: &[String], next: Option<usize>) -> Vec<u8> {
    let mut page = String::from("{");
    if let Some(next) = next {
        write!(
            page,
            "\"@odata.nextLink\":\"https://graph.microsoft.com/v1.0/users?p={next}\","
        )
        .unwrap();
    }
    write!(page, "\"value\":[{}]}}", users.join(",")).unwrap();
    page.into_bytes()
}

/// A listing of these users, in pages of a hundred.
fn listed(users: &[String]) -> super::component::Outcome {
    let mut pages = users.chunks(PAGE).enumerate();
    let last = users.len().div_ceil(PAGE) - 1;
    let attributes = names();
    let wanted: Vec<&str> = attributes.iter().map(String::as_str).collect();
    converse(Question::new(Goal::Everyone, &wanted), |_| {
        let (number, users) = pages.next().expect("no more pages");
        (200, page(users, (number < last).then_some(number + 1)))
    })
}

#[test]
fn entra_delivers_everybody_and_every_value_as_what_it_means() {
    let values = hostile::values(SEED, VALUES);
    let people: Vec<&[hostile::Value]> = values.chunks(EACH).collect();
    let users: Vec<String> = people
        .iter()
        .enumerate()
        .map(|(key, values)| user(key, values))
        .collect();
    let outcome = listed(&users);
    assert_eq!((outcome.code(), outcome.complete), ("", Some(1_000)));
    assert_eq!(outcome.people.len(), people.len());
    let mut projector = Projector::new(wanted(), Names::Exact);
    for ((person, document), (key, values)) in outcome.people.iter().zip(people.iter().enumerate())
    {
        assert_eq!(person.key, key.to_string());
        assert_eq!(*document, users[key], "to the letter");
        let mut row = Column::default();
        projector
            .project_json(document.as_bytes(), &mut row)
            .unwrap();
        for (cell, value) in row.iter().zip(*values) {
            assert_eq!(means(cell), value.means, "{:.200}", value.json);
        }
    }
}

/// What stands in a name, a mail address or a manager's place costs that and not the person; a
/// member whose name is no text costs nothing.
#[test]
fn entra_takes_hostile_values_in_the_members_that_it_reads_itself() {
    let strange = [
        r#""\ud800""#,
        "null",
        "12",
        "[]",
        r#"{"a":1}"#,
        r#""a\u0000b""#,
        "true",
    ];
    let users: Vec<String> = strange
        .iter()
        .enumerate()
        .map(|(key, json)| {
            format!(
                "{{\"\\ud800\":1,\"id\":\"{key}\",\"userPrincipalName\":{json},\"mail\":{json},\
                 \"attribute0\":\"well\"}}"
            )
        })
        .collect();
    let outcome = listed(&users);
    assert_eq!((outcome.code(), outcome.complete), ("", Some(7)));
    let mut projector = Projector::new(wanted(), Names::Exact);
    for (person, document) in &outcome.people {
        let mut row = Column::default();
        projector
            .project_json(document.as_bytes(), &mut row)
            .unwrap();
        assert_eq!(row.cell(0), Cell::text("well"), "{}", person.key);
    }
}

/// A hundred thousand members, and a value of a megabyte: the host refuses such a person by size,
/// and everybody else of the page was delivered.
#[test]
fn entra_delivers_the_neighbours_of_somebody_who_is_too_large() {
    let members: Vec<String> = (0..100_000).map(|n| format!("\"m{n}\":\"x\"")).collect();
    let users = [
        user(0, &hostile::values(SEED, EACH)),
        format!("{{\"id\":\"1\",{}}}", members.join(",")),
        format!(
            "{{\"id\":\"2\",\"attribute0\":\"{}\"}}",
            "x".repeat(1 << 20)
        ),
        user(3, &hostile::values(SEED, EACH)),
    ];
    let outcome = listed(&users);
    assert_eq!((outcome.code(), outcome.complete), ("", Some(4)));
    assert_eq!(outcome.keys(), ["0", "1", "2", "3"]);
}

fn ldap() -> &'static Plugin {
    static PLUGIN: OnceLock<Plugin> = OnceLock::new();
    PLUGIN.get_or_init(|| {
        let bundled = attune_bundled::find("ldap").expect("ldap is bundled");
        let engine = Engine::new(Options::default()).unwrap();
        engine.load(bundled.wasm).unwrap()
    })
}

/// A listing of these entries, in pages of a hundred: people with the index of their entry.
fn searched(entries: &[LdapEntry]) -> (Vec<(String, usize)>, u32) {
    let mut provider = Provider::open(ldap(), r#"{"base":"dc=example,dc=com"}"#).unwrap();
    let mut event = Event::Begin(Begin {
        goal: Goal::Everyone,
        wanted: names(),
        groups: Vec::new(),
        extra: Vec::new(),
    });
    let mut pages = entries.chunks(PAGE).enumerate().peekable();
    let (mut people, mut state, mut first) = (Vec::new(), Vec::new(), 0);
    loop {
        let turn = provider.advance(&state, 0.0, &event).unwrap();
        state = turn.state;
        let mut asked = None;
        let mut is_of_checkpoint = false;
        for action in turn.actions {
            match action {
                Action::Send(Request::Ldap(search)) => {
                    // Before a listing the adapter asks where changes begin.
                    is_of_checkpoint = search.attributes == ["modifyTimestamp"];
                    asked = Some(search.id);
                }
                Action::Deliver(delivered) => people.extend(delivered.into_iter().map(|person| {
                    let Document::Entry(index) = person.document else {
                        panic!("{:?}", person.document);
                    };
                    (person.key, first + index as usize)
                })),
                Action::Complete(count) => return (people, count),
                Action::Checkpoint(_) => {}
                other => panic!("{other:?}"),
            }
        }
        if is_of_checkpoint {
            event = Event::Replied(Reply::Ldap(LdapPage {
                id: asked.expect("a search"),
                code: 0,
                diagnostic: String::new(),
                entries: Vec::new(),
                cookie: Vec::new(),
            }));
            continue;
        }
        let (number, entries) = pages.next().expect("no more pages");
        first = number * PAGE;
        let is_last = pages.peek().is_none();
        event = Event::Replied(Reply::Ldap(LdapPage {
            id: asked.expect("a search"),
            code: 0,
            diagnostic: String::new(),
            entries: entries.to_vec(),
            cookie: if is_last {
                Vec::new()
            } else {
                b"more".to_vec()
            },
        }));
    }
}

#[test]
fn ldap_delivers_everybody_and_every_value_as_what_it_means() {
    let octets = hostile::octets(SEED, VALUES);
    let people: Vec<&[hostile::Octets]> = octets.chunks(EACH).collect();
    let attribute = |name: &str, value: &[u8]| LdapValue {
        name: name.to_owned(),
        values: vec![value.to_vec()],
    };
    let entry = |(key, values): (usize, &&[hostile::Octets])| {
        let mut attributes = vec![attribute("entryUUID", key.to_string().as_bytes())];
        // Names are read by the adapter itself, whatever they hold.
        attributes.push(attribute("uid", &values[0].bytes));
        attributes.push(attribute("mail", &values[1].bytes));
        let named = names();
        let pairs = named.iter().zip(*values);
        attributes.extend(pairs.map(|(name, value)| attribute(name, &value.bytes)));
        LdapEntry {
            dn: format!("uid={key},ou=people,dc=example,dc=com"),
            attributes,
        }
    };
    let entries: Vec<LdapEntry> = people.iter().enumerate().map(entry).collect();
    let (delivered, complete) = searched(&entries);
    assert_eq!((delivered.len(), complete), (people.len(), 1_000));
    let mut projector = Projector::new(wanted(), Names::IgnoreCase);
    for (key, index) in delivered {
        assert_eq!(key, index.to_string());
        let attributes: Vec<project::Attribute> = entries[index]
            .attributes
            .iter()
            .map(|value| (value.name.clone(), value.values.clone()))
            .collect();
        let mut row = Column::default();
        projector
            .project_entry(&attributes, &project::is_binary_by_name, &mut row)
            .unwrap();
        for (cell, value) in row.iter().zip(people[index]) {
            let text = String::from_utf8_lossy(&value.bytes);
            assert_eq!(means(cell), value.means, "{text:.200}");
        }
    }
}
