//! Sending operations, and what a lost answer means.
//!
//! Where an answer was lost the account is read back, never written blindly a second time: the
//! value is there (written), or what was there before (sent once more), or something else (a
//! conflict). What cannot be read back is unknown, and its intent stays open for the next run.
//! Deliberately not here: the journal; whoever calls has made the intents durable.

use std::time::Duration;

use attune_core::Problem;
use attune_core::mapping::Field;
use attune_core::plan::ChangeResult;
use futures_util::{StreamExt as _, stream};
use tokio_util::sync::CancellationToken;

use crate::store::Store;
use crate::store::journal::{self, Ending, FieldChange};
use crate::target::{self, Held, Operation, Target};

/// How long what is under way may go on after a stop.
const UNDER_WAY_MAX: Duration = Duration::from_secs(7);

/// One operation on its way: the journal's form, and where its changes stand in their row.
pub(super) struct Unit {
    pub journal: journal::Operation,
    pub request: Operation,
    pub row: usize,
    pub numbers: Vec<u16>,
}

/// How one operation ended.
pub(super) enum Answer {
    Written,
    Rejected(Problem),
    Gone,
    /// Somebody else was there: the fields hold this.
    Conflict(Held),
    /// The target took it and shows this.
    Altered(Held),
    /// Nothing was sent; with a problem where the whole target is the reason.
    NotSent(Option<Problem>),
    Unknown,
}

impl Answer {
    /// What the journal says; nothing where the next run has to read it back.
    pub(super) fn ending(&self) -> Option<Ending> {
        match self {
            Self::Written => Some(Ending::Written),
            Self::Rejected(_) => Some(Ending::Rejected),
            Self::Gone => Some(Ending::Gone),
            Self::Conflict(_) => Some(Ending::Conflict),
            Self::Altered(_) => Some(Ending::Altered),
            Self::NotSent(_) => Some(Ending::NotSent),
            Self::Unknown => None,
        }
    }

    /// What the report says of one field.
    pub(super) fn result(&self, change: &FieldChange, client: &dyn Target) -> ChangeResult {
        match self {
            // What one field of several holds is ours, whatever became of the others.
            Self::Altered(held) | Self::Conflict(held) if holds(change, held, client) => {
                ChangeResult::Written
            }
            Self::Written => ChangeResult::Written,
            Self::Altered(_) | Self::Rejected(_) | Self::Unknown => ChangeResult::Failed,
            Self::Gone => ChangeResult::Gone,
            Self::Conflict(_) => ChangeResult::Conflict,
            Self::NotSent(_) => ChangeResult::NotSent,
        }
    }

    /// Why it came to nothing, where this one account is the reason.
    pub(super) fn problem(self) -> Option<Problem> {
        let problem = |code, message: &str| Some(Problem::new(code, message));
        match self {
            Self::Written | Self::NotSent(_) => None,
            Self::Rejected(problem) => Some(problem),
            Self::Altered(_) => problem(
                "does-not-stick",
                "the target took the value and shows another one",
            ),
            Self::Gone => problem("account-gone", "the account does not exist any more"),
            Self::Conflict(_) => problem("conflict", "somebody else changed it meanwhile"),
            Self::Unknown => problem(
                "unavailable",
                "the answer was lost and the account cannot be read; the next run looks again",
            ),
        }
    }
}

/// A page of operations after their `before` was compared with what the target holds.
pub(super) struct Checked {
    /// Those that still hold.
    pub open: Vec<Unit>,
    /// Those that need no request any more, or cannot have one.
    pub ended: Vec<(Unit, Answer)>,
}

impl Checked {
    /// Whether the whole target failed meanwhile.
    pub(super) fn is_down(&self) -> bool {
        let is_down = |(_, answer): &(Unit, Answer)| matches!(answer, Answer::NotSent(Some(_)));
        self.ended.iter().any(is_down)
    }
}

/// Keeps the operations whose `before` is still what the target holds.
pub(super) async fn still_true(
    client: &dyn Target,
    units: Vec<Unit>,
    stop: &CancellationToken,
) -> Checked {
    let at_once = client.capabilities().writes_at_once.max(1);
    let compared: Vec<(Unit, Option<Answer>)> = stream::iter(units)
        .map(|unit| async move {
            let compared = tokio::select! {
                compared = compare(client, &unit) => compared,
                () = stop.cancelled() => Ok(Some(Answer::NotSent(None))),
            };
            let answer = match compared {
                Ok(answer) => answer,
                Err(target::Error::Target { problem }) => Some(Answer::NotSent(Some(problem))),
                Err(error) => Some(Answer::Rejected(error.problem())),
            };
            (unit, answer)
        })
        .buffered(at_once)
        .collect()
        .await;
    let mut checked = Checked {
        open: Vec::with_capacity(compared.len()),
        ended: Vec::new(),
    };
    for (unit, answer) in compared {
        match answer {
            Some(answer) => checked.ended.push((unit, answer)),
            None => checked.open.push(unit),
        }
    }
    checked
}

