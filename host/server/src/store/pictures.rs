//! Pictures: how far each person's is brought in tune, and what accounts show of those that we
//! wrote.
//!
//! The ledger says which picture a field holds, by its hash. A product draws a picture anew and
//! never gives back the bytes that it got; what it calls the picture is kept here, so that ours can
//! be told from somebody else's. Deliberately not here: the pictures themselves, which stand in
//! their staged plan and nowhere else.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use sqlx::{QueryBuilder, Row as _, Sqlite, Transaction};

use super::journal::{Ending, Operation, Page};
use super::ledger::{self, Author, Record, whose};
use super::links::Place;
use super::{CHUNK_ROWS, Error, Result, Store};

/// How far one person's picture is brought in tune with one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The source key.
    pub person: String,
    /// The account that it was true of.
    pub account: String,
    /// The provider's mark of the picture.
    pub mark: String,
    /// The hash of what was made of it; empty where there was none.
    pub hash: String,
    /// The edge that it was made with.
    pub size: u32,
    /// When it was last asked for, in ms.
    pub looked_ms: i64,
}

/// What an account shows of the pictures that we wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portrait {
    /// The hash of the last picture that we wrote; empty: none.
    pub hash: String,
    /// What the product calls it; empty: it shows none of ours.
    pub shown: String,
    /// Which of its own pictures the product showed before our first one.
    pub drawn: String,
    /// What we uploaded and have not taken away.
    pub made: Vec<String>,
    /// What was there before the upload that may be under way.
    pub before: Vec<String>,
}

/// One operation with a picture: what the journal says, and what the account shows around it.
#[derive(Debug, Clone)]
pub struct Intent {
    /// The journal's row.
    pub operation: Operation,
    /// What is known of the account, with what is there before the upload.
    pub portrait: Portrait,
}

impl Store {
    /// What is known of these people's pictures, by source key.
    pub async fn pictures(
        &self,
        place: Place<'_>,
        people: &[String],
    ) -> Result<HashMap<String, Known>> {
        let mut found = HashMap::with_capacity(people.len());
        for chunk in people.chunks(CHUNK_ROWS) {
            let mut select = QueryBuilder::<Sqlite>::new(
                "select person, account, mark, hash, size, looked_ms from pictures",
            );
            select
                .push(" where connector = ")
                .push_bind(place.connector);
            select.push(" and target = ").push_bind(place.target);
            select.push(" and site = ").push_bind(place.site);
            select.push(" and person in (");
            let mut list = select.separated(", ");
            for person in chunk {
                list.push_bind(person);
            }
            select.push(")");
            for row in select.build().fetch_all(&self.pool).await? {
                let size: i64 = row.try_get(4)?;
                let known = Known {
                    person: row.try_get(0)?,
                    account: row.try_get(1)?,
                    mark: row.try_get(2)?,
                    hash: row.try_get(3)?,
                    size: u32::try_from(size).unwrap_or_default(),
                    looked_ms: row.try_get(5)?,
                };
                found.insert(known.person.clone(), known);
            }
        }
        Ok(found)
    }

