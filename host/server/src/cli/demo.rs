//! `demo`: the whole job on this machine, with nothing to set up and nobody real involved.
//!
//! Stand-ins of Microsoft Graph, Jira and Confluence on loopback, a connector file in a temporary folder, and
//! then the very commands that an administrator would give.

use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use attune_core::plan::State;
use attune_sim::demo::Demo as World;

use super::args;
use super::out::{FAINT, Out, TITLE, paint};
use super::plan::show;
use super::progress::watched;
use super::serve::{Welcome, serve};
use super::{Exit, Outcome, Shell};
use crate::app::App;
use crate::fault::Failure;
use crate::kit;
use crate::store::stage::Stage;
use crate::sync::{self, Done, Mode, Order};

/// Who the link of the demo signs in as.
const WHO: &str = "demo";
/// The name of the demo's connector file.
const NAME: &str = "demo";
/// How it begins.
const TOP: &str = r#"# The demo's connector. Edit it and run `attune plan demo` to see what would change.
id = "demo"
locale = "de-DE""#;
/// Who takes part.
const SCOPE: &str = r#"[scope]
include = [{ attribute = "accountEnabled", equals = "true" }]"#;
/// What is added where somebody tries things: every row may change at once.
const FREE: &str = r#"[guard]
changed-people = "off""#;
/// The settings of a service beside the stand-ins.
const SETTINGS: &str = r#"# A service beside the demo's stand-ins, for trying plugins and mappings:
# attune serve --config FOLDER/attune.toml
data-dir = "data"
connectors-dir = "connectors"
plugins-dir = "plugins.d"

[swap]
policy = "auto"         # a new build or mapping is used at once, without an approval

[limits]
plugin-file-mib = 24    # a plugin in Python has CPython inside
"#;
/// Its file.
const SETTINGS_FILE: &str = "attune.toml";
/// The table of Jira; the README shows the same.
const MAPPING: &str = r#"Department     = { from = "department", steps = ["text.trim"] }
Title          = "jobTitle"
Company        = { value = "Contoso" }
Office         = { use = "template.render", text = "{officeLocation} ({country})", when-missing = "clear" }
Manager        = "manager.displayName"
"Manager mail" = { first = ["manager.mail", "manager.userPrincipalName"] }
Phone          = { from = "businessPhones[0]", steps = [{ use = "phone.format", region = "DE" }] }
"Cost center"  = { from = "onPremisesExtensionAttributes.extensionAttribute1", steps = [{ use = "text.regex-replace", find = '^CC-(\d+)$', with = "$1" }] }
"Home domain"  = [
  { when = [{ attribute = "userType", equals = "Guest" }], from = "userPrincipalName", steps = ["text.guest-to-email"] },
  { from = "userPrincipalName", steps = ["text.lower"] },
]"#;
/// The table of Confluence.
const PROFILE: &str = r#"position   = "jobTitle"
department = { from = "department", steps = ["text.trim"] }
location   = { use = "template.render", text = "{officeLocation} ({country})" }
phone      = { from = "businessPhones[0]", steps = [{ use = "phone.format", region = "DE" }] }"#;

pub(super) async fn run(mut shell: Shell, args: args::Demo) -> Outcome {
    let out = shell.out.clone();
    let failed = |error: std::io::Error| Failure::of("demo", format!("cannot start: {error}"));
    let folder = Folder::make(args.dir.as_deref())?;
    let world = World::start(args.people as usize).await.map_err(failed)?;
    let access = world.access().clone();
    let connectors = folder.path().join("connectors");
    std::fs::create_dir_all(&connectors).map_err(failed)?;
    access.write_secrets(folder.path()).map_err(failed)?;
    let file = connectors.join(format!("{NAME}.toml"));
    let between = match folder {
        Folder::Passing(_) => SCOPE.to_owned(),
        Folder::Kept(_) => format!("{SCOPE}\n\n{FREE}"),
    };
    let text = access.both(TOP, &between, (MAPPING, PROFILE));
    std::fs::write(&file, text).map_err(failed)?;
    shell.settings.data_dir = folder.path().join("data");
    shell.settings.database = shell.settings.data_dir.join("attune.db");
    shell.settings.connectors_dir = connectors;
    shell.settings.plugins_dir = folder.path().join("plugins.d");
    shell.settings.listen = (Ipv4Addr::LOCALHOST, 0).into();
    out.say(format!(
        "{} {} invented people in a directory at {}, a Jira at {}, a Confluence at {}",
        paint(TITLE, "demo"),
        args.people,
        access.graph_url,
        access.jira_url,
        access.wiki_url
    ));
    out.say(paint(FAINT, format!("connector file: {}", file.display())));

    let app = shell.app().await?;
    let planned = step(&shell, &app, "attune plan demo", false).await?;
    let synced = step(&shell, &app, "attune sync demo", true).await?;
    let again = step(&shell, &app, "attune sync demo   (again)", true).await?;
    let requests = [world.jira.counts(), world.wiki.counts()].map(|counts| counts.requests);
    let is_well = planned.report.state == State::Planned
        && synced.report.state == State::Applied
        && again.report.state == State::Nothing;
    for done in [planned, synced, again] {
        if let Some(stage) = done.stage {
            Stage::finish(stage).await;
        }
    }
    app.close().await;
    let [jira, wiki] = requests;
    out.say(format!(
        "\nJira answered {jira} requests in all, Confluence {wiki}."
    ));
    if !is_well {
        let message = "the demo did not end as it should: the tables above say where";
        return Err(Failure::of("demo", message));
    }
    if args.exit {
        world.stop().await;
        return Ok(Exit::Good);
    }
    let ended = stay(shell, &folder, &somebody(&world)).await;
    world.stop().await;
    ended
}

