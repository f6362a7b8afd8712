//! Why a source cannot be used, or a conversation did not complete.

use attune_core::Problem;

use super::adapter::Fault;
use crate::net;

/// A source that cannot be opened, or a conversation from which nothing may be concluded.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The adapter does not take its options.
    #[error("the adapter refuses its options: {}", .0.message)]
    Options(Problem),
    /// An address is missing.
    #[error("[source.endpoint] has no {slot:?} ({purpose})")]
    MissingEndpoint {
        /// Its name.
        slot: String,
        /// What for.
        purpose: String,
    },
    /// The adapter has no such address.
    #[error("[source.endpoint] {slot:?} is not known to the adapter: it has {known}")]
    UnknownEndpoint {
        /// As it was written.
        slot: String,
        /// Those that there are.
        known: String,
    },
    /// A credential is missing.
    #[error("[source.credential.{slot}] is missing: {purpose}; its kind may be {kinds}")]
    MissingCredential {
        /// Its name.
        slot: String,
        /// What for.
        purpose: String,
        /// Those that fit.
        kinds: String,
    },
    /// The adapter has no such credential.
    #[error("[source.credential.{slot}] is not known to the adapter: it has {known}")]
    UnknownCredential {
        /// As it was written.
        slot: String,
        /// Those that there are.
        known: String,
    },
    /// A credential of a kind that does not fit.
    #[error("[source.credential.{slot}] cannot be of the kind {kind:?}: it may be {kinds}")]
    UnfitCredential {
        /// Its name.
        slot: String,
        /// As it was written.
        kind: String,
        /// Those that fit.
        kinds: String,
    },
    /// An address, a file or a credential cannot be used.
    #[error("the endpoint {slot:?} cannot be used")]
    Endpoint {
        /// Its name.
        slot: String,
        /// Why.
        #[source]
        cause: net::Error,
    },
    /// A credential cannot be used.
    #[error("[source.credential.{slot}] cannot be used")]
    Credential {
        /// Its name.
        slot: String,
        /// Why.
        #[source]
        cause: net::Error,
    },
    /// The adapter gave up.
    #[error("{}", .problem.message)]
    Aborted {
        /// Its own words.
        problem: Problem,
        /// The last of its requests that had no answer.
        #[source]
        cause: Option<Box<net::Error>>,
    },
    /// The plugin failed.
    #[error("the adapter failed: {message}")]
    Plugin {
        /// `plugin-timeout`, `plugin-trap`, ...
        code: String,
        /// In words.
        message: String,
    },
    /// The adapter asked for a request that breaks a rule.
    #[error("the adapter asked for a request to {slot:?} that breaks a rule")]
    RequestRefused {
        /// Endpoint slot.
        slot: String,
        /// Which rule.
        #[source]
        cause: net::Error,
    },
    /// The adapter returned something that cannot be.
    #[error("the adapter's answer cannot be used: {why}")]
    BadAnswer {
        /// What.
        why: String,
    },
    /// The same page again, or pages without end.
    #[error("the pages of the listing do not end: {why}")]
    PagingLoop {
        /// Which.
        why: String,
    },
    /// The conversation ended without `complete`, or with another number of people.
    #[error("the listing is not complete: {why}")]
    Incomplete {
        /// What is missing.
        why: String,
    },
    /// Something of a later contract.
    #[error("the adapter asks for {what:?}, which this version does not know")]
    Unsupported {
        /// What.
        what: String,
    },
    /// Nobody takes the people any more.
    #[error("the reading was given up")]
    Cancelled,
}

impl Error {
    /// The kebab-case code of `--json` and `attune help`.
    pub fn code(&self) -> &str {
        match self {
            Self::Options(_) => "options",
            Self::MissingEndpoint { .. } => "missing-endpoint",
            Self::UnknownEndpoint { .. } => "unknown-endpoint",
            Self::MissingCredential { .. } => "missing-credential",
            Self::UnknownCredential { .. } => "unknown-credential",
            Self::UnfitCredential { .. } => "unfit-credential",
            Self::Endpoint { cause, .. } | Self::Credential { cause, .. } => cause.kind(),
            // An adapter without an answer cannot know that it is our own side that stands in the
            // way, and that waiting will not help.
            Self::Aborted {
                problem,
                cause: Some(cause),
            } if problem.code == "unavailable" && cause.is_ours() => cause.kind(),
            Self::Aborted { problem, .. } => &problem.code,
            Self::Plugin { code, .. } => code,
            Self::RequestRefused { .. } => "request-refused",
            Self::BadAnswer { .. } => "bad-answer",
            Self::PagingLoop { .. } => "paging-loop",
            Self::Incomplete { .. } => "incomplete",
            Self::Unsupported { .. } => "unsupported",
            Self::Cancelled => "cancelled",
        }
    }

    /// The source could not be reached or signed in to (exit code 4).
    pub fn is_unreachable(&self) -> bool {
        match self {
            Self::Aborted { problem, cause } => {
                problem.code == "sign-in"
                    || cause.as_deref().is_some_and(net::Error::is_unreachable)
            }
            _ => false,
        }
    }

    /// The connector file has to be corrected (exit code 2).
    pub fn is_configuration(&self) -> bool {
        matches!(
            self,
            Self::Options(_)
                | Self::MissingEndpoint { .. }
                | Self::UnknownEndpoint { .. }
                | Self::MissingCredential { .. }
                | Self::UnknownCredential { .. }
                | Self::UnfitCredential { .. }
                | Self::Endpoint { .. }
                | Self::Credential { .. }
        )
    }

    pub(super) fn bad(why: impl Into<String>) -> Self {
        Self::BadAnswer { why: why.into() }
    }

    pub(super) fn of_fault(fault: Fault, cause: Option<net::Error>) -> Self {
        match fault {
            Fault::Problem(problem) => Self::Aborted {
                problem,
                cause: cause.map(Box::new),
            },
            Fault::Plugin { code, message } => Self::Plugin { code, message },
        }
    }
}
