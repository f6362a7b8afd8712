//! People of one connector by how they stand with its targets, for people who look.
//!
//! Each question is answered by an index of its own, page by page.

use std::collections::BTreeMap;

use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::search::{Called, decode};
use super::{CHUNK_ROWS, Result, Store};

/// How people stand that somebody looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Something of theirs is held.
    Held,
    /// They have no account in some target.
    Unmatched,
    /// Several accounts fit in some target.
    Ambiguous,
    /// They are out of scope.
    Outside,
}

/// Whose people are looked for.
#[derive(Debug, Clone, Copy)]
pub struct Among<'a> {
    /// The connector's id.
    pub connector: &'a str,
    /// Only after this key.
    pub after: &'a str,
}

/// How many people stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Something of theirs is held.
    pub held: u64,
    /// No account in some target.
    pub unmatched: u64,
    /// Several accounts fit in some target.
    pub ambiguous: u64,
    /// Out of scope.
    pub outside: u64,
}

impl Store {
    /// People who stand like this, by key.
    pub async fn people_standing(
        &self,
        among: Among<'_>,
        standing: Standing,
        limit: u32,
    ) -> Result<Vec<Called>> {
        let people = match standing {
            Standing::Held => {
                "select key, names, read_ms from people where connector = $1 and key in \
                 (select person from held where connector = $1 and person > $2 \
                 group by person order by person limit $3) order by key"
            }
            Standing::Unmatched => {
                "select key, names, read_ms from people where connector = $1 and key in \
                 (select person from links where connector = $1 and person > $2 \
                 and is_outside = 0 and state <> 'matched' and state = 'unmatched' \
                 group by person order by person limit $3) order by key"
            }
            Standing::Ambiguous => {
                "select key, names, read_ms from people where connector = $1 and key in \
                 (select person from links where connector = $1 and person > $2 \
                 and is_outside = 0 and state <> 'matched' and state = 'ambiguous' \
                 group by person order by person limit $3) order by key"
            }
            Standing::Outside => {
                "select key, names, read_ms from people where connector = $1 and key in \
                 (select person from links where connector = $1 and person > $2 \
                 and is_outside = 1 group by person order by person limit $3) order by key"
            }
        };
        let rows = sqlx::query(people)
            .bind(among.connector)
            .bind(among.after)
            .bind(limit)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(decode).collect()
    }

    /// How many people of a connector stand how.
    pub async fn standing_counts(&self, connector: &str) -> Result<Counts> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "select state, count(distinct person) from links where connector = $1 \
             and is_outside = 0 and state <> 'matched' group by state \
             union all select '', count(distinct person) from links where connector = $1 \
             and is_outside = 1",
        )
        .bind(connector)
        .fetch_all(&self.pool)
        .await?;
        let mut counts = Counts::default();
        for (state, people) in rows {
            match state.as_str() {
                "" => counts.outside = people.unsigned_abs(),
                "ambiguous" => counts.ambiguous = people.unsigned_abs(),
                _ => counts.unmatched = people.unsigned_abs(),
            }
        }
        let held: i64 =
            sqlx::query_scalar("select count(distinct person) from held where connector = $1")
                .bind(connector)
                .fetch_one(&self.pool)
                .await?;
        counts.held = held.unsigned_abs();
        Ok(counts)
    }

    /// How many fields of these accounts of a site a connector owns, by account.
    pub async fn owned_counts(
        &self,
        (site, owner): (&str, &str),
        accounts: &[String],
    ) -> Result<BTreeMap<String, u64>> {
        let mut found = BTreeMap::new();
        for chunk in accounts.chunks(CHUNK_ROWS) {
            let mut select =
                QueryBuilder::<Sqlite>::new("select account, count(*) from ledger where site = ");
            select.push_bind(site);
            select.push(" and owner = ").push_bind(owner);
            select.push(" and account in (");
            let mut list = select.separated(", ");
            for account in chunk {
                list.push_bind(account);
            }
            select.push(") group by account");
            for row in select.build().fetch_all(&self.pool).await? {
                let count: i64 = row.try_get(1)?;
                found.insert(row.try_get(0)?, count.unsigned_abs());
            }
        }
        Ok(found)
    }
}
