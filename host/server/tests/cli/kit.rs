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

/// A function that minds what it is told besides the text, and says it when it fails.
const TOLD: &str = r###"
fn told() -> Function {
    Function {
        name: "told",
        summary: "The text; one with an escape only before the first run begins",
        options: attune_plugin::NoOptions::SCHEMA,
        examples: r##"[{"input": ["a"], "output": "a"}]"##,
        uses: &[Uses::Now, Uses::Seed, Uses::Locale],
        open: Open::row(|attune_plugin::NoOptions {}| {
            Ok(|row: Row<'_>, out: Cell<'_>| {
                row.with_text(out, |text, out| {
                    let is_early = row.now_ms() < 1.0;
                    assert!(
                        is_early || !text.contains('\u{1b}'),
                        "told {} {} {:?}",
                        row.now_ms(),
                        row.locale(),
                        row.seed()
                    );
                    out.text(text)
                })
            })
        }),
    }
}
"###;

/// Makes the plugin of a new project one that fails: `mark` at an escape, `told` as [`TOLD`] says.
fn spoil(source: &Path) {
    replace(
        source,
        "    out.push_str(text);\n",
        "    assert!(!text.contains('\\u{1b}'), \"it has an escape\");\n    out.push_str(text);\n",
    );
    replace(source, "Outcome, Plugin};", "Outcome, Plugin, Row, Uses};");
    replace(source, "vec![mark()]", "vec![mark(), told()]");
    let text = fs::read_to_string(source).unwrap();
    fs::write(source, text + TOLD).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_is_told_with_its_place_its_input_and_the_command_that_does_it_again() {
    let terminal = Terminal::start(1).await;
    let made = kit(&terminal, &["plugin", "new", "faulty", "--dir", "mine"]).await;
    assert_eq!(made.exit, 0, "{made:?}");
    let source = terminal.path("mine/src/lib.rs");
    spoil(&source);
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

    is_done_again_in_its_context(&terminal, &tortured).await;
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

/// What was told about the function is told again by the command below it, word for word.
async fn is_done_again_in_its_context(terminal: &Terminal, tortured: &Told) {
    let (mark, told) = (
        replay_with(tortured, " mark "),
        replay_with(tortured, " told "),
    );
    assert!(!mark.contains("--context"), "it uses nothing of it: {mark}");
    assert!(
        told.contains(r#" --context '{"now":1767225600000,"locale":"de-DE""#),
        "{told}"
    );
    let ran = pasted(terminal, &told).await;
    assert_eq!((ran.exit, replay_of(&ran)), (1, told), "{ran:?}");
    assert!(
        ran.out.contains("told 1767225600000 de-DE Some(["),
        "{ran:?}"
    );

    let cases = terminal.path("mine/cases/told.toml");
    let case = "function = \"told\"\n\n[[case]]\ninput = [\"a\\u001b\"]\noutput = \"a\"\ncontext = \
                { now = 1, locale = \"fr\", seed = \"000102030405060708090a0b0c0d0e0f\" }\n";
    fs::write(&cases, case).unwrap();
    let tested = kit(terminal, &["plugin", "test", "mine", "--no-build"]).await;
    fs::remove_file(cases).unwrap();
    assert_eq!(tested.exit, 1, "{tested:?}");
    let again = replay_of(&tested);
    let ran = pasted(terminal, &again).await;
    assert_eq!((ran.exit, replay_of(&ran)), (1, again), "{ran:?}");
    for told in [&tested, &ran] {
        assert!(
            told.out.contains("told 1 fr Some([0, 1, 2, 3, "),
            "{told:?}"
        );
    }
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
    is_done_again_with_all_that_the_step_was_given(terminal, &key).await;
    terminal.world.graph.pause().await;
    let ran = pasted(terminal, &alone).await;
    assert_eq!(ran.exit, 1, "{ran:?}");
    assert!(
        ran.out.contains("at      src/lib.rs:") && replay_of(&ran) == alone,
        "{ran:?}"
    );
    fs::rename(terminal.path("elsewhere"), terminal.path("mine")).unwrap();
}

/// The start of the run, the locale and the seed that a step is told, and bytes.
async fn is_done_again_with_all_that_the_step_was_given(terminal: &Terminal, key: &str) {
    terminal.maps(
        "\"The Told\" = { from = \"department\", use = \"faulty.told\", locale = \"de-AT\" }\n\
         \"The Id\" = { value = \"AAECAwQFBgcICQoLDA0ODw==\", steps = [{ use = \
         \"convert.base64-decode\", to = \"bytes\" }, \"convert.guid\"] }\n",
    );
    let seed = attune_core::evaluate::seed("demo", key, "jira", "The Told");
    let told = format!("de-AT Some({seed:?})");
    let plan = terminal.run(&["plan", "demo"]).await;
    assert!(plan.out.contains(&told), "{told}: {plan:?}");
    let ran = pasted(terminal, &replay_of(&plan)).await;
    assert_eq!(ran.exit, 1, "{ran:?}");
    assert!(ran.out.contains(&told), "{told}: {ran:?}");
    let alone = replay_of(&ran);
    assert!(
        alone.contains(r#" --context '{"now":"#) && alone.contains(r#""locale":"de-AT""#),
        "{alone}"
    );
    let ran = pasted(terminal, &alone).await;
    assert_eq!((ran.exit, replay_of(&ran)), (1, alone), "{ran:?}");
    assert!(ran.out.contains(&told), "{told}: {ran:?}");

    let of_person = ["plugin", "run", "convert", "guid", "--person", "demo", key];
    let args = [&of_person[..], &["--field", "The Id"]].concat();
    let ran = terminal.run(&args).await;
    let guid = "\"03020100-0504-0706-0809-0a0b0c0d0e0f\"";
    assert_eq!((ran.exit, ran.out.trim()), (0, guid), "{ran:?}");
    let call = r#"call    convert.guid [{"$":"bytes","base64":"AAECAwQFBgcICQoLDA0ODw=="}]"#;
    assert!(ran.err.contains(call), "{ran:?}");
    let both = terminal
        .run(&[&args[..], &["--context", "{}"]].concat())
        .await;
    assert_eq!(both.exit, 2, "{both:?}");
    assert!(both.err.contains("cannot be used with"), "{both:?}");
}

/// The command that was printed to do it again.
fn replay_of(told: &Told) -> String {
    replay_with(told, "attune plugin run")
}

/// The first of these commands with something in it.
fn replay_with(told: &Told, part: &str) -> String {
    let lines = told.out.lines().map(str::trim_start);
    let mut commands = lines.filter_map(|line| line.strip_prefix("again "));
    let command = commands.find(|command| command.contains(part));
    let command = command.unwrap_or_else(|| panic!("{part}: {told:?}"));
    command.trim().to_owned()
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
    for told in [
        "a provider is written in Rust",
        "are for transforms",
        "--lang rust",
    ] {
        assert!(refused.out.contains(told), "{told}: {refused:?}");
    }
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_provider_builds_and_passes_at_once_and_one_that_fails_is_not_handed_over() {
    let terminal = Terminal::start(1).await;
    let args = ["plugin", "new", "roster", "--kind", "provider"];
    let made = kit(&terminal, &args).await;
    assert_eq!(made.exit, 0, "{made:?}");
    let tested = kit(&terminal, &["plugin", "test", "roster"]).await;
    assert_eq!(tested.exit, 0, "{tested:?}");
    for told in ["test result: ok. 1 passed", "ok: cargo test in roster"] {
        assert!(tested.out.contains(told), "{told}: {tested:?}");
    }
    let checked = kit(&terminal, &["plugin", "check", "roster"]).await;
    assert_eq!(checked.exit, 0, "{checked:?}");
    let told = "a provider of attune:plugin 1.x";
    assert!(checked.out.contains(told), "{checked:?}");
    for (args, what) in [
        (&["roster", "--update"][..], "has no cases"),
        (&["roster/roster.wasm"][..], "no project in Rust"),
    ] {
        let args = [&["plugin", "test", "--no-build", "--json"][..], args].concat();
        let refused = kit(&terminal, &args).await;
        assert_eq!((refused.exit, refused.code().as_str()), (2, "plugin-kind"));
        assert!(refused.out.contains(what), "{what}: {refused:?}");
    }

    replace(
        &terminal.path("roster/src/lib.rs"),
        "vec![\"7\", \"8\"]",
        "vec![\"7\", \"9\"]",
    );
    fs::create_dir(terminal.path("plugins.d")).unwrap();
    let args = ["plugin", "watch", "roster", "--once", "--into", "plugins.d"];
    let watched = kit(&terminal, &args).await;
    assert_eq!(watched.exit, 1, "{watched:?}");
    for told in ["test result: FAILED", "tested by cargo test"] {
        assert!(watched.out.contains(told), "{told}: {watched:?}");
    }
    let handed_over = fs::read_dir(terminal.path("plugins.d")).unwrap();
    assert_eq!(handed_over.count(), 0, "{watched:?}");
    let args = ["plugin", "test", "roster", "--no-build", "--json"];
    let tested = kit(&terminal, &args).await;
    let expected = serde_json::json!([{ "file": "cargo test", "name": "roster", "ok": false }]);
    assert_eq!((tested.exit, tested.json()), (1, expected), "{tested:?}");
}
