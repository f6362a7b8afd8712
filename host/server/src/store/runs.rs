//! Runs: what was asked, when, and what came of it.

use attune_core::plan::{Report, Trouble};
use sqlx::{QueryBuilder, Row as _, Sqlite, Transaction};

use super::revisions::{self, KeptRevision};
use super::{CHUNK_ROWS, Error, Result, Store};

/// Problems kept per run; a run that fails for everybody says the same thing 40,000 times.
pub const PROBLEMS_MAX: usize = 10_000;

/// One run as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its id, sortable by time.
    pub id: String,
    /// The connector's id.
    pub connector: String,
    /// The connector file's name.
    pub name: String,
    /// `plan`, `sync`, `apply` or `approve`.
    pub verb: String,
    /// `complete`, `full`, `user` or `sample`.
    pub mode: String,
    /// `running`, then the state word of its report, or `failed`.
    pub state: String,
    /// Start, in ms.
    pub started_ms: i64,
    /// End, in ms.
    pub finished_ms: Option<i64>,
    /// Counts, guards and targets; changes are in the staged plan.
    pub report: Option<Report>,
    /// How many times it went on after it had been stopped, or its process had died.
    pub resumed: u32,
}

impl Store {
    /// Records the start of a run, and keeps the revision that it pinned.
    pub async fn open_run(&self, run: &Run, revision: &KeptRevision) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "insert into runs (id, connector, name, verb, mode, state, started_ms) \
             values ($1, $2, $3, $4, $5, 'running', $6)",
        )
        .bind(&run.id)
        .bind(&run.connector)
        .bind(&run.name)
        .bind(&run.verb)
        .bind(&run.mode)
        .bind(run.started_ms)
        .execute(&mut *tx)
        .await?;
        revisions::keep(&mut tx, &run.connector, revision, run.started_ms).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Records the end of a run. The report's changes are left out: the staged plan has them. Only
    /// a run that was stopped may go on.
    pub async fn close_run(
        &self,
        id: &str,
        state: &str,
        finished_ms: i64,
        report: Option<&Report>,
    ) -> Result<()> {
        let text = match report {
            Some(report) => {
                let slim = Report {
                    changes: Vec::new(),
                    problems: Vec::new(),
                    ..report.clone()
                };
                Some(serde_json::to_string(&slim).map_err(|_| Error::Row { what: "a report" })?)
            }
            None => None,
        };
        let mut tx = self.begin().await?;
        sqlx::query("update runs set state = $2, finished_ms = $3, report = $4 where id = $1")
            .bind(id)
            .bind(state)
            .bind(finished_ms)
            .bind(text)
            .execute(&mut *tx)
            .await?;
        if state != "stopped" {
            sqlx::query("delete from unfinished where run = $1")
                .bind(id)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Keeps what went wrong for single people, at most [`PROBLEMS_MAX`] per run, in the place of
    /// what was noted while it went on.
    pub async fn save_problems(&self, run: &str, problems: &[Trouble]) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("delete from problems where run = $1")
            .bind(run)
            .execute(&mut *tx)
            .await?;
        let problems = problems.get(..PROBLEMS_MAX).unwrap_or(problems);
        add_problems(&mut tx, run, problems).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The problems of a run, in the order they were met.
    pub async fn problems(&self, run: &str) -> Result<Vec<Trouble>> {
        let rows = sqlx::query(
            "select person, target, field, code, message from problems where run = $1 \
             order by target, person, field",
        )
        .bind(run)
        .fetch_all(&self.pool)
        .await?;
        let decode = |row: &sqlx::sqlite::SqliteRow| -> Result<Trouble> {
            Ok(Trouble {
                person: row.try_get(0)?,
                target: row.try_get(1)?,
                field: row.try_get(2)?,
                code: row.try_get(3)?,
                message: row.try_get(4)?,
            })
        };
        rows.iter().map(decode).collect()
    }

    /// The newest runs first.
    pub async fn runs(&self, limit: u32) -> Result<Vec<Run>> {
        let rows = sqlx::query(
            "select id, connector, name, verb, mode, state, started_ms, finished_ms, report, \
             resumed \
             from runs order by started_ms desc, id desc limit $1",
        )
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(decode_run).collect()
    }

    /// The newest runs before one (empty: from the newest on), of one connector or of all (empty).
    pub async fn runs_before(&self, (connector, id): (&str, &str), limit: u32) -> Result<Vec<Run>> {
        let rows = sqlx::query(
            "select id, connector, name, verb, mode, state, started_ms, finished_ms, report, \
             resumed \
             from runs where ($1 = '' or connector = $1) and ($2 = '' or id < $2) \
             order by id desc limit $3",
        )
        .bind(connector)
        .bind(id)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(decode_run).collect()
    }

    /// One run by its id or an unambiguous beginning of it.
    pub async fn run(&self, id: &str) -> Result<Option<Run>> {
        let rows = sqlx::query(
            "select id, connector, name, verb, mode, state, started_ms, finished_ms, report, \
             resumed \
             from runs where substr(id, 1, length($1)) = $1 limit 2",
        )
        .bind(id)
        .fetch_all(&self.pool)
        .await?;
        match rows.as_slice() {
            [only] => decode_run(only).map(Some),
            _ => Ok(None),
        }
    }

    /// Runs of a connector that no process will finish any more are marked as stopped.
    pub async fn close_lost_runs(&self, connector: &str, now_ms: i64) -> Result<u64> {
        let done = self
            .write(
                sqlx::query(
                    "update runs set state = 'stopped', finished_ms = $2 \
             where connector = $1 and state = 'running'",
                )
                .bind(connector)
                .bind(now_ms),
            )
            .await?;
        Ok(done.rows_affected())
    }
}

/// Adds problems to a run inside the caller's transaction.
pub(super) async fn add_problems(
    tx: &mut Transaction<'static, Sqlite>,
    run: &str,
    problems: &[Trouble],
) -> Result<()> {
    for chunk in problems.chunks(CHUNK_ROWS) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "insert into problems (run, person, target, field, code, message) ",
        );
        insert.push_values(chunk, |mut row, problem| {
            row.push_bind(run)
                .push_bind(&problem.person)
                .push_bind(&problem.target)
                .push_bind(&problem.field)
                .push_bind(&problem.code)
                .push_bind(&problem.message);
        });
        insert.build().execute(&mut **tx).await?;
    }
    Ok(())
}

pub(super) fn decode_run(row: &sqlx::sqlite::SqliteRow) -> Result<Run> {
    let report: Option<&str> = row.try_get(8)?;
    let report = report.map(serde_json::from_str).transpose();
    let resumed: i64 = row.try_get(9)?;
    Ok(Run {
        resumed: u32::try_from(resumed).unwrap_or(u32::MAX),
        id: row.try_get(0)?,
        connector: row.try_get(1)?,
        name: row.try_get(2)?,
        verb: row.try_get(3)?,
        mode: row.try_get(4)?,
        state: row.try_get(5)?,
        started_ms: row.try_get(6)?,
        finished_ms: row.try_get(7)?,
        report: report.map_err(|_| Error::Row { what: "a report" })?,
    })
}
