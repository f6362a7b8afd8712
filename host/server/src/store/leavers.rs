//! Leavers: people with values of ours whom complete listings no longer have in scope.
//!
//! A row counts complete listings running; whoever comes back loses it. Invariant: only a listing
//! that was closed counts, so that nobody is on the way out because of an error, a missing page or
//! a listing that a guard holds. People whom only another provider named are no leavers. Deliberately
//! not here: whether somebody is really gone, which only the provider can say.

use sqlx::Row as _;

use super::{Result, Store};

/// Somebody who may be cleared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaver {
    /// The source key.
    pub person: String,
    /// Still in the listing, and out of scope there; otherwise the listing does not have them.
    pub is_outside: bool,
}

/// A link whose person the listing `$2` does not have in scope, with a value of ours.
macro_rules! has_left {
    () => {
        "l.state = 'matched' and (p.listed_in <> $2 or l.is_outside = 1) \
         and exists (select 1 from ledger g where g.site = l.site and g.account = l.account \
           and g.owner = l.connector)"
    };
}

impl Store {
    /// A complete listing was closed: counts who left, and forgets whom it has again. Whose
    /// values are all cleared has no account any more.
    pub async fn count_leavers(&self, connector: &str, listing: &str, began_ms: i64) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(concat!(
            "insert into leavers (connector, person, listings, since_ms) \
             select distinct l.connector, l.person, 0, $3 from links l \
             join people p on p.connector = l.connector and p.key = l.person \
             join providers v on v.connector = l.connector \
             where l.connector = $1 and p.complete_in <> '' and p.complete_in >= v.since and ",
            has_left!(),
            " on conflict (connector, person) do nothing"
        ))
        .bind(connector)
        .bind(listing)
        .bind(began_ms)
        .execute(&mut *tx)
        .await?;
        // All of theirs is cleared: the account is free.
        sqlx::query(
            "delete from links where connector = $1 and state = 'matched' \
             and person in (select v.person from leavers v join people p \
               on p.connector = v.connector and p.key = v.person where v.connector = $1 \
               and v.listings > 0 and (p.listed_in <> $2 or links.is_outside = 1)) \
             and not exists (select 1 from ledger g where g.site = links.site \
               and g.account = links.account and g.owner = links.connector)",
        )
        .bind(connector)
        .bind(listing)
        .execute(&mut *tx)
        .await?;
        sqlx::query(concat!(
            "delete from leavers where connector = $1 and not exists (select 1 from links l \
             join people p on p.connector = l.connector and p.key = l.person \
             where l.connector = leavers.connector and l.person = leavers.person and ",
            has_left!(),
            ")"
        ))
        .bind(connector)
        .bind(listing)
        .execute(&mut *tx)
        .await?;
        sqlx::query("update leavers set listings = listings + 1 where connector = $1")
            .bind(connector)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Nobody is on the way out.
    pub async fn forget_leavers(&self, connector: &str) -> Result<()> {
        let delete = sqlx::query("delete from leavers where connector = $1").bind(connector);
        self.write(delete).await?;
        Ok(())
    }

    /// The next people, in key order after `after`, who left before `before_ms`, were missed by a
    /// complete listing before this one and are missed by this one too.
    pub async fn due_leavers(
        &self,
        (connector, listing): (&str, &str),
        before_ms: i64,
        (after, limit): (&str, u32),
    ) -> Result<Vec<Leaver>> {
        let rows = sqlx::query(concat!(
            "select v.person, min(case when p.listed_in = $2 then 1 else 0 end) from leavers v \
             join links l on l.connector = v.connector and l.person = v.person \
             join people p on p.connector = v.connector and p.key = v.person \
             where v.connector = $1 and v.listings > 0 and v.since_ms <= $3 and v.person > $4 and ",
            has_left!(),
            " group by v.person order by v.person limit $5"
        ))
        .bind(connector)
        .bind(listing)
        .bind(before_ms)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let decode = |row: &sqlx::sqlite::SqliteRow| -> Result<Leaver> {
            let is_outside: i64 = row.try_get(1)?;
            Ok(Leaver {
                person: row.try_get(0)?,
                is_outside: is_outside != 0,
            })
        };
        rows.iter().map(decode).collect()
    }

    /// How many listings running missed somebody, and since when.
    pub async fn leaver(&self, connector: &str, person: &str) -> Result<Option<(u64, i64)>> {
        let row: Option<(i64, i64)> = sqlx::query_as(
            "select listings, since_ms from leavers where connector = $1 and person = $2",
        )
        .bind(connector)
        .bind(person)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|(listings, since_ms)| (listings.unsigned_abs(), since_ms)))
    }
}
