//! Patterns in three languages: what matches, what is written, what is refused.

use super::{Pattern, Replacement, STEPS_MAX, Syntax, TooHard, Which};
use Syntax::{DotNet, Java, Rust};

fn pattern(text: &str, syntax: Syntax) -> Pattern {
    Pattern::new(text, syntax, false).unwrap_or_else(|why| panic!("{text}: {why}"))
}

fn replaced(find: &str, with: &str, syntax: Syntax, text: &str) -> String {
    let pattern = pattern(find, syntax);
    let with = Replacement::new(with, &pattern).unwrap();
    let mut out = String::new();
    let is_found = pattern.replace(text, &with, Which::All, &mut out).unwrap();
    if is_found { out } else { text.to_owned() }
}

#[test]
fn matches_are_those_of_the_patterns_own_language() {
    let cases = [
        // (syntax, pattern, text, first match)
        (DotNet, r"\bDE-\d+", "x DE-12", Some("DE-12")),
        (DotNet, r"\d+$", "12\n", Some("12")),
        (DotNet, r"\d+$", "12\n\n", None),
        (DotNet, r"\d+\Z", "12\n", Some("12")),
        (DotNet, r"\d+\z", "12\n", None),
        (DotNet, r"(?m)^b$", "a\nb\nc", Some("b")),
        (
            DotNet,
            r"(?<=CN=)[^,]+",
            "CN=Jane Doe,OU=x",
            Some("Jane Doe"),
        ),
        (DotNet, r"(?<!x)y", "xy y", Some("y")),
        (DotNet, r"(\w)\1", "Anna", Some("nn")),
        (DotNet, r"(?<q>['|])\w+\k<q>", "'a| |b|", Some("|b|")),
        (DotNet, r"(?'q'a)(?:\k'q')", "aa", Some("aa")),
        (DotNet, r"[a-z-[aeiou]]+", "aebcd", Some("bcd")),
        (DotNet, r"[[a]+", "x[[a", Some("[[a")),
        (DotNet, r"[]a]+", "a]b", Some("a]")),
        (DotNet, r"[\w-.]+", "a-b", Some("a-b")),
        (DotNet, r"[&&a~~]+", "b&~a", Some("&~a")),
        (DotNet, r"[()\s-]+", "+1 (999) 888-7777", Some(" (")),
        (DotNet, r"a{,2}", "a{,2}", Some("a{,2}")),
        (DotNet, r"a{1,2}", "aaa", Some("aa")),
        (DotNet, r"\<a\>", "<a>", Some("<a>")),
        (DotNet, r"é\u00e9\xe9", "ééé", Some("ééé")),
        (DotNet, r"\uD83D\uDE00", "😀", Some("😀")),
        (DotNet, r"(?x) a b # c", "ab", Some("ab")),
        (DotNet, r"(?i:a)B", "AB Ab", Some("AB")),
        (DotNet, r"(?n)(a)(?<b>b)", "ab", Some("ab")),
        (DotNet, r"(?#why)a", "a", Some("a")),
        (DotNet, r"(?>a+)b", "aab", Some("aab")),
        (DotNet, r"\d+", "٣٤", Some("٣٤")),
        (DotNet, r"(?(1)a|b)", "", None),
        (Java, r"\d+", "٣٤ 5", Some("5")),
        (Java, r"\w+", "é1", Some("1")),
        (Java, r"[^\W\d]+", "1ab", Some("ab")),
        (Java, r"a.b", "a\rb a-b", Some("a-b")),
        (Java, r"(?s)a.b", "a\rb", Some("a\rb")),
        (Java, r"\p{Upper}\p{Lower}+", "xJane", Some("Jane")),
        (Java, r"[\p{Alpha}&&[^a]]+", "abc", Some("bc")),
        (Java, r"\p{IsAlphabetic}+", "1é", Some("é")),
        (Java, r"\Qa.b\E+", "a.bb", Some("a.bb")),
        (Java, r"a++b", "aab", Some("aab")),
        (Java, r"x$", "x\r\n", Some("x")),
        (Java, r"\h+\R", "a \t\r\n", Some(" \t\r\n")),
        (Java, r"\x{1F600}", "😀", Some("😀")),
        (Java, r"(?i)engineer", "Senior Engineer", Some("Engineer")),
        (Rust, r"(?<=a)b", "ab", Some("b")),
        (Rust, r"^b", "ab", None),
    ];
    for (syntax, find, text, expect) in cases {
        let Ok(pattern) = Pattern::new(find, syntax, false) else {
            assert_eq!(expect, None, "{find} is refused");
            continue;
        };
        let found = pattern.find(text, 0).unwrap();
        assert_eq!(found, expect, "{syntax:?} {find} in {text:?}");
        assert_eq!(pattern.is_match(text).unwrap(), expect.is_some(), "{find}");
    }
}

