//! `run undo`: shows what would be put back, and writes exactly that once somebody approves it.

use super::args::Undo;
use super::plan::{approve_for, finish, prepare, show};
use super::progress::watched;
use super::shell::Work;
use super::{Outcome, Shell, history};
use crate::app::App;
use crate::connector::Loaded;
use crate::fault::Failure;
use crate::store::undos;
use crate::sync::{self, Done, Undoing};

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
    let Work { app, loaded, turn } = shell.begin(&run.connector).await?;
    let undo = undos::Undo {
        plan: String::new(),
        undone: run.id,
        person: person.unwrap_or_default(),
        keeps_running: args.keep_running,
    };
    let done = planned(shell, (&app, &loaded), &undo).await?;
    drop(turn);
    show(&shell.out, &done, out.as_deref()).await?;
    finish(&shell.out, app, done).await
}

/// Makes the plan that takes a run back, and holds it.
pub(super) async fn planned(
    shell: &Shell,
    (app, loaded): (&App, &Loaded),
    undo: &undos::Undo,
) -> Result<Done, Failure> {
    let Some(run) = app.host.store.run(&undo.undone).await? else {
        let message = format!("run {} is not kept any more", undo.undone);
        return Err(Failure::of("no-such-run", message));
    };
    let undoing = Undoing {
        run: &run,
        person: Some(undo.person.clone()).filter(|person| !person.is_empty()),
        keeps_running: undo.keeps_running,
    };
    watched(&shell.out, async |watch| {
        sync::undo(&app.host, loaded, &undoing, watch).await
    })
    .await
}

/// Before a run is taken back: otherwise the next one by schedule would write it again.
///
/// MERGE: h-jobs. It becomes async: unless `undo.keeps_running` it calls
/// `app.host.store.pause(&loaded.connector.id, &shell.who, "run ... was undone", now_ms)` and says that
/// the connector is paused and how to go on: `attune connector pause NAME --off`.
pub(super) fn pause(_shell: &Shell, (_app, loaded): (&App, &Loaded), undo: &undos::Undo) {
    tracing::info!(
        connector = loaded.connector.name,
        run = undo.undone,
        keeps_running = undo.keeps_running,
        "a run is taken back"
    );
}
