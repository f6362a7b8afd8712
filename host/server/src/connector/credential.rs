//! Credentials as a connector file names them: kinds, plain keys, and where the secrets are.
//!
//! Invariant: no secret is in any type of this module. `reveal` turns a spec into the credential
//! of `net` by asking somebody else for each secret. A certificate is none, but lies in a file as
//! often as in the text, so it may stand in either.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;

use crate::net::{Algorithm, ClientKey, Credential, Secret};
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
    /// What follows them when they are rotated.
    pub next: BTreeMap<&'static str, SecretRef>,
    /// The day on which the secret ends, as its owner wrote it down.
    pub expires: Option<Date>,
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
#[derive(Debug, Clone, Copy)]
pub struct Keys {
    /// Those that it has, and that are no secrets.
    pub plain: &'static [&'static str],
    /// Those that it may have.
    pub optional: &'static [&'static str],
    /// The secret's.
    pub secret: &'static str,
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

    /// The kind of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        let known = Self::WORDS.iter().find(|(known, _)| *known == word);
        known.map(|(_, kind)| *kind)
    }

    /// Which keys it has.
    pub fn keys(self) -> Keys {
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
        let mut nexts = BTreeMap::new();
        let mut is_whole = true;
        for key in keys.optional {
            let Some(node) = section.get(key) else {
                continue;
            };
            let value = match *key {
                "algorithm" if node.choice(&Algorithm::WORDS).is_none() => None,
                "certificate" => certificate(&node, folder, &mut nexts),
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
        let secret = secret.and_then(|node| SecretRef::read_with_next(&node, folder));
        let expires = section.get("expires");
        let expires = expires.map(|node| date(&node));
        is_whole &= expires != Some(None);
        section.finish();
        is_whole &= keys.plain.iter().all(|key| plain.contains_key(key));
        is_whole.then_some(())?;
        let (secret, next) = secret?;
        secrets.insert(keys.secret, secret);
        nexts.extend(next.map(|next| (keys.secret, next)));
        Some(Self {
            kind,
            plain,
            secrets,
            next: nexts,
            expires: expires.flatten(),
        })
    }

    /// Where its secrets lie, as messages name it; each with its successor behind it.
    pub fn places(&self) -> Vec<String> {
        let key = self.kind.keys().secret;
        let places = self.secrets.get(key).into_iter().chain(self.next.get(key));
        places.map(ToString::to_string).collect()
    }

    /// The credential with its secrets, each asked of `secret_of` with the place of its successor;
    /// `text_of` reads what lies like a secret and is none.
    pub fn reveal<E>(
        &self,
        secret_of: impl Fn(&SecretRef, Option<&SecretRef>) -> Result<Secret, E>,
        text_of: impl Fn(&SecretRef, Option<&SecretRef>) -> Result<Secret, E>,
    ) -> Result<Credential, E> {
        let plain = |key: &str| self.plain(key).to_owned();
        // Every kind has one secret, under the name that `Kind::keys` gives it.
        let key = self.kind.keys().secret;
        let secret = match self.secrets.get(key) {
            Some(place) => secret_of(place, self.next.get(key))?.until(self.expires),
            None => Secret::from(""),
        };
        let certificate = match self.secrets.get("certificate") {
            Some(place) => Some(text_of(place, self.next.get("certificate"))?),
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
fn certificate(
    node: &Node<'_>,
    folder: &Path,
    nexts: &mut BTreeMap<&'static str, SecretRef>,
) -> Option<TextRef> {
    if node.as_section().is_some() {
        let (place, next) = SecretRef::read_with_next(node, folder)?;
        nexts.extend(next.map(|next| ("certificate", next)));
        return Some(TextRef::At(place));
    }
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

/// `"2027-01-31"`.
fn date(node: &Node<'_>) -> Option<Date> {
    let day = node.text()?.parse().ok();
    if day.is_none() {
        node.error(
            format!("{} is no day", node.name()),
            "write the year, the month and the day: expires = \"2027-01-31\"",
        );
    }
    day
}
