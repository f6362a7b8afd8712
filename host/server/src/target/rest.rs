//! A product's REST API: signed requests, and what their answers mean.
//!
//! Deliberately not here: which routes there are; retries and waits (`net`).

use super::Error;
use super::answer::{self, Said, Us};
use crate::net::{Method, Request, Slot};

/// The REST API of one site.
pub(super) struct Rest {
    /// The site, with our credential.
    pub slot: Slot,
    /// Whom messages speak of.
    pub us: Us,
}

impl Rest {
    /// Reads; the answer is one of the product's, of any status that [`Said`] knows.
    pub(super) async fn read(&self, path: &str) -> Result<Said, Error> {
        self.exchange(Request::get(path)).await
    }

    /// Writes, with the header that the products' XSRF filter asks for.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<Said, Error> {
        let mut request = Request::write(method, path).with_header("x-atlassian-token", "no-check");
        if let Some(body) = body {
            request = request.with_body("application/json", body);
        }
        self.exchange(request).await
    }

    async fn exchange(&self, request: Request) -> Result<Said, Error> {
        let is_write = request.method != Method::Get;
        let request = request.with_header("accept", "application/json");
        let answer = self.slot.exchange(request).await;
        let answer = answer.map_err(|error| answer::from_net(&error))?;
        answer::judge(&answer, is_write, &self.us)
    }
}
