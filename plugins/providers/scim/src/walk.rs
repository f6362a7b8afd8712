//! The way through a list, page by page, by index or by cursor.
//!
//! A cursor is the service's own memory of the place. An index is not: who is deleted while a list
//! is read moves everybody behind to the front, and the next page begins too late. `totalResults`
//! alone does not show it, because somebody may come while another goes. So each page begins with
//! the last person of the page before. Where they are not found again, the walk goes back by that
//! whole page; where none of its people is found, it begins again from the first; and the third
//! time it gives up. Nobody is passed over silently.
//!
//! A list is at its end where the service's own total is reached by what was really received, never
//! by `itemsPerPage`. A page with nobody new is a circle.

use attune_plugin::Problem;
use attune_plugin::provider::{Path, Seen, Trail};
use serde::{Deserialize, Serialize};

use crate::list::List;
use crate::reply::odd;

/// How often a list may be begun.
const PASSES_MAX: u32 = 3;
/// How many people of the page before a page begins with.
const OVERLAP: u64 = 1;

/// Where the next page begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Place {
    /// `startIndex`, from 1.
    Index(u64),
    /// `cursor`; empty for the first page.
    Cursor(String),
}

/// A walk through a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Walk {
    place: Place,
    size: u32,
    /// The index behind the last person received.
    end: u64,
    /// The ids of the page before.
    last: Seen,
    last_count: u64,
    /// The smallest total that a page said.
    total: Option<u64>,
    went_back: bool,
    /// The page before held nobody new.
    is_stale: bool,
    passes: u32,
    /// Goes up where the walk turns back, so that no request is the same as one before.
    turns: u32,
    trail: Trail,
}

/// What a page means.
#[derive(Debug, PartialEq)]
pub(crate) struct Taken {
    /// Which of its people are new.
    pub(crate) is_new: Vec<bool>,
    /// Whether there is another page.
    pub(crate) goes_on: bool,
}

impl Walk {
    /// By index, or by cursor.
    pub(crate) fn new(by_cursor: bool, size: u32) -> Self {
        let place = if by_cursor {
            Place::Cursor(String::new())
        } else {
            Place::Index(1)
        };
        Self {
            place,
            size,
            end: 1,
            last: Seen::exact(),
            last_count: 0,
            total: None,
            went_back: false,
            is_stale: false,
            passes: 1,
            turns: 0,
            trail: Trail::default(),
        }
    }

    /// Whether nothing was read yet.
    pub(crate) fn is_at_start(&self) -> bool {
        match &self.place {
            Place::Index(start) => *start == 1 && self.turns == 0,
            Place::Cursor(cursor) => cursor.is_empty(),
        }
    }

    /// The same walk from the beginning.
    pub(crate) fn anew(&self) -> Self {
        Self::new(matches!(self.place, Place::Cursor(_)), self.size)
    }

    /// The same walk by index, where it is one by cursor.
    pub(crate) fn by_index(&self) -> Option<Self> {
        matches!(self.place, Place::Cursor(_)).then(|| Self::new(false, self.size))
    }

    /// The parameters of the next page.
    pub(crate) fn ask(&self, path: Path) -> Path {
        // A cursor holds for the size that it was given with.
        let (path, size) = match &self.place {
            Place::Index(start) => {
                let path = path.query("startIndex", &start.to_string());
                let less = self.size.checked_sub(self.turns).filter(|size| *size > 1);
                (path, less.unwrap_or(self.size.saturating_add(self.turns)))
            }
            Place::Cursor(cursor) => (path.query("cursor", cursor), self.size),
        };
        path.query("count", &size.to_string())
    }

