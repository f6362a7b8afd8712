//! The bundled plugins go through the same checks as any stranger's, and compute what they say.

use attune_core::{Cell, Column, Context, Kind, Transform as _};
use attune_wasm::{Engine, Options, registry::Registry};

const CONTEXT: Context<'static> = Context {
    now_ms: 0,
    seeds: &[],
    locale: "und",
};

fn bundled() -> Vec<(&'static str, &'static [u8])> {
    attune_bundled::PLUGINS
        .iter()
        .map(|plugin| (plugin.id, plugin.wasm))
        .collect()
}

#[test]
fn every_bundled_plugin_loads() {
    let engine = Engine::new(Options::default()).unwrap();
    let registry = Registry::open(&engine, &bundled(), None, &[]).unwrap();
    let snapshot = registry.snapshot();
    for (id, bytes) in bundled() {
        let plugin = snapshot.plugin(id).unwrap_or_else(|error| {
            panic!(
                "{id}: {}: {error}: {:?}",
                error.code(),
                std::error::Error::source(&error).map(ToString::to_string)
            )
        });
        assert_eq!((plugin.id(), plugin.size()), (id, bytes.len()));
        assert!(
            plugin
                .imports()
                .iter()
                .all(|import| import.starts_with("attune:plugin/"))
        );
    }
}

#[test]
fn text_trim_trims_700_rows() {
    let engine = Engine::new(Options::default()).unwrap();
    let registry = Registry::open(&engine, &bundled(), None, &[]).unwrap();
    let plugin = registry.snapshot().plugin("text").unwrap();
    let mut trim = plugin.open("trim", &serde_json::json!({})).unwrap();
    let mut column = Column::default();
    for row in 0..700 {
        column.push(Cell::text(&format!("  Grüße {row} ")));
    }
    let answer = trim.apply(&CONTEXT, 700, &[&column]);
    for (row, cell) in answer.iter().enumerate() {
        assert_eq!(
            (cell.kind, cell.as_text()),
            (Kind::Text, Some(format!("Grüße {row}").as_str()))
        );
    }
    assert_eq!(trim.counts().failures, 0);
    let verdict = trim.finish();
    assert!(verdict.is_repeatable && verdict.problem.is_none());
}
