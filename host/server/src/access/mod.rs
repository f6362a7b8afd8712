//! Who somebody is, and what they may: everything that stands between a request and a route.
//!
//! [`Access::admit`] is the one gate: it finds out who asks (API token, session, trigger token), looks
//! up what the route needs ([`Table`]), counts, and refuses what another site made a browser send. The
//! edges call it from their middleware and show a [`Refusal`] in their own way; routes then take a
//! [`Principal`]. Signing in is in `sign_in`, what is kept in `store`.
//!
//! Invariants: a route whose needs nobody declared answers nobody; a secret is shown once and kept as
//! a hash; time is the clock's.
//!
//! Deliberately not here: pages and documents (`api`, `console`), who may run commands on this machine
//! (the socket of the data directory), credentials of providers (`vault`, `net`).

pub mod admins;
mod attempts;
mod cookie;
mod headers;
mod needs;
pub mod oidc;
mod origin;
mod password;
mod peer;
mod principal;
mod rate;
mod secret;
mod sessions;
mod sign_in;
mod status;
pub mod tokens;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::extract::{FromRequestParts as _, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};

pub use headers::{CONTENT_SECURITY_POLICY, HEADERS, protect};
pub use needs::{Needs, Routes, Table};
pub use password::CHARS_MIN as PASSWORD_CHARS_MIN;
pub use peer::Peer;
pub use principal::{Kind, Principal, Role};
pub use sessions::{IDLE_MS, LASTS_MS};
pub use sign_in::{LINK_LASTS, SignedIn, link};

use crate::clock::Clock;
use crate::fault::{Failure, chain};
use crate::net::Outside;
use crate::settings::Network;
use crate::store::Store;
use crate::store::audit::Act;
use crate::store::sessions::Session;
use crate::store::tokens::Token;
use attempts::Attempts;
use needs::{Found, Least, Reach};
use oidc::Relying;
use rate::Rates;
use tokens::{Created, Wanted};

const MINUTE_MS: i64 = 60_000;
/// Longest name of a token or an administrator.
const NAME_CHARS_MAX: usize = 64;
const NAME_RULE: &str = "a name has 1 to 64 letters, digits, dots, dashes, underscores or @";
/// An address may ask so many times as often as one token or session: several may share it.
const ADDRESS_TIMES: u32 = 4;

/// What access is told once.
#[derive(Debug, Clone)]
pub struct Options {
    /// The token of `[auth] trigger-token`.
    pub trigger: Option<SecretString>,
    /// How often a token or session may ask.
    pub requests_per_minute: u32,
    /// Proxies whose word about a request's way is believed.
    pub proxies: Vec<Network>,
    /// The organisation's own sign-in service, and the way to it.
    pub oidc: Option<(oidc::Config, Outside)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            trigger: None,
            requests_per_minute: 600,
            proxies: Vec::new(),
            oidc: None,
        }
    }
}

/// The gate; cheap to clone.
#[derive(Clone)]
pub struct Access {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    /// The digest of the trigger token.
    trigger: Option<String>,
    requests_per_minute: u32,
    proxies: Vec<Network>,
    rates: Mutex<Rates>,
    attempts: Mutex<Attempts>,
    oidc: Option<Box<Relying>>,
}

impl fmt::Debug for Access {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Access")
    }
}

/// Why a request does not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What to tell.
    pub failure: Failure,
    /// The status of the answer.
    pub status: StatusCode,
    /// When to try again.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    fn of(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self {
            failure: Failure::of(code, message),
            status,
            retry_after: None,
        }
    }

    fn wait(code: &str, message: &str, wait: Duration) -> Self {
        Self {
            retry_after: Some(wait),
            ..Self::of(StatusCode::TOO_MANY_REQUESTS, code, message)
        }
    }

    /// The value of `Retry-After`: whole seconds, and never too early.
    pub fn retry_after_seconds(&self) -> Option<u64> {
        let wait = self.retry_after?;
        Some(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let status = status::of(&failure.code);
        Self {
            failure,
            status,
            retry_after: None,
        }
    }
}

