//! A terminal beside a world of stand-ins: commands go in, exit code and words come out.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use attune_sim::demo::{self, Demo};
use attune_sim::people::{People, Who};
use attune_sim::{graph, jira};
use serde_json::Value;
use tokio::process::{Child, Command};

/// A mapping whose values a test can foretell.
pub(crate) const PLAIN: &str = "Department = \"department\"\nCity = \"city\"\n";

/// Directory, site and a folder with a connector file called `demo`.
pub(crate) struct Terminal {
    pub(crate) world: Demo,
    folder: tempfile::TempDir,
}

/// A command that is refused: its words, exit code, code, and a part of what is said.
pub(crate) type Refusal = (&'static [&'static str], i32, &'static str, &'static str);

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) exit: i32,
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) took: Duration,
}

impl Told {
    /// All of standard output as one JSON document.
    pub(crate) fn json(&self) -> Value {
        let parsed = serde_json::from_str(&self.out);
        parsed.unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The code of a failure that was printed as JSON, held against its exit code.
    pub(crate) fn code(&self) -> String {
        let failure = self.json();
        let error = failure["error"].as_object();
        let error = error.unwrap_or_else(|| panic!("it did not fail: {self:?}"));
        let keys: Vec<&str> = error.keys().map(String::as_str).collect();
        assert_eq!(keys, ["code", "message", "hint", "exit"]);
        assert_eq!(error["exit"], self.exit);
        assert!(!error["message"].as_str().unwrap().is_empty(), "{self:?}");
        error["code"].as_str().unwrap().to_owned()
    }
}

impl Terminal {
    /// Everybody has one account with nothing in it; the connector maps [`PLAIN`].
    pub(crate) async fn start(people: usize) -> Self {
        Self::arranged(people, |_, _| {}).await
    }

    /// The same after the caller has changed how the stand-ins are set up.
    pub(crate) async fn arranged(
        people: usize,
        arrange: impl FnOnce(&mut graph::Options, &mut jira::Options),
    ) -> Self {
        let people = People::generate(demo::SEED, people);
        let accounts = demo::account_for_each(&people);
        let mut directory = graph::Options::of(people);
        let mut site = jira::Options::of(accounts);
        arrange(&mut directory, &mut site);
        let terminal = Self::beside(Demo::of(directory, site).await.unwrap());
        terminal.maps(PLAIN);
        terminal
    }

    /// A folder with secrets beside a world of the test's own; its connector file is still to come.
    pub(crate) fn beside(world: Demo) -> Self {
        let folder = tempfile::tempdir_in(home()).unwrap();
        let terminal = Self { world, folder };
        std::fs::create_dir(terminal.path("connectors")).unwrap();
        let access = terminal.world.access();
        access.write_secrets(terminal.folder.path()).unwrap();
        let compiled = terminal.path("data/compiled");
        share_compiled(&home().join("compiled"), &compiled);
        terminal
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The connector `demo` with this mapping.
    pub(crate) fn maps(&self, mapping: &str) {
        self.connector("", mapping);
    }

    /// The connector `demo` with extra lines before its target.
    pub(crate) fn connector(&self, extra: &str, mapping: &str) {
        let access = self.world.access();
        self.write_connector(&access.connector("id = \"demo\"", extra, mapping));
    }

    /// The connector `demo` as this text.
    pub(crate) fn write_connector(&self, text: &str) {
        std::fs::write(self.path("connectors/demo.toml"), text).unwrap();
    }

    /// The connector `demo` as it is.
    pub(crate) fn file(&self) -> String {
        std::fs::read_to_string(self.path("connectors/demo.toml")).unwrap()
    }

    /// Each of these is refused after `verb`, and leaves the connector's file as it is.
    pub(crate) async fn refuses(&self, verb: &[&str], all: &[Refusal]) {
        let before = self.file();
        for (args, exit, code, part) in all {
            let args = [verb, args, &["--json"]].concat();
            let told = self.run(&args).await;
            assert_eq!(
                (told.exit, told.code().as_str()),
                (*exit, *code),
                "{told:?}"
            );
            assert!(told.out.contains(part), "{part}: {}", told.out);
            assert_eq!(self.file(), before, "{args:?}");
        }
    }

    /// A command, not yet started.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_attune"));
        command
            .env_clear()
            .current_dir(self.folder.path())
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs a command to its end.
    pub(crate) async fn run(&self, args: &[&str]) -> Told {
        told(self.command(args)).await
    }

    /// Starts a command.
    pub(crate) fn spawn(&self, args: &[&str]) -> Child {
        self.command(args).spawn().unwrap()
    }

    /// The n-th person.
    pub(crate) fn who(&self, place: usize) -> Who {
        self.world
            .graph
            .people(|people| people.iter().nth(place))
            .unwrap()
    }

    /// One member of a person's document as text.
    pub(crate) fn member(&self, who: Who, member: &str) -> Option<String> {
        let text = self.world.graph.people(|people| people.text(who, member));
        text.filter(|text| !text.is_empty())
    }

    /// Whose city and department are not as the directory says.
    pub(crate) fn out_of_tune(&self) -> Vec<String> {
        let everybody: Vec<Who> = self.world.graph.people(|people| people.iter().collect());
        let mut wrong = Vec::new();
        for who in everybody {
            let name = self
                .world
                .graph
                .people(|people| people.user_principal_name(who));
            let key = self
                .world
                .jira
                .accounts(|all| all.by_name(&name).map(|a| a.key.clone()));
            for (field, member) in [("Department", "department"), ("City", "city")] {
                let is = self
                    .world
                    .jira
                    .property(key.as_deref().unwrap_or_default(), field);
                let shall = self.member(who, member);
                if is.as_ref().and_then(Value::as_str) != shall.as_deref() {
                    wrong.push(format!("{name} {field}: {is:?} and not {shall:?}"));
                }
            }
        }
        wrong
    }

    /// How many operations nobody knows the outcome of.
    pub(crate) async fn open_intents(&self) -> usize {
        let store = attune_server::store::Store::open(&self.path("data"))
            .await
            .unwrap();
        let open = store.open_operations("demo").await.unwrap().len();
        store.close().await;
        open
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        share_compiled(&self.path("data/compiled"), &home().join("compiled"));
        if !std::thread::panicking() {
            let complaints = self.world.complaints();
            assert!(complaints.is_empty(), "left behind: {complaints:?}");
        }
    }
}

/// Runs a command to its end.
pub(crate) async fn told(mut command: Command) -> Told {
    let started = Instant::now();
    let output = command.output().await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Told {
        exit: output.status.code().unwrap_or(-1),
        out: text(output.stdout),
        err: text(output.stderr),
        took: started.elapsed(),
    }
}

/// Where tests are at home: one file system with what they share.
pub(crate) fn home() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// Plugins are compiled once for all tests: the file names say of what and for which engine, and
/// a file that cannot be linked is compiled again.
pub(crate) fn share_compiled(from: &Path, to: &Path) {
    let mut private = std::fs::DirBuilder::new();
    private.recursive(true).mode(0o700).create(to).unwrap();
    for entry in std::fs::read_dir(from).into_iter().flatten().flatten() {
        let _known_already = std::fs::hard_link(entry.path(), to.join(entry.file_name()));
    }
}
