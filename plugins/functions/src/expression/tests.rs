//! The pieces that both dialects stand on.

use std::cmp::Ordering;

use super::{Cursor, Dialect, Error, Random, Value, suggest};

const DIALECTS: [Dialect; 3] = [Dialect::Provisioning, Dialect::ConnectSync, Dialect::Okta];

#[test]
fn errors_show_the_column_and_what_stands_there() {
    let error = |column| Error::syntax(column, "wrong");
    let cases = [
        ("äb", 2, "column 2, at `b`: wrong"),
        ("ab", 3, "column 3, at the end: wrong"),
        ("a\tb\nc", 2, "column 2, at ` b c`: wrong"),
        (
            "abcdefghijklmnopqrstuvwxyz",
            1,
            "column 1, at `abcdefghijklmnopqrstuvwx…`: wrong",
        ),
    ];
    for (source, column, expect) in cases {
        assert_eq!(error(column).explain(source), expect);
    }
}

#[test]
fn nearest_names_are_offered_and_far_ones_are_not() {
    let known = ["Left", "Len", "LTrim", "Right", "ToLower"];
    let cases = [
        ("Lft", "; did you mean `Left`?"),
        ("Leen", "; did you mean `Len`?"),
        ("TOLOWER", "; did you mean `ToLower`?"),
        ("Frobnicate", ""),
        ("", ""),
        ("é", ""),
    ];
    for (name, expect) in cases {
        assert_eq!(suggest(name, known.into_iter()), expect, "{name}");
    }
}

#[test]
fn a_cursor_reads_texts_numbers_and_names_with_their_columns() {
    let mut cursor = Cursor::new("  \"a\\\"\\\\\\d\" 12.5.6 näme_1(").unwrap();
    assert_eq!(cursor.column(), 3);
    assert_eq!(cursor.string('"', false).unwrap(), "a\"\\\\d");
    assert_eq!(cursor.number(), "12.5");
    assert!(cursor.eat("."));
    assert_eq!(cursor.number(), "6");
    assert_eq!(cursor.name(), Some("näme_1"));
    assert!(cursor.end().is_err());
    assert_eq!(cursor.expected("x").message, "x is expected, not `(`");
    for source in ["", "  ", &"x".repeat(10_001)] {
        assert!(Cursor::new(source).is_err());
    }
    assert!(Cursor::new("ORder").unwrap().eat_word("or").eq(&false));
    assert!(Cursor::new("OR der").unwrap().eat_word("or"));
}

#[test]
fn values_compare_as_their_dialect_says() {
    let text = Value::borrowed;
    let cases = [
        (Value::Integer(2), Value::Integer(10), Some(Ordering::Less)),
        (
            Value::Integer(2),
            Value::Number("2.0"),
            Some(Ordering::Equal),
        ),
        (text("a"), text("A"), Some(Ordering::Greater)),
        (text("10"), text("9"), Some(Ordering::Less)),
        (Value::Null, Value::Null, Some(Ordering::Equal)),
        (Value::Null, text(""), None),
        (Value::Json("[1]"), text("1"), None),
        (
            Value::Integer(i64::MAX),
            Value::Integer(i64::MAX - 1),
            Some(Ordering::Greater),
        ),
    ];
    for dialect in DIALECTS {
        for (one, other, expect) in &cases {
            assert_eq!(
                one.compare(other, dialect),
                *expect,
                "{one:?} {other:?} {dialect:?}"
            );
        }
    }
    let number = text("2.0").compare(&Value::Integer(2), Dialect::Okta);
    assert_eq!(number, Some(Ordering::Equal));
    let strict = text("2.0").compare(&Value::Integer(2), Dialect::ConnectSync);
    assert_eq!(strict, Some(Ordering::Greater));
}

#[test]
fn json_of_a_value_is_what_it_was_read_from() {
    for json in [
        "null",
        "true",
        "12",
        "1.50",
        "-0",
        r#""a\"é""#,
        r#"["a",[1,{"b":null}]]"#,
        "[]",
        "{}",
    ] {
        let mut out = String::new();
        Value::from_json(json).write_json(Dialect::Okta, &mut out);
        assert_eq!(out, json);
    }
    let list = Value::from_json(r#"["a\n",2]"#).elements().unwrap();
    let mut out = String::new();
    Value::List(list).write_json(Dialect::Okta, &mut out);
    assert_eq!(out, r#"["a\n",2]"#);
}

#[test]
fn random_numbers_are_the_same_for_seed_and_place_and_stay_below_their_limit() {
    let draw = |seed: u8, column| Random::new([seed; 16], column).bits();
    assert_eq!(draw(1, 2), draw(1, 2));
    assert!(draw(1, 2) != draw(2, 2) && draw(1, 2) != draw(1, 3));
    let mut random = Random::new([0; 16], 0);
    let drawn: Vec<u64> = (0..200).map(|_| random.below(3)).collect();
    assert!((0..3).all(|wanted| drawn.contains(&wanted)) && drawn.iter().all(|one| *one < 3));
    assert_eq!(random.below(0), 0);
}
