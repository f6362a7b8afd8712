//! Which failures are worth another attempt, and when.
//!
//! A pure function of what happened: [`judge`] neither waits nor sends. Connecting is given up
//! after ten seconds in all, however often it was tried, because a wrong address should not cost
//! minutes. Refusals (429, 502, 503, 504) are repeated with the wait that the answer asks for, or
//! with exponential back-off and jitter where it asks for none.
//!
//! Invariant: a write is repeated only where the first one surely did nothing: no connection, 429,
//! or 503 with a time to come back. A lost answer, 502 and 504 are [`Error::Ambiguous`].

use std::time::Duration;

use jiff::Timestamp;

use super::request::{Repeat, Response};
use super::{Error, Origin, waiting};

/// A host that is silent is not waited for more often than this.
const TIMEOUTS_MAX: u32 = 2;

/// Limits of repeating; settings may narrow them.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Attempts for one request, the first included.
    pub attempts_max: u32,
    /// Time for one request with all its waits.
    pub total_max: Duration,
    /// Time for reaching a host that cannot be reached.
    pub connect_total_max: Duration,
    /// First wait of the back-off; each further one is twice as long.
    pub backoff_base: Duration,
    /// Longest wait of the back-off.
    pub backoff_max: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            attempts_max: 10,
            total_max: Duration::from_mins(10),
            connect_total_max: Duration::from_secs(10),
            backoff_base: Duration::from_millis(500),
            backoff_max: Duration::from_mins(1),
        }
    }
}

impl Policy {
    /// Back-off before attempt `attempts + 1`: between a half and the whole of base * 2^n.
    /// `jitter` is from 0 to 1.
    pub(super) fn backoff(&self, attempts: u32, jitter: f64) -> Duration {
        let doublings = attempts.saturating_sub(1).min(16);
        let full = self.backoff_base.saturating_mul(1 << doublings);
        full.min(self.backoff_max)
            .mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
    }
}

/// What is known when an attempt is over.
pub(super) struct Attempt<'a> {
    pub(super) policy: &'a Policy,
    pub(super) origin: &'a Origin,
    pub(super) repeat: Repeat,
    /// Attempts so far, this one included.
    pub(super) attempts: u32,
    /// Time since the request began.
    pub(super) elapsed: Duration,
    /// Time since the first of the attempts that met nobody.
    pub(super) unreachable: Duration,
    pub(super) now: Timestamp,
    /// From 0 to 1.
    pub(super) jitter: f64,
}

impl Attempt<'_> {
    fn backoff(&self) -> Duration {
        self.policy.backoff(self.attempts, self.jitter)
    }

    /// Another attempt after `wait` stays within the limits.
    fn may_wait(&self, wait: Duration) -> bool {
        self.attempts < self.policy.attempts_max
            && self.elapsed.saturating_add(wait) <= self.policy.total_max
    }
}

/// What to do next.
#[derive(Debug)]
pub(super) enum Verdict {
    /// This is the result.
    Done(Result<Response, Error>),
    /// Nobody sends to this origin for so long; then once more.
    Hold(Duration),
    /// This request alone waits; then once more.
    Pause(Duration),
}

pub(super) fn judge(attempt: &Attempt<'_>, result: Result<Response, Error>) -> Verdict {
    match result {
        Ok(answer) => judge_answer(attempt, answer),
        Err(error) => judge_error(attempt, error),
    }
}

fn judge_answer(attempt: &Attempt<'_>, answer: Response) -> Verdict {
    if !matches!(answer.status, 429 | 502..=504) {
        return Verdict::Done(Ok(answer));
    }
    let asked = waiting::after_refusal(&answer, attempt.now);
    if attempt.repeat == Repeat::IfUnsent {
        match (answer.status, asked) {
            (429, _) | (503, Some(_)) => {}
            (503, None) => return Verdict::Done(Ok(answer)),
            (status, _) => {
                return Verdict::Done(Err(ambiguous(attempt, format!("status {status}"))));
            }
        }
    }
    let wait = asked.unwrap_or_else(|| attempt.backoff());
    match (answer.status, asked) {
        _ if !attempt.may_wait(wait) => Verdict::Done(Ok(answer)),
        (429, _) | (_, Some(_)) => Verdict::Hold(wait),
        _ => Verdict::Pause(wait),
    }
}

