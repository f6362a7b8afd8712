//! The words that are no names: titles, degrees, generations, particles.
//!
//! Compared without case and full stops, except where a word is a name elsewhere (`Ma`, `Do`):
//! such a degree counts with full stops or behind a comma only.

#[rustfmt::skip]
const TITLES: &[&str] = &[
    "adm", "brother", "capt", "captain", "cdr", "cmdr", "col", "cpl", "dame", "dipling", "dipl-ing",
    "dipl-inf", "dipl-kffr", "dipl-kfm", "dipl-phys", "don", "doña", "dott", "dr", "dra", "dr-ing", "fr", "frau",
    "fräulein", "gen", "herr", "hon", "hr", "ing", "judge", "lady", "lic", "lord", "lt", "mag", "maj",
    "major", "md", "med", "me", "miss", "mlle", "mme", "mr", "mrs", "ms", "mx", "ob", "pd", "pres", "priv-doz",
    "prof", "professor", "rabbi", "rev", "rt", "sgt", "sig", "sir", "sra", "srta", "sr", "univ-prof",
];

/// What follows a title and belongs to it.
#[rustfmt::skip]
const TITLE_PARTS: &[&str] = &[
    "agr", "dent", "et", "habil", "hc", "h", "c", "iur", "jur", "med", "mult", "nat", "oec", "phil", "pol", "rer",
    "soc", "techn", "theol", "vet", "em",
];

#[rustfmt::skip]
const DEGREES: &[&str] = &[
    "jr", "sr", "jun", "sen", "junior", "senior", "ii", "iii", "iv", "phd", "mba", "msc", "bsc", "meng", "beng",
    "mphil", "dphil", "edd", "esq", "esquire", "cpa", "cfa", "dds", "dvm", "llm", "llb", "pmp", "cissp", "rn", "jd",
    "pharmd", "psyd", "mph", "dä", "dj",
];

/// Degrees that are names too.
const SHORT_DEGREES: &[&str] = &[
    "ma", "ba", "md", "do", "bs", "ms", "pe", "v", "vi", "qc", "kc",
];

#[rustfmt::skip]
const PARTICLES: &[&str] = &[
    "'t", "a", "abu", "af", "al", "am", "an", "av", "aw", "ben", "bin", "bint", "binte", "da", "dal", "dalla", "das",
    "de", "degli", "dei", "del", "della", "delle", "dello", "den", "der", "di", "do", "dos", "du", "el", "ibn", "im",
    "la", "las", "le", "les", "lo", "los", "op", "san", "santa", "ter", "te", "ten", "'s", "van", "vande", "vanden",
    "vander", "vom", "von", "zu", "zum", "zur",
];

/// Titles that are names too, unless they have a full stop.
const NAMES_TOO: &[&str] = &[
    "don", "me", "med", "md", "major", "mag", "ob", "ing", "gen", "sig", "rt",
];

/// No word of the tables is longer, full stops included.
const LONGEST: usize = 20;

fn knows(table: &[&str], word: &str) -> bool {
    if word.len() > LONGEST {
        return false;
    }
    if !word.is_ascii() {
        let kept = word.chars().filter(|char| *char != '.');
        let plain: String = kept.flat_map(char::to_lowercase).collect();
        return table.contains(&plain.as_str());
    }
    // Every word of every name comes by several times: without a string for each.
    let (mut room, mut length) = ([0; LONGEST], 0);
    let kept = word.bytes().filter(|byte| *byte != b'.');
    for (place, byte) in room.iter_mut().zip(kept) {
        *place = byte.to_ascii_lowercase();
        length += 1;
    }
    let plain = room.get(..length).unwrap_or_default();
    table.iter().any(|known| known.as_bytes() == plain)
}

/// A title before a name; `Don`, `Me` and `Major` are names unless written like titles are.
pub(super) fn is_title(word: &str) -> bool {
    knows(TITLES, word) && (word.ends_with('.') || !knows(NAMES_TOO, word))
}

/// What follows a title: `med.`, `rer. nat.`, `h.c.`
pub(super) fn is_title_part(word: &str) -> bool {
    word.ends_with('.') && knows(TITLE_PARTS, word) || word == "et"
}

/// A generation or a degree.
pub(super) fn is_degree(word: &str, behind_comma: bool) -> bool {
    let is_marked = behind_comma || word.trim_end_matches('.').contains('.');
    knows(DEGREES, word) || (is_marked && knows(SHORT_DEGREES, word))
}

/// A word that begins a family name.
pub(super) fn is_particle(word: &str) -> bool {
    // `J. A. Doe`: an initial has a full stop.
    !word.ends_with('.') && knows(PARTICLES, word) && !matches!(word, "A" | "An" | "Do" | "Im")
}
