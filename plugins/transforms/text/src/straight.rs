//! Straight patterns: from the start of the text piece by piece, where each piece can match in one way.
//!
//! `^CC-(\d+)$`, `^CN=([^,]+)`, `^ext-`: literals, characters of a class, runs of them, and groups
//! around these. An engine for all patterns takes three times as long for such a one. Invariant: what
//! is found is what the engine finds. A run takes all that it can, which is the engine's first
//! choice, and the only one, because nothing that may follow begins with a character of the run.
//! Deliberately not here: every pattern of which that is not certain; the engine has those.

use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

/// A straight pattern.
pub(crate) struct Straight {
    pieces: Vec<Piece>,
}

enum Piece {
    Literal(String),
    Run(Box<Run>),
    /// The place goes into this slot: two for each group, its start and its end.
    Mark(usize),
    End,
}

/// Characters of a class, as many as there are within bounds.
struct Run {
    set: Set,
    min: u32,
    max: u32,
}

struct Set {
    /// By byte, so that no index is beyond it.
    ascii: [bool; 256],
    /// Sorted, without overlaps.
    ranges: Vec<(char, char)>,
}

impl Straight {
    /// The pattern, if it is a straight one.
    pub(crate) fn new(pattern: &str) -> Option<Self> {
        let hir = regex_syntax::parse(pattern).ok()?;
        let mut reading = Reading::default();
        reading.read(&hir)?;
        let pieces = reading.pieces;
        let is_straight = pieces.iter().enumerate().all(|(index, piece)| match piece {
            Piece::Run(run) if run.min != run.max => {
                ends_certainly(run, pieces.get(index + 1..).unwrap_or_default())
            }
            _ => true,
        });
        (is_straight && reading.is_anchored).then_some(Self { pieces })
    }

    /// Where the match at the start of the text ends; marks go into `slots`. A pattern that is bound
    /// to the start has no other match.
    #[inline]
    pub(crate) fn find(&self, text: &str, slots: &mut [usize]) -> Option<usize> {
        let bytes = text.as_bytes();
        let mut at = 0;
        for piece in &self.pieces {
            match piece {
                Piece::Literal(literal) => {
                    if !bytes.get(at..)?.starts_with(literal.as_bytes()) {
                        return None;
                    }
                    at += literal.len();
                }
                Piece::Run(run) => at = run.end(text, at)?,
                Piece::Mark(slot) => *slots.get_mut(*slot)? = at,
                Piece::End if at != bytes.len() => return None,
                Piece::End => {}
            }
        }
        Some(at)
    }
}

/// Whether what comes after a run cannot begin with one of its characters.
fn ends_certainly(run: &Run, after: &[Piece]) -> bool {
    for piece in after {
        match piece {
            Piece::End => return true,
            Piece::Literal(literal) => {
                return literal.chars().next().is_some_and(|c| !run.set.has(c));
            }
            Piece::Run(next) if run.set.meets(&next.set) => return false,
            Piece::Run(next) if next.min > 0 => return true,
            Piece::Run(_) | Piece::Mark(_) => {}
        }
    }
    true
}

impl Run {
    #[inline]
    fn end(&self, text: &str, start: usize) -> Option<usize> {
        let bytes = text.as_bytes().get(start..)?;
        let mut count = 0;
        for byte in bytes {
            if count == self.max || !self.set.has_ascii(*byte) {
                break;
            }
            count += 1;
        }
        let at = start + count as usize;
        match text.as_bytes().get(at) {
            Some(byte) if !byte.is_ascii() && count < self.max => self.rest(text, at, count),
            _ => (count >= self.min).then_some(at),
        }
    }

    /// The same from a character that is not ASCII, `count` characters into the run.
    fn rest(&self, text: &str, mut at: usize, mut count: u32) -> Option<usize> {
        for char in text.get(at..)?.chars() {
            if count == self.max || !self.set.has(char) {
                break;
            }
            at += char.len_utf8();
            count += 1;
        }
        (count >= self.min).then_some(at)
    }
}

impl Set {
    fn of(ranges: Vec<(char, char)>) -> Self {
        let mut set = Self {
            ascii: [false; 256],
            ranges,
        };
        for byte in 0..128_u8 {
            let is_in = set.has(char::from(byte));
            if let Some(place) = set.ascii.get_mut(usize::from(byte)) {
                *place = is_in;
            }
        }
        set
    }

