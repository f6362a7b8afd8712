//! Countries by ISO 3166-1: any form in, any form out.
//!
//! [`find`] takes a two-letter, three-letter or numeric code, or a name in English or German; the
//! kind of the text says which it is. Okta: `Iso3166Convert.*` and `parseCountryCode`. Names are
//! compared without case, accents, punctuation and small words. Never guessed: a name that could
//! be two countries' (`Korea`) is nobody's.

mod table;

use std::sync::OnceLock;

use crate::time::Names;

use table::COUNTRIES;
pub use table::Country;

impl Country {
    /// `276`, `004`: always three digits.
    pub fn numeric(&self) -> String {
        format!("{:03}", self.number)
    }

    /// The short name.
    pub fn name(&self, names: Names) -> &'static str {
        match names {
            Names::English => self.english,
            Names::German => self.german,
        }
    }
}

/// The country of a code or a name.
pub fn find(text: &str) -> Option<&'static Country> {
    let text = text.trim();
    if (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A table loses the zeros in front: `4` is `004`.
        let number: u16 = text.parse().ok()?;
        return COUNTRIES.iter().find(|country| country.number == number);
    }
    let code = text.to_ascii_uppercase();
    let known = match code.len() {
        2 => alpha2(&code).or_else(|| alpha2(reserved(&code)?)),
        3 => COUNTRIES.iter().find(|country| country.alpha3 == code),
        _ => None,
    };
    known.or_else(|| by_name(text))
}

fn alpha2(code: &str) -> Option<&'static Country> {
    let at = COUNTRIES
        .binary_search_by(|country| country.alpha2.cmp(code))
        .ok()?;
    COUNTRIES.get(at)
}

/// Codes that ISO 3166-1 keeps for others' use of them.
fn reserved(code: &str) -> Option<&'static str> {
    match code {
        "UK" => Some("GB"),
        "EL" => Some("GR"),
        _ => None,
    }
}

fn by_name(text: &str) -> Option<&'static Country> {
    static INDEX: OnceLock<Vec<(String, usize)>> = OnceLock::new();
    // Longer than any name.
    if text.is_empty() || text.len() > 100 {
        return None;
    }
    let index = INDEX.get_or_init(index);
    let folded = fold(text, true);
    let at = index
        .binary_search_by(|(name, _)| name.as_str().cmp(&folded))
        .ok()?;
    index
        .get(at)
        .and_then(|(_, country)| COUNTRIES.get(*country))
}

fn index() -> Vec<(String, usize)> {
    let mut index = Vec::new();
    let mut insert = |name: &str, country: usize| {
        index.push((fold(name, true), country));
        index.push((fold(name, false), country));
    };
    for (at, country) in COUNTRIES.iter().enumerate() {
        insert(country.english, at);
        insert(country.german, at);
    }
    for (code, names) in OTHER_NAMES {
        let at = COUNTRIES.iter().position(|country| country.alpha2 == *code);
        names
            .split('|')
            .for_each(|name| insert(name, at.unwrap_or_default()));
    }
    index.sort();
    index.dedup();
    index
}

/// Lower case without accents, punctuation, blanks and small words; an umlaut is `ae` or `a`.
fn fold(name: &str, german: bool) -> String {
    let mut folded = String::with_capacity(name.len());
    for word in name.split(|char: char| !char.is_alphanumeric() && char != '\'' && char != '’') {
        let from = folded.len();
        for char in word.chars().flat_map(char::to_lowercase) {
            match char {
                'ä' if german => folded.push_str("ae"),
                'ö' if german => folded.push_str("oe"),
                'ü' if german => folded.push_str("ue"),
                'ß' => folded.push_str("ss"),
                'á' | 'à' | 'â' | 'ã' | 'å' | 'ä' => folded.push('a'),
                'é' | 'è' | 'ê' | 'ë' => folded.push('e'),
                'í' | 'ì' | 'î' | 'ï' => folded.push('i'),
                'ó' | 'ò' | 'ô' | 'õ' | 'ö' => folded.push('o'),
                'ú' | 'ù' | 'û' | 'ü' => folded.push('u'),
                'ç' => folded.push('c'),
                'ñ' => folded.push('n'),
                '\'' | '’' => {}
                other => folded.push(other),
            }
        }
        match folded.get(from..) {
            Some("the" | "of" | "and" | "und") => folded.truncate(from),
            Some("st" | "sankt") => {
                folded.truncate(from);
                folded.push_str("saint");
            }
            _ => {}
        }
    }
    folded
}

