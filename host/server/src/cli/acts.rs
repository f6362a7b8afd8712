//! Which commands are acts: what somebody may ask about later, and who did it.
//!
//! Every command passes here on its way to being carried out, in this process or in the service, and
//! the list below names them all: a new command cannot be forgotten. Who did it is what the system
//! says of the process that asked, never what that process says of itself. People appear as keys.
//! Deliberately not here: what the service does by itself, and requests over HTTP.

use std::os::unix::ffi::OsStrExt as _;

use super::args::access::{AdminCommand, TokenCommand};
use super::args::mapping::MappingCommand;
use super::args::source::SourceCommand;
use super::args::{
    BackupCommand, Command, ConnectorCommand, HeldCommand, PluginCommand, RunCommand, SiteCommand,
};
use super::{Exit, Outcome, Shell};
use crate::clock::{Clock as _, SystemClock};
use crate::service::Service;
use crate::store::Store;
use crate::store::audit;

/// A person whom nobody here knows.
const UNKNOWN: &str = "somebody who is not known here";

/// What a command does.
struct Act {
    what: &'static str,
    object: String,
    /// Whom it is about, as somebody typed it.
    user: Option<String>,
    /// Whether the object is a plan, as somebody typed it.
    is_of_plan: bool,
    detail: String,
}

impl Act {
    fn new(what: &'static str, object: impl Into<String>) -> Self {
        Self {
            what,
            object: object.into(),
            user: None,
            is_of_plan: false,
            detail: String::new(),
        }
    }

    /// A decision about a plan.
    fn of_plan(what: &'static str, plan: &str) -> Self {
        Self {
            is_of_plan: true,
            ..Self::new(what, plan)
        }
    }

    fn about(mut self, user: Option<&String>) -> Self {
        self.user = user.cloned();
        self
    }

    fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }
}

/// What a command does that is to be known later; `None` for those that only look.
fn of(command: &Command) -> Option<Act> {
    match command {
        Command::Sync(args) => {
            let act = Act::new("sync", &args.connector).about(args.user.as_ref());
            Some(match (&args.approve, args.full, args.changes) {
                (Some(digest), ..) => {
                    Act::of_plan("approve", digest).detail(format!("sync {}", args.connector))
                }
                (None, true, _) => act.detail("full"),
                (None, false, true) => act.detail("changes"),
                (None, false, false) => act,
            })
        }
        Command::Apply { plan, .. } => Some(Act::new("apply", plan.to_string_lossy())),
        Command::Approve { digest, .. } => Some(Act::of_plan("approve", digest)),
        Command::Reject { digest } => Some(Act::of_plan("reject", digest)),
        Command::Forget(args) => {
            let act = Act::new("forget", one_or_all(args.connector.as_ref()));
            Some(act.about(Some(&args.user)))
        }
        Command::Held(args) => match &args.command {
            None => None,
            Some(HeldCommand::Retry(args)) => {
                let act = Act::new("retry", one_or_all(args.connector.as_ref()));
                Some(act.about(args.user.as_ref()))
            }
        },
        Command::Run(command) => of_run(command),
        Command::Connector(command) => of_connector(command),
        Command::Mapping(command) => of_mapping(command),
        Command::Source(SourceCommand::Accept {
            connector,
            selector,
        }) => Some(Act::new("accept-gone", connector).detail(selector)),
        Command::Site(SiteCommand::Pause { url, .. }) => Some(Act::new("pause-site", url)),
        Command::Site(SiteCommand::Resume { url }) => Some(Act::new("resume-site", url)),
        Command::Plugin(command) => of_plugin(command),
        Command::Backup(BackupCommand::Create { file }) => {
            Some(Act::new("backup", file.to_string_lossy()))
        }
        Command::Backup(BackupCommand::Restore { file, .. }) => {
            Some(Act::new("restore", file.to_string_lossy()))
        }
        Command::Token(command) => of_token(command),
        Command::Admin(AdminCommand::Code) => Some(Act::new("admin-code", "")),
        Command::Admin(AdminCommand::Reset { name }) => Some(Act::new("admin-reset", name)),
        Command::Admin(AdminCommand::Remove { name }) => Some(Act::new("admin-remove", name)),
        Command::Demo(_)
        | Command::Serve(_)
        | Command::Check(_)
        | Command::Plan(_)
        | Command::Explain(_)
        | Command::History(_)
        | Command::Audit(_)
        | Command::Runs { .. }
        | Command::Site(SiteCommand::List)
        | Command::Admin(AdminCommand::List)
        | Command::Notify(_)
        | Command::Doctor
        | Command::Openapi
        | Command::Source(SourceCommand::Discover(_) | SourceCommand::People(_))
        | Command::Backup(BackupCommand::Verify { .. })
        | Command::Help { .. } => None,
    }
}

