//! Finding the rows that make a batch fail, within a budget of deadlines.
//!
//! A failing range is halved until single rows fail and the rest has its results. A single row
//! that hits the deadline is tried once more with ten times the time. What a batch may waste is
//! bounded: after 40 deadlines the rows that are left fail like the last one. Pure but for the
//! attempts, which the caller makes. Deliberately not here: stores and guests.

use std::ops::Range;

use attune_core::Column;

use super::{Failure, FaultKind};
use crate::health::Lost;

/// Deadlines that one batch may cost beyond its first successful call.
pub(crate) const DEADLINES_MAX: f64 = 40.0;
/// Times the deadline that a single row gets in its second attempt.
pub(crate) const PATIENCE: u32 = 10;

/// A range that failed.
#[derive(Debug, Clone)]
pub(crate) struct Failed {
    /// Why, as each row's problem will say.
    pub(crate) failure: Failure,
    /// No other range can succeed: the step cannot be opened any more.
    pub(crate) is_final: bool,
}

impl Failed {
    fn is_timeout(&self) -> bool {
        self.failure.fault_kind() == Some(FaultKind::Timeout)
    }
}

/// What a batch came to.
#[derive(Debug)]
pub(crate) struct Solved {
    /// As many rows as were asked for.
    pub(crate) column: Column,
    /// How many of them failed, by why.
    pub(crate) lost: Lost,
    /// The first row that failed, and why.
    pub(crate) first: Option<(usize, Failed)>,
}

/// One attempt: the rows' results, or why not; and how many deadlines it took.
pub(crate) type Attempt = (Result<Column, Failed>, f64);

/// Evaluates `rows` rows by `attempt(range, patience)`.
pub(crate) fn solve(rows: usize, mut attempt: impl FnMut(Range<usize>, u32) -> Attempt) -> Solved {
    let (first, spent) = attempt(0..rows, 1);
    let failed = match first {
        Ok(column) => {
            return Solved {
                column,
                lost: Lost::default(),
                first: None,
            };
        }
        Err(failed) => failed,
    };
    let mut out = Solved {
        column: Column::with_capacity(rows, 0),
        lost: Lost::default(),
        first: None,
    };
    let mut search = Search {
        spent,
        last: failed.clone(),
        attempt: &mut attempt,
    };
    search.split(0..rows, &failed, &mut out);
    out
}

struct Search<'a, A> {
    spent: f64,
    last: Failed,
    attempt: &'a mut A,
}

impl<A: FnMut(Range<usize>, u32) -> Attempt> Search<'_, A> {
    /// `range` failed: halves it, or gives its only row up. The depth is log2 of the batch.
    fn split(&mut self, range: Range<usize>, failed: &Failed, out: &mut Solved) {
        if failed.is_final {
            self.last = failed.clone();
            self.spent = DEADLINES_MAX;
        }
        if range.len() <= 1 {
            self.last = failed.clone();
            self.single(range, failed, out);
            return;
        }
        let middle = range.start + range.len() / 2;
        for half in [range.start..middle, middle..range.end] {
            if self.spent >= DEADLINES_MAX {
                out.fill(half, &self.last);
                continue;
            }
            let (result, cost) = (self.attempt)(half.clone(), 1);
            self.spent += cost;
            match result {
                Ok(column) => out.column.append(&column),
                Err(failed) => self.split(half, &failed, out),
            }
        }
    }

    fn single(&mut self, row: Range<usize>, failed: &Failed, out: &mut Solved) {
        let worth = failed.is_timeout() && self.spent + f64::from(PATIENCE) <= DEADLINES_MAX;
        if worth {
            let (result, cost) = (self.attempt)(row.clone(), PATIENCE);
            self.spent += cost;
            match result {
                Ok(column) => out.column.append(&column),
                Err(failed) => out.fill(row, &failed),
            }
        } else {
            out.fill(row, failed);
        }
    }
}

