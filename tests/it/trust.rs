//! Who may come into use by itself, and what becomes of a plugin that nobody can replace.

use std::time::Duration;

use attune_server::clock::TestClock;
use attune_server::service::Answer;
use attune_server::settings::SwapPolicy;
use attune_server::sync::{Mode, Order};
use attune_tests::TestApp;
use attune_tests::service::digest;
use attune_wasm::TrustedKeys;

use super::builds;
use super::guest::Guest;
use super::signer::Signer;

const MAP: &str = "City = { from = \"city\", steps = [\"mark.same\"] }\nTitle = \"jobTitle\"";

/// A world whose plugins' folder has this build of `mark`.
async fn with_mark(people: usize, first: &[u8]) -> TestApp {
    let app = TestApp::tidy(people).await.unwrap();
    app.connector(&app.connector_text("", MAP)).unwrap();
    std::fs::create_dir_all(app.plugins()).unwrap();
    std::fs::write(app.plugins().join("mark.wasm"), first).unwrap();
    app
}

fn mark(uses: &[&str], apply: &str) -> Vec<u8> {
    let guest = Guest {
        id: "mark",
        uses,
        apply,
        examples: "[]",
        ..Guest::default()
    };
    guest.component()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unsigned_build_is_refused_until_its_signature_comes() {
    let (ours, other) = (Signer::new(1), Signer::new(2));
    let first = builds::mark("mark", "");
    let app = with_mark(6, &first).await;
    let beside = app.plugins().join("mark.wasm.minisig");
    std::fs::write(&beside, ours.sign(&first)).unwrap();
    let keys = TrustedKeys::parse(&[ours.line()]).unwrap();
    let service = app
        .serve_with(|options| options.trusted = Some(keys))
        .await
        .unwrap();
    assert_eq!(service.running("mark"), Some(digest(&first)));
    let second = builds::good_then_traps("mark");
    let new = digest(&second);
    let is_refused = |one: &attune_tests::service::TestService| {
        one.stage("mark", &new).as_deref() == Some("refused")
    };
    // The signature that lies there is that of the build before.
    service.save("mark", &second).unwrap();
    service.until("it is refused", is_refused).await.unwrap();
    std::fs::write(&beside, other.sign(&second)).unwrap();
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert_eq!(
        service.running("mark"),
        Some(digest(&first)),
        "nobody trusts that key"
    );
    std::fs::write(&beside, ours.sign(&second)).unwrap();
    service.until_running("mark", &new).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_that_wants_more_waits_whatever_the_policy() {
    let first = mark(&[], "");
    let app = with_mark(6, &first).await;
    let service = app.serve(SwapPolicy::Auto).await.unwrap();
    service.sync(Mode::Complete).await.unwrap();
    let greedy = mark(&["now"], "");
    service.save("mark", &greedy).unwrap();
    let waits = |one: &attune_tests::service::TestService| one.waiting("mark").is_some();
    service.until("it waits", waits).await.unwrap();
    let reasons = service.waiting("mark").unwrap().reasons;
    assert!(reasons.iter().any(|why| why.contains("now")), "{reasons:?}");
    assert_eq!(service.running("mark"), Some(digest(&first)));
    let answer = service.service.approve(&digest(&greedy)).await.unwrap();
    assert!(matches!(answer, Some(Answer::InUse { .. })), "{answer:?}");
    assert_eq!(service.running("mark"), Some(digest(&greedy)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_keeps_failing_is_left_alone_for_a_while_and_its_fields_are_stale() {
    let app = with_mark(1_400, &mark(&[], "unreachable")).await;
    let clock = TestClock::at("2026-11-21T22:00:00Z".parse().unwrap());
    let held = std::sync::Arc::clone(&clock);
    let service = app
        .serve_at(held, |options| options.swap.policy = SwapPolicy::Auto)
        .await
        .unwrap();
    let ran = service
        .run("demo", Order::plan(Mode::Complete))
        .await
        .unwrap();
    // The rest goes on.
    assert!(ran.of_field("Title").count() > 1_000);
    assert_eq!(ran.of_field("City").count(), 0);
    let stale = service.service.stale();
    let [stale] = stale.as_slice() else {
        panic!("{stale:?}");
    };
    assert_eq!(
        (stale.plugin.as_str(), stale.fields.as_slice()),
        ("mark", ["demo jira.City".to_owned()].as_slice())
    );
    let ran = service
        .run("demo", Order::plan(Mode::Complete))
        .await
        .unwrap();
    assert!(
        ran.codes().contains(&"plugin-quarantined"),
        "{:?}",
        ran.codes().first()
    );
    // A minute later it may try again.
    let begun = attune_server::clock::Clock::uptime(clock.as_ref());
    let may_try = |one: &attune_tests::service::TestService| {
        clock.advance(Duration::from_secs(1));
        one.service.stale().is_empty()
    };
    service.until("its pause is over", may_try).await.unwrap();
    let paused = attune_server::clock::Clock::uptime(clock.as_ref()).saturating_sub(begun);
    assert!(paused >= Duration::from_mins(1), "{paused:?}");
}
