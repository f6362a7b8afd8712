//! `connector pause`, `site list|pause|resume`.

use std::collections::BTreeMap;

use serde_json::json;

use super::args::{Pause, SiteCommand};
use super::out::{GOOD, WARN, paint};
use super::{Exit, Outcome, Shell, report};
use crate::connector::load_dir;
use crate::fault::Failure;
use crate::store::pauses::Pause as Row;
use crate::sync::Host;
use crate::view::connectors::Paused;
use crate::view::sites::{self, Site};

/// `connector pause NAME [--off]`
pub(super) async fn connector(shell: &Shell, args: Pause) -> Outcome {
    let loaded = shell.connector(&args.connector)?;
    let (id, name) = (&loaded.connector.id, &loaded.connector.name);
    let app = shell.app().await?;
    let host = &app.host;
    if args.off {
        let was_paused = match &shell.service {
            Some(service) => service.resume(id).await?,
            None => host.store.unpause(id).await?,
        };
        if !was_paused {
            let message = format!("connector `{name}` is not paused");
            return Err(Failure::of("nothing-waits", message));
        }
        shell.out.say(format!("{name} may run again"));
    } else {
        let now_ms = host.clock.now().as_millisecond();
        host.store
            .pause(id, &shell.who, &args.reason, now_ms)
            .await?;
        shell.out.say(format!(
            "{name} writes nothing until: attune connector pause {name} --off"
        ));
        let running = shell.service.as_ref().map(crate::service::Service::running);
        let running = running.unwrap_or_default();
        for line in running.iter().filter(|line| line.connector == *id) {
            let run = line.run.as_deref().unwrap_or(&line.job);
            shell.out.say(format!(
                "run {run} goes on; stop it with: attune run cancel {run}"
            ));
        }
    }
    if shell.out.json {
        let pause = host.store.paused(id).await?;
        shell
            .out
            .json(&json!({ "connector": name, "paused": pause.as_ref().map(Paused::from) }));
    }
    app.close().await;
    Ok(Exit::Good)
}

/// `site list|pause|resume`
pub(super) async fn site(shell: &Shell, command: SiteCommand) -> Outcome {
    let app = shell.app().await?;
    let host = &app.host;
    let outcome = match command {
        SiteCommand::List => list(shell, host).await,
        SiteCommand::Pause { url, reason } => {
            let site = known(shell, &url)?;
            let now_ms = host.clock.now().as_millisecond();
            host.store
                .pause_site(&site, &shell.who, &reason, now_ms)
                .await?;
            shell.out.say(format!(
                "nothing is sent to {site} until: attune site resume {site}"
            ));
            told(shell, host, &site).await
        }
        SiteCommand::Resume { url } => {
            let site = url.trim_end_matches('/').to_owned();
            let was_paused = match &shell.service {
                Some(service) => service.resume_site(&site).await?,
                None => host.store.resume_site(&site).await?,
            };
            if !was_paused {
                let message = format!("the site {site} is not paused");
                return Err(Failure::of("nothing-waits", message));
            }
            let next = match &shell.service {
                Some(_) => "who is due is brought in tune now",
                None => "the next sync brings in tune who is due",
            };
            shell
                .out
                .say(format!("requests go to {site} again; {next}"));
            told(shell, host, &site).await
        }
    };
    app.close().await;
    outcome
}

async fn told(shell: &Shell, host: &Host, site: &str) -> Outcome {
    if shell.out.json {
        let pause = host.store.paused_sites().await?.remove(site);
        let pause = pause.as_ref().map(Paused::from);
        shell.out.json(&json!({ "site": site, "paused": pause }));
    }
    Ok(Exit::Good)
}

async fn list(shell: &Shell, host: &Host) -> Outcome {
    let paused = host.store.paused_sites().await?;
    let sites = sites(shell, &paused);
    if shell.out.json {
        shell.out.json(&sites);
        return Ok(Exit::Good);
    }
    let mut table = report::plain();
    table.set_header(["site", "connectors", ""]);
    for one in &sites {
        let users: Vec<&str> = one.connectors.iter().map(String::as_str).collect();
        let state = match &one.paused {
            Some(pause) if pause.reason.is_empty() => {
                paint(WARN, format!("paused by {}", pause.by))
            }
            Some(pause) => paint(WARN, format!("paused by {}: {}", pause.by, pause.reason)),
            None => paint(GOOD, "written to"),
        };
        table.add_row([one.site.clone(), users.join(", "), state]);
    }
    shell.out.data(table.to_string());
    Ok(Exit::Good)
}

/// The sites of all connectors, and those that are paused.
fn sites(shell: &Shell, paused: &BTreeMap<String, Row>) -> Vec<Site> {
    if let Some(service) = &shell.service {
        let (_, state) = service.pin();
        return sites::list(state.connectors.values().map(AsRef::as_ref), paused);
    }
    let entries = load_dir(&shell.settings.connectors_dir).unwrap_or_default();
    let usable = entries
        .iter()
        .filter_map(|entry| entry.result.as_ref().ok());
    sites::list(usable.map(AsRef::as_ref), paused)
}

/// A site that some connector writes to.
fn known(shell: &Shell, url: &str) -> Result<String, Failure> {
    let site = url.trim_end_matches('/').to_owned();
    let sites = sites(shell, &BTreeMap::new());
    if sites.iter().any(|one| one.site == site) {
        return Ok(site);
    }
    let known: Vec<&str> = sites.iter().map(|one| one.site.as_str()).collect();
    let message = format!("no connector writes to {site}");
    let hint = format!(
        "name one of these as it is written here: {}",
        known.join(", ")
    );
    Err(Failure::of("no-such-site", message).hint(hint))
}
