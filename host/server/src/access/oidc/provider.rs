//! Asking the sign-in service: its description, its keys, and what a code is worth.
//!
//! Every request goes through a slot of `net`, each to the one origin that the description names, and
//! the client's secret goes to the token endpoint alone. Invariant: no message quotes an answer.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde_json::Value;
use url::Url;
use url::form_urlencoded::{self, Serializer};

use super::Config;
use super::keys::Keys;
use crate::fault::Failure;
use crate::net::{Credential, Method, Outside, Policy, Request, Response, Sign, Slot, SlotSpec};

/// Where the description is (OpenID Connect Discovery, 4).
const DESCRIPTION: &str = "/.well-known/openid-configuration";
/// An answer is not read further.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// How long somebody who signs in is kept waiting.
const PATIENCE: Duration = Duration::from_secs(10);

/// A service as it describes itself.
#[derive(Debug, Clone)]
pub(super) struct Description {
    pub(super) authorization: Url,
    token: Url,
    keys: Url,
    /// The client's secret may stand in the form.
    takes_form: bool,
    /// Answers name the service that they are of (RFC 9207).
    pub(super) names_itself: bool,
}

/// The way to it.
#[derive(Debug, Clone)]
pub(super) struct Way {
    net: Outside,
    ca_file: Option<PathBuf>,
}

impl Way {
    pub(super) fn new(net: &Outside, config: &Config) -> Self {
        let policy = Policy {
            attempts_max: 2,
            total_max: PATIENCE,
            ..net.policy().clone()
        };
        Self {
            net: net.clone().with_policy(policy),
            ca_file: config.ca_file.clone(),
        }
    }

    pub(super) async fn describe(&self, config: &Config) -> Result<Description, Failure> {
        let address = format!("{}{DESCRIPTION}", config.issuer.trim_end_matches('/'));
        let url = Url::parse(&address).map_err(|_| odd("its address cannot be read"))?;
        let document = self.read(&url).await?;
        let text = |name: &str| document.get(name).and_then(Value::as_str);
        if text("issuer") != Some(config.issuer.as_str()) {
            return Err(odd(
                "it describes itself as another issuer than `[auth.oidc] issuer`",
            ));
        }
        let url = |name: &str| text(name).and_then(|text| Url::parse(text).ok());
        let url = |name: &str| url(name).ok_or_else(|| odd("its description lacks an address"));
        let methods = document.get("token_endpoint_auth_methods_supported");
        let methods = methods.and_then(Value::as_array);
        let takes_form = methods.is_some_and(|all| {
            let has = |word: &str| all.iter().any(|method| method == word);
            has("client_secret_post") && !has("client_secret_basic")
        });
        let names_itself = document.get("authorization_response_iss_parameter_supported");
        let authorization = url("authorization_endpoint")?;
        let is_near = matches!(
            authorization.host_str(),
            Some("localhost" | "127.0.0.1" | "[::1]")
        );
        if authorization.scheme() != "https" && !(authorization.scheme() == "http" && is_near) {
            return Err(odd("browsers would be sent to it without TLS"));
        }
        Ok(Description {
            authorization,
            token: url("token_endpoint")?,
            keys: url("jwks_uri")?,
            takes_form,
            names_itself: names_itself == Some(&Value::Bool(true)),
        })
    }

    pub(super) async fn keys(&self, of: &Description) -> Result<Keys, Failure> {
        Ok(Keys::read(&self.read(&of.keys).await?))
    }

    /// The ID token for a code (RFC 6749, 4.1.3; RFC 7636, 4.5).
    pub(super) async fn redeem(
        &self,
        of: &Description,
        config: &Config,
        (code, verifier): (&str, &str),
    ) -> Result<String, Failure> {
        let secret = config.client_secret.current();
        let redirect = config.redirect();
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect.as_str()),
            ("code_verifier", verifier),
            ("client_id", config.client_id.as_str()),
        ];
        let sign = if of.takes_form {
            fields.push(("client_secret", secret.expose_secret()));
            Sign::Nothing
        } else {
            // As a form would have them (RFC 6749, 2.3.1).
            let encoded =
                |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let credential = Credential::Basic {
                username: encoded(&config.client_id),
                password: encoded(secret.expose_secret()).into(),
            };
            Sign::with(&credential, None, None).map_err(|error| odd(&error.to_string()))?
        };
        let form = Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::write(Method::Post, path(&of.token))
            .with_header("accept", "application/json")
            .with_body("application/x-www-form-urlencoded", form);
        let answer = self.exchange(&of.token, sign, request).await?;
        let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if !answer.is_success() {
            // One of the words of RFC 6749, 5.2, and nothing else of the answer.
            let error = document.get("error").and_then(Value::as_str);
            let known = ["invalid_grant", "invalid_client", "unauthorized_client"];
            let word = known.into_iter().find(|word| error == Some(word));
            let why = word.map_or_else(|| answer.status.to_string(), str::to_owned);
            return Err(odd(&format!("it took no code: {why}")));
        }
        let token = document.get("id_token").and_then(Value::as_str);
        let token = token.ok_or_else(|| odd("it gives no ID token; is the scope openid there?"))?;
        Ok(token.to_owned())
    }

    async fn read(&self, url: &Url) -> Result<Value, Failure> {
        let request = Request::get(path(url)).with_header("accept", "application/json");
        let answer = self.exchange(url, Sign::Nothing, request).await?;
        if !answer.is_success() {
            return Err(odd(&format!("it answered {}", answer.status)));
        }
        let read = serde_json::from_slice(&answer.body);
        read.map_err(|_| odd("its answer is no JSON"))
    }

    async fn exchange(
        &self,
        url: &Url,
        sign: Sign,
        mut request: Request,
    ) -> Result<Response, Failure> {
        let spec = SlotSpec {
            address: url.origin().ascii_serialization(),
            allow_http: false,
            ca_file: self.ca_file.clone(),
            sign,
        };
        request.body_bytes_max = ANSWER_BYTES_MAX;
        let told = |error: crate::net::Error| odd(&error.to_string());
        let slot = Slot::open(&self.net, spec).map_err(told)?;
        slot.exchange(request).await.map_err(told)
    }
}

fn path(url: &Url) -> String {
    match url.query() {
        None => url.path().to_owned(),
        Some(query) => format!("{}?{query}", url.path()),
    }
}

fn odd(why: &str) -> Failure {
    Failure::of("sign-in-service", format!("the sign-in service: {why}"))
}
