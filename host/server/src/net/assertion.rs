//! Signed assertions: a client proves who it is with its private key (RFC 7523, 2.2).
//!
//! The form is that of a signed JWT (`jws`). Where the file names a certificate, its
//! SHA-256 thumbprint goes into the header as `x5t#S256`, which is how Entra ID finds the key, and
//! an RSA key signs by PS256 unless the file says otherwise. Without one `kid` names the key, as
//! Okta wants it, and an RSA key signs by RS256. Keys and certificates are read and held against
//! each other when a source is opened, so that a wrong file is told before anybody is asked.
//!
//! Invariants: every assertion has a new `jti` and ends after ten minutes; no error says more of a
//! private key than what is wrong with it.
//!
//! Deliberately not here: the form that carries the assertion (`proof`), service accounts.

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, json};
use sha2::{Digest as _, Sha256};

use super::jws::{Algorithm, Pair, Signer};
use super::{Error, Secret};

/// Entra ID wants five to ten minutes, Okta at most an hour.
const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// The key of a client and what is said of it.
#[derive(Debug, Clone)]
pub struct ClientKey {
    /// PEM, never shown.
    pub private_key: Secret,
    /// PEM of the certificate that the provider has; the header then has its thumbprint. The file
    /// may hold the key too, so it is not shown either. Of several, that of the key is meant.
    pub certificate: Option<Secret>,
    /// The `kid` of the header.
    pub key_id: Option<String>,
    /// Chosen by the key where it is not set.
    pub algorithm: Option<Algorithm>,
}

/// Signs for one client.
#[derive(Debug)]
pub(super) struct Assertion {
    client_id: String,
    signer: Signer,
}

impl Assertion {
    /// Reads and checks the key and what belongs to it.
    pub(super) fn open(
        client_id: &str,
        private_key: &SecretString,
        key: &ClientKey,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let pair = Pair::read(private_key.expose_secret())?;
        let usual = match key.certificate {
            Some(_) => Algorithm::Ps256,
            None => Algorithm::Rs256,
        };
        let algorithm = pair.algorithm(key.algorithm, usual)?;
        let mut about = Map::new();
        if let Some(id) = &key.key_id {
            about.insert("kid".to_owned(), id.as_str().into());
        }
        if let Some(pem) = &key.certificate {
            let certificate = certificate_of(&pair, pem.all().expose_secret(), now)?;
            let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(&certificate));
            about.insert("x5t#S256".to_owned(), thumbprint.into());
        }
        Ok(Self {
            client_id: client_id.to_owned(),
            signer: Signer::new(pair, algorithm, about),
        })
    }

    /// A new assertion for whom it is meant for.
    pub(super) fn sign(&self, audience: &str, now: Timestamp) -> Result<String, Error> {
        let mut random = [0; 16];
        rand::fill(&mut random).map_err(|_| Error::credential("the private key cannot sign"))?;
        self.signer.sign(&json!({
            "aud": audience,
            "iss": self.client_id,
            "sub": self.client_id,
            "jti": uuid::Builder::from_random_bytes(random).into_uuid().to_string(),
            "nbf": now.as_second(),
            "iat": now.as_second(),
            "exp": now.saturating_add(LIFE).unwrap_or(now).as_second(),
        }))
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
