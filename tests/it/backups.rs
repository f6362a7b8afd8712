//! Backups: whole or not there, and the way back.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use attune_core::plan::State;
use attune_server::app::App;
use attune_server::backup::{self, Created, Kept, To};
use attune_server::fault::Failure;
use attune_server::store::Store;
use attune_server::sync::Mode;
use attune_tests::{PLAIN, PLAIN_FIELDS, TestApp};
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};

const GUARDS: &str = "[guard]\nchanged-people = \"off\"";

async fn app(people: usize) -> TestApp {
    let app = TestApp::tidy(people).await.unwrap();
    app.connector(&app.connector_text(GUARDS, PLAIN)).unwrap();
    app
}

async fn create(app: &App, connectors: &Path, file: &Path) -> Result<Created, Failure> {
    let from = Kept {
        store: &app.host.store,
        connectors_dir: connectors,
        now: app.host.clock.now(),
    };
    backup::create(from, file).await.map_err(Failure::from)
}

async fn restore(app: &TestApp, file: &Path, replaces: bool) -> Result<backup::Restored, Failure> {
    let (data_dir, connectors_dir) = (app.path("data"), app.connectors());
    let to = To {
        data_dir: &data_dir,
        connectors_dir: &connectors_dir,
        replaces,
        now: app.app.host.clock.now(),
    };
    backup::restore(file, to).await.map_err(Failure::from)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restore_the_next_run_brings_everything_in_tune_and_writes_only_what_differs() {
    let mut app = app(20).await;
    app.sync(Mode::Complete).await.unwrap();
    let file = app.path("attune.backup");
    let created = create(&app.app, &app.connectors(), &file).await.unwrap();
    assert_eq!(created.notes, Vec::<String>::new());
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // Somebody changes for good, somebody changes and changes back, somebody changes afterwards.
    let back = app.member(app.who(5), "city").unwrap();
    app.set(app.who(3), "city", "Changed");
    app.set(app.who(5), "city", "For a while");
    app.sync(Mode::Complete).await.unwrap();
    app.set(app.who(5), "city", &back);
    app.set(app.who(7), "city", "Afterwards");
    app.app.host.store.close().await;
    let refused = restore(&app, &file, false).await.unwrap_err();
    assert_eq!(refused.code, "not-empty");
    let restored = restore(&app, &file, true).await.unwrap();
    assert!(restored.aside.unwrap().join("attune.db").is_file());
    app.restart().await.unwrap();
    let verified = app.app.host.store.audit_verify().await.unwrap();
    assert_eq!(verified.flaw, None);
    app.forget();
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    assert_eq!(ran.report.summary.written, 2, "{:?}", ran.changes);
    assert_eq!(app.world.jira.writes().len(), 2);
    let quiet = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(quiet.report.state, State::Nothing);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_has_what_waits_and_brings_connector_files_to_where_there_are_none() {
    let app = TestApp::tidy(30).await.unwrap();
    let text = app.connector_text("[guard]\nchanged-people = \"5%\"", PLAIN);
    app.connector(&text).unwrap();
    // So few have nothing yet: the first run is held by nothing, the second changes everybody.
    app.sync(Mode::Complete).await.unwrap();
    for place in 0..30 {
        app.set(app.who(place), "city", &format!("City {place}"));
    }
    let held = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(held.report.state, State::Held, "{:?}", held.report.guards);
    let file = app.path("attune.backup");
    let created = create(&app.app, &app.connectors(), &file).await.unwrap();
    let names: Vec<&str> = created.manifest.parts.iter().map(|p| &*p.name).collect();
    for needed in ["attune.db", "attune.id", "audit.head", "plans/", "builds/"] {
        assert!(
            names.iter().any(|name| name.starts_with(needed)),
            "{needed}: {names:?}"
        );
    }
    assert!(names.contains(&"connectors-of-backup/demo.toml"));
    let (data_dir, connectors_dir) = (app.path("elsewhere/data"), app.path("elsewhere/files"));
    let to = To {
        data_dir: &data_dir,
        connectors_dir: &connectors_dir,
        replaces: false,
        now: app.app.host.clock.now(),
    };
    backup::restore(&file, to).await.unwrap();
    let restored = std::fs::read_to_string(connectors_dir.join("demo.toml")).unwrap();
    assert_eq!(restored, text);
    let store = Store::open(&data_dir).await.unwrap();
    let plan = store.plan(&held.report.digest).await.unwrap().unwrap();
    assert!(data_dir.join("plans").join(plan.file).is_file());
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_to_the_data_directory_stays_and_what_it_leads_to_is_exchanged() {
    let app = app(4).await;
    app.sync(Mode::Complete).await.unwrap();
    let file = app.path("attune.backup");
    create(&app.app, &app.connectors(), &file).await.unwrap();
    // As systemd lays it out for a user of the moment (DynamicUser=).
    let (link, real) = (app.path("state"), app.path("private/state"));
    std::fs::create_dir_all(&real).unwrap();
    std::fs::write(real.join("of-before"), "").unwrap();
    std::os::unix::fs::symlink("private/state", &link).unwrap();
    let connectors_dir = app.path("elsewhere/files");
    let to = To {
        data_dir: &link,
        connectors_dir: &connectors_dir,
        replaces: true,
        now: app.app.host.clock.now(),
    };
    let restored = backup::restore(&file, to).await.unwrap();
    assert_eq!(
        std::fs::read_link(&link).unwrap(),
        Path::new("private/state")
    );
    assert!(real.join("attune.db").is_file());
    assert!(!real.join("of-before").exists());
    let aside = restored.aside.unwrap();
    assert!(aside.join("of-before").is_file());
    let beside = std::fs::read_dir(app.path("private")).unwrap();
    let mut beside: Vec<_> = beside.map(|entry| entry.unwrap().file_name()).collect();
    beside.sort();
    let expected = [real.file_name().unwrap(), aside.file_name().unwrap()];
    assert_eq!(beside, expected, "nothing else is left there");
    let store = Store::open(&link).await.unwrap();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_damage_is_found_and_names_its_part_and_nothing_is_restored() {
    let app = app(6).await;
    app.sync(Mode::Complete).await.unwrap();
    let file = app.path("attune.backup");
    let created = create(&app.app, &app.connectors(), &file).await.unwrap();
    let whole = std::fs::read(&file).unwrap();
    let mut random = SmallRng::seed_from_u64(7);
    let damaged = app.path("damaged.backup");
    let data_dir = app.path("nowhere/data");
    let connectors_dir = app.path("nowhere/files");
    let (mut found, mut unharmed) = (0, 0);
    for round in 0..60 {
        let mut bytes = whole.clone();
        let at = random.random_range(0..bytes.len());
        match round % 3 {
            0 => bytes.truncate(at),
            _ => bytes[at] ^= 1 << random.random_range(0..8),
        }
        std::fs::write(&damaged, &bytes).unwrap();
        match backup::verify(&damaged) {
            // Filling between parts, and the names of users that tar keeps, are nobody's content.
            Ok(manifest) => {
                assert_eq!(manifest, created.manifest);
                unharmed += 1;
            }
            Err(error) => {
                let failure = Failure::from(error);
                assert_eq!(failure.code, "backup-damaged", "{failure:?}");
                let to = To {
                    data_dir: &data_dir,
                    connectors_dir: &connectors_dir,
                    replaces: false,
                    now: app.app.host.clock.now(),
                };
                assert!(backup::restore(&damaged, to).await.is_err());
                assert!(!data_dir.exists() && !connectors_dir.exists());
                found += 1;
            }
        }
    }
    assert!(found >= 55, "{found} found, {unharmed} without any content");
    let left: Vec<PathBuf> = std::fs::read_dir(app.path("nowhere"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(left, Vec::<PathBuf>::new(), "drafts are taken away");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_service_and_a_file_that_is_there_are_left_alone() {
    let app = app(4).await;
    app.sync(Mode::Complete).await.unwrap();
    let file = app.path("attune.backup");
    create(&app.app, &app.connectors(), &file).await.unwrap();
    let again = create(&app.app, &app.connectors(), &file).await;
    assert_eq!(again.unwrap_err().code, "not-empty");
    let _lock = app.app.host.store.lock().unwrap();
    let refused = restore(&app, &file, true).await.unwrap_err();
    assert_eq!(refused.code, "busy");
    assert!(app.path("data/attune.db").is_file());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_was_stopped_in_the_middle_is_not_there() {
    let app = app(4).await;
    app.sync(Mode::Complete).await.unwrap();
    let file = app.path("missing-folder/attune.backup");
    let refused = create(&app.app, &app.connectors(), &file)
        .await
        .unwrap_err();
    assert_eq!(refused.code, "backup-file");
    let drafts = std::fs::read_dir(app.path("data")).unwrap();
    let names = drafts.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(names.filter(|name| name.starts_with("backup-")).count(), 0);
}
