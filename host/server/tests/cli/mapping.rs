//! `mapping set`: one row changes, and nothing else does.

use serde_json::{Value, json};

use super::serve::serve;
use super::terminal::{Refusal, Terminal};

/// What the log of acts has, the latest first.
async fn acts(terminal: &Terminal) -> Vec<String> {
    let audit = terminal.run(&["audit", "--json"]).await.json();
    let rows = audit.as_array().unwrap().iter();
    rows.map(|row| row["what"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_is_set_replaced_and_taken_away_and_the_rest_of_the_file_stays() {
    let terminal = Terminal::start(3).await;
    terminal.maps("# from HR\nDepartment = \"department\" # as it is\nCity = \"city\"\n");
    let before = terminal.file();
    let row = "{ from = \"department\", steps = [\"text.trim\"] }";
    let told = terminal
        .run(&["mapping", "set", "demo", "jira", "Department", row])
        .await;
    assert_eq!(told.exit, 0, "{told:?}");
    let after = before.replace("= \"department\" #", &format!("= {row} #"));
    assert_eq!(terminal.file(), after);
    assert!(
        told.out.contains("-Department = \"department\" # as it is")
            && told
                .out
                .contains(&format!("+Department = {row} # as it is")),
        "{}",
        told.out
    );
    let told = terminal
        .run(&[
            "mapping",
            "set",
            "demo",
            "jira",
            "Cost Center",
            "\"costCenter\"",
            "--json",
        ])
        .await;
    let told = told.json();
    assert_eq!(
        (&told["before"], &told["after"]),
        (&Value::Null, &json!("\"costCenter\""))
    );
    assert_eq!(told["is-written"], true);
    let valid = terminal
        .run(&["connector", "validate", "demo", "--json"])
        .await
        .json();
    assert_eq!(valid["revision"], told["revision"]);
    let told = terminal
        .run(&["mapping", "set", "demo", "jira", "Cost Center", "--remove"])
        .await;
    assert_eq!((told.exit, terminal.file()), (0, after.clone()), "{told:?}");
    // The same again changes nothing, and says so.
    let told = terminal
        .run(&[
            "mapping",
            "set",
            "demo",
            "jira",
            "Department",
            row,
            "--json",
        ])
        .await
        .json();
    assert_eq!(
        (&told["is-written"], &told["difference"]),
        (&json!(false), &json!([]))
    );
    assert_eq!(terminal.file(), after);
    assert_eq!(terminal.world.graph.counts().requests, 0);
}

const REFUSED: [Refusal; 9] = [
    (
        &["demo", "jira", "City", "city"],
        2,
        "config",
        "'\\\"city\\\"'",
    ),
    (
        &["demo", "jira", "City", "{ from = "],
        2,
        "config",
        "it is not TOML",
    ),
    (
        &["demo", "jira", "City", "{ form = \"city\" }"],
        2,
        "config",
        "did you mean 'from'?",
    ),
    (
        &["demo", "jira", "City", "\"a..b\""],
        2,
        "config",
        "connectors/demo.toml:",
    ),
    (
        &[
            "demo",
            "jira",
            "City",
            "{ from = \"city\", use = \"text.left\", lenght = 3 }",
        ],
        2,
        "mapping",
        "lenght",
    ),
    (
        &["demo", "jira", "City", "{ use = \"nobody.knows\" }"],
        2,
        "mapping",
        "nobody",
    ),
    (
        &["demo", "jra", "City", "\"city\""],
        2,
        "config",
        "did you mean 'jira'?",
    ),
    (
        &["dmeo", "jira", "City", "\"city\""],
        2,
        "config",
        "did you mean 'demo'?",
    ),
    (
        &["demo", "jira", "Cty", "--remove"],
        1,
        "no-such-field",
        "did you mean 'City'?",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_would_not_be_used_is_refused_and_the_file_is_as_it_was() {
    let terminal = Terminal::start(3).await;
    terminal.refuses(&["mapping", "set"], &REFUSED).await;
    // Neither a row nor `--remove`, and both.
    for more in [&[][..], &["\"city\"", "--remove"][..]] {
        let args = [&["mapping", "set", "demo", "jira", "City"], more].concat();
        assert_eq!(terminal.run(&args).await.exit, 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_changed_meanwhile_is_not_written() {
    let terminal = Terminal::start(3).await;
    let seen = terminal
        .run(&["connector", "validate", "demo", "--json"])
        .await
        .json();
    let seen = seen["revision"].as_str().unwrap().to_owned();
    terminal.maps("Department = \"department\"\n");
    let before = terminal.file();
    let set = |revision: String| {
        let terminal = &terminal;
        async move {
            let args = [
                "mapping",
                "set",
                "demo",
                "jira",
                "City",
                "\"city\"",
                "--revision",
            ];
            let args = [&args[..], &[revision.as_str(), "--json"]].concat();
            terminal.run(&args).await
        }
    };
    let told = set(seen).await;
    assert_eq!(
        (told.exit, told.code().as_str()),
        (1, "file-changed"),
        "{told:?}"
    );
    assert_eq!(terminal.file(), before);
    let now = terminal
        .run(&["connector", "validate", "demo", "--json"])
        .await
        .json();
    let told = set(now["revision"].as_str().unwrap().to_owned()).await;
    assert_eq!(told.exit, 0, "{told:?}");
    assert!(
        terminal.file().contains("City       = \"city\""),
        "{}",
        terminal.file()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_shows_the_difference_and_is_no_act() {
    let terminal = Terminal::start(3).await;
    assert_eq!(terminal.run(&["sync", "demo"]).await.exit, 0);
    let before = terminal.file();
    let args = ["mapping", "set", "demo", "jira", "City", "\"state\""];
    let told = terminal.run(&[&args[..], &["--dry-run"]].concat()).await;
    assert_eq!(told.exit, 0, "{told:?}");
    assert!(
        told.out.contains("-City = \"city\"\n+City = \"state\""),
        "{}",
        told.out
    );
    assert_eq!(terminal.file(), before);
    assert_eq!(acts(&terminal).await, ["sync"]);
    assert_eq!(terminal.run(&args).await.exit, 0);
    let args = ["mapping", "set", "demo", "jira", "City", "--remove"];
    assert_eq!(terminal.run(&args).await.exit, 0);
    assert_eq!(acts(&terminal).await, ["unmap", "map", "sync"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_is_set_through_a_service_too() {
    let terminal = Terminal::start(6).await;
    let served = serve(&terminal).await;
    let told = terminal
        .run(&[
            "mapping",
            "set",
            "demo",
            "jira",
            "State",
            "\"state\"",
            "--json",
        ])
        .await;
    assert_eq!(told.exit, 0, "{told:?}");
    assert!(
        terminal.file().contains("State = \"state\""),
        "{}",
        terminal.file()
    );
    let user = terminal
        .member(terminal.who(0), "userPrincipalName")
        .unwrap();
    let told = terminal
        .run(&["mapping", "test", "demo", "City", "--user", &user, "--json"])
        .await;
    assert_eq!(told.exit, 0, "{told:?}");
    assert_eq!(served.end().await, Some(0));
}
