//! `plugin run`: one call of one function, with everything that it shows.
//!
//! Row and context are written on the command line, or they are what a step of a real person's field is
//! given; then the source is asked for that person, and nothing is written. Deliberately not here:
//! several rows at once (`plugin test`).

use std::path::Path;
use std::sync::Arc;

use attune_core::evaluate::{Given, StepTrace};
use attune_core::plain::{visible, visible_json};
use attune_wasm::registry::Snapshot;
use attune_wasm::trial::{Case, Ran, Trial, written};
use attune_wasm::{Engine, Function, Plugin};
use serde_json::json;

use super::{Opened, engine, open, partly, tell_report};
use crate::cli::args::kit::Run;
use crate::cli::out::{FAINT, paint};
use crate::cli::plugin::plugins;
use crate::cli::{Outcome, Shell};
use crate::fault::Failure;
use crate::kit::{self, Report};
use crate::sync::{self, TargetExplanation};

/// What a call is made of, each part as JSON.
struct Parts {
    options: String,
    row: String,
    context: String,
}

/// A call that can be made.
struct Call {
    opened: Opened,
    function: String,
    parts: Parts,
    /// Whether somebody's values are in it, which nobody has typed.
    is_of_person: bool,
}

pub(in crate::cli) async fn run(shell: &Shell, args: &Run) -> Outcome {
    let engine = engine(shell)?;
    let call = match args.person.as_slice() {
        [connector, user] => of_person(shell, &engine, args, (connector, user)).await?,
        _ => typed(shell, &engine, args)?,
    };
    let Opened { file, trial } = &call.opened;
    let function = trial.plugin().function(&call.function)?;
    let parts = &call.parts;
    let text = format!(
        "{{\"options\": {}, \"input\": {}, \"output\": null, \"context\": {}}}",
        parts.options, parts.row, parts.context
    );
    let case = Case::parse(&text).map_err(|what| {
        Failure::of("usage", format!("this is no call: {what}"))
            .hint("values are written as in examples: --input '\"text\"', --input '[\"a\", 1]'")
    })?;
    let ran = crate::compute::here(|| trial.run(function, &case))?;
    let (options, input) = (case.options(), case.input());
    let context = case.context(function);
    let again = || kit::replay(file, &function.name, options, &input, context.as_deref());
    let report = match &ran.answer {
        Ok(_) => Report::thrown(ran.problem.as_ref(), again),
        Err(error) => Some(Report::of(error, again())),
    };
    if call.is_of_person && !shell.out.json {
        let name = format!("{}.{}", trial.plugin().id(), function.name);
        let told = context.as_deref().unwrap_or_default();
        let line = format!(
            "call    {name} {} {}",
            visible_json(&input),
            visible_json(told)
        );
        shell.out.say(line.trim_end());
    }
    tell(shell, &ran, report.as_ref());
    Ok(partly(report.is_none()))
}

/// A build by its file or its project, else one that is there by its id.
fn open_or_known(shell: &Shell, engine: &Engine, path: &Path) -> Result<Opened, Failure> {
    let here = shell.path(path);
    let is_of_author = here.is_file() || kit::component(&here).is_ok() && here.is_dir();
    let is_project = here.is_dir() && kit::Project::find(&here).is_ok();
    let id = path.to_str().filter(|id| attune_wasm::is_id(id));
    let Some(id) = id.filter(|_| !is_of_author && !is_project) else {
        return open(engine, &here);
    };
    let plugins = plugins(shell)?;
    known(engine, &plugins, id)
}

/// A plugin that runs, opened anew: what is tried here does not count for it.
fn known(engine: &Engine, plugins: &Snapshot, id: &str) -> Result<Opened, Failure> {
    let bytes = plugins
        .entry(id)
        .and_then(attune_wasm::registry::Entry::bytes);
    let Some(bytes) = bytes else {
        // It says why, or which one was meant.
        let plugin = plugins.plugin(id)?;
        return Ok(Opened {
            file: id.into(),
            trial: Trial::of(plugin),
        });
    };
    Ok(Opened {
        file: id.into(),
        trial: Trial::open(engine, bytes)?,
    })
}

/// The call of the command line.
fn typed(shell: &Shell, engine: &Engine, args: &Run) -> Result<Call, Failure> {
    let path = args.path.as_deref().unwrap_or(Path::new("."));
    let opened = open_or_known(shell, engine, path)?;
    let name = args.function.as_deref().unwrap_or_default();
    let function = named(&opened.trial, name)?.name.clone();
    Ok(Call {
        opened,
        function,
        parts: typed_parts(shell, args)?,
        is_of_person: false,
    })
}

