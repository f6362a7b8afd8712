//! The pictures of a staged plan: who is to be asked about, what would be written, and the bytes.
//!
//! They stand beside the packed rows and not in them, so that writing the fields of an account has
//! nothing to do with its picture. For the digest and for people to read both are one list, in one
//! order ([`Stage::whole_rows`]). The bytes are here and nowhere else: no plan file, no log, no
//! ledger holds them, and they go when their change is written.

use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::{Packed, Stage, StagedRow};
use crate::store::{CHUNK_ROWS, Error, Result};

/// A person with an account whose picture is managed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The source key.
    pub person: String,
    /// Number of the target.
    pub target: u16,
    /// The account's stable key.
    pub account: String,
    /// The account's user name.
    pub username: String,
    /// The provider's mark of the picture that is in tune; empty: it is fetched.
    pub mark: String,
    /// The hash of that picture; empty where there was none.
    pub hash: String,
    /// When it was last asked for, in ms; 0: never.
    pub looked_ms: i64,
}

/// What follows for one picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// It is written, or reset.
    Write,
    /// It is already there: ours from now on.
    Adopt,
    /// It is no longer ours.
    Release,
    /// Nothing is to be done but to remember the mark.
    Remember,
}

/// What a run would do about one account's picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pictured {
    /// Number of the target.
    pub target: u16,
    /// The account's stable key.
    pub account: String,
    /// The account's user name.
    pub username: String,
    /// The source key.
    pub person: String,
    /// Number of the field.
    pub field: u16,
    /// What follows.
    pub what: What,
    /// What is there: a hash, or what the product calls somebody else's.
    pub before: Option<String>,
    /// The hash of what shall be there; `None`: the product's own.
    pub after: Option<String>,
    /// The provider's mark, once this is done.
    pub mark: String,
}

impl What {
    fn word(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Adopt => "adopt",
            Self::Release => "release",
            Self::Remember => "remember",
        }
    }

    fn parse(word: &str) -> Result<Self> {
        match word {
            "write" => Ok(Self::Write),
            "adopt" => Ok(Self::Adopt),
            "release" => Ok(Self::Release),
            "remember" => Ok(Self::Remember),
            _ => Err(Error::Row {
                what: "a staged picture",
            }),
        }
    }
}

impl Pictured {
    /// As a row of the plan that has this one change.
    pub fn as_row(&self) -> StagedRow {
        StagedRow {
            target: self.target,
            account: self.account.clone(),
            username: self.username.clone(),
            person: self.person.clone(),
            fingerprint: None,
            packed: Packed {
                changes: vec![(self.field, self.before.clone(), self.after.clone())],
                ..Packed::default()
            },
        }
    }
}

/// The tables of pictures; there from the first moment of a stage.
pub(super) const TABLES: [&str; 3] = [
    "create table if not exists candidates (person text not null, target integer not null, \
     account text not null, username text not null, mark text not null, hash text not null, \
     looked_ms integer not null)",
    "create table if not exists pictured (target integer not null, account text not null, \
     username text not null, person text not null, field integer not null, what text not null, \
     before text, after text, mark text not null, primary key (target, account)) without rowid",
    "create table if not exists images (hash text not null primary key, bytes blob not null)",
];

impl Stage {
    /// Notes people whose pictures are to be asked for.
    pub async fn add_candidates(&self, candidates: &[Candidate]) -> Result<()> {
        for chunk in candidates.chunks(CHUNK_ROWS) {
            let mut insert = QueryBuilder::<Sqlite>::new(
                "insert into candidates (person, target, account, username, mark, hash, looked_ms) ",
            );
            insert.push_values(chunk, |mut line, one| {
                line.push_bind(&one.person)
                    .push_bind(one.target)
                    .push_bind(&one.account)
                    .push_bind(&one.username)
                    .push_bind(&one.mark)
                    .push_bind(&one.hash)
                    .push_bind(one.looked_ms);
            });
            insert.build().execute(&self.pool).await?;
        }
        Ok(())
    }

    /// How many people wait to be asked about.
    pub async fn candidates_left(&self) -> Result<u64> {
        let count: i64 = sqlx::query_scalar("select count(distinct person) from candidates")
            .fetch_one(&self.pool)
            .await?;
        Ok(count.unsigned_abs())
    }

    /// The next people, those first who were not asked about for longest, each with all of their
    /// accounts; they wait no longer.
    pub async fn take_candidates(&self, people: u32) -> Result<Vec<Candidate>> {
        let keys: Vec<String> = sqlx::query_scalar(
            "select person from candidates group by person order by min(looked_ms), person limit $1",
        )
        .bind(people)
        .fetch_all(&self.pool)
        .await?;
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut select = QueryBuilder::<Sqlite>::new(
            "select person, target, account, username, mark, hash, looked_ms from candidates",
        );
        these(&mut select, &keys);
        select.push(" order by person, target");
        let rows = select.build().fetch_all(&self.pool).await?;
        let mut delete = QueryBuilder::<Sqlite>::new("delete from candidates");
        these(&mut delete, &keys);
        delete.build().execute(&self.pool).await?;
        let decode = |row: &sqlx::sqlite::SqliteRow| -> Result<Candidate> {
            Ok(Candidate {
                person: row.try_get(0)?,
                target: row.try_get(1)?,
                account: row.try_get(2)?,
                username: row.try_get(3)?,
                mark: row.try_get(4)?,
                hash: row.try_get(5)?,
                looked_ms: row.try_get(6)?,
            })
        };
        rows.iter().map(decode).collect()
    }

