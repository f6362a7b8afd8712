//! Keys and signatures in the formats of minisign, for builds on their way to a host that trusts a key.
//!
//! A secret key is one of `plugin key` or of `minisign -G`, with a password (scrypt) or without; a
//! signature is the prehashed one that minisign makes today. Invariant: what is given out has been
//! checked by the very code with which a host checks it. Deliberately not here: where key and
//! password lie (`cli`), and whether a host wants signatures (`attune_wasm::TrustedKeys`).

use std::fmt::Display;

use attune_wasm::TrustedKeys;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minisign::{ErrorKind, KeyPair, PError, PublicKey, SecretKey, SecretKeyBox};
use secrecy::{ExposeSecret as _, SecretString};

use crate::fault::Failure;

/// Bytes of a secret key: three algorithms, salt, limits, number, key, checksum.
const SECRET_BYTES: usize = 158;
/// Bytes of a public key.
const PUBLIC_BYTES: usize = 42;

/// A secret key that can sign.
pub struct Signer {
    secret: SecretKey,
    public: Public,
}

/// The other half of a key: what hosts are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Public {
    /// The line for `trusted-keys`.
    pub line: String,
    /// The key's id, as hosts name it.
    pub id: String,
}

/// A key that was just made.
pub struct NewKey {
    /// The file of the secret key.
    pub secret: SecretString,
    /// The file of the public key.
    pub file: String,
    /// What hosts are told.
    pub public: Public,
}

impl Signer {
    /// Reads the file of a secret key, whose name is `place`.
    pub fn read(place: &str, text: &str, password: Option<&SecretString>) -> Result<Self, Failure> {
        let no_key = |what: &str, hint: &str| {
            Failure::of("signing-key", format!("{place} is {what}")).hint(hint)
        };
        let line = text.lines().nth(1).unwrap_or_default();
        let bytes = STANDARD.decode(line.trim()).unwrap_or_default();
        let is_encrypted = match (bytes.len(), bytes.get(..6)) {
            (SECRET_BYTES, Some(b"Ed\0\0B2")) => false,
            (SECRET_BYTES, Some(b"EdScB2")) => true,
            (PUBLIC_BYTES, _) => {
                let hint = "name the file of the secret key, which lies beside it";
                return Err(no_key("a public key", hint));
            }
            _ => {
                let hint = "`attune plugin key FILE` makes one, and so does `minisign -G`";
                return Err(no_key("no secret key of minisign", hint));
            }
        };
        let boxed = SecretKeyBox::from_string(text).map_err(|error| unusable(place, &error))?;
        let secret = match (is_encrypted, password) {
            (false, _) => boxed.into_unencrypted_secret_key(),
            (true, Some(password)) => {
                boxed.into_secret_key(Some(password.expose_secret().to_owned()))
            }
            (true, None) => {
                let hint =
                    "name where its password lies: --password-file FILE or --password-env NAME";
                return Err(no_key("a key with a password", hint));
            }
        };
        let secret = secret.map_err(|error| match (error.kind(), is_encrypted) {
            (ErrorKind::Verify, true) => {
                let message = format!("the password is not that of {place}");
                Failure::of("signing-key", message)
                    .hint("one line end at the end of the password's file does not belong to it")
            }
            _ => unusable(place, &error),
        })?;
        let public =
            PublicKey::from_secret_key(&secret).map_err(|error| unusable(place, &error))?;
        let public = Public::of(&public)?;
        Ok(Self { secret, public })
    }

    /// What hosts are told of this key.
    pub fn public(&self) -> &Public {
        &self.public
    }

    /// The file beside these bytes, which are called `name`; `seconds` is the time.
    pub fn sign(&self, name: &str, bytes: &[u8], seconds: i64) -> Result<String, Failure> {
        // As minisign writes it; line ends would end the comment.
        let name = name.replace(char::is_control, "?");
        let trusted = format!("timestamp:{seconds}\tfile:{name}\thashed");
        let untrusted = "signature by attune plugin pack";
        let signed = minisign::sign(None, &self.secret, bytes, Some(&trusted), Some(untrusted));
        let signature = signed
            .map_err(|error| unusable("the key", &error))?
            .to_string();
        TrustedKeys::parse(&[&self.public.line])?.verify(bytes, Some(&signature))?;
        Ok(signature)
    }
}

