//! A connection to a directory, for one conversation.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use ldap3::controls::{MakeCritical, PagedResults};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, StdStream};
use secrecy::ExposeSecret;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::entry::{self, Item};
use super::{Binary, Bind, Directory, Page, Scope, Search, Security};
use crate::net::echo::Echo;
use crate::net::names::Lost;
use crate::net::pace::Permit;
use crate::net::wire::{CONNECT_MAX, IDLE_MAX, REQUEST_MAX, io_words};
use crate::net::{Error, Secret, tls};

/// Most that is read of one page.
const PAGE_BYTES_MAX: usize = 16 * 1024 * 1024;
const WORDS_MAX: usize = 300;
/// invalidCredentials (RFC 4511); Active Directory gives it for an expired password too.
const WRONG: u32 = 49;

/// Bound and ready to search. Dropping it closes the connection.
#[derive(Debug)]
pub struct Connection {
    directory: Directory,
    ldap: Ldap,
    /// Reads and writes the socket. It is a task of its own, so that a panic of the library over
    /// what a server sent ends the connection and nothing else.
    _driver: JoinSet<()>,
    /// One of those that this directory takes from us.
    _permit: Permit,
}

impl Directory {
    /// Connects and binds; tries again for up to ten seconds where nobody answers.
    pub async fn connect(&self) -> Result<Connection, Error> {
        let policy = self.outside.policy();
        let clock = self.outside.clock();
        let began = clock.uptime();
        let mut attempts = 0;
        loop {
            let permit = self.pace.connect(policy.total_max).await?;
            attempts += 1;
            let error = match self.connect_once(permit).await {
                Err(error @ (Error::Connect { .. } | Error::Dns { .. })) => error,
                other => return other,
            };
            let wait = policy.backoff(attempts, self.outside.jitter());
            let elapsed = clock.uptime().saturating_sub(began);
            if elapsed.saturating_add(wait) > policy.connect_total_max {
                return Err(error);
            }
            clock.sleep(wait).await;
        }
    }

    async fn connect_once(&self, permit: Permit) -> Result<Connection, Error> {
        let stream = self.reach().await?;
        let settings = LdapConnSettings::new()
            .set_std_stream(StdStream::Tcp(stream))
            .set_conn_timeout(CONNECT_MAX)
            .set_config(Arc::clone(&self.tls))
            .set_starttls(self.security == Security::StartTls);
        let opened = LdapConnAsync::from_url_with_settings(settings, self.base.url()).await;
        let (connection, ldap) = opened.map_err(|cause| self.classify_opening(&cause))?;
        let mut driver = JoinSet::new();
        driver.spawn(async move {
            if let Err(cause) = connection.drive().await {
                tracing::debug!(error = %cause, "directory connection ended");
            }
        });
        let mut connection = Connection {
            directory: self.clone(),
            ldap,
            _driver: driver,
            _permit: permit,
        };
        if let Some(bind) = &self.bind {
            connection.bind(bind).await?;
        }
        Ok(connection)
    }

    /// A connection to an address that the name may lead to: the library would look the name up
    /// itself, and go wherever it leads.
    async fn reach(&self) -> Result<std::net::TcpStream, Error> {
        let origin = self.origin();
        let host = origin.host().trim_matches(['[', ']']);
        let found = timeout(CONNECT_MAX, self.outside.options().names.addresses(host));
        let addresses = match found.await.unwrap_or(Err(Lost::Unknown)) {
            Ok(addresses) => addresses,
            Err(Lost::Unknown) => {
                let origin = origin.clone();
                return Err(Error::Dns { origin });
            }
            Err(Lost::Astray(place)) => {
                let (origin, place) = (origin.clone(), place.to_string());
                return Err(Error::Astray { origin, place });
            }
        };
        let failed = |why: String| Error::Connect {
            origin: origin.clone(),
            why,
        };
        let sockets = addresses.into_iter();
        let sockets: Vec<_> = sockets
            .map(|ip| SocketAddr::new(ip, origin.port()))
            .collect();
        let opened = match timeout(CONNECT_MAX, TcpStream::connect(&sockets[..])).await {
            Ok(opened) => opened.and_then(TcpStream::into_std),
            Err(_) => return Err(failed(no_connection())),
        };
        opened.map_err(|cause| failed(io_words(&cause)))
    }

    fn classify_opening(&self, cause: &LdapError) -> Error {
        let origin = self.origin().clone();
        if let LdapError::Rustls { source } = cause {
            let why = tls::words(source);
            return Error::Tls { origin, why };
        }
        match cause {
            LdapError::Io { source } => match tls::inside(source) {
                Some(found) => Error::Tls {
                    origin,
                    why: tls::words(found),
                },
                None if self.is_secure() && is_hang_up(source.kind()) => Error::Tls {
                    origin,
                    why: "the server closed the connection during the handshake".to_owned(),
                },
                None => Error::Connect {
                    origin,
                    why: source.kind().to_string(),
                },
            },
            LdapError::Timeout { .. } => Error::Connect {
                origin,
                why: no_connection(),
            },
            LdapError::LdapResult { result } => Error::Tls {
                origin,
                why: format!(
                    "the server refuses StartTLS with result code {}: {}",
                    result.rc,
                    shown(&result.text)
                ),
            },
            LdapError::DNSName { .. } => Error::Tls {
                origin,
                why: "no certificate can be checked for such a host name".to_owned(),
            },
            _ => Error::Connect {
                origin,
                why: "the server closed the connection".to_owned(),
            },
        }
    }
}

