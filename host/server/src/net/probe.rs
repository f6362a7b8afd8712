//! Facts about an address, for `attune check`: does the name resolve, does the port answer, is the
//! connection secure.
//!
//! Behind a proxy these are facts about the proxy; whether it leads on, and whether the provider
//! lets us in, is the adapter's to find.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use super::names::Lost;
use super::origin::bare_host;
use super::proxy::Proxy;
use super::{Base, Names, Options, tls};

const LOOKUP_MAX: Duration = Duration::from_secs(10);
const CONNECT_MAX: Duration = Duration::from_secs(5);
const ADDRESSES_SHOWN: usize = 4;

/// One line of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// `proxy`, `name`, `port` or `tls`.
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
    match Proxy::open(options) {
        Ok(Some(proxy)) if proxy.serves(origin) => return vec![behind(&proxy, options).await],
        Ok(_) => {}
        Err(error) => return vec![Fact::bad("proxy", error.to_string(), "correct [net]")],
    }
    let Some(host) = bare_host(base.url()) else {
        return vec![Fact::bad(
            "name",
            format!("{origin} names no host"),
            "name one",
        )];
    };
    let (first, addresses) = match lookup(&host, origin.port(), &options.names).await {
        Ok(found) => found,
        Err(fact) => return vec![fact],
    };
    let mut facts = vec![Fact::good(
        "name",
        resolved(base, &host, &addresses, options),
    )];
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

/// The one fact about an address that the proxy leads to: whether the proxy is there.
async fn behind(proxy: &Proxy, options: &Options) -> Fact {
    let origin = proxy.origin();
    let fix = "check `[net] proxy` and whether the proxy runs";
    let bad = |why: &str| Fact::bad("proxy", format!("the proxy {origin}: {why}"), fix);
    let host = origin.host().trim_matches(['[', ']']);
    let first = match lookup(host, origin.port(), &options.names).await {
        Ok((first, _)) => first,
        Err(fact) => return bad(&fact.message),
    };
    let host = host.to_owned();
    let touched = tokio::task::spawn_blocking(move || touch(first, &host, None)).await;
    match touched.unwrap_or_default().first() {
        Some(fact) if fact.is_ok => Fact::good(
            "proxy",
            format!("reached through the proxy {origin} of [net]"),
        ),
        Some(fact) => bad(&fact.message),
        None => bad("it could not be tried"),
    }
}

/// The first address and all of them, or the fact that there is none.
async fn lookup(
    host: &str,
    port: u16,
    names: &Names,
) -> Result<(SocketAddr, Vec<SocketAddr>), Fact> {
    let found = tokio::time::timeout(LOOKUP_MAX, names.addresses(host)).await;
    let (message, fix) = match found.unwrap_or(Err(Lost::Unknown)) {
        Ok(addresses) => {
            let sockets = addresses.into_iter().map(|ip| SocketAddr::new(ip, port));
            let sockets: Vec<_> = sockets.collect();
            if let Some(first) = sockets.first() {
                return Ok((*first, sockets));
            }
            (format!("the host name {host} has no address"), "name one")
        }
        Err(Lost::Unknown) => (
            format!("the host name {host} cannot be resolved"),
            "check the address, the name server and /etc/hosts",
        ),
        Err(Lost::Astray(place)) => (
            format!("the host name {host} leads to {place}"),
            "correct the name server; a service on this machine is named by its address in the \
             network, or by localhost",
        ),
    };
    Err(Fact::bad("name", message, fix))
}

fn resolved(base: &Base, host: &str, addresses: &[SocketAddr], options: &Options) -> String {
    let shown: Vec<String> = addresses
        .iter()
        .take(ADDRESSES_SHOWN)
        .map(|address| address.ip().to_string())
        .collect();
    let is_directory = base.origin().scheme().starts_with("ldap");
    let aside = if is_directory && options.proxy.is_some() {
        "; LDAP does not go through the proxy of [net]"
    } else {
        ""
    };
    format!("{host} is {}{aside}", shown.join(", "))
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
