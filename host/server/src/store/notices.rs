//! Notices: what is open, and what still has to go out, kept until it did.
//!
//! Invariant: what goes out of one key and way goes in the order in which it happened, alternates
//! between raised and settled, and each of both at most once an hour: what happened and was undone
//! before it was tried is not sent at all. Deliberately not here: how it is sent (`notify`).

use sqlx::{Row as _, Sqlite, Transaction};

use super::{Result, Store};

/// The ways out. A row of each is made; one that is not set up is closed when its turn comes.
pub const WAYS: [&str; 2] = ["webhook", "mail"];
/// The same state of one key goes out once in so long.
const PAUSE_MS: i64 = 60 * 60 * 1000;
/// How long what is done stays, so that it is known what receivers believe.
const KEPT_MS: i64 = 90 * 24 * 60 * 60 * 1000;

/// Something that somebody should know.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// `held:CONNECTOR`, ...: one at a time is open.
    pub key: &'a str,
    /// `held`, ...
    pub kind: &'a str,
    /// The connector, as people call it.
    pub connector: &'a str,
    /// What happened; no values of people.
    pub message: &'a str,
    /// What to do.
    pub hint: &'a str,
}

/// A notice that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenNotice {
    /// Its key.
    pub key: String,
    /// `held`, ...
    pub kind: String,
    /// The connector, as people call it.
    pub connector: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// Since when, in ms.
    pub since_ms: i64,
}

/// One notice on one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The same on every way and in every attempt.
    pub id: String,
    /// `webhook` or `mail`.
    pub way: String,
    /// The notice's key.
    pub key: String,
    /// `raised` or `settled`.
    pub event: String,
    /// `held`, ...
    pub kind: String,
    /// The connector, as people call it.
    pub connector: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// When it happened, in ms.
    pub happened_ms: i64,
    /// From when on it may be sent, in ms.
    pub not_before_ms: i64,
    /// How often it was tried.
    pub attempts: u32,
}

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It arrived.
    Sent,
    /// Nobody wants it on this way.
    Off,
    /// It is tried again at this time, in ms.
    Again(i64),
    /// It is not tried any more.
    GivenUp,
}

impl Store {
    /// Opens a notice; true where its key was not open. What an open one says is brought up to date
    /// and goes out with the next one.
    pub async fn raise_notice(&self, entry: Entry<'_>, now_ms: i64) -> Result<bool> {
        let mut tx = self.begin().await?;
        let open: Option<i64> = sqlx::query_scalar(
            "select since_ms from notices where key = $1 and settled_ms is null",
        )
        .bind(entry.key)
        .fetch_optional(&mut *tx)
        .await?;
        sqlx::query(
            "insert into notices (key, kind, connector, message, hint, since_ms) \
             values ($1, $2, $3, $4, $5, $6) on conflict (key) do update set \
             kind = excluded.kind, connector = excluded.connector, message = excluded.message, \
             hint = excluded.hint, settled_ms = null, \
             since_ms = case when notices.settled_ms is null then notices.since_ms \
             else excluded.since_ms end",
        )
        .bind(entry.key)
        .bind(entry.kind)
        .bind(entry.connector)
        .bind(entry.message)
        .bind(entry.hint)
        .bind(now_ms)
        .execute(&mut *tx)
        .await?;
        if open.is_none() {
            queue(&mut tx, ("raised", entry), now_ms).await?;
        }
        tx.commit().await?;
        Ok(open.is_none())
    }

