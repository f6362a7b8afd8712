//! Ten thousand values through every function of every bundled transform, as the real components.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use attune_core::{Column, Context, Kind, Problem, Transform as _, json};
use attune_server::kit::torture;
use attune_sim::people::hostile;
use attune_wasm::trial::Trial;
use attune_wasm::{Engine, Kind as PluginKind, Limits, Options, Plugin};
use serde_json::Value as Json;

use super::{SEED, VALUES};

/// What a step is shown: everything but the values that could not be read in the first place.
fn shown() -> Column {
    let mut all = Column::default();
    for value in hostile::values(SEED, VALUES) {
        json::push_value(&value.json, &mut all);
    }
    let live: Vec<usize> = (0..all.rows())
        .filter(|row| !all.cell(*row).kind.is_outcome())
        .collect();
    assert!(live.len() > VALUES * 9 / 10);
    all.take(&live)
}

/// A deadline here is an endless loop and not a busy machine.
fn engine() -> Engine {
    let limits = Limits {
        transform_ms: 10_000,
        ..Limits::default()
    };
    let options = Options {
        cache_dir: None,
        limits,
    };
    Engine::new(options).unwrap()
}

/// The options of a function's own examples, each once.
fn options(plugin: &Plugin, function: &str) -> Vec<Json> {
    let examples: Vec<Json> =
        serde_json::from_str(&plugin.function(function).unwrap().examples).unwrap();
    let mut all: Vec<Json> = Vec::new();
    for example in &examples {
        let options = example.get("options").cloned();
        let options = options.unwrap_or_else(|| serde_json::json!({}));
        if !all.contains(&options) {
            all.push(options);
        }
    }
    all
}

/// The rows through a function that is opened anew; `order` says which row comes when.
fn answer(
    plugin: &Plugin,
    function: &str,
    options: &Json,
    rows: &Column,
    order: &[usize],
) -> Column {
    let mut step = plugin.open(function, options).unwrap();
    let value = rows.take(order);
    // Further columns hold what other people have in the first.
    let others: Vec<Column> = (0..step.inputs().len())
        .map(|column| {
            let moved = |row: &usize| (row + (column + 1) * 17) % rows.rows();
            rows.take(&order.iter().map(moved).collect::<Vec<_>>())
        })
        .collect();
    let mut inputs = vec![&value];
    inputs.extend(&others);
    let seeds: Vec<u8> = order
        .iter()
        .flat_map(|row| (*row as u128).to_le_bytes())
        .collect();
    let context = Context {
        now_ms: 1_795_298_400_000,
        seeds: &seeds,
        locale: "de-DE",
    };
    let answer = step.apply(&context, order.len(), &inputs);
    let counts = step.counts();
    let faults: Vec<String> = answer
        .iter()
        .zip(value.iter())
        .filter(|(cell, _)| {
            cell.kind == Kind::Failed && cell.bytes.windows(8).any(|w| w == b"\"plugin-")
        })
        .take(3)
        .map(|(cell, of)| {
            let text =
                |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
            format!("{:?} {} of {}", of.kind, text(cell.bytes), text(of.bytes))
        })
        .collect();
    assert_eq!(
        (counts.failures, counts.timeouts),
        (0, 0),
        "{function} {options}: {faults:#?}"
    );
    let verdict = step.finish();
    assert!(
        verdict.is_repeatable && verdict.problem.is_none(),
        "{function}"
    );
    answer
}

/// The codes of what failed, counted.
fn failures(answer: &Column) -> BTreeMap<String, usize> {
    let mut codes = BTreeMap::new();
    for cell in answer.iter().filter(|cell| cell.kind == Kind::Failed) {
        let problem: Problem = serde_json::from_slice(cell.bytes).unwrap();
        assert!(!problem.message.is_empty(), "{problem:?}");
        *codes.entry(problem.code).or_default() += 1;
    }
    codes
}

#[test]
fn every_transform_answers_every_value_with_a_value_or_a_named_problem_and_twice_the_same() {
    let (engine, rows) = (engine(), shown());
    let forwards: Vec<usize> = (0..rows.rows()).collect();
    let backwards: Vec<usize> = forwards.iter().rev().copied().collect();
    let (mut functions, mut values) = (0, 0);
    for bundled in attune_bundled::PLUGINS {
        let plugin = engine.load(bundled.wasm).unwrap();
        if plugin.kind() != PluginKind::Transform {
            continue;
        }
        for function in &plugin.manifest().functions {
            functions += 1;
            for options in options(&plugin, &function.name) {
                let name = format!("{}.{} {options}", plugin.id(), function.name);
                let one = answer(&plugin, &function.name, &options, &rows, &forwards);
                let other = answer(&plugin, &function.name, &options, &rows, &backwards);
                values += one.rows() + other.rows();
                assert_eq!(one.rows(), rows.rows(), "{name}");
                assert_eq!(one.check(rows.rows(), true), Ok(()), "{name}");
                for (row, back) in backwards.iter().zip(&forwards) {
                    assert_eq!(one.cell(*row), other.cell(*back), "{name}: row {row}");
                }
                for code in failures(&one).keys() {
                    assert!(!code.starts_with("plugin-"), "{name}: {code}");
                }
            }
        }
    }
    assert!(functions >= 100, "{functions} functions");
    assert!(values >= 1_000_000, "{values} values");
}

#[test]
fn every_bundled_transform_passes_the_torture_of_the_kit() {
    let engine = engine();
    let transforms = attune_bundled::PLUGINS
        .iter()
        .map(|bundled| engine.load(bundled.wasm).unwrap())
        .filter(|plugin| plugin.kind() == PluginKind::Transform);
    let mut steps = 0;
    for plugin in transforms {
        let file = format!("{}.wasm", plugin.id());
        let trial = Trial::of(plugin);
        let tortured = torture(&trial, Path::new(&file), SEED, Duration::ZERO);
        assert!(
            tortured.reports.is_empty(),
            "{file}: {:#?}",
            tortured.reports
        );
        assert!(tortured.values > 50, "{tortured:?}");
        steps += tortured.steps;
    }
    assert!(steps >= 200, "{steps} functions with options");
}
