//! Whom we trust: the system's authorities, those of `[net] ca-file`, those beside an address.
//!
//! One place for HTTP and LDAP. TLS 1.2 and 1.3, certificates always checked: there is no switch.
//! A machine without any authority (a bare container) still starts and still talks to loopback; the
//! first secure connection then says what is missing.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{CertificateError, ClientConfig, RootCertStore};

use super::Error;

/// A client's side of TLS that trusts the system and the PEM files.
pub(super) fn client_config(ca_files: &[&Path]) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for file in ca_files {
        add_file(&mut roots, file)?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|cause| setup("TLS", cause.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

fn add_file(roots: &mut RootCertStore, file: &Path) -> Result<(), Error> {
    let what = || format!("the ca-file {}", file.display());
    let certificates = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|cause| setup(what(), cause.to_string()))?;
    if certificates.is_empty() {
        return Err(setup(what(), "it holds no PEM certificate".to_owned()));
    }
    for certificate in certificates {
        roots
            .add(certificate)
            .map_err(|cause| setup(what(), cause.to_string()))?;
    }
    Ok(())
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
