//! The server around a stand-in: a loopback port, the log, the scripted faults.
//!
//! A stand-in's state outlives its listener: [`Stand::pause`] closes the port and cuts every
//! connection, [`Stand::resume`] opens the same port again with everything still known. Between the
//! two the port stays taken, or a stand-in of another test would answer there. All tasks belong to
//! the stand-in and end with it.
//!
//! Deliberately not here: TLS, HTTP/2, and any knowledge of what is served.

use std::convert::Infallible;
use std::future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Request, Response, StatusCode};
use futures_util::stream;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::faults::{Action, Fault, RetryAfter, Script};
use crate::log::{Counts, Log, Outcome, Record};
use crate::moment;
use crate::wire::{Program, Received, Reply};

/// How long a cut answer is given to leave the machine.
const FLUSH: Duration = Duration::from_millis(20);

/// How many connections may wait to be taken.
const BACKLOG: u32 = 1024;

/// What every stand-in can be told about its server.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The loopback port; 0 for any free one.
    pub port: u16,
    /// Whether the port is opened at all. Where it is not, requests come by [`Stand::ask`] alone.
    pub listens: bool,
    /// What the faults with a probability draw from.
    pub seed: u64,
    /// How many requests the log keeps (the newest), and a target how many writes (the first).
    pub log_max: usize,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            port: 0,
            listens: true,
            seed: 1,
            log_max: 100_000,
        }
    }
}

/// What a stand-in answers where nothing was sent over a wire.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

struct Shared<P> {
    program: P,
    log: Log,
    script: Script,
}

/// A running stand-in.
pub struct Stand<P> {
    shared: Arc<Shared<P>>,
    address: SocketAddr,
    /// Bound and never listening: what keeps the port while no listener does.
    _port: Option<TcpSocket>,
    tasks: Mutex<JoinSet<()>>,
}

impl<P: Program> Stand<P> {
    /// Binds the port and serves what `program` makes of the origin (`http://127.0.0.1:N`).
    #[expect(
        clippy::unused_async,
        reason = "who starts a server may have to wait for it"
    )]
    pub(crate) async fn open(setup: &Setup, program: impl FnOnce(String) -> P) -> io::Result<Self> {
        let mut address = SocketAddr::from((Ipv4Addr::LOCALHOST, setup.port));
        let port = setup.listens.then(|| reserved(address)).transpose()?;
        if let Some(port) = &port {
            address = port.local_addr()?;
        }
        let shared = Arc::new(Shared {
            program: program(format!("http://{address}")),
            log: Log::new(setup.log_max),
            script: Script::new(setup.seed),
        });
        let mut tasks = JoinSet::new();
        if port.is_some() {
            tasks.spawn(accept(listening(address)?, Arc::clone(&shared)));
        }
        Ok(Self {
            shared,
            address,
            _port: port,
            tasks: Mutex::new(tasks),
        })
    }

    pub(crate) fn program(&self) -> &P {
        &self.shared.program
    }

    /// `http://127.0.0.1:N`, without a path.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far, oldest first (the newest `log_max` of them).
    pub fn log(&self) -> Vec<Record> {
        self.shared.log.records()
    }

    /// Counts of the requests so far.
    pub fn counts(&self) -> Counts {
        self.shared.log.counts()
    }

    /// Forgets the requests so far; unknown routes stay reported.
    pub fn reset_log(&self) {
        self.shared.log.reset();
    }

    /// Answers one request without a socket: for simulations, which carry requests themselves.
    /// `place` is path and query. Scripted faults do not meet it; whoever carries it does the damage.
    pub fn ask(
        &self,
        (method, place): (&str, &str),
        headers: &[(String, String)],
        body: Vec<u8>,
    ) -> Answered {
        let received = Received::whole((method, place), headers, body);
        let _under_way = self.shared.log.enter();
        let reply = self.shared.program.answer(&received);
        let outcome = Outcome {
            reply: &reply,
            status: reply.status,
            fault: None,
        };
        self.shared.log.push(&received, &outcome);
        let headers = reply.headers.into_iter();
        Answered {
            status: reply.status,
            headers: headers
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            body: reply.body,
        }
    }

    /// Scripts a fault. Of several that match, the one scripted first strikes.
    pub fn inject(&self, fault: Fault) {
        self.shared.script.add(fault);
    }

    /// Forgets the scripted faults, met or not.
    pub fn clear_faults(&self) {
        self.shared.script.clear();
    }

    /// Counted faults that requests have not used up.
    pub fn unread_faults(&self) -> Vec<String> {
        self.shared.script.unread()
    }

    /// What a test must not leave behind: unknown routes and unread faults.
    pub fn complaints(&self) -> Vec<String> {
        let unknown = self.shared.log.unknown_routes();
        let mut complaints: Vec<String> = unknown
            .into_iter()
            .map(|route| format!("unknown route: {route}"))
            .collect();
        complaints.extend(self.unread_faults());
        complaints
    }

    /// Closes the port (who connects is refused) and cuts every connection. The state stays.
    pub async fn pause(&self) {
        let mut tasks = {
            let mut held = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *held)
        };
        tasks.shutdown().await;
    }

    /// Opens the same port again.
    pub fn resume(&self) -> io::Result<()> {
        let listener = listening(self.address)?;
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.spawn(accept(listener, Arc::clone(&self.shared)));
        Ok(())
    }

    /// Ends the stand-in; when this returns, its port is free.
    pub async fn stop(self) {
        self.pause().await;
    }
}