/// What a request brings to say who sends it.
enum Brought {
    Bearer(String),
    Cookie(String),
    Nothing,
}

impl Access {
    /// A gate over what a store keeps.
    pub fn new(store: Store, clock: Arc<dyn Clock>, options: Options) -> Self {
        let trigger = options.trigger.as_ref();
        let trigger = trigger.map(|token| secret::digest(token.expose_secret().trim()));
        let oidc = options.oidc;
        let oidc = oidc.map(|(config, net)| Box::new(Relying::new(config, &net)));
        Self {
            inner: Arc::new(Inner {
                store,
                clock,
                trigger,
                requests_per_minute: options.requests_per_minute,
                proxies: options.proxies,
                rates: Mutex::default(),
                attempts: Mutex::default(),
                oidc,
            }),
        }
    }

    /// The clock that everything here goes by.
    pub fn clock(&self) -> &dyn Clock {
        self.inner.clock.as_ref()
    }

    /// This moment.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// Where a request comes from.
    pub fn peer(&self, parts: &Parts) -> Peer {
        Peer::of(parts, &self.inner.proxies)
    }

    /// Whether a request may go on to its route. Puts the [`Principal`] (if anybody) and the [`Peer`]
    /// into its extensions. `id_of` is the id of the connector of a word in a path.
    pub async fn admit(
        &self,
        table: &Table,
        parts: &mut Parts,
        id_of: impl Fn(&str) -> Option<String> + Send + Sync,
    ) -> Result<(), Refusal> {
        let peer = self.peer(parts);
        parts.extensions.insert(peer.clone());
        let found = table.find(parts);
        let needs = match &found {
            Found::Route(needs) => Some(*needs),
            Found::Nothing | Found::OtherMethod | Found::Undeclared => None,
        };
        let least = needs.map(|needs| needs.least);
        if least == Some(Least::Probe) {
            return Ok(());
        }
        let brought = brought(&parts.headers, &peer);
        let principal = self.identify(&brought, &peer, needs).await?;
        let may_be_forged = matches!(brought, Brought::Cookie(_) | Brought::Nothing);
        let is_somebody = principal.is_some() || least == Some(Least::Anybody);
        if is_somebody && may_be_forged && origin::is_unsafe(&parts.method) {
            origin::check(parts, &peer)?;
        }
        if least == Some(Least::Anybody) {
            if let Some(principal) = principal {
                parts.extensions.insert(principal);
            }
            return Ok(());
        }
        let principal = principal.ok_or_else(|| nobody(&brought))?;
        self.count(&principal)?;
        match found {
            Found::Route(needs) => {
                may(&principal, needs)?;
                reaches(&principal, needs, parts, id_of).await?;
            }
            // The router says so.
            Found::Nothing => {}
            Found::OtherMethod => {
                let message = "there is something at this address, but not for this method";
                let status = StatusCode::METHOD_NOT_ALLOWED;
                return Err(Refusal::of(status, "no-such-route", message));
            }
            Found::Undeclared => {
                let message = "nobody said who may use this route, so nobody may";
                tracing::error!(path = parts.uri.path(), "{message}");
                return Err(Failure::of("undeclared-route", message).into());
            }
        }
        parts.extensions.insert(principal);
        Ok(())
    }

