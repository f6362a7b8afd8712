//! Who somebody is: a name, how they came in, and what they may.

use std::fmt;
use std::str::FromStr;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::Serialize;
use utoipa::ToSchema;

/// What somebody may; each may what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Looks.
    Viewer,
    /// Runs, cancels, pauses, approves and rejects.
    Operator,
    /// Changes connector files and plugins.
    Editor,
    /// Changes who may come in.
    Admin,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Operator, Self::Editor, Self::Admin];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|role| role.as_str() == word);
        found.ok_or_else(|| "a role is viewer, operator, editor or admin".to_owned())
    }
}

/// How somebody came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// By an API token.
    Token,
    /// By a session of a local administrator.
    Session,
    /// By a session that the organisation's sign-in service vouched for.
    Oidc,
    /// By the token of `[auth] trigger-token`.
    TriggerToken,
}

/// Who asks, and what they may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The name of the token or of the person.
    pub name: String,
    /// How they came in.
    pub kind: Kind,
    /// What they may.
    pub role: Role,
    /// Whether they see values of people.
    pub personal: bool,
    /// The ids of the only connectors that they are for; `None`: all.
    pub connectors: Option<Vec<String>>,
    /// The session, as it is listed.
    pub session: Option<String>,
    /// When they signed in, in ms, where they did.
    pub since_ms: Option<i64>,
}

impl Principal {
    /// As the audit log names them.
    pub fn who(&self) -> String {
        let name = &self.name;
        match self.kind {
            Kind::Token => format!("token:{name}"),
            Kind::Session => format!("admin:{name}"),
            Kind::Oidc => format!("oidc:{name}"),
            Kind::TriggerToken => "api".to_owned(),
        }
    }

    /// Whether they are for the connector of this id.
    pub fn covers(&self, connector: &str) -> bool {
        let all = self.connectors.as_ref();
        all.is_none_or(|ids| ids.iter().any(|id| id == connector))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Principal {
    type Rejection = StatusCode;

    /// Whom [`super::Access::admit`] let in. Routes for anybody take an `Option`.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let found = parts.extensions.get::<Self>().cloned();
        found.ok_or(StatusCode::UNAUTHORIZED)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Principal {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_what_those_before_it_may() {
        let words: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        assert_eq!(words, ["viewer", "operator", "editor", "admin"]);
        assert!(Role::ALL.is_sorted());
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
        assert!("Admin".parse::<Role>().is_err() && "".parse::<Role>().is_err());
    }

    #[test]
    fn who_is_for_some_connectors_covers_no_other() {
        let mut one = Principal {
            name: "hook".to_owned(),
            kind: Kind::Token,
            role: Role::Operator,
            personal: false,
            connectors: Some(vec!["a".to_owned()]),
            session: None,
            since_ms: None,
        };
        assert!(one.covers("a") && !one.covers("b"));
        one.connectors = Some(Vec::new());
        assert!(!one.covers("a"), "an empty list is none");
        one.connectors = None;
        assert!(one.covers("b"));
        assert_eq!(one.who(), "token:hook");
    }
}
