//! `connector pause`, `site list|pause|resume`, and how connectors stand beside their files.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::args::{Pause, SiteCommand};
use super::out::{GOOD, WARN, paint};
use super::{Exit, Outcome, Shell, report};
use crate::connector::{Loaded, load_dir};
use crate::fault::Failure;
use crate::store::pauses;
use crate::store::quarantines::Quarantine;
use crate::store::schedules::Planned;
use crate::sync::Host;

/// When connectors run next, and what keeps them from it.
pub(super) struct Standing {
    planned: Vec<Planned>,
    pauses: BTreeMap<String, pauses::Pause>,
    quarantines: BTreeMap<String, Quarantine>,
}

impl Standing {
    pub(super) async fn read(host: &Host) -> Result<Self, Failure> {
        let store = &host.store;
        Ok(Self {
            planned: store.schedules().await?,
            pauses: store.pauses().await?,
            quarantines: store.quarantines().await?,
        })
    }

    /// What keeps a connector from running by itself.
    pub(super) fn remark(&self, connector: &str) -> Option<String> {
        if let Some(pause) = self.pauses.get(connector) {
            let reason = match pause.reason.as_str() {
                "" => String::new(),
                reason => format!(": {reason}"),
            };
            return Some(format!("paused by {}{reason}", pause.by));
        }
        let row = self.quarantines.get(connector).filter(|row| row.is_on())?;
        let next = time(row.next_ms);
        Some(format!(
            "left alone ({}), tried again {next}: {}",
            row.code, row.message
        ))
    }

    /// The next time that it runs by itself.
    pub(super) fn next(&self, connector: &str) -> String {
        let of_connector = self.planned.iter().filter(|one| one.connector == connector);
        let next = of_connector.min_by_key(|one| one.next_ms);
        next.map(|one| format!("{} {}", one.kind, time(one.next_ms)))
            .unwrap_or_default()
    }

    /// The next time of each kind of run.
    pub(super) fn times(&self, connector: &str) -> Value {
        let of_connector = self.planned.iter().filter(|one| one.connector == connector);
        let times = of_connector.map(|one| (one.kind.clone(), json!(time(one.next_ms))));
        Value::Object(times.collect())
    }

    pub(super) fn pause(&self, connector: &str) -> Option<Value> {
        self.pauses.get(connector).map(shown)
    }

    pub(super) fn quarantine(&self, connector: &str) -> Option<Value> {
        let row = self.quarantines.get(connector).filter(|row| row.is_on())?;
        Some(json!({
            "since": row.since_ms.map(time), "code": row.code, "message": row.message,
            "tried": row.probes, "next": time(row.next_ms),
        }))
    }
}

fn shown(pause: &pauses::Pause) -> Value {
    json!({ "since": time(pause.since_ms), "by": pause.by, "reason": pause.reason })
}

fn time(ms: i64) -> String {
    let time = Timestamp::from_millisecond(ms).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

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
            .json(&json!({ "connector": name, "paused": pause.as_ref().map(shown) }));
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
        let pause = pause.as_ref().map(shown);
        shell.out.json(&json!({ "site": site, "paused": pause }));
    }
    Ok(Exit::Good)
}

async fn list(shell: &Shell, host: &Host) -> Outcome {
    let paused = host.store.paused_sites().await?;
    let mut users = users(shell);
    for site in paused.keys() {
        users.entry(site.clone()).or_default();
    }
    if shell.out.json {
        let all: Vec<Value> = users
            .iter()
            .map(|(site, users)| {
                let pause = paused.get(site).map(shown);
                json!({ "site": site, "connectors": users, "paused": pause })
            })
            .collect();
        shell.out.json(&all);
        return Ok(Exit::Good);
    }
    let mut table = report::plain();
    table.set_header(["site", "connectors", ""]);
    for (site, users) in &users {
        let users: Vec<&str> = users.iter().map(String::as_str).collect();
        let state = match paused.get(site) {
            Some(pause) if pause.reason.is_empty() => {
                paint(WARN, format!("paused by {}", pause.by))
            }
            Some(pause) => paint(WARN, format!("paused by {}: {}", pause.by, pause.reason)),
            None => paint(GOOD, "written to"),
        };
        table.add_row([site.clone(), users.join(", "), state]);
    }
    shell.out.data(table.to_string());
    Ok(Exit::Good)
}

/// The sites of all connectors, and who writes there.
fn users(shell: &Shell) -> BTreeMap<String, BTreeSet<String>> {
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut add = |loaded: &Loaded| {
        for target in &loaded.connector.targets {
            let site = target.endpoint.url.trim_end_matches('/').to_owned();
            let names = users.entry(site).or_default();
            names.insert(loaded.connector.name.clone());
        }
    };
    if let Some(service) = &shell.service {
        let (_, state) = service.pin();
        for loaded in state.connectors.values() {
            add(loaded);
        }
    } else {
        let entries = load_dir(&shell.settings.connectors_dir).unwrap_or_default();
        for loaded in entries
            .iter()
            .filter_map(|entry| entry.result.as_ref().ok())
        {
            add(loaded);
        }
    }
    users
}

/// A site that some connector writes to.
fn known(shell: &Shell, url: &str) -> Result<String, Failure> {
    let site = url.trim_end_matches('/').to_owned();
    let users = users(shell);
    if users.contains_key(&site) {
        return Ok(site);
    }
    let known: Vec<&str> = users.keys().map(String::as_str).collect();
    let message = format!("no connector writes to {site}");
    let hint = format!(
        "name one of these as it is written here: {}",
        known.join(", ")
    );
    Err(Failure::of("no-such-site", message).hint(hint))
}
