//! `token create`, `token list`, `token revoke`: what scripts send to the API.

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::args::access::{TokenCommand, TokenCreate};
use super::out::{WARN, paint};
use super::{Exit, Outcome, Shell, report};
use crate::access::tokens::{self, Created, Wanted};
use crate::fault::Failure;
use crate::store::tokens::Token;
use crate::view::time;

pub(super) async fn run(shell: &Shell, command: TokenCommand) -> Outcome {
    match command {
        TokenCommand::Create(args) => create(shell, args).await,
        TokenCommand::List => list(shell).await,
        TokenCommand::Revoke { name } => {
            let app = shell.app().await?;
            let revoked = tokens::revoke(&app.host.store, &name).await;
            app.close().await;
            revoked?;
            shell.out.say(format!("token {name} works no more"));
            if shell.out.json {
                shell.out.json(&json!({ "name": name, "state": "revoked" }));
            }
            Ok(Exit::Good)
        }
    }
}

async fn create(shell: &Shell, args: TokenCreate) -> Outcome {
    let role = args.role.parse();
    let role = role.map_err(|why: String| Failure::of("usage", why))?;
    let mut ids = Vec::new();
    for name in &args.connectors {
        ids.push(shell.connector(name)?.connector.id);
    }
    let wanted = Wanted {
        name: args.name,
        role,
        personal: args.personal,
        connectors: Some(ids).filter(|ids| !ids.is_empty()),
        days: args.expires,
    };
    let app = shell.app().await?;
    let now_ms = app.host.clock.now().as_millisecond();
    let created = tokens::create(&app.host.store, wanted, (&shell.who, now_ms)).await;
    app.close().await;
    let Created { secret, token } = created?;
    let until = time(token.expires_ms);
    shell.out.say(format!(
        "token {} may do what the role {} may, until {until}; it is shown this once:",
        token.name, token.role
    ));
    if shell.out.json {
        let mut shown = document(&token);
        if let Some(members) = shown.as_object_mut() {
            members.insert("token".to_owned(), json!(secret.expose_secret()));
        }
        shell.out.json(&shown);
    } else {
        shell.out.data(secret.expose_secret());
    }
    Ok(Exit::Good)
}

async fn list(shell: &Shell) -> Outcome {
    let app = shell.app().await?;
    let tokens = app.host.store.tokens().await;
    let now_ms = app.host.clock.now().as_millisecond();
    app.close().await;
    let tokens = tokens?;
    if shell.out.json {
        let all: Vec<Value> = tokens.iter().map(document).collect();
        shell.out.json(&all);
        return Ok(Exit::Good);
    }
    let mut table = report::plain();
    table.set_header([
        "token",
        "role",
        "values",
        "connectors",
        "until",
        "last used",
    ]);
    for token in &tokens {
        let until = time(token.expires_ms);
        let until = if token.expires_ms <= now_ms {
            paint(WARN, format!("{until} (over)"))
        } else {
            until
        };
        let connectors = token.connectors.as_ref();
        table.add_row([
            token.name.clone(),
            token.role.clone(),
            if token.personal { "of people" } else { "" }.to_owned(),
            connectors.map_or_else(|| "all".to_owned(), |ids| ids.join(", ")),
            until,
            token.used_ms.map_or_else(|| "never".to_owned(), time),
        ]);
    }
    shell.out.data(table.to_string());
    Ok(Exit::Good)
}

fn document(token: &Token) -> Value {
    json!({
        "name": token.name,
        "role": token.role,
        "personal": token.personal,
        "connectors": token.connectors,
        "created": time(token.created_ms),
        "created-by": token.created_by,
        "expires": time(token.expires_ms),
        "used": token.used_ms.map(time),
    })
}
