//! Hostile values in words: JSON stays whole and says what they are, tables and logs show them and
//! obey none of them.

use std::collections::BTreeMap;

use attune_core::plain::is_deceptive;
use attune_sim::faults::Fault;
use attune_sim::people::hostile::{self, Meaning, Value};
use serde_json::Value as Json;

use super::terminal::{Terminal, told};

const FIELDS: [(&str, &str); 2] = [("Department", "department"), ("City", "city")];

/// The list, so that everybody gets two.
fn pairs() -> Vec<Value> {
    let mut values = hostile::list();
    values.truncate(values.len() / 2 * 2);
    values
}

/// Everybody has two values of the list.
async fn full_of(values: &[Value]) -> Terminal {
    let terminal = Terminal::start(values.len().div_ceil(2)).await;
    for (place, pair) in values.chunks(2).enumerate() {
        let who = terminal.who(place);
        terminal.world.graph.people(|people| {
            for ((_, member), value) in FIELDS.iter().zip(pair) {
                people.set_raw(who, member, &value.json);
            }
        });
    }
    terminal.connector(
        "[guard]\nfailed-values = \"off\"",
        "Department = \"department\"\nCity = \"city\"\n",
    );
    terminal
}

/// What an entity property takes of the values, by person's place and field.
fn expected(values: &[Value]) -> BTreeMap<(usize, &'static str), &str> {
    let mut texts = BTreeMap::new();
    for (place, pair) in values.chunks(2).enumerate() {
        for ((field, _), value) in FIELDS.iter().zip(pair) {
            if let Meaning::Text(text) = &value.means
                && Json::from(text.as_str()).to_string().len() <= 32_768
            {
                texts.insert((place, *field), text.as_str());
            }
        }
    }
    texts
}

/// Changes as JSON, by person's place and field.
fn changes(terminal: &Terminal, report: &Json, people: usize) -> BTreeMap<(usize, String), String> {
    let keys: BTreeMap<String, usize> = (0..people)
        .map(|place| {
            let who = terminal.who(place);
            (terminal.world.graph.people(|people| people.id(who)), place)
        })
        .collect();
    let changes = report["changes"].as_array().unwrap().iter();
    changes
        .map(|change| {
            let text = |name: &str| change[name].as_str().unwrap().to_owned();
            ((keys[&text("person")], text("field")), text("after"))
        })
        .collect()
}

fn check_harmless(what: &str, words: &str) {
    for line in words.lines() {
        assert!(!line.chars().any(is_deceptive), "{what}: {line:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_says_what_the_values_are_and_tables_show_them() {
    let values = pairs();
    let terminal = full_of(&values).await;
    let people = values.len().div_ceil(2);
    let expected = expected(&values);
    let says = |report: &Json| {
        let told = changes(&terminal, report, people);
        assert_eq!(told.len(), expected.len());
        for ((place, field), text) in &expected {
            let key = (*place, (*field).to_owned());
            assert_eq!(told.get(&key).map(String::as_str), Some(*text));
        }
    };
    let plan = terminal.run(&["plan", "demo", "--json"]).await;
    assert_eq!(plan.exit, 0, "{}", plan.err);
    check_harmless("plan --json", &plan.out);
    says(&plan.json());
    let planned = terminal.run(&["plan", "demo", "--out", "plan.json"]).await;
    check_harmless("plan", &format!("{}{}", planned.out, planned.err));
    let file = std::fs::read(terminal.path("plan.json")).unwrap();
    says(&serde_json::from_slice(&file).unwrap());

    let synced = terminal.run(&["sync", "demo", "--json"]).await;
    check_harmless("sync --json", &synced.out);
    says(&synced.json());
    let run = synced.json()["run"].as_str().unwrap().to_owned();
    for args in [
        &["run", "show", &run][..],
        &["runs"],
        &["plan", "demo", "--full"],
    ] {
        let told = terminal.run(args).await;
        assert_eq!(told.exit, 0, "{args:?}: {}", told.err);
        check_harmless(&format!("{args:?}"), &format!("{}{}", told.out, told.err));
    }
    for place in [0, 1, 2, people - 1] {
        let user = terminal.member(terminal.who(place), "userPrincipalName");
        let user = user.unwrap();
        let told = terminal.run(&["explain", "demo", &user]).await;
        check_harmless("explain", &told.out);
        let told = terminal.run(&["explain", "demo", &user, "--json"]).await;
        let field = &told.json()["targets"][0]["fields"][0];
        let value = field["ledger"]["value"].as_str();
        assert_eq!(value, expected.get(&(place, "Department")).copied());
    }
}

/// One event is one line, by whatever it was set off.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_has_one_record_a_line_and_nothing_in_it_moves_a_cursor() {
    let values = pairs();
    for format in ["human", "json"] {
        let terminal = full_of(&values).await;
        // So that there is something to be warned of.
        terminal
            .world
            .jira
            .inject(Fault::reject(400).on("PUT", "/properties/").times(5));
        let mut command = terminal.command(&["sync", "demo", "--json"]);
        command
            .env("ATTUNE_LOG__LEVEL", "trace")
            .env("ATTUNE_LOG__FORMAT", format);
        let told = told(command).await;
        assert_eq!(told.exit, 0, "{}", told.err.lines().last().unwrap());
        check_harmless(format, &told.err);
        assert!(told.err.lines().count() > 100);
        assert!(told.err.contains("the target refused a write"));
        for line in told.err.lines() {
            let is_record = match format {
                "json" => {
                    serde_json::from_str::<Json>(line).is_ok_and(|line| line["level"].is_string())
                }
                _ => line.starts_with("20"),
            };
            assert!(is_record, "{line}");
        }
    }
}
