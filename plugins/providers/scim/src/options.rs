//! The options of the source, and the endpoints and credentials that it needs.
//!
//! The address of a SCIM service has a path (`https://scim.example.com/v2`); requests live below
//! it. Tokens may come from anywhere, so the address of the token endpoint is given whole, and is
//! needed by the one kind of credential that asks for tokens.

use attune_plugin::Problem;
use attune_plugin::provider::{CredentialSlot, EndpointSlot, Manifest, Requirements, TokenGrant};
use serde::Deserialize;

/// The endpoint slot of the service, and the slot of its credential.
pub(crate) const API: &str = "api";
/// The endpoint slot of the token endpoint.
const LOGIN: &str = "login";

const SCHEMA: &str = r#"{
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "filter": {
      "type": "string",
      "minLength": 1,
      "description": "A SCIM filter over users, for example: active eq true"
    },
    "page-size": {
      "type": "integer",
      "minimum": 2,
      "maximum": 1000,
      "default": 100,
      "description": "People per page; never more than the service says it gives"
    },
    "token-scope": {
      "type": "string",
      "minLength": 1,
      "description": "What oauth2-client-credentials asks for, if the token endpoint wants a scope"
    }
  }
}"#;

/// `[source] options`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Options {
    /// Only people who meet it take part.
    #[serde(default)]
    pub filter: Option<String>,
    /// People per page.
    #[serde(default = "default_page_size")]
    pub page_size: u32,
    /// The scope of tokens.
    #[serde(default)]
    pub token_scope: Option<String>,
}

fn default_page_size() -> u32 {
    100
}

impl Options {
    /// The filter, unless it is blank.
    pub(crate) fn filter(&self) -> Option<&str> {
        let filter = self.filter.as_deref().map(str::trim);
        filter.filter(|filter| !filter.is_empty())
    }

    pub(crate) fn needs(&self) -> Requirements {
        let scopes = self.token_scope.iter().map(|scope| scope.trim().to_owned());
        Requirements {
            endpoints: vec![
                EndpointSlot {
                    name: API.to_owned(),
                    purpose: "the base URL of the SCIM service, with its path; /Users is below it"
                        .to_owned(),
                    required: true,
                    default_url: String::new(),
                    credential: API.to_owned(),
                },
                EndpointSlot {
                    name: LOGIN.to_owned(),
                    purpose: "the whole URL of the token endpoint, for oauth2-client-credentials"
                        .to_owned(),
                    required: false,
                    default_url: String::new(),
                    credential: String::new(),
                },
            ],
            credentials: vec![CredentialSlot {
                name: API.to_owned(),
                purpose: "a credential that may read users (and groups, where they are used)"
                    .to_owned(),
                required: true,
                kinds: ["bearer", "oauth2-client-credentials", "basic", "header"]
                    .map(str::to_owned)
                    .to_vec(),
                grant: Some(TokenGrant {
                    endpoint: LOGIN.to_owned(),
                    path: String::new(),
                    scopes: scopes.collect(),
                    ..TokenGrant::default()
                }),
                ..CredentialSlot::default()
            }],
            attributes: ["id", "userName"].map(str::to_owned).to_vec(),
            ignores_case: true,
        }
    }
}

/// What is not supported here.
pub(crate) fn unsupported(why: impl std::fmt::Display) -> Problem {
    Problem::new("unsupported", why)
}

pub(crate) fn manifest() -> Manifest {
    attune_plugin::provider::manifest(
        "scim",
        env!("CARGO_PKG_VERSION"),
        "People of any SCIM 2.0 service",
        SCHEMA,
    )
}
