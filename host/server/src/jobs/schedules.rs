//! What has come due of the connectors' schedules.
//!
//! Each line is a row with the moment it came last and the moment it comes next, moved in one
//! transaction with the job that it queues. So what came due while nobody ran is done once at the
//! start, however often it came, and nothing is done twice.
//!
//! A clock that is set back may stand before the last time a line came. Where that is less than
//! half of the way to the next time, the next time stays: a run is a little late. Where it is more,
//! the next time is computed anew: there is one run more than the calendar says, and none is missed.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Kind, new_id};
use crate::clock::Clock;
use crate::connector::{Connector, Cron, Loaded};
use crate::store::jobs::Asked;
use crate::store::schedules::Planned;
use crate::store::{self, Store};

/// What is to be done about a line now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Wait,
    /// Its time has come; and when it comes next.
    Due {
        /// When it comes next, in ms.
        next_ms: i64,
    },
    /// The clock was set back far: it comes at another time than was written down.
    Moved {
        /// When it comes next, in ms.
        next_ms: i64,
    },
}

/// Looks at a line that came at `last_ms` and comes next at `next_ms`.
pub fn step(cron: &Cron, zone: &TimeZone, (last_ms, next_ms): (i64, i64), now: Timestamp) -> Step {
    let now_ms = now.as_millisecond();
    let after_now = || {
        cron.next(now, zone)
            .map_or(i64::MAX, Timestamp::as_millisecond)
    };
    if next_ms <= now_ms {
        return Step::Due {
            next_ms: after_now(),
        };
    }
    let set_back = last_ms.saturating_sub(now_ms);
    if set_back > 0 && set_back >= next_ms.saturating_sub(last_ms) / 2 {
        let moved = after_now();
        if moved < next_ms {
            return Step::Moved { next_ms: moved };
        }
    }
    Step::Wait
}

/// The lines of a connector.
pub fn lines(connector: &Connector) -> impl Iterator<Item = (Kind, &Cron)> {
    let schedule = &connector.schedule;
    let all = [
        (Kind::Sync, &schedule.sync),
        (Kind::Changes, &schedule.changes),
        (Kind::Full, &schedule.full),
    ];
    let set = all.into_iter();
    set.filter_map(|(kind, cron)| Some((kind, cron.as_ref()?)))
}

/// The time zone of a connector; UTC on a machine that knows no names of zones.
pub fn zone(connector: &Connector) -> TimeZone {
    TimeZone::get(&connector.time_zone).unwrap_or(TimeZone::UTC)
}

/// Queues what has come due, and writes down when each line comes next. Returns the earliest of
/// these times, in ms.
pub async fn tick(
    store: &Store,
    clock: &dyn Clock,
    connectors: &BTreeMap<String, Arc<Loaded>>,
) -> store::Result<Option<i64>> {
    let now = clock.now();
    let mut known: BTreeMap<(String, String), Planned> = BTreeMap::new();
    for planned in store.schedules().await? {
        let key = (planned.connector.clone(), planned.kind.clone());
        known.insert(key, planned);
    }
    let mut earliest: Option<i64> = None;
    for (id, loaded) in connectors {
        let zone = zone(&loaded.connector);
        for (kind, cron) in lines(&loaded.connector) {
            let before = known.remove(&(id.clone(), kind.word().to_owned()));
            let before = before.filter(|one| {
                one.line == cron.to_string() && one.zone == loaded.connector.time_zone
            });
            let line = Line {
                connector: &loaded.connector,
                kind,
                cron,
                zone: &zone,
            };
            let next_ms = line.look(store, clock, (before, now)).await?;
            earliest = Some(earliest.map_or(next_ms, |one| one.min(next_ms)));
        }
    }
    for (connector, kind) in known.into_keys() {
        store.forget_schedule(&connector, &kind).await?;
    }
    Ok(earliest)
}

/// One line at one moment.
struct Line<'a> {
    connector: &'a Connector,
    kind: Kind,
    cron: &'a Cron,
    zone: &'a TimeZone,
}

