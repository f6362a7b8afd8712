//! Pictures: a field of their own, that costs the others nothing.

mod faults;
mod links;
mod owned;
mod undone;
mod world;

use attune_core::plan::{Op, State};
use attune_server::sync::Mode;
use attune_sim::graph::NoPhoto;

use world::{World, photo};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_goes_to_jira_and_the_next_run_costs_the_target_nothing() {
    let world = World::of(12, "photo = true").await;
    let who = world.app.who(3);
    world.shows(who, &photo(300, [200, 30, 30]), "A1");
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Applied);
    assert_eq!(ran.report.summary.photos, 1);
    assert!(ran.report.is_consistent());
    let change = ran.of_field("photo").next().unwrap();
    assert_eq!((change.op, change.before.clone()), (Op::Photo, None));
    assert!(change.after.as_deref().unwrap().starts_with("sha256:"));
    let (_, png) = world.picture(who).unwrap();
    assert!(png.starts_with(b"\x89PNG"));
    assert_eq!(&png[16..24], [0, 0, 1, 0, 0, 0, 1, 0], "256 x 256");
    world.app.forget();
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Nothing);
    assert_eq!(
        world.app.world.jira.log().len(),
        0,
        "nothing is due at the target"
    );
    assert!(world.asked_for_bytes().is_empty(), "the mark still holds");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_picture_is_one_write_and_the_old_one_is_taken_away() {
    let world = World::of(12, "photo = { size = 96 }").await;
    let who = world.app.who(3);
    world.shows(who, &photo(300, [200, 30, 30]), "A1");
    world.app.sync(Mode::Complete).await.unwrap();
    let (first, _) = world.picture(who).unwrap();
    world.shows(who, &photo(300, [30, 200, 30]), "A2");
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (ran.report.summary.changes, ran.report.summary.photos),
        (1, 1)
    );
    let (second, _) = world.picture(who).unwrap();
    assert_ne!(first, second);
    assert_eq!(world.uploads(who), [second]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_picture_under_another_mark_is_no_change() {
    let world = World::of(12, "photo = true").await;
    let who = world.app.who(3);
    let picture = photo(300, [200, 30, 30]);
    world.shows(who, &picture, "A1");
    world.app.sync(Mode::Complete).await.unwrap();
    world.shows(who, &picture, "A2");
    world.app.forget();
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (ran.report.state, ran.report.summary.changes),
        (State::Nothing, 0)
    );
    assert_eq!(world.app.world.jira.log().len(), 0);
    assert_eq!(world.asked_for_bytes().len(), 1);
    world.app.forget();
    world.app.sync(Mode::Complete).await.unwrap();
    assert!(
        world.asked_for_bytes().is_empty(),
        "the new mark was remembered"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_no_picture_keeps_what_is_there_unless_the_file_says_reset() {
    for (line, no_photo, kept) in [
        ("photo = true", NoPhoto::NotFound, true),
        ("photo = { none = \"reset\" }", NoPhoto::NotFound, false),
        ("photo = { none = \"reset\" }", NoPhoto::OnePixel, false),
    ] {
        let world = World::of(12, line).await;
        world
            .app
            .world
            .graph
            .configure(|settings| settings.no_photo = no_photo);
        let (who, other) = (world.app.who(3), world.app.who(4));
        world.shows(who, &photo(300, [200, 30, 30]), "A1");
        let theirs = world
            .app
            .world
            .jira
            .show_picture(&world.app.account(other), &[7; 100]);
        world.app.sync(Mode::Complete).await.unwrap();
        world.hides(who);
        let ran = world.app.sync(Mode::Complete).await.unwrap();
        assert_eq!(world.picture(who).is_some(), kept, "{line}");
        assert_eq!(ran.report.summary.photos, u64::from(!kept), "{line}");
        assert_eq!(
            world.picture(other).map(|(id, _)| id),
            Some(theirs),
            "not ours"
        );
        let ran = world.app.sync(Mode::Complete).await.unwrap();
        assert_eq!(ran.report.state, State::Nothing, "{line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fields_and_pictures_are_one_plan_and_two_ways() {
    let world = World::mapped(12, "photo = true").await;
    let who = world.app.who(3);
    world.shows(who, &photo(300, [200, 30, 30]), "A1");
    let plan = world.app.plan(Mode::Complete).await.unwrap();
    assert!(plan.report.summary.sets > 10 && plan.report.summary.photos == 1);
    assert_eq!(plan.changes.len() as u64, plan.report.summary.changes);
    assert!(world.picture(who).is_none());
    let ran = world.app.approve(&plan.report.digest).await.unwrap();
    assert_eq!(ran.report.summary.written, ran.report.summary.changes);
    assert!(world.picture(who).is_some());
    world.app.forget();
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Nothing, "{:?}", ran.changes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_picture_stands_in_a_plan_file_a_report_or_the_ledger() {
    let world = World::of(12, "photo = true").await;
    let who = world.app.who(3);
    world.shows(who, &photo(300, [200, 30, 30]), "A1");
    let ran = world.app.plan(Mode::Complete).await.unwrap();
    let json = serde_json::to_string(&ran.changes).unwrap();
    assert!(
        json.len() < 1000 && !json.contains("iVBOR") && !json.contains("PNG"),
        "{json}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_products_get_it_each_by_its_own_way() {
    let world = World::of_both(6, "photo = { size = 64, none = \"reset\" }").await;
    let who = world.app.who(2);
    world.shows(who, &photo(300, [30, 30, 200]), "A1");
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.summary.photos, 2, "{:?}", ran.report.problems);
    let (_, png) = world.picture(who).unwrap();
    assert_eq!(world.wiki_picture(who), Some(png));
    world.hides(who);
    world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!((world.picture(who), world.wiki_picture(who)), (None, None));
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Nothing);
}
