//! Taking pictures back: as far as anybody still has them.

use std::time::Duration;

use attune_server::sync::{self, Mode, Undoing, Watch};
use attune_tests::{Ran, ran};

use super::world::{World, photo};

async fn planned(world: &World, of: &Ran) -> Ran {
    let app = &world.app;
    app.clock.advance(Duration::from_secs(1));
    let run = of.report.run.as_deref().unwrap();
    let row = app.app.host.store.run(run).await.unwrap().unwrap();
    let undoing = Undoing {
        run: &row,
        person: None,
        keeps_running: false,
    };
    let loaded = app.loaded("demo").unwrap();
    let done = sync::undo(&app.app.host, &loaded, &undoing, &Watch::default()).await;
    ran(done.unwrap()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_picture_is_taken_away_and_written_again_by_the_next_run() {
    let world = World::of(6, "photo = true").await;
    let who = world.app.who(3);
    world.shows(who, &photo(300, [200, 30, 30]), "A1");
    let first = world.app.sync(Mode::Complete).await.unwrap();
    let plan = planned(&world, &first).await;
    assert_eq!((plan.report.summary.photos, plan.changes.len()), (1, 1));
    let done = world.app.approve(&plan.report.digest).await.unwrap();
    assert_eq!(done.report.summary.written, 1);
    assert_eq!(world.picture(who), None);
    let again = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(again.report.summary.photos, 1);
    assert!(world.picture(who).is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_that_nobody_has_any_more_is_told_and_counted() {
    let world = World::of(6, "photo = true").await;
    let (who, other) = (world.app.who(3), world.app.who(4));
    world.shows(who, &photo(300, [200, 30, 30]), "A1");
    let account = world.app.account(other);
    world.app.world.jira.show_picture(&account, &[7; 100]);
    world.app.sync(Mode::Complete).await.unwrap();
    world.shows(who, &photo(300, [30, 200, 30]), "A2");
    world.shows(other, &photo(300, [30, 30, 200]), "B1");
    let second = world.app.sync(Mode::Complete).await.unwrap();
    let (_, shown) = world.picture(who).unwrap();
    let plan = planned(&world, &second).await;
    assert_eq!(plan.changes, []);
    let codes = plan.codes();
    assert!(!codes.is_empty() && codes.iter().all(|code| *code == "not-undoable"));
    assert_eq!(plan.report.summary.failed, codes.len() as u64);
    assert_eq!(world.picture(who).unwrap().1, shown);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_that_somebody_put_there_since_is_left() {
    let world = World::of(6, "photo = true").await;
    let who = world.app.who(3);
    world.shows(who, &photo(300, [200, 30, 30]), "A1");
    let first = world.app.sync(Mode::Complete).await.unwrap();
    let account = world.app.account(who);
    let theirs = world.app.world.jira.show_picture(&account, &[7; 100]);
    let plan = planned(&world, &first).await;
    assert_eq!((plan.codes(), plan.changes.len()), (vec!["conflict"], 0));
    assert_eq!(world.picture(who).unwrap().0, theirs);
}
