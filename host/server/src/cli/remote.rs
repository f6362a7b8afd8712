//! A command that a running service carries out: this process asks, shows, and passes on a wish
//! to stop.

use std::io::ErrorKind;
use std::path::absolute;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;

use super::Shell;
use super::progress::{STOPPING, Signals, bar, draw};
use super::wire::{BUILD, Frame, Request, SOCKET, Word};
use crate::fault::Failure;

/// The command's exit code; `None` where no service runs on this data directory.
pub(super) async fn run(shell: &Shell, words: Vec<String>) -> Result<Option<u8>, Failure> {
    let Some(stream) = connect(shell).await? else {
        return Ok(None);
    };
    let here = |path| absolute(path).map_err(|error| lost(&error));
    let request = Request {
        build: BUILD.to_owned(),
        words,
        folder: here(std::path::Path::new("."))?,
        connectors_dir: here(&shell.settings.connectors_dir)?,
        plugins_dir: here(&shell.settings.plugins_dir)?,
    };
    let (read, mut write) = stream.into_split();
    let line = line(&request)?;
    write
        .write_all(line.as_bytes())
        .await
        .map_err(|error| lost(&error))?;
    let mut lines = BufReader::new(read).lines();
    let mut signals = Signals::listen();
    let bar = bar(shell.out.json);
    let mut is_stopping = false;
    let code = loop {
        let answer = tokio::select! {
            answer = lines.next_line() => answer.map_err(|error| lost(&error))?,
            () = signals.next() => {
                if is_stopping {
                    bar.finish_and_clear();
                    let message = "the service goes on to what is under way by itself";
                    return Err(Failure::of("cancelled", message));
                }
                is_stopping = true;
                bar.suspend(|| shell.out.say(STOPPING));
                let word = self::line(&Word::Stop)?;
                write.write_all(word.as_bytes()).await.map_err(|error| lost(&error))?;
                continue;
            }
        };
        let Some(answer) = answer else {
            bar.finish_and_clear();
            return Err(Failure::of(
                "service",
                "the service ended before the command did",
            ));
        };
        match serde_json::from_str(&answer) {
            Ok(Frame::Data(text)) => bar.suspend(|| shell.out.data(text)),
            Ok(Frame::Talk(text)) => bar.suspend(|| shell.out.warn(text)),
            Ok(Frame::Progress(phase, done, total)) => draw(&bar, (phase, done, total)),
            Ok(Frame::Exit(code)) => break code,
            Err(error) => {
                let message = format!("the service answers what this build cannot read: {error}");
                return Err(Failure::of("service", message));
            }
        }
    };
    bar.finish_and_clear();
    Ok(Some(code))
}

/// The service's socket, if one runs.
async fn connect(shell: &Shell) -> Result<Option<UnixStream>, Failure> {
    let path = shell.settings.data_dir.join(SOCKET);
    match UnixStream::connect(&path).await {
        Ok(stream) => Ok(Some(stream)),
        // One that a killed service left is in nobody's way.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::ConnectionRefused
            ) =>
        {
            Ok(None)
        }
        Err(error) => {
            let message = format!("cannot ask the service at {}: {error}", path.display());
            Err(Failure::of("service", message))
        }
    }
}

fn line(document: &impl serde::Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string(document);
    let text = text.map_err(|error| Failure::of("service", error.to_string()))?;
    Ok(text + "\n")
}

fn lost(error: &std::io::Error) -> Failure {
    Failure::of("service", format!("the service cannot be asked: {error}"))
}
