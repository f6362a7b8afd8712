//! `run undo`: shows what would be put back, and writes exactly that once somebody approves it.

use super::args::Undo;
use super::plan::{approve_for, finish, prepare, show};
use super::progress::watched;
use super::shell::{Purpose, Work};
use super::{Outcome, Shell};
use crate::connector::Loaded;
use crate::fault::Failure;
use crate::jobs::work;
use crate::store::undos;
use crate::view::history;

pub(super) async fn run(shell: &Shell, args: Undo) -> Outcome {
    let looking = shell.app().await?;
    let store = &looking.host.store;
    let Some(run) = store.run(&args.id).await? else {
        let message = format!("there is no run `{}`, or several begin like this", args.id);
        return Err(Failure::of("no-such-run", message).hint("attune runs lists them"));
    };
    let person = match &args.user {
        Some(user) => Some(history::person(store, &run.connector, user).await?),
        None => None,
    };
    if let Some(digest) = &args.approve {
        let plan = store.plan(digest).await?;
        let undo = match &plan {
            Some(plan) => store.undo_of_plan(&plan.digest).await?,
            None => None,
        };
        looking.close().await;
        if undo.is_none_or(|undo| undo.undone != run.id) {
            let message = format!("no plan {digest} that takes run {} back is staged", run.id);
            let hint = format!("attune run undo {} makes one", run.id);
            return Err(Failure::of("no-such-plan", message).hint(hint));
        }
        return approve_for(shell, digest, None, args.out.as_deref()).await;
    }
    looking.close().await;
    let out = args.out.map(|path| shell.path(&path));
    prepare(out.as_deref())?;
    let Work { app, loaded, turn } = shell.begin(&run.connector, Purpose::Reads).await?;
    let undo = undos::Undo {
        plan: String::new(),
        undone: run.id,
        person: person.unwrap_or_default(),
        keeps_running: args.keep_running,
    };
    let done = watched(&shell.out, async |watch| {
        work::undone(&app.host, &loaded, &undo, watch).await
    })
    .await?;
    drop(turn);
    show(&shell.out, &done, out.as_deref()).await?;
    finish(&shell.out, app, done).await
}

/// Says what an approved undo has done besides writing.
pub(super) fn say_paused(shell: &Shell, loaded: &Loaded) {
    let name = &loaded.connector.name;
    shell.out.say(format!(
        "connector {name} is paused, so that its schedule does not write this again; go on with: \
         attune connector pause {name} --off"
    ));
}
