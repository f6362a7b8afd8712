//! The pace against a site that counts: a discrete simulation, in which time goes on when nobody
//! has anything left to do.
//!
//! Sources of the rules: promise 3.6 (bucket of 10 requests a second, 5,000 writes), the rate
//! headers of Jira Data Center and of Okta.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use super::steps::AT_ONCE_MAX;
use crate::clock::{Clock, Sleep};
use crate::net::send::{Send, Sent};
use crate::net::{
    Credential, Error, Method, Outgoing, Outside, Policy, Request, Response, Sign, Slot, SlotSpec,
};

/// Time that is moved to the end of the next wait when all tasks are idle.
#[derive(Debug, Default)]
struct EventClock {
    state: Mutex<Events>,
}

#[derive(Debug, Default)]
struct Events {
    uptime: Duration,
    count: u64,
    sleepers: BTreeMap<(Duration, u64), Waker>,
}

struct Waits<'c> {
    clock: &'c EventClock,
    end: Duration,
    key: Option<(Duration, u64)>,
}

impl Future for Waits<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.clock.state.lock().unwrap();
        if state.uptime >= self.end {
            return Poll::Ready(());
        }
        state.count += 1;
        let key = self.key.unwrap_or((self.end, state.count));
        state.sleepers.insert(key, context.waker().clone());
        drop(state);
        self.key = Some(key);
        Poll::Pending
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.clock.state.lock().unwrap().sleepers.remove(&key);
        }
    }
}

fn noon() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

impl Clock for EventClock {
    fn now(&self) -> Timestamp {
        noon() + SignedDuration::try_from(self.uptime()).unwrap()
    }

    fn uptime(&self) -> Duration {
        self.state.lock().unwrap().uptime
    }

    fn sleep(&self, duration: Duration) -> Sleep<'_> {
        let end = self.uptime() + duration;
        Box::pin(Waits {
            clock: self,
            end,
            key: None,
        })
    }
}

impl EventClock {
    /// Runs until `work` is done.
    async fn run<T>(&self, work: impl Future<Output = T>) -> T {
        let drive = async {
            loop {
                for _ in 0..64 {
                    tokio::task::yield_now().await;
                }
                let next = self.state.lock().unwrap().sleepers.pop_first();
                if let Some(((end, _), waker)) = next {
                    let mut state = self.state.lock().unwrap();
                    state.uptime = state.uptime.max(end);
                    drop(state);
                    waker.wake();
                }
            }
        };
        tokio::select! {
            biased;
            done = work => done,
            () = drive => unreachable!(),
        }
    }
}

/// How a site counts.
#[derive(Debug, Clone, Copy)]
enum Rule {
    Nothing,
    /// Tokens, and how many come back in a second.
    Bucket(f64, f64),
    /// Requests in a minute.
    Window(f64),
}

/// A site on the same clock.
#[derive(Debug)]
struct Site {
    clock: Arc<EventClock>,
    rule: Rule,
    seen: Mutex<Seen>,
    latency_ms: AtomicU32,
}

#[derive(Debug, Default)]
struct Seen {
    /// Tokens that were taken and did not come back.
    missing: f64,
    at: Duration,
    answered: u32,
    refused: u32,
    /// Nobody may send before.
    until: Duration,
    early: u32,
    under_way: u32,
    most: u32,
    paths: Vec<String>,
}

impl Site {
    fn new(clock: &Arc<EventClock>, rule: Rule) -> Arc<Self> {
        Arc::new(Self {
            clock: Arc::clone(clock),
            rule,
            seen: Mutex::default(),
            latency_ms: AtomicU32::new(20),
        })
    }

    /// Takes tokens, as any client does; how many were there.
    fn take(&self, seen: &mut Seen, tokens: f64) -> f64 {
        let now = self.clock.uptime();
        let (limit, missing) = match self.rule {
            Rule::Nothing => return 1.0,
            Rule::Bucket(limit, per_second) => {
                let passed = now.saturating_sub(seen.at).as_secs_f64();
                (limit, (seen.missing - passed * per_second).max(0.0))
            }
            Rule::Window(limit) if now.as_secs() / 60 != seen.at.as_secs() / 60 => (limit, 0.0),
            Rule::Window(limit) => (limit, seen.missing),
        };
        let there = limit - missing;
        seen.missing = missing + if there >= tokens { tokens } else { 0.0 };
        seen.at = now;
        there
    }

    /// What somebody else finds who asks now.
    fn level(&self) -> f64 {
        let mut seen = self.seen.lock().unwrap();
        self.take(&mut seen, 0.0)
    }

