//! Notices: one in, one out, signed, kept over a restart, and never a storm.

#![expect(
    clippy::indexing_slicing,
    reason = "clippy.toml allows it in tests; these functions serve nothing else"
)]

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use attune_core::plan::State;
use attune_server::clock::Clock as _;
use attune_server::notify::{self, Kind, Notice, Office};
use attune_server::settings::{Notify, SecretRef, TextRef, Webhook};
use attune_server::sync::{self, Mode};
use attune_sim::people::Who;
use attune_tests::{PLAIN, TestApp};
use aws_lc_rs::hmac;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

const SECRET: &str = "a secret of the receiver";

/// Takes notices on loopback, and answers what the test says.
struct Receiver {
    url: String,
    taken: Arc<Mutex<Vec<Taken>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
    /// Ends with the receiver.
    _tasks: JoinSet<()>,
}

#[derive(Debug, Clone)]
struct Taken {
    headers: Vec<(String, String)>,
    body: String,
    status: u16,
}

impl Taken {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap()
    }

    /// What it says: `event kind`.
    fn said(&self) -> String {
        let json = self.json();
        format!(
            "{} {}",
            json["event"].as_str().unwrap(),
            json["kind"].as_str().unwrap()
        )
    }
}

impl Receiver {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?token=abc", listener.local_addr().unwrap());
        let (taken, answers) = (
            Arc::<Mutex<Vec<Taken>>>::default(),
            Arc::<Mutex<VecDeque<u16>>>::default(),
        );
        let (into, from) = (Arc::clone(&taken), Arc::clone(&answers));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut text = Vec::new();
                let mut piece = [0; 4096];
                let (headers, body) = loop {
                    let read = stream.read(&mut piece).await.unwrap();
                    text.extend_from_slice(&piece[..read]);
                    let whole = String::from_utf8_lossy(&text).into_owned();
                    let Some((head, body)) = whole.split_once("\r\n\r\n") else {
                        continue;
                    };
                    let headers: Vec<(String, String)> = head
                        .lines()
                        .skip(1)
                        .filter_map(|line| line.split_once(": "))
                        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                        .collect();
                    let length = headers.iter().find(|(name, _)| name == "content-length");
                    if body.len() >= length.map_or(0, |(_, length)| length.parse().unwrap()) {
                        break (headers, body.to_owned());
                    }
                };
                let status = from.lock().unwrap().pop_front().unwrap_or(204);
                into.lock().unwrap().push(Taken {
                    headers,
                    body,
                    status,
                });
                let answer = format!(
                    "HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self {
            url,
            taken,
            answers,
            _tasks: tasks,
        }
    }

    fn answer(&self, statuses: &[u16]) {
        self.answers.lock().unwrap().extend(statuses);
    }

    fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }

    fn said(&self) -> Vec<String> {
        let taken = self.taken().into_iter().filter(|one| one.status < 300);
        taken.map(|one| one.said()).collect()
    }

    fn settings(&self, app: &TestApp) -> Notify {
        std::fs::write(app.path("hook"), SECRET).unwrap();
        Notify {
            webhook: Some(Webhook {
                url: TextRef::Text(self.url.clone()),
                secret: SecretRef::File(app.path("hook")),
                ca_file: None,
            }),
            ..Notify::default()
        }
    }
}

/// Sends what is due at this moment; how many arrived.
async fn send(app: &TestApp, settings: &Notify) -> usize {
    let host = &app.app.host;
    let office = Office {
        store: &host.store,
        net: &host.net,
        vault: &host.vault,
        settings,
    };
    notify::send_due(office, now_ms(app)).await.unwrap()
}

fn now_ms(app: &TestApp) -> i64 {
    app.clock.now().as_millisecond()
}

fn minutes(app: &TestApp, minutes: u64) {
    app.clock.advance(Duration::from_mins(minutes));
}

async fn raise(app: &TestApp) -> bool {
    let notice = Notice {
        key: "quarantine:demo",
        kind: Kind::Quarantined,
        connector: "demo",
        message: "the site refuses the sign-in",
        hint: "look at the password",
    };
    notify::raise(&app.app.host.store, notice, now_ms(app))
        .await
        .unwrap()
}

async fn settle(app: &TestApp) -> bool {
    let store = &app.app.host.store;
    notify::settle(store, "quarantine:demo", "it is well again", now_ms(app))
        .await
        .unwrap()
}

/// A world in tune in which then everybody moves.
async fn upset() -> TestApp {
    let app = TestApp::tidy(30).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    move_all(&app, "Elsewhere");
    app
}

