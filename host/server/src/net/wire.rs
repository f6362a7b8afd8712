//! The real [`Send`]: reqwest over rustls, with everything switched off that acts on its own.
//!
//! No redirects, no cookies, no proxy but that of the settings ([`proxy`](super::proxy)), no address
//! that [`Names`] does not let pass. Connecting may take 10 s, silence 30 s, the whole exchange 120 s; a body is
//! counted while it is decompressed and dropped when it grows beyond the limit.

use std::error::Error as StdError;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Client, redirect};
use secrecy::ExposeSecret;

use super::names::Lost;
use super::outside::Options;
use super::proxy::Proxy;
use super::send::{Send, Sent};
use super::{Error, Method, Names, Origin, Outgoing, Response, tls};

/// Time for a connection with its handshake.
pub(super) const CONNECT_MAX: Duration = Duration::from_secs(10);
/// Longest silence while an answer is read.
pub(super) const IDLE_MAX: Duration = Duration::from_secs(30);
/// Time for a whole request.
pub(super) const REQUEST_MAX: Duration = Duration::from_mins(2);

/// EMFILE and ENFILE, the same on all systems that we run on.
const FILES_OF_PROCESS: i32 = 24;
const FILES_OF_MACHINE: i32 = 23;

const USER_AGENT: &str = concat!("attune/", env!("CARGO_PKG_VERSION"));

/// The network.
#[derive(Debug)]
pub struct Wire {
    client: Client,
    proxy: Option<Arc<Proxy>>,
    options: Options,
}

impl Wire {
    /// Opens no connection yet; fails where a setting cannot be used.
    pub fn open(options: &Options, ca_file: Option<&Path>) -> Result<Self, Error> {
        let files: Vec<&Path> = options
            .ca_file
            .iter()
            .map(PathBuf::as_path)
            .chain(ca_file)
            .collect();
        let mut tls = tls::client_config(&files)?;
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let mut builder = Client::builder()
            .user_agent(USER_AGENT)
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(options.times.connect)
            .read_timeout(options.times.idle)
            .timeout(options.times.request)
            .pool_idle_timeout(Duration::from_mins(1))
            .dns_resolver(Arc::new(options.names.clone()))
            .tls_backend_preconfigured(tls);
        let proxy = Proxy::open(options)?;
        if let Some(proxy) = &proxy {
            builder = builder.proxy(proxy.for_client());
        }
        let client = builder.build().map_err(|cause| Error::Setup {
            what: "the network".to_owned(),
            why: cause.without_url().to_string(),
        })?;
        let options = options.clone();
        Ok(Self {
            client,
            proxy,
            options,
        })
    }

    async fn exchange(&self, outgoing: Outgoing) -> Result<Response, Error> {
        let origin = Origin::of(&outgoing.url)
            .ok_or_else(|| Error::refused("the address names no known scheme or host"))?;
        let proxy = self.proxy.as_ref().filter(|proxy| proxy.serves(&origin));
        let proxy = proxy.map(|proxy| proxy.origin());
        let limit_bytes = outgoing.body_bytes_max;
        let request = build(&self.client, outgoing)?;
        let sent = self.client.execute(request).await;
        let answer = sent.map_err(|cause| match proxy {
            Some(proxy) => classify_by_proxy(&cause, &origin, proxy),
            None => classify(&cause, &origin),
        })?;
        let status = answer.status().as_u16();
        if let (407, "http", Some(proxy)) = (status, origin.scheme(), proxy) {
            return Err(wants_sign_in(&origin, proxy));
        }
        let headers = readable(answer.headers());
        let body = read(answer, &origin, limit_bytes).await?;
        Ok(Response {
            status,
            headers,
            body,
            attempts: 1,
        })
    }
}

impl Send for Wire {
    fn send(&self, request: Outgoing) -> Sent<'_> {
        Box::pin(self.exchange(request))
    }

    fn trusting(&self, ca_file: &Path) -> Result<Arc<dyn Send>, Error> {
        Ok(Arc::new(Self::open(&self.options, Some(ca_file))?))
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let names = self.clone();
        Box::pin(async move {
            let found = names.addresses(name.as_str()).await?;
            let sockets = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(sockets) as Addrs)
        })
    }
}

fn build(client: &Client, outgoing: Outgoing) -> Result<reqwest::Request, Error> {
    let method = match outgoing.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    };
    let mut builder = client.request(method, outgoing.url);
    for (name, value) in &outgoing.headers {
        builder = builder.header(name, value);
    }
    if let Some((name, secret)) = &outgoing.credential {
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| Error::refused("the credential's header has an impossible name"))?;
        let mut value = HeaderValue::from_str(secret.expose_secret())
            .map_err(|_| Error::refused("the credential has characters that no header may have"))?;
        value.set_sensitive(true);
        builder = builder.header(name, value);
    }
    if !outgoing.body.is_empty() || outgoing.method != Method::Get {
        builder = builder.body(outgoing.body);
    }
    builder
        .build()
        .map_err(|cause| Error::refused(cause.without_url().to_string()))
}

