//! Secure connections: whom we trust, and what is said about those whom we do not.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::{Listener, noon, outside, reply, slot};
use crate::clock::TestClock;
use crate::net::{Base, Error, Options, Outside, Request, Slot, SlotSpec, facts};

/// A server with a certificate of its own, whose PEM is in a file.
struct Secure {
    address: SocketAddr,
    pem: PathBuf,
    _folder: tempfile::TempDir,
}

fn secure(change: impl FnOnce(&mut CertificateParams)) -> Secure {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    serving(&certificate, &key, &certificate.pem())
}

/// A server with that certificate; `trusted` is in its file.
fn serving(certificate: &rcgen::Certificate, key: &KeyPair, trusted: &str) -> Secure {
    let folder = tempfile::tempdir().unwrap();
    let pem = folder.path().join("ca.pem");
    std::fs::write(&pem, trusted).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    thread::spawn(move || {
        for stream in socket.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            // A client that does not trust us hangs up: that is the test's matter.
            if stream.read(&mut [0; 4096]).is_ok() {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
            }
        }
    });
    Secure {
        address,
        pem,
        _folder: folder,
    }
}

impl Secure {
    fn url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    async fn get(&self, url: &str, ca_file: Option<PathBuf>) -> Result<String, Error> {
        let (outside, clock) = outside();
        let spec = SlotSpec {
            address: url.to_owned(),
            ca_file,
            ..SlotSpec::default()
        };
        let answer = Slot::open(&outside, spec)?
            .exchange(Request::get("/"))
            .await;
        assert!(
            clock.waits().is_empty(),
            "a certificate does not get better by waiting"
        );
        Ok(String::from_utf8(answer?.body.to_vec()).unwrap())
    }
}

#[tokio::test]
async fn a_private_authority_is_trusted_beside_its_address_only() {
    let server = secure(|_| {});
    let error = server.get(&server.url(), None).await.unwrap_err();
    assert_eq!(error.kind(), "tls");
    assert!(error.to_string().contains("(ca-file)"), "{error}");
    let body = server
        .get(&server.url(), Some(server.pem.clone()))
        .await
        .unwrap();
    assert_eq!(body, "ok");

    let clock = TestClock::skipping(noon());
    let options = Options {
        ca_file: Some(server.pem.clone()),
        ..Options::default()
    };
    let outside = Outside::open(options, clock, 1).unwrap();
    let answer = slot(&outside, &server.url())
        .exchange(Request::get("/"))
        .await
        .unwrap();
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn one_authority_of_two_servers_is_trusted_for_the_address_that_names_it_alone() {
    let mut authority = CertificateParams::new(Vec::<String>::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let pem = authority.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(authority, key);
    let server = || {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        serving(&params.signed_by(&key, &issuer).unwrap(), &key, &pem)
    };
    let (first, second) = (server(), server());
    let (outside, _) = outside();
    let slot = |url: String, ca_file: Option<PathBuf>| {
        let spec = SlotSpec {
            address: url,
            ca_file,
            ..SlotSpec::default()
        };
        Slot::open(&outside, spec).unwrap()
    };
    let trusting = slot(first.url(), Some(first.pem.clone()));
    let same_place = slot(first.url(), None);
    let same_authority = slot(second.url(), None);
    for _ in 0..2 {
        assert_eq!(
            trusting.exchange(Request::get("/")).await.unwrap().status,
            200
        );
        for slot in [&same_place, &same_authority] {
            let error = slot.exchange(Request::get("/")).await.unwrap_err();
            assert_eq!(error.kind(), "tls");
            let words = format!("no secure connection to {}: its certificate", slot.origin());
            let text = error.to_string();
            assert!(
                text.starts_with(&words) && text.contains("(ca-file)"),
                "{text}"
            );
        }
    }
}

#[tokio::test]
async fn a_server_may_use_the_authority_that_its_file_names() {
    let authority = |params: &mut CertificateParams| {
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    };
    let server = secure(authority);
    let body = server
        .get(&server.url(), Some(server.pem.clone()))
        .await
        .unwrap();
    assert_eq!(body, "ok");
    for (url, ca_file, words) in [
        (server.url(), None, "authority's own"),
        (
            format!("https://{}", server.address),
            Some(server.pem.clone()),
            "for another host name",
        ),
    ] {
        let error = server.get(&url, ca_file).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    let old = secure(|params| {
        authority(params);
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    });
    let error = old
        .get(&old.url(), Some(old.pem.clone()))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("has expired"), "{error}");
    let other = secure(authority);
    let error = server
        .get(&server.url(), Some(other.pem.clone()))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("authority's own"), "{error}");
}

#[tokio::test]
async fn another_name_and_an_old_certificate_are_named() {
    let server = secure(|_| {});
    let by_address = format!("https://{}", server.address);
    let error = server
        .get(&by_address, Some(server.pem.clone()))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("its certificate is for another host name"),
        "{error}"
    );

    let old = secure(|params| params.not_after = rcgen::date_time_ymd(2020, 1, 1));
    let error = old
        .get(&old.url(), Some(old.pem.clone()))
        .await
        .unwrap_err();
    assert!(
        error.to_string().ends_with("its certificate has expired"),
        "{error}"
    );

    let plain = Listener::start(|_, _| reply(200, &[], "")).await;
    let url = plain.url().replace("http://127.0.0.1", "https://localhost");
    let error = server.get(&url, None).await.unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("does not speak TLS on this port"),
        "{error}"
    );
}

#[tokio::test]
async fn a_file_that_is_no_certificate_is_named_with_what_is_wrong_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = secure(|_| {});
    let key = KeyPair::generate().unwrap().serialize_pem();
    let broken = "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n";
    let nonsense = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (name, text, words) in [
        ("empty.pem", Some(""), "no PEM certificate"),
        ("der.crt", Some("\u{30}\u{2}hello"), "no PEM certificate"),
        ("key.pem", Some(key.as_str()), "no PEM certificate"),
        ("broken.pem", Some(broken), "it is damaged"),
        (
            "nonsense.pem",
            Some(nonsense),
            "part 1 of it is no certificate",
        ),
        ("missing.pem", None, "there is no such file"),
    ] {
        let file = folder.path().join(name);
        if let Some(text) = text {
            std::fs::write(&file, text).unwrap();
        }
        let error = server
            .get(&server.url(), Some(file.clone()))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), "setup");
        let text = error.to_string();
        assert!(text.contains(&file.display().to_string()), "{text}");
        assert!(text.contains(words), "{name}: {text}");
    }
}

#[tokio::test]
async fn a_check_says_how_secure_an_address_is() {
    let server = secure(|_| {});
    let base = Base::http(&server.url(), false).unwrap();
    let good = facts(&base, Some(&server.pem), &Options::default()).await;
    let last = good.last().unwrap();
    assert_eq!((last.name, last.is_ok), ("tls", true));
    assert_eq!(last.message, "secure connection, TLS 1.3");
    let bad = facts(&base, None, &Options::default()).await;
    assert!(!bad.last().unwrap().is_ok && bad.last().unwrap().message.contains("ca-file"));
}