impl Connection {
    /// Binds with the password of this moment, and with another one where it is wrong.
    async fn bind(&mut self, bind: &Bind) -> Result<(), Error> {
        let mut tries = 1;
        loop {
            let used = bind.password.used();
            self.ldap.with_timeout(IDLE_MAX);
            let answer = self.ldap.simple_bind(&bind.dn, used.value.expose_secret());
            let result = answer.await.map_err(|cause| self.classify(&cause))?;
            match result.rc {
                0 => {
                    bind.password.accepted(used.serial);
                    return Ok(());
                }
                WRONG if tries < Secret::TRIES_MAX && bind.password.instead_of(used.serial) => {
                    tries += 1;
                }
                code => {
                    let mut why = format!("result code {code}{}", bind_words(code, &result.text));
                    if code == WRONG {
                        why += &bind.password.words();
                    }
                    let origin = self.directory.origin().clone();
                    return Err(Error::SignIn { origin, why });
                }
            }
        }
    }

    /// Reads one page. A result code other than 0 is not an error here: it is part of the page.
    pub async fn search(&mut self, search: &Search) -> Result<Page, Error> {
        let origin = self.directory.origin().clone();
        match timeout(REQUEST_MAX, self.search_now(search)).await {
            Ok(result) => result,
            Err(_) => Err(Error::Timeout { origin }),
        }
    }

    async fn search_now(&mut self, search: &Search) -> Result<Page, Error> {
        if ldap3::parse_filter(&search.filter).is_err() {
            return Err(Error::refused("the filter is not one (RFC 4515)"));
        }
        self.ldap.with_timeout(IDLE_MAX);
        if search.page_size > 0 {
            let control = PagedResults {
                size: i32::try_from(search.page_size).unwrap_or(i32::MAX),
                cookie: search.cookie.clone(),
            };
            self.ldap.with_controls(vec![control.critical().into()]);
        }
        let scope = match search.scope {
            Scope::Base => ldap3::Scope::Base,
            Scope::OneLevel => ldap3::Scope::OneLevel,
            Scope::Subtree => ldap3::Scope::Subtree,
        };
        let names = search.attributes.clone();
        let started = self
            .ldap
            .streaming_search(&search.base, scope, &search.filter, names)
            .await;
        let mut stream = started.map_err(|cause| self.classify(&cause))?;
        let mut page = Page::default();
        let mut bytes = 0;
        let binary = Binary::named(&search.binary);
        while let Some(message) = stream.next().await.map_err(|cause| self.classify(&cause))? {
            match entry::read(message, &binary) {
                Item::Entry(entry) => {
                    bytes += entry.size();
                    page.entries.push(entry);
                }
                Item::Other => {}
                Item::Broken => return Err(self.broken("an entry cannot be read")),
            }
            if bytes > PAGE_BYTES_MAX {
                return Err(Error::TooLarge {
                    origin: self.directory.origin().clone(),
                    limit_bytes: PAGE_BYTES_MAX,
                });
            }
        }
        let result = stream.finish().await;
        page.code = result.rc;
        page.diagnostic = result.text;
        if let Some(bind) = &self.directory.bind {
            Echo::of_secret(&bind.password.current()).blot_text(&mut page.diagnostic);
        }
        page.diagnostic = shown(&page.diagnostic);
        page.cookie = entry::cookie(&result.ctrls)
            .ok_or_else(|| self.broken("the paging cookie cannot be read"))?;
        Ok(page)
    }

    fn broken(&self, why: &str) -> Error {
        Error::Interrupted {
            origin: self.directory.origin().clone(),
            why: why.to_owned(),
        }
    }

    fn classify(&self, cause: &LdapError) -> Error {
        let origin = self.directory.origin().clone();
        match cause {
            LdapError::Timeout { .. } => Error::Timeout { origin },
            LdapError::FilterParsing => Error::refused("the filter is not one (RFC 4515)"),
            _ => Error::PagingLost { origin },
        }
    }
}

fn no_connection() -> String {
    format!("no connection within {} s", CONNECT_MAX.as_secs())
}

fn is_hang_up(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    )
}

fn bind_words(code: u32, text: &str) -> String {
    let known = match code {
        8 => ", the server wants stronger authentication",
        13 => ", the server wants a secure connection",
        32 | 34 => ", there is no such name",
        WRONG => ", the name or the password is wrong",
        53 => ", the server is unwilling",
        _ => "",
    };
    match shown(text) {
        text if text.is_empty() => known.to_owned(),
        text => format!("{known} ({text})"),
    }
}

/// The server's words in one short line.
fn shown(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(WORDS_MAX)
        .collect()
}
