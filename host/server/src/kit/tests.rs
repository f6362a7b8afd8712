//! The kit without compilers: what is written, read and told.

use std::path::Path;

use attune_wasm::Kind;
use attune_wasm::trial::Trial;

use super::odd::{Dice, fixed};
use super::*;

fn engine() -> attune_wasm::Engine {
    attune_wasm::Engine::new(attune_wasm::Options::default()).unwrap()
}

fn text() -> Trial {
    Trial::open(&engine(), attune_bundled::find("text").unwrap().wasm).unwrap()
}

fn new(name: &str, kind: Kind, language: Language) -> New<'_> {
    New {
        name,
        kind,
        language,
    }
}

#[test]
fn projects_have_the_sdk_and_what_it_takes_from_the_workspace() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("hr-codes");
    let made = create(&dir, new("hr-codes", Kind::Transform, Language::Rust)).unwrap();
    assert!(made.len() > 30, "{made:?}");
    let read = |name: &str| std::fs::read_to_string(dir.join(name)).unwrap();
    let manifest = read("Cargo.toml");
    let parsed: toml::Table = toml::from_str(&manifest).unwrap();
    let workspace = parsed["workspace"].as_table().unwrap();
    let dependencies = workspace["dependencies"].as_table().unwrap();
    let names: Vec<&str> = dependencies.keys().map(String::as_str).collect();
    let expected = ["serde", "serde_json", "wit-bindgen", "simdutf8"];
    assert_eq!(names, expected, "{manifest}");
    assert_eq!(
        parsed["profile"]["release"]["panic"].as_str(),
        Some("abort")
    );
    assert!(
        workspace["lints"].is_table(),
        "the SDK's manifest refers to them"
    );
    assert!(read("src/lib.rs").contains("id: \"hr-codes\""));
    assert!(read("sdk/src/wit.rs").contains("path: \"wit\""));
    assert!(!read("sdk/src/wit.rs").contains("../../wit"));
    assert!(read("sdk/wit/attune-plugin.wit").contains("package attune:plugin@1.0.0"));
    for file in made {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(
            !text.contains("PLUGIN-ID") && !text.contains("PluginType"),
            "{file:?}"
        );
    }
    let again = create(&dir, new("hr-codes", Kind::Transform, Language::Rust));
    assert!(again.unwrap_err().message.ends_with("is there already"));
}

#[test]
fn projects_that_cannot_be_are_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("x");
    for (name, kind, language) in [
        ("Bad Name", Kind::Transform, Language::Rust),
        ("../x", Kind::Transform, Language::Python),
        ("x", Kind::Provider, Language::JavaScript),
        ("x", Kind::Provider, Language::Python),
    ] {
        let refused = create(&dir, new(name, kind, language)).unwrap_err();
        assert_eq!((refused.code.as_str(), refused.exit), ("usage", 2));
        assert!(!refused.hint.is_empty());
    }
    assert!(!dir.exists());
}

#[test]
fn bundled_plugins_have_no_finding_that_is_wrong() {
    for id in ["text", "list", "ldap"] {
        let bytes = attune_bundled::find(id).unwrap().wasm;
        let findings = check(&engine(), bytes, 8 << 20);
        let wrong = findings.iter().filter(|one| one.verdict == Verdict::Wrong);
        assert_eq!(wrong.count(), 0, "{id}: {findings:?}");
    }
    let findings = check(&engine(), b"nothing", 8 << 20);
    assert_eq!(findings.last().unwrap().verdict, Verdict::Wrong);
    let large = check(&engine(), b"nothing", 3);
    assert_eq!(large[0].verdict, Verdict::Note);
    assert!(large[0].fix.contains("plugin-file-mib"), "{large:?}");
}

#[test]
fn cases_run_and_updates_change_outputs_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("cases")).unwrap();
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join("cases").join(name), text).unwrap();
    };
    write(
        "trim.toml",
        "# mine\nfunction = \"trim\"\n\n[[case]]\nname = \"good\"\ninput = [\" a \"]\n\
         output = \"a\"\n\n[[case]] # why\ninput = [\" b\"] # b\noutput = \"wrong\"\n\n\
         [[case]]\ninput = [{ \"$\" = \"null\" }]\n",
    );
    write(
        "upper.json",
        r#"{"function": "upper", "cases": [{"input": [1.50], "output": "1.5"}]}"#,
    );
    let trial = text();
    let run = || -> Vec<Vec<Checked>> {
        let files = in_folder(folder.path()).unwrap();
        let build = Path::new("text.wasm");
        files
            .iter()
            .map(|file| file.run(&trial, build).unwrap())
            .collect()
    };
    let told = run();
    let ok: Vec<Vec<bool>> = told
        .iter()
        .map(|all| all.iter().map(|one| one.ok).collect())
        .collect();
    assert_eq!(ok, [vec![true, false, false], vec![false]], "{told:?}");
    assert_eq!(told[0][1].actual.as_deref(), Some("\"b\""));
    assert_eq!(told[0][1].expected.as_deref(), Some("\"wrong\""));
    for (file, checked) in in_folder(folder.path()).unwrap().iter().zip(&told) {
        file.update(checked).unwrap();
    }
    assert!(run().iter().flatten().all(|one| one.ok), "{:?}", run());
    let kept = std::fs::read_to_string(folder.path().join("cases/trim.toml")).unwrap();
    for line in [
        "# mine",
        "[[case]] # why",
        "input = [\" b\"] # b",
        "output = \"b\"",
    ] {
        assert!(kept.contains(line), "{line}: {kept}");
    }
    write(
        "bad.toml",
        "function = \"trim\"\n[[case]]\ninputs = [\"a\"]\n",
    );
    assert!(
        in_folder(folder.path())
            .unwrap_err()
            .message
            .contains("bad.toml")
    );
}

