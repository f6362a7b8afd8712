//! A stand-in of Microsoft Graph v1.0 with its token endpoint, as far as reading people goes.
//!
//! One origin plays both hosts: `/{tenant}/oauth2/v2.0/token` and `/v1.0/...`. It is as strict
//! as the original where adapters go wrong: page sizes, members that only a single user has,
//! advanced filters without their header, tokens that expire, next links that are opaque.
//!
//! Deliberately not here: writes. They are answered 501 as unknown routes.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::Method;
use tokio::time::Instant;

use crate::people::{People, Who};
use crate::stand::{Setup, Stand};
use crate::wire::{Program, Received, Reply};
pub use delta::{DeltaTraps, Lost};
pub use photos::{NoPhoto, Photo};
use refusal::Refusal;

mod assertion;
mod batch;
mod delta;
mod filter;
mod groups;
mod listing;
mod photos;
mod query;
mod refusal;
mod token;
mod users;

#[cfg(test)]
mod tests;

/// A group and its members, in their order.
#[derive(Clone, Debug)]
pub struct Group {
    /// The object id.
    pub id: String,
    /// The name that `$filter=displayName eq` finds.
    pub display_name: String,
    /// The members; removed people are left out of answers.
    pub members: Vec<Who>,
}

/// Odd but legal (or hostile) behaviour that a listing can be told to show.
#[derive(Clone, Debug, Default)]
pub struct Traps {
    /// This page (from 1) has an empty `value` and a next link; its people come one page later.
    pub empty_page: Option<usize>,
    /// Each page begins with the last person of the page before.
    pub repeats_across_pages: bool,
    /// From this page (from 1) on the next link leads to the same page for ever.
    pub loops_at_page: Option<usize>,
    /// Next links lead to this origin instead of the own one.
    pub foreign_next_links: Option<String>,
    /// How a delta goes wrong.
    pub delta: DeltaTraps,
}

/// How the stand-in is set up.
#[derive(Debug)]
pub struct Options {
    /// Port, seed, log.
    pub setup: Setup,
    /// The directory's people.
    pub people: People,
    /// The directory's groups.
    pub groups: Vec<Group>,
    /// The tenant in the token path.
    pub tenant: String,
    /// The one application that may sign in.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Whether the secret is past its end date.
    pub is_secret_expired: bool,
    /// The application's certificates (DER); an assertion that one of them has signed is as good
    /// as the secret.
    pub certificates: Vec<Vec<u8>>,
    /// How long a token lasts (`expires_in`).
    pub token_lifetime: Duration,
    /// Whether the application has `User.Read.All`; without it every read is 403.
    pub has_permission: bool,
    /// The largest page, at most 999; smaller ones make several pages out of few people.
    pub page_max: usize,
    /// Odd behaviour of listings.
    pub traps: Traps,
}

impl Options {
    /// A directory of these people with usual settings and invented credentials.
    pub fn of(people: People) -> Self {
        Self {
            setup: Setup::default(),
            people,
            groups: Vec::new(),
            tenant: "contoso.example".to_owned(),
            client_id: "6f1c0c2e-9a1d-4b57-8a30-3f6f2f6b9d11".to_owned(),
            client_secret: "sim~client~secret~not~real".to_owned(),
            is_secret_expired: false,
            certificates: Vec::new(),
            token_lifetime: Duration::from_secs(3599),
            has_permission: true,
            page_max: 999,
            traps: Traps::default(),
        }
    }
}

/// The stand-in's state and rules.
pub struct Directory {
    origin: String,
    tenant: String,
    client_id: String,
    people: Mutex<People>,
    settings: Mutex<Settings>,
    tokens: Mutex<HashMap<String, Instant>>,
    /// The `jti` of every assertion that was taken.
    assertions: Mutex<HashSet<String>>,
    serial: AtomicU64,
    refusals: AtomicU64,
    /// Tokens of a delta are good for one age.
    delta_age: AtomicU64,
}

