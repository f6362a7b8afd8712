//! The kit of plugin authors from outside: what they are told when something is wrong.
//!
//! The compiler is that of the tests and asks nobody: what the project's SDK needs was fetched when
//! the bundled plugins were built. Tools of other languages may be missing; then that is what is
//! told. Deliberately not here: the way on which all goes well (`tutorial`).

use std::fs;
use std::path::Path;

use tokio::process::Command;

use super::terminal::{Terminal, Told, told};

/// A command of the kit, with the compiler of this test.
fn command(terminal: &Terminal, args: &[&str]) -> Command {
    let mut command = terminal.command(args);
    with_compiler(&mut command);
    command
}

/// Gives a command the compiler of this test, offline, and one target folder for all.
pub(crate) fn with_compiler(command: &mut Command) {
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

    is_done_again_by_what_a_plan_says(&terminal).await;

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

/// A plan names plugin, function, place and person, never the value; the command below it makes the
/// call again with the value, and that of its report does without the directory.
async fn is_done_again_by_what_a_plan_says(terminal: &Terminal) {
    let who = terminal.who(0);
    let key = terminal.world.graph.people(|people| people.id(who));
    terminal
        .world
        .graph
        .people(|people| people.set(who, "department", "It's\u{1b}secret"));
    fs::create_dir(terminal.path("plugins.d")).unwrap();
    fs::rename(terminal.path("mine"), terminal.path("elsewhere")).unwrap();
    fs::copy(
        terminal.path("elsewhere/faulty.wasm"),
        terminal.path("plugins.d/faulty.wasm"),
    )
    .unwrap();
    terminal.maps(
        "\"The Team\" = { from = \"department\", steps = [\"text.trim\", \"faulty.mark\"] }\n",
    );
    let plan = terminal.run(&["plan", "demo"]).await;
    for told in [
        "plugin-trap",
        "`faulty.mark`",
        "faulty 0.1.0",
        "src/lib.rs:",
        "it has an escape",
        &*key,
    ] {
        assert!(plan.out.contains(told), "{told}: {plan:?}");
    }
    assert!(!plan.out.contains("secret"), "{plan:?}");
    let again = format!("attune plugin run --person demo {key} --field 'The Team'");
    assert_eq!(replay_of(&plan), again);
    let ran = pasted(terminal, &again).await;
    assert_eq!(ran.exit, 1, "{ran:?}");
    assert!(
        ran.err
            .contains("call    faulty.mark [\"It's\\u001bsecret\"]"),
        "{ran:?}"
    );
    assert!(ran.out.contains("at      src/lib.rs:"), "{ran:?}");
    let alone = replay_of(&ran);
    assert!(
        alone.starts_with("attune plugin run faulty mark --input '"),
        "{alone}"
    );
    terminal.world.graph.pause().await;
    let ran = pasted(terminal, &alone).await;
    assert_eq!(ran.exit, 1, "{ran:?}");
    assert!(
        ran.out.contains("at      src/lib.rs:") && replay_of(&ran) == alone,
        "{ran:?}"
    );
    fs::rename(terminal.path("elsewhere"), terminal.path("mine")).unwrap();
}

/// The command that was printed to do it again.
fn replay_of(told: &Told) -> String {
    let mut lines = told.out.lines().map(str::trim_start);
    let line = lines.find_map(|line| line.strip_prefix("again ")).unwrap();
    line.trim().to_owned()
}

/// What somebody sees who pastes a line into a shell.
async fn pasted(terminal: &Terminal, line: &str) -> Told {
    let program = Path::new(env!("CARGO_BIN_EXE_attune"));
    let folder = program.parent().unwrap().to_str().unwrap();
    let mut command = Command::new("/bin/sh");
    command
        .env_clear()
        .env("PATH", folder)
        .current_dir(terminal.path(""))
        .args(["-c", line]);
    told(command).await
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