#[test]
fn examples_are_cases_too() {
    let all = example_cases(&text(), Path::new("text.wasm")).unwrap();
    assert!(all.len() > 20 && all.iter().all(|one| one.ok));
}

#[test]
fn odd_values_do_no_harm_to_text_and_a_seed_gives_them_again() {
    let tortured = torture(
        &text(),
        Path::new("text.wasm"),
        7,
        std::time::Duration::ZERO,
    );
    assert_eq!(tortured.reports, Vec::new());
    assert!(
        tortured.steps > 10 && tortured.values > 1_000,
        "{tortured:?}"
    );
    let known = fixed();
    let some = |seed| {
        let mut dice = Dice::new(seed);
        (0..100).map(|_| dice.value(&known)).collect::<Vec<_>>()
    };
    assert_eq!(some(7), some(7));
    assert_ne!(some(7), some(8));
}

#[test]
fn pages_name_every_option_and_example() {
    let page = markdown(text().plugin()).unwrap();
    assert!(page.starts_with("# text\n"), "{page}");
    assert!(
        page.contains("\n## text.trim\n") && page.contains("| option | what | values | default |")
    );
    assert!(page.contains("| options | input | output |"));
}

#[test]
fn commands_that_replay_survive_a_shell() {
    let options = serde_json::json!({ "with": "it's" });
    let told = |context| replay(Path::new("a b.wasm"), "f", &options, "[\"$x\"]", context);
    let expected =
        r#"attune plugin run 'a b.wasm' f --options '{"with":"it'\''s"}' --input '["$x"]'"#;
    assert_eq!(told(None), expected);
    assert_eq!(
        told(Some(r#"{"now":1,"locale":"de-DE"}"#)),
        format!(r#"{expected} --context '{{"now":1,"locale":"de-DE"}}'"#)
    );
    let long = replay(
        Path::new("a.wasm"),
        "f",
        &serde_json::json!({}),
        &"x".repeat(5_000),
        None,
    );
    let file = long.split("--input @").nth(1).unwrap();
    assert_eq!(std::fs::read_to_string(file).unwrap().len(), 5_000);
    std::fs::remove_file(file).unwrap();
}

#[test]
fn changes_are_seen_once() {
    let folder = tempfile::tempdir().unwrap();
    create(folder.path(), new("x", Kind::Transform, Language::Python)).unwrap();
    let project = Project::find(folder.path()).unwrap();
    assert_eq!(project.language, Language::Python);
    let mut changes = Changes::of(project);
    assert_eq!(changes.look().as_deref(), Some(folder.path()));
    assert_eq!(changes.look(), None);
    let file = folder.path().join("cases/more.toml");
    std::fs::write(&file, "function = \"mark\"\n").unwrap();
    std::fs::write(folder.path().join("x.wasm"), "built").unwrap();
    assert_eq!(changes.look(), Some(file));
    assert_eq!(changes.look(), None);
}

#[test]
fn a_build_that_is_handed_over_with_a_key_is_one_that_this_key_signed() {
    let folder = tempfile::tempdir().unwrap();
    let build = folder.path().join("build");
    std::fs::write(&build, b"component").unwrap();
    let made = new_key(None).unwrap();
    let secret = secrecy::ExposeSecret::expose_secret(&made.secret);
    let signer = Signer::read("my.key", secret, None).unwrap();
    let path = hand_over(&build, "mine", folder.path(), Some((&signer, 7))).unwrap();
    assert_eq!(path, folder.path().join("mine.wasm"));
    let beside = folder.path().join("mine.wasm.minisig");
    let signature = std::fs::read_to_string(&beside).unwrap();
    let trusted = attune_wasm::TrustedKeys::parse(&[&made.public.line]).unwrap();
    let id = trusted.verify(&std::fs::read(path).unwrap(), Some(&signature));
    assert_eq!(id.unwrap(), made.public.id);
    std::fs::remove_file(&beside).unwrap();
    hand_over(&build, "mine", folder.path(), None).unwrap();
    assert!(!beside.exists());
}
