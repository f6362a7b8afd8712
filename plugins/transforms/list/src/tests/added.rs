//! Lists split, searched, put in order and made text: edges and foreign vectors.

use attune_plugin::testing::{Case, faults, mismatches, unrefused};

use crate::plugin;

const NOTHING: Vec<String> = Vec::new();

/// Every function, with options that make it work.
const FUNCTIONS: [(&str, &str); 16] = [
    ("join", "{}"),
    ("first", "{}"),
    ("item", r#"{"index":0}"#),
    ("dedupe", "{}"),
    ("last", "{}"),
    ("slice", "{}"),
    ("split", r#"{"separator":"é"}"#),
    ("flatten", "{}"),
    ("sort", r#"{"order":"natural"}"#),
    ("reverse", "{}"),
    (
        "filter",
        r#"{"find":["é"],"match":"contains","ignore-case":true}"#,
    ),
    ("contains", r#"{"find":["é"],"match":"ends-with"}"#),
    ("count", "{}"),
    ("csv", "{}"),
    ("members", r#"{"member":"a"}"#),
    ("map", r#"{"trim":true,"case":"upper"}"#),
];

#[test]
fn missing_values_pass_every_function() {
    for (function, options) in FUNCTIONS {
        let cases = [
            (function, options, r#"[{"$":"absent"}]"#, "absent"),
            (function, options, "[null]", "null"),
        ];
        assert_eq!(mismatches(&plugin(), &cases), NOTHING);
    }
}

#[test]
fn no_text_is_too_strange_and_none_is_forgotten() {
    for (function, options) in FUNCTIONS {
        assert_eq!(faults(&plugin(), function, options), NOTHING);
    }
    let names: Vec<&str> = plugin().functions.iter().map(|it| it.name).collect();
    let tested: Vec<&str> = FUNCTIONS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), tested.len());
    assert!(names.iter().all(|name| tested.contains(name)), "{names:?}");
}

#[test]
fn a_list_of_many_thousand_elements_is_handled() {
    let list = vec![r#""é""#; 12_000].join(",");
    let input = format!("[[{list}]]");
    for (function, options) in FUNCTIONS {
        let shown = attune_plugin::testing::run(&plugin(), function, options, &input).unwrap();
        assert!(!shown.contains("failed"), "{function}");
    }
}

const VECTORS: [Case<'_>; 26] = [
    // Entra: Join, Split, Count, RemoveDuplicates, Item (from 1 there).
    ("join", "{}", r#"[["","Doe","John"]]"#, r#""Doe, John""#),
    (
        "join",
        r#"{"separator":""}"#,
        r#"[[1000,"12"]]"#,
        r#""100012""#,
    ),
    (
        "split",
        r#"{"separator":","}"#,
        r#"["PermissionSetOne, PermissionSetTwo"]"#,
        r#"["PermissionSetOne","PermissionSetTwo"]"#,
    ),
    ("count", "{}", r#"[["a","b"]]"#, "2"),
    ("dedupe", "{}", r#"[["a","b","a"]]"#, r#"["a","b"]"#),
    ("item", r#"{"index":0}"#, r#"[["a","b"]]"#, r#""a""#),
    // Connect: Contains finds a part of a text, Split takes a limit.
    (
        "contains",
        r#"{"find":["SMTP:"],"match":"contains","ignore-case":true}"#,
        r#"[["smtp:john.doe@contoso.example"]]"#,
        "true",
    ),
    (
        "contains",
        r#"{"find":["SMTP:"],"match":"contains"}"#,
        r#"[["smtp:john.doe@contoso.example"]]"#,
        "false",
    ),
    (
        "split",
        r#"{"separator":",","limit":2}"#,
        r#"["SMTP:john.doe@x,smtp:jd@x,smtp:j@x"]"#,
        r#"["SMTP:john.doe@x","smtp:jd@x,smtp:j@x"]"#,
    ),
    // Okta: Arrays.get, flatten, contains, size, isEmpty, toCsvString.
    ("item", r#"{"index":0}"#, "[[0,1,2]]", "0"),
    ("flatten", "{}", "[[10,[20,30],40]]", "[10,20,30,40]"),
    (
        "flatten",
        "{}",
        r#"[[["a"],[["b","c"]]]]"#,
        r#"["a","b","c"]"#,
    ),
    (
        "split",
        r#"{"separator":","}"#,
        r#"["10, 20, 30"]"#,
        r#"["10","20","30"]"#,
    ),
    ("contains", r#"{"find":["10"]}"#, "[[10,20,30]]", "true"),
    ("contains", r#"{"find":["50"]}"#, "[[10,20,30]]", "false"),
    (
        "contains",
        r#"{"find":["bob"]}"#,
        r#"[["joe","bob"]]"#,
        "true",
    ),
    ("count", "{}", "[[10,20,30]]", "3"),
    ("count", r#"{"missing":"zero"}"#, "[null]", "0"),
    ("count", "{}", "[[]]", "0"),
    (
        "csv",
        "{}",
        r#"[["This","is"," a ","test"]]"#,
        r#""This,is, a ,test""#,
    ),
    (
        "csv",
        r#"{"quotes":"never"}"#,
        r#"[["a,b","c"]]"#,
        r#""a,b,c""#,
    ),
    // Okta: Arrays.remove.
    (
        "filter",
        r#"{"find":["20"],"matching":"drop"}"#,
        "[[10,20,30]]",
        "[10,30]",
    ),
    ("reverse", "{}", "[[1,2,3]]", "[3,2,1]"),
    ("last", "{}", r#"[["a","b"]]"#, r#""b""#),
    // Connect: Trim of a list, Select($item, [values], UCase($item)).
    (
        "map",
        r#"{"trim":true}"#,
        r#"[[" Test ","x "]]"#,
        r#"["Test","x"]"#,
    ),
    (
        "map",
        r#"{"case":"upper"}"#,
        r#"[["a","b"]]"#,
        r#"["A","B"]"#,
    ),
];

#[test]
fn vectors_of_entra_connect_and_okta_come_out() {
    assert_eq!(mismatches(&plugin(), &VECTORS), NOTHING);
}

const EDGES: [Case<'_>; 42] = [
    ("split", r#"{"separator":","}"#, r#"[""]"#, "[]"),
    (
        "split",
        r#"{"separator":",","keep-empty":true}"#,
        r#"[""]"#,
        r#"[""]"#,
    ),
    ("split", r#"{"separator":","}"#, "[[]]", "[]"),
    (
        "split",
        r#"{"separator":","}"#,
        "[[null,7,true]]",
        r#"["7","true"]"#,
    ),
    (
        "split",
        r#"{"separator":"\""}"#,
        r#"["a\"b\\"]"#,
        r#"["a","b\\"]"#,
    ),
    (
        "split",
        r#"{"separator":"、"}"#,
        r#"["山田、太郎"]"#,
        r#"["山田","太郎"]"#,
    ),
    (
        "split",
        r#"{"separator":","}"#,
        r#"[[["a","b"]]]"#,
        "!many-values",
    ),
    ("split", r#"{"separator":","}"#, r#"[{"a":1}]"#, "!not-text"),
    (
        "split",
        r#"{"separator":","}"#,
        r#"[{"$":"bytes","base64":"AP8="}]"#,
        "!not-text",
    ),
    ("flatten", "{}", "[[[[]]]]", "[]"),
    ("flatten", "{}", "[[null,[null]]]", "[null,null]"),
    (
        "sort",
        "{}",
        r#"[["b",null,"A",["a"],"ä"]]"#,
        r#"["A",["a"],"b","ä",null]"#,
    ),
    (
        "sort",
        r#"{"descending":true}"#,
        "[[null,1,2]]",
        "[2,1,null]",
    ),
    ("sort", "{}", r#"[[{"a":1}]]"#, "!not-text"),
    ("sort", "{}", "[[]]", "[]"),
    (
        "sort",
        r#"{"order":"number"}"#,
        r#"[["x",10,9.5,"1e1"]]"#,
        r#"[9.5,10,"1e1","x"]"#,
    ),
    ("filter", r#"{"find":["a"]}"#, "[[null,\"a\"]]", r#"["a"]"#),
    (
        "filter",
        r#"{"find":["a"],"matching":"drop"}"#,
        "[[null,\"a\"]]",
        "[null]",
    ),
    ("filter", r#"{"find":[""]}"#, r#"[["","a"]]"#, r#"[""]"#),
    ("filter", r#"{"find":["a"]}"#, r#"[[{"a":1}]]"#, "!not-text"),
    (
        "filter",
        r#"{"find":["a"]}"#,
        r#"[{"$":"bytes","base64":"AP8="}]"#,
        "!not-text",
    ),
    (
        "filter",
        r#"{"find":["1"],"member":"id"}"#,
        r#"[[{"id":1},{"id":null},{},"1"]]"#,
        r#"[{"id":1}]"#,
    ),
    (
        "contains",
        r#"{"find":["1"],"member":"id"}"#,
        r#"[{"id":[1]}]"#,
        "true",
    ),
    (
        "contains",
        r#"{"find":["Ä"],"ignore-case":true}"#,
        r#"["ä"]"#,
        "true",
    ),
    ("slice", r#"{"start":-1}"#, "[[]]", "[]"),
    ("slice", r#"{"start":1}"#, r#"["alone"]"#, "[]"),
    ("slice", r#"{"end":-9223372036854775808}"#, "[[1]]", "[]"),
    ("slice", "{}", r#"[{"a":1}]"#, r#"[{"a":1}]"#),
    ("csv", "{}", r#"[["a\nb","山田"]]"#, r#""\"a\nb\",山田""#),
    ("csv", "{}", r#"["a,b"]"#, r#""\"a,b\"""#),
    ("csv", "{}", r#"[[["a","b"]]]"#, "!many-values"),
    (
        "members",
        r#"{"member":"a b"}"#,
        r#"[[{"a b":[1,2]},{"a b":null}]]"#,
        "[[1,2]]",
    ),
    (
        "members",
        r#"{"member":"ä"}"#,
        r#"[[{"\u00e4":"x"}]]"#,
        r#"["x"]"#,
    ),
    (
        "members",
        r#"{"member":"a"}"#,
        r#"[{"$":"bytes","base64":"AP8="}]"#,
        "!not-text",
    ),
    ("count", "{}", r#"[{"a":1}]"#, "1"),
    ("map", r#"{"before":"x"}"#, "[[]]", "[]"),
    (
        "map",
        r#"{"before":"x"}"#,
        r#"[["",null,[],["a"]]]"#,
        r#"["x",null,[],"xa"]"#,
    ),
    ("map", r#"{"after":"€"}"#, "[1.50]", r#""1.50€""#),
    (
        "map",
        r#"{"trim":true,"find":"b","with":"-c","case":"upper","before":"<a","after":">"}"#,
        r#"[[" ab\"b "]]"#,
        r#"["<aA-C\"-C>"]"#,
    ),
    (
        "map",
        r#"{"trim":true}"#,
        r#"[[["a","b"]]]"#,
        "!many-values",
    ),
    ("map", r#"{"trim":true}"#, r#"[{"a":1}]"#, "!not-text"),
    (
        "map",
        r#"{"trim":true}"#,
        r#"[{"$":"bytes","base64":"AP8="}]"#,
        "!not-text",
    ),
];

#[test]
fn edges_of_each_function_are_what_its_page_says() {
    assert_eq!(mismatches(&plugin(), &EDGES), NOTHING);
}

#[test]
fn wrong_options_are_refused_and_say_why() {
    let cases = [
        ("split", r#"{"separator":""}"#, "separator", "empty"),
        (
            "split",
            r#"{"separator":",","limit":0}"#,
            "limit",
            "leave it out",
        ),
        (
            "split",
            r#"{"separator":",","limit":-1}"#,
            "",
            "invalid value",
        ),
        ("filter", r#"{"find":[]}"#, "find", "no text"),
        (
            "filter",
            r#"{"find":[""],"match":"contains"}"#,
            "find",
            "empty",
        ),
        ("contains", r#"{"find":"a"}"#, "", "invalid type"),
        (
            "contains",
            r#"{"find":["a"],"matching":"drop"}"#,
            "",
            "unknown field",
        ),
        ("sort", r#"{"order":"locale"}"#, "", "unknown variant"),
        ("slice", r#"{"start":"1"}"#, "", "invalid type"),
        ("csv", r#"{"separator":"ab"}"#, "", "a character"),
        ("members", r#"{"member":""}"#, "member", "empty"),
        ("map", "{}", "trim", "nothing would be changed"),
        ("map", r#"{"trim":false}"#, "trim", "nothing would"),
        (
            "map",
            r#"{"find":"","case":"lower"}"#,
            "find",
            "nothing to find",
        ),
        ("map", r#"{"with":"x","trim":true}"#, "with", "no `find`"),
        ("map", r#"{"case":"title"}"#, "", "unknown variant"),
        ("count", r#"{"missing":"one"}"#, "", "unknown variant"),
        ("flatten", r#"{"depth":1}"#, "", "unknown field"),
        ("reverse", r#"{"x":1}"#, "", "unknown field"),
        ("last", r#"{"x":1}"#, "", "unknown field"),
    ];
    assert_eq!(unrefused(&plugin(), &cases), NOTHING);
}
