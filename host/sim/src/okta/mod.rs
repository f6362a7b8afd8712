//! A stand-in of an Okta org: its management API and its token endpoint, as far as reading people
//! goes.
//!
//! It is as strict as the original where adapters go wrong: scopes, page sizes, parameters that a
//! route does not have, expressions that `filter` does not know, cursors that are opaque and grow
//! stale, assertions that are taken once. Written from Okta's published description and recorded
//! exchanges.
//!
//! Deliberately not here: writes, `q`, sorting, other user types, authorization servers of one's own.
//! They are answered 501 as unknown routes.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::Method;
use jiff::Timestamp;

use crate::moment;
use crate::people::{People, Who};
use crate::stand::{Setup, Stand};
use crate::wire::{Program, Received, Reply};
use refusal::Refusal;

mod expression;
mod groups;
mod listing;
mod profile;
mod refusal;
mod schema;
mod token;
mod users;

#[cfg(test)]
mod tests;

/// A group and its members, in their order.
#[derive(Clone, Debug)]
pub struct Group {
    /// `00g` and seventeen letters and digits.
    pub id: String,
    /// The name that a search finds.
    pub name: String,
    /// The members; removed and deactivated people are left out of answers.
    pub members: Vec<Who>,
}

/// Odd but legal (or hostile) behaviour that a listing can be told to show.
#[derive(Clone, Debug, Default)]
pub struct Traps {
    /// This page (from 1) is empty and leads on; its people come one page later.
    pub empty_page: Option<usize>,
    /// All links of an answer in one header line, as some proxies join them.
    pub joins_links: bool,
    /// Cursors of this page (from 1) and later ones are stale when they come back.
    pub stale_from_page: Option<usize>,
    /// Next links lead to this origin instead of the own one.
    pub foreign_next_links: Option<String>,
    /// Answers have no `Link` headers, as behind a proxy that takes them away.
    pub hides_links: bool,
}

/// What `profile.managerId` holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ManagerId {
    /// The manager's id.
    #[default]
    Id,
    /// The manager's login, in capitals: people type such things.
    Login,
}

/// What may be changed while the stand-in runs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The org's groups.
    pub groups: Vec<Group>,
    /// The app's id.
    pub client_id: String,
    /// The app's public keys: key id, and the RSA key (PKCS#1, DER) or the point on P-256.
    pub keys: Vec<(String, Vec<u8>)>,
    /// The scopes that the app was granted.
    pub scopes: Vec<String>,
    /// The time by which assertions are judged, where it is not this machine's: tests have a clock of
    /// their own.
    pub clock_stands_at: Option<Timestamp>,
    /// Whether the app demands `DPoP`.
    pub demands_dpop: bool,
    /// An API token that can read everything.
    pub api_token: String,
    /// The largest page, at most 200.
    pub page_max: usize,
    /// Requests in a window; the headers count down from it.
    pub rate_limit: u64,
    /// What `profile.managerId` holds.
    pub manager_id: ManagerId,
    /// The name of the linked object's primary side, if there is one.
    pub linked: Option<String>,
    /// People who were deactivated.
    pub deactivated: HashSet<Who>,
    /// Odd behaviour of listings.
    pub traps: Traps,
}

/// How the stand-in is set up.
#[derive(Debug)]
pub struct Options {
    /// Port, seed, log.
    pub setup: Setup,
    /// The org's people.
    pub people: People,
    /// Everything else.
    pub settings: Settings,
}

impl Options {
    /// An org of these people with usual settings and invented credentials.
    pub fn of(people: People) -> Self {
        let settings = Settings {
            groups: Vec::new(),
            client_id: "0oasimclient00000001".to_owned(),
            keys: Vec::new(),
            scopes: vec!["okta.users.read".to_owned()],
            clock_stands_at: None,
            demands_dpop: false,
            api_token: "00simApiTokenNotReal".to_owned(),
            page_max: 200,
            rate_limit: 600,
            manager_id: ManagerId::default(),
            linked: None,
            deactivated: HashSet::new(),
            traps: Traps::default(),
        };
        Self {
            setup: Setup::default(),
            people,
            settings,
        }
    }
}

/// The stand-in's state and rules.
pub struct Org {
    origin: String,
    people: Mutex<People>,
    settings: Mutex<Settings>,
    /// Scopes by token.
    tokens: Mutex<HashMap<String, Vec<String>>>,
    /// The `jti` of every assertion that was taken.
    assertions: Mutex<HashSet<String>>,
    updated: Mutex<HashMap<Who, Timestamp>>,
    serial: AtomicU64,
    used: AtomicU64,
}

/// A running stand-in of an Okta org.
pub type Okta = Stand<Org>;

impl Stand<Org> {
    /// Starts the stand-in on a loopback port.
    pub async fn start(options: Options) -> io::Result<Self> {
        let setup = options.setup.clone();
        Self::open(&setup, |origin| Org::new(origin, options)).await
    }

