//! What changes what runs: connectors paused, files accepted, builds swapped and taken back, sites.

use std::collections::BTreeMap;

use super::Actor;
use crate::fault::Failure;
use crate::service::{Answer, Service};
use crate::view::sites;

impl Actor {
    /// Lets a connector write nothing until it is resumed; its file's name.
    pub async fn pause(&self, name: &str, reason: &str) -> Result<String, Failure> {
        let loaded = self.service.found(name)?;
        let host = self.service.pin().0;
        let (id, now_ms) = (&loaded.connector.id, host.clock.now().as_millisecond());
        let paused = host.store.pause(id, &self.who, reason, now_ms).await;
        let paused = paused.map_err(Failure::from);
        self.noted(("pause", &loaded.connector.name, reason), paused)
            .await?;
        Ok(loaded.connector.name.clone())
    }

    /// Lets a connector write again; what waited meanwhile begins.
    pub async fn resume(&self, name: &str) -> Result<String, Failure> {
        let loaded = self.service.found(name)?;
        let resumed = self.service.resume(&loaded.connector.id).await;
        self.noted(("resume", &loaded.connector.name, ""), resumed)
            .await?;
        Ok(loaded.connector.name.clone())
    }

    /// Lets nobody send requests to a site until it is resumed.
    pub async fn pause_site(&self, site: &str, reason: &str) -> Result<(), Failure> {
        let site = site.trim_end_matches('/');
        let (host, state) = self.service.pin();
        let connectors = state.connectors.values().map(AsRef::as_ref);
        let known = sites::list(connectors, &BTreeMap::new());
        if !known.iter().any(|one| one.site == site) {
            let message = format!("no connector writes to {site}");
            return Err(Failure::of("no-such-site", message));
        }
        let now_ms = host.clock.now().as_millisecond();
        let paused = host.store.pause_site(site, &self.who, reason, now_ms).await;
        let paused = paused.map_err(Failure::from);
        self.noted(("pause-site", site, reason), paused).await
    }

    /// Lets requests to a site again, and queues what has to be brought in tune there.
    pub async fn resume_site(&self, site: &str) -> Result<(), Failure> {
        let site = site.trim_end_matches('/');
        let resumed = self.service.resume_site(site).await.and_then(|was_paused| {
            let message = || format!("the site {site} is not paused");
            was_paused
                .then_some(())
                .ok_or_else(|| Failure::of("nothing-waits", message()))
        });
        self.noted(("resume-site", site, ""), resumed).await
    }

    /// Uses the build of a plugin that lies in the plugins' folder.
    pub async fn swap(&self, id: &str) -> Result<Answer, Failure> {
        let swap = async |service: Service, id: String| service.swap(&id).await;
        self.change(("swap", id), swap).await
    }

    /// Puts the build back that ran before.
    pub async fn roll_back(&self, id: &str) -> Result<Answer, Failure> {
        let back = async |service: Service, id: String| {
            service.roll_back(&id, "somebody rolled it back").await
        };
        self.change(("rollback", id), back).await
    }

    /// Brings the changed file of a connector into use, which waits for somebody.
    pub async fn accept(&self, name: &str) -> Result<Answer, Failure> {
        let accept = async |service: Service, name: String| service.accept(&name).await;
        self.change(("accept", name), accept).await
    }

    /// Brings what waits of a plugin or a connector into use, exactly as it was looked at; `what` is the
    /// word for the audit log.
    pub async fn take_up(
        &self,
        (what, name): (&'static str, &str),
        digest: &str,
    ) -> Result<Answer, Failure> {
        let meant = digest.to_owned();
        let take_up = move |service: Service, name: String| async move {
            let answer = service.approve(&meant).await?;
            answer.ok_or_else(|| not_that(&name))
        };
        self.change((what, name), take_up).await
    }

    /// Brings exactly the change of this digest into use; none where nothing of it waits.
    pub async fn approve_change(&self, digest: &str) -> Result<Option<Answer>, Failure> {
        let meant = digest.to_owned();
        let approved = self
            .service
            .apart(async move |service| service.approve(&meant).await)
            .await;
        if matches!(approved, Ok(None)) {
            return Ok(None);
        }
        finished(self.noted(("approve", digest, ""), approved).await?).await
    }

    async fn change<F>(
        &self,
        (what, object): (&'static str, &str),
        change: impl FnOnce(Service, String) -> F + Send + 'static,
    ) -> Result<Answer, Failure>
    where
        F: Future<Output = Result<Answer, Failure>>,
    {
        let about = object.to_owned();
        let changed = self
            .service
            .apart(move |service| change(service, about))
            .await;
        let changed = self.noted((what, object, ""), changed).await?;
        let finished = finished(Some(changed)).await?;
        finished.ok_or_else(|| Failure::of("nothing-waits", format!("nothing of `{object}` waits")))
    }
}

/// The same, with the staged plans that were written put away.
async fn finished(answer: Option<Answer>) -> Result<Option<Answer>, Failure> {
    let Some(mut answer) = answer else {
        return Ok(None);
    };
    if let Answer::InUse { done, .. } = &mut answer {
        for one in done {
            if let Some(stage) = one.stage.take() {
                stage.finish().await;
            }
        }
    }
    Ok(Some(answer))
}

fn not_that(name: &str) -> Failure {
    let message = format!("what was looked at of `{name}` does not wait any more");
    Failure::of("nothing-waits", message)
}
