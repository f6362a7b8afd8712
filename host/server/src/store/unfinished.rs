//! What a run needs to go on where it ended, should its process die: at most one run of a connector.
//!
//! The row moves with the run, in the same transactions as what it stands for: the conversation
//! with a page's people, the place in the plan with the record of a page's problems. Invariant: what
//! stands here never claims more than was done; doing the rest again is always right. What the
//! texts mean is said by `sync`. Deliberately not here: whether a run may go on.

use attune_core::plan::Trouble;
use sqlx::{Row as _, Sqlite, Transaction};

use super::runs::add_problems;
use super::{Error, Result, Store};

/// How far an unfinished run had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// People were read.
    Reading,
    /// Everybody was read; the plan was made.
    Planning,
    /// The plan was staged and written.
    Writing,
}

impl Stop {
    fn word(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Planning => "planning",
            Self::Writing => "writing",
        }
    }

    fn parse(word: &str) -> Result<Self> {
        match word {
            "reading" => Ok(Self::Reading),
            "planning" => Ok(Self::Planning),
            "writing" => Ok(Self::Writing),
            _ => Err(Error::Row { what: A_RUN }),
        }
    }
}

const A_RUN: &str = "an unfinished run";

/// A run that did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// Its id.
    pub run: String,
    /// `plan` or `sync`.
    pub verb: String,
    /// The word of its mode.
    pub mode: String,
    /// When it began, in ms.
    pub started_ms: i64,
    /// Digest of what it was begun with.
    pub frame: String,
    /// How far it had come.
    pub stop: Stop,
    /// When this was noted, in ms.
    pub saved_ms: i64,
    /// The conversation after the last kept page; none where it cannot be gone on with.
    pub talk: Option<Vec<u8>>,
    /// What the reading came to.
    pub reading: String,
    /// Digest of the staged plan.
    pub plan: String,
    /// How far the plan was written.
    pub written: String,
    /// How many times it went on.
    pub resumed: i64,
}

impl Store {
    /// The run of a connector that could go on.
    pub async fn unfinished(&self, connector: &str) -> Result<Option<Unfinished>> {
        let row = sqlx::query(
            "select u.run, r.verb, r.mode, r.started_ms, u.frame, u.phase, u.saved_ms, u.talk, \
             u.reading, u.plan, u.written, r.resumed from unfinished u join runs r on r.id = u.run \
             where u.connector = $1",
        )
        .bind(connector)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Unfinished {
            run: row.try_get(0)?,
            verb: row.try_get(1)?,
            mode: row.try_get(2)?,
            started_ms: row.try_get(3)?,
            frame: row.try_get(4)?,
            stop: Stop::parse(row.try_get(5)?)?,
            saved_ms: row.try_get(6)?,
            talk: row.try_get(7)?,
            reading: row.try_get(8)?,
            plan: row.try_get(9)?,
            written: row.try_get(10)?,
            resumed: row.try_get(11)?,
        }))
    }

    /// A run begins that may go on later; what another one left is forgotten.
    pub async fn begin_unfinished(
        &self,
        connector: &str,
        (run, frame): (&str, &str),
        now_ms: i64,
    ) -> Result<()> {
        let insert = sqlx::query(
            "insert into unfinished (connector, run, frame, phase, saved_ms, talk, reading, plan, \
             written) values ($1, $2, $3, 'reading', $4, null, '', '', '') \
             on conflict (connector) do update set run = excluded.run, frame = excluded.frame, \
             phase = excluded.phase, saved_ms = excluded.saved_ms, talk = null, reading = '', \
             plan = '', written = ''",
        );
        let insert = insert.bind(connector).bind(run).bind(frame).bind(now_ms);
        self.write(insert).await?;
        Ok(())
    }

    /// The run goes on: who waits for it sees it running again.
    pub async fn reopen_run(&self, run: &str) -> Result<()> {
        let update = sqlx::query(
            "update runs set state = 'running', finished_ms = null, resumed = resumed + 1 \
             where id = $1",
        );
        self.write(update.bind(run)).await?;
        Ok(())
    }

    /// No run of the connector goes on.
    pub async fn drop_unfinished(&self, connector: &str) -> Result<()> {
        let delete = sqlx::query("delete from unfinished where connector = $1").bind(connector);
        self.write(delete).await?;
        Ok(())
    }

    /// The listing begins anew: nobody was seen in it, and nothing went wrong in it.
    pub async fn forget_listing(&self, connector: &str, run: &str) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("update people set listed_in = '' where connector = $1 and listed_in = $2")
            .bind(connector)
            .bind(run)
            .execute(&mut *tx)
            .await?;
        sqlx::query("delete from problems where run = $1")
            .bind(run)
            .execute(&mut *tx)
            .await?;
        sqlx::query("update unfinished set talk = null where connector = $1 and run = $2")
            .bind(connector)
            .bind(run)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Everybody was read; what the reading came to.
    pub async fn note_read(
        &self,
        (connector, run): (&str, &str),
        reading: &str,
        now_ms: i64,
    ) -> Result<()> {
        let update = sqlx::query(
            "update unfinished set phase = 'planning', talk = null, plan = '', written = '', \
             reading = $3, saved_ms = $4 where connector = $1 and run = $2",
        );
        let update = update.bind(connector).bind(run).bind(reading).bind(now_ms);
        self.write(update).await?;
        Ok(())
    }

    /// A staged plan is about to be written. Problems from here on are those of writing: the plan
    /// has those before.
    pub async fn note_staged(
        &self,
        (connector, run): (&str, &str),
        plan: &str,
        now_ms: i64,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "update unfinished set phase = $3, plan = $4, written = '', saved_ms = $5 \
             where connector = $1 and run = $2",
        )
        .bind(connector)
        .bind(run)
        .bind(Stop::Writing.word())
        .bind(plan)
        .bind(now_ms)
        .execute(&mut *tx)
        .await?;
        sqlx::query("delete from problems where run = $1")
            .bind(run)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// A page of the plan is done: how far the plan was written, and what went wrong on the page.
    pub async fn note_written(
        &self,
        (connector, run): (&str, &str),
        written: &str,
        troubles: &[Trouble],
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("update unfinished set written = $3 where connector = $1 and run = $2")
            .bind(connector)
            .bind(run)
            .bind(written)
            .execute(&mut *tx)
            .await?;
        add_problems(&mut tx, run, troubles).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The highest number of an operation of a run below `below`; 0 where there is none.
    pub async fn last_operation(&self, run: &str, below: i64) -> Result<i64> {
        let last: Option<i64> = sqlx::query_scalar(
            "select max(operation) from journal where run = $1 and operation < $2",
        )
        .bind(run)
        .bind(below)
        .fetch_one(&self.pool)
        .await?;
        Ok(last.unwrap_or(0))
    }
}

/// The conversation after a page, and what went wrong on it, with the page's people.
pub(super) async fn note_talk(
    tx: &mut Transaction<'static, Sqlite>,
    (connector, run): (&str, &str),
    (talk, troubles): (Option<&[u8]>, &[Trouble]),
    saved_ms: i64,
) -> Result<()> {
    sqlx::query("update unfinished set talk = $3, saved_ms = $4 where connector = $1 and run = $2")
        .bind(connector)
        .bind(run)
        .bind(talk)
        .bind(saved_ms)
        .execute(&mut **tx)
        .await?;
    add_problems(tx, run, troubles).await
}
