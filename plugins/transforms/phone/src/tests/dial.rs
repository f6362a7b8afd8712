//! `phone.dial`: what counts as a prefix, where a number ends, and that no text is refused.

use attune_plugin::testing::{faults, mismatches, run, unrefused};

use super::plugin;

const GERMAN: &str = r#"{"country-code":"49"}"#;

fn dial(options: &str, text: &str) -> String {
    let input = serde_json::json!([text]).to_string();
    let told = run(&plugin(), "dial", options, &input).unwrap();
    serde_json::from_str(&told).unwrap_or_else(|_| panic!("{text:.20}: {told}"))
}

fn check(options: &str, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(dial(options, text), *expected, "{text:?} by {options}");
    }
}

#[test]
fn the_many_ways_to_write_a_number_give_what_format_gives() {
    let german = [
        "030 901820",
        "030/901820",
        "(030) 90 18 20",
        "(0) 30 / 90 18 - 20",
        "+49 30 901820",
        "+49 (30) 901820",
        "(+49) 30 901820",
        "++49 30 901820",
        "0049 30 901820",
        "+49 (0) 30 901820",
        "+49(0)30901820",
        "0049 (0)30 901820",
        "\u{a0}+49\u{a0}30\u{2011}901820",
        "\u{202a}+49 30 901820\u{202c}",
        "Tel: 030 901820",
        "tel:+49-30-901820",
        "+49 30 901820 ext. 42",
        "+49 30 901820 x42",
        "+49 30 901820;ext=42",
        "+49 30 901820#42",
        "030 901820, 0171 1234567",
        "030 901820 oder 0171 1234567",
        "030 901820 (Zentrale, 2. OG)",
        "+49 30 901820",
        "٠٣٠ ٩٠١٨٢٠",
        "+٤٩ ٣٠ ٩٠١٨٢٠",
    ];
    for text in german {
        assert_eq!(dial(GERMAN, text), "+4930901820", "{text}");
    }
}

#[test]
fn prefixes_are_those_of_the_options() {
    let american = r#"{"country-code":"1","trunk":"1","international":"011"}"#;
    check(
        american,
        &[
            ("1 (202) 456-1111", "+12024561111"),
            ("(202) 456-1111", "2024561111"),
            ("011 49 30 901820", "+4930901820"),
            ("+1 202 456 1111", "+12024561111"),
            ("00 49 30", "004930"),
        ],
    );
    let russian = r#"{"country-code":"7","trunk":"8","international":"810"}"#;
    check(
        russian,
        &[
            ("8 (812) 123-45-67", "+78121234567"),
            ("+7 (8) 812 123 45 67", "+78121234567"),
            ("+7 (812) 123-45-67", "+78121234567"),
            ("8~10 49 30 901820", "+4930901820"),
        ],
    );
    let italian = r#"{"country-code":"39","trunk":""}"#;
    check(
        italian,
        &[
            ("06 6982", "+39066982"),
            ("347 1234567", "+393471234567"),
            ("+39 06 6982", "+39066982"),
            ("+39 (0)6 6982", "+39066982"),
            ("+39 () 06 6982", "+39066982"),
            ("0049 30 901820", "+4930901820"),
        ],
    );
}