impl Line<'_> {
    /// Queues its job where it has come; when it comes next, in ms.
    async fn look(
        &self,
        store: &Store,
        clock: &dyn Clock,
        (before, now): (Option<Planned>, Timestamp),
    ) -> store::Result<i64> {
        let now_ms = now.as_millisecond();
        let planned = |last_ms, next_ms| Planned {
            connector: self.connector.id.clone(),
            kind: self.kind.word().to_owned(),
            line: self.cron.to_string(),
            zone: self.connector.time_zone.clone(),
            last_ms,
            next_ms,
        };
        let Some(before) = before else {
            // A line that is new, or another one than before, begins with its next time.
            let next = self.cron.next(now, self.zone);
            let next_ms = next.map_or(i64::MAX, Timestamp::as_millisecond);
            store.save_schedule(&planned(now_ms, next_ms), None).await?;
            return Ok(next_ms);
        };
        let times = (before.last_ms, before.next_ms);
        match step(self.cron, self.zone, times, now) {
            Step::Wait => Ok(before.next_ms),
            Step::Moved { next_ms } => {
                store
                    .save_schedule(&planned(before.last_ms.min(now_ms), next_ms), None)
                    .await?;
                Ok(next_ms)
            }
            Step::Due { next_ms } => {
                let id = new_id(clock);
                let asked = Asked {
                    id: &id,
                    connector: &self.connector.id,
                    kind: self.kind.word(),
                    person: "",
                    cause: "schedule",
                    tries: 0,
                    not_before_ms: now_ms,
                    now_ms,
                };
                store
                    .save_schedule(&planned(now_ms, next_ms), Some(asked))
                    .await?;
                Ok(next_ms)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE_MS: i64 = 60_000;
    const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

    /// Jumps of the clock: how far, in ms.
    const JUMPS: [i64; 4] = [-3_600_000, 3_600_000, 3_650 * DAY_MS, -3_650 * DAY_MS];

    /// When a line ran in two days of uptime, in minutes of uptime, where the clock jumps at some.
    fn ran(line: &str, jumps: &[(i64, i64)]) -> Vec<i64> {
        let (cron, zone) = (Cron::parse(line).unwrap(), TimeZone::UTC);
        let start: Timestamp = "2026-11-21T22:00:00Z".parse().unwrap();
        let mut now_ms = start.as_millisecond();
        let mut times = (now_ms, cron.next(start, &zone).unwrap().as_millisecond());
        let mut ran = Vec::new();
        for minute in 0..2 * 24 * 60 {
            let jump = jumps.iter().filter(|(at, _)| *at == minute);
            now_ms += jump.map(|(_, by)| by).sum::<i64>();
            let now = Timestamp::from_millisecond(now_ms).unwrap();
            match step(&cron, &zone, times, now) {
                Step::Wait => {}
                Step::Moved { next_ms } => times = (times.0.min(now_ms), next_ms),
                Step::Due { next_ms } => {
                    times = (now_ms, next_ms);
                    ran.push(minute);
                }
            }
            now_ms += MINUTE_MS;
        }
        ran
    }

    #[test]
    fn a_clock_that_jumps_two_hundred_times_costs_one_extra_run_each_at_most_and_misses_none() {
        // Jumps at times that no test writer would have picked, the same in every run.
        let mut seed = 0x2545_f491_u64;
        let mut dice = |below: u64| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            usize::try_from(seed % below).unwrap()
        };
        for line in ["0 2 * * *", "*/15 * * * *", "30 * * * *", "0 3 * * *"] {
            let usual = ran(line, &[]).len();
            for _ in 0..50 {
                let at = i64::try_from(dice(2 * 24 * 60 - 120)).unwrap();
                let by = JUMPS[dice(JUMPS.len() as u64)];
                let found = ran(line, &[(at, by)]).len();
                // Two days are measured by uptime: an hour that was skipped or lived through twice
                // shifts a daily run over the end of the measure, never more than one.
                assert!(
                    found.abs_diff(usual) <= 1,
                    "{line} at {at} by {by}: {found} for {usual}"
                );
            }
        }
    }

    #[test]
    fn a_clock_that_jumps_ten_years_ahead_and_back_goes_on_by_the_day() {
        let there_and_back = [(100, JUMPS[2]), (101, JUMPS[3])];
        let daily = ran("0 2 * * *", &there_and_back);
        // 22:00 is minute 0: one extra run in the year 2036, then at 02:00 as ever.
        assert_eq!(daily, [100, 240, 240 + 1440]);
        let often = ran("*/15 * * * *", &there_and_back);
        let gaps = often.windows(2).map(|pair| pair[1] - pair[0]);
        assert_eq!(gaps.max(), Some(15), "{often:?}");
    }

    #[test]
    fn a_clock_that_is_set_back_an_hour_after_a_daily_run_does_not_run_it_again() {
        // It ran at 02:00, minute 240; at 02:10 the clock shows 01:10.
        let daily = ran("0 2 * * *", &[(250, JUMPS[0])]);
        assert_eq!(daily, [240, 240 + 1440 + 60]);
    }
}
