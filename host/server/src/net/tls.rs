//! Whom we trust: the system's authorities, those of `[net] ca-file`, those beside an address.
//!
//! One place for HTTP and LDAP. TLS 1.2 and 1.3, certificates always checked: there is no switch.
//! A machine without any authority (a bare container) still starts and still talks to loopback; the
//! first secure connection then says what is missing.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{CertificateError, ClientConfig, RootCertStore};

use super::Error;
use super::pinned::{Pinned, is_authority};

/// A client's side of TLS that trusts the system and the PEM files.
pub(super) fn client_config(ca_files: &[&Path]) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let mut own = Vec::new();
    for file in ca_files {
        own.extend(read(&mut roots, file)?);
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|cause| setup("TLS", cause.to_string()))?;
    if own.is_empty() {
        return Ok(builder.with_root_certificates(roots).with_no_client_auth());
    }
    let checks = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|cause| setup("TLS", cause.to_string()))?;
    let config = builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pinned { checks, own }))
        .with_no_client_auth();
    Ok(config)
}

/// Adds the certificates of a file to the authorities, and gives them back.
fn read(roots: &mut RootCertStore, file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let wrong = |why: String| setup(format!("the ca-file {}", file.display()), why);
    let text = std::fs::read(file).map_err(|cause| match cause.kind() {
        io::ErrorKind::NotFound => wrong("there is no such file".to_owned()),
        kind => wrong(kind.to_string()),
    })?;
    let certificates = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|cause| wrong(format!("it is damaged ({cause})")))?;
    if certificates.is_empty() {
        let why = "it holds no PEM certificate (a part from -----BEGIN CERTIFICATE-----)";
        return Err(wrong(why.to_owned()));
    }
    for (at, certificate) in certificates.iter().enumerate() {
        roots
            .add(certificate.clone())
            .map_err(|_| wrong(format!("part {} of it is no certificate", at + 1)))?;
    }
    Ok(certificates)
}

fn setup(what: impl Into<String>, why: String) -> Error {
    let what = what.into();
    Error::Setup { what, why }
}

/// What is wrong with the other side's certificate or handshake.
pub(super) fn words(cause: &rustls::Error) -> String {
    let rustls::Error::InvalidCertificate(certificate) = cause else {
        return match cause {
            rustls::Error::InvalidMessage(_) => {
                "the server does not speak TLS on this port".to_owned()
            }
            other => other.to_string(),
        };
    };
    match certificate {
        CertificateError::UnknownIssuer => {
            "its certificate is not signed by an authority that this machine trusts (ca-file)"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another host name"
        }
        CertificateError::Revoked => "its certificate was revoked",
        _ if is_authority(cause) => {
            "its certificate is an authority's own, which is trusted for a server only where it is \
             in the ca-file"
        }
        other => return format!("its certificate is not valid ({other})"),
    }
    .to_owned()
}

/// The TLS error inside an I/O error, where there is one.
pub(super) fn inside<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a rustls::Error> {
    if let Some(found) = error.downcast_ref::<rustls::Error>() {
        return Some(found);
    }
    let io = error.downcast_ref::<std::io::Error>()?;
    io.get_ref().and_then(|inner| inside(inner))
}
