//! Which element: by position, by content; and lists without some of their elements.

use std::collections::HashSet;
use std::ops::Range;

use crate::text::{Compare, contains, ends_with, equals, starts_with};

/// Where positions begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Okta's `Arrays.get`: 0 is the first, below it there is nothing.
    Zero,
    /// Entra's `Item`: 1 is the first, 0 and below are nothing.
    One,
    /// 0 is the first, -1 the last.
    FromEitherEnd,
}

/// What an element has to do with the text that is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Match {
    /// It is that text. Okta: `Arrays.contains`; Connect's `Contains` for references.
    #[default]
    Equals,
    /// It has that text in it. Connect's `Contains` for texts.
    Contains,
    /// It begins so.
    StartsWith,
    /// It ends so.
    EndsWith,
}

/// Whether an element matches.
pub fn matches(element: &str, search: &str, mode: Match, compare: Compare) -> bool {
    match mode {
        Match::Equals => equals(element, search, compare),
        Match::Contains => contains(element, search, compare),
        Match::StartsWith => starts_with(element, search, compare),
        Match::EndsWith => ends_with(element, search, compare),
    }
}

/// The index, from 0, of the first element that matches. Connect's `Contains` gives it from 1, and
/// 0 where there is none.
pub fn find<S: AsRef<str>>(
    list: &[S],
    search: &str,
    mode: Match,
    compare: Compare,
) -> Option<usize> {
    list.iter()
        .position(|element| matches(element.as_ref(), search, mode, compare))
}

/// How many elements match.
pub fn count_of<S: AsRef<str>>(list: &[S], search: &str, mode: Match, compare: Compare) -> usize {
    list.iter()
        .filter(|element| matches(element.as_ref(), search, mode, compare))
        .count()
}

/// The index, from 0, of the element at a position; nothing outside of the list. Entra and
/// Connect: `Item`, `ItemOrNull`; Okta: `Arrays.get`.
pub fn at(len: usize, position: i64, base: Base) -> Option<usize> {
    let index = match base {
        Base::One => usize::try_from(position.checked_sub(1)?).ok()?,
        Base::FromEitherEnd if position < 0 => {
            len.checked_sub(usize::try_from(position.unsigned_abs()).ok()?)?
        }
        Base::Zero | Base::FromEitherEnd => usize::try_from(position).ok()?,
    };
    (index < len).then_some(index)
}

/// The indexes from position `start` to before `end`, both from either end; what lies outside is
/// left out.
pub fn range(len: usize, start: i64, end: Option<i64>) -> Range<usize> {
    let place = |position: i64| {
        let distance = usize::try_from(position.unsigned_abs()).unwrap_or(usize::MAX);
        if position < 0 {
            len.saturating_sub(distance)
        } else {
            distance.min(len)
        }
    };
    let end = end.map_or(len, place);
    place(start).min(end)..end
}

/// The elements of which none before has the same key. Entra: `RemoveDuplicates`.
pub fn dedupe_by<T, K: std::hash::Hash + Eq>(
    list: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> K,
) -> Vec<T> {
    let mut seen = HashSet::new();
    list.into_iter()
        .filter(|element| seen.insert(key(element)))
        .collect()
}

/// The list without every element that is `value`. Okta: `Arrays.remove`.
pub fn remove_all<T: PartialEq>(list: Vec<T>, value: &T) -> Vec<T> {
    list.into_iter()
        .filter(|element| element != value)
        .collect()
}

/// One text of all. Entra's `Join(sep, s1, ...)` leaves empty ones out; Connect's `Join(M, delim)`
/// and Okta's `String.join` do not say so and keep them.
pub fn join<S: AsRef<str>>(list: &[S], separator: &str, skip_empty: bool) -> String {
    let mut out = String::new();
    let mut is_first = true;
    for element in list.iter().map(AsRef::as_ref) {
        if skip_empty && element.is_empty() {
            continue;
        }
        if !is_first {
            out.push_str(separator);
        }
        out.push_str(element);
        is_first = false;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_as_each_original_counts() {
        let cases = [
            (0, Some(0), None, Some(0)),
            (1, Some(1), Some(0), Some(1)),
            (3, None, Some(2), None),
            (4, None, None, None),
            (-1, None, None, Some(2)),
            (-3, None, None, Some(0)),
            (-4, None, None, None),
            (i64::MIN, None, None, None),
            (i64::MAX, None, None, None),
        ];
        for (position, zero, one, either) in cases {
            assert_eq!(at(3, position, Base::Zero), zero, "{position}");
            assert_eq!(at(3, position, Base::One), one, "{position}");
            assert_eq!(at(3, position, Base::FromEitherEnd), either, "{position}");
        }
    }

    #[test]
    fn range_never_leaves_the_list() {
        let cases = [
            (0, None, 0..3),
            (1, Some(2), 1..2),
            (-2, None, 1..3),
            (0, Some(-1), 0..2),
            (2, Some(1), 1..1),
            (9, None, 3..3),
            (i64::MIN, Some(i64::MAX), 0..3),
        ];
        for (start, end, expect) in cases {
            assert_eq!(range(3, start, end), expect, "{start} {end:?}");
        }
    }

    #[test]
    fn contains_finds_the_first_that_matches() {
        let list = ["smtp:jd@contoso.example", "SMTP:jane@contoso.example"];
        let find = |search, mode, compare| find(&list, search, mode, compare);
        assert_eq!(find("SMTP:", Match::Contains, Compare::Exact), Some(1));
        assert_eq!(find("SMTP:", Match::Contains, Compare::IgnoreCase), Some(0));
        assert_eq!(find("smtp:", Match::Equals, Compare::Exact), None);
        assert_eq!(find("SMTP:", Match::StartsWith, Compare::Exact), Some(1));
        assert_eq!(
            find("jane@contoso.example", Match::EndsWith, Compare::Exact),
            Some(1)
        );
        assert_eq!(
            count_of(&list, "contoso", Match::Contains, Compare::Exact),
            2
        );
    }

    #[test]
    fn dedupe_remove_and_join_keep_the_order() {
        assert_eq!(
            dedupe_by(["a", "b", "a", "A"], |it| Compare::IgnoreCase.key(it)),
            ["a", "b"]
        );
        assert_eq!(remove_all(vec![10, 20, 10], &10), [20]);
        assert_eq!(join(&["", "Doe", "John"], ", ", true), "Doe, John");
        assert_eq!(join(&["", "Doe", ""], ",", false), ",Doe,");
        assert_eq!(join(&["1000", "12"], "", true), "100012");
        assert_eq!(join::<&str>(&[], ",", false), "");
    }
}