fn of_token(command: &TokenCommand) -> Option<Act> {
    match command {
        TokenCommand::Create(args) => {
            let mut detail = format!("{}, {} days", args.role, args.expires);
            if args.personal {
                detail.push_str(", personal");
            }
            if !args.connectors.is_empty() {
                detail.push_str(", for ");
                detail.push_str(&args.connectors.join(" "));
            }
            Some(Act::new("token-create", &args.name).detail(detail))
        }
        TokenCommand::Revoke { name } => Some(Act::new("token-revoke", name)),
        TokenCommand::List => None,
    }
}

fn of_plugin(command: &PluginCommand) -> Option<Act> {
    match command {
        PluginCommand::Swap { plugin } => Some(Act::new("swap", plugin)),
        PluginCommand::Rollback { plugin } => Some(Act::new("rollback", plugin)),
        PluginCommand::List
        | PluginCommand::Inspect { .. }
        | PluginCommand::Shadow { .. }
        | PluginCommand::New(_)
        | PluginCommand::Build(_)
        | PluginCommand::Check(_)
        | PluginCommand::Test(_)
        | PluginCommand::Run(_)
        | PluginCommand::Docs(_)
        | PluginCommand::Torture(_)
        | PluginCommand::Bench(_)
        | PluginCommand::Pack(_)
        | PluginCommand::Key(_)
        | PluginCommand::Watch(_) => None,
    }
}

fn of_run(command: &RunCommand) -> Option<Act> {
    match command {
        RunCommand::Undo(args) => {
            // Without a digest it only shows what would be written.
            let digest = args.approve.as_ref()?;
            let act = Act::of_plan("approve", digest).detail(format!("undo {}", args.id));
            Some(act.about(args.user.as_ref()))
        }
        RunCommand::Cancel { id } => Some(Act::new("cancel", id)),
        RunCommand::Show { .. } | RunCommand::Replay(_) => None,
    }
}

fn of_connector(command: &ConnectorCommand) -> Option<Act> {
    match command {
        ConnectorCommand::Accept { connector } => Some(Act::new("accept", connector)),
        ConnectorCommand::Release(args) => {
            // Without a field it only shows what could be let go of.
            let fields = match args.field.as_slice() {
                [] if args.all => "*".to_owned(),
                [] => return None,
                fields => fields.join(", "),
            };
            let to = args.to.as_deref().unwrap_or("nobody");
            Some(Act::new("release", &args.connector).detail(format!("{fields} to {to}")))
        }
        ConnectorCommand::Pause(args) => {
            let what = if args.off { "resume" } else { "pause" };
            Some(Act::new(what, &args.connector))
        }
        ConnectorCommand::Fmt(args) => {
            let act = Act::new("fmt", one_or_all(args.connector.as_ref()));
            (!args.check).then_some(act)
        }
        ConnectorCommand::Pin(args) => {
            // Without a person it only shows who is pinned.
            args.user.as_ref()?;
            let what = if args.off { "unpin" } else { "pin" };
            Some(Act::new(what, &args.connector).about(args.user.as_ref()))
        }
        ConnectorCommand::List | ConnectorCommand::Validate(_) | ConnectorCommand::Schema => None,
    }
}

fn of_mapping(command: &MappingCommand) -> Option<Act> {
    match command {
        // What only shows a difference changes nothing.
        MappingCommand::Set(args) if args.dry_run => None,
        MappingCommand::Set(args) => {
            let what = if args.remove { "unmap" } else { "map" };
            let place = format!("{}.{}", args.target, args.field);
            Some(Act::new(what, &args.connector).detail(place))
        }
        MappingCommand::Import(args) => {
            // Without a file to make it only shows one.
            let out = args.out.as_ref()?;
            Some(Act::new("import", out.to_string_lossy()))
        }
        MappingCommand::Test(_) | MappingCommand::Suggest(_) => None,
    }
}

fn one_or_all(connector: Option<&String>) -> String {
    connector.map_or_else(|| "*".to_owned(), String::clone)
}

/// The log that a command is written into, and by whom.
pub(super) struct Desk {
    act: Act,
    who: String,
    person: Option<String>,
    place: Place,
}

enum Place {
    /// The service's store.
    Service(Service),
    /// The store of this process' settings: `data-dir` and database.
    Here(std::path::PathBuf, std::path::PathBuf),
}

