//! How people are read: what of them is asked for, and the requests that ask for it.
//!
//! A list of users takes `fields` and then holds what rows mention and nothing else. Single users
//! and members of groups come whole: Okta has no such parameter there. Credentials and their links are
//! left out by the media type of the request, as Okta wants it said.

use attune_plugin::Problem;
use attune_plugin::provider::{HttpRequest, Locator, Path, Request, steps};
use serde::{Deserialize, Serialize};

use crate::attributes::BESIDE_PROFILE;
use crate::options::{API, Limit, LimitBy, Options};

/// Okta's default and largest page of users, and the one it advises for members of groups.
pub(crate) const PAGE_SIZE: u32 = 200;
/// Documents wait in the state for the answer to the question who leads them: fewer at once.
const PAGE_SIZE_LINKED: u32 = 40;
const USERS: &str = "/api/v1/users";

/// What a conversation asks of every user.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Reading {
    /// The value of `fields`; empty for whole users.
    fields: String,
    /// Whether credentials are mentioned.
    credentials: bool,
    /// Whether `lastUpdated` tells every change of what is read.
    pub(crate) marks_revisions: bool,
    /// Whether the manager is wanted.
    pub(crate) manager: bool,
    /// The linked object that leads to the manager, where one does and the manager is wanted.
    pub(crate) linked: Option<String>,
    /// The option `search` or `filter`.
    pub(crate) limit: Option<Limit>,
}

impl Reading {
    /// What the wanted selectors come to.
    pub(crate) fn of(wanted: &[String], options: &Options) -> Result<Self, Problem> {
        let mut beside = vec!["id", "status", "lastUpdated"];
        let mut profile = vec!["login".to_owned(), "email".to_owned()];
        let mut is_whole = false;
        let mut reading = Self {
            limit: options.limit()?,
            marks_revisions: true,
            ..Self::default()
        };
        for selector in wanted {
            let names = steps(selector).unwrap_or_default();
            match names.iter().map(String::as_str).collect::<Vec<_>>()[..] {
                ["manager", ..] => reading.manager = true,
                ["profile"] => is_whole = true,
                ["profile", name, ..] => {
                    check_profile_name(name, selector)?;
                    if !profile.iter().any(|known| known == name) {
                        profile.push(name.to_owned());
                    }
                }
                [name, ..] => {
                    let name = beside_profile(name, selector)?;
                    if !beside.contains(&name) {
                        beside.push(name);
                    }
                }
                [] => {}
            }
        }
        reading.linked = options
            .linked()?
            .filter(|_| reading.manager)
            .map(str::to_owned);
        let manager_id = "managerId".to_owned();
        if reading.manager && reading.linked.is_none() && !profile.contains(&manager_id) {
            profile.push(manager_id);
        }
        reading.credentials = beside.contains(&"credentials");
        // A sign-in is no update, and a user type may be renamed without one.
        reading.marks_revisions = !beside.contains(&"lastLogin") && !beside.contains(&"type");
        if !is_whole {
            reading.fields = format!("{},profile:({})", beside.join(","), profile.join(","));
        }
        Ok(reading)
    }

    /// The same for one page of a sample: whole users.
    pub(crate) fn of_everything() -> Self {
        Self::default()
    }

    /// How many people a page holds.
    pub(crate) fn page_size(&self) -> u32 {
        if self.linked.is_some() {
            PAGE_SIZE_LINKED
        } else {
            PAGE_SIZE
        }
    }

    /// The first page of everyone, of that size.
    pub(crate) fn everyone(&self, id: u32, size: u32) -> Request {
        let limit = self.limit.as_ref();
        let expression = limit.map(|limit| (limit.by, limit.expression.clone()));
        self.list(id, size, expression)
    }

    /// The people who meet a condition, and the option too if `limited`.
    pub(crate) fn meeting(&self, id: u32, condition: &str, limited: bool) -> Request {
        let expression = match self.limit.as_ref().filter(|_| limited) {
            Some(limit) => (
                limit.by,
                format!("({condition}) and ({})", limit.expression),
            ),
            None => (LimitBy::Filter, condition.to_owned()),
        };
        self.list(id, self.page_size(), Some(expression))
    }

    /// The people whose address or login is this one, without case.
    pub(crate) fn named(&self, id: u32, name: &str) -> Request {
        let name = literal(name);
        let condition = format!("profile.email eq {name} or profile.login eq {name}");
        self.list(id, self.page_size(), Some((LimitBy::Search, condition)))
    }

    /// One user by id or login.
    pub(crate) fn single(&self, id: u32, name: &str) -> Request {
        let path = Path::new(USERS).segment(name);
        Request::Http(self.lean(HttpRequest::get(id, at(path))))
    }

    /// The page behind a link of a list of users.
    pub(crate) fn next_page(&self, id: u32, link: String) -> Request {
        let locator = Locator::Link(API.to_owned(), link);
        Request::Http(self.lean(HttpRequest::get(id, locator)))
    }

    fn list(&self, id: u32, size: u32, expression: Option<(LimitBy, String)>) -> Request {
        let mut path = Path::new(USERS).query("limit", &size.to_string());
        if let Some((by, expression)) = expression {
            path = path.query(by.as_str(), &expression);
        }
        if !self.fields.is_empty() {
            path = path.query("fields", &self.fields);
        }
        Request::Http(self.lean(HttpRequest::get(id, at(path))))
    }

    fn lean(&self, request: HttpRequest) -> HttpRequest {
        let left_out = if self.credentials {
            "omitCredentialsLinks"
        } else {
            "omitCredentials,omitCredentialsLinks"
        };
        let media_type = format!("application/json; okta-response={left_out}");
        request.header("Content-Type", &media_type)
    }
}

/// A request for anything but a list of users.
pub(crate) fn plain(id: u32, path: Path) -> Request {
    Request::Http(HttpRequest::get(id, at(path)))
}

/// The page behind a link of anything but a list of users.
pub(crate) fn plain_link(id: u32, link: &str) -> Request {
    let locator = Locator::Link(API.to_owned(), link.to_owned());
    Request::Http(HttpRequest::get(id, locator))
}

fn at(path: Path) -> Locator {
    Locator::Endpoint(API.to_owned(), path.into_string())
}

/// Text as an expression wants it (RFC 7644, 3.4.2.2: a JSON string).
pub(crate) fn literal(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn check_profile_name(name: &str, selector: &str) -> Result<(), Problem> {
    if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Ok(());
    }
    let message = format!(
        "`{selector}`: the variable names of Okta's profile attributes have letters, digits and \
         `_` only"
    );
    Err(Problem::new("options", message).at(selector))
}

fn beside_profile(name: &str, selector: &str) -> Result<&'static str, Problem> {
    let mut known = BESIDE_PROFILE.iter().map(|(known, ..)| *known);
    known.find(|known| *known == name).ok_or_else(|| {
        let message = format!(
            "`{selector}`: Okta's users have no `{name}`; profile attributes, custom ones too, \
             are written `profile.{name}`"
        );
        Problem::new("options", message).at(selector)
    })
}
