//! A stand-in of Google's Directory API with its token endpoint, as far as reading people goes.
//!
//! One origin plays both hosts: `/token` and `/admin/directory/v1/...`. It is as strict as the
//! published description where adapters go wrong: names and limits of parameters, members that
//! `fields` may name, scopes that a token has, page tokens that belong to one search. Where the
//! description is silent it follows what others recorded: an empty page has no list, a full last
//! page of groups or members leads to an empty one, an administrator types any text as a manager.
//!
//! Deliberately not here: writes, push channels, aliases and org units as resources of their own.
//! They are answered 501 as unknown routes.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::Method;
use tokio::time::Instant;

use crate::moment;
use crate::people::{DOMAIN, People, Who};
use crate::stand::{Setup, Stand};
use crate::wire::{Program, Received, Reply};
use refusal::Refusal;

mod account;
mod fields;
mod groups;
mod pages;
mod person;
mod photos;
mod refusal;
mod schemas;
mod search;
mod token;
mod users;

#[cfg(test)]
mod tests;

pub use account::ServiceAccount;
pub use groups::{Group, Member};
pub use photos::Photo;

/// The scope for users and their pictures.
pub const USERS: &str = "https://www.googleapis.com/auth/admin.directory.user.readonly";
/// The scope for groups and their members.
pub const GROUPS: &str = "https://www.googleapis.com/auth/admin.directory.group.readonly";
/// The scope for the names of custom fields.
pub const SCHEMAS: &str = "https://www.googleapis.com/auth/admin.directory.userschema.readonly";

/// The id of the one customer.
pub const CUSTOMER: &str = "C03az79cb";
/// The administrator on whose behalf is asked.
pub const ADMINISTRATOR: &str = "admin@contoso.example";

/// Odd but legal (or hostile) behaviour that a listing can be told to show.
#[derive(Clone, Debug, Default)]
pub struct Traps {
    /// This page of users (from 1) has no `users` and a token; its people come one page later.
    pub empty_page: Option<usize>,
    /// A full last page of users leads to an empty one.
    pub ends_with_empty_page: bool,
    /// From this page (from 1) on the token leads to the same page for ever.
    pub loops_at_page: Option<usize>,
}

/// So many requests are over the quota.
#[derive(Clone, Debug)]
pub struct Quota {
    /// `quotaExceeded`, `userRateLimitExceeded`, `rateLimitExceeded`.
    pub reason: &'static str,
    /// How many are still refused.
    pub left: u32,
}

/// How the stand-in is set up, and what may be changed while it runs.
#[derive(Debug)]
pub struct Settings {
    /// The directory's groups.
    pub groups: Vec<Group>,
    /// Pictures by their person.
    pub photos: HashMap<Who, Photo>,
    /// The scopes that were delegated to the service account.
    pub delegated: Vec<&'static str>,
    /// Whether the administrator's role lets them read.
    pub may_read: bool,
    /// Whether the service account's key is still there.
    pub has_key: bool,
    /// How long the next tokens last.
    pub token_lifetime: Duration,
    /// The largest page of users, at most 500; smaller ones make several pages out of few people.
    pub page_max: usize,
    /// Requests that are over the quota.
    pub quota: Option<Quota>,
    /// Odd behaviour of listings.
    pub traps: Traps,
    /// The Unix second that its clock shows; the machine's where there is none.
    pub clock_s: Option<i64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            groups: Vec::new(),
            photos: HashMap::new(),
            delegated: vec![USERS, GROUPS, SCHEMAS],
            may_read: true,
            has_key: true,
            token_lifetime: Duration::from_secs(3599),
            page_max: 500,
            quota: None,
            traps: Traps::default(),
            clock_s: None,
        }
    }
}

/// The stand-in's state and rules.
pub struct Directory {
    origin: String,
    account: ServiceAccount,
    people: Mutex<People>,
    settings: Mutex<Settings>,
    tokens: Mutex<HashMap<String, Grant>>,
    serial: AtomicU64,
}

/// What a token is good for.
struct Grant {
    scopes: Vec<String>,
    ends: Instant,
}

/// A running stand-in of the Directory API.
pub type Google = Stand<Directory>;

impl Stand<Directory> {
    /// Starts the stand-in on a loopback port.
    pub async fn start(setup: Setup, people: People, settings: Settings) -> io::Result<Self> {
        Self::open(&setup, |origin| Directory {
            origin,
            account: ServiceAccount::invented(),
            people: Mutex::new(people),
            settings: Mutex::new(settings),
            tokens: Mutex::default(),
            serial: AtomicU64::new(1),
        })
        .await
    }

    /// The origin of both the API and the token endpoint, without a slash at the end.
    pub fn url(&self) -> String {
        self.origin()
    }

    /// The key file of the service account.
    pub fn key_file(&self) -> String {
        self.program().account.key_file()
    }