    async fn identify(
        &self,
        brought: &Brought,
        peer: &Peer,
        needs: Option<Needs>,
    ) -> Result<Option<Principal>, Refusal> {
        let inner = &self.inner;
        let trigger = inner.trigger.as_deref();
        if let (Brought::Bearer(sent), Some(trigger)) = (brought, trigger) {
            let sent = secret::digest(sent);
            if verify_slices_are_equal(sent.as_bytes(), trigger.as_bytes()).is_ok() {
                return Ok(Some(by_trigger()));
            }
        }
        // Before the store is asked: who tries tokens may not try for ever.
        let key = rate::Key::Address(peer.counted());
        let a_minute = inner.requests_per_minute.saturating_mul(ADDRESS_TIMES);
        self.take(key, a_minute)?;
        let takes_triggers = needs.is_some_and(|needs| needs.by_trigger);
        match brought {
            Brought::Bearer(sent) if sent.starts_with(tokens::PREFIX) => {
                let found = tokens::principal(&inner.store, sent, self.now_ms()).await?;
                Ok(Some(found))
            }
            Brought::Bearer(_) | Brought::Nothing if takes_triggers && trigger.is_none() => {
                let message = "attune.toml names no token for requests such as this one";
                Err(Failure::of("triggers-off", message).into())
            }
            Brought::Bearer(_) => {
                let message = "the token is not that of this service";
                Err(Failure::of("token", message).into())
            }
            Brought::Cookie(sent) => {
                let found = sessions::principal(&inner.store, sent, self.now_ms()).await?;
                Ok(found)
            }
            Brought::Nothing => Ok(None),
        }
    }

    /// Counts a request of somebody. The trigger token is not counted: of its requests for one person
    /// one waits, however many come.
    fn count(&self, principal: &Principal) -> Result<(), Refusal> {
        if principal.kind == Kind::TriggerToken {
            return Ok(());
        }
        let who = principal.session.as_ref();
        let who = who.map_or_else(|| principal.who(), |id| format!("session:{id}"));
        self.take(rate::Key::Principal(who), self.inner.requests_per_minute)
    }

    fn take(&self, key: rate::Key, a_minute: u32) -> Result<(), Refusal> {
        let rates = self.inner.rates.lock();
        let mut rates = rates.unwrap_or_else(PoisonError::into_inner);
        let taken = rates.take(key, a_minute, self.inner.clock.uptime());
        let message = "more requests than `[auth] requests-per-minute` allows";
        taken.map_err(|wait| Refusal::wait("too-many-requests", message, wait))
    }

    /// Every API token.
    pub async fn tokens(&self) -> Result<Vec<Token>, Failure> {
        Ok(self.inner.store.tokens().await?)
    }

    /// Makes an API token for somebody, who can give no right that they do not have.
    pub async fn create_token(&self, by: &Principal, wanted: Wanted) -> Result<Created, Refusal> {
        let ids = wanted.connectors.as_ref();
        let covers = match &by.connectors {
            None => true,
            Some(_) => ids.is_some_and(|ids| ids.iter().all(|id| by.covers(id))),
        };
        if wanted.role > by.role || wanted.personal && !by.personal || !covers {
            let message = "nobody gives a right that they do not have";
            return Err(Failure::of("forbidden", message).into());
        }
        let (who, detail) = (by.who(), wanted.words());
        let made = tokens::create(&self.inner.store, wanted, (&who, self.now_ms())).await?;
        self.note(&who, ("token-create", &made.token.name), &detail)
            .await;
        Ok(made)
    }

    /// Ends an API token.
    pub async fn revoke_token(&self, by: &Principal, name: &str) -> Result<(), Refusal> {
        tokens::revoke(&self.inner.store, name).await?;
        self.note(&by.who(), ("token-revoke", name), "").await;
        Ok(())
    }

    /// What groups of the organisation's own service may: the group, its role, and whether it sees values
    /// of people.
    pub fn claims(&self) -> Vec<(String, Role, bool)> {
        let oidc = self.inner.oidc.as_deref();
        oidc.map(Relying::claims).unwrap_or_default()
    }

    /// Every session that is not over.
    pub async fn sessions(&self) -> Result<Vec<Session>, Failure> {
        let now_ms = self.now_ms();
        let mut all = self.inner.store.sessions().await?;
        all.retain(|session| !sessions::is_over(session, now_ms));
        Ok(all)
    }

