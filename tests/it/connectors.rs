//! Every folder of `tests/cases/connectors` is a connector file and what is said about it.
//!
//! Without `error.txt` the file must be accepted, with it the file must be refused in exactly
//! those words. `ATTUNE_UPDATE_CASES=1` writes the words anew; read them before committing.

mod taken;

use std::path::{Path, PathBuf};

use attune_server::connector::{Weight, load_file};

fn cases() -> std::io::Result<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/connectors");
    let entries = std::fs::read_dir(folder)?;
    let cases: std::io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut cases = cases?;
    cases.sort();
    Ok(cases)
}

/// What is said about a case, one line a mistake; empty for an accepted file.
fn told(case: &Path) -> String {
    let path = case.join("connector.toml");
    let prefix = format!("{}/", case.display());
    let Err(mistakes) = load_file(&path).result else {
        return String::new();
    };
    let line = |mistake: &attune_server::connector::Mistake| {
        let kind = match (mistake.code, mistake.weight) {
            (_, Weight::Note) => "note: ",
            ("unsupported", Weight::Error) => "unsupported: ",
            (_, Weight::Error) => "",
        };
        format!("{kind}{mistake}\n").replace(&prefix, "")
    };
    mistakes.iter().map(line).collect()
}

#[test]
fn connector_files_are_accepted_or_refused_in_these_words() {
    // The one variable that a test reads: it changes what is written, never what is expected.
    let is_update = std::env::vars().any(|(name, _)| name == "ATTUNE_UPDATE_CASES");
    let cases = cases().expect("the cases are part of the repository");
    assert!(cases.len() > 5, "the cases are missing");
    let mut wrong = Vec::new();
    for case in cases {
        let told = told(&case);
        let path = case.join("error.txt");
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if is_update && !told.is_empty() {
            std::fs::write(&path, &told).expect("a writable folder");
        } else if told != expected {
            wrong.push(format!(
                "{}:\n{told}--- expected:\n{expected}",
                case.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Cases whose mistakes no schema sees: they are about more than one place, or about the world.
const BEYOND_THE_SCHEMA: [&str; 5] = [
    "ldap-plain",
    "nothing-mapped",
    "plain-http",
    "schedule-never",
    "syntax",
];

#[test]
fn the_schema_accepts_and_refuses_what_the_reader_does() {
    let schema = serde_json::from_str(attune_server::connector::SCHEMA).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    for case in cases().expect("the cases are part of the repository") {
        let name = case.file_name().unwrap_or_default().to_string_lossy();
        let text = std::fs::read_to_string(case.join("connector.toml")).expect("a file");
        let Ok(file) = toml::from_str::<serde_json::Value>(&text) else {
            assert_eq!(name, "syntax");
            continue;
        };
        let complaints: Vec<String> = schema
            .iter_errors(&file)
            .map(|error| format!("{} {error}", error.instance_path()))
            .collect();
        let is_accepted = !case.join("error.txt").exists();
        if is_accepted || !BEYOND_THE_SCHEMA.contains(&name.as_ref()) {
            assert_eq!(
                complaints.is_empty(),
                is_accepted,
                "{name}: {complaints:#?}"
            );
        }
    }
}
