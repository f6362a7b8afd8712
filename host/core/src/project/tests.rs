//! Projection by example (hostile ones included) and against a naive walker over a whole tree.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::Cell;
use crate::selector::{Pick, Step};

fn wanted(selectors: &[&str]) -> Wanted {
    selectors
        .iter()
        .map(|s| s.parse::<Selector>().unwrap())
        .collect()
}

fn show(cell: Cell<'_>) -> String {
    let text = String::from_utf8_lossy(cell.bytes);
    match cell.kind {
        Kind::Failed => crate::outcome::failed(cell.bytes).code,
        Kind::Absent | Kind::Null => format!("{:?}", cell.kind),
        kind => format!("{kind:?} {text}"),
    }
}

/// One selector of one document, as kind and text.
fn cell(document: &str, selector: &str) -> String {
    cell_of(document, selector, Names::Exact)
}

fn cell_of(document: &str, selector: &str, names: Names) -> String {
    let mut row = Column::default();
    let mut projector = Projector::new(wanted(&[selector]), names);
    projector
        .project_json(document.as_bytes(), &mut row)
        .unwrap();
    assert_eq!(row.check(1, true), Ok(()), "{document} {selector}");
    show(row.cell(0))
}

#[test]
fn values_when_projected_keep_what_the_source_wrote() {
    let document = r#" {"t":"Zo\u00eb \ud83d\ude00\n","e":"","n":null,"i":-0042e0,"b":true,
        "o":{"k" : [ 1 , "a b" ]},"l":[],"big":12345678901234567890,"f":1.50,"s":-7}"#;
    let document = document.replace("-0042e0", "9007199254740993");
    for (selector, expected) in [
        ("t", "Text Zo\u{eb} \u{1f600}\n"),
        ("e", "Text "),
        ("n", "Null"),
        ("x", "Absent"),
        ("i", "Integer 9007199254740993"),
        ("s", "Integer -7"),
        ("big", "Number 12345678901234567890"),
        ("f", "Number 1.50"),
        ("b", "Boolean true"),
        ("o", r#"Json {"k":[1,"a b"]}"#),
        ("o.k[1]", "Text a b"),
        ("o.k", r#"Json [1,"a b"]"#),
        ("l", "Json []"),
        ("l[0]", "Absent"),
        ("t.x", "Absent"),
        ("t[0]", "Absent"),
        ("n.x", "Absent"),
        ("o[0]", "Absent"),
    ] {
        assert_eq!(cell(&document, selector), expected, "{selector}");
    }
}

#[test]
fn picks_when_projected_choose_elements() {
    let document = r#"{"p":[{"type":"home","v":"1"},{"type":"WORK","v":"2"},{"v":"3"}],
        "n":[[1,2],[3]],"m":["a","b","c"],"x":"no"}"#;
    for (selector, expected) in [
        ("p[type=work].v", "Text 2"),
        ("p[type=fax].v", "Absent"),
        ("p[v=3].type", "Absent"),
        ("p[-1].v", "Text 3"),
        ("p[-4].v", "Absent"),
        ("p[*].v", r#"Json ["1","2","3"]"#),
        ("p[*].type", r#"Json ["home","WORK"]"#),
        ("p[*].none", "Json []"),
        ("none[*].v", "Absent"),
        ("x[*]", "Absent"),
        ("n[*][*]", "Json [1,2,3]"),
        ("n[*][0]", "Json [1,3]"),
        ("n[1][0]", "Integer 3"),
        ("m[0]", "Text a"),
        ("m[9223372036854775807]", "Absent"),
        ("m[-9223372036854775808]", "Absent"),
    ] {
        assert_eq!(cell(document, selector), expected, "{selector}");
    }
}

#[test]
fn members_when_repeated_count_last() {
    let document = r#"{"a":{"x":1,"y":1},"a":{"y":2},"b":1,"b":"2",
        "l":[{"x":1,"x":2},{"x":3}],"c":[1],"c":"no"}"#;
    for (selector, expected) in [
        ("a.x", "Absent"),
        ("a.y", "Integer 2"),
        ("b", "Text 2"),
        ("l[*].x", "Json [2,3]"),
        ("c[0]", "Absent"),
        ("c[*]", "Absent"),
    ] {
        assert_eq!(cell(document, selector), expected, "{selector}");
    }
}

#[test]
fn names_when_case_is_ignored_are_found() {
    let document = r#"{"userName":"a","Name":{"givenName":"b"}}"#;
    assert_eq!(cell(document, "username"), "Absent");
    assert_eq!(cell_of(document, "USERNAME", Names::IgnoreCase), "Text a");
    assert_eq!(
        cell_of(document, "name.GIVENNAME", Names::IgnoreCase),
        "Text b"
    );
    let mut row = Column::default();
    let mut both = Projector::new(wanted(&["Mail", "mail"]), Names::IgnoreCase);
    both.project_json(br#"{"MAIL":"x"}"#, &mut row).unwrap();
    assert_eq!(row.data(), b"xx");
}

#[test]
fn hostile_values_when_projected_cost_only_themselves() {
    let long = "x".repeat(70_000);
    let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
    let very_deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let document = format!(
        r#"{{"s":"\ud800","r":"\udc00x","n":"a\u0000b","long":"{long}","deep":{deep},"ignored":{very_deep},
        "ls":["ok","\ud800"],"\ud800":1,"ok":"fine","huge":1e400,"low":"\ud83d\u0041"}}"#
    );
    for (selector, expected) in [
        ("s", "bad-value"),
        ("s.x", "Absent"),
        ("r", "bad-value"),
        ("n", "bad-value"),
        ("low", "bad-value"),
        ("long", "too-long"),
        ("deep", "bad-value"),
        ("ls", "bad-value"),
        ("ls[0]", "Text ok"),
        ("ls[1]", "bad-value"),
        ("ls[*]", "bad-value"),
        ("huge", "Number 1e400"),
        ("huge.x", "Absent"),
        ("ok", "Text fine"),
    ] {
        assert_eq!(cell(&document, selector), expected, "{selector}");
    }
}

