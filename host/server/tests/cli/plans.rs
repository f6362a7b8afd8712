//! `plan`, `sync`, `approve`, `reject`, `apply`: the shapes of their JSON, and their exit codes.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use super::terminal::{PLAIN, Terminal};

fn keys(object: &Value) -> Vec<&str> {
    object
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

fn count(report: &Value, name: &str) -> u64 {
    report["summary"][name].as_u64().unwrap()
}

/// A mapping edit that changes nearly everybody.
const SHOUTED: &str =
    "Department = { from = \"department\", steps = [\"text.upper\"] }\nCity = \"city\"\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_prints_the_documented_json_and_writes_nothing() {
    let terminal = Terminal::start(20).await;
    let told = terminal.run(&["plan", "demo", "--json"]).await;
    assert_eq!((told.exit, told.err.as_str()), (0, ""));
    let plan = told.json();
    #[rustfmt::skip]
    assert_eq!(keys(&plan), [
        "connector", "id", "revision", "digest", "generations", "now", "repeatable", "state",
        "source", "summary", "targets", "changes", "problems", "guards",
    ]);
    #[rustfmt::skip]
    assert_eq!(keys(&plan["summary"]), [
        "people", "matched", "unmatched", "ambiguous", "dropped", "changes", "sets", "clears",
        "photos", "adopted", "held", "failed", "skipped", "written",
    ]);
    assert_eq!(
        keys(&plan["targets"]["jira"]),
        ["matched", "unmatched", "changes"]
    );
    assert_eq!(
        (&plan["connector"], &plan["id"]),
        (&"demo".into(), &"demo".into())
    );
    assert_eq!(
        (&plan["state"], &plan["repeatable"]),
        (&"planned".into(), &true.into())
    );
    for digest in [
        &plan["revision"],
        &plan["digest"],
        &plan["generations"]["entra"],
    ] {
        assert!(digest.as_str().unwrap().starts_with("sha256:"), "{digest}");
    }
    assert!(plan["now"].as_str().unwrap().ends_with('Z'));
    let changes = plan["changes"].as_array().unwrap();
    assert_eq!(changes.len() as u64, count(&plan, "changes"));
    #[rustfmt::skip]
    assert_eq!(keys(&changes[0]), [
        "person", "account", "target", "kind", "field", "op", "before", "after",
    ]);
    assert_eq!(
        (&changes[0]["op"], &changes[0]["before"]),
        (&"set".into(), &Value::Null)
    );
    for guard in plan["guards"].as_array().unwrap() {
        let named = ["name", "limit", "actual", "held"].map(|key| &guard[key]);
        assert!(named.iter().all(|value| !value.is_null()), "{guard}");
    }
    assert!(terminal.world.jira.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_says_by_its_exit_code_whether_there_are_changes_when_asked() {
    let terminal = Terminal::start(12).await;
    assert_eq!(terminal.run(&["plan", "demo"]).await.exit, 0);
    assert_eq!(
        terminal.run(&["plan", "demo", "--exit-code"]).await.exit,
        10
    );
    assert_eq!(terminal.run(&["sync", "demo"]).await.exit, 0);
    assert_eq!(terminal.run(&["plan", "demo", "--exit-code"]).await.exit, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_prints_what_became_of_each_change_and_is_quiet_the_next_time() {
    let terminal = Terminal::start(20).await;
    let told = terminal.run(&["sync", "demo", "--json"]).await;
    assert_eq!(told.exit, 0, "{told:?}");
    let run = told.json();
    assert_eq!(
        (&run["state"], count(&run, "written")),
        (&"applied".into(), count(&run, "changes"))
    );
    assert!(run["run"].as_str().unwrap().len() > 16);
    let changes = run["changes"].as_array().unwrap();
    assert!(changes.iter().all(|change| change["result"] == "written"));
    assert_eq!(terminal.out_of_tune(), Vec::<String>::new());
    let again = terminal.run(&["sync", "demo", "--json"]).await.json();
    assert_eq!(
        (&again["state"], count(&again, "skipped")),
        (&"nothing".into(), 20)
    );
    assert_eq!(again["changes"].as_array().unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_over_changes_says_when_everybody_was_listed_instead() {
    let terminal = Terminal::start(12).await;
    let first = terminal.run(&["sync", "demo", "--changes", "--json"]).await;
    assert_eq!(
        (first.exit, &first.json()["source"]["read"]),
        (0, &"complete".into())
    );
    assert!(first.err.contains("everybody was listed"), "{}", first.err);
    let who = terminal.world.graph.people(|people| people.iter().nth(3));
    let who = who.unwrap();
    terminal
        .world
        .graph
        .people(|people| people.set(who, "city", "Elsewhere"));
    let plan = terminal.run(&["plan", "demo", "--changes", "--json"]).await;
    assert_eq!((plan.exit, plan.err.as_str()), (0, ""));
    assert_eq!(keys(&plan.json()["source"]), ["read", "requests", "bytes"]);
    let second = terminal.run(&["sync", "demo", "--changes"]).await;
    assert_eq!(second.exit, 0, "{second:?}");
    assert!(
        second.out.contains("who changed or were due"),
        "{}",
        second.out
    );
    assert_eq!(terminal.out_of_tune(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_held_run_exits_with_3_and_is_approved_by_its_digest() {
    let terminal = Terminal::start(40).await;
    terminal.run(&["sync", "demo"]).await;
    terminal.maps(SHOUTED);
    terminal.world.jira.reset_writes();
    let held = terminal.run(&["sync", "demo"]).await;
    assert_eq!(held.exit, 3);
    let approve = held
        .err
        .lines()
        .find(|line| line.contains("attune approve"))
        .unwrap();
    let digest = approve.split_whitespace().last().unwrap().to_owned();
    assert!(digest.starts_with("sha256:"), "{approve}");
    assert!(
        held.out.contains("changed-people") || held.err.contains("changed-people"),
        "{held:?}"
    );
    assert!(terminal.world.jira.writes().is_empty());
    // A plan shows the same and is no failure.
    assert_eq!(terminal.run(&["plan", "demo"]).await.exit, 0);
    let done = terminal.run(&["approve", &digest, "--json"]).await;
    assert_eq!(done.exit, 0, "{done:?}");
    let done = done.json();
    assert_eq!(
        (&done["digest"], &done["state"]),
        (&digest.into(), &"applied".into())
    );
    assert_eq!(
        terminal.world.jira.writes().len() as u64,
        count(&done, "written")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_held_run_is_approved_or_rejected_by_its_id_too() {
    let terminal = Terminal::start(40).await;
    terminal.run(&["sync", "demo"]).await;
    terminal.maps(SHOUTED);
    let held = terminal.run(&["sync", "demo", "--json"]).await.json();
    let id = held["run"].as_str().unwrap();
    assert_eq!(terminal.run(&["reject", id]).await.exit, 0);
    let held = terminal.run(&["sync", "demo", "--json"]).await.json();
    let id = held["run"].as_str().unwrap();
    let done = terminal.run(&["approve", id, "--json"]).await;
    assert_eq!((done.exit, &done.json()["state"]), (0, &"applied".into()));
    // Whoever asks about the plan later finds who decided.
    let acts = terminal.run(&["audit", "--json"]).await.json();
    assert_eq!(
        (&acts[0]["what"], &acts[0]["object"]),
        (&"approve".into(), &held["digest"])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_approved_exits_with_3_and_a_fresh_plan_is_held() {
    let terminal = Terminal::start(40).await;
    terminal.run(&["sync", "demo"]).await;
    terminal.maps(SHOUTED);
    let first = terminal.run(&["sync", "demo", "--json"]).await;
    assert_eq!(first.exit, 3);
    let first = first.json()["digest"].as_str().unwrap().to_owned();
    terminal.world.jira.reset_writes();
    let unknown = ["approve", "sha256:0123456789abcdef", "--json"];
    let unknown = terminal.run(&unknown).await;
    assert_eq!((unknown.exit, unknown.code().as_str()), (3, "no-such-plan"));
    // Of another connector revision: whoever approves has to look at a new plan.
    terminal.maps(&SHOUTED.replace("upper", "lower"));
    for args in [
        vec!["approve", first.as_str(), "--json"],
        vec!["sync", "demo", "--approve", first.as_str(), "--json"],
        vec![
            "sync",
            "demo",
            "--approve",
            "sha256:0123456789abcdef",
            "--json",
        ],
    ] {
        let stale = terminal.run(&args).await;
        assert_eq!(stale.exit, 3, "{stale:?}");
        let fresh = stale.json();
        assert_eq!(fresh["state"], "held");
        assert_ne!(fresh["digest"], first);
        assert!(stale.err.contains("fresh plan"), "{stale:?}");
    }
    assert!(terminal.world.jira.writes().is_empty());
    let fresh = terminal.run(&["plan", "demo", "--json"]).await.json();
    let fresh = fresh["digest"].as_str().unwrap().to_owned();
    assert_eq!(terminal.run(&["reject", &fresh]).await.exit, 0);
    let rejected = terminal.run(&["approve", &fresh, "--json"]).await;
    assert_eq!(rejected.exit, 3);
    assert!(terminal.world.jira.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_file_is_applied_exactly_and_a_changed_one_is_refused() {
    let terminal = Terminal::start(20).await;
    let written = terminal
        .run(&["plan", "demo", "--out", "plan.json", "--json"])
        .await;
    assert_eq!(
        (written.exit, &written.json()["changes"]),
        (0, &serde_json::json!([]))
    );
    let path = terminal.path("plan.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(
        &path,
        text.replacen("\"after\": \"", "\"after\": \"Evil ", 1),
    )
    .unwrap();
    let changed = terminal.run(&["apply", "plan.json", "--json"]).await;
    assert_eq!((changed.exit, changed.code().as_str()), (1, "plan-file"));
    assert!(terminal.world.jira.writes().is_empty());
    std::fs::write(&path, &text).unwrap();
    assert_eq!(terminal.run(&["apply", "plan.json"]).await.exit, 0);
    assert_eq!(terminal.out_of_tune(), Vec::<String>::new());
    let missing = terminal.run(&["apply", "nothing.json", "--json"]).await;
    assert_eq!((missing.exit, missing.code().as_str()), (1, "plan-file"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_file_is_only_true_of_the_revision_that_it_was_made_with() {
    let terminal = Terminal::start(8).await;
    let planned = terminal.run(&["plan", "demo", "--out", "plan.json"]).await;
    assert_eq!(planned.exit, 0, "{planned:?}");
    let private = std::fs::metadata(terminal.path("plan.json")).unwrap();
    assert_eq!(private.permissions().mode() & 0o077, 0);
    terminal.maps(&format!("{PLAIN}Extra = \"jobTitle\"\n"));
    let applied = terminal.run(&["apply", "plan.json", "--json"]).await;
    assert_eq!(applied.code(), "no-such-plan");
    assert!(terminal.world.jira.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_cannot_be_written_is_told_before_anything_else_is() {
    let terminal = Terminal::start(8).await;
    for command in ["plan", "sync"] {
        let told = terminal
            .run(&[command, "demo", "--out", "nowhere/plan.json", "--json"])
            .await;
        assert_eq!((told.exit, told.code().as_str()), (1, "plan-file"));
    }
    assert!(terminal.world.jira.writes().is_empty());
    assert!(terminal.world.graph.log().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn part_of_the_people_is_planned_and_written_alone() {
    let terminal = Terminal::start(30).await;
    let sample = terminal
        .run(&["plan", "demo", "--sample", "4", "--json"])
        .await
        .json();
    assert!((1..=4).contains(&count(&sample, "people")), "{sample}");
    let mail = terminal.member(terminal.who(2), "mail").unwrap();
    let one = terminal
        .run(&["sync", "demo", "--user", &mail, "--json"])
        .await;
    assert_eq!((one.exit, count(&one.json(), "people")), (0, 1));
    assert_eq!(terminal.world.jira.writes().len(), 2);
    let full = terminal
        .run(&["sync", "demo", "--full", "--json"])
        .await
        .json();
    assert_eq!(count(&full, "skipped"), 0);
    assert_eq!(terminal.out_of_tune(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_read_a_table_without_colour_codes() {
    let terminal = Terminal::start(20).await;
    terminal.maps(&format!(
        "{PLAIN}Phone = {{ from = \"faxNumber\", when-missing = \"fail\" }}\n"
    ));
    for args in [
        &["plan", "demo"][..],
        &["sync", "demo"],
        &["runs"],
        &["connector", "list"],
    ] {
        let told = terminal.run(args).await;
        assert!(!told.out.is_empty(), "{told:?}");
        assert!(
            !told.out.contains('\u{1b}') && !told.err.contains('\u{1b}'),
            "{told:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_does_the_whole_job_and_ends() {
    let terminal = Terminal::start(1).await;
    let told = terminal.run(&["demo", "--people", "60", "--exit"]).await;
    assert_eq!(told.exit, 0, "{told:?}");
}