#[test]
fn without_a_country_code_national_numbers_keep_their_trunk_prefix() {
    let cases = [
        ("030 / 901820", "030901820"),
        ("0049 30 901820", "+4930901820"),
        ("+49 (0)30 901820", "+4930901820"),
        ("110", "110"),
    ];
    check("{}", &cases);
    check(r#"{"trunk":""}"#, &[("06 6982", "066982")]);
}

#[test]
fn a_trunk_prefix_in_parentheses_is_dropped_after_a_countrys_code_alone() {
    let cases = [
        ("+49 (0) 171 (0) 12", "+49171012"),
        ("+3581 (0)5", "+358105"),
        ("+358 (0)5", "+3585"),
        ("+(0)171", "+0171"),
        ("0171 (0) 12", "+49171012"),
        ("+49 (00) 171", "+4900171"),
        ("+49 (0 171", "+490171"),
        ("+49 0171", "+490171"),
        ("00 (0) 171", "+0171"),
    ];
    check(GERMAN, &cases);
}

#[test]
fn a_prefix_or_a_plus_with_nothing_behind_it_is_none() {
    let cases = [
        ("", ""),
        (" ", ""),
        ("+", ""),
        ("-", ""),
        ("n/a", ""),
        ("0", "0"),
        ("4711", "4711"),
        ("+ Fax 030 901820", "+4930901820"),
        ("30+40", "3040"),
    ];
    check(GERMAN, &cases);
}

#[test]
fn no_text_is_refused_and_nothing_but_digits_comes_out() {
    let longest = "1".repeat(64 * 1024);
    let spaced = "0 ".repeat(20 * 1024);
    let scripts = "٣ ".repeat(20 * 1024);
    let hostile = [
        "\0",
        "(((((",
        "(0)(0)(0)",
        "\u{202e}+4930901820\u{202c}x",
        "²³½Ⅷ一二",
        "🕿 +49 30 9️⃣0️⃣",
        "=HYPERLINK(\"tel:+49\")",
        &longest,
        &spaced,
        &scripts,
    ];
    for options in ["{}", GERMAN, r#"{"country-code":"39","trunk":"8"}"#] {
        for text in hostile {
            let told = dial(options, text);
            let digits = told.strip_prefix('+').unwrap_or(&told);
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            assert!(is_number, "{text:.20}: {told}");
            let is_international = told.starts_with('+');
            assert!(
                !is_international || dial(options, &told) == told,
                "{told:.20}"
            );
        }
    }
    assert_eq!(dial("{}", &longest), longest);
    assert_eq!(dial("{}", &scripts), "3".repeat(20 * 1024));
    let too_long = serde_json::json!([longest]).to_string();
    let italian = r#"{"country-code":"39","trunk":""}"#;
    let cases = [("dial", italian, too_long.as_str(), "!too-long")];
    assert_eq!(mismatches(&plugin(), &cases), Vec::<String>::new());
}

#[test]
fn numbers_around_the_length_that_is_held_lose_no_digit() {
    for digits in 1..200 {
        let number: String = (0..digits)
            .map(|digit| char::from(b'1' + digit % 9))
            .collect();
        for (front, expected) in [("", ""), ("+", "+"), ("00", "+"), ("0", "+49")] {
            assert_eq!(
                dial(GERMAN, &format!("{front}{number}")),
                format!("{expected}{number}")
            );
        }
    }
}

#[test]
fn values_that_are_no_single_text_are_as_everywhere() {
    let cases = [
        ("dial", GERMAN, r#"[["030 901820"]]"#, r#""+4930901820""#),
        ("dial", GERMAN, "[4930901820]", r#""4930901820""#),
        ("dial", GERMAN, "[true]", r#""""#),
        ("dial", GERMAN, r#"[["030", "040"]]"#, "!many-values"),
        ("dial", GERMAN, r#"[{"number": "030"}]"#, "!not-text"),
        ("dial", GERMAN, "[[]]", "[]"),
    ];
    assert_eq!(mismatches(&plugin(), &cases), Vec::<String>::new());
    assert_eq!(faults(&plugin(), "dial", GERMAN), Vec::<String>::new());
}

#[test]
fn options_that_are_no_prefixes_are_refused_with_what_is_wrong() {
    let cases = [
        (
            "dial",
            r#"{"country-code":"+49"}"#,
            "country-code",
            "`+49` is no country code",
        ),
        (
            "dial",
            r#"{"country-code":"0049"}"#,
            "country-code",
            "such as 49",
        ),
        (
            "dial",
            r#"{"country-code":"DE"}"#,
            "country-code",
            "one to three digits",
        ),
        (
            "dial",
            r#"{"country-code":""}"#,
            "country-code",
            "no country code",
        ),
        ("dial", r#"{"trunk":"(0)"}"#, "trunk", "up to four digits"),
        ("dial", r#"{"trunk":"00000"}"#, "trunk", "up to four digits"),
        ("dial", r#"{"trunk":"٠"}"#, "trunk", "up to four digits"),
        ("dial", r#"{"trunk":"00"}"#, "trunk", "international"),
        (
            "dial",
            r#"{"international":""}"#,
            "international",
            "one to six digits",
        ),
        (
            "dial",
            r#"{"international":"+"}"#,
            "international",
            "one to six digits",
        ),
    ];
    assert_eq!(unrefused(&plugin(), &cases), Vec::<String>::new());
    for options in [r#"{"country-code":49}"#, r#"{"region":"DE"}"#, "[]"] {
        assert!(plugin().open("dial", options).is_err(), "{options}");
    }
}

#[test]
fn the_short_way_gives_what_the_long_one_gives() {
    let pieces = [
        "0", "00", "4", "49", "1", "9", " ", "-", ".", "/", "(", ")", "+", "(0)", "123456",
    ];
    let options = [
        "{}",
        GERMAN,
        r#"{"country-code":"39","trunk":""}"#,
        r#"{"country-code":"1","trunk":"1","international":"011"}"#,
    ];
    let mut state = 7_u64;
    let mut below = |most: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % most
    };
    for round in 0..4_000 {
        let text: String = (0..below(12))
            .map(|_| pieces[below(pieces.len())])
            .collect();
        let options = options[round % options.len()];
        // A character that says nothing, and that only the long way knows.
        let long = format!("{text}\u{a0}");
        assert_eq!(
            dial(options, &text),
            dial(options, &long),
            "{text:?} by {options}"
        );
    }
}
