//! A browser's session with Jira's administration pages: signing in, and the password once more.
//!
//! Pages of `/secure/admin` want a session, and "secure administrator sessions" (websudo) want the
//! password a second time; both lapse. Whichever request meets that renews it once and is sent
//! again, which is right because nothing was done. Everybody else waits meanwhile, and a sign-in
//! that was refused is not tried again in this run: Jira counts failures and ends them with a
//! CAPTCHA.
//!
//! Source: the log-in form and `WebSudoAuthenticate.jspa` as browsers send them; "Configuring
//! secure administrator sessions" (Atlassian); seraph's `X-Seraph-LoginReason`.

use attune_core::Problem;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Mutex;

use super::super::browser::{Browser, Show, Visit};
use super::Error;
use super::answer::{self, Said};
use crate::net::{Credential, Slot};

/// A page that wants session and websudo, and shows nothing that is not ours.
const FIRST_PAGE: &str = "/secure/admin/user/EditUserProperties.jspa";
const LOG_IN: &str = "/login.jsp";
const SUDO: &str = "/secure/admin/WebSudoAuthenticate.jspa";
const SUDO_PAGE: &str = "/secure/admin/WebSudoAuthenticate!default.jspa";

/// What is asked of a page.
pub(super) enum Ask<'a> {
    /// A page.
    Get(&'a str),
    /// A form that was filled in; the XSRF token is added.
    Post(&'a str, &'a [(&'a str, &'a str)]),
}

/// The session of one run.
pub(super) struct Session {
    browser: Browser,
    login: Login,
    who: String,
    gate: Mutex<Gate>,
}

/// What signs the session in.
enum Login {
    Password {
        username: String,
        password: SecretString,
    },
    /// A personal access token: it opens a session, and has no password for websudo.
    Token,
}

#[derive(Default)]
struct Gate {
    /// Counts renewals, so that one lapse is mended once.
    renewals: u64,
    refused: Option<Problem>,
}

/// What an answer is, as far as the session goes.
enum Standing {
    Good,
    SignedOut,
    WantsPassword,
}

impl Session {
    /// Opens nothing yet; `signed` carries the credential and `plain` none.
    pub(super) fn new((signed, plain): (Slot, Slot), credential: &Credential, who: &str) -> Self {
        let login = match credential {
            Credential::Basic { username, password } => Login::Password {
                username: username.clone(),
                password: password.clone(),
            },
            _ => Login::Token,
        };
        Self {
            browser: Browser::new(signed, plain),
            login,
            who: who.to_owned(),
            gate: Mutex::default(),
        }
    }

    /// Asks, and signs in before it where that is wanted.
    ///
    /// After an error other than [`Error::Unknown`] nothing was done.
    pub(super) async fn ask(&self, ask: &Ask<'_>) -> Result<Visit, Error> {
        let (mut has_signed_in, mut has_given_password) = (false, false);
        loop {
            let renewals = self.gate.lock().await.renewals;
            let visit = self.send(ask).await?;
            match standing(&visit) {
                Standing::Good => return Ok(visit),
                Standing::SignedOut if !has_signed_in => {
                    has_signed_in = true;
                    self.renew(renewals, Renewal::SignIn).await?;
                }
                Standing::WantsPassword if !has_given_password => {
                    has_given_password = true;
                    self.renew(renewals, Renewal::Password).await?;
                }
                Standing::SignedOut => {
                    return Err(Error::target(
                        "permission",
                        format!(
                            "Jira signs {} in and does not show it the administration: the \
                             account is not an administrator",
                            self.who
                        ),
                    ));
                }
                Standing::WantsPassword => return Err(self.password_refused()),
            }
        }
    }

    async fn send(&self, ask: &Ask<'_>) -> Result<Visit, Error> {
        match ask {
            Ask::Get(path) => self.get(path, Show::Session).await,
            Ask::Post(path, fields) => self.post(path, fields).await,
        }
    }

    async fn get(&self, path: &str, show: Show) -> Result<Visit, Error> {
        let visit = self.browser.get(path, show).await;
        let visit = visit.map_err(|error| answer::from_net(&error))?;
        self.judged(visit, false)
    }

