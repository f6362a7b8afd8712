//! Signing in by the organisation's own service: OpenID Connect, authorization code with PKCE.
//!
//! We send the browser there with a state, a nonce and a challenge; it comes back with a code, which
//! we redeem for an ID token. Invariants: an answer is used once, in the browser that asked, within ten
//! minutes; what the token says counts only after its signature, issuer, audience, times and nonce;
//! requests go through `net`.
//!
//! Deliberately not here: refresh tokens, user info, single sign-out. A session lasts twelve hours at
//! most, and then the service is asked again.

mod claims;
mod keys;
mod provider;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex as Gate;

use super::principal::Role;
use super::secret;
use crate::fault::Failure;
use crate::net::{Outside, Secret};
pub(crate) use claims::Vouched;
use keys::{Flaw, Keys};
use provider::{Description, Way};

/// Where the service sends browsers back to.
pub const RETURN: &str = "/sign-in/oidc/return";
/// How long somebody has to sign in there.
const LASTS: Duration = Duration::from_mins(10);
/// So many may be on their way.
const PENDING_MAX: usize = 1_000;
/// How long a description and its keys are believed.
const FRESH: Duration = Duration::from_hours(1);
/// Keys are not asked for more often because a token names an unknown one.
const KEYS_AGAIN: Duration = Duration::from_mins(1);

/// `[auth.oidc]`, its secret read.
#[derive(Debug, Clone)]
pub struct Config {
    /// Exactly as the service writes it.
    pub issuer: String,
    /// Who we are there.
    pub client_id: String,
    /// Never shown.
    pub client_secret: Secret,
    /// Where browsers reach us.
    pub address: String,
    /// Asked for besides `openid`.
    pub scopes: Vec<String>,
    /// The claim that has somebody's groups.
    pub roles_claim: String,
    /// What a group may.
    pub roles: Vec<(String, Role)>,
    /// Groups that see values of people.
    pub personal: Vec<String>,
    /// Authorities that are trusted for the service.
    pub ca_file: Option<PathBuf>,
}

impl Config {
    fn redirect(&self) -> String {
        format!("{}{RETURN}", self.address.trim_end_matches('/'))
    }
}

/// What a browser brings back.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// What we sent along.
    pub state: String,
    /// To be redeemed.
    pub code: Option<String>,
    /// Whose answer it is, where the service says so.
    pub iss: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
}

/// A sign-in that has begun.
pub(super) struct Begun {
    /// Where the browser goes.
    pub(super) location: String,
    /// What the browser keeps meanwhile.
    pub(super) browser: SecretString,
}

struct Pending {
    nonce: String,
    verifier: SecretString,
    /// The digest of what the browser keeps.
    browser: String,
    until: Duration,
}

#[derive(Clone)]
struct Known {
    description: Description,
    keys: Keys,
    read: Duration,
    keys_read: Duration,
}

/// We, at the service.
pub(super) struct Relying {
    config: Config,
    way: Way,
    known: Gate<Option<Known>>,
    pending: Mutex<BTreeMap<String, Pending>>,
}

impl Relying {
    pub(super) fn new(config: Config, net: &Outside) -> Self {
        Self {
            way: Way::new(net, &config),
            config,
            known: Gate::default(),
            pending: Mutex::default(),
        }
    }

    /// What groups may: each with its role, and whether it sees values of people.
    pub(super) fn claims(&self) -> Vec<(String, Role, bool)> {
        let config = &self.config;
        let roles = config.roles.iter();
        let claim = |(group, role): &(String, Role)| {
            (group.clone(), *role, config.personal.contains(group))
        };
        roles.map(claim).collect()
    }

