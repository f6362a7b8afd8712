//! Promise 9, secrets that are rotated while a sync runs: nothing is lost, and nobody restarts
//! anything.
//!
//! Somebody rotates the client's secret and the target's token a thousand times while people
//! change and syncs run. Where old and new are good together, or the new one lies in `next` before
//! the old one ends, no run notices.

#![expect(
    clippy::indexing_slicing,
    reason = "clippy.toml allows it in tests; these functions serve nothing else"
)]

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use attune_core::plan::State;
use attune_server::sync::{Mode, Order, Watch};
use attune_tests::{PLAIN, PLAIN_FIELDS, TestApp};

/// In which order things happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The other side takes both for a while; there is no `next`.
    Overlapping,
    /// The old one ends when the new one begins, which lies in `next` by then.
    NextFirst,
    /// The old one ends, and the file is written later.
    FileLater,
}

const PEOPLE: usize = 40;

fn write(path: &Path, text: &str) {
    // As every tool that rotates secrets does it: nobody reads half of one.
    let new = path.with_extension("new");
    std::fs::write(&new, text).unwrap();
    std::fs::rename(&new, path).unwrap();
}

/// A connector whose secrets have successors, or not.
fn connector(app: &TestApp, way: Way) -> String {
    let text = app.connector_text("", PLAIN);
    let next = |name: &str| match way {
        Way::NextFirst => {
            format!("{{ file = \"../{name}\", next = {{ file = \"../{name}-next\" }} }}")
        }
        _ => format!("{{ file = \"../{name}\" }}"),
    };
    let basic =
        "kind = \"basic\", username = \"svc-attune\", password = { file = \"../jira-password\" }";
    assert!(text.contains(basic), "{text}");
    let bearer = format!("kind = \"bearer\", token = {}", next("jira-token"));
    let client = "{ file = \"../entra-secret\" }";
    assert!(text.contains(client), "{text}");
    text.replace(basic, &bearer)
        .replace(client, &next("entra-secret"))
}

/// One rotation of both secrets; the n-th.
async fn rotate(app: &TestApp, way: Way, n: u32) {
    let (token, secret) = (format!("token-{n}-of-many"), format!("secret-{n}-of-many"));
    let (token_file, secret_file) = (app.path("jira-token"), app.path("entra-secret"));
    let soon = || tokio::time::sleep(Duration::from_micros(300));
    if way == Way::NextFirst {
        write(&app.path("jira-token-next"), &token);
        write(&app.path("entra-secret-next"), &secret);
        soon().await;
    }
    if way == Way::Overlapping {
        let (token, secret) = (token.clone(), secret.clone());
        app.world
            .jira
            .configure(|now| now.second_token = Some(token));
        app.world
            .graph
            .configure(|now| now.second_secret = Some(secret));
    } else {
        app.world.jira.configure(|now| now.token.clone_from(&token));
        app.world
            .graph
            .configure(|now| now.client_secret.clone_from(&secret));
    }
    soon().await;
    write(&token_file, &token);
    write(&secret_file, &secret);
    if way == Way::Overlapping {
        soon().await;
        app.world.jira.configure(|now| {
            now.token = token;
            now.second_token = None;
        });
        app.world.graph.configure(|now| {
            now.client_secret = secret;
            now.second_secret = None;
        });
    }
    soon().await;
}

/// What became of the syncs that ran meanwhile.
#[derive(Debug, Default)]
struct Seen {
    good: u32,
    refused: u32,
    writes: u64,
}

/// One sync after another, each with something to write, until nobody rotates any more.
async fn syncs(app: &TestApp, is_rotating: &Cell<bool>) -> Seen {
    let mut seen = Seen::default();
    let mut round = 0;
    loop {
        let is_last = !is_rotating.get();
        round += 1;
        for place in 0..PEOPLE {
            app.set(app.who(place), "city", &format!("City {round}"));
        }
        let order = Order::sync(Mode::Complete);
        match app.run(&order, &Watch::default()).await.unwrap() {
            Ok(ran) => {
                let jira = &ran.report.targets["jira"];
                if ran.report.state == State::Applied {
                    seen.good += 1;
                    seen.writes += ran.report.summary.changes;
                } else {
                    let error = jira.error.as_ref();
                    assert_eq!(error.map(|error| error.code.as_str()), Some("sign-in"));
                    seen.refused += 1;
                }
            }
            Err(error) => {
                let failure: attune_server::fault::Failure = error.into();
                assert_eq!(failure.code, "sign-in", "{failure:?}");
                seen.refused += 1;
            }
        }
        if is_last {
            return seen;
        }
    }
}

