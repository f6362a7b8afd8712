//! The org's token endpoint: client credentials by a signed assertion, and nothing else.
//!
//! Scopes `okta.*` are given to apps that prove themselves by a key (`private_key_jwt`) only. Words of
//! the refusals are those of recorded exchanges and of Okta's documentation.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::json;

use super::{Org, Settings};
use crate::jwt::{self, Assertion, member};
use crate::moment;
use crate::wire::{Received, Reply};

const CLASS: &str = "token";
/// Okta takes assertions that end within the hour.
const LIFE_MAX_SECONDS: i64 = 3600;

/// An error of the sign-in: status, OAuth's word, and text.
struct Denial(u16, &'static str, String);

impl Org {
    pub(super) fn token(&self, received: &Received) -> Reply {
        match self.grant(received) {
            Ok(scopes) => self.issue(scopes),
            Err(Denial(status, word, text)) => {
                let body = json!({ "error": word, "error_description": text });
                Reply::json(CLASS, status, body.to_string())
            }
        }
    }

    fn grant(&self, received: &Received) -> Result<Vec<String>, Denial> {
        let settings = self.settings().clone();
        let field = |name: &str| received.field(name).unwrap_or_default();
        if field("grant_type") != "client_credentials" {
            let text = "The grant type is not supported by the authorization server.";
            return Err(Denial(400, "unsupported_grant_type", text.to_owned()));
        }
        if field("client_assertion_type") != jwt::KIND {
            let text =
                "The client must authenticate with private_key_jwt to be given these scopes.";
            return Err(Denial(401, "invalid_client", text.to_owned()));
        }
        self.check_assertion(&field("client_assertion"), &settings)?;
        if settings.demands_dpop && received.header("dpop").is_none() {
            let text = "The DPoP proof JWT header is missing.";
            return Err(Denial(400, "invalid_dpop_proof", text.to_owned()));
        }
        let scopes: Vec<String> = field("scope").split(' ').map(str::to_owned).collect();
        let is_granted = |scope: &String| settings.scopes.contains(scope);
        if !scopes.iter().all(is_granted) {
            let text = "One or more scopes are not configured for the authorization server \
                        resource.";
            return Err(Denial(400, "invalid_scope", text.to_owned()));
        }
        Ok(scopes)
    }

    /// Whether the app, and nobody else, has signed this for us, now, for the first time.
    fn check_assertion(&self, text: &str, settings: &Settings) -> Result<(), Denial> {
        let refused = |why: &str| Denial(401, "invalid_client", why.to_owned());
        let assertion = Assertion::read(text)
            .ok_or_else(|| refused("The parsing of the client_assertion failed."))?;
        let algorithm: &'static dyn VerificationAlgorithm = match member(&assertion.header, "alg") {
            "RS256" => &RSA_PKCS1_2048_8192_SHA256,
            "ES256" => &ECDSA_P256_SHA256_FIXED,
            _ => {
                return Err(refused(
                    "The client_assertion signing algorithm is not supported.",
                ));
            }
        };
        let kid = member(&assertion.header, "kid");
        let named = settings.keys.iter().find(|(id, _)| id == kid);
        let (_, key) = named
            .ok_or_else(|| refused("The client_assertion token has an unknown key id (kid)."))?;
        UnparsedPublicKey::new(algorithm, key)
            .verify(assertion.signed.as_bytes(), &assertion.signature)
            .map_err(|_| refused("The client_assertion signature is invalid."))?;
        let client = &settings.client_id;
        if assertion.claim("iss") != client || assertion.claim("sub") != client {
            let why = "Both 'iss' and 'sub' claims must be present and match the client_id.";
            return Err(refused(why));
        }
        if assertion.claim("aud") != format!("{}/oauth2/v1/token", self.origin) {
            return Err(refused(
                "The audience claim for client_assertion must be the endpoint \
                                invoked for the request.",
            ));
        }
        let now = settings.clock_stands_at.unwrap_or_else(moment::now);
        let now = now.as_second();
        let end = assertion.second("exp");
        if end <= now || end - now > LIFE_MAX_SECONDS {
            return Err(refused(
                "The client_assertion token is expired, or lives too long.",
            ));
        }
        let id = assertion.claim("jti");
        let mut seen = self
            .assertions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if id.is_empty() || !seen.insert(id.to_owned()) {
            return Err(refused("The client_assertion has already been used."));
        }
        Ok(())
    }

    fn issue(&self, scopes: Vec<String>) -> Reply {
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        let token = format!("eyJraWQiOiJzaW0ifQ.c2ltdWxhdGVk.{serial:016x}");
        let body = json!({
            "token_type": "Bearer",
            "expires_in": 3600,
            "access_token": token,
            "scope": scopes.join(" "),
        });
        self.tokens().insert(token, scopes);
        Reply::json(CLASS, 200, body.to_string()).with("cache-control", "no-cache, no-store")
    }
}
