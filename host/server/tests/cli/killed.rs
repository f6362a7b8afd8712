//! Promise 1 against the binary itself: killed at any moment, the next run makes it good.

use std::time::Duration;

use attune_sim::faults::{Fault, Gate};

use super::terminal::Terminal;

async fn is_made_good(terminal: &Terminal, what: &str) {
    let again = terminal.run(&["sync", "demo", "--json"]).await;
    assert_eq!(again.exit, 0, "{what}: {again:?}");
    assert_eq!(terminal.out_of_tune(), Vec::<String>::new(), "{what}");
    assert_eq!(terminal.open_intents().await, 0, "{what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_stage_of_a_sync_the_next_one_makes_it_good() {
    let stages = [
        ("signing in at the source", "POST", "/token", 0),
        ("reading people", "GET", "/v1.0/users", 1),
        ("signing in at the site", "GET", "/myself", 0),
        ("finding accounts", "GET", "/user/search", 0),
        ("reading accounts", "GET", "/user/properties", 11),
        ("the first write", "PUT", "/properties/", 0),
        ("a write in the middle", "PUT", "/properties/", 33),
        ("the last page of writes", "PUT", "/properties/", 64),
    ];
    for (what, method, path, passed) in stages {
        let terminal = Terminal::arranged(40, |directory, _| directory.page_max = 25).await;
        let gate = Gate::default();
        let fault = Fault::hold(&gate).on(method, path).after(passed);
        let world = &terminal.world;
        world.graph.inject(fault.clone());
        world.jira.inject(fault);
        let mut child = terminal.spawn(&["sync", "demo"]);
        gate.arrived(1).await;
        child.kill().await.unwrap();
        gate.release();
        world.graph.clear_faults();
        world.jira.clear_faults();
        is_made_good(&terminal, what).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_at_any_time_everything_is_there_in_the_end() {
    let terminal = Terminal::start(60).await;
    // Slow enough to be hit in the middle.
    let slow = Fault::slow(64, Duration::from_millis(2))
        .on("", "/properties")
        .chance(1.0);
    terminal.world.jira.inject(slow);
    for step in 0..14 {
        let mut child = terminal.spawn(&["sync", "demo"]);
        tokio::time::sleep(Duration::from_millis(150 + 97 * step)).await;
        child.kill().await.unwrap();
    }
    terminal.world.jira.clear_faults();
    is_made_good(&terminal, "killed 14 times").await;
    // Whatever was repeated had the same meaning: no field ever held another value.
    for write in terminal.world.jira.writes() {
        assert!(
            write.before.is_none() || write.before == write.after,
            "{write:?}"
        );
    }
    let quiet = terminal.run(&["sync", "demo", "--json"]).await;
    assert_eq!(quiet.json()["state"], "nothing");
}

/// Sends a signal and waits until it has surely arrived: it is on its way to another process.
async fn signal(child: &tokio::process::Child, name: &str) {
    let pid = child.id().unwrap().to_string();
    let mut kill = tokio::process::Command::new("kill");
    assert!(kill.args([name, &pid]).status().await.unwrap().success());
    tokio::time::sleep(Duration::from_millis(300)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_sync_ends_what_is_under_way_and_says_so() {
    // Somebody at the terminal, and a service manager.
    for name in ["-INT", "-TERM"] {
        let terminal = Terminal::start(60).await;
        let gate = Gate::default();
        let held = Fault::hold(&gate).on("PUT", "/properties/").after(10);
        terminal.world.jira.inject(held);
        let child = terminal.spawn(&["sync", "demo", "--json"]);
        gate.arrived(1).await;
        signal(&child, name).await;
        gate.release();
        let output = child.wait_with_output().await.unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            (output.status.code(), &report["state"]),
            (Some(1), &"stopped".into())
        );
        assert_eq!(terminal.open_intents().await, 0);
        is_made_good(&terminal, "interrupted").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn interrupted_twice_a_sync_ends_at_once_and_the_next_one_makes_it_good() {
    let terminal = Terminal::start(30).await;
    let gate = Gate::default();
    let held = Fault::hold(&gate).on("PUT", "/properties/").after(10);
    terminal.world.jira.inject(held);
    let child = terminal.spawn(&["sync", "demo", "--json"]);
    gate.arrived(1).await;
    signal(&child, "-INT").await;
    signal(&child, "-INT").await;
    let output = child.wait_with_output().await.unwrap();
    let error: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (output.status.code(), &error["error"]["code"]),
        (Some(1), &"cancelled".into())
    );
    gate.release();
    terminal.world.jira.clear_faults();
    assert!(terminal.open_intents().await > 0);
    is_made_good(&terminal, "interrupted twice").await;
}