    /// Ends a session of somebody.
    pub async fn end_session(&self, by: &Principal, id: &str) -> Result<(), Refusal> {
        let ended = self.inner.store.drop_session(id).await;
        if !ended.map_err(Failure::from)? {
            let message = format!("there is no session `{id}`");
            return Err(Failure::of("no-such-session", message).into());
        }
        self.note(&by.who(), ("session-end", id), "").await;
        Ok(())
    }

    fn now_ms(&self) -> i64 {
        self.inner.clock.now().as_millisecond()
    }

    /// Writes down what somebody did over HTTP. What was done is done: a log that cannot be written is
    /// told in the service's own.
    pub async fn note(&self, who: &str, (what, object): (&str, &str), detail: &str) {
        self.write_down(who, (what, object), ("done", detail)).await;
    }

    async fn write_down(
        &self,
        who: &str,
        (what, object): (&str, &str),
        (result, detail): (&str, &str),
    ) {
        let act = Act {
            who,
            what,
            object,
            result,
            detail,
        };
        if let Err(error) = self.inner.store.audit(act, self.now_ms()).await {
            tracing::error!(what, object, "not in the audit log: {}", chain(&error));
        }
    }
}

fn brought(headers: &HeaderMap, peer: &Peer) -> Brought {
    // Who sends the header means it: a cookie beside it counts for nothing.
    if let Some(sent) = headers.get(header::AUTHORIZATION) {
        let token = std::str::from_utf8(sent.as_bytes()).ok().and_then(|text| {
            let (scheme, token) = text.split_at_checked(7)?;
            scheme.eq_ignore_ascii_case("bearer ").then_some(token)
        });
        return Brought::Bearer(token.unwrap_or_default().trim().to_owned());
    }
    cookie::read(headers, peer).map_or(Brought::Nothing, Brought::Cookie)
}

fn nobody(brought: &Brought) -> Refusal {
    let failure = match brought {
        Brought::Cookie(_) => Failure::of("signed-out", "the session is over"),
        Brought::Bearer(_) | Brought::Nothing => {
            Failure::of("token", "the request has no bearer token")
        }
    };
    failure.into()
}

fn by_trigger() -> Principal {
    Principal {
        name: "trigger-token".to_owned(),
        kind: Kind::TriggerToken,
        role: Role::Operator,
        personal: false,
        connectors: None,
        session: None,
        since_ms: None,
    }
}

fn may(principal: &Principal, needs: Needs) -> Result<(), Refusal> {
    let role = match needs.least {
        Least::Probe | Least::Anybody => return Ok(()),
        Least::Role(role) => role,
    };
    let why = if principal.kind == Kind::TriggerToken && !needs.by_trigger {
        "the trigger token starts, pauses and cancels, and nothing else".to_owned()
    } else if principal.role < role {
        format!("this needs the role {role}, not {}", principal.role)
    } else if needs.personal && !principal.personal {
        "this needs the right to see values of people".to_owned()
    } else {
        return Ok(());
    };
    Err(Failure::of("forbidden", why).into())
}

async fn reaches(
    principal: &Principal,
    needs: Needs,
    parts: &mut Parts,
    id_of: impl Fn(&str) -> Option<String> + Send + Sync,
) -> Result<(), Refusal> {
    if principal.connectors.is_none() || needs.reach == Reach::Own {
        return Ok(());
    }
    let word = match needs.reach {
        Reach::Connector => RawPathParams::from_request_parts(parts, &()).await.ok(),
        Reach::Service | Reach::Own => None,
    };
    let word = word
        .as_ref()
        .and_then(|all| all.iter().find(|(key, _)| *key == "name"));
    let id = word.and_then(|(_, word)| id_of(word));
    if id.is_some_and(|id| principal.covers(&id)) {
        return Ok(());
    }
    let message = "the token is for other connectors";
    Err(Failure::of("forbidden", message).into())
}

/// Whether something may be called this.
fn is_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@');
    (1..=NAME_CHARS_MAX).contains(&name.len()) && name.chars().all(is_plain)
}
