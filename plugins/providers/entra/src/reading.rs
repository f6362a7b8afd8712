//! How people are read: what is selected, and the requests that ask for it.
//!
//! `$select` holds the first steps of the wanted selectors besides id and names. `manager` is never
//! selected (Graph would answer nothing); it is expanded to its id, and the host asks for the
//! person behind it when a row needs more.
//!
//! Graph takes `$expand=manager($select=id)` on the collection without `$levels` and without
//! `ConsistencyLevel`. The published `OpenAPI` description can only say the bare `manager`, which
//! would carry some twenty times the bytes: the whole manager with every page.

use attune_plugin::Problem;
use attune_plugin::provider::{HttpRequest, Locator, Path, Request, first_steps};
use serde::{Deserialize, Serialize};

use crate::advanced::is_advanced;
use crate::attributes::{LISTED, PERMISSIONS, RELATIONS, SINGLE_ONLY, graphs_name};
use crate::options::API;

/// Graph's own limit; 1000 is refused.
const PAGE_SIZE: u32 = 999;
/// Graph's limit where `signInActivity` is selected.
const PAGE_SIZE_WITH_SIGN_INS: u32 = 120;
const USERS: &str = "/v1.0/users";

/// What a conversation asks of every user.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Reading {
    select: Vec<String>,
    /// Whether the manager is wanted.
    pub(crate) manager: bool,
    /// Whether something wanted is only read from single users.
    pub(crate) single_only: bool,
    /// The option of that name.
    pub(crate) filter: Option<String>,
    /// Whether listings are sent the advanced way.
    pub(crate) advanced: bool,
}

impl Reading {
    /// What the wanted selectors come to.
    pub(crate) fn of(wanted: &[String], filter: Option<&str>) -> Result<Self, Problem> {
        let mut reading = Self {
            select: ["id", "userPrincipalName", "mail"]
                .map(str::to_owned)
                .to_vec(),
            filter: filter.map(str::to_owned),
            advanced: filter.is_some_and(is_advanced),
            ..Self::default()
        };
        for name in first_steps(wanted.iter().map(String::as_str)) {
            if name == "manager" {
                reading.manager = true;
                continue;
            }
            check_name(&name)?;
            reading.single_only |= SINGLE_ONLY.contains(&name.as_str());
            if !reading.select.contains(&name) {
                reading.select.push(name);
            }
        }
        Ok(reading)
    }

    /// Everything that every tenant can list.
    pub(crate) fn of_everything() -> Self {
        Self {
            select: first_steps(LISTED.iter().map(|(selector, _, _)| *selector))
                .into_iter()
                .filter(|name| name != "manager")
                .collect(),
            manager: true,
            ..Self::default()
        }
    }

    /// What a delta query can be asked for: it tracks neither what only single users have nor what
    /// needs permissions of its own.
    pub(crate) fn tracked(&self) -> Vec<String> {
        let is_tracked = |name: &&String| {
            !SINGLE_ONLY.contains(&name.as_str())
                && PERMISSIONS.iter().all(|(untracked, _)| untracked != *name)
        };
        let manager = self.manager.then(|| "manager".to_owned());
        let select = self.select.iter().filter(is_tracked).cloned();
        select.chain(manager).collect()
    }

    /// One name of each user, which every permission to read users gives.
    pub(crate) fn of_names() -> Self {
        Self {
            select: ["id", "userPrincipalName"].map(str::to_owned).to_vec(),
            ..Self::default()
        }
    }

    /// The application permissions that the wanted attributes need.
    pub(crate) fn permissions(&self) -> String {
        let more = PERMISSIONS
            .iter()
            .filter(|(name, _)| self.select.iter().any(|selected| selected == name))
            .map(|(_, permission)| *permission);
        std::iter::once("User.Read.All")
            .chain(more)
            .map(|permission| format!("`{permission}`"))
            .collect::<Vec<_>>()
            .join(" and ")
    }

