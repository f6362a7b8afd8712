//! Who may ask for something: whoever has the token of `[auth] trigger-token`.
//!
//! Tokens are compared by their digests and in constant time, so that neither a wrong character nor
//! a wrong length can be measured. Without a token in the settings everybody is refused.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::http::{HeaderMap, header};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use crate::fault::Failure;

/// Who may ask.
#[derive(Clone, Default)]
pub struct Access {
    token: Option<[u8; 32]>,
}

impl Access {
    /// Whoever has this token.
    pub fn of(token: &SecretString) -> Self {
        Self {
            token: Some(digest(token.expose_secret().trim().as_bytes())),
        }
    }

    /// Whether a request may ask.
    pub(super) fn check(&self, headers: &HeaderMap) -> Result<(), Failure> {
        let Some(expected) = &self.token else {
            let message = "the API takes requests only where attune.toml names a token";
            return Err(Failure::of("triggers-off", message));
        };
        let sent = headers.get(header::AUTHORIZATION);
        let sent = sent.and_then(|value| {
            let (scheme, token) = value.as_bytes().split_at_checked(7)?;
            scheme.eq_ignore_ascii_case(b"bearer ").then_some(token)
        });
        let Some(sent) = sent else {
            return Err(Failure::of("token", "the request has no bearer token"));
        };
        let found = digest(sent.trim_ascii());
        verify_slices_are_equal(expected, &found)
            .map_err(|_other| Failure::of("token", "the token is not that of this service"))
    }
}

fn digest(token: &[u8]) -> [u8; 32] {
    Sha256::digest(token).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(access: &Access, authorization: Option<&str>) -> Option<String> {
        let mut headers = HeaderMap::new();
        if let Some(value) = authorization {
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        }
        access.check(&headers).err().map(|failure| failure.code)
    }

    #[test]
    fn only_the_token_of_the_settings_is_let_in() {
        let access = Access::of(&"correct horse\n".into());
        assert_eq!(code(&access, Some("Bearer correct horse")), None);
        assert_eq!(code(&access, Some("bearer correct horse")), None);
        for wrong in ["Bearer correct hors", "Bearer ", "Basic correct horse", "x"] {
            assert_eq!(
                code(&access, Some(wrong)).as_deref(),
                Some("token"),
                "{wrong}"
            );
        }
        assert_eq!(code(&access, None).as_deref(), Some("token"));
        let off = Access::default();
        assert_eq!(code(&off, Some("Bearer ")).as_deref(), Some("triggers-off"));
    }
}
