//! People whose values stand beside the rows of a connector's previews.

use serde::Serialize;
use utoipa::ToSchema;

use super::Actor;
use crate::fault::Failure;
use crate::store::pinned::PINNED_MAX;
use crate::view;

/// Who is pinned in a connector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Pinned {
    /// The connector's id.
    pub connector: String,
    /// Source keys, the first chosen first.
    pub people: Vec<String>,
}

impl Actor {
    /// Pins somebody of a connector.
    pub async fn pin(&self, connector: &str, user: &str) -> Result<Pinned, Failure> {
        let id = self.service.found(connector)?.connector.id.clone();
        let store = self.service.pin().0.store;
        let key = view::history::person(&store, &id, user).await?;
        self.pin_key(&id, &key).await
    }

    /// The same by a source key of whom nothing was read yet: of a connector that was just made.
    pub async fn pin_key(&self, id: &str, key: &str) -> Result<Pinned, Failure> {
        let host = self.service.pin().0;
        let pinned = async {
            let now_ms = host.clock.now().as_millisecond();
            if !host.store.pin(id, key, now_ms).await? {
                return Err(no_place(id));
            }
            self.all_pinned(id).await
        };
        let pinned = pinned.await;
        self.noted(("pin", id, &format!("person {key}")), pinned)
            .await
    }

    /// Unpins somebody.
    pub async fn unpin(&self, connector: &str, user: &str) -> Result<Pinned, Failure> {
        let id = self.service.found(connector)?.connector.id.clone();
        let store = self.service.pin().0.store;
        let pinned = store.pinned(&id).await?;
        // Who is pinned may be gone from everywhere else.
        let key = if pinned.iter().any(|key| key == user) {
            user.to_owned()
        } else {
            view::history::person(&store, &id, user).await?
        };
        let unpinned = async {
            if !store.unpin(&id, &key).await? {
                let message = format!("`{key}` is not pinned in `{id}`");
                return Err(Failure::of("nothing-waits", message));
            }
            self.all_pinned(&id).await
        };
        let unpinned = unpinned.await;
        self.noted(("unpin", &id, &format!("person {key}")), unpinned)
            .await
    }

    async fn all_pinned(&self, id: &str) -> Result<Pinned, Failure> {
        Ok(Pinned {
            connector: id.to_owned(),
            people: self.service.pin().0.store.pinned(id).await?,
        })
    }
}

/// Why somebody was not pinned.
pub fn no_place(connector: &str) -> Failure {
    let message = format!("{PINNED_MAX} people are pinned in `{connector}` already");
    Failure::of("usage", message).hint("unpin one of them first")
}
