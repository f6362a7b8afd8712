//! The token endpoint: an assertion of the service account, looked at as Google describes it.
//!
//! Source: "Using OAuth 2.0 for Server to Server Applications" of Google's identity platform. The
//! words of the refusals are those that administrators report.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use tokio::time::Instant;

use super::{ADMINISTRATOR, Directory, Grant, ServiceAccount};
use crate::wire::{Received, Reply};

const CLASS: &str = "token";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// Where tokens come from for everybody else.
const AUDIENCE: &str = "https://oauth2.googleapis.com/token";
const LIFE_MAX_SECONDS: i64 = 3600;
const SKEW_SECONDS: i64 = 300;

/// Status, OAuth's word and the description.
struct Denial(u16, &'static str, String);

fn grant_denied(text: &str) -> Denial {
    Denial(400, "invalid_grant", text.to_owned())
}

impl Directory {
    pub(super) fn token(&self, received: &Received) -> Reply {
        let (status, body) = match self.grant(received) {
            Ok(scopes) => (200, self.issue(scopes)),
            Err(Denial(status, word, text)) => {
                let body = serde_json::json!({ "error": word, "error_description": text });
                (status, body.to_string())
            }
        };
        Reply::json(CLASS, status, body).with("cache-control", "no-cache, no-store")
    }

    fn grant(&self, received: &Received) -> Result<Vec<String>, Denial> {
        if received.field("grant_type").as_deref() != Some(GRANT) {
            let text = "Invalid grant_type: ".to_owned();
            return Err(Denial(400, "unsupported_grant_type", text));
        }
        let text = received.field("assertion").unwrap_or_default();
        let claims = self.verified(&text)?;
        let claim = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
        if claim("iss") != self.account.email {
            return Err(grant_denied("Invalid grant: account not found"));
        }
        if claim("aud") != AUDIENCE && claim("aud") != format!("{}/token", self.origin) {
            return Err(grant_denied("Invalid JWT: Failed audience check."));
        }
        check_time(&claims, self.clock_s())?;
        if claim("sub") != ADMINISTRATOR {
            return Err(grant_denied("Invalid email or User ID"));
        }
        let scopes: Vec<String> = claim("scope").split(' ').map(str::to_owned).collect();
        let settings = self.settings();
        let is_delegated = |scope: &String| settings.delegated.contains(&scope.as_str());
        if scopes.iter().all(is_delegated) {
            return Ok(scopes);
        }
        let text = "Client is unauthorized to retrieve access tokens using this method, or client \
                    not authorized for any of the scopes requested.";
        Err(Denial(401, "unauthorized_client", text.to_owned()))
    }

    /// The claims of an assertion that the account's key has signed.
    fn verified(&self, text: &str) -> Result<Value, Denial> {
        let signature = || grant_denied("Invalid JWT Signature.");
        let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        let json = |part: &str| serde_json::from_slice::<Value>(&bytes(part)?).ok();
        let (signed, given) = text.rsplit_once('.').ok_or_else(signature)?;
        let (header, claims) = signed.split_once('.').ok_or_else(signature)?;
        let header = json(header).ok_or_else(signature)?;
        let is_ours = header.get("alg").is_some_and(|alg| alg == "RS256")
            && header
                .get("kid")
                .is_some_and(|kid| *kid == self.account.key_id.as_str())
            && self.settings().has_key;
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, ServiceAccount::public_key());
        let given = bytes(given).ok_or_else(signature)?;
        if !is_ours || key.verify(signed.as_bytes(), &given).is_err() {
            return Err(signature());
        }
        json(claims).ok_or_else(signature)
    }

    fn issue(&self, scopes: Vec<String>) -> String {
        let lifetime = self.settings().token_lifetime;
        let token = format!("ya29.simulated-{:08x}", self.next_serial());
        let ends = Instant::now() + lifetime;
        self.tokens().insert(token.clone(), Grant { scopes, ends });
        serde_json::json!({
            "access_token": token,
            "expires_in": lifetime.as_secs(),
            "token_type": "Bearer",
        })
        .to_string()
    }
}

fn check_time(claims: &Value, now: i64) -> Result<(), Denial> {
    let second = |name: &str| claims.get(name).and_then(Value::as_i64).unwrap_or_default();
    let (begin, end) = (second("iat"), second("exp"));
    let is_now = begin - SKEW_SECONDS <= now && now < end + SKEW_SECONDS;
    if is_now && end > begin && end - begin <= LIFE_MAX_SECONDS {
        return Ok(());
    }
    Err(grant_denied(
        "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable \
         timeframe. Check your iat and exp values in the JWT claim.",
    ))
}
