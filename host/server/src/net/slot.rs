//! One configured address with its credential: the only thing that requests are made with.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use secrecy::SecretString;
use tracing::Instrument as _;
use tracing::field::Empty;

use super::credential::Sign;
use super::echo::Echo;
use super::pace::Pace;
use super::request::{Locator, Outgoing, Request, Response};
use super::retry::{Attempt, Verdict, judge};
use super::send::Send;
use super::token::Token;
use super::{Base, Error, Origin, Outside, Secret, headers};

/// What a slot is made from.
#[derive(Debug, Clone, Default)]
pub struct SlotSpec {
    /// `https://...`, with or without a path below which its requests live.
    pub address: String,
    /// Plain `http://` to other machines too.
    pub allow_http: bool,
    /// PEM file of authorities that are trusted for this address alone.
    pub ca_file: Option<PathBuf>,
    /// How its requests are signed.
    pub sign: Sign,
}

/// A configured address with its credential; cheap to clone.
#[derive(Clone)]
pub struct Slot {
    shared: Arc<Shared>,
}

struct Shared {
    base: Base,
    sign: Sign,
    send: Arc<dyn Send>,
    outside: Outside,
    pace: Arc<Pace>,
}

impl fmt::Debug for Slot {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Slot({})", self.origin())
    }
}

impl Slot {
    /// Checks the address and the files; opens no connection.
    pub fn open(outside: &Outside, spec: SlotSpec) -> Result<Self, Error> {
        let base = Base::http(&spec.address, spec.allow_http)?;
        let shared = Shared {
            pace: outside.pace(base.origin(), &spec.sign.identity()),
            base,
            sign: spec.sign,
            send: outside.send(spec.ca_file.as_deref())?,
            outside: outside.clone(),
        };
        let shared = Arc::new(shared);
        Ok(Self { shared })
    }

    /// The same address without the credential, for a session that was opened with it: at the same
    /// pace, because the other side counts both as one.
    #[must_use]
    pub fn unsigned(&self) -> Self {
        let shared = Shared {
            base: self.shared.base.clone(),
            sign: Sign::Nothing,
            send: Arc::clone(&self.shared.send),
            outside: self.shared.outside.clone(),
            pace: Arc::clone(&self.shared.pace),
        };
        let shared = Arc::new(shared);
        Self { shared }
    }

    /// Where every request of this slot goes.
    pub fn origin(&self) -> &Origin {
        self.shared.base.origin()
    }

    /// The configured address.
    pub fn base(&self) -> &Base {
        &self.shared.base
    }

    /// The world that this slot is part of.
    pub fn outside(&self) -> &Outside {
        &self.shared.outside
    }

    /// The header that carries the credential, where there is one.
    pub fn credential_header(&self) -> Option<&str> {
        match &self.shared.sign {
            Sign::Nothing => None,
            Sign::Header(header) => Some(header.name()),
            Sign::Token(_) => Some("authorization"),
        }
    }

    /// Where the secret of its own header lies and when it ends, for messages; may be empty.
    pub fn secret_words(&self) -> String {
        match &self.shared.sign {
            Sign::Header(header) => header.secret().words(),
            Sign::Nothing | Sign::Token(_) => String::new(),
        }
    }

    /// Nobody sends to this slot's origin with its credential for the next `wait`.
    pub fn hold(&self, wait: Duration) {
        self.shared.pace.hold(wait);
    }

    /// Whether a request keeps to the rules; sends nothing.
    pub fn admit(&self, request: &Request) -> Result<(), Error> {
        self.prepare(request).map(drop)
    }

    /// Sends a request, repeats it where that is right, and gives the last answer, whatever its
    /// status. An error means that there is no answer.
    pub async fn exchange(&self, request: Request) -> Result<Response, Error> {
        let body = request.body.clone();
        let method = request.method.as_str();
        let span = tracing::info_span!("request", origin = %self.origin(), method, status = Empty);
        let body = || Ok(body.clone());
        let answer = self.exchange_anew(request, &body);
        let answer = Box::pin(answer.instrument(span.clone())).await;
        if let Ok(answer) = &answer {
            span.record("status", answer.status);
        }
        answer
    }

