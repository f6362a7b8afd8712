//! Tokens of a client: obtained when first needed, renewed before they end, one request at a time.
//!
//! A token is renewed at four fifths of its life, five minutes before its end at the earliest, and
//! once when the other side answers 401 with it. A request that names scopes gets a token of just
//! these: what only one request in a thousand needs is not in the hands of the others, and a scope
//! that nobody granted is told by its name. Tokens are kept in memory only.
//!
//! Invariant: no token has a scope that the grant does not name. Deliberately not here: how a
//! client proves who it is (`proof`).

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use super::proof::{Proof, Proofs};
use super::request::{Locator, Method, Repeat, Request, Response};
use super::{Error, Grant, Secret, waiting};

/// A token that says nothing of its life is used for so long.
const LIFE_DEFAULT: Duration = Duration::from_mins(5);
/// A token is renewed so long before its end, or a fifth of its life where that is shorter.
const MARGIN_MAX: Duration = Duration::from_mins(5);
const ANSWER_BYTES_MAX: usize = 256 * 1024;
const WORDS_MAX: usize = 300;
/// Clocks that differ by less agree: the answer was on its way for a while.
const CLOCK_DIFFERENCE_S_MIN: i64 = 5;

/// One client's tokens.
#[derive(Debug)]
pub struct TokenSource {
    grant: Grant,
    proofs: Proofs,
    /// By their scopes.
    held: Mutex<BTreeMap<Vec<String>, Token>>,
}

/// A token as it goes into the header.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) value: SecretString,
    /// Counts the tokens of a source, so that one 401 renews once.
    serial: u64,
    /// The clock's uptime.
    renew_at: Duration,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    #[serde(default)]
    token_type: Option<String>,
    /// A number, or a number as text.
    #[serde(default)]
    expires_in: Option<Value>,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
    #[serde(default)]
    error_description: Option<String>,
}

impl TokenSource {
    pub(super) fn new(grant: Grant, proofs: Proofs) -> Self {
        Self {
            grant,
            proofs,
            held: Mutex::default(),
        }
    }

    /// Which client of which tenant this is.
    pub(super) fn identity(&self) -> String {
        let Grant { login, path, .. } = &self.grant;
        format!("{}{path} {}", login.base().url(), self.proofs.identity())
    }

    /// Refuses scopes that the grant does not name.
    pub(super) fn admit(&self, scopes: &[String]) -> Result<(), Error> {
        match scopes
            .iter()
            .find(|scope| !self.grant.scopes.contains(scope))
        {
            Some(scope) => Err(Error::refused(format!(
                "it wants the scope {scope:?}, which the provider did not say it needs"
            ))),
            None => Ok(()),
        }
    }

    /// A token of these scopes (all of the grant's, where there are none) that is still good for a
    /// while.
    pub(super) async fn token(&self, scopes: &[String]) -> Result<Token, Error> {
        let mut held = self.held.lock().await;
        let now = self.grant.login.outside().clock().uptime();
        match held.get(scopes) {
            Some(token) if now < token.renew_at => Ok(token.clone()),
            _ => self.renew(&mut held, scopes).await,
        }
    }

    /// Another token than `refused`, unless somebody else got one meanwhile.
    pub(super) async fn instead_of(
        &self,
        refused: &Token,
        scopes: &[String],
    ) -> Result<Token, Error> {
        let mut held = self.held.lock().await;
        match held.get(scopes) {
            Some(token) if token.serial > refused.serial => Ok(token.clone()),
            _ => self.renew(&mut held, scopes).await,
        }
    }

    /// The lock is held all along: who comes meanwhile waits for this token.
    async fn renew(
        &self,
        held: &mut BTreeMap<Vec<String>, Token>,
        scopes: &[String],
    ) -> Result<Token, Error> {
        let serial = held.get(scopes).map_or(1, |token| token.serial + 1);
        let mut request = Request {
            body_bytes_max: ANSWER_BYTES_MAX,
            ..Request::of(Method::Post, self.grant.path.as_str(), Repeat::Safe)
                .with_header("accept", "application/json")
                .with_header("content-type", "application/x-www-form-urlencoded")
        };
        let login = &self.grant.login;
        if self.grant.path.is_empty() {
            // The slot's address is the token endpoint itself.
            request.locator = Locator::Link(login.base().url().to_string());
        }
        let clock = login.outside().clock();
        let asked = match scopes {
            [] => self.grant.scopes.as_slice(),
            named => named,
        };
        let granted = self.ask(&request, asked).await?;
        let life = life(granted.expires_in.as_ref());
        let margin = MARGIN_MAX.min(life / 5);
        let token = Token {
            value: SecretString::from(format!("Bearer {}", granted.access_token)),
            serial,
            renew_at: clock.uptime().saturating_add(life.saturating_sub(margin)),
        };
        held.insert(scopes.to_vec(), token.clone());
        Ok(token)
    }

