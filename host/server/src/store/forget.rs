//! Forgetting a person: nothing that they said or were stays in the database or in a staged plan.
//!
//! What happened stays, without its values: who was written when, in which field, by which run. A
//! test holds the two lists below against the database, so that a new table cannot be forgotten here.
//! Invariant: forgetting twice is forgetting once. Deliberately not here: what accounts at the targets
//! hold, other people's values that name somebody, and copies that somebody made.

use sqlx::{Row as _, Sqlite, SqliteConnection};

use super::journal::FieldChange;
use super::stage::Stage;
use super::{Error, Result, Store, files_in};

/// Tables that hold something of a person, and are cleaned here.
#[cfg(test)]
const CLEANED: [&str; 19] = [
    "people",
    "versions",
    "names",
    "version_names",
    "changed",
    "links",
    "accounts",
    "ledger",
    "altered",
    "journal",
    "problems",
    "pictures",
    "portraits",
    "held",
    "leavers",
    "pinned",
    // A conversation that goes on may hold what its last answer said.
    "unfinished",
    // A person of whom a run is asked.
    "jobs",
    // Files of staged plans stand there by name.
    "plans",
];

/// Tables that hold nothing of anybody but keys.
#[cfg(test)]
const WITHOUT_PEOPLE: [&str; 28] = [
    "revisions",
    "revision_files",
    "runs",
    "listings",
    "checkpoints",
    "providers",
    "wanted_sets",
    "generations",
    "running",
    "audit",
    "undos",
    "undo_runs",
    "leases",
    "schedules",
    "pauses",
    "sites",
    "quarantines",
    "pulse",
    "fills",
    "notices",
    "outbox",
    "identity",
    // Those who look after the service; nobody whom a connector reads.
    "admins",
    "api_tokens",
    "sessions",
    "one_time_codes",
    "_sqlx_migrations",
    "sqlite_sequence",
];

/// How much of a person was forgotten, noun by noun.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Documents as last read.
    pub documents: u64,
    /// Earlier versions.
    pub versions: u64,
    /// Names that they were found by.
    pub names: u64,
    /// Links to accounts, and what scans saw of those accounts.
    pub links: u64,
    /// Values that we wrote and owned.
    pub values: u64,
    /// Operations whose values are no longer known.
    pub operations: u64,
    /// Messages about them.
    pub messages: u64,
    /// What was known of their pictures.
    pub pictures: u64,
    /// Rows of staged plans.
    pub planned: u64,
}

