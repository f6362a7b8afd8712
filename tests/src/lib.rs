//! A whole Attune in one process for tests: stand-ins on loopback, a store in a temporary folder,
//! connector files as text, a clock that never makes anybody wait.
//!
//! Nothing is mocked below the stand-ins: plugins are the bundled components, requests are real,
//! the database is a file. A test that ends well must have left nothing behind: dropping the app
//! fails on routes that a stand-in does not know and on scripted faults that nothing has met.

pub mod native;
pub mod service;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use attune_core::plan::{Change, Report};
use attune_server::app::{self, App};
use attune_server::clock::{Clock, TestClock};
use attune_server::connector::{self, Loaded};
use attune_server::fault::Failure;
use attune_server::settings::{self, Overrides, Settings};
use attune_server::sync::{self, Done, Mode, Order, Watch};
use attune_server::vault::Vault;
use attune_sim::demo::{self, Demo};
use attune_sim::people::{People, Who};
use attune_sim::{graph, jira};
use attune_wasm::registry::Snapshot;

/// A mapping with transforms and a relation.
pub const MAPPING: &str = r#"
Department = { from = "department", steps = ["text.trim"] }
Title      = "jobTitle"
Office     = { use = "template.render", text = "{officeLocation} ({country})", when-missing = "clear" }
Manager    = "manager.displayName"
Phone      = { from = "businessPhones[0]", steps = [{ use = "phone.format", region = "DE" }] }
"#;

/// A mapping whose values a test can foretell: what the directory says, unchanged.
pub const PLAIN: &str = r#"
Department = "department"
Title      = "jobTitle"
City       = "city"
"#;

/// The fields of [`PLAIN`] and the members that they come from.
pub const PLAIN_FIELDS: &[(&str, &str)] = &[
    ("Department", "department"),
    ("Title", "jobTitle"),
    ("City", "city"),
];

/// When every test begins.
const START: &str = "2026-11-21T22:00:00Z";

/// A host beside a directory and a Jira.
pub struct TestApp {
    /// The stand-ins.
    pub world: Demo,
    /// The host under test.
    pub app: App,
    /// Its time: stands still, and jumps over every wait.
    pub clock: Arc<TestClock>,
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
    /// Everybody has one account, named by the user principal name, with no properties.
    pub async fn tidy(people: usize) -> anyhow::Result<Self> {
        Self::arranged(people, |_, _| {}).await
    }

    /// A tidy world after the caller has changed how the stand-ins are set up.
    pub async fn arranged(
        people: usize,
        arrange: impl FnOnce(&mut graph::Options, &mut jira::Options),
    ) -> anyhow::Result<Self> {
        let people = People::generate(demo::SEED, people);
        let mut accounts = demo::account_for_each(&people);
        accounts.add(jira::Account::named(
            "svc-attune",
            "svc@contoso.example",
            "Attune",
        ));
        let mut directory = graph::Options::of(people);
        let mut site = jira::Options::of(accounts);
        arrange(&mut directory, &mut site);
        Self::beside(Demo::of(directory, site).await?).await
    }

    /// The demo's world: accounts as untidy as those of a real site.
    pub async fn untidy(people: usize) -> anyhow::Result<Self> {
        Self::beside(Demo::start(people).await?).await
    }