    #[inline]
    fn has_ascii(&self, byte: u8) -> bool {
        self.ascii
            .get(usize::from(byte))
            .is_some_and(|is_in| *is_in)
    }

    fn has(&self, char: char) -> bool {
        let following = self.ranges.partition_point(|(start, _)| *start <= char);
        let range = following
            .checked_sub(1)
            .and_then(|index| self.ranges.get(index));
        range.is_some_and(|(_, end)| char <= *end)
    }

    fn meets(&self, other: &Self) -> bool {
        let overlap = |(start, end): &(char, char)| {
            let mut others = other.ranges.iter();
            others.any(|(other, other_end)| start <= other_end && other <= end)
        };
        self.ranges.iter().any(overlap)
    }
}

/// A pattern while it is taken apart; `None` where it is not straight.
#[derive(Default)]
struct Reading {
    pieces: Vec<Piece>,
    is_anchored: bool,
    has_ended: bool,
}

impl Reading {
    fn read(&mut self, hir: &Hir) -> Option<()> {
        match hir.kind() {
            HirKind::Empty => Some(()),
            HirKind::Look(Look::Start) => {
                let is_first = self.pieces.iter().all(|p| matches!(p, Piece::Mark(_)));
                self.is_anchored = true;
                is_first.then_some(())
            }
            HirKind::Look(Look::End) => {
                self.has_ended = true;
                self.pieces.push(Piece::End);
                Some(())
            }
            HirKind::Literal(literal) => {
                let text = std::str::from_utf8(&literal.0).ok()?.to_owned();
                self.take(Piece::Literal(text))
            }
            HirKind::Class(class) => self.run(set(class)?, 1, 1),
            HirKind::Repetition(repetition) => self.repeat(repetition),
            HirKind::Capture(capture) => {
                let slot = usize::try_from(capture.index).ok()?.checked_mul(2)?;
                self.pieces.push(Piece::Mark(slot));
                self.read(&capture.sub)?;
                self.pieces.push(Piece::Mark(slot + 1));
                Some(())
            }
            HirKind::Concat(parts) => parts.iter().try_for_each(|part| self.read(part)),
            HirKind::Look(_) | HirKind::Alternation(_) => None,
        }
    }

    fn repeat(&mut self, repetition: &Repetition) -> Option<()> {
        let set = match repetition.sub.kind() {
            HirKind::Class(class) => set(class)?,
            HirKind::Literal(literal) => {
                let mut chars = std::str::from_utf8(&literal.0).ok()?.chars();
                let char = chars.next()?;
                chars.next().is_none().then_some(())?;
                Set::of(vec![(char, char)])
            }
            _ => return None,
        };
        let (min, max) = (repetition.min, repetition.max.unwrap_or(u32::MAX));
        (repetition.greedy || min == max).then_some(())?;
        self.run(set, min, max)
    }

    fn run(&mut self, set: Set, min: u32, max: u32) -> Option<()> {
        self.take(Piece::Run(Box::new(Run { set, min, max })))
    }

    /// A piece that takes characters: behind the end of the text there are none.
    fn take(&mut self, piece: Piece) -> Option<()> {
        if self.has_ended {
            return None;
        }
        self.pieces.push(piece);
        Some(())
    }
}

