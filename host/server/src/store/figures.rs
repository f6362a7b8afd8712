//! Figures for people who look: one query for each, however many people there are.
//!
//! Deliberately not here: what the figures are called and how they are shown (`view`, `console`).

use std::collections::BTreeMap;

use attune_core::plan::{Report, Summary, TargetSummary};
use serde::Deserialize;
use sqlx::{AssertSqlSafe, Row as _};

use super::runs::{Run, decode_run};
use super::{Error, Result, Store};

/// Plans that wait, where nobody asks for a page of them.
const HELD_PLANS_SHOWN: u32 = 50;

/// Which of the plans `p`, made by the runs `r`, wait: no later plan replaced them. One of everybody
/// replaces all, one of those who changed only its like, because it is about a few people.
const WAITS: &str = "p.state = 'held' and not exists \
    (select 1 from plans q join runs s on s.id = q.run where q.connector = p.connector \
    and q.created_ms > p.created_ms and (s.mode in ('complete', 'full') \
    or (s.mode = 'changes' and r.mode = 'changes')))";

/// Which runs read everybody. An approved plan tells it by its report alone; and a run for what changed
/// may have had to list everybody.
macro_rules! everybody {
    () => {
        "mode in ('complete', 'full', 'changes') \
         and coalesce(json_extract(report, '$.source.read'), 'complete') = 'complete'"
    };
}

/// Which runs looked at everybody, and tell what they found.
pub(super) const WHOLE: &str = concat!(
    "verb in ('sync', 'plan') and report is not null and ",
    everybody!()
);

/// Which runs brought everybody in tune.
const GOOD: &str = concat!(
    "verb in ('sync', 'approve', 'apply') and state in ('applied', 'nothing') and ",
    everybody!()
);

/// What a run that looked at everybody came to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Whole {
    /// Its counts.
    pub summary: Summary,
    /// Its targets.
    pub targets: BTreeMap<String, TargetSummary>,
}

/// The newest run of a connector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastRun {
    /// Its id.
    pub id: String,
    /// `running`, `applied`, ...
    pub state: String,
    /// Start, in ms.
    pub started_ms: i64,
}

/// What a run wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The connector's id.
    pub connector: String,
    /// Start, in ms.
    pub started_ms: i64,
    /// Its counts.
    pub summary: Summary,
}

/// How many people of a connector are not as they should be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amiss {
    /// People who are due in some target, or have no account there.
    pub people: u64,
    /// Those of them without an account.
    pub without_account: u64,
}

/// How many people of a connector are held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HeldCount {
    /// All of them.
    pub people: u64,
    /// Those of them who are for longer than asked.
    pub old: u64,
}

#[derive(Deserialize)]
struct Counts {
    summary: Summary,
}

/// A plan that waits for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldPlan {
    /// Its digest.
    pub digest: String,
    /// The connector's id.
    pub connector: String,
    /// The connector file's name.
    pub name: String,
    /// The run that made it.
    pub run: String,
    /// When, in ms.
    pub made_ms: i64,
    /// What that run came to.
    pub report: Option<Report>,
}