impl Desk {
    /// Before the command: who it is about may be forgotten by it, and the plan replaced. `None` for
    /// commands that only look.
    pub(super) async fn open(shell: &Shell, command: &Command) -> Option<Self> {
        let act = of(command)?;
        let place = if let Some(service) = &shell.service {
            Place::Service(service.clone())
        } else {
            let settings = &shell.settings;
            Place::Here(settings.data_dir.clone(), settings.database.clone())
        };
        let mut desk = Self {
            act,
            who: shell.who.clone(),
            person: None,
            place,
        };
        if (desk.act.user.is_some() || desk.act.is_of_plan)
            && let Some(store) = desk.store().await
        {
            desk.person = desk.find(&store).await;
            desk.name_plan(&store).await;
            desk.leave(store).await;
        }
        Some(desk)
    }

    /// After the command: one row, whatever came of it. The command is done by then, so that a log
    /// that cannot be written is told, and changes nothing.
    pub(super) async fn note(mut self, shell_out: &super::out::Out, outcome: &Outcome) {
        let Some(store) = self.store().await else {
            return;
        };
        if self.act.user.is_some() && self.person.is_none() {
            self.person = self.find(&store).await;
        }
        let mut detail = self.act.detail.clone();
        if self.act.user.is_some() {
            let person = self.person.as_deref().unwrap_or(UNKNOWN);
            let gap = if detail.is_empty() { "" } else { ", " };
            detail = format!("{detail}{gap}person {person}");
        }
        let act = audit::Act {
            who: &self.who,
            what: self.act.what,
            object: &self.act.object,
            result: result(outcome),
            detail: &detail,
        };
        let now_ms = match &self.place {
            Place::Service(service) => service.pin().0.clock.now(),
            Place::Here(..) => SystemClock::new().now(),
        };
        if let Err(error) = store.audit(act, now_ms.as_millisecond()).await {
            let error = crate::fault::chain(&error);
            tracing::error!(error, what = self.act.what, "not in the audit log");
            shell_out.warn(format!("this is not in the audit log: {error}"));
        }
        self.leave(store).await;
    }

    /// None where there is no database: nothing can have been done.
    async fn store(&self) -> Option<Store> {
        match &self.place {
            Place::Service(service) => Some(service.pin().0.store),
            Place::Here(_, database) if !database.exists() => None,
            Place::Here(data_dir, database) => {
                let opened = Store::open_at(data_dir, database).await;
                let told = opened.inspect_err(|error| {
                    let error = crate::fault::chain(error);
                    tracing::error!(error, what = self.act.what, "not in the audit log");
                });
                told.ok()
            }
        }
    }

    async fn leave(&self, store: Store) {
        if matches!(self.place, Place::Here(..)) {
            store.close().await;
        }
    }

    /// Names the plan by its digest, where the word means one.
    async fn name_plan(&mut self, store: &Store) {
        if self.act.is_of_plan
            && let Ok(Some(plan)) = store.plan(&self.act.object).await
        {
            self.act.object = plan.digest;
        }
    }

    /// The key of the only person whom the word means.
    async fn find(&self, store: &Store) -> Option<String> {
        let user = self.act.user.as_ref()?;
        let mut keys = Vec::new();
        for connector in store.known_connectors().await.ok()? {
            keys.extend(store.keys_called(&connector, user).await.ok()?);
        }
        keys.sort_unstable();
        keys.dedup();
        match keys.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        }
    }
}

fn result(outcome: &Outcome) -> &str {
    match outcome {
        Ok(Exit::Good | Exit::Changes) => "done",
        Ok(Exit::Partly) => "partly",
        Ok(Exit::Held) => "held",
        Ok(Exit::Unreachable) => "unreachable",
        Err(failure) => &failure.code,
    }
}

/// Who this process belongs to.
pub(super) fn who_here() -> String {
    who(Some(rustix::process::geteuid().as_raw()))
}

/// Who somebody is, by the number that the system gave them. The list of names is read as a file:
/// what a directory would answer is not worth a request.
pub(super) fn who(uid: Option<u32>) -> String {
    let Some(uid) = uid else {
        return "cli:?".to_owned();
    };
    let number = uid.to_string();
    let list = std::fs::read("/etc/passwd").unwrap_or_default();
    let mut lines = list.split(|byte| *byte == b'\n');
    let name = lines.find_map(|line| {
        let mut parts = line.split(|byte| *byte == b':');
        let (name, _, id) = (parts.next()?, parts.next()?, parts.next()?);
        (id == number.as_bytes()).then_some(name)
    });
    let name = name.map(|name| std::ffi::OsStr::from_bytes(name).to_string_lossy());
    format!("cli:{}", name.as_deref().unwrap_or(&number))
}
