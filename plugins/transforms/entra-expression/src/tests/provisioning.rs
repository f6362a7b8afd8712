//! Application provisioning: the worked examples, then the edges.

use attune_dialect::testing::Case;

use super::{PROVISIONING, check};

/// What the page shows or states with its result, as `functions.md` 1 quotes it.
pub(super) const VECTORS: &[Case] = &[
    ("BitAnd(&HF,&HF7)", "", "7"),
    (r#"CDate("2020-03-16-07:00")"#, "", "3/16/2020 7:00:00 AM"),
    (r#"CDate("2021-06-30+08:00")"#, "", "6/29/2021 4:00:00 PM"),
    (
        r#"CDate("2009-06-15T01:45:30-07:00")"#,
        "",
        "6/15/2009 8:45:30 AM",
    ),
    (
        r#"ConvertToBase64("Hello world!")"#,
        "",
        "SABlAGwAbABvACAAdwBvAHIAbABkACEA",
    ),
    (
        r#"ConvertToUTF8Hex("Hello world!")"#,
        "",
        "48656C6C6F20776F726C6421",
    ),
    (
        r#"DateAdd("d", 7, [d])"#,
        r#""2012-03-16-07:00""#,
        "3/23/2012 7:00:00 AM",
    ),
    (
        r#"DateAdd("m", 10, [d])"#,
        r#""2012-03-16-07:00""#,
        "1/16/2013 7:00:00 AM",
    ),
    (
        r#"DateAdd("yyyy", 2, [d])"#,
        r#""2012-03-16-07:00""#,
        "3/16/2014 7:00:00 AM",
    ),
    (r#"DateDiff("d", [a], [b])"#, FROM_TO, "-3449"),
    // Exact weeks are -492.78: what the page prints counts Sundays, as Visual Basic does.
    (r#"DateDiff("ww", [a], [b])"#, FROM_TO, "-493"),
    (r#"DateDiff("m", [a], [b])"#, FROM_TO, "-113"),
    (r#"DateDiff("yyyy", [a], [b])"#, FROM_TO, "-9"),
    (r#"DateDiff("h", "8/25/2021", "8/26/2021")"#, "", "24"),
    (r#"DateDiff("n", "8/25/2021", "8/26/2021")"#, "", "1440"),
    (r#"DateDiff("s", "8/25/2021", "8/26/2021")"#, "", "86400"),
    (
        "DateFromNum(129699324000000000)",
        "",
        "1/1/2012 11:00:00 PM",
    ),
    (
        r#"FormatDateTime([x], , "yyyyMMddHHmmss.fZ", "yyyy-MM-dd")"#,
        r#""20150123105347.1Z""#,
        "2015-01-23",
    ),
    (r#"InStr("The quick brown fox","quick")"#, "", "5"),
    (r#"InStr("repEated","e",3,vbBinaryCompare)"#, "", "7"),
    (
        r#"Join(", ","",[surname],[givenName])"#,
        r#""Doe","John""#,
        "Doe, John",
    ),
    (r#"Left("Jane", 0)"#, "", ""),
    (r#"Left("Jane", -1)"#, "", "Jane"),
    ("Left([x], 2)", "null", ""),
    (r#"Left("Jane", 9)"#, "", "Jane"),
    (r#"NormalizeDiacritics("äöüßæøłı")"#, "", "aoussaeoeli"),
    ("NormalizeDiacritics([x])", r#""œ̄œ""#, "oeœ"),
    (
        r#"PCase([l]," '-")"#,
        r#""PINTO-DE'SILVA""#,
        "Pinto-De'Silva",
    ),
    (
        "PCase([l])",
        r#""PABLO GONSALVES (SECOND)""#,
        "Pablo Gonsalves (Second)",
    ),
    (
        r#"Replace([t], , "\\+(?<isdCode>\\d* )(?<phoneNumber>\\d{10})", , "${phoneNumber}", , )"#,
        r#""+91 9998887777""#,
        "9998887777",
    ),
    // Page error: it prints 19998887777, although nothing in the pattern takes the plus away.
    (
        r#"Replace([m], , "[()\\s-]+", , "", , )"#,
        r#""+1 (999) 888-7777""#,
        "+19998887777",
    ),
    (
        r#"Replace([s], , "^(?<streetNumber>\\d*)", "streetNumber", "888", , )"#,
        r#""545 Tremont Street""#,
        "888 Tremont Street",
    ),
    (
        r#"Word("This,string!has&many separators",3,",!&#")"#,
        "",
        "has",
    ),
];

/// What the page states without an example.
pub(super) const RULES: &[Case] = &[
    (r#"Join("",1000,[id])"#, r#""7""#, "10007"),
    (r#"Mid("Jane Doe", 6, 99)"#, "", "Doe"),
    (r#"Not("True")"#, "", "false"),
    (r#"Not("False")"#, "", "true"),
    (
        r#"Switch([Active], , "True", "x")"#,
        r#""False""#,
        "nothing",
    ),
    (
        r#"Switch([Active], "d", "", "empty")"#,
        r#"{"$":"absent"}"#,
        "empty",
    ),
];

const FROM_TO: &str = r#""8/25/2021 5:41:18 PM","2012-03-16-07:00""#;

#[test]
fn worked_examples_of_the_page_come_out_as_printed() {
    check(PROVISIONING, VECTORS);
    check(PROVISIONING, RULES);
}

const ABSENT: &str = r#"{"$":"absent"}"#;

/// One edge at least for every function: absent, null, empty, list, other kinds.
pub(super) const EDGES: &[Case] = &[
    (r#"Append([a], "x")"#, ABSENT, "nothing"),
    ("Append([a], [b])", r#""日本",null"#, "日本"),
    ("BitAnd([a], 4)", r#""514""#, "0"),
    ("BitAnd([a], 2)", "514", "2"),
    ("BitAnd([a], 2)", "null", "nothing"),
    ("BitAnd([a], 2)", r#""x""#, "wrong-type"),
    ("CBool([a] = [b])", r#""x","x""#, "true"),
    ("CBool([a])", "0", "false"),
    ("CBool([a])", "-0.5", "true"),
    (r#"CBool("yes")"#, "", "wrong-type"),
    ("CDate([a])", r#""31.12.2020 25:00""#, "bad-date"),
    ("CDate([a])", "null", "nothing"),
    ("Coalesce([a], [b], \"d\")", r#"null,"x""#, "x"),
    ("Coalesce([a], [b])", "null,[]", "nothing"),
    ("Coalesce([a], \"d\")", r#""""#, ""),
    ("ConvertToBase64([a])", r#""ü😀""#, "/AA92ADe"),
    ("ConvertToUTF8Hex([a])", r#""""#, ""),
    ("Count([a])", r#"["x","y"]"#, "2"),
    ("Count([a])", ABSENT, "0"),
    ("Count([a])", r#""one""#, "1"),
    ("CStr([a])", "1.50", "1.50"),
    ("CStr([a])", "true", "True"),
    ("CStr([a])", r#"["x","y"]"#, "many-values"),
    ("CStr([a])", r#"{"x":1}"#, "wrong-type"),
    (r#"DateAdd("d", 1, [a])"#, "null", "nothing"),
    (
        r#"DateAdd("m", 1, "2021-01-31T00:00:00Z")"#,
        "",
        "2/28/2021 12:00:00 AM",
    ),
    (
        r#"DateAdd("yyyy", 999999, "2021-01-31")"#,
        "",
        "out-of-range",
    ),
    (r#"DateDiff("d", [a], Now())"#, r#""2026-11-22""#, "1"),
    (
        "DateFromNum([a])",
        r#""129699324000000000""#,
        "1/1/2012 11:00:00 PM",
    ),
    (r#"FormatDateTime([a], , "yyyy", "yy")"#, ABSENT, "nothing"),
    (r#"FormatDateTime("x", , "yyyy", "yy")"#, "", "bad-date"),
    (
        r#"FormatDateTime(" 2021 ", "None", "yyyy", "yy")"#,
        "",
        "bad-date",
    ),
    ("IgnoreFlowIfNullOrEmpty([a])", "null", "keep"),
    ("IgnoreFlowIfNullOrEmpty([a])", r#"["x"]"#, r#"["x"]"#),
    (
        r#"Append(IgnoreFlowIfNullOrEmpty([a]), "x")"#,
        r#""""#,
        "keep",
    ),
    (
        r#"IIF([country]="USA",[country],[department])"#,
        r#""USA","Sales""#,
        "USA",
    ),
    (r#"IIF([a] <> "x", "t", "f")"#, r#""y""#, "t"),
    (r#"IIF([a] >= 10, "t", "f")"#, r#""9""#, "f"),
    (r#"IIF([a] < 10, "t", "f")"#, r#""9""#, "t"),
    (r#"IIF([a] > "b", "t", "f")"#, r#""c""#, "t"),
    (r#"IIF([a] <= "b", "t", "f")"#, r#""b""#, "t"),
    (r#"IIF([a] = "True", "t", "f")"#, "true", "t"),
    (
        r#"IIF([a]="x",IIF([b]="y","1","2"),"3")"#,
        r#""x","z""#,
        "2",
    ),
    (r#"InStr("repEated","E",1,vbTextCompare)"#, "", "2"),
    (r#"InStr([a],"x")"#, ABSENT, "0"),
    ("IsNull([a])", ABSENT, "true"),
    ("IsNull([a])", r#""""#, "false"),
    ("IsNullOrEmpty([a])", r#""""#, "true"),
    ("IsNullOrEmpty([a])", "[]", "true"),
    ("IsPresent([a])", r#"" ""#, "true"),
    ("IsPresent([a])", "null", "false"),
    ("IsString([a])", "1", "false"),
    ("IsString([a])", r#""1""#, "true"),
    ("Item([a], 1)", r#"["x","y"]"#, "x"),
    ("Item([a], 0)", r#"["x","y"]"#, "nothing"),
    ("Item([a], 3)", r#"["x","y"]"#, "nothing"),
    ("Item([a], 1)", r#""alone""#, "alone"),
    (
        r#"Join("; ", [a], [b])"#,
        r#"["x",null,"","y"],"z""#,
        "x; y; z",
    ),
    (r#"Join("; ", [a])"#, ABSENT, "nothing"),
    ("Left([a], 2)", r#""日本語""#, "日本"),
    ("Left([a], 2)", r#"["x","y"]"#, "many-values"),
    ("Left([a], 2)", r#"["xyz"]"#, "xy"),
    ("Left([a], \"2\")", r#""xyz""#, "xy"),
    ("Mid([a], 2, 2)", r#""xyz""#, "yz"),
    ("Mid([a], 2, 2)", ABSENT, ""),
    ("NormalizeDiacritics([a])", "null", "nothing"),
    ("Not([a])", "true", "false"),
    ("Not([a])", ABSENT, "nothing"),
    ("Not([a])", r#""perhaps""#, "wrong-type"),
    ("Now()", "", "11/23/2026 3:00:00 AM"),
    (
        r#"NumFromDate("2012-01-01T23:00:00Z")"#,
        "",
        "129699324000000000",
    ),
    ("NumFromDate([a])", "null", "nothing"),
    ("PCase([a])", r#""""#, ""),
    ("Redact([a])", r#""secret""#, "secret"),
    (
        "RemoveDuplicates([a])",
        r#"["x","X","x",1]"#,
        r#"["x","X",1]"#,
    ),
    ("RemoveDuplicates([a])", r#""x""#, r#"["x"]"#),
    (r#"Replace([a], "o", , , "0")"#, r#""foo""#, "f00"),
    (r#"Replace([a], "o", , , "0")"#, ABSENT, "nothing"),
    (
        r#"Replace([user], "{u}", , , , , "mail:{u}@x.example")"#,
        r#""anna""#,
        "mail:anna@x.example",
    ),
    (
        r#"Replace([mail], , "(?<n>.*)@", "n", , [upn], )"#,
        r#"null,"anna@x.example""#,
        "anna",
    ),
    (
        r#"Replace([mail], , "(?<n>.*)@", "n", , [upn], )"#,
        r#""bo","anna@x.example""#,
        "bo",
    ),
    (
        r#"Replace([a], , [p], , "", , )"#,
        r#""a(b","(""#,
        "bad-pattern",
    ),
    // .NET finds an empty match behind the first one.
    (r#"Replace([a], , ".*", , "x", , )"#, r#""abc""#, "xx"),
    (r#"Replace([a], , "^.*$", , "x", , )"#, r#""abc""#, "x"),
    (
        r#"Replace([a], , "(?<n>\\d*)", "n", "x", , )"#,
        r#""12a""#,
        "xxax",
    ),
    (r#"Split("a, b ,c", ",")"#, "", r#"["a","b","c"]"#),
    (r#"Split([a], ",")"#, r#""""#, "nothing"),
    ("StripSpaces([a])", r#"" a b\tc ""#, "ab\tc"),
    (r#"Switch([a], "d", "x", "1", "X", "2")"#, r#""X""#, "2"),
    (r#"Switch([a], [a], "", "Other")"#, ABSENT, "Other"),
    (
        r#"Switch([IsSoftDeleted], , "False", "True", "True", "False")"#,
        "false",
        "True",
    ),
    (r#"ToLower("TITEL", "tr-TR")"#, "", "tıtel"),
    (r#"ToLower("TITEL")"#, "", "titel"),
    (r#"ToUpper("titel", "tr")"#, "", "TİTEL"),
    (r#"ToUpper("straße")"#, "", "STRAßE"),
    ("ToUpper([a])", "null", "nothing"),
    (r#"Word([a], 0, " ")"#, r#""a b""#, ""),
    (r#"Word([a], 3, " ")"#, r#""a b""#, ""),
    ("[a]", "1.50", "1.50"),
    ("[a]", r#"["x","y"]"#, r#"["x","y"]"#),
    ("[manager.displayName]", r#""Eva""#, "Eva"),
    ("[phones[type=work].value]", r#""12""#, "12"),
    (r#"["a]b".c]"#, r#""q""#, "q"),
    (r#""a\"b\\c\d""#, "", r#"a"b\c\d"#),
];

#[test]
fn edges_come_out_as_the_documentation_says() {
    check(PROVISIONING, EDGES);
}
