//! The options of the source, and the endpoints and credentials that it needs.
//!
//! National clouds need no option: whoever overrides the two endpoints moves the token's scope
//! with them, because the scope is built from the configured `api` URL.

use attune_plugin::Problem;
use attune_plugin::provider::{CredentialSlot, EndpointSlot, Manifest, Requirements, TokenGrant};
use serde::Deserialize;

/// The endpoint slot of Microsoft Graph.
pub(crate) const API: &str = "api";
/// The endpoint slot of the token authority.
const LOGIN: &str = "login";
/// The credential slot.
const APP: &str = "app";

const SCHEMA: &str = r#"{
  "type": "object",
  "required": ["tenant"],
  "additionalProperties": false,
  "properties": {
    "tenant": {
      "type": "string",
      "minLength": 1,
      "description": "The tenant's id, or one of its verified domains"
    },
    "filter": {
      "type": "string",
      "minLength": 1,
      "description": "An OData filter over users, for example: accountEnabled eq true"
    }
  }
}"#;

/// `[source] options`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The tenant's id or one of its verified domains.
    pub tenant: String,
    /// An `OData` filter; only people who meet it take part.
    #[serde(default)]
    pub filter: Option<String>,
}

impl Options {
    /// The filter, unless it is blank.
    pub(crate) fn filter(&self) -> Option<&str> {
        self.filter
            .as_deref()
            .map(str::trim)
            .filter(|filter| !filter.is_empty())
    }

    /// The slots, with the tenant in the token path.
    pub(crate) fn needs(&self) -> Result<Requirements, Problem> {
        let is_tenant = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        if self.tenant.is_empty() || !self.tenant.chars().all(is_tenant) {
            let message = "`tenant` is an id or a domain name: letters, digits, `.` and `-`";
            return Err(Problem::new("options", message).at("tenant"));
        }
        let path = format!("/{}/oauth2/v2.0/token", self.tenant);
        Ok(Requirements {
            endpoints: vec![
                EndpointSlot {
                    name: API.to_owned(),
                    purpose: "Microsoft Graph; national clouds have their own".to_owned(),
                    required: true,
                    default_url: "https://graph.microsoft.com".to_owned(),
                    credential: APP.to_owned(),
                },
                EndpointSlot {
                    name: LOGIN.to_owned(),
                    purpose: "the authority that issues tokens".to_owned(),
                    required: true,
                    default_url: "https://login.microsoftonline.com".to_owned(),
                    credential: String::new(),
                },
            ],
            credentials: vec![CredentialSlot {
                name: APP.to_owned(),
                purpose: "an app registration with the application permission User.Read.All"
                    .to_owned(),
                required: true,
                kinds: vec![
                    "oauth2-private-key-jwt".to_owned(),
                    "oauth2-client-credentials".to_owned(),
                ],
                grant: Some(TokenGrant {
                    endpoint: LOGIN.to_owned(),
                    audience: format!("{{{LOGIN}}}{path}"),
                    path,
                    scopes: vec![format!("{{{API}}}/.default")],
                    parameters: Vec::new(),
                }),
                ..CredentialSlot::default()
            }],
            attributes: ["id", "userPrincipalName", "mail"]
                .map(str::to_owned)
                .to_vec(),
            ..Requirements::default()
        })
    }
}

pub(crate) fn manifest() -> Manifest {
    attune_plugin::provider::manifest(
        "entra",
        env!("CARGO_PKG_VERSION"),
        "People of a Microsoft Entra ID tenant, through Microsoft Graph",
        SCHEMA,
    )
}
