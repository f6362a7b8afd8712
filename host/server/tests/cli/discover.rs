//! `source discover`: what people have, as a table and as JSON, from files without any row.

use attune_core::plain::is_deceptive;
use serde_json::Value;

use super::terminal::Terminal;

const TOP: [&str; 8] = [
    "attributes",
    "connector",
    "id",
    "is-whole",
    "people",
    "provider",
    "relations",
    "unreadable",
];
const MEMBERS: [&str; 6] = ["filled", "kinds", "percent", "samples", "selector", "title"];

/// A connector file with a source and nothing else.
fn source_alone(terminal: &Terminal) {
    let access = terminal.world.access();
    terminal.write_connector(&access.source("id = \"alone\"", ""));
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    keys
}

fn of<'a>(found: &'a Value, selector: &str) -> &'a Value {
    let mut all = found["attributes"].as_array().unwrap().iter();
    all.find(|one| one["selector"] == selector)
        .unwrap_or_else(|| panic!("{selector}: {found:#}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attributes_are_discovered_without_any_row() {
    let terminal = Terminal::start(30).await;
    source_alone(&terminal);
    let told = terminal
        .run(&["source", "discover", "demo", "--people", "20", "--json"])
        .await;
    assert_eq!(told.exit, 0, "{told:?}");
    let found = told.json();
    assert_eq!(keys(&found), TOP);
    assert_eq!(
        (&found["people"], &found["unreadable"]),
        (&20.into(), &0.into())
    );
    assert_eq!(
        (&found["id"], &found["provider"]),
        (&"alone".into(), &"entra".into())
    );
    for one in found["attributes"].as_array().unwrap() {
        assert_eq!(keys(one), MEMBERS);
    }
    let name = of(&found, "userPrincipalName");
    assert_eq!(
        (&name["percent"], &name["filled"]),
        (&100.into(), &20.into())
    );
    assert_eq!(name["title"], "User principal name");
    assert_eq!(name["kinds"], serde_json::json!(["text"]));
    assert_eq!(name["samples"].as_array().unwrap().len(), 3);
    let departments: Vec<Option<String>> = (0..20)
        .map(|place| terminal.member(terminal.who(place), "department"))
        .collect();
    let filled = departments.iter().flatten().count();
    assert_eq!(of(&found, "department")["filled"], filled);
    assert_eq!(
        of(&found, "businessPhones")["kinds"],
        serde_json::json!(["list"])
    );
    assert_eq!(
        of(&found, "businessPhones[0]")["kinds"],
        serde_json::json!(["text"])
    );
    assert_eq!(
        of(&found, "accountEnabled")["kinds"],
        serde_json::json!(["boolean"])
    );
    let manager = &found["relations"][0];
    assert_eq!(manager["role"], "manager");
    assert!(manager["filled"].as_u64().unwrap() > 10, "{manager}");
    assert_eq!(
        manager["selectors"],
        serde_json::json!(["manager.displayName", "manager.account.username"])
    );
    assert_eq!(terminal.world.jira.counts().requests, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_samples_the_attributes_are_the_same_and_nobody_is_in_them() {
    let terminal = Terminal::start(10).await;
    source_alone(&terminal);
    let full = terminal
        .run(&["source", "discover", "demo", "--json"])
        .await;
    let bare = terminal
        .run(&["source", "discover", "demo", "--no-samples", "--json"])
        .await;
    assert_eq!((full.exit, bare.exit), (0, 0), "{bare:?}");
    let selectors = |found: &Value| -> Vec<Value> {
        let all = found["attributes"].as_array().unwrap().iter();
        all.map(|one| one["selector"].clone()).collect()
    };
    assert_eq!(selectors(&bare.json()), selectors(&full.json()));
    assert_eq!(keys(&bare.json()), TOP);
    for place in 0..3 {
        let upn = terminal.member(terminal.who(place), "userPrincipalName");
        let upn = upn.unwrap();
        assert!(full.out.contains(&upn), "{}", full.out);
        assert!(!bare.out.contains(&upn), "{}", bare.out);
    }
}

/// What is offered as a selector is taken as a row.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_selector_can_be_mapped() {
    let terminal = Terminal::start(12).await;
    source_alone(&terminal);
    let found = terminal
        .run(&["source", "discover", "demo", "--json"])
        .await
        .json();
    let of_relations = found["relations"][0]["selectors"].as_array().unwrap();
    let attributes = found["attributes"].as_array().unwrap().iter();
    let all = attributes.map(|one| &one["selector"]).chain(of_relations);
    let rows: Vec<String> = all
        .enumerate()
        .map(|(number, selector)| format!("F{number} = {selector}"))
        .collect();
    assert!(rows.len() > 40, "{rows:?}");
    terminal.connector("", &rows.join("\n"));
    let valid = terminal.run(&["connector", "validate", "demo"]).await;
    assert_eq!(valid.exit, 0, "{valid:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_is_for_people_and_hostile_values_move_nothing() {
    let terminal = Terminal::start(6).await;
    let who = terminal.who(1);
    terminal.world.graph.people(|people| {
        people.set_raw(who, "city", "\"\\u001b[2J\\u202e red\\nline\"");
        people.set_raw(who, "department", &format!("\"{}\"", "long ".repeat(1000)));
    });
    let told = terminal.run(&["source", "discover", "demo"]).await;
    assert_eq!(told.exit, 0, "{told:?}");
    for word in [
        "selector",
        "filled",
        "department",
        "manager.displayName",
        "100 %",
    ] {
        assert!(told.out.contains(word), "{word}: {}", told.out);
    }
    for line in told.out.lines() {
        assert!(!line.chars().any(is_deceptive), "{line:?}");
        assert!(line.chars().count() < 300, "{line}");
    }
    assert!(told.out.contains("\\u{1b}[2J"), "{}", told.out);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_cannot_be_asked_says_why() {
    let terminal = Terminal::start(3).await;
    source_alone(&terminal);
    let json = |name: &'static str| ["source", "discover", name, "--json"];
    let unknown = terminal.run(&json("unheard-of")).await;
    assert_eq!((unknown.exit, unknown.code().as_str()), (2, "config"));
    std::fs::write(terminal.path("entra-secret"), "wrong").unwrap();
    let wrong = terminal.run(&json("demo")).await;
    assert_eq!((wrong.exit, wrong.code().as_str()), (4, "sign-in"));
    let access = terminal.world.access();
    let text = access.source("", "").replace("provider", "supplier");
    terminal.write_connector(&text);
    let broken = terminal.run(&json("demo")).await;
    assert_eq!((broken.exit, broken.code().as_str()), (2, "config"));
    assert!(broken.out.contains("supplier"), "{}", broken.out);
    assert!(!broken.out.contains("[target"), "only the source counts");
    let none = terminal
        .run(&["source", "discover", "demo", "--people", "0"])
        .await;
    assert_eq!(none.exit, 2);
}
