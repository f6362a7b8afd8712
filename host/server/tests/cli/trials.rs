//! `mapping test`: trials that leave no trace.

use serde_json::{Value, json};

use super::terminal::{Refusal, Terminal};

/// The only field of the only target.
fn trace(told: &Value) -> &Value {
    assert_eq!(
        told["targets"].as_array().map(Vec::len),
        Some(1),
        "{told:#}"
    );
    assert_eq!(
        told["targets"][0]["fields"].as_array().map(Vec::len),
        Some(1),
        "{told:#}"
    );
    &told["targets"][0]["fields"][0]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_is_tried_on_a_person_step_by_step_and_nothing_is_kept() {
    let terminal = Terminal::start(12).await;
    terminal.maps("Department = { from = \"department\", steps = [\"text.upper\", { use = \"text.left\", length = 2 }] }\nCity = \"city\"\n");
    let who = terminal.who(2);
    let (user, department) = (
        terminal.member(who, "userPrincipalName").unwrap(),
        terminal.member(who, "department").unwrap(),
    );
    let told = terminal
        .run(&[
            "mapping",
            "test",
            "demo",
            "Department",
            "--user",
            &user,
            "--json",
        ])
        .await;
    assert_eq!(told.exit, 0, "{told:?}");
    let json = told.json();
    let field = trace(&json);
    let upper = department.to_uppercase();
    let left: String = upper.chars().take(2).collect();
    assert_eq!(field["steps"][0]["input"]["text"], department);
    assert_eq!(field["steps"][0]["output"]["text"], upper);
    assert_eq!(field["steps"][1]["output"]["text"], left);
    assert_eq!(field["outcome"]["text"], left);
    assert_eq!(
        json["person"],
        terminal
            .run(&["explain", "demo", &user, "--json"])
            .await
            .json()["person"]
    );
    let words = terminal
        .run(&["mapping", "test", "demo", "Department", "--user", &user])
        .await;
    assert!(
        words.out.contains("text.upper") && words.out.contains("jira.Department"),
        "{words:?}"
    );
    assert_eq!(terminal.world.jira.counts().requests, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_is_not_in_the_file_is_tried_and_later_runs_are_as_ever() {
    let terminal = Terminal::start(12).await;
    assert_eq!(terminal.run(&["sync", "demo"]).await.exit, 0);
    let before = terminal.file();
    let who = terminal.who(3);
    let user = terminal.member(who, "userPrincipalName").unwrap();
    let job = terminal.member(who, "jobTitle");
    for row in [
        "{ from = \"jobTitle\", steps = [\"text.lower\"] }",
        "{ first = [\"manager.displayName\", \"manager.account.username\"] }",
        "\"manager.manager.mail\"",
    ] {
        let told = terminal
            .run(&[
                "mapping", "test", "demo", "Work", "--user", &user, "--row", row, "--json",
            ])
            .await;
        assert_eq!(told.exit, 0, "{told:?}");
        let json = told.json();
        let field = trace(&json);
        if row.contains("jobTitle") {
            let expected = job.as_ref().map(|job| json!(job.to_lowercase()));
            assert_eq!(field["outcome"].get("text"), expected.as_ref(), "{field:#}");
        }
        assert_ne!(field["outcome"]["kind"], "failed", "{field:#}");
    }
    assert_eq!(terminal.file(), before);
    terminal.world.jira.reset_log();
    // The trials read other attributes: a run over what changed finds everybody as it left them.
    let synced = terminal
        .run(&["sync", "demo", "--changes", "--json"])
        .await
        .json();
    assert_eq!(synced["summary"]["changes"], 0, "{synced:#}");
    assert_eq!(synced["problems"], json!([]), "{synced:#}");
    assert_eq!(terminal.world.jira.counts().requests, 0);
    let ledger = terminal
        .run(&["explain", "demo", &user, "City", "--json"])
        .await
        .json();
    assert_eq!(
        ledger["targets"][0]["fields"].as_array().map(Vec::len),
        Some(1)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_of_ones_own_is_tried_without_asking_anybody() {
    let terminal = Terminal::start(3).await;
    let row = "{ use = \"template.render\", text = \"{manager.displayName?} {department}\" }";
    let input = json!({ "department": "Sales", "manager": { "displayName": "Ada" } }).to_string();
    let args = [
        "mapping", "test", "demo", "Team", "--row", row, "--input", &input, "--json",
    ];
    let told = terminal.run(&args).await;
    assert_eq!(told.exit, 0, "{told:?}");
    let told = told.json();
    assert_eq!(
        (&told["person"], &trace(&told)["outcome"]["text"]),
        (&Value::Null, &json!("Ada Sales"))
    );
    let told = terminal
        .run(&["mapping", "test", "demo", "City", "--input", "{}", "--json"])
        .await
        .json();
    assert_eq!(trace(&told)["outcome"]["kind"], "keep");
    let row = "\"manager.account.username\"";
    let input = json!({ "manager": { "account": { "username": "ada" } } }).to_string();
    let args = [
        "mapping", "test", "demo", "Boss", "--row", row, "--input", &input, "--json",
    ];
    let told = terminal.run(&args).await.json();
    assert_eq!(trace(&told)["outcome"]["text"], "ada");
    assert_eq!(terminal.world.graph.counts().requests, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_of_a_document_stand_in_place_of_the_persons() {
    let terminal = Terminal::start(6).await;
    let who = terminal.who(1);
    let user = terminal.member(who, "userPrincipalName").unwrap();
    let row = "{ use = \"template.render\", text = \"{city}/{userPrincipalName}\" }";
    let args = [
        "mapping", "test", "demo", "City", "--row", row, "--user", &user,
    ];
    let more = ["--input", "{ \"city\": \"Atlantis\" }", "--json"];
    let told = terminal.run(&[&args[..], &more[..]].concat()).await;
    assert_eq!(told.exit, 0, "{told:?}");
    let told = told.json();
    assert_eq!(trace(&told)["outcome"]["text"], format!("Atlantis/{user}"));
}

const REFUSED: [Refusal; 9] = [
    (
        &["demo", "Cty", "--input", "{}"],
        1,
        "no-such-field",
        "did you mean 'City'?",
    ),
    (
        &["dmeo", "City", "--input", "{}"],
        2,
        "config",
        "did you mean 'demo'?",
    ),
    (
        &["demo", "City", "--user", "nobody"],
        1,
        "no-such-person",
        "nobody",
    ),
    (
        &["demo", "City", "--input", "[1]"],
        2,
        "config",
        "not an object",
    ),
    (
        &["demo", "City", "--input", "{"],
        2,
        "config",
        "it is no document",
    ),
    (
        &["demo", "City", "--input", "{}", "--row", "city"],
        2,
        "config",
        "it is not TOML",
    ),
    (
        &[
            "demo",
            "City",
            "--input",
            "{}",
            "--row",
            "{ use = \"text.left\" }",
        ],
        2,
        "mapping",
        "length",
    ),
    (
        &["demo", "City", "--input", "{}", "--row", "{}"],
        2,
        "config",
        "says no value",
    ),
    (
        &[
            "demo", "City", "--input", "{}", "--row", "\"city\"", "--target", "wiki",
        ],
        2,
        "config",
        "there is no target 'wiki'",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trial_that_cannot_be_made_says_why() {
    let terminal = Terminal::start(3).await;
    terminal.refuses(&["mapping", "test"], &REFUSED).await;
    assert_eq!(
        terminal
            .run(&["mapping", "test", "demo", "City"])
            .await
            .exit,
        2
    );
}