fn set(class: &Class) -> Option<Set> {
    let ranges = match class {
        Class::Unicode(class) => class.iter().map(|r| (r.start(), r.end())).collect(),
        // Bytes beyond ASCII are no characters.
        Class::Bytes(class) if class.is_ascii() => {
            let ranges = class.iter();
            ranges
                .map(|r| (char::from(r.start()), char::from(r.end())))
                .collect()
        }
        Class::Bytes(_) => return None,
    };
    Some(Set::of(ranges))
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::Straight;

    /// Compares with the engine: where the match ends, and all groups.
    fn compare(regex: &Regex, straight: &Straight, text: &str) {
        let pattern = regex.as_str();
        let found = regex.captures(text);
        let mut slots = vec![usize::MAX; regex.captures_len() * 2];
        let end = straight.find(text, &mut slots);
        let whole = found.as_ref().and_then(|found| found.get(0));
        assert_eq!(end, whole.map(|whole| whole.end()), "{pattern} in {text:?}");
        if let Some(found) = found {
            assert_eq!(found.get(0).map(|whole| whole.start()), Some(0));
            for (group, slots) in slots.chunks(2).enumerate().skip(1) {
                let range = found.get(group).map(|group| [group.start(), group.end()]);
                assert_eq!(
                    range.as_ref().map(<[usize; 2]>::as_slice),
                    Some(slots),
                    "{pattern}, group {group}, in {text:?}"
                );
            }
        }
    }

    #[test]
    fn usual_patterns_are_straight_and_find_what_the_engine_finds() {
        let patterns = [
            r"^CC-(\d+)$",
            r"^CN=([^,]+)",
            r"^ext-",
            r"^",
            r"^$",
            r"^(\w+)@([^@]+)$",
            r"(^a)b?c",
            r"^(?<code>\d{2,4})[ /-](?<rest>\d+)$",
            r"^(?i)sales.*",
            r"^.$",
            r"^(?-u:\d)(?-u:[a-f])*$",
            r"^\s*(\S+)\s*$",
            r"^a{3}a{2}$",
            r"^ä+Ö",
        ];
        let texts = [
            "",
            "CC-1234",
            "CC-",
            "CC-12x",
            "xCC-1",
            "CC-١٢",
            "CN=Jane Doe,OU=x",
            "CN=,",
            "ext-7",
            "jane@contoso.example",
            "a@b@c",
            "abc",
            "ac",
            "abb",
            "0891234",
            "089/1234",
            "089 -1",
            "SALES emea",
            "ſales",
            "sales\nx",
            "ä",
            "ää",
            "\n",
            "7abc",
            "7abcé",
            "  x y ",
            "\u{a0}x ",
            "aaaaa",
            "aaaa",
            "ääÖ",
            "äö",
        ];
        for pattern in patterns {
            let regex = Regex::new(pattern).unwrap();
            let Some(straight) = Straight::new(pattern) else {
                panic!("{pattern} is not straight");
            };
            for text in texts {
                compare(&regex, &straight, text);
            }
        }
    }

    #[test]
    fn a_pattern_with_a_choice_is_left_to_the_engine() {
        let patterns = [
            "a",
            "a$",
            r"(?m)^a",
            "^a|b",
            "^(a|bc)",
            "^(?:ab)*",
            "^(a)*",
            "^a+?b",
            "^a*a",
            r"^\w+x",
            r"^\d{1,3}\d",
            "^a?b*a",
            r"^a\b",
            "^a$b",
            "b^",
            r"^(?:^)?a",
            r"^\w*\d?x",
            r"^\d{2,4}[ /-]?\d+$",
        ];
        for pattern in patterns {
            assert!(Straight::new(pattern).is_none(), "{pattern}");
        }
    }

    #[test]
    fn patterns_put_together_at_random_find_what_the_engine_finds() {
        let atoms = [
            "a",
            "b",
            "ab",
            "ä",
            "[ab]",
            "[^a]",
            r"\d",
            r"\w",
            "[a-c]",
            ".",
            "a*",
            "b+",
            "a?",
            r"\d*",
            r"\d{2}",
            r"\d{1,2}",
            r"[^b]+",
            r"[ä-ü]+",
            "(a)",
            "(b+)",
            "([^a]*)",
            "(",
            ")",
            "$",
            r"\D+",
            "(?i)k",
            "b{0,1}",
        ];
        let letters = ["a", "b", "c", "ä", "1", "2", "\n", "K", "\u{212a}", " "];
        let mut state = 7_u64;
        let mut below = |most: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as usize % most
        };
        let (mut patterns, mut found) = (0, 0);
        while patterns < 300 {
            let mut pattern = "^".to_owned();
            for _ in 0..=below(4) {
                pattern.push_str(atoms[below(atoms.len())]);
            }
            let (Some(straight), Ok(regex)) = (Straight::new(&pattern), Regex::new(&pattern))
            else {
                continue;
            };
            patterns += 1;
            for _ in 0..50 {
                let text: String = (0..below(7))
                    .map(|_| letters[below(letters.len())])
                    .collect();
                compare(&regex, &straight, &text);
                found += usize::from(regex.is_match(&text));
            }
        }
        assert!(found > 1_000, "{found} matches");
    }
}
