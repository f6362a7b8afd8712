//! Everybody who is known without asking the source: the people of the last complete listing, and
//! those whom changes brought since; who is said to be gone or outside is not among them.
//!
//! Nothing is written here.

use super::changed::Since;
use super::people::{KeptDocument, decode};
use super::{Result, Store};

/// People `p` of the listing `$2` as changes left it.
macro_rules! known {
    ($columns:literal, $rest:literal) => {
        concat!(
            "select ",
            $columns,
            " from people p left join changed c \
             on c.connector = p.connector and c.key = p.key and c.listing = $2 \
             where p.connector = $1 \
             and coalesce(c.takes_part, case when p.complete_in = $2 then 1 else 0 end) = 1",
            $rest
        )
    };
}

impl Store {
    /// The next people who are known, in key order after `after`.
    pub async fn known_people(
        &self,
        since: Since<'_>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<KeptDocument>> {
        let rows = sqlx::query(known!(
            "p.key, p.relations, p.wanted, p.document, p.read_ms, p.complete_in",
            " and p.key > $3 order by p.key limit $4"
        ))
        .bind(since.connector)
        .bind(since.listing)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(decode).collect()
    }

    /// How many people are known, by the wanted set that their documents were read with.
    pub async fn known_by_set(&self, since: Since<'_>) -> Result<Vec<(String, u64)>> {
        let rows: Vec<(String, i64)> = sqlx::query_as(known!(
            "p.wanted, count(*)",
            " group by p.wanted order by p.wanted"
        ))
        .bind(since.connector)
        .bind(since.listing)
        .fetch_all(&self.pool)
        .await?;
        let count = |(set, people): (String, i64)| (set, people.unsigned_abs());
        Ok(rows.into_iter().map(count).collect())
    }

    /// When the run of a listing began, in ms: whom it asked for besides was read then or later.
    pub async fn listing_began_ms(&self, listing: &str) -> Result<Option<i64>> {
        let began = sqlx::query_scalar("select started_ms from runs where id = $1")
            .bind(listing)
            .fetch_optional(&self.pool)
            .await?;
        Ok(began)
    }
}
