//! Ids that were met before, kept small enough for a conversation's state.
//!
//! Asking for the same person twice would look like a listing that goes round in a circle, and
//! people are in several groups, so ids of whole groups have to be remembered: as ten characters
//! each, a hash of 60 bits. Of sixty thousand ids two share one once in 10^9 conversations.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::trail::fnv1a;

/// Six hundred kilobytes of state, of the megabyte that there is.
const IDS_MAX: usize = 60_000;
const CHARS: usize = 10;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A set of ids that only grows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Seen {
    marks: String,
    #[serde(default)]
    is_exact: bool,
}

impl Seen {
    /// A set in which ids that differ in case are two.
    pub fn exact() -> Self {
        Self {
            is_exact: true,
            ..Self::default()
        }
    }

    /// The ids that are new, each once; from now on they are known.
    pub fn admit(&mut self, ids: Vec<String>) -> Vec<String> {
        let mut known = self.known();
        ids.into_iter()
            .filter(|id| {
                let mark = self.mark(id);
                let is_new = known.insert(mark.clone());
                if is_new {
                    self.marks.push_str(&mark);
                }
                is_new
            })
            .collect()
    }

    /// Whether this one id is new; from now on it is known.
    pub fn is_new(&mut self, id: &str) -> bool {
        !self.admit(vec![id.to_owned()]).is_empty()
    }

    /// Which of these ids are known; nothing is remembered.
    pub fn knows(&self, ids: &[String]) -> Vec<bool> {
        let known = self.known();
        let is_known = |id: &String| known.contains(&self.mark(id));
        ids.iter().map(is_known).collect()
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    fn known(&self) -> HashSet<String> {
        let marks = self.marks.as_bytes().chunks_exact(CHARS);
        let text = |mark: &[u8]| mark.iter().copied().map(char::from).collect();
        marks.map(text).collect()
    }

    fn mark(&self, id: &str) -> String {
        if self.is_exact {
            mark(id)
        } else {
            mark(&id.to_ascii_lowercase())
        }
    }

    /// Whether no more should be remembered.
    pub fn is_full(&self) -> bool {
        self.marks.len() >= IDS_MAX * CHARS
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.marks.clear();
    }
}

/// Ten characters.
fn mark(id: &str) -> String {
    let mut hash = fnv1a(id.as_bytes());
    // The upper bits of the hash are spread best; the rest of them comes down.
    hash ^= hash >> 4;
    (0..CHARS)
        .map(|_| {
            let six = usize::try_from(hash & 63).unwrap_or_default();
            hash >>= 6;
            ALPHABET.get(six).copied().map_or('A', char::from)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Seen;

    fn ids(numbers: std::ops::Range<u32>) -> Vec<String> {
        numbers
            .map(|n| format!("00000000-0000-4000-8000-{n:012x}"))
            .collect()
    }

    #[test]
    fn an_id_is_new_once() {
        let mut seen = Seen::default();
        assert_eq!(seen.admit(ids(0..3)), ids(0..3));
        assert_eq!(seen.admit(ids(2..5)), ids(3..5));
        assert!(!seen.is_new("00000000-0000-4000-8000-000000000001"));
        assert!(seen.is_new("other"));
        let asked = ["other", "OTHER", "never"].map(str::to_owned);
        assert_eq!(seen.knows(&asked), [true, true, false]);
        assert!(seen.is_new("never"));
    }

    #[test]
    fn case_counts_where_it_is_said_to() {
        let both = || vec!["aB".to_owned(), "Ab".to_owned()];
        assert_eq!(Seen::default().admit(both()), ["aB"]);
        let mut exact = Seen::exact();
        assert!(exact.is_empty());
        assert_eq!(exact.admit(both()), both());
        let ids = ["Ab", "AB", "aB"].map(str::to_owned);
        assert_eq!(exact.knows(&ids), [true, false, true]);
    }

    #[test]
    fn sixty_thousand_ids_differ_and_fit_into_the_state() {
        let mut seen = Seen::default();
        assert_eq!(seen.admit(ids(0..60_000)).len(), 60_000);
        assert!(seen.is_full());
        let state = serde_json::to_string(&seen).unwrap();
        assert!(state.len() < 700 * 1024, "{}", state.len());
    }
}
