//! A program that we did not write: started for one test, listened to, ended with it.
//!
//! Invariant: dropping a [`Peer`] kills its process and nobody else's; nothing waits for ever.
//!
//! Deliberately not here: what the programs are told (`slapd`, `prism`).

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// How long a program may take to say something; machines that build at the same time are slow.
const PATIENCE: Duration = Duration::from_mins(3);
/// Standard output and error.
const STREAMS: usize = 2;

/// What a program has said so far.
#[derive(Debug, Default)]
struct Said {
    lines: Mutex<Vec<String>>,
    ended: Mutex<usize>,
    more: Notify,
}

/// A running program.
#[derive(Debug)]
pub(crate) struct Peer {
    _child: Child,
    said: Arc<Said>,
    _readers: JoinSet<()>,
}

impl Peer {
    /// Starts a program and waits until it says that it is ready; else tells what it said.
    pub(crate) async fn start(mut command: Command, ready: &str) -> Result<Self, String> {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("cannot start {:?}: {error}", command.as_std()))?;
        let said = Arc::new(Said::default());
        let mut readers = JoinSet::new();
        let (out, err) = (child.stdout.take(), child.stderr.take());
        readers.spawn(listen(out.expect("piped"), Arc::clone(&said)));
        readers.spawn(listen(err.expect("piped"), Arc::clone(&said)));
        let peer = Self {
            _child: child,
            said,
            _readers: readers,
        };
        let is_ready = |lines: &[String]| lines.iter().any(|line| line.contains(ready));
        if peer.hear(is_ready).await {
            Ok(peer)
        } else {
            Err(peer.said().join("\n"))
        }
    }

    /// Everything that it said so far, line by line.
    pub(crate) fn said(&self) -> Vec<String> {
        let lines = self
            .said
            .lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        lines.clone()
    }

    /// Waits until what it said fits; false where it ended or takes too long.
    pub(crate) async fn hear(&self, fits: impl Fn(&[String]) -> bool) -> bool {
        let heard = async {
            loop {
                let more = self.said.more.notified();
                tokio::pin!(more);
                more.as_mut().enable();
                let has_ended = *self.said.ended.lock().unwrap() == STREAMS;
                if fits(&self.said()) {
                    return true;
                }
                if has_ended {
                    return false;
                }
                more.await;
            }
        };
        tokio::time::timeout(PATIENCE, heard).await.unwrap_or(false)
    }
}

async fn listen(stream: impl AsyncRead + Unpin, said: Arc<Said>) {
    let mut lines = BufReader::new(stream).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        said.lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line);
        said.more.notify_waiters();
    }
    *said.ended.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    said.more.notify_waiters();
}

/// A port on loopback that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// A file of this machine, or the command that installs it.
pub(crate) fn installed(path: &Path, what: &str) -> PathBuf {
    assert!(
        path.is_file(),
        "{what} is not installed: {} is missing; run `tests/run` once, it installs it",
        path.display()
    );
    path.to_owned()
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Published descriptions and recorded bodies; they lie beside the repository and are no part of it.
pub(crate) fn reference(below: &str) -> PathBuf {
    let path = root()
        .join("..")
        .join("shared")
        .join("reference")
        .join(below);
    assert!(
        path.exists(),
        "{} is missing: these tests check against documents that are not part of the repository",
        path.display()
    );
    path
}