fn tell(shell: &Shell, ran: &Ran, report: Option<&Report>) {
    let out = &shell.out;
    let microseconds = ran.time.as_secs_f64() * 1e6;
    if out.json {
        out.json(&json!({
            "output": ran.answer.as_ref().ok(),
            "problem": ran.problem,
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
    if let (Some(problem), None) = (&ran.problem, report) {
        out.say(format!("why     {}", visible(&problem.message)));
    }
    // What is told as the reason is not told twice.
    let said = report.and_then(|report| report.said.as_deref());
    let is_told = |line: &&String| said.is_none_or(|said| !line.ends_with(said));
    for line in ran.log.iter().filter(is_told) {
        out.say(format!("log     {}", visible(line)));
    }
    if let Some(report) = report {
        tell_report(shell, report);
    }
    let kib = ran.memory_bytes.div_ceil(1024);
    let took = format!("took    {microseconds:.0} us, {kib} KiB of memory");
    out.say(paint(FAINT, took));
}

/// What is written on the command line, or in the files that it names.
fn typed_parts(shell: &Shell, args: &Run) -> Result<Parts, Failure> {
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

/// What a step of a field is given for somebody: the one that calls the function that was named, else
/// the one that failed, else the last.
async fn of_person(
    shell: &Shell,
    engine: &Engine,
    args: &Run,
    (connector, user): (&str, &str),
) -> Result<Call, Failure> {
    let field = args.field.as_deref().unwrap_or_default();
    let loaded = shell.connector(connector)?;
    let app = shell.app().await?;
    let plugins = Arc::clone(&app.host.plugins);
    let explained = sync::explain(&app.host, &loaded, user, Some(field)).await;
    app.close().await;
    let explained = explained?;
    let is_meant = |target: &&TargetExplanation| {
        let wanted = args.target.as_ref();
        wanted.is_none_or(|wanted| *wanted == target.target)
    };
    let targets = explained.targets.iter().filter(is_meant);
    let fields = targets.flat_map(|target| &target.fields);
    let steps = fields.flat_map(|field| &field.trace.steps);
    let called: Vec<(&StepTrace, &Given)> = steps
        .filter_map(|step| Some((step, step.given.as_ref()?)))
        .collect();
    let named_build = args.path.as_deref();
    let opened = named_build.map(|path| open_or_known(shell, engine, path));
    let opened = opened.transpose()?;
    let asked = |(step, _): &&(&StepTrace, &Given)| match &opened {
        None => step.output.kind == "failed",
        Some(opened) => {
            let function = function_of(&plugins, step, opened.trial.plugin());
            let name = args.function.as_deref();
            function.is_some_and(|it| name.is_none_or(|name| is_called(opened, it, name)))
        }
    };
    let step = called.iter().find(asked).copied();
    let last = || called.last().copied().filter(|_| opened.is_none());
    let Some((step, given)) = step.or_else(last) else {
        let message = format!("no step of `{field}` calls that for this person");
        return Err(Failure::of("usage", message)
            .hint("`attune explain CONNECTOR USER FIELD` shows the steps that ran"));
    };
    let opened = match opened {
        Some(opened) => opened,
        None => known(
            engine,
            &plugins,
            &plugins.home(&step.plugin, &step.function),
        )?,
    };
    let function = match function_of(&plugins, step, opened.trial.plugin()) {
        Some(function) => function.name.clone(),
        None => named(&opened.trial, &step.function)?.name.clone(),
    };
    Ok(Call {
        opened,
        function,
        parts: given_parts(step, given),
        is_of_person: true,
    })
}

/// What a step was given, the context as a sync that begins now would have it.
fn given_parts(step: &StepTrace, given: &Given) -> Parts {
    let seed = u128::from_be_bytes(given.seed);
    let context = json!({
        "now": given.now_ms,
        "locale": given.locale,
        "seed": format!("{seed:032x}"),
    });
    Parts {
        options: step.options.to_string(),
        row: written(&given.row),
        context: context.to_string(),
    }
}

/// Whether a function is meant by this word.
fn is_called(opened: &Opened, function: &Function, name: &str) -> bool {
    named(&opened.trial, name).is_ok_and(|one| one.name == function.name)
}

/// The function of a build that a step calls, by whichever name; the build at hand need not be the
/// one that runs.
fn function_of<'p>(
    plugins: &Snapshot,
    step: &StepTrace,
    plugin: &'p Plugin,
) -> Option<&'p Function> {
    let full = format!("{}.{}", step.plugin, step.function);
    let is_home = plugins.home(&step.plugin, &step.function) == plugin.id();
    plugin.manifest().functions.iter().find(|function| {
        function.full_name.as_ref() == Some(&full) || is_home && step.function == function.name
    })
}
