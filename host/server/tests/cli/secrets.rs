//! Promise 9: secrets stay in the host. Marks are used as secrets and then looked for everywhere.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::terminal::{Terminal, told};

const CLIENT_SECRET: &str = "canary-entra/7f~!+&%=Zq";
const PASSWORD: &str = "canary-jira#9k?/<>\"'Wv";

/// A secret in every spelling in which it might leak.
pub(crate) fn spellings(secret: &str) -> Vec<(&'static str, String)> {
    let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let percent: String = secret
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect();
    let hex: String = secret
        .bytes()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let json = serde_json::Value::from(secret).to_string();
    vec![
        ("raw", secret.to_owned()),
        ("json", json.trim_matches('"').to_owned()),
        ("debug", format!("{secret:?}").trim_matches('"').to_owned()),
        ("form", encoded),
        ("percent", percent),
        ("hex", hex),
        (
            "base64",
            STANDARD.encode(secret).trim_end_matches('=').to_owned(),
        ),
        ("base64url", URL_SAFE_NO_PAD.encode(secret)),
    ]
}

/// Every way in which the marks could be found in something.
fn needles() -> Vec<(String, Vec<u8>)> {
    let both = format!("svc-attune:{PASSWORD}");
    let mut all = Vec::new();
    for (name, secret) in [
        ("client secret", CLIENT_SECRET),
        ("password", PASSWORD),
        ("basic", &both),
    ] {
        for (how, spelling) in spellings(secret) {
            all.push((format!("{name} as {how}"), spelling.into_bytes()));
        }
    }
    all
}

fn search(what: &str, haystack: &[u8], hits: &mut Vec<String>) {
    for (name, needle) in needles() {
        if haystack
            .windows(needle.len())
            .any(|window| window == needle)
        {
            hits.push(format!("{what}: {name}"));
        }
    }
}

fn search_folder(folder: &Path, hits: &mut Vec<String>) -> usize {
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name == "entra-secret" || name == "jira-password" || name == "compiled" {
            continue;
        }
        if path.is_dir() {
            files += search_folder(&path, hits);
        } else {
            files += 1;
            search(
                &path.display().to_string(),
                &std::fs::read(&path).unwrap(),
                hits,
            );
        }
    }
    files
}

/// Every file below a folder with what is in it, but for those that are left out by name.
pub(crate) fn search_files(folder: &Path, except: &[&str]) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if except.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            found.extend(search_files(&path, except));
        } else if let Ok(bytes) = std::fs::read(&path) {
            found.push((path.display().to_string(), bytes));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_found_in_data_plans_logs_or_words() {
    let terminal = Terminal::arranged(12, |directory, site| {
        directory.client_secret = CLIENT_SECRET.to_owned();
        site.settings.password = PASSWORD.to_owned();
    })
    .await;
    let mut hits = Vec::new();
    let user = terminal
        .member(terminal.who(2), "userPrincipalName")
        .unwrap();
    let commands: [&[&str]; 8] = [
        &["check", "demo"],
        &["plan", "demo", "--out", "plan.json"],
        &["sync", "demo", "--json"],
        &["sync", "demo", "--full"],
        &["explain", "demo", &user, "--json"],
        &["runs", "--json"],
        &["connector", "validate", "--json"],
        &["plan", "demo", "--json"],
    ];
    let run = async |args: &[&str], hits: &mut Vec<String>| {
        let mut command = terminal.command(args);
        command.env("ATTUNE_LOG__LEVEL", "trace");
        let told = told(command).await;
        search(&format!("words of {args:?}"), told.out.as_bytes(), hits);
        search(&format!("log of {args:?}"), told.err.as_bytes(), hits);
        told
    };
    let mut logged = 0;
    for args in commands {
        let told = run(args, &mut hits).await;
        assert_eq!(
            told.exit,
            0,
            "{args:?}: {}",
            told.err.lines().last().unwrap_or_default()
        );
        logged += told.err.len();
    }
    assert!(logged > 10_000, "the log was on: {logged} bytes");
    // Secrets that are refused must not be repeated either.
    terminal
        .world
        .graph
        .configure(|settings| settings.client_secret = "another".to_owned());
    assert_eq!(run(&["sync", "demo"], &mut hits).await.exit, 4);
    terminal
        .world
        .jira
        .configure(|settings| settings.password = "another".to_owned());
    run(&["check", "demo"], &mut hits).await;
    let files = search_folder(&terminal.path(""), &mut hits);
    assert!(files >= 4, "{files}");
    assert_eq!(hits, Vec::<String>::new());
    let tokens = terminal.world.graph.log();
    let came = tokens.iter().any(|record| record.path.ends_with("/token"));
    assert!(came, "the secret was really used");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let terminal = Terminal::start(6).await;
    terminal.run(&["sync", "demo"]).await;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&terminal.path("data")), 0o700);
    assert_eq!(mode(&terminal.path("data/plans")), 0o700);
    assert_eq!(mode(&terminal.path("data/attune.db")), 0o600);
    for entry in std::fs::read_dir(terminal.path("data/plans")).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()) & 0o077, 0);
    }
}