fn readable(headers: &reqwest::header::HeaderMap) -> Vec<(String, String)> {
    let text = |(name, value): (&HeaderName, &HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    headers.iter().filter_map(text).collect()
}

async fn read(
    mut answer: reqwest::Response,
    origin: &Origin,
    limit_bytes: usize,
) -> Result<Bytes, Error> {
    let too_large = || Error::TooLarge {
        origin: origin.clone(),
        limit_bytes,
    };
    let announced = answer.content_length().unwrap_or(0);
    if announced > limit_bytes as u64 {
        return Err(too_large());
    }
    let mut body = BytesMut::with_capacity(announced as usize);
    loop {
        let chunk = answer.chunk().await;
        match chunk.map_err(|cause| classify(&cause, origin))? {
            Some(chunk) if body.len() + chunk.len() > limit_bytes => return Err(too_large()),
            Some(chunk) => body.extend_from_slice(&chunk),
            None => return Ok(body.freeze()),
        }
    }
}

/// Names what went wrong, by the types of the causes and never by their texts alone: those hold
/// whole addresses.
fn classify(cause: &reqwest::Error, origin: &Origin) -> Error {
    let origin = origin.clone();
    if let Some(found) = causes(cause).find_map(tls::inside) {
        let why = tls::words(found);
        return Error::Tls { origin, why };
    }
    if let Some(Lost::Astray(place)) = lost(cause) {
        let place = place.to_string();
        return Error::Astray { origin, place };
    }
    if cause.is_dns() {
        return Error::Dns { origin };
    }
    if cause.is_connect() {
        let why = no_connection(cause);
        return Error::Connect { origin, why };
    }
    if cause.is_timeout() {
        return Error::Timeout { origin };
    }
    let why = match io_cause(cause) {
        Some(found) => io_words(found),
        None if cause.is_decode() => "the answer's body cannot be read".to_owned(),
        None => "the answer is not complete".to_owned(),
    };
    Error::Interrupted { origin, why }
}

/// The same with a proxy in between: who cannot be reached is the proxy, or it says so.
fn classify_by_proxy(cause: &reqwest::Error, origin: &Origin, proxy: &Origin) -> Error {
    let failed = |why: &str| Error::Proxy {
        origin: origin.clone(),
        why: format!("{proxy}: {why}"),
        is_passing: true,
    };
    match classify(cause, origin) {
        Error::Tls { origin, why } if proxy.scheme() == "https" => Error::Tls {
            origin,
            why: format!("{why}; this may be said of the proxy {proxy}"),
        },
        Error::Astray { place, .. } => Error::Astray {
            origin: proxy.clone(),
            place,
        },
        Error::Dns { .. } => failed("its host name cannot be resolved"),
        Error::Connect { why, .. } => match tunnel(cause).as_deref() {
            Some("proxy authorization required") => wants_sign_in(origin, proxy),
            Some("unsuccessful") => failed("it does not lead there"),
            Some("unexpected end of file") => failed("it closed the connection"),
            _ => failed(&why),
        },
        error => error,
    }
}

/// Not asked again: another attempt with the same password could lock the account.
fn wants_sign_in(origin: &Origin, proxy: &Origin) -> Error {
    Error::Proxy {
        origin: origin.clone(),
        why: format!("{proxy}: it wants another user name and password (status 407)"),
        is_passing: false,
    }
}

/// An error's causes, itself left out.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

fn lost(error: &reqwest::Error) -> Option<&Lost> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

fn io_cause(error: &reqwest::Error) -> Option<&io::Error> {
    let found = causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>());
    found.last()
}

/// What the system says, where our own side is at its end too.
pub(super) fn io_words(cause: &io::Error) -> String {
    match cause.raw_os_error() {
        Some(FILES_OF_PROCESS | FILES_OF_MACHINE) => {
            "this machine lets us open no more files and connections: raise the limit (ulimit -n, \
             LimitNOFILE=)"
                .to_owned()
        }
        _ => cause.kind().to_string(),
    }
}

fn no_connection(error: &reqwest::Error) -> String {
    match io_cause(error) {
        _ if error.is_timeout() => format!("no connection within {} s", CONNECT_MAX.as_secs()),
        Some(cause) => io_words(cause),
        None => "no connection".to_owned(),
    }
}

/// What the library says of a tunnel that was not built; its type has no name for us, its texts
/// are fixed words.
fn tunnel(error: &reqwest::Error) -> Option<String> {
    causes(error).find_map(|cause| {
        let text = cause.to_string();
        text.strip_prefix("tunnel error: ").map(str::to_owned)
    })
}
