//! Paging by place, where nobody says how long the list is: `first` and `max`.
//!
//! Keycloak sorts people by user name and groups by name. Each page begins with the last one of the
//! page before, so that a list that moved meanwhile is noticed: who is deleted in front of the seam
//! would otherwise pull somebody over it, unseen. A page that touches nobody known is asked for
//! again from further in front; a page with nobody new is the end. A short page is none: a server
//! may give fewer than it was asked for.
//!
//! Deliberately not here: what is on a page.

use std::collections::{HashSet, VecDeque};

use attune_plugin::Problem;
use attune_plugin::provider::Path;
use serde::{Deserialize, Serialize};

/// What is asked for at once; Keycloak's own answer without `max` has 100.
pub(crate) const PAGE_SIZE: u32 = 200;
/// Those met last are known; more than any step back goes over.
const KNOWN_MAX: usize = 450;
/// How far a page that touches nobody known is moved to the front: once, twice, three times.
const STEP_BACK: u32 = 60;
const STEPS_BACK_MAX: u32 = 3;
/// Two million people at full pages; nobody's list is longer.
const PAGES_MAX: u32 = 10_000;

/// The place of the next page.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Window {
    first: u32,
    /// How often the page was moved to the front.
    moved: u32,
    /// Whether this place may have been asked for before.
    is_repeated: bool,
    known: VecDeque<String>,
    pages: u32,
}

/// What a page came to.
#[derive(Debug, PartialEq)]
pub(crate) struct Turned {
    /// Of each entry, whether it is new.
    pub(crate) is_new: Vec<bool>,
    /// Whether the list has ended.
    pub(crate) is_over: bool,
}

impl Window {
    /// A path with the place and the size of the page.
    pub(crate) fn ask(&self, path: Path) -> Path {
        path.query("first", &self.first.to_string())
            .query("max", &self.size().to_string())
    }

    /// Another size makes it another question than the one before.
    fn size(&self) -> u32 {
        PAGE_SIZE - 2 * self.moved - u32::from(self.is_repeated)
    }

    /// Takes note of a page with these keys and moves on.
    pub(crate) fn turn_over(&mut self, keys: &[String], what: &str) -> Result<Turned, Problem> {
        self.pages += 1;
        if self.pages > PAGES_MAX {
            let message = format!("{what} has more than {PAGES_MAX} pages");
            return Err(Problem::new("paging-loop", message).at(what));
        }
        let known: HashSet<&String> = self.known.iter().collect();
        let mut met = HashSet::new();
        let is_new: Vec<bool> = keys
            .iter()
            .map(|key| !known.contains(key) && met.insert(key))
            .collect();
        let news = is_new.iter().filter(|is_new| **is_new).count();
        let touches = keys.iter().any(|key| known.contains(key));
        let is_first = known.is_empty();
        if !is_first && !touches {
            self.step_back(what)?;
            let is_new = vec![false; keys.len()];
            return Ok(Turned {
                is_new,
                is_over: false,
            });
        }
        let count = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        if news == 0 && count >= self.size() {
            let message =
                format!("a full page of {what} holds nobody but those of the page before");
            return Err(Problem::new("paging-loop", message).at(what));
        }
        // A page that was moved to the front need not reach what is new.
        let is_over = news == 0 && self.moved == 0;
        let fresh = keys.iter().zip(&is_new).filter(|(_, is_new)| **is_new);
        self.known.extend(fresh.map(|(key, _)| key.clone()));
        while self.known.len() > KNOWN_MAX {
            self.known.pop_front();
        }
        self.is_repeated = count == 1 || self.moved > 0;
        self.moved = 0;
        self.first = self.first.saturating_add(count.saturating_sub(1));
        Ok(Turned { is_new, is_over })
    }

    fn step_back(&mut self, what: &str) -> Result<(), Problem> {
        self.moved += 1;
        if self.moved > STEPS_BACK_MAX {
            let message =
                format!("{what} changed so much while they were read that the place is lost");
            return Err(Problem::new("paging-lost", message).at(what));
        }
        self.first = self.first.saturating_sub(STEP_BACK * self.moved);
        self.is_repeated = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{PAGES_MAX, Window};

    #[test]
    fn a_list_without_end_ends() {
        let mut window = Window::default();
        let page = |n: u32| [n.to_string(), (n + 1).to_string()];
        for n in 0..PAGES_MAX {
            assert!(!window.turn_over(&page(n), "the list").unwrap().is_over);
        }
        let problem = window.turn_over(&page(PAGES_MAX), "the list").unwrap_err();
        assert_eq!(problem.code, "paging-loop");
    }
}
