//! The signature of a webhook: that a notice comes from here and is not an old one sent again.
//!
//! HMAC-SHA256 over the time, a dot and the body, exactly as they are sent. Whoever receives it makes
//! the same, compares in constant time, and refuses what is older than some minutes.

use std::fmt::Write as _;

use aws_lc_rs::hmac;

/// The value of `x-attune-signature` for a body sent at this time, in seconds.
pub fn sign(secret: &[u8], seconds: i64, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let mut context = hmac::Context::with_key(&key);
    context.update(seconds.to_string().as_bytes());
    context.update(b".");
    context.update(body);
    let mut text = "v1=".to_owned();
    for byte in context.sign().as_ref() {
        let _never_fails = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::sign;

    /// As OpenSSL makes it: `printf '1700000000.{}' | openssl dgst -sha256 -hmac key`.
    #[test]
    fn the_signature_is_that_of_time_dot_body() {
        let signature = sign(b"key", 1_700_000_000, b"{}");
        assert_eq!(
            signature,
            "v1=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae"
        );
        assert_ne!(signature, sign(b"key", 1_700_000_001, b"{}"));
        assert_ne!(signature, sign(b"kez", 1_700_000_000, b"{}"));
    }
}
