//! The sign-in: the client-credentials grant by secret or by certificate (`assertion`), with the
//! error numbers that admins meet.
//!
//! A token is worth something only at the stand-in that gave it out, and only until it expires.
//! The scope must name this stand-in or one of the published Graph hosts.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::sync::atomic::Ordering;
use tokio::time::Instant;
use url::form_urlencoded;

use super::{Directory, refusal};
use crate::wire::{Received, Reply};
use crate::{jwt, moment};

const CLASS: &str = "token";

const GRAPH_HOSTS: &[&str] = &[
    "https://graph.microsoft.com",
    "https://graph.microsoft.us",
    "https://dod-graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn",
];

/// An error of the sign-in: status, OAuth's word, number and text.
pub(super) struct Denial(
    pub(super) u16,
    pub(super) &'static str,
    pub(super) u32,
    pub(super) String,
);

impl Directory {
    pub(super) fn token(&self, received: &Received, tenant: &str) -> Reply {
        match self.grant(received, tenant) {
            Ok(lifetime) => self.issue(lifetime),
            Err(denial) => self.deny(&denial),
        }
    }

    fn grant(&self, received: &Received, tenant: &str) -> Result<Duration, Denial> {
        if !received.has_content_type("application/x-www-form-urlencoded") {
            return Err(missing("grant_type"));
        }
        let form: Vec<(String, String)> = form_urlencoded::parse(&received.body)
            .into_owned()
            .collect();
        let field = |name: &'static str| {
            let found = form.iter().find(|(key, _)| key == name);
            found
                .map(|(_, value)| value.as_str())
                .filter(|value| !value.is_empty())
                .ok_or_else(|| missing(name))
        };
        if tenant != self.tenant {
            let text = format!("Tenant '{tenant}' not found. Check to make sure you have the");
            return Err(Denial(400, "invalid_request", 90002, text));
        }
        let grant = field("grant_type")?;
        if grant != "client_credentials" {
            let text = format!("The app requested an unsupported grant type '{grant}'.");
            return Err(Denial(400, "unsupported_grant_type", 70003, text));
        }
        let client = field("client_id")?;
        if client != self.client_id {
            let text = format!(
                "Application with identifier '{client}' was not found in the directory 'Contoso'."
            );
            return Err(Denial(400, "unauthorized_client", 700_016, text));
        }
        self.check_scope(field("scope")?)?;
        let settings = self.settings();
        if field("client_assertion_type").is_ok_and(|kind| kind == jwt::KIND) {
            self.check_assertion(field("client_assertion")?, &settings.certificates)?;
            return Ok(settings.token_lifetime);
        }
        let given = field("client_secret")?;
        if given != settings.client_secret && settings.second_secret.as_deref() != Some(given) {
            let text = format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is \
                 the client secret value, not the client secret ID, for a secret added to app \
                 '{client}'."
            );
            return Err(Denial(401, "invalid_client", 7_000_215, text));
        }
        if settings.is_secret_expired {
            let text = format!("The provided client secret keys for app '{client}' are expired.");
            return Err(Denial(401, "invalid_client", 7_000_222, text));
        }
        Ok(settings.token_lifetime)
    }

    fn check_scope(&self, scope: &str) -> Result<(), Denial> {
        let Some(resource) = scope.strip_suffix("/.default") else {
            let text = format!(
                "The provided value for scope {scope} is not valid. Client credential flows must \
                 have a scope value with /.default suffixed to the resource identifier."
            );
            return Err(Denial(400, "invalid_scope", 1_002_012, text));
        };
        if resource == self.origin || GRAPH_HOSTS.contains(&resource) {
            return Ok(());
        }
        let text = format!(
            "The resource principal named {resource} was not found in the tenant named Contoso."
        );
        Err(Denial(400, "invalid_resource", 500_011, text))
    }

    fn issue(&self, lifetime: Duration) -> Reply {
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        let claims = format!("{{\"aud\":\"{}\",\"uti\":\"{serial:016x}\"}}", self.origin);
        let token = format!(
            "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.{}.c2ltdWxhdGVk",
            URL_SAFE_NO_PAD.encode(claims)
        );
        self.tokens()
            .insert(token.clone(), Instant::now() + lifetime);
        let seconds = lifetime.as_secs();
        let body = serde_json::json!({
            "token_type": "Bearer",
            "expires_in": seconds,
            "ext_expires_in": seconds,
            "access_token": token,
        });
        Reply::json(CLASS, 200, body.to_string()).with("cache-control", "no-store, no-cache")
    }

    fn deny(&self, Denial(status, word, number, text): &Denial) -> Reply {
        let id = refusal::request_id(self.serial.fetch_add(1, Ordering::Relaxed));
        let date = moment::token_date();
        let body = serde_json::json!({
            "error": word,
            "error_description": format!(
                "AADSTS{number}: {text} Trace ID: {id} Correlation ID: {id} Timestamp: {date}"
            ),
            "error_codes": [number],
            "timestamp": date,
            "trace_id": id,
            "correlation_id": id,
        });
        Reply::json(CLASS, *status, body.to_string())
    }
}

fn missing(name: &str) -> Denial {
    let text = format!("The request body must contain the following parameter: '{name}'.");
    Denial(400, "invalid_request", 900_144, text)
}