fn move_all(app: &TestApp, to: &str) {
    let all: Vec<Who> = app.world.graph.people(|people| people.iter().collect());
    for who in all {
        app.set(who, "city", &format!("{to} {}", who.position()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_held_run_is_told_once_signed_and_without_a_value_of_anybody() {
    let (app, receiver) = (upset().await, Receiver::start().await);
    let settings = receiver.settings(&app);
    for _ in 0..3 {
        let ran = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(ran.report.state, State::Held);
        send(&app, &settings).await;
    }
    let taken = receiver.taken();
    assert_eq!(receiver.said(), ["raised held"]);
    let seconds = taken[0].header("x-attune-timestamp");
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let tag = hmac::sign(&key, format!("{seconds}.{}", taken[0].body).as_bytes());
    let hex = tag.as_ref().iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    });
    assert_eq!(taken[0].header("x-attune-signature"), format!("v1={hex}"));
    let json = taken[0].json();
    assert_eq!(
        (&json["key"], &json["connector"]),
        (&"held:demo".into(), &"demo".into())
    );
    assert!(
        json["message"]
            .as_str()
            .unwrap()
            .contains("changed-people: ")
    );
    assert!(
        json["hint"]
            .as_str()
            .unwrap()
            .contains("attune approve sha256:")
    );
    assert!(!taken[0].body.contains("Elsewhere"), "no values of people");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_over_when_the_plan_is_approved_or_rejected_or_the_next_run_is_not_held() {
    for way in ["approve", "reject", "run"] {
        let (app, receiver) = (upset().await, Receiver::start().await);
        let settings = receiver.settings(&app);
        let ran = app.sync(Mode::Complete).await.unwrap();
        send(&app, &settings).await;
        match way {
            "approve" => drop(app.approve(&ran.report.digest).await.unwrap()),
            "reject" => {
                let plan = app
                    .app
                    .host
                    .store
                    .plan(&ran.report.digest)
                    .await
                    .unwrap()
                    .unwrap();
                sync::reject(&app.app.host, &plan).await.unwrap();
            }
            _ => {
                let text = app.connector_text("[guard]\nchanged-people = \"off\"", PLAIN);
                app.connector(&text).unwrap();
                app.sync(Mode::Complete).await.unwrap();
            }
        }
        send(&app, &settings).await;
        assert_eq!(receiver.said(), ["raised held", "settled held"], "{way}");
        assert!(app.app.host.store.open_notices().await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_held_plan_stays_in_view_until_a_run_over_everybody_replaces_it() {
    let app = upset().await;
    let held = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(held.report.state, State::Held);
    let store = &app.app.host.store;
    let in_view = async || {
        let plans = store.held_plans_now().await.unwrap();
        let counts = store.held_plan_counts().await.unwrap();
        let counted = counts.get("demo").copied().unwrap_or_default();
        assert_eq!(plans.len() as u64, counted, "shown and counted");
        plans.iter().any(|plan| plan.digest == held.report.digest)
    };
    app.clock.advance(Duration::from_mins(15));
    app.sync(Mode::Changes).await.unwrap();
    assert!(in_view().await, "a few people's changes replace it not");
    app.clock.advance(Duration::from_mins(15));
    app.plan(Mode::Full).await.unwrap();
    assert!(!in_view().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_approved_for_one_person_is_no_good_run_over_everybody() {
    let app = upset().await;
    let store = &app.app.host.store;
    let good = async || store.last_good_ms().await.unwrap()["demo"];
    let first = good().await;
    app.clock.advance(Duration::from_mins(15));
    let plan = app.plan(Mode::User(app.key(app.who(3)))).await.unwrap();
    let done = app.approve(&plan.report.digest).await.unwrap();
    assert_eq!(done.report.state, State::Applied);
    assert_eq!(good().await, first, "one person");
    let plan = app.plan(Mode::Kept).await.unwrap();
    app.approve(&plan.report.digest).await.unwrap();
    assert_eq!(good().await, first, "nobody was read");
    app.clock.advance(Duration::from_mins(15));
    let plan = app.plan(Mode::Full).await.unwrap();
    app.approve(&plan.report.digest).await.unwrap();
    assert!(good().await > first, "everybody");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_for_changes_that_had_to_list_everybody_is_one_over_everybody() {
    let app = TestApp::tidy(6).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.sync(Mode::Changes).await.unwrap();
    let store = &app.app.host.store;
    let first = store.last_good_ms().await.unwrap()["demo"];
    assert_eq!(
        store.last_whole_runs().await.unwrap()["demo"]
            .summary
            .people,
        6
    );
    app.set(app.who(2), "city", "Alkmaar");
    app.sync(Mode::Changes).await.unwrap();
    assert_eq!(store.last_good_ms().await.unwrap()["demo"], first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_arrive_is_tried_again_after_growing_waits() {
    let (app, receiver) = (TestApp::tidy(1).await.unwrap(), Receiver::start().await);
    let settings = receiver.settings(&app);
    receiver.answer(&[500, 404, 503, 302, 429]);
    assert!(raise(&app).await);
    assert!(!raise(&app).await, "it is open already");
    assert_eq!(send(&app, &settings).await, 0);
    for (number, wait) in [1, 5, 15, 60, 60].into_iter().enumerate() {
        minutes(&app, wait - 1);
        assert_eq!(send(&app, &settings).await, 0);
        assert_eq!(receiver.taken().len(), number + 1, "not before its time");
        minutes(&app, 1);
        let arrived = send(&app, &settings).await;
        assert_eq!(
            (arrived, receiver.taken().len()),
            (usize::from(number == 4), number + 2)
        );
    }
    minutes(&app, 600);
    send(&app, &settings).await;
    let taken = receiver.taken();
    assert_eq!(taken.len(), 6);
    let ids: std::collections::BTreeSet<String> = taken
        .iter()
        .map(|one| one.json()["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 1, "a repetition can be told by its id");
    let times: std::collections::BTreeSet<&str> = taken
        .iter()
        .map(|one| one.header("x-attune-timestamp"))
        .collect();
    assert_eq!(times.len(), 6, "every attempt is signed anew");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_day_it_is_given_up_and_the_next_one_goes_out() {
    let (app, receiver) = (TestApp::tidy(1).await.unwrap(), Receiver::start().await);
    let settings = receiver.settings(&app);
    receiver.answer(&[500; 40]);
    raise(&app).await;
    for _ in 0..(30 * 60) {
        send(&app, &settings).await;
        minutes(&app, 1);
    }
    let attempts = receiver.taken().len();
    assert!((24..=29).contains(&attempts), "{attempts}");
    receiver.answers.lock().unwrap().clear();
    settle(&app).await;
    send(&app, &settings).await;
    assert!(
        receiver.said().is_empty(),
        "nobody was told of what is over"
    );
    raise(&app).await;
    send(&app, &settings).await;
    assert_eq!(receiver.said(), ["raised quarantined"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_outlives_a_restart_and_arrives_in_order() {
    let (mut app, receiver) = (TestApp::tidy(1).await.unwrap(), Receiver::start().await);
    let settings = receiver.settings(&app);
    receiver.answer(&[500]);
    raise(&app).await;
    send(&app, &settings).await;
    app.restart().await.unwrap();
    settle(&app).await;
    assert_eq!(
        send(&app, &settings).await,
        0,
        "it does not overtake the one that waits"
    );
    minutes(&app, 1);
    assert_eq!(send(&app, &settings).await, 2);
    assert_eq!(
        receiver.said(),
        ["raised quarantined", "settled quarantined"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hours_of_flapping_are_one_notice_per_state_and_hour() {
    let (app, receiver) = (TestApp::tidy(1).await.unwrap(), Receiver::start().await);
    let settings = receiver.settings(&app);
    let mut times: Vec<(i64, String)> = Vec::new();
    let mut sent_before = 0;
    for half_minute in 0..240 {
        if half_minute % 2 == 0 {
            assert!(raise(&app).await);
        } else {
            assert!(settle(&app).await);
        }
        send(&app, &settings).await;
        for said in receiver.said().into_iter().skip(sent_before) {
            times.push((now_ms(&app), said));
            sent_before += 1;
        }
        app.clock.advance(Duration::from_secs(30));
    }
    for state in ["raised quarantined", "settled quarantined"] {
        let of_state: Vec<i64> = times
            .iter()
            .filter(|(_, said)| said == state)
            .map(|(at, _)| *at)
            .collect();
        assert!((1..=3).contains(&of_state.len()), "{state}: {of_state:?}");
        for pair in of_state.windows(2) {
            assert!(pair[1] - pair[0] >= 60 * 60 * 1000, "{state}: {of_state:?}");
        }
    }
    // Where it ends is known in the end.
    minutes(&app, 120);
    send(&app, &settings).await;
    assert_eq!(receiver.said().last().unwrap(), "settled quarantined");
    assert_eq!(receiver.said().len() % 2, 0, "one in, one out");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_wants_or_no_way_carries_is_not_sent_and_does_not_wait() {
    let (app, receiver) = (TestApp::tidy(1).await.unwrap(), Receiver::start().await);
    let mut settings = receiver.settings(&app);
    settings.events = vec!["held".to_owned()];
    raise(&app).await;
    send(&app, &settings).await;
    send(&app, &Notify::default()).await;
    settings.events = Vec::new();
    minutes(&app, 600);
    send(&app, &settings).await;
    assert_eq!(receiver.taken().len(), 0);
    assert!(
        app.app
            .host
            .store
            .outgoing(i64::MAX, 10)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_sends_what_waits_and_a_test_arrives_too() {
    let (app, receiver) = (TestApp::tidy(1).await.unwrap(), Receiver::start().await);
    let settings = receiver.settings(&app);
    let clock = Arc::new(attune_server::clock::SystemClock::new());
    let notice = Notice {
        key: "quarantine:demo",
        kind: Kind::Quarantined,
        connector: "demo",
        message: "the site refuses the sign-in",
        hint: "",
    };
    let real_ms = clock.now().as_millisecond();
    notify::raise(&app.app.host.store, notice, real_ms)
        .await
        .unwrap();
    let own = settings.clone();
    let service = app
        .serve_at(clock, |options| options.notify = own)
        .await
        .unwrap();
    for _ in 0..200 {
        if !receiver.taken().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    service.stop().await;
    assert_eq!(receiver.said(), ["raised quarantined"]);
    let host = &app.app.host;
    let office = Office {
        store: &host.store,
        net: &host.net,
        vault: &host.vault,
        settings: &settings,
    };
    let told = notify::test(office, now_ms(&app)).await;
    assert_eq!(told, [("webhook", Ok(()))]);
    assert_eq!(receiver.said().last().unwrap(), "raised test");
}