    /// How many people of a connector have a picture, by target.
    pub async fn picture_counts(&self, connector: &str) -> Result<BTreeMap<String, u64>> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "select target, count(*) from pictures where connector = $1 and hash <> '' group by target",
        )
        .bind(connector)
        .fetch_all(&self.pool)
        .await?;
        let counted = |(target, count): (String, i64)| (target, count.unsigned_abs());
        Ok(rows.into_iter().map(counted).collect())
    }

    /// Notes how far people's pictures are brought in tune.
    pub async fn save_pictures(&self, place: Place<'_>, known: &[Known]) -> Result<()> {
        let mut tx = self.begin().await?;
        save(&mut tx, place, known).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What these accounts show of the pictures that we wrote.
    pub async fn portraits(
        &self,
        site: &str,
        accounts: &[String],
    ) -> Result<HashMap<String, Portrait>> {
        let mut found = HashMap::with_capacity(accounts.len());
        for chunk in accounts.chunks(CHUNK_ROWS) {
            let mut select = QueryBuilder::<Sqlite>::new(
                "select account, hash, shown, drawn, made, before from portraits",
            );
            whose(&mut select, site, chunk);
            for row in select.build().fetch_all(&self.pool).await? {
                let portrait = Portrait {
                    hash: row.try_get(1)?,
                    shown: row.try_get(2)?,
                    drawn: row.try_get(3)?,
                    made: names(row.try_get(4)?)?,
                    before: names(row.try_get(5)?)?,
                };
                found.insert(row.try_get(0)?, portrait);
            }
        }
        Ok(found)
    }

    /// Makes intents durable; when this returns, their requests may leave.
    ///
    /// Unlike [`Store::intend`] it casts no doubt on what else the accounts hold: a picture has
    /// nothing to do with their fields.
    pub async fn intend_pictures(&self, page: Page<'_>, intents: &[Intent]) -> Result<()> {
        let mut tx = self.begin().await?;
        for intent in intents {
            let operation = &intent.operation;
            let fields = serde_json::to_string(&operation.fields).map_err(|_| Error::Row {
                what: "an operation",
            })?;
            sqlx::query(
                "insert into journal (run, operation, connector, target, site, account, person, \
                 fields, state, intent_ms) values ($1, $2, $3, $4, $5, $6, $7, $8, 'intent', $9)",
            )
            .bind(page.run)
            .bind(operation.number)
            .bind(page.place.connector)
            .bind(page.place.target)
            .bind(page.site)
            .bind(&operation.account)
            .bind(&operation.person)
            .bind(fields)
            .bind(page.now_ms)
            .execute(&mut *tx)
            .await?;
            show(&mut tx, page.site, (&operation.account, &intent.portrait)).await?;
            forget(&mut tx, page.place, &operation.person).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Records endings, the ledger, what accounts show and how far people are, in one transaction.
    pub async fn settle_pictures(
        &self,
        page: Page<'_>,
        endings: &[(i64, Ending)],
        ledger: (Author<'_>, &[Record]),
        (shown, known): (&[(String, Portrait)], &[Known]),
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        for (operation, ending) in endings {
            sqlx::query(
                "update journal set state = $3, done_ms = $4 where run = $1 and operation = $2",
            )
            .bind(page.run)
            .bind(operation)
            .bind(ending.word())
            .bind(page.now_ms)
            .execute(&mut *tx)
            .await?;
        }
        ledger::write(&mut tx, ledger.0, ledger.1).await?;
        for (account, portrait) in shown {
            show(&mut tx, page.site, (account, portrait)).await?;
        }
        save(&mut tx, page.place, known).await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn save(tx: &mut Transaction<'_, Sqlite>, place: Place<'_>, known: &[Known]) -> Result<()> {
    for one in known {
        sqlx::query(
            "insert into pictures (connector, target, person, site, account, mark, hash, size, \
             looked_ms) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             on conflict (connector, target, person) do update set site = excluded.site, \
             account = excluded.account, mark = excluded.mark, hash = excluded.hash, \
             size = excluded.size, looked_ms = excluded.looked_ms",
        )
        .bind(place.connector)
        .bind(place.target)
        .bind(&one.person)
        .bind(place.site)
        .bind(&one.account)
        .bind(&one.mark)
        .bind(&one.hash)
        .bind(i64::from(one.size))
        .bind(one.looked_ms)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// The person's picture is fetched again, whatever the provider's mark.
async fn forget(tx: &mut Transaction<'_, Sqlite>, place: Place<'_>, person: &str) -> Result<()> {
    sqlx::query(
        "update pictures set mark = '' where connector = $1 and target = $2 and person = $3",
    )
    .bind(place.connector)
    .bind(place.target)
    .bind(person)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn show(
    tx: &mut Transaction<'_, Sqlite>,
    site: &str,
    (account, portrait): (&str, &Portrait),
) -> Result<()> {
    sqlx::query(
        "insert into portraits (site, account, hash, shown, drawn, made, before) \
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (site, account) do update set \
         hash = excluded.hash, shown = excluded.shown, drawn = excluded.drawn, \
         made = excluded.made, before = excluded.before",
    )
    .bind(site)
    .bind(account)
    .bind(&portrait.hash)
    .bind(&portrait.shown)
    .bind(&portrait.drawn)
    .bind(list(&portrait.made))
    .bind(list(&portrait.before))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn list(names: &[String]) -> String {
    serde_json::Value::from(names).to_string()
}

fn names(text: &str) -> Result<Vec<String>> {
    serde_json::from_str(text).map_err(|_| Error::Row { what: "a portrait" })
}