impl Solved {
    /// These rows fail like this.
    fn fill(&mut self, rows: Range<usize>, failed: &Failed) {
        self.lost.count(&failed.failure, rows.len() as u64);
        if self.first.is_none() {
            self.first = Some((rows.start, failed.clone()));
        }
        let problem = failed.failure.problem();
        for _ in rows {
            self.column.push_problem(&problem);
        }
    }
}

#[cfg(test)]
mod tests {
    use attune_core::{Cell, Kind};

    use super::super::{Fault, Site};
    use super::*;

    fn failed(is_timeout: bool) -> Failed {
        let kind = if is_timeout {
            FaultKind::Timeout
        } else {
            FaultKind::Trap
        };
        let site = Site {
            plugin: "same".to_owned(),
            version: String::new(),
            digest: String::new(),
            function: "same.same".to_owned(),
        };
        Failed {
            failure: Failure::Fault(Fault::new(&site, kind, "no")),
            is_final: false,
        }
    }

    /// Solves for 256 rows of which `bad` fail; gives the failed rows, attempts and deadlines.
    fn solve_with(is_timeout: bool, bad: impl Fn(usize) -> bool) -> (Vec<usize>, u32, f64) {
        let (mut attempts, mut spent) = (0, 0.0);
        let out = solve(256, |range, patience| {
            attempts += 1;
            if range.clone().any(&bad) {
                let cost = if is_timeout { f64::from(patience) } else { 0.0 };
                spent += cost;
                return (Err(failed(is_timeout)), cost);
            }
            let mut column = Column::default();
            for row in range {
                column.push(Cell::text(&row.to_string()));
            }
            (Ok(column), 0.0)
        });
        assert_eq!(out.column.rows(), 256);
        let mut rows = Vec::new();
        for (row, cell) in out.column.iter().enumerate() {
            if cell.kind == Kind::Failed {
                rows.push(row);
            } else {
                assert_eq!(cell.bytes, row.to_string().as_bytes());
            }
        }
        let first = out.first.map(|(row, _)| row);
        assert_eq!(first, rows.first().copied());
        assert_eq!(out.lost.values(), rows.len() as u64);
        let by_why = if is_timeout {
            out.lost.timed_out
        } else {
            out.lost.trapped
        };
        assert_eq!(by_why, out.lost.values());
        (rows, attempts, spent)
    }

    #[test]
    fn one_bad_row_of_256_fails_alone() {
        for bad in [0, 17, 128, 255] {
            let (rows, attempts, _) = solve_with(false, |row| row == bad);
            assert_eq!(rows, [bad]);
            assert!(attempts <= 17, "{attempts} attempts");
        }
    }

    #[test]
    fn one_endless_row_costs_at_most_19_deadlines() {
        let (rows, _, spent) = solve_with(true, |row| row == 100);
        assert_eq!(rows, [100]);
        assert!(spent <= 19.0, "{spent} deadlines");
    }

    #[test]
    fn a_batch_of_endless_rows_stops_at_40_deadlines() {
        let (rows, attempts, spent) = solve_with(true, |_| true);
        assert_eq!(rows.len(), 256);
        assert!(spent <= DEADLINES_MAX + 1.0, "{spent} deadlines");
        assert!(attempts < 40, "{attempts} attempts");
    }

    #[test]
    fn trapping_rows_cost_no_deadlines_and_are_all_found() {
        let (rows, attempts, _) = solve_with(false, |row| row % 2 == 0);
        assert_eq!(rows.len(), 128);
        assert!(attempts <= 511, "{attempts} attempts");
    }

    #[test]
    fn nothing_is_tried_after_a_final_failure() {
        let mut attempts = 0;
        let out = solve(8, |_, _| {
            attempts += 1;
            let failed = Failed {
                is_final: true,
                ..failed(false)
            };
            (Err(failed), 0.0)
        });
        assert_eq!((out.column.rows(), attempts), (8, 1));
        assert_eq!(out.lost.trapped, 8);
    }
}
