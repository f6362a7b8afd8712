//! The conversation with an adapter: events in, actions out, until it says `complete`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Error;
use super::adapter::{Action, Event, Fault, Goal, Turn};
use super::limits::{
    ACTIONS_MAX, ASKED_MAX, CHECKPOINT_BYTES_MAX, STATE_BYTES_MAX, WAIT_MAX, WAKES_MAX,
};
use super::mark::Mark;
use super::people::{Answered, Page, Presence};
use super::requests::{Arrived, Requests};
use super::spec::{Shared, Source};
use crate::net;

/// What is asked of a source.
#[derive(Debug, Clone)]
pub struct Ask {
    /// What for.
    pub goal: Goal,
    /// Selectors that rows and scope mention.
    pub wanted: Vec<String>,
    /// Only the members of these groups; empty: everyone.
    pub groups: Vec<String>,
}

/// A conversation that came to its end: what it delivered is all there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// People who were delivered and are not gone.
    pub count: u64,
    /// Where `ChangesSince` goes on.
    pub checkpoint: Option<String>,
    /// Requests over the wire, repetitions included.
    pub requests: u64,
    /// Bytes of all answers, decompressed.
    pub bytes: u64,
}

impl Source {
    /// Holds one conversation and hands over what it delivers, page by page. Dropping the future,
    /// or the receiver of the pages, gives it up. An error means that nothing may be concluded from
    /// anybody's absence.
    pub async fn converse(&self, ask: Ask, pages: mpsc::Sender<Page>) -> Result<Completion, Error> {
        self.converse_within(ask, pages, WAIT_MAX).await
    }

    /// Goes on with a listing after the page that came with this mark. What was delivered up to
    /// there is counted, and is not delivered again.
    pub async fn converse_on(
        &self,
        mark: &[u8],
        pages: mpsc::Sender<Page>,
    ) -> Result<Completion, Error> {
        let unusable = || Error::bad("a mark that cannot be read");
        let mark = Mark::decode(mark).ok_or_else(unusable)?;
        let (Some(state), Some(requests)) = (mark.state(), mark.requests()) else {
            return Err(unusable());
        };
        let mut talk = self.talk(&Goal::Everyone, WAIT_MAX);
        talk.state = state;
        talk.delivered = mark.delivered;
        talk.checkpoint = mark.checkpoint;
        talk.requests.sent = mark.sent;
        talk.requests.bytes = mark.bytes;
        for request in requests {
            let sent = talk.requests.push(request);
            sent.map_err(|error| talk.noted(error))?;
        }
        for (id, ms) in mark.wakes {
            talk.wake_after(id, ms)?;
        }
        talk.hold(None, pages).await
    }

    /// The same with an adapter that may ask to be woken no later than `wait_max` from then.
    pub async fn converse_within(
        &self,
        ask: Ask,
        pages: mpsc::Sender<Page>,
        wait_max: Duration,
    ) -> Result<Completion, Error> {
        let asked = match &ask.goal {
            Goal::People(names) => names.len(),
            Goal::Pictures(keys) => keys.len(),
            _ => 0,
        };
        if asked > ASKED_MAX {
            return Err(Error::bad(format!("more than {ASKED_MAX} people at once")));
        }
        let mut talk = self.talk(&ask.goal, wait_max);
        talk.hold(Some(ask), pages).await
    }

    fn talk(&self, goal: &Goal, wait_max: Duration) -> Talk<'_> {
        Talk {
            source: &self.shared,
            requests: Requests::new(&self.shared.places),
            wakes: JoinSet::new(),
            sleeping: BTreeMap::new(),
            state: Vec::new(),
            delivered: 0,
            checkpoint: None,
            last_failure: None,
            counts_people: matches!(
                goal,
                Goal::Everyone | Goal::ChangesSince(_) | Goal::People(_)
            ),
            has_marks: matches!(goal, Goal::Everyone),
            wait_max,
        }
    }
}