/// Sends operations, a few at once, and answers in their order.
pub(super) async fn send(
    client: &dyn Target,
    units: &[Unit],
    (stop, store): (&CancellationToken, &Store),
) -> Vec<Answer> {
    let at_once = client.capabilities().writes_at_once.max(1);
    // The first failure of the whole target stops what was not sent yet.
    let down = CancellationToken::new();
    stream::iter(units)
        .map(|unit| {
            let down = down.clone();
            async move {
                if stop.is_cancelled() || down.is_cancelled() || !store.may_send().await {
                    return Answer::NotSent(None);
                }
                let answer = tokio::select! {
                    answer = send_one(client, unit) => answer,
                    // Its intent stays open: the next run looks at what became of it.
                    () = out_of_patience(stop) => Answer::Unknown,
                };
                if matches!(answer, Answer::NotSent(Some(_))) {
                    down.cancel();
                }
                answer
            }
        })
        .buffered(at_once)
        .collect()
        .await
}

/// Ends some seconds after a stop: an operation that waits for minutes is not waited for.
pub(super) async fn out_of_patience(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(UNDER_WAY_MAX).await;
}

async fn send_one(client: &dyn Target, unit: &Unit) -> Answer {
    let mut tries = 0;
    loop {
        tries += 1;
        match client.write(&unit.request).await {
            Ok(()) => return Answer::Written,
            Err(target::Error::Gone) => return Answer::Gone,
            Err(target::Error::Rejected { problem }) => {
                // Its words may quote the value; they are in the report.
                tracing::warn!(code = %problem.code, account = %unit.journal.account,
                    "the target refused a write");
                return Answer::Rejected(problem);
            }
            Err(target::Error::Target { problem }) => return Answer::NotSent(Some(problem)),
            Err(target::Error::Altered { held }) => return Answer::Altered(held),
            Err(target::Error::Unknown) => {}
        }
        // The answer was lost. What the target holds decides, never a second blind try.
        match compare(client, unit).await {
            Ok(Some(answer)) => return answer,
            Ok(None) if tries == 1 => {}
            Ok(None) | Err(_) => return Answer::Unknown,
        }
    }
}

/// What the target holds against an operation: `None` where `before` still holds everywhere.
async fn compare(client: &dyn Target, unit: &Unit) -> Result<Option<Answer>, target::Error> {
    let changes = &unit.journal.fields;
    let fields: Vec<Field> = changes.iter().map(|c| c.field.clone()).collect();
    match client.observe(&unit.request.account, &fields).await {
        Ok(held) => Ok(match verdict(changes, &held, client) {
            Verdict::Done => Some(Answer::Written),
            Verdict::Before => None,
            Verdict::Other => Some(Answer::Conflict(held)),
        }),
        Err(target::Error::Gone) => Ok(Some(Answer::Gone)),
        Err(error) => Err(error),
    }
}

/// What an account holds against an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// All fields hold what was meant.
    Done,
    /// All fields hold what was before.
    Before,
    /// Somebody else was there.
    Other,
}

/// Compares what an account holds with an operation, as far as the target tells values apart.
pub(super) fn verdict(changes: &[FieldChange], held: &Held, client: &dyn Target) -> Verdict {
    if cfg!(feature = "sabotage-read-back") {
        return Verdict::Before;
    }
    let is_before = |change: &FieldChange| {
        let now = held.get(&change.field).map(String::as_str);
        client.is_same(&change.field, now, change.before.as_deref())
    };
    if changes.iter().all(|change| holds(change, held, client)) {
        Verdict::Done
    } else if changes.iter().all(is_before) {
        Verdict::Before
    } else {
        Verdict::Other
    }
}

/// Whether a field holds what was meant.
pub(super) fn holds(change: &FieldChange, held: &Held, client: &dyn Target) -> bool {
    let now = held.get(&change.field).map(String::as_str);
    client.is_same(&change.field, now, change.after.as_deref())
}
