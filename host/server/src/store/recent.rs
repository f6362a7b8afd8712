//! Who was changed last, for people who look.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::journal::FieldChange;
use super::{CHUNK_ROWS, Error, Result, Store};

/// Operations that are looked at for the newest people.
const LOOKED_AT: u32 = 200;

/// The newest change of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewestChange {
    /// The connector's id.
    pub connector: String,
    /// The source key.
    pub person: String,
    /// When it was about to be sent, in ms.
    pub at_ms: i64,
    /// The fields.
    pub fields: Vec<String>,
}

impl Store {
    /// The people of the newest operations, each once, the latest first.
    pub async fn newest_changes(&self, people: usize) -> Result<Vec<NewestChange>> {
        let rows = sqlx::query(
            "select connector, person, intent_ms, fields from journal \
             order by run desc, operation desc limit $1",
        )
        .bind(LOOKED_AT)
        .fetch_all(&self.pool)
        .await?;
        let mut seen = BTreeSet::new();
        let mut newest = Vec::with_capacity(people);
        for row in rows {
            let (connector, person): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            if newest.len() == people || !seen.insert((connector.clone(), person.clone())) {
                continue;
            }
            let changes: std::result::Result<Vec<FieldChange>, _> =
                serde_json::from_str(row.try_get(3)?);
            let changes = changes.map_err(|_| Error::Row { what: "a change" })?;
            newest.push(NewestChange {
                connector,
                person,
                at_ms: row.try_get(2)?,
                fields: changes.into_iter().map(|one| one.field.name).collect(),
            });
        }
        Ok(newest)
    }

    /// When each of these people was last changed, in ms.
    pub async fn last_changes(
        &self,
        connector: &str,
        people: &[String],
    ) -> Result<BTreeMap<String, i64>> {
        let mut found = BTreeMap::new();
        for chunk in people.chunks(CHUNK_ROWS) {
            let mut select = QueryBuilder::<Sqlite>::new(
                "select person, max(intent_ms) from journal where connector = ",
            );
            select.push_bind(connector).push(" and person in (");
            let mut list = select.separated(", ");
            for person in chunk {
                list.push_bind(person);
            }
            select.push(") group by person");
            for row in select.build().fetch_all(&self.pool).await? {
                found.insert(row.try_get(0)?, row.try_get(1)?);
            }
        }
        Ok(found)
    }
}
