//! Leases: which run may write for a connector.
//!
//! Taking a lease raises its fence, and a store that was [`Store::fenced`] with it checks the number
//! inside every transaction that writes: a process that was frozen while another one took over
//! writes nothing any more. Transactions renew the lease when half of it has passed, so that it is
//! held by progress and by nothing that could outlive the run. Deliberately not here: waiting for
//! a lease that has not run out. On SQLite the folder's lock says who is alive, so whoever takes
//! a lease may.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteQueryResult};
use sqlx::{Sqlite, Transaction};

use super::{Error, Result, Store};
use crate::clock::Clock;

/// How long a lease lasts without progress.
const LEASE_MS: i64 = 120_000;
/// How often a connection that cannot begin anything is replaced before that is an error.
const TRIES_MAX: u32 = 3;
/// How long nobody can have taken over from whoever has just looked.
const SURE: Duration = Duration::from_mins(1);

/// The right to write for one connector, until another one takes it.
#[derive(Clone)]
pub struct Lease {
    connector: String,
    fence: i64,
    clock: Arc<dyn Clock>,
    /// Uptime of the last look, in ms.
    seen: Arc<AtomicU64>,
}

impl fmt::Debug for Lease {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Lease")
            .field("connector", &self.connector)
            .field("fence", &self.fence)
            .finish_non_exhaustive()
    }
}

/// A lease as it stands in the database.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Held {
    /// Rises with every taking.
    pub fence: i64,
    /// Whose it is.
    pub holder: String,
    /// Until when, in ms, if nothing renews it.
    pub until_ms: i64,
}

impl Lease {
    fn now_ms(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    fn note_seen(&self) {
        let uptime = u64::try_from(self.clock.uptime().as_millis()).unwrap_or(u64::MAX);
        self.seen.store(uptime, Ordering::Relaxed);
    }

    fn is_sure(&self) -> bool {
        let seen = Duration::from_millis(self.seen.load(Ordering::Relaxed));
        self.clock.uptime().saturating_sub(seen) < SURE
    }

    /// Fails where another one took the lease; renews it where half of it has passed.
    async fn check(&self, tx: &mut Transaction<'static, Sqlite>) -> Result<()> {
        let held: Option<(i64, i64)> =
            sqlx::query_as("select fence, until_ms from leases where connector = $1")
                .bind(&self.connector)
                .fetch_optional(&mut **tx)
                .await?;
        let Some((_, until_ms)) = held.filter(|(fence, _)| *fence == self.fence) else {
            return Err(Error::Fenced);
        };
        let now_ms = self.now_ms();
        if until_ms - now_ms < LEASE_MS / 2 {
            sqlx::query("update leases set until_ms = $2 where connector = $1")
                .bind(&self.connector)
                .bind(now_ms + LEASE_MS)
                .execute(&mut **tx)
                .await?;
        }
        self.note_seen();
        Ok(())
    }
}

impl Store {
    /// Takes the lease of a connector; whoever had it can write nothing any more.
    pub async fn take_lease(
        &self,
        connector: &str,
        holder: &str,
        clock: &Arc<dyn Clock>,
    ) -> Result<Lease> {
        let until_ms = clock.now().as_millisecond() + LEASE_MS;
        let mut tx = self.begin().await?;
        let fence: i64 = sqlx::query_scalar(
            "insert into leases (connector, fence, holder, until_ms) values ($1, 1, $2, $3) \
             on conflict (connector) do update set fence = leases.fence + 1, \
             holder = excluded.holder, until_ms = excluded.until_ms returning fence",
        )
        .bind(connector)
        .bind(holder)
        .bind(until_ms)
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        let lease = Lease {
            connector: connector.to_owned(),
            fence,
            clock: Arc::clone(clock),
            seen: Arc::new(AtomicU64::new(0)),
        };
        lease.note_seen();
        Ok(lease)
    }

    /// The same store for whoever holds this lease: it writes nothing once another one took it.
    #[must_use]
    pub fn fenced(&self, lease: &Lease) -> Self {
        Self {
            lease: Some(lease.clone()),
            ..self.clone()
        }
    }

    /// Whether whoever works with this store may still send something on its strength. Asked of
    /// the database only where nothing was written for long.
    pub async fn may_send(&self) -> bool {
        let Some(lease) = &self.lease else {
            return true;
        };
        if lease.is_sure() {
            return true;
        }
        self.check_lease().await.is_ok()
    }

    /// Fails where another one took the lease.
    pub async fn check_lease(&self) -> Result<()> {
        if self.lease.is_some() {
            self.begin().await?.commit().await?;
        }
        Ok(())
    }

    /// The last lease of a connector, whether or not it has run out.
    pub async fn lease(&self, connector: &str) -> Result<Option<Held>> {
        let held =
            sqlx::query_as("select fence, holder, until_ms from leases where connector = $1")
                .bind(connector)
                .fetch_optional(&self.pool)
                .await?;
        Ok(held)
    }

    /// After a run: the lease has run out, and the fence stays.
    pub async fn give_lease_back(&self) -> Result<()> {
        let Some(lease) = &self.lease else {
            return Ok(());
        };
        let update = sqlx::query("update leases set until_ms = $2 where connector = $1");
        let update = update.bind(&lease.connector).bind(lease.now_ms());
        self.write(update).await?;
        Ok(())
    }

    /// Begins a transaction that writes. It takes its place among the writers at once: one that
    /// reads first and writes then would be refused where another one wrote meanwhile.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, Sqlite>> {
        self.still_there()?;
        let mut tx = self.fresh().await?;
        if let Some(lease) = &self.lease {
            lease.check(&mut tx).await?;
        }
        Ok(tx)
    }

    /// A transaction on a connection that can begin one. A full disk ends a transaction behind the
    /// library's back, which then takes that connection to be in the middle of it for ever.
    async fn fresh(&self) -> Result<Transaction<'static, Sqlite>> {
        let mut tries = 0;
        loop {
            match self.pool.begin_with("begin immediate").await {
                Err(sqlx::Error::InvalidSavePointStatement) if tries < TRIES_MAX => {
                    tries += 1;
                    let idle = std::iter::from_fn(|| self.pool.try_acquire());
                    for connection in idle.collect::<Vec<_>>() {
                        connection.close().await?;
                    }
                }
                begun => return Ok(begun?),
            }
        }
    }

    /// Writes by one statement.
    pub(super) async fn write(
        &self,
        query: Query<'_, Sqlite, SqliteArguments>,
    ) -> Result<SqliteQueryResult> {
        let mut tx = self.begin().await?;
        let done = query.execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(done)
    }
}