#[test]
fn replacements_are_those_of_the_patterns_own_language() {
    let cases = [
        // functions.md 1: Replace with a regular expression.
        (
            DotNet,
            r"\+(?<isdCode>\d* )(?<phoneNumber>\d{10})",
            "${phoneNumber}",
            "+91 9998887777",
            "9998887777",
        ),
        // Page error: the page prints 19998887777, but nothing in the pattern takes the plus away.
        (DotNet, r"[()\s-]+", "", "+1 (999) 888-7777", "+19998887777"),
        // .NET counts named groups behind the unnamed ones.
        (DotNet, "(?<a>x)(y)", "$1$2", "xy", "yx"),
        (DotNet, "b", "<$&$`$'$_$$>", "abc", "a<bacabc$>c"),
        (DotNet, "(a)(b)", "$+", "ab", "b"),
        (DotNet, "a", "$1${n}$x", "a", "$1${n}$x"),
        (DotNet, "(a)", "${1}1", "a", "a1"),
        (Java, "(a)(b)", r"$2$1\$x", "ab", "ba$x"),
        (Java, "(a)", "$12", "a", "a2"),
        (Java, "(?<n>a)", "${n}${n}", "a", "aa"),
        (Rust, "(a)(?<n>b)", "$n${1}$$", "ab", "ba$"),
        (Rust, "x*", "-", "abc", "-a-b-c-"),
        (Rust, "", "é", "aé", "éaééé"),
        (DotNet, "(?=b)", "-", "abab", "a-ba-b"),
        // Behind a match of theirs, .NET and Java find an empty one too.
        (DotNet, ".*", "x", "abc", "xx"),
        (Java, ".*", "x", "abc", "xx"),
        (Rust, ".*", "x", "abc", "x"),
        (DotNet, "a*", "x", "baac", "xbxxcx"),
        (Java, "a*", "x", "baac", "xbxxcx"),
        (Rust, "a*", "x", "baac", "xbxcx"),
        (DotNet, "^.*$", "x", "abc", "x"),
        (Java, "", "é", "aé", "éaééé"),
    ];
    for (syntax, find, with, text, expect) in cases {
        assert_eq!(
            replaced(find, with, syntax, text),
            expect,
            "{find} -> {with}"
        );
    }
}

#[test]
fn one_group_is_replaced_and_the_rest_stays() {
    let cases = [
        // functions.md 1: Replace with a group.
        (
            r"^(?<streetNumber>\d*)",
            "streetNumber",
            "888",
            "545 Tremont Street",
            "888 Tremont Street",
        ),
        (r"(?<a>\d)-", "a", "x", "1-2-3", "x-x-3"),
        (r"(?<a>\d)|b", "a", "x", "b1b", "bxb"),
        (r"(?<a>q)|b", "a", "x", "b", "b"),
        (r"(?<a>.*)", "a", "x", "ab", "xx"),
    ];
    for (find, group, with, text, expect) in cases {
        let pattern = pattern(find, DotNet);
        let group = pattern.group(group).unwrap();
        let mut out = String::new();
        let done = pattern
            .replace_group(text, (group, with), Which::All, &mut out)
            .unwrap();
        assert_eq!(if done { &out } else { text }, expect, "{find}");
    }
}

#[test]
fn find_all_gives_what_a_group_holds_of_every_match() {
    let cases: [(_, _, _, _, &[&str]); 3] = [
        (Rust, r"(?<k>\w)=(\w)?", 2, "a=1 b= c=3", &["1", "3"]),
        (Rust, ".*", 0, "ab", &["ab"]),
        (Java, ".*", 0, "ab", &["ab", ""]),
    ];
    for (syntax, find, group, text, expect) in cases {
        let mut found = Vec::new();
        pattern(find, syntax)
            .find_all(text, group, |part| found.push(part.to_owned()))
            .unwrap();
        assert_eq!(found, expect, "{syntax:?} {find}");
    }
}