/// Keeps running until somebody ends it: with a service, or, in a folder that stays, for one.
async fn stay(shell: Shell, folder: &Folder, user: &str) -> Outcome {
    let out = shell.out.clone();
    match folder {
        Folder::Passing(_) => {
            invite(&out, &shell, user);
            Box::pin(serve(shell, Welcome::Link(WHO))).await
        }
        Folder::Kept(path) => {
            // Whoever sees it finds everything else there.
            let settings = path.join(SETTINGS_FILE);
            let written = std::fs::write(&settings, SETTINGS);
            written.map_err(|error| Failure::of("demo", format!("cannot start: {error}")))?;
            invite_to_serve(&out, &settings, user);
            super::progress::asked_to_end().await;
            Ok(Exit::Good)
        }
    }
}

/// Where the demo's files are.
enum Folder {
    /// It goes with the demo.
    Passing(tempfile::TempDir),
    /// It stays.
    Kept(PathBuf),
}

impl Folder {
    fn make(dir: Option<&Path>) -> Result<Self, Failure> {
        let Some(dir) = dir else {
            let made = tempfile::Builder::new().prefix("attune-demo-").tempdir();
            return made
                .map(Self::Passing)
                .map_err(|error| Failure::of("demo", format!("cannot start: {error}")));
        };
        let failed = |error: std::io::Error| {
            Failure::of("usage", format!("cannot make {}: {error}", dir.display()))
        };
        let dir = std::path::absolute(dir).map_err(failed)?;
        if dir.join(SETTINGS_FILE).exists() || dir.join("connectors").exists() {
            let message = format!("{} is there already", dir.display());
            return Err(Failure::of("usage", message).hint(
                "the stand-ins of an earlier demo are gone: remove its folder, or name another",
            ));
        }
        std::fs::create_dir_all(dir.join("plugins.d")).map_err(failed)?;
        Ok(Self::Kept(dir))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Passing(folder) => folder.path(),
            Self::Kept(folder) => folder,
        }
    }
}

async fn step(shell: &Shell, app: &App, command: &str, writes: bool) -> Result<Done, Failure> {
    shell
        .out
        .say(format!("\n{}", paint(TITLE, format!("$ {command}"))));
    let loaded = shell.connector(NAME)?;
    let order = if writes {
        Order::sync(Mode::Complete)
    } else {
        Order::plan(Mode::Complete)
    };
    let done = watched(&shell.out, async |watch| {
        sync::run(&app.host, &loaded, &order, watch).await
    })
    .await?;
    show(&shell.out, &done, None).await?;
    Ok(done)
}

/// The user name of somebody who is in scope.
fn somebody(world: &World) -> String {
    world.graph.people(|people| {
        let is_in = |who: &attune_sim::people::Who| {
            let is_enabled = people.member(*who, "accountEnabled");
            is_enabled == Some(true.into()) && !people.is_guest(*who)
        };
        let found = people.iter().find(is_in);
        found.map_or_else(String::new, |who| people.user_principal_name(who))
    })
}

fn invite(out: &Out, shell: &Shell, user: &str) {
    let data = shell.settings.data_dir.display();
    let connectors = shell.settings.connectors_dir.display();
    let mut text = String::from(
        "\nThe stand-ins keep running, and a service beside them. Open its console by the link below \
         (it signs in once, within five minutes), or in another terminal:\n\n",
    );
    let _never_fails = write!(
        text,
        "  export ATTUNE_DATA_DIR={data} ATTUNE_CONNECTORS_DIR={connectors}\n  \
         attune explain demo {user}\n  \
         attune check demo\n  \
         attune runs\n  \
         $EDITOR {connectors}/demo.toml && attune plan demo\n\n\
         Ctrl-C ends the demo and removes its folder."
    );
    out.say(text);
}

fn invite_to_serve(out: &Out, settings: &Path, user: &str) {
    let settings = kit::quoted(&settings.display().to_string());
    out.say(format!(
        "\nThe stand-ins keep running. In another terminal:\n\n  \
         export ATTUNE_CONFIG={settings}\n  \
         attune serve\n\n\
         and in a third one, with the same ATTUNE_CONFIG:\n\n  \
         attune explain demo {user}\n  \
         attune plugin new shout\n\n\
         Ctrl-C ends the stand-ins; the folder stays."
    ));
}
