//! Real folders, changed in the ways in which editors, deployments and a `ConfigMap` change them.

use std::fs;
use std::os::unix::fs::symlink;

use tempfile::TempDir;
use tokio::time::timeout;

use super::*;

const PATIENCE: Duration = Duration::from_secs(20);
/// How long nothing may happen until we believe that nothing will.
const STILL: Duration = Duration::from_millis(400);

/// A timer that no test lives to see.
const BY_EVENTS: WatchOptions = WatchOptions {
    debounce: Duration::from_millis(20),
    rescan: Duration::from_hours(1),
};

fn temporary() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn open(dir: &Path) -> Watch {
    Watch::open(&[dir.to_owned()], BY_EVENTS)
}

async fn is_noticed(watch: &mut Watch) -> bool {
    timeout(PATIENCE, watch.changed()).await.is_ok()
}

async fn is_still(watch: &mut Watch) -> bool {
    timeout(STILL, watch.changed()).await.is_err()
}

/// Whether it becomes quiet by itself: late events may wake some more times, but not for ever.
async fn quiets(watch: &mut Watch) -> bool {
    for _ in 0..20 {
        if is_still(watch).await {
            return true;
        }
    }
    false
}

/// Reads all of a folder, as those who are woken do.
fn look(dir: &Path) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            look(&path);
        } else {
            fs::read(&path).unwrap();
        }
    }
}

#[tokio::test]
async fn a_write_is_noticed_and_so_is_an_atomic_rename() {
    let dir = temporary();
    let file = dir.path().join("entra.toml");
    let mut watch = open(dir.path());
    fs::write(&file, "a\n").unwrap();
    assert!(is_noticed(&mut watch).await);
    assert!(quiets(&mut watch).await);
    let draft = dir.path().join(".draft");
    fs::write(&draft, "b\n").unwrap();
    assert!(is_still(&mut watch).await, "a draft is no change");
    fs::rename(&draft, &file).unwrap();
    assert!(is_noticed(&mut watch).await);
    assert!(quiets(&mut watch).await);
    fs::remove_file(&file).unwrap();
    assert!(is_noticed(&mut watch).await);
}

#[tokio::test]
async fn what_happened_while_nobody_waited_is_told() {
    let dir = temporary();
    let mut watch = open(dir.path());
    for at in 0..100 {
        fs::write(dir.path().join(format!("{at}.toml")), "a\n").unwrap();
    }
    assert!(is_noticed(&mut watch).await);
    assert!(quiets(&mut watch).await, "many events are few changes");
}

#[tokio::test]
async fn a_wait_that_is_given_up_loses_no_change() {
    let dir = temporary();
    let options = WatchOptions {
        debounce: Duration::from_millis(300),
        ..BY_EVENTS
    };
    let mut watch = Watch::open(&[dir.path().to_owned()], options);
    fs::write(dir.path().join("a.toml"), "a\n").unwrap();
    assert!(
        is_noticed(&mut watch).await,
        "the first one is told at once"
    );
    fs::write(dir.path().join("b.toml"), "b\n").unwrap();
    // The event is taken by a wait that ends before the events are known to have ended.
    let early = timeout(Duration::from_millis(100), watch.changed()).await;
    assert!(early.is_err());
    assert!(is_noticed(&mut watch).await);
}

#[tokio::test]
async fn reading_and_quiet_folders_wake_nobody() {
    let (one, two) = (temporary(), temporary());
    fs::create_dir(one.path().join("tables")).unwrap();
    fs::write(one.path().join("tables/a.csv"), "1\n").unwrap();
    fs::write(one.path().join("a.toml"), "a\n").unwrap();
    let dirs = [one.path().to_owned(), two.path().to_owned()];
    let mut watch = Watch::open(&dirs, BY_EVENTS);
    let mut wakes = 0;
    for _ in 0..5 {
        look(one.path());
        wakes += usize::from(!is_still(&mut watch).await);
    }
    assert_eq!(wakes, 0);
    fs::write(two.path().join("text.wasm"), "b").unwrap();
    assert!(is_noticed(&mut watch).await, "the watches are alive");
}

#[tokio::test]
async fn other_files_beside_a_folder_wake_nobody() {
    let home = temporary();
    let dir = home.path().join("connectors");
    fs::create_dir(&dir).unwrap();
    let mut watch = open(&dir);
    fs::write(home.path().join("attune.log"), "a\n").unwrap();
    assert!(is_still(&mut watch).await);
    fs::write(dir.join("a.toml"), "a\n").unwrap();
    assert!(is_noticed(&mut watch).await);
}

