//! Promises 4 and 12 where plugins are swapped: a wrong build is held, and what was shown is what is
//! written.

use attune_server::service::Answer;
use attune_server::settings::SwapPolicy;
use attune_server::sync::{self, Mode};
use attune_tests::TestApp;
use attune_tests::service::digest;

use super::builds;

const MAP: &str = "City = { from = \"city\", steps = [\"mark.same\"] }\nTitle = \"jobTitle\"";
const PEOPLE: usize = 60;

/// Sixty people in tune with an honest build of `mark`.
async fn in_tune(first: &[u8]) -> TestApp {
    let app = TestApp::tidy(PEOPLE).await.unwrap();
    for place in 0..PEOPLE {
        app.set(app.who(place), "city", &format!("City{place}"));
    }
    app.connector(&app.connector_text("", MAP)).unwrap();
    std::fs::create_dir_all(app.plugins()).unwrap();
    std::fs::write(app.plugins().join("mark.wasm"), first).unwrap();
    app
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_that_would_change_forty_percent_is_held_and_writes_what_was_shown() {
    let honest = builds::mark("mark", "");
    let app = in_tune(&honest).await;
    let service = app.serve(SwapPolicy::Guarded).await.unwrap();
    service.sync(Mode::Complete).await.unwrap();
    app.forget();
    let wrong = builds::wrong_for("mark", 40);
    service.save("mark", &wrong).unwrap();
    service
        .until("the wrong build waits", |one| one.waiting("mark").is_some())
        .await
        .unwrap();
    let waiting = service.waiting("mark").unwrap();
    assert_eq!(waiting.digest, digest(&wrong));
    assert!(
        waiting
            .reasons
            .iter()
            .any(|why| why.contains("changed-values")),
        "{waiting:?}"
    );
    assert_eq!(service.running("mark"), Some(digest(&honest)));
    assert_eq!(
        app.world.jira.writes().len(),
        0,
        "nothing is written before it is approved"
    );
    assert_eq!(
        app.world.graph.counts().requests,
        0,
        "the provider is not asked"
    );
    // Syncs go on with the build that runs.
    let ran = service.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.changes.len(), 0);

    let [(_, plan)] = waiting.plans.as_slice() else {
        panic!("{waiting:?}");
    };
    let store = &app.app.host.store;
    let staged = store.plan(plan).await.unwrap().unwrap();
    let path = store.data_dir().join("plans").join(&staged.file);
    let stage = attune_server::store::stage::Stage::open(&path)
        .await
        .unwrap();
    let shown = sync::changes(&stage, u64::MAX).await.unwrap();
    stage.finish().await;
    let share = shown.len() * 100 / PEOPLE;
    assert!((25..=55).contains(&share), "{share} % of the field");

    let answer = service.service.approve(plan).await.unwrap();
    let Some(Answer::InUse { done, .. }) = answer else {
        panic!("{answer:?}");
    };
    let [done] = <[_; 1]>::try_from(done).unwrap();
    assert_eq!(
        &done.report.digest, plan,
        "the plan that was shown, bit for bit"
    );
    assert_eq!(done.report.summary.written, shown.len() as u64);
    for change in &shown {
        let held = app.world.jira.property(&change.account, &change.field);
        let held = held.and_then(|value| value.as_str().map(str::to_owned));
        assert_eq!(held, change.after);
    }
    let written = app.world.jira.writes();
    assert_eq!(written.len(), shown.len(), "nothing else is written");
    assert_eq!(service.running("mark"), Some(digest(&wrong)));
    let again = service.sync(Mode::Complete).await.unwrap();
    assert_eq!(again.changes.len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_that_answers_the_same_is_used_at_once_and_writes_nothing() {
    let app = in_tune(&builds::mark("mark", "")).await;
    let service = app.serve(SwapPolicy::Guarded).await.unwrap();
    service.sync(Mode::Complete).await.unwrap();
    app.forget();
    let same = builds::good_then_traps("mark");
    service.save("mark", &same).unwrap();
    service.until_running("mark", &digest(&same)).await.unwrap();
    assert_eq!(app.world.jira.writes().len(), 0);
    assert_eq!(app.world.graph.counts().requests, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_that_waits_still_waits_after_a_restart() {
    let honest = builds::mark("mark", "");
    let app = in_tune(&honest).await;
    let service = app.serve(SwapPolicy::Guarded).await.unwrap();
    service.sync(Mode::Complete).await.unwrap();
    let wrong = builds::wrong_for("mark", 40);
    service.save("mark", &wrong).unwrap();
    service
        .until("it waits", |one| one.waiting("mark").is_some())
        .await
        .unwrap();
    service.stop().await;
    let service = app.serve(SwapPolicy::Guarded).await.unwrap();
    assert_eq!(
        service.running("mark"),
        Some(digest(&honest)),
        "a restart approves nothing"
    );
    service
        .until("it waits again", |one| one.waiting("mark").is_some())
        .await
        .unwrap();
    assert!(service.service.reject(&digest(&wrong)).await.unwrap());
    assert_eq!(service.running("mark"), Some(digest(&honest)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rollback_puts_the_build_before_back_and_its_values_too() {
    let first = builds::mark("mark", "-v1");
    let app = in_tune(&first).await;
    let service = app.serve(SwapPolicy::Auto).await.unwrap();
    service.sync(Mode::Complete).await.unwrap();
    let second = builds::mark("mark", "-v2");
    // The guard of the connector would hold a change of everybody.
    let open = "[guard]\nchanged-people = \"off\"";
    service
        .save_connector("demo", &app.connector_text(open, MAP))
        .unwrap();
    let demo = service.revision_in_folder("demo").unwrap();
    service
        .until("the guard is off", |one| one.waiting("demo").is_some())
        .await
        .unwrap();
    service.service.accept("demo").await.unwrap();
    assert_eq!(service.revision("demo"), Some(demo));
    service.save("mark", &second).unwrap();
    service
        .until_running("mark", &digest(&second))
        .await
        .unwrap();
    let is_written =
        |suffix: &str| app.property(app.who(7), "City") == Some(format!("City7{suffix}"));
    service
        .until("the new values are written", |_| is_written("-v2"))
        .await
        .unwrap();
    service
        .service
        .roll_back("mark", "somebody rolled it back")
        .await
        .unwrap();
    assert_eq!(service.running("mark"), Some(digest(&first)));
    assert!(is_written("-v1"));
    assert_eq!(
        service.stage("mark", &digest(&second)).as_deref(),
        Some("rolled-back")
    );
    // The file still lies there, and does not come back by itself.
    tokio::time::sleep(std::time::Duration::from_millis(800)).await;
    assert_eq!(service.running("mark"), Some(digest(&first)));
}
