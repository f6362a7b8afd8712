//! A stand-in of a SCIM 2.0 service with a token endpoint, as far as reading people goes.
//!
//! It keeps to RFC 7643, RFC 7644 and RFC 9865, and can be told to be like the services that do not:
//! without a configuration, without `attributes`, without members in its groups, with people who are
//! deleted between two pages. An unknown parameter or an attribute that no schema has is refused.
//!
//! Deliberately not here: writes, `/Bulk`, `/Me`, `/.search`. They are answered 501 as unknown
//! routes.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::json::set;
use crate::moment;
use crate::people::{People, Who};
use crate::stand::{Setup, Stand};
use crate::wire::{Program, Received, Reply};
use refusal::Refusal;

mod document;
mod filter;
mod groups;
mod refusal;
mod told;
mod users;

#[cfg(test)]
mod tests;

/// The path below which the service lives.
const BASE: &str = "/scim/v2";
/// The path of the token endpoint.
const TOKENS: &str = "/oauth2/token";
/// Nobody was changed since, before the stand-in began.
const BEGINNING: &str = "2026-01-01T00:00:00.000Z";

/// A group: people, and other groups by their ids.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// The id.
    pub id: String,
    /// The display name.
    pub display_name: String,
    /// The people; removed ones are left out of answers.
    pub members: Vec<Who>,
    /// The groups inside.
    pub groups: Vec<String>,
}

/// How the stand-in is set up.
#[derive(Debug)]
pub struct Options {
    /// Port, seed, log.
    pub setup: Setup,
    /// The people.
    pub people: People,
    /// What may be changed later.
    pub settings: Settings,
}

/// What may be changed while the stand-in runs.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a habit of its own")]
pub struct Settings {
    /// The groups.
    pub groups: Vec<Group>,
    /// The one token that is good, given from outside or from the token endpoint.
    pub token: String,
    /// The client of the token endpoint, and its secret; both are good for basic, too.
    pub client: (String, String),
    /// Whether the credential may read users.
    pub has_permission: bool,
    /// The largest page, whatever is asked for.
    pub page_max: usize,
    /// Whether there is a `/ServiceProviderConfig`.
    pub tells_configuration: bool,
    /// Whether there are filters.
    pub filters: bool,
    /// Whether there are sorted lists.
    pub sorts: bool,
    /// Whether there are cursors.
    pub has_cursors: bool,
    /// Whether `attributes` is known; without it a request that has it is refused.
    pub takes_attributes: bool,
    /// Whether groups name their members.
    pub names_members: bool,
    /// What stands before `/ID.jpg` in everybody's photo; nobody has one without.
    pub photos: Option<String>,
    /// Odd behaviour of listings.
    pub traps: Traps,
}

/// Odd but legal (or hostile) behaviour.
#[derive(Clone, Debug, Default)]
pub struct Traps {
    /// These are deleted before the page of this number (from 1) is answered.
    pub deleted_before_page: Option<(u64, Vec<Who>)>,
    /// Every page is the first one.
    pub ignores_index: bool,
    /// The enterprise extension's name comes in capitals.
    pub shouts: bool,
    /// Errors come with HTTP status 200.
    pub hides_errors: bool,
}

impl Options {
    /// A service of these people with usual settings and invented credentials.
    pub fn of(people: People) -> Self {
        Self {
            setup: Setup::default(),
            people,
            settings: Settings {
                groups: Vec::new(),
                token: "sim-scim-token-not-real".to_owned(),
                client: ("attune".to_owned(), "sim-scim-secret-not-real".to_owned()),
                has_permission: true,
                page_max: 200,
                tells_configuration: true,
                filters: true,
                sorts: true,
                has_cursors: false,
                takes_attributes: true,
                names_members: true,
                photos: None,
                traps: Traps::default(),
            },
        }
    }
}

/// The stand-in's state and rules.
pub struct Service {
    origin: String,
    people: Mutex<People>,
    settings: Mutex<Settings>,
    /// What everybody was like when last looked at, and since when.
    versions: Mutex<HashMap<String, (u64, String)>>,
    pages: Mutex<u64>,
}

/// A running stand-in of a SCIM service.
pub type Scim = Stand<Service>;

impl Stand<Service> {
    /// Starts the stand-in on a loopback port.
    pub async fn start(options: Options) -> io::Result<Self> {
        let setup = options.setup.clone();
        Self::open(&setup, |origin| Service::new(origin, options)).await
    }

    /// The base URL of the service.
    pub fn url(&self) -> String {
        format!("{}{BASE}", self.origin())
    }

    /// The URL of the token endpoint.
    pub fn token_url(&self) -> String {
        format!("{}{TOKENS}", self.origin())
    }

