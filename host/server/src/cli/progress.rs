//! Progress on a terminal, and Ctrl-C or SIGTERM: the run ends after what is under way. A second
//! signal ends it at once; what it leaves in the journal is read back by the next run.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Shell;
use super::out::Out;
use super::wire::{Caller, Frame};
use crate::connector::Loaded;
use crate::fault::Failure;
use crate::jobs::Outcome;
use crate::sync::{Done, Mode, Phase, Watch};

/// What is said after the first signal.
pub(super) const STOPPING: &str = "stopping after what is under way ...";
/// How often the bar is drawn.
const TICK: Duration = Duration::from_millis(100);

/// Runs something with a bar on stderr (where that is a terminal) and Ctrl-C connected.
pub(super) async fn watched<T, E: Into<Failure>>(
    out: &Out,
    work: impl AsyncFnOnce(&Watch) -> Result<T, E>,
) -> Result<T, Failure> {
    if let Some(caller) = &out.caller {
        return reported(caller, work).await.map_err(Into::into);
    }
    let watch = Watch::default();
    let bar = bar(out.json);
    let mut work = std::pin::pin!(work(&watch));
    // Listening from before the work begins: a signal that comes while the work computes waits.
    let mut signals = Signals::listen();
    let mut ticks = tokio::time::interval(TICK);
    let outcome = loop {
        tokio::select! {
            biased;
            () = signals.next() => {
                if watch.stop.is_cancelled() {
                    bar.finish_and_clear();
                    return Err(Failure::of("cancelled", "stopped while something was under way"));
                }
                bar.suspend(|| out.say(STOPPING));
                watch.stop.cancel();
            }
            outcome = &mut work => break outcome,
            _ = ticks.tick() => draw(&bar, watch.progress.read()),
        }
    };
    bar.finish_and_clear();
    outcome.map_err(Into::into)
}

/// The same for a run: where a service runs, it stands in its list, and serves the job that waits
/// for the same.
pub(super) async fn listed<E: Into<Failure>>(
    shell: &Shell,
    loaded: &Loaded,
    what: (&str, Option<&Mode>),
    work: impl AsyncFnOnce(&Watch) -> Result<Done, E>,
) -> Result<Done, Failure> {
    let Some(service) = &shell.service else {
        return watched(&shell.out, work).await;
    };
    let by_hand = service.by_hand(loaded, what).await?;
    let mut run = None;
    let done = watched(&shell.out, async |watch| {
        let _in_the_list = by_hand.enter(watch);
        let done = work(watch).await;
        run = watch.progress.run();
        done
    })
    .await;
    let result = done.as_ref().map(|done| done.report.clone());
    let outcome = Outcome {
        result: result.map_err(Failure::clone),
        run,
    };
    by_hand.end(&outcome).await;
    done
}

/// The same for a process that asked the service: it is told how far the work is, and stops it.
async fn reported<T, E>(
    caller: &Caller,
    work: impl AsyncFnOnce(&Watch) -> Result<T, E>,
) -> Result<T, E> {
    let watch = Watch {
        stop: caller.stop.clone(),
        ..Watch::default()
    };
    let mut work = std::pin::pin!(work(&watch));
    let mut ticks = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            biased;
            outcome = &mut work => return outcome,
            _ = ticks.tick() => {
                let (phase, done, total) = watch.progress.read();
                caller.send(Frame::Progress(phase, done, total));
            }
        }
    }
}

/// Waits until somebody asks the process to end.
///
/// Whoever waits for anything after [`watched`] waits for this too: from the first listening on,
/// neither signal ends the process by itself.
pub(super) async fn asked_to_end() {
    Signals::listen().next().await;
}

/// What asks a process to end: somebody at the terminal, or a service manager.
pub(super) struct Signals {
    interrupt: Option<Signal>,
    terminate: Option<Signal>,
}

impl Signals {
    /// From now on neither of them ends the process by itself.
    pub(super) fn listen() -> Self {
        Self {
            interrupt: signal(SignalKind::interrupt()).ok(),
            terminate: signal(SignalKind::terminate()).ok(),
        }
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            () = heard(&mut self.interrupt) => {}
            () = heard(&mut self.terminate) => {}
        }
    }
}

/// Waits for a signal; for ever where it cannot be listened to.
async fn heard(signal: &mut Option<Signal>) {
    let is_heard = match signal {
        Some(signal) => signal.recv().await.is_some(),
        None => false,
    };
    if !is_heard {
        std::future::pending::<()>().await;
    }
}

/// A bar on stderr, where that is a terminal.
pub(super) fn bar(is_hidden: bool) -> ProgressBar {
    if is_hidden {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) =
        ProgressStyle::with_template("{spinner} {msg:<20} {pos} {wide_bar} {elapsed}")
    {
        bar.set_style(style);
    }
    bar
}

/// Shows how far a run is.
pub(super) fn draw(bar: &ProgressBar, (phase, done, total): (Phase, u64, u64)) {
    let word = match phase {
        Phase::Reading => "reading people",
        Phase::Matching => "finding accounts",
        Phase::Planning => "planning",
        Phase::Writing => "writing",
    };
    bar.set_message(word);
    match total {
        0 => bar.unset_length(),
        total => bar.set_length(total),
    }
    bar.set_position(done);
}
