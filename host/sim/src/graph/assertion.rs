//! Sign-in by certificate: a client's signed assertion, looked at as Entra ID documents it.
//!
//! Source: "Certificate credentials for application authentication" of the identity platform. The
//! header is PS256 with `x5t#S256`; `iss` and `sub` are the client, `aud` the token endpoint with
//! the tenant. Numbers and words of the refusals are those that administrators report. Two things
//! are stricter than anything Entra promises: a `jti` is taken once, and no assertion lives longer
//! than ten minutes.
//!
//! Deliberately not here: RS256 with `x5t`, which Entra still takes, and `x5c`.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Directory;
use super::token::Denial;
use crate::jwt::{Assertion, member};
use crate::moment;

/// Where tokens come from in the published clouds.
const LOGIN_HOSTS: &[&str] = &[
    "https://login.microsoftonline.com",
    "https://login.microsoftonline.us",
    "https://login.chinacloudapi.cn",
    "https://login.partner.microsoftonline.cn",
];
const LIFE_MAX_SECONDS: i64 = 600;
/// Two clocks need not agree.
const SKEW_SECONDS: i64 = 300;

impl Directory {
    /// Whether the application, and nobody else, has signed this for us, now, for the first time.
    pub(super) fn check_assertion(
        &self,
        text: &str,
        certificates: &[Vec<u8>],
    ) -> Result<(), Denial> {
        let malformed = |why: &str| {
            let text = format!("JWT token is invalid or malformed. {why}");
            Denial(400, "invalid_request", 50027, text)
        };
        let assertion = Assertion::read(text).ok_or_else(|| malformed("It cannot be read."))?;
        if member(&assertion.header, "alg") != "PS256" {
            return Err(malformed("The algorithm is not PS256."));
        }
        check_signature(&assertion, certificates)?;
        let client = &self.client_id;
        if assertion.claim("iss") != client || assertion.claim("sub") != client {
            let text = "Client assertion application identifier doesn't match 'client_id' \
                        parameter.";
            return Err(Denial(401, "invalid_client", 700_021, text.to_owned()));
        }
        let path = format!("/{}/oauth2/v2.0/token", self.tenant);
        let mut hosts = LOGIN_HOSTS.iter().copied().chain([self.origin.as_str()]);
        if !hosts.any(|host| assertion.claim("aud") == format!("{host}{path}")) {
            let text = "Client assertion audience claim does not match Realm issuer.";
            return Err(Denial(401, "invalid_client", 700_023, text.to_owned()));
        }
        check_time(&assertion, moment::now().as_second())?;
        let id = assertion.claim("jti");
        if id.is_empty() || !self.assertions().insert(id.to_owned()) {
            return Err(malformed("Its 'jti' is missing or was used before."));
        }
        Ok(())
    }
}

fn check_signature(assertion: &Assertion, certificates: &[Vec<u8>]) -> Result<(), Denial> {
    let refused = |text: String| Denial(401, "invalid_client", 700_027, text);
    let thumbprint = member(&assertion.header, "x5t#S256");
    let is_named =
        |der: &&Vec<u8>| URL_SAFE_NO_PAD.encode(digest(&SHA256, der.as_slice())) == thumbprint;
    let named = certificates.iter().find(is_named);
    let certificate = named.and_then(|der| x509_parser::parse_x509_certificate(der).ok());
    let Some((_, certificate)) = certificate else {
        return Err(refused(format!(
            "The certificate with identifier used to sign the client assertion is not registered \
             on application. [Reason - The key was not found., Thumbprint of key used by client: \
             '{thumbprint}']"
        )));
    };
    if certificate.validity().not_after.timestamp() < moment::now().as_second() {
        let text = "Client assertion contains an invalid signature. [Reason - The key used is \
                    expired.]";
        return Err(refused(text.to_owned()));
    }
    let key = certificate.public_key().subject_public_key.data.as_ref();
    let key = UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, key);
    key.verify(assertion.signed.as_bytes(), &assertion.signature)
        .map_err(|_| {
            let text = "Client assertion failed signature validation. [Reason - The provided \
                        signature value did not match the expected signature value.]";
            refused(text.to_owned())
        })
}

fn check_time(assertion: &Assertion, now: i64) -> Result<(), Denial> {
    let (begin, end) = (assertion.second("nbf"), assertion.second("exp"));
    let is_now = begin - SKEW_SECONDS <= now && now < end + SKEW_SECONDS;
    if is_now && end > begin && end - begin <= LIFE_MAX_SECONDS {
        return Ok(());
    }
    let text = "Client assertion is not within its valid time range.";
    Err(Denial(401, "invalid_client", 700_024, text.to_owned()))
}

#[cfg(test)]
mod tests;
