//! `plugin shadow`: what is printed, and by which exit code it says that somebody has to approve.

use super::terminal::Terminal;

const TRIMMED: &str = "Department = { from = \"department\", steps = [\"text.trim\"] }\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_build_of_a_plugin_is_tried_beside_the_one_that_is_used() {
    let terminal = Terminal::start(20).await;
    terminal.maps(TRIMMED);
    assert_eq!(terminal.run(&["sync", "demo"]).await.exit, 0);
    terminal.world.graph.reset_log();
    terminal.world.jira.reset_log();
    let mut bundled = attune_bundled::PLUGINS.iter();
    let mut build = bundled
        .find(|plugin| plugin.id == "text")
        .unwrap()
        .wasm
        .to_vec();
    // A custom section named "x": another digest, and the same behaviour.
    build.extend([0, 3, 1, b'x', 7]);
    let file = terminal.path("text.wasm");
    std::fs::write(&file, build).unwrap();
    let file = file.to_str().unwrap();

    let told = terminal.run(&["plugin", "shadow", file]).await;
    assert_eq!(told.exit, 0, "{told:?}");
    assert!(
        told.out.contains("demo") && told.out.contains("nothing changes"),
        "{told:?}"
    );
    let told = terminal
        .run(&["plugin", "shadow", file, "--connector", "demo", "--json"])
        .await;
    assert_eq!(told.exit, 0, "{told:?}");
    let report = &told.json()[0];
    assert_eq!(report["compared"]["people"], 20);
    assert_eq!(report["compared"]["changed-values"], 0);
    assert_ne!(
        report["generations"]["text"]["old"],
        report["generations"]["text"]["new"]
    );
    assert_eq!(report["plan"]["source"]["read"], "kept");
    let requests = (
        terminal.world.graph.counts().requests,
        terminal.world.jira.counts().requests,
    );
    assert_eq!(requests, (0, 0));

    // What nobody uses, and what is no plugin at all.
    terminal.maps("Department = \"department\"\n");
    let told = terminal.run(&["plugin", "shadow", file, "--json"]).await;
    assert_eq!((told.exit, told.code().as_str()), (2, "usage"), "{told:?}");
    std::fs::write(terminal.path("text.wasm"), b"nonsense").unwrap();
    assert_eq!(terminal.run(&["plugin", "shadow", file]).await.exit, 2);
}
