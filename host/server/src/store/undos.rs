//! Undoing: which plan takes back which run, and what there is of a run to be taken back.
//!
//! What was written stands in the journal and nowhere else; here it is read account by account, in
//! the order of a stage. Deliberately not here: whether a field still holds it (`sync::undo`).

use sqlx::Row as _;

use super::journal::FieldChange;
use super::{Error, Result, Store};

/// A plan that takes back what a run wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undo {
    /// The plan's digest.
    pub plan: String,
    /// The run that is taken back.
    pub undone: String,
    /// The only person concerned; empty: everybody.
    pub person: String,
    /// The connector goes on as it did; otherwise it is paused before anything is written.
    pub keeps_running: bool,
}

/// Which accounts of a run: those after `(target, account)`, of one person or of all.
#[derive(Debug, Clone, Copy)]
pub struct Slice<'a> {
    /// The run.
    pub run: &'a str,
    /// The only person; `None`: everybody.
    pub person: Option<&'a str>,
    /// Target and account of the last one before.
    pub after: (&'a str, &'a str),
}

/// What a run wrote, or may have written, to one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenAccount {
    /// The target's name.
    pub target: String,
    /// The target's site at that time.
    pub site: String,
    /// The account's stable key.
    pub account: String,
    /// The source key.
    pub person: String,
    /// Field by field; true where the whole operation held.
    pub fields: Vec<(FieldChange, bool)>,
    /// Values of it were forgotten.
    pub is_forgotten: bool,
}

impl Store {
    /// Keeps which run a plan takes back.
    pub async fn save_undo(&self, undo: &Undo) -> Result<()> {
        self.write(
            sqlx::query(
                "insert into undos (plan, undone, person, keeps_running) values ($1, $2, $3, $4) \
             on conflict (plan) do update set keeps_running = excluded.keeps_running",
            )
            .bind(&undo.plan)
            .bind(&undo.undone)
            .bind(&undo.person)
            .bind(i64::from(undo.keeps_running)),
        )
        .await?;
        Ok(())
    }

    /// What a plan takes back, if it takes anything back.
    pub async fn undo_of_plan(&self, digest: &str) -> Result<Option<Undo>> {
        let row =
            sqlx::query("select plan, undone, person, keeps_running from undos where plan = $1")
                .bind(digest)
                .fetch_optional(&self.pool)
                .await?;
        row.as_ref().map(decode).transpose()
    }

    /// Notes which run writes the plan; from then on the other run counts as undone.
    pub async fn begin_undo(&self, plan: &str, run: &str) -> Result<()> {
        self.write(
            sqlx::query("insert into undo_runs (run, plan) values ($1, $2)")
                .bind(run)
                .bind(plan),
        )
        .await?;
        Ok(())
    }

    /// The runs that took something of this run back, the first one first.
    pub async fn undone_by(&self, run: &str) -> Result<Vec<String>> {
        let runs = sqlx::query_scalar(
            "select r.run from undo_runs r join undos u on u.plan = r.plan \
             where u.undone = $1 order by r.run",
        )
        .bind(run)
        .fetch_all(&self.pool)
        .await?;
        Ok(runs)
    }

    /// The run that this run took back.
    pub async fn undoes(&self, run: &str) -> Result<Option<String>> {
        let undone = sqlx::query_scalar(
            "select u.undone from undo_runs r join undos u on u.plan = r.plan where r.run = $1",
        )
        .bind(run)
        .fetch_optional(&self.pool)
        .await?;
        Ok(undone)
    }

    /// The next accounts that a run wrote to, in the order of target and account; about `limit`
    /// operations, and never half an account.
    pub async fn written_by(&self, slice: Slice<'_>, limit: u32) -> Result<Vec<WrittenAccount>> {
        let mut limit = limit.max(2);
        loop {
            let rows = self.written_operations(slice, limit).await?;
            let is_all = rows.len() < limit as usize;
            let mut found: Vec<WrittenAccount> = Vec::new();
            for row in rows {
                match found.last_mut() {
                    Some(last) if last.is_same_account(&row) => last.join(row),
                    _ => found.push(row),
                }
            }
            if is_all {
                return Ok(found);
            }
            // The last account may go on behind what was read.
            found.pop();
            if !found.is_empty() {
                return Ok(found);
            }
            limit = limit.saturating_mul(4);
        }
    }

    async fn written_operations(
        &self,
        slice: Slice<'_>,
        limit: u32,
    ) -> Result<Vec<WrittenAccount>> {
        let rows = sqlx::query(
            "select target, site, account, person, fields, state, forgotten_ms is not null \
             from journal where run = $1 and (target, account) > ($2, $3) \
             and ($4 = '' or person = $4) and state in ('written', 'conflict', 'altered') \
             order by target, account, operation limit $5",
        )
        .bind(slice.run)
        .bind(slice.after.0)
        .bind(slice.after.1)
        .bind(slice.person.unwrap_or_default())
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let read = |row: &sqlx::sqlite::SqliteRow| -> Result<WrittenAccount> {
            let fields: &str = row.try_get(4)?;
            let fields: Vec<FieldChange> =
                serde_json::from_str(fields).map_err(|_| Error::Row {
                    what: "an operation",
                })?;
            let is_written = row.try_get::<&str, _>(5)? == "written";
            Ok(WrittenAccount {
                target: row.try_get(0)?,
                site: row.try_get(1)?,
                account: row.try_get(2)?,
                person: row.try_get(3)?,
                fields: fields.into_iter().map(|one| (one, is_written)).collect(),
                is_forgotten: row.try_get::<i64, _>(6)? != 0,
            })
        };
        rows.iter().map(read).collect()
    }
}

impl WrittenAccount {
    fn is_same_account(&self, other: &Self) -> bool {
        (&self.target, &self.account) == (&other.target, &other.account)
    }

    /// Adds a later operation: of a field that was written twice the first `before` and the last
    /// `after` count.
    fn join(&mut self, later: Self) {
        self.is_forgotten |= later.is_forgotten;
        for (change, is_written) in later.fields {
            let known = self
                .fields
                .iter_mut()
                .find(|(known, _)| known.field == change.field);
            match known {
                Some((known, was_written)) => {
                    known.after = change.after;
                    known.disowned = change.disowned;
                    *was_written |= is_written;
                }
                None => self.fields.push((change, is_written)),
            }
        }
    }
}

fn decode(row: &sqlx::sqlite::SqliteRow) -> Result<Undo> {
    Ok(Undo {
        plan: row.try_get(0)?,
        undone: row.try_get(1)?,
        person: row.try_get(2)?,
        keeps_running: row.try_get::<i64, _>(3)? != 0,
    })
}