    /// Ends an open notice; false where the key is not open.
    pub async fn settle_notice(&self, key: &str, message: &str, now_ms: i64) -> Result<bool> {
        let mut tx = self.begin().await?;
        let open = sqlx::query(
            "select kind, connector from notices where key = $1 and settled_ms is null",
        )
        .bind(key)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(open) = open else {
            return Ok(false);
        };
        let (kind, connector): (String, String) = (open.try_get(0)?, open.try_get(1)?);
        sqlx::query("update notices set settled_ms = $2 where key = $1")
            .bind(key)
            .bind(now_ms)
            .execute(&mut *tx)
            .await?;
        let entry = Entry {
            key,
            kind: &kind,
            connector: &connector,
            message,
            hint: "",
        };
        queue(&mut tx, ("settled", entry), now_ms).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Ends an open notice in whose place there is another one; nobody is told.
    pub async fn close_notice(&self, key: &str, now_ms: i64) -> Result<()> {
        let close =
            sqlx::query("update notices set settled_ms = $2 where key = $1 and settled_ms is null");
        self.write(close.bind(key).bind(now_ms)).await.map(drop)
    }

    /// What is open, the latest first.
    pub async fn open_notices(&self) -> Result<Vec<OpenNotice>> {
        let rows = sqlx::query(
            "select key, kind, connector, message, hint, since_ms from notices \
             where settled_ms is null order by since_ms desc, key",
        )
        .fetch_all(&self.pool)
        .await?;
        let decode = |row: &sqlx::sqlite::SqliteRow| -> Result<OpenNotice> {
            Ok(OpenNotice {
                key: row.try_get(0)?,
                kind: row.try_get(1)?,
                connector: row.try_get(2)?,
                message: row.try_get(3)?,
                hint: row.try_get(4)?,
                since_ms: row.try_get(5)?,
            })
        };
        rows.iter().map(decode).collect()
    }

    /// What may be sent now: of each key and way the oldest that is not done.
    pub async fn outgoing(&self, now_ms: i64, limit: u32) -> Result<Vec<Outgoing>> {
        let rows = sqlx::query(
            "select id, way, key, event, kind, connector, message, hint, happened_ms, \
             not_before_ms, attempts from outbox o where state = 'waiting' and next_ms <= $1 \
             and not exists (select 1 from outbox e where e.key = o.key and e.way = o.way \
             and e.number < o.number and e.state = 'waiting') order by next_ms, id, way limit $2",
        )
        .bind(now_ms)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let decode = |row: &sqlx::sqlite::SqliteRow| -> Result<Outgoing> {
            let attempts: i64 = row.try_get(10)?;
            Ok(Outgoing {
                id: row.try_get(0)?,
                way: row.try_get(1)?,
                key: row.try_get(2)?,
                event: row.try_get(3)?,
                kind: row.try_get(4)?,
                connector: row.try_get(5)?,
                message: row.try_get(6)?,
                hint: row.try_get(7)?,
                happened_ms: row.try_get(8)?,
                not_before_ms: row.try_get(9)?,
                attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
            })
        };
        rows.iter().map(decode).collect()
    }

    /// Records what became of an attempt, and forgets what was done long ago.
    pub async fn note_sent(&self, one: &Outgoing, fate: Fate, now_ms: i64) -> Result<()> {
        let (state, next_ms) = match fate {
            Fate::Sent => ("sent", now_ms),
            Fate::Off => ("off", now_ms),
            Fate::GivenUp => ("given-up", now_ms),
            Fate::Again(at) => ("waiting", at),
        };
        let is_tried = i64::from(fate != Fate::Off);
        let mut tx = self.begin().await?;
        sqlx::query(
            "update outbox set state = $3, next_ms = $4, attempts = attempts + $5, \
             done_ms = case when $3 = 'waiting' then null else $6 end where id = $1 and way = $2",
        )
        .bind(&one.id)
        .bind(&one.way)
        .bind(state)
        .bind(next_ms)
        .bind(is_tried)
        .bind(now_ms)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "delete from outbox where done_ms < $1 and key not in \
             (select key from notices where settled_ms is null)",
        )
        .bind(now_ms - KEPT_MS)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Puts what happened behind what waits already, where receivers believe something else.
async fn queue(
    tx: &mut Transaction<'_, Sqlite>,
    (event, entry): (&str, Entry<'_>),
    now_ms: i64,
) -> Result<()> {
    let number: i64 = sqlx::query_scalar("select coalesce(max(number), 0) + 1 from outbox")
        .fetch_one(&mut **tx)
        .await?;
    for way in WAYS {
        sqlx::query(
            "delete from outbox where key = $1 and way = $2 and state = 'waiting' and attempts = 0",
        )
        .bind(entry.key)
        .bind(way)
        .execute(&mut **tx)
        .await?;
        let believed: Option<String> = sqlx::query_scalar(
            "select event from outbox where key = $1 and way = $2 \
             and state in ('waiting', 'sent') order by number desc limit 1",
        )
        .bind(entry.key)
        .bind(way)
        .fetch_optional(&mut **tx)
        .await?;
        if believed.as_deref().unwrap_or("settled") == event {
            continue;
        }
        let last: Option<i64> = sqlx::query_scalar(
            "select max(not_before_ms) from outbox where key = $1 and way = $2 and event = $3",
        )
        .bind(entry.key)
        .bind(way)
        .bind(event)
        .fetch_one(&mut **tx)
        .await?;
        let not_before = last.map_or(now_ms, |last| now_ms.max(last + PAUSE_MS));
        sqlx::query(
            "insert into outbox (id, way, key, number, event, kind, connector, message, hint, \
             happened_ms, not_before_ms, next_ms, attempts, state) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, 0, 'waiting')",
        )
        .bind(format!("{now_ms}-{number}"))
        .bind(way)
        .bind(entry.key)
        .bind(number)
        .bind(event)
        .bind(entry.kind)
        .bind(entry.connector)
        .bind(entry.message)
        .bind(entry.hint)
        .bind(now_ms)
        .bind(not_before)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}
