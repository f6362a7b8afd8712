//! The options of the source, and the endpoints and credentials that it needs.
//!
//! The scopes of the grant are all that any request of this adapter may want; each request names
//! the one that it needs, so that nobody has to grant what is not used.

use attune_plugin::Problem;
use attune_plugin::provider::{CredentialSlot, EndpointSlot, Manifest, Requirements, TokenGrant};
use serde::Deserialize;

/// The endpoint slot of the Directory API.
pub(crate) const API: &str = "api";
/// The endpoint slot of the token endpoint.
const LOGIN: &str = "login";
/// The credential slot.
const APP: &str = "app";

/// What reading people and their pictures needs.
pub(crate) const USERS: &str = "https://www.googleapis.com/auth/admin.directory.user.readonly";
/// What groups and their members need.
pub(crate) const GROUPS: &str = "https://www.googleapis.com/auth/admin.directory.group.readonly";
/// What the names of custom fields need.
pub(crate) const SCHEMAS: &str =
    "https://www.googleapis.com/auth/admin.directory.userschema.readonly";

/// Google's word for the customer whose administrator asks.
pub(crate) const OWN_CUSTOMER: &str = "my_customer";

const SCHEMA: &str = r#"{
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "customer": {
      "type": "string",
      "minLength": 1,
      "description": "The customer's id, for example C03az79cb; my_customer (the default) is the one whose administrator the service account acts for"
    },
    "domain": {
      "type": "string",
      "minLength": 1,
      "description": "Only users of this domain, instead of all domains of the customer"
    },
    "query": {
      "type": "string",
      "minLength": 1,
      "description": "A search of users.list; only users who meet it take part, for example: orgUnitPath='/Sales'"
    },
    "manager-relation": {
      "type": "string",
      "minLength": 1,
      "description": "The type (or custom type) of the entry in a user's relations that is the manager; manager where it is left out"
    }
  }
}"#;

/// `[source] options`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Options {
    /// The customer's id.
    #[serde(default)]
    pub customer: Option<String>,
    /// One of the customer's domains, instead of all of them.
    #[serde(default)]
    pub domain: Option<String>,
    /// A search of `users.list`; only people who meet it take part.
    #[serde(default)]
    pub query: Option<String>,
    /// The type of the relation that is the manager.
    #[serde(default)]
    pub manager_relation: Option<String>,
}

impl Options {
    /// The search, unless it is blank.
    pub(crate) fn query(&self) -> Option<&str> {
        let query = self.query.as_deref().map(str::trim);
        query.filter(|query| !query.is_empty())
    }

    /// The customer's id, or Google's word for the own one.
    pub(crate) fn customer(&self) -> &str {
        self.customer.as_deref().unwrap_or(OWN_CUSTOMER)
    }

    /// The type of the relation that is the manager.
    pub(crate) fn manager_relation(&self) -> &str {
        self.manager_relation
            .as_deref()
            .map_or("manager", str::trim)
    }

    fn check(&self) -> Result<(), Problem> {
        let is_word = |text: &str, more: &[char]| {
            let is_legal = |c: char| c.is_ascii_alphanumeric() || more.contains(&c);
            !text.is_empty() && text.chars().all(is_legal)
        };
        if self.customer.is_some() && self.domain.is_some() {
            let message = "give `customer` or `domain`, not both: a domain is part of a customer";
            return Err(Problem::option("domain", message));
        }
        if !is_word(self.customer(), &['_']) {
            let message = "`customer` is `my_customer` or an id of letters and digits";
            return Err(Problem::option("customer", message));
        }
        if let Some(domain) = &self.domain
            && !is_word(domain, &['.', '-'])
        {
            let message = "`domain` is a domain name: letters, digits, `.` and `-`";
            return Err(Problem::option("domain", message));
        }
        if self.manager_relation().is_empty() {
            let message = "`manager-relation` is the type of a relation, such as `manager`";
            return Err(Problem::option("manager-relation", message));
        }
        Ok(())
    }

    /// The slots.
    pub(crate) fn needs(&self) -> Result<Requirements, Problem> {
        self.check()?;
        let endpoint = |name: &str, purpose: &str, url: &str, credential: &str| EndpointSlot {
            name: name.to_owned(),
            purpose: purpose.to_owned(),
            required: true,
            default_url: url.to_owned(),
            credential: credential.to_owned(),
        };
        Ok(Requirements {
            endpoints: vec![
                endpoint(
                    API,
                    "the Directory API of the Admin SDK",
                    "https://admin.googleapis.com",
                    APP,
                ),
                endpoint(
                    LOGIN,
                    "the token endpoint",
                    "https://oauth2.googleapis.com",
                    "",
                ),
            ],
            credentials: vec![CredentialSlot {
                name: APP.to_owned(),
                purpose: "a service account with domain-wide delegation".to_owned(),
                required: true,
                kinds: vec!["google-service-account".to_owned()],
                grant: Some(TokenGrant {
                    endpoint: LOGIN.to_owned(),
                    path: "/token".to_owned(),
                    audience: format!("{{{LOGIN}}}/token"),
                    scopes: [USERS, GROUPS, SCHEMAS].map(str::to_owned).to_vec(),
                    parameters: Vec::new(),
                }),
                ..CredentialSlot::default()
            }],
            attributes: ["id", "primaryEmail", "aliases", "nonEditableAliases"]
                .map(str::to_owned)
                .to_vec(),
            ..Requirements::default()
        })
    }
}

pub(crate) fn manifest() -> Manifest {
    attune_plugin::provider::manifest(
        "google",
        env!("CARGO_PKG_VERSION"),
        "People of Google Workspace or Cloud Identity, through the Directory API",
        SCHEMA,
    )
}