    fn answer(&self, request: &Outgoing) -> Response {
        let now = self.clock.uptime();
        let mut seen = self.seen.lock().unwrap();
        seen.early += u32::from(now < seen.until);
        seen.paths.push(request.url.path().to_owned());
        let there = self.take(&mut seen, 1.0);
        let is_refused = there < 1.0;
        let left = if is_refused { there } else { there - 1.0 }.floor();
        let mut answer = if is_refused {
            seen.refused += 1;
            seen.until = now + Duration::from_secs(1);
            Response::new(429, "").with_header("retry-after", "1")
        } else {
            seen.answered += 1;
            Response::new(200, "")
        };
        match self.rule {
            Rule::Nothing => {}
            Rule::Bucket(limit, per_second) => {
                let texts = [
                    ("X-RateLimit-Limit", limit),
                    ("X-RateLimit-Remaining", left),
                    ("X-RateLimit-FillRate", per_second),
                    ("X-RateLimit-Interval-Seconds", 1.0),
                ];
                for (name, number) in texts {
                    answer = answer.with_header(name, number.to_string());
                }
                if !is_refused {
                    answer = answer.with_header("retry-after", "0");
                }
            }
            Rule::Window(limit) => {
                let end = (now.as_secs() / 60 + 1) * 60;
                let reset = noon().as_second() + i64::try_from(end).unwrap();
                answer = answer
                    .with_header("x-rate-limit-limit", limit.to_string())
                    .with_header("x-rate-limit-remaining", left.to_string())
                    .with_header("x-rate-limit-reset", reset.to_string());
            }
        }
        answer
    }
}

impl Send for Site {
    fn send(&self, request: Outgoing) -> Sent<'_> {
        Box::pin(async move {
            let latency = Duration::from_millis(self.latency_ms.load(Ordering::SeqCst).into());
            {
                let mut seen = self.seen.lock().unwrap();
                seen.under_way += 1;
                seen.most = seen.most.max(seen.under_way);
            }
            self.clock.sleep(latency / 2).await;
            let answer = self.answer(&request);
            self.clock.sleep(latency / 2).await;
            self.seen.lock().unwrap().under_way -= 1;
            Ok(answer)
        })
    }

    fn trusting(&self, _ca_file: &Path) -> Result<Arc<dyn Send>, Error> {
        Err(Error::refused("not here"))
    }
}

struct World {
    clock: Arc<EventClock>,
    site: Arc<Site>,
    outside: Outside,
}

fn world(rule: Rule) -> World {
    let clock = Arc::new(EventClock::default());
    let site = Site::new(&clock, rule);
    let (send, time) = (Arc::clone(&site), Arc::clone(&clock));
    let outside = Outside::with_send(send, time, 3).with_policy(Policy {
        total_max: Duration::from_hours(10),
        ..Policy::default()
    });
    World {
        clock,
        site,
        outside,
    }
}

fn slot(outside: &Outside, username: &str) -> Slot {
    let credential = Credential::Basic {
        username: username.to_owned(),
        password: "pw".into(),
    };
    let spec = SlotSpec {
        address: "https://jira.example.com".to_owned(),
        sign: Sign::with(&credential, None, None).unwrap(),
        ..SlotSpec::default()
    };
    Slot::open(outside, spec).unwrap()
}

/// So many writes, a few at once.
async fn writes(slot: &Slot, path: &str, number: u32, at_once: usize) {
    let left = Arc::new(AtomicU32::new(number));
    let mut tasks = JoinSet::new();
    for _ in 0..at_once {
        let (slot, left, path) = (slot.clone(), Arc::clone(&left), path.to_owned());
        tasks.spawn(async move {
            let next = |left: u32| left.checked_sub(1);
            while left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, next)
                .is_ok()
            {
                let write = Request::write(Method::Put, path.as_str());
                let answer = slot.exchange(write).await.unwrap();
                assert_eq!(answer.status, 200);
            }
        });
    }
    tasks.join_all().await;
}

#[tokio::test]
async fn five_thousand_writes_keep_to_a_bucket_of_ten_a_second_and_use_it() {
    for (limit, at_once) in [(100.0, 4), (10.0, 4), (10.0, 8), (50.0, 8)] {
        let World {
            clock,
            site,
            outside,
        } = world(Rule::Bucket(limit, 10.0));
        let slot = slot(&outside, "svc");
        clock.run(writes(&slot, "/x", 5000, at_once)).await;
        let seen = site.seen.lock().unwrap();
        let what = format!("bucket of {limit}, {at_once} at once: {seen:?}");
        assert_eq!(seen.answered, 5000, "{what}");
        assert!(seen.refused <= 50, "{} refused; {what}", seen.refused);
        assert_eq!(seen.early, 0, "{what}");
        let reserve = (limit * 0.2).floor();
        let best = (5000.0 - (limit - reserve)) / 10.0;
        let took = clock.uptime().as_secs_f64();
        assert!(best / took >= 0.9, "{took} s instead of {best} s");
    }
}

