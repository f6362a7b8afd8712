//! What a service says of itself: `/ServiceProviderConfig`.
//!
//! It is a courtesy: services without it, or with one that says nothing readable, are read with
//! cautious defaults, by index and with the page size of the options. What it promises and does not
//! keep is found out on the way.

use attune_plugin::provider::{Path, Request, json};
use serde::{Deserialize, Serialize};

use crate::list::number;
use crate::reading::get;

/// What a service can do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a promise of its own"
)]
pub(crate) struct Service {
    /// Whether there was an answer that could be read.
    pub(crate) is_told: bool,
    /// Whether it says that it filters.
    pub(crate) filters: bool,
    /// Whether it says that it sorts.
    pub(crate) sorts: bool,
    /// Whether it says that it pages by cursor.
    pub(crate) has_cursors: bool,
    /// The most that a page holds.
    pub(crate) page_max: Option<u32>,
}

impl Service {
    pub(crate) fn request(id: u32) -> Request {
        get(id, Path::new("/ServiceProviderConfig"))
    }

    /// Reads the answer; whatever is not in it is not promised.
    pub(crate) fn read(body: &str) -> Self {
        let names = ["filter", "sort", "pagination"];
        let Ok([filter, sort, pagination]) = json::members_ignoring_case(body, names) else {
            return Self::default();
        };
        let sizes = [
            limit(filter, "maxResults"),
            limit(pagination, "maxPageSize"),
        ];
        Self {
            is_told: filter.is_some(),
            filters: is_true(filter, "supported"),
            sorts: is_true(sort, "supported"),
            has_cursors: is_true(pagination, "cursor"),
            page_max: sizes.into_iter().flatten().min(),
        }
    }

    /// How many people to ask for at once.
    pub(crate) fn page_size(&self, wanted: u32) -> u32 {
        self.page_max.map_or(wanted, |most| wanted.min(most))
    }
}

fn member<'a>(object: Option<&'a str>, name: &str) -> Option<&'a str> {
    let [found] = json::members_ignoring_case(object?, [name]).ok()?;
    found
}

fn is_true(object: Option<&str>, name: &str) -> bool {
    member(object, name).is_some_and(|raw| raw.trim_matches('"').eq_ignore_ascii_case("true"))
}

/// A limit of nothing is none.
fn limit(object: Option<&str>, name: &str) -> Option<u32> {
    let limit = u32::try_from(number(member(object, name)?)?).ok()?;
    (limit > 0).then_some(limit)
}
