//! A signed assertion as a client sends it, taken apart before anything in it is believed.
//!
//! Deliberately not here: which algorithms, keys and claims a provider takes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// How a form says that an assertion comes with it.
pub(crate) const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The parts of a compact JWT (RFC 7515, 7.1).
pub(crate) struct Assertion {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    /// What the signature is over.
    pub(crate) signed: String,
    pub(crate) signature: Vec<u8>,
}

impl Assertion {
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        let json = |part| serde_json::from_slice(&bytes(part)?).ok();
        Some(Self {
            header: json(header)?,
            claims: json(claims)?,
            signed: signed.to_owned(),
            signature: bytes(signature)?,
        })
    }

    pub(crate) fn claim(&self, name: &str) -> &str {
        member(&self.claims, name)
    }

    pub(crate) fn second(&self, name: &str) -> i64 {
        let value = self.claims.get(name).and_then(Value::as_i64);
        value.unwrap_or_default()
    }
}

pub(crate) fn member<'a>(part: &'a Value, name: &str) -> &'a str {
    part.get(name).and_then(Value::as_str).unwrap_or_default()
}
