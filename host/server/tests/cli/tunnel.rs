//! A proxy as companies have it: it tunnels by `CONNECT`, looks into the secure connections with an
//! authority of its own, and leads to stand-ins.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// A running proxy; its port is free again when it is dropped.
pub(crate) struct Tunnel {
    pub(crate) address: SocketAddr,
    /// PEM of the authority that its certificates are signed by.
    pub(crate) authority: String,
    heads: Arc<Mutex<Vec<String>>>,
    _task: JoinSet<()>,
}

struct Inside {
    acceptor: TlsAcceptor,
    routes: BTreeMap<String, String>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Tunnel {
    /// Leads each `host:port` to a stand-in (`http://127.0.0.1:N`), and nowhere else.
    pub(crate) async fn start(routes: &[(&str, &str)]) -> Self {
        let hosts = routes
            .iter()
            .map(|(place, _)| place.split(':').next().unwrap());
        let (acceptor, authority) = acceptor(hosts.map(str::to_owned).collect());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let address_of = |url: &str| url.trim_start_matches("http://").to_owned();
        let routes = routes.iter();
        let inside = Arc::new(Inside {
            acceptor,
            routes: routes
                .map(|(place, url)| ((*place).to_owned(), address_of(url)))
                .collect(),
            heads: Arc::clone(&heads),
        });
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let inside = Arc::clone(&inside);
                connections.spawn(async move { inside.serve(stream).await });
            }
        });
        Self {
            address,
            authority,
            heads,
            _task: task,
        }
    }

    /// What it was asked so far, up to the empty line each.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

impl Inside {
    /// A client that does not trust us hangs up: that is the test's matter, so nothing is unwrapped.
    async fn serve(&self, mut stream: TcpStream) -> Option<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).ok()?;
        self.heads.lock().unwrap().push(head.clone());
        let place = head.strip_prefix("CONNECT ")?.split(' ').next()?;
        let Some(route) = self.routes.get(place) else {
            let refusal = b"HTTP/1.1 403 Forbidden\r\n\r\n";
            return stream.write_all(refusal).await.ok();
        };
        let begun = b"HTTP/1.1 200 Connection established\r\n\r\n";
        stream.write_all(begun).await.ok()?;
        let mut secure = self.acceptor.accept(stream).await.ok()?;
        let mut stand_in = TcpStream::connect(route).await.ok()?;
        copy_bidirectional(&mut secure, &mut stand_in).await.ok()?;
        Some(())
    }
}

fn acceptor(hosts: Vec<String>) -> (TlsAcceptor, String) {
    let mut authority = CertificateParams::new(Vec::<String>::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let pem = authority.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(authority, key);
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(hosts).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), pem)
}
