//! Names of people: taken apart and put together.
//!
//! [`parse`] reads `Dr. Jane Marie van der Berg PhD` and `van der Berg, Jane Marie`. It knows
//! titles, degrees, generations and the particles of family names by lists; it never changes a
//! spelling. What no list can know is left as it stands: of a name in the order family-given
//! without a comma the last word is taken for the family name.
//!
//! midPoint: `parseGivenName`, `parseFamilyName`, `parseAdditionalName`, `parseNickName`,
//! `parseHonorificPrefix`, `parseHonorificSuffix`, `concatName`.

mod words;

use words::{is_degree, is_particle, is_title, is_title_part};

/// The parts of a name; a part that a name has not is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// `Prof. Dr.`
    pub prefix: String,
    /// The first given name.
    pub given: String,
    /// The other given names.
    pub additional: String,
    /// With its particles: `van der Berg`.
    pub family: String,
    /// `Jr.`, `III`, `PhD`
    pub suffix: String,
    /// In quotes, or in brackets within the name.
    pub nickname: String,
}

/// One part of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Titles before the name.
    Prefix,
    /// The first given name.
    Given,
    /// The other given names.
    Additional,
    /// The family name.
    Family,
    /// Generation and degrees after the name.
    Suffix,
    /// What the person is called.
    Nickname,
}

/// How a name is put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// `Jane Doe`
    GivenFamily,
    /// `Doe Jane`
    FamilyGiven,
    /// `Doe, Jane`
    FamilyCommaGiven,
}

/// How the other given names are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Additional {
    /// Not at all.
    Omit,
    /// `M.`
    Initials,
    /// `Marie`
    Full,
}

impl Parts {
    /// One of them.
    pub fn part(&self, part: Part) -> &str {
        match part {
            Part::Prefix => &self.prefix,
            Part::Given => &self.given,
            Part::Additional => &self.additional,
            Part::Family => &self.family,
            Part::Suffix => &self.suffix,
            Part::Nickname => &self.nickname,
        }
    }
}

/// Takes a full name apart, in either order (`Jane Doe`, `Doe, Jane`).
pub fn parse(text: &str) -> Parts {
    let mut parts = Parts::default();
    let text = without_nickname(text, &mut parts.nickname);
    let mut segments = text
        .split(',')
        .map(|segment| segment.split_whitespace().collect::<Vec<&str>>())
        .filter(|segment| !segment.is_empty());
    let Some(first) = segments.next() else {
        return parts;
    };
    let mut suffixes: Vec<&str> = Vec::new();
    let mut given: Option<Vec<&str>> = None;
    for segment in segments {
        let is_suffix = segment.iter().all(|word| is_degree(word, true));
        if is_suffix || given.is_some() {
            suffixes.extend(segment);
        } else {
            given = Some(segment);
        }
    }
    let (prefix, suffix) = match given {
        Some(given) => after_comma(first, given, &mut parts),
        None => in_order(first, &mut parts),
    };
    parts.prefix = prefix.join(" ");
    parts.suffix = suffix
        .into_iter()
        .chain(suffixes)
        .collect::<Vec<_>>()
        .join(" ");
    parts
}

type Titles<'a> = (Vec<&'a str>, Vec<&'a str>);

/// `Berg, Dr. Jane Marie van der`
fn after_comma<'a>(family: Vec<&'a str>, given: Vec<&'a str>, parts: &mut Parts) -> Titles<'a> {
    let (mut prefix, family) = without_titles(family);
    let (family, mut suffix) = without_degrees(family, 1);
    let (titles, given) = without_titles(given);
    prefix.extend(titles);
    let (mut given, degrees) = without_degrees(given, 1);
    suffix.extend(degrees);
    // Particles at the end belong to the family name.
    let ends = given
        .iter()
        .rev()
        .take_while(|word| is_particle(word))
        .count();
    let particles = given.split_off(given.len() - ends.min(given.len().saturating_sub(1)));
    parts.family = particles
        .into_iter()
        .chain(family)
        .collect::<Vec<_>>()
        .join(" ");
    set_given(&given, parts);
    (prefix, suffix)
}

/// `Dr. Jane Marie van der Berg PhD`
fn in_order<'a>(words: Vec<&'a str>, parts: &mut Parts) -> Titles<'a> {
    let (prefix, words) = without_titles(words);
    let (words, suffix) = without_degrees(words, 2);
    match words.as_slice() {
        [] => {}
        // `Mr. Smith`, but `Madonna`.
        [one] if prefix.is_empty() => (*one).clone_into(&mut parts.given),
        [one] => (*one).clone_into(&mut parts.family),
        many => {
            let (given, family) = many
                .split_at_checked(family_start(many))
                .unwrap_or_default();
            parts.family = family.join(" ");
            set_given(given, parts);
        }
    }
    (prefix, suffix)
}

/// Where the family name begins: at the first particle after the given name, at the name before a
/// Spanish `y`, else at the last word.
fn family_start(words: &[&str]) -> usize {
    let last = words.len() - 1;
    let inner = words.iter().enumerate().take(last).skip(1);
    for (at, word) in inner {
        if is_particle(word) {
            return at;
        }
        if matches!(*word, "y" | "e" | "i") && at > 1 {
            return at - 1;
        }
    }
    last
}

