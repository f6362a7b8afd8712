//! The pages that a listing has followed, so that one that leads back is found out.
//!
//! Links, cookies and tokens are remembered as hashes of 64 bits: ten thousand of them are a
//! quarter of a megabyte of state. Invariant: the first repeat is a loop, and a listing without end
//! ends here.

use serde::{Deserialize, Serialize};

use crate::Problem;

/// Ten million people at a thousand a page; nobody's list is longer.
const PAGES_MAX: usize = 10_000;

/// The pages that were followed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Trail(Vec<u64>);

impl Trail {
    /// Remembers the link (cookie, token) of a page of `what`, unless it was followed before.
    pub fn follow(&mut self, link: &str, what: &str) -> Result<(), Problem> {
        let mark = fnv1a(link.as_bytes());
        let why = if self.0.contains(&mark) {
            format!("a page of {what} leads back to an earlier one")
        } else if self.0.len() >= PAGES_MAX {
            format!("{what} has more than {PAGES_MAX} pages")
        } else {
            self.0.push(mark);
            return Ok(());
        };
        Err(Problem::new("paging-loop", why).at(what))
    }
}

/// FNV-1a, 64 bits.
pub(super) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::{PAGES_MAX, Trail};

    #[test]
    fn a_link_is_followed_once() {
        let mut trail = Trail::default();
        assert!(trail.follow("a", "the list").is_ok());
        assert!(trail.follow("b", "the list").is_ok());
        let problem = trail.follow("a", "the list").unwrap_err();
        assert_eq!(
            (problem.code.as_str(), problem.at.as_str()),
            ("paging-loop", "the list")
        );
    }

    #[test]
    fn a_list_without_end_ends() {
        let mut trail = Trail::default();
        for page in 0..PAGES_MAX {
            trail.follow(&page.to_string(), "the list").unwrap();
        }
        assert_eq!(
            trail.follow("one more", "the list").unwrap_err().code,
            "paging-loop"
        );
        let state = serde_json::to_vec(&trail).unwrap();
        assert!(state.len() < 300_000, "{}", state.len());
    }
}
