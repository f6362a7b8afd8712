//! Compiled plugins in a folder: found again, and a miss whenever something is odd.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::guest::{CONTEXT, Guest, column, limits};
use attune_core::Transform as _;
use attune_wasm::{Engine, Options};

fn engine(dir: &Path) -> Engine {
    let options = Options {
        cache_dir: Some(dir.to_owned()),
        limits: limits(),
    };
    Engine::new(options).unwrap()
}

fn compiled(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn works(engine: &Engine, bytes: &[u8]) {
    let plugin = engine.load(bytes).unwrap();
    let mut step = plugin.open("same", &serde_json::json!({})).unwrap();
    let input = column(["a", "b"]);
    assert_eq!(step.apply(&CONTEXT, 2, &[&input]), input);
}

#[test]
fn a_loaded_plugin_is_kept_privately_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("compiled");
    let bytes = Guest::default().component();
    works(&engine(&dir), &bytes);
    let files = compiled(&dir);
    assert_eq!(files.len(), 1);
    assert_eq!(
        fs::metadata(&dir).unwrap().permissions().mode() & 0o777,
        0o700
    );
    assert_eq!(
        fs::metadata(&files[0]).unwrap().permissions().mode() & 0o777,
        0o600
    );

    // A hit writes nothing and marks the file as used.
    let about = || fs::metadata(&files[0]).unwrap();
    let (inode, long_ago) = (about().ino(), SystemTime::UNIX_EPOCH);
    let file = fs::File::open(&files[0]).unwrap();
    file.set_modified(long_ago).unwrap();
    works(&engine(&dir), &bytes);
    assert_eq!((compiled(&dir), about().ino()), (files.clone(), inode));
    assert!(about().modified().unwrap() > long_ago);
}

#[test]
fn a_damaged_cut_or_public_file_is_compiled_anew() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("compiled");
    let bytes = Guest::default().component();
    works(&engine(&dir), &bytes);
    let file = compiled(&dir).remove(0);
    let good = fs::read(&file).unwrap();

    let mut flipped = good.clone();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    let mut header = good.clone();
    header[20] ^= 1;
    for damaged in [
        &flipped[..],
        &header,
        &good[..good.len() / 2],
        &good[..10],
        b"",
    ] {
        fs::write(&file, damaged).unwrap();
        works(&engine(&dir), &bytes);
        assert_eq!(fs::read(&file).unwrap(), good, "written anew");
    }
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    works(&engine(&dir), &bytes);
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn a_folder_that_others_may_write_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("compiled");
    fs::create_dir(&dir).unwrap();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o777)).unwrap();
    works(&engine(&dir), &Guest::default().component());
    assert!(compiled(&dir).is_empty());
}

#[test]
fn a_plugin_that_was_refused_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("compiled");
    let bad = Guest {
        examples: r#"[{"input":["a"],"output":"b"}]"#,
        ..Guest::default()
    };
    assert!(engine(&dir).load(&bad.component()).is_err());
    assert!(compiled(&dir).is_empty());
}

#[test]
fn other_limits_do_not_share_compiled_plugins() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("compiled");
    let bytes = Guest::default().component();
    works(&engine(&dir), &bytes);
    let mut options = Options {
        cache_dir: Some(dir.clone()),
        limits: limits(),
    };
    options.limits.handles = 32;
    works(&Engine::new(options).unwrap(), &bytes);
    assert_eq!(compiled(&dir).len(), 2);
}
