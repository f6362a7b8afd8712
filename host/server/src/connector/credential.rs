//! Credentials as a connector file names them: kinds, plain keys, and where the secrets are.
//!
//! Invariant: no secret is in any type of this module. `reveal` turns a spec into the credential
//! of `net` by asking somebody else for each secret. A certificate is none, but lies in a file as
//! often as in the text, so it may stand in either.

use std::collections::BTreeMap;
use std::path::Path;

use secrecy::SecretString;

use crate::net::{Algorithm, ClientKey, Credential};
use crate::settings::reader::Node;
use crate::settings::{SecretRef, TextRef};

/// A credential with its secrets still in their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialSpec {
    /// Which keys it has.
    pub kind: Kind,
    /// Keys that are no secrets.
    pub plain: BTreeMap<&'static str, String>,
    /// Keys that are, and a certificate that lies in a file.
    pub secrets: BTreeMap<&'static str, SecretRef>,
}

/// The kinds of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named like the words of the connector file")]
pub enum Kind {
    Basic,
    Bearer,
    Header,
    ApiToken,
    ClientCredentials,
    PrivateKeyJwt,
    GoogleServiceAccount,
    LdapBind,
}

/// The keys of one kind.
struct Keys {
    plain: &'static [&'static str],
    optional: &'static [&'static str],
    secret: &'static str,
}

impl Kind {
    const WORDS: [(&'static str, Self); 8] = [
        ("basic", Self::Basic),
        ("bearer", Self::Bearer),
        ("header", Self::Header),
        ("api-token", Self::ApiToken),
        ("oauth2-client-credentials", Self::ClientCredentials),
        ("oauth2-private-key-jwt", Self::PrivateKeyJwt),
        ("google-service-account", Self::GoogleServiceAccount),
        ("ldap-bind", Self::LdapBind),
    ];

    /// The word of a connector file.
    pub fn as_str(self) -> &'static str {
        let word = Self::WORDS.iter().find(|(_, kind)| *kind == self);
        word.map_or("", |(word, _)| word)
    }

    fn keys(self) -> Keys {
        let (plain, optional, secret): (&[_], &[_], _) = match self {
            Self::Basic => (&["username"], &[], "password"),
            Self::Bearer | Self::ApiToken => (&[], &[], "token"),
            Self::Header => (&["name"], &[], "value"),
            Self::ClientCredentials => (&["client-id"], &[], "client-secret"),
            Self::PrivateKeyJwt => (
                &["client-id"],
                &["certificate", "key-id", "algorithm"],
                "private-key",
            ),
            Self::GoogleServiceAccount => (&[], &["subject"], "key"),
            Self::LdapBind => (&["dn"], &[], "password"),
        };
        Keys {
            plain,
            optional,
            secret,
        }
    }
}

impl CredentialSpec {
    /// Reads `{ kind = "basic", username = "...", password = { env = "..." } }`.
    pub(super) fn read(node: &Node<'_>, folder: &Path) -> Option<Self> {
        let section = node.section()?;
        let kind = section.need("kind", "such as kind = \"basic\"")?;
        let Some(kind) = kind.choice(&Kind::WORDS) else {
            // Without a kind nobody knows which other keys are right: do not tell them wrong.
            section.finish_with(|_| true);
            return None;
        };
        let keys = kind.keys();
        let mut plain = BTreeMap::new();
        for key in keys.plain {
            let hint = format!("a credential of kind \"{}\" has it", kind.as_str());
            let value = section.need(key, &hint).and_then(|node| node.full_text());
            plain.extend(value.map(|value| (*key, value.to_owned())));
        }
        let mut secrets = BTreeMap::new();
        let mut is_whole = true;
        for key in keys.optional {
            let Some(node) = section.get(key) else {
                continue;
            };
            let value = match *key {
                "algorithm" if node.choice(&Algorithm::WORDS).is_none() => None,
                "certificate" => certificate(&node, folder),
                _ => node.full_text().map(|text| TextRef::Text(text.to_owned())),
            };
            is_whole &= value.is_some();
            match value {
                Some(TextRef::Text(text)) => drop(plain.insert(*key, text)),
                Some(TextRef::At(place)) => drop(secrets.insert(*key, place)),
                None => {}
            }
        }
        let secret = section.need(keys.secret, "{ env = \"NAME\" } or { file = \"PATH\" }");
        let secret = secret.and_then(|node| SecretRef::read(&node, folder));
        section.finish();
        is_whole &= keys.plain.iter().all(|key| plain.contains_key(key));
        is_whole.then_some(())?;
        secrets.insert(keys.secret, secret?);
        Some(Self {
            kind,
            plain,
            secrets,
        })
    }

    /// The credential with its secrets, each asked of `secret_of`; `text_of` reads what lies like a
    /// secret and is none.
    pub fn reveal<E>(
        &self,
        secret_of: impl Fn(&SecretRef) -> Result<SecretString, E>,
        text_of: impl Fn(&SecretRef) -> Result<SecretString, E>,
    ) -> Result<Credential, E> {
        let plain = |key: &str| self.plain(key).to_owned();
        // Every kind has one secret, under the name that `Kind::keys` gives it.
        let secret = match self.secrets.get(self.kind.keys().secret) {
            Some(place) => secret_of(place)?,
            None => SecretString::default(),
        };
        let certificate = match self.secrets.get("certificate") {
            Some(place) => Some(text_of(place)?),
            None => self.plain.get("certificate").map(|pem| pem.as_str().into()),
        };
        let algorithm = self.plain.get("algorithm").and_then(|chosen| {
            let mut words = Algorithm::WORDS.into_iter();
            words.find_map(|(word, algorithm)| (word == chosen).then_some(algorithm))
        });
        Ok(match self.kind {
            Kind::Basic => Credential::Basic {
                username: plain("username"),
                password: secret,
            },
            Kind::Bearer => Credential::Bearer { token: secret },
            Kind::Header => Credential::Header {
                name: plain("name"),
                value: secret,
            },
            Kind::ApiToken => Credential::ApiToken { token: secret },
            Kind::ClientCredentials => Credential::ClientCredentials {
                client_id: plain("client-id"),
                client_secret: secret,
            },
            Kind::PrivateKeyJwt => Credential::PrivateKeyJwt {
                client_id: plain("client-id"),
                key: ClientKey {
                    private_key: secret,
                    certificate,
                    key_id: self.plain.get("key-id").cloned(),
                    algorithm,
                },
            },
            Kind::GoogleServiceAccount => Credential::GoogleServiceAccount {
                key: secret,
                subject: self.plain.get("subject").cloned(),
            },
            Kind::LdapBind => Credential::LdapBind {
                dn: plain("dn"),
                password: secret,
            },
        })
    }

    /// A plain key, empty where it is not set.
    pub fn plain(&self, key: &str) -> &str {
        self.plain.get(key).map_or("", String::as_str)
    }
}

/// PEM, or the place of it. A file may hold the private key too, the text may not.
fn certificate(node: &Node<'_>, folder: &Path) -> Option<TextRef> {
    let read = TextRef::read(node, folder)?;
    if matches!(&read, TextRef::Text(text) if text.contains("PRIVATE KEY")) {
        node.error(
            "a private key stands here in clear",
            "leave the certificate here, and write private-key = { file = \"PATH\" }",
        );
        return None;
    }
    Some(read)
}