/// What else a country is called: ISO's own long forms, German ones, former names.
#[rustfmt::skip]
const OTHER_NAMES: &[(&str, &str)] = &[
    ("AE", "UAE|VAE"),
    ("BA", "Bosnia|Bosnien"),
    ("BN", "Brunei Darussalam"),
    ("BO", "Bolivia, Plurinational State of|Plurinational State of Bolivia"),
    ("BQ", "Bonaire, Sint Eustatius and Saba"),
    ("BY", "Weißrussland|Byelorussia"),
    ("CD", "Congo, Democratic Republic of the|Congo, The Democratic Republic of the|DR Congo|DR Kongo|Congo-Kinshasa|Kongo-Kinshasa"),
    ("CG", "Congo|Kongo|Congo-Brazzaville|Kongo-Brazzaville"),
    ("CH", "Swiss Confederation|Schweizerische Eidgenossenschaft|Suisse|Svizzera"),
    ("CI", "Ivory Coast|Elfenbeinküste"),
    ("CN", "People's Republic of China|Volksrepublik China|VR China"),
    ("CV", "Cabo Verde|Kap Verde"),
    ("CZ", "Czech Republic|Tschechische Republik"),
    ("DE", "Federal Republic of Germany|Bundesrepublik Deutschland|BRD"),
    ("FK", "Falkland Islands (Malvinas)"),
    ("FM", "Micronesia, Federated States of|Federated States of Micronesia"),
    ("GB", "Great Britain|Großbritannien|United Kingdom of Great Britain and Northern Ireland|Vereinigtes Königreich von Großbritannien und Nordirland"),
    ("GM", "The Gambia"),
    ("HK", "Hong Kong SAR|Hong Kong SAR China|Sonderverwaltungsregion Hongkong"),
    ("IE", "Republic of Ireland|Republik Irland"),
    ("IR", "Iran, Islamic Republic of|Islamic Republic of Iran"),
    ("KP", "Korea, Democratic People's Republic of|Democratic People's Republic of Korea|DPRK"),
    ("KR", "Korea, Republic of|Republic of Korea|Republik Korea"),
    ("LA", "Lao People's Democratic Republic|Lao PDR"),
    ("MD", "Moldova, Republic of|Republic of Moldova|Moldawien"),
    ("MF", "Saint Martin (French part)"),
    ("MK", "Macedonia|Mazedonien"),
    ("MM", "Burma|Birma|Myanmar (Burma)|Myanmar (Birma)"),
    ("MO", "Macau|Macao|Macao SAR China"),
    ("NL", "Holland|The Netherlands"),
    ("PN", "Pitcairn"),
    ("PS", "Palestine, State of|State of Palestine|Palestinian Territories|Palästinensische Gebiete"),
    ("RU", "Russian Federation|Russische Föderation"),
    ("SH", "Saint Helena, Ascension and Tristan da Cunha"),
    ("SK", "Slovak Republic|Slowakische Republik"),
    ("SX", "Sint Maarten (Dutch part)"),
    ("SY", "Syrian Arab Republic"),
    ("SZ", "Swaziland|Swasiland"),
    ("TL", "East Timor|Osttimor"),
    ("TR", "Turkey|Republic of Türkiye"),
    ("TW", "Taiwan, Province of China"),
    ("TZ", "Tanzania, United Republic of|United Republic of Tanzania"),
    ("UM", "United States Minor Outlying Islands"),
    ("US", "United States of America|Vereinigte Staaten von Amerika|U.S.|U.S.A.|America|Amerika"),
    ("VA", "Holy See|Holy See (Vatican City State)|Heiliger Stuhl|Vatican|Vatikan"),
    ("VC", "Saint Vincent and the Grenadines"),
    ("VE", "Venezuela, Bolivarian Republic of|Bolivarian Republic of Venezuela"),
    ("VG", "Virgin Islands, British"),
    ("VI", "Virgin Islands, U.S."),
    ("VN", "Viet Nam"),
    ("XK", "XKK"),
];

#[cfg(test)]
mod tests;
