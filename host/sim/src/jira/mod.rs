//! A stand-in of Jira Data Center, as far as keeping profiles goes: its REST API v2 and the
//! administrator's pages for "User Properties".
//!
//! It remembers accounts and both kinds of their properties, checks sign-ins (with the CAPTCHA that
//! follows bad ones), refuses what a read-only directory refuses, meters requests, and has
//! the known oddities of user search. State lives apart from the port: see [`Stand::pause`].
//!
//! Deliberately not here: the creation of accounts, which is answered 501 as an unknown route.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::Method;
use serde_json::Value;

use crate::pages;
pub use crate::pages::Interruption;
use crate::rate::Meter;
pub use crate::rate::RateLimit;
use crate::seraph::{self, Seraph};
use crate::session::Sessions;
use crate::stand::{Setup, Stand};
use crate::wire::{Program, Received, Reply};
pub use accounts::{Account, Accounts, Field, Write};
use avatars::Shelves;
use refusal::Refusal;

mod accounts;
mod auth;
mod avatars;
mod bulk;
mod forms;
mod page;
mod properties;
mod refusal;
mod script;
mod search;
mod users;

#[cfg(test)]
mod tests;

/// Which generation of the product is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 9.12: no `user/list`.
    V9,
    /// 10.3 before its late fixes: no `user/list`.
    V10,
    /// 11.0: has `user/list`.
    V11,
}

impl Version {
    fn number(self) -> &'static str {
        match self {
            Self::V9 => "9.12.15",
            Self::V10 => "10.3.6",
            Self::V11 => "11.0.1",
        }
    }
}

/// What may be changed while the stand-in runs.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches of a product, each independent of the others"
)]
pub struct Settings {
    /// The service account that may sign in.
    pub username: String,
    /// Its password.
    pub password: String,
    /// Its personal access token.
    pub token: String,
    /// Another one of its tokens, while they are rotated.
    pub second_token: Option<String>,
    /// Whether the service account has ADMINISTER.
    pub is_admin: bool,
    /// After so many bad sign-ins the account has to solve a CAPTCHA first.
    pub captcha_after: u32,
    /// Whether the accounts' directory refuses changes of name and e-mail.
    pub is_read_only: bool,
    /// Whether user search gives the first 1000 only and ignores `startAt` (JRASERVER-29069).
    pub is_search_capped: bool,
    /// Whether everything but the status page is answered 503.
    pub is_in_maintenance: bool,
    /// How long an administrator may go without giving the password again; `None` where secure
    /// administrator sessions are off.
    pub websudo: Option<Duration>,
    /// Whether pages take no basic sign-in, so that the log-in form is the only way.
    pub is_basic_closed: bool,
    /// What comes instead of the administrator's pages.
    pub interruption: Option<Interruption>,
    /// Whether spaces around a "User Property" are cut off.
    pub is_trimming: bool,
    /// Whether Gravatar is switched on, so that uploaded pictures are not shown.
    pub is_gravatar: bool,
    /// Whether `&` in a value is kept as `&amp;`, as an app that means well may do.
    pub is_escaping: bool,
}

/// How the stand-in is set up.
#[derive(Debug)]
pub struct Options {
    /// Port, seed, log.
    pub setup: Setup,
    /// The path below the origin, such as `/jira`; empty for none.
    pub base_path: String,
    /// Which generation of the product is played.
    pub version: Version,
    /// The accounts.
    pub accounts: Accounts,
    /// Rate limiting, where an administrator turned it on.
    pub rate_limit: Option<RateLimit>,
    /// What may be changed later.
    pub settings: Settings,
}

impl Options {
    /// A Jira 10.3 below `/jira` with these accounts and invented credentials.
    pub fn of(accounts: Accounts) -> Self {
        Self {
            setup: Setup::default(),
            base_path: "/jira".to_owned(),
            version: Version::V10,
            accounts,
            rate_limit: None,
            settings: Settings {
                username: "svc-attune".to_owned(),
                password: "sim-jira-password".to_owned(),
                token: "c2ltLXBlcnNvbmFsLWFjY2Vzcy10b2tlbg".to_owned(),
                second_token: None,
                is_admin: true,
                captcha_after: 3,
                is_read_only: false,
                is_search_capped: false,
                is_in_maintenance: false,
                websudo: Some(Duration::from_mins(10)),
                is_basic_closed: false,
                interruption: None,
                is_trimming: false,
                is_gravatar: false,
                is_escaping: false,
            },
        }
    }
}

/// The stand-in's state and rules.
pub struct Site {
    /// Origin and base path.
    base: String,
    base_path: String,
    version: Version,
    state: Mutex<Accounts>,
    shelves: Mutex<Shelves>,
    settings: Mutex<Settings>,
    seraph: Seraph,
    sessions: Sessions,
    meter: Meter,
}

/// A running stand-in of Jira Data Center.
pub type Jira = Stand<Site>;

impl Stand<Site> {
    /// Starts the stand-in on a loopback port.
    pub async fn start(options: Options) -> io::Result<Self> {
        let setup = options.setup.clone();
        Self::open(&setup, |origin| Site::new(&origin, options)).await
    }

    /// The base URL with the base path, without a slash at the end.
    pub fn url(&self) -> String {
        self.program().base.clone()
    }

    /// Looks at the accounts or changes them by another hand, between two answers.
    ///
    /// A closure and no guard, because a guard that lives across an `await` stops the answers.
    pub fn accounts<T>(&self, look: impl FnOnce(&mut Accounts) -> T) -> T {
        look(&mut self.program().accounts())
    }

