//! Finding people by any part of what they are called, and what is known of their accounts.
//!
//! Names are kept folded, so that case and accents of the question do not matter. Pages go by key: a
//! page ends as soon as it is full. Deliberately not here: documents (`people`), and which of two
//! people a word means (`identity`).

use std::collections::BTreeMap;

use attune_core::matching::fold;
use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::{CHUNK_ROWS, Error, Result, Store};

/// A person as lists show them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// The source key.
    pub key: String,
    /// Everything they may be called by, folded.
    pub names: Vec<String>,
    /// When they were last read, in ms.
    pub read_ms: i64,
}

/// What is known of a person's account in one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountOf {
    /// The target's name.
    pub target: String,
    /// `matched`, `unmatched` or `ambiguous`.
    pub state: String,
    /// The account's stable key.
    pub account: String,
    /// Its user name.
    pub username: String,
    /// Whether they are out of the connector's scope.
    pub is_outside: bool,
}

impl Store {
    /// People of a connector with `text` in their key or one of their names, after a key; an empty
    /// text means everybody.
    pub async fn people_called(
        &self,
        (connector, text): (&str, &str),
        after: &str,
        limit: u32,
    ) -> Result<Vec<Called>> {
        let folded = fold(text);
        if folded.is_empty() {
            let rows = sqlx::query(
                "select key, names, read_ms from people where connector = $1 and key > $2 \
                 order by key limit $3",
            )
            .bind(connector)
            .bind(after)
            .bind(limit)
            .fetch_all(&self.pool)
            .await?;
            return rows.iter().map(decode).collect();
        }
        // As it stands inside of the list of names, which is JSON.
        let quoted = serde_json::Value::from(folded.as_str()).to_string();
        // Looked for in indexes, without the documents; each walk ends when a page is full.
        let rows = sqlx::query(
            "select key, names, read_ms from people where connector = $1 and key in \
             (select key from (select key from people where connector = $1 and key > $2 \
             and (instr(lower(key), $3) > 0 or instr(names, $4) > 0) order by key limit $5) \
             union select person from (select distinct person from links where connector = $1 \
             and person > $2 and instr(lower(username), $3) > 0 order by person limit $5)) \
             order by key limit $5",
        )
        .bind(connector)
        .bind(after)
        .bind(&folded)
        .bind(quoted.trim_matches('"'))
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(decode).collect()
    }

    /// The person of this key.
    pub async fn person_called(&self, connector: &str, key: &str) -> Result<Option<Called>> {
        let row =
            sqlx::query("select key, names, read_ms from people where connector = $1 and key = $2")
                .bind(connector)
                .bind(key)
                .fetch_optional(&self.pool)
                .await?;
        row.as_ref().map(decode).transpose()
    }

    /// How many people stand how, in their worst target: link state, whether they are out of scope, count.
    pub async fn link_counts(&self, connector: &str) -> Result<Vec<(String, bool, u64)>> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "select state, is_outside, count(*) from (select person, min(case state when 'ambiguous' then \
             'ambiguous' when 'unmatched' then 'unmatched' else 'zz' end) as state, max(is_outside) as \
             is_outside from links where connector = $1 group by person) as worst \
             group by state, is_outside",
        )
        .bind(connector)
        .fetch_all(&self.pool)
        .await?;
        let counted = |(state, is_outside, count): (String, i64, i64)| {
            let state = if state == "zz" { "matched" } else { &state };
            (state.to_owned(), is_outside != 0, count.unsigned_abs())
        };
        Ok(rows.into_iter().map(counted).collect())
    }

    /// The accounts of these people, by person and then target.
    pub async fn accounts_of(
        &self,
        connector: &str,
        people: &[String],
    ) -> Result<BTreeMap<String, Vec<AccountOf>>> {
        let mut found: BTreeMap<String, Vec<AccountOf>> = BTreeMap::new();
        for chunk in people.chunks(CHUNK_ROWS) {
            let mut select = QueryBuilder::<Sqlite>::new(
                "select person, target, state, account, username, is_outside from links \
                 where connector = ",
            );
            select.push_bind(connector).push(" and person in (");
            let mut list = select.separated(", ");
            for person in chunk {
                list.push_bind(person);
            }
            // Sorted here: asked for an order, the planner may walk through everybody.
            select.push(")");
            for row in select.build().fetch_all(&self.pool).await? {
                let account = AccountOf {
                    target: row.try_get(1)?,
                    state: row.try_get(2)?,
                    account: row.try_get(3)?,
                    username: row.try_get(4)?,
                    is_outside: row.try_get::<i64, _>(5)? != 0,
                };
                found.entry(row.try_get(0)?).or_default().push(account);
            }
        }
        for accounts in found.values_mut() {
            accounts.sort_by(|one, other| one.target.cmp(&other.target));
        }
        Ok(found)
    }
}

pub(super) fn decode(row: &sqlx::sqlite::SqliteRow) -> Result<Called> {
    let names = serde_json::from_str(row.try_get(1)?);
    let names = names.map_err(|_| Error::Row { what: "names" })?;
    Ok(Called {
        key: row.try_get(0)?,
        names,
        read_ms: row.try_get(2)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::people::{Kept, Reading};

    fn person(key: &str, names: &[&str]) -> Kept {
        Kept {
            key: key.to_owned(),
            names: names.iter().map(|name| fold(name)).collect(),
            relations: Vec::new(),
            revision: String::new(),
            wanted: String::new(),
            document: Vec::new(),
        }
    }

    #[tokio::test]
    async fn people_are_found_by_any_part_of_key_or_name_page_by_page() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let people = [
            person("u-1", &["Zoë Quinn", "zoe@example.org"]),
            person("u-2", &["Bob \"the\" Builder"]),
            person("u-3", &["Zoltán"]),
        ];
        let reading = Reading {
            connector: "c",
            listing: "l",
            now_ms: 7,
        };
        store.keep_people(reading, &people).await.unwrap();
        let keys = async |text: &str, after: &str, limit: u32| -> Vec<String> {
            let found = store
                .people_called(("c", text), after, limit)
                .await
                .unwrap();
            found.into_iter().map(|one| one.key).collect()
        };
        assert_eq!(keys("ZO", "", 10).await, ["u-1", "u-3"]);
        assert_eq!(keys("zo", "", 1).await, ["u-1"]);
        assert_eq!(keys("zo", "u-1", 10).await, ["u-3"]);
        assert_eq!(keys("\"THE\"", "", 10).await, ["u-2"]);
        assert_eq!(keys("U-2", "", 10).await, ["u-2"]);
        assert_eq!(keys("", "", 10).await.len(), 3);
        assert!(keys("%", "", 10).await.is_empty(), "no pattern");
        store.close().await;
    }
}
