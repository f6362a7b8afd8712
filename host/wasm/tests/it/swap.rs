//! One build in the place of another: builds read once, snapshots that share what they do not
//! change, and the guests that other tests swap.

use std::fs;

use attune_core::{Column, Kind, Transform as _};
use attune_wasm::registry::{Build, Registry, Source, files};
use attune_wasm::{Engine, Plugin};
use serde_json::json;

use super::builds::{good_then_loops, good_then_traps, loops, mark, wrong_for};
use super::checks::{failed_rows, within};
use super::guest::{CONTEXT, Guest, column, engine, limits};

/// A build of these bytes, as if a file had held them.
fn build(id: &str, bytes: Vec<u8>) -> Build {
    Build::of_bytes(id, Source::File(format!("{id}.wasm").into()), bytes)
}

/// What a plugin makes of these texts.
fn answers(plugin: &Plugin, texts: &[&str]) -> Vec<String> {
    let mut step = plugin.open("same", &json!({})).unwrap();
    let answer = step.apply(&CONTEXT, texts.len(), &[&column(texts)]);
    answer
        .iter()
        .map(|cell| String::from_utf8_lossy(cell.bytes).into_owned())
        .collect()
}

/// Answers so many batches of 256; gives the calls of `apply` that failed, and the rows.
fn batches(plugin: &Plugin, options: &serde_json::Value, batches: usize) -> (u64, usize) {
    let mut step = plugin.open("same", options).unwrap();
    let mut lost = 0;
    for batch in 0..batches {
        let input = column((0..256).map(|row| format!("row {}", batch * 256 + row)));
        lost += failed_rows(&step.apply(&CONTEXT, 256, &[&input])).len();
    }
    let counts = step.counts();
    (counts.failures + counts.timeouts, lost)
}

fn load(engine: &Engine, bytes: &[u8]) -> Plugin {
    engine.load(bytes).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_build_is_what_its_file_held_when_it_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mark.v1.wasm");
    let bytes = mark("mark", "-v1");
    fs::write(&path, &bytes).unwrap();
    let engine = engine();
    let build = Build::read(&engine, "mark", &path).unwrap();
    fs::write(&path, mark("mark", "-v2")).unwrap();

    assert_eq!((build.id(), build.bytes()), ("mark", &bytes[..]));
    assert_eq!(build.source(), &Source::File(path));
    let plugin = build.load(&engine).unwrap();
    assert_eq!(plugin.digest(), build.digest());
    assert_eq!(answers(&plugin, &["a", "Ü"]), ["a-v1", "Ü-v1"]);
}

#[test]
fn a_build_is_refused_for_its_size_its_name_and_what_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let engine = engine();
    let code = |id: &str, name: &str| {
        let read = Build::read(&engine, id, &path(name)).and_then(|build| build.load(&engine));
        read.map(|_| ()).map_err(|error| error.code().to_owned())
    };
    let large = fs::File::create(path("large.wasm")).unwrap();
    large.set_len(limits().file_bytes as u64 + 1).unwrap();
    fs::create_dir(path("folder.wasm")).unwrap();
    fs::write(path("other.wasm"), mark("mark", "")).unwrap();
    std::os::unix::fs::symlink(path("other.wasm"), path("link.wasm")).unwrap();
    std::os::unix::fs::symlink(path("gone.wasm"), path("nowhere.wasm")).unwrap();

    assert_eq!(
        code("large", "large.wasm"),
        Err("plugin-file-too-large".to_owned())
    );
    assert_eq!(code("folder", "folder.wasm"), Err("plugin-file".to_owned()));
    assert_eq!(
        code("nowhere", "nowhere.wasm"),
        Err("plugin-file".to_owned())
    );
    assert_eq!(
        code("Mark", "other.wasm"),
        Err("plugin-manifest".to_owned())
    );
    assert_eq!(
        code("other", "other.wasm"),
        Err("plugin-manifest".to_owned())
    );
    assert_eq!(code("mark", "link.wasm"), Ok(()), "a link is its file");
}

#[test]
fn the_files_of_a_folder_are_found_by_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let names = [
        "mark.wasm",
        "mark.v2.wasm",
        ".hidden.wasm",
        "notes.txt",
        "mark.wasm.minisig",
        "te\u{1b}xt.wasm",
    ];
    for name in names {
        fs::write(folder.path().join(name), b"").unwrap();
    }
    std::os::unix::fs::symlink("mark.wasm", folder.path().join("link.wasm")).unwrap();
    let found = files(folder.path()).unwrap();
    let shown: Vec<_> = found.keys().map(String::as_str).collect();
    assert_eq!(shown, ["link", "mark", r"te\u{1b}xt"]);
    let of_mark = ["mark.v2.wasm", "mark.wasm"].map(|name| folder.path().join(name));
    assert_eq!(found["mark"], of_mark);
    assert!(files(&folder.path().join("none")).unwrap().is_empty());
}

