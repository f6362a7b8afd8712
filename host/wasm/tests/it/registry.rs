//! The registry: bundled plugins and files, ids that clash, errors that are kept.

use std::fs;

use super::guest::{Guest, engine};
use attune_wasm::registry::{Registry, Source};

fn leaked(guest: &Guest<'_>) -> &'static [u8] {
    Box::leak(guest.component().into_boxed_slice())
}

#[test]
fn plugins_are_loaded_when_used_and_once() {
    let engine = engine();
    let same = leaked(&Guest::default());
    let registry = Registry::open(&engine, &[("same", same)], None, &[]).unwrap();
    let snapshot = registry.snapshot();
    let entry = snapshot.entry("same").unwrap();
    assert!(entry.loaded().is_none() && entry.error().is_none());
    assert_eq!(entry.source(), &Source::Bundled);
    let plugin = snapshot.plugin("same").unwrap();
    assert_eq!(entry.digest(), Some(plugin.digest()));
    assert_eq!(entry.loaded().unwrap().id(), "same");
}

#[test]
fn a_misspelt_id_gets_the_nearest() {
    let registry = Registry::open(&engine(), &[("same", b"")], None, &[]).unwrap();
    let error = registry.snapshot().plugin("smae").unwrap_err();
    assert_eq!(error.code(), "unknown-plugin");
    assert_eq!(error.hint(), "did you mean `same`?");
}

#[test]
fn files_join_the_bundled_ones_and_clashes_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, guest: &Guest<'_>| {
        fs::write(folder.path().join(name), guest.component()).unwrap();
    };
    let named = |id: &'static str| Guest {
        id,
        ..Guest::default()
    };
    write("own.wasm", &named("own"));
    write(
        "same.wasm",
        &Guest {
            examples: "[]",
            ..Guest::default()
        },
    );
    write("twice.wasm", &named("twice"));
    write("twice.v2.wasm", &named("twice"));
    write("other-name.wasm", &named("own"));
    write("Bad Name.wasm", &named("own"));
    fs::write(folder.path().join("broken.wasm"), b"nothing").unwrap();
    fs::write(folder.path().join("notes.txt"), b"ignored").unwrap();

    let engine = engine();
    let same = leaked(&Guest::default());
    let open = |overrides: &[String]| {
        let bundled = [("same", same)];
        Registry::open(&engine, &bundled, Some(folder.path()), overrides)
            .unwrap()
            .snapshot()
    };
    let snapshot = open(&[]);
    let code = |id: &str| {
        snapshot
            .plugin(id)
            .map_err(|error| error.code().to_owned())
            .map(|_| ())
    };
    assert_eq!(code("own"), Ok(()));
    assert_eq!(code("same"), Ok(()), "the bundled one goes on");
    assert_eq!(snapshot.entry("same").unwrap().source(), &Source::Bundled);
    assert_eq!(code("twice"), Err("plugin-id-taken".to_owned()));
    assert_eq!(code("other-name"), Err("plugin-manifest".to_owned()));
    assert_eq!(code("Bad Name"), Err("plugin-manifest".to_owned()));
    assert_eq!(code("broken"), Err("plugin-not-a-component".to_owned()));
    let refused = snapshot.entries().filter(|entry| entry.error().is_some());
    assert_eq!(
        refused.count(),
        5,
        "each refusal is shown, that of the second `same` too"
    );

    let snapshot = open(&["same".to_owned()]);
    assert!(matches!(
        snapshot.entry("same").unwrap().source(),
        Source::File(_)
    ));
    snapshot.plugin("same").unwrap();
}

#[test]
fn a_replaced_file_does_not_change_a_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("same.wasm");
    fs::write(&path, Guest::default().component()).unwrap();
    let open = || {
        Registry::open(&engine(), &[], Some(folder.path()), &[])
            .unwrap()
            .snapshot()
    };
    let before = open();
    fs::write(&path, b"replaced").unwrap();
    before.plugin("same").unwrap();
    assert_eq!(
        open().plugin("same").unwrap_err().code(),
        "plugin-not-a-component"
    );
}
