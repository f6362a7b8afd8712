//! Connectors: every short form means its long form, and every mistake is told with its place.
//!
//! Whole files with their refusals are cases of the test crate (`tests/cases/connectors`).

use std::path::Path;

use attune_core::account::MatchBy;
use attune_core::mapping::{Conflict, FieldKind, Input, Row, Test, WhenMissing};
use serde_json::json;

use super::*;
use crate::settings::SecretRef;

const HEAD: &str = r#"
[source]
provider = "entra"
[target.jira]
product = "jira-data-center"
url = "https://jira.example.com/"
user-property-route = "entity-property"
credential = { kind = "bearer", token = { file = "jira.token" } }
match = [{ source = "mail", target = "email" }]
"#;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn load_text(folder: &Path, text: &str) -> Result<Box<Loaded>, String> {
    let path = folder.join("entra.toml");
    std::fs::write(&path, text).unwrap();
    let prefix = format!("{}/", folder.display());
    let told = |mistakes: Vec<Mistake>| {
        let lines: Vec<String> = mistakes
            .iter()
            .map(|mistake| mistake.to_string().replace(&prefix, ""))
            .collect();
        lines.join("\n")
    };
    load_file(&path).result.map_err(told)
}

/// Reads one row of the map.
fn row(line: &str) -> Result<Vec<Row>, String> {
    let folder = folder();
    let text = format!("{HEAD}[target.jira.map]\nX = {line}\n");
    let loaded = load_text(folder.path(), &text)?;
    let target = loaded.connector.targets.into_iter().next().unwrap();
    let field = target.map.fields.into_iter().next().unwrap();
    assert_eq!(field.field.kind, FieldKind::EntityProperty);
    Ok(field.rows)
}

