//! What people do, beside looking: each act once, for the API and the console alike, with its row in
//! the audit log.
//!
//! Invariant: an act is written down whatever came of it, after it was done; people appear as keys.
//! Deliberately not here: who may do it (`access`), commands (`cli::acts` writes those down), and what
//! the service does by itself.

mod changes;
mod files;
mod people;
mod pinned;
mod plugins;
mod runs;
mod unsaved;

use crate::access::{Kind, Principal};
use crate::fault::{Failure, chain};
use crate::service::Service;
use crate::store::audit::Act;

pub use people::{Forgotten, HeldWhich, Retried};
pub use pinned::{Pinned, no_place};
pub use plugins::Uploaded;
pub use unsaved::Whom;

/// Longest comment that is kept.
const COMMENT_CHARS_MAX: usize = 500;

/// Somebody who does something.
#[derive(Clone)]
pub struct Actor {
    service: Service,
    who: String,
    /// As lists of jobs name where it came from: `api` or `console`.
    cause: &'static str,
    /// Log-in hooks come by the thousand; their requests are jobs, and no rows of the audit log.
    is_hook: bool,
    /// What they say about it, for whoever reads the log.
    comment: String,
}

/// What is done, to what, and more about it.
type Deed<'a> = (&'static str, &'a str, &'a str);

impl Actor {
    /// Who asks the service for something, and by which way.
    pub fn new(service: &Service, principal: &Principal, cause: &'static str) -> Self {
        Self {
            service: service.clone(),
            who: principal.who(),
            cause,
            is_hook: principal.kind == Kind::TriggerToken,
            comment: String::new(),
        }
    }

    /// The same with a comment, which the audit log keeps.
    #[must_use]
    pub fn saying(self, comment: &str) -> Self {
        let comment = comment.trim().chars().take(COMMENT_CHARS_MAX).collect();
        Self { comment, ..self }
    }

    /// Writes down what came of a deed, and hands it on.
    async fn noted<T>(
        &self,
        (what, object, detail): Deed<'_>,
        result: Result<T, Failure>,
    ) -> Result<T, Failure> {
        let gap = if detail.is_empty() || self.comment.is_empty() {
            ""
        } else {
            ": "
        };
        let detail = format!("{detail}{gap}{}", self.comment);
        let act = Act {
            who: &self.who,
            what,
            object,
            result: match &result {
                Ok(_) => "done",
                Err(failure) => &failure.code,
            },
            detail: &detail,
        };
        let host = self.service.pin().0;
        let now_ms = host.clock.now().as_millisecond();
        if let Err(error) = host.store.audit(act, now_ms).await {
            tracing::error!(what, object, "not in the audit log: {}", chain(&error));
        }
        result
    }
}
