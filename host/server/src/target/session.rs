//! A browser's session with the administration pages of Jira or Confluence: signing in, and the
//! password once more.
//!
//! Administration pages want a session, and "secure administrator sessions" (websudo) want the
//! password a second time; both lapse. Whichever request meets that renews it once and is sent
//! again, which is right because nothing was done. Everybody else waits meanwhile, and a sign-in
//! that was refused is not tried again in this run: the products count failures and end them with a
//! CAPTCHA.
//!
//! Source: the log-in forms and `WebSudoAuthenticate.jspa` / `doauthenticate.action` as browsers send
//! them; "Configuring secure administrator sessions" (Atlassian); seraph's `X-Seraph-LoginReason`.

use attune_core::Problem;
use secrecy::ExposeSecret as _;
use tokio::sync::Mutex;

use super::answer::{self, Said, Us};
use super::browser::{Browser, Show, Visit, last_part};
use super::html::Form;
use super::{Error, Slots};
use crate::net::{Credential, Secret, Used};

/// Where a product lets administrators in, and what its forms call things.
pub(super) struct Doors {
    /// A page that wants session and websudo, and shows nothing that is not ours.
    pub first_page: &'static str,
    /// The page with the log-in form, to which signed-out visitors are sent.
    pub log_in_page: &'static str,
    /// Where the log-in form goes.
    pub log_in: &'static str,
    /// The page that asks for the password once more.
    pub sudo_page: &'static str,
    /// Where that form goes.
    pub sudo: &'static str,
    /// Its field for the password.
    pub password: &'static str,
    /// Its field for the page to go on to.
    pub destination: &'static str,
    /// A button or field that has to be sent with it.
    pub confirm: (&'static str, &'static str),
}

/// What is asked of a page.
pub(super) enum Ask<'a> {
    /// A page.
    Get(&'a str),
    /// A form that was filled in; a token that the session's cookies hold is added.
    Post(&'a str, &'a [(&'a str, &'a str)]),
}

/// The session of one run.
pub(super) struct Session {
    doors: &'static Doors,
    browser: Browser,
    login: Login,
    us: Us,
    gate: Mutex<Gate>,
}