    /// Starts a host with an empty store beside a world of the test's own.
    pub async fn beside(world: Demo) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let clock = TestClock::skipping(START.parse()?);
        std::fs::create_dir_all(folder.path().join("connectors"))?;
        world.access().write_secrets(folder.path())?;
        let own: Arc<dyn Clock> = Arc::<TestClock>::clone(&clock);
        let app = open(folder.path(), "data", own).await?;
        Ok(Self {
            world,
            app,
            clock,
            folder,
        })
    }

    /// The connectors' folder.
    pub fn connectors(&self) -> PathBuf {
        self.folder.path().join("connectors")
    }

    /// A path for a file of the test's own.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts the host again on the same store, as after a crash.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.app.host.store.close().await;
        let clock: Arc<dyn Clock> = Arc::<TestClock>::clone(&self.clock);
        self.app = open(self.folder.path(), "data", clock).await?;
        Ok(())
    }

    /// A second host beside the same world, with a store and a clock of its own.
    pub async fn another(&self, data: &str, clock: &Arc<TestClock>) -> anyhow::Result<App> {
        let clock: Arc<dyn Clock> = Arc::<TestClock>::clone(clock);
        open(self.folder.path(), data, clock).await
    }

    /// The lines of a target before its mapping, for a site at this URL.
    pub fn target_text(&self, name: &str, url: &str) -> String {
        self.world.access().target(name, url)
    }

    /// A connector file up to its targets: extra lines stand before them.
    pub fn source_text(&self, id: &str, extra: &str) -> String {
        let top = format!("id = \"{id}\"");
        self.world.access().source(&top, extra)
    }

    /// A connector file for the world: extra lines before the target, and the mapping's lines.
    pub fn connector_text(&self, extra: &str, mapping: &str) -> String {
        self.world
            .access()
            .connector("id = \"demo\"", extra, mapping)
    }

    /// Writes the connector file and reads it back.
    pub fn connector(&self, text: &str) -> anyhow::Result<Loaded> {
        self.write_connector("demo", text)
    }

    /// Writes a connector file of this name and reads it back.
    pub fn write_connector(&self, name: &str, text: &str) -> anyhow::Result<Loaded> {
        std::fs::write(self.connectors().join(format!("{name}.toml")), text)?;
        self.loaded(name)
    }

    /// The connector `demo` with this mapping.
    pub fn maps(&self, mapping: &str) -> anyhow::Result<Loaded> {
        self.connector(&self.connector_text("", mapping))
    }

    /// A connector file as it is now.
    pub fn loaded(&self, name: &str) -> anyhow::Result<Loaded> {
        let entry = connector::find(&self.connectors(), name)
            .map_err(|mistake| anyhow::anyhow!("{mistake}"))?;
        let loaded = entry.result.map_err(|mistakes| {
            let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("{}", lines.join("\n"))
        })?;
        Ok(*loaded)
    }

    /// Makes a plan.
    pub async fn plan(&self, mode: Mode) -> anyhow::Result<Ran> {
        let order = Order::plan(mode);
        Ok(self.run(&order, &Watch::default()).await??)
    }

    /// Makes a plan and writes it, guards permitting.
    pub async fn sync(&self, mode: Mode) -> anyhow::Result<Ran> {
        let order = Order::sync(mode);
        Ok(self.run(&order, &Watch::default()).await??)
    }

    /// A sync that must fail; what the command line would say about it.
    pub async fn refused(&self, mode: Mode) -> anyhow::Result<Failure> {
        let order = Order::sync(mode);
        match self.run(&order, &Watch::default()).await? {
            Ok(ran) => Err(anyhow::anyhow!("it went well: {:?}", ran.report)),
            Err(error) => Ok(error.into()),
        }
    }

    /// A sync that somebody can stop.
    pub async fn watched(&self, watch: &Watch) -> anyhow::Result<Ran> {
        let order = Order::sync(Mode::Complete);
        Ok(self.run(&order, watch).await??)
    }

    /// One run of the connector `demo`. A second passes before it, so that runs have an order.
    pub async fn run(
        &self,
        order: &Order,
        watch: &Watch,
    ) -> anyhow::Result<Result<Ran, sync::Error>> {
        self.clock.advance(Duration::from_secs(1));
        let loaded = self.loaded("demo")?;
        match sync::run(&self.app.host, &loaded, order, watch).await {
            Ok(done) => Ok(Ok(ran(done).await?)),
            Err(error) => Ok(Err(error)),
        }
    }

    /// One sync of a connector file of this name.
    pub async fn sync_named(&self, name: &str) -> anyhow::Result<Ran> {
        self.clock.advance(Duration::from_secs(1));
        let loaded = self.loaded(name)?;
        let order = Order::sync(Mode::Complete);
        ran(sync::run(&self.app.host, &loaded, &order, &Watch::default()).await?).await
    }

    /// Writes the staged plan of a digest.
    pub async fn approve(&self, digest: &str) -> anyhow::Result<Ran> {
        self.clock.advance(Duration::from_secs(1));
        let loaded = self.loaded("demo")?;
        let plan = self.app.host.store.plan(digest).await?;
        let plan = plan.ok_or_else(|| anyhow::anyhow!("no plan {digest}"))?;
        let done = sync::approve(&self.app.host, &loaded, &plan, &Watch::default()).await?;
        ran(done).await
    }

    /// The n-th person of the directory.
    pub fn who(&self, place: usize) -> Who {
        let found = self.world.graph.people(|people| people.iter().nth(place));
        found.unwrap_or_else(|| unreachable!("there are fewer than {place} people"))
    }

    /// The source key of a person.
    pub fn key(&self, who: Who) -> String {
        self.world.graph.people(|people| people.id(who))
    }

    /// One member of a person's document as text; `None` where it is missing, null or empty.
    pub fn member(&self, who: Who, member: &str) -> Option<String> {
        let text = self.world.graph.people(|people| people.text(who, member));
        text.filter(|text| !text.is_empty())
    }

    /// Changes one member of a person's document.
    pub fn set(&self, who: Who, member: &str, value: &str) {
        self.world
            .graph
            .people(|people| people.set(who, member, value));
    }

    /// The key of the account that is named like the person.
    pub fn account(&self, who: Who) -> String {
        let name = self
            .world
            .graph
            .people(|people| people.user_principal_name(who));
        let jira = &self.world.jira;
        let key = jira.accounts(|all| all.by_name(&name).map(|account| account.key.clone()));
        key.unwrap_or_default()
    }

    /// What a field of a person's account holds.
    pub fn property(&self, who: Who, field: &str) -> Option<String> {
        let value = self.world.jira.property(&self.account(who), field)?;
        Some(
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned),
        )
    }

    /// Somebody types a value into a field of a person's account.
    pub fn type_in(&self, who: Who, field: &str, value: &str) {
        let key = self.account(who);
        self.world
            .jira
            .accounts(|all| all.set_property(&key, field, &value.into()));
    }

    /// Who is not as the directory says; `fields` are fields and the members they come from.
    pub fn out_of_tune(&self, fields: &[(&str, &str)]) -> Vec<String> {
        let everybody: Vec<Who> = self.world.graph.people(|people| people.iter().collect());
        let mut wrong = Vec::new();
        for who in everybody {
            for (field, member) in fields {
                let (is, shall) = (self.property(who, field), self.member(who, member));
                if is != shall {
                    wrong.push(format!("{who:?} {field}: {is:?} and not {shall:?}"));
                }
            }
        }
        wrong
    }

    /// Forgets requests and writes so far.
    pub fn forget(&self) {
        self.world.graph.reset_log();
        self.world.jira.reset_log();
        self.world.jira.reset_writes();
        self.world.wiki.reset_log();
        self.world.wiki.reset_writes();
    }

    /// How many people the last complete listing saw, and which run made it.
    pub async fn listing(&self) -> anyhow::Result<Option<(u64, String)>> {
        Ok(self.app.host.store.last_listing("demo").await?)
    }

    /// How many operations nobody knows the outcome of.
    pub async fn open_intents(&self) -> anyhow::Result<usize> {
        Ok(self.app.host.store.open_operations("demo").await?.len())
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let complaints = self.world.complaints();
            assert!(complaints.is_empty(), "left behind: {complaints:?}");
        }
    }
}

