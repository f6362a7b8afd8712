//! Values as directories hold them and nobody expects them, and what each means to a field that
//! takes text: the text itself, nothing, or a refusal by name.
//!
//! There is a list of one of each kind, and a generator that makes as many distinct ones as are
//! wanted by joining, turning, cutting and respelling them; the same for the same seed. The
//! meaning is worked out here from how a value is made, never by the code under test.
//!
//! Deliberately not here: who holds them ([`super::People::set_raw`] serves them as they stand),
//! and what a product makes of a text.

mod texts;

use std::collections::HashSet;
use std::fmt::Write as _;

use super::push_text;
use crate::dice::Dice;
use texts::TEXTS;

/// The longest text that a host takes, in bytes.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// What a value means to a field that takes text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// There is no value.
    Nothing,
    /// This text, to the letter.
    Text(String),
    /// It cannot be taken: the code that says why.
    Refused(&'static str),
}

/// One value of a directory that speaks JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// As it stands in a document.
    pub json: String,
    /// What it means.
    pub means: Meaning,
}

/// One value of a directory that speaks bytes (LDAP).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Octets {
    /// As they come.
    pub bytes: Vec<u8>,
    /// What they mean.
    pub means: Meaning,
}

/// One of each kind: every text, then what is no text.
pub fn list() -> Vec<Value> {
    let texts = TEXTS.iter().map(|text| spelt(text, Spelling::Plain));
    texts.chain(lengths()).chain(no_texts()).collect()
}

/// So many distinct values: the list, and what can be made of it.
pub fn values(seed: u64, number: usize) -> Vec<Value> {
    let mut dice = Dice::of(seed, 0, SALT);
    let mut seen = HashSet::with_capacity(number);
    let mut all = list();
    all.truncate(number);
    all.retain(|value| seen.insert(value.json.clone()));
    while all.len() < number {
        let value = mutated(&mut dice);
        if seen.insert(value.json.clone()) {
            all.push(value);
        }
    }
    all
}

/// So many distinct values as bytes; one in five is no text in UTF-8.
pub fn octets(seed: u64, number: usize) -> Vec<Octets> {
    let mut dice = Dice::of(seed, 1, SALT);
    let mut seen = HashSet::with_capacity(number);
    let mut all = Vec::with_capacity(number);
    while all.len() < number {
        let mut bytes = composed(&mut dice).into_bytes();
        if dice.chance(200) {
            let broken = BROKEN.get(dice.below(BROKEN.len())).copied();
            let at = dice.below(bytes.len() + 1);
            bytes.splice(at..at, broken.unwrap_or_default().iter().copied());
        }
        if seen.insert(bytes.clone()) {
            let means = match std::str::from_utf8(&bytes) {
                Ok(text) => of_attribute(text),
                Err(_) => Meaning::Refused(BAD),
            };
            all.push(Octets { bytes, means });
        }
    }
    all
}

const SALT: u64 = 0x0b5c_e4e1;
const BAD: &str = "bad-value";

/// Overlong forms, halves of surrogate pairs, cut and lonely bytes, other encodings, U+0000.
const BROKEN: &[&[u8]] = &[
    b"\xc0\xaf",
    b"\xc0\x80",
    b"\xe0\x80\xaf",
    b"\xf0\x80\x80\xaf",
    b"\xed\xa0\x80",
    b"\xed\xa0\xbd\xed\xb8\x80",
    b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80",
    b"\xff\xfe",
    b"\x80",
    b"\xe2\x82",
    b"J\xf6rg",
    b"\x93quoted\x94",
    b"\0",
    b"a\0b",
];

/// How a text is written in JSON.
#[derive(Clone, Copy)]
enum Spelling {
    /// With the escapes that it needs.
    Plain,
    /// Everything beyond ASCII as `\u`.
    Ascii,
    /// Everything as `\u`.
    Escaped,
}

fn spelt(text: &str, spelling: Spelling) -> Value {
    let mut json = String::with_capacity(text.len() + 2);
    push_spelt(text, spelling, &mut json);
    let means = meaning(text);
    Value { json, means }
}

fn push_spelt(text: &str, spelling: Spelling, out: &mut String) {
    if let Spelling::Plain = spelling {
        return push_text(text, out);
    }
    out.push('"');
    for letter in text.chars() {
        let is_plain = letter.is_ascii_graphic() && !matches!(letter, '"' | '\\');
        if is_plain && !matches!(spelling, Spelling::Escaped) {
            out.push(letter);
            continue;
        }
        for unit in letter.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04X}");
        }
    }
    out.push('"');
}

