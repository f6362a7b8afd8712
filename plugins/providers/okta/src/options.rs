//! The options of the source, and the endpoint and credential that it needs.
//!
//! There is one endpoint, the org itself: tokens for the management API come from the org's own
//! authorization server (`/oauth2/v1/token`), never from a custom one.

use attune_plugin::Problem;
use attune_plugin::provider::{CredentialSlot, EndpointSlot, Manifest, Requirements, TokenGrant};
use serde::{Deserialize, Serialize};

/// The endpoint slot of the org.
pub(crate) const API: &str = "api";
/// The credential slot.
const APP: &str = "app";

const SCHEMA: &str = r#"{
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "search": {
      "type": "string",
      "minLength": 1,
      "description": "An Okta search expression over any attribute; only people who meet it take part. For example: profile.userType eq \"Employee\""
    },
    "filter": {
      "type": "string",
      "minLength": 1,
      "description": "An Okta filter expression over status, lastUpdated, id, login, e-mail and names; only people who meet it take part. For example: status eq \"ACTIVE\""
    },
    "manager": {
      "type": "string",
      "pattern": "^(managerId|linked:[A-Za-z][A-Za-z0-9_]*)$",
      "default": "managerId",
      "description": "Where a person's manager stands: `managerId` (the profile attribute) or `linked:NAME` (a linked object, at the cost of one request for each person)"
    }
  }
}"#;

/// `[source] options`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// A search expression; only people who meet it take part.
    #[serde(default)]
    pub search: Option<String>,
    /// A filter expression; only people who meet it take part.
    #[serde(default)]
    pub filter: Option<String>,
    /// `managerId` or `linked:NAME`.
    #[serde(default)]
    pub manager: Option<String>,
}

/// An expression that limits who takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Limit {
    pub(crate) by: LimitBy,
    /// As the admin wrote it.
    pub(crate) expression: String,
}

/// The parameter that carries an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LimitBy {
    /// Any attribute; Okta answers from a copy that lags behind.
    Search,
    /// Few attributes; exact at once.
    Filter,
}

impl LimitBy {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Filter => "filter",
        }
    }
}

impl Options {
    /// The expression that limits who takes part.
    pub(crate) fn limit(&self) -> Result<Option<Limit>, Problem> {
        let given = |by, option: &Option<String>| {
            let expression = option.as_deref().map(str::trim).unwrap_or_default();
            (!expression.is_empty()).then(|| Limit {
                by,
                expression: expression.to_owned(),
            })
        };
        let search = given(LimitBy::Search, &self.search);
        let filter = given(LimitBy::Filter, &self.filter);
        if search.is_some() && filter.is_some() {
            let message = "`search` and `filter` are two ways to say the same, and Okta takes one \
                           of them: `filter` knows few attributes and is exact at once, `search` \
                           knows all and lags behind by seconds";
            return Err(Problem::option("filter", message));
        }
        Ok(search.or(filter))
    }

    /// The name of the linked object that leads to the manager; nothing for `managerId`.
    pub(crate) fn linked(&self) -> Result<Option<&str>, Problem> {
        let given = self.manager.as_deref().unwrap_or("managerId");
        if given == "managerId" {
            return Ok(None);
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let name = given.strip_prefix("linked:");
        match name.filter(|name| !name.is_empty() && name.chars().all(is_plain)) {
            Some(name) => Ok(Some(name)),
            None => Err(Problem::option(
                "manager",
                "`manager` is `managerId`, or `linked:` and the name of the primary side of a \
                 linked object",
            )),
        }
    }

    /// The slots; scopes are the least that listing people takes.
    pub(crate) fn needs(&self) -> Result<Requirements, Problem> {
        self.limit()?;
        self.linked()?;
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        Ok(Requirements {
            endpoints: vec![EndpointSlot {
                name: API.to_owned(),
                purpose: "the org's address without a path, such as https://contoso.okta.com"
                    .to_owned(),
                required: true,
                default_url: String::new(),
                credential: APP.to_owned(),
            }],
            credentials: vec![CredentialSlot {
                name: APP.to_owned(),
                purpose: "an API services app with the scope okta.users.read and the role \
                          Read-only Administrator, or an API token"
                    .to_owned(),
                required: true,
                kinds: texts(&["oauth2-private-key-jwt", "api-token"]),
                grant: Some(TokenGrant {
                    endpoint: API.to_owned(),
                    path: "/oauth2/v1/token".to_owned(),
                    // Each request asks for the one that it needs.
                    scopes: texts(&["okta.users.read", "okta.groups.read", "okta.schemas.read"]),
                    ..TokenGrant::default()
                }),
                token_header: Some(("Authorization".to_owned(), "SSWS ".to_owned())),
            }],
            attributes: texts(&["id", "status", "profile.login", "profile.email"]),
            ..Requirements::default()
        })
    }
}

pub(crate) fn manifest() -> Manifest {
    attune_plugin::provider::manifest(
        "okta",
        env!("CARGO_PKG_VERSION"),
        "People of an Okta org, through its management API",
        SCHEMA,
    )
}
