//! Odd values: what directories hold where nobody expects it, and what was made to do harm.
//!
//! A NUL is not among them: the host takes none from a source. The fixed ones come first, then as many made-up ones as there is time for; a seed gives the same
//! again. Deliberately not here: what is done with them (`torture`).

use attune_core::Kind;
use attune_wasm::trial::Value;

/// The longest value that the host hands on.
const LONGEST: usize = 64 * 1024;

const TEXTS: &[&str] = &[
    "",
    " ",
    "\t\r\n",
    "\u{1}\u{1b}[31m\u{7f}\u{85}\u{9f}",
    "\u{feff}BOM",
    "\u{202e}txt.exe\u{202c}",
    "\u{2066}a\u{2067}b\u{2069}",
    "\u{200b}\u{200c}\u{200d}\u{2060}",
    "Z\u{351}\u{36b}a\u{343}\u{32a}l\u{30f}\u{331}g\u{33b}o\u{361}",
    "👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 👍🏿",
    "\u{e9} e\u{301} \u{1e9b}\u{323}",
    "I\u{307}stanbul ıİiI",
    "STRASSE straße ẞ ﬁ ŉ ΐ ς Σ",
    "𠀀𪜶 漢字 ｆｕｌｌ",
    "مرحبا שלום",
    "\u{fffd}\u{ffff}\u{10ffff}",
    "<script>alert(1)</script>&amp;\"'",
    "{macro:x|y=1} [~accountid:7] {{html}}",
    "=HYPERLINK(\"http://x\",\"y\")",
    "'; DROP TABLE people; --",
    "*)(uid=*))(|(uid=*",
    "${jndi:ldap://x/a} ${env:PATH} %s%n %(x)s {0}",
    "a\r\nSet-Cookie: x=y",
    "../../etc/passwd",
    "раypal аdmin",
    "true",
    "null",
    "undefined",
    "NaN",
    "1e400",
    "-0",
    "9007199254740993",
    "0x1F",
    "1,234.50",
    "1.234,50",
    "٣٤٥",
    "2026-02-30",
    "0000-00-00T00:00:00Z",
    "10000-01-01",
    "1601-01-01T00:00:00Z",
    "23/11/2026 25:61",
    "20261123123456.0Z",
    "+49 (0) 30 / 12 34-56 ext. 7",
    "1-800-FLOWERS",
    "anna.müller+tag@exämple.de",
    "@",
    "a@b@c",
    "CN=Müller\\, Anna,OU=A\\2CB,DC=x",
    "https://user:pw@[::1]:99999/?#",
    "$1 \\1 (?<x>",
    "(((((((((((((((((((((((((",
    "\\",
    "%%%00%ZZ",
];

const NUMBERS: &[&str] = &[
    "0",
    "-1",
    "9223372036854775807",
    "-9223372036854775808",
    "42",
];

const OTHER_NUMBERS: &[&str] = &[
    "9223372036854775808",
    "-0",
    "0.1",
    "1.50",
    "1e400",
    "-1e-400",
    "123456789012345678901234567890.123456789",
];

const DOCUMENTS: &[&str] = &[
    "[]",
    "{}",
    "[null]",
    "[[]]",
    "[\"a\"]",
    "[\"a\",\"b\"]",
    "[1,true,null,\"x\",{}]",
    "{\"\":\"\",\"a\":{\"b\":[1]}}",
    "{\"a\":1,\"a\":2}",
    "[\"\\ud83d\\ude00\"]",
    "[1e400]",
];

/// Every fixed value.
pub(super) fn fixed() -> Vec<Value> {
    let mut all: Vec<Value> = vec![
        (Kind::Absent, Vec::new()),
        (Kind::Null, Vec::new()),
        (Kind::Boolean, b"true".to_vec()),
        (Kind::Boolean, b"false".to_vec()),
        (Kind::Bytes, Vec::new()),
        (Kind::Bytes, vec![0xff, 0xd8, 0xff, 0x00]),
        (Kind::Bytes, (0..=255).collect()),
    ];
    let mut add = |kind, texts: &[&str]| {
        all.extend(texts.iter().map(|text| (kind, text.as_bytes().to_vec())));
    };
    add(Kind::Text, TEXTS);
    add(Kind::Integer, NUMBERS);
    add(Kind::Number, OTHER_NUMBERS);
    add(Kind::Json, DOCUMENTS);
    all
}

/// Values that are as large as the host lets them be; each is tried alone.
pub(super) fn large() -> Vec<Value> {
    let repeated = |piece: &str| piece.repeat(LONGEST / piece.len()).into_bytes();
    let deep = 60;
    let list = format!("[{}\"x\"]", "\"x\",".repeat(10_000));
    vec![
        (Kind::Text, repeated("a")),
        (Kind::Text, repeated("ß")),
        (Kind::Text, repeated("e\u{301}")),
        (Kind::Text, repeated(" ")),
        (Kind::Text, repeated("(a+)+")),
        (Kind::Text, repeated("Anna, ")),
        (Kind::Text, repeated("👩‍👩‍👧‍👦")),
        (Kind::Json, list.into_bytes()),
        (
            Kind::Json,
            format!("{}{}", "[".repeat(deep), "]".repeat(deep)).into_bytes(),
        ),
        (
            Kind::Json,
            format!("{}1{}", "{\"a\":".repeat(deep), "}".repeat(deep)).into_bytes(),
        ),
        (Kind::Bytes, vec![0; LONGEST]),
    ]
}

/// Numbers that a seed gives: the same in every build of ours.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number (`SplitMix64`).
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `most`.
    fn below(&mut self, most: usize) -> usize {
        (self.next() % most.max(1) as u64) as usize
    }

    /// One of these.
    fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    /// A value that is put together from pieces of the fixed ones and of these.
    pub(super) fn value(&mut self, known: &[Value]) -> Value {
        let whole = self.below(3) == 0;
        if whole && let Some(value) = self.one(known) {
            return value.clone();
        }
        match self.below(8) {
            0 => (
                Kind::Integer,
                self.next().cast_signed().to_string().into_bytes(),
            ),
            1 => {
                let text = format!(
                    "{}.{}",
                    (self.next() as u32).cast_signed(),
                    self.below(1_000)
                );
                (Kind::Number, text.into_bytes())
            }
            2 => {
                let items: Vec<_> = (0..self.below(6)).map(|_| self.text(known)).collect();
                let json = serde_json::Value::from(items).to_string();
                (Kind::Json, json.into_bytes())
            }
            _ => (Kind::Text, self.text(known).into_bytes()),
        }
    }

    fn text(&mut self, known: &[Value]) -> String {
        let mut text = String::new();
        for _ in 0..=self.below(5) {
            match self.below(4) {
                0 => text.push(self.character()),
                1 => text.push_str(&self.below(100_000).to_string()),
                _ => {
                    let piece = self.one(known).map(|(kind, bytes)| (*kind, bytes.clone()));
                    if let Some((Kind::Text, bytes)) = piece {
                        text.push_str(&String::from_utf8_lossy(&bytes));
                    }
                }
            }
        }
        text
    }

    fn character(&mut self) -> char {
        let most = match self.below(3) {
            0 => 0x80,
            1 => 0x3000,
            _ => 0x11_0000,
        };
        char::from_u32(self.below(most).max(1) as u32).unwrap_or('\u{fffd}')
    }
}
