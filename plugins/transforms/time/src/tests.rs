//! The manifest, and what its examples do not show.

use attune_plugin::testing::{complaints, edges, no_context, run, run_in};

use super::plugin;

#[test]
fn manifest_schemas_structs_and_examples_agree() {
    assert_eq!(complaints(&plugin()), Vec::<String>::new());
}

#[test]
fn every_function_meets_the_edges_as_its_table_says() {
    let wrong = edges(&plugin(), include_str!("edges.txt"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every function with the options that it needs.
const CALLS: &[(&str, &str)] = &[
    ("format", "{}"),
    ("zone", r#"{"zone":"Europe/Berlin"}"#),
    ("add", r#"{"amount":1}"#),
    ("start-of", r#"{"unit":"days"}"#),
    ("end-of", r#"{"unit":"days"}"#),
    ("diff", r#"{"until":"x"}"#),
    ("age", "{}"),
    ("within", r#"{"amount":1}"#),
    ("from-filetime", "{}"),
    ("to-filetime", "{}"),
    ("from-unix", "{}"),
    ("to-unix", "{}"),
];

#[test]
fn missing_when_given_passes_and_what_is_no_date_fails_with_its_code() {
    let long = serde_json::json!("9".repeat(60 * 1024)).to_string();
    let latin = r#""二〇二四年""#;
    for (function, options) in CALLS {
        for (input, expect) in [
            (r#"[{"$":"absent"}]"#, r#"{"$":"absent"}"#),
            ("[null]", "null"),
            ("[[]]", "[]"),
            ("[[null]]", "null"),
        ] {
            assert_eq!(
                run(&plugin(), function, options, input).unwrap(),
                expect,
                "{function}"
            );
        }
        for (input, code) in [
            (r#""""#, "bad-"),
            (r#"["2024-01-01", "x"]"#, "many-values"),
            (r#"{"a": 1}"#, "not-text"),
            (r#""9999-12-31x""#, "bad-"),
            (latin, "bad-"),
            (&long, "bad-"),
        ] {
            let more = if *function == "diff" {
                r#", "2024-01-01""#
            } else {
                ""
            };
            let input = format!("[{input}{more}]");
            let got = run(&plugin(), function, options, &input).unwrap();
            assert!(
                got.contains(&format!(r#""code":"{code}"#)),
                "{function} {input:.40}: {got}"
            );
            assert!(got.len() < 400, "{function}: {}", got.len());
        }
    }
}

#[test]
fn lists_of_one_and_numbers_when_given_are_text() {
    for (function, options, input, expect) in [
        (
            "format",
            r#"{"read":"yyyyMMdd"}"#,
            "[20240229]",
            r#""2024-02-29""#,
        ),
        ("format", "{}", r#"[["2024-02-29"]]"#, r#""2024-02-29""#),
        (
            "diff",
            r#"{"until":"x"}"#,
            r#"["2024-02-28", ["2024-02-29"]]"#,
            "1",
        ),
        (
            "diff",
            r#"{"until":"x"}"#,
            r#"["2024-02-28", null]"#,
            r#"{"$":"absent"}"#,
        ),
    ] {
        assert_eq!(run(&plugin(), function, options, input).unwrap(), expect);
    }
    let many = run(
        &plugin(),
        "diff",
        r#"{"until":"end"}"#,
        r#"["2024-02-28", ["a","b"]]"#,
    );
    assert!(many.unwrap().contains(r#""at":"end""#));
}

const REFUSED: &[(&str, &str, &str)] = &[
    (
        "format",
        r#"{"read":"dd.MM."}"#,
        "read: character 1: the pattern has no year",
    ),
    (
        "format",
        r#"{"read":"yyyy 'x"}"#,
        "read: character 6: the quote is never closed",
    ),
    (
        "format",
        r#"{"write":"%Q%","language":"strftime"}"#,
        "write: character 3: a `%` at the end",
    ),
    (
        "format",
        r#"{"write":"T","language":"joda"}"#,
        "write: character 1: `T` is no letter",
    ),
    (
        "format",
        r#"{"zone-in":"Berlin"}"#,
        "zone-in: `Berlin` is no time zone",
    ),
    (
        "format",
        r#"{"zone-out":"+99"}"#,
        "zone-out: `+99` is no time zone",
    ),
    ("zone", r#"{"zone":""}"#, "zone: `` is no time zone"),
    (
        "add",
        r#"{"amount":1,"zone-out":"x"}"#,
        "zone-out: `x` is no time zone",
    ),
    (
        "start-of",
        r#"{"unit":"days","read":"HH:mm"}"#,
        "read: character 1",
    ),
    (
        "end-of",
        r#"{"unit":"decades"}"#,
        ": unknown variant `decades`",
    ),
    ("diff", r#"{"until":"x","read":"y\\"}"#, "read: character 2"),
    ("age", r#"{"zone-in":"x"}"#, "zone-in: `x`"),
    ("within", r#"{"amount":-1}"#, ": invalid value"),
    ("now", r#"{"zone":"x"}"#, "zone: `x`"),
    (
        "from-filetime",
        r#"{"write":"yyyy 'x"}"#,
        "write: character 6",
    ),
    ("to-filetime", r#"{"read":"dd"}"#, "read: character 1"),
    (
        "from-unix",
        r#"{"unit":"days"}"#,
        ": unknown variant `days`",
    ),
    ("to-unix", r#"{"read":"dd"}"#, "read: character 1"),
];

#[test]
fn options_when_wrong_say_which_and_where() {
    for (function, options, expect) in REFUSED.iter().copied() {
        let Err(problem) = plugin().open(function, options) else {
            panic!("{function} took {options}")
        };
        let shown = format!("{}: {}", problem.at, problem.message);
        assert!(shown.starts_with(expect), "{function}: {shown}");
        assert_eq!(problem.code, "options", "{function}");
    }
}

#[test]
fn published_vectors_when_run_come_out() {
    let date_add = |unit: &str, amount: i64| {
        let options = serde_json::json!({ "unit": unit, "amount": amount, "zone-out": "UTC",
            "write": "M/d/yyyy h:mm:ss tt" });
        // A date with an offset but no time is midnight there.
        let got = run(
            &plugin(),
            "add",
            &options.to_string(),
            r#"["2012-03-16-07:00"]"#,
        );
        got.unwrap()
    };
    assert_eq!(date_add("days", 7), r#""3/23/2012 7:00:00 AM""#);
    assert_eq!(date_add("months", 10), r#""1/16/2013 7:00:00 AM""#);
    assert_eq!(date_add("years", 2), r#""3/16/2014 7:00:00 AM""#);
    for (input, expect) in [
        ("2020-03-16-07:00", "3/16/2020 7:00:00 AM"),
        ("2021-06-30+08:00", "6/29/2021 4:00:00 PM"),
        ("2009-06-15T01:45:30-07:00", "6/15/2009 8:45:30 AM"),
        ("2013-01-10 4:00 PM -8", "1/11/2013 12:00:00 AM"),
    ] {
        let options = r#"{"write":"M/d/yyyy h:mm:ss tt","zone-out":"UTC"}"#;
        let input = serde_json::json!([input]).to_string();
        let expect = format!("\"{expect}\"");
        assert_eq!(run(&plugin(), "format", options, &input).unwrap(), expect);
    }
    for (unit, expect) in [
        ("days", "-3449"),
        ("weeks", "-493"),
        ("months", "-113"),
        ("years", "-9"),
    ] {
        let options = format!(r#"{{"until":"x","unit":"{unit}","count":"calendar"}}"#);
        let input = r#"["2021-08-25 5:41:18 PM", "2012-03-16-07:00"]"#;
        assert_eq!(
            run(&plugin(), "diff", &options, input).unwrap(),
            expect,
            "{unit}"
        );
    }
    for (unit, expect) in [("hours", "24"), ("minutes", "1440"), ("seconds", "86400")] {
        let options = format!(r#"{{"until":"x","unit":"{unit}"}}"#);
        let input = r#"["2012-03-16", "2012-03-17"]"#;
        assert_eq!(
            run(&plugin(), "diff", &options, input).unwrap(),
            expect,
            "{unit}"
        );
    }
}

/// Okta: `user.created` is 2015-07-30T23:58:32Z, now 2015-07-31T17:18:37.979Z.
#[test]
fn within_when_the_page_says_so_is_true() {
    let mut context = no_context();
    context.now_ms = 1_438_363_117_979.0;
    for (unit, amount, expect) in [
        ("days", 1, "true"),
        ("hours", 100, "true"),
        ("minutes", 2, "false"),
        ("seconds", 100, "false"),
    ] {
        let options = format!(r#"{{"unit":"{unit}","amount":{amount}}}"#);
        let input = r#"["2015-07-30T23:58:32Z"]"#;
        assert_eq!(
            run_in(&plugin(), "within", &options, input, &context).unwrap(),
            expect
        );
    }
    context.now_ms = f64::NAN;
    assert_eq!(
        run_in(&plugin(), "now", "{}", "[null]", &context).unwrap(),
        r#""1970-01-01T00:00:00Z""#
    );
    context.now_ms = f64::MAX;
    assert!(
        run_in(&plugin(), "now", "{}", "[null]", &context)
            .unwrap()
            .contains("out-of-range")
    );
}

#[test]
fn dates_when_moved_beyond_the_calendar_fail() {
    for (function, options, input) in [
        ("add", r#"{"amount":1}"#, "9999-12-31"),
        (
            "add",
            r#"{"amount":9223372036854775807,"unit":"quarters"}"#,
            "2024-01-01",
        ),
        ("from-unix", "{}", "9223372036854775807"),
        ("from-filetime", "{}", "9223372036854775806"),
    ] {
        let input = serde_json::json!([input]).to_string();
        let got = run(&plugin(), function, options, &input).unwrap();
        assert!(got.contains("out-of-range"), "{function}: {got}");
    }
}
