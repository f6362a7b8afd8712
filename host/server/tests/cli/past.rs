//! What is known later: audit, history, undo, forgetting and backups, from outside.

use std::time::Duration;

use serde_json::Value;

use super::serve::serve;
use super::terminal::{Terminal, Told};

const GUARDS: &str = "[guard]\nchanged-people = \"off\"";

/// This process' user, as the system calls it.
fn user() -> String {
    let told = std::process::Command::new("id").arg("-un").output();
    let name = String::from_utf8(told.unwrap().stdout).unwrap();
    format!("cli:{}", name.trim())
}

/// The log, the oldest row first: who, what, object, result, detail.
async fn audit(terminal: &Terminal) -> Vec<[String; 5]> {
    let told = terminal.run(&["audit", "--json"]).await;
    assert_eq!(told.exit, 0, "{told:?}");
    let text = |row: &Value, member: &str| row[member].as_str().unwrap().to_owned();
    let rows = told.json();
    let rows = rows.as_array().unwrap().iter().rev();
    rows.map(|row| ["who", "what", "object", "result", "detail"].map(|member| text(row, member)))
        .collect()
}

async fn synced(terminal: &Terminal) -> Told {
    let told = terminal.run(&["sync", "demo", "--json"]).await;
    assert_eq!(told.exit, 0, "{told:?}");
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_act_is_in_the_audit_log_whatever_came_of_it_and_looking_is_not() {
    let terminal = Terminal::start(6).await;
    terminal.run(&["plan", "demo", "--json"]).await;
    synced(&terminal).await;
    let digest = "sha256:0123456789abcdef";
    let none = terminal.run(&["reject", digest, "--json"]).await;
    assert_eq!(none.code(), "no-such-plan");
    terminal.run(&["plugin", "swap", "text", "--json"]).await;
    let who = terminal.who(2);
    let name = terminal.member(who, "userPrincipalName").unwrap();
    terminal
        .run(&["sync", "demo", "--user", &name, "--json"])
        .await;
    for looks in [
        ["runs", "--json"],
        ["audit", "--json"],
        ["connector", "list"],
    ] {
        assert_eq!(terminal.run(&looks).await.exit, 0);
    }
    let rows = audit(&terminal).await;
    let brief: Vec<_> = rows
        .iter()
        .map(|row| (&*row[1], &*row[2], &*row[3]))
        .collect();
    let expected = [
        ("sync", "demo", "done"),
        ("reject", digest, "no-such-plan"),
        ("swap", "text", "no-service"),
        ("sync", "demo", "done"),
    ];
    assert_eq!(brief, expected);
    assert!(rows.iter().all(|row| row[0] == user()), "{rows:?}");
    // People are keys, never what somebody typed.
    let key = terminal.world.graph.people(|people| people.id(who));
    assert_eq!(rows[3][4], format!("person {key}"));
    let good = terminal.run(&["audit", "--verify", "--json"]).await;
    assert_eq!((good.exit, &good.json()["count"]), (0, &Value::from(4)));
    std::fs::remove_file(terminal.path("data/audit.head")).unwrap();
    let broken = terminal.run(&["audit", "--verify", "--json"]).await;
    assert_eq!((broken.exit, broken.code().as_str()), (1, "audit-broken"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_is_taken_back_after_it_was_shown_what_that_means() {
    let terminal = Terminal::start(6).await;
    terminal.connector(GUARDS, super::terminal::PLAIN);
    let first = synced(&terminal).await.json();
    let id = first["run"].as_str().unwrap();
    let shown = terminal.run(&["run", "undo", id, "--json"]).await;
    assert_eq!(shown.exit, 3, "{shown:?}");
    assert_eq!(
        terminal.out_of_tune(),
        Vec::<String>::new(),
        "it only shows"
    );
    let shown = shown.json();
    assert_eq!(shown["summary"]["changes"], first["summary"]["written"]);
    let digest = shown["digest"].as_str().unwrap();
    let other = terminal
        .run(&[
            "run",
            "undo",
            id,
            "--approve",
            "sha256:0123456789",
            "--json",
        ])
        .await;
    assert_eq!(other.code(), "no-such-plan");
    let done = terminal
        .run(&["run", "undo", id, "--approve", digest, "--json"])
        .await;
    assert_eq!(done.exit, 0, "{done:?}");
    let by = done.json()["run"].as_str().unwrap().to_owned();
    assert!(!terminal.out_of_tune().is_empty());
    let run = terminal.run(&["run", "show", id, "--json"]).await.json();
    assert_eq!(run["undone-by"], Value::from(vec![by.clone()]));
    let run = terminal.run(&["run", "show", &by, "--json"]).await.json();
    assert_eq!(
        (run["verb"].as_str(), run["undoes"].as_str()),
        (Some("undo"), Some(id))
    );
    let name = terminal
        .member(terminal.who(2), "userPrincipalName")
        .unwrap();
    let history = terminal
        .run(&["history", "demo", &name, "City", "--json"])
        .await
        .json();
    let changes = history["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 2, "{history}");
    assert_eq!(
        (changes[0]["verb"].as_str(), &changes[0]["after"]),
        (Some("undo"), &Value::Null)
    );
    assert_eq!(changes[1]["undone-by"].as_str(), Some(&*by));
    let table = terminal.run(&["history", "demo", &name]).await;
    assert!(table.out.contains("undone by"), "{}", table.out);
    let rows = audit(&terminal).await;
    assert_eq!(
        rows.last().unwrap()[1..4],
        ["approve", digest, "done"].map(str::to_owned)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forgetting_says_what_went_and_may_be_repeated() {
    let terminal = Terminal::start(6).await;
    synced(&terminal).await;
    let name = terminal
        .member(terminal.who(2), "userPrincipalName")
        .unwrap();
    let first = terminal.run(&["forget", &name, "--json"]).await;
    assert_eq!(first.exit, 0, "{first:?}");
    assert_eq!(first.json()["forgotten"]["documents"], 1);
    let again = terminal.run(&["forget", &name]).await;
    assert_eq!(again.exit, 0, "{again:?}");
    assert!(again.out.contains("nothing is kept of anybody called"));
    let rows = audit(&terminal).await;
    assert!(
        rows.iter()
            .all(|row| row.iter().all(|text| !text.contains(&name)))
    );
    assert!(rows[1][4].starts_with("person ") && rows[1][1] == "forget");
    let human = terminal.run(&["forget", "nobody@contoso.example"]).await;
    assert_eq!(human.exit, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_makes_backups_and_is_in_nobodys_way_and_no_restore_is_in_its() {
    let terminal = Terminal::start(6).await;
    let served = serve(&terminal).await;
    synced(&terminal).await;
    let made = terminal
        .run(&["backup", "create", "one.backup", "--json"])
        .await;
    assert_eq!(made.exit, 0, "{made:?}");
    let whole = terminal
        .run(&["backup", "verify", "one.backup", "--json"])
        .await;
    assert_eq!(whole.json()["parts"], made.json()["parts"]);
    let refused = terminal
        .run(&["backup", "restore", "one.backup", "--replace", "--json"])
        .await;
    assert_eq!((refused.exit, refused.code().as_str()), (1, "busy"));
    let rows = audit(&terminal).await;
    assert!(rows.iter().any(|row| row[0] == user() && row[1] == "sync"));
    assert!(
        rows.iter()
            .any(|row| row[1] == "restore" && row[3] == "busy")
    );
    assert_eq!(served.end().await, Some(0));
    let bare = terminal
        .run(&["backup", "restore", "one.backup", "--json"])
        .await;
    assert_eq!(bare.code(), "not-empty");
    let done = terminal
        .run(&["backup", "restore", "one.backup", "--replace", "--json"])
        .await;
    assert_eq!(done.exit, 0, "{done:?}");
    assert!(
        terminal
            .path(done.json()["before"].as_str().unwrap())
            .is_dir()
    );
    let verified = terminal.run(&["audit", "--verify", "--json"]).await;
    assert_eq!(verified.exit, 0, "{verified:?}");
    let quiet = synced(&terminal).await.json();
    assert_eq!(quiet["summary"]["changes"], 0);
}

/// Starts a command and kills it after a while.
async fn killed_after(terminal: &Terminal, args: &[&str], delay: Duration) {
    let mut child = terminal.spawn(args);
    tokio::time::sleep(delay).await;
    child.kill().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wherever_a_backup_or_a_restore_is_killed_there_is_a_whole_one_or_none() {
    let terminal = Terminal::start(30).await;
    synced(&terminal).await;
    let whole = terminal.run(&["backup", "create", "whole.backup"]).await;
    assert_eq!(whole.exit, 0, "{whole:?}");
    let (mut made, mut restored) = (0, 0);
    for round in 0..12_u64 {
        let delay = Duration::from_millis(round * round * 4);
        let file = format!("killed-{round}.backup");
        killed_after(&terminal, &["backup", "create", &file], delay).await;
        if terminal.path(&file).exists() {
            let verified = terminal.run(&["backup", "verify", &file]).await;
            assert_eq!(verified.exit, 0, "round {round}: {verified:?}");
            made += 1;
        }
        let marker = terminal.path("data/of-before");
        std::fs::write(&marker, "").unwrap();
        let restore = ["backup", "restore", "whole.backup", "--replace"];
        killed_after(&terminal, &restore, delay).await;
        restored += u32::from(!marker.exists());
        let verified = terminal.run(&["audit", "--verify", "--json"]).await;
        assert_eq!(verified.exit, 0, "round {round}: {verified:?}");
        let runs = terminal.run(&["runs", "--json"]).await.json();
        assert_eq!(runs.as_array().unwrap().len(), 1, "round {round}: {runs}");
    }
    assert!(
        made < 12 && restored < 12,
        "{made} made, {restored} restored: nobody was killed"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_whose_database_is_deleted_ends_and_says_why_and_none_begins_anew() {
    let terminal = Terminal::start(6).await;
    let served = serve(&terminal).await;
    synced(&terminal).await;
    std::fs::remove_file(terminal.path("data/attune.db")).unwrap();
    assert_eq!(served.ended().await, Some(1));
    for command in [
        &["sync", "demo", "--json"][..],
        &["serve", "--json"],
        &["runs", "--json"],
    ] {
        let told = terminal.run(command).await;
        assert_eq!(
            (told.exit, told.code().as_str()),
            (1, "database-replaced"),
            "{command:?}"
        );
    }
    assert!(!terminal.path("data/attune.db").exists());
}
