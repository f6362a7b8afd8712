//! A `ListResponse`: what it holds, how much there is, and where it goes on.
//!
//! `Resources` is missing where there is nothing, by the standard; where the total says otherwise
//! that is an answer that cannot be used. Names are read without case.

use attune_plugin::Problem;
use attune_plugin::provider::json;

use crate::reply::odd;

/// One page.
#[derive(Debug)]
pub(crate) struct List<'a> {
    /// The raw text of each resource.
    pub(crate) resources: Vec<&'a str>,
    /// `totalResults`; services that page by cursor may leave it out.
    pub(crate) total: Option<u64>,
    /// `nextCursor`, unless it is empty.
    pub(crate) next_cursor: Option<String>,
}

impl<'a> List<'a> {
    pub(crate) fn read(body: &'a str, what: &str) -> Result<Self, Problem> {
        let names = ["Resources", "totalResults", "nextCursor"];
        let [resources, total, cursor] =
            json::members_ignoring_case(body, names).map_err(|error| odd(what, error))?;
        let total = total.filter(|raw| *raw != "null");
        if resources.is_none() && total.is_none() {
            return Err(odd(what, "it is no list of SCIM"));
        }
        let total = total
            .map(|raw| number(raw).ok_or_else(|| odd(what, "its `totalResults` is no number")))
            .transpose()?;
        let resources = match resources.filter(|raw| *raw != "null") {
            Some(raw) => json::elements(raw).map_err(|error| odd(what, error))?,
            None => Vec::new(),
        };
        // A cursor that is there but cannot be followed is no end of the list.
        let next_cursor = cursor
            .filter(|raw| *raw != "null")
            .map(|raw| json::string(raw).ok_or_else(|| odd(what, "its `nextCursor` is no text")))
            .transpose()?
            .filter(|cursor| !cursor.is_empty());
        Ok(Self {
            resources,
            total,
            next_cursor,
        })
    }

    /// Whether the page holds everything that there is, as far as it says.
    pub(crate) fn is_all(&self) -> bool {
        let held = self.resources.len() as u64;
        self.next_cursor.is_none() && self.total.is_none_or(|total| total <= held)
    }
}

/// A number, or a number as text.
pub(crate) fn number(raw: &str) -> Option<u64> {
    raw.trim_matches('"').trim().parse().ok()
}

/// The id of a resource, which is text and never empty.
pub(crate) fn id(resource: &str, what: &str) -> Result<String, Problem> {
    let [id] = json::members_ignoring_case(resource, ["id"]).map_err(|error| odd(what, error))?;
    id.and_then(json::string)
        .filter(|id| !id.is_empty())
        .ok_or_else(|| odd(what, "a resource has no id"))
}
