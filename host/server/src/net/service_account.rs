//! Google service accounts: a key file that signs for an account, on somebody's behalf.
//!
//! The form is that of "Using OAuth 2.0 for server to server applications" of Google's identity
//! platform (RFC 7523, 2.1): a JWT by RS256 that names the account (`iss`), the administrator on
//! whose behalf it asks (`sub`, domain-wide delegation), the scopes and the token endpoint.
//!
//! Invariants: the key file says who signs and never where to: its `token_uri` is not followed,
//! because a file that somebody swapped could send our assertions anywhere, while the token
//! endpoint is configured and its origin checked like every other. No error shows anything of the
//! file but names of its members, the account's address and its client id, which are no secrets.
//!
//! Deliberately not here: access tokens of single users, workload identity, P12 keys.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value as Json, json};

use super::Error;
use super::jws::{Algorithm, Pair, Signer};

/// The longest that Google takes.
const LIFE: SignedDuration = SignedDuration::from_hours(1);
/// Where to get what we want.
const NEW_KEY: &str = "make a JSON key for the service account in the Google Cloud console (IAM & \
                       Admin > Service accounts > Keys > Add key) and name that file";

/// Signs for one service account.
#[derive(Debug)]
pub(super) struct ServiceAccount {
    email: String,
    client_id: String,
    subject: Option<String>,
    signer: Signer,
}

impl ServiceAccount {
    /// Reads and checks the key file.
    pub(super) fn open(key: &SecretString, subject: Option<&str>) -> Result<Self, Error> {
        let file = KeyFile::read(key.expose_secret())?;
        file.check_type()?;
        let pair = match Pair::read(file.text("private_key")?) {
            Ok(pair @ Pair::Rsa(_)) => pair,
            Ok(Pair::Curve(..)) => {
                return Err(refused("its `private_key` is no RSA key"));
            }
            Err(_) => return Err(refused("its `private_key` cannot be read")),
        };
        let mut about = Map::new();
        about.insert("kid".to_owned(), file.text("private_key_id")?.into());
        Ok(Self {
            email: file.text("client_email")?.to_owned(),
            client_id: file.text("client_id")?.to_owned(),
            subject: subject.map(checked_subject).transpose()?,
            signer: Signer::new(pair, Algorithm::Rs256, about),
        })
    }

    /// A new assertion for these scopes.
    pub(super) fn sign(
        &self,
        audience: &str,
        scopes: &[String],
        now: Timestamp,
    ) -> Result<String, Error> {
        let mut claims = json!({
            "iss": self.email,
            "scope": scopes.join(" "),
            "aud": audience,
            "iat": now.as_second(),
            "exp": now.saturating_add(LIFE).unwrap_or(now).as_second(),
        });
        if let (Some(subject), Some(claims)) = (&self.subject, claims.as_object_mut()) {
            claims.insert("sub".to_owned(), subject.as_str().into());
        }
        self.signer.sign(&claims)
    }

    /// What an administrator does about a refusal; `ahead_s` is how far the server's clock is ahead
    /// of ours.
    pub(super) fn advice(
        &self,
        error: &str,
        scopes: &[String],
        ahead_s: Option<i64>,
    ) -> Option<String> {
        match error {
            "unauthorized_client" | "access_denied" | "invalid_scope" => Some(format!(
                "a super administrator enters {} for the client id {} in the Google Admin console \
                 (Security > Access and data control > API controls > Manage domain-wide \
                 delegation); it takes some minutes to work",
                scopes.join(","),
                self.client_id
            )),
            "invalid_grant" => Some(self.grant_advice(ahead_s)),
            "invalid_client" | "deleted_client" | "disabled_client" => Some(format!(
                "look whether the service account {} still exists and is enabled",
                self.email
            )),
            _ => None,
        }
    }

    fn grant_advice(&self, ahead_s: Option<i64>) -> String {
        let subject = match &self.subject {
            Some(subject) => format!("whether `subject` ({subject}) is an active user"),
            None => "whether `subject` has to be set to an administrator's address".to_owned(),
        };
        let clock = match ahead_s {
            Some(0) => "this machine's clock agrees with theirs".to_owned(),
            Some(ahead) => format!(
                "this machine's clock is {} s {} theirs: set it by NTP",
                ahead.abs(),
                if ahead > 0 { "behind" } else { "ahead of" }
            ),
            None => "whether this machine's clock is right".to_owned(),
        };
        format!(
            "look {subject}, whether the key of {} was deleted, and at the clock: {clock}",
            self.email
        )
    }
}

/// The members of a key file.
struct KeyFile(Map<String, Json>);

impl KeyFile {
    fn read(text: &str) -> Result<Self, Error> {
        match serde_json::from_str(text) {
            Ok(Json::Object(members)) => Ok(Self(members)),
            // The cause is not shown: it could quote the file.
            _ if text.contains("PRIVATE KEY") => Err(refused(
                "it is no JSON; a private key alone does not say whose it is",
            )),
            _ => Err(refused("it is no JSON object")),
        }
    }

    fn check_type(&self) -> Result<(), Error> {
        let is_client = ["installed", "web"]
            .iter()
            .any(|kind| self.0.contains_key(*kind));
        match self.0.get("type").and_then(Json::as_str) {
            Some("service_account") => Ok(()),
            _ if is_client => Err(refused("it is the secret of an OAuth client")),
            Some("authorized_user") => Err(refused("it is the sign-in of a single user")),
            Some("external_account") => Err(refused("it is a workload identity without a key")),
            _ => Err(refused("its `type` is not `service_account`")),
        }
    }

    fn text(&self, member: &str) -> Result<&str, Error> {
        let text = self.0.get(member).and_then(Json::as_str);
        text.filter(|text| !text.trim().is_empty())
            .ok_or_else(|| refused(&format!("its member `{member}` is missing or empty")))
    }
}

/// Google wants the primary address of a user; names and domains are common mistakes.
fn checked_subject(subject: &str) -> Result<String, Error> {
    let is_odd = |c: char| c.is_whitespace() || c.is_control();
    let parts = subject.split_once('@');
    let is_address = parts.is_some_and(|(name, domain)| {
        !name.is_empty() && domain.contains('.') && !domain.contains('@')
    });
    if is_address && !subject.contains(is_odd) {
        return Ok(subject.to_owned());
    }
    Err(Error::credential(
        "`subject` is not an e-mail address: write the primary address of the administrator on \
         whose behalf the service account reads",
    ))
}

fn refused(why: &str) -> Error {
    Error::credential(format!(
        "the key file of the service account cannot be used: {why}; {NEW_KEY}"
    ))
}