    /// Takes a page whose people have these ids.
    pub(crate) fn take(
        &mut self,
        list: &List<'_>,
        ids: Vec<String>,
        what: &str,
    ) -> Result<Taken, Problem> {
        let has_shrunk = list.total < self.total;
        if let Some(total) = list.total {
            self.total = Some(self.total.map_or(total, |least| least.min(total)));
        }
        if let Some(cursor) = &list.next_cursor {
            self.trail.follow(cursor, what)?;
            self.end += ids.len() as u64;
            self.place = Place::Cursor(cursor.clone());
            return Ok(Taken::all(ids.len(), true));
        }
        match self.place {
            Place::Index(start) => self.take_index((start, has_shrunk), list, ids, what),
            Place::Cursor(ref cursor) if cursor.is_empty() => match list.total {
                // Whoever was asked for a cursor and gives none may know none: then it is an index.
                Some(_) => self.take_index((1, false), list, ids, what),
                None => Ok(Taken::all(ids.len(), false)),
            },
            Place::Cursor(_) => {
                let received = self.end - 1 + ids.len() as u64;
                match self.total.filter(|total| received < *total) {
                    Some(total) => Err(lost(
                        what,
                        &format!("it ended after {received} although there are {total}"),
                    )),
                    None => Ok(Taken::all(ids.len(), false)),
                }
            }
        }
    }

    fn take_index(
        &mut self,
        (start, has_shrunk): (u64, bool),
        list: &List<'_>,
        ids: Vec<String>,
        what: &str,
    ) -> Result<Taken, Problem> {
        let total = list
            .total
            .ok_or_else(|| odd(what, "it has no `totalResults`"))?;
        if ids.is_empty() && total >= start {
            let why = format!("it says that there are {total} and holds none from {start} on");
            return Err(odd(what, why));
        }
        let count = ids.len() as u64;
        let is_known = self.last.knows(&ids);
        let overlap = self.end.saturating_sub(start);
        // Where a page cannot begin with somebody known, the total is all there is to go by.
        let is_joined = if overlap > 0 {
            is_known.contains(&true)
        } else {
            !has_shrunk
        };
        if self.last_count > 0 && !is_joined {
            self.turn_back(what)?;
            return Ok(Taken::nobody(ids.len()));
        }
        let has_news = is_known.contains(&false);
        let end = start.saturating_add(count);
        let overlap = if count > OVERLAP { OVERLAP } else { 0 };
        if !has_news && end <= total {
            // Once: the place of the last person known is found again. Twice: a circle.
            if self.is_stale {
                return Err(circle(what));
            }
            self.is_stale = true;
            self.end = end;
            self.go_on(end - overlap, what)?;
            return Ok(Taken::nobody(ids.len()));
        }
        let is_new = is_known.into_iter().map(|known| !known).collect();
        self.end = end;
        self.last = Seen::exact();
        self.last_count = self.last.admit(ids).len() as u64;
        self.went_back = false;
        self.is_stale = false;
        let goes_on = end <= total;
        if goes_on {
            self.go_on(end - overlap, what)?;
        }
        Ok(Taken { is_new, goes_on })
    }

    fn go_on(&mut self, start: u64, what: &str) -> Result<(), Problem> {
        let place = format!("{start} {} {}", self.end, self.turns);
        self.place = Place::Index(start);
        self.trail.follow(&place, what)
    }

    fn turn_back(&mut self, what: &str) -> Result<(), Problem> {
        self.turns += 1;
        self.is_stale = false;
        if !self.went_back {
            self.went_back = true;
            let start = self.end.saturating_sub(self.last_count).max(1);
            self.place = Place::Index(start);
            return Ok(());
        }
        if self.passes >= PASSES_MAX {
            return Err(lost(
                what,
                &format!(
                    "people moved between its pages in each of {PASSES_MAX} attempts: it changes \
                 while it is read, or the service gives it in no fixed order"
                ),
            ));
        }
        *self = Self {
            passes: self.passes + 1,
            turns: self.turns,
            trail: std::mem::take(&mut self.trail),
            ..Self::new(false, self.size)
        };
        Ok(())
    }
}

impl Taken {
    /// A page of people who are known, and who come again or are behind us.
    fn nobody(people: usize) -> Self {
        Self {
            is_new: vec![false; people],
            goes_on: true,
        }
    }

    fn all(people: usize, goes_on: bool) -> Self {
        Self {
            is_new: vec![true; people],
            goes_on,
        }
    }
}

fn lost(what: &str, why: &str) -> Problem {
    Problem::new(
        "paging-lost",
        format!("{what} cannot be read to its end: {why}"),
    )
    .at(what)
}

fn circle(what: &str) -> Problem {
    let message = format!("a page of {what} holds nobody who was not on the page before");
    Problem::new("paging-loop", message).at(what)
}
