//! `plan`, `sync`, `apply`, `approve`, `reject`.

use std::path::Path;

use attune_core::plan::{Report, State};

use super::args::{Plan, Sync};
use super::out::Out;
use super::progress::listed;
use super::shell::{Purpose, Work};
use super::{Exit, Outcome, Shell, brakes, report, undo};
use crate::app::App;
use crate::connector::{self, Loaded};
use crate::fault::Failure;
use crate::jobs::work;
use crate::store::stage::Stage;
use crate::sync::{self, CHANGES_IN_JSON_MAX, Done, Mode, Order, PlanFile};

pub(super) async fn plan(shell: &Shell, args: Plan) -> Outcome {
    let mode = match (args.user, args.sample) {
        (Some(user), _) => Mode::User(user),
        (None, Some(people)) => Mode::Sample(people as usize),
        (None, None) => mode_of(args.full, args.changes),
    };
    let order = Order::plan(mode);
    let out = args.out.map(|path| shell.path(&path));
    prepare(out.as_deref())?;
    let Work { app, loaded, turn } = shell.begin(&args.connector, Purpose::Reads).await?;
    let done = listed(shell, &loaded, ("plan", None), async |watch| {
        sync::run(&app.host, &loaded, &order, watch).await
    })
    .await?;
    drop(turn);
    show(&shell.out, &done, out.as_deref()).await?;
    explain(shell, &app, (&done, &loaded)).await?;
    warn_of_secrets(&shell.out, &app);
    let has_changes = done.report.summary.changes > 0;
    let has_failed = has_failed_target(&done.report);
    close(app, done).await;
    Ok(match (has_failed, args.exit_code && has_changes) {
        (true, _) => Exit::Partly,
        (false, true) => Exit::Changes,
        (false, false) => Exit::Good,
    })
}

pub(super) async fn sync(shell: &Shell, args: Sync) -> Outcome {
    if let Some(digest) = &args.approve {
        let loaded = shell.connector(&args.connector)?;
        return approve_for(shell, digest, Some(&loaded), args.out.as_deref()).await;
    }
    let mode = match args.user {
        Some(user) => Mode::User(user),
        None => mode_of(args.full, args.changes),
    };
    let mut order = Order::sync(mode);
    if shell.out.json && args.out.is_none() {
        order.changes_max = Some(CHANGES_IN_JSON_MAX);
    }
    let out = args.out.map(|path| shell.path(&path));
    prepare(out.as_deref())?;
    let Work { app, loaded, turn } = shell.begin(&args.connector, Purpose::Writes).await?;
    settle_id(shell, &loaded);
    let what = ("sync", Some(&order.mode));
    let done = listed(shell, &loaded, what, async |watch| {
        sync::run(&app.host, &loaded, &order, watch).await
    })
    .await?;
    drop(turn);
    show(&shell.out, &done, out.as_deref()).await?;
    explain(shell, &app, (&done, &loaded)).await?;
    finish(&shell.out, app, done).await
}

pub(super) async fn apply(shell: &Shell, path: &Path, out: Option<&Path>) -> Outcome {
    let file = PlanFile::read(&shell.path(path))?;
    let out = out.map(|path| shell.path(path));
    let out = out.as_deref();
    if file.report.summary.changes > CHANGES_IN_JSON_MAX {
        needs_out(&shell.out, out)?;
    }
    prepare(out)?;
    let Work { app, loaded, turn } = shell.begin(&file.report.id, Purpose::Writes).await?;
    let done = listed(shell, &loaded, ("apply", None), async |watch| {
        sync::apply_file(&app.host, &loaded, &file, watch).await
    })
    .await?;
    drop(turn);
    show(&shell.out, &done, out).await?;
    finish(&shell.out, app, done).await
}

pub(super) async fn approve(shell: &Shell, digest: &str, out: Option<&Path>) -> Outcome {
    approve_for(shell, digest, None, out).await
}

pub(super) async fn reject(shell: &Shell, digest: &str) -> Outcome {
    if let Some(service) = &shell.service
        && service.reject(digest).await?
    {
        shell.out.say(format!("rejected {digest}"));
        return Ok(Exit::Good);
    }
    let app = shell.app().await?;
    let plan = work::staged(&app.host, digest).await?;
    sync::reject(&app.host, &plan).await?;
    shell.out.say(format!("rejected {}", plan.digest));
    app.close().await;
    Ok(Exit::Good)
}

/// Writes a held plan. Where it cannot be used any more, a fresh one of its connector is held.
pub(super) async fn approve_for(
    shell: &Shell,
    digest: &str,
    loaded: Option<&Loaded>,
    out: Option<&Path>,
) -> Outcome {
    let out = out.map(|path| shell.path(path));
    let out = out.as_deref();
    prepare(out)?;
    if let Some(service) = &shell.service
        && let Some(answer) = service.approve(digest).await?
    {
        return super::swap::answered(shell, answer).await;
    }
    let looking = shell.app().await?;
    let plan = work::staged(&looking.host, digest).await;
    if let Ok(plan) = &plan
        && sync::changes_of(&looking.host, plan).await? > CHANGES_IN_JSON_MAX
    {
        needs_out(&shell.out, out)?;
    }
    let name = match (&plan, loaded) {
        (_, Some(loaded)) => loaded.connector.id.clone(),
        (Ok(plan), None) => plan.connector.clone(),
        (Err(failure), None) => return Err(failure.clone()),
    };
    looking.close().await;
    let Work { app, loaded, turn } = shell.begin(&name, Purpose::Writes).await?;
    let (mut instead, mut is_paused) = (None, false);
    let done = listed(
        shell,
        &loaded,
        ("approve", None),
        async |watch| match plan {
            Ok(plan) => {
                let plan = (&plan, shell.who.as_str());
                let approved = work::approve(&app.host, &loaded, plan, watch).await?;
                (instead, is_paused) = (approved.instead, approved.is_paused);
                Ok(approved.done)
            }
            Err(failure) => {
                instead = Some(failure.message);
                work::fresh(&app.host, &loaded, watch).await
            }
        },
    )
    .await?;
    if is_paused {
        undo::say_paused(shell, &loaded);
    }
    if let Some(message) = instead {
        shell
            .out
            .warn(format!("{message}: a fresh plan is made and held"));
    }
    drop(turn);
    show(&shell.out, &done, out).await?;
    explain(shell, &app, (&done, &loaded)).await?;
    finish(&shell.out, app, done).await
}

