//! Upper, lower and title case.
//!
//! The full Unicode mappings (`ß` becomes `SS`, a final sigma `ς`), and the dotted and dotless i
//! of Turkish and Azeri where the row's locale says so. Lithuanian's rules for accents above a
//! dotted i are not here.

use attune_plugin::transform::{Batch, Cell, Cells, Function, Open, Outcome, Step, Uses};
use attune_plugin::{NoOptions, Problem};
use serde::Deserialize;

/// `text.upper`
pub(crate) fn upper() -> Function {
    Function {
        name: "upper",
        summary: "Upper case",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": ["Straße 5b"], "output": "STRASSE 5B"},
            {"input": ["sales"], "output": "SALES"},
            {"input": ["izmir"], "output": "İZMİR", "context": {"locale": "tr-TR"}},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[Uses::Locale],
        open: Open::step(|NoOptions {}| Ok(Upper)),
    }
}

/// `text.lower`
pub(crate) fn lower() -> Function {
    Function {
        name: "lower",
        summary: "Lower case",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": ["Jane.DOE@Contoso.Example"], "output": "jane.doe@contoso.example"},
            {"input": ["ΟΔΟΣ"], "output": "οδος", "note": "the last letter of a word is ς"},
            {"input": ["ISPARTA"], "output": "ısparta", "context": {"locale": "tr"}},
            {"input": [null], "output": null}
        ]"#,
        uses: &[Uses::Locale],
        open: Open::step(|NoOptions {}| Ok(Lower)),
    }
}

struct Upper;
struct Lower;

impl Step for Upper {
    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem> {
        let dotted = has_dotted_i(batch.locale());
        if dotted || !batch.map_ascii(out, <[u8]>::make_ascii_uppercase) {
            batch.each_text(out, |text, out| out.text(&to_upper(text, dotted)));
        }
        Ok(())
    }
}

impl Step for Lower {
    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem> {
        let dotted = has_dotted_i(batch.locale());
        if dotted || !batch.map_ascii(out, <[u8]>::make_ascii_lowercase) {
            batch.each_text(out, |text, out| out.text(&to_lower(text, dotted)));
        }
        Ok(())
    }
}

/// Turkish and Azeri have two letters i: with a dot and without, in both cases.
fn has_dotted_i(locale: &str) -> bool {
    let language = locale.split(['-', '_']).next().unwrap_or_default();
    ["tr", "az"]
        .iter()
        .any(|known| language.eq_ignore_ascii_case(known))
}

fn to_upper(text: &str, dotted: bool) -> String {
    if dotted {
        text.replace('i', "İ").to_uppercase()
    } else {
        text.to_uppercase()
    }
}

fn to_lower(text: &str, dotted: bool) -> String {
    if dotted {
        text.replace('İ', "i").replace('I', "ı").to_lowercase()
    } else {
        text.to_lowercase()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Title {
    #[serde(default)]
    separators: String,
}

/// `text.title`
pub(crate) fn title() -> Function {
    Function {
        name: "title",
        summary: "A capital at the start of each word, the rest of it in lower case",
        options: r#"{
            "type": "object",
            "properties": {
                "separators": { "title": "Separators", "type": "string", "default": "",
                    "description": "Characters after which a word begins; when left out, every character that is no letter, digit or apostrophe" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": ["PABLO GONSALVES (SECOND)"], "output": "Pablo Gonsalves (Second)"},
            {"options": {"separators": " '-"}, "input": ["PINTO-DE'SILVA"],
             "output": "Pinto-De'Silva"},
            {"input": ["jean-luc o'neill"], "output": "Jean-Luc O'neill"},
            {"input": ["ılgaz ispir"], "output": "Ilgaz İspir", "context": {"locale": "tr"}},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[Uses::Locale],
        open: Open::step(|options: Title| Ok(options)),
    }
}

impl Step for Title {
    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem> {
        let dotted = has_dotted_i(batch.locale());
        batch.each_text(out, |text, out| self.text(text, dotted, out));
        Ok(())
    }
}

impl Title {
    fn text(&self, text: &str, dotted: bool, out: Cell<'_>) -> Outcome {
        let mut out = out.write_text();
        let mut rest = text;
        while !rest.is_empty() {
            let word = rest.find(|char| self.ends_word(char)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(word);
            push_title(word, dotted, &mut |text| out.push_str(text));
            let gap = after
                .find(|char| !self.ends_word(char))
                .unwrap_or(after.len());
            let (gap, after) = after.split_at(gap);
            out.push_str(gap);
            rest = after;
        }
        out.done()
    }

    fn ends_word(&self, char: char) -> bool {
        if self.separators.is_empty() {
            let mark = matches!(char, '\u{300}'..='\u{36f}');
            !(char.is_alphanumeric() || mark || char == '\'' || char == '’')
        } else {
            self.separators.contains(char)
        }
    }
}

/// The first character in title case, the rest as in the lower case of the whole word (a final
/// sigma is only seen there).
fn push_title(word: &str, dotted: bool, push: &mut dyn FnMut(&str)) {
    let Some(first) = word.chars().next() else {
        return;
    };
    let head = word.get(..first.len_utf8()).unwrap_or_default();
    match first {
        // Four letters have a title case of their own.
        'Ǆ' | 'ǅ' | 'ǆ' => push("ǅ"),
        'Ǉ' | 'ǈ' | 'ǉ' => push("ǈ"),
        'Ǌ' | 'ǋ' | 'ǌ' => push("ǋ"),
        'Ǳ' | 'ǲ' | 'ǳ' => push("ǲ"),
        _ => {
            let upper = to_upper(head, dotted);
            let mut chars = upper.chars();
            let initial = chars.next().map(String::from).unwrap_or_default();
            push(&initial);
            push(&chars.as_str().to_lowercase());
        }
    }
    let lower = to_lower(word, dotted);
    push(
        lower
            .get(to_lower(head, dotted).len()..)
            .unwrap_or_default(),
    );
}