#[tokio::test]
async fn others_always_find_some_of_the_bucket() {
    for taken in [0.0, 1.0, 3.0] {
        let World {
            clock,
            site,
            outside,
        } = world(Rule::Bucket(100.0, 10.0));
        let slot = slot(&outside, "svc");
        let mut least: f64 = 100.0;
        let other = async {
            loop {
                clock.sleep(Duration::from_secs(1)).await;
                let mut seen = site.seen.lock().unwrap();
                least = least.min(site.take(&mut seen, taken));
            }
        };
        let all = async {
            tokio::select! {
                () = writes(&slot, "/x", 2000, 8) => {}
                () = other => {}
            }
        };
        clock.run(all).await;
        assert!(least >= 15.0, "{least} where {taken} are taken each second");
        assert_eq!(site.seen.lock().unwrap().refused, 0);
        assert!(site.level() >= 15.0);
    }
}

#[tokio::test]
async fn a_window_keeps_a_fifth_and_is_waited_for() {
    let World {
        clock,
        site,
        outside,
    } = world(Rule::Window(100.0));
    let slot = slot(&outside, "svc");
    clock.run(writes(&slot, "/x", 400, 8)).await;
    let seen = site.seen.lock().unwrap();
    assert_eq!((seen.answered, seen.refused), (400, 0), "{seen:?}");
    // 80 in each of five minutes.
    let took = clock.uptime();
    assert!(took > Duration::from_mins(4) && took < Duration::from_mins(5));
}

#[tokio::test]
async fn two_connectors_with_one_account_share_a_pace_and_two_tenants_do_not() {
    let World {
        clock,
        site,
        outside,
    } = world(Rule::Nothing);
    let (one, same) = (slot(&outside, "svc"), slot(&outside, "svc"));
    let other = slot(&outside, "another");
    one.hold(Duration::from_mins(1));
    clock
        .run(async {
            other.exchange(Request::get("/free")).await.unwrap();
            assert!(clock.uptime() < Duration::from_secs(1));
            same.exchange(Request::get("/held")).await.unwrap();
            assert!(clock.uptime() >= Duration::from_mins(1));
            let session = one.unsigned();
            session.hold(Duration::from_mins(1));
            one.exchange(Request::get("/session")).await.unwrap();
            assert!(clock.uptime() >= Duration::from_mins(2));
            // Together they send no more than one alone.
            let (first, second) = (writes(&one, "/a", 200, 8), writes(&same, "/b", 200, 8));
            tokio::join!(first, second);
        })
        .await;
    let seen = site.seen.lock().unwrap();
    assert_eq!(seen.most, AT_ONCE_MAX);
    let half: Vec<&String> = seen.paths.iter().skip(3).take(200).collect();
    let firsts = half.iter().filter(|path| path.as_str() == "/a").count();
    assert!(
        (80..=120).contains(&firsts),
        "{firsts} of 200 are of the first"
    );
    let lines = outside.paces();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].sent, 403);
    assert_eq!((lines[0].waiting, lines[0].throttled), (0, 0));
    assert_eq!(lines[0].held_ms, 120_000);
}

#[tokio::test]
async fn a_single_persons_run_goes_before_a_full_one() {
    let World {
        clock,
        site,
        outside,
    } = world(Rule::Bucket(100.0, 10.0));
    let (full, single) = (slot(&outside, "svc"), slot(&outside.ahead(), "svc"));
    clock
        .run(async {
            let sync = writes(&full, "/full", 1000, 100);
            let person = async {
                clock.sleep(Duration::from_secs(20)).await;
                let began = clock.uptime();
                writes(&single, "/single", 10, 2).await;
                clock.uptime().saturating_sub(began)
            };
            let ((), took) = tokio::join!(sync, person);
            assert!(took < Duration::from_secs(2), "{took:?}");
        })
        .await;
    assert_eq!(site.seen.lock().unwrap().answered, 1010);
}

#[tokio::test]
async fn a_site_that_becomes_slow_gets_fewer_requests_at_once() {
    let World {
        clock,
        site,
        outside,
    } = world(Rule::Nothing);
    let slot = slot(&outside, "svc");
    clock.run(writes(&slot, "/x", 200, 8)).await;
    assert_eq!(outside.paces()[0].at_once, AT_ONCE_MAX);
    site.latency_ms.store(2000, Ordering::SeqCst);
    clock.run(writes(&slot, "/x", 60, 8)).await;
    assert!(outside.paces()[0].at_once <= 2, "{:?}", outside.paces());
    site.latency_ms.store(20, Ordering::SeqCst);
    clock.run(writes(&slot, "/x", 100, 8)).await;
    assert_eq!(outside.paces()[0].at_once, AT_ONCE_MAX);
}

#[tokio::test]
async fn who_gives_up_waiting_leaves_no_trace() {
    let World { clock, outside, .. } = world(Rule::Nothing);
    let slot = slot(&outside, "svc");
    slot.hold(Duration::from_mins(1));
    clock
        .run(async {
            let gone = slot.exchange(Request::get("/gone"));
            tokio::select! {
                _ = gone => unreachable!(),
                () = clock.sleep(Duration::from_secs(1)) => {}
            }
            assert_eq!(outside.paces()[0].waiting, 0);
            slot.exchange(Request::get("/here")).await.unwrap();
        })
        .await;
    assert_eq!(outside.paces()[0].sent, 1);
}