/// What may be changed while the stand-in runs.
#[derive(Debug)]
pub struct Settings {
    /// The directory's groups.
    pub groups: Vec<Group>,
    /// The application's secret.
    pub client_secret: String,
    /// Another one of its secrets, while they are rotated.
    pub second_secret: Option<String>,
    /// Whether the secret is past its end date.
    pub is_secret_expired: bool,
    /// The application's certificates (DER).
    pub certificates: Vec<Vec<u8>>,
    /// How long the next tokens last.
    pub token_lifetime: Duration,
    /// Whether the application may read users.
    pub has_permission: bool,
    /// The largest page, at most 999.
    pub page_max: usize,
    /// Odd behaviour of listings.
    pub traps: Traps,
    /// Photos by the person's id.
    pub photos: HashMap<String, Photo>,
    /// How it is said that there is none.
    pub no_photo: NoPhoto,
    /// How many steps of a batch about photos are throttled next.
    pub photo_throttles: u32,
    /// Whether a policy keeps photos from the application.
    pub is_photo_denied: bool,
}

/// A running stand-in of Graph.
pub type Graph = Stand<Directory>;

impl Stand<Directory> {
    /// Starts the stand-in on a loopback port.
    pub async fn start(options: Options) -> io::Result<Self> {
        let setup = options.setup.clone();
        Self::open(&setup, |origin| Directory::new(origin, options)).await
    }

    /// The origin of both the API and the sign-in, without a slash at the end.
    pub fn url(&self) -> String {
        self.origin()
    }

    /// Looks at the people or changes them, between two answers.
    ///
    /// A closure and no guard, because a guard that lives across an `await` stops the answers.
    pub fn people<T>(&self, look: impl FnOnce(&mut People) -> T) -> T {
        look(&mut self.program().people())
    }

    /// Changes settings between two answers.
    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.program().settings());
    }

    /// Makes every token of a delta worthless that was given out so far, as after seven days.
    pub fn expire_deltas(&self) {
        self.program().delta_age.fetch_add(1, Ordering::Relaxed);
    }

    /// Makes every token worthless that was given out so far.
    pub fn revoke_tokens(&self) {
        self.program().tokens().clear();
    }
}

