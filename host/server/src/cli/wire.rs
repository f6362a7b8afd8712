//! What a command that goes through the service and the service say to each other.
//!
//! One JSON document a line, over the socket in the data directory. The process that asks sends
//! its words once, and later perhaps that it wants to stop; the service answers with lines of
//! data and of talk, with how far it is, and at last with an exit code. Both are the same build:
//! another one is refused, so nothing here needs to stay as it is.
//!
//! Deliberately not here: what commands do, and listening (`serve`, `remote`).

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use crate::sync::Phase;

/// The build, as both sides must have it.
pub(super) const BUILD: &str = env!("CARGO_PKG_VERSION");
/// The socket's name in the data directory.
pub(super) const SOCKET: &str = "attune.sock";

/// What a process asks of the service.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Request {
    /// Its build.
    pub build: String,
    /// Its words, from the program's name on.
    pub words: Vec<String>,
    /// Where its relative paths start.
    pub folder: PathBuf,
    /// The connectors' folder that it means.
    pub connectors_dir: PathBuf,
    /// The plugins' folder that it means.
    pub plugins_dir: PathBuf,
}

/// What a process says after its request.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Word {
    /// End after what is under way.
    Stop,
}

/// What the service answers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Frame {
    /// For stdout.
    Data(String),
    /// For stderr.
    Talk(String),
    /// How far a run is: phase, done, total.
    Progress(Phase, u64, u64),
    /// The end.
    Exit(u8),
}

/// The process that asked, as a command sees it.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    frames: UnboundedSender<Frame>,
    /// Cancelled when it wants to stop or went away, and when the service ends.
    pub stop: CancellationToken,
    /// Where its relative paths start.
    pub folder: PathBuf,
}

impl Caller {
    /// Somebody who reads frames.
    pub(super) fn new(
        frames: UnboundedSender<Frame>,
        stop: CancellationToken,
        folder: PathBuf,
    ) -> Self {
        Self {
            frames,
            stop,
            folder,
        }
    }

    /// Tells it something; whether it is still there shows in `stop`.
    pub(super) fn send(&self, frame: Frame) {
        let _gone = self.frames.send(frame);
    }
}