    /// Looks at the people or changes them, between two answers.
    pub fn people<T>(&self, look: impl FnOnce(&mut People) -> T) -> T {
        look(&mut self.program().people())
    }

    /// Changes settings between two answers.
    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.program().settings());
    }

    /// The id under which Google knows a person.
    pub fn id(&self, who: Who) -> String {
        person::id(&self.program().people(), who)
    }
}

impl Directory {
    fn people(&self) -> MutexGuard<'_, People> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tokens(&self) -> MutexGuard<'_, HashMap<String, Grant>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next_serial(&self) -> u64 {
        self.serial.fetch_add(1, Ordering::Relaxed)
    }

    /// What its clock shows.
    fn clock_s(&self) -> i64 {
        let set = self.settings().clock_s;
        set.unwrap_or_else(|| moment::now().as_second())
    }

    /// Whether the request has a token that holds and has this scope, and the quota is not used up.
    fn authorize(&self, received: &Received, scope: &str) -> Result<(), Refusal> {
        let header = received.header("authorization").unwrap_or_default();
        let token = header.strip_prefix("Bearer ").unwrap_or_default();
        let scopes = {
            let tokens = self.tokens();
            let held = tokens.get(token).filter(|held| held.ends > Instant::now());
            held.map(|held| held.scopes.clone())
        };
        let scopes = scopes.ok_or_else(Refusal::credentials)?;
        let mut settings = self.settings();
        if let Some(quota) = settings.quota.as_mut().filter(|quota| quota.left > 0) {
            quota.left -= 1;
            return Err(Refusal::quota(quota.reason));
        }
        if !scopes.iter().any(|held| held == scope) {
            return Err(Refusal::scope());
        }
        if !settings.may_read {
            return Err(Refusal::forbidden());
        }
        Ok(())
    }

    fn directory_v1(&self, received: &Received, path: &[&str]) -> Result<Reply, Refusal> {
        if received.method != Method::GET {
            return Ok(Reply::unknown_route(received));
        }
        let scope = match path {
            ["users", ..] => USERS,
            ["groups", ..] => GROUPS,
            ["customer", _, "schemas"] => SCHEMAS,
            _ => return Ok(Reply::unknown_route(received)),
        };
        self.authorize(received, scope)?;
        match path {
            ["users"] => self.list_users(received),
            ["users", key] => self.user(received, key),
            ["users", key, "photos", "thumbnail"] => self.photo(received, key),
            ["groups"] => self.list_groups(received),
            ["groups", key] => self.group(received, key),
            ["groups", key, "members"] => self.list_members(received, key),
            ["customer", customer, "schemas"] => Self::schemas(received, customer),
            _ => Ok(Reply::unknown_route(received)),
        }
    }

    /// `customer` or `domain` of a listing; the domain, where one is given.
    fn whose(received: &Received) -> Result<Option<String>, Refusal> {
        let customer = received.parameter("customer");
        match (customer.as_deref(), received.parameter("domain")) {
            (Some(customer), None) => {
                check_customer(customer)?;
                Ok(None)
            }
            (None, Some(domain)) if domain == DOMAIN => Ok(Some(domain)),
            (None, Some(_)) => Err(Refusal::new(404, "domainNotFound", "Domain not found.")),
            _ => Err(Refusal::bad_request("Bad Request: customer or domain")),
        }
    }
}

fn check_customer(customer: &str) -> Result<(), Refusal> {
    if customer == "my_customer" || customer == CUSTOMER {
        return Ok(());
    }
    Err(Refusal::not_found("customer"))
}

/// Refuses parameters that the method does not have. `fields` and `prettyPrint` are everybody's.
fn check_parameters(received: &Received, known: &[&str]) -> Result<(), Refusal> {
    let given = received.parameters();
    let is_known = |name: &str| known.contains(&name) || ["fields", "prettyPrint"].contains(&name);
    match given.iter().find(|(name, _)| !is_known(name)) {
        Some((name, _)) => Err(Refusal::new(
            400,
            "invalidParameter",
            format!("Unknown name \"{name}\": Cannot bind query parameter."),
        )),
        None => Ok(()),
    }
}

impl Program for Directory {
    fn answer(&self, received: &Received) -> Reply {
        let path = received.segments("").unwrap_or_default();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let reply = match path.as_slice() {
            ["token"] if received.method == Method::POST => self.token(received),
            ["admin", "directory", "v1", rest @ ..] => self
                .directory_v1(received, rest)
                .unwrap_or_else(|refusal| refusal.reply()),
            _ => return Reply::unknown_route(received),
        };
        reply.with("date", moment::http_date_at(self.clock_s()))
    }

    fn refusal(&self, status: u16) -> Reply {
        let reply = Refusal::scripted(status).reply();
        reply.with("date", moment::http_date_at(self.clock_s()))
    }
}
