//! How many requests may be under way at once: one more after each window of good answers, half
//! as many after a refusal.
//!
//! A refusal is 429, 503 or silence until the time-out. Requests that were under way when the
//! number was halved do not halve it again: they were sent before anybody knew. A site that only
//! becomes slow loses a quarter per window. Slow is measured against the site's own usual time for
//! that kind of request (its method and the size of the answer): a listing of a thousand people
//! takes longer than one of them. What is usual follows slowly, so that a site that stays slow for
//! a reason of its own is not punished for ever.

use std::time::Duration;

use crate::net::Method;

/// Nobody gets more than this from us at once.
pub(super) const AT_ONCE_MAX: u32 = 8;
const AT_ONCE_FIRST: u32 = 4;
/// Times that differ by less are the same: a busy machine, not a busy site.
const SLACK: f64 = 0.050;
/// More than so many times the usual is slow.
const SLOW_FACTOR: f64 = 2.0;
/// How fast the usual time follows longer ones, per answer.
const DRIFT: f64 = 1.0 / 1024.0;
/// Answers up to so many bytes are small, and middling.
const SIZES: [usize; 2] = [16 * 1024, 256 * 1024];
const CLASSES: usize = 5 * 3;

/// How one request ended, as far as the pace goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// With an answer that was meant for it.
    Answered { class: usize, took: Duration },
    /// The other side is asked too much, or cannot do it.
    Refused,
    /// With something that says nothing about the pace.
    Otherwise,
}

/// The kind of a request, by which its time is compared.
pub(super) fn class(method: Method, body_bytes: usize) -> usize {
    let method = match method {
        Method::Get => 0,
        Method::Post => 1,
        Method::Put => 2,
        Method::Patch => 3,
        Method::Delete => 4,
    };
    let size = SIZES.iter().filter(|size| body_bytes > **size).count();
    method * 3 + size
}

/// The number that moves.
#[derive(Debug)]
pub(super) struct Steps {
    at_once: u32,
    /// Counts the halvings.
    cuts: u64,
    answered: u32,
    slow: u32,
    /// Seconds.
    usual: [Option<f64>; CLASSES],
}

impl Default for Steps {
    fn default() -> Self {
        Self {
            at_once: AT_ONCE_FIRST,
            cuts: 0,
            answered: 0,
            slow: 0,
            usual: [None; CLASSES],
        }
    }
}

impl Steps {
    pub(super) fn at_once(&self) -> u32 {
        self.at_once
    }

    /// To be given back with how a request ended that is sent now.
    pub(super) fn mark(&self) -> u64 {
        self.cuts
    }

    /// One request ended that was sent at this mark.
    pub(super) fn learn(&mut self, mark: u64, ended: Ended) {
        match ended {
            Ended::Refused if mark == self.cuts => {
                self.at_once = (self.at_once / 2).max(1);
                self.cuts += 1;
                self.begin();
            }
            Ended::Answered { class, took } => {
                self.answered += 1;
                self.slow += u32::from(self.is_slow(class, took.as_secs_f64()));
                if self.answered >= self.at_once {
                    self.step();
                    self.begin();
                }
            }
            Ended::Refused | Ended::Otherwise => {}
        }
    }

    fn begin(&mut self) {
        self.answered = 0;
        self.slow = 0;
    }

    fn step(&mut self) {
        if self.slow * 2 > self.answered {
            self.at_once -= (self.at_once / 4).max(u32::from(self.at_once > 1));
        } else if self.slow * 4 < self.answered {
            self.at_once = (self.at_once + 1).min(AT_ONCE_MAX);
        }
    }

    fn is_slow(&mut self, class: usize, took: f64) -> bool {
        let Some(usual) = self.usual.get_mut(class) else {
            return false;
        };
        let Some(known) = usual else {
            *usual = Some(took);
            return false;
        };
        let is_slow = took > *known * SLOW_FACTOR + SLACK;
        *known = if took < *known {
            took
        } else {
            *known + (took - *known) * DRIFT
        };
        is_slow
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(ms: u64) -> Ended {
        Ended::Answered {
            class: class(Method::Get, 100),
            took: Duration::from_millis(ms),
        }
    }

    fn learn(steps: &mut Steps, times: usize, ended: Ended) {
        for _ in 0..times {
            steps.learn(steps.mark(), ended);
        }
    }

    #[test]
    fn full_speed_is_reached_after_a_few_answers() {
        let mut steps = Steps::default();
        learn(&mut steps, 4 + 5 + 6 + 7, answered(2));
        assert_eq!(steps.at_once(), AT_ONCE_MAX);
        learn(&mut steps, 1000, answered(2));
        assert_eq!(steps.at_once(), AT_ONCE_MAX);
    }

    #[test]
    fn a_refusal_halves_once_for_all_that_were_under_way() {
        let mut steps = Steps::default();
        learn(&mut steps, 100, answered(2));
        let mark = steps.mark();
        for _ in 0..8 {
            steps.learn(mark, Ended::Refused);
        }
        assert_eq!(steps.at_once(), 4);
        learn(&mut steps, 5, Ended::Refused);
        assert_eq!(steps.at_once(), 1, "and never below one");
        learn(&mut steps, 1 + 2 + 3, answered(2));
        assert_eq!(steps.at_once(), 4);
    }

    #[test]
    fn a_site_that_becomes_slow_is_asked_less_and_one_that_stays_so_is_asked_again() {
        let mut steps = Steps::default();
        learn(&mut steps, 100, answered(100));
        learn(&mut steps, 40, answered(900));
        assert_eq!(steps.at_once(), 1);
        learn(&mut steps, 3000, answered(900));
        assert_eq!(steps.at_once(), AT_ONCE_MAX);
    }

    #[test]
    fn requests_of_different_kinds_are_not_compared() {
        let mut steps = Steps::default();
        learn(&mut steps, 100, answered(3));
        let listing = Ended::Answered {
            class: class(Method::Get, 900_000),
            took: Duration::from_secs(2),
        };
        learn(&mut steps, 100, listing);
        assert_eq!(steps.at_once(), AT_ONCE_MAX);
    }
}
