//! `mapping import`: exports of other products become connector files that validate.

use serde_json::{Value, json};

use super::terminal::{Terminal, Told};

const USER_SYNC: &str = include_str!("imports/user-sync.json");
const ENTRA: &str = include_str!("imports/entra-schema.json");
const SECRETS: [&str; 2] = ["s3cr3t-of-the-export", "00aB-another-secret"];

fn write(terminal: &Terminal, name: &str, text: &str) {
    std::fs::write(terminal.path(name), text).unwrap();
}

fn of_kind(told: &Value, kind: &str) -> Vec<String> {
    let remarks = told["remarks"].as_array().unwrap().iter();
    let remarks = remarks.filter(|one| one["kind"] == kind);
    remarks
        .map(|one| format!("{} {}", one["at"], one["message"]))
        .collect()
}

fn has_no_secret(told: &Told) {
    for secret in SECRETS {
        assert!(
            !told.out.contains(secret) && !told.err.contains(secret),
            "{told:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connectors_of_user_sync_become_files_that_validate() {
    let terminal = Terminal::start(1).await;
    write(&terminal, "export.json", USER_SYNC);
    let import = ["mapping", "import", "--user-sync", "export.json", "--pick"];
    // One row more where a plugin of this build takes Java's patterns.
    for (name, rows) in [("Contoso Entra", 9), ("Partners", 2)] {
        let out = format!(
            "connectors/{}.toml",
            name.split(' ').next().unwrap().to_lowercase()
        );
        let shown = terminal.run(&[&import[..], &[name]].concat()).await;
        assert_eq!(shown.exit, 0, "{shown:?}");
        let told = terminal
            .run(&[&import[..], &[name, "--out", &out, "--json"]].concat())
            .await;
        assert_eq!(told.exit, 0, "{told:?}");
        has_no_secret(&shown);
        has_no_secret(&told);
        let json = told.json();
        assert_eq!(json["file"], out.as_str(), "{json:#}");
        let is = json["rows"].as_u64().unwrap();
        assert!((rows..=rows + 1).contains(&is), "{json:#}");
        let text = std::fs::read_to_string(terminal.path(&out)).unwrap();
        assert_eq!(json["toml"], text);
        let id = json["connector"].as_str().unwrap();
        let valid = terminal.run(&["connector", "validate", id]).await;
        assert_eq!(valid.exit, 0, "{valid:?}\n{text}");
        // Every remark is a line on stderr too, with what to do.
        let remarks = json["remarks"].as_array().unwrap();
        assert_eq!(told.err.lines().count(), remarks.len(), "{}", told.err);
        assert!(
            told.err.lines().all(|line| line.contains("; do: ")),
            "{}",
            told.err
        );
        assert!(
            remarks.iter().all(|one| one["advice"] != ""),
            "{remarks:#?}"
        );
    }
    let tidy = terminal
        .run(&["connector", "fmt", "--check", "contoso"])
        .await;
    assert_eq!(tidy.exit, 0, "{tidy:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_user_sync_has_and_we_have_not_is_told_line_by_line() {
    let terminal = Terminal::start(1).await;
    write(&terminal, "export.json", USER_SYNC);
    let args = [
        "mapping",
        "import",
        "--user-sync",
        "export.json",
        "--pick",
        "contoso-entra",
    ];
    let told = terminal.run(&args).await;
    assert_eq!(told.exit, 0, "{told:?}");
    for part in [
        "attributeMapping[7]: the value is made by code",
        "nestedGroupLevels: a number whose meaning is not known here",
        "to be set: [source.credential.app]: the secret comes from the variable ENTRA_CLIENT_SECRET",
        "to be set: [target.jira] url",
        "to be checked: regular expressions",
    ] {
        assert!(told.err.contains(part), "{part}: {}", told.err);
    }
    assert!(
        told.out
            .contains("client-secret = { env = \"ENTRA_CLIENT_SECRET\" }"),
        "{}",
        told.out
    );
    assert!(told.out.contains("[target.wiki.map]"), "{}", told.out);
    // A pattern that only Java's syntax can say.
    assert!(told.out.contains("use = \"regex.replace\""), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provisioning_schema_becomes_a_file_that_validates() {
    let terminal = Terminal::start(1).await;
    write(&terminal, "schema.json", ENTRA);
    let args = [
        "mapping",
        "import",
        "--entra",
        "schema.json",
        "--out",
        "connectors/hr.toml",
        "--json",
    ];
    let told = terminal.run(&args).await;
    assert_eq!(told.exit, 0, "{told:?}");
    let json = told.json();
    let text = json["toml"].as_str().unwrap();
    let valid = terminal.run(&["connector", "validate", "hr"]).await;
    assert_eq!(valid.exit, 0, "{valid:?}\n{text}");
    assert!(
        text.contains("Department    = { from = \"department\""),
        "{text}"
    );
    assert!(
        text.contains("include = [{ attribute = \"userType\", equals = \"Member\" }"),
        "{text}"
    );
    assert!(
        text.contains(
            "use = \"entra.expression\", expression = 'Replace([onPremisesExtensionAttributes"
        ),
        "{text}"
    );
    let left = of_kind(&json, "left");
    assert!(
        left.iter().any(|line| line.contains("GREATER_THAN")),
        "{left:#?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_there_is_never_replaced() {
    let terminal = Terminal::start(1).await;
    write(&terminal, "schema.json", ENTRA);
    let before = std::fs::read_to_string(terminal.path("connectors/demo.toml")).unwrap();
    let import = |out: &'static str| {
        [
            "mapping",
            "import",
            "--entra",
            "schema.json",
            "--out",
            out,
            "--json",
        ]
    };
    let told = terminal.run(&import("connectors/demo.toml")).await;
    assert_eq!(
        (told.exit, told.code().as_str()),
        (1, "file-exists"),
        "{told:?}"
    );
    assert_eq!(
        std::fs::read_to_string(terminal.path("connectors/demo.toml")).unwrap(),
        before
    );
    // Another file of the same id would keep both from being used.
    std::fs::rename(
        terminal.path("connectors/demo.toml"),
        terminal.path("connectors/old.toml"),
    )
    .unwrap();
    let told = terminal.run(&import("connectors/demo.toml")).await;
    assert_eq!((told.exit, told.code().as_str()), (2, "config"), "{told:?}");
    assert!(!terminal.path("connectors/demo.toml").exists());
    let told = terminal.run(&import("connectors/hr.json")).await;
    assert_eq!((told.exit, told.code().as_str()), (2, "config"), "{told:?}");
    assert!(!terminal.path("connectors/hr.json").exists());
}

/// Option, file, exit code, code, and a part of what is said.
const REFUSED: [(&str, &str, i32, &str, &str); 9] = [
    (
        "--user-sync",
        "schema.json",
        2,
        "export-file",
        "nothing says the type",
    ),
    (
        "--entra",
        "export.json",
        2,
        "export-file",
        "synchronizationSchema",
    ),
    (
        "--user-sync",
        "export.json",
        2,
        "export-file",
        "--pick: contoso-entra, partners",
    ),
    (
        "--user-sync",
        "broken.json",
        2,
        "export-file",
        "it is not JSON",
    ),
    ("--entra", "table.csv", 2, "export-file", "it is not JSON"),
    ("--user-sync", "nowhere.json", 2, "config", "nowhere.json"),
    (
        "--user-sync",
        "empty.json",
        1,
        "export-empty",
        "can be carried over",
    ),
    ("--user-sync", "other.json", 2, "export-file", "`onelogin`"),
    (
        "--entra",
        "connectors/demo.toml",
        2,
        "export-file",
        "it is not JSON",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_are_something_else_are_refused_with_what_they_are() {
    let terminal = Terminal::start(1).await;
    write(&terminal, "schema.json", ENTRA);
    write(&terminal, "export.json", USER_SYNC);
    write(&terminal, "broken.json", "{ \"connectors\": [");
    write(&terminal, "table.csv", "a,b\n1,2\n");
    let empty =
        json!({ "type": "azure", "mappings": [{ "targetKind": "USERNAME", "source": "mail" }] });
    write(&terminal, "empty.json", &empty.to_string());
    let other = json!({ "type": "onelogin", "mappings": [] });
    write(&terminal, "other.json", &other.to_string());
    for (option, file, exit, code, part) in REFUSED {
        let told = terminal
            .run(&["mapping", "import", option, file, "--json"])
            .await;
        assert_eq!((told.exit, told.code().as_str()), (exit, code), "{told:?}");
        assert!(told.out.contains(part), "{part}: {}", told.out);
    }
    let told = terminal
        .run(&["mapping", "import", "--user-sync", "empty.json"])
        .await;
    assert!(
        told.err.contains("user names are never changed"),
        "{told:?}"
    );
    assert_eq!(terminal.run(&["mapping", "import"]).await.exit, 2);
    let both = [
        "mapping",
        "import",
        "--entra",
        "schema.json",
        "--user-sync",
        "export.json",
    ];
    assert_eq!(terminal.run(&both).await.exit, 2);
}
