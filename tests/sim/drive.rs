//! The scheduler: carries one piece of work forward, and nothing else happens meanwhile.
//!
//! The clock moves only when everything that was started has come to rest: the work, tasks of the
//! runtime, and the threads of SQLite, whose answers would else come in any order. Each use of the
//! database waits for the clock, too. So the steps of the clock are the same in every run of a seed,
//! and a crash can be put at any of them: the work is dropped, as a process that is killed drops it.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs::File;
use std::future::Future;
use std::io::{Read as _, Seek as _};
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

/// Does the work; `step` is told before each step of the clock, and answers whether it crashes there.
pub(crate) async fn drive<T>(
    clock: &SimClock,
    work: impl Future<Output = T>,
    step: &mut dyn FnMut() -> bool,
) -> Ended<T> {
    let ended = {
        let mut work = pin!(tokio::task::unconstrained(work));
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&flag));
        let began = clock.uptime();
        let mut waited_ms = 0;
        loop {
            if flag.0.swap(false, Ordering::SeqCst) {
                let look = work.as_mut().poll(&mut Context::from_waker(&waker));
                if let Poll::Ready(value) = look {
                    break Ended::Done(value);
                }
            }
            settle().await;
            if flag.0.load(Ordering::SeqCst) {
                continue;
            }
            if clock.is_awaited() {
                if step() {
                    break Ended::Crashed;
                }
                clock.fire_next();
            } else {
                // Something outside of the simulation: a plugin that is compiled, a file.
                tokio::time::sleep(Duration::from_millis(1)).await;
                waited_ms += 1;
            }
            let length = clock.uptime().saturating_sub(began);
            if length > LENGTH_MAX || waited_ms > REAL_MS_MAX {
                break Ended::Stuck;
            }
        }
    };
    // What was dropped ends its transactions on threads of its own.
    settle().await;
    ended
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
    THREADS.with_borrow_mut(Threads::are_busy)
}

thread_local! {
    static THREADS: RefCell<Threads> = RefCell::default();
}

/// The threads of this process; the states of those of SQLite stay open.
#[derive(Default)]
struct Threads {
    of_sqlite: HashMap<OsString, File>,
    others: HashSet<OsString>,
}

impl Threads {
    fn are_busy(&mut self) -> bool {
        let Ok(folder) = std::fs::read_dir("/proc/self/task") else {
            return false;
        };
        let mut is_busy = false;
        for thread in folder.flatten() {
            let id = thread.file_name();
            if self.others.contains(&id) {
                continue;
            }
            if !self.of_sqlite.contains_key(&id) {
                let Ok(file) = File::open(thread.path().join("stat")) else {
                    continue;
                };
                self.of_sqlite.insert(id.clone(), file);
            }
            match self.of_sqlite.get(&id).and_then(state) {
                // A thread has the name of the one that began it until it has taken its own.
                Some((name, _)) if is_of_another(&name) => {
                    self.of_sqlite.remove(&id);
                    self.others.insert(id);
                }
                Some((_, is_waiting)) => is_busy |= !is_waiting && !is_own(&id),
                None => {
                    self.of_sqlite.remove(&id);
                }
            }
        }
        is_busy
    }
}

/// The name of a thread, and whether it waits for something.
fn state(mut file: &File) -> Option<(String, bool)> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    let (name, rest) = text.rsplit_once(')')?;
    let (_, name) = name.split_once('(')?;
    Some((name.to_owned(), rest.starts_with(" S")))
}

fn is_of_another(name: &str) -> bool {
    let own = std::thread::current();
    let own: String = own.name().unwrap_or_default().chars().take(15).collect();
    !name.starts_with("sqlx-sqlite") && name != own
}

fn is_own(id: &OsString) -> bool {
    let own = std::fs::read_link("/proc/thread-self").unwrap_or_default();
    own.file_name() == Some(id)
}