impl Ran {
    /// The changes of one field.
    pub fn of_field<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a Change> {
        self.changes
            .iter()
            .filter(move |change| change.field == field)
    }

    /// The codes of all problems, sorted.
    pub fn codes(&self) -> Vec<&str> {
        let mut codes: Vec<&str> = self
            .report
            .problems
            .iter()
            .map(|p| p.code.as_str())
            .collect();
        codes.sort_unstable();
        codes
    }

    /// The names of the guards that hold it.
    pub fn held_by(&self) -> Vec<&str> {
        let held = self.report.guards.iter().filter(|guard| guard.held);
        held.map(|guard| guard.name.as_str()).collect()
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

/// A host with its store below this folder, and the connectors and secrets that are there.
pub async fn open(
    folder: &std::path::Path,
    data: &str,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<App> {
    let text = |name: &str| Some(folder.join(name).to_string_lossy().into_owned());
    let flags = Overrides {
        data_dir: text(data),
        connectors_dir: text("connectors"),
        ..Overrides::default()
    };
    let env = BTreeMap::new();
    let loaded = settings::load(None, &env, flags).map_err(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{}", lines.join("\n"))
    })?;
    let mut app = App::open_with(loaded.settings, Vault::new(env), clock).await?;
    let own = || Arc::clone(&app.host.plugins);
    let plugins = PLUGINS.get_or_init(|| shared_plugins(&app.settings).unwrap_or_else(|_| own()));
    app.host.plugins = Arc::clone(plugins);
    Ok(app)
}

/// The bundled plugins with a folder of compiled ones that outlives a test: a host of a test that
/// has ended took its own folder along.
fn shared_plugins(settings: &Settings) -> Result<Arc<Snapshot>, attune_wasm::Error> {
    let settings = Settings {
        data_dir: concat!(env!("CARGO_MANIFEST_DIR"), "/../target/tmp").into(),
        ..settings.clone()
    };
    Ok(app::plugins(&settings)?.snapshot())
}

/// The bundled plugins, compiled once for all tests of a process.
static PLUGINS: OnceLock<Arc<Snapshot>> = OnceLock::new();
