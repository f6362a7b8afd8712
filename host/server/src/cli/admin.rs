//! `admin code`, `admin list`, `admin reset`, `admin remove`: local administrators of the console.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::args::access::AdminCommand;
use super::{Exit, Outcome, Shell, report};
use crate::access::admins;
use crate::app::App;
use crate::fault::Failure;
use crate::view::time;

pub(super) async fn run(shell: &Shell, command: AdminCommand) -> Outcome {
    let app = shell.app().await?;
    let outcome = carry_out(shell, &app, command).await;
    app.close().await;
    outcome
}

async fn carry_out(shell: &Shell, app: &App, command: AdminCommand) -> Outcome {
    let (store, out) = (&app.host.store, &shell.out);
    let now_ms = app.host.clock.now().as_millisecond();
    match command {
        AdminCommand::Code => {
            let code = admins::code(store, now_ms).await?;
            tell(
                shell,
                "a new administrator sets name and password by",
                &code,
            );
        }
        AdminCommand::Reset { name } => {
            let code = admins::reset(store, &name, now_ms).await?;
            tell(shell, &format!("{name} sets another password by"), &code);
        }
        AdminCommand::Remove { name } => {
            admins::remove(store, &name).await?;
            out.say(format!("{name} is no administrator any more"));
            if out.json {
                out.json(&json!({ "name": name, "state": "removed" }));
            }
        }
        AdminCommand::List => list(shell, app).await?,
    }
    Ok(Exit::Good)
}

async fn list(shell: &Shell, app: &App) -> Result<(), Failure> {
    let admins = app.host.store.admins().await?;
    if shell.out.json {
        let document = |admin: &crate::store::admins::Admin| {
            json!({
                "name": admin.name,
                "created": time(admin.created_ms),
                "password-set": time(admin.changed_ms),
                "has-password": !admin.password.is_empty(),
                "last-sign-in": admin.seen_ms.map(time),
            })
        };
        let all: Vec<Value> = admins.iter().map(document).collect();
        shell.out.json(&all);
        return Ok(());
    }
    let mut table = report::plain();
    table.set_header(["administrator", "password of", "last sign-in"]);
    for admin in &admins {
        let password = if admin.password.is_empty() {
            "none: reset".to_owned()
        } else {
            time(admin.changed_ms)
        };
        let seen = admin.seen_ms.map_or_else(|| "never".to_owned(), time);
        table.add_row([admin.name.clone(), password, seen]);
    }
    shell.out.data(table.to_string());
    Ok(())
}

fn tell(shell: &Shell, what: &str, code: &SecretString) {
    let minutes = admins::CODE_LASTS.as_secs() / 60;
    shell
        .out
        .say(format!("{what} this code, once, within {minutes} minutes:"));
    if shell.out.json {
        let code = code.expose_secret();
        shell.out.json(&json!({ "code": code, "minutes": minutes }));
    } else {
        shell.out.data(code.expose_secret());
    }
}
