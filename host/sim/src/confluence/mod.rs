//! A stand-in of Confluence Data Center, as far as keeping profiles goes: what its REST API tells
//! of users and changes of accounts, and the administrator's page for a user's profile.
//!
//! It remembers accounts with their profiles, checks sign-ins (with the CAPTCHA that follows bad
//! ones), keeps sessions, asks for the password again (websudo), and removes every profile field
//! that a form leaves out. State lives apart from the port: see [`Stand::pause`].
//!
//! Source: apis.md E2, which is held against the published reference of the REST API and public
//! clients of the pages. From the same kind of places: `server-information` is of 9.1, `user/list`
//! of 8.4; the websudo page carries `atl_token`; `viewuser.action` answers 200 also for nobody.
//!
//! Deliberately not here: the creation of accounts, the undocumented mobile profile, REST
//! by a browser's session, and the log-in page of two-step verification that is drawn by a script.
//! They are answered 501 as unknown routes.

use std::collections::HashMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::pages;
pub use crate::pages::Interruption;
use crate::rate::Meter;
pub use crate::rate::RateLimit;
use crate::seraph::{self, Seraph};
use crate::session::Sessions;
use crate::stand::{Setup, Stand};
use crate::wire::{Program, Received, Reply};
pub use accounts::{Account, Accounts, Field, Write};
use pictures::Picture;
use refusal::Refusal;

mod accounts;
mod auth;
mod edit;
mod forms;
mod page;
mod pictures;
mod refusal;
mod users;

#[cfg(test)]
mod reader;
#[cfg(test)]
mod tests;

/// Which generation of the product is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 7.19: neither `user/list` nor any route for administrators.
    V7,
    /// 8.5: has both.
    V8,
    /// 9.2: changes by POST only, with the token of the form.
    V9,
    /// 10.2.
    V10,
}

impl Version {
    fn number(self) -> &'static str {
        match self {
            Self::V7 => "7.19.30",
            Self::V8 => "8.5.24",
            Self::V9 => "9.2.19",
            Self::V10 => "10.2.10",
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
    /// Whether the service account is an administrator.
    pub is_admin: bool,
    /// After so many bad sign-ins the account has to solve a CAPTCHA first.
    pub captcha_after: u32,
    /// How many users a page of a list has at most.
    pub page_max: usize,
    /// Whether everything but the status page is answered 503.
    pub is_in_maintenance: bool,
    /// How long an administrator may go without giving the password again; `None` where secure
    /// administrator sessions are off.
    pub websudo: Option<Duration>,
    /// Whether pages take no basic sign-in, so that the log-in form is the only way.
    pub is_basic_closed: bool,
    /// Whether every request with a basic sign-in is refused, as 10 does unless told otherwise.
    pub is_basic_disabled: bool,
    /// What comes instead of the administrator's pages.
    pub interruption: Option<Interruption>,
    /// Whether the route of pictures refuses other people's.
    pub is_picture_closed: bool,
    /// Whether spaces around a profile's values are cut off.
    pub is_trimming: bool,
}

/// How the stand-in is set up.
#[derive(Debug)]
pub struct Options {
    /// Port, seed, log.
    pub setup: Setup,
    /// The path below the origin, such as `/confluence`; empty for none.
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
    /// A Confluence 9.2 below `/confluence` with these accounts and invented credentials.
    pub fn of(accounts: Accounts) -> Self {
        Self {
            setup: Setup::default(),
            base_path: "/confluence".to_owned(),
            version: Version::V9,
            accounts,
            rate_limit: None,
            settings: Settings {
                username: "svc-attune".to_owned(),
                password: "sim-confluence-password".to_owned(),
                token: "c2ltLWNvbmZsdWVuY2UtYWNjZXNzLXRva2Vu".to_owned(),
                is_admin: true,
                captcha_after: 3,
                page_max: 200,
                is_in_maintenance: false,
                websudo: Some(Duration::from_mins(10)),
                is_basic_closed: false,
                is_basic_disabled: false,
                interruption: None,
                is_picture_closed: false,
                is_trimming: false,
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
    pictures: Mutex<HashMap<String, Picture>>,
    settings: Mutex<Settings>,
    seraph: Seraph,
    sessions: Sessions,
    meter: Meter,
}

/// A running stand-in of Confluence Data Center.
pub type Confluence = Stand<Site>;

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

    /// The value of a field, by the account's key; `None` where it is empty.
    pub fn value(&self, key: &str, field: Field) -> Option<String> {
        let accounts = self.program().accounts();
        let value = accounts.by_key(key).and_then(|account| account.get(field));
        value.map(str::to_owned)
    }

    /// The changes that requests made, in their order (not those by another hand).
    ///
    /// A form sends every field; only what differs from before is a change.
    pub fn writes(&self) -> Vec<Write> {
        self.program().accounts().journal().writes().to_vec()
    }

    /// Forgets the changes so far.
    pub fn reset_writes(&self) {
        self.program().accounts().journal().reset();
    }

    /// The uploaded picture that an account shows, by the account's key.
    pub fn picture(&self, key: &str) -> Option<Vec<u8>> {
        let pictures = self.program().pictures();
        pictures.get(key).map(|picture| picture.bytes.clone())
    }

    /// Somebody shows a picture by hand, or Confluence's own again.
    pub fn show_picture(&self, key: &str, bytes: Option<&[u8]>) {
        self.program().show_picture(key, bytes.map(<[u8]>::to_vec));
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
            pictures: Mutex::default(),
            settings: Mutex::new(options.settings),
            seraph: Seraph::default(),
            sessions: Sessions::default(),
            meter: Meter::new(options.rate_limit),
        }
    }

    fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pictures(&self) -> MutexGuard<'_, HashMap<String, Picture>> {
        self.pictures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn served(&self, received: &Received, path: &[&str]) -> Reply {
        if self.settings().is_in_maintenance {
            return Refusal::page(503, "Confluence is being started or upgraded").reply();
        }
        if path.first() != Some(&"rest") || !matches!(path.get(1), Some(&("api" | "user-profile")))
        {
            return self.browse(received, path);
        }
        let admitted = self
            .sign_in(received)
            .and_then(|()| auth::check_xsrf(received));
        let answer = admitted.and_then(|()| match path {
            ["rest", "user-profile", "1.0", key, "avatar", what] => {
                self.picture_route(received, (key, what))
            }
            ["rest", "api", rest @ ..] => self.api(received, rest),
            _ => Ok(Reply::unknown_route(received)),
        });
        let is_out = matches!(&answer, Err(refusal) if matches!(refusal.status, 401 | 403));
        let reply = answer.unwrap_or_else(|refusal| refusal.reply());
        if is_out {
            return reply;
        }
        seraph::greet(reply, &self.settings().username)
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
        let too_many = || Refusal::scripted(429).reply();
        self.meter.pace(too_many, || self.served(received, &path))
    }

    fn refusal(&self, status: u16) -> Reply {
        Refusal::scripted(status).reply()
    }
}