impl Forgotten {
    /// Nouns and counts, in the order in which they are told.
    pub fn lines(&self) -> [(&'static str, u64); 9] {
        [
            ("documents", self.documents),
            ("versions", self.versions),
            ("names", self.names),
            ("links", self.links),
            ("values", self.values),
            ("operations", self.operations),
            ("messages", self.messages),
            ("pictures", self.pictures),
            ("planned", self.planned),
        ]
    }
}

impl std::ops::AddAssign for Forgotten {
    fn add_assign(&mut self, other: Self) {
        self.documents += other.documents;
        self.versions += other.versions;
        self.names += other.names;
        self.links += other.links;
        self.values += other.values;
        self.operations += other.operations;
        self.messages += other.messages;
        self.pictures += other.pictures;
        self.planned += other.planned;
    }
}

/// Statements about `connector = $1` and the person `$2`, and what each of them forgets.
type Statement = (&'static str, fn(&mut Forgotten) -> &mut u64);

/// In this order: what belongs to their accounts goes while links and journal still name those.
const STATEMENTS: [Statement; 17] = [
    (
        "delete from ledger where owner = $1 and exists (select 1 from journal j where \
         j.connector = $1 and j.person = $2 and j.site = ledger.site and j.account = ledger.account \
         union select 1 from links l where l.connector = $1 and l.person = $2 \
         and l.site = ledger.site and l.account = ledger.account)",
        |told| &mut told.values,
    ),
    (
        "delete from altered where exists (select 1 from journal j where j.connector = $1 \
         and j.person = $2 and j.site = altered.site and j.account = altered.account \
         union select 1 from links l where l.connector = $1 and l.person = $2 \
         and l.site = altered.site and l.account = altered.account)",
        |told| &mut told.values,
    ),
    (
        "delete from portraits where exists (select 1 from journal j where j.connector = $1 \
         and j.person = $2 and j.site = portraits.site and j.account = portraits.account \
         union select 1 from links l where l.connector = $1 and l.person = $2 \
         and l.site = portraits.site and l.account = portraits.account)",
        |told| &mut told.pictures,
    ),
    (
        "delete from accounts where exists (select 1 from journal j where j.connector = $1 \
         and j.person = $2 and j.site = accounts.site and j.account = accounts.key \
         union select 1 from links l where l.connector = $1 and l.person = $2 \
         and l.site = accounts.site and l.account = accounts.key)",
        |told| &mut told.links,
    ),
    (
        "update problems set message = '' where person = $2 and message <> '' \
         and run in (select id from runs where connector = $1)",
        |told| &mut told.messages,
    ),
    (
        "delete from people where connector = $1 and key = $2",
        |told| &mut told.documents,
    ),
    (
        "delete from versions where connector = $1 and key = $2",
        |told| &mut told.versions,
    ),
    (
        "delete from names where connector = $1 and key = $2",
        |told| &mut told.names,
    ),
    (
        "delete from version_names where connector = $1 and key = $2",
        |told| &mut told.names,
    ),
    (
        "delete from changed where connector = $1 and key = $2",
        |told| &mut told.documents,
    ),
    (
        "delete from links where connector = $1 and person = $2",
        |told| &mut told.links,
    ),
    (
        "delete from pinned where connector = $1 and person = $2",
        |told| &mut told.names,
    ),
    (
        "delete from pictures where connector = $1 and person = $2",
        |told| &mut told.pictures,
    ),
    (
        "delete from held where connector = $1 and person = $2",
        |told| &mut told.messages,
    ),
    (
        "delete from leavers where connector = $1 and person = $2",
        |told| &mut told.links,
    ),
    (
        "delete from unfinished where connector = $1 and $2 <> ''",
        |told| &mut told.planned,
    ),
    (
        "delete from jobs where connector = $1 and person = $2 and state <> 'running'",
        |told| &mut told.operations,
    ),
];

impl Store {
    /// Forgets a person in one connector. What was there may still stand in pages of the file that
    /// nothing uses: [`Store::scrub`] takes it from there.
    pub async fn forget_person(
        &self,
        connector: &str,
        person: &str,
        now_ms: i64,
    ) -> Result<Forgotten> {
        let mut told = Forgotten::default();
        let mut connection = self.pool.acquire().await?;
        sqlx::query("pragma secure_delete = on")
            .execute(&mut *connection)
            .await?;
        sqlx::query("begin immediate")
            .execute(&mut *connection)
            .await?;
        let done = erase(&mut connection, (connector, person, now_ms), &mut told).await;
        let end = if done.is_ok() { "commit" } else { "rollback" };
        sqlx::query(end).execute(&mut *connection).await?;
        sqlx::query("pragma secure_delete = off")
            .execute(&mut *connection)
            .await?;
        drop(connection);
        done?;
        // Every staged plan, whatever became of it.
        for (file, path) in files_in(&self.data_dir.join("plans"))? {
            if path.extension().is_some_and(|end| end == "db") {
                told.planned += self.forget_planned(&file, person).await?;
            }
        }
        Ok(told)
    }

    /// A plan that lacks a row is not the one that its digest names: nobody can approve it any more.
    async fn forget_planned(&self, file: &str, person: &str) -> Result<u64> {
        let stage = Stage::open(&self.data_dir.join("plans").join(file)).await?;
        let dropped = stage.forget_person(person).await;
        stage.finish().await;
        let dropped = dropped?;
        if dropped > 0 {
            self.write(
                sqlx::query(
                    "update plans set state = 'rejected' \
                 where file = $1 and state in ('planned', 'held')",
                )
                .bind(file),
            )
            .await?;
        }
        Ok(dropped)
    }

    /// Writes the database file anew and empties its log, so that nothing deleted is left in either.
    /// False where readers of another process kept the log from being emptied.
    pub async fn scrub(&self) -> Result<bool> {
        sqlx::query("vacuum").execute(&self.pool).await?;
        for _ in 0..20 {
            let row = sqlx::query("pragma wal_checkpoint(truncate)")
                .fetch_one(&self.pool)
                .await?;
            if row.try_get::<i64, _>(0)? == 0 {
                return Ok(true);
            }
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        }
        Ok(false)
    }
}

async fn erase(
    connection: &mut SqliteConnection,
    (connector, person, now_ms): (&str, &str, i64),
    told: &mut Forgotten,
) -> Result<()> {
    for (statement, noun) in STATEMENTS {
        let done = sqlx::query::<Sqlite>(statement)
            .bind(connector)
            .bind(person)
            .execute(&mut *connection)
            .await?;
        *noun(told) += done.rows_affected();
    }
    let rows = sqlx::query(
        "select run, operation, fields from journal \
         where connector = $1 and person = $2 and forgotten_ms is null",
    )
    .bind(connector)
    .bind(person)
    .fetch_all(&mut *connection)
    .await?;
    for row in rows {
        let fields: &str = row.try_get(2)?;
        let mut fields: Vec<FieldChange> =
            serde_json::from_str(fields).map_err(|_| Error::Row {
                what: "an operation",
            })?;
        for change in &mut fields {
            change.before = None;
            change.after = None;
        }
        let fields = serde_json::to_string(&fields).map_err(|_| Error::Row {
            what: "an operation",
        })?;
        // What nobody knows the outcome of can be compared with nothing any more.
        sqlx::query(
            "update journal set fields = $3, forgotten_ms = $4, \
             state = case state when 'intent' then 'forgotten' else state end \
             where run = $1 and operation = $2",
        )
        .bind(row.try_get::<String, _>(0)?)
        .bind(row.try_get::<i64, _>(1)?)
        .bind(fields)
        .bind(now_ms)
        .execute(&mut *connection)
        .await?;
        told.operations += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_table_is_cleaned_or_holds_nothing_of_people() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let tables: Vec<String> =
            sqlx::query_scalar("select name from sqlite_master where type = 'table'")
                .fetch_all(&store.pool)
                .await
                .unwrap();
        for table in tables {
            let lists = [CLEANED.as_slice(), WITHOUT_PEOPLE.as_slice()];
            let times = lists.iter().filter(|list| list.contains(&&*table)).count();
            assert_eq!(
                times, 1,
                "`{table}`: say in store/forget.rs what forgetting means for it"
            );
        }
    }
}
