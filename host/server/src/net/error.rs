//! What can go wrong on the way out, in words that an administrator can act upon.
//!
//! Every variant says what was tried and with whom; `why` is in our own words. The causes of the
//! libraries are not kept: theirs name whole addresses, and a query may hold a name or a token.

use std::time::Duration;

use super::Origin;

/// A request that did not happen as asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// A configured address cannot be used at all.
    #[error("the address {address:?} cannot be used: {why}")]
    Address {
        /// The address without its query.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// The request breaks a rule; nothing was sent.
    #[error("the request was refused and not sent: {why}")]
    Refused {
        /// The rule.
        why: String,
    },
    /// The name of the host leads nowhere.
    #[error("the host name of {origin} cannot be resolved")]
    Dns {
        /// Whose name.
        origin: Origin,
    },
    /// The name of the host leads where no server of ours is; nothing was sent.
    #[error("the host name of {origin} leads to {place}; nothing was sent")]
    Astray {
        /// Whose name.
        origin: Origin,
        /// The address, and what is there.
        place: String,
    },
    /// The proxy does not lead to the origin; nothing was sent to that.
    #[error("cannot reach {origin} through the proxy {why}")]
    Proxy {
        /// Whom we wanted to reach.
        origin: Origin,
        /// Which proxy, and what the network or the proxy said.
        why: String,
        /// Nobody was there; a proxy that answered is not asked again.
        is_passing: bool,
    },
    /// No connection; nothing was sent.
    #[error("cannot connect to {origin}: {why}")]
    Connect {
        /// To whom.
        origin: Origin,
        /// What the network said.
        why: String,
    },
    /// No secure connection; nothing was sent.
    #[error("no secure connection to {origin}: {why}")]
    Tls {
        /// With whom.
        origin: Origin,
        /// What is wrong with the certificate or the handshake.
        why: String,
    },
    /// Connected, but no answer in time.
    #[error("{origin} did not answer in time")]
    Timeout {
        /// Who.
        origin: Origin,
    },
    /// The connection broke before the answer was complete.
    #[error("the connection to {origin} broke: {why}")]
    Interrupted {
        /// With whom.
        origin: Origin,
        /// What broke.
        why: String,
    },
    /// The answer is larger than we read.
    #[error("the answer of {origin} is larger than {limit_bytes} bytes")]
    TooLarge {
        /// Whose.
        origin: Origin,
        /// The limit, after decompression.
        limit_bytes: usize,
    },
    /// An answer with another status than the caller can use.
    #[error("{origin} answered with status {status}")]
    Status {
        /// Who.
        origin: Origin,
        /// The HTTP status.
        status: u16,
    },
    /// The origin asks us to stay away for longer than this request may wait.
    #[error("{origin} asks to wait for {} s", wait.as_secs())]
    Throttled {
        /// Who.
        origin: Origin,
        /// For how long from now.
        wait: Duration,
    },
    /// A write was sent and its answer was lost: it may have happened. Read back, do not repeat.
    #[error("{origin} may or may not have made the change: {why}")]
    Ambiguous {
        /// Who.
        origin: Origin,
        /// What was lost.
        why: String,
    },
    /// A credential was not accepted.
    #[error("signing in at {origin} failed: {why}")]
    SignIn {
        /// Where.
        origin: Origin,
        /// What the other side said, without the secret.
        why: String,
    },
    /// A credential cannot be used at all; nobody was asked.
    #[error("{why}")]
    Credential {
        /// What is wrong with it, without the secret.
        why: String,
    },
    /// Something that this version cannot do.
    #[error("{what} is not supported")]
    Unsupported {
        /// What.
        what: String,
    },
    /// A file or an option of the network settings cannot be used.
    #[error("{what} cannot be used: {why}")]
    Setup {
        /// Which setting.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// A mail server did not take a mail; it is not under way.
    #[error("{origin} did not take the mail: {why}")]
    Mail {
        /// Who.
        origin: Origin,
        /// What the server said.
        why: String,
        /// It may take it later.
        is_passing: bool,
    },
    /// The connection to a directory was lost in the middle of a paged search.
    #[error("the connection to {origin} was lost between two pages")]
    PagingLost {
        /// With whom.
        origin: Origin,
    },
}

impl Error {
    /// The kebab-case kind, as plugins and `--json` know it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Address { .. } => "address",
            Self::Refused { .. } => "request-refused",
            Self::Dns { .. } => "dns",
            Self::Astray { .. } => "name-refused",
            Self::Proxy { .. } => "proxy",
            Self::Connect { .. } => "connect",
            Self::Tls { .. } => "tls",
            Self::Timeout { .. } => "timeout",
            Self::Interrupted { .. } => "interrupted",
            Self::TooLarge { .. } => "too-large",
            Self::Status { .. } => "bad-status",
            Self::Throttled { .. } => "throttled",
            Self::Ambiguous { .. } => "ambiguous",
            Self::SignIn { .. } => "sign-in",
            Self::Credential { .. } => "credential",
            Self::Unsupported { .. } => "unsupported",
            Self::Setup { .. } => "setup",
            Self::PagingLost { .. } => "paging-lost",
            Self::Mail { .. } => "mail-refused",
        }
    }

    /// Surely nothing of the request reached the other side.
    pub fn is_unsent(&self) -> bool {
        match self {
            Self::Address { .. }
            | Self::Refused { .. }
            | Self::Dns { .. }
            | Self::Astray { .. }
            | Self::Proxy { .. }
            | Self::Connect { .. }
            | Self::Tls { .. }
            | Self::Throttled { .. }
            | Self::SignIn { .. }
            | Self::Credential { .. }
            | Self::Unsupported { .. }
            | Self::Mail { .. }
            | Self::Setup { .. } => true,
            Self::Timeout { .. }
            | Self::Interrupted { .. }
            | Self::TooLarge { .. }
            | Self::Status { .. }
            | Self::Ambiguous { .. }
            | Self::PagingLost { .. } => false,
        }
    }

    /// The other side could not be reached or signed in to (exit code 4), rather than answered.
    pub fn is_unreachable(&self) -> bool {
        matches!(
            self,
            Self::Dns { .. }
                | Self::Astray { .. }
                | Self::Proxy { .. }
                | Self::Connect { .. }
                | Self::Tls { .. }
                | Self::Timeout { .. }
                | Self::Interrupted { .. }
                | Self::PagingLost { .. }
                | Self::Throttled { .. }
                | Self::SignIn { .. }
        )
    }

    /// Something on our own side is wrong: whoever runs this machine has to correct it.
    pub fn is_ours(&self) -> bool {
        matches!(
            self,
            Self::Astray { .. } | Self::Proxy { .. } | Self::Credential { .. }
        )
    }

    /// Nobody was there, and somebody may be in a moment.
    pub(super) fn met_nobody(&self) -> bool {
        match self {
            Self::Dns { .. } | Self::Connect { .. } => true,
            Self::Proxy { is_passing, .. } => *is_passing,
            _ => false,
        }
    }

    pub(super) fn credential(why: impl Into<String>) -> Self {
        Self::Credential { why: why.into() }
    }

    pub(crate) fn refused(why: impl Into<String>) -> Self {
        Self::Refused { why: why.into() }
    }
}