/// The address for this stand-in alone: taken where another has it, and only then shared with the
/// listeners of this one.
fn reserved(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.set_reuseport(true)?;
    Ok(socket)
}

/// A listener beside the socket that keeps the port.
fn listening(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Takes connections until the task is aborted; its connections end with it.
async fn accept<P: Program>(listener: TcpListener, shared: Arc<Shared<P>>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            arrived = listener.accept() => match arrived {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, Arc::clone(&shared)));
                }
                // Out of file descriptors, most likely: closing connections will help.
                Err(_) => tokio::time::sleep(FLUSH).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve<P: Program>(stream: TcpStream, shared: Arc<Shared<P>>) {
    let _ = stream.set_nodelay(true);
    let cut = Arc::new(Notify::new());
    let ask = |request: Request<Incoming>| {
        let (shared, cut) = (Arc::clone(&shared), Arc::clone(&cut));
        async move { Ok::<_, Infallible>(answer(&shared, cut, request.map(Body::new)).await) }
    };
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(ask));
    tokio::select! {
        _ = connection => {}
        () = cut.notified() => {}
    }
}

/// One request: the scripted damage around what the program says.
async fn answer<P: Program>(
    shared: &Shared<P>,
    cut: Arc<Notify>,
    request: Request<Body>,
) -> Response<Body> {
    let received = Received::read(request).await;
    let _under_way = shared.log.enter();
    let action = shared.script.next(&received);
    if let Some(Action::Hold(gate)) = &action {
        gate.pass().await;
    }
    let reply = match &action {
        Some(Action::Reject(status)) => shared.program.refusal(*status),
        Some(Action::Throttle(status, retry)) => throttled(shared.program.refusal(*status), *retry),
        Some(Action::LoginPage) => Reply::text("login page", 200, LOGIN_PAGE),
        Some(Action::Disconnect) => Reply::empty("disconnect", 0),
        _ => shared.program.answer(&received),
    };
    let is_cut = matches!(action, Some(Action::Disconnect | Action::FailAfterWrite));
    let outcome = Outcome {
        reply: &reply,
        status: if is_cut { 0 } else { reply.status },
        fault: action.as_ref().map(Action::name),
    };
    shared.log.push(&received, &outcome);
    if is_cut {
        cut.notify_one();
        return future::pending().await;
    }
    if let Some(Action::HoldAnswer(gate)) = &action {
        gate.pass().await;
    }
    response(reply, action.as_ref(), cut)
}

const LOGIN_PAGE: &str = "<!DOCTYPE html><html><head><title>Sign in to your account</title></head>\
    <body><form method=\"post\" action=\"/login\"><input name=\"user\"><input type=\"password\">\
    </form></body></html>";

fn throttled(reply: Reply, retry: RetryAfter) -> Reply {
    match retry {
        RetryAfter::Seconds(seconds) => reply.with("retry-after", seconds.to_string()),
        RetryAfter::Decimal(seconds) => reply.with("retry-after", seconds.to_string()),
        RetryAfter::Date(ahead) => reply.with("retry-after", moment::http_date(ahead)),
        RetryAfter::Missing => reply,
    }
}

fn response(reply: Reply, action: Option<&Action>, cut: Arc<Notify>) -> Response<Body> {
    let length = reply.body.len();
    let bytes = Bytes::from(reply.body);
    let body = match action {
        Some(Action::Slow { bytes: size, pause }) => slowly(bytes, *size, *pause),
        Some(Action::Truncate(after)) => truncated(bytes.slice(..length.min(*after)), cut),
        _ => Body::from(bytes),
    };
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::IM_A_TEAPOT);
    let mut builder = Response::builder().status(status);
    if status != StatusCode::NO_CONTENT {
        builder = builder.header("content-length", length);
    }
    for (name, value) in reply.headers {
        builder = builder.header(name, value);
    }
    builder.body(body).unwrap_or_default()
}

fn slowly(bytes: Bytes, size: usize, pause: Duration) -> Body {
    let pieces = stream::unfold((bytes, false), move |(mut rest, is_begun)| async move {
        if is_begun {
            tokio::time::sleep(pause).await;
        }
        if rest.is_empty() {
            return None;
        }
        let piece = rest.split_to(size.min(rest.len()));
        Some((Ok::<_, Infallible>(piece), (rest, true)))
    });
    Body::from_stream(pieces)
}

fn truncated(beginning: Bytes, cut: Arc<Notify>) -> Body {
    let pieces = stream::unfold(Some(beginning), move |beginning| {
        let cut = Arc::clone(&cut);
        async move {
            if let Some(beginning) = beginning.filter(|bytes| !bytes.is_empty()) {
                return Some((Ok::<_, Infallible>(beginning), None));
            }
            // The connection flushes what it has while its body waits.
            tokio::time::sleep(FLUSH).await;
            cut.notify_one();
            future::pending().await
        }
    });
    Body::from_stream(pieces)
}
