//! Exports become connector files; the two invented examples are those of the command's own tests.

use serde_json::{Value, json};

use super::draft::{Draft, Kind};
use super::{entra, picked, user_sync};
use crate::connector::load_as;

const USER_SYNC: &str = include_str!("../../../tests/cli/imports/user-sync.json");
const ENTRA: &str = include_str!("../../../tests/cli/imports/entra-schema.json");

fn user_sync(text: &str, pick: Option<&str>) -> Draft {
    let root: Value = serde_json::from_str(text).unwrap();
    picked(user_sync::drafts(&root).unwrap(), pick).unwrap()
}

fn remarks(draft: &Draft, kind: Kind) -> Vec<String> {
    let remarks = draft.remarks.iter().filter(|remark| remark.kind == kind);
    remarks
        .map(|one| format!("{}: {}", one.at, one.message))
        .collect()
}

#[track_caller]
fn check_rows(draft: &Draft, expected: &[(&str, &str)]) {
    let rows = draft.targets().flat_map(|target| &target.rows);
    let rows: Vec<(String, String)> = rows
        .map(|(field, row)| (field.clone(), row.toml()))
        .collect();
    let rows: Vec<(&str, &str)> = rows.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(rows, expected);
}

/// The strict reader takes the file; what plugins think of it is the command's tests' matter.
#[track_caller]
fn check_reads(draft: &Draft) {
    let text = draft.toml();
    let path = format!("{}.toml", draft.name);
    if let Err(mistakes) = load_as(path.as_ref(), &text).result {
        let mistakes: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        panic!("{}\n{text}", mistakes.join("\n"));
    }
}

/// Everything that the export says is in the file or in a remark: the words of these lines are.
#[track_caller]
fn check_told(told: &[String], expected: &[&str]) {
    for part in expected {
        assert!(
            told.iter().any(|line| line.contains(part)),
            "{part} in {told:#?}"
        );
    }
    assert_eq!(told.len(), expected.len(), "{told:#?}");
}

