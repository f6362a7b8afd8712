//! The clock of deadlines: a thread that moves the engine's epoch on.
//!
//! Compiled guests compare the epoch at every loop and function entry, so an endless loop ends
//! within one tick of its deadline. The thread holds a weak engine and a channel's end: it stops
//! when either is gone, and is never joined. Deliberately not here: any deadline.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use wasmtime::EngineWeak;

/// Length of one epoch: short beside the shortest deadline, long enough to cost nothing.
pub(crate) const TICK: Duration = Duration::from_millis(5);

/// Keeps the ticking thread alive; dropping it ends the thread at once.
#[derive(Debug)]
pub(crate) struct Ticker {
    _alive: Sender<()>,
}

impl Ticker {
    /// Starts the thread for one engine.
    pub(crate) fn start(engine: EngineWeak) -> std::io::Result<Self> {
        let (alive, gone) = channel();
        std::thread::Builder::new()
            .name("attune-wasm-epoch".to_owned())
            .spawn(move || tick(&engine, &gone))?;
        Ok(Self { _alive: alive })
    }
}

/// Epochs that make up `time`, never fewer than one whole tick beyond it: the running tick may
/// end right away.
pub(crate) fn epochs(time: Duration) -> u64 {
    let ticks = time.as_micros().div_ceil(TICK.as_micros());
    u64::try_from(ticks).unwrap_or(u64::MAX).saturating_add(1)
}

fn tick(engine: &EngineWeak, gone: &Receiver<()>) {
    while matches!(gone.recv_timeout(TICK), Err(RecvTimeoutError::Timeout)) {
        match engine.upgrade() {
            Some(engine) => engine.increment_epoch(),
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_cover_the_whole_time() {
        assert_eq!(epochs(Duration::from_millis(1)), 2);
        assert_eq!(epochs(TICK), 2);
        assert_eq!(epochs(TICK * 10), 11);
    }
}
