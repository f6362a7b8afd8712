//! Mail to administrators: one connection, one mail, by SMTP (RFC 5321) over TLS.
//!
//! `smtps://` is TLS from the first byte (RFC 8314), `smtp://` is STARTTLS (RFC 3207), which the
//! server must offer: nothing of ours is said before. Only to this machine itself a mail goes in
//! plain text, unless a `ca-file` is named. The connection is made here, to addresses that
//! [`Names`](super::Names) lets pass and with the certificates that are checked everywhere
//! ([`tls`]); the library speaks SMTP over it and writes the message (RFC 5322).
//!
//! Invariants: no password before TLS; no error shows the password or an address that the server
//! quotes; what was not surely taken is an error. Deliberately not here: repetition (whoever has
//! notices keeps them), bounces, DKIM (the mail server's matter).

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::extension::ClientId;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
    ReadBuf,
};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::names::Lost;
use super::wire::{CONNECT_MAX, io_words};
use super::{Base, Error, Origin, Outside, tls};

/// Time for a mail on an open connection.
const SEND_MAX: Duration = Duration::from_secs(30);
/// Longest line, and most lines, that a server may say before TLS.
const LINE_BYTES_MAX: u64 = 2048;
const LINES_MAX: usize = 100;
const WORDS_MAX: usize = 200;
/// What a server says first; after STARTTLS it says nothing, and the library waits for it.
const GREETING: &[u8] = b"220 secured\r\n";

/// Where mail goes and who sends it.
#[derive(Debug, Clone)]
pub struct MailSpec {
    /// `smtps://host:465`, `smtp://host:587`, or `smtp://127.0.0.1:25`.
    pub url: String,
    /// PEM file of authorities that are trusted for this address alone.
    pub ca_file: Option<PathBuf>,
    /// Who signs in; nobody where it is not set.
    pub username: Option<String>,
    /// Never shown.
    pub password: Option<SecretString>,
}

/// One mail; plain text.
#[derive(Debug, Clone, Copy)]
pub struct Mail<'a> {
    /// `Attune <attune@example.com>` or an address alone.
    pub from: &'a str,
    /// At least one.
    pub to: &'a [String],
    /// One line.
    pub subject: &'a str,
    /// Lines end as they like.
    pub text: &'a str,
    /// Without brackets; the same for every attempt, so that a mail that comes twice is seen once.
    pub message_id: &'a str,
}

/// A checked mail server with its credential; cheap to clone.
#[derive(Debug, Clone)]
pub struct Mailer {
    base: Base,
    security: Security,
    tls: Arc<ClientConfig>,
    credentials: Option<Arc<Credentials>>,
    outside: Outside,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    Tls,
    StartTls,
    ThisMachine,
}

impl Mailer {
    /// Checks the address, the file and the credential; opens no connection.
    pub fn open(outside: &Outside, spec: MailSpec) -> Result<Self, Error> {
        let base = Base::mail(&spec.url)?;
        let security = match base.origin().scheme() {
            "smtps" => Security::Tls,
            _ if base.origin().is_loopback() && spec.ca_file.is_none() => Security::ThisMachine,
            _ => Security::StartTls,
        };
        let credentials = match (spec.username, spec.password) {
            (None, None) => None,
            (Some(name), Some(password)) if !password.expose_secret().is_empty() => {
                let secret = password.expose_secret().to_owned();
                Some(Arc::new(Credentials::new(name, secret)))
            }
            _ => {
                return Err(Error::Setup {
                    what: "the sign-in of the mail server".to_owned(),
                    why: "it needs both a user name and a password, or neither".to_owned(),
                });
            }
        };
        let shared = outside.options().ca_file.as_deref();
        let files: Vec<_> = shared.into_iter().chain(spec.ca_file.as_deref()).collect();
        Ok(Self {
            base,
            security,
            tls: Arc::new(tls::client_config(&files)?),
            credentials,
            outside: outside.clone(),
        })
    }

    /// Where mail goes.
    pub fn origin(&self) -> &Origin {
        self.base.origin()
    }

    /// Sends a mail; it was taken by the server where this ends well.
    pub async fn send(&self, mail: Mail<'_>) -> Result<(), Error> {
        let message = self.message(mail)?;
        let stream = self.reach().await?;
        match timeout(SEND_MAX, self.deliver(stream, &message)).await {
            Ok(result) => result,
            Err(_) => Err(Error::Timeout {
                origin: self.origin().clone(),
            }),
        }
    }

