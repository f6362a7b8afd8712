//! JSON Web Signatures in the compact form (RFC 7515): keys, algorithms, and what is signed.
//!
//! Keys are read when a source is opened, so that a wrong one is told before anybody is asked. RSA
//! and the three curves of RFC 7518 are known; what the claims say is their owner's.
//!
//! Invariant: no error says more of a private key than what is wrong with it. Deliberately not
//! here: checking signatures, encrypted keys, key stores.

use std::fmt;

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair as _, RsaEncoding, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Map, Value as Json};

use super::Error;

/// How an assertion is signed (RFC 7518, 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named like the words of the RFC")]
pub enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    Es512,
}

impl Algorithm {
    /// The words of a connector file and of the header.
    pub const WORDS: [(&'static str, Self); 9] = [
        ("RS256", Self::Rs256),
        ("RS384", Self::Rs384),
        ("RS512", Self::Rs512),
        ("PS256", Self::Ps256),
        ("PS384", Self::Ps384),
        ("PS512", Self::Ps512),
        ("ES256", Self::Es256),
        ("ES384", Self::Es384),
        ("ES512", Self::Es512),
    ];

    fn as_str(self) -> &'static str {
        let word = Self::WORDS.iter().find(|(_, algorithm)| *algorithm == self);
        word.map_or("", |(word, _)| word)
    }

    /// How an RSA key signs; nothing for the algorithms of curves.
    fn rsa(self) -> Option<&'static dyn RsaEncoding> {
        match self {
            Self::Rs256 => Some(&signature::RSA_PKCS1_SHA256),
            Self::Rs384 => Some(&signature::RSA_PKCS1_SHA384),
            Self::Rs512 => Some(&signature::RSA_PKCS1_SHA512),
            Self::Ps256 => Some(&signature::RSA_PSS_SHA256),
            Self::Ps384 => Some(&signature::RSA_PSS_SHA384),
            Self::Ps512 => Some(&signature::RSA_PSS_SHA512),
            Self::Es256 | Self::Es384 | Self::Es512 => None,
        }
    }
}

/// Every curve has one algorithm. Signatures are the two numbers side by side (RFC 7518, 3.4).
const CURVES: [(Algorithm, &EcdsaSigningAlgorithm); 3] = [
    (
        Algorithm::Es256,
        &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
    ),
    (
        Algorithm::Es384,
        &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
    ),
    (
        Algorithm::Es512,
        &signature::ECDSA_P521_SHA512_FIXED_SIGNING,
    ),
];

/// A private key.
pub(super) enum Pair {
    Rsa(RsaKeyPair),
    Curve(Algorithm, EcdsaKeyPair),
}

/// A key with the header that goes before everything it signs.
pub(super) struct Signer {
    pair: Pair,
    algorithm: Algorithm,
    /// As it goes out, base64.
    header: String,
}

impl fmt::Debug for Signer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Signer({})", self.algorithm.as_str())
    }
}

impl Signer {
    /// `about` are the members of the header besides `alg` and `typ`.
    pub(super) fn new(pair: Pair, algorithm: Algorithm, about: Map<String, Json>) -> Self {
        let mut header = Map::new();
        header.insert("alg".to_owned(), algorithm.as_str().into());
        header.insert("typ".to_owned(), "JWT".into());
        header.extend(about);
        Self {
            pair,
            algorithm,
            header: URL_SAFE_NO_PAD.encode(Json::Object(header).to_string()),
        }
    }

    /// The claims, signed.
    pub(super) fn sign(&self, claims: &Json) -> Result<String, Error> {
        let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
        let signed = format!("{}.{claims}", self.header);
        let signature = self.pair.sign(self.algorithm, signed.as_bytes());
        let signature = signature.map_err(|_| Error::credential("the private key cannot sign"))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl Pair {
    /// PKCS#8, or the older forms that `openssl` writes.
    pub(super) fn read(pem: &str) -> Result<Self, Error> {
        if pem.contains("ENCRYPTED") {
            return Err(Error::credential(
                "the private key is encrypted, and nobody is there to type its password: write it \
                 without one (`openssl pkey -in key.pem -out plain.pem`) and protect the file",
            ));
        }
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| {
            Error::credential(
                "the private key is not PEM: it must have a part from `-----BEGIN PRIVATE KEY-----` \
                 to `-----END PRIVATE KEY-----`",
            )
        })?;
        let rsa = match &der {
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()).ok(),
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).ok(),
            _ => None,
        };
        let curve = || {
            let read = |curve| EcdsaKeyPair::from_private_key_der(curve, der.secret_der()).ok();
            let mut found = CURVES
                .into_iter()
                .filter_map(|(algorithm, curve)| Some(Self::Curve(algorithm, read(curve)?)));
            found.next()
        };
        rsa.map(Self::Rsa).or_else(curve).ok_or_else(|| {
            Error::credential(
                "the private key cannot be used: it must be an RSA key of 2048 to 8192 bits, or \
                 one on the curve P-256, P-384 or P-521",
            )
        })
    }

    /// How it signs: as `chosen`, if it can, else as is `usual` for an RSA key; every curve has one
    /// algorithm.
    pub(super) fn algorithm(
        &self,
        chosen: Option<Algorithm>,
        usual_rsa: Algorithm,
    ) -> Result<Algorithm, Error> {
        let usual = match self {
            Self::Rsa(_) => usual_rsa,
            Self::Curve(algorithm, _) => *algorithm,
        };
        let chosen = chosen.unwrap_or(usual);
        let (fits, what) = match self {
            Self::Rsa(_) => (chosen.rsa().is_some(), "an RSA key"),
            Self::Curve(algorithm, _) => (chosen == *algorithm, "a key on a curve"),
        };
        if fits {
            return Ok(chosen);
        }
        Err(Error::credential(format!(
            "the private key is {what} and cannot sign by {}: leave `algorithm` out, or write {:?}",
            chosen.as_str(),
            usual.as_str()
        )))
    }

    fn sign(&self, algorithm: Algorithm, text: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let encoding = algorithm.rsa().ok_or(Unspecified)?;
                pair.sign(encoding, &random, text, &mut signature)?;
                Ok(signature)
            }
            Self::Curve(_, pair) => Ok(pair.sign(&random, text)?.as_ref().to_vec()),
        }
    }

    /// The public half as certificates have it: the RSA key, or the point of the curve.
    pub(super) fn public(&self) -> &[u8] {
        match self {
            Self::Rsa(pair) => pair.public_key().as_ref(),
            Self::Curve(_, pair) => pair.public_key().as_ref(),
        }
    }
}
