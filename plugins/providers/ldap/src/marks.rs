//! Many names in little room: a set of 64-bit marks, eleven characters each in the state.
//!
//! The state of a conversation is 1 MiB at most; 80,000 DNs would be five. A mark that two names
//! share would let somebody take part who is in no group: among a million people and 80,000 marks
//! that happens once in two hundred million directories.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::conversation::fnv1a;

/// Six bits a character.
const DIGITS: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const WORD: usize = 11;

/// A set of marks; sorted, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Marks(Vec<u64>);

/// The mark of a name of some kind, without case.
pub(crate) fn mark(kind: &str, name: &str) -> u64 {
    let hash = fnv1a(fnv1a(0xcbf2_9ce4_8422_2325, kind.as_bytes()), b"=");
    fnv1a(hash, name.to_lowercase().as_bytes())
}

impl Marks {
    /// Adds marks in any order.
    pub(crate) fn extend(&mut self, marks: impl IntoIterator<Item = u64>) {
        self.0.extend(marks);
        self.0.sort_unstable();
        self.0.dedup();
    }

    pub(crate) fn contains(&self, mark: u64) -> bool {
        self.0.binary_search(&mark).is_ok()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// What a digit stands for.
fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'Z' => Some(digit - b'A' + 10),
        b'a'..=b'z' => Some(digit - b'a' + 36),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    }
}

impl Serialize for Marks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(self.0.len() * WORD);
        for mark in &self.0 {
            for place in 0..WORD {
                let digit = (mark >> (6 * place)) & 63;
                text.push(char::from(
                    DIGITS.get(digit as usize).copied().unwrap_or(b'0'),
                ));
            }
        }
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Marks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut marks = Vec::with_capacity(text.len() / WORD);
        for word in text.as_bytes().chunks(WORD) {
            let mut mark = 0;
            for (place, digit) in word.iter().enumerate() {
                let value = value(*digit);
                let value = value.ok_or_else(|| D::Error::custom("no digit of a mark"))?;
                mark |= u64::from(value) << (6 * place);
            }
            marks.push(mark);
        }
        Ok(Self(marks))
    }
}

#[cfg(test)]
mod tests {
    use super::{DIGITS, Marks, mark, value};

    #[test]
    fn a_set_comes_out_of_the_state_as_it_went_in() {
        let mut set = Marks::default();
        set.extend([u64::MAX, 0, 63, 64, 1 << 63, mark("dn", "uid=ada")]);
        set.extend([63]);
        let text = serde_json::to_string(&set).unwrap();
        assert_eq!(text.len(), 2 + 6 * 11);
        assert_eq!(serde_json::from_str::<Marks>(&text).unwrap(), set);
        assert!(serde_json::from_str::<Marks>("\"?\"").is_err());
        let values: Vec<u8> = DIGITS.iter().filter_map(|digit| value(*digit)).collect();
        assert_eq!(values, (0..64).collect::<Vec<u8>>());
    }

    #[test]
    fn marks_know_kinds_and_no_case() {
        assert_eq!(mark("dn", "UID=Ädä"), mark("dn", "uid=ädä"));
        assert_ne!(mark("uid", "a"), mark("dn", "a"));
        assert_ne!(mark("uid", "a"), mark("ui", "da"));
    }
}