#[test]
fn user_sync_when_read_has_its_rows() {
    let draft = user_sync(USER_SYNC, Some("contoso entra"));
    check_rows(
        &draft,
        &[
            (
                "Department",
                r#"{ from = "department", steps = [{ use = "text.regex-rules", rules = [{ find = "^(?i)sales.*", with = "Sales" }, { find = '^(\w+) dept\.?$', with = "${1}" }] }] }"#,
            ),
            (
                "Cost Center",
                r#"{ from = "onPremisesExtensionAttributes.extensionAttribute1", steps = [{ use = "text.regex-replace", find = '^CC-(\d+)$', with = "${1}", no-match = "drop-person" }] }"#,
            ),
            (
                "Login",
                r#"{ from = "userPrincipalName", steps = ["text.guest-to-email", "text.strip-domain", "text.lower"] }"#,
            ),
            (
                "Mail",
                r#"{ first = ["mail", "otherMails[0]", "userPrincipalName"] }"#,
            ),
            ("Employer", r#"{ value = "Contoso GmbH" }"#),
            ("Manager", r#""manager.displayName""#),
            (
                "Badge",
                r#"{ from = "employeeId", steps = [{ use = "regex.replace", find = "^(?!X).*(?<=7)$", with = "special", syntax = "java" }] }"#,
            ),
            ("City", r#""city""#),
            (
                "phone",
                r#"{ from = "businessPhones[0]", steps = [{ use = "text.replace", find = " ", with = "" }] }"#,
            ),
            ("position", r#""jobTitle""#),
        ],
    );
    check_reads(&draft);
    assert_eq!(draft.groups, ["jira-users", "Consultants"]);
    assert_eq!(draft.schedule.as_deref(), Some("0 2 * * *"));
    assert!(draft.jira.photo);
    let options = [
        ("tenant", "contoso.example"),
        ("filter", "accountEnabled eq true"),
    ];
    assert_eq!(
        draft.options,
        options.map(|(key, value)| (key, value.to_owned()))
    );
}

#[test]
fn user_sync_when_read_tells_what_it_leaves() {
    let draft = user_sync(USER_SYNC, Some("Contoso Entra"));
    check_told(
        &remarks(&draft, Kind::Left),
        &[
            "exportVersion: a number whose meaning",
            "connectors[0].id: a number whose meaning",
            "connectors[0].syncSettings.cleanupBehavior: `DISABLE`",
            "connectors[0].syncSettings.nestedGroupLevels: a number whose meaning",
            "attributeMapping[7]: the value is made by code",
            "attributeMapping[10]: Confluence has no profile field `Shoe size`",
            "attributeMapping[11]: user names are never changed",
            "attributeMapping[12].fallbackLocale: a text whose meaning",
        ],
    );
    check_told(
        &remarks(&draft, Kind::Check),
        &[
            "settings.userFilter",
            "attributeMapping[2]: the export does not say in which order",
            "attributeMapping[5]: the manager is taken",
            "attributeMapping[8]: `businessPhones` is a list",
            "regular expressions",
            "[target] match",
        ],
    );
    check_told(
        &remarks(&draft, Kind::Set),
        &["[source.credential.app]: the secret comes from"],
    );
    for secret in ["s3cr3t-of-the-export", "00aB-another-secret"] {
        assert!(!format!("{draft:?}").contains(secret));
    }
}

#[test]
fn user_sync_when_a_table_goes_by_targets_is_read_too() {
    let draft = user_sync(USER_SYNC, Some("partners"));
    check_rows(
        &draft,
        &[
            ("Company", r#""profile.organization""#),
            (
                "Title",
                r#"{ from = "profile.title", steps = ["text.trim"] }"#,
            ),
        ],
    );
    check_reads(&draft);
    assert_eq!(
        draft.endpoints,
        [("api", "https://partners.okta.com".to_owned())]
    );
    assert_eq!(draft.credential.kind, "api-token");
}

#[test]
fn user_sync_when_spelled_otherwise_is_read_the_same() {
    let row = |source: &str, target: &str| json!({ source: "department", target: "Department" });
    for (list, table, row) in [
        ("connectors", "mappings", row("source", "target")),
        (
            "user_sync_connectors",
            "attribute_mappings",
            row("source_attribute", "target_name"),
        ),
        (
            "Connectors",
            "Attribute Mapping",
            row("attribute", "property"),
        ),
    ] {
        let one =
            json!({ "connector-type": "Azure AD", table: [row], "tenant": "contoso.example" });
        for root in [
            json!({ list: [one.clone()] }),
            json!([one.clone()]),
            one.clone(),
        ] {
            let draft = user_sync(&root.to_string(), None);
            check_rows(&draft, &[("Department", r#""department""#)]);
            assert_eq!(remarks(&draft, Kind::Left), Vec::<String>::new(), "{root}");
            check_reads(&draft);
        }
    }
}

#[test]
fn user_sync_of_every_provider_can_be_read() {
    let table = json!([{ "kind": "Jira: User Property", "name": "Dept", "source": "department" }]);
    let cases = [
        (
            json!({ "type": "keycloak", "url": "https://sso.example.com/auth", "realm": "contoso",
            "clientId": "attune" }),
            r#""attributes.department""#,
        ),
        (
            json!({ "type": "google", "adminEmail": "admin@contoso.example", "domain": "contoso.example",
            "serviceAccountKey": { "private_key": "secret" } }),
            r#""department""#,
        ),
        (
            json!({ "type": "okta", "domain": "contoso.okta.com", "clientId": "0oa1",
            "privateKey": "secret" }),
            r#""profile.department""#,
        ),
        // Nothing but its kind: what is missing is told, and the file is one all the same.
        (json!({ "type": "azure" }), r#""department""#),
    ];
    for (mut connector, row) in cases {
        connector["mappings"] = table.clone();
        let draft = user_sync(&connector.to_string(), None);
        check_rows(&draft, &[("Dept", row)]);
        check_reads(&draft);
        assert_eq!(
            remarks(&draft, Kind::Left),
            Vec::<String>::new(),
            "{connector}"
        );
        assert!(!draft.toml().contains("secret\""), "{}", draft.toml());
    }
}

#[test]
fn what_is_no_export_of_user_sync_says_why() {
    let told = |root: Value| user_sync::drafts(&root).unwrap_err();
    assert!(told(json!({ "hello": 1 })).contains("is it an export of User Sync"));
    assert!(told(json!({ "type": "onelogin", "mappings": [] })).contains("`onelogin`"));
    assert!(told(json!([])).contains("no connector"));
    assert!(told(json!("text")).contains("no connector"));
    let both = user_sync::drafts(&serde_json::from_str(USER_SYNC).unwrap()).unwrap();
    let why = picked(both, None).unwrap_err();
    assert!(why.contains("--pick: contoso-entra, partners"), "{why}");
}

#[test]
fn entra_when_read_has_its_rows() {
    let draft = entra::draft(&serde_json::from_str(ENTRA).unwrap()).unwrap();
    assert_eq!(draft.name, "contoso-users-to-jira");
    check_rows(
        &draft,
        &[
            ("account.email", r#""mail""#),
            (
                "Department",
                r#"{ from = "department", when-missing = { default = "Unknown" } }"#,
            ),
            ("Title", r#"{ from = "jobTitle", apply = "once" }"#),
            ("Phone", r#""businessPhones[0]""#),
            ("Organization", r#"{ value = "Contoso GmbH" }"#),
            (
                "Cost Center",
                r#"{ use = "entra.expression", expression = 'Replace([onPremisesExtensionAttributes.extensionAttribute1], , "^CC-(?<number>\d+)$", , "${number}", , )' }"#,
            ),
            (
                "Location",
                r#"{ use = "entra.expression", expression = 'Join(", ", [city], [mobilePhone])' }"#,
            ),
        ],
    );
    check_reads(&draft);
    assert_eq!(
        draft.jira.matches,
        [
            ("userPrincipalName".to_owned(), "username"),
            ("mail".to_owned(), "email")
        ]
    );
    assert_eq!(
        draft.include,
        [
            r#"{ attribute = "userType", equals = "Member" }"#,
            r#"{ attribute = "onPremisesExtensionAttributes.extensionAttribute3", present = true }"#,
        ]
    );
    assert_eq!(
        draft.exclude,
        [r"{ attribute = 'mail', matches = '@test\.' }".replace("'mail'", "\"mail\"")]
    );
    check_told(
        &remarks(&draft, Kind::Left),
        &[
            "objectMappings[0].flowTypes: `Add, Update, Delete`",
            "clauses[3]: there is no condition for `GREATER_THAN`",
            "(userName): user names are never changed",
            "(active): accounts are never made",
            "(nickName): `ValueAddOnly`",
            "(roles): roles and groups",
            "objectMappings[1]: it maps `Group`",
        ],
    );
}

#[test]
fn what_is_no_schema_says_why() {
    let told = |root: Value| entra::draft(&root).unwrap_err();
    assert!(told(json!([])).contains("no object"));
    assert!(told(json!({ "value": [] })).contains("synchronizationSchema"));
    let rules = json!({ "synchronizationRules": [{ "objectMappings": [{ "sourceObjectName": "User", "enabled": false }] }, 7] });
    assert!(told(rules).contains("switched on"));
}

/// Whatever JSON of another shape there is: no panic, and a file that reads or a sentence.
#[test]
fn exports_that_are_bent_are_read_or_refused() {
    let values = [json!(null), json!("x"), json!([[1]]), json!({ "a": {} })];
    let mut seen = std::collections::HashSet::new();
    for text in [USER_SYNC, ENTRA] {
        let whole: Value = serde_json::from_str(text).unwrap();
        let mut places = Vec::new();
        collect(&whole, "", &mut places);
        assert!(places.len() > 60, "{}", places.len());
        for place in &places {
            for value in &values {
                let mut bent = whole.clone();
                *bent.pointer_mut(place).unwrap() = value.clone();
                let drafts = user_sync::drafts(&bent).into_iter().flatten();
                for draft in drafts.chain(entra::draft(&bent)) {
                    if draft.targets().next().is_some() && seen.insert(draft.toml()) {
                        check_reads(&draft);
                    }
                }
            }
        }
    }
}

fn collect(value: &Value, at: &str, into: &mut Vec<String>) {
    let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(map) => map.iter().for_each(|(name, value)| {
            collect(value, &format!("{at}/{}", escaped(name)), into);
        }),
        Value::Array(list) => list.iter().enumerate().for_each(|(number, value)| {
            collect(value, &format!("{at}/{number}"), into);
        }),
        _ => {}
    }
    into.push(at.to_owned());
}
