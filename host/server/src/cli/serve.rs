//! `serve`: the service in this process, until somebody ends it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::out::{TITLE, paint};
use super::progress::Signals;
use super::{Exit, Outcome, Shell, socket};
use crate::api::{self, Access};
use crate::app::App;
use crate::clock::SystemClock;
use crate::fault::Failure;
use crate::service::Service;
use crate::store::{self, Store};

/// How long what is under way may take after somebody asked the service to end.
const GRACE: Duration = Duration::from_secs(10);
/// How often the database is looked for.
const LOOK: Duration = Duration::from_secs(1);

pub(super) async fn run(mut shell: Shell) -> Outcome {
    let mut signals = Signals::listen();
    let clock = Arc::new(SystemClock::new());
    let (app, options) = App::open_service(&shell.settings, shell.vault.clone(), clock)
        .await
        .map_err(Failure::from_anyhow)?;
    let _lock = app.host.store.lock()?;
    let http = TcpListener::bind(shell.settings.listen).await;
    let http = http.map_err(|error| cannot_listen(&shell, &error))?;
    let address = http
        .local_addr()
        .map_err(|error| cannot_listen(&shell, &error))?;
    let (begun, stop) = (Arc::new(OnceLock::new()), CancellationToken::new());
    let tasks = TaskTracker::new();
    let access = access(&shell)?;
    tasks.spawn(api::serve(http, Arc::clone(&begun), access, stop.clone()));
    shell.out.say(format!(
        "{} listening on http://{address}",
        paint(TITLE, "attune")
    ));
    let opened = tokio::select! {
        opened = Service::open(app.host.clone(), options, &tasks) => opened?,
        () = signals.next() => return Ok(Exit::Good),
    };
    let _set_once = begun.set(opened.clone());
    shell.service = Some(opened.clone());
    let socket = socket::bind(&shell.settings.data_dir)?;
    let folder = shell.settings.data_dir.display();
    shell.out.say(format!(
        "ready; commands with --data-dir {folder} go through it"
    ));
    let service = opened;
    let ended = tokio::select! {
        () = socket.listen(&shell, &tasks) => Ok(Exit::Good),
        () = signals.next() => Ok(Exit::Good),
        error = replaced(&app.host.store) => Err(Failure::from(error)),
    };
    shell.out.say(super::progress::STOPPING);
    service.stop().cancel();
    stop.cancel();
    tasks.close();
    tokio::select! {
        () = tasks.wait() => {}
        () = tokio::time::sleep(GRACE) => {
            tracing::warn!("not everything under way came to an end; the next start goes on with it");
        }
        () = signals.next() => {}
    }
    drop(socket);
    app.close().await;
    ended
}

/// Waits until the database is not there any more: nothing that goes on from then on would be kept.
async fn replaced(store: &Store) -> store::Error {
    let mut ticks = tokio::time::interval(LOOK);
    loop {
        ticks.tick().await;
        if let Err(error) = store.still_there() {
            return error;
        }
    }
}

/// Who may ask for something over HTTP.
fn access(shell: &Shell) -> Result<Access, Failure> {
    let Some(place) = &shell.settings.auth.trigger_token else {
        return Ok(Access::default());
    };
    let token = shell.vault.reveal(place).map_err(|error| {
        Failure::of("secret", format!("[auth] trigger-token: {error}")).hint(error.hint())
    })?;
    Ok(Access::of(&token))
}

fn cannot_listen(shell: &Shell, error: &std::io::Error) -> Failure {
    let message = format!("cannot listen on {}: {error}", shell.settings.listen);
    Failure::of("listen", message)
}
