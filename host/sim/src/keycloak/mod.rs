//! A stand-in of Keycloak's Admin REST API with its token endpoint, as far as reading people goes.
//!
//! It is as strict as the original where adapters go wrong: people come sorted by user name and at
//! most so many at once, a client without `view-users` sees an empty list and no error, the accounts
//! of clients turn up as soon as a list is limited by a parameter, tokens live for a minute.
//!
//! Deliberately not here: writes, and every parameter that no adapter of ours sends. They are
//! answered 501 as unknown routes.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::Method;
use tokio::time::Instant;

use crate::people::{People, Who};
use crate::stand::{Setup, Stand};
use crate::wire::{Program, Received, Reply};
use refusal::Refusal;

mod document;
mod groups;
mod parameters;
mod refusal;
mod token;
mod users;

#[cfg(test)]
mod tests;

/// A group, its direct members and its sub-groups.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// The id.
    pub id: String,
    /// The name; a slash in it is written `~/` in paths.
    pub name: String,
    /// The direct members; removed people are left out of answers.
    pub members: Vec<Who>,
    /// The sub-groups.
    pub children: Vec<Group>,
}

/// How the stand-in is set up.
#[derive(Debug)]
pub struct Options {
    /// Port, seed, log.
    pub setup: Setup,
    /// The realm's people.
    pub people: People,
    /// What may be changed later.
    pub settings: Settings,
    /// The realm.
    pub realm: String,
    /// What stands before `/realms` and `/admin`.
    pub prefix: String,
    /// The one client that may sign in.
    pub client_id: String,
}

/// What may be changed while the stand-in runs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The realm's top groups.
    pub groups: Vec<Group>,
    /// The client's secret.
    pub client_secret: String,
    /// How long the next tokens last.
    pub token_lifetime: Duration,
    /// The roles of the client's service account; `view-users` has the two others in it.
    pub roles: Vec<&'static str>,
    /// The largest page, whatever is asked for.
    pub page_max: usize,
    /// Ids and names of the accounts of clients.
    pub service_accounts: Vec<(String, String)>,
    /// Before version 23 groups hold their sub-groups, and `/users/count` passes over `q`.
    pub is_before_23: bool,
}

impl Options {
    /// A realm of these people with usual settings and invented credentials.
    pub fn of(people: People) -> Self {
        let attune = (
            "0c5f1a34-4c1e-4d0e-9a57-7a3a3a0d5f01".to_owned(),
            "service-account-attune".to_owned(),
        );
        Self {
            setup: Setup::default(),
            people,
            settings: Settings {
                groups: Vec::new(),
                client_secret: "sim-keycloak-secret-not-real".to_owned(),
                token_lifetime: Duration::from_mins(1),
                roles: vec!["view-users"],
                page_max: usize::MAX,
                service_accounts: vec![attune],
                is_before_23: false,
            },
            realm: "contoso".to_owned(),
            prefix: String::new(),
            client_id: "attune".to_owned(),
        }
    }
}

/// The stand-in's state and rules.
pub struct Realm {
    name: String,
    prefix: String,
    client_id: String,
    people: Mutex<People>,
    settings: Mutex<Settings>,
    tokens: Mutex<HashMap<String, Instant>>,
    serial: AtomicU64,
}

/// A running stand-in of Keycloak.
pub type Keycloak = Stand<Realm>;

impl Stand<Realm> {
    /// Starts the stand-in on a loopback port.
    pub async fn start(options: Options) -> io::Result<Self> {
        let setup = options.setup.clone();
        Self::open(&setup, |_| Realm::new(options)).await
    }

    /// The server, without prefix and without a slash at the end.
    pub fn url(&self) -> String {
        self.origin()
    }

    /// Looks at the people or changes them, between two answers.
    pub fn people<T>(&self, look: impl FnOnce(&mut People) -> T) -> T {
        look(&mut self.program().people())
    }

    /// Changes settings between two answers.
    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.program().settings());
    }

    /// Makes every token worthless that was given out so far.
    pub fn revoke_tokens(&self) {
        self.program().tokens().clear();
    }
}

impl Realm {
    fn new(options: Options) -> Self {
        Self {
            name: options.realm,
            prefix: options.prefix,
            client_id: options.client_id,
            people: Mutex::new(options.people),
            settings: Mutex::new(options.settings),
            tokens: Mutex::default(),
            serial: AtomicU64::new(1),
        }
    }

    fn people(&self) -> MutexGuard<'_, People> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tokens(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the request has a token that holds.
    fn authenticate(&self, received: &Received) -> Result<(), Refusal> {
        let header = received.header("authorization").unwrap_or_default();
        let token = header.strip_prefix("Bearer ").unwrap_or_default();
        let expiry = self.tokens().get(token).copied();
        match expiry {
            Some(expiry) if expiry > Instant::now() => Ok(()),
            _ => Err(Refusal::of(401)),
        }
    }

    fn has_role(&self, role: &str) -> bool {
        let settings = self.settings();
        let is_part = role.starts_with("query-") && settings.roles.contains(&"view-users");
        is_part || settings.roles.contains(&role)
    }

    fn require(&self, role: &str) -> Result<(), Refusal> {
        if self.has_role(role) {
            return Ok(());
        }
        Err(Refusal::of(403))
    }

    fn admin(&self, received: &Received, path: &[&str]) -> Result<Reply, Refusal> {
        let Some((realm, path)) = path.split_first() else {
            return Ok(Reply::unknown_route(received));
        };
        // The realm is looked for before anybody is asked who they are.
        if *realm != self.name {
            return Err(Refusal::saying(404, "Realm not found."));
        }
        self.authenticate(received)?;
        if received.method != Method::GET {
            return Ok(Reply::unknown_route(received));
        }
        match path {
            ["users"] => self.list_users(received),
            ["users", "count"] => self.count_users(received),
            ["users", "profile"] => Ok(users::profile(received)),
            ["users", id] => self.user(received, id),
            ["users", id, "groups"] => self.memberships(received, id),
            ["groups"] => self.search_groups(received),
            ["groups", id] => self.group(received, id),
            ["groups", id, "children"] => self.children(received, id),
            ["groups", id, "members"] => self.members(received, id),
            _ => Ok(Reply::unknown_route(received)),
        }
    }

    fn next(&self) -> u64 {
        self.serial.fetch_add(1, Ordering::Relaxed)
    }
}

impl Program for Realm {
    fn answer(&self, received: &Received) -> Reply {
        let Some(path) = received.segments(&self.prefix) else {
            return Refusal::of(404).reply();
        };
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match path.as_slice() {
            ["realms", realm, "protocol", "openid-connect", "token"]
                if received.method == Method::POST =>
            {
                self.token(received, realm)
            }
            ["admin", "realms", rest @ ..] => self
                .admin(received, rest)
                .unwrap_or_else(|refusal| refusal.reply()),
            // What another prefix would be asked for.
            ["auth" | "realms" | "admin", ..] => Refusal::of(404).reply(),
            _ => Reply::unknown_route(received),
        }
    }

    fn refusal(&self, status: u16) -> Reply {
        Refusal::of(status).reply()
    }
}
