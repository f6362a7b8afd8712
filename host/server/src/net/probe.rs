//! Facts about an address, for `attune check`: does the name resolve, does the port answer, is the
//! connection secure.
//!
//! These look past proxies and say so; whether the provider lets us in is the adapter's to find.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use super::origin::bare_host;
use super::{Base, Options, tls};

const LOOKUP_MAX: Duration = Duration::from_secs(10);
const CONNECT_MAX: Duration = Duration::from_secs(5);
const ADDRESSES_SHOWN: usize = 4;

/// One line of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// `name`, `port` or `tls`.
    pub name: &'static str,
    /// As it should be.
    pub is_ok: bool,
    /// What was found.
    pub message: String,
    /// What to do about it; empty where it is as it should be.
    pub fix: String,
}

impl Fact {
    fn good(name: &'static str, message: String) -> Self {
        let fix = String::new();
        Self {
            name,
            is_ok: true,
            message,
            fix,
        }
    }

    fn bad(name: &'static str, message: String, fix: &str) -> Self {
        Self {
            name,
            is_ok: false,
            message,
            fix: fix.to_owned(),
        }
    }
}

/// Looks up, connects and shakes hands; stops at the first thing that is wrong. `ca_file` is that
/// beside the address.
pub async fn facts(base: &Base, ca_file: Option<&std::path::Path>, options: &Options) -> Vec<Fact> {
    let origin = base.origin();
    if options.proxy.is_some() && !origin.is_loopback() && origin.scheme().starts_with("http") {
        let message = format!("{origin} is reached through the proxy of [net]");
        return vec![Fact::good("name", message)];
    }
    let Some(host) = bare_host(base.url()) else {
        return vec![Fact::bad(
            "name",
            format!("{origin} names no host"),
            "name one",
        )];
    };
    let addresses = lookup(&host, origin.port()).await;
    let Some(first) = addresses.first().copied() else {
        let message = format!("the host name {host} cannot be resolved");
        let fix = "check the address, the name server and /etc/hosts";
        return vec![Fact::bad("name", message, fix)];
    };
    let mut facts = vec![Fact::good("name", resolved(&host, &addresses))];
    let files: Vec<_> = options
        .ca_file
        .as_deref()
        .into_iter()
        .chain(ca_file)
        .collect();
    let config = match origin.scheme() {
        "https" | "ldaps" => match tls::client_config(&files) {
            Ok(config) => Some(config),
            Err(error) => {
                facts.push(Fact::bad("tls", error.to_string(), "correct the ca-file"));
                return facts;
            }
        },
        _ => None,
    };
    let touched = tokio::task::spawn_blocking(move || touch(first, &host, config));
    facts.extend(touched.await.unwrap_or_default());
    facts
}

async fn lookup(host: &str, port: u16) -> Vec<SocketAddr> {
    let found = tokio::time::timeout(LOOKUP_MAX, tokio::net::lookup_host((host, port))).await;
    match found {
        Ok(Ok(addresses)) => addresses.collect(),
        _ => Vec::new(),
    }
}

fn resolved(host: &str, addresses: &[SocketAddr]) -> String {
    let shown: Vec<String> = addresses
        .iter()
        .take(ADDRESSES_SHOWN)
        .map(|address| address.ip().to_string())
        .collect();
    format!("{host} is {}", shown.join(", "))
}

/// Blocking: a few lines of the standard library instead of one more asynchronous TLS stack.
fn touch(address: SocketAddr, host: &str, config: Option<ClientConfig>) -> Vec<Fact> {
    let began = Instant::now();
    let mut stream = match TcpStream::connect_timeout(&address, CONNECT_MAX) {
        Ok(stream) => stream,
        Err(cause) => {
            let message = format!("port {} does not answer: {}", address.port(), cause.kind());
            let fix = "check the port, the firewall and whether the service runs";
            return vec![Fact::bad("port", message, fix)];
        }
    };
    let took_ms = began.elapsed().as_millis();
    let message = format!("port {} answers after {took_ms} ms", address.port());
    let mut facts = vec![Fact::good("port", message)];
    if let Some(config) = config {
        facts.push(match shake_hands(&mut stream, host, config) {
            Ok(version) => Fact::good("tls", format!("secure connection, {version}")),
            Err(why) => Fact::bad(
                "tls",
                format!("no secure connection: {why}"),
                "check the certificate of the server, `ca-file` and the date of this machine",
            ),
        });
    }
    facts
}

fn shake_hands(stream: &mut TcpStream, host: &str, config: ClientConfig) -> Result<String, String> {
    let name = ServerName::try_from(host.to_owned()).map_err(|cause| cause.to_string())?;
    let connection = ClientConnection::new(Arc::new(config), name);
    let mut connection = connection.map_err(|cause| tls::words(&cause))?;
    let in_words = |cause: io::Error| match tls::inside(&cause) {
        Some(found) => tls::words(found),
        None => cause.kind().to_string(),
    };
    let limits = (
        stream.set_read_timeout(Some(CONNECT_MAX)),
        stream.set_write_timeout(Some(CONNECT_MAX)),
    );
    limits.0.and(limits.1).map_err(in_words)?;
    while connection.is_handshaking() {
        connection.complete_io(stream).map_err(in_words)?;
    }
    let version = connection
        .protocol_version()
        .and_then(|v| v.as_str().map(str::to_owned));
    Ok(version
        .unwrap_or_else(|| "TLS".to_owned())
        .replace("TLSv1_", "TLS 1."))
}
