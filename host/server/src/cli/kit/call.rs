//! `plugin run`: one call of one function, with everything that it shows.
//!
//! The row is written on the command line, or it is what a step of a real person's field is given;
//! then the source is asked for that person, and nothing is written. Deliberately not here: several
//! rows at once (`plugin test`).

use attune_core::evaluate::{Shown, StepTrace};
use attune_core::plain::visible;
use attune_wasm::registry::Snapshot;
use attune_wasm::trial::{Case, Ran, Trial};
use attune_wasm::{Function, Plugin};
use serde_json::json;

use super::{Opened, engine, open, partly, tell_report};
use crate::cli::args::kit::Run;
use crate::cli::out::{FAINT, paint};
use crate::cli::{Outcome, Shell};
use crate::fault::Failure;
use crate::kit::{self, Report};
use crate::sync;

/// What a call is made of, each part as JSON.
struct Parts {
    options: String,
    row: String,
    context: String,
}

pub(in crate::cli) async fn run(shell: &Shell, args: &Run) -> Outcome {
    let Opened { file, trial } = open(&engine(shell)?, &shell.path(&args.path))?;
    let function = named(&trial, &args.function)?;
    let parts = match args.person.as_slice() {
        [connector, user] => {
            let field = args.field.as_deref().unwrap_or_default();
            of_person(shell, (trial.plugin(), function), (connector, user, field)).await?
        }
        _ => written(shell, args)?,
    };
    let text = format!(
        "{{\"options\": {}, \"input\": {}, \"output\": null, \"context\": {}}}",
        parts.options, parts.row, parts.context
    );
    let case = Case::parse(&text).map_err(|what| {
        Failure::of("usage", format!("this is no call: {what}"))
            .hint("values are written as in examples: --input '\"text\"', --input '[\"a\", 1]'")
    })?;
    let ran = crate::compute::here(|| trial.run(function, &case))?;
    let report = ran.answer.as_ref().err().map(|error| {
        let again = kit::replay(&file, &function.name, case.options(), &case.input());
        Report::of(error, again)
    });
    tell(shell, &ran, report.as_ref());
    Ok(partly(report.is_none()))
}

fn tell(shell: &Shell, ran: &Ran, report: Option<&Report>) {
    let out = &shell.out;
    let microseconds = ran.time.as_secs_f64() * 1e6;
    if out.json {
        out.json(&json!({
            "output": ran.answer.as_ref().ok(),
            "report": report,
            "log": ran.log,
            "microseconds": microseconds,
            "memory-bytes": ran.memory_bytes,
        }));
        return;
    }
    if let Ok(output) = &ran.answer {
        out.data(visible(output));
    }
    for line in &ran.log {
        out.say(format!("log     {}", visible(line)));
    }
    if let Some(report) = report {
        tell_report(shell, report);
    }
    let kib = ran.memory_bytes.div_ceil(1024);
    let took = format!("took    {microseconds:.0} us, {kib} KiB of memory");
    out.say(paint(FAINT, took));
}

/// The call of the command line.
fn written(shell: &Shell, args: &Run) -> Result<Parts, Failure> {
    let read = |text: &str| text_or_file(shell, text);
    let input = read(args.input.as_deref().unwrap_or_default())?;
    // One value stands for the only column.
    let is_row = input.trim_start().starts_with('[');
    Ok(Parts {
        options: read(&args.options)?,
        row: if is_row { input } else { format!("[{input}]") },
        context: read(&args.context)?,
    })
}

fn text_or_file(shell: &Shell, text: &str) -> Result<String, Failure> {
    let Some(path) = text.strip_prefix('@') else {
        return Ok(text.to_owned());
    };
    std::fs::read_to_string(shell.path(path.as_ref()))
        .map_err(|error| Failure::of("usage", format!("cannot read {path}: {error}")))
}

/// A function by its name, alone or with its plugin's id, or by its full name.
fn named<'t>(trial: &'t Trial, name: &str) -> Result<&'t Function, Failure> {
    let plugin = trial.plugin();
    let mut functions = plugin.manifest().functions.iter();
    if let Some(function) = functions.find(|one| one.full_name.as_deref() == Some(name)) {
        return Ok(function);
    }
    let own = format!("{}.", plugin.id());
    Ok(plugin.function(name.strip_prefix(&own).unwrap_or(name))?)
}

/// What the first step of a field that calls this function is given for somebody.
async fn of_person(
    shell: &Shell,
    (plugin, function): (&Plugin, &Function),
    (connector, user, field): (&str, &str, &str),
) -> Result<Parts, Failure> {
    let loaded = shell.connector(connector)?;
    let app = shell.app().await?;
    let plugins = std::sync::Arc::clone(&app.host.plugins);
    let explained = sync::explain(&app.host, &loaded, user, Some(field)).await;
    app.close().await;
    let explained = explained?;
    let fields = explained.targets.iter().flat_map(|target| &target.fields);
    let mut steps = fields.flat_map(|field| &field.trace.steps);
    let Some(step) = steps.find(|step| is_of(&plugins, step, plugin, function)) else {
        let message = format!(
            "no step of `{field}` called `{}.{}` for this person",
            plugin.id(),
            function.name
        );
        return Err(Failure::of("usage", message)
            .hint("`attune explain CONNECTOR USER FIELD` shows the steps that ran"));
    };
    let besides = step.inputs.iter().map(|input| &input.value);
    let values: Result<Vec<_>, _> = std::iter::once(&step.input)
        .chain(besides)
        .map(example)
        .collect();
    Ok(Parts {
        options: step.options.to_string(),
        row: format!("[{}]", values?.join(", ")),
        context: "{}".to_owned(),
    })
}

/// Whether a step calls this function, by whichever name; the build at hand need not be the one
/// that runs.
fn is_of(plugins: &Snapshot, step: &StepTrace, plugin: &Plugin, function: &Function) -> bool {
    let full = format!("{}.{}", step.plugin, step.function);
    if function.full_name.as_ref() == Some(&full) {
        return true;
    }
    plugins.home(&step.plugin, &step.function) == plugin.id() && step.function == function.name
}

/// A value of an explanation as an example has it.
fn example(shown: &Shown) -> Result<String, Failure> {
    match shown.kind {
        "text" => Ok(serde_json::Value::from(shown.text.as_str()).to_string()),
        "null" => Ok("null".to_owned()),
        "absent" => Ok("{\"$\":\"absent\"}".to_owned()),
        "integer" | "number" | "boolean" | "json" => Ok(shown.text.clone()),
        other => {
            let message = format!("an input of the step is {other}; that cannot be written down");
            Err(Failure::of("usage", message))
        }
    }
}