/// Why a plan is held, where it is.
async fn explain(
    shell: &Shell,
    app: &App,
    (done, loaded): (&Done, &Loaded),
) -> Result<(), Failure> {
    let run = app
        .host
        .store
        .newest_listing(&done.report.id)
        .await?
        .unwrap_or_default();
    let about = (&done.report, done.stage.as_ref(), run.as_str());
    brakes::explain(&shell.out, &app.host, about, Some(loaded)).await
}

/// Fails before anything is done where the report would not fit into `--json`.
fn needs_out(shell: &Out, out: Option<&Path>) -> Result<(), Failure> {
    if !shell.json || out.is_some() {
        return Ok(());
    }
    let message =
        format!("the plan has more than {CHANGES_IN_JSON_MAX} changes; they go to a file");
    Err(Failure::of("usage", message).hint("add --out report.ndjson"))
}

/// Fails before anything is done where the file cannot be written.
pub(super) fn prepare(out: Option<&Path>) -> Result<(), Failure> {
    match out {
        Some(path) => Ok(sync::prepare_plan(path)?),
        None => Ok(()),
    }
}

/// Whether a target of several could not be finished.
fn has_failed_target(report: &Report) -> bool {
    report.targets.values().any(|target| target.error.is_some())
}

fn mode_of(full: bool, changes: bool) -> Mode {
    match (full, changes) {
        (true, _) => Mode::Full,
        (false, true) => Mode::Changes,
        (false, false) => Mode::Complete,
    }
}

/// Prints a report; with `--out` the whole of it goes to a file.
pub(super) async fn show(out: &Out, done: &Done, path: Option<&Path>) -> Result<(), Failure> {
    if let (Some(path), Some(stage)) = (path, &done.stage) {
        sync::write_plan(path, &done.report, stage).await?;
        out.say(format!("wrote {}", path.display()));
    }
    report::tell(out, &done.report);
    if !out.json {
        let changes = first_changes(done, report::EXAMPLES_MAX as u64).await?;
        report::print(out, &done.report, &changes);
        return Ok(());
    }
    if done.report.summary.changes > CHANGES_IN_JSON_MAX && path.is_none() {
        let message = format!(
            "the plan has {} changes; above {CHANGES_IN_JSON_MAX} they go to a file",
            done.report.summary.changes
        );
        return Err(Failure::of("usage", message).hint("add --out plan.ndjson"));
    }
    let changes = match path {
        Some(_) => Vec::new(),
        None => first_changes(done, CHANGES_IN_JSON_MAX).await?,
    };
    out.json(&Report {
        changes,
        ..done.report.clone()
    });
    Ok(())
}

async fn first_changes(done: &Done, limit: u64) -> Result<Vec<attune_core::plan::Change>, Failure> {
    match &done.stage {
        Some(stage) => Ok(sync::changes(stage, limit).await?),
        None => Ok(Vec::new()),
    }
}

pub(super) async fn finish(out: &Out, app: App, done: Done) -> Outcome {
    let report = done.report.clone();
    warn_of_secrets(out, &app);
    close(app, done).await;
    if report.state == State::Held {
        out.say(format!(
            "\nApprove exactly this plan with: attune approve {}",
            report.digest
        ));
        return Ok(Exit::Held);
    }
    let failed = report
        .targets
        .values()
        .filter(|target| target.error.is_some())
        .count();
    Ok(match (failed, report.state) {
        (0, State::Stopped) => Exit::Partly,
        (0, _) => Exit::Good,
        (failed, _) if failed == report.targets.len() => Exit::Unreachable,
        _ => Exit::Partly,
    })
}

/// A run that writes owns values under the connector's id: from then on a rename must not change it.
fn settle_id(shell: &Shell, loaded: &Loaded) {
    let file = loaded.path.display();
    if shell.service.is_some() {
        return;
    }
    match connector::settle_id(loaded) {
        Ok(false) => {}
        Ok(true) => {
            let id = &loaded.connector.id;
            shell.out.say(format!(
                "wrote id = \"{id}\" into {file}: it may be renamed now"
            ));
        }
        Err(error) => shell.out.warn(format!(
            "{file} has no id and none could be written ({error}): do not rename it"
        )),
    }
}

fn warn_of_secrets(out: &Out, app: &App) {
    for warning in app.host.vault.take_warnings() {
        out.warn(warning);
    }
}

async fn close(app: App, done: Done) {
    if let Some(stage) = done.stage {
        Stage::finish(stage).await;
    }
    app.close().await;
}
