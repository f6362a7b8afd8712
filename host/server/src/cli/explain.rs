//! `explain`: why this value.

use std::collections::BTreeMap;
use std::sync::Arc;

use attune_core::evaluate::{FieldTrace, Shown};
use attune_core::plain::visible;
use attune_wasm::registry::Snapshot;

use super::args::Explain;
use super::out::{BAD, FAINT, GOOD, Out, TITLE, WARN, paint};
use super::{Exit, Outcome, Shell};
use crate::fault::Failure;
use crate::sync::{self, Explanation, FieldExplanation};

pub(super) async fn run(shell: &Shell, args: Explain) -> Outcome {
    let loaded = shell.connector(&args.connector)?;
    let app = shell.app().await?;
    let explanation = sync::explain(&app.host, &loaded, &args.user, args.field.as_deref()).await?;
    let plugins = Arc::clone(&app.host.plugins);
    app.close().await;
    if let Some(field) = &args.field
        && explanation
            .targets
            .iter()
            .all(|target| target.fields.is_empty())
    {
        let message = format!("no target of this connector maps `{field}`");
        return Err(Failure::of("no-such-field", message));
    }
    if shell.out.json {
        shell.out.json(&explanation);
    } else {
        print(&shell.out, &explanation, &plugins);
    }
    Ok(Exit::Good)
}

fn print(out: &Out, explanation: &Explanation, plugins: &Snapshot) {
    out.data(format!(
        "{} {}",
        paint(TITLE, "person"),
        visible(&explanation.person)
    ));
    if !explanation.in_scope {
        out.data(paint(
            WARN,
            "out of scope: a sync writes nothing for this person",
        ));
    }
    for target in &explanation.targets {
        let account = match target.account.as_str() {
            "" => target.link.to_owned(),
            account => format!("{} {}", target.link, visible(account)),
        };
        out.data(format!(
            "\n{} {} ({account})",
            paint(TITLE, "target"),
            target.target
        ));
        for field in &target.fields {
            print_field(out, field, (explanation, plugins));
        }
    }
}

fn print_field(
    out: &Out,
    field: &FieldExplanation,
    (explanation, plugins): (&Explanation, &Snapshot),
) {
    out.data(format!(
        "\n  {}",
        paint(TITLE, visible(&field.trace.field.name))
    ));
    print_trace(out, &field.trace, (&explanation.generations, plugins));
    match &field.ledger {
        Some(ledger) => {
            let run = ledger.run.get(..16).unwrap_or(&ledger.run);
            let by = format!(
                "{} by run {run}, connector {}",
                ledger.written, ledger.owner
            );
            out.data(format!(
                "    last written  {}  {}",
                visible(&ledger.value),
                paint(FAINT, by)
            ));
        }
        None => out.data(format!("    {}", paint(FAINT, "never written by us"))),
    }
}

/// The stations of a field, from its source to what the row says in the end; with the builds that were
/// used, and the plugins that tell which one is meant by a name.
pub(super) fn print_trace(
    out: &Out,
    trace: &FieldTrace,
    (generations, plugins): (&BTreeMap<String, String>, &Snapshot),
) {
    for input in &trace.source {
        out.data(format!("    {} = {}", input.selector, show(&input.value)));
    }
    for step in &trace.steps {
        let home = plugins.home(&step.plugin, &step.function);
        let digest = generations.get(&home);
        let digest = digest
            .and_then(|digest| digest.get(..19))
            .unwrap_or_default();
        for input in &step.inputs {
            out.data(format!("      {} = {}", input.selector, show(&input.value)));
        }
        let options = if step
            .options
            .as_object()
            .is_some_and(serde_json::Map::is_empty)
        {
            String::new()
        } else {
            format!(" {}", step.options)
        };
        out.data(format!(
            "    {}.{}{}: {} -> {}  {}",
            step.plugin,
            step.function,
            visible(&options),
            show(&step.input),
            show(&step.output),
            paint(FAINT, digest)
        ));
    }
    out.data(format!("    wanted        {}", show(&trace.outcome)));
}

fn show(shown: &Shown) -> String {
    let text = visible(&shown.text);
    match shown.kind {
        "text" => paint(GOOD, format!("\"{text}\"")),
        "failed" | "not-fetched" => paint(BAD, format!("{} {text}", shown.kind)),
        kind if text.is_empty() => paint(FAINT, kind),
        _ => text.into_owned(),
    }
}
