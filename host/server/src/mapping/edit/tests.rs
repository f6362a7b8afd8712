//! Rows are changed in texts of every shape, and nothing else is.

use super::{Error, Value, put, row};

const FILE: &str = "\
# ours
id = \"x\"   # stays

[target.jira]
product = \"jira-data-center\"

[target.jira.map] # rows
# contact
Department   = \"department\" # from HR
\"Mail address\" = { first = [\"mail\", \"upn\"] }
# places
City = \"city\"

# the wiki
[target.wiki]
product = \"confluence-data-center\"
map = { phone = \"businessPhones[0]\" }
";

fn value(text: &str) -> Option<Value> {
    row(text).ok()
}

#[track_caller]
fn check(text: &str, (target, field): (&str, &str), row: Option<Value>, expected: &str) {
    let edited = put(("x.toml", text), (target, field), row.as_ref()).unwrap();
    assert_eq!(edited.text, expected);
    assert_eq!(
        edited.after,
        row.map(|row| row.to_string().trim().to_owned())
    );
}

#[test]
fn row_when_there_is_one_takes_its_place_and_keeps_the_remark_behind_it() {
    check(
        FILE,
        ("jira", "Department"),
        value("{ from = \"department\", steps = [\"text.trim\"] }"),
        &FILE.replace(
            "= \"department\" # from HR",
            "= { from = \"department\", steps = [\"text.trim\"] } # from HR",
        ),
    );
}

#[test]
fn row_when_it_is_new_stands_at_the_end_in_line_with_the_last_one() {
    check(
        FILE,
        ("jira", "Site"),
        value(" 'officeLocation' "),
        &FILE.replace(
            "City = \"city\"\n",
            "City = \"city\"\nSite = 'officeLocation'\n",
        ),
    );
    let aligned = FILE.replace("City = ", "City         = ");
    check(
        &aligned,
        ("jira", "Cost Center"),
        value("\"costCenter\""),
        &aligned.replace(
            "= \"city\"\n",
            "= \"city\"\n\"Cost Center\" = \"costCenter\"\n",
        ),
    );
    check(
        &aligned,
        ("jira", "Country"),
        value("\"country\""),
        &aligned.replace("= \"city\"\n", "= \"city\"\nCountry      = \"country\"\n"),
    );
}

#[test]
fn row_when_taken_out_leaves_what_stands_above_it() {
    check(
        FILE,
        ("jira", "Department"),
        None,
        &FILE.replace("Department   = \"department\" # from HR\n", ""),
    );
    check(
        FILE,
        ("jira", "City"),
        None,
        &FILE.replace("City = \"city\"\n", ""),
    );
}

#[test]
fn last_row_when_taken_out_leaves_its_table_and_what_stands_above_it() {
    let text = "[target.jira]\nurl = \"u\"\n\n[target.jira.map] # rows\n# ours\nA = \"a\"\n";
    check(text, ("jira", "A"), None, &text.replace("A = \"a\"\n", ""));
}

#[test]
fn row_between_braces_when_changed_stays_between_braces() {
    check(
        FILE,
        ("wiki", "position"),
        value("\"jobTitle\""),
        &FILE.replace(
            "{ phone = \"businessPhones[0]\" }",
            "{ phone = \"businessPhones[0]\", position = \"jobTitle\" }",
        ),
    );
    check(
        FILE,
        ("wiki", "phone"),
        None,
        &FILE.replace("{ phone = \"businessPhones[0]\" }", "{}"),
    );
}

#[test]
fn field_of_the_account_has_a_table_of_its_own() {
    let edited = put(
        ("x", FILE),
        ("jira", "account.email"),
        value("\"mail\"").as_ref(),
    )
    .unwrap();
    assert!(
        edited
            .text
            .contains("[target.jira.account]\nemail = \"mail\"\n"),
        "{}",
        edited.text
    );
    // No field of the account: a User Property of that name.
    let edited = put(
        ("x", FILE),
        ("jira", "account.no"),
        value("\"no\"").as_ref(),
    )
    .unwrap();
    assert!(
        edited.text.contains("\"account.no\" = \"no\"\n"),
        "{}",
        edited.text
    );
}

#[test]
fn target_without_a_mapping_gets_one() {
    let text = "[target.jira]\nproduct = \"jira-data-center\"\n\n# last\n";
    let edited = put(("x", text), ("jira", "A"), value("\"a\"").as_ref()).unwrap();
    assert!(
        edited.text.contains("\n[target.jira.map]\nA = \"a\"\n"),
        "{}",
        edited.text
    );
    assert!(edited.text.contains("# last"), "{}", edited.text);
}

#[test]
fn rows_that_are_sections_are_replaced_too() {
    let text = "[target.jira]\nurl = \"u\"\n\n[target.jira.map.A]\nfrom = \"a\"\n\n[[target.jira.map.B]]\nfrom = \"b\"\n";
    for field in ["A", "B"] {
        let edited = put(("x", text), ("jira", field), value("\"c\"").as_ref()).unwrap();
        assert!(
            edited.text.contains(&format!("{field} = \"c\"\n")),
            "{}",
            edited.text
        );
        let edited = put(("x", text), ("jira", field), None).unwrap();
        assert!(
            !edited.text.contains(&format!("map.{field}]")),
            "{}",
            edited.text
        );
    }
}

#[test]
fn line_ends_and_the_mark_at_the_beginning_stay() {
    let text = format!("\u{feff}{}", FILE.replace('\n', "\r\n"));
    check(
        &text,
        ("jira", "City"),
        value("\"l\""),
        &text.replace("\"city\"", "\"l\""),
    );
}

#[test]
fn what_is_not_there_is_named() {
    let told = |result: Result<super::Edited, Error>| match result.unwrap_err() {
        Error::NoField { field, hint } => format!("{field}: {hint}"),
        error => error.to_string(),
    };
    assert_eq!(
        told(put(("x.toml", FILE), ("jra", "A"), value("\"a\"").as_ref())),
        "x.toml: there is no target 'jra' (did you mean 'jira'?)"
    );
    assert_eq!(
        told(put(("x", FILE), ("jira", "Deparment"), None)),
        "Deparment: in the target jira: did you mean 'Department'?"
    );
    assert_eq!(
        told(put(("x", FILE), ("jira", "account.email"), None)),
        "account.email: in the target jira: there is none"
    );
    let broken = told(put(("x.toml", "[target\n"), ("jira", "A"), None));
    assert!(broken.starts_with("x.toml:1:"), "{broken}");
}

#[test]
fn row_that_is_no_toml_says_how_one_is_written() {
    let told = |text: &str| row(text).unwrap_err().to_string();
    assert!(
        told("department").contains("'\"department\"'"),
        "{}",
        told("department")
    );
    for text in ["", "{ from = ", "\"a\" \"b\"", "{ from = \"a\" } x"] {
        assert!(
            told(text).starts_with("the row: it is not TOML"),
            "{}",
            told(text)
        );
    }
    assert_eq!(row(" \"a\" ").unwrap().to_string(), "\"a\"");
}
