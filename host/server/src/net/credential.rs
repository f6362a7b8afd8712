//! Credentials of a slot, and how they become a header.
//!
//! A credential is given to the slot that it belongs to and is added by that slot to its own
//! requests. `Debug` of every type here shows no secret.
//!
//! Deliberately not here: where secrets come from (`vault`); binding to a directory (`ldap`).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

use super::assertion::{Assertion, ClientKey};
use super::proof::Proof;
use super::service_account::ServiceAccount;
use super::token::TokenSource;
use super::{Error, Slot, headers};

/// What a connector file has under `credential`, its secrets read.
#[derive(Debug, Clone)]
pub enum Credential {
    /// User name and password in the `Authorization` header.
    Basic {
        /// Whose.
        username: String,
        /// Never shown.
        password: SecretString,
    },
    /// A token in the `Authorization` header.
    Bearer {
        /// Never shown.
        token: SecretString,
    },
    /// A header of any name.
    Header {
        /// Which.
        name: String,
        /// Never shown.
        value: SecretString,
    },
    /// A token whose header the adapter names.
    ApiToken {
        /// Never shown.
        token: SecretString,
    },
    /// A client that obtains tokens with its secret.
    ClientCredentials {
        /// Which client.
        client_id: String,
        /// Never shown.
        client_secret: SecretString,
    },
    /// A client that signs its requests for tokens.
    PrivateKeyJwt {
        /// Which client.
        client_id: String,
        /// With what.
        key: ClientKey,
    },
    /// A service account of Google.
    GoogleServiceAccount {
        /// JSON, never shown.
        key: SecretString,
        /// On whose behalf: an administrator's address.
        subject: Option<String>,
    },
    /// Name and password for a directory.
    LdapBind {
        /// Distinguished name.
        dn: String,
        /// Never shown.
        password: SecretString,
    },
}

impl Credential {
    /// The word in connector files.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Basic { .. } => "basic",
            Self::Bearer { .. } => "bearer",
            Self::Header { .. } => "header",
            Self::ApiToken { .. } => "api-token",
            Self::ClientCredentials { .. } => "oauth2-client-credentials",
            Self::PrivateKeyJwt { .. } => "oauth2-private-key-jwt",
            Self::GoogleServiceAccount { .. } => "google-service-account",
            Self::LdapBind { .. } => "ldap-bind",
        }
    }
}

/// Where and how a client obtains its tokens.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The slot of the token endpoint; it has no credential of its own.
    pub login: Slot,
    /// Path of the token endpoint below the slot's address.
    pub path: String,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// Whom a signed assertion is for; not part of the form (a provider that wants it there names
    /// it in `parameters`).
    pub audience: String,
    /// Further fields of the form.
    pub parameters: Vec<(String, String)>,
}

/// How a slot's requests are signed.
#[derive(Debug, Clone, Default)]
pub enum Sign {
    /// Not at all.
    #[default]
    Nothing,
    /// By a header that is always the same.
    Header {
        /// Which.
        name: String,
        /// Never shown.
        value: SecretString,
    },
    /// By a token that is obtained and renewed.
    Token(Arc<TokenSource>),
}

impl Sign {
    /// Prepares a credential. `token_header` is the header and the prefix that the adapter names
    /// for an API token (`("authorization", "SSWS ")`); `grant` is needed for a client that obtains
    /// tokens.
    pub fn with(
        credential: &Credential,
        token_header: Option<(&str, &str)>,
        grant: Option<Grant>,
    ) -> Result<Self, Error> {
        match credential {
            Credential::Basic { username, password } => {
                if username.contains(':') {
                    return Err(unusable("a user name with a colon (RFC 7617)"));
                }
                let pair = format!("{username}:{}", password.expose_secret());
                header("authorization", format!("Basic {}", STANDARD.encode(pair)))
            }
            Credential::Bearer { token } => {
                header("authorization", format!("Bearer {}", token.expose_secret()))
            }
            Credential::Header { name, value } => header(name, value.expose_secret().to_owned()),
            Credential::ApiToken { token } => {
                let (name, prefix) = token_header.unwrap_or(("authorization", "Bearer "));
                header(name, format!("{prefix}{}", token.expose_secret()))
            }
            Credential::ClientCredentials {
                client_id,
                client_secret,
            } => {
                let proof = Proof::Secret {
                    client_id: client_id.clone(),
                    secret: client_secret.clone(),
                };
                Self::by_token(grant, proof)
            }
            Credential::PrivateKeyJwt { client_id, key } => {
                let grant = grant.ok_or_else(no_token_endpoint)?;
                let now = grant.login.outside().clock().now();
                let proof = Proof::Key {
                    client_id: client_id.clone(),
                    key: Assertion::open(client_id, key, now)?,
                };
                Self::by_token(Some(grant), proof)
            }
            Credential::GoogleServiceAccount { key, subject } => {
                let account = ServiceAccount::open(key, subject.as_deref())?;
                Self::by_token(grant, Proof::Account(Box::new(account)))
            }
            Credential::LdapBind { .. } => Err(Error::Unsupported {
                what: format!(
                    "the credential kind {:?} for this address",
                    credential.kind()
                ),
            }),
        }
    }

    fn by_token(grant: Option<Grant>, proof: Proof) -> Result<Self, Error> {
        let grant = grant.ok_or_else(no_token_endpoint)?;
        Ok(Self::Token(Arc::new(TokenSource::new(grant, proof))))
    }
}

fn header(name: &str, value: String) -> Result<Sign, Error> {
    headers::check_form(name, &value).map_err(|_| {
        unusable("a secret or header name with line ends or letters that no header may have")
    })?;
    Ok(Sign::Header {
        name: name.to_ascii_lowercase(),
        value: SecretString::from(value),
    })
}

fn unusable(what: &str) -> Error {
    Error::credential(format!("the credential has {what}"))
}

fn no_token_endpoint() -> Error {
    unusable("a client, and the provider names no token endpoint for it")
}
