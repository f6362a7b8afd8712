//! The socket of the service: commands of this machine's user, carried out in the service.
//!
//! Only the user who owns the data directory can open it (0600 in a folder of 0700). Each command
//! has a thread of its own, so that one that computes keeps no other one waiting.

use std::io::{Error, ErrorKind};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::args::Cli;
use super::out::Out;
use super::wire::{BUILD, Caller, Frame, Request, SOCKET, Word};
use super::{Shell, acts, ended};
use crate::fault::Failure;
use crate::service::Service;
use crate::settings::Settings;
use crate::vault::Vault;

/// Longest request in bytes.
const REQUEST_BYTES_MAX: usize = 1024 * 1024;

/// The open socket; its file goes with it.
pub(super) struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

/// Makes the socket. What another process left there is in the way no more: the caller holds the
/// lock of the data directory.
pub(super) fn bind(data_dir: &Path) -> Result<Socket, Failure> {
    let path = data_dir.join(SOCKET);
    let bind = || {
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        Ok(listener)
    };
    match bind() {
        Ok(listener) => Ok(Socket { listener, path }),
        Err(error) => {
            let message = format!("cannot make the socket {}: {error}", path.display());
            Err(Failure::of("listen", message))
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // A new service removes what is left.
        let _left = std::fs::remove_file(&self.path);
    }
}

impl Socket {
    /// Takes callers until the future is dropped.
    pub(super) async fn listen(&self, shell: &Shell, tasks: &TaskTracker) {
        let Some(service) = &shell.service else {
            return;
        };
        loop {
            let stream = match self.listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a caller could not be taken");
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                    continue;
                }
            };
            let (settings, vault) = (shell.settings.clone(), shell.vault.clone());
            let (service, handle) = (service.clone(), Handle::current());
            tasks.spawn_blocking(move || {
                handle.block_on(serve(stream, (settings, vault), service));
            });
        }
    }
}

/// One caller, from its request to its exit code.
async fn serve(stream: UnixStream, (settings, vault): (Settings, Vault), service: Service) {
    // What the system says of the process, not what it says of itself.
    let who = acts::who(stream.peer_cred().ok().map(|peer| peer.uid()));
    let (read, write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let (frames, queue) = mpsc::unbounded_channel();
    let stop = service.stop().child_token();
    let work = async move {
        let code = match request(&mut lines).await {
            Ok(request) => {
                let caller = Caller::new(frames.clone(), stop.clone(), request.folder.clone());
                let command = carry_out(&request, caller, (settings, vault), (service, who));
                let mut command = std::pin::pin!(command);
                tokio::select! {
                    code = &mut command => code,
                    // Who hung up or wants to stop has its command end well.
                    () = listen(lines, stop) => command.await,
                }
            }
            Err(error) => {
                tracing::warn!(%error, "a request over the socket cannot be read");
                2
            }
        };
        let _gone = frames.send(Frame::Exit(code));
    };
    tokio::join!(work, answer(write, queue));
}

async fn carry_out(
    request: &Request,
    caller: Caller,
    (settings, vault): (Settings, Vault),
    (service, who): (Service, String),
) -> u8 {
    let mut out = Out {
        json: false,
        caller: Some(caller),
    };
    let cli = match Cli::try_parse_from(&request.words) {
        Ok(cli) => cli,
        Err(error) => {
            out.warn(error.to_string());
            return 2;
        }
    };
    out.json = cli.json;
    if let Err(failure) = fits(request, &settings) {
        return ended(&out, Err(failure));
    }
    let shell = Shell {
        out: out.clone(),
        settings,
        vault,
        service: Some(service),
        _installed: None,
        who,
    };
    let outcome = Box::pin(super::carry_out(shell, cli.command)).await;
    ended(&out, outcome)
}

/// Whether the caller means what this service works with.
fn fits(request: &Request, settings: &Settings) -> Result<(), Failure> {
    let other = |message: String| Failure::of("other-service", message);
    if request.build != BUILD {
        let theirs = &request.build;
        return Err(other(format!(
            "the service is attune {BUILD}, this command is {theirs}"
        )));
    }
    let folders = [
        (
            "connectors-dir",
            &request.connectors_dir,
            &settings.connectors_dir,
        ),
        ("plugins-dir", &request.plugins_dir, &settings.plugins_dir),
    ];
    for (key, theirs, ours) in folders {
        let is_same = std::fs::canonicalize(theirs).ok() == std::fs::canonicalize(ours).ok();
        if !is_same {
            let (theirs, ours) = (theirs.display(), ours.display());
            let message =
                format!("the service on this data directory has {key} {ours}, not {theirs}");
            return Err(other(message));
        }
    }
    Ok(())
}

async fn request(lines: &mut Lines<BufReader<OwnedReadHalf>>) -> std::io::Result<Request> {
    let line = lines.next_line().await?.unwrap_or_default();
    if line.len() > REQUEST_BYTES_MAX {
        return Err(Error::other("it is too long"));
    }
    serde_json::from_str(&line).map_err(Error::other)
}

/// Hears whether the caller wants to stop, or is gone.
async fn listen(mut lines: Lines<BufReader<OwnedReadHalf>>, stop: CancellationToken) {
    while let Ok(Some(line)) = lines.next_line().await {
        if let Ok(Word::Stop) = serde_json::from_str(&line) {
            stop.cancel();
        }
    }
    stop.cancel();
}

async fn answer(mut write: OwnedWriteHalf, mut queue: mpsc::UnboundedReceiver<Frame>) {
    while let Some(frame) = queue.recv().await {
        let Ok(mut line) = serde_json::to_string(&frame) else {
            continue;
        };
        line.push('\n');
        // Whoever went away hears nothing more; `listen` ends its command.
        if write.write_all(line.as_bytes()).await.is_err() {
            return;
        }
    }
}
