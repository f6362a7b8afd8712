//! Tokens of a client: obtained when first needed, renewed before they end, one request at a time.
//!
//! The form is that of RFC 6749, 4.4 with the client's secret in the body, as Entra ID wants it, or
//! with an assertion that its key has signed (RFC 7523, 2.2), a new one for every attempt: a server
//! may take each only once. A token is renewed at four fifths of its life, five minutes before its
//! end at the earliest, and once when the other side answers 401 with it. Tokens are kept in memory
//! only.
//!
//! Deliberately not here: how an assertion is made (`assertion`), service accounts of Google.

use std::time::Duration;

use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use url::form_urlencoded;

use super::assertion::Assertion;
use super::request::{Method, Repeat, Request, Response};
use super::{Error, Grant};

/// A token that says nothing of its life is used for so long.
const LIFE_DEFAULT: Duration = Duration::from_mins(5);
/// A token is renewed so long before its end, or a fifth of its life where that is shorter.
const MARGIN_MAX: Duration = Duration::from_mins(5);
const ANSWER_BYTES_MAX: usize = 256 * 1024;
const WORDS_MAX: usize = 300;
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How `{"` begins in base64, and so every assertion.
const JSON_START: &str = "eyJ";

/// One client's tokens.
#[derive(Debug)]
pub struct TokenSource {
    grant: Grant,
    client_id: String,
    proof: Proof,
    held: Mutex<Option<Token>>,
}

/// How a client shows that it is itself.
#[derive(Debug)]
pub(super) enum Proof {
    /// By a secret that both know.
    Secret(SecretString),
    /// By a signature.
    Key(Assertion),
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
    pub(super) fn new(grant: Grant, client_id: String, proof: Proof) -> Self {
        Self {
            grant,
            client_id,
            proof,
            held: Mutex::new(None),
        }
    }

    /// A token that is still good for a while.
    pub(super) async fn token(&self) -> Result<Token, Error> {
        let mut held = self.held.lock().await;
        let now = self.grant.login.outside().clock().uptime();
        if let Some(token) = held.as_ref().filter(|token| now < token.renew_at) {
            return Ok(token.clone());
        }
        self.renew(&mut held).await
    }

    /// Another token than `refused`, unless somebody else got one meanwhile.
    pub(super) async fn instead_of(&self, refused: &Token) -> Result<Token, Error> {
        let mut held = self.held.lock().await;
        if let Some(token) = held.as_ref().filter(|token| token.serial > refused.serial) {
            return Ok(token.clone());
        }
        self.renew(&mut held).await
    }

    /// The lock is held all along: who comes meanwhile waits for this token.
    async fn renew(&self, held: &mut Option<Token>) -> Result<Token, Error> {
        let serial = held.as_ref().map_or(1, |token| token.serial + 1);
        let request = Request {
            body_bytes_max: ANSWER_BYTES_MAX,
            ..Request::of(Method::Post, self.grant.path.as_str(), Repeat::Safe)
                .with_header("accept", "application/json")
                .with_header("content-type", "application/x-www-form-urlencoded")
        };
        let login = &self.grant.login;
        let answer = login.exchange_anew(request, &|| self.form()).await?;
        let granted = self.read(&answer)?;
        let life = life(granted.expires_in.as_ref());
        let margin = MARGIN_MAX.min(life / 5);
        let clock = login.outside().clock();
        let token = Token {
            value: SecretString::from(format!("Bearer {}", granted.access_token)),
            serial,
            renew_at: clock.uptime().saturating_add(life.saturating_sub(margin)),
        };
        *held = Some(token.clone());
        Ok(token)
    }

    fn form(&self) -> Result<Bytes, Error> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials")
            .append_pair("client_id", &self.client_id);
        match &self.proof {
            Proof::Secret(secret) => {
                form.append_pair("client_secret", secret.expose_secret());
            }
            Proof::Key(key) => {
                let now = self.grant.login.outside().clock().now();
                let assertion = key.sign(&self.audience()?, now)?;
                form.append_pair("client_assertion_type", ASSERTION_TYPE)
                    .append_pair("client_assertion", &assertion);
            }
        }
        if !self.grant.scopes.is_empty() {
            form.append_pair("scope", &self.grant.scopes.join(" "));
        }
        Ok(form.extend_pairs(&self.grant.parameters).finish().into())
    }

    /// Whom an assertion is for: the token endpoint, where the provider names nobody else.
    fn audience(&self) -> Result<String, Error> {
        match self.grant.audience.as_str() {
            "" => {
                let endpoint = self.grant.login.base().join(&self.grant.path)?;
                Ok(endpoint.to_string())
            }
            named => Ok(named.to_owned()),
        }
    }

    fn read(&self, answer: &Response) -> Result<Granted, Error> {
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
            return Err(
                self.failed(match serde_json::from_slice::<Refusal>(&answer.body) {
                    Ok(refusal) => shortened(&self.without_secret(&said(&refusal))),
                    Err(_) => format!("status {}", answer.status),
                }),
            );
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

    /// What a server says of us may quote what we sent.
    fn without_secret(&self, text: &str) -> String {
        match &self.proof {
            Proof::Secret(secret) if secret.expose_secret().is_empty() => text.to_owned(),
            Proof::Secret(secret) => text.replace(secret.expose_secret(), "***"),
            Proof::Key(_) => {
                let words = text.split(' ');
                let shown = words.map(|word| {
                    if word.contains(JSON_START) {
                        "***"
                    } else {
                        word
                    }
                });
                shown.collect::<Vec<_>>().join(" ")
            }
        }
    }
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
