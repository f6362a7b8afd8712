//! Requests that nobody thought of: Schemathesis makes them from the OpenAPI document, and no answer may be
//! a failure of ours.
//!
//! Its process talks to this service on loopback only. `tests/run` installs it beside the other peers.

use std::process::Command;

use super::client::{end, served_to_many};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_made_from_the_document_is_answered_by_a_failure_of_ours() {
    let (_app, service, api) = served_to_many(4).await;
    let token = api.powers.trim().split_once(": ").unwrap().1.to_owned();
    let address = format!("{}/api/v1/openapi.json", api.home());
    // It keeps what it found beside the folder that it runs in.
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_owned();
    let ran = tokio::task::spawn_blocking(move || {
        Command::new(schemathesis())
            .current_dir(place)
            .args([
                "run",
                &address,
                "--header",
                &format!("Authorization: {token}"),
            ])
            .args([
                "--checks",
                "not_a_server_error",
                "--phases",
                "examples,coverage,fuzzing",
            ])
            .args([
                "--max-examples",
                "12",
                "--seed",
                "7",
                "--workers",
                "2",
                "--request-timeout",
                "60",
            ])
            .args([
                "--no-color",
                "--warnings",
                "off",
                "--suppress-health-check",
                "all",
            ])
            // Ends the session that asks, or the token; and waits for a run that never comes.
            .args([
                "--exclude-path-regex",
                "/(session|tokens/|runs/.id./events)",
            ])
            .env("PYTHONWARNINGS", "ignore")
            .output()
    });
    let ran = ran.await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(
        ran.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    println!(
        "{}",
        said.lines().rev().take(12).collect::<Vec<_>>().join("\n")
    );
    end(service, api).await;
}

fn schemathesis() -> std::path::PathBuf {
    let python = std::env::var_os("ATTUNE_TEST_PYTHON").map(std::path::PathBuf::from);
    let python = python.unwrap_or_else(|| "../target/peers/python/bin/python".into());
    let found = std::path::absolute(python.with_file_name("st")).unwrap();
    assert!(
        found.exists(),
        "{} is not there: run tests/run set-up",
        found.display()
    );
    found
}
