//! Bytes as text and back: base64 and hex.

use attune_functions::convert::{self, Charset, Error, Letters};
use attune_plugin::transform::{Cell, Function, Open, OrFail, Outcome, Row, TextView, Value};
use serde::Deserialize;

use crate::{pass, problem};

#[derive(Clone, Copy, Default, Deserialize)]
enum As {
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "utf-16")]
    Utf16,
    #[serde(rename = "ascii")]
    Ascii,
    #[serde(rename = "bytes")]
    Bytes,
}

#[derive(Clone, Copy, Default, Deserialize)]
enum From {
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "utf-16")]
    Utf16,
    #[serde(rename = "ascii")]
    Ascii,
}

impl From {
    fn charset(self) -> Charset {
        match self {
            Self::Utf8 => Charset::Utf8,
            Self::Utf16 => Charset::Utf16Le,
            Self::Ascii => Charset::Ascii,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Base64Encode {
    #[serde(default)]
    charset: From,
    #[serde(default)]
    no_match: OrFail,
}

/// `convert.base64-encode`
pub(crate) fn base64_encode() -> Function {
    Function {
        name: "base64-encode",
        summary: "A text or bytes as base64",
        options: r#"{
            "type": "object",
            "properties": {
                "charset": { "title": "Charset", "enum": ["utf-8", "utf-16", "ascii"], "default": "utf-8",
                    "description": "How text becomes bytes; utf-16 is what Entra's ConvertToBase64 takes, low byte first. Bytes stay as they are" },
                "no-match": { "title": "No match", "default": "fail",
                    "enum": ["fail", "input", "missing", "keep", "clear", "drop-person"],
                    "description": "What happens to a text with characters that the charset lacks" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": ["Hello world!"], "output": "SGVsbG8gd29ybGQh"},
            {"options": {"charset": "utf-16"}, "input": ["Hello world!"],
             "output": "SABlAGwAbABvACAAdwBvAHIAbABkACEA"},
            {"input": [{"$":"bytes","base64":"AP8="}], "output": "AP8="},
            {"options": {"charset": "ascii"}, "input": ["Zürich"],
             "output": {"$":"failed","code":"not-in-charset"}},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::row(|options: Base64Encode| {
            let charset = options.charset.charset();
            let write = |bytes: &[u8]| convert::base64(bytes);
            Ok(move |row: Row<'_>, out: Cell<'_>| {
                encoded(row.value(), (charset, options.no_match), write, out)
            })
        }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct HexEncode {
    #[serde(default)]
    charset: From,
    #[serde(default)]
    letters: Case,
    #[serde(default)]
    no_match: OrFail,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Case {
    #[default]
    Lower,
    Upper,
}

/// `convert.hex-encode`
pub(crate) fn hex_encode() -> Function {
    Function {
        name: "hex-encode",
        summary: "A text or bytes as hexadecimal digits",
        options: r#"{
            "type": "object",
            "properties": {
                "charset": { "title": "Charset", "enum": ["utf-8", "utf-16", "ascii"], "default": "utf-8",
                    "description": "How text becomes bytes; bytes stay as they are" },
                "letters": { "title": "Letters", "enum": ["lower", "upper"], "default": "lower",
                    "description": "The case of the digits a to f; Entra's ConvertToUTF8Hex writes them in upper case" },
                "no-match": { "title": "No match", "default": "fail",
                    "enum": ["fail", "input", "missing", "keep", "clear", "drop-person"],
                    "description": "What happens to a text with characters that the charset lacks" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"letters": "upper"}, "input": ["Hello world!"],
             "output": "48656C6C6F20776F726C6421"},
            {"input": ["ü"], "output": "c3bc"},
            {"input": [{"$":"bytes","base64":"AP8="}], "output": "00ff"},
            {"input": [""], "output": ""},
            {"input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::row(|options: HexEncode| {
            let charset = options.charset.charset();
            let letters = match options.letters {
                Case::Lower => Letters::Lower,
                Case::Upper => Letters::Upper,
            };
            let write = move |bytes: &[u8]| convert::hex(bytes, letters);
            Ok(move |row: Row<'_>, out: Cell<'_>| {
                encoded(row.value(), (charset, options.no_match), write, out)
            })
        }),
    }
}

fn encoded(
    value: Value<'_>,
    (charset, no_match): (Charset, OrFail),
    write: impl Fn(&[u8]) -> String,
    out: Cell<'_>,
) -> Outcome {
    if let Value::Bytes(bytes) = value {
        return out.text(&write(bytes));
    }
    match value.text() {
        TextView::Text(text) => match convert::encode(&text, charset) {
            Ok(bytes) => out.text(&write(&bytes)),
            Err(error) => no_match.outcome(&text, &problem(&error), out),
        },
        TextView::Missing => pass(value, out),
        TextView::Failed(problem) => out.failed(&problem),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Decode {
    #[serde(default)]
    to: As,
    #[serde(default)]
    no_match: OrFail,
}

const DECODE: &str = r#"{
    "type": "object",
    "properties": {
        "to": { "title": "To", "enum": ["utf-8", "utf-16", "ascii", "bytes"], "default": "utf-8",
            "description": "What the bytes are: text in a charset, utf-16 with the low byte first as Entra Connect's ConvertFromBase64 assumes, or bytes, such as a picture" },
        "no-match": { "title": "No match", "default": "fail",
            "enum": ["fail", "input", "missing", "keep", "clear", "drop-person"],
            "description": "What happens to a value that is not encoded so" }
    },
    "additionalProperties": false
}"#;

/// `convert.base64-decode`
pub(crate) fn base64_decode() -> Function {
    Function {
        name: "base64-decode",
        summary: "The text or the bytes behind base64",
        options: DECODE,
        examples: r#"[
            {"input": ["SGVsbG8gd29ybGQh"], "output": "Hello world!"},
            {"options": {"to": "utf-16"}, "input": ["SABlAGwAbABvACAAdwBvAHIAbABkACEA"],
             "output": "Hello world!"},
            {"options": {"to": "bytes"}, "input": ["AP8="], "output": {"$":"bytes","base64":"AP8="}},
            {"input": ["no base64!"], "output": {"$":"failed","code":"not-base64"}},
            {"options": {"no-match": "input"}, "input": ["plain text"], "output": "plain text"},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: decode(convert::base64_bytes),
    }
}

/// `convert.hex-decode`
pub(crate) fn hex_decode() -> Function {
    Function {
        name: "hex-decode",
        summary: "The text or the bytes behind hexadecimal digits",
        options: DECODE,
        examples: r#"[
            {"input": ["48656C6C6F20776F726C6421"], "output": "Hello world!"},
            {"input": ["c3bc"], "output": "ü"},
            {"options": {"to": "bytes"}, "input": ["00ff"], "output": {"$":"bytes","base64":"AP8="}},
            {"input": ["xyz"], "output": {"$":"failed","code":"not-hex"}},
            {"options": {"no-match": "missing"}, "input": ["ff"], "output": {"$":"absent"}},
            {"input": [null], "output": null}
        ]"#,
        uses: &[],
        open: decode(convert::hex_bytes),
    }
}

fn decode(read: fn(&str) -> Result<Vec<u8>, Error>) -> Open {
    Open::text_with(move |options: Decode| {
        let charset = match options.to {
            As::Utf8 => Some(Charset::Utf8),
            As::Utf16 => Some(Charset::Utf16Le),
            As::Ascii => Some(Charset::Ascii),
            As::Bytes => None,
        };
        Ok(move |text: &str, out: Cell<'_>| {
            let bytes = match read(text) {
                Ok(bytes) => bytes,
                Err(error) => return options.no_match.outcome(text, &problem(&error), out),
            };
            match charset.map(|charset| convert::decode(&bytes, charset)) {
                None => out.bytes(&bytes),
                Some(Ok(decoded)) => out.text(&decoded),
                Some(Err(error)) => options.no_match.outcome(text, &problem(&error), out),
            }
        })
    })
}
