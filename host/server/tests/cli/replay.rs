//! `run replay`: its words, its JSON and its exit codes.

use super::terminal::Terminal;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_is_replayed_and_says_what_it_has_no_more() {
    let terminal = Terminal::start(12).await;
    let synced = terminal.run(&["sync", "demo", "--json"]).await.json();
    let id = synced["run"].as_str().unwrap();
    let told = terminal.run(&["run", "replay", &id[..12]]).await;
    assert_eq!(told.exit, 0, "{told:?}");
    assert!(told.out.contains("the same plan came out, bit for bit"));
    assert!(told.out.contains(synced["digest"].as_str().unwrap()));
    let told = terminal.run(&["run", "replay", id, "--json"]).await;
    assert_eq!(told.exit, 0, "{told:?}");
    let replayed = told.json();
    assert_eq!(replayed["is-same"], true);
    assert_eq!(replayed["replayed"], synced["digest"]);
    assert_eq!(replayed["missing"], serde_json::json!([]));
    assert_eq!(replayed["generations"], synced["generations"]);

    // The record of a build of a plugin and of a document goes; the exit code says so.
    let builds = terminal.path("data/builds");
    std::fs::rename(&builds, terminal.path("data/elsewhere")).unwrap();
    let told = terminal.run(&["run", "replay", id, "--json"]).await;
    assert_eq!((told.exit, told.code().as_str()), (1, "no-such-plan"));
    let unknown = terminal.run(&["run", "replay", "ffffffff", "--json"]).await;
    assert_eq!((unknown.exit, unknown.code().as_str()), (1, "no-such-run"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_to_replay_with_is_a_name_and_a_file() {
    let terminal = Terminal::start(3).await;
    let synced = terminal.run(&["sync", "demo", "--json"]).await.json();
    let id = synced["run"].as_str().unwrap();
    let told = async |plugin: &str| {
        let args = ["run", "replay", id, "--json", "--plugin", plugin];
        let told = terminal.run(&args).await;
        (told.exit, told.code())
    };
    assert_eq!(told("text").await, (2, "usage".to_owned()));
    let none = told("text=./none.wasm").await;
    assert_eq!(none, (2, "plugin-file".to_owned()));
    std::fs::write(terminal.path("x.wasm"), "no component").unwrap();
    let unused = told("text=./x.wasm").await;
    assert_eq!(unused, (2, "unknown-plugin".to_owned()));
    let wrong = told("entra=./x.wasm").await;
    assert_eq!(wrong.0, 2);
}
