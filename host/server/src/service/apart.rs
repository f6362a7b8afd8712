//! Work of a request that computes: on a thread of its own, because guests belong to one thread.

use tokio::runtime::Handle;

use super::Service;
use crate::fault::Failure;

impl Service {
    /// Does something with this service on a thread of its own, and waits for it. The end of the
    /// service waits for it too.
    pub async fn apart<T, F>(
        &self,
        work: impl FnOnce(Self) -> F + Send + 'static,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
        T: Send + 'static,
    {
        let (service, handle) = (self.clone(), Handle::current());
        let work = move || handle.block_on(work(service));
        let done = self.inner.tasks.spawn_blocking(work).await;
        done.unwrap_or_else(|_| Err(Failure::of("internal", "it came to an unexpected end")))
    }
}