    /// The org's address, without a slash at the end.
    pub fn url(&self) -> String {
        self.origin()
    }

    /// Looks at the people between two answers.
    pub fn people<T>(&self, look: impl FnOnce(&People) -> T) -> T {
        look(&self.program().people())
    }

    /// Changes one person, who is updated now.
    pub fn change(&self, who: Who, change: impl FnOnce(&mut People)) {
        change(&mut self.program().people());
        self.program().touch(who);
    }

    /// Deactivates a person: `DEPROVISIONED`.
    pub fn deactivate(&self, who: Who) {
        self.program().settings().deactivated.insert(who);
        self.program().touch(who);
    }

    /// Changes settings between two answers.
    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.program().settings());
    }

    /// A person's id.
    pub fn id(&self, who: Who) -> String {
        profile::id_of(&self.program().people(), who)
    }

    /// Makes every token worthless that was given out so far.
    pub fn revoke_tokens(&self) {
        self.program().tokens().clear();
    }
}

impl Org {
    fn new(origin: String, options: Options) -> Self {
        Self {
            origin,
            people: Mutex::new(options.people),
            settings: Mutex::new(options.settings),
            tokens: Mutex::default(),
            assertions: Mutex::default(),
            updated: Mutex::default(),
            serial: AtomicU64::new(1),
            used: AtomicU64::new(0),
        }
    }

    fn people(&self) -> MutexGuard<'_, People> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tokens(&self) -> MutexGuard<'_, HashMap<String, Vec<String>>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn touch(&self, who: Who) {
        let mut updated = self.updated.lock().unwrap_or_else(PoisonError::into_inner);
        updated.insert(who, moment::now());
    }

    /// When somebody was updated, in Okta's form.
    fn updated(&self, who: Who) -> String {
        let updated = self.updated.lock().unwrap_or_else(PoisonError::into_inner);
        match updated.get(&who) {
            Some(time) => time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            None => "2026-01-15T08:00:00.000Z".to_owned(),
        }
    }

    /// Whether the request has a token that holds, with this scope.
    fn authorize(&self, received: &Received, scope: &str) -> Result<(), Refusal> {
        let header = received.header("authorization").unwrap_or_default();
        match header.split_once(' ') {
            Some(("SSWS", token)) if token == self.settings().api_token => Ok(()),
            Some(("Bearer", token)) => match self.tokens().get(token) {
                Some(scopes) if scopes.iter().any(|known| known == scope) => Ok(()),
                Some(_) => Err(Refusal::denied()),
                None => Err(Refusal::token()),
            },
            _ => Err(Refusal::token()),
        }
    }

    fn api(&self, received: &Received, path: &[&str]) -> Result<Reply, Refusal> {
        if received.method != Method::GET {
            return Ok(Reply::unknown_route(received));
        }
        let scope = match path {
            ["groups", ..] => "okta.groups.read",
            ["meta", "schemas", ..] => "okta.schemas.read",
            _ => "okta.users.read",
        };
        self.authorize(received, scope)?;
        match path {
            ["users"] => self.list_users(received),
            ["users", key] => self.user(received, key),
            ["users", key, "groups"] => self.groups_of(received, key),
            ["users", key, "linkedObjects", name] => self.linked(received, key, name),
            ["groups"] => self.list_groups(received),
            ["groups", id] => self.group(received, id),
            ["groups", id, "users"] => self.list_members(received, id),
            ["meta", "schemas", "user", "default"] => Ok(schema::reply()),
            _ => Ok(Reply::unknown_route(received)),
        }
    }

    /// The headers that every answer of the API has.
    fn dressed(&self, reply: Reply) -> Reply {
        let limit = self.settings().rate_limit.max(1);
        let used = self.used.fetch_add(1, Ordering::Relaxed) % limit + 1;
        self.with_rate(reply, (limit, limit - used))
    }

    fn with_rate(&self, reply: Reply, (limit, remaining): (u64, u64)) -> Reply {
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        let reset = moment::now().as_second() + 30;
        reply
            .with("x-okta-request-id", format!("sim{serial:08x}"))
            .with("x-rate-limit-limit", limit.to_string())
            .with("x-rate-limit-remaining", remaining.to_string())
            .with("x-rate-limit-reset", reset.to_string())
    }
}

impl Program for Org {
    fn answer(&self, received: &Received) -> Reply {
        let path = received.segments("").unwrap_or_default();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match path.as_slice() {
            ["oauth2", "v1", "token"] if received.method == Method::POST => self.token(received),
            ["api", "v1", rest @ ..] => {
                let answer = self.api(received, rest);
                self.dressed(answer.unwrap_or_else(|refusal| refusal.reply()))
            }
            _ => Reply::unknown_route(received),
        }
    }

    fn refusal(&self, status: u16) -> Reply {
        let limit = self.settings().rate_limit;
        self.with_rate(Refusal::scripted(status).reply(), (limit, 0))
    }
}
