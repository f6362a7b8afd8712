//! People whom somebody chose for the previews of a connector, by their source keys.
//!
//! Whoever is chosen need not have been read yet. Invariant: never more than [`PINNED_MAX`] of a connector.

use sqlx::Row as _;

use super::{Result, Store};

/// How many may be pinned in a connector.
pub const PINNED_MAX: u32 = 3;

impl Store {
    /// Pins somebody; who is pinned already keeps their place. False where there is no place left.
    pub async fn pin(&self, connector: &str, person: &str, now_ms: i64) -> Result<bool> {
        let put = sqlx::query(
            "insert into pinned (connector, person, since_ms) select $1, $2, $3 \
             where (select count(*) from pinned where connector = $1) < $4 \
             on conflict (connector, person) do nothing",
        )
        .bind(connector)
        .bind(person)
        .bind(now_ms)
        .bind(PINNED_MAX);
        self.write(put).await?;
        let pinned = self.pinned(connector).await?;
        Ok(pinned.iter().any(|key| key == person))
    }

    /// Unpins somebody; false where they were not pinned.
    pub async fn unpin(&self, connector: &str, person: &str) -> Result<bool> {
        let drop = sqlx::query("delete from pinned where connector = $1 and person = $2")
            .bind(connector)
            .bind(person);
        let done = self.write(drop).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Who is pinned in a connector, the first chosen first.
    pub async fn pinned(&self, connector: &str) -> Result<Vec<String>> {
        let rows =
            sqlx::query("select person from pinned where connector = $1 order by since_ms, person")
                .bind(connector)
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn three_are_pinned_in_the_order_in_which_they_were_chosen() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        for (key, now_ms) in [("c", 1), ("a", 2), ("b", 3), ("c", 4)] {
            assert!(store.pin("demo", key, now_ms).await.unwrap(), "{key}");
        }
        assert!(!store.pin("demo", "d", 5).await.unwrap());
        assert!(store.pin("other", "d", 5).await.unwrap());
        assert_eq!(store.pinned("demo").await.unwrap(), ["c", "a", "b"]);
        assert!(store.unpin("demo", "a").await.unwrap());
        assert!(!store.unpin("demo", "a").await.unwrap());
        store.forget_person("demo", "c", 6).await.unwrap();
        assert_eq!(store.pinned("demo").await.unwrap(), ["b"]);
    }
}