    fn message(&self, mail: Mail<'_>) -> Result<Message, Error> {
        let seconds = self.outside.clock().now().as_second();
        let since = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
        let mut message = Message::builder()
            .from(mailbox(mail.from)?)
            .subject(one_line(mail.subject))
            .message_id(Some(format!("<{}>", one_line(mail.message_id))))
            .date(SystemTime::UNIX_EPOCH + since)
            .header(ContentType::TEXT_PLAIN);
        for to in mail.to {
            message = message.to(mailbox(to)?);
        }
        // RFC 3834: no holiday answers to a machine.
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        message
            .raw_header(HeaderValue::new(name, "auto-generated".to_owned()))
            .body(mail.text.to_owned())
            .map_err(|cause| Error::Setup {
                what: "the mail".to_owned(),
                why: cause.to_string(),
            })
    }

    /// A connection to an address that the name may lead to.
    async fn reach(&self) -> Result<TcpStream, Error> {
        let origin = self.origin().clone();
        let host = self.host();
        let found = timeout(CONNECT_MAX, self.outside.options().names.addresses(host));
        let addresses = match found.await.unwrap_or(Err(Lost::Unknown)) {
            Ok(addresses) => addresses,
            Err(Lost::Unknown) => return Err(Error::Dns { origin }),
            Err(Lost::Astray(place)) => {
                let place = place.to_string();
                return Err(Error::Astray { origin, place });
            }
        };
        let port = origin.port();
        let sockets: Vec<_> = addresses
            .into_iter()
            .map(|ip| SocketAddr::new(ip, port))
            .collect();
        let why = match timeout(CONNECT_MAX, TcpStream::connect(&sockets[..])).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(cause)) => io_words(&cause),
            Err(_) => format!("no connection within {} s", CONNECT_MAX.as_secs()),
        };
        Err(Error::Connect { origin, why })
    }

    fn host(&self) -> &str {
        self.origin().host().trim_matches(['[', ']'])
    }

    async fn deliver(&self, stream: TcpStream, message: &Message) -> Result<(), Error> {
        let line: Box<dyn AsyncTokioStream> = match self.security {
            Security::ThisMachine => Box::new(stream),
            Security::Tls => Box::new(self.secured(stream, b"").await?),
            Security::StartTls => {
                let stream = self.start_tls(stream).await?;
                Box::new(self.secured(stream, GREETING).await?)
            }
        };
        let opened = AsyncSmtpConnection::connect_with_transport(line, &ClientId::default()).await;
        let mut server = opened.map_err(|cause| self.classify(&cause))?;
        let done = self.converse(&mut server, message).await;
        server.abort().await;
        done
    }

    async fn converse(
        &self,
        server: &mut AsyncSmtpConnection,
        message: &Message,
    ) -> Result<(), Error> {
        if let Some(credentials) = &self.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            let signed = server.auth(&mechanisms, credentials).await;
            signed.map_err(|cause| match cause.status() {
                Some(code) if cause.is_permanent() => Error::SignIn {
                    origin: self.origin().clone(),
                    why: format!("the mail server answers {code} to user name and password"),
                },
                _ => self.classify(&cause),
            })?;
        }
        let envelope: &Envelope = message.envelope();
        let sent = server.send(envelope, &message.formatted()).await;
        sent.map(drop).map_err(|cause| self.classify(&cause))
    }

    async fn secured(&self, stream: TcpStream, before: &'static [u8]) -> Result<Secured, Error> {
        let origin = || self.origin().clone();
        let name = ServerName::try_from(self.host().to_owned()).map_err(|_| Error::Tls {
            origin: origin(),
            why: "no certificate can be checked for such a host name".to_owned(),
        })?;
        let peer = stream.peer_addr().map_err(|cause| self.broken(&cause))?;
        let connector = TlsConnector::from(Arc::clone(&self.tls));
        let stream = connector.connect(name, stream).await;
        let stream = stream.map_err(|cause| Error::Tls {
            origin: origin(),
            why: match tls::inside(&cause) {
                Some(found) => tls::words(found),
                None => "the server closed the connection during the handshake".to_owned(),
            },
        })?;
        Ok(Secured {
            before,
            stream,
            peer,
        })
    }

    /// Asks for TLS on a connection on which nothing else was said.
    async fn start_tls(&self, stream: TcpStream) -> Result<TcpStream, Error> {
        let mut server = BufReader::new(stream);
        self.expect(&mut server, "220").await?;
        let hello = format!("EHLO {}\r\n", ClientId::default());
        let features = self.ask(&mut server, &hello, "250").await?;
        let offers = |line: &String| line.eq_ignore_ascii_case("STARTTLS");
        if !features.iter().any(offers) {
            return Err(Error::Tls {
                origin: self.origin().clone(),
                why: "the server offers no STARTTLS: use smtps://, or let it offer it".to_owned(),
            });
        }
        self.ask(&mut server, "STARTTLS\r\n", "220").await?;
        if !server.buffer().is_empty() {
            // Somebody on the way wants us to take it for what the server says in secret.
            return Err(self.refused("it says more than it was asked for before TLS", false));
        }
        Ok(server.into_inner())
    }

    async fn ask(
        &self,
        server: &mut BufReader<TcpStream>,
        command: &str,
        code: &str,
    ) -> Result<Vec<String>, Error> {
        let sent = server.get_mut().write_all(command.as_bytes()).await;
        sent.map_err(|cause| self.broken(&cause))?;
        self.expect(server, code).await
    }

    /// The lines of an answer with this code, without it.
    async fn expect(
        &self,
        server: &mut BufReader<TcpStream>,
        code: &str,
    ) -> Result<Vec<String>, Error> {
        let mut lines = Vec::new();
        while lines.len() < LINES_MAX {
            let mut line = Vec::new();
            let mut limited = (&mut *server).take(LINE_BYTES_MAX);
            let read = limited.read_until(b'\n', &mut line).await;
            read.map_err(|cause| self.broken(&cause))?;
            let line = String::from_utf8_lossy(&line).into_owned();
            let Some((given, rest)) = line.split_at_checked(3) else {
                return Err(self.refused("it does not speak SMTP", true));
            };
            if given != code {
                return Err(self.refused(&shown(&line), given.starts_with('4')));
            }
            let words = rest.get(1..).unwrap_or_default().trim();
            lines.push(words.to_owned());
            if !rest.starts_with('-') {
                return Ok(lines);
            }
        }
        Err(self.refused("its answer has no end", true))
    }

    fn refused(&self, why: &str, is_passing: bool) -> Error {
        Error::Mail {
            origin: self.origin().clone(),
            why: why.to_owned(),
            is_passing,
        }
    }

    fn broken(&self, cause: &io::Error) -> Error {
        Error::Interrupted {
            origin: self.origin().clone(),
            why: cause.kind().to_string(),
        }
    }

    /// By what the library knows, never by its texts: they quote the server, and that quotes us.
    fn classify(&self, cause: &lettre::transport::smtp::Error) -> Error {
        match cause.status() {
            Some(code) => {
                let why = format!("it answers with code {code}");
                self.refused(&why, cause.is_transient())
            }
            None if cause.is_timeout() => Error::Timeout {
                origin: self.origin().clone(),
            },
            None if cause.is_client() => self.refused(
                "it cannot do what the mail or the sign-in needs (no common way to sign in?)",
                false,
            ),
            None => Error::Interrupted {
                origin: self.origin().clone(),
                why: "the connection broke, or it does not speak SMTP".to_owned(),
            },
        }
    }
}

fn mailbox(text: &str) -> Result<Mailbox, Error> {
    text.parse().map_err(|_| Error::Setup {
        what: format!("the mail address {text:?}"),
        why: "it is none: write name@example.com".to_owned(),
    })
}

/// A header is one line: whoever writes two could write headers.
fn one_line(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(plain).collect()
}

/// The server's words in one short line.
fn shown(text: &str) -> String {
    let plain = text.trim().chars().filter(|c| !c.is_control());
    plain.take(WORDS_MAX).collect()
}

/// A connection under TLS, and what is read before what comes over it.
struct Secured {
    before: &'static [u8],
    stream: tokio_rustls::client::TlsStream<TcpStream>,
    peer: SocketAddr,
}

impl fmt::Debug for Secured {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Secured({})", self.peer)
    }
}

impl AsyncTokioStream for Secured {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

impl AsyncRead for Secured {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.before.is_empty() {
            return Pin::new(&mut self.stream).poll_read(context, buffer);
        }
        let many = self.before.len().min(buffer.remaining());
        let (now, later) = self.before.split_at_checked(many).unwrap_or_default();
        buffer.put_slice(now);
        self.before = later;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Secured {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
