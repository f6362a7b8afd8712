//! The options of the source, and the endpoint and credential that it needs.
//!
//! One server issues the tokens and answers the questions, so there is one endpoint slot. Before
//! Keycloak 17 everything was below `/auth`, and it still is where `http-relative-path` says so.

use attune_plugin::Problem;
use attune_plugin::provider::{
    CredentialSlot, EndpointSlot, Manifest, Path, Requirements, TokenGrant, manifest as manifest_of,
};
use serde::Deserialize;

use crate::query;

/// The endpoint slot.
pub(crate) const SERVER: &str = "server";
/// The credential slot.
const CLIENT: &str = "client";

const SCHEMA: &str = r#"{
  "type": "object",
  "required": ["realm"],
  "additionalProperties": false,
  "properties": {
    "realm": {
      "type": "string",
      "minLength": 1,
      "description": "The realm's name, as it stands in its URLs"
    },
    "prefix": {
      "type": "string",
      "default": "",
      "description": "What stands before /realms and /admin: nothing, or /auth before Keycloak 17"
    },
    "query": {
      "type": "string",
      "minLength": 1,
      "description": "Only people with these attributes take part, for example: department:Sales \"cost centre\":4711"
    }
  }
}"#;

/// `[source] options`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The realm's name.
    pub realm: String,
    /// What stands before `/realms` and `/admin`.
    #[serde(default)]
    pub prefix: String,
    /// Only people with these attributes take part.
    #[serde(default)]
    pub query: Option<String>,
}

impl Options {
    /// What the schema cannot say.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let is_dots = |text: &str| matches!(text, "" | "." | "..");
        if is_dots(&self.realm) || self.realm.contains(['/', '\\', '%']) {
            let message = format!("`{}` is no name of a realm", self.realm);
            return Err(Problem::option("realm", message));
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        let is_segment = |text: &str| !is_dots(text) && text.chars().all(is_plain);
        let is_prefix = self.prefix.is_empty()
            || (self.prefix.strip_prefix('/')).is_some_and(|path| path.split('/').all(is_segment));
        if !is_prefix {
            let message = "`prefix` is empty or a path such as /auth, without a slash at the end";
            return Err(Problem::option("prefix", message));
        }
        match self.query() {
            Some(text) => query::check(text),
            None => Ok(()),
        }
    }

    /// The query, unless it is blank.
    pub(crate) fn query(&self) -> Option<&str> {
        let query = self.query.as_deref().map(str::trim);
        query.filter(|query| !query.is_empty())
    }

    /// The realm in the Admin REST API.
    pub(crate) fn admin(&self) -> Path {
        Path::new(&self.prefix)
            .segment("admin")
            .segment("realms")
            .segment(&self.realm)
    }

    pub(crate) fn needs(&self) -> Requirements {
        let realm = Path::new(&self.prefix)
            .segment("realms")
            .segment(&self.realm);
        let token = format!("{}/protocol/openid-connect/token", realm.into_string());
        Requirements {
            endpoints: vec![EndpointSlot {
                name: SERVER.to_owned(),
                purpose: "Keycloak itself, without /auth and without the realm".to_owned(),
                required: true,
                default_url: String::new(),
                credential: CLIENT.to_owned(),
            }],
            credentials: vec![CredentialSlot {
                name: CLIENT.to_owned(),
                purpose: "a confidential client of the realm whose service account has the role \
                          view-users of realm-management"
                    .to_owned(),
                required: true,
                kinds: vec!["oauth2-client-credentials".to_owned()],
                grant: Some(TokenGrant {
                    endpoint: SERVER.to_owned(),
                    path: token,
                    ..TokenGrant::default()
                }),
                ..CredentialSlot::default()
            }],
            attributes: ["id", "username", "email"].map(str::to_owned).to_vec(),
            ..Requirements::default()
        }
    }
}

pub(crate) fn manifest() -> Manifest {
    manifest_of(
        "keycloak",
        env!("CARGO_PKG_VERSION"),
        "People of a Keycloak realm, through the Admin REST API",
        SCHEMA,
    )
}
