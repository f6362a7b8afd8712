//! Credentials of a slot, and how they become a header.
//!
//! A credential is given to the slot that it belongs to and is added by that slot to its own
//! requests. `Debug` of every type here shows no secret.
//!
//! Deliberately not here: where secrets come from (`vault`); binding to a directory (`ldap`).

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

use super::assertion::ClientKey;
use super::proof::{Client, Proofs};
use super::secret::Used;
use super::token::TokenSource;
use super::{Error, Secret, Slot, headers};

/// What a connector file has under `credential`, its secrets read.
#[derive(Debug, Clone)]
pub enum Credential {
    /// User name and password in the `Authorization` header.
    Basic {
        /// Whose.
        username: String,
        /// Never shown.
        password: Secret,
    },
    /// A token in the `Authorization` header.
    Bearer {
        /// Never shown.
        token: Secret,
    },
    /// A header of any name.
    Header {
        /// Which.
        name: String,
        /// Never shown.
        value: Secret,
    },
    /// A token whose header the adapter names.
    ApiToken {
        /// Never shown.
        token: Secret,
    },
    /// A client that obtains tokens with its secret.
    ClientCredentials {
        /// Which client.
        client_id: String,
        /// Never shown.
        client_secret: Secret,
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
        key: Secret,
        /// On whose behalf: an administrator's address.
        subject: Option<String>,
    },
    /// Name and password for a directory.
    LdapBind {
        /// Distinguished name.
        dn: String,
        /// Never shown.
        password: Secret,
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

    /// Its secret.
    pub fn secret(&self) -> &Secret {
        match self {
            Self::Basic { password, .. } | Self::LdapBind { password, .. } => password,
            Self::Bearer { token } | Self::ApiToken { token } => token,
            Self::Header { value, .. } => value,
            Self::ClientCredentials { client_secret, .. } => client_secret,
            Self::PrivateKeyJwt { key, .. } => &key.private_key,
            Self::GoogleServiceAccount { key, .. } => key,
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
    /// By a header that changes only with its secret.
    Header(Arc<SignedHeader>),
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
        let client = match credential {
            Credential::Basic { username, .. } if username.contains(':') => {
                return Err(unusable("a user name with a colon (RFC 7617)"));
            }
            Credential::Basic { username, password } => {
                let form = Form::Basic(username.clone());
                return header("authorization", form, password);
            }
            Credential::Bearer { token } => {
                return header("authorization", Form::after("Bearer "), token);
            }
            Credential::Header { name, value } => return header(name, Form::after(""), value),
            Credential::ApiToken { token } => {
                let (name, prefix) = token_header.unwrap_or(("authorization", "Bearer "));
                return header(name, Form::after(prefix), token);
            }
            Credential::LdapBind { .. } => {
                let kind = credential.kind();
                let what = format!("the credential kind {kind:?} for this address");
                return Err(Error::Unsupported { what });
            }
            Credential::ClientCredentials { client_id, .. } => Client::Secret(client_id.clone()),
            Credential::PrivateKeyJwt { client_id, key } => {
                Client::Key(client_id.clone(), Box::new(key.clone()))
            }
            Credential::GoogleServiceAccount { subject, .. } => Client::Account(subject.clone()),
        };
        let grant = grant
            .ok_or_else(|| unusable("a client, and the provider names no token endpoint for it"))?;
        let now = grant.login.outside().clock().now();
        let proofs = Proofs::open(client, credential.secret().clone(), now)?;
        Ok(Self::Token(Arc::new(TokenSource::new(grant, proofs))))
    }

    /// Who we are with it: the same for all who count as one at the other side.
    pub(super) fn identity(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Header(header) => match &header.form {
                Form::Basic(username) => format!("basic {username}"),
                Form::After(_) => format!("{} {}", header.name, header.secret.identity()),
            },
            Self::Token(source) => source.identity(),
        }
    }
}

/// A header that is made of a secret.
#[derive(Debug)]
pub struct SignedHeader {
    name: String,
    form: Form,
    secret: Secret,
    /// The last one that was made, and from which secret.
    made: Mutex<Option<(u64, SecretString)>>,
}

#[derive(Debug)]
enum Form {
    /// The user name.
    Basic(String),
    /// What stands before the secret.
    After(String),
}

impl Form {
    fn after(prefix: &str) -> Self {
        Self::After(prefix.to_owned())
    }

    fn of(&self, secret: &SecretString) -> String {
        let secret = secret.expose_secret();
        match self {
            Self::Basic(username) => {
                format!("Basic {}", STANDARD.encode(format!("{username}:{secret}")))
            }
            Self::After(prefix) => format!("{prefix}{secret}"),
        }
    }
}

impl SignedHeader {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The header's value, and the number of the secret that is in it.
    pub(super) fn value(&self) -> Result<(SecretString, u64), Error> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let serial = self.secret.serial();
        match &*made {
            Some((of, value)) if *of == serial => return Ok((value.clone(), serial)),
            _ => {}
        }
        let Used { value, serial } = self.secret.used();
        let text = self.form.of(&value);
        headers::check_form(&self.name, &text).map_err(|_| {
            unusable("a secret or header name with line ends or letters that no header may have")
        })?;
        let value = SecretString::from(text);
        *made = Some((serial, value.clone()));
        Ok((value, serial))
    }
}

fn header(name: &str, form: Form, secret: &Secret) -> Result<Sign, Error> {
    let header = SignedHeader {
        name: name.to_ascii_lowercase(),
        form,
        secret: secret.clone(),
        made: Mutex::default(),
    };
    header.value()?;
    Ok(Sign::Header(Arc::new(header)))
}

fn unusable(what: &str) -> Error {
    Error::credential(format!("the credential has {what}"))
}