fn meaning(text: &str) -> Meaning {
    if text.contains('\0') {
        Meaning::Refused(BAD)
    } else if text.len() > TEXT_BYTES_MAX {
        Meaning::Refused("too-long")
    } else if text.is_empty() {
        Meaning::Nothing
    } else {
        Meaning::Text(text.to_owned())
    }
}

/// An attribute of a directory is a list, and lists are measured in JSON.
fn of_attribute(text: &str) -> Meaning {
    let json = serde_json::Value::from(text).to_string();
    match meaning(text) {
        Meaning::Text(_) if json.len() + 2 > TEXT_BYTES_MAX => Meaning::Refused("too-long"),
        means => means,
    }
}

fn value(json: impl Into<String>, means: Meaning) -> Value {
    let json = json.into();
    Value { json, means }
}

fn same(json: &str) -> Value {
    value(json, Meaning::Text(json.to_owned()))
}

/// Around the limits of forms (250 UTF-16 units), properties (32 KiB) and hosts (64 KiB).
fn lengths() -> impl Iterator<Item = Value> {
    let repeated = [
        ("x", 250),
        ("y", 251),
        ("\u{1f600}", 125),
        ("\u{1f600}", 126),
        ("\u{e4}", 250),
        ("\"", 20_000),
        ("z", 32_766),
        ("z", 32_767),
        ("x", TEXT_BYTES_MAX),
        ("x", TEXT_BYTES_MAX + 1),
        ("\u{4e00}", 30_000),
        ("Z\u{351}\u{36b}", 9_000),
    ];
    let texts = repeated.map(|(text, times)| text.repeat(times));
    texts.into_iter().map(|text| spelt(&text, Spelling::Plain))
}

