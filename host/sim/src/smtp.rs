//! A mail server on loopback: it keeps what it takes, and refuses what it is told to.
//!
//! As much of RFC 5321 as a client needs that sends one mail over one connection: EHLO, STARTTLS,
//! AUTH PLAIN, MAIL, RCPT, DATA, QUIT. Its TLS is the test's own ([`Upgrade`]), because only a test
//! has a certificate. Deliberately not here: relaying, bounces, everything that a mail server does
//! after it has taken a mail.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A connection, secured or not.
pub trait Line: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Line for T {}

/// A connection that is being secured.
pub type Securing = Pin<Box<dyn Future<Output = io::Result<Box<dyn Line>>> + Send>>;

/// Makes a secured connection of a plain one.
pub type Upgrade = Arc<dyn Fn(TcpStream) -> Securing + Send + Sync>;

/// When the server secures a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secure {
    /// Never, and it does not offer it.
    Never,
    /// When it is asked to; before that it takes no mail and no password.
    WhenAsked,
    /// From the first byte.
    AtOnce,
}

/// What a test sets.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Name and password that are wanted before a mail.
    pub sign_in: Option<(String, String)>,
    /// Code and words for the next so many mails.
    pub refusal: Option<(u16, String, u32)>,
    /// Says this instead of nothing after it agreed to STARTTLS, in plain text.
    pub injected: Option<String>,
    /// Says nothing at all.
    pub is_silent: bool,
}

/// A mail that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Of the envelope.
    pub from: String,
    /// Of the envelope.
    pub to: Vec<String>,
    /// Headers and body as they came, without the dots of the transport.
    pub data: String,
    /// Whether the connection was secured.
    pub is_secured: bool,
    /// Who had signed in.
    pub user: Option<String>,
}

struct State {
    settings: Settings,
    taken: Vec<Taken>,
    /// Everything that was said in plain text by clients.
    overheard: String,
    connections: u32,
}

/// The running stand-in.
pub struct Smtp {
    /// Where it listens.
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
    _task: JoinSet<()>,
}

impl Smtp {
    /// Starts on a free port of this machine.
    pub async fn start(secure: Secure, upgrade: Option<Upgrade>) -> io::Result<Self> {
        let socket = TcpListener::bind("127.0.0.1:0").await?;
        let address = socket.local_addr()?;
        let state = Arc::new(Mutex::new(State {
            settings: Settings {
                sign_in: None,
                refusal: None,
                injected: None,
                is_silent: false,
            },
            taken: Vec::new(),
            overheard: String::new(),
            connections: 0,
        }));
        let mut task = JoinSet::new();
        let shared = Arc::clone(&state);
        task.spawn(async move {
            let mut clients = JoinSet::new();
            while let Ok((stream, _)) = socket.accept().await {
                let talk = Talk {
                    state: Arc::clone(&shared),
                    secure,
                    upgrade: upgrade.clone(),
                };
                clients.spawn(async move {
                    // A client that hangs up is the test's matter.
                    let _ = talk.serve(stream).await;
                });
            }
        });
        Ok(Self {
            address,
            state,
            _task: task,
        })
    }

