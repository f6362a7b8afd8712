//! How people are read: which members of a user are asked for, of whom, and with which requests.
//!
//! `fields` holds the first steps of the wanted selectors besides id and names; what is below them
//! cannot be chosen, because the description types `organizations`, `phones` and their like as
//! "any". Custom fields come with `projection=custom` and the schemas that selectors name, or all
//! of them where a selector means `customSchemas` as a whole. `manager` is no member of a user; it
//! stands for `relations`.
//!
//! A user's `etag` is not taken as the revision of a person: nothing says that it changes with
//! every member that `fields` may choose, custom ones among them.

use attune_plugin::Problem;
use attune_plugin::provider::{HttpRequest, Locator, Path, Request, first_steps, second_steps};
use serde::{Deserialize, Serialize};

use crate::Options;
use crate::options::{API, OWN_CUSTOMER, USERS};

/// The description's own limit.
const PAGE_SIZE: u32 = 500;
/// Where everything of the Directory API is.
pub(crate) const BASE: &str = "/admin/directory/v1";
const CUSTOM: &str = "customSchemas";
/// Read of everybody, whatever rows mention.
const NAMES: [&str; 4] = ["id", "primaryEmail", "aliases", "nonEditableAliases"];

/// Which custom fields are read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
enum Custom {
    #[default]
    None,
    Schemas(Vec<String>),
    All,
}

/// What a conversation asks of every user.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Reading {
    /// Members of a user; empty for all of them.
    fields: Vec<String>,
    custom: Custom,
    /// The type of the relation that is the manager, if the manager is wanted.
    pub(crate) manager: Option<String>,
    /// `customer` or `domain`, and which.
    whose: (String, String),
    query: Option<String>,
}

impl Reading {
    /// What the wanted selectors come to.
    pub(crate) fn of(wanted: &[String], options: &Options) -> Result<Self, Problem> {
        let mut reading = Self::of_names(options);
        let wanted = || wanted.iter().map(String::as_str);
        for name in first_steps(wanted()) {
            let field = if name == "manager" {
                reading.manager = Some(options.manager_relation().to_owned());
                "relations"
            } else {
                check_name(&name)?;
                name.as_str()
            };
            if field == CUSTOM {
                reading.custom = match second_steps(wanted(), CUSTOM) {
                    Some(schemas) if schemas.iter().all(|name| is_schema(name)) => {
                        Custom::Schemas(schemas)
                    }
                    _ => Custom::All,
                };
            }
            if !reading.fields.iter().any(|known| known == field) {
                reading.fields.push(field.to_owned());
            }
        }
        Ok(reading)
    }

    /// Names and nothing else.
    pub(crate) fn of_names(options: &Options) -> Self {
        let whose = match &options.domain {
            Some(domain) => ("domain".to_owned(), domain.clone()),
            None => ("customer".to_owned(), options.customer().to_owned()),
        };
        Self {
            fields: NAMES.map(str::to_owned).to_vec(),
            whose,
            query: options.query().map(str::to_owned),
            ..Self::default()
        }
    }

    /// Everything that Google has.
    pub(crate) fn of_everything(options: &Options) -> Self {
        Self {
            fields: Vec::new(),
            custom: Custom::All,
            manager: Some(options.manager_relation().to_owned()),
            ..Self::of_names(options)
        }
    }

    /// Id and the mark of the picture of those who have one.
    pub(crate) fn of_marks(options: &Options) -> Self {
        Self {
            fields: ["id", "thumbnailPhotoEtag"].map(str::to_owned).to_vec(),
            ..Self::of_names(options)
        }
    }

    /// Whether an option limits who takes part.
    pub(crate) fn is_limited(&self) -> bool {
        self.query.is_some() || self.whose.0 == "domain"
    }

    /// A page of everyone who takes part.
    pub(crate) fn page(&self, id: u32, size: Option<u32>, token: Option<&str>) -> Request {
        let size = size.unwrap_or(PAGE_SIZE).clamp(1, PAGE_SIZE);
        let path = self.of_whom(Path::new(&format!("{BASE}/users")));
        let path = self.with_columns(path.query("maxResults", &size.to_string()), "users");
        let path = match &self.query {
            Some(query) => path.query("query", query),
            None => path,
        };
        get(id, with_token(path, token), USERS)
    }

    /// A page of those of that address, whether they take part or not.
    pub(crate) fn search(&self, id: u32, address: &str, token: Option<&str>) -> Request {
        let path = self.of_whom(Path::new(&format!("{BASE}/users")));
        let path = self.with_columns(path, "users");
        let path = path.query("query", &by_address(address));
        get(id, with_token(path, token), USERS)
    }

    /// A page of the ids of those of that address who take part.
    pub(crate) fn taking_part(&self, id: u32, address: &str, token: Option<&str>) -> Request {
        let query = match &self.query {
            Some(query) => format!("{query} {}", by_address(address)),
            None => by_address(address),
        };
        let path = self
            .of_whom(Path::new(&format!("{BASE}/users")))
            .query("viewType", "admin_view")
            .query("fields", "kind,nextPageToken,users(id)")
            .query("query", &query);
        get(id, with_token(path, token), USERS)
    }

    /// One user by key or address, with everything wanted.
    pub(crate) fn single(&self, id: u32, key: &str) -> Request {
        let path = Path::new(&format!("{BASE}/users")).segment(key);
        get(id, self.with_columns(path, ""), USERS)
    }

    /// Adds `customer` or `domain`, one of which a list has to have.
    pub(crate) fn of_whom(&self, path: Path) -> Path {
        let (name, value) = &self.whose;
        path.query(name, value)
    }

    /// The customer, as paths name it.
    pub(crate) fn customer(&self) -> &str {
        match &self.whose {
            (kind, customer) if kind == "customer" => customer,
            _ => OWN_CUSTOMER,
        }
    }

    fn with_columns(&self, path: Path, list: &str) -> Path {
        let path = path.query("viewType", "admin_view");
        let path = match &self.custom {
            Custom::None => path,
            Custom::Schemas(schemas) => path
                .query("projection", "custom")
                .query("customFieldMask", &schemas.join(",")),
            Custom::All => path.query("projection", "full"),
        };
        if self.fields.is_empty() {
            return path;
        }
        let fields = self.fields.join(",");
        if list.is_empty() {
            path.query("fields", &fields)
        } else {
            path.query("fields", &format!("kind,nextPageToken,{list}({fields})"))
        }
    }
}

/// A request with a token of that scope.
pub(crate) fn get(id: u32, path: Path, scope: &str) -> Request {
    let locator = Locator::Endpoint(API.to_owned(), path.into_string());
    Request::Http(HttpRequest::get(id, locator).scope(scope))
}

/// The next page is asked for like the first one, with its token besides.
pub(crate) fn with_token(path: Path, token: Option<&str>) -> Path {
    match token {
        Some(token) => path.query("pageToken", token),
        None => path,
    }
}

/// Text as a literal of Google's searches.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Searches know no "or"; clauses beside each other all have to hold.
fn by_address(address: &str) -> String {
    format!("email={}", literal(address))
}

/// A name that can stand in `customFieldMask`.
fn is_schema(name: &str) -> bool {
    let is_legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    !name.is_empty() && name.chars().all(is_legal)
}

fn check_name(name: &str) -> Result<(), Problem> {
    if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Ok(());
    }
    let message = "the members of Google's users have letters, digits and `_` only";
    Err(Problem::option(name, format!("`{name}`: {message}")))
}
