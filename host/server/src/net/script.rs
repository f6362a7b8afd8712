//! A [`Send`] for tests: answers from a function and remembers what it was asked.
//!
//! It is part of the library because the test crate needs it. It never opens a socket.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::send::{Send, Sent};
use super::{Error, Outgoing, Response};

type Answer = dyn Fn(&Outgoing) -> Result<Response, Error> + std::marker::Send + Sync;

/// A world of one function.
#[derive(Clone)]
pub struct Script {
    answer: Arc<Answer>,
    seen: Arc<Mutex<Vec<Outgoing>>>,
}

impl Script {
    /// Answers every request with `answer`.
    pub fn new(
        answer: impl Fn(&Outgoing) -> Result<Response, Error> + std::marker::Send + Sync + 'static,
    ) -> Self {
        Self {
            answer: Arc::new(answer),
            seen: Arc::default(),
        }
    }

    /// Every request so far, in order.
    pub fn seen(&self) -> Vec<Outgoing> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Script")
    }
}

impl Send for Script {
    fn send(&self, request: Outgoing) -> Sent<'_> {
        let answer = (self.answer)(&request);
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(request);
        Box::pin(async move {
            // A real answer is never there at once: others get their turn.
            tokio::task::yield_now().await;
            answer
        })
    }

    fn trusting(&self, _ca_file: &Path) -> Result<Arc<dyn Send>, Error> {
        Ok(Arc::new(self.clone()))
    }
}
