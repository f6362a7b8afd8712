//! `plugin list` and `plugin inspect`.

use std::fmt::Write as _;
use std::path::Path;

use attune_core::plain::visible;
use attune_wasm::registry::Snapshot;

use super::out::{BAD, FAINT, Out, TITLE, WARN, paint};
use super::{Exit, Outcome, Shell, report};
use crate::app;
use crate::connector::{Loaded, load_dir};
use crate::fault::Failure;
use crate::service::Service;
use crate::store::generations::Generation;
use crate::sync::{self, Card};
use crate::view::plugins::{Inspected, Plugin};

/// Characters of a digest that are shown in a table.
const DIGEST_CHARS: usize = 19;

pub(super) fn list(shell: &Shell) -> Outcome {
    let plugins = plugins(shell)?;
    let generations = shell.service.as_ref().map(Service::generations);
    let generations = generations.unwrap_or_default();
    if shell.out.json {
        let documents: Vec<_> = plugins
            .entries()
            .map(|entry| Plugin::of(entry, &generations))
            .collect();
        shell.out.json(&documents);
        return Ok(Exit::Good);
    }
    let mut table = report::plain();
    table.set_header(["plugin", "from", "size", "digest", ""]);
    for entry in plugins.entries() {
        let size = entry
            .size()
            .map(|size| format!("{} KiB", size.div_ceil(1024)));
        let likeness = entry.resembles().map(|known| format!("not `{known}`"));
        let remark = entry
            .error()
            .map(|error| paint(BAD, error))
            .or_else(|| likeness.map(|text| paint(WARN, text)))
            .unwrap_or_default();
        table.add_row([
            entry.id().to_owned(),
            entry.source().to_string(),
            size.unwrap_or_default(),
            short(entry.digest().unwrap_or_default()).to_owned(),
            remark,
        ]);
    }
    shell.out.data(table.to_string());
    if shell.service.is_some() {
        news(shell, &generations);
    }
    Ok(Exit::Good)
}

/// What the service has to say beside what runs.
fn news(shell: &Shell, generations: &[Generation]) {
    let Some(service) = &shell.service else {
        return;
    };
    let out = &shell.out;
    for waiting in service.waiting() {
        let (kind, name, digest) = (waiting.kind, visible(&waiting.name), &waiting.digest);
        out.data(format!("\n{} {kind} {name} {digest}", paint(WARN, "waits")));
        for reason in &waiting.reasons {
            out.data(format!("  {}", visible(reason)));
        }
        for (connector, plan) in &waiting.plans {
            out.data(format!("  would write {plan} in {}", visible(connector)));
        }
        out.data(paint(
            FAINT,
            format!("  attune approve {digest}   or: attune reject {digest}"),
        ));
    }
    for stale in service.stale() {
        let (plugin, message) = (&stale.plugin, visible(&stale.message));
        out.data(format!(
            "\n{} {plugin}: {message}",
            paint(BAD, "left alone")
        ));
        out.data(format!(
            "  keep what they hold: {}",
            stale.fields.join(", ")
        ));
    }
    for (id, why) in service.unreadable() {
        out.data(format!(
            "\n{} {}: {}",
            paint(BAD, "not used"),
            visible(&id),
            visible(&why)
        ));
    }
    let told = ["refused", "rolled-back", "rejected", "probation"];
    let told = generations
        .iter()
        .filter(|one| told.contains(&one.stage.as_str()));
    for one in told {
        let (id, digest, reason) = (&one.plugin, short(&one.digest), visible(&one.reason));
        out.data(format!(
            "\n{} {id} {digest} {reason}",
            paint(WARN, &one.stage)
        ));
    }
}

fn short(digest: &str) -> &str {
    digest.get(..DIGEST_CHARS).unwrap_or(digest)
}

pub(super) fn inspect(shell: &Shell, name: &str) -> Outcome {
    let snapshot = plugins(shell)?;
    let path = shell.path(Path::new(name));
    let plugin = if path.extension().is_some_and(|end| end == "wasm") {
        let bytes = std::fs::read(&path)
            .map_err(|error| Failure::of("usage", format!("cannot read {name}: {error}")))?;
        snapshot.engine().load(&bytes)?
    } else {
        snapshot.plugin(name)?
    };
    let connectors = connectors(shell);
    let users: Vec<&Loaded> = connectors
        .iter()
        .filter(|loaded| sync::uses(loaded, &snapshot).contains(plugin.id()))
        .collect();
    let inspected = Inspected::of(&plugin, &snapshot, &users)?;
    if shell.out.json {
        shell.out.json(&inspected);
    } else {
        print(&shell.out, &plugin, &inspected.card);
    }
    Ok(Exit::Good)
}