#[test]
fn patterns_that_cannot_be_said_are_refused_with_a_sentence() {
    let cases = [
        (DotNet, r"(?<a-b>x)", "balancing"),
        (DotNet, r"(?(1)a|b)", "conditions"),
        (DotNet, r"(?<a>x)(?<a>y)", "two groups"),
        (DotNet, r"(?<1>x)", "no name of a group"),
        (DotNet, r"a\", "ends with a `\\`"),
        (DotNet, r"[a", "not closed"),
        (DotNet, r"\y", r"`\y` is not supported"),
        (DotNet, r"(a)\2", "no group `2`"),
        (DotNet, r"\k<n>", "no group `n`"),
        (DotNet, r"\uD83D", "does not exist"),
        (DotNet, r"(?r)a", "inline option `r`"),
        (DotNet, r"\p{IsBoxDrawing}", "property"),
        (DotNet, r"(?", "ends inside a group"),
        (Java, r"(?<n", "is missing"),
        (Java, r"(a", "unclosed"),
        (Rust, r"a{1000}{1000}{1000}", "size limit"),
        (Rust, r"*a", "repetition"),
    ];
    for (syntax, find, part) in cases {
        let Err(why) = Pattern::new(find, syntax, false) else {
            panic!("{find} is taken");
        };
        assert!(
            why.to_lowercase().contains(&part.to_lowercase()),
            "{find}: {why}"
        );
        assert!(!why.contains('\n'), "{find}: {why}");
    }
    for (syntax, with, part) in [
        (Rust, "$2", "no group `2`"),
        (Rust, "${x}", "no group `x`"),
        (Java, "$", "no group"),
        (Java, "$x", "no group"),
        (Java, r"\", "ends with"),
    ] {
        let why = Replacement::new(with, &pattern("(a)", syntax)).unwrap_err();
        assert!(why.contains(part), "{with}: {why}");
    }
}

#[test]
fn a_search_that_backtracks_without_end_is_too_hard_and_not_a_hang() {
    let pattern = pattern(r"^(([a-z])+.)+[A-Z]([a-z])+\2$", Rust);
    assert!(!pattern.is_linear());
    let text = "a".repeat(6_000);
    assert_eq!(pattern.is_match(&text), Err(TooHard));
    assert_eq!(pattern.find(&text, 0), Err(TooHard));
    assert!(TooHard.to_string().contains(&STEPS_MAX.to_string()));
}

#[test]
fn case_is_ignored_where_asked_in_every_script() {
    let pattern = Pattern::new("zürich", DotNet, true).unwrap();
    assert!(pattern.is_match("in ZÜRICH").unwrap());
}

#[test]
fn any_text_is_refused_or_a_pattern_and_never_a_panic() {
    const PARTS: [&str; 40] = [
        "(", ")", "(?", "(?<n>", "(?<", "(?=", "(?i", ":", "[", "]", "[^", "-", "--", "&&", "\\",
        "\\1", "\\k<n>", "\\u00e", "\\uD83D", "\\x4", "\\p{L", "\\p{Lu}", "\\Q", "\\E", "{",
        "{1,2}", "{,", "}", "*", "+?", "|", "$", "^", ".", "a", "é", " ", "#", "\\c", "\\077",
    ];
    let mut random = crate::expression::Random::new([3; 16], 0);
    let mut taken = 0;
    for round in 0..6_000 {
        let count = 1 + random.below(8);
        let pick = |_| PARTS[random.below(PARTS.len() as u64) as usize];
        let text: String = (0..count).map(pick).collect();
        let syntax = [DotNet, Java, Rust][round % 3];
        if let Ok(pattern) = Pattern::new(&text, syntax, false) {
            taken += 1;
            let _any = pattern.find("aé \n", 0);
            if let Ok(with) = Replacement::new(&text, &pattern) {
                let mut out = String::new();
                let _any = pattern.replace("aé \n", &with, Which::All, &mut out);
            }
        }
    }
    assert!(taken > 100, "{taken}");
}
