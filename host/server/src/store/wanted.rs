//! Which selectors a wanted set has, by its digest.
//!
//! Kept documents carry only the digest of the set that they were read with; here is what their
//! cells mean. Invariant: a set never changes under its digest, so that the first word stays.
//! Documents of versions that kept no sets have none here until they are read again.

use sqlx::Row as _;

use super::{Error, Result, Store};

impl Store {
    /// Remembers a set: everything that an adapter was asked for, in the order of the set.
    pub async fn note_wanted(&self, digest: &str, selectors: &[String]) -> Result<()> {
        let unreadable = |_| Error::Row {
            what: "a wanted set",
        };
        let selectors = serde_json::to_string(selectors).map_err(unreadable)?;
        self.write(
            sqlx::query(
                "insert into wanted_sets (digest, selectors) values ($1, $2) \
             on conflict (digest) do nothing",
            )
            .bind(digest)
            .bind(selectors),
        )
        .await?;
        Ok(())
    }

    /// The selectors of one set; `None` where nobody knows it.
    pub async fn wanted_set(&self, digest: &str) -> Result<Option<Vec<String>>> {
        let text: Option<String> =
            sqlx::query_scalar("select selectors from wanted_sets where digest = $1")
                .bind(digest)
                .fetch_optional(&self.pool)
                .await?;
        let unreadable = |_| Error::Row {
            what: "a wanted set",
        };
        text.map(|text| serde_json::from_str(&text).map_err(unreadable))
            .transpose()
    }

    /// Every set that is known: digest and selectors.
    pub async fn all_wanted_sets(&self) -> Result<Vec<(String, Vec<String>)>> {
        let rows = sqlx::query("select digest, selectors from wanted_sets order by digest")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(decode).collect()
    }

    /// The sets of all kept documents of a connector, as far as they are known: digest and
    /// selectors.
    pub async fn wanted_sets(&self, connector: &str) -> Result<Vec<(String, Vec<String>)>> {
        let rows = sqlx::query(
            "select digest, selectors from wanted_sets \
             where digest in (select wanted from people where connector = $1) order by digest",
        )
        .bind(connector)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(decode).collect()
    }
}

fn decode(row: &sqlx::sqlite::SqliteRow) -> Result<(String, Vec<String>)> {
    let selectors = serde_json::from_str(row.try_get(1)?);
    let selectors = selectors.map_err(|_| Error::Row {
        what: "a wanted set",
    })?;
    Ok((row.try_get(0)?, selectors))
}
