//! Random secrets: made here, shown once, and kept as their SHA-256.
//!
//! They are so long that nobody guesses them, so that a plain hash is enough and comparing it needs no
//! care: what a wrong one's digest shares with a right one's tells nothing of the secret.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use crate::fault::Failure;

/// Digits and letters that nobody takes for others (Crockford).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code that somebody types: 100 bits.
const CODE_CHARS: usize = 20;

/// A secret that nobody has seen yet.
pub(super) struct Fresh {
    pub(super) secret: SecretString,
    /// What is kept of it.
    pub(super) digest: String,
}

/// 256 bits behind a prefix.
pub(super) fn token(prefix: &str) -> Result<Fresh, Failure> {
    let text = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random::<32>()?));
    Ok(Fresh {
        digest: digest(&text),
        secret: text.into(),
    })
}

/// A code that somebody reads and types, such as `7Q3K9-....`.
pub(super) fn code() -> Result<Fresh, Failure> {
    let bytes = random::<CODE_CHARS>()?;
    let mut text = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 && at % 5 == 0 {
            text.push('-');
        }
        let letter = ALPHABET.get(usize::from(byte & 31)).copied();
        text.push(char::from(letter.unwrap_or(b'0')));
    }
    Ok(Fresh {
        digest: digest_of_code(&text.as_str().into()),
        secret: text.into(),
    })
}

/// What is kept of a code, however it was typed.
pub(super) fn digest_of_code(typed: &SecretString) -> String {
    let letters = typed.expose_secret().chars();
    let letters = letters.filter(char::is_ascii_alphanumeric);
    let same = letters.map(|c| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        c => c,
    });
    digest(&same.collect::<String>())
}

/// The SHA-256 in hexadecimal.
pub(super) fn digest(text: &str) -> String {
    let bytes = Sha256::digest(text.as_bytes());
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _never_fails = write!(hex, "{byte:02x}");
        hex
    })
}

/// Bytes that nobody can foresee.
pub(super) fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    let filled = aws_lc_rs::rand::fill(&mut bytes);
    filled.map_err(|_| Failure::of("internal", "the system gives no random numbers"))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_256_bits_behind_its_prefix_and_only_its_digest_is_shown() {
        let one = token("attune_").unwrap();
        let text = one.secret.expose_secret();
        assert_eq!(text.len(), "attune_".len() + 43);
        assert!(text.starts_with("attune_"));
        assert_eq!(one.digest, digest(text));
        assert!(!one.digest.contains(text) && one.digest.len() == 64);
        assert_ne!(token("attune_").unwrap().digest, one.digest);
        assert!(!format!("{:?}", one.secret).contains(text));
    }

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        let one = code().unwrap();
        let text = one.secret.expose_secret().to_owned();
        assert_eq!((text.len(), text.split('-').count()), (23, 4));
        let typed = [
            text.to_lowercase(),
            text.replace('-', ""),
            text.replace('-', " "),
            text.replace('0', "o").replace('1', "l"),
            format!(" {text}\n"),
        ];
        for typed in typed {
            let found = digest_of_code(&typed.as_str().into());
            assert_eq!(found, one.digest, "{typed}");
        }
        let other = text.replace(|c: char| c != '-', "2");
        assert_ne!(digest_of_code(&other.into()), one.digest);
    }
}
