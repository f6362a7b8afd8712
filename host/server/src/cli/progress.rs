//! Progress on a terminal, and Ctrl-C: the run ends after what is under way.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::out::Out;
use crate::fault::Failure;
use crate::sync::{self, Phase, Watch};

/// How often the bar is drawn.
const TICK: Duration = Duration::from_millis(100);

/// Runs something with a bar on stderr (where that is a terminal) and Ctrl-C connected.
pub(super) async fn watched<T>(
    out: Out,
    work: impl AsyncFnOnce(&Watch) -> Result<T, sync::Error>,
) -> Result<T, Failure> {
    let watch = Watch::default();
    let bar = if out.json {
        ProgressBar::hidden()
    } else {
        bar()
    };
    let mut work = std::pin::pin!(work(&watch));
    // One listener from before the work begins: a signal that comes while the work computes waits.
    let mut stopped = std::pin::pin!(tokio::signal::ctrl_c());
    let mut is_listening = true;
    let mut ticks = tokio::time::interval(TICK);
    let outcome = loop {
        tokio::select! {
            biased;
            heard = &mut stopped, if is_listening => {
                is_listening = false;
                if heard.is_ok() {
                    bar.suspend(|| out.say("stopping after what is under way ..."));
                    watch.stop.cancel();
                }
            }
            outcome = &mut work => break outcome,
            _ = ticks.tick() => draw(&bar, &watch),
        }
    };
    bar.finish_and_clear();
    Ok(outcome?)
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) =
        ProgressStyle::with_template("{spinner} {msg:<20} {pos} {wide_bar} {elapsed}")
    {
        bar.set_style(style);
    }
    bar
}

fn draw(bar: &ProgressBar, watch: &Watch) {
    let (phase, done, total) = watch.progress.read();
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
