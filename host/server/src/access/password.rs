//! Passwords of local administrators: argon2id, on a thread of its own, and few at once.
//!
//! Invariants: checking the password of a name that nobody has takes as long as of one that somebody
//! has; at most two are computed at once, so that guesses cost no more than 40 MiB.

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;

use super::secret;
use crate::compute;
use crate::fault::Failure;

/// Shortest password, in characters. Nothing else is asked of it.
pub const CHARS_MIN: usize = 15;
/// Longest one, in bytes: longer ones would only cost time.
const BYTES_MAX: usize = 1024;
/// What one costs: 19 MiB, two passes, one lane (OWASP).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const BYTES: usize = 32;
/// So many are computed at once.
static DESKS: Semaphore = Semaphore::const_new(2);

/// Whether a password may be one.
pub(super) fn check(password: &SecretString) -> Result<(), Failure> {
    let text = password.expose_secret();
    let message = if text.chars().count() < CHARS_MIN {
        format!("the password has fewer than {CHARS_MIN} characters")
    } else if text.len() > BYTES_MAX {
        format!("the password has more than {BYTES_MAX} bytes")
    } else {
        return Ok(());
    };
    Err(Failure::of("weak-password", message))
}

/// What is kept of a password: the text form of argon2.
pub(super) async fn hash(password: SecretString) -> Result<String, Failure> {
    let salt = secret::random::<16>()?;
    let computed = derived(password, salt.to_vec()).await?;
    let (salt, computed) = (
        STANDARD_NO_PAD.encode(salt),
        STANDARD_NO_PAD.encode(computed),
    );
    Ok(format!(
        "$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${computed}"
    ))
}

/// Whether the password is the kept one. Without one it is computed all the same, and is not.
pub(super) async fn verify(password: SecretString, kept: Option<&str>) -> Result<bool, Failure> {
    let known = kept.and_then(parse);
    let is_known = known.is_some();
    let (salt, expected) = known.unwrap_or_else(|| (vec![0; 16], vec![0; BYTES]));
    // Whoever sends a long text is refused for it after the same time.
    let is_long = password.expose_secret().len() > BYTES_MAX;
    let password = if is_long { "".into() } else { password };
    let computed = derived(password, salt).await?;
    let is_same = verify_slices_are_equal(&computed, &expected).is_ok();
    Ok(is_same && is_known && !is_long)
}

/// Salt and hash of our own text form.
fn parse(kept: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let ours = format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$");
    let (salt, computed) = kept.strip_prefix(&ours)?.split_once('$')?;
    let decode = |text: &str| STANDARD_NO_PAD.decode(text).ok();
    Some((decode(salt)?, decode(computed)?))
}

async fn derived(password: SecretString, salt: Vec<u8>) -> Result<Vec<u8>, Failure> {
    let lost = || Failure::of("internal", "a password could not be computed");
    let _desk = DESKS.acquire().await.map_err(|_| lost())?;
    let work = move || {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(BYTES)).ok()?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut out = vec![0; BYTES];
        let text = password.expose_secret().as_bytes();
        argon.hash_password_into(text, &salt, &mut out).ok()?;
        Some(out)
    };
    compute::apart(work).await.flatten().ok_or_else(lost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_itself_is_right() {
        let kept = hash("correct horse battery".into()).await.unwrap();
        assert!(!kept.contains("horse"));
        let again = hash("correct horse battery".into()).await.unwrap();
        assert_ne!(kept, again, "each has a salt of its own");
        for (typed, expected) in [
            ("correct horse battery", true),
            ("correct horse batterY", false),
            ("correct horse battery ", false),
            ("", false),
        ] {
            let found = verify(typed.into(), Some(&kept)).await.unwrap();
            assert_eq!(found, expected, "{typed:?}");
        }
        for kept in [None, Some(""), Some("$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA")] {
            assert!(!verify("".into(), kept).await.unwrap());
        }
    }

    #[test]
    fn a_password_is_long_and_nothing_else_is_asked_of_it() {
        assert!(check(&"aaaaaaaaaaaaaaa".into()).is_ok());
        assert!(check(&"äöüäöüäöüäöüäöü".into()).is_ok());
        assert!(check(&"aaaaaaaaaaaaaa".into()).is_err());
        assert!(check(&"a".repeat(1025).into()).is_err());
        assert_eq!(check(&"short".into()).unwrap_err().code, "weak-password");
    }
}
