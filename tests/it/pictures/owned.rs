//! Whose a picture is: the ownership table, as far as products tell pictures apart.

use attune_core::mapping::{Field, FieldKind};
use attune_core::plan::{ChangeResult, State};
use attune_server::store::ledger::{Author, Record};
use attune_server::sync::{self, Mode, Order, PlanFile, Watch};
use attune_tests::ran;

use super::world::{World, photo};

/// Somebody uploads a picture by hand; its id.
fn by_hand(world: &World, place: usize) -> String {
    let account = world.app.account(world.app.who(place));
    world.app.world.jira.show_picture(&account, &[9; 100])
}

fn shown(world: &World, place: usize) -> Option<String> {
    world.picture(world.app.who(place)).map(|(id, _)| id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_that_was_there_before_us_meets_existing() {
    for (existing, stays, code) in [
        ("overwrite", false, None),
        ("keep", true, None),
        ("hold", true, Some("held")),
    ] {
        let world = World::of(8, &format!("photo = {{ existing = \"{existing}\" }}")).await;
        let theirs = by_hand(&world, 3);
        world.shows(world.app.who(3), &photo(300, [200, 30, 30]), "A1");
        let ran = world.app.sync(Mode::Complete).await.unwrap();
        assert_eq!(
            shown(&world, 3) == Some(theirs.clone()),
            stays,
            "{existing}"
        );
        assert_eq!(ran.codes().first().copied(), code, "{existing}");
        assert!(
            world.uploads(world.app.who(3)).contains(&theirs),
            "never deleted"
        );
        if let Some(change) = ran.of_field("photo").next() {
            assert_eq!(change.before, Some(format!("other:{theirs}")));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_that_somebody_put_in_the_place_of_ours_meets_conflict() {
    for (conflict, stays) in [("source-wins", false), ("keep-local", true), ("hold", true)] {
        let world = World::of(8, &format!("photo = {{ conflict = \"{conflict}\" }}")).await;
        let who = world.app.who(3);
        world.shows(who, &photo(300, [200, 30, 30]), "A1");
        world.app.sync(Mode::Complete).await.unwrap();
        let theirs = by_hand(&world, 3);
        world.app.sync(Mode::Complete).await.unwrap();
        assert_eq!(
            shown(&world, 3),
            Some(theirs.clone()),
            "nobody looks without a reason"
        );
        world.shows(who, &photo(300, [30, 200, 30]), "A2");
        world.app.sync(Mode::Complete).await.unwrap();
        assert_eq!(
            shown(&world, 3) == Some(theirs.clone()),
            stays,
            "{conflict}"
        );
        assert!(world.uploads(who).contains(&theirs), "never deleted");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn full_repairs_drift_and_an_unchanged_picture_is_written_then_only() {
    let world = World::of(8, "photo = true").await;
    let who = world.app.who(3);
    world.shows(who, &photo(300, [200, 30, 30]), "A1");
    world.app.sync(Mode::Complete).await.unwrap();
    let ran = world.app.sync(Mode::Full).await.unwrap();
    assert_eq!(ran.report.summary.photos, 0, "looked at, and found in tune");
    let theirs = by_hand(&world, 3);
    let ran = world.app.sync(Mode::Full).await.unwrap();
    assert_eq!(ran.report.summary.written, 1);
    assert_ne!(shown(&world, 3), Some(theirs.clone()));
    assert!(world.uploads(who).contains(&theirs));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_released_picture_that_is_still_shown_is_adopted_without_a_write() {
    let world = World::of(8, "photo = true").await;
    let who = world.app.who(3);
    world.shows(who, &photo(300, [200, 30, 30]), "A1");
    world.app.sync(Mode::Complete).await.unwrap();
    let before = shown(&world, 3);
    let site = world.app.world.jira.url();
    let author = Author {
        site: &site,
        connector: "demo",
        run: "by hand",
        revision: "",
        now_ms: 1,
    };
    let released = Record {
        account: world.app.account(who),
        field: Field {
            kind: FieldKind::Photo,
            name: "photo".to_owned(),
        },
        value: None,
        previous: None,
    };
    let store = &world.app.app.host.store;
    store.record(author, &[released]).await.unwrap();
    let ran = world.app.sync(Mode::Full).await.unwrap();
    assert_eq!(
        (ran.report.summary.adopted, ran.report.summary.changes),
        (1, 0)
    );
    assert_eq!(shown(&world, 3), before);
    // Ours again: a reset is ours to make.
    world.maps("", "photo = { none = \"reset\" }", "City = \"city\"");
    world.hides(who);
    world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(shown(&world, 3), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_since_the_plan_was_made_is_a_conflict() {
    let world = World::of(8, "photo = true").await;
    let who = world.app.who(3);
    world.shows(who, &photo(300, [200, 30, 30]), "A1");
    let plan = world.app.plan(Mode::Complete).await.unwrap();
    let theirs = by_hand(&world, 3);
    let ran = world.app.approve(&plan.report.digest).await.unwrap();
    let result = ran.of_field("photo").next().unwrap().result;
    assert_eq!(result, Some(ChangeResult::Conflict));
    assert_eq!(shown(&world, 3), Some(theirs));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_file_holds_no_picture_and_writes_exactly_that_one() {
    let world = World::of(8, "photo = true").await;
    let who = world.app.who(3);
    world.shows(who, &photo(300, [200, 30, 30]), "A1");
    let loaded = world.app.loaded("demo").unwrap();
    let host = &world.app.app.host;
    let order = Order::plan(Mode::Complete);
    let done = sync::run(host, &loaded, &order, &Watch::default())
        .await
        .unwrap();
    let path = world.app.path("plan.json");
    let stage = done.stage.as_ref().unwrap();
    sync::write_plan(&path, &done.report, stage).await.unwrap();
    ran(done).await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("sha256:") && !text.contains("iVBOR") && text.len() < 4000,
        "{text}"
    );
    // Another picture meanwhile: the plan's own is written.
    world.shows(who, &photo(300, [30, 30, 200]), "A2");
    let file = PlanFile::read(&path).unwrap();
    let done = sync::apply_file(host, &loaded, &file, &Watch::default())
        .await
        .unwrap();
    let applied = ran(done).await.unwrap();
    assert_eq!(
        applied.report.summary.written, 1,
        "{:?}",
        applied.report.problems
    );
    let (_, first) = world.picture(who).unwrap();
    let next = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(next.report.summary.written, 1);
    assert_ne!(world.picture(who).map(|(_, png)| png), Some(first));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_connectors_picture_is_not_written() {
    let world = World::of(8, "photo = true").await;
    let who = world.app.who(3);
    world.shows(who, &photo(300, [200, 30, 30]), "A1");
    world.app.sync(Mode::Complete).await.unwrap();
    let target = world.app.target_text("jira", &world.app.world.jira.url());
    let text = format!(
        "{}{target}photo = {{ size = 48 }}\n",
        world.app.source_text("other", "")
    );
    world.app.write_connector("other", &text).unwrap();
    let before = shown(&world, 3);
    let ran = world.app.sync_named("other").await.unwrap();
    assert_eq!(
        (ran.codes(), ran.report.summary.photos),
        (vec!["owned-by"], 0)
    );
    assert_eq!(shown(&world, 3), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_that_lost_all_photos_holds_the_plan_before_the_first_reset() {
    let world = World::of(20, "photo = { none = \"reset\" }").await;
    for place in 1..12 {
        world.shows(
            world.app.who(place),
            &photo(300, [200, 30, 20 * place as u8]),
            "A1",
        );
    }
    world.app.sync(Mode::Complete).await.unwrap();
    (1..12).for_each(|place| world.hides(world.app.who(place)));
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Held);
    assert!(
        ran.held_by().contains(&"cleared-values"),
        "{:?}",
        ran.held_by()
    );
    assert!((1..12).all(|place| shown(&world, place).is_some()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_face_for_everybody_holds_the_plan() {
    let world = World::of(20, "photo = true").await;
    for place in 1..15 {
        world.shows(
            world.app.who(place),
            &photo(300, [200, 30, 15 * place as u8]),
            "A1",
        );
    }
    world.app.sync(Mode::Complete).await.unwrap();
    let silhouette = photo(300, [128, 128, 128]);
    (1..15).for_each(|place| world.shows(world.app.who(place), &silhouette, "S"));
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Held);
    assert!(
        ran.held_by().contains(&"one-value-takes-over"),
        "{:?}",
        ran.held_by()
    );
}
