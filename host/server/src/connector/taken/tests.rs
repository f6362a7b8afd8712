//! One change of a small file each, and what it takes away. That nothing is overlooked in a large
//! file is a test of the test crate (`tests/it/taken.rs`).

use std::path::Path;

use super::*;
use crate::connector::load_file;

const FILE: &str = r#"id = "entra-main"
locale = "de-DE"
schedule = { sync = "0 2 * * *", full = "0 3 * * SAT" }
[source]
provider = "entra"
allow-http = true
options = { tenant = "contoso.example", filter = "x" }
[source.endpoint]
api = { url = "https://graph.example.com", ca-file = "ca.pem" }
[source.credential.app]
kind = "oauth2-client-credentials"
client-id = "1"
client-secret = { env = "SECRET" }
[scope]
groups = ["one", "two"]
include = [{ attribute = "a", equals = "1" }, { attribute = "b", matches = "x$" }]
exclude = [{ attribute = "mail", in = ["p", "q"] }]
[guard]
cleared-values = "4%"
source-shrinks = "12"
[target.jira]
product = "jira-data-center"
url = "https://jira.example.com"
credential = { kind = "basic", username = "u", password = { env = "P" } }
match = [{ source = "upn", target = "username" }, { source = "mail", target = "email" }]
photo = { size = 128, none = "reset" }
[target.jira.map]
Department = "department"
Mail = { first = ["mail", "other"], when-missing = "clear" }
Office = [
  { from = "office", when = [{ attribute = "c", equals = "DE" }, { attribute = "t", present = true }] },
  { from = "place", apply = "once" },
]
Cost = { from = "cost", steps = ["text.trim", { use = "text.replace", find = "a", with = "b" }] }
Table = { from = "t", use = "lookup.table", table = { file = "t.csv" } }
[target.jira.account]
email = "mail"
[target.wiki]
product = "confluence-data-center"
url = "https://wiki.example.com"
credential = { kind = "bearer", token = { file = "t" } }
match = [{ source = "upn", target = "username" }]
photo = true
[target.wiki.map]
position = "jobTitle"
"#;

fn load(folder: &Path, text: &str) -> Box<Loaded> {
    let path = folder.join("entra.toml");
    std::fs::write(&path, text).unwrap();
    match load_file(&path).result {
        Ok(loaded) => loaded,
        Err(mistakes) => panic!("{}", mistakes[0]),
    }
}

/// What is taken away where `was` becomes `is` in the file.
fn taken(was: &str, is: &str) -> Vec<String> {
    assert!(FILE.contains(was), "{was}");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.csv"), "1,2\n").unwrap();
    let old = load(folder.path(), FILE);
    let new = load(folder.path(), &FILE.replace(was, is));
    words(&taken_away(&old, &new))
}

fn words(taken: &[Taken]) -> Vec<String> {
    taken.iter().map(ToString::to_string).collect()
}

/// Each change takes away one thing.
fn each(cases: &[(&str, &str, &str)]) {
    for (was, is, told) in cases {
        assert_eq!(taken(was, is), [*told], "{was} -> {is}");
    }
}

/// None of the changes takes anything away.
fn none(cases: &[(&str, &str)]) {
    for (was, is) in cases {
        assert_eq!(taken(was, is), [] as [&str; 0], "{was} -> {is}");
    }
}

/// The file from one line on to before another.
fn part(from: &str, to: &str) -> String {
    let (_, rest) = FILE.split_once(from).unwrap();
    let (inside, _) = rest.split_once(to).unwrap();
    format!("{from}{inside}")
}

#[test]
fn targets_and_rows_are_told() {
    let wiki = FILE.find("[target.wiki]").unwrap();
    assert_eq!(taken(&FILE[wiki..], ""), ["target `wiki`"]);
    each(&[
        (
            "Department = \"department\"\n",
            "",
            "row `Department` of target `jira`",
        ),
        (
            "email = \"mail\"\n",
            "",
            "row `account.email` of target `jira`",
        ),
        (
            "[target.jira.account]\nemail = \"mail\"\n",
            "",
            "row `account.email` of target `jira`",
        ),
        (
            "  { from = \"place\", apply = \"once\" },\n",
            "",
            "row 2 of field `Office` of target `jira`",
        ),
        (
            "photo = true\n",
            "photo = false\n",
            "the photo of target `wiki`",
        ),
        ("photo = true\n", "", "the photo of target `wiki`"),
        ("size = 128, ", "", "`size` of the photo of target `jira`"),
    ]);
    let photo = "photo = { size = 128, none = \"reset\" }";
    assert_eq!(taken(photo, "photo = true").len(), 2, "size and none");
}

