//! Signs files as minisign does, in the format of its first versions, with keys that are the same
//! in every run.
//!
//! Deliberately not here: the prehashed format; `signature` has one of minisign's own for that.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// One secret key.
pub(crate) struct Signer {
    pair: Ed25519KeyPair,
    head: Vec<u8>,
}

impl Signer {
    /// The key of this number.
    pub(crate) fn new(number: u8) -> Self {
        let mut head = b"Ed".to_vec();
        head.extend([number; 8]);
        Self {
            pair: Ed25519KeyPair::from_seed_unchecked(&[number; 32]).unwrap(),
            head,
        }
    }

    /// Its public key, as minisign prints it.
    pub(crate) fn line(&self) -> String {
        STANDARD.encode([&self.head[..], self.pair.public_key().as_ref()].concat())
    }

    /// What stands in the file beside one of these bytes.
    pub(crate) fn sign(&self, bytes: &[u8]) -> String {
        let comment = "a file of the tests";
        let signature = self.pair.sign(bytes);
        let signature = signature.as_ref();
        let global = self.pair.sign(&[signature, comment.as_bytes()].concat());
        format!(
            "untrusted comment: signed by a test\n{}\ntrusted comment: {comment}\n{}\n",
            STANDARD.encode([&self.head[..], signature].concat()),
            STANDARD.encode(global.as_ref()),
        )
    }
}
