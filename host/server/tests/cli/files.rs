//! Connector files and this machine: `connector fmt|schema|release`, `doctor`.

use std::os::unix::fs::PermissionsExt as _;

use super::terminal::{Terminal, told};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fmt_lays_a_file_out_and_its_revision_stays() {
    let terminal = Terminal::start(3).await;
    let before = terminal
        .run(&["connector", "validate", "--json"])
        .await
        .json();
    let path = terminal.path("connectors/demo.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let untidy = text.replace("Department = ", "# theirs\n\n\n  Department=");
    std::fs::write(&path, &untidy).unwrap();
    let checked = terminal.run(&["connector", "fmt", "--check"]).await;
    assert_eq!(checked.exit, 1, "{checked:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), untidy);
    let done = terminal.run(&["connector", "fmt", "demo"]).await;
    assert_eq!(done.exit, 0, "{done:?}");
    let tidy = std::fs::read_to_string(&path).unwrap();
    assert!(tidy.contains("# theirs\n\nDepartment = "), "{tidy}");
    let after = terminal
        .run(&["connector", "validate", "--json"])
        .await
        .json();
    assert_eq!(before["revision"], after["revision"]);
    let again = terminal.run(&["connector", "fmt", "--check"]).await;
    assert_eq!((again.exit, again.out.as_str()), (0, ""), "{again:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fmt_tells_where_a_file_is_no_toml_and_leaves_it() {
    let terminal = Terminal::start(3).await;
    terminal.write_connector("id = \"demo\"\n[source\n");
    let failed = terminal.run(&["connector", "fmt", "--json"]).await;
    assert_eq!(failed.exit, 2, "{failed:?}");
    assert!(failed.out.contains("demo.toml:2:"), "{failed:?}");
    let text = std::fs::read_to_string(terminal.path("connectors/demo.toml")).unwrap();
    assert_eq!(text, "id = \"demo\"\n[source\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_schema_is_json() {
    let terminal = Terminal::start(1).await;
    let schema = terminal.run(&["connector", "schema"]).await;
    assert_eq!(schema.json()["title"], "A connector file of Attune");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_tells_what_is_not_well_with_what_to_do() {
    let terminal = Terminal::start(3).await;
    terminal.run(&["sync", "demo"]).await;
    let well = terminal.run(&["doctor", "--json"]).await;
    assert_eq!(well.exit, 0, "{well:?}");
    let secret = terminal.path("jira-password");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::set_permissions(
        terminal.path("data"),
        std::fs::Permissions::from_mode(0o755),
    )
    .unwrap();
    std::fs::write(terminal.path("connectors/other.toml"), "id = \"demo\"\n").unwrap();
    let ill = terminal.run(&["doctor", "--json"]).await;
    assert_eq!(ill.exit, 1, "{ill:?}");
    let lines = ill.json();
    let wrong: Vec<&str> = lines
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line["ok"] == false)
        .inspect(|line| assert!(line["fix"].as_str().is_some_and(|fix| !fix.is_empty())))
        .filter_map(|line| line["name"].as_str())
        .collect();
    assert_eq!(
        wrong,
        [
            "data directory",
            "secret demo target.jira.credential",
            "connector other"
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_finds_a_damaged_database() {
    let terminal = Terminal::start(40).await;
    terminal.run(&["sync", "demo"]).await;
    let path = terminal.path("data/attune.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0xA5);
    std::fs::write(&path, bytes).unwrap();
    let ill = terminal.run(&["doctor"]).await;
    assert_eq!(ill.exit, 1, "{ill:?}");
    assert!(
        ill.out.contains("damaged") || ill.err.contains("malformed"),
        "{ill:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_released_to_another_connector_is_written_by_that_one() {
    let terminal = Terminal::start(6).await;
    terminal.run(&["sync", "demo"]).await;
    let access = terminal.world.access();
    let other = access.connector("id = \"other\"", "", "City = { value = \"Ulm\" }\n");
    std::fs::write(terminal.path("connectors/other.toml"), other).unwrap();
    let refused = terminal.run(&["sync", "other", "--json"]).await.json();
    assert_eq!(refused["summary"]["written"], 0);
    assert_eq!(refused["problems"][0]["code"], "owned-by");
    let listed = terminal
        .run(&["connector", "release", "demo", "--json"])
        .await
        .json();
    let owned: Vec<&str> = listed["owned"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["field"].as_str())
        .collect();
    assert_eq!(owned, ["City", "Department"]);
    let args = [
        "connector",
        "release",
        "demo",
        "--field",
        "City",
        "--to",
        "other",
    ];
    let released = terminal.run(&args).await;
    assert_eq!(released.exit, 0, "{released:?}");
    let command = terminal.command(&["sync", "other", "--json"]);
    let written = told(command).await.json();
    let changes = written["changes"].as_array().unwrap();
    assert!(!changes.is_empty());
    assert!(
        changes.iter().all(|change| change["after"] == "Ulm"),
        "{changes:#?}"
    );
    let nothing = terminal
        .run(&["connector", "release", "demo", "--field", "Cty", "--json"])
        .await;
    assert_eq!(
        (nothing.exit, nothing.code().as_str()),
        (1, "nothing-waits")
    );
}
