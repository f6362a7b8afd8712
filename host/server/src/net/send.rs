//! The seam to the network: one checked request out, one whole answer back.

use std::fmt::Debug;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use super::{Error, Outgoing, Response};

/// An answer under way.
pub type Sent<'a> = Pin<Box<dyn Future<Output = Result<Response, Error>> + std::marker::Send + 'a>>;

/// Sends requests that were checked before: the network ([`Wire`](super::Wire)) or a script for
/// tests ([`Script`](super::Script)).
///
/// One call is at most one request on the wire (the transport may repeat what it knows was never
/// read by the other side). No redirect is followed and no cookie is kept. Dropping the future
/// gives the request up.
pub trait Send: Debug + std::marker::Send + Sync {
    /// Sends and reads the whole answer, whatever its status.
    fn send(&self, request: Outgoing) -> Sent<'_>;

    /// The same, but also trusting the certificates of a PEM file.
    fn trusting(&self, ca_file: &Path) -> Result<Arc<dyn Send>, Error>;
}