    /// Changes how it answers from now on.
    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut lock(&self.state).settings);
    }

    /// The mails so far.
    pub fn taken(&self) -> Vec<Taken> {
        lock(&self.state).taken.clone()
    }

    /// What anybody on the way could have read.
    pub fn overheard(&self) -> String {
        lock(&self.state).overheard.clone()
    }

    /// How many connections there were.
    pub fn connections(&self) -> u32 {
        lock(&self.state).connections
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One connection.
struct Talk {
    state: Arc<Mutex<State>>,
    secure: Secure,
    upgrade: Option<Upgrade>,
}

/// What was said so far about one mail.
#[derive(Default)]
struct Draft {
    from: Option<String>,
    to: Vec<String>,
    user: Option<String>,
}

impl Talk {
    async fn serve(self, mut stream: TcpStream) -> io::Result<()> {
        let settings = {
            let mut state = lock(&self.state);
            state.connections += 1;
            state.settings.clone()
        };
        if settings.is_silent {
            return std::future::pending().await;
        }
        let Some(upgrade) = &self.upgrade else {
            return self.talk(Box::new(stream), false).await;
        };
        match self.secure {
            Secure::Never => self.talk(Box::new(stream), false).await,
            Secure::AtOnce => {
                let line = upgrade(stream).await?;
                self.talk(line, true).await
            }
            Secure::WhenAsked => {
                if !self.wait_for_start(&mut stream).await? {
                    return Ok(());
                }
                let line = upgrade(stream).await?;
                // After the handshake the client begins (RFC 3207, 4.2).
                self.answer(line, true).await
            }
        }
    }

    /// Talks in plain text until STARTTLS; whether it came.
    async fn wait_for_start(&self, stream: &mut TcpStream) -> io::Result<bool> {
        let injected = lock(&self.state).settings.injected.clone();
        let mut line = BufReader::new(stream);
        line.write_all(b"220 sim ESMTP\r\n").await?;
        loop {
            let Some(said) = self.hear(&mut line, false).await? else {
                return Ok(false);
            };
            let word = said.split(' ').next().unwrap_or_default().to_uppercase();
            let reply = match word.as_str() {
                "EHLO" => "250-sim\r\n250-8BITMIME\r\n250 STARTTLS\r\n".to_owned(),
                "STARTTLS" => {
                    let more = injected.unwrap_or_default();
                    let reply = format!("220 go ahead\r\n{more}");
                    line.write_all(reply.as_bytes()).await?;
                    return Ok(true);
                }
                "QUIT" => return Ok(false),
                _ => "530 Must issue a STARTTLS command first\r\n".to_owned(),
            };
            line.write_all(reply.as_bytes()).await?;
        }
    }

    async fn talk(&self, mut line: Box<dyn Line>, is_secured: bool) -> io::Result<()> {
        line.write_all(b"220 sim ESMTP\r\n").await?;
        self.answer(line, is_secured).await
    }

    async fn answer(&self, line: Box<dyn Line>, is_secured: bool) -> io::Result<()> {
        let mut line = BufReader::new(line);
        let mut draft = Draft::default();
        while let Some(said) = self.hear(&mut line, is_secured).await? {
            let word = said.split([' ', ':']).next().unwrap_or_default();
            let reply = match word.to_uppercase().as_str() {
                "EHLO" => {
                    "250-sim\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN\r\n".to_owned()
                }
                "AUTH" => self.sign_in(&said, &mut draft),
                "MAIL" => self.begin(&said, &mut draft),
                "RCPT" => {
                    draft.to.push(address(&said));
                    "250 ok\r\n".to_owned()
                }
                "DATA" => {
                    line.write_all(b"354 go ahead\r\n").await?;
                    let data = self.data(&mut line, is_secured).await?;
                    self.take(&mut draft, data, is_secured)
                }
                "QUIT" => {
                    line.write_all(b"221 bye\r\n").await?;
                    return Ok(());
                }
                _ => "502 not here\r\n".to_owned(),
            };
            line.write_all(reply.as_bytes()).await?;
            line.flush().await?;
        }
        Ok(())
    }

    async fn hear<L: AsyncRead + Unpin>(
        &self,
        line: &mut BufReader<L>,
        is_secured: bool,
    ) -> io::Result<Option<String>> {
        let mut said = String::new();
        if line.read_line(&mut said).await? == 0 {
            return Ok(None);
        }
        if !is_secured {
            lock(&self.state).overheard.push_str(&said);
        }
        Ok(Some(said.trim_end().to_owned()))
    }

    async fn data<L: AsyncRead + Unpin>(
        &self,
        line: &mut BufReader<L>,
        is_secured: bool,
    ) -> io::Result<String> {
        let mut data = String::new();
        while let Some(said) = self.hear(line, is_secured).await? {
            if said == "." {
                return Ok(data);
            }
            data.push_str(said.strip_prefix('.').unwrap_or(&said));
            data.push('\n');
        }
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    fn sign_in(&self, said: &str, draft: &mut Draft) -> String {
        let given = said.split(' ').nth(2).unwrap_or_default();
        let given = STANDARD.decode(given).unwrap_or_default();
        let given = String::from_utf8_lossy(&given).into_owned();
        let mut parts = given.split('\0').skip(1);
        let pair = (
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
        );
        let right = lock(&self.state).settings.sign_in.clone();
        if right.is_some_and(|(name, password)| pair == (name.as_str(), password.as_str())) {
            draft.user = Some(pair.0.to_owned());
            return "235 welcome\r\n".to_owned();
        }
        // Some servers quote what they were given.
        format!(
            "535 5.7.8 no such user or password: {} {}\r\n",
            pair.0, pair.1
        )
    }

    fn begin(&self, said: &str, draft: &mut Draft) -> String {
        let mut state = lock(&self.state);
        if state.settings.sign_in.is_some() && draft.user.is_none() {
            return "530 5.7.0 Authentication required\r\n".to_owned();
        }
        if let Some((code, words, left)) = &mut state.settings.refusal
            && *left > 0
        {
            *left -= 1;
            return format!("{code} {words}\r\n");
        }
        draft.from = Some(address(said));
        "250 ok\r\n".to_owned()
    }

    fn take(&self, draft: &mut Draft, data: String, is_secured: bool) -> String {
        let Some(from) = draft.from.take() else {
            return "503 MAIL first\r\n".to_owned();
        };
        lock(&self.state).taken.push(Taken {
            from,
            to: std::mem::take(&mut draft.to),
            data,
            is_secured,
            user: draft.user.clone(),
        });
        "250 taken\r\n".to_owned()
    }
}

/// `MAIL FROM:<a@b.example> BODY=8BITMIME` names `a@b.example`.
fn address(said: &str) -> String {
    let inside = said.split_once('<').map_or("", |(_, rest)| rest);
    inside.split('>').next().unwrap_or_default().to_owned()
}