fn judge_error(attempt: &Attempt<'_>, error: Error) -> Verdict {
    let wait = attempt.backoff();
    let is_passing = match &error {
        error if error.met_nobody() => {
            attempt.unreachable.saturating_add(wait) <= attempt.policy.connect_total_max
        }
        Error::Interrupted { .. } | Error::Timeout { .. } | Error::TooLarge { .. }
            if attempt.repeat == Repeat::IfUnsent =>
        {
            return Verdict::Done(Err(ambiguous(attempt, error.to_string())));
        }
        Error::Interrupted { .. } => true,
        Error::Timeout { .. } => attempt.attempts < TIMEOUTS_MAX,
        _ => false,
    };
    if is_passing && attempt.may_wait(wait) {
        Verdict::Pause(wait)
    } else {
        Verdict::Done(Err(error))
    }
}

fn ambiguous(attempt: &Attempt<'_>, why: String) -> Error {
    Error::Ambiguous {
        origin: attempt.origin.clone(),
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Base;

    fn origin() -> Origin {
        let base = Base::http("https://jira.example.com", false).unwrap();
        base.origin().clone()
    }

    fn verdict(repeat: Repeat, result: Result<Response, Error>) -> Verdict {
        let attempt = Attempt {
            policy: &Policy::default(),
            origin: &origin(),
            repeat,
            attempts: 1,
            elapsed: Duration::ZERO,
            unreachable: Duration::ZERO,
            now: Timestamp::UNIX_EPOCH,
            jitter: 1.0,
        };
        judge(&attempt, result)
    }

    fn lost() -> Error {
        Error::Interrupted {
            origin: origin(),
            why: "reset".to_owned(),
        }
    }

    #[test]
    fn reads_are_repeated_after_every_passing_failure() {
        for status in [429, 502, 503, 504] {
            let verdict = verdict(Repeat::Safe, Ok(Response::new(status, "")));
            assert!(!matches!(verdict, Verdict::Done(_)), "{status}");
        }
        assert!(matches!(
            verdict(Repeat::Safe, Err(lost())),
            Verdict::Pause(_)
        ));
    }

    #[test]
    fn a_write_is_repeated_only_where_it_did_nothing() {
        let write = |status| verdict(Repeat::IfUnsent, Ok(Response::new(status, "")));
        assert!(matches!(write(429), Verdict::Hold(_)));
        let kind = |verdict| match verdict {
            Verdict::Done(Err(error)) => error.kind(),
            other => panic!("{other:?}"),
        };
        assert_eq!(kind(write(502)), "ambiguous");
        assert_eq!(kind(write(504)), "ambiguous");
        assert_eq!(kind(verdict(Repeat::IfUnsent, Err(lost()))), "ambiguous");
        assert!(matches!(write(503), Verdict::Done(Ok(_))));
        let maintenance = Response::new(503, "").with_header("retry-after", "5");
        let again = verdict(Repeat::IfUnsent, Ok(maintenance));
        assert!(matches!(again, Verdict::Hold(wait) if wait.as_secs() == 5));
    }

    #[test]
    fn a_wait_beyond_the_limit_gives_the_answer_back() {
        let far = Response::new(429, "").with_header("retry-after", "3600");
        let verdict = verdict(Repeat::Safe, Ok(far));
        assert!(matches!(verdict, Verdict::Done(Ok(answer)) if answer.status == 429));
    }

    #[test]
    fn back_off_doubles_up_to_its_limit_and_keeps_at_least_half() {
        let policy = Policy::default();
        let full: Vec<u128> = (1..=9)
            .map(|n| policy.backoff(n, 1.0).as_millis())
            .collect();
        let expected = [500, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000];
        assert_eq!(full, expected);
        assert_eq!(policy.backoff(3, 0.0).as_millis(), 1000);
    }
}
