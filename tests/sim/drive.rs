//! The scheduler: carries one piece of work forward, and nothing else happens meanwhile.
//!
//! The work is looked at only when everything that it started has come to rest: tasks of the runtime,
//! and the threads of SQLite, whose answers would else come in any order. Only then does the clock
//! move. So the number of looks is the same in every run of a seed, and a crash can be put at any of
//! them: the work is dropped, as a process that is killed drops it.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use attune_server::clock::Clock as _;

use super::clock::SimClock;

/// Turns of the runtime after which all of its tasks have had theirs.
const TURNS: usize = 6;
/// No work takes longer, by the simulated clock.
const LENGTH_MAX: Duration = Duration::from_hours(30);
/// How long something of the real world is waited for, in milliseconds.
const REAL_MS_MAX: u64 = 20_000;

/// How a piece of work ended.
pub(crate) enum Ended<T> {
    Done(T),
    /// It was dropped in the middle.
    Crashed,
    /// It waits for nothing that could come.
    Stuck,
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Does the work; `looks` is told before each look at it, and answers whether it crashes there.
pub(crate) async fn drive<T>(
    clock: &SimClock,
    work: impl Future<Output = T>,
    looks: &mut dyn FnMut() -> bool,
) -> Ended<T> {
    let ended = {
        let mut work = pin!(tokio::task::unconstrained(work));
        let flag = Arc::new(Flag(AtomicBool::new(false)));
        let waker = Waker::from(Arc::clone(&flag));
        let began = clock.uptime();
        loop {
            if looks() {
                break Ended::Crashed;
            }
            flag.0.store(false, Ordering::SeqCst);
            let look = work.as_mut().poll(&mut Context::from_waker(&waker));
            if let Poll::Ready(value) = look {
                break Ended::Done(value);
            }
            let is_late = clock.uptime().saturating_sub(began) > LENGTH_MAX;
            if is_late || !come_to_rest(clock, &flag).await {
                break Ended::Stuck;
            }
        }
    };
    // What was dropped ends its transactions on threads of its own.
    settle().await;
    ended
}

/// Until the work has something new to look at; false where nothing can come.
async fn come_to_rest(clock: &SimClock, flag: &Flag) -> bool {
    let mut waited_ms = 0;
    loop {
        settle().await;
        if flag.0.load(Ordering::SeqCst) {
            return true;
        }
        if clock.fire_next() {
            continue;
        }
        // Something outside of the simulation: a plugin that is compiled, a file.
        tokio::time::sleep(Duration::from_millis(1)).await;
        waited_ms += 1;
        if waited_ms > REAL_MS_MAX {
            return false;
        }
    }
}

/// Lets tasks run and SQLite's threads finish what they were told.
pub(crate) async fn settle() {
    loop {
        for _ in 0..TURNS {
            tokio::task::yield_now().await;
        }
        if !is_database_busy() {
            return;
        }
        std::thread::yield_now();
    }
}

/// Whether a thread of SQLite does anything but wait. Who told it something has woken it before
/// the call returned, so there is no moment between telling and working.
fn is_database_busy() -> bool {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else {
        return false;
    };
    threads.flatten().any(|thread| {
        let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        let Some((name, rest)) = stat.rsplit_once(')') else {
            return false;
        };
        name.contains("(sqlx-sqlite") && !rest.starts_with(" S")
    })
}
