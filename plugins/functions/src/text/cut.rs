//! Parts of a text by position, by what stands beside them, and by word.
//!
//! Invariant: every answer is a piece of the text that was given, cut between characters.

/// How `Mid` treats a position or a length outside of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MidRule {
    /// Entra's `Mid`: the length is cut at the end of the text. The page says nothing of a start
    /// beyond the end (empty here), below 1 (taken as 1) or of a negative length (empty).
    Entra,
    /// Entra Connect's `Mid`: length 0 is empty; a negative length, a start beyond the end and one
    /// below 1 all give the whole text.
    Connect,
}

/// Which occurrence is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum At {
    /// The first from the left.
    #[default]
    First,
    /// The last one.
    Last,
}

/// What two separators in a row mean when words are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gaps {
    /// Nothing: there is no word between them.
    #[default]
    Skip,
    /// An empty word stands between them.
    Count,
}

/// A substring was asked for that the text has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange;

/// How many characters the text has. Okta: `String.len`; Entra Connect: `Len`.
pub fn length(text: &str) -> usize {
    text.chars().count()
}

/// The first `count` characters: 0 gives none, a negative number the whole text. Entra: `Left`.
pub fn left(text: &str, count: i64) -> &str {
    match usize::try_from(count) {
        Ok(count) => part(text, 0, Some(count)),
        Err(_) => text,
    }
}

/// The last `count` characters; as [`left`] for 0 and below. Entra Connect: `Right`.
pub fn right(text: &str, count: i64) -> &str {
    match usize::try_from(count) {
        Ok(count) => last(text, count),
        Err(_) => text,
    }
}

/// `length` characters from position `start`, which counts from 1. Entra and Connect: `Mid`.
pub fn mid(text: &str, start: i64, length: i64, rule: MidRule) -> &str {
    let before = usize::try_from(start.saturating_sub(1)).ok();
    let length = usize::try_from(length).ok();
    match (rule, before, length) {
        (_, Some(before), Some(length)) => {
            let at = offset(text, before);
            let is_beyond = at == text.len() && length > 0;
            if rule == MidRule::Connect && is_beyond {
                text
            } else {
                part(text, before, Some(length))
            }
        }
        (MidRule::Entra, None, Some(length)) => part(text, 0, Some(length)),
        (MidRule::Entra, _, None) | (MidRule::Connect, _, Some(0)) => "",
        (MidRule::Connect, _, _) => text,
    }
}

/// The characters from `start` to before `end`, both counted from 0; to the end of the text
/// without `end`. Okta: `String.substring(s, start, end)` and `S.substring(i[, j])`. A range that
/// the text has not is told apart, since Okta fails there.
pub fn substring(text: &str, start: i64, end: Option<i64>) -> Result<&str, OutOfRange> {
    let start = usize::try_from(start).map_err(|_| OutOfRange)?;
    let from = boundary(text, start).ok_or(OutOfRange)?;
    let to = match end {
        None => text.len(),
        Some(end) => {
            let end = usize::try_from(end).map_err(|_| OutOfRange)?;
            boundary(text, end).ok_or(OutOfRange)?
        }
    };
    text.get(from..to).ok_or(OutOfRange)
}

/// Up to `length` characters from position `start`, counted from 0; what lies outside is empty.
pub fn part(text: &str, start: usize, length: Option<usize>) -> &str {
    let rest = text.get(offset(text, start)..).unwrap_or_default();
    match length {
        Some(length) => rest.get(..offset(rest, length)).unwrap_or_default(),
        None => rest,
    }
}

/// The last `length` characters, or all where there are fewer.
pub fn last(text: &str, length: usize) -> &str {
    let Some(before) = length.checked_sub(1) else {
        return "";
    };
    let start = text
        .char_indices()
        .rev()
        .nth(before)
        .map_or(0, |(at, _)| at);
    text.get(start..).unwrap_or_default()
}

/// What stands before an occurrence of `mark`; nothing where there is none, or where `mark` is
/// empty. Okta: `substringBefore`, with [`At::First`] and the whole text where there is none.
pub fn before<'t>(text: &'t str, mark: &str, at: At) -> Option<&'t str> {
    split(text, mark, at).map(|(before, _)| before)
}

/// What stands after an occurrence of `mark`. Okta: `substringAfter`, with [`At::First`] and empty
/// text where there is none.
pub fn after<'t>(text: &'t str, mark: &str, at: At) -> Option<&'t str> {
    split(text, mark, at).map(|(_, after)| after)
}

