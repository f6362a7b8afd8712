//! What goes wrong with pictures, and that it goes wrong with nothing else.

use std::time::Duration;

use attune_core::plan::{ChangeResult, State};
use attune_server::sync::{Mode, Order, Watch};
use attune_sim::faults::{Fault, Gate, RetryAfter};
use attune_tests::PLAIN_FIELDS;

use super::super::fenced::overtaken;
use super::world::{World, photo};

static SYNC: Order = Order::sync(Mode::Complete);

/// Fields are in tune, whatever became of pictures.
fn fields_are_well(world: &World, what: &str) {
    assert_eq!(
        world.app.out_of_tune(PLAIN_FIELDS),
        Vec::<String>::new(),
        "{what}"
    );
}

/// A world with fields in which two people have a photo.
async fn two() -> World {
    let world = World::mapped(12, "photo = true").await;
    world.shows(world.app.who(2), &photo(300, [200, 30, 30]), "A1");
    world.shows(world.app.who(3), &photo(300, [30, 200, 30]), "B1");
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_throttled_provider_is_waited_for_as_long_as_it_says() {
    let world = two().await;
    world
        .app
        .world
        .graph
        .configure(|settings| settings.photo_throttles = 3);
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.summary.photos, 2, "{:?}", ran.report.problems);
    assert!(world.app.clock.waits().contains(&Duration::from_secs(7)));
    fields_are_well(&world, "throttled");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_wants_more_patience_than_pictures_have_costs_the_fields_nothing() {
    let world = two().await;
    let hours = Fault::throttle(RetryAfter::Seconds(7200)).on("POST", "/$batch");
    world.app.world.graph.inject(hours.times(1));
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (ran.report.state, ran.report.summary.photos),
        (State::Applied, 0)
    );
    let problem = ran
        .report
        .problems
        .iter()
        .find(|p| p.field == "photo")
        .unwrap();
    assert!(problem.message.contains("no more pictures"), "{problem:?}");
    fields_are_well(&world, "impatient");
    world.app.clock.advance(Duration::from_hours(3));
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.summary.photos, 2, "{:?}", ran.report.problems);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_budget_leaves_comes_in_the_next_run() {
    let mut world = two().await;
    let usual = world.app.app.host.pictures;
    world.app.app.host.pictures.time = Duration::ZERO;
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (ran.report.summary.photos, ran.report.state),
        (0, State::Applied)
    );
    assert!(ran.codes().contains(&"pictures-later"), "{:?}", ran.codes());
    fields_are_well(&world, "budget");
    world.app.app.host.pictures = usual;
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!((ran.report.summary.photos, ran.report.summary.sets), (2, 0));
    assert!(!ran.codes().contains(&"pictures-later"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_that_are_none_are_told_one_by_one_and_the_others_are_written() {
    let world = two().await;
    let large = vec![0xff_u8; 6 * 1024 * 1024];
    let bad: [(&[u8], &str); 4] = [
        (b"<svg/>", "not-an-image"),
        (b"\x89PNG\r\n\x1a\n cut", "image-broken"),
        (b"BM000000000000000000", "image-format"),
        (&large, "picture-too-large"),
    ];
    for (number, (bytes, _)) in bad.iter().enumerate() {
        world.shows(world.app.who(4 + number), bytes, "X1");
    }
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (ran.report.state, ran.report.summary.photos),
        (State::Applied, 2)
    );
    let mut codes: Vec<&str> = bad.iter().map(|(_, code)| *code).collect();
    codes.sort_unstable();
    assert_eq!(ran.codes(), codes);
    fields_are_well(&world, "bad pictures");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_at_any_step_is_read_back_and_leaves_one_picture() {
    for (method, after) in [("POST", 0), ("POST", 1), ("PUT", 0)] {
        let world = World::of(8, "photo = true").await;
        let who = world.app.who(3);
        world.shows(who, &photo(300, [200, 30, 30]), "A1");
        let lost = Fault::fail_after_write()
            .on(method, "/user/avatar")
            .after(after);
        world.app.world.jira.inject(lost);
        let ran = world.app.sync(Mode::Complete).await.unwrap();
        let result = ran.of_field("photo").next().unwrap().result;
        assert_eq!(result, Some(ChangeResult::Written), "{method} {after}");
        let (id, _) = world.picture(who).unwrap();
        assert_eq!(world.uploads(who), [id], "{method} {after}");
        assert_eq!(world.app.open_intents().await.unwrap(), 0);
    }
}

/// Runs until something comes to the gate, and kills the run there.
async fn killed_at(world: &mut World, gate: &Gate) {
    {
        let watch = Watch::default();
        tokio::select! {
            ended = world.app.run(&SYNC, &watch) => panic!("it ended before: {ended:?}"),
            () = gate.arrived(1) => {}
        }
    }
    gate.release();
    world.app.restart().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_between_upload_and_selection_the_next_run_writes_once_and_tidies_up() {
    let mut world = World::of(8, "photo = { conflict = \"hold\", existing = \"hold\" }").await;
    let who = world.app.who(3);
    world.shows(who, &photo(300, [200, 30, 30]), "A1");
    let gate = Gate::default();
    world.app.world.jira.inject(
        Fault::hold_answer(&gate)
            .on("POST", "/user/avatar")
            .after(1),
    );
    killed_at(&mut world, &gate).await;
    assert_eq!((world.uploads(who).len(), world.picture(who)), (1, None));
    assert_eq!(world.app.open_intents().await.unwrap(), 1);
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.summary.written, 1, "{:?}", ran.report.problems);
    let (id, _) = world.picture(who).unwrap();
    assert_eq!(world.uploads(who), [id], "the orphan is gone");
    assert_eq!(world.app.open_intents().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_the_selection_the_next_run_knows_its_own() {
    let mut world = World::of(8, "photo = { conflict = \"hold\", existing = \"hold\" }").await;
    let who = world.app.who(3);
    world.shows(who, &photo(300, [200, 30, 30]), "A1");
    let gate = Gate::default();
    world
        .app
        .world
        .jira
        .inject(Fault::hold_answer(&gate).on("PUT", "/user/avatar"));
    killed_at(&mut world, &gate).await;
    let (id, _) = world.picture(who).unwrap();
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (ran.report.summary.changes, ran.codes()),
        (0, Vec::<&str>::new())
    );
    assert_eq!(world.uploads(who), [id], "nothing was uploaded twice");
    world.shows(who, &photo(300, [30, 30, 200]), "A2");
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        ran.report.summary.written, 1,
        "nobody else's picture is in the way"
    );
    assert_eq!(world.uploads(who).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_that_refuses_pictures_takes_fields() {
    let world = two().await;
    world
        .app
        .world
        .jira
        .inject(Fault::reject(400).on("POST", "/avatar/temporary").times(2));
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Applied);
    assert_eq!(ran.codes(), ["rejected", "rejected"]);
    fields_are_well(&world, "refused");
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (ran.report.summary.written, ran.report.summary.photos),
        (2, 2)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gravatar_is_said_and_leaves_no_uploads() {
    let world = two().await;
    world
        .app
        .world
        .jira
        .configure(|settings| settings.is_gravatar = true);
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.codes(), ["does-not-stick", "does-not-stick"]);
    assert_eq!(world.uploads(world.app.who(2)), Vec::<String>::new());
    fields_are_well(&world, "gravatar");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_confluence_that_keeps_pictures_to_their_owners_is_told_once_and_jira_goes_on() {
    let world = World::of_both(6, "photo = true").await;
    world
        .app
        .world
        .wiki
        .configure(|settings| settings.is_picture_closed = true);
    for place in 1..4 {
        world.shows(
            world.app.who(place),
            &photo(300, [30, 30, 60 * place as u8]),
            "A1",
        );
    }
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.codes(), ["picture-permission"]);
    let problem = &ran.report.problems[0];
    assert!(problem.message.contains("take `photo` out"), "{problem:?}");
    assert!((1..4).all(|place| world.picture(world.app.who(place)).is_some()));
    assert_eq!(ran.report.summary.written, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn photos_that_the_directory_keeps_from_us_are_explained_once() {
    let world = two().await;
    world
        .app
        .world
        .graph
        .configure(|settings| settings.is_photo_denied = true);
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.codes(), ["permission"]);
    assert!(
        ran.report.problems[0]
            .message
            .contains("ProfilePhoto.Read.All")
    );
    fields_are_well(&world, "denied");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_overtaken_between_pictures_uploads_no_more_than_was_under_way() {
    let world = World::mapped(20, "photo = true").await;
    for place in 0..20 {
        world.shows(
            world.app.who(place),
            &photo(300, [200, 30, place as u8]),
            "A1",
        );
    }
    let held = |gate: &Gate| {
        Fault::hold(gate)
            .on("POST", "/user/avatar/temporary")
            .after(6)
    };
    let sent = Box::pin(overtaken(&world.app, held, ("jira", true))).await;
    // Of each picture: upload, crop, selection, and taking the one before away.
    assert!(sent <= 8 * 4, "{sent} requests were under way");
    let shown = (0..20).filter(|place| world.picture(world.app.who(*place)).is_some());
    assert_eq!(shown.count(), 20);
}