/// What signs the session in.
enum Login {
    Password {
        username: String,
        password: Secret,
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
    /// Opens nothing yet.
    pub(super) fn new(
        doors: &'static Doors,
        slots: &Slots,
        credential: &Credential,
        us: Us,
    ) -> Self {
        let login = match credential {
            Credential::Basic { username, password } => Login::Password {
                username: username.clone(),
                password: password.clone(),
            },
            _ => Login::Token,
        };
        Self {
            doors,
            browser: Browser::new(slots),
            login,
            us,
            gate: Mutex::default(),
        }
    }

    /// Asks, and signs in before it where that is wanted.
    ///
    /// After an error other than [`Error::Unknown`] nothing was done.
    pub(super) async fn ask(&self, ask: &Ask<'_>) -> Result<Visit, Error> {
        let mut met = Met::default();
        loop {
            if let Some(visit) = self.ask_once(ask, &mut met).await? {
                return Ok(visit);
            }
        }
    }

    /// Asks once: nothing where the session had lapsed, which did nothing, and is renewed now.
    ///
    /// For forms that carry a token of the session in which they were read.
    pub(super) async fn ask_once(
        &self,
        ask: &Ask<'_>,
        met: &mut Met,
    ) -> Result<Option<Visit>, Error> {
        let renewals = self.gate.lock().await.renewals;
        let visit = self.send(ask).await?;
        match self.standing(&visit) {
            Standing::Good => return Ok(Some(visit)),
            Standing::SignedOut if !met.signed_out => {
                met.signed_out = true;
                self.renew(renewals, Renewal::SignIn).await?;
            }
            Standing::WantsPassword if !met.sudo => {
                met.sudo = true;
                self.renew(renewals, Renewal::Password).await?;
            }
            Standing::SignedOut => {
                let Us { product, who, .. } = &self.us;
                return Err(Error::target(
                    "permission",
                    format!(
                        "{product} signs {who} in and does not show it the administration: the \
                         account is not an administrator"
                    ),
                ));
            }
            Standing::WantsPassword => return Err(self.password_refused()),
        }
        Ok(None)
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
        match answer::judge(&visit.answer, is_write, &self.us)? {
            // Of one user: a site without the page says so when the session is opened.
            Said::Yes(_) | Said::Absent(_) | Said::NoRoute => {
                let problem = answer::no_route(self.doors.first_page).problem();
                Err(Error::Rejected { problem })
            }
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
        let done = done.map_err(|error| match error {
            // The answer to a sign-in was lost; nobody's profile was written.
            Error::Unknown => {
                let message = format!(
                    "{} did not answer the sign-in to its pages",
                    self.us.product
                );
                Error::target("unavailable", message)
            }
            error => error,
        });
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
        let visit = match self.get(self.doors.first_page, Show::Credential).await {
            // It let us in, and wants to be asked about somebody.
            Err(Error::Rejected { .. }) => return Ok(()),
            visit => visit?,
        };
        if !matches!(self.standing(&visit), Standing::SignedOut) {
            return Ok(());
        }
        let Us { product, who, .. } = &self.us;
        let Login::Password { username, password } = &self.login else {
            return Err(Error::target(
                "sign-in",
                format!(
                    "{product}'s pages do not take the personal access token, only its REST API \
                     does: use a username and password"
                ),
            ));
        };
        let mut tries = 1;
        loop {
            let used = password.used();
            if self.log_in(username, &used).await? {
                password.accepted(used.serial);
                return Ok(());
            }
            if tries == Secret::TRIES_MAX || !password.instead_of(used.serial) {
                return Err(Error::target(
                    "sign-in",
                    format!(
                        "{product}'s log-in form does not take the password of {who}{}",
                        self.us.secret
                    ),
                ));
            }
            tries += 1;
        }
    }

    /// Fills in the log-in form; whether it takes this password.
    async fn log_in(&self, username: &str, password: &Used) -> Result<bool, Error> {
        let page = self.get(self.doors.log_in_page, Show::Session).await?.page;
        let ours = [
            ("os_username", username),
            ("os_password", password.value.expose_secret()),
            ("os_destination", self.doors.first_page),
            ("login", "Log In"),
        ];
        let fields = filled_in(page.form_with("os_password"), &ours);
        let visit = self.post(self.doors.log_in, &fields).await?;
        let reason = visit.answer.header("x-seraph-loginreason");
        let reason = reason.unwrap_or_default();
        if reason.contains("AUTHENTICATION_DENIED") {
            return Err(answer::captcha(&self.us));
        }
        let is_back = matches!(self.standing(&visit), Standing::SignedOut);
        if visit.location.is_some() && !is_back && !reason.contains("FAILED") {
            return Ok(true);
        }
        match self.interruption(&visit) {
            Some(error) if !is_log_in_form(&visit) => Err(error),
            _ => Ok(false),
        }
    }

    /// Passes "secure administrator sessions" with the form that the product shows for it.
    async fn give_password(&self) -> Result<(), Error> {
        let Login::Password { password, .. } = &self.login else {
            return Err(Error::target(
                "websudo",
                format!(
                    "{} wants the administrator's password before its administration pages (secure \
                     administrator sessions), and a personal access token has none: use a username \
                     and password for this target, or a route that needs no page",
                    self.us.product
                ),
            ));
        };
        let mut tries = 1;
        loop {
            let used = password.used();
            if self.confirm(&used).await? {
                password.accepted(used.serial);
                return Ok(());
            }
            if tries == Secret::TRIES_MAX || !password.instead_of(used.serial) {
                return Err(self.password_refused());
            }
            tries += 1;
        }
    }

    /// Gives the password once more; whether it is taken.
    async fn confirm(&self, password: &Used) -> Result<bool, Error> {
        let page = self.get(self.doors.sudo_page, Show::Session).await?.page;
        let ours = [
            (self.doors.password, password.value.expose_secret()),
            (self.doors.destination, self.doors.first_page),
            self.doors.confirm,
        ];
        let form = page.forms.iter().find(|form| self.is_sudo_form(form));
        let fields = filled_in(form, &ours);
        let visit = self.post(self.doors.sudo, &fields).await?;
        let is_good = matches!(self.standing(&visit), Standing::Good);
        Ok(is_good && visit.location.is_some())
    }

    fn password_refused(&self) -> Error {
        let Us {
            product,
            who,
            secret,
        } = &self.us;
        Error::target(
            "websudo",
            format!(
                "{product} does not take the password of {who}{secret} for its administration \
                 pages (secure administrator sessions); accounts of single sign-on have none that \
                 {product} knows"
            ),
        )
    }

    fn standing(&self, visit: &Visit) -> Standing {
        let is_sent_to = |page: &str| visit.destination() == Some(last_part(page));
        if is_sent_to(self.doors.log_in_page) || is_log_in_form(visit) {
            Standing::SignedOut
        } else if is_sent_to(self.doors.sudo_page)
            || visit.page.forms.iter().any(|form| self.is_sudo_form(form))
        {
            Standing::WantsPassword
        } else {
            Standing::Good
        }
    }

    fn is_sudo_form(&self, form: &Form) -> bool {
        let is_there = last_part(&form.action) == last_part(self.doors.sudo);
        is_there && form.field(self.doors.password).is_some()
    }

    /// Why a page is not the one that a change, or a visit, ends with.
    pub(super) fn refused(&self, visit: &Visit, wanted: &str) -> Error {
        if visit.location.is_some() {
            return answer::redirected(&visit.answer, &self.us);
        }
        if let Some(error) = self.interruption(visit) {
            return error;
        }
        let product = self.us.product;
        match (visit.page.errors.first(), visit.page.title.as_str()) {
            (Some(said), _) => Error::rejected("rejected", format!("{product} refused it: {said}")),
            (None, "") => answer::unexpected(&format!("the page of {wanted}")),
            (None, title) => Error::target(
                "bad-answer",
                format!("{product} shows the page '{title}' instead of {wanted}"),
            ),
        }
    }

    /// A page with status 200 that is not the one that was asked for.
    pub(super) fn interruption(&self, visit: &Visit) -> Option<Error> {
        let title = words_of(&visit.page.title);
        let has = |words: &[&str]| words.iter().any(|word| title.contains(word));
        let product = self.us.product;
        let second_steps = [
            " two step ",
            " 2 step ",
            " two factor ",
            " verification ",
            " 2fa ",
        ];
        if has(&second_steps) {
            return Some(Error::target(
                "two-step",
                format!(
                    "{product} wants a second step of the service account's sign-in, which only a \
                     person can do: except this account from two-step verification"
                ),
            ));
        }
        if has(&[" licence ", " license ", " licensing "]) {
            return Some(Error::target(
                "licence",
                format!("{product} shows a page about its licence instead of the administration"),
            ));
        }
        if has(&[" log in ", " sign in ", " login "]) {
            return Some(answer::sign_in_page());
        }
        None
    }
}

/// A form that came back instead of a redirect: what was sent was refused, for this one account.
pub(super) fn shown_again(product: &str, visit: &Visit) -> Error {
    let said = visit.page.errors.first();
    let said = said.map_or(
        "it shows the form again and gives no reason",
        String::as_str,
    );
    Error::rejected("rejected", format!("{product} refused it: {said}"))
}

/// The words of a page's title with a space around each; the name of the site, behind the last
/// dash, is left out: a site may be called "Catalog Intranet".
fn words_of(title: &str) -> String {
    let title = title.rsplit_once(" - ").map_or(title, |(title, _)| title);
    let words = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let words = words.map(|word| format!(" {}", word.to_lowercase()));
    words.collect::<String>() + " "
}

/// Which lapses one request has met; a second one of a kind is no lapse.
#[derive(Debug, Default)]
pub(super) struct Met {
    signed_out: bool,
    sudo: bool,
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

fn is_log_in_form(visit: &Visit) -> bool {
    visit.page.form_with("os_password").is_some()
}

/// What the form holds, with our values in the place of its own.
fn filled_in<'a>(form: Option<&'a Form>, ours: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let theirs = form.iter().flat_map(|form| &form.fields);
    let is_ours = |name: &str| ours.iter().any(|(known, _)| *known == name);
    theirs
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| !is_ours(name))
        .chain(ours.iter().copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::words_of;

    #[test]
    fn the_name_of_a_site_is_no_word_of_its_page() {
        assert_eq!(words_of("Edit User - Catalog Intranet"), " edit user ");
        assert_eq!(words_of("Log In - Dialog International"), " log in ");
        assert_eq!(words_of("Two-step verification"), " two step verification ");
        assert!(!words_of("Weblog Inventory").contains(" log in "));
    }
}