    /// Sends a form with the token of this session.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Result<Visit, Error> {
        let token = self.browser.cookie("atlassian.xsrf.token");
        let has_token = fields.iter().any(|(name, _)| *name == "atl_token");
        let token = token.as_deref().filter(|_| !has_token);
        let token = token.map(|token| ("atl_token", token));
        let visit = self.browser.post(path, fields.iter().copied().chain(token));
        let visit = visit.await.map_err(|error| answer::from_net(&error))?;
        self.judged(visit, true)
    }

    /// A page or a redirect; every other answer is the error that it is for REST too.
    fn judged(&self, visit: Visit, is_write: bool) -> Result<Visit, Error> {
        if visit.answer.status < 400 {
            return Ok(visit);
        }
        match answer::judge(&visit.answer, is_write, &self.who)? {
            Said::Yes(_) | Said::Absent(_) | Said::NoRoute => Err(answer::no_route(FIRST_PAGE)),
        }
    }

    /// Mends a lapse that was met when the session had been renewed `seen` times.
    async fn renew(&self, seen: u64, what: Renewal) -> Result<(), Error> {
        let mut gate = self.gate.lock().await;
        if let Some(problem) = &gate.refused {
            return Err(Error::Target {
                problem: problem.clone(),
            });
        }
        if gate.renewals != seen {
            return Ok(()); // Somebody else met the same lapse.
        }
        let done = match what {
            Renewal::SignIn => self.sign_in().await,
            Renewal::Password => self.give_password().await,
        };
        match &done {
            Ok(()) => gate.renewals += 1,
            // What passes (a lost connection, maintenance) may be tried again.
            Err(Error::Target { problem }) if is_final(problem) => {
                gate.refused = Some(problem.clone());
            }
            Err(_) => {}
        }
        done
    }

    async fn sign_in(&self) -> Result<(), Error> {
        self.browser.clear();
        let visit = self.get(FIRST_PAGE, Show::Credential).await?;
        if !matches!(standing(&visit), Standing::SignedOut) {
            return Ok(());
        }
        let Login::Password { username, password } = &self.login else {
            return Err(Error::target(
                "sign-in",
                "Jira's pages do not take the personal access token, only its REST API does: use \
                 a username and password",
            ));
        };
        let fields = [
            ("os_username", username.as_str()),
            ("os_password", password.expose_secret()),
            ("os_destination", FIRST_PAGE),
            ("login", "Log In"),
        ];
        let visit = self.post(LOG_IN, &fields).await?;
        let reason = visit.answer.header("x-seraph-loginreason");
        let reason = reason.unwrap_or_default();
        if reason.contains("AUTHENTICATION_DENIED") {
            return Err(answer::captcha(&self.who));
        }
        if visit.location.is_some() && !reason.contains("FAILED") {
            return Ok(());
        }
        match interruption(&visit) {
            Some(error) if !is_log_in_form(&visit) => Err(error),
            _ => Err(Error::target(
                "sign-in",
                format!(
                    "Jira's log-in form does not take the password of {}",
                    self.who
                ),
            )),
        }
    }

    /// Passes "secure administrator sessions" with the form that Jira shows for it.
    async fn give_password(&self) -> Result<(), Error> {
        let Login::Password { password, .. } = &self.login else {
            return Err(Error::target(
                "websudo",
                "Jira wants the administrator's password before its administration pages (secure \
                 administrator sessions), and a personal access token has none: use a username \
                 and password for this target, or a route that needs no page",
            ));
        };
        let page = self.get(SUDO_PAGE, Show::Session).await?.page;
        let form = page.form_with("webSudoPassword");
        let hidden = form.iter().flat_map(|form| &form.fields);
        let mut fields: Vec<(&str, &str)> = hidden
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| !matches!(*name, "webSudoPassword" | "webSudoDestination"))
            .collect();
        fields.push(("webSudoPassword", password.expose_secret()));
        fields.push(("webSudoDestination", FIRST_PAGE));
        if !fields.iter().any(|(name, _)| *name == "webSudoIsPost") {
            fields.push(("webSudoIsPost", "false"));
        }
        let visit = self.post(SUDO, &fields).await?;
        match standing(&visit) {
            Standing::Good if visit.location.is_some() => Ok(()),
            _ => Err(self.password_refused()),
        }
    }

    fn password_refused(&self) -> Error {
        Error::target(
            "websudo",
            format!(
                "Jira does not take the password of {} for its administration pages (secure \
                 administrator sessions); accounts of single sign-on have none that Jira knows",
                self.who
            ),
        )
    }
}

#[derive(Clone, Copy)]
enum Renewal {
    SignIn,
    Password,
}

fn is_final(problem: &Problem) -> bool {
    matches!(
        problem.code.as_str(),
        "sign-in" | "captcha" | "websudo" | "two-step" | "permission"
    )
}

fn standing(visit: &Visit) -> Standing {
    let destination = visit.destination().unwrap_or_default();
    if destination.starts_with("login.jsp") || is_log_in_form(visit) {
        Standing::SignedOut
    } else if destination.starts_with("WebSudoAuthenticate")
        || visit.page.form_with("webSudoPassword").is_some()
    {
        Standing::WantsPassword
    } else {
        Standing::Good
    }
}

fn is_log_in_form(visit: &Visit) -> bool {
    visit.page.form_with("os_password").is_some()
}

/// A page with status 200 that is not the one that was asked for.
pub(super) fn interruption(visit: &Visit) -> Option<Error> {
    let title = visit.page.title.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| title.contains(word));
    if has(&["two-step", "2-step", "two-factor", "verification", "2fa"]) {
        return Some(Error::target(
            "two-step",
            "Jira wants a second step of the service account's sign-in, which only a person can \
             do: except this account from two-step verification",
        ));
    }
    if has(&["licen"]) {
        return Some(Error::target(
            "licence",
            "Jira shows a page about its licence instead of the administration",
        ));
    }
    if has(&["log in", "sign in", "login"]) {
        return Some(answer::sign_in_page());
    }
    None
}
