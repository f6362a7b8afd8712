//! The kit of plugin authors from outside: from an empty folder to a row that uses the plugin.
//!
//! The compiler is that of the tests and asks nobody: what the project's SDK needs was fetched when
//! the bundled plugins were built. Tools of other languages may be missing; then that is what is
//! told.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use tokio::process::Command;

use super::serve::serve;
use super::terminal::{Terminal, Told, told};

/// A command of the kit, with the compiler of this test.
fn command(terminal: &Terminal, args: &[&str]) -> Command {
    let mut command = terminal.command(args);
    for name in [
        "PATH",
        "HOME",
        "CARGO_HOME",
        "RUSTUP_HOME",
        "RUSTUP_TOOLCHAIN",
    ] {
        if let Some((_, value)) = std::env::vars_os().find(|(known, _)| known == name) {
            command.env(name, value);
        }
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kit");
    command
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TARGET_DIR", target);
    command
}

async fn kit(terminal: &Terminal, args: &[&str]) -> Told {
    told(command(terminal, args)).await
}

fn replace(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    fs::write(path, text.replace(from, to)).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_project_is_built_tried_and_used_by_a_row() {
    let terminal = Terminal::start(3).await;
    let made = kit(&terminal, &["plugin", "new", "shout"]).await;
    assert_eq!(made.exit, 0, "{made:?}");
    let built = kit(&terminal, &["plugin", "build", "shout", "--json"]).await;
    assert_eq!(built.exit, 0, "{built:?}");
    assert_eq!(built.json()["plugin"], "shout");
    let file = terminal.path("shout/shout.wasm");
    assert!(file.is_file());

    let checked = kit(&terminal, &["plugin", "check", "shout"]).await;
    assert_eq!(checked.exit, 0, "{checked:?}");
    assert!(checked.out.contains("ok    mark rows"), "{checked:?}");
    assert!(
        !checked.out.contains("wrong") && !checked.out.contains("note"),
        "{checked:?}"
    );
    let tested = kit(&terminal, &["plugin", "test", "shout"]).await;
    assert_eq!(tested.exit, 0, "{tested:?}");
    assert!(tested.out.contains("7 of 7 cases"), "{tested:?}");
    let args = [
        "plugin",
        "torture",
        "shout",
        "--seconds",
        "0",
        "--seed",
        "7",
    ];
    let tortured = kit(&terminal, &args).await;
    assert_eq!(tortured.exit, 0, "{tortured:?}");
    let page = kit(&terminal, &["plugin", "docs", "shout/shout.wasm"]).await;
    assert!(
        page.out.contains("## shout.mark") && page.out.contains("| `mark` |"),
        "{page:?}"
    );
    let measured = kit(&terminal, &["plugin", "bench", "shout", "--json"]).await;
    assert!(measured.json()[0]["nanoseconds"].as_f64().unwrap() > 0.0);
    let packed = kit(&terminal, &["plugin", "pack", "shout"]).await;
    assert_eq!(packed.exit, 0, "{packed:?}");
    let checksum = fs::read_to_string(terminal.path("shout/shout.wasm.sha256")).unwrap();
    let digest = checksum.split("  ").next().unwrap();
    assert!(packed.out.contains(digest) && checksum.ends_with("  shout.wasm\n"));
    is_taken_by_a_service_and_used_by_a_row(&terminal).await;
}

/// A running service takes what `watch` hands over, and a row uses it.
async fn is_taken_by_a_service_and_used_by_a_row(terminal: &Terminal) {
    fs::create_dir(terminal.path("plugins.d")).unwrap();
    let service = serve(terminal).await;
    let args = ["plugin", "watch", "shout", "--once", "--into", "plugins.d"];
    let watched = kit(terminal, &args).await;
    assert_eq!(watched.exit, 0, "{watched:?}");
    for stage in ["built", "checked", "tested", "handed over"] {
        assert!(watched.out.contains(stage), "{stage}: {watched:?}");
    }
    let begun = Instant::now();
    while !terminal
        .run(&["plugin", "list"])
        .await
        .out
        .contains("shout ")
    {
        assert!(
            begun.elapsed() < Duration::from_mins(1),
            "the service has no plugin yet"
        );
    }
    assert_eq!(service.end().await, Some(0));
    terminal.maps("Department = { from = \"department\", use = \"shout.mark\", mark = \"?\" }\n");
    let plan = terminal.run(&["plan", "demo", "--json"]).await.json();
    let after = plan["changes"][0]["after"].as_str().unwrap();
    assert!(after.ends_with('?'), "{plan}");
    let person = plan["changes"][0]["person"].as_str().unwrap();
    let args = [
        "plugin",
        "run",
        "shout",
        "mark",
        "--field",
        "Department",
        "--person",
        "demo",
    ];
    let ran = terminal
        .run(&[&args[..], &[person, "--json"]].concat())
        .await;
    let output: String = serde_json::from_str(ran.json()["output"].as_str().unwrap()).unwrap();
    assert_eq!(output, after, "{ran:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_is_told_with_its_place_its_input_and_the_command_that_does_it_again() {
    let terminal = Terminal::start(1).await;
    let made = kit(&terminal, &["plugin", "new", "faulty", "--dir", "mine"]).await;
    assert_eq!(made.exit, 0, "{made:?}");
    let source = terminal.path("mine/src/lib.rs");
    replace(
        &source,
        "    out.push_str(text);\n",
        "    assert!(!text.contains('\\u{1b}'), \"it has an escape\");\n    out.push_str(text);\n",
    );
    let built = kit(&terminal, &["plugin", "build", "mine"]).await;
    assert_eq!(built.exit, 0, "{built:?}");
    let file = "mine/faulty.wasm";
    let args = ["plugin", "run", file, "mark", "--input", "\"a\""];
    let ran = kit(&terminal, &args).await;
    assert_eq!((ran.exit, ran.out.trim()), (0, "\"a!\""), "{ran:?}");
    let failing = [
        "plugin",
        "run",
        file,
        "faulty.mark",
        "--input",
        "[\"a\\u001b\"]",
    ];
    let ran = kit(&terminal, &[&failing[..], &["--json"]].concat()).await;
    assert_eq!(ran.exit, 1, "{ran:?}");
    let report = &ran.json()["report"];
    assert_eq!(report["code"], "plugin-trap");
    let place = report["place"].as_str().unwrap();
    assert!(place.starts_with("src/lib.rs:"), "{report}");
    assert!(
        report["said"]
            .as_str()
            .unwrap()
            .contains("it has an escape"),
        "{report}"
    );
    let args = ["plugin", "torture", "mine", "--seconds", "0", "--seed", "7"];
    let tortured = kit(&terminal, &args).await;
    assert_eq!(tortured.exit, 1, "{tortured:?}");
    for told in [
        "plugin-trap",
        "src/lib.rs:",
        "again   attune plugin run",
        "--seed 7",
    ] {
        assert!(tortured.out.contains(told), "{told}: {tortured:?}");
    }

    // A case that is not so, its difference, and the update.
    let cases = terminal.path("mine/cases/mark.toml");
    replace(&cases, "output = \"Größe *\"", "output = \"Größe\"");
    let args = ["plugin", "test", "mine", "--no-build"];
    let tested = kit(&terminal, &args).await;
    assert_eq!(tested.exit, 1, "{tested:?}");
    assert!(
        tested.out.contains("- \"Größe\"\n  + \"Größe *\""),
        "{tested:?}"
    );
    let updated = kit(&terminal, &[&args[..], &["--update"]].concat()).await;
    assert_eq!(updated.exit, 0, "{updated:?}");
    assert_eq!(kit(&terminal, &args).await.exit, 0);

    // What does not compile leaves the build where it is.
    replace(&source, "out.push_str(text);", "out.push_str(text)");
    let failed = kit(&terminal, &["plugin", "build", "mine", "--json"]).await;
    assert_eq!(
        (failed.exit, failed.code().as_str()),
        (1, "plugin-build"),
        "{failed:?}"
    );
    assert!(terminal.path(file).is_file());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn missing_tools_and_strange_folders_are_told_with_what_to_do() {
    let terminal = Terminal::start(1).await;
    for lang in ["rust", "js", "python"] {
        let made = terminal
            .run(&["plugin", "new", "tool-less", "--lang", lang, "--dir", lang])
            .await;
        assert_eq!(made.exit, 0, "{made:?}");
        let mut build = terminal.command(&["plugin", "build", lang, "--json"]);
        // A folder with no program in it.
        build.env("PATH", terminal.path("connectors"));
        let built = told(build).await;
        assert_eq!(
            (built.exit, built.code().as_str()),
            (2, "toolchain-missing"),
            "{built:?}"
        );
        let hint = built.json()["error"]["hint"].as_str().unwrap().to_owned();
        assert!(hint.contains("run `"), "{hint}");
    }
    let refused = [
        "plugin", "new", "x", "--kind", "provider", "--lang", "js", "--json",
    ];
    let refused = terminal.run(&refused).await;
    assert_eq!((refused.exit, refused.code().as_str()), (2, "usage"));
    let refused = terminal
        .run(&["plugin", "build", "connectors", "--json"])
        .await;
    assert_eq!((refused.exit, refused.code().as_str()), (2, "usage"));
    let unbuilt = terminal.run(&["plugin", "check", "rust", "--json"]).await;
    assert!(unbuilt.out.contains("attune plugin build"), "{unbuilt:?}");
    fs::write(terminal.path("rust/bad.wasm"), b"nothing").unwrap();
    let found = terminal.run(&["plugin", "check", "rust"]).await;
    assert_eq!(found.exit, 1, "{found:?}");
    assert!(found.out.contains("wrong file: this is"), "{found:?}");
    let page = terminal.run(&["plugin", "docs", "lookup"]).await;
    assert!(page.out.contains("## lookup.table"), "{page:?}");
}
