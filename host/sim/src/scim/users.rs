//! Users: one, and lists by index and by cursor.

use serde_json::{Value, json};
use std::sync::PoisonError;

use super::document::projected;
use super::filter::{self, Filter};
use super::refusal::Refusal;
use super::{Service, scim};
use crate::json::set;
use crate::wire::{Received, Reply};

/// The schema of every list.
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const DEFAULT_PAGE: usize = 100;

/// The parameters of a request.
#[derive(Debug, Default)]
struct Query {
    filter: Option<Filter>,
    attributes: Option<Vec<String>>,
    excluded: Vec<String>,
    start: Option<usize>,
    count: Option<usize>,
    cursor: Option<String>,
    is_sorted: bool,
}

impl Service {
    /// Reads the parameters; `None` where one is not played here.
    fn query(&self, received: &Received) -> Result<Option<Query>, Refusal> {
        let settings = self.settings().clone();
        let mut query = Query::default();
        let names = |value: String| value.split(',').map(str::to_owned).collect::<Vec<_>>();
        let number = |name: &str, value: &str| {
            let refused = || Refusal::new(400, "invalidValue", format!("{name} is no number"));
            value.parse::<usize>().map_err(|_| refused())
        };
        for (name, value) in received.parameters() {
            match name.as_str() {
                "filter" if !settings.filters => {
                    return Err(Refusal::filter("filters are not supported"));
                }
                "filter" => query.filter = Some(filter::parse(&value)?),
                "attributes" if !settings.takes_attributes => {
                    return Err(Refusal::new(400, "invalidValue", "attributes is not known"));
                }
                "attributes" => query.attributes = Some(names(value)),
                "excludedAttributes" => query.excluded = names(value),
                "startIndex" => query.start = Some(number("startIndex", &value)?.max(1)),
                "count" => query.count = Some(number("count", &value)?),
                "cursor" if !settings.has_cursors => {
                    return Err(Refusal::new(501, "", "cursors are not supported"));
                }
                "cursor" => query.cursor = Some(value),
                "sortBy" if !settings.sorts => {
                    return Err(Refusal::new(501, "", "lists are not sorted"));
                }
                "sortBy" if value.eq_ignore_ascii_case("id") => query.is_sorted = true,
                _ => return Ok(None),
            }
        }
        if query.cursor.is_some() && query.start.is_some() {
            return Err(Refusal::new(400, "invalidValue", "cursor and startIndex"));
        }
        Ok(Some(query))
    }

    pub(super) fn list_users(&self, received: &Received) -> Result<Reply, Refusal> {
        let Some(query) = self.query(received)? else {
            return Ok(Reply::unknown_route(received));
        };
        self.count_page();
        let mut users = self.users();
        if let Some(filter) = &query.filter {
            users.retain(|user| filter.holds(user));
        }
        if query.is_sorted {
            users.sort_by_key(|user| user["id"].as_str().unwrap_or_default().to_owned());
        }
        self.page(&query, &users, "users.list")
    }

    /// Counts a page, and deletes whom a trap wants deleted before it.
    fn count_page(&self) {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        *pages += 1;
        let trap = self.settings().traps.deleted_before_page.clone();
        if let Some((_, whos)) = trap.filter(|(page, _)| *page == *pages) {
            let mut people = self.people();
            for who in whos {
                people.remove(who);
            }
        }
    }

    fn page(&self, query: &Query, all: &[Value], class: &'static str) -> Result<Reply, Refusal> {
        let settings = self.settings().clone();
        let size = query.count.unwrap_or(DEFAULT_PAGE).min(settings.page_max);
        let from = match &query.cursor {
            Some(cursor) if cursor.is_empty() => 0,
            Some(cursor) => position(cursor, size)?,
            None if settings.traps.ignores_index => 0,
            None => query.start.unwrap_or(1) - 1,
        };
        let page: Vec<Value> = all
            .iter()
            .skip(from)
            .take(size)
            .map(|resource| shown(query, resource))
            .collect();
        let mut body = json!({
            "schemas": [LIST], "totalResults": all.len(), "itemsPerPage": page.len(),
        });
        if query.cursor.is_none() {
            set(&mut body, "startIndex", from + 1);
        } else if from + size < all.len() {
            set(&mut body, "nextCursor", format!("c{size}-{}", from + size));
        }
        // Nothing to list: the standard leaves the member out.
        if !page.is_empty() {
            set(&mut body, "Resources", page);
        }
        Ok(scim(class, &body))
    }

    pub(super) fn user(&self, received: &Received, id: &str) -> Result<Reply, Refusal> {
        let Some(query) = self.query(received)? else {
            return Ok(Reply::unknown_route(received));
        };
        let users = self.users();
        let found = users.iter().find(|user| user["id"] == id);
        let user = found.ok_or_else(|| Refusal::not_found(id))?;
        Ok(scim("user", &shown(&query, user)))
    }

    pub(super) fn list_groups(&self, received: &Received) -> Result<Reply, Refusal> {
        let Some(query) = self.query(received)? else {
            return Ok(Reply::unknown_route(received));
        };
        let mut groups = self.groups();
        if let Some(filter) = &query.filter {
            groups.retain(|group| filter.holds(group));
        }
        self.page(&query, &groups, "groups.list")
    }
}

/// A cursor holds for the size of page that it was given with (RFC 9865).
fn position(cursor: &str, size: usize) -> Result<usize, Refusal> {
    let parts = cursor
        .strip_prefix('c')
        .and_then(|rest| rest.split_once('-'));
    let numbers =
        parts.and_then(|(of, at)| Some((of.parse::<usize>().ok()?, at.parse::<usize>().ok()?)));
    match numbers {
        Some((of, at)) if of == size => Ok(at),
        Some(_) => Err(Refusal::new(400, "invalidCount", "another count")),
        None => Err(Refusal::new(400, "invalidCursor", "no such cursor")),
    }
}

fn shown(query: &Query, resource: &Value) -> Value {
    let mut shown = match &query.attributes {
        Some(names) => projected(resource, names),
        None => resource.clone(),
    };
    if let Some(members) = shown.as_object_mut() {
        members.retain(|name, _| {
            !query
                .excluded
                .iter()
                .any(|out| out.eq_ignore_ascii_case(name))
        });
    }
    shown
}
