//! Who made a build: signatures of minisign, checked against the keys that somebody trusts.
//!
//! A signature covers the file's bytes and nothing else: which plugin it is stands inside of them,
//! so a signed file cannot be passed off as another plugin, but an older signed file stays signed.
//! Both formats of minisign are taken, the prehashed one and that of its first versions.
//! Deliberately not here: reading files (`registry::Build`), and whether a signature is wanted at
//! all (the server).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minisign_verify::{PublicKey, Signature};

use crate::Error;
use crate::call::clean;
use crate::registry::Build;

/// Bytes of a wrong key that are shown.
const KEY_BYTES_SHOWN: usize = 80;

/// The public keys whose signatures count.
#[derive(Debug, Clone, Default)]
pub struct TrustedKeys {
    keys: Vec<Key>,
}

#[derive(Debug, Clone)]
struct Key {
    id: String,
    key: PublicKey,
}

impl TrustedKeys {
    /// Reads public keys, each the line of base64 that `minisign -G` prints.
    pub fn parse<T: AsRef<str>>(lines: &[T]) -> Result<Self, Error> {
        let parse = |line: &T| {
            let line = line.as_ref().trim();
            let key = PublicKey::from_base64(line).ok();
            key.zip(key_id(line))
                .map(|(key, id)| Key { id, key })
                .ok_or_else(|| {
                    let shown = clean(line, KEY_BYTES_SHOWN);
                    refused(format!("`{shown}` is no public key of minisign"))
                })
        };
        let keys = lines.iter().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { keys })
    }

    /// Whether nobody is trusted.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The ids of the keys, as minisign shows them.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.id.as_str())
    }

    /// Checks that `signature`, the text of a `.minisig` file, is one of these bytes by a trusted
    /// key; gives the id of that key.
    pub fn verify(&self, bytes: &[u8], signature: Option<&str>) -> Result<String, Error> {
        let Some(text) = signature else {
            return Err(refused("it has no signature"));
        };
        let id = text.lines().nth(1).and_then(key_id);
        let Some((signature, id)) = Signature::decode(text).ok().zip(id) else {
            return Err(refused("the file beside it is no signature of minisign"));
        };
        let mut trusted = self.keys.iter().filter(|key| key.id == id).peekable();
        if trusted.peek().is_none() {
            return Err(refused(format!(
                "it is signed by key {id}, which is not trusted"
            )));
        }
        if trusted.any(|key| key.key.verify(bytes, &signature, true).is_ok()) {
            return Ok(id);
        }
        Err(refused(format!(
            "the signature by key {id} is not of these bytes"
        )))
    }
}

impl Build {
    /// Checks that it is signed by a trusted key; gives the id of that key.
    pub fn verify(&self, keys: &TrustedKeys) -> Result<String, Error> {
        keys.verify(self.bytes(), self.signature())
    }
}

/// The id in a line of a key or a signature: after two bytes for the algorithm, as a number.
fn key_id(line: &str) -> Option<String> {
    let bytes = STANDARD.decode(line.trim()).ok()?;
    let id = bytes.get(2..10)?.try_into().ok()?;
    Some(format!("{:016X}", u64::from_le_bytes(id)))
}

fn refused(what: impl Into<String>) -> Error {
    Error::Signature { what: what.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The key and the signatures of `test` in the documentation of minisign-verify.
    const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
    const LEGACY: &str = "untrusted comment: signature from minisign secret key
RWQf6LRCGA9i59SLOFxz6NxvASXDJeRtuZykwQepbDEGt87ig1BNpWaVWuNrm73YiIiJbq71Wi+dP9eKL8OC351vwIasSSbXxwA=
trusted comment: timestamp:1555779966\tfile:test
QtKMXWyYcwdpZAlPF7tE2ENJkRd1ujvKjlj1m9RtHTBnZPa5WKU5uWRs5GoP5M/VqE81QFuMKI5k/SfNQUaOAA==";
    const PREHASHED: &str = "untrusted comment: signature from minisign secret key
RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=
trusted comment: timestamp:1556193335\tfile:test
y/rUw2y8/hOUYjZU71eHp/Wo1KZ40fGy2VJEDl34XMJM+TX48Ss/17u3IvIfbVR1FkZZSNCisQbuQY+bHwhEBg==";

    #[test]
    fn both_formats_of_minisign_are_taken() {
        let keys = TrustedKeys::parse(&[KEY]).unwrap();
        assert_eq!(keys.ids().collect::<Vec<_>>(), ["E7620F1842B4E81F"]);
        for signature in [LEGACY, PREHASHED] {
            let id = keys.verify(b"test", Some(signature)).unwrap();
            assert_eq!(id, "E7620F1842B4E81F");
            let error = keys.verify(b"Test", Some(signature)).unwrap_err();
            assert_eq!(error.code(), "plugin-signature");
            assert!(error.to_string().contains("not of these bytes"), "{error}");
        }
    }

    #[test]
    fn what_is_signed_beside_the_bytes_cannot_be_changed() {
        let keys = TrustedKeys::parse(&[KEY]).unwrap();
        let changed = PREHASHED.replace("file:test", "file:text");
        assert!(keys.verify(b"test", Some(&changed)).is_err());
        // One format is not taken for the other.
        let relabelled = PREHASHED.replace("RUQf6", "RWQf6");
        assert!(keys.verify(b"test", Some(&relabelled)).is_err());
    }

    #[test]
    fn what_is_no_key_is_refused_where_it_is_read() {
        for line in ["", "RWQ", "not base64", LEGACY.lines().nth(1).unwrap()] {
            let error = TrustedKeys::parse(&[KEY, line]).unwrap_err();
            assert!(error.to_string().contains("no public key"), "{error}");
        }
        assert!(TrustedKeys::parse::<&str>(&[]).unwrap().is_empty());
    }
}
