//! Jobs: what the service is to do, does and did.
//!
//! Invariants: among the jobs that wait there is one of a kind for a person of a connector, so a
//! second request joins it; a fence rises with every claim, and only who holds the last one ends
//! the job. One process holds the data directory, so a job that another holder began is lost: its
//! process is gone.

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::{CHUNK_ROWS, Result, Store};

/// A moment further ahead than any pause comes of a clock that was set back since; it is over.
const AHEAD_MAX_MS: i64 = 2 * 60 * 60 * 1000;
const COLUMNS: &str = "id, connector, kind, person, cause, state, attempts, tries, fence, \
                       not_before_ms, asked_ms, started_ms, finished_ms, run, code, message";
/// Ends what was begun where the same waits already: that one will do.
const CANCEL_DOUBLES: &str = "update jobs set state = 'cancelled', code = 'stopped', holder = '', \
    finished_ms = started_ms where state = 'running' and exists (select 1 from jobs other \
    where other.state = 'queued' and other.connector = jobs.connector \
    and other.kind = jobs.kind and other.person = jobs.person)";
/// What was begun waits again, as if it had never been.
const PUT_BACK: &str = "update jobs set state = 'queued', holder = '', attempts = attempts - 1 \
    where state = 'running'";

/// One job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id, sortable by time.
    pub id: String,
    /// The connector's id.
    pub connector: String,
    /// `sync`, `changes`, `full`, `user`, `held`, `probe`, `plan`, `approve` or `undo`.
    pub kind: String,
    /// Whom it is about, as they were asked for; empty: everybody. Of an approval the plan's digest, of an
    /// undo the run.
    pub person: String,
    /// `schedule`, `cli`, `api`, `retry` or `maintenance`.
    pub cause: String,
    /// `queued`, `running`, `done`, `failed` or `cancelled`.
    pub state: String,
    /// How often it was begun without an end.
    pub attempts: i64,
    /// How many pauses lie behind it, where it waits for a site.
    pub tries: i64,
    /// The number of its last claim.
    pub fence: i64,
    /// Not begun before, in ms.
    pub not_before_ms: i64,
    /// When somebody asked, in ms.
    pub asked_ms: i64,
    /// When it was begun last, in ms.
    pub started_ms: Option<i64>,
    /// When it ended, in ms.
    pub finished_ms: Option<i64>,
    /// The run that it became; empty before.
    pub run: String,
    /// Why it failed, or what of it did; empty where all is well.
    pub code: String,
    /// The same in words.
    pub message: String,
}

/// What somebody asks for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Id of the job, if it is a new one.
    pub id: &'a str,
    /// The connector's id.
    pub connector: &'a str,
    /// What kind of job.
    pub kind: &'a str,
    /// Whom it is about; empty: everybody.
    pub person: &'a str,
    /// Who or what asks.
    pub cause: &'a str,
    /// How many pauses lie behind it.
    pub tries: i64,
    /// Not before, in ms.
    pub not_before_ms: i64,
    /// Now, in ms.
    pub now_ms: i64,
}

/// How a job ended.
#[derive(Debug, Clone, Copy)]
pub struct Ended<'a> {
    /// `done`, `failed` or `cancelled`.
    pub state: &'a str,
    /// The run that it became.
    pub run: &'a str,
    /// Why it failed, or what of it did.
    pub code: &'a str,
    /// The same in words.
    pub message: &'a str,
}

