//! Entra Connect Sync: the worked examples, then the edges.

use attune_dialect::testing::Case;

use super::{CONNECT, check};

/// What the page shows or states with its result, as `functions.md` 2 quotes it.
pub(super) const VECTORS: &[Case] = &[
    (
        r#"FormatDateTime(CDate("2013-01-10 4:00 PM -8"), "yyyy-MM-dd HH:mm")"#,
        "",
        "2013-01-11 00:00",
    ),
    (r#"Mid("Jane", 2, 0)"#, "", ""),
    (r#"Mid("Jane", 2, -1)"#, "", "Jane"),
    (r#"Mid("Jane", 9, 1)"#, "", "Jane"),
    (r#"Mid("Jane", 0, 1)"#, "", "Jane"),
    ("Mid([x], 1, 1)", "null", ""),
];

/// What the page states without an example.
pub(super) const RULES: &[Case] = &[
    (
        r#"ReplaceChars("Größe β’s", "ö:oe,β:ss,’:")"#,
        "",
        "Groeße sss",
    ),
    (
        r#"Contains([proxyAddresses], "SMTP:")"#,
        r#"["smtp:a","SMTP:b"]"#,
        "2",
    ),
    (
        "ConvertFromBase64(\"SABlAGwAbABvACAAdwBvAHIAbABkACEA\")",
        "",
        "Hello world!",
    ),
    (
        "ConvertFromUTF8Hex(\"48656C6C6F20776F726C6421\")",
        "",
        "Hello world!",
    ),
    (
        "DNComponent([dn], 1)",
        r#""CN=Joe,OU=Staff,DC=contoso,DC=com""#,
        "Joe",
    ),
    (
        "DNComponentRev([dn], 1)",
        r#""CN=Joe,OU=Staff,DC=contoso,DC=com""#,
        "com",
    ),
    (
        r#"DNComponentRev([dn], 1, "DC")"#,
        r#""CN=Joe,OU=Staff,DC=contoso,DC=com""#,
        "Staff",
    ),
];

#[test]
fn worked_examples_of_the_page_come_out_as_printed() {
    check(CONNECT, VECTORS);
    check(CONNECT, RULES);
}

const ABSENT: &str = r#"{"$":"absent"}"#;
const GUID: &str = r#""{0b2c3d4e-5f60-7182-93a4-b5c6d7e8f901}""#;

pub(super) const EDGES: &[Case] = &[
    (
        r#"[a] & "@" & [b]"#,
        r#""anna","x.example""#,
        "anna@x.example",
    ),
    (r#"[a] & "x""#, ABSENT, "x"),
    ("[a] & 1", r#""x""#, "wrong-type"),
    ("[a] & CStr(1)", r#""x""#, "x1"),
    // The vendor's own page: 2*(5+3) is not the same as 2*5+3.
    ("2*5+3", "", "13"),
    ("2*(5+3)", "", "16"),
    ("10-2-3", "", "5"),
    ("7/2", "", "3.5"),
    ("8/2", "", "4"),
    ("1/0", "", "not-a-number"),
    (
        r#"IIF(IsPresent([a]) && [b] = "x", "t", "f")"#,
        r#""1","x""#,
        "t",
    ),
    (
        r#"IIF(IsPresent([isCriticalSystemObject]) || IsPresent([sAMAccountName]) = False || [sAMAccountName] = "SUPPORT_388945a0" || Left([mailNickname], 14) = "SystemMailbox{" || (Left([mailNickname], 4) = "CAS_" && (InStr([mailNickname], "}") > 0)), True, NULL)"#,
        r#"null,"anna","CAS_{1}""#,
        "true",
    ),
    (r#"IIF(IsNullOrEmpty([a]), "t", "f")"#, ABSENT, "t"),
    (r#"IIF([a] = NULL, "t", "f")"#, "null", "t"),
    (r#"IIF([a] = 2, "t", "f")"#, "2", "t"),
    (r#"IIF([a], "t", "f")"#, r#""True""#, "wrong-type"),
    ("BitOr([a], 8)", "4", "12"),
    ("BitAnd([a], 4)", r#""4""#, "wrong-type"),
    ("CBool(&H10)", "", "true"),
    (
        "CGuid([a])",
        GUID,
        r#"{"$":"bytes","base64":"Tj0sC2BfgnGTpLXG1+j5AQ=="}"#,
    ),
    (
        "StringFromGuid(CGuid([a]))",
        GUID,
        "0b2c3d4e-5f60-7182-93a4-b5c6d7e8f901",
    ),
    ("CGuid([a])", r#""x""#, "not-an-identifier"),
    ("CNum([a])", r#""42""#, "42"),
    ("CNum([a])", r#""4.5""#, "4.5"),
    ("CNum([a])", r#""x""#, "not-a-number"),
    ("CNum([a])", "null", "nothing"),
    ("CRef([a])", r#""CN=x""#, "CN=x"),
    ("CStr([a])", "true", "True"),
    ("CDate([a])", "null", "nothing"),
    (
        r#"DateAdd("q", 1, CDate("2012-01-31"))"#,
        "",
        "4/30/2012 12:00:00 AM",
    ),
    (r#"DateAdd("d", 1, "2012-01-31")"#, "", "wrong-type"),
    (
        "FormatDateTime([a], \"yyyy\")",
        r#""2012-01-31""#,
        "wrong-type",
    ),
    (
        "NumFromDate(CDate(\"2012-01-01T23:00:00Z\"))",
        "",
        "129699324000000000",
    ),
    (
        "FormatDateTime(DateFromNum(129699324000000000), \"yyyy-MM-dd\")",
        "",
        "2012-01-01",
    ),
    ("FormatDateTime(Now(), \"yyyy\")", "", "2026"),
    ("ConvertToBase64([a])", r#""é""#, "6QA="),
    ("ConvertToUTF8Hex([a])", "null", "nothing"),
    ("ConvertFromBase64(\"w6k=\", UTF8)", "", "é"),
    ("ConvertFromBase64(\"*\")", "", "not-base64"),
    ("ConvertFromUTF8Hex(\"4\")", "", "not-hex"),
    (
        "Contains([a], \"smtp\", CaseInsensitive)",
        r#"["X","SMTP:b"]"#,
        "2",
    ),
    ("Contains([a], \"q\")", ABSENT, "0"),
    ("Count([a])", "[]", "0"),
    ("DNComponent([a], 1)", r#""nonsense""#, "not-a-dn"),
    ("DNComponent([a], 9)", r#""CN=x""#, "nothing"),
    (r#"EscapeDNComponent("cn=a,b")"#, "", r"cn=a\,b"),
    (r#"Error("no department")"#, "", "expression-error"),
    (
        r#"IIF(IsPresent([a]), [a], Error("no a"))"#,
        "null",
        "expression-error",
    ),
    ("InStr(\"aXb\", \"x\", 1, vbTextCompare)", "", "2"),
    ("InStrRev(\"abcbbb\", \"b\")", "", "6"),
    ("IsBitSet([a], 2)", "514", "true"),
    ("IsBitSet(&HF, 16)", "", "false"),
    ("IsDate([a])", r#""2012-01-31""#, "true"),
    ("IsDate([a])", r#""soon""#, "false"),
    ("IsEmpty([a])", r#""""#, "true"),
    ("IsEmpty([a])", "null", "false"),
    ("IsGuid([a])", GUID, "true"),
    ("IsGuid([a])", r#""x""#, "false"),
    ("IsNumeric([a])", r#""1e3""#, "true"),
    ("IsNumeric([a])", r#""one""#, "false"),
    ("IsNull([a])", "null", "true"),
    ("IsNullOrEmpty([a])", "[]", "true"),
    ("IsPresent([a])", "0", "true"),
    ("IsString([a])", r#""x""#, "true"),
    ("Item([a], 2)", r#"["x","y"]"#, "y"),
    ("Item([a], 3)", r#"["x","y"]"#, "out-of-range"),
    ("ItemOrNull([a], 3)", r#"["x","y"]"#, "nothing"),
    ("Join([a])", r#"["x","y"]"#, "x y"),
    (r#"Join([a], ",")"#, r#"["x","","y",null]"#, "x,,y"),
    ("Join([a])", "null", "nothing"),
    ("LCase([a])", r#""ÄB""#, "äb"),
    ("UCase([a])", r#""äb""#, "ÄB"),
    ("UCase([a])", "null", "nothing"),
    ("Left([a], 1)", "1", "wrong-type"),
    ("Len([a])", r#""日本""#, "2"),
    ("Len([a])", "null", "0"),
    ("LTrim([a])", r#""  x ""#, "x "),
    ("RTrim([a])", r#""  x ""#, "  x"),
    ("Trim([a])", r#"[" x ","y "]"#, r#"["x","y"]"#),
    ("Trim([a])", "null", "nothing"),
    (r#"PadLeft("7", 3, "0")"#, "", "007"),
    (r#"PadRight("7", 3, "0")"#, "", "700"),
    (r#"PadLeft("7", 999999, "0")"#, "", "too-long"),
    (r#"PadLeft("7", 3, "ab")"#, "", "wrong-type"),
    (
        "PCase([a])",
        r#""PINTO-DE'SILVA (x)""#,
        "Pinto-de'silva (x)",
    ),
    ("RandomNum(5, 5)", "", "5"),
    ("RandomNum(5, 4)", "", "out-of-range"),
    ("RemoveDuplicates([a])", r#"["x","x"]"#, r#"["x"]"#),
    (r#"Replace([a], "\r\n", ", ")"#, r#""a\r\nb""#, "a, b"),
    (r#"Replace([a], "x", "y")"#, "null", "nothing"),
    ("Right([a], 2)", r#""xyz""#, "yz"),
    ("Right([a], 9)", r#""xyz""#, "xyz"),
    (r#"Split("a;b;c", ";")"#, "", r#"["a","b","c"]"#),
    (r#"Split("a; b;c", ";", 2)"#, "", r#"["a"," b;c"]"#),
    (r#"Switch([a] = "x", 1, [a] = "y", 2)"#, r#""y""#, "2"),
    (r#"Switch([a] = "x", 1)"#, r#""y""#, "nothing"),
    // All of them are evaluated, whichever holds.
    (
        r#"Switch(True, 1, False, Error("all are evaluated"))"#,
        "",
        "expression-error",
    ),
    (
        "Select($item, [a], UCase($item))",
        r#"["x","y"]"#,
        r#"["X","Y"]"#,
    ),
    ("Select($item, [a], $item)", "null", "[]"),
    (
        r#"Where($item, [a], Left($item, 5) = "SMTP:")"#,
        r#"["smtp:a","SMTP:b"]"#,
        r#"["SMTP:b"]"#,
    ),
    (
        r#"Select($o, [a], Join(Where($i, Split($o, ","), $i <> "x"), $o))"#,
        r#"["x,y,z"]"#,
        r#"["yx,y,zz"]"#,
    ),
    (
        r#"With($p, Item(Where($i, [proxyAddresses], Left($i, 5) = "SMTP:"), 1), Mid($p, 6, Len($p)))"#,
        r#"["smtp:a","SMTP:b@x.example"]"#,
        "b@x.example",
    ),
    (
        "StringFromSid([a])",
        r#"{"$":"bytes","base64":"AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAA6QMAAA=="}"#,
        "S-1-5-21-1-2-3-1001",
    ),
    ("StringFromSid([a])", r#""x""#, "wrong-type"),
    (r#"Word("a b", 2, " ")"#, "", "b"),
    (r#"ReplaceChars([a], "x:y")"#, "null", "nothing"),
];

#[test]
fn edges_come_out_as_the_documentation_says() {
    check(CONNECT, EDGES);
}

#[test]
fn parameters_stand_for_their_texts() {
    let options = serde_json::json!({
        "expression": "[a] & \"@\" & %Domain.Netbios%",
        "dialect": "connect-sync",
        "parameters": { "Domain.Netbios": "CONTOSO" },
    });
    assert_eq!(
        super::with_options(&options, r#""anna""#).unwrap(),
        r#""anna@CONTOSO""#
    );
}