#[test]
fn conditions_are_told_with_what_they_say() {
    each(&[
        (
            ", { attribute = \"b\", matches = \"x$\" }",
            "",
            "condition `include[1]` (b matches x$)",
        ),
        (
            "{ attribute = \"a\", equals = \"1\" }, ",
            "",
            "condition `include[0]` (a equals 1)",
        ),
        (
            "exclude = [{ attribute = \"mail\", in = [\"p\", \"q\"] }]\n",
            "",
            "condition `exclude[0]` (mail in [\"p\",\"q\"])",
        ),
        (
            "[\"p\", \"q\"]",
            "[\"p\"]",
            "`in[1]` (q) of condition `exclude[0]`",
        ),
        (
            ", when = [{ attribute = \"c\", equals = \"DE\" }, { attribute = \"t\", present = true }]",
            ", when = [{ attribute = \"t\", present = true }]",
            "condition `when[0]` (c equals DE) of row 1 of field `Office` of target `jira`",
        ),
        ("\"one\", \"two\"", "\"two\"", "group `one` of the scope"),
        (
            ", { source = \"mail\", target = \"email\" }]",
            "]",
            "match rule 2 (`mail` = `email`) of target `jira`",
        ),
    ]);
    let scope = part("[scope]", "[guard]");
    assert_eq!(
        taken(&scope, "").len(),
        5,
        "two groups and three conditions"
    );
}

#[test]
fn guards_are_told_when_more_may_pass() {
    each(&[
        (
            "cleared-values = \"4%\"\n",
            "",
            "guard `cleared-values` (was 4%, is 5% by default)",
        ),
        (
            "\"4%\"",
            "\"off\"",
            "guard `cleared-values` (was 4%, is off)",
        ),
        (
            "\"4%\"",
            "\"4.5%\"",
            "guard `cleared-values` (was 4%, is 4.5%)",
        ),
        ("\"4%\"", "\"3\"", "guard `cleared-values` (was 4%, is 3)"),
        ("\"12\"", "\"13\"", "guard `source-shrinks` (was 12, is 13)"),
        (
            "[guard]\n",
            "[guard]\nfailed-values = \"off\"\n",
            "guard `failed-values` (was 10%, is off)",
        ),
    ]);
    none(&[
        ("\"4%\"", "\"3%\""),
        ("\"12\"", "\"11\""),
        ("[guard]\n", "[guard]\nfailed-values = \"9%\"\n"),
    ]);
    assert_eq!(taken(&part("[guard]", "[target.jira]"), "").len(), 2);
}

#[test]
fn any_other_key_is_told() {
    each(&[
        ("locale = \"de-DE\"\n", "", "`locale`"),
        (", full = \"0 3 * * SAT\"", "", "schedule `full`"),
        (
            "{ sync = \"0 2 * * *\", full = \"0 3 * * SAT\" }",
            "\"0 2 * * *\"",
            "schedule `full`",
        ),
        (", filter = \"x\"", "", "option `filter` of the source"),
        ("allow-http = true\n", "", "`allow-http` of the source"),
        (
            ", ca-file = \"ca.pem\"",
            "",
            "`ca-file` of endpoint `api` of the source",
        ),
        (
            "[source.endpoint]\napi = { url = \"https://graph.example.com\", ca-file = \"ca.pem\" }\n",
            "",
            "endpoint `api` of the source",
        ),
        (
            &part("[source.credential.app]", "[scope]"),
            "",
            "credential `app` of the source",
        ),
        (
            ", when-missing = \"clear\"",
            "",
            "`when-missing` of row `Mail` of target `jira`",
        ),
        (
            "[\"mail\", \"other\"]",
            "[\"mail\"]",
            "attribute `other` of row `Mail` of target `jira`",
        ),
        (
            ", with = \"b\"",
            "",
            "`with` of step 2 of row `Cost` of target `jira`",
        ),
        (
            ", table = { file = \"t.csv\" }",
            "",
            "`table` of step 1 of row `Table` of target `jira`",
        ),
        (
            ", apply = \"once\"",
            "",
            "`apply` of row 2 of field `Office` of target `jira`",
        ),
        (
            ", use = \"lookup.table\", table = { file = \"t.csv\" }",
            "",
            "the steps of row `Table` of target `jira`",
        ),
    ]);
}

