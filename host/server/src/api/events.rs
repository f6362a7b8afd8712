//! What a run is doing, as it happens: server-sent events.
//!
//! `progress` whenever something moved, `end` when the run is over; then the stream ends. Who comes
//! back after a break gets the state of that moment first, so that nothing has to be replayed.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, stream};

use super::Begun;
use super::ask::service;
use super::problem::Problem;
use crate::access::Principal;
use crate::fault::Failure;
use crate::service::Service;
use crate::view::runs::{self, Moment};

/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// How far a run or job is, as server-sent events: `progress` with a state whenever it changed, and
/// `end` with the last one.
#[utoipa::path(get, path = "/runs/{id}/events", tag = "runs", params(("id" = String, Path, description = "Id of the run or job")), responses((status = OK, body = Moment, content_type = "text/event-stream")))]
pub(super) async fn of_run(
    State(begun): State<Begun>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, axum::Error>>>, Problem> {
    let service = service(&begun)?.clone();
    let first = runs::moment(&service, &id).await?;
    if !principal.covers(&first.connector) {
        let message = format!("nothing has the id `{id}`");
        return Err(Failure::of("no-such-run", message).into());
    }
    let stream = stream::unfold(Some((service, id, None)), next);
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

/// Where a stream stands: what it is about, and what it told last.
type Place = Option<(Service, String, Option<Moment>)>;

async fn next(place: Place) -> Option<(Result<Event, axum::Error>, Place)> {
    let (service, id, told) = place?;
    loop {
        // What cannot be read is over for whoever listens; they may ask again.
        let moment = runs::moment(&service, &id).await.ok()?;
        if moment.is_over {
            let event = Event::default().event("end").json_data(&moment);
            return Some((event, None));
        }
        if told.as_ref() != Some(&moment) {
            let event = Event::default().event("progress").json_data(&moment);
            return Some((event, Some((service, id, Some(moment)))));
        }
        let clock = Arc::clone(&service.pin().0.clock);
        tokio::select! {
            () = clock.sleep(LOOK) => {}
            () = service.stop().cancelled() => return None,
        }
    }
}