/// The plugins that run, or those of the folders.
pub(super) fn plugins(shell: &Shell) -> Result<std::sync::Arc<Snapshot>, Failure> {
    Ok(match &shell.service {
        Some(service) => std::sync::Arc::clone(&service.pin().1.plugins),
        None => app::plugins(&shell.settings)?.snapshot(),
    })
}

/// The connectors that run, or those of the folder that are well.
fn connectors(shell: &Shell) -> Vec<Loaded> {
    if let Some(service) = &shell.service {
        let (_, state) = service.pin();
        let all = state.connectors.values();
        return all.map(|loaded| Loaded::clone(loaded)).collect();
    }
    let entries = load_dir(&shell.settings.connectors_dir).unwrap_or_default();
    let well = entries.into_iter().filter_map(|entry| entry.result.ok());
    well.map(|loaded| *loaded).collect()
}

fn print(out: &Out, plugin: &attune_wasm::Plugin, card: &Card) {
    let manifest = plugin.manifest();
    out.data(format!(
        "{} {} ({})",
        paint(TITLE, plugin.id()),
        plugin.version(),
        plugin.kind().word()
    ));
    out.data(&manifest.summary);
    out.data(format!("digest   {}", plugin.digest()));
    out.data(format!("size     {} KiB", plugin.size().div_ceil(1024)));
    print_card(out, plugin, card);
    for function in &manifest.functions {
        let name = match plugin.kind() {
            attune_wasm::Kind::Transform => called(plugin, function),
            attune_wasm::Kind::Provider => "[source] options".to_owned(),
        };
        out.data(format!("\n{}", paint(TITLE, name)));
        out.data(format!("  {}", function.summary));
        print_options(out, &function.options_schema);
    }
}

/// What rows call a function by, its full name first.
pub(super) fn called(plugin: &attune_wasm::Plugin, function: &attune_wasm::Function) -> String {
    let name = format!("{}.{}", plugin.id(), function.name);
    match &function.full_name {
        Some(full) => format!("{full} (or {name})"),
        None => name,
    }
}

/// What it may do, what it is given, and what it has used of its limits.
fn print_card(out: &Out, plugin: &attune_wasm::Plugin, card: &Card) {
    out.data(format!("imports  {}", plugin.imports().join(", ")));
    out.data("reaches  nothing: no network, no files, no clock, no randomness");
    let impure = card.permissions.functions.iter();
    let impure = impure.filter(|(_, uses)| !uses.is_empty());
    for (function, uses) in impure {
        out.data(format!("is told  {} (by `{function}`)", uses.join(", ")));
    }
    let limits = &card.permissions.limits;
    let health = plugin.health();
    let mut used = format!(
        "limits   {} ms a call, {} MiB of memory",
        limits.deadline_ms, limits.memory_mib
    );
    if health.values > 0 {
        let _never_fails = write!(
            used,
            "; used {} us, {} KiB in {} values",
            health.longest_call_us,
            health.memory_bytes.div_ceil(1024),
            health.values
        );
    }
    out.data(used);
    for place in &card.places {
        let what = match place.field.as_str() {
            "" => format!("asks     {}", place.connector),
            field => format!("sees     {} {field}", place.connector),
        };
        let given = match place.given.as_slice() {
            [] => "no attribute".to_owned(),
            given => given.join(", "),
        };
        out.data(visible(&format!("{what}: {given}")));
    }
}

fn print_options(out: &Out, schema: &serde_json::Value) {
    let Some(options) = schema
        .get("properties")
        .and_then(|options| options.as_object())
    else {
        return;
    };
    let required = schema
        .get("required")
        .and_then(|required| required.as_array());
    for (name, option) in options {
        let is_required =
            required.is_some_and(|required| required.iter().any(|key| key == name.as_str()));
        let about = option
            .get("description")
            .or_else(|| option.get("title"))
            .and_then(|about| about.as_str())
            .unwrap_or_default();
        let default = option
            .get("default")
            .map(|default| format!(" [default: {default}]"));
        let must = if is_required { " (required)" } else { "" };
        let line = format!("{about}{must}{}", default.unwrap_or_default());
        out.data(format!("  {name:<16} {}", paint(FAINT, line)));
    }
}
