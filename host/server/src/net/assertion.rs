//! Signed assertions: a client proves who it is with its private key (RFC 7523, 2.2).
//!
//! The form is that of a signed JWT (RFC 7515, compact). Where the file names a certificate, its
//! SHA-256 thumbprint goes into the header as `x5t#S256`, which is how Entra ID finds the key, and
//! an RSA key signs by PS256 unless the file says otherwise. Without one `kid` names the key, as
//! Okta wants it, and an RSA key signs by RS256. Keys and certificates are read and held against
//! each other when a source is opened, so that a wrong file is told before anybody is asked.
//!
//! Invariants: every assertion has a new `jti` and ends after ten minutes; no error says more of a
//! private key than what is wrong with it.
//!
//! Deliberately not here: the form that carries the assertion (`token`), encrypted keys, key stores.

use std::fmt;

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::{self, SystemRandom};
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair as _, RsaEncoding, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::Error;

/// Entra ID wants five to ten minutes, Okta at most an hour.
const LIFE: SignedDuration = SignedDuration::from_mins(10);

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

/// The key of a client and what is said of it.
#[derive(Debug, Clone)]
pub struct ClientKey {
    /// PEM, never shown.
    pub private_key: SecretString,
    /// PEM of the certificate that the provider has; the header then has its thumbprint. The file
    /// may hold the key too, so it is not shown either.
    pub certificate: Option<SecretString>,
    /// The `kid` of the header.
    pub key_id: Option<String>,
    /// Chosen by the key where it is not set.
    pub algorithm: Option<Algorithm>,
}

/// Signs for one client.
pub(super) struct Assertion {
    client_id: String,
    pair: Pair,
    algorithm: Algorithm,
    /// As it goes out, base64.
    header: String,
}

enum Pair {
    Rsa(RsaKeyPair),
    Curve(Algorithm, EcdsaKeyPair),
}

impl fmt::Debug for Assertion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Assertion({})", self.algorithm.as_str())
    }
}

impl Assertion {
    /// Reads and checks the key and what belongs to it.
    pub(super) fn open(client_id: &str, key: &ClientKey, now: Timestamp) -> Result<Self, Error> {
        let pair = Pair::read(key.private_key.expose_secret())?;
        let algorithm = pair.algorithm(key)?;
        let mut header = Map::new();
        header.insert("alg".to_owned(), algorithm.as_str().into());
        header.insert("typ".to_owned(), "JWT".into());
        if let Some(id) = &key.key_id {
            header.insert("kid".to_owned(), id.as_str().into());
        }
        if let Some(pem) = &key.certificate {
            let certificate = certificate_of(&pair, pem.expose_secret(), now)?;
            let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(&certificate));
            header.insert("x5t#S256".to_owned(), thumbprint.into());
        }
        Ok(Self {
            client_id: client_id.to_owned(),
            pair,
            algorithm,
            header: URL_SAFE_NO_PAD.encode(Json::Object(header).to_string()),
        })
    }

    /// A new assertion for whom it is meant for.
    pub(super) fn sign(&self, audience: &str, now: Timestamp) -> Result<String, Error> {
        let failed = |_: Unspecified| Error::credential("the private key cannot sign");
        let mut random = [0; 16];
        rand::fill(&mut random).map_err(failed)?;
        let claims = json!({
            "aud": audience,
            "iss": self.client_id,
            "sub": self.client_id,
            "jti": uuid::Builder::from_random_bytes(random).into_uuid().to_string(),
            "nbf": now.as_second(),
            "iat": now.as_second(),
            "exp": now.saturating_add(LIFE).unwrap_or(now).as_second(),
        });
        let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
        let signed = format!("{}.{claims}", self.header);
        let signature = self.pair.sign(self.algorithm, signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.map_err(failed)?);
        Ok(format!("{signed}.{signature}"))
    }
}

impl Pair {
    /// PKCS#8, or the older forms that `openssl` writes.
    fn read(pem: &str) -> Result<Self, Error> {
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

    fn algorithm(&self, key: &ClientKey) -> Result<Algorithm, Error> {
        let usual = match self {
            Self::Rsa(_) if key.certificate.is_some() => Algorithm::Ps256,
            Self::Rsa(_) => Algorithm::Rs256,
            Self::Curve(algorithm, _) => *algorithm,
        };
        let chosen = key.algorithm.unwrap_or(usual);
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
    fn public(&self) -> &[u8] {
        match self {
            Self::Rsa(pair) => pair.public_key().as_ref(),
            Self::Curve(_, pair) => pair.public_key().as_ref(),
        }
    }
}

/// The certificate of the key, out of a file that may hold its authorities too.
fn certificate_of(
    pair: &Pair,
    pem: &str,
    now: Timestamp,
) -> Result<CertificateDer<'static>, Error> {
    let unreadable = || {
        Error::credential(
            "the certificate is not PEM: it must have a part from `-----BEGIN CERTIFICATE-----` to \
             `-----END CERTIFICATE-----`; a file of it is named with { file = \"PATH\" }",
        )
    };
    let all = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<Vec<_>, _>>();
    let all = all.map_err(|_| unreadable())?;
    if all.is_empty() {
        return Err(unreadable());
    }
    for der in all {
        let (_, read) = x509_parser::parse_x509_certificate(&der).map_err(|_| unreadable())?;
        if read.public_key().subject_public_key.data.as_ref() != pair.public() {
            continue;
        }
        let dates = read.validity();
        let (begin, end) = (dates.not_before.timestamp(), dates.not_after.timestamp());
        check_dates((begin, end), now)?;
        return Ok(der);
    }
    Err(Error::credential(
        "the certificate belongs to another key: it must be the one that was made with the private \
         key and registered with the provider",
    ))
}

fn check_dates((begin, end): (i64, i64), now: Timestamp) -> Result<(), Error> {
    let day = |second| match Timestamp::from_second(second) {
        Ok(time) => time.strftime("%Y-%m-%d").to_string(),
        Err(_) => "an impossible day".to_owned(),
    };
    if now.as_second() > end {
        return Err(Error::credential(format!(
            "the certificate expired on {}: make a new one, register it with the provider and name \
             it here",
            day(end)
        )));
    }
    if now.as_second() < begin {
        return Err(Error::credential(format!(
            "the certificate is not valid before {}: wait for that day, or check the date of this \
             machine",
            day(begin)
        )));
    }
    Ok(())
}