/// Null, numbers, lists, objects, and strings that are no text.
fn no_texts() -> Vec<Value> {
    let bad = |json: &str| value(json, Meaning::Refused(BAD));
    let nothing = |json: &str| value(json, Meaning::Nothing);
    let refused = |json: &str, code| value(json, Meaning::Refused(code));
    let text = |json: &str, text: &str| value(json, Meaning::Text(text.to_owned()));
    let items = |number: usize| {
        let items: Vec<String> = (0..number).map(|n| format!("\"{n}\"")).collect();
        format!("[{}]", items.join(","))
    };
    let mut all = vec![
        bad(r#""\ud800""#),
        bad(r#""\udc00x""#),
        bad(r#""a\ud800\ud800b""#),
        bad(r#""\ud800\u0041""#),
        bad(r#""\ude00\ud83d""#),
        bad(r#""a\u0000b""#),
        bad(r#"["\ud800"]"#),
        bad(r#"["a","\ud800"]"#),
        bad(r#"{"a":"\udfff"}"#),
        bad(r#"{"\ud800":1}"#),
        bad(&format!("{}{}", "[".repeat(65), "]".repeat(65))),
        nothing("null"),
        nothing("\"\""),
        nothing("[]"),
        nothing(r#"[""]"#),
        nothing("[null]"),
        nothing("[ ]"),
        text(r#"["only"]"#, "only"),
        text("[ 12 ]", "12"),
        text("[true]", "true"),
        text("[1e400]", "1e400"),
        text(r#""\/\b\f""#, "/\u{8}\u{c}"),
        refused("{}", "not-text"),
        refused(r#"{"a":{"b":[1]}}"#, "not-text"),
        refused("[{}]", "not-text"),
        refused(r#"[["a"]]"#, "not-text"),
        refused(&format!("{}{}", "[".repeat(64), "]".repeat(64)), "not-text"),
        refused("[1,2]", "many-values"),
        refused("[null,null]", "many-values"),
        refused(&items(5_000), "many-values"),
        refused(&items(10_000), "too-long"),
        refused(&"7".repeat(70_000), "too-long"),
    ];
    let numbers = [
        "true",
        "false",
        "0",
        "-0",
        "-0.0",
        "1e400",
        "1E-400",
        "9007199254740993",
        "0.1000",
        "18446744073709551616",
        "12.50",
        "-1.0e+2",
    ];
    all.extend(numbers.map(same));
    all.push(same(&"9".repeat(400)));
    all
}

fn mutated(dice: &mut Dice) -> Value {
    let spelling = match dice.below(10) {
        0 => Spelling::Escaped,
        1 | 2 => Spelling::Ascii,
        _ => Spelling::Plain,
    };
    let text = composed(dice);
    let one = spelt(&text, spelling);
    match dice.below(100) {
        0..4 => inside("[", &one, "]", one.means.clone()),
        4..6 => {
            let two = format!(",{}]", spelt(&composed(dice), spelling).json);
            inside("[", &one, &two, Meaning::Refused("many-values"))
        }
        6..8 => inside("{\"a\":", &one, "}", Meaning::Refused("not-text")),
        8..10 => same(&number(dice)),
        10..12 => {
            let half = format!("\\u{:04x}", 0xd800 + dice.below(0x400));
            broken(dice, &one.json, &half)
        }
        12..13 => broken(dice, &one.json, "\\u0000"),
        _ => one,
    }
}

/// A list or an object around a text; what a host takes of it is measured in JSON.
fn inside(before: &str, one: &Value, after: &str, means: Meaning) -> Value {
    let json = format!("{before}{}{after}", one.json);
    let means = match &one.means {
        Meaning::Refused(BAD) => Meaning::Refused(BAD),
        _ if json.len() > TEXT_BYTES_MAX => Meaning::Refused("too-long"),
        _ => means,
    };
    Value { json, means }
}

/// The text with an escape at one of its ends that makes it none.
fn broken(dice: &mut Dice, json: &str, escape: &str) -> Value {
    let inner = json.get(1..json.len() - 1).unwrap_or_default();
    let json = if dice.chance(500) {
        // Nothing in the list begins with the other half of a pair.
        format!("\"{escape}{inner}\"")
    } else {
        format!("\"{inner}{escape}\"")
    };
    value(json, Meaning::Refused(BAD))
}

fn number(dice: &mut Dice) -> String {
    let sign = if dice.chance(300) { "-" } else { "" };
    let mut number = format!("{sign}{}", dice.next() >> dice.below(60));
    if dice.chance(500) {
        let _ = write!(number, ".{}", dice.next() >> dice.below(60));
    }
    if dice.chance(300) {
        let _ = write!(number, "e{}{}", dice.pick(&["", "+", "-"]), dice.below(900));
    }
    number
}

/// One to three texts, each changed a little, joined by something; rarely a very long one.
fn composed(dice: &mut Dice) -> String {
    let mut text = String::new();
    for piece in 0..=dice.below(3) {
        if piece > 0 {
            text.push_str(dice.pick(&["", " ", "/", ", ", "\u{200d}", "\n", "\t", "\u{301}"]));
        }
        let one = dice.pick(TEXTS);
        text.push_str(&changed(dice, one));
    }
    if dice.chance(4) {
        let times = [300, 3_000, 30_000, 70_000];
        let times = times
            .get(dice.below(times.len()))
            .copied()
            .unwrap_or_default();
        text = text.repeat(times / text.len().max(1) + 1);
    }
    text
}

fn changed(dice: &mut Dice, text: &str) -> String {
    let letters = text.chars().count();
    match dice.below(8) {
        0 => text.chars().rev().collect(),
        1 => text.to_uppercase(),
        2 => text.to_lowercase(),
        3 => text.repeat(1 + dice.below(4)),
        4 => text.chars().take(dice.below(letters + 1)).collect(),
        5 => text.chars().skip(dice.below(letters + 1)).collect(),
        6 => {
            let at = dice.below(letters + 1);
            let (before, after): (String, String) = (
                text.chars().take(at).collect(),
                text.chars().skip(at).collect(),
            );
            let stray = dice.pick(&['\u{202e}', '\u{200b}', '\u{1b}', '\u{9b}', '\u{feff}', '\'']);
            format!("{before}{stray}{after}")
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_same_values_and_no_two_alike() {
        let (one, other) = (values(7, 3_000), values(7, 3_000));
        assert_eq!(one, other);
        let distinct: HashSet<&str> = one.iter().map(|value| value.json.as_str()).collect();
        assert_eq!(distinct.len(), 3_000);
        assert_ne!(one, values(8, 3_000));
        assert_eq!(octets(7, 1_000), octets(7, 1_000));
    }

    #[test]
    fn texts_are_spelt_so_that_another_reader_reads_the_same() {
        let (mut texts, mut refused, mut nothing) = (0, 0, 0);
        for value in values(3, 5_000) {
            let read = serde_json::from_str::<String>(&value.json);
            match &value.means {
                Meaning::Text(text) if value.json.starts_with('"') => {
                    assert_eq!(read.unwrap(), *text);
                    texts += 1;
                }
                Meaning::Refused(BAD) => {
                    assert!(read.is_err() || read.is_ok_and(|text| text.contains('\0')));
                    refused += 1;
                }
                Meaning::Nothing => nothing += 1,
                Meaning::Text(_) | Meaning::Refused(_) => {}
            }
        }
        assert!(
            texts > 3_500 && refused > 100 && nothing > 3,
            "{texts} {refused} {nothing}"
        );
    }

    #[test]
    fn a_fifth_of_the_octets_are_no_text() {
        let all = octets(3, 5_000);
        let broken = all.iter().filter(|one| one.means == Meaning::Refused(BAD));
        let share = broken.count();
        assert!((500..1_500).contains(&share), "{share}");
    }
}