#[tokio::test]
async fn a_config_map_that_is_swapped_is_noticed_each_time() {
    let dir = temporary();
    let version = |name: &str, text: &str| {
        let folder = dir.path().join(name);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("entra.toml"), text).unwrap();
    };
    version("..2026_11_22", "a\n");
    symlink("..2026_11_22", dir.path().join("..data")).unwrap();
    symlink("..data/entra.toml", dir.path().join("entra.toml")).unwrap();
    let mut watch = open(dir.path());
    let mut before = "..2026_11_22".to_owned();
    for at in 23..26 {
        // As kubelet does it: the new folder, a link beside the old one, renamed over it.
        let name = format!("..2026_11_{at}");
        version(&name, "b\n");
        let draft = dir.path().join("..data_tmp");
        symlink(&name, &draft).unwrap();
        fs::rename(&draft, dir.path().join("..data")).unwrap();
        fs::remove_dir_all(dir.path().join(&before)).unwrap();
        assert!(is_noticed(&mut watch).await, "{name}");
        look(dir.path());
        assert!(quiets(&mut watch).await, "{name}");
        before = name;
    }
}

#[tokio::test]
async fn a_folder_that_is_made_later_is_watched_then() {
    let home = temporary();
    let dir = home.path().join("plugins.d");
    let mut watch = open(&dir);
    fs::create_dir(&dir).unwrap();
    assert!(is_noticed(&mut watch).await);
    assert!(quiets(&mut watch).await);
    fs::create_dir(dir.join("tables")).unwrap();
    assert!(is_noticed(&mut watch).await);
    assert!(quiets(&mut watch).await);
    fs::write(dir.join("tables/a.csv"), "1\n").unwrap();
    assert!(is_noticed(&mut watch).await, "in a folder below it");
}

#[tokio::test]
async fn a_folder_that_is_removed_and_made_again_is_watched() {
    let home = temporary();
    let dir = home.path().join("connectors");
    fs::create_dir(&dir).unwrap();
    let mut watch = open(&dir);
    for _ in 0..5 {
        fs::remove_dir_all(&dir).unwrap();
        fs::create_dir(&dir).unwrap();
        assert!(is_noticed(&mut watch).await);
        assert!(quiets(&mut watch).await);
        fs::write(dir.join("a.toml"), "a\n").unwrap();
        assert!(is_noticed(&mut watch).await);
        assert!(quiets(&mut watch).await);
    }
}

#[tokio::test]
async fn a_folder_that_is_a_link_to_another_one_now_is_watched() {
    let home = temporary();
    for name in ["one", "two"] {
        fs::create_dir(home.path().join(name)).unwrap();
    }
    let dir = home.path().join("connectors");
    symlink("one", &dir).unwrap();
    let mut watch = open(&dir);
    let draft = home.path().join("draft");
    symlink("two", &draft).unwrap();
    fs::rename(&draft, &dir).unwrap();
    assert!(is_noticed(&mut watch).await);
    assert!(quiets(&mut watch).await);
    fs::write(home.path().join("two/a.toml"), "a\n").unwrap();
    assert!(is_noticed(&mut watch).await);
}

#[tokio::test]
async fn a_change_is_noticed_by_the_timer_when_the_watches_are_lost() {
    let dir = temporary();
    let options = WatchOptions {
        rescan: Duration::from_secs(5),
        ..BY_EVENTS
    };
    let mut watch = Watch::open(&[dir.path().to_owned()], options);
    watch.watched.watcher = None;
    // Its thread ends a moment later.
    while !is_still(&mut watch).await {}
    watch.rescan_at = Instant::now() + Duration::from_secs(5);
    fs::write(dir.path().join("a.toml"), "a\n").unwrap();
    assert!(is_still(&mut watch).await, "nobody says so");
    assert!(is_noticed(&mut watch).await, "the timer does");
    assert!(watch.watched.watcher.is_some());
    // From now on by events again: the timer has made new watches.
    watch.rescan_at = Instant::now() + PATIENCE * 2;
    fs::write(dir.path().join("a.toml"), "b\n").unwrap();
    assert!(is_noticed(&mut watch).await);
}

#[tokio::test]
async fn lost_events_and_errors_of_the_watcher_may_be_changes() {
    let dir = temporary();
    let mut watch = open(dir.path());
    let lost = notify::Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
    watch.signal.take(&watch.roots, Ok(lost));
    assert!(is_noticed(&mut watch).await);
    let error = || Err(notify::Error::generic("no more watches"));
    watch.signal.take(&watch.roots, error());
    watch.signal.take(&watch.roots, error());
    assert!(is_noticed(&mut watch).await);
    assert!(watch.signal.is_warned.load(Ordering::Acquire));
    fs::write(dir.path().join("a.toml"), "a\n").unwrap();
    assert!(is_noticed(&mut watch).await, "there are new watches");
}
