//! `connector release`: whose fields are they? A field of another connector is not written
//! (`owned-by`) until its owner lets go of it here.
//!
//! Nothing is written to a target. What is passed on stays ours and may be cleared by its new owner;
//! what is only let go of belongs to nobody and stays as it is.

use serde_json::json;

use super::args::Release;
use super::out::{GOOD, paint};
use super::shell::Held;
use super::{Exit, Outcome, Shell, report};
use crate::connector::load_dir;
use crate::fault::Failure;
use crate::store::ledger::Owned;

pub(super) async fn run(shell: &Shell, args: Release) -> Outcome {
    let owner = Party::find(shell, &args.connector)?;
    let to = args.to.as_deref().map(|name| Party::find(shell, name));
    let to = to.transpose()?;
    if to.as_ref().is_some_and(|to| to.id == owner.id) {
        let message = format!("`{}` owns these fields already", owner.id);
        return Err(Failure::of("usage", message));
    }
    let app = shell.app().await?;
    let turns = held(shell, &app, &owner, to.as_ref()).await?;
    let store = &app.host.store;
    let all = store.owned_fields(&owner.id).await?;
    let chosen = choose(&all, &args, &owner)?;
    let mut done = Vec::new();
    for field in chosen {
        let to = to.as_ref().map(|to| to.id.as_str());
        store.pass_on(&owner.id, field, to).await?;
        done.push(field.clone());
    }
    drop(turns);
    tell(shell, (&owner, to.as_ref()), (&all, &done));
    app.close().await;
    Ok(Exit::Good)
}

/// A connector as far as the ledger knows it.
struct Party {
    id: String,
    /// Site of each target, by its name; none where the file is gone.
    sites: Vec<(String, String)>,
}

impl Party {
    /// By file name or id. An owner whose file is gone is known by its id alone.
    fn find(shell: &Shell, name: &str) -> Result<Self, Failure> {
        let entries = load_dir(&shell.settings.connectors_dir)
            .map_err(|mistake| super::mistaken(&[mistake]))?;
        let bare = name.strip_suffix(".toml").unwrap_or(name);
        let mut loaded = entries
            .iter()
            .filter_map(|entry| entry.result.as_ref().ok());
        let found = loaded.find(|one| one.connector.name == bare || one.connector.id == bare);
        Ok(match found {
            Some(loaded) => Self {
                id: loaded.connector.id.clone(),
                sites: loaded
                    .connector
                    .targets
                    .iter()
                    .map(|target| (target.name.clone(), target.endpoint.url.clone()))
                    .collect(),
            },
            None => Self {
                id: bare.to_owned(),
                sites: Vec::new(),
            },
        })
    }
}

/// Nobody runs either connector meanwhile.
async fn held(
    shell: &Shell,
    app: &crate::app::App,
    owner: &Party,
    to: Option<&Party>,
) -> Result<Vec<Held>, Failure> {
    let Some(service) = &shell.service else {
        return Ok(vec![Held::Folder(app.host.store.lock()?)]);
    };
    let mut ids = vec![owner.id.clone()];
    ids.extend(to.map(|to| to.id.clone()));
    let turns = service.turns(&ids).await;
    Ok(turns.into_iter().map(Held::Turn).collect())
}

/// The fields that are meant; none where only the list is wanted.
fn choose<'a>(all: &'a [Owned], args: &Release, owner: &Party) -> Result<Vec<&'a Owned>, Failure> {
    if args.field.is_empty() && !args.all {
        return Ok(Vec::new());
    }
    let site = match &args.target {
        None => None,
        Some(name) => {
            let known = owner.sites.iter().find(|(target, _)| target == name);
            // A site may be named itself: the target may be gone from the file.
            Some(known.map_or(name.as_str(), |(_, site)| site.as_str()))
        }
    };
    let is_meant = |one: &&Owned| {
        site.is_none_or(|site| one.site == site)
            && (args.all || args.field.contains(&one.field.name))
    };
    let chosen: Vec<&Owned> = all.iter().filter(is_meant).collect();
    if chosen.is_empty() {
        let message = format!("`{}` owns no such field", owner.id);
        let hint = format!("`attune connector release {}` lists what it owns", owner.id);
        return Err(Failure::of("nothing-waits", message).hint(hint));
    }
    Ok(chosen)
}

fn tell(shell: &Shell, (owner, to): (&Party, Option<&Party>), (all, done): (&[Owned], &[Owned])) {
    let out = &shell.out;
    let document = |one: &Owned| json!({ "site": one.site, "kind": one.field.kind, "field": one.field.name, "accounts": one.accounts });
    if out.json {
        out.json(&json!({
            "connector": owner.id,
            "to": to.map(|to| &to.id),
            "released": done.iter().map(document).collect::<Vec<_>>(),
            "owned": all.iter().filter(|one| !done.contains(one)).map(document).collect::<Vec<_>>(),
        }));
        return;
    }
    if done.is_empty() {
        let mut table = report::plain();
        table.set_header(["site", "field", "accounts"]);
        for one in all {
            table.add_row([&one.site, &one.field.name, &one.accounts.to_string()]);
        }
        out.data(table.to_string());
        let id = &owner.id;
        out.say(format!(
            "let go: attune connector release {id} --field NAME [--to CONNECTOR]"
        ));
        return;
    }
    for one in done {
        let whose = match to {
            Some(to) => format!("now belongs to {}", to.id),
            None => "belongs to nobody now; its values stay".to_owned(),
        };
        let (field, site, accounts) = (&one.field.name, &one.site, one.accounts);
        out.data(format!(
            "{} {field} at {site} ({accounts} accounts) {whose}",
            paint(GOOD, "ok")
        ));
    }
}
