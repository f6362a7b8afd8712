//! `plugin list` and `plugin inspect`.

use std::path::Path;

use attune_wasm::registry::Entry;
use serde_json::json;

use super::out::{BAD, FAINT, Out, TITLE, WARN, paint};
use super::{Exit, Outcome, Shell, report};
use crate::app;
use crate::fault::Failure;

pub(super) fn list(shell: &Shell) -> Outcome {
    let registry = app::plugins(&shell.settings)?;
    let plugins = registry.snapshot();
    if shell.out.json {
        let documents: Vec<_> = plugins.entries().map(document).collect();
        shell.out.json(&documents);
        return Ok(Exit::Good);
    }
    let mut table = report::plain();
    table.set_header(["plugin", "from", "size", "digest", ""]);
    for entry in plugins.entries() {
        let size = entry
            .size()
            .map(|size| format!("{} KiB", size.div_ceil(1024)));
        let digest = entry
            .digest()
            .and_then(|digest| digest.get(..19))
            .unwrap_or_default();
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
            digest.to_owned(),
            remark,
        ]);
    }
    shell.out.data(table.to_string());
    Ok(Exit::Good)
}

fn document(entry: &Entry) -> serde_json::Value {
    json!({
        "plugin": entry.id(),
        "from": entry.source().to_string(),
        "bytes": entry.size(),
        "digest": entry.digest(),
        "error": entry.error().map(|error| json!({
            "code": error.code(), "message": error.to_string(),
        })),
    })
}

pub(super) fn inspect(shell: &Shell, name: &str) -> Outcome {
    let registry = app::plugins(&shell.settings)?;
    let snapshot = registry.snapshot();
    let path = shell.path(Path::new(name));
    let plugin = if path.extension().is_some_and(|end| end == "wasm") {
        let bytes = std::fs::read(&path)
            .map_err(|error| Failure::of("usage", format!("cannot read {name}: {error}")))?;
        snapshot.engine().load(&bytes)?
    } else {
        snapshot.plugin(name)?
    };
    print(&shell.out, &plugin);
    Ok(Exit::Good)
}

fn print(out: &Out, plugin: &attune_wasm::Plugin) {
    let manifest = plugin.manifest();
    if out.json {
        out.json(&json!({
            "plugin": plugin.id(),
            "version": plugin.version(),
            "kind": plugin.kind().word(),
            "digest": plugin.digest(),
            "bytes": plugin.size(),
            "imports": plugin.imports(),
            "summary": manifest.summary,
            "functions": manifest.functions.iter().map(|function| json!({
                "name": function.name,
                "summary": function.summary,
                "options": function.options_schema,
            })).collect::<Vec<_>>(),
        }));
        return;
    }
    out.data(format!(
        "{} {} ({})",
        paint(TITLE, plugin.id()),
        plugin.version(),
        plugin.kind().word()
    ));
    out.data(&manifest.summary);
    out.data(format!("digest   {}", plugin.digest()));
    out.data(format!("size     {} KiB", plugin.size().div_ceil(1024)));
    out.data(format!("imports  {}", plugin.imports().join(", ")));
    out.data("reaches  nothing: no network, no files, no clock, no randomness");
    for function in &manifest.functions {
        let name = match plugin.kind() {
            attune_wasm::Kind::Transform => format!("{}.{}", plugin.id(), function.name),
            attune_wasm::Kind::Provider => "[source] options".to_owned(),
        };
        out.data(format!("\n{}", paint(TITLE, name)));
        out.data(format!("  {}", function.summary));
        print_options(out, &function.options_schema);
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