impl Public {
    fn of(key: &PublicKey) -> Result<Self, Failure> {
        let line = key.to_base64();
        let id = TrustedKeys::parse(&[&line])?
            .ids()
            .next()
            .map(str::to_owned);
        let id = id.unwrap_or_default();
        Ok(Self { line, id })
    }
}

/// Makes a key, with a password or without.
pub fn new_key(password: Option<&SecretString>) -> Result<NewKey, Failure> {
    let failed = |error: &PError| Failure::of("internal", format!("no key was made: {error}"));
    let pair = match password {
        Some(password) => {
            KeyPair::generate_encrypted_keypair(Some(password.expose_secret().to_owned()))
        }
        None => KeyPair::generate_unencrypted_keypair(),
    };
    let KeyPair { pk, sk } = pair.map_err(|error| failed(&error))?;
    let public = Public::of(&pk)?;
    let comment = format!("minisign secret key {}", public.id);
    let secret = sk.to_box(Some(&comment)).map_err(|error| failed(&error))?;
    let file = format!(
        "untrusted comment: minisign public key {}\n{}\n",
        public.id, public.line
    );
    Ok(NewKey {
        secret: String::from(secret).into(),
        file,
        public,
    })
}

fn unusable(place: &str, error: &dyn Display) -> Failure {
    Failure::of("signing-key", format!("{place} cannot be used: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    // A key of minisign's own, without a password, and its public half.
    fn key() -> NewKey {
        new_key(None).unwrap()
    }

    fn refused(text: &str, password: Option<&str>) -> Failure {
        let password = password.map(SecretString::from);
        let Err(failure) = Signer::read("my.key", text, password.as_ref()) else {
            panic!("it was read");
        };
        assert_eq!(failure.code, "signing-key");
        assert!(failure.message.contains("my.key"), "{}", failure.message);
        failure
    }

    #[test]
    fn what_a_key_signs_is_taken_by_who_trusts_it_and_by_nobody_else() {
        let (ours, theirs) = (key(), key());
        let signer = Signer::read("my.key", ours.secret.expose_secret(), None).unwrap();
        assert_eq!(*signer.public(), ours.public);
        let signature = signer.sign("a\nb.wasm", b"component", 7).unwrap();
        assert!(
            signature.contains("timestamp:7\tfile:a?b.wasm"),
            "{signature}"
        );
        let trust = |key: &NewKey| TrustedKeys::parse(&[&key.public.line]).unwrap();
        let id = trust(&ours).verify(b"component", Some(&signature)).unwrap();
        assert_eq!(id, ours.public.id);
        assert!(trust(&ours).verify(b"Component", Some(&signature)).is_err());
        assert!(
            trust(&theirs)
                .verify(b"component", Some(&signature))
                .is_err()
        );
    }

    #[test]
    fn what_is_no_secret_key_is_told_for_what_it_is() {
        let key = key();
        assert!(refused(&key.file, None).message.contains("a public key"));
        let whole = key.secret.expose_secret();
        let (half, _) = whole.split_at(whole.len() / 2);
        let other = whole.replace("RWQ", "RWR");
        for text in ["", "one line", "two\nlines", half, &other] {
            let failure = refused(text, None);
            assert!(!failure.hint.is_empty() && !failure.message.contains("RW"));
        }
        // One letter of the key's own part: the checksum says so.
        let line = whole.lines().nth(1).unwrap();
        let letter = if line.as_bytes()[120] == b'A' {
            "B"
        } else {
            "A"
        };
        let bent = format!("c\n{}{letter}{}\n", &line[..120], &line[121..]);
        assert!(refused(&bent, None).message.contains("cannot be used"));
    }
}
