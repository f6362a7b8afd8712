//! The one way out: every byte that leaves for a provider or a product passes here.
//!
//! A [`Slot`] is one configured address with its credential. It turns a path or a link into a
//! request on its own origin, or refuses it; waits for the origin's pace; adds the credential; sends;
//! repeats what may be repeated. [`Send`] is the seam below it, with the
//! network ([`Wire`]) and a script ([`Script`]) behind it. [`ldap`] does the same for directories,
//! [`Mailer`] for mail.
//!
//! Invariants: a request never goes to another scheme, host or port than its slot's; no redirect is
//! followed; a connection goes only where its host name may lead ([`Names`]); a credential is added here and nowhere else; what was refused has sent no packet; a
//! write whose answer was lost is [`Error::Ambiguous`] and is not sent again; no error text holds a
//! secret, a query or a body.
//!
//! Deliberately not here: what an answer means (`source`, `target`), where secrets are kept
//! (`vault`).

mod assertion;
mod credential;
mod echo;
mod error;
mod headers;
mod jws;
pub mod ldap;
mod mail;
mod names;
mod origin;
mod outside;
mod pace;
mod pinned;
mod probe;
mod proof;
mod proxy;
mod request;
mod retry;
mod script;
mod secret;
mod send;
mod service_account;
mod slot;
mod stranger;
mod tls;
mod token;
mod waiting;
mod wire;

#[cfg(test)]
pub(crate) mod tests;

pub use assertion::ClientKey;
pub use credential::{Credential, Grant, Sign};
pub use error::Error;
pub use headers::admit_guest_headers;
pub use jws::Algorithm;
pub use mail::{Mail, MailSpec, Mailer};
pub use names::Names;
pub use origin::{Base, Origin};
pub use outside::{Options, Outside, Times};
pub use pace::PaceLine;
pub use probe::{Fact, facts};
pub use request::{Locator, Method, Outgoing, Repeat, Request, Response};
pub use retry::Policy;
pub use script::Script;
pub use secret::{Secret, Used};
pub use send::{Send, Sent};
pub use slot::{Slot, SlotSpec};
pub use stranger::Strangers;
pub use wire::Wire;
