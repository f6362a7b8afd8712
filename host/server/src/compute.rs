//! Computing in the middle of waiting: guests and parsers hold their thread for a while.
//!
//! On the runtime of the product somebody else takes over what the thread was to do meanwhile. A
//! runtime of one thread has nobody else, and runs that are simulated (`tests/sim`) have one so that
//! everything comes in one order: there it is computed in place.
//!
//! Deliberately not here: threads that wait (`tokio::task::spawn_blocking` for files and sockets).

use tokio::runtime::{Handle, RuntimeFlavor};

/// Computes here and now, while the other tasks of this thread go on elsewhere.
pub(crate) fn here<T>(work: impl FnOnce() -> T) -> T {
    if has_one_thread() {
        work()
    } else {
        tokio::task::block_in_place(work)
    }
}

/// Computes on a thread of its own; `None` where it came to an unexpected end.
pub(crate) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    if has_one_thread() {
        return Some(work());
    }
    tokio::task::spawn_blocking(work).await.ok()
}

fn has_one_thread() -> bool {
    let flavor = Handle::try_current().map(|handle| handle.runtime_flavor());
    flavor.is_ok_and(|flavor| flavor == RuntimeFlavor::CurrentThread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_thread_computes_in_place() {
        let own = std::thread::current().id();
        let there = apart(move || std::thread::current().id()).await;
        assert_eq!(there, Some(own));
        assert_eq!(here(|| 2 + 2), 4);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn several_threads_share_the_work_and_survive_its_end() {
        let own = std::thread::current().id();
        let there = apart(move || std::thread::current().id()).await;
        assert!(there.is_some_and(|there| there != own));
        assert_eq!(apart(|| panic!("ends unexpectedly")).await, None::<()>);
    }
}
