//! Which provider a connector's last complete listing came from.
//!
//! Another provider gives the same people other keys: nobody of the last listing is met again, though
//! nobody has left. Accounts, ledger and journal know nothing of providers and stay as they are, so a
//! connector file whose provider is switched goes on with what it wrote before.

use super::links::Link;
use super::{Result, Store};

impl Store {
    /// The provider of the last complete listing; nothing where there was none.
    pub async fn listed_by(&self, connector: &str) -> Result<Option<String>> {
        let found = sqlx::query_scalar("select provider from providers where connector = $1")
            .bind(connector)
            .fetch_optional(&self.pool)
            .await?;
        Ok(found)
    }

    /// Remembers which provider a complete listing came from, and the first one that did.
    pub async fn note_provider(
        &self,
        connector: &str,
        provider: &str,
        listing: &str,
    ) -> Result<()> {
        let insert = sqlx::query(
            "insert into providers (connector, provider, since) values ($1, $2, $3) \
             on conflict (connector) do update set provider = excluded.provider, \
             since = case when providers.provider = excluded.provider then providers.since \
               else excluded.since end",
        );
        let insert = insert.bind(connector).bind(provider).bind(listing);
        self.write(insert).await?;
        Ok(())
    }

    /// Makes everybody due whom another provider named, and forgets the names that they had there.
    ///
    /// A fingerprint says that an account holds what one provider says; since then another one may
    /// have said something else of the same account. Doubt stays. Names lead from relations to keys,
    /// and the same name now means another key; without them changes do not tell whom they concern.
    pub async fn take_over(&self, connector: &str) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "update links set fingerprint = null \
             where connector = $1 and fingerprint is not null and fingerprint <> $2",
        )
        .bind(connector)
        .bind(Link::DOUBTFUL)
        .execute(&mut *tx)
        .await?;
        sqlx::query("delete from checkpoints where connector = $1")
            .bind(connector)
            .execute(&mut *tx)
            .await?;
        sqlx::query("delete from names where connector = $1")
            .bind(connector)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}
