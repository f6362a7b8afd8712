//! `serve`: the service in this process, until somebody ends it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::out::{TITLE, paint};
use super::progress::Signals;
use super::{Exit, Outcome, Shell, socket};
use crate::access::{self, Access, Role, admins, oidc};
use crate::api;
use crate::app::App;
use crate::clock::SystemClock;
use crate::fault::Failure;
use crate::service::Service;
use crate::settings::Oidc;
use crate::store::{self, Store};

/// How long what is under way may take after somebody asked the service to end.
const GRACE: Duration = Duration::from_secs(10);
/// How often the database is looked for.
const LOOK: Duration = Duration::from_secs(1);

/// How whoever started the service comes in where nobody can yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Welcome {
    /// By a code, with which the first administrator sets a password.
    Code,
    /// By a link that signs in once, as this name.
    Link(&'static str),
}

pub(super) async fn run(shell: Shell) -> Outcome {
    serve(shell, Welcome::Code).await
}

/// The service, until somebody ends it.
pub(super) async fn serve(mut shell: Shell, welcome: Welcome) -> Outcome {
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
    let access = access(&shell, &app)?;
    let nobody_can_sign_in = !access.has_oidc() && access.has_no_admin().await?;
    tasks.spawn(api::serve(http, Arc::clone(&begun), access, stop.clone()));
    shell.out.say(format!(
        "{} listening on http://{address}",
        paint(TITLE, "attune")
    ));
    match welcome {
        Welcome::Code if nobody_can_sign_in => invite(&shell, &app).await?,
        Welcome::Code => {}
        Welcome::Link(name) => {
            let now_ms = app.host.clock.now().as_millisecond();
            let link = access::link(&app.host.store, name, now_ms).await?;
            let (link, mark) = (link.expose_secret(), paint(TITLE, "console"));
            shell.out.say(format!("{mark} http://{address}{link}"));
        }
    }
    let opened = tokio::select! {
        opened = Service::open(app.host.clone(), options, &tasks) => opened?,
        () = signals.next() => return Ok(Exit::Good),
    };
    let _set_once = begun.set(opened.clone());
    shell.service = Some(opened.clone());
    let socket = socket::bind(&shell.settings.data_dir)?;
    let folder = shell.settings.data_dir.display();
    shell.out.say(format!(
        "ready; commands with the same settings and --data-dir {folder} go through it"
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
        () = signals.next() => {
            tracing::warn!("ended at once; the next start goes on with what is under way");
        }
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
fn access(shell: &Shell, app: &App) -> Result<Access, Failure> {
    let auth = &shell.settings.auth;
    let reveal = |place| {
        shell.vault.reveal(place).map_err(|error| {
            Failure::of("secret", format!("[auth] trigger-token: {error}")).hint(error.hint())
        })
    };
    let oidc = auth.oidc.as_ref().map(|oidc| config(shell, oidc));
    let oidc = oidc.transpose()?;
    let options = access::Options {
        oidc: oidc.map(|config| (config, app.host.net.clone())),
        trigger: auth.trigger_token.as_ref().map(reveal).transpose()?,
        requests_per_minute: auth.requests_per_minute,
        proxies: auth.trusted_proxies.clone(),
    };
    let host = &app.host;
    Ok(Access::new(
        host.store.clone(),
        Arc::clone(&host.clock),
        options,
    ))
}

/// The organisation's sign-in service, as `access` knows it.
fn config(shell: &Shell, from: &Oidc) -> Result<oidc::Config, Failure> {
    let secret = shell.vault.secret(&from.client_secret, None);
    let client_secret = secret.map_err(|error| {
        Failure::of("secret", format!("[auth.oidc] client-secret: {error}")).hint(error.hint())
    })?;
    let role = |(group, word): &(String, &str)| {
        let role: Result<Role, String> = word.parse();
        role.map(|role| (group.clone(), role))
    };
    let roles: Result<Vec<_>, String> = from.roles.iter().map(role).collect();
    Ok(oidc::Config {
        issuer: from.issuer.clone(),
        client_id: from.client_id.clone(),
        client_secret,
        address: from.address.clone(),
        scopes: from.scopes.clone(),
        roles_claim: from.roles_claim.clone(),
        roles: roles.map_err(|why| Failure::of("config", why))?,
        personal: from.personal.clone(),
        ca_file: from.ca_file.clone(),
    })
}

/// Tells whoever started the service how the first administrator comes to be. The log has nothing of
/// it: the code goes where the command's own words go.
async fn invite(shell: &Shell, app: &App) -> Result<(), Failure> {
    let now_ms = app.host.clock.now().as_millisecond();
    let code = admins::code(&app.host.store, now_ms).await?;
    let minutes = admins::CODE_LASTS.as_secs() / 60;
    shell.out.say(format!(
        "nobody can sign in yet; the first administrator sets name and password by the code {} \
         within {minutes} minutes (another one: attune admin code)",
        code.expose_secret()
    ));
    Ok(())
}

fn cannot_listen(shell: &Shell, error: &std::io::Error) -> Failure {
    let message = format!("cannot listen on {}: {error}", shell.settings.listen);
    Failure::of("listen", message)
}
