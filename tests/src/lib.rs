//! A whole Attune in one process for tests: stand-ins on loopback, a store in a temporary folder,
//! connector files as text.
//!
//! Nothing is mocked below the stand-ins: plugins are the bundled components, requests are real,
//! the database is a file. [`TestApp::drop`] looks for what a test must not leave behind.

use std::collections::BTreeMap;
use std::path::PathBuf;

use attune_core::plan::{Change, Report};
use attune_server::app::App;
use attune_server::connector::{self, Loaded};
use attune_server::settings::{self, Overrides};
use attune_server::sync::{self, Done, Mode, Order, Watch};
use attune_sim::demo::{Access, Demo};

/// The mapping that most tests use; `{..}` are filled in by [`TestApp::connector_text`].
pub const MAPPING: &str = r#"
Department = { from = "department", steps = ["text.trim"] }
Title      = "jobTitle"
Office     = { use = "template.render", text = "{officeLocation} ({country})", when-missing = "clear" }
Manager    = "manager.displayName"
Phone      = { from = "businessPhones[0]", steps = [{ use = "phone.format", region = "DE" }] }
"#;

/// A host beside a directory and a Jira.
pub struct TestApp {
    /// The stand-ins.
    pub world: Demo,
    /// The host under test.
    pub app: App,
    folder: tempfile::TempDir,
}

/// What a run came to, with all its changes.
#[derive(Debug)]
pub struct Ran {
    /// Counts, guards, problems.
    pub report: Report,
    /// Every change, in digest order.
    pub changes: Vec<Change>,
}

impl TestApp {
    /// Starts a demo world of so many people and a host with an empty store.
    pub async fn start(people: usize) -> anyhow::Result<Self> {
        Self::beside(Demo::start(people).await?).await
    }

    /// Starts a host beside a world of the test's own.
    pub async fn beside(world: Demo) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let app = open(folder.path().join("data"), folder.path().join("connectors")).await?;
        std::fs::create_dir_all(&app.settings.connectors_dir)?;
        let access = world.access();
        std::fs::write(folder.path().join("entra-secret"), &access.client_secret)?;
        std::fs::write(folder.path().join("jira-password"), &access.jira_password)?;
        Ok(Self { world, app, folder })
    }

    /// The connectors' folder.
    pub fn connectors(&self) -> PathBuf {
        self.folder.path().join("connectors")
    }

    /// Starts the host again on the same store, as after a crash.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.app.host.store.close().await;
        self.app = open(self.folder.path().join("data"), self.connectors()).await?;
        Ok(())
    }

    /// A connector file for the demo world: extra lines before the target, and the mapping.
    pub fn connector_text(&self, extra: &str, mapping: &str) -> String {
        connector_text(self.world.access(), extra, mapping)
    }

    /// Writes a connector file and reads it back.
    pub fn connector(&self, text: &str) -> anyhow::Result<Loaded> {
        std::fs::write(self.connectors().join("demo.toml"), text)?;
        self.loaded()
    }

    /// The connector file as it is now.
    pub fn loaded(&self) -> anyhow::Result<Loaded> {
        let entry = connector::find(&self.connectors(), "demo")
            .map_err(|mistake| anyhow::anyhow!("{mistake}"))?;
        let loaded = entry.result.map_err(|mistakes| {
            let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("{}", lines.join("\n"))
        })?;
        Ok(*loaded)
    }

    /// Makes a plan.
    pub async fn plan(&self, mode: Mode) -> anyhow::Result<Ran> {
        self.run(Order {
            mode,
            writes: false,
        })
        .await
    }

    /// Makes a plan and writes it, guards permitting.
    pub async fn sync(&self, mode: Mode) -> anyhow::Result<Ran> {
        self.run(Order { mode, writes: true }).await
    }

    async fn run(&self, order: Order) -> anyhow::Result<Ran> {
        let loaded = self.loaded()?;
        let done = sync::run(&self.app.host, &loaded, &order, &Watch::default()).await?;
        ran(done).await
    }

    /// Writes the staged plan of a digest.
    pub async fn approve(&self, digest: &str) -> anyhow::Result<Ran> {
        let loaded = self.loaded()?;
        let plan = self.app.host.store.plan(digest).await?;
        let plan = plan.ok_or_else(|| anyhow::anyhow!("no plan {digest}"))?;
        let done = sync::approve(&self.app.host, &loaded, &plan, &Watch::default()).await?;
        ran(done).await
    }
}

impl Ran {
    /// The changes of one field.
    pub fn of_field<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a Change> {
        self.changes
            .iter()
            .filter(move |change| change.field == field)
    }
}

/// Reads all changes of a finished run and closes its stage.
pub async fn ran(done: Done) -> anyhow::Result<Ran> {
    let mut changes = Vec::new();
    if let Some(stage) = done.stage {
        changes = sync::changes(&stage, u64::MAX).await?;
        stage.finish().await;
    }
    Ok(Ran {
        report: done.report,
        changes,
    })
}

/// A connector file for a demo world: extra lines before the target, and the mapping's lines.
pub fn connector_text(access: &Access, extra: &str, mapping: &str) -> String {
    let Access {
        graph_url,
        tenant,
        client_id,
        jira_url,
        jira_username,
        ..
    } = access;
    format!(
        r#"id = "demo"
[source]
provider = "entra"
options = {{ tenant = "{tenant}" }}
[source.endpoint]
api = "{graph_url}"
login = "{graph_url}"
[source.credential.app]
kind = "oauth2-client-credentials"
client-id = "{client_id}"
client-secret = {{ file = "../entra-secret" }}
{extra}
[target.jira]
product = "jira-data-center"
url = "{jira_url}"
user-property-route = "entity-property"
credential = {{ kind = "basic", username = "{jira_username}", password = {{ file = "../jira-password" }} }}
match = [
  {{ source = "userPrincipalName", target = "username" }},
  {{ source = "mail", target = "email" }},
]
[target.jira.map]
{mapping}
"#
    )
}

async fn open(data_dir: PathBuf, connectors_dir: PathBuf) -> anyhow::Result<App> {
    let text = |path: PathBuf| Some(path.to_string_lossy().into_owned());
    let flags = Overrides {
        data_dir: text(data_dir),
        connectors_dir: text(connectors_dir),
        ..Overrides::default()
    };
    let env = BTreeMap::new();
    let loaded = settings::load(None, &env, flags).map_err(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{}", lines.join("\n"))
    })?;
    App::open(loaded.settings, env).await
}
