//! How a client shows that it is itself when it asks for a token: the form, and what is said of a
//! refusal.
//!
//! Three ways: a secret in the body (RFC 6749, 4.4), an assertion that the client's key has signed
//! (RFC 7523, 2.2), an assertion in the name of a service account (RFC 7523, 2.1). Assertions are
//! made anew for every attempt: a server may take each only once.
//!
//! Deliberately not here: when a token is asked for, and how long it is kept (`token`).

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;

use super::assertion::{Assertion, ClientKey};
use super::secret::Used;
use super::service_account::ServiceAccount;
use super::{Error, Grant, Secret};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ACCOUNT_GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// How `{"` begins in base64, and so every assertion.
const JSON_START: &str = "eyJ";

/// Who a client is, without its secret.
#[derive(Debug)]
pub(super) enum Client {
    /// A client id.
    Secret(String),
    /// A client id, and what belongs to its key.
    Key(String, Box<ClientKey>),
    /// On whose behalf a service account asks.
    Account(Option<String>),
}

impl Client {
    fn proof(&self, secret: &SecretString, now: Timestamp) -> Result<Proof, Error> {
        Ok(match self {
            Self::Secret(client_id) => Proof::Secret {
                client_id: client_id.clone(),
                secret: secret.clone(),
            },
            Self::Key(client_id, key) => Proof::Key {
                client_id: client_id.clone(),
                key: Assertion::open(client_id, secret, key, now)?,
            },
            Self::Account(subject) => {
                let account = ServiceAccount::open(secret, subject.as_deref())?;
                Proof::Account(Box::new(account))
            }
        })
    }
}

/// The proofs of one client: another one whenever its secret is another one.
#[derive(Debug)]
pub(super) struct Proofs {
    client: Client,
    secret: Secret,
    made: Mutex<(u64, Arc<Proof>)>,
}

impl Proofs {
    /// Reads and checks the secret of this moment.
    pub(super) fn open(client: Client, secret: Secret, now: Timestamp) -> Result<Self, Error> {
        let Used { value, serial } = secret.used();
        let made = (serial, Arc::new(client.proof(&value, now)?));
        Ok(Self {
            client,
            secret,
            made: Mutex::new(made),
        })
    }

    /// The proof of this moment, and the number of its secret.
    pub(super) fn current(&self, now: Timestamp) -> Result<(Arc<Proof>, u64), Error> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let Used { value, serial } = self.secret.used();
        if made.0 != serial {
            *made = (serial, Arc::new(self.client.proof(&value, now)?));
        }
        Ok((Arc::clone(&made.1), serial))
    }

    pub(super) fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The client, as its provider counts it.
    pub(super) fn identity(&self) -> String {
        match &self.client {
            Client::Secret(client_id) | Client::Key(client_id, _) => client_id.clone(),
            Client::Account(subject) => {
                let subject = subject.as_deref().unwrap_or_default();
                format!("{} {subject}", self.secret.identity())
            }
        }
    }
}

/// How a client shows that it is itself.
#[derive(Debug)]
pub(super) enum Proof {
    /// By a secret that both know.
    Secret {
        client_id: String,
        secret: SecretString,
    },
    /// By a signature.
    Key { client_id: String, key: Assertion },
    /// By the signature of a service account.
    Account(Box<ServiceAccount>),
}

impl Proof {
    /// The body of a request for a token of these scopes.
    pub(super) fn form(
        &self,
        grant: &Grant,
        scopes: &[String],
        now: Timestamp,
    ) -> Result<Bytes, Error> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        match self {
            Self::Secret { client_id, secret } => {
                form.append_pair("grant_type", "client_credentials")
                    .append_pair("client_id", client_id)
                    .append_pair("client_secret", secret.expose_secret());
            }
            Self::Key { client_id, key } => {
                form.append_pair("grant_type", "client_credentials")
                    .append_pair("client_id", client_id)
                    .append_pair("client_assertion_type", ASSERTION_TYPE)
                    .append_pair("client_assertion", &key.sign(&audience(grant)?, now)?);
            }
            Self::Account(account) => {
                let assertion = account.sign(&audience(grant)?, scopes, now)?;
                form.append_pair("grant_type", ACCOUNT_GRANT)
                    .append_pair("assertion", &assertion);
            }
        }
        // A service account's scopes are in what it signs.
        if !scopes.is_empty() && !matches!(self, Self::Account(_)) {
            form.append_pair("scope", &scopes.join(" "));
        }
        Ok(form.extend_pairs(&grant.parameters).finish().into())
    }

    /// What a server says of us may quote what we sent.
    pub(super) fn without_secret(&self, text: &str) -> String {
        match self {
            Self::Secret { secret, .. } if secret.expose_secret().is_empty() => text.to_owned(),
            Self::Secret { secret, .. } => text.replace(secret.expose_secret(), "***"),
            Self::Key { .. } | Self::Account(_) => {
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

    /// What to do about a refusal, where we know more than the server says. `ahead_s` is how far
    /// the server's clock is ahead of ours.
    pub(super) fn advice(
        &self,
        error: &str,
        scopes: &[String],
        ahead_s: Option<i64>,
    ) -> Option<String> {
        match self {
            Self::Account(account) => account.advice(error, scopes, ahead_s),
            Self::Secret { .. } | Self::Key { .. } => None,
        }
    }
}

/// Whom an assertion is for: the token endpoint, where the provider names nobody else.
fn audience(grant: &Grant) -> Result<String, Error> {
    match grant.audience.as_str() {
        "" if grant.path.is_empty() => Ok(grant.login.base().url().to_string()),
        "" => Ok(grant.login.base().join(&grant.path)?.to_string()),
        named => Ok(named.to_owned()),
    }
}