impl Directory {
    fn new(origin: String, options: Options) -> Self {
        Self {
            origin,
            tenant: options.tenant,
            client_id: options.client_id,
            people: Mutex::new(options.people),
            settings: Mutex::new(Settings {
                groups: options.groups,
                client_secret: options.client_secret,
                second_secret: None,
                is_secret_expired: options.is_secret_expired,
                certificates: options.certificates,
                token_lifetime: options.token_lifetime,
                has_permission: options.has_permission,
                page_max: options.page_max,
                traps: options.traps,
                photos: HashMap::new(),
                no_photo: NoPhoto::default(),
                photo_throttles: 0,
                is_photo_denied: false,
            }),
            tokens: Mutex::default(),
            assertions: Mutex::default(),
            serial: AtomicU64::new(1),
            refusals: AtomicU64::new(0),
            delta_age: AtomicU64::new(0),
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

    fn assertions(&self) -> MutexGuard<'_, HashSet<String>> {
        let seen = self.assertions.lock();
        seen.unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the request has a token that holds and the permission that reading wants.
    fn authorize(&self, received: &Received) -> Result<(), Refusal> {
        let header = received.header("authorization").unwrap_or_default();
        let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
        if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
            return Err(Refusal::token("Access token is empty."));
        }
        let expiry = self.tokens().get(token).copied();
        match expiry {
            None => Err(Refusal::token("CompactToken validation failed.")),
            Some(expiry) if expiry <= Instant::now() => Err(Refusal::token(
                "Lifetime validation failed, the token is expired.",
            )),
            Some(_) if !self.settings().has_permission => Err(Refusal::forbidden()),
            Some(_) => Ok(()),
        }
    }

    fn version_1(&self, received: &Received, path: &[&str]) -> Result<Reply, Refusal> {
        self.authorize(received)?;
        let method = &received.method;
        match path {
            ["$batch"] if method == Method::POST => self.batch(received),
            ["directoryObjects", "getByIds"] if method == Method::POST => self.by_ids(received),
            _ if method != Method::GET => Ok(Reply::unknown_route(received)),
            ["users"] => self.list_users(received),
            ["users", "$count"] => self.count_users(received),
            ["users", "delta" | "delta()" | "microsoft.graph.delta()"] => self.delta(received),
            ["users", key] => self.user(received, key),
            ["users", key, "manager"] => self.manager(received, key),
            ["users", key, "transitiveMemberOf", "microsoft.graph.group"] => {
                self.memberships(received, key)
            }
            ["groups"] => self.list_groups(received),
            ["groups", id] => self.group(received, id),
            [
                "groups",
                id,
                "members" | "transitiveMembers",
                "microsoft.graph.user",
            ] => self.list_members(received, id),
            ["organization"] => Ok(self.organization()),
            _ => self.function_style(received, path),
        }
    }

    /// `users('key')` and `users('key')/manager`: for names that begin with `$`.
    fn function_style(&self, received: &Received, path: &[&str]) -> Result<Reply, Refusal> {
        let Some((first, rest)) = path.split_first() else {
            return Ok(Reply::unknown_route(received));
        };
        let quoted = first
            .strip_prefix("users('")
            .and_then(|key| key.strip_suffix("')"));
        match (quoted, rest) {
            (Some(key), []) => self.user(received, &key.replace("''", "'")),
            (Some(key), ["manager"]) => self.manager(received, &key.replace("''", "'")),
            _ => Ok(Reply::unknown_route(received)),
        }
    }

    fn organization(&self) -> Reply {
        let body = serde_json::json!({
            "@odata.context": format!("{}/v1.0/$metadata#organization", self.origin),
            "value": [{
                "id": "2f1d0f6e-7c0a-4d55-9f63-5b8d3d1c7a10",
                "displayName": "Contoso",
                "countryLetterCode": "DE",
                "verifiedDomains": [{ "name": self.tenant, "isDefault": true, "isInitial": true }],
            }],
        });
        Reply::json("organization", 200, body.to_string())
    }

    fn refuse(&self, refusal: &Refusal) -> Reply {
        refusal.reply(self.refusals.fetch_add(1, Ordering::Relaxed))
    }

    /// The headers that every Graph answer has.
    fn dressed(&self, received: &Received, reply: Reply) -> Reply {
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        let request_id = refusal::request_id(serial);
        let client_id = received.header("client-request-id").map(str::to_owned);
        let is_ok = reply.status == 200;
        let mut reply = reply
            .with(
                "client-request-id",
                client_id.unwrap_or_else(|| request_id.clone()),
            )
            .with("request-id", request_id)
            .with("x-ms-ags-diagnostic", "{\"ServerInfo\":{\"Slice\":\"E\"}}");
        if is_ok {
            reply = reply
                .with("odata-version", "4.0")
                .with("x-ms-resource-unit", "1");
        }
        reply
    }
}

impl Program for Directory {
    fn answer(&self, received: &Received) -> Reply {
        let path = received.segments("").unwrap_or_default();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match path.as_slice() {
            [tenant, "oauth2", "v2.0", "token"] if received.method == Method::POST => {
                self.token(received, tenant)
            }
            ["v1.0", rest @ ..] => {
                let answer = self.version_1(received, rest);
                let reply = answer.unwrap_or_else(|refusal| self.refuse(&refusal));
                self.dressed(received, reply)
            }
            _ => Reply::unknown_route(received),
        }
    }

    fn refusal(&self, status: u16) -> Reply {
        self.refuse(&Refusal::scripted(status))
    }
}