    /// Changes settings between two answers.
    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.program().settings());
    }

    /// The settings as they are.
    pub fn settings(&self) -> Settings {
        self.program().settings().clone()
    }

    /// The value of an entity property, by the account's key.
    pub fn property(&self, key: &str, name: &str) -> Option<Value> {
        self.program().accounts().property(key, name)
    }

    /// The changes that requests made, in their order (not those by another hand).
    pub fn writes(&self) -> Vec<Write> {
        self.program().accounts().journal().writes().to_vec()
    }

    /// Forgets the changes so far.
    pub fn reset_writes(&self) {
        self.program().accounts().journal().reset();
    }

    /// The value of a "User Property", by the account's key.
    pub fn user_property(&self, key: &str, name: &str) -> Option<String> {
        let accounts = self.program().accounts();
        accounts.user_property(key, name).map(str::to_owned)
    }

    /// The uploaded picture that an account shows, by the account's key: its id and its bytes.
    pub fn picture(&self, key: &str) -> Option<(String, Vec<u8>)> {
        self.program().shelves().shown(key)
    }

    /// The ids of all pictures that were uploaded for an account.
    pub fn uploads(&self, key: &str) -> Vec<String> {
        self.program().shelves().uploads(key)
    }

    /// Somebody uploads a picture by hand, and shows it; its id.
    pub fn show_picture(&self, key: &str, bytes: &[u8]) -> String {
        let mut shelves = self.program().shelves();
        let id = shelves.add(key, bytes.to_vec());
        shelves.select(key, &id);
        id
    }

    /// The fewest tokens that anybody else ever found, where requests are metered.
    pub fn least_tokens(&self) -> Option<u64> {
        self.program().meter.least()
    }

    /// Every administrator has to give the password again, as after ten quiet minutes.
    pub fn lapse_websudo(&self) {
        self.program().sessions.lapse();
    }

    /// All sessions are lost, as after a restart.
    pub fn forget_sessions(&self) {
        self.program().sessions.forget();
    }

    /// How many sessions were begun so far.
    pub fn sessions_begun(&self) -> u64 {
        self.program().sessions.begun()
    }

    /// Somebody solved the CAPTCHA.
    pub fn clear_captcha(&self) {
        self.program().seraph.clear();
    }
}

impl Site {
    fn new(origin: &str, options: Options) -> Self {
        let mut accounts = options.accounts;
        accounts.journal().keep(options.setup.log_max);
        Self {
            base: format!("{origin}{}", options.base_path),
            base_path: options.base_path,
            version: options.version,
            state: Mutex::new(accounts),
            shelves: Mutex::default(),
            settings: Mutex::new(options.settings),
            seraph: Seraph::default(),
            sessions: Sessions::default(),
            meter: Meter::new(options.rate_limit),
        }
    }

    fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn served(&self, received: &Received, path: &[&str]) -> Result<Reply, Refusal> {
        if self.settings().is_in_maintenance {
            return Err(Refusal::new(503, "Jira is being started or re-indexed."));
        }
        if let Some(reply) = self.browse(received, path) {
            return Ok(reply);
        }
        let is_anonymous = received.header("authorization").is_none();
        if let ["rest", "api", "2", "serverInfo"] = path
            && is_anonymous
        {
            return Ok(self.server_info());
        }
        self.sign_in(received)?;
        auth::check_xsrf(received)?;
        match path {
            ["rest", "api", "2", rest @ ..] => self.version_2(received, rest),
            ["rest", "scriptrunner", "latest", "custom", "userProperty"] => self.script(received),
            _ => Ok(Reply::unknown_route(received)),
        }
    }

    /// The answer, which says at REST who is signed in.
    fn greeted(&self, received: &Received, path: &[&str]) -> Reply {
        let answer = self.served(received, path);
        let is_out = matches!(&answer, Err(refusal) if matches!(refusal.status, 401 | 403));
        let reply = answer.unwrap_or_else(|refusal| refusal.reply());
        if is_out || path.first() != Some(&"rest") {
            return reply;
        }
        seraph::greet(reply, &self.settings().username)
    }

    fn version_2(&self, received: &Received, path: &[&str]) -> Result<Reply, Refusal> {
        let is_get = received.method == Method::GET;
        match path {
            ["serverInfo"] if is_get => Ok(self.server_info()),
            ["myself"] if is_get => Ok(self.myself()),
            ["mypermissions"] if is_get => Ok(self.permissions()),
            ["user"] if is_get => self.user(received),
            ["user"] if received.method == Method::PUT => self.update_user(received),
            ["user", "avatars" | "avatar", ..] => {
                self.avatars(received, path.get(1..).unwrap_or_default())
            }
            ["user", "search"] if is_get => self.search(received),
            ["user", "list"] if is_get => self.list(received),
            ["group", "member"] if is_get => self.members(received),
            ["user", "properties"] | ["user", "properties", ""] if is_get => {
                self.property_keys(received)
            }
            ["user", "properties", name] => self.property(received, name),
            _ => Ok(Reply::unknown_route(received)),
        }
    }
}

impl Program for Site {
    fn answer(&self, received: &Received) -> Reply {
        let Some(path) = received.segments(&self.base_path) else {
            return Reply::unknown_route(received);
        };
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        if let ["status"] = path.as_slice() {
            return pages::status(self.settings().is_in_maintenance);
        }
        let too_many = || Refusal::new(429, "Rate limit exceeded.").reply();
        self.meter.pace(too_many, || self.greeted(received, &path))
    }

    fn refusal(&self, status: u16) -> Reply {
        Refusal::scripted(status).reply()
    }
}
