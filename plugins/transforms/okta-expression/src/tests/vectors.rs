//! The worked examples of both pages, then an edge at least for every function.

use attune_dialect::testing::Case;

use super::check;

/// What the classic page shows with its result, as `functions.md` 3 quotes it.
pub(super) const CLASSIC: &[Case] = &[
    (r#"String.len("This")"#, "", "4"),
    (
        r#"String.replace("This is a test", "is", "at")"#,
        "",
        "That at a test",
    ),
    (
        r#"String.replaceFirst("This is a test", "is", "at")"#,
        "",
        "That is a test",
    ),
    (
        r#"String.stringSwitch("First match wins", "default", "absent", "value1", "wins", "value2", "match", "value3")"#,
        "",
        "value2",
    ),
    (
        r#"String.stringSwitch("Substrings count", "default", "ring", "value1")"#,
        "",
        "value1",
    ),
    (r#"String.substring("This is a test", 2, 9)"#, "", "is is a"),
    (r#"substring("Alexander", 1, 4)"#, "", "lex"),
    (
        r#"Arrays.toCsvString({"This","is"," a ","test"})"#,
        "",
        "This,is, a ,test",
    ),
    ("Arrays.size(null)", "", "0"),
    ("Arrays.isEmpty(null)", "", "true"),
    ("Convert.toInt(123.4)", "", "123"),
    ("Convert.toInt(123.6)", "", "124"),
    (r#"Iso3166Convert.toAlpha3("840")"#, "", "USA"),
    (r#"Iso3166Convert.toName("IN")"#, "", "India"),
    (
        r#"String.append("This is", " a test")"#,
        "",
        "This is a test",
    ),
];

/// What it states without an example.
pub(super) const CLASSIC_RULES: &[Case] = &[
    (
        r#"String.append("This", " is a test")"#,
        "",
        "This is a test",
    ),
    (
        r#"String.join("", "This", " is", " a test")"#,
        "",
        "This is a test",
    ),
    (
        r#"String.removeSpaces("This is a test")"#,
        "",
        "Thisisatest",
    ),
    ("user.a ?: \"x\"", "null", "x"),
    ("user.a ?: \"x\"", r#""""#, "x"),
    (
        r#"user.title matches "(?i)engineer""#,
        r#""Senior Engineer II""#,
        "true",
    ),
];

/// What the page of Identity Engine shows with its result, as `functions.md` 4 quotes it.
pub(super) const ENGINE: &[Case] = &[
    ("'1.1'.toInteger()", "", "1"),
    ("'-2147483649'.toInteger()", "", "2147483647"),
    ("(1.1).toInteger()", "", "1"),
    ("(-1.6).toInteger()", "", "-2"),
];

/// What it states without an example.
pub(super) const ENGINE_RULES: &[Case] = &[
    ("'one'.toInteger()", "", "not-a-number"),
    ("(2147483648).toInteger()", "", "-2147483648"),
    ("'one'.toNumber()", "", "not-a-number"),
    ("'United States'.parseCountryCode().toAlpha3()", "", "USA"),
    ("'840'.parseCountryCode().toAlpha2()", "", "US"),
    ("'US'.parseCountryCode().toNumeric()", "", "840"),
    ("user.profile.tags.add('a')", r#"["a"]"#, r#"["a","a"]"#),
];

#[test]
fn worked_examples_of_the_pages_come_out_as_printed() {
    for cases in [CLASSIC, CLASSIC_RULES, ENGINE, ENGINE_RULES] {
        check(cases);
    }
}

const ABSENT: &str = r#"{"$":"absent"}"#;

pub(super) const TEXTS: &[Case] = &[
    ("String.append(user.a, 'x')", ABSENT, "nothing"),
    ("String.append(user.a, user.b)", r#""日本",null"#, "日本"),
    (
        "String.join(' ', user.a, user.b, user.c)",
        r#""Jane",null,"Doe""#,
        "Jane Doe",
    ),
    ("String.join(',', user.a)", r#"["x","","y"]"#, "x,,y"),
    ("String.len(user.a)", "null", "0"),
    ("String.len(user.a)", r#"["x","y"]"#, "many-values"),
    ("String.len(user.a)", r#"{"x":1}"#, "wrong-type"),
    ("String.removeSpaces(user.a)", "null", "nothing"),
    ("String.replace(user.a, '', 'x')", r#""ab""#, "ab"),
    ("String.replaceFirst(user.a, 'a', 'b')", "null", "nothing"),
    ("String.startsWith(user.a, 'ext-')", r#""ext-anna""#, "true"),
    ("String.startsWith(user.a, 'x')", ABSENT, "false"),
    ("String.stringContains(user.a, 'X')", r#""x""#, "false"),
    ("String.stringSwitch(user.a, 'd', 'x', '1')", ABSENT, "d"),
    ("String.substring(user.a, 0, 9)", r#""abc""#, "out-of-range"),
    ("String.substring(user.a, 0, 2)", r#""日本語""#, "日本"),
    ("String.substring(user.a, 0, 2)", "null", "nothing"),
    ("String.substringAfter(user.a, '@')", r#""a@b@c""#, "b@c"),
    ("String.substringAfter(user.a, '@')", r#""abc""#, ""),
    ("String.substringBefore(user.a, '@')", r#""a@b@c""#, "a"),
    ("String.substringBefore(user.a, '@')", r#""abc""#, "abc"),
    ("String.toUpperCase(user.a)", r#""straße""#, "STRASSE"),
    ("String.toLowerCase(user.a)", r#""ÄB""#, "äb"),
    (
        "toUpperCase(user.a) + toLowerCase(user.a)",
        r#""aB""#,
        "ABab",
    ),
    (
        "substringAfter(user.a, '-') + substringBefore(user.a, '-')",
        r#""a-b""#,
        "ba",
    ),
    ("user.a.length()", r#""abc""#, "3"),
    ("user.a.removeSpaces().toUpperCase()", r#""a b""#, "AB"),
    (
        "user.a.replace('a','b').replaceFirst('b','c')",
        r#""aa""#,
        "cb",
    ),
    ("user.a.substring(1)", r#""abc""#, "bc"),
    ("user.a.substring(1, 2)", r#""abc""#, "b"),
    ("user.a.substring(9)", r#""abc""#, "out-of-range"),
    (
        "user.a.substringAfter('-').substringBefore('-')",
        r#""a-b-c""#,
        "b",
    ),
    ("user.a.toLowerCase()", "true", "true"),
    ("user.a.contains('b')", r#""abc""#, "true"),
    ("user.a.contains('B')", r#""abc""#, "false"),
    ("user.a.versionGreaterThan('1.2')", r#""1.10""#, "true"),
    ("user.a.versionLessThan('1.2')", r#""1.10""#, "false"),
];

pub(super) const OTHERS: &[Case] = &[
    ("Arrays.add(user.a, 'x')", "null", r#"["x"]"#),
    ("Arrays.remove(user.a, 'x')", r#"["x","y","x"]"#, r#"["y"]"#),
    ("Arrays.clear(user.a)", r#"["x"]"#, "[]"),
    ("Arrays.get(user.a, 0)", r#"["x","y"]"#, "x"),
    ("Arrays.get(user.a, 2)", r#"["x","y"]"#, "nothing"),
    ("Arrays.get(user.a, 0)", r#"{"x":1}"#, "wrong-type"),
    (
        "Arrays.flatten(user.a, 'b, c', {'d', {'e'}})",
        r#"["a",["f"]]"#,
        r#"["a","f","b","c","d","e"]"#,
    ),
    ("Arrays.contains(user.a, 1)", "[1,2]", "true"),
    ("Arrays.contains(user.a, 'x')", ABSENT, "false"),
    ("Arrays.toCsvString(user.a)", "null", ""),
    ("user.a.remove('x').size()", r#"["x","y"]"#, "1"),
    ("user.a.isEmpty()", "[]", "true"),
    ("user.a.flatten()", r#"[["x"],"y"]"#, r#"["x","y"]"#),
    ("user.a.contains('x')", r#"["x"]"#, "true"),
    ("user.a[1]", r#"["x","y"]"#, "y"),
    ("{'x','y'}[0]", "", "x"),
    ("Convert.toInt(user.a)", r#""12""#, "12"),
    ("Convert.toInt(user.a)", "null", "nothing"),
    (
        "Convert.toInt(user.a)",
        r#""99999999999999999999""#,
        "number-too-large",
    ),
    ("Convert.toNum(user.a)", r#""12.50""#, "12.5"),
    ("Convert.toNum(user.a) + 1", r#""12""#, "13"),
    ("user.a.toNumber()", "1.50", "1.50"),
    ("Iso3166Convert.toAlpha2(user.a)", r#""Deutschland""#, "DE"),
    ("Iso3166Convert.toNumeric(user.a)", r#""fr""#, "250"),
    (
        "Iso3166Convert.toName(user.a)",
        r#""Atlantis""#,
        "country-unknown",
    ),
    ("Iso3166Convert.toName(user.a)", ABSENT, "nothing"),
    ("Time.now()", "", "2026-11-23T03:00:00.000Z"),
    ("Time.now('Europe/Berlin', 'HH:mm')", "", "04:00"),
    (
        "Time.fromWindowsToIso8601('129699324000000000')",
        "",
        "2012-01-01T23:00:00.000Z",
    ),
    (
        "Time.fromUnixToIso8601('1325458800000')",
        "",
        "2012-01-01T23:00:00.000Z",
    ),
    (
        "Time.fromStringToIso8601('01.01.2012', 'dd.MM.yyyy')",
        "",
        "2012-01-01T00:00:00.000Z",
    ),
    (
        "Time.fromIso8601ToWindows('2012-01-01T23:00:00Z')",
        "",
        "129699324000000000",
    ),
    (
        "Time.fromIso8601ToUnix('2012-01-01T23:00:00Z')",
        "",
        "1325458800000",
    ),
    (
        "Time.fromIso8601ToString('2012-01-01T23:00:00Z', 'dd MMM yyyy')",
        "",
        "01 Jan 2012",
    ),
    ("Time.fromIso8601ToUnix(user.a)", r#""""#, "nothing"),
    ("Time.fromIso8601ToUnix(user.a)", r#""soon""#, "bad-date"),
    (
        "DateTime.now().minusDays(1).toString()",
        "",
        "2026-11-22T03:00:00Z",
    ),
    (
        "'129699324000000000'.parseWindowsTime().toUnix()",
        "",
        "1325458800000",
    ),
    (
        "'1325458800000'.parseUnixTime().toWindows()",
        "",
        "129699324000000000",
    ),
    (
        "'01.01.2012'.parseStringTime('dd.MM.yyyy').plusHours(2).toString('yyyy-MM-dd HH')",
        "",
        "2012-01-01 02",
    ),
    (
        "user.created.parseStringTime().toZone('Europe/Berlin').toString('HH:mm')",
        r#""2012-01-01T23:00:00Z""#,
        "00:00",
    ),
    (
        "user.created.withinDays(2)",
        r#""2026-11-22T00:00:00.000Z""#,
        "true",
    ),
    (
        "user.created.withinHours(2)",
        r#""2026-11-22T00:00:00.000Z""#,
        "false",
    ),
    ("user.created.withinMinutes(2)", "null", "false"),
    (
        "DateTime.now().plusSeconds(5).withinSeconds(10)",
        "",
        "true",
    ),
    (
        "DateTime.now().plusMinutes(1).minusMinutes(1).plusDays(1).minusHours(24).minusSeconds(0).toUnix()",
        "",
        "1795402800000",
    ),
    ("(5).toString() + (true).toString()", "", "5true"),
];

pub(super) const OPERATORS: &[Case] = &[
    ("user.a + '-' + user.b", r#""x",null"#, "x-"),
    ("1 + 2 + 'x' + 1 + 2", "", "3x12"),
    ("user.a + 1", r#""7""#, "71"),
    ("7 / 2", "", "3"),
    ("7.0 / 2", "", "3.5"),
    ("2 * 3 - 1", "", "5"),
    ("1 / 0", "", "not-a-number"),
    ("user.a - 1", r#""x""#, "wrong-type"),
    (
        "user.a == null ? 'never' : user.a == '' ? 'removed' : 'set'",
        "null",
        "never",
    ),
    (
        "user.a == null ? 'never' : user.a == '' ? 'removed' : 'set'",
        r#""""#,
        "removed",
    ),
    (
        "user.a != null && user.a != '' ? user.a : 'x'",
        r#""y""#,
        "y",
    ),
    (
        "user.a == 'x' AND !(user.b == 'y') OR false",
        r#""x","z""#,
        "true",
    ),
    (
        "user.a == 'x' and not user.b == 'y'",
        r#""x","z""#,
        "wrong-type",
    ),
    ("not (user.a == 'x') or user.b <= 3", r#""x",3"#, "true"),
    ("user.a > 2", r#""10""#, "true"),
    ("user.a >= 'b'", r#""c""#, "true"),
    ("user.a < 2", "null", "false"),
    ("!user.a", "true", "false"),
    ("user.a ?: user.b ?: 'c'", r#"null,"""#, "c"),
    ("user.a == true ? 'yes' : 'no'", "true", "yes"),
    ("user.a matches '^\\d+$'", r#""12""#, "true"),
    ("user.a matches user.b", r#""a(b","(""#, "bad-pattern"),
    ("'it''s' + \"a\\\"b\"", "", "it'sa\"b"),
    ("''", "", ""),
    ("null", "", "nothing"),
    ("user.a", "1.50", "1.50"),
    ("user.a", r#"["x"]"#, r#"["x"]"#),
    ("-5 + 3", "", "-2"),
];

#[test]
fn edges_come_out_as_the_documentation_says() {
    check(TEXTS);
    check(OTHERS);
    check(OPERATORS);
}