    /// Sends a browser to the service. Time is uptime.
    pub(super) async fn begin(&self, now: Duration) -> Result<Begun, Failure> {
        let description = self.known(now).await?.description;
        let (state, nonce) = (secret::token("")?, secret::token("")?);
        let (verifier, browser) = (secret::token("")?, secret::token("")?);
        let challenge = Sha256::digest(verifier.secret.expose_secret().as_bytes());
        let nonce = nonce.secret.expose_secret().to_owned();
        let mut scopes = vec!["openid"];
        scopes.extend(self.config.scopes.iter().map(String::as_str));
        let mut location = description.authorization;
        location
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.config.client_id)
            .append_pair("redirect_uri", &self.config.redirect())
            .append_pair("scope", &scopes.join(" "))
            .append_pair("state", state.secret.expose_secret())
            .append_pair("nonce", &nonce)
            .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(challenge))
            .append_pair("code_challenge_method", "S256");
        let pending = Pending {
            nonce,
            verifier: verifier.secret,
            browser: browser.digest,
            until: now + LASTS,
        };
        let mut all = self.pending();
        all.retain(|_, one| one.until > now);
        if all.len() >= PENDING_MAX {
            let message = "too many are signing in at once";
            return Err(Failure::of("sign-in-service", message));
        }
        all.insert(state.digest, pending);
        Ok(Begun {
            location: location.into(),
            browser: browser.secret,
        })
    }

    /// Whom the service vouches for. `browser` is what the browser kept, `now` is uptime and the wall
    /// clock's seconds.
    pub(super) async fn finish(
        &self,
        answer: &Answer,
        browser: Option<&str>,
        (now, seconds): (Duration, i64),
    ) -> Result<Vouched, Failure> {
        let pending = self.pending().remove(&secret::digest(&answer.state));
        let pending = pending.filter(|one| one.until > now);
        let pending = pending.ok_or_else(|| refused("it was not begun here, or too long ago"))?;
        if browser.map(secret::digest).as_deref() != Some(pending.browser.as_str()) {
            return Err(refused("another browser began it"));
        }
        let known = self.known(now).await?;
        let is_whose = |iss: &String| *iss == self.config.issuer;
        let must = known.description.names_itself;
        if !answer.iss.as_ref().map_or(!must, is_whose) {
            return Err(refused("the answer is of another service"));
        }
        let (None, Some(code)) = (&answer.error, &answer.code) else {
            return Err(refused("the service did not let them in"));
        };
        let verifier = pending.verifier.expose_secret();
        let (way, config) = (&self.way, &self.config);
        let token = way
            .redeem(&known.description, config, (code, verifier))
            .await?;
        let mut claims = known.keys.verify(&token);
        if claims == Err(Flaw::UnknownKey) {
            claims = self.newer_keys(now).await?.verify(&token);
        }
        let claims = claims.map_err(|flaw| match flaw {
            Flaw::UnknownKey => {
                refused("the token is signed by a key that the service does not name")
            }
            Flaw::Wrong(why) => refused(&format!("the token is not believed: {why}")),
        })?;
        let checked = claims::check(&claims, config, &pending.nonce, seconds);
        checked.map_err(|why| refused(&format!("the token is not believed: {why}")))?;
        claims::vouched(&claims, config).ok_or_else(|| {
            let message = "none of your groups has a role here (`[auth.oidc] roles`)";
            Failure::of("forbidden", message)
        })
    }

    /// What is known of the service; asked for where that is too old.
    async fn known(&self, now: Duration) -> Result<Known, Failure> {
        let mut known = self.known.lock().await;
        if let Some(fresh) = known.as_ref().filter(|one| now < one.read + FRESH) {
            return Ok(fresh.clone());
        }
        let description = self.way.describe(&self.config).await?;
        let read = Known {
            keys: self.way.keys(&description).await?,
            description,
            read: now,
            keys_read: now,
        };
        Ok(known.insert(read).clone())
    }

    /// The keys after a token named an unknown one: asked for again, unless that was just done.
    async fn newer_keys(&self, now: Duration) -> Result<Keys, Failure> {
        let mut known = self.known.lock().await;
        let Some(known) = known.as_mut() else {
            return Ok(Keys::default());
        };
        if now >= known.keys_read + KEYS_AGAIN {
            known.keys_read = now;
            known.keys = self.way.keys(&known.description).await?;
        }
        Ok(known.keys.clone())
    }

    fn pending(&self) -> MutexGuard<'_, BTreeMap<String, Pending>> {
        let pending = self.pending.lock();
        pending.unwrap_or_else(PoisonError::into_inner)
    }
}

fn refused(why: &str) -> Failure {
    Failure::of("sign-in-refused", format!("signing in failed: {why}"))
}
