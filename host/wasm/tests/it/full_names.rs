//! Full names: a function called by a name of its own, and who may have which.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::guest::{Guest, RETURN, engine};
use attune_wasm::registry::{Build, Registry, Snapshot, Source};

fn named<'a>(id: &'a str, full_name: &'a str) -> Guest<'a> {
    Guest {
        id,
        functions: &["run"],
        full_name,
        ..Guest::default()
    }
}

/// The provider of that id, which nobody calls here.
fn provider(id: &str) -> Vec<u8> {
    let guest = Guest {
        id,
        functions: &[id],
        ..Guest::default()
    };
    let body = format!("(i32.store8 (i32.const {RETURN}) (i32.const 0))");
    guest.provider(&body, &body)
}

/// A snapshot of bundled plugins and of files.
fn snapshot(bundled: Vec<(&'static str, Vec<u8>)>, files: &[(&str, Vec<u8>)]) -> Arc<Snapshot> {
    let folder = tempfile::tempdir().unwrap();
    for (id, bytes) in files {
        fs::write(folder.path().join(format!("{id}.wasm")), bytes).unwrap();
    }
    let bundled: Vec<(&str, &[u8])> = bundled
        .into_iter()
        .map(|(id, bytes)| (id, &*Box::leak(bytes.into_boxed_slice())))
        .collect();
    let registry = Registry::open(&engine(), &bundled, Some(folder.path()), &[]);
    registry.unwrap().snapshot()
}

fn found(snapshot: &Snapshot, first: &str, last: &str) -> Result<(String, String), String> {
    let found = snapshot.step(first, last);
    found
        .map(|(plugin, function)| (plugin.id().to_owned(), function))
        .map_err(|error| format!("{}: {error}; {}", error.code(), error.hint()))
}

fn pair(id: &str, function: &str) -> (String, String) {
    (id.to_owned(), function.to_owned())
}

#[test]
fn a_full_name_leads_to_its_function_beside_a_provider_of_that_id() {
    let bundled = vec![
        ("entra", provider("entra")),
        (
            "entra-expression",
            named("entra-expression", "entra.expression").component(),
        ),
        ("same", Guest::default().component()),
    ];
    let snapshot = snapshot(bundled, &[("own", named("own", "their.name").component())]);
    assert_eq!(
        found(&snapshot, "entra", "expression"),
        Ok(pair("entra-expression", "run"))
    );
    assert_eq!(
        found(&snapshot, "entra-expression", "run"),
        Ok(pair("entra-expression", "run"))
    );
    assert_eq!(found(&snapshot, "their", "name"), Ok(pair("own", "run")));
    assert_eq!(found(&snapshot, "same", "same"), Ok(pair("same", "same")));
    assert_eq!(snapshot.home("entra", "expression"), "entra-expression");
    assert_eq!(snapshot.home("entra", "elsewhere"), "entra");
    assert_eq!(snapshot.home("nobody", "at-all"), "nobody");
    let wrong = found(&snapshot, "entra", "expresion").unwrap_err();
    assert!(
        wrong.ends_with("did you mean `entra.expression`?"),
        "{wrong}"
    );
    let wrong = found(&snapshot, "entra", "other").unwrap_err();
    assert!(
        wrong.starts_with("plugin-kind: plugin `entra` is a provider"),
        "{wrong}"
    );
    let wrong = found(&snapshot, "smae", "x").unwrap_err();
    assert!(wrong.ends_with("did you mean `same`?"), "{wrong}");
}

#[test]
fn a_full_name_that_is_taken_refuses_the_plugin() {
    let bundled = vec![
        ("a-b", named("a-b", "a.b").component()),
        ("same", Guest::default().component()),
    ];
    let files = [
        ("hides", named("hides", "same.other").component()),
        ("late", named("late", "a.b").component()),
        ("one", named("one", "x.y").component()),
        ("two", named("two", "x.y").component()),
    ];
    let snapshot = snapshot(bundled, &files);
    assert_eq!(
        found(&snapshot, "a", "b"),
        Ok(pair("a-b", "run")),
        "bundled ones win"
    );
    for (id, says) in [
        ("hides", "`same` is a plugin itself"),
        ("late", "which plugin `a-b` has too"),
        ("one", "which plugin `two` has too"),
        ("two", "which plugin `one` has too"),
    ] {
        let error = snapshot.plugin(id).unwrap_err();
        assert_eq!(error.code(), "plugin-manifest", "{id}");
        assert!(error.to_string().ends_with(says), "{id}: {error}");
    }
    assert!(found(&snapshot, "x", "y").is_err());
}

#[test]
fn a_build_that_comes_later_is_held_against_those_that_run() {
    let snapshot = snapshot(Vec::new(), &[("one", named("one", "x.y").component())]);
    assert_eq!(found(&snapshot, "x", "y"), Ok(pair("one", "run")));
    let source = Source::File(Path::new("two.wasm").to_owned());
    let build = Build::of_bytes("two", source, named("two", "x.y").component());
    let next = snapshot.with(&build, build.load(snapshot.engine()).unwrap());
    let error = next.plugin("two").unwrap_err();
    assert!(
        error.to_string().ends_with("which plugin `one` has too"),
        "{error}"
    );
    assert_eq!(
        found(&snapshot, "x", "y"),
        Ok(pair("one", "run")),
        "what runs goes on"
    );
}

#[test]
fn a_full_name_has_two_words_and_one_function() {
    for name in ["x", "x.y.z", "X.y", "x.", ".y", "x y.z", "x.\u{202e}y"] {
        let error = engine().load(&named("own", name).component()).unwrap_err();
        assert_eq!(error.code(), "plugin-manifest", "{name}");
        assert!(
            error.to_string().contains("two kebab-case words"),
            "{error}"
        );
    }
    let twice = Guest {
        functions: &["run", "walk"],
        ..named("own", "x.y")
    };
    let error = engine().load(&twice.component()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("two functions have the full name"),
        "{error}"
    );
}
