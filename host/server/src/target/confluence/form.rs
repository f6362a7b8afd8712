//! The administrator's form of one user: read, filled in, sent, read back.
//!
//! Everything that the form holds goes back with it, because Confluence takes a field that is
//! missing for one that was emptied. The form carries a token of the session in which it was read;
//! where the session lapsed between reading and sending nothing was done, and the form is read anew.
//!
//! Source: `edituser.action` and `doedituser.action` as a browser sends them (Confluence 7.19 to 10);
//! "Form token handling" (Atlassian) for the token that every form needs since 9.0.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use attune_core::Problem;
use attune_core::decide::as_shown;
use attune_core::route::url_encoded;

use super::super::browser::{Visit, last_part};
use super::super::html::Form;
use super::super::session::{Ask, Doors, Met, Session, shown_again};
use super::users::by_key;
use super::{AccountRef, Confluence, Error};

/// Where Confluence lets administrators in.
pub(super) const DOORS: Doors = Doors {
    first_page: "/admin/users/edituser.action",
    log_in_page: "/login.action",
    log_in: "/dologin.action",
    sudo_page: "/authenticate.action",
    sudo: "/doauthenticate.action",
    password: "password",
    destination: "destination",
    confirm: ("authenticate", "Confirm"),
};
const EDIT: &str = "/admin/users/edituser.action";
const SAVE: &str = "/admin/users/doedituser.action";
const FORM: &str = "the form of a user";
/// How often a form is read anew because its session lapsed before it was sent.
const TRIES_MAX: usize = 3;

/// The pages of one run.
pub(super) struct Pages {
    session: Session,
    /// User names by key, where they are others than the ones we were told.
    names: Mutex<HashMap<String, String>>,
}

/// The form of one user, as read.
pub(super) struct Sheet {
    /// The name that it was read by.
    pub username: String,
    form: Form,
}

/// What came when a form was asked for.
enum Page {
    Form(Sheet),
    /// Something else, as a problem of this one account.
    Other(Problem),
}

impl Page {
    fn form(self) -> Result<Sheet, Error> {
        match self {
            Self::Form(sheet) => Ok(sheet),
            Self::Other(problem) => Err(Error::Rejected { problem }),
        }
    }
}

impl Sheet {
    /// What a field shows; nothing where it is empty or not there.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let shown = self.form.field(name).or_else(|| self.form.locked(name));
        shown.filter(|value| !value.trim().is_empty())
    }

    /// Whether an administrator can change the field.
    pub(super) fn is_open(&self, name: &str) -> bool {
        self.form.field(name).is_some()
    }

    /// The account's stable key, where the form names it.
    fn key(&self) -> Option<String> {
        let query = self.form.action.split_once('?').map(|(_, query)| query);
        let mut pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        let in_action = pairs.find(|(name, _)| name == "userKey");
        let in_action = in_action.map(|(_, key)| key.into_owned());
        in_action.or_else(|| self.form.field("userKey").map(str::to_owned))
    }

    /// Whether it already holds these values.
    pub(super) fn holds(&self, values: &[(&str, Option<&str>)]) -> bool {
        let is_so = |(name, wanted): &(&str, Option<&str>)| {
            let is = self.value(name).unwrap_or_default();
            as_shown(is) == as_shown(wanted.unwrap_or_default())
        };
        values.iter().all(is_so)
    }

    /// The form as it is sent with these values.
    fn filled_in<'s>(
        &'s self,
        values: &[(&'s str, Option<&'s str>)],
    ) -> Vec<(&'s str, Cow<'s, str>)> {
        let ours = |name: &str| values.iter().find(|(known, _)| *known == name);
        let form = self.form.fields.iter();
        let mut fields: Vec<(&str, Cow<'_, str>)> = form
            .map(|(name, value)| match ours(name) {
                Some((_, value)) => (name.as_str(), Cow::from(value.unwrap_or_default())),
                None => (name.as_str(), with_line_ends(value)),
            })
            .collect();
        // Confluence wants name and address also where it does not let them be changed.
        let wanted = ["fullName", "email"].into_iter();
        fields.extend(wanted.filter_map(|name| {
            let locked = self.form.locked(name)?;
            (!self.is_open(name)).then_some((name, Cow::from(locked)))
        }));
        fields.extend(
            values
                .iter()
                .filter(|(name, _)| !self.is_open(name))
                .map(|(name, value)| (*name, Cow::from(value.unwrap_or_default()))),
        );
        fields.push(("confirm", Cow::from("Submit")));
        fields
    }
}

impl Pages {
    pub(super) fn new(session: Session) -> Self {
        Self {
            session,
            names: Mutex::default(),
        }
    }

