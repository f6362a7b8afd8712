//! The token endpoint: the client-credentials grant with the client's secret in the form.

use std::time::Duration;

use tokio::time::Instant;
use url::form_urlencoded;

use super::Realm;
use crate::wire::{Received, Reply};

const CLASS: &str = "token";

impl Realm {
    pub(super) fn token(&self, received: &Received, realm: &str) -> Reply {
        if realm != self.name {
            let body = serde_json::json!({ "error": "Realm does not exist" });
            return Reply::json(CLASS, 404, body.to_string());
        }
        match self.grant(received) {
            Ok(lifetime) => self.issue(lifetime),
            Err((status, error, description)) => {
                let body = serde_json::json!({ "error": error, "error_description": description });
                Reply::json(CLASS, status, body.to_string())
            }
        }
    }

    fn grant(&self, received: &Received) -> Result<Duration, (u16, &'static str, &'static str)> {
        let form: Vec<(String, String)> = form_urlencoded::parse(&received.body)
            .into_owned()
            .collect();
        let field = |name: &str| {
            let found = form.iter().find(|(key, _)| key == name);
            found.map_or("", |(_, value)| value.as_str())
        };
        if !received.has_content_type("application/x-www-form-urlencoded")
            || field("grant_type").is_empty()
        {
            return Err((400, "invalid_request", "Missing form parameter: grant_type"));
        }
        let settings = self.settings();
        let is_client = field("client_id") == self.client_id;
        if !is_client || field("client_secret") != settings.client_secret {
            let text = "Invalid client or Invalid client credentials";
            return Err((401, "unauthorized_client", text));
        }
        if field("grant_type") != "client_credentials" {
            return Err((400, "unsupported_grant_type", "Unsupported grant_type"));
        }
        Ok(settings.token_lifetime)
    }

    fn issue(&self, lifetime: Duration) -> Reply {
        let token = format!("eyJhbGciOiJSUzI1NiJ9.{:016x}.c2ltdWxhdGVk", self.next());
        self.tokens()
            .insert(token.clone(), Instant::now() + lifetime);
        let body = serde_json::json!({
            "access_token": token,
            "expires_in": lifetime.as_secs(),
            "refresh_expires_in": 0,
            "token_type": "Bearer",
            "not-before-policy": 0,
            "scope": "profile email",
        });
        Reply::json(CLASS, 200, body.to_string()).with("cache-control", "no-store")
    }
}
