//! What is refused when the expression is opened: by column, with what would be right.

use attune_dialect::testing::{Refusal, unrefused};

use super::{NOTHING, evaluate};

const CASES: &[Refusal<'_>] = &[
    ("", &["expression is empty"]),
    (
        "String.lenn(user.a)",
        &[
            "column 1, at `String.lenn(user.a)`",
            "did you mean `String.len`?",
        ],
    ),
    (
        "string.len(user.a)",
        &["case-sensitive: write `String.len`"],
    ),
    ("user.a.tolowercase()", &["write `.toLowerCase`"]),
    ("user.a.trim()", &["there is no method `.trim`"]),
    ("'a'.size", &["column 4", "`size` is no member"]),
    (
        "String.len()",
        &["`String.len(source text)` takes 1 argument, not 0"],
    ),
    (
        "String.substring(user.a, 'x', 2)",
        &["column 26", "a whole number as argument 2"],
    ),
    (
        "String.stringSwitch(user.a, 'd', 'k')",
        &["a value for each key"],
    ),
    ("user.a +", &["column 9, at the end", "is expected"]),
    ("user.a = 'x'", &["column 8"]),
    ("(user.a", &["`)` is expected"]),
    ("user.a ? 'x'", &["`:` is expected"]),
    ("user", &["name an attribute, such as `user.email`"]),
    (
        "usr.a",
        &[
            "`usr` is no reference; did you mean `user`?",
            "option `apps`",
        ],
    ),
    ("org.name", &["not supported", "the same for everybody"]),
    ("app.clientId", &["not supported"]),
    ("session.amr", &["outside of any session"]),
    ("access.scope", &["outside of any sign-in"]),
    ("device.profile.managed", &["no part of a person"]),
    ("security.risk.level", &["no part of a person"]),
    ("accessRequest.operation", &["access request"]),
    ("login.identifier", &["sign-in"]),
    (
        "getFilteredGroups({'00g'}, 'group.name', 5)",
        &["not supported: it turns ids into names"],
    ),
    ("getAssistantUser('x').a", &["no relation"]),
    ("hasDirectoryUser()", &["one source"]),
    ("findWorkdayUser().a", &["one source"]),
    (
        "isMemberOfGroupName('a')",
        &["set the option `groups`", "groups[*].profile.name"],
    ),
    ("isMemberOfGroup('a')", &["set the option `group-ids`"]),
    (
        "user.isMemberOf({'group.type': 'OKTA_GROUP'})",
        &["does not tell `group.type`"],
    ),
    (
        "user.isMemberOf({'group.id': 'a'}, {'group.profile.name': 'b'})",
        &["all criteria are of one kind"],
    ),
    ("user.isMemberOf('a')", &["a criterion is expected"]),
    ("user.a.![name]", &["stands behind `user.getGroups"]),
    (
        "user.getLinkedObject('boss').a",
        &["\"manager\" is known alone"],
    ),
    (
        "getManagerUser('x')",
        &["an attribute of the manager is expected"],
    ),
    ("user.getInternalProperty('x')", &["\"id\" and \"status\""]),
    ("Time.now('Mars')", &["column 10", "no time zone"]),
    ("Time.fromIso8601ToString(user.a, 'qqq')", &["column 34"]),
    ("user.a matches '('", &["regular expression is refused"]),
    ("'a", &["no closing `'`"]),
    ("“a”", &["straight quotes"]),
    ("{'a'", &["`,` or `}`"]),
];

#[test]
fn errors_name_the_column_and_what_would_be_right() {
    assert_eq!(
        unrefused(CASES, |expression| evaluate(expression, "")),
        NOTHING
    );
}

#[test]
fn an_expression_may_be_64_deep_and_10000_long_and_no_more() {
    let nested = |depth: usize| {
        format!(
            "{}user.a{}",
            "toUpperCase(".repeat(depth),
            ")".repeat(depth)
        )
    };
    assert!(evaluate(&nested(63), r#""x""#).is_ok());
    for deep in [
        nested(64),
        "!".repeat(5_000) + "true",
        "a?".repeat(3_000),
        "user.a".to_owned() + &".length()".repeat(900),
        "1+1-".repeat(2_000) + "1",
        "{".repeat(5_000),
        "(".repeat(5_000),
    ] {
        assert!(evaluate(&deep, r#""x""#).is_err(), "{}", &deep[..20]);
    }
    let long = |chars: usize| format!("'{}'", "é".repeat(chars - 2));
    assert!(evaluate(&long(10_000), "").is_ok());
    assert!(evaluate(&long(10_001), "").is_err());
    assert_eq!(evaluate(&vec!["1"; 4_000].join("+"), "").unwrap(), "4000");
}