    /// Looks at the people or changes them, between two answers.
    pub fn people<T>(&self, look: impl FnOnce(&mut People) -> T) -> T {
        look(&mut self.program().people())
    }

    /// Changes settings between two answers.
    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.program().settings());
    }
}

impl Service {
    fn new(origin: String, options: Options) -> Self {
        let service = Self {
            origin,
            people: Mutex::new(options.people),
            settings: Mutex::new(options.settings),
            versions: Mutex::default(),
            pages: Mutex::default(),
        };
        let everybody = {
            let (people, settings) = (service.people(), service.settings());
            let whos = people.iter();
            whos.map(|who| document::user(&people, who, &settings, &service.origin))
                .collect::<Vec<_>>()
        };
        for mut user in everybody {
            service.date(&mut user);
        }
        service
    }

    fn people(&self) -> MutexGuard<'_, People> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts version and date into a user: those of the last change that was seen.
    fn date(&self, user: &mut Value) {
        let mut hasher = DefaultHasher::new();
        user.to_string().hash(&mut hasher);
        let hash = hasher.finish();
        let id = user["id"].as_str().unwrap_or_default().to_owned();
        let mut versions = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        let since = match versions.get(&id) {
            Some((known, since)) if *known == hash => since.clone(),
            Some(_) => moment::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            None => BEGINNING.to_owned(),
        };
        if let Some(meta) = user.get_mut("meta") {
            set(meta, "lastModified", since.clone());
            set(meta, "version", format!("W/\"{hash:016x}\""));
        }
        versions.insert(id, (hash, since));
    }

    /// Everybody as they are now, in the order of the list.
    fn users(&self) -> Vec<Value> {
        let (people, settings) = (self.people(), self.settings());
        let whos = people.iter();
        let users = whos.map(|who| document::user(&people, who, &settings, &self.origin));
        let mut users: Vec<Value> = users.collect();
        drop((people, settings));
        for user in &mut users {
            self.date(user);
        }
        users
    }

    fn authorize(&self, received: &Received) -> Result<(), Refusal> {
        let settings = self.settings();
        let given = received.header("authorization").unwrap_or_default();
        let (id, secret) = &settings.client;
        let good = [
            format!("Bearer {}", settings.token),
            format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))),
        ];
        let by_header = received.header("x-api-key") == Some(settings.token.as_str());
        if !good.iter().any(|good| good == given) && !by_header {
            return Err(Refusal::new(401, "", "Authorization failure."));
        }
        if !settings.has_permission {
            return Err(Refusal::new(403, "", "The client may not read this."));
        }
        Ok(())
    }

    fn below(&self, received: &Received, path: &[&str]) -> Result<Reply, Refusal> {
        if received.method != Method::GET {
            return Ok(Reply::unknown_route(received));
        }
        match path {
            ["ServiceProviderConfig"] => return self.configuration(),
            ["ResourceTypes"] => return Ok(told::types()),
            ["Schemas"] => return Ok(told::schemas()),
            _ => self.authorize(received)?,
        }
        match path {
            ["Users"] => self.list_users(received),
            ["Users", id] => self.user(received, id),
            ["Groups"] => self.list_groups(received),
            ["Groups", id] => self.group(received, id),
            _ => Ok(Reply::unknown_route(received)),
        }
    }

    fn token(&self, received: &Received) -> Reply {
        let settings = self.settings();
        let field = |name: &str| received.field(name).unwrap_or_default();
        let (id, secret) = &settings.client;
        let is_good = field("grant_type") == "client_credentials"
            && (&field("client_id"), &field("client_secret")) == (id, secret);
        if !is_good {
            let body = json!({ "error": "invalid_client" });
            return Reply::json("token", 401, body.to_string());
        }
        let body = json!({ "access_token": settings.token, "token_type": "Bearer",
            "expires_in": 3600, "scope": field("scope") });
        Reply::json("token", 200, body.to_string())
    }

    fn refuse(&self, refusal: &Refusal) -> Reply {
        refusal.reply(self.settings().traps.hides_errors)
    }
}

impl Program for Service {
    fn answer(&self, received: &Received) -> Reply {
        if received.path == TOKENS && received.method == Method::POST {
            return self.token(received);
        }
        let path = received.segments(BASE).unwrap_or_default();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let answer = self.below(received, &path);
        answer.unwrap_or_else(|refusal| self.refuse(&refusal))
    }

    fn refusal(&self, status: u16) -> Reply {
        self.refuse(&Refusal::scripted(status))
    }
}

/// A good answer.
fn scim(class: &'static str, body: &Value) -> Reply {
    let reply = Reply::json(class, 200, body.to_string());
    reply.with("content-type", "application/scim+json;charset=UTF-8")
}