impl Store {
    /// How many people there are of whom something is held.
    pub async fn held_people(&self) -> Result<u64> {
        let count: i64 = sqlx::query_scalar(
            "select count(*) from (select connector, person from held group by connector, person)",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(count.unsigned_abs())
    }

    /// How many held plans wait, by the connector's id.
    pub async fn held_plan_counts(&self) -> Result<BTreeMap<String, u64>> {
        let rows: Vec<(String, i64)> = sqlx::query_as(AssertSqlSafe(format!(
            "select p.connector, count(*) from plans p join runs r on r.id = p.run \
             where {WAITS} group by p.connector"
        )))
        .fetch_all(&self.pool)
        .await?;
        let counted = |(connector, count): (String, i64)| (connector, count.unsigned_abs());
        Ok(rows.into_iter().map(counted).collect())
    }

    /// Held plans that wait, the latest first.
    pub async fn held_plans_now(&self) -> Result<Vec<HeldPlan>> {
        self.held_plans_after((i64::MAX, ""), HELD_PLANS_SHOWN)
            .await
    }

    /// The same behind the one that was made at this time and has this digest.
    pub async fn held_plans_after(
        &self,
        (made_ms, digest): (i64, &str),
        limit: u32,
    ) -> Result<Vec<HeldPlan>> {
        let rows = sqlx::query(AssertSqlSafe(format!(
            "select p.digest, p.connector, r.name, p.run, p.created_ms, r.report \
             from plans p join runs r on r.id = p.run where {WAITS} \
             and (p.created_ms < $1 or (p.created_ms = $1 and p.digest > $2)) \
             order by p.created_ms desc, p.digest limit $3"
        )))
        .bind(made_ms)
        .bind(digest)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let decode = |row: &sqlx::sqlite::SqliteRow| -> Result<HeldPlan> {
            let report: Option<&str> = row.try_get(5)?;
            let report = report.map(serde_json::from_str).transpose();
            Ok(HeldPlan {
                digest: row.try_get(0)?,
                connector: row.try_get(1)?,
                name: row.try_get(2)?,
                run: row.try_get(3)?,
                made_ms: row.try_get(4)?,
                report: report.map_err(|_| Error::Row { what: "a report" })?,
            })
        };
        rows.iter().map(decode).collect()
    }

    /// What each connector's newest run over everybody came to, by the connector's id. An approved
    /// plan has counts of its own.
    pub async fn last_whole_runs(&self) -> Result<BTreeMap<String, Whole>> {
        let reports: Vec<(String, String)> = self.newest("report", WHOLE).await?;
        let decode = |(connector, report): (String, String)| {
            let whole = serde_json::from_str(&report);
            Ok((
                connector,
                whole.map_err(|_| Error::Row { what: "a report" })?,
            ))
        };
        reports.into_iter().map(decode).collect()
    }

    /// Each connector's newest run, by the connector's id.
    pub async fn last_runs(&self) -> Result<BTreeMap<String, LastRun>> {
        let rows: Vec<(String, String, String, i64)> = sqlx::query_as(
            "select connector, id, state, started_ms from runs \
             where id in (select max(id) from runs group by connector)",
        )
        .fetch_all(&self.pool)
        .await?;
        let run = |(connector, id, state, started_ms)| {
            let run = LastRun {
                id,
                state,
                started_ms,
            };
            (connector, run)
        };
        Ok(rows.into_iter().map(run).collect())
    }

    /// When each connector's newest run over everybody that wrote and came to a good end began, in
    /// ms, by the connector's id.
    pub async fn last_good_ms(&self) -> Result<BTreeMap<String, i64>> {
        let rows: Vec<(String, i64)> = self.newest("started_ms", GOOD).await?;
        Ok(rows.into_iter().collect())
    }

    /// A column of each connector's newest run that is like this. The runs are walked
    /// from the newest on, because a report is looked into for each.
    async fn newest<T>(&self, column: &str, like: &str) -> Result<Vec<(String, T)>>
    where
        T: Send + Unpin + sqlx::Type<sqlx::Sqlite> + for<'r> sqlx::Decode<'r, sqlx::Sqlite>,
    {
        let rows = sqlx::query_as(AssertSqlSafe(format!(
            "select one.connector, run.{column} \
             from (select distinct connector from runs) one join runs run on run.id = \
             (select id from runs where connector = one.connector and {like} \
             order by id desc limit 1)"
        )))
        .fetch_all(&self.pool)
        .await?;
        Ok(rows)
    }

    /// What was written since a time, run by run, the oldest first.
    pub async fn written_since(&self, since_ms: i64) -> Result<Vec<Written>> {
        let rows: Vec<(String, i64, String)> = sqlx::query_as(
            "select connector, started_ms, report from runs where started_ms >= $1 \
             and state in ('applied', 'stopped') and report is not null order by started_ms",
        )
        .bind(since_ms)
        .fetch_all(&self.pool)
        .await?;
        let decode = |(connector, started_ms, report): (String, i64, String)| {
            let counts: std::result::Result<Counts, _> = serde_json::from_str(&report);
            Ok(Written {
                connector,
                started_ms,
                summary: counts.map_err(|_| Error::Row { what: "a report" })?.summary,
            })
        };
        rows.into_iter().map(decode).collect()
    }

    /// People in scope who are not in tune, by the connector's id.
    pub async fn people_amiss(&self) -> Result<BTreeMap<String, Amiss>> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "select connector, count(distinct person), \
             count(distinct case when state <> 'matched' then person end) from links \
             where is_outside = 0 and (state <> 'matched' or fingerprint is null \
             or length(fingerprint) = 0) group by connector",
        )
        .fetch_all(&self.pool)
        .await?;
        let amiss = |(connector, people, without): (String, i64, i64)| {
            let amiss = Amiss {
                people: people.unsigned_abs(),
                without_account: without.unsigned_abs(),
            };
            (connector, amiss)
        };
        Ok(rows.into_iter().map(amiss).collect())
    }

    /// People of whom something is held, and of whom it has been since before a time, by the
    /// connector's id.
    pub async fn held_people_of(&self, before_ms: i64) -> Result<BTreeMap<String, HeldCount>> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "select connector, count(distinct person), \
             count(distinct case when first_ms < $1 then person end) from held group by connector",
        )
        .bind(before_ms)
        .fetch_all(&self.pool)
        .await?;
        let held = |(connector, people, old): (String, i64, i64)| {
            let held = HeldCount {
                people: people.unsigned_abs(),
                old: old.unsigned_abs(),
            };
            (connector, held)
        };
        Ok(rows.into_iter().map(held).collect())
    }

    /// The newest runs in a state (empty: any) before one (empty: from the newest on), of one connector
    /// or of all (empty).
    pub async fn runs_in(
        &self,
        state: &str,
        (connector, before): (&str, &str),
        limit: u32,
    ) -> Result<Vec<Run>> {
        let rows = sqlx::query(
            "select id, connector, name, verb, mode, state, started_ms, finished_ms, report, \
             resumed from runs where ($1 = '' or state = $1) and ($2 = '' or connector = $2) \
             and ($3 = '' or id < $3) order by id desc limit $4",
        )
        .bind(state)
        .bind(connector)
        .bind(before)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(decode_run).collect()
    }
}