    /// Asks with the secret of this moment, and with another one where it is refused.
    async fn ask(&self, request: &Request, scopes: &[String]) -> Result<Granted, Error> {
        let login = &self.grant.login;
        let clock = login.outside().clock();
        let mut tries = 1;
        loop {
            let (proof, serial) = self.proofs.current(clock.now())?;
            let form = || proof.form(&self.grant, scopes, clock.now());
            let answer = login.exchange_anew(request.clone(), &form).await?;
            let secret = self.proofs.secret();
            if is_refused(&answer) && tries < Secret::TRIES_MAX && secret.instead_of(serial) {
                tries += 1;
                continue;
            }
            let granted = self.read(&answer, &proof, scopes, clock.now());
            if granted.is_ok() {
                secret.accepted(serial);
            }
            return granted;
        }
    }

    fn read(
        &self,
        answer: &Response,
        proof: &Proof,
        scopes: &[String],
        now: Timestamp,
    ) -> Result<Granted, Error> {
        if answer.status >= 500 || answer.status == 429 {
            return Err(Error::Status {
                origin: self.grant.login.origin().clone(),
                status: answer.status,
            });
        }
        if let Some(place) = answer.redirect() {
            return Err(self.failed(format!(
                "it redirects to {place} and no redirect is followed: correct the address"
            )));
        }
        if !answer.is_success() {
            return Err(self.failed(self.explained(answer, proof, scopes, now)));
        }
        // The cause is not shown: it could quote the token.
        let granted: Granted = serde_json::from_slice(&answer.body)
            .map_err(|_| self.failed("the answer is no token".to_owned()))?;
        let is_bearer = |kind: &String| kind.eq_ignore_ascii_case("bearer");
        if !granted.token_type.as_ref().is_none_or(is_bearer) {
            return Err(self.failed("the token is not a bearer token (is DPoP on?)".to_owned()));
        }
        let is_plain = |b: u8| b.is_ascii_graphic();
        if granted.access_token.is_empty() || !granted.access_token.bytes().all(is_plain) {
            return Err(self.failed("the answer is no token".to_owned()));
        }
        Ok(granted)
    }

    fn failed(&self, why: String) -> Error {
        Error::SignIn {
            origin: self.grant.login.origin().clone(),
            why,
        }
    }

    /// The server's words without our secrets, and what to do where we know more.
    fn explained(
        &self,
        answer: &Response,
        proof: &Proof,
        scopes: &[String],
        now: Timestamp,
    ) -> String {
        let place = if is_refused(answer) {
            self.proofs.secret().words()
        } else {
            String::new()
        };
        let Ok(refusal) = serde_json::from_slice::<Refusal>(&answer.body) else {
            return format!("status {}{place}", answer.status);
        };
        let words = shortened(&proof.without_secret(&said(&refusal))) + &place;
        let ahead_s = waiting::date(answer.header("date"))
            .map(|theirs| theirs.as_second() - now.as_second())
            .map(|ahead| {
                if ahead.abs() < CLOCK_DIFFERENCE_S_MIN {
                    0
                } else {
                    ahead
                }
            });
        match proof.advice(&refusal.error, scopes, ahead_s) {
            Some(advice) => format!("{words}; {advice}"),
            None => words,
        }
    }
}

/// The server does not know the client by this secret (RFC 6749 5.2; a service account's key that
/// was deleted is an invalid grant).
fn is_refused(answer: &Response) -> bool {
    if answer.status == 401 {
        return true;
    }
    let refusal = serde_json::from_slice::<Refusal>(&answer.body);
    let is_of_secret = |code: &str| matches!(code, "invalid_client" | "invalid_grant");
    answer.status == 400 && refusal.is_ok_and(|refusal| is_of_secret(&refusal.error))
}

/// Code and the first line of the description.
fn said(refusal: &Refusal) -> String {
    let description = refusal.error_description.as_deref().unwrap_or_default();
    let first = description.lines().next().unwrap_or_default();
    match first.trim() {
        "" => refusal.error.clone(),
        first => format!("{}: {first}", refusal.error),
    }
}

/// Printable, and no longer than a line: the last thing that is done to a text, because a secret
/// that was cut is not found any more.
fn shortened(text: &str) -> String {
    let plain = text.chars().filter(|c| !c.is_control());
    plain.take(WORDS_MAX).collect()
}

fn life(expires_in: Option<&Value>) -> Duration {
    let seconds = match expires_in {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    };
    let life = seconds.and_then(|s| Duration::try_from_secs_f64(s).ok());
    life.unwrap_or(LIFE_DEFAULT)
}