fn split<'t>(text: &'t str, mark: &str, at: At) -> Option<(&'t str, &'t str)> {
    if mark.is_empty() {
        return None;
    }
    match at {
        At::First => text.split_once(mark),
        At::Last => text.rsplit_once(mark),
    }
}

/// Word `number`, counted from 1, where each character of `delimiters` separates; empty below 1
/// and beyond the last. Entra and Connect: `Word`. Their pages do not say what two separators in a
/// row mean, hence `gaps`.
pub fn word<'t>(text: &'t str, number: i64, delimiters: &str, gaps: Gaps) -> &'t str {
    let Some(before) = number
        .checked_sub(1)
        .and_then(|before| usize::try_from(before).ok())
    else {
        return "";
    };
    text.split(|char| delimiters.contains(char))
        .filter(|word| gaps == Gaps::Count || !word.is_empty())
        .nth(before)
        .unwrap_or_default()
}

/// The byte at which character `position` begins; the end of the text where there is none.
fn offset(text: &str, position: usize) -> usize {
    text.char_indices()
        .nth(position)
        .map_or(text.len(), |(at, _)| at)
}

/// As [`offset`], but a position beyond the end is nothing.
fn boundary(text: &str, position: usize) -> Option<usize> {
    text.char_indices()
        .map(|(at, _)| at)
        .chain([text.len()])
        .nth(position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn left_and_right_follow_the_page_at_zero_and_below() {
        for (count, expect) in [(3, "Joh"), (0, ""), (-1, "John Doe"), (99, "John Doe")] {
            assert_eq!(left("John Doe", count), expect, "{count}");
        }
        for (count, expect) in [(3, "Doe"), (0, ""), (-1, "John Doe"), (99, "John Doe")] {
            assert_eq!(right("John Doe", count), expect, "{count}");
        }
        assert_eq!(left("", 3), "");
    }

    #[test]
    fn mid_differs_at_the_edges_between_entra_and_connect() {
        let cases = [
            (3, 5, "hn Do", "hn Do"),
            (6, 999, "Doe", "Doe"),
            (3, 3, "hn ", "hn "),
            (6, 99, "Doe", "Doe"),
            (3, 0, "", ""),
            (3, -1, "", "John Doe"),
            (9, 1, "", "John Doe"),
            (0, 2, "Jo", "John Doe"),
            (i64::MIN, i64::MIN, "", "John Doe"),
            (i64::MAX, i64::MAX, "", "John Doe"),
            (0, 0, "", ""),
        ];
        for (start, length, entra, connect) in cases {
            let got = |rule| mid("John Doe", start, length, rule);
            assert_eq!(got(MidRule::Entra), entra, "{start} {length}");
            assert_eq!(got(MidRule::Connect), connect, "{start} {length}");
        }
    }

    #[test]
    fn substring_counts_from_zero_and_tells_what_lies_outside() {
        let text = "This is a test";
        assert_eq!(substring(text, 2, Some(9)), Ok("is is a"));
        assert_eq!(substring("Alexander", 1, Some(4)), Ok("lex"));
        assert_eq!(substring("Zürich", 1, None), Ok("ürich"));
        assert_eq!(substring("abc", 3, None), Ok(""));
        for (start, end) in [(4, None), (-1, None), (2, Some(1)), (0, Some(4))] {
            assert_eq!(substring("abc", start, end), Err(OutOfRange));
        }
    }

    #[test]
    fn word_counts_from_one() {
        let text = "This,string!has&many separators";
        assert_eq!(word(text, 3, ",!&#", Gaps::Skip), "has");
        assert_eq!(word("The quick brown fox", 3, " ", Gaps::Skip), "brown");
        for number in [0, -1, i64::MIN, 9, i64::MAX] {
            assert_eq!(word(text, number, ",!&#", Gaps::Skip), "", "{number}");
        }
        assert_eq!(word("a  b", 2, " ", Gaps::Skip), "b");
        assert_eq!(word("a  b", 2, " ", Gaps::Count), "");
        assert_eq!(word("abc", 1, "", Gaps::Skip), "abc");
    }

    #[test]
    fn before_and_after_take_the_first_or_the_last() {
        let text = "a.b.c";
        assert_eq!(before(text, ".", At::First), Some("a"));
        assert_eq!(before(text, ".", At::Last), Some("a.b"));
        assert_eq!(after(text, ".", At::First), Some("b.c"));
        assert_eq!(after(text, ".", At::Last), Some("c"));
        assert_eq!(before(text, "x", At::First), None);
        assert_eq!(after(text, "", At::First), None);
    }
}