    /// Adds what follows for pictures.
    pub async fn add_pictured(&self, rows: &[Pictured]) -> Result<()> {
        for row in rows {
            sqlx::query(
                "insert into pictured (target, account, username, person, field, what, before, \
                 after, mark) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
                 on conflict (target, account) do nothing",
            )
            .bind(row.target)
            .bind(&row.account)
            .bind(&row.username)
            .bind(&row.person)
            .bind(row.field)
            .bind(row.what.word())
            .bind(&row.before)
            .bind(&row.after)
            .bind(&row.mark)
            .execute(&self.pool)
            .await?;
        }
        Ok(())
    }

    /// Keeps a picture by its hash.
    pub async fn keep_image(&self, hash: &str, bytes: &[u8]) -> Result<()> {
        sqlx::query("insert into images (hash, bytes) values ($1, $2) on conflict do nothing")
            .bind(hash)
            .bind(bytes)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// A picture by its hash.
    pub async fn image(&self, hash: &str) -> Result<Option<Vec<u8>>> {
        let found = sqlx::query_scalar("select bytes from images where hash = $1")
            .bind(hash)
            .fetch_optional(&self.pool)
            .await?;
        Ok(found)
    }

    /// The hashes of all pictures whose bytes are here.
    pub async fn image_hashes(&self) -> Result<Vec<String>> {
        let hashes = sqlx::query_scalar("select hash from images")
            .fetch_all(&self.pool)
            .await?;
        Ok(hashes)
    }

    /// Takes over the pictures that this plan needs from another stage.
    pub async fn copy_images(&self, from: &Self) -> Result<()> {
        let wanted: Vec<String> = sqlx::query_scalar(
            "select distinct after from pictured where what = 'write' and after is not null",
        )
        .fetch_all(&self.pool)
        .await?;
        for hash in wanted {
            if let Some(bytes) = from.image(&hash).await? {
                self.keep_image(&hash, &bytes).await?;
            }
        }
        Ok(())
    }

    /// Forgets all pictures: their changes are written.
    pub async fn forget_images(&self) -> Result<()> {
        sqlx::query("delete from images")
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The next pictures in `(target, account)` order after the given place.
    pub async fn pictured(&self, after: (u16, &str), limit: u32) -> Result<Vec<Pictured>> {
        self.select(after, limit, "").await
    }

    async fn select(
        &self,
        after: (u16, &str),
        limit: u32,
        only: &'static str,
    ) -> Result<Vec<Pictured>> {
        let mut select = QueryBuilder::<Sqlite>::new(
            "select target, account, username, person, field, what, before, after, mark \
             from pictured where (target, account) > (",
        );
        select.push_bind(after.0).push(", ").push_bind(after.1);
        select.push(")").push(only);
        select
            .push(" order by target, account limit ")
            .push_bind(limit);
        let rows = select.build().fetch_all(&self.pool).await?;
        let decode = |row: &sqlx::sqlite::SqliteRow| -> Result<Pictured> {
            Ok(Pictured {
                target: row.try_get(0)?,
                account: row.try_get(1)?,
                username: row.try_get(2)?,
                person: row.try_get(3)?,
                field: row.try_get(4)?,
                what: What::parse(row.try_get(5)?)?,
                before: row.try_get(6)?,
                after: row.try_get(7)?,
                mark: row.try_get(8)?,
            })
        };
        rows.iter().map(decode).collect()
    }

    /// Like [`Stage::rows`], with the changes of pictures among those of fields.
    pub async fn whole_rows(&self, after: (u16, &str), limit: u32) -> Result<Vec<StagedRow>> {
        let mut rows = self.rows(after, limit).await?;
        let pictured = self.select(after, limit, " and what = 'write'").await?;
        if pictured.is_empty() {
            return Ok(rows);
        }
        for picture in &pictured {
            let key = |row: &StagedRow| (row.target, row.account.clone());
            match rows.binary_search_by_key(&(picture.target, picture.account.clone()), key) {
                Ok(at) => {
                    if let Some(row) = rows.get_mut(at) {
                        let change = (picture.field, picture.before.clone(), picture.after.clone());
                        row.packed.changes.push(change);
                        row.packed.changes.sort_by_key(|change| change.0);
                    }
                }
                Err(at) => rows.insert(at, picture.as_row()),
            }
        }
        // Each of the two lists may go on behind its last row, where the other has more.
        rows.truncate(limit as usize);
        Ok(rows)
    }

    /// Those of these people of whom a field that was not empty would change.
    pub async fn changed_people(&self, people: &[String]) -> Result<Vec<String>> {
        let mut changed = Vec::new();
        for chunk in people.chunks(CHUNK_ROWS) {
            let mut select = QueryBuilder::<Sqlite>::new("select person, packed from staged");
            these(&mut select, chunk);
            for row in select.build().fetch_all(&self.pool).await? {
                let packed: &str = row.try_get(1)?;
                let packed: Packed = serde_json::from_str(packed).map_err(|_| Error::Row {
                    what: "a staged row",
                })?;
                let is_full =
                    |text: &Option<String>| text.as_deref().is_some_and(|t| !t.is_empty());
                if packed.changes.iter().any(|change| is_full(&change.1)) {
                    changed.push(row.try_get(0)?);
                }
            }
        }
        Ok(changed)
    }

    /// Lets people be found among the staged rows.
    pub async fn index_people(&self) -> Result<()> {
        sqlx::query("create index if not exists staged_people on staged (person)")
            .execute(&self.pool)
            .await?;
        sqlx::query("create index if not exists candidates_people on candidates (person)")
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

fn these(select: &mut QueryBuilder<Sqlite>, people: &[String]) {
    select.push(" where person in (");
    let mut list = select.separated(", ");
    for person in people {
        list.push_bind(person.clone());
    }
    select.push(")");
}