#[test]
fn other_values_and_more_of_them_take_nothing_away() {
    none(&[
        ("\"de-DE\"", "\"fr-FR\""),
        ("\"department\"", "\"division\""),
        (
            "\"department\"",
            "{ from = \"department\", use = \"text.trim\" }",
        ),
        (
            "\"department\"",
            "[{ from = \"x\", when = [{ attribute = \"c\", equals = \"DE\" }] }, \"department\"]",
        ),
        ("\"department\"", "{ value = \"Sales\" }"),
        ("[\"mail\", \"other\"]", "[\"other\", \"mail\", \"third\"]"),
        (
            "{ sync = \"0 2 * * *\", full",
            "{ changes = \"0 4 * * *\", sync = \"0 2 * * *\", full",
        ),
        (
            "{ attribute = \"a\", equals = \"1\" }",
            "{ attribute = \"a\", in = [\"1\", \"2\"] }",
        ),
        (
            "{ attribute = \"a\", equals = \"1\" }",
            "{ attribute = \"z\", present = true }",
        ),
        (
            "{ attribute = \"a\", equals = \"1\" }",
            "{ attribute = \"n\", present = true }, { attribute = \"a\", equals = \"1\" }",
        ),
        ("\"one\", \"two\"", "\"two\", \"three\", \"one\""),
        ("{ env = \"P\" }", "{ file = \"p\" }"),
        (
            "{ kind = \"basic\", username = \"u\", password = { env = \"P\" } }",
            "{ kind = \"bearer\", token = { env = \"T\" } }",
        ),
        ("photo = true", "photo = { none = \"reset\" }"),
        ("photo = true", "photo = {}"),
        (
            "use = \"lookup.table\", table = { file = \"t.csv\" }",
            "steps = [{ use = \"lookup.table\", table = { file = \"t.csv\" } }, \"text.trim\"]",
        ),
    ]);
}

#[test]
fn a_step_fewer_is_another_row_and_takes_nothing_away() {
    none(&[
        ("\"text.trim\", ", ""),
        (
            ", { use = \"text.replace\", find = \"a\", with = \"b\" }",
            "",
        ),
        (
            "{ use = \"text.replace\", find = \"a\", with = \"b\" }",
            "{ use = \"text.left\", length = 3 }",
        ),
    ]);
}

#[test]
fn a_file_of_an_option_may_change_but_not_become_empty() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("t.csv");
    std::fs::write(&table, "1,2\n3,4\n").unwrap();
    let old = load(folder.path(), FILE);
    std::fs::write(&table, "1,2\n").unwrap();
    let fewer = load(folder.path(), FILE);
    assert_ne!(old.revision(), fewer.revision());
    assert!(taken_away(&old, &fewer).is_empty());
    std::fs::write(&table, "").unwrap();
    let empty = load(folder.path(), FILE);
    let told = words(&taken_away(&old, &empty));
    assert_eq!(told, ["the content of the file `t.csv`"]);
    assert!(taken_away(&empty, &old).is_empty());
}

#[test]
fn long_lists_are_compared_in_no_time() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.csv"), "1,2\n").unwrap();
    let table = |count: usize| {
        let lines: Vec<String> = (0..count).map(|at| format!("[\"{at}\", \"x\"]")).collect();
        let table = format!("table = [{}]", lines.join(", "));
        load(
            folder.path(),
            &FILE.replace("table = { file = \"t.csv\" }", &table),
        )
    };
    let (all, fewer) = (table(20_000), table(19_999));
    let told = words(&taken_away(&all, &fewer));
    assert_eq!(told.len(), 1);
    assert!(
        told[0].starts_with("`table[19999]` ([\"19999\",\"x\"]) of step 1"),
        "{told:?}"
    );
}