    /// The first page of everyone. People come with it unless something wanted is only read from
    /// single users; then it holds ids.
    pub(crate) fn first_page(&self, id: u32) -> Request {
        let size = if self.select.iter().any(|name| name == "signInActivity") {
            PAGE_SIZE_WITH_SIGN_INS
        } else {
            PAGE_SIZE
        };
        self.page_of(id, size)
    }

    /// The first page of everyone, of that size.
    pub(crate) fn page_of(&self, id: u32, size: u32) -> Request {
        let path = self
            .with_columns(Path::new(USERS))
            .query("$top", &size.to_string());
        let path = match &self.filter {
            Some(filter) => path.query("$filter", filter),
            None => path,
        };
        self.send(id, self.counted(path))
    }

    /// The page behind a link, with the headers of the first one: links do not carry them.
    pub(crate) fn next_page(&self, id: u32, link: String) -> Request {
        let request = HttpRequest::get(id, Locator::Link(API.to_owned(), link));
        Request::Http(self.consistent(request))
    }

    /// The people who meet a condition and the option's filter, if `limited`.
    pub(crate) fn search(&self, id: u32, condition: &str, limited: bool) -> Request {
        let path = self.with_columns(Path::new(USERS));
        match self.filter.as_deref().filter(|_| limited) {
            Some(filter) => {
                let path = path.query("$filter", &format!("({condition}) and ({filter})"));
                self.send(id, self.counted(path))
            }
            None => plain(id, path.query("$filter", condition)),
        }
    }

    /// One user by id or user principal name, with everything wanted.
    pub(crate) fn single(&self, id: u32, name: &str) -> Request {
        let path = Path::new(USERS)
            .segment(name)
            .query("$select", &self.select.join(","));
        plain(id, self.with_manager(path))
    }

    fn with_columns(&self, path: Path) -> Path {
        if self.single_only {
            return path.query("$select", "id");
        }
        self.with_manager(path.query("$select", &self.select.join(",")))
    }

    fn with_manager(&self, path: Path) -> Path {
        if self.manager {
            path.query("$expand", "manager($select=id)")
        } else {
            path
        }
    }

    fn counted(&self, path: Path) -> Path {
        if self.advanced {
            path.query("$count", "true")
        } else {
            path
        }
    }

    fn send(&self, id: u32, path: Path) -> Request {
        let locator = Locator::Endpoint(API.to_owned(), path.into_string());
        Request::Http(self.consistent(HttpRequest::get(id, locator)))
    }

    fn consistent(&self, request: HttpRequest) -> HttpRequest {
        if self.advanced {
            request.header("ConsistencyLevel", "eventual")
        } else {
            request
        }
    }
}

/// A request without any of the reading's headers.
pub(crate) fn plain(id: u32, path: Path) -> Request {
    let locator = Locator::Endpoint(API.to_owned(), path.into_string());
    Request::Http(HttpRequest::get(id, locator))
}

/// A request that Graph answers only the advanced way.
pub(crate) fn eventual(id: u32, locator: Locator) -> Request {
    Request::Http(HttpRequest::get(id, locator).header("ConsistencyLevel", "eventual"))
}

/// Text as an `OData` literal.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Refuses a name for which Graph would refuse the whole listing, or silently answer nothing.
fn check_name(name: &str) -> Result<(), Problem> {
    let legal = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let message = if !legal {
        "Graph's attribute names have letters, digits and `_` only".to_owned()
    } else if RELATIONS.contains(&name) {
        "this is a relation of Graph's users, not an attribute, and cannot be selected".to_owned()
    } else if let Some(ours) = graphs_name(name) {
        format!("Graph calls it `{ours}`; this is what provisioning or Active Directory calls it")
    } else if name.eq_ignore_ascii_case("isSoftDeleted") {
        "only provisioning knows it; Graph lists nobody who was deleted".to_owned()
    } else {
        return Ok(());
    };
    Err(Problem::new("options", format!("`{name}`: {message}")).at(name))
}