fn only(line: &str) -> Row {
    let mut rows = row(line).unwrap();
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

fn refused(line: &str) -> String {
    row(line).unwrap_err()
}

#[test]
fn text_is_short_for_from() {
    let row = only("\"department\"");
    assert_eq!(row.input, Input::From("department".parse().unwrap()));
    assert!(row.steps.is_empty());
    assert_eq!(row.when_missing, WhenMissing::Keep);
}

#[test]
fn inputs_have_their_three_forms() {
    assert_eq!(
        only("{ value = \"ACME\" }").input,
        Input::Value("ACME".to_owned())
    );
    assert_eq!(only("{ value = 7 }").input, Input::Value("7".to_owned()));
    let first = only("{ first = [\"mail\", \"otherMails[0]\"] }");
    let selectors = vec!["mail".parse().unwrap(), "otherMails[0]".parse().unwrap()];
    assert_eq!(first.input, Input::First(selectors));
    assert!(refused("{ from = \"a\", value = \"b\" }").contains("more than one of from"));
    assert!(refused("{ when-missing = \"clear\" }").contains("says no value"));
    assert!(refused("{ first = [] }").contains("'first' names no attribute"));
    assert!(refused("3").contains("must be an attribute or a table"));
}

#[test]
fn use_is_short_for_one_step_and_takes_the_options() {
    let row = only("{ use = \"template.render\", text = \"{a}\", when-missing = \"clear\" }");
    assert_eq!(row.input, Input::Nothing);
    assert_eq!(row.when_missing, WhenMissing::Clear);
    let step = row.steps.first().unwrap();
    assert_eq!((&*step.plugin, &*step.function), ("template", "render"));
    assert_eq!(step.options, json!({ "text": "{a}" }));
}

#[test]
fn steps_are_text_or_tables_in_order() {
    let row = only("{ from = \"a\", steps = [\"text.trim\", { use = \"text.left\", n = 3 }] }");
    let names: Vec<&str> = row.steps.iter().map(|s| s.function.as_str()).collect();
    assert_eq!(names, ["trim", "left"]);
    assert_eq!(row.steps[1].options, json!({ "n": 3 }));
    assert!(refused("{ from = \"a\", steps = [\"trim\"] }").contains("not the name of a step"));
    let both = refused("{ from = \"a\", use = \"text.trim\", steps = [\"text.trim\"] }");
    assert!(both.contains("has 'use' and 'steps'"), "{both}");
    let misplaced = refused("{ from = \"a\", steps = [{ use = \"text.trim\", when = [] }] }");
    assert!(
        misplaced.contains("'when' belongs to the row"),
        "{misplaced}"
    );
}

#[test]
fn settings_of_a_row_are_read() {
    let row = only(
        "{ from = \"a\", when-missing = { default = \"-\" }, empty = \"value\", \
         apply = \"once\", existing = \"hold\", conflict = \"keep-local\", locale = \"tr-TR\" }",
    );
    assert_eq!(row.when_missing, WhenMissing::Default("-".to_owned()));
    assert!(row.empty_is_value);
    assert_eq!(row.conflict, Conflict::KeepLocal);
    assert_eq!(row.locale.as_deref(), Some("tr-TR"));
    let wrong = refused("{ from = \"a\", conflict = \"sauce-wins\" }");
    assert!(wrong.contains("did you mean 'source-wins'?"), "{wrong}");
}

#[test]
fn a_list_of_rows_needs_conditions_on_all_but_the_last() {
    let rows =
        row("[{ from = \"a\", when = [{ attribute = \"t\", equals = \"x\" }] }, \"b\"]").unwrap();
    assert_eq!(rows.len(), 2);
    let condition = rows[0].when.first().unwrap();
    assert!(matches!(&condition.test, Test::Equals(text) if text == "x"));
    assert!(refused("[\"a\", \"b\"]").contains("are never reached"));
    assert!(refused("[]").contains("has no rows"));
}

#[test]
fn a_condition_tests_one_thing() {
    let when = |test: &str| {
        let line = format!("{{ from = \"a\", when = [{{ attribute = \"t\", {test} }}] }}");
        row(&line)
    };
    assert!(matches!(
        &when("in = [\"a\", \"b\"]").unwrap()[0].when[0].test,
        Test::In(list) if list == &["a", "b"]
    ));
    assert!(matches!(
        when("present = false").unwrap()[0].when[0].test,
        Test::Present(false)
    ));
    assert!(matches!(
        &when("equals = true").unwrap()[0].when[0].test,
        Test::Equals(text) if text == "true"
    ));
    let both = when("equals = \"a\", in = [\"b\"]").unwrap_err();
    assert!(both.contains("has equals and in"), "{both}");
    let bad = when("matches = \"(\"").unwrap_err();
    assert!(bad.contains("is not a pattern: unclosed group"), "{bad}");
    let typo = when("equal = \"a\"").unwrap_err();
    assert!(typo.contains("did you mean 'equals'?"), "{typo}");
}

#[test]
fn the_id_defaults_to_the_file_name_and_secrets_are_places() {
    let folder = folder();
    let text = format!("{HEAD}[target.jira.account]\nemail = \"mail\"\n");
    let loaded = load_text(folder.path(), &text).unwrap();
    let connector = &loaded.connector;
    assert_eq!((&*connector.id, &*connector.name), ("entra", "entra"));
    let target = &connector.targets[0];
    assert_eq!(target.endpoint.url, "https://jira.example.com");
    assert_eq!(target.matching[0].target, MatchBy::Email);
    assert_eq!(target.map.fields[0].field.name, "account.email");
    let place = &target.credential.secrets["token"];
    assert_eq!(place, &SecretRef::File(folder.path().join("jira.token")));
}

#[test]
fn a_secret_in_clear_is_refused_and_not_repeated() {
    let folder = folder();
    let text = HEAD.replace("{ file = \"jira.token\" }", "\"hunter2-in-clear\"");
    let told = load_text(folder.path(), &text).unwrap_err();
    assert!(
        told.contains("the secret 'token' stands here in clear"),
        "{told}"
    );
    assert!(told.contains("token = { env = \"NAME\" }"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn option_files_are_read_below_the_folder_only() {
    let outside = folder();
    std::fs::write(outside.path().join("secret.csv"), "a,b\n").unwrap();
    let folder = folder();
    std::fs::create_dir(folder.path().join("tables")).unwrap();
    std::fs::write(folder.path().join("tables/dept.csv"), "10,Sales\n").unwrap();
    std::os::unix::fs::symlink(
        outside.path().join("secret.csv"),
        folder.path().join("tables/link.csv"),
    )
    .unwrap();
    let text = |path: &str| {
        format!(
            "{HEAD}[target.jira.map]\n\
             X = {{ from = \"a\", use = \"lookup.table\", table = {{ file = \"{path}\" }} }}\n"
        )
    };
    let loaded = load_text(folder.path(), &text("tables/dept.csv")).unwrap();
    let step = &loaded.connector.targets[0].map.fields[0].rows[0].steps[0];
    assert_eq!(step.options, json!({ "table": [["10", "Sales"]] }));
    assert_eq!(loaded.files.len(), 1);
    for path in [
        "../x.csv",
        "/etc/passwd",
        "tables/../../x.csv",
        "tables/link.csv",
        "tables",
    ] {
        let told = load_text(folder.path(), &text(path)).unwrap_err();
        assert!(told.contains(&format!("the file '{path}' is")), "{told}");
    }
    let missing = load_text(folder.path(), &text("tables/none.csv")).unwrap_err();
    assert!(missing.contains("does not exist"), "{missing}");
}

#[test]
fn a_kept_revision_says_the_same_whatever_became_of_its_files() {
    let folder = folder();
    let table = folder.path().join("t.csv");
    std::fs::write(&table, "1\n").unwrap();
    let row = "{ from = \"a\", use = \"lookup.table\", table = { file = \"t.csv\" } }";
    let text = format!("{HEAD}[target.jira.map]\nX = {row}\nY = {row}\n");
    let loaded = load_text(folder.path(), &text).unwrap();
    std::fs::remove_file(&table).unwrap();
    std::fs::remove_file(&loaded.path).unwrap();
    let again = load_kept(&loaded.path, loaded.kept()).result.unwrap();
    assert_eq!(again.revision(), loaded.revision());
    assert_eq!(again.fields_digest(), loaded.fields_digest());
    let said = |loaded: &Loaded| format!("{:?}", loaded.connector);
    assert_eq!(said(&again), said(&loaded));
    assert_eq!(again.kept(), loaded.kept());
    assert_eq!(again.kept().files.len(), 1);
    let mut damaged = loaded.kept().as_ref().clone();
    damaged.files.clear();
    let told = load_kept(&loaded.path, &damaged).result.unwrap_err();
    assert!(told[0].to_string().contains("'t.csv' was not kept"));
}

#[test]
fn a_revision_covers_what_is_said_and_the_files() {
    let folder = folder();
    std::fs::write(folder.path().join("t.csv"), "1\n").unwrap();
    let row = "X = { from = \"a\", use = \"lookup.table\", table = { file = \"t.csv\" } }";
    let text = format!("{HEAD}[target.jira.map]\n{row}\n");
    let first = load_text(folder.path(), &text).unwrap();
    let commented = load_text(folder.path(), &format!("# hello\n{text}")).unwrap();
    assert_eq!(first.revision(), commented.revision());
    let guarded = load_text(
        folder.path(),
        &format!("{text}[guard]\nfailed-values = \"off\"\n"),
    );
    let guarded = guarded.unwrap();
    assert_ne!(first.revision(), guarded.revision());
    assert_eq!(first.fields_digest(), guarded.fields_digest());
    std::fs::write(folder.path().join("t.csv"), "2\n").unwrap();
    let changed = load_text(folder.path(), &text).unwrap();
    assert_ne!(first.revision(), changed.revision());
    assert_ne!(first.fields_digest(), changed.fields_digest());
}

/// HEAD with another credential of the target.
fn with_credential(credential: &str) -> String {
    let usual = "{ kind = \"bearer\", token = { file = \"jira.token\" } }";
    assert!(HEAD.contains(usual));
    format!(
        "{}[target.jira.map]\nX = \"a\"\n",
        HEAD.replace(usual, credential)
    )
}

#[test]
fn a_secret_may_name_its_successor_and_the_day_on_which_it_ends() {
    let folder = folder();
    let text = with_credential(
        "{ kind = \"bearer\", expires = \"2027-01-31\", \
         token = { file = \"jira.token\", next = { env = \"NEXT\" } } }",
    );
    let loaded = load_text(folder.path(), &text).unwrap();
    let credential = &loaded.connector.targets[0].credential;
    assert_eq!(credential.next["token"], SecretRef::Env("NEXT".to_owned()));
    assert_eq!(credential.expires, Some(jiff::civil::date(2027, 1, 31)));
    let places = credential.places();
    assert!(places[0].ends_with("jira.token"), "{places:?}");
    assert_eq!(places[1], "the environment variable NEXT");
    // What is in the files is no part of the revision, where they are is.
    std::fs::write(folder.path().join("jira.token"), "one").unwrap();
    let again = load_text(folder.path(), &text).unwrap();
    assert_eq!(again.revision(), loaded.revision());
    let without = load_text(
        folder.path(),
        &text.replace(", next = { env = \"NEXT\" }", ""),
    );
    let without = without.unwrap();
    assert_ne!(without.revision(), loaded.revision());
    assert_eq!(without.fields_digest(), loaded.fields_digest());
}

#[test]
fn a_successor_is_no_literal_and_no_place_that_is_taken() {
    let folder = folder();
    let token = |token: &str| {
        let text = with_credential(&format!("{{ kind = \"bearer\", token = {token} }}"));
        load_text(folder.path(), &text).unwrap_err()
    };
    let literal = token("{ file = \"a\", next = \"hunter2\" }");
    assert!(literal.contains("'next' stands here in clear"), "{literal}");
    assert!(!literal.contains("hunter2"), "{literal}");
    let same = token("{ file = \"a\", next = { file = \"a\" } }");
    assert!(same.contains("same place"), "{same}");
    let third = token("{ file = \"a\", next = { file = \"b\", next = { file = \"c\" } } }");
    assert!(third.contains("unknown key 'next'"), "{third}");
    let both = token("{ file = \"a\", next = { file = \"b\", env = \"B\" } }");
    assert!(both.contains("exactly one of"), "{both}");
    let day = with_credential("{ kind = \"bearer\", expires = \"soon\", token = { env = \"T\" } }");
    let day = load_text(folder.path(), &day).unwrap_err();
    assert!(
        day.contains("is no day") && day.contains("2027-01-31"),
        "{day}"
    );
}

#[test]
fn two_files_with_one_id_are_both_refused() {
    let folder = folder();
    let text = format!("id = \"same\"\n{HEAD}[target.jira.map]\nX = \"a\"\n");
    std::fs::write(folder.path().join("a.toml"), &text).unwrap();
    std::fs::write(folder.path().join("b.toml"), &text).unwrap();
    std::fs::write(folder.path().join("c.toml"), text.replace("same", "other")).unwrap();
    let entries = load_dir(folder.path()).unwrap();
    let good: Vec<bool> = entries.iter().map(|entry| entry.result.is_ok()).collect();
    assert_eq!(good, [false, false, true]);
    let told = entries[0].result.as_ref().unwrap_err()[0].to_string();
    assert!(told.contains("the id 'same' is also that of"), "{told}");
    assert!(told.contains("b.toml"), "{told}");
}

#[test]
fn a_connector_is_found_by_file_name_or_id() {
    let folder = folder();
    let text = format!("id = \"entra-main\"\n{HEAD}[target.jira.map]\nX = \"a\"\n");
    load_text(folder.path(), &text).unwrap();
    for name in ["entra", "entra.toml", "entra-main"] {
        assert_eq!(find(folder.path(), name).unwrap().name, "entra");
    }
    let told = find(folder.path(), "entar").unwrap_err().to_string();
    assert!(
        told.contains("there is no connector 'entar' (did you mean 'entra'?)"),
        "{told}"
    );
    assert!(load_dir(&folder.path().join("none")).unwrap().is_empty());
}

#[test]
fn an_objection_to_a_step_has_the_line_of_the_step() {
    let folder = folder();
    let text =
        format!("{HEAD}[target.jira.map]\nX = {{ from = \"a\", steps = [\"text.trmi\"] }}\n");
    let loaded = load_text(folder.path(), &text).unwrap();
    let place = Place::Step {
        target: "jira".to_owned(),
        field: "X".to_owned(),
        row: 0,
        step: 0,
    };
    let told = loaded.mistake_at(&place, "there is no function 'trmi'");
    assert_eq!((told.line, told.column), (11, 28));
}

#[test]
fn a_missing_id_is_written_once_and_is_no_new_revision() {
    let folder = folder();
    let text = format!("# mine{HEAD}[target.jira.map]\nX = \"a\"\n");
    let first = load_text(folder.path(), &text).unwrap();
    assert!(settle_id(&first).unwrap());
    let path = folder.path().join("entra.toml");
    let written = std::fs::read_to_string(&path).unwrap();
    assert_eq!(written, format!("id = \"entra\"\n{text}"));
    std::fs::rename(&path, folder.path().join("other.toml")).unwrap();
    let second = find(folder.path(), "other").unwrap().result.unwrap();
    assert_eq!(second.connector.id, "entra");
    assert_eq!(second.revision(), first.revision());
    assert!(!settle_id(&second).unwrap());
}