    /// The same with a body that is made anew for every attempt.
    pub(super) async fn exchange_anew(
        &self,
        request: Request,
        body: &(dyn Fn() -> Result<Bytes, Error> + Sync),
    ) -> Result<Response, Error> {
        let unsigned = self.prepare(&request)?;
        let clock = self.outside().clock();
        let began = clock.uptime();
        let mut unreachable_since = None;
        let mut signature = Signature::default();
        let mut attempts = 0;
        loop {
            let left = self.patience(clock.uptime().saturating_sub(began));
            let permit = self.shared.pace.enter(self.outside().lane(), left).await?;
            let credential = self.sign(&mut signature, &request.scopes).await?;
            let echo = credential.as_ref().map(|(_, value)| Echo::of_header(value));
            let outgoing = Outgoing {
                credential,
                body: body()?,
                ..unsigned.clone()
            };
            attempts += 1;
            let sent = clock.uptime();
            let result = self.shared.send.send(outgoing).await;
            let result = match &echo {
                Some(echo) => result.map(|answer| echo.blot(answer)),
                None => result,
            };
            let now = clock.uptime();
            permit.ended(request.method, now.saturating_sub(sent), &result);
            if signature.should_sign_again(&self.shared.sign, &result) {
                continue;
            }
            match &result {
                Err(error) if error.met_nobody() => {
                    unreachable_since.get_or_insert(now);
                }
                _ => unreachable_since = None,
            }
            self.heed(&result);
            let attempt = Attempt {
                policy: self.outside().policy(),
                origin: self.origin(),
                repeat: request.repeat,
                attempts,
                elapsed: now.saturating_sub(began),
                unreachable: unreachable_since.map_or(Duration::ZERO, |at| now.saturating_sub(at)),
                now: clock.now(),
                jitter: self.outside().jitter(),
            };
            match judge(&attempt, result) {
                Verdict::Done(result) => {
                    return result.map(|answer| Response { attempts, ..answer });
                }
                Verdict::Hold(wait) => self.hold(wait),
                Verdict::Pause(wait) => clock.sleep(wait).await,
            }
        }
    }

    fn patience(&self, elapsed: Duration) -> Duration {
        self.outside().policy().total_max.saturating_sub(elapsed)
    }

    fn prepare(&self, request: &Request) -> Result<Outgoing, Error> {
        let url = match &request.locator {
            Locator::Path(path) => self.base().join(path)?,
            Locator::Link(link) => self.base().admit(link)?,
        };
        for (name, value) in &request.headers {
            headers::check_form(name, value)?;
        }
        if let Sign::Token(source) = &self.shared.sign {
            source.admit(&request.scopes)?;
        }
        Ok(Outgoing {
            method: request.method,
            url,
            headers: request.headers.clone(),
            credential: None,
            body: Bytes::new(),
            body_bytes_max: request.body_bytes_max,
        })
    }

    async fn sign(
        &self,
        signature: &mut Signature,
        scopes: &[String],
    ) -> Result<Option<(String, SecretString)>, Error> {
        match &self.shared.sign {
            Sign::Nothing => Ok(None),
            Sign::Header(header) => {
                let (value, serial) = header.value()?;
                signature.secret = serial;
                Ok(Some((header.name().to_owned(), value)))
            }
            Sign::Token(source) => {
                // Boxed: obtaining a token is itself an exchange, of the login slot.
                let token = match signature.refused.take() {
                    Some(refused) => Box::pin(source.instead_of(&refused, scopes)).await?,
                    None => Box::pin(source.token(scopes)).await?,
                };
                let value = token.value.clone();
                signature.used = Some(token);
                Ok(Some(("authorization".to_owned(), value)))
            }
        }
    }

    /// An answer that used up the quota keeps everybody away until it is filled again.
    fn heed(&self, result: &Result<Response, Error>) {
        let Ok(answer) = result else { return };
        if !answer.is_success() {
            return;
        }
        let now = self.outside().clock().now();
        if let Some(wait) = super::waiting::after_success(answer, now) {
            self.hold(wait);
        }
    }
}

/// What one request was signed with.
#[derive(Default)]
struct Signature {
    used: Option<Token>,
    refused: Option<Token>,
    was_renewed: bool,
    /// The number of the secret in the header.
    secret: u64,
    tries: u32,
}

impl Signature {
    /// A request that was refused for its signature did nothing, and is sent again with another
    /// one: a token may have been revoked before its end, a secret may have been rotated.
    fn should_sign_again(&mut self, sign: &Sign, result: &Result<Response, Error>) -> bool {
        let Ok(answer) = result else { return false };
        match sign {
            Sign::Nothing => false,
            Sign::Header(header) if answer.status != 401 => {
                if answer.is_success() {
                    header.secret().accepted(self.secret);
                }
                false
            }
            Sign::Header(header) => {
                self.tries += 1;
                // One more failed sign-in would not solve a CAPTCHA.
                let is_locked = answer.header("x-authentication-denied-reason").is_some();
                !is_locked
                    && self.tries < Secret::TRIES_MAX
                    && header.secret().instead_of(self.secret)
            }
            Sign::Token(_) if answer.status != 401 || self.was_renewed => false,
            Sign::Token(_) => {
                self.refused = self.used.take();
                self.was_renewed = true;
                self.refused.is_some()
            }
        }
    }
}
