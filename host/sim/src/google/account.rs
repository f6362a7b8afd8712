//! The service account: an invented key, and the file that an administrator would download.

use std::sync::LazyLock;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Making a key takes a moment; this one serves a process.
static KEY: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok();
    let halves = pair.and_then(|pair| {
        let private: Pkcs8V1Der<'_> = pair.as_der().ok()?;
        let public = pair.public_key().as_ref().to_vec();
        Some((private.as_ref().to_vec(), public))
    });
    halves.unwrap_or_default()
});

/// A service account with its one key.
#[derive(Debug, Clone)]
pub struct ServiceAccount {
    /// `client_email`.
    pub email: String,
    /// `client_id`, under which scopes are delegated.
    pub client_id: String,
    /// `private_key_id`.
    pub key_id: String,
}

impl ServiceAccount {
    /// Always the same account; the key is another one in every process.
    pub fn invented() -> Self {
        Self {
            email: "attune@directory-reader.iam.gserviceaccount.example".to_owned(),
            client_id: "103984720398472039847".to_owned(),
            key_id: "7d1f0c2e9a1d4b578a303f6f2f6b9d11".to_owned(),
        }
    }

    /// The public half of the key (PKCS#1, DER).
    pub(super) fn public_key() -> &'static [u8] {
        &KEY.1
    }

    /// Claims, signed by the account.
    #[cfg(test)]
    pub(super) fn sign(&self, claims: &serde_json::Value) -> String {
        use aws_lc_rs::rand::SystemRandom;
        use aws_lc_rs::signature::RSA_PKCS1_SHA256;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;

        let header = serde_json::json!({ "alg": "RS256", "typ": "JWT", "kid": self.key_id });
        let part = |json: &serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", part(&header), part(claims));
        let pair = RsaKeyPair::from_pkcs8(&KEY.0).unwrap();
        let mut signature = vec![0; pair.public_modulus_len()];
        let random = SystemRandom::new();
        pair.sign(
            &RSA_PKCS1_SHA256,
            &random,
            signed.as_bytes(),
            &mut signature,
        )
        .unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The key file, as the Cloud console gives it.
    pub fn key_file(&self) -> String {
        let text = STANDARD.encode(&KEY.0);
        let mut pem = "-----BEGIN PRIVATE KEY-----\n".to_owned();
        for (at, letter) in text.chars().enumerate() {
            if at > 0 && at.is_multiple_of(64) {
                pem.push('\n');
            }
            pem.push(letter);
        }
        pem.push_str("\n-----END PRIVATE KEY-----\n");
        serde_json::json!({
            "type": "service_account",
            "project_id": "directory-reader",
            "private_key_id": self.key_id,
            "private_key": pem,
            "client_email": self.email,
            "client_id": self.client_id,
            "auth_uri": "https://accounts.google.example/o/oauth2/auth",
            "token_uri": "https://oauth2.google.example/token",
            "universe_domain": "google.example",
        })
        .to_string()
    }
}
