//! References become selectors; groups are answered from their list.

use attune_dialect::testing::shown;
use serde_json::json;

use super::{plugin, with_options};

#[test]
fn references_are_the_selectors_of_their_attributes() {
    let cases = [
        // (expression, okta, plain)
        ("user.department", "profile.department", "department"),
        (
            "user.profile.department",
            "profile.department",
            "department",
        ),
        ("user.status", "status", "status"),
        ("user.profile.status", "profile.status", "status"),
        ("user.getInternalProperty(\"id\")", "id", "id"),
        ("appuser.title", "profile.title", "title"),
        ("source.title", "profile.title", "title"),
        (
            "idpuser.subjectAltNameEmail",
            "profile.subjectAltNameEmail",
            "subjectAltNameEmail",
        ),
        ("active_directory.cn", "profile.cn", "cn"),
        (
            "getManagerUser(\"active_directory\").firstName",
            "manager.profile.firstName",
            "manager.firstName",
        ),
        (
            "getManagerAppUser(\"active_directory\", \"google\").firstName",
            "manager.profile.firstName",
            "manager.firstName",
        ),
        (
            "user.getLinkedObject(\"manager\").lastName",
            "manager.profile.lastName",
            "manager.lastName",
        ),
        (
            "user.getLinkedObject(\"manager\").profile.lastName.toUpperCase()",
            "manager.profile.lastName",
            "manager.lastName",
        ),
    ];
    for (expression, okta, plain) in cases {
        for (mapping, expect) in [("okta", okta), ("plain", plain)] {
            let options = json!({ "expression": expression, "references": mapping, "apps": ["active_directory"] });
            let step = plugin().open("evaluate-now", &options.to_string());
            let step = step.map_err(|problem| problem.message).unwrap();
            assert_eq!(step.inputs(), [expect], "{expression}");
        }
    }
    let options = json!({ "expression": "user.b + user.a + user.b.length()" }).to_string();
    let step = plugin()
        .open("evaluate-now", &options)
        .map_err(|problem| problem.message)
        .unwrap();
    assert_eq!(step.inputs(), ["profile.b", "profile.a"]);
}

#[test]
fn groups_are_answered_from_the_list_of_names_or_ids() {
    let cases = [
        // (expression, result for the names, or ids, below)
        ("isMemberOfGroupName('Sales')", "true"),
        ("isMemberOfGroupName('sales')", "false"),
        ("isMemberOfGroupNameStartsWith('West')", "true"),
        ("isMemberOfGroupNameContains('Coast')", "true"),
        ("isMemberOfGroupNameRegex('^West .*s$')", "true"),
        ("isMemberOfGroupNameRegex('^East')", "false"),
        ("isMemberOfGroup('00g1')", "true"),
        ("isMemberOfAnyGroup('00g9', '00g2')", "true"),
        ("isMemberOfAnyGroup('00g9')", "false"),
        (
            "user.isMemberOf({'group.profile.name': 'West Coast Users', 'operator': 'EXACT'})",
            "true",
        ),
        (
            "user.isMemberOf({'group.profile.name': 'West', 'operator': 'EXACT'})",
            "false",
        ),
        ("user.isMemberOf({'group.profile.name': 'West'})", "true"),
        ("user.isMemberOf({'group.id': '00g1'})", "true"),
        ("user.isMemberOf({'group.id': {'00g8', '00g9'}})", "false"),
        (
            "user.getGroups({'group.profile.name': 'S'}).![profile.name]",
            r#"["Sales"]"#,
        ),
        (
            "user.getGroups({'group.profile.name': 'S'}, {'group.profile.name': 'W'}).![name].size()",
            "2",
        ),
        (
            "user.getGroups({'group.id': {'00g1','00g2'}}).![id]",
            r#"["00g1","00g2"]"#,
        ),
        (
            "Groups.startsWith(\"OKTA\", \"West\", 10)",
            r#"["West Coast Users"]"#,
        ),
        ("Groups.contains(\"OKTA\", \"s\", 1)", r#"["Sales"]"#),
        (
            "Groups.endsWith(\"OKTA\", \"s\", 10)",
            r#"["Sales","West Coast Users"]"#,
        ),
    ];
    for (expression, expect) in cases {
        let options = json!({ "expression": expression, "groups": "groups", "group-ids": "ids" });
        let is_by_id = expression.contains("00g");
        let input = if is_by_id {
            r#"["00g1","00g2"]"#
        } else {
            r#"["Sales","West Coast Users"]"#
        };
        let got = with_options(&options, input);
        let got = got.unwrap_or_else(|problem| panic!("{expression}: {}", problem.message));
        assert_eq!(shown(&got), expect, "{expression}");
        let nobody = with_options(&options, r#"{"$":"absent"}"#).unwrap();
        assert!(
            ["false", "[]", "0"].contains(&nobody.as_str()),
            "{expression}: {nobody}"
        );
    }
}