impl Store {
    /// Queues a job, or joins the one that waits already; true where it is a new one.
    pub async fn queue_job(&self, asked: Asked<'_>) -> Result<(Job, bool)> {
        let mut tx = self.begin().await?;
        let is_new = insert(&mut tx, asked).await?;
        if !is_new {
            // Who asks to be served at once is not kept waiting by somebody who had time.
            sqlx::query(
                "update jobs set not_before_ms = $4 where connector = $1 and kind = $2 \
                 and person = $3 and state = 'queued' and not_before_ms > $4",
            )
            .bind(asked.connector)
            .bind(asked.kind)
            .bind(asked.person)
            .bind(asked.not_before_ms)
            .execute(&mut *tx)
            .await?;
        }
        let select = format!(
            "select {COLUMNS} from jobs where connector = $1 and kind = $2 and person = $3 \
             and state = 'queued'"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(select))
            .bind(asked.connector)
            .bind(asked.kind)
            .bind(asked.person)
            .fetch_one(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok((decode(&row)?, is_new))
    }

    /// Connectors with a job that may begin now.
    pub async fn connectors_with_jobs(&self, now_ms: i64) -> Result<Vec<String>> {
        let rows = sqlx::query(
            "select distinct connector from jobs where state = 'queued' \
             and (not_before_ms <= $1 or not_before_ms > $2) \
             and connector not in (select connector from pauses) and (kind = 'probe' or \
             connector not in (select connector from quarantines where since_ms is not null)) \
             order by connector",
        )
        .bind(now_ms)
        .bind(now_ms + AHEAD_MAX_MS)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Takes the next job of a connector: single people first, then whoever asked first.
    pub async fn claim_job(
        &self,
        connector: &str,
        holder: &str,
        now_ms: i64,
    ) -> Result<Option<Job>> {
        let update = format!(
            "update jobs set state = 'running', holder = $2, started_ms = $3, fence = fence + 1, \
             attempts = attempts + 1 where id = (select id from jobs where connector = $1 \
             and state = 'queued' and (not_before_ms <= $3 or not_before_ms > $4) \
             and connector not in (select connector from pauses) and (kind = 'probe' or \
             connector not in (select connector from quarantines where since_ms is not null)) \
             order by case kind when 'probe' then 0 when 'user' then 1 else 2 end, asked_ms, id \
             limit 1) returning {COLUMNS}"
        );
        let mut tx = self.begin().await?;
        let row = sqlx::query(sqlx::AssertSqlSafe(update))
            .bind(connector)
            .bind(holder)
            .bind(now_ms)
            .bind(now_ms + AHEAD_MAX_MS)
            .fetch_optional(&mut *tx)
            .await?;
        tx.commit().await?;
        row.as_ref().map(decode).transpose()
    }

    /// Takes the waiting job of a kind, whatever keeps it waiting: somebody does it by hand.
    pub async fn claim_same(
        &self,
        (connector, kind, person): (&str, &str, &str),
        holder: &str,
        now_ms: i64,
    ) -> Result<Option<Job>> {
        let update = format!(
            "update jobs set state = 'running', holder = $4, started_ms = $5, fence = fence + 1, \
             attempts = attempts + 1 where connector = $1 and kind = $2 and person = $3 \
             and state = 'queued' returning {COLUMNS}"
        );
        let mut tx = self.begin().await?;
        let row = sqlx::query(sqlx::AssertSqlSafe(update))
            .bind(connector)
            .bind(kind)
            .bind(person)
            .bind(holder)
            .bind(now_ms)
            .fetch_optional(&mut *tx)
            .await?;
        tx.commit().await?;
        row.as_ref().map(decode).transpose()
    }

    /// Ends a job; false where somebody else has claimed it since.
    pub async fn end_job(&self, job: &Job, ended: Ended<'_>, now_ms: i64) -> Result<bool> {
        let done = self.write(sqlx::query(
            "update jobs set state = $3, run = $4, code = $5, message = $6, finished_ms = $7, \
             holder = '' where id = $1 and fence = $2 and state in ('running', 'queued')",
        )
        .bind(&job.id)
        .bind(job.fence)
        .bind(ended.state)
        .bind(ended.run)
        .bind(ended.code)
        .bind(ended.message)
        .bind(now_ms)).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Puts one job back into the queue, as if it had never been begun.
    pub async fn put_back_job(&self, job: &Job) -> Result<()> {
        let mut tx = self.begin().await?;
        for update in [CANCEL_DOUBLES, PUT_BACK] {
            let update = format!("{update} and id = $1 and fence = $2");
            sqlx::query(sqlx::AssertSqlSafe(update))
                .bind(&job.id)
                .bind(job.fence)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Puts what a holder has begun back into the queue, as if it had never been begun: its process
    /// ends, and whoever starts next goes on.
    pub async fn release_jobs(&self, holder: &str) -> Result<u64> {
        let mut tx = self.begin().await?;
        let mut released = 0;
        for update in [CANCEL_DOUBLES, PUT_BACK] {
            let update = format!("{update} and holder = $1");
            let done = sqlx::query(sqlx::AssertSqlSafe(update))
                .bind(holder)
                .execute(&mut *tx)
                .await?;
            released = done.rows_affected();
        }
        tx.commit().await?;
        Ok(released)
    }

    /// At the start: what other holders began is queued again. What was begun `attempts_max` times
    /// without an end has failed; those jobs are returned.
    pub async fn take_back_jobs(&self, attempts_max: i64, now_ms: i64) -> Result<Vec<Job>> {
        let mut tx = self.begin().await?;
        let fail = format!(
            "update jobs set state = 'failed', code = 'crashed', holder = '', finished_ms = $2, \
             message = 'the process ended in the middle of it ' || attempts || ' times' \
             where state = 'running' and attempts >= $1 returning {COLUMNS}"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(fail))
            .bind(attempts_max)
            .bind(now_ms)
            .fetch_all(&mut *tx)
            .await?;
        sqlx::query(CANCEL_DOUBLES).execute(&mut *tx).await?;
        sqlx::query("update jobs set state = 'queued', holder = '' where state = 'running'")
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        rows.iter().map(decode).collect()
    }

    /// Takes a waiting job out of the queue; false where it does not wait.
    pub async fn cancel_job(&self, id: &str, now_ms: i64) -> Result<bool> {
        let done = self
            .write(
                sqlx::query(
                    "update jobs set state = 'cancelled', code = 'cancelled', finished_ms = $2 \
             where id = $1 and state = 'queued'",
                )
                .bind(id)
                .bind(now_ms),
            )
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// One job by its id or an unambiguous beginning of it.
    pub async fn job(&self, id: &str) -> Result<Option<Job>> {
        let select =
            format!("select {COLUMNS} from jobs where substr(id, 1, length($1)) = $1 limit 2");
        let rows = sqlx::query(sqlx::AssertSqlSafe(select))
            .bind(id)
            .fetch_all(&self.pool)
            .await?;
        match rows.as_slice() {
            [only] => decode(only).map(Some),
            _ => Ok(None),
        }
    }

    /// What runs and what waits, in the order in which each connector's are served.
    pub async fn unfinished_jobs(&self) -> Result<Vec<Job>> {
        let select = format!(
            "select {COLUMNS} from jobs where state in ('running', 'queued') order by \
             connector, case state when 'running' then 0 else 1 end, \
             case kind when 'probe' then 0 when 'user' then 1 else 2 end, asked_ms, id"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(select))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(decode).collect()
    }

    /// Which cause each of these runs had; runs that were no job are not in it.
    pub async fn causes_of_runs(&self, runs: &[&str]) -> Result<Vec<(String, String)>> {
        let mut causes = Vec::new();
        for chunk in runs.chunks(CHUNK_ROWS) {
            let mut select =
                QueryBuilder::<Sqlite>::new("select run, cause from jobs where run in (");
            let mut ids = select.separated(", ");
            for run in chunk {
                ids.push_bind(*run);
            }
            select.push(")");
            let rows = select.build().fetch_all(&self.pool).await?;
            let decode = |row: &SqliteRow| Ok((row.try_get(0)?, row.try_get(1)?));
            let found: Result<Vec<(String, String)>> = rows.iter().map(decode).collect();
            causes.extend(found?);
        }
        Ok(causes)
    }

    /// When the next job that waits for its time may begin, in ms.
    pub async fn next_job_ms(&self, now_ms: i64) -> Result<Option<i64>> {
        let row = sqlx::query(
            "select min(not_before_ms) from jobs where state = 'queued' and not_before_ms > $1",
        )
        .bind(now_ms)
        .fetch_one(&self.pool)
        .await?;
        Ok(row.try_get(0)?)
    }

    /// Forgets jobs that ended before a moment.
    pub async fn prune_jobs(&self, before_ms: i64) -> Result<u64> {
        let done = self
            .write(sqlx::query("delete from jobs where finished_ms < $1").bind(before_ms))
            .await?;
        Ok(done.rows_affected())
    }

    /// How the operations of a run ended: done, and not done.
    pub async fn operations_of(&self, run: &str) -> Result<(u64, u64)> {
        let row = sqlx::query(
            "select coalesce(sum(case when state = 'rejected' then 0 else 1 end), 0), \
             coalesce(sum(case when state = 'rejected' then 1 else 0 end), 0) \
             from journal where run = $1 and state <> 'not-sent'",
        )
        .bind(run)
        .fetch_one(&self.pool)
        .await?;
        let count = |at: usize| -> Result<u64> {
            let count: i64 = row.try_get(at)?;
            Ok(count.unsigned_abs())
        };
        Ok((count(0)?, count(1)?))
    }

    /// Writes one row, to see whether the database can be written.
    pub async fn beat(&self, now_ms: i64) -> Result<()> {
        self.write(
            sqlx::query(
                "insert into pulse (id, beat_ms) values (1, $1) \
             on conflict (id) do update set beat_ms = excluded.beat_ms",
            )
            .bind(now_ms),
        )
        .await?;
        Ok(())
    }
}

/// Queues a job within somebody's transaction; false where the same waits already.
pub(super) async fn insert(tx: &mut sqlx::SqliteConnection, asked: Asked<'_>) -> Result<bool> {
    let done = sqlx::query(
        "insert into jobs (id, connector, kind, person, cause, state, tries, not_before_ms, \
         asked_ms) values ($1, $2, $3, $4, $5, 'queued', $6, $7, $8) \
         on conflict (connector, kind, person) where state = 'queued' do nothing",
    )
    .bind(asked.id)
    .bind(asked.connector)
    .bind(asked.kind)
    .bind(asked.person)
    .bind(asked.cause)
    .bind(asked.tries)
    .bind(asked.not_before_ms)
    .bind(asked.now_ms)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

fn decode(row: &SqliteRow) -> Result<Job> {
    Ok(Job {
        id: row.try_get(0)?,
        connector: row.try_get(1)?,
        kind: row.try_get(2)?,
        person: row.try_get(3)?,
        cause: row.try_get(4)?,
        state: row.try_get(5)?,
        attempts: row.try_get(6)?,
        tries: row.try_get(7)?,
        fence: row.try_get(8)?,
        not_before_ms: row.try_get(9)?,
        asked_ms: row.try_get(10)?,
        started_ms: row.try_get(11)?,
        finished_ms: row.try_get(12)?,
        run: row.try_get(13)?,
        code: row.try_get(14)?,
        message: row.try_get(15)?,
    })
}
