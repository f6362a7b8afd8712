//! What a person sees of brakes: why a run is held, who is held, and that notices can be tested.

use super::terminal::{PLAIN, Terminal};

const SHOUTED: &str =
    "Department = { from = \"department\", steps = [\"text.upper\"] }\nCity = \"city\"\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_held_run_shows_why_and_the_ways_on() {
    let terminal = Terminal::start(20).await;
    terminal.connector(
        "[guard]\nsource-shrinks = \"20%\"\nchanged-people = \"30%\"",
        PLAIN,
    );
    assert_eq!(terminal.run(&["sync", "demo"]).await.exit, 0);
    terminal.connector(
        "[guard]\nsource-shrinks = \"20%\"\nchanged-people = \"30%\"",
        SHOUTED,
    );
    let held = terminal.run(&["sync", "demo", "--json"]).await;
    assert_eq!(held.exit, 3);
    let report = held.json();
    let (run, digest) = (
        report["run"].as_str().unwrap(),
        report["digest"].as_str().unwrap(),
    );
    let shown = terminal.run(&["run", "show", run]).await;
    assert_eq!(shown.exit, 0);
    let text = std::fs::read_to_string(terminal.path("connectors/demo.toml")).unwrap();
    let line = text
        .lines()
        .position(|line| line.starts_with("changed-people"))
        .unwrap()
        + 1;
    for part in [
        "changed-people: ",
        "allowed 30%",
        &format!("attune approve {digest}"),
        &format!("attune reject {digest}"),
        &format!("demo.toml, line {line}"),
    ] {
        assert!(shown.out.contains(part), "{part}: {}", shown.out);
    }
    let why = shown.out.split("allowed 30%").nth(1).unwrap();
    let examples = why.lines().filter(|line| line.contains("->")).count();
    assert_eq!(examples, 5, "{why}");
    // Of a run that is not held any more there is nothing to decide.
    assert_eq!(terminal.run(&["reject", digest]).await.exit, 0);
    let again = terminal.run(&["sync", "demo"]).await;
    assert_eq!(again.exit, 3);
    assert!(again.out.contains("What you can do"), "{}", again.out);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn held_people_are_listed_and_tried_again() {
    let terminal = Terminal::start(12).await;
    let who = terminal.world.graph.people(|people| {
        let who = people.iter().nth(3).unwrap();
        people.set_raw(who, "department", "[\"a\",\"b\"]");
        who
    });
    assert_eq!(terminal.run(&["sync", "demo"]).await.exit, 0);
    let key = terminal.world.graph.people(|people| people.id(who));
    let listed = terminal.run(&["held", "demo", "--json"]).await.json();
    let row = &listed.as_array().unwrap()[0];
    assert_eq!(
        (&row["person"], &row["code"]),
        (&key.as_str().into(), &"many-values".into())
    );
    assert_eq!(
        (&row["tries"], &row["next"]),
        (&1.into(), &serde_json::Value::Null)
    );
    let words = terminal.run(&["held"]).await.out;
    assert!(
        words.contains("many-values") && words.contains("next run"),
        "{words}"
    );
    let retried = terminal.run(&["held", "retry", "--json"]).await;
    assert_eq!((retried.exit, &retried.json()["released"]), (1, &0.into()));
    terminal
        .world
        .graph
        .people(|people| people.set(who, "department", "Sales"));
    let retried = terminal
        .run(&["held", "retry", "demo", "--user", &key, "--json"])
        .await;
    assert_eq!((retried.exit, &retried.json()["released"]), (0, &1.into()));
    assert_eq!(
        terminal.run(&["held", "--json"]).await.json(),
        serde_json::json!([])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attribute_that_is_gone_can_be_accepted() {
    let terminal = Terminal::start(20).await;
    assert_eq!(terminal.run(&["sync", "demo"]).await.exit, 0);
    terminal.world.graph.people(|people| {
        let all: Vec<_> = people.iter().collect();
        for who in all {
            people.unset(who, "city");
        }
    });
    let told = terminal.run(&["sync", "demo"]).await;
    assert_eq!(told.exit, 0);
    assert!(told.out.contains("not-delivered"), "{}", told.out);
    let wrong = terminal
        .run(&["source", "accept", "demo", "department", "--json"])
        .await;
    assert_eq!(wrong.code(), "nothing-waits");
    assert!(
        wrong.out.contains("not delivered any more: city"),
        "{}",
        wrong.out
    );
    assert_eq!(
        terminal
            .run(&["source", "accept", "demo", "city"])
            .await
            .exit,
        0
    );
    let told = terminal.run(&["sync", "demo"]).await;
    assert!(!told.out.contains("not-delivered"), "{}", told.out);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn notify_test_says_what_is_not_set_up_and_what_does_not_arrive() {
    let terminal = Terminal::start(1).await;
    assert_eq!(
        terminal.run(&["notify", "test", "--json"]).await.code(),
        "config"
    );
    std::fs::write(terminal.path("hook"), "secret").unwrap();
    // Nobody listens there.
    let text =
        "[notify]\nwebhook = { url = \"http://127.0.0.1:9/x\", secret = { file = \"hook\" } }\n";
    std::fs::write(terminal.path("attune.toml"), text).unwrap();
    let told = terminal.run(&["notify", "test", "--json"]).await;
    assert_eq!(told.exit, 1);
    let ways = told.json();
    assert_eq!(ways[0]["way"], "webhook");
    assert!(!ways[0]["error"].as_str().unwrap().is_empty());
}