async fn rotations(way: Way, number: u32) -> (TestApp, Seen) {
    let app = TestApp::arranged(PEOPLE, |_, site| {
        "token-0".clone_into(&mut site.settings.token);
    })
    .await
    .unwrap();
    write(&app.path("jira-token"), "token-0");
    // Every value of one field changes in each sync: that is meant.
    let text = connector(&app, way);
    app.connector(&format!(
        "{text}\n[guard]\nchanged-people = \"off\"\none-value-takes-over = \"off\"\n"
    ))
    .unwrap();
    let is_rotating = Cell::new(true);
    let rotate = async {
        for n in 1..=number {
            rotate(&app, way, n).await;
        }
        is_rotating.set(false);
    };
    let (seen, ()) = tokio::join!(syncs(&app, &is_rotating), rotate);
    // Whatever happened on the way, in the end everything is there, and nobody did anything.
    assert_eq!(
        app.out_of_tune(PLAIN_FIELDS),
        Vec::<String>::new(),
        "{way:?}"
    );
    assert_eq!(app.open_intents().await.unwrap(), 0, "{way:?}");
    (app, seen)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_overlapping_rotations_are_not_noticed() {
    let (app, seen) = rotations(Way::Overlapping, 1000).await;
    assert!(seen.good >= 3 && seen.refused == 0, "{seen:?}");
    assert_eq!(app.world.jira.writes().len() as u64, seen.writes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_rotations_by_next_are_not_noticed_though_the_old_one_ends_at_once() {
    let (app, seen) = rotations(Way::NextFirst, 1000).await;
    assert!(seen.good >= 3 && seen.refused == 0, "{seen:?}");
    assert_eq!(app.world.jira.writes().len() as u64, seen.writes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_rotations_with_a_gap_lose_nothing_and_heal_without_a_restart() {
    let (_app, seen) = rotations(Way::FileLater, 1000).await;
    assert!(seen.good >= 1, "{seen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_secret_is_named_by_its_place_and_its_end() {
    let app = TestApp::tidy(4).await.unwrap();
    let text = app.connector_text("", PLAIN);
    let dated = text
        .replace("client-id =", "expires = \"2026-11-20\"\nclient-id =")
        .replace(
            "kind = \"basic\",",
            "kind = \"basic\", expires = \"2027-01-31\",",
        );
    app.connector(&dated).unwrap();
    app.world
        .jira
        .configure(|now| now.password = "another".to_owned());
    let order = Order::sync(Mode::Complete);
    let failure = match app.run(&order, &Watch::default()).await.unwrap() {
        Ok(ran) => format!("{:?}", ran.report.targets["jira"].error),
        Err(error) => format!("{:?}", attune_server::fault::Failure::from(error)),
    };
    assert!(failure.contains("jira-password"), "{failure}");
    assert!(failure.contains("expires on 2027-01-31"), "{failure}");
    app.world
        .graph
        .configure(|now| now.is_secret_expired = true);
    let failure = app.refused(Mode::Complete).await.unwrap();
    let said = format!("{failure:?}");
    assert!(said.contains("entra-secret"), "{said}");
    assert!(said.contains("expires on 2026-11-20"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_a_secret_is_one_open_notice_until_it_is_moved() {
    let app = TestApp::tidy(2).await.unwrap();
    let (store, clock) = (&app.app.host.store, &app.app.host.clock);
    let plain = app.connector_text("", PLAIN);
    let today = clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let look = async |days: i64| {
        let ends = today.checked_add(jiff::Span::new().days(days)).unwrap();
        let dated = format!("expires = \"{ends}\"\nclient-id =");
        let loaded = app
            .connector(&plain.replace("client-id =", &dated))
            .unwrap();
        let all = [("demo".to_owned(), Arc::new(loaded))].into();
        attune_server::jobs::expiry::look(store, clock.as_ref(), &all).await;
        let open = store.open_notices().await.unwrap();
        open.into_iter()
            .map(|notice| notice.message)
            .collect::<Vec<_>>()
    };
    assert_eq!(look(90).await, Vec::<String>::new());
    assert_eq!(look(20).await.len(), 1);
    let last = look(2).await;
    assert_eq!(last.len(), 1, "the later one stands for both: {last:?}");
    assert_eq!(look(2).await, last, "told once");
    assert_eq!(look(90).await, Vec::<String>::new(), "a new one is there");
}