fn set_given(words: &[&str], parts: &mut Parts) {
    if let [first, rest @ ..] = words {
        (*first).clone_into(&mut parts.given);
        parts.additional = rest.join(" ");
    }
}

/// Splits titles off the front; one word stays a name.
fn without_titles(mut words: Vec<&str>) -> Titles<'_> {
    let mut count = 0;
    for (at, word) in words.iter().enumerate() {
        let more = is_title(word) || (at > 0 && is_title_part(word));
        if !more || at + 1 == words.len() {
            break;
        }
        count += 1;
    }
    let rest = words.split_off(count);
    (words, rest)
}

/// Splits generation and degrees off the end; `least` words stay a name.
fn without_degrees(mut words: Vec<&str>, least: usize) -> Titles<'_> {
    let ends = words
        .iter()
        .rev()
        .take_while(|word| is_degree(word, false))
        .count();
    let rest = words.split_off((words.len() - ends).max(least.min(words.len())));
    (words, rest)
}

/// Takes the nickname out: in double quotes, or in brackets that do not end the name (what stands
/// there is a note, and dropped).
fn without_nickname(text: &str, nickname: &mut String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // What is never closed from one place on is never closed further on.
    let (mut quotes, mut brackets) = (true, true);
    let opens = |char: char, quotes: bool, brackets: bool| match char {
        '(' => brackets,
        '"' | '“' | '„' => quotes,
        _ => false,
    };
    while let Some(at) = rest.find(|char| opens(char, quotes, brackets)) {
        let (before, from) = rest.split_at_checked(at).unwrap_or_default();
        out.push_str(before);
        out.push(' ');
        let mut chars = from.chars();
        let is_bracket = chars.next() == Some('(');
        let inner = chars.as_str();
        let close: &[char] = if is_bracket {
            &[')']
        } else {
            &['"', '”', '“']
        };
        let Some(end) = inner.find(close) else {
            if is_bracket {
                brackets = false;
            } else {
                quotes = false;
            }
            rest = inner;
            continue;
        };
        let (name, after) = inner.split_at_checked(end).unwrap_or_default();
        let after = after.get(after.chars().next().map_or(0, char::len_utf8)..);
        rest = after.unwrap_or_default();
        if nickname.is_empty() && !(is_bracket && rest.trim().is_empty()) {
            name.trim().clone_into(nickname);
        }
    }
    out.push_str(rest);
    out
}

/// The first letters of given, other given and family names, in upper case, each followed by
/// `after` (`.` or nothing). `Jean-Luc` gives one letter; particles give none, unless `particles`.
pub fn initials(parts: &Parts, additional: bool, particles: bool, after: &str) -> String {
    let mut out = String::new();
    let mut letter = |word: &str, keep_case: bool| {
        if let Some(first) = word.chars().find(|char| char.is_alphanumeric()) {
            if keep_case {
                out.push(first);
            } else {
                out.extend(first.to_uppercase());
            }
            out.push_str(after);
        }
    };
    letter(&parts.given, false);
    if additional {
        parts
            .additional
            .split_whitespace()
            .for_each(|word| letter(word, false));
    }
    let words: Vec<&str> = parts.family.split_whitespace().collect();
    let count = words.len();
    for (at, word) in words.into_iter().enumerate() {
        let is_last = at + 1 == count;
        if is_particle(word) && !is_last {
            if particles {
                letter(word, true);
            }
        } else {
            letter(word, false);
            // `García Lorca` has one initial, the first.
            break;
        }
    }
    out
}

/// Puts a name together; parts that are empty leave no blank behind (midPoint: `concatName`).
pub fn display(parts: &Parts, order: Order, additional: Additional, honorifics: bool) -> String {
    let others = match additional {
        Additional::Omit => String::new(),
        Additional::Full => parts.additional.trim().to_owned(),
        Additional::Initials => {
            let letters = parts
                .additional
                .split_whitespace()
                .filter_map(|word| word.chars().next());
            let letters: Vec<String> = letters
                .map(|char| format!("{}.", char.to_uppercase()))
                .collect();
            letters.join(" ")
        }
    };
    let titles = |text: &str| {
        if honorifics {
            text.trim().to_owned()
        } else {
            String::new()
        }
    };
    let (prefix, suffix) = (titles(&parts.prefix), titles(&parts.suffix));
    let (given, family) = (parts.given.trim(), parts.family.trim());
    match order {
        Order::GivenFamily => joined(&[&prefix, given, &others, family, &suffix], " "),
        Order::FamilyGiven => joined(&[&prefix, family, given, &others, &suffix], " "),
        Order::FamilyCommaGiven => {
            let first = joined(&[&prefix, given, &others, &suffix], " ");
            joined(&[family, &first], ", ")
        }
    }
}

fn joined(parts: &[&str], between: &str) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .copied()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(between)
}

#[cfg(test)]
mod tests;
