//! `mapping set|test|suggest|import`: rows are worked on, and told about.

use std::sync::Arc;

use attune_core::plain::visible;
use attune_wasm::registry::Snapshot;

use super::args::mapping::{Import, MappingCommand, Set, Suggest, Test};
use super::explain::print_trace;
use super::out::{BAD, FAINT, GOOD, Out, TITLE, WARN, paint};
use super::plugin::plugins;
use super::{Exit, Outcome, Shell};
use crate::mapping::{
    self, Changed, Error, Imported, Origin, Remark, RemarkKind, SetOrder, TrialOrder, Wish,
};
use crate::sync::{Subject, Trial};

pub(super) async fn run(shell: &Shell, command: MappingCommand) -> Outcome {
    match command {
        MappingCommand::Set(args) => set(shell, &args),
        MappingCommand::Test(args) => test(shell, &args).await,
        MappingCommand::Suggest(args) => suggest(shell, &args).await,
        MappingCommand::Import(args) => import(shell, &args),
    }
}

fn set(shell: &Shell, args: &Set) -> Outcome {
    let plugins = plugins(shell)?;
    let order = SetOrder {
        target: &args.target,
        field: &args.field,
        row: args.row.as_deref(),
        revision: args.revision.as_deref(),
        is_dry: args.dry_run,
    };
    let folder = &shell.settings.connectors_dir;
    let changed = mapping::set(folder, &args.connector, &plugins, order)?;
    if shell.out.json {
        shell.out.json(&changed);
    } else {
        print_changed(&shell.out, &changed, shell.service.is_some());
    }
    Ok(Exit::Good)
}

fn print_changed(out: &Out, changed: &Changed, is_served: bool) {
    for line in &changed.difference {
        let style = match line.as_bytes().first() {
            Some(b'+') => GOOD,
            Some(b'-') => BAD,
            _ => FAINT,
        };
        out.data(paint(style, visible(line)));
    }
    for note in &changed.notes {
        out.say(paint(WARN, visible(note)));
    }
    let file = &changed.file;
    out.say(match (changed.is_written, changed.difference.is_empty()) {
        (true, _) if is_served => {
            format!("{file} is written; `attune connector list` says whether it runs or waits")
        }
        (true, _) => format!("{file} is written, revision {}", changed.revision),
        (false, true) => format!("{file} says so already"),
        (false, false) => format!("{file} would be used like this; nothing was written"),
    });
}

async fn test(shell: &Shell, args: &Test) -> Outcome {
    let loaded = shell.connector(&args.connector)?;
    let app = shell.app().await?;
    let order = TrialOrder {
        field: &args.field,
        target: args.target.as_deref(),
        row: args.row.as_deref(),
        subject: Subject {
            user: args.user.as_deref(),
            input: args.input.as_deref(),
        },
    };
    let tried = mapping::trial(&app.host, &loaded, order).await;
    let plugins = Arc::clone(&app.host.plugins);
    app.close().await;
    let tried = tried?;
    if shell.out.json {
        shell.out.json(&tried);
    } else {
        print_trial(&shell.out, &tried, &plugins);
    }
    Ok(Exit::Good)
}

fn print_trial(out: &Out, tried: &Trial, plugins: &Snapshot) {
    let whom = tried
        .person
        .as_deref()
        .map_or("the document given", |key| key);
    out.data(format!("{} {}", paint(TITLE, "person"), visible(whom)));
    for target in &tried.targets {
        for trace in &target.fields {
            let name = format!("{}.{}", target.target, trace.field.name);
            out.data(format!("\n  {}", paint(TITLE, visible(&name))));
            print_trace(out, trace, (&tried.generations, plugins));
        }
    }
}

async fn suggest(shell: &Shell, args: &Suggest) -> Outcome {
    let folder = &shell.settings.connectors_dir;
    let app = shell.app().await?;
    let suggested = mapping::suggest(&app.host, folder, &args.connector, args.sample).await;
    app.close().await;
    let suggested = suggested?;
    if shell.out.json {
        shell.out.json(&suggested);
        return Ok(Exit::Good);
    }
    let lines: Vec<_> = suggested.toml.lines().map(visible).collect();
    shell.out.data(lines.join("\n"));
    let (people, provider) = (suggested.people, &suggested.provider);
    shell.out.say(paint(
        FAINT,
        format!("{people} people of {provider} were looked at; all that they have: attune source discover"),
    ));
    Ok(Exit::Good)
}

fn import(shell: &Shell, args: &Import) -> Outcome {
    let (origin, file) = match (&args.user_sync, &args.entra) {
        (Some(file), _) => (Origin::UserSync, shell.path(file)),
        (None, Some(file)) => (Origin::Entra, shell.path(file)),
        (None, None) => {
            let message = "name a file: --user-sync FILE or --entra FILE";
            return Err(Error::Usage(message.to_owned()).into());
        }
    };
    let out = args.out.as_deref().map(|out| shell.path(out));
    let wish = Wish {
        origin,
        file: &file,
        pick: args.pick.as_deref(),
        out: out.as_deref(),
    };
    let plugins = plugins(shell)?;
    match mapping::import(wish, &plugins) {
        Ok(imported) => print_imported(&shell.out, &imported),
        Err(error) => {
            if let Error::Nothing { remarks, .. } = &error {
                print_remarks(&shell.out, remarks);
            }
            return Err(error.into());
        }
    }
    Ok(Exit::Good)
}

fn print_imported(out: &Out, imported: &Imported) {
    if out.json {
        out.json(imported);
        // One line each beside the document too: whoever runs this by a script shall see them.
        return print_remarks(out, &imported.remarks);
    }
    if let Some(file) = &imported.file {
        let rows = imported.rows;
        out.data(format!("{} {file}: {rows} rows", paint(GOOD, "written")));
    } else {
        let lines: Vec<_> = imported.toml.lines().map(visible).collect();
        out.data(lines.join("\n"));
    }
    print_remarks(out, &imported.remarks);
    let connector = &imported.connector;
    out.say(format!(
        "next: attune connector validate {connector}, attune plan {connector}"
    ));
}

fn print_remarks(out: &Out, remarks: &[Remark]) {
    for remark in remarks {
        let style = match remark.kind {
            RemarkKind::Left => BAD,
            RemarkKind::Set | RemarkKind::Check => WARN,
        };
        let (kind, at) = (paint(style, remark.kind.words()), visible(&remark.at));
        let (message, advice) = (visible(&remark.message), visible(&remark.advice));
        out.warn(format!("{kind}: {at}: {message}; do: {advice}"));
    }
}