    /// The form of this account and of nobody else who has its name now.
    pub(super) async fn read(
        &self,
        site: &Confluence,
        account: &AccountRef,
    ) -> Result<Sheet, Error> {
        let known = self.names().get(&account.key).cloned();
        let username = known.unwrap_or_else(|| account.username.clone());
        let mut shown = None;
        // Whoever recovers from a crash knows the key only.
        if !username.is_empty() {
            let page = self.page(&username).await?;
            if let Page::Form(sheet) = &page
                && sheet.key().as_deref() == Some(&account.key)
            {
                return page.form();
            }
            shown = Some(page);
        }
        // Nobody has the name, or somebody else has, or the form does not say who it is.
        let found = by_key(site, &account.key).await?.ok_or(Error::Gone)?;
        let page = if let Some(page) = shown.filter(|_| found.username == username) {
            page
        } else {
            let key = account.key.clone();
            self.names().insert(key, found.username.clone());
            self.page(&found.username).await?
        };
        let sheet = page.form()?;
        match sheet.key() {
            Some(key) if key != account.key => Err(Error::rejected(
                "bad-answer",
                format!(
                    "Confluence shows the form of another account than that of '{}'",
                    found.username
                ),
            )),
            _ => Ok(sheet),
        }
    }

    /// Sends the form with these values; answers how it looks then.
    pub(super) async fn write(
        &self,
        site: &Confluence,
        account: &AccountRef,
        values: &[(&str, Option<&str>)],
    ) -> Result<Sheet, Error> {
        let mut met = Met::default();
        for attempt in 1..=TRIES_MAX {
            let sheet = self.read(site, account).await?;
            if sheet.holds(values) {
                return Ok(sheet);
            }
            let fields = sheet.filled_in(values);
            let query = sheet.form.action.split_once('?');
            let path = match query {
                Some((_, query)) => format!("{SAVE}?{query}"),
                None => SAVE.to_owned(),
            };
            let is_last = attempt == TRIES_MAX;
            let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_ref())).collect();
            let ask = Ask::Post(&path, &fields);
            match self.session.ask_once(&ask, &mut met).await {
                Ok(None) => {}
                Ok(Some(visit)) if wants_token(&visit) && !is_last => {}
                Err(Error::Target { problem }) if problem.code == "xsrf" && !is_last => {}
                Ok(Some(visit)) if visit.location.is_some() => {
                    // It was sent: whoever calls has to look again where it cannot be read back.
                    let now = self.read(site, account).await;
                    return now.map_err(|_| Error::Unknown);
                }
                Ok(Some(visit)) if form_of(&visit).is_some() => {
                    return Err(shown_again("Confluence", &visit));
                }
                Ok(Some(visit)) => return Err(self.session.refused(&visit, FORM)),
                Err(error) => return Err(error),
            }
        }
        Err(Error::rejected(
            "unavailable",
            "Confluence's session ended each time before the form could be sent",
        ))
    }

    /// Opens the session, so that a run ends at once where it cannot be opened.
    pub(super) async fn open(&self, username: &str) -> Result<(), Error> {
        match self.page(username).await? {
            Page::Form(_) => Ok(()),
            Page::Other(problem) => Err(Error::Target { problem }),
        }
    }

    async fn page(&self, username: &str) -> Result<Page, Error> {
        let path = format!("{EDIT}?username={}", url_encoded(username));
        let visit = match self.session.ask(&Ask::Get(&path)).await {
            Err(Error::Rejected { problem }) => return Ok(Page::Other(problem)),
            visit => visit?,
        };
        if let Some(form) = form_of(&visit) {
            return Ok(Page::Form(Sheet {
                username: username.to_owned(),
                form: form.clone(),
            }));
        }
        let other = self.session.refused(&visit, FORM);
        if visit.location.is_some() || self.session.interruption(&visit).is_some() {
            return Err(other);
        }
        Ok(Page::Other(other.problem()))
    }

    fn names(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Line ends as a browser sends them (WHATWG HTML, "constructing the entry list"): a page's reader
/// leaves only the second of their two characters, and a text would come back changed.
fn with_line_ends(value: &str) -> Cow<'_, str> {
    if value.contains('\n') {
        Cow::Owned(value.replace("\r\n", "\n").replace('\n', "\r\n"))
    } else {
        Cow::Borrowed(value)
    }
}

/// The form of a user, where a page shows one.
fn form_of(visit: &Visit) -> Option<&Form> {
    let is_it = |form: &&Form| last_part(&form.action) == last_part(SAVE);
    visit.page.forms.iter().find(is_it)
}

/// Confluence did nothing, because the form's token is not that of the session.
fn wants_token(visit: &Visit) -> bool {
    let title = visit.page.title.to_lowercase();
    visit.location.is_none() && (title.contains("token") || title.contains("xsrf"))
}
