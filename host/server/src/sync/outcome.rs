//! What a run came to, for the log and for the counters. People are not named, values neither.

use attune_core::plan::State;

use super::run::Done;
use super::{Error, Run};
use crate::telemetry::meters::Ended;

/// The word of a state in lists, logs and metrics.
pub(super) fn word(state: State) -> &'static str {
    match state {
        State::Planned => "planned",
        State::Applied => "applied",
        State::Held => "held",
        State::Nothing => "nothing",
        State::Stopped => "stopped",
    }
}

/// What a run is called in traces; requests that it makes stand below.
pub(super) fn span(run: &Run<'_>) -> tracing::Span {
    let connector = &run.pinned.connector.name;
    let (verb, mode) = (run.verb, run.order.mode.word());
    tracing::info_span!(
        "run",
        run.id = run.id,
        connector.name = connector,
        verb,
        mode
    )
}

/// Tells that a run ended.
pub(super) fn ended(run: &Run<'_>, outcome: Result<&Done, &Error>, at_ms: i64) {
    let connector = &run.pinned.connector.name;
    let (verb, mode) = (run.verb, run.order.mode.word());
    let took_ms = at_ms - run.now_ms;
    let mut ended = Ended {
        verb,
        state: "failed",
        took_ms,
        ..Ended::default()
    };
    match outcome {
        Ok(done) => {
            let summary = &done.report.summary;
            ended.state = word(done.report.state);
            ended.written = summary.written;
            ended.failed = summary.failed;
            ended.source_requests = done.report.source.as_ref().map_or(0, |read| read.requests);
            tracing::info!(
                run.id = run.id,
                connector.name = connector,
                verb,
                mode,
                state = ended.state,
                took_ms,
                people = summary.people,
                changes = summary.changes,
                written = summary.written,
                failed = summary.failed,
                "a run ended"
            );
        }
        Err(error) => {
            let code = error.code();
            tracing::warn!(
                run.id = run.id,
                connector.name = connector,
                verb,
                mode,
                code,
                took_ms,
                "a run failed"
            );
        }
    }
    run.host.meters.ended(connector, ended);
}