#[test]
fn documents_when_they_are_no_objects_are_errors_and_append_nothing() {
    let mut projector = Projector::new(wanted(&["a", "b"]), Names::Exact);
    let mut row = Column::default();
    for bytes in [
        &b"[]"[..],
        b"1",
        b"",
        b"{",
        b"{\"a\":1}x",
        b"{\"a\":01}",
        b"{\"a\":\"\xff\"}",
        b"{\"z\":\"\\x\"}",
        b"\xef\xbb\xbf{}",
    ] {
        assert!(
            projector.project_json(bytes, &mut row).is_err(),
            "{bytes:?}"
        );
        assert_eq!(row.rows(), 0);
    }
    projector.project_json(b"{\"b\":1}", &mut row).unwrap();
    assert_eq!((row.rows(), row.cell(1).bytes), (2, &b"1"[..]));
}

#[test]
fn parts_when_hung_in_take_the_members_place() {
    let mut projector = Projector::new(
        wanted(&[
            "mail",
            "manager",
            "manager.displayName",
            "manager.mail",
            "team.name",
        ]),
        Names::Exact,
    );
    let mut row = Column::default();
    let source = Source {
        document: Document::Json(br#"{"mail":"a","manager":{"mail":"inner"}}"#),
        parts: &[
            ("manager", Document::Json(br#"{"displayName":"Boss"}"#)),
            ("other", Document::Json(b"{}")),
        ],
    };
    projector.project(&source, &mut row).unwrap();
    let cells: Vec<String> = row.iter().map(show).collect();
    assert_eq!(
        cells,
        [
            "Text a",
            r#"Json {"displayName":"Boss"}"#,
            "Text Boss",
            "Absent",
            "Absent"
        ]
    );
}

#[test]
fn entries_when_projected_are_lists_without_case() {
    let entry = vec![
        ("CN".to_owned(), vec![b"Zo\xc3\xab \"Z\"".to_vec()]),
        (
            "mail".to_owned(),
            vec![b"a@example.com".to_vec(), b"b@example.com".to_vec()],
        ),
        ("objectGUID".to_owned(), vec![vec![0x41, 0x42]]),
        ("jpegPhoto".to_owned(), vec![vec![1], vec![2]]),
        ("bad".to_owned(), vec![vec![0xff]]),
        ("empty".to_owned(), vec![]),
        ("key;binary".to_owned(), vec![b"text".to_vec()]),
    ];
    for (selector, expected) in [
        ("cn", r#"Json ["Zoë \"Z\""]"#),
        ("cn[0]", "Text Zoë \"Z\""),
        ("MAIL", r#"Json ["a@example.com","b@example.com"]"#),
        ("mail[*]", r#"Json ["a@example.com","b@example.com"]"#),
        ("mail[-1]", "Text b@example.com"),
        ("mail[2]", "Absent"),
        ("mail.x", "Absent"),
        ("objectguid", "Bytes AB"),
        ("jpegPhoto", "many-values"),
        ("jpegPhoto[1]", "Bytes \u{2}"),
        ("bad", "bad-value"),
        ("empty", "Json []"),
        ("key;binary", "Bytes text"),
        ("none", "Absent"),
    ] {
        let mut projector = Projector::new(wanted(&[selector]), Names::IgnoreCase);
        let mut row = Column::default();
        projector
            .project_entry(&entry, &is_binary_by_name, &mut row)
            .unwrap();
        assert_eq!(row.check(1, true), Ok(()));
        assert_eq!(show(row.cell(0)), expected, "{selector}");
    }
}

// The same semantics, written as plainly as possible over a whole tree.
fn naive(value: &Value, steps: &[Step]) -> Found {
    let Some((step, rest)) = steps.split_first() else {
        return Found::One(value.clone());
    };
    match value.get(&step.name) {
        Some(value) => picked(value, &step.picks, rest),
        None => Found::Absent,
    }
}

#[derive(Debug, PartialEq)]
enum Found {
    Absent,
    One(Value),
    List(Vec<Value>),
}

fn picked(value: &Value, picks: &[Pick], rest: &[Step]) -> Found {
    let Some((pick, more)) = picks.split_first() else {
        return naive(value, rest);
    };
    let Some(array) = value.as_array() else {
        return Found::Absent;
    };
    let one = match pick {
        Pick::Each => {
            let each = array.iter().map(|element| picked(element, more, rest));
            return Found::List(
                each.flat_map(|found| match found {
                    Found::Absent => vec![],
                    Found::One(one) => vec![one],
                    Found::List(list) => list,
                })
                .collect(),
            );
        }
        Pick::Index(n) if *n < 0 => usize::try_from(-n)
            .ok()
            .and_then(|n| array.len().checked_sub(n))
            .map(|n| &array[n]),
        Pick::Index(n) => array.get(usize::try_from(*n).unwrap()),
        Pick::Member(member, value) => array.iter().find(|element| match element.get(member) {
            Some(Value::String(text)) => text.to_lowercase() == value.to_lowercase(),
            Some(Value::Number(number)) => number.to_string() == *value,
            Some(Value::Bool(flag)) => flag.to_string() == value.to_lowercase(),
            _ => false,
        }),
    };
    one.map_or(Found::Absent, |element| picked(element, more, rest))
}

fn expected(found: Found) -> String {
    match found {
        Found::Absent => "Absent".to_owned(),
        Found::List(list) => format!("Json {}", Value::Array(list)),
        Found::One(Value::Null) => "Null".to_owned(),
        Found::One(Value::String(text)) => format!("Text {text}"),
        Found::One(Value::Bool(flag)) => format!("Boolean {flag}"),
        Found::One(Value::Number(number)) => format!("Integer {number}"),
        Found::One(container) => format!("Json {container}"),
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3_i64..3).prop_map(Value::from),
        "[a-cA-C\"\\\\é\u{1f600}\n]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-c]", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_wanted() -> impl Strategy<Value = Vec<Selector>> {
    let pick = prop_oneof![
        (-3_i64..3).prop_map(Pick::Index),
        ("[a-c]", "[a-c]|1|true").prop_map(|(a, b)| Pick::Member(a, b)),
        Just(Pick::Each),
    ];
    let step =
        ("[a-c]", prop::collection::vec(pick, 0..3)).prop_map(|(name, picks)| Step { name, picks });
    let selector =
        prop::collection::vec(step, 1..4).prop_map(|steps| Selector::from_steps(steps).unwrap());
    prop::collection::vec(selector, 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn projection_when_compared_with_a_naive_walker_agrees(
        members in prop::collection::vec(("[a-c]", any_value()), 0..4),
        selectors in any_wanted(),
        pretty in any::<bool>(),
    ) {
        let document = Value::Object(members.into_iter().collect());
        let text = if pretty {
            serde_json::to_string_pretty(&document).unwrap()
        } else {
            document.to_string()
        };
        let mut projector = Projector::new(Wanted::new(selectors), Names::Exact);
        let mut row = Column::default();
        projector.project_json(text.as_bytes(), &mut row).unwrap();
        projector.project_json(text.as_bytes(), &mut row).unwrap();
        let count = projector.wanted().len();
        prop_assert_eq!(row.check(2 * count, true), Ok(()));
        for (index, selector) in projector.wanted().selectors().iter().enumerate() {
            let naive = expected(naive(&document, selector.steps()));
            prop_assert_eq!(show(row.cell(index)), naive.clone(), "{} in {}", selector, text);
            prop_assert_eq!(show(row.cell(index + count)), naive);
        }
    }

    #[test]
    fn any_bytes_when_projected_never_panic(
        text in "[\\[\\]{}\":,a-c0-9.eE\\\\u d8\u{e9}-]{0,40}",
        selectors in any_wanted(),
    ) {
        let mut projector = Projector::new(Wanted::new(selectors), Names::IgnoreCase);
        let mut row = Column::default();
        let valid = serde_json::from_str::<serde_json::Map<String, Value>>(&text).is_ok();
        let read = projector.project_json(text.as_bytes(), &mut row).is_ok();
        prop_assert!(read || !valid);
        prop_assert_eq!(row.rows(), if read { projector.wanted().len() } else { 0 });
    }
}

#[test]
fn naive_walker_when_asked_is_not_vacuous() {
    let document = json!({"a": [{"b": 1}]});
    let selector: Selector = "a[*].b".parse().unwrap();
    assert_eq!(
        naive(&document, selector.steps()),
        Found::List(vec![json!(1)])
    );
}
