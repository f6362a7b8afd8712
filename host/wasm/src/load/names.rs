//! Names: which are allowed, and which one somebody may have meant.
//!
//! Ids, functions and options are kebab-case ASCII, so that none can walk paths, reorder text or
//! look like another. Deliberately not here: which names exist.

/// Longest id, function or option name.
pub(crate) const NAME_BYTES_MAX: usize = 64;

/// `[a-z][a-z0-9]*(-[a-z0-9]+)*` of at most 64 bytes.
pub(crate) fn is_kebab(name: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    name.len() <= NAME_BYTES_MAX
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.split('-').all(is_part)
}

/// The candidate that is nearest to `name`, if one is near enough to be meant.
pub(crate) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    let name = name.to_lowercase();
    let near = name.chars().count().div_ceil(3).max(1);
    candidates
        .map(|candidate| (distance(&name, candidate), candidate))
        .filter(|(distance, _)| *distance <= near)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

/// The official name for which `name` could be taken at a glance: the same once letters that look
/// alike are one, or a single letter away.
pub(crate) fn look_alike<'a>(name: &str, official: &[&'a str]) -> Option<&'a str> {
    let seen = glance(name);
    let is_near = |known: &&str| {
        let is_longer = known.len() > SHORT_BYTES;
        *known != name && (glance(known) == seen || (is_longer && distance(name, known) <= 1))
    };
    official.iter().copied().find(|known| is_near(known))
}

/// Of names up to so long a single letter makes another word.
const SHORT_BYTES: usize = 3;

/// What a name looks like.
fn glance(name: &str) -> String {
    let joined = name.replace('-', "").replace("rn", "m").replace("vv", "w");
    let one = |letter| match letter {
        '0' => 'o',
        '1' | 'i' => 'l',
        '5' => 's',
        '8' => 'b',
        other => other,
    };
    joined.chars().map(one).collect()
}

/// Levenshtein's distance over characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(NAME_BYTES_MAX).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().take(NAME_BYTES_MAX).enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (to, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let substitute = diagonal + usize::from(from != *to);
            diagonal = *cell;
            left = substitute.min(diagonal + 1).min(left + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_kebab_case_is_a_name() {
        for good in ["a", "text", "regex-replace", "e164", "a-1"] {
            assert!(is_kebab(good), "{good}");
        }
        for bad in [
            "",
            "-a",
            "a-",
            "a--b",
            "A",
            "1a",
            "a_b",
            "../../etc",
            "a/b",
            "te\u{202e}xt",
            "tехt",
            "a b",
        ] {
            assert!(!is_kebab(bad), "{bad}");
        }
        assert!(!is_kebab(&"a".repeat(65)));
    }

    #[test]
    fn distances_are_levenshteins() {
        for (a, b, expected) in [
            ("kitten", "sitting", 3),
            ("", "abc", 3),
            ("abc", "", 3),
            ("same", "same", 0),
            ("flaw", "lawn", 2),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn a_name_that_could_be_taken_for_an_official_one_is_told() {
        let official = ["text", "list", "phone", "ldap", "template"];
        for (name, taken_for) in [
            ("1dap", "ldap"),
            ("te-xt", "text"),
            ("text2", "text"),
            ("tex", "text"),
            ("llst", "list"),
            ("ph0ne", "phone"),
            ("ternplate", "template"),
        ] {
            assert_eq!(look_alike(name, &official), Some(taken_for), "{name}");
        }
        for name in ["text", "ldap", "hr-codes", "context", "phonetic"] {
            assert_eq!(look_alike(name, &official), None, "{name}");
        }
    }

    #[test]
    fn the_nearest_name_is_offered_and_a_far_one_is_not() {
        let names = ["trim", "upper", "title"];
        assert_eq!(nearest("tirm", names.into_iter()), Some("trim".to_owned()));
        assert_eq!(
            nearest("Upper", names.into_iter()),
            Some("upper".to_owned())
        );
        assert_eq!(nearest("phonetic", names.into_iter()), None);
    }
}