struct Talk<'a> {
    source: &'a Shared,
    requests: Requests,
    wakes: JoinSet<u32>,
    /// What was asked of those, in ms.
    sleeping: BTreeMap<u32, u32>,
    state: Vec<u8>,
    delivered: u64,
    checkpoint: Option<String>,
    last_failure: Option<net::Error>,
    counts_people: bool,
    /// Whether it can be gone on with after each of its pages.
    has_marks: bool,
    wait_max: Duration,
}

impl Talk<'_> {
    /// Goes on until `complete`; without a question it was begun before.
    async fn hold(
        &mut self,
        ask: Option<Ask>,
        pages: mpsc::Sender<Page>,
    ) -> Result<Completion, Error> {
        let (mut event, mut mark) = match ask {
            Some(ask) => {
                let begin = Event::Begin {
                    goal: ask.goal,
                    wanted: ask.wanted,
                    groups: ask.groups,
                };
                (begin, None)
            }
            None => self.wait(&pages).await?,
        };
        loop {
            let (turn, answered) = self.step(event).await?;
            let mut page = Page::default();
            let completed = self.act(turn, &answered, &mut page, mark)?;
            if !page.is_empty() {
                page.mark = self.mark(completed.is_none());
                if pages.send(page).await.is_err() {
                    return Err(Error::Cancelled);
                }
            }
            if let Some(count) = completed {
                return self.complete(count);
            }
            (event, mark) = self.wait(&pages).await?;
        }
    }

    /// Where another process could go on from here.
    fn mark(&self, goes_on: bool) -> Option<Vec<u8>> {
        if !self.has_marks || !goes_on {
            return None;
        }
        let mut mark = Mark::of(&self.state, self.requests.open())?;
        mark.delivered = self.delivered;
        mark.checkpoint.clone_from(&self.checkpoint);
        mark.sent = self.requests.sent;
        mark.bytes = self.requests.bytes;
        mark.wakes = self.sleeping.iter().map(|(id, ms)| (*id, *ms)).collect();
        mark.encode()
    }

    /// One step of the adapter, on a thread where it may compute. Gives the event back, because
    /// what the adapter answers points into it.
    async fn step(&mut self, event: Event) -> Result<(Turn, Event), Error> {
        let adapter = Arc::clone(&self.source.adapter);
        let state = std::mem::take(&mut self.state);
        let now_ms = self.source.outside.clock().now().as_millisecond() as f64;
        let computed = crate::compute::apart(move || {
            let turn = adapter.advance(&state, now_ms, &event);
            (turn, event)
        });
        let (turn, event) = computed.await.ok_or_else(|| Error::Plugin {
            code: "plugin-trap".to_owned(),
            message: "the step came to an unexpected end".to_owned(),
        })?;
        let turn = turn.map_err(|fault| self.source.failed(fault, self.last_failure.clone()))?;
        if turn.state.len() > STATE_BYTES_MAX || turn.actions.len() > ACTIONS_MAX {
            return Err(Error::bad("it keeps or asks for too much at once"));
        }
        Ok((turn, event))
    }

    /// Carries out a turn; `Some` where the adapter said `complete`.
    fn act(
        &mut self,
        turn: Turn,
        event: &Event,
        page: &mut Page,
        mark: Option<u64>,
    ) -> Result<Option<u32>, Error> {
        self.state = turn.state;
        let answered = Answered(match event {
            Event::Replied { reply, .. } => Some(reply),
            Event::Begin { .. } | Event::Woke(_) => None,
        });
        let mut completed = None;
        for action in turn.actions {
            match action {
                Action::Send(request) => self.requests.push(request).map_err(|e| self.noted(e))?,
                Action::Deliver(people) => {
                    for person in people {
                        self.delivered += u64::from(person.presence != Presence::Gone);
                        match answered.person(person)? {
                            Ok(person) => page.people.push(person),
                            Err(refused) => page.refused.push(refused),
                        }
                    }
                }
                Action::Absent(names) => page.absent.extend(names),
                Action::Pictures(pictures) => {
                    for picture in pictures {
                        page.pictures.push(answered.picture(picture)?);
                    }
                }
                Action::Finding(found) => page.findings.push(found),
                Action::Attributes(attributes) => page.attributes.extend(attributes),
                Action::WakeAfter(id, ms) => {
                    self.come_again(mark);
                    self.wake_after(id, ms)?;
                }
                Action::HoldOff(slot, until_ms) => {
                    self.come_again(mark);
                    self.hold_off(&slot, until_ms)?;
                }
                Action::Checkpoint(text) if text.len() > CHECKPOINT_BYTES_MAX => {
                    return Err(Error::bad("a checkpoint that is too long"));
                }
                Action::Checkpoint(text) => self.checkpoint = Some(text),
                Action::Complete(count) => completed = Some(count),
                Action::Abort(problem) => {
                    let fault = Fault::Problem(problem);
                    return Err(self.source.failed(fault, self.last_failure.clone()));
                }
                Action::Extension(what) => return Err(Error::Unsupported { what }),
            }
        }
        Ok(completed)
    }

    /// A request that breaks a rule is worth a line in the log: somebody may be trying.
    fn noted(&self, error: Error) -> Error {
        if let Error::RequestRefused { slot, cause } = &error {
            tracing::warn!(
                connector.name = %self.source.connector,
                endpoint = %slot,
                error = %cause,
                "a provider's request was refused and not sent"
            );
        }
        error
    }

    /// The request that this turn answers may be sent again, because the adapter wants to wait.
    fn come_again(&mut self, mark: Option<u64>) {
        if let Some(mark) = mark {
            self.requests.forget(mark);
        }
    }

    fn wake_after(&mut self, id: u32, ms: u32) -> Result<(), Error> {
        let wait = Duration::from_millis(u64::from(ms));
        if wait > WAIT_MAX || self.wakes.len() >= WAKES_MAX {
            return Err(Error::bad("it wants to be woken too often or too late"));
        }
        if wait > self.wait_max {
            let why = format!(
                "it has to wait for {} s, which is too long now",
                wait.as_secs()
            );
            return Err(Error::Incomplete { why });
        }
        self.sleeping.insert(id, ms);
        let clock = Arc::clone(self.source.outside.clock());
        self.wakes.spawn(async move {
            clock.sleep(wait).await;
            id
        });
        Ok(())
    }

    fn hold_off(&self, slot: &str, until_ms: f64) -> Result<(), Error> {
        let now_ms = self.source.outside.clock().now().as_millisecond() as f64;
        let wait = Duration::try_from_secs_f64((until_ms - now_ms).max(0.0) / 1000.0);
        let wait = wait.map_err(|_| Error::bad("a hold-off until no time at all"))?;
        if wait > WAIT_MAX {
            return Err(Error::bad("a hold-off of more than an hour"));
        }
        self.requests.hold(slot, wait)
    }

    /// The next event: an answer, or the end of a wait.
    async fn wait(&mut self, pages: &mpsc::Sender<Page>) -> Result<(Event, Option<u64>), Error> {
        if self.requests.is_idle() && self.wakes.is_empty() {
            let why = "the adapter neither asks for anything nor completes".to_owned();
            return Err(Error::Incomplete { why });
        }
        tokio::select! {
            biased;
            () = pages.closed() => Err(Error::Cancelled),
            Some(arrived) = self.requests.next() => Ok(self.arrived(arrived?)),
            Some(woken) = self.wakes.join_next() => match woken {
                Ok(id) => {
                    self.sleeping.remove(&id);
                    Ok((Event::Woke(id), None))
                }
                Err(_) => Err(Error::Incomplete { why: "a wait did not end".to_owned() }),
            },
        }
    }

    fn arrived(&mut self, arrived: Arrived) -> (Event, Option<u64>) {
        let Arrived {
            id,
            reply,
            failure,
            mark,
        } = arrived;
        if let Some(failure) = failure {
            self.last_failure = Some(failure);
        }
        (Event::Replied { id, reply }, Some(mark))
    }

    fn complete(&mut self, count: u32) -> Result<Completion, Error> {
        if self.counts_people && u64::from(count) != self.delivered {
            let delivered = self.delivered;
            let why = format!("the adapter counts {count} people and delivered {delivered}");
            return Err(Error::Incomplete { why });
        }
        Ok(Completion {
            count: self.delivered,
            checkpoint: self.checkpoint.take(),
            requests: self.requests.sent,
            bytes: self.requests.bytes,
        })
    }
}