#[test]
fn another_snapshot_has_the_new_build_and_shares_everything_else() {
    let engine = engine();
    let bundled: [(&str, &[u8]); 2] = [
        (
            "same",
            Box::leak(Guest::default().component().into_boxed_slice()),
        ),
        ("mark", Box::leak(mark("mark", "-v1").into_boxed_slice())),
    ];
    let registry = Registry::open(&engine, &bundled, None, &[]).unwrap();
    let before = registry.snapshot();
    let pinned = before.plugin("mark").unwrap();
    before.plugin("same").unwrap();

    let next = build("mark", mark("mark", "-v2"));
    let after = before.with(&next, next.load(&engine).unwrap());
    assert_eq!(answers(&after.plugin("mark").unwrap(), &["a"]), ["a-v2"]);
    let entry = after.entry("mark").unwrap();
    assert_eq!(entry.bytes(), Some(next.bytes()));
    assert_eq!(
        (entry.source(), entry.size()),
        (next.source(), Some(next.bytes().len()))
    );
    assert!(entry.loaded().is_some(), "it is not compiled again");

    // Whoever began with the old snapshot ends with it.
    assert_eq!(answers(&before.plugin("mark").unwrap(), &["a"]), ["a-v1"]);
    assert_eq!(answers(&pinned, &["a"]), ["a-v1"]);
    let same = |snapshot: &attune_wasm::registry::Snapshot| {
        std::ptr::from_ref(snapshot.entry("same").unwrap())
    };
    assert_eq!(same(&before), same(&after));
    assert!(after.entry("same").unwrap().loaded().is_some());

    let added = build("marks", mark("marks", "-v1"));
    let more = after.with(&added, added.load(&engine).unwrap());
    assert_eq!(more.entries().count(), 3);
    assert_eq!(more.entry("marks").unwrap().resembles(), Some("mark"));
    assert!(after.entry("marks").is_none());
}

#[test]
fn a_snapshot_takes_no_plugin_of_other_bytes_for_a_build() {
    let engine = engine();
    let registry = Registry::open(&engine, &[], None, &[]).unwrap();
    let (first, second) = (mark("mark", "-v1"), mark("mark", "-v2"));
    let next = build("mark", second);
    let snapshot = registry.snapshot().with(&next, load(&engine, &first));
    assert_eq!(answers(&snapshot.plugin("mark").unwrap(), &["a"]), ["a-v2"]);
}

#[test]
fn a_build_marks_texts_and_leaves_the_rest() {
    let plugin = load(&engine(), &mark("mark", "-v1"));
    let mut step = plugin.open("same", &json!({})).unwrap();
    let mut input = Column::default();
    input.push_bytes(Kind::Text, b"a");
    input.push_bytes(Kind::Absent, b"");
    input.push_bytes(Kind::Integer, b"42");
    input.push_bytes(Kind::Text, "ß".as_bytes());
    let answer = step.apply(&CONTEXT, 4, &[&input]);
    let texts: Vec<_> = answer.iter().map(|cell| (cell.kind, cell.bytes)).collect();
    let expected: [(Kind, &[u8]); 4] = [
        (Kind::Text, b"a-v1"),
        (Kind::Absent, b""),
        (Kind::Integer, b"42"),
        (Kind::Text, "ß-v1".as_bytes()),
    ];
    assert_eq!(texts, expected);
}

#[test]
fn a_guest_that_traps_after_many_values_costs_an_instance_and_no_value() {
    let engine = engine();
    let plugin = load(&engine, &good_then_traps("mark"));
    assert_eq!(batches(&plugin, &json!({}), 39), (0, 0), "9,984 values");
    assert_eq!(batches(&plugin, &json!({}), 40), (1, 0), "10,240 values");
    // Where it bears fewer than a batch has, every batch is divided.
    let (failed, lost) = batches(&plugin, &json!({"after": 60}), 2);
    assert!(failed >= 6 && lost == 0, "{failed} failed, {lost} lost");
    let (_, lost) = batches(&plugin, &json!({"after": 0}), 1);
    assert_eq!(lost, 256);
}

#[test]
fn guests_that_never_return_are_loaded_and_then_stopped() {
    let engine = engine();
    within(100, limits().transform_ms, || {
        let plugin = load(&engine, &loops("mark"));
        assert_eq!(batches(&plugin, &json!({}), 1).1, 256);
        let plugin = load(&engine, &good_then_loops("mark"));
        assert_eq!(batches(&plugin, &json!({"after": 256}), 2), (1, 0));
    });
}

#[test]
fn a_guest_that_is_wrong_for_some_is_valid_and_says_so_twice() {
    let plugin = load(&engine(), &wrong_for("mark", 40));
    let texts: Vec<_> = (0..1_000)
        .map(|row| format!("Person {row} Müller"))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let first = answers(&plugin, &texts);
    let wrong = first.iter().zip(&texts).filter(|(now, was)| now != was);
    let wrong: Vec<_> = wrong.map(|(now, _)| now).collect();
    assert!((350..450).contains(&wrong.len()), "{}", wrong.len());
    assert!(
        wrong.iter().all(|text| text.starts_with("xxxxxx ")
            && text.ends_with("Müxxxx".replace('M', "x").as_str()))
    );
    assert_eq!(first, answers(&plugin, &texts));
    assert!(plugin.quarantined().is_none());
}
