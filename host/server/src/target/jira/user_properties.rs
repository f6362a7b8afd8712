//! Jira's "User Properties", which administrators see: written through the page that they use.
//!
//! No REST route reaches them. The page of one user shows all of them and has a form for a new one;
//! changing and removing are pages of their own. Jira answers a change that it made with a redirect
//! and one that it refused with the same page and an error, so whatever was sent is read back.
//!
//! The page is addressed by the user name, which can change and be given to somebody else; so the
//! name is looked up by the account's key first, once in a run.
//!
//! Source: `EditUserProperties.jspa` and its neighbours, as a browser sends them (Jira 8 to 11).

use attune_core::route::url_encoded;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::browser::{Visit, last_part};
use super::super::html::{Form, Row};
use super::super::session::{Ask, Doors, Session, shown_again};
use super::{AccountRef, Error, Jira};

/// Longest value that the form takes, in UTF-16 units.
pub(super) const VALUE_CHARS_MAX: usize = 250;
/// Users whose page is remembered.
const SEEN_MAX: usize = 64;
/// Where Jira lets administrators in.
pub(super) const DOORS: Doors = Doors {
    first_page: "/secure/admin/user/EditUserProperties.jspa",
    log_in_page: "/login.jsp",
    log_in: "/login.jsp",
    sudo_page: "/secure/admin/WebSudoAuthenticate!default.jspa",
    sudo: "/secure/admin/WebSudoAuthenticate.jspa",
    password: "webSudoPassword",
    destination: "webSudoDestination",
    confirm: ("webSudoIsPost", "false"),
};
const FOLDER: &str = "/secure/admin/user";
const ADD: &str = "EditUserProperties!add.jspa";
const UPDATE: &str = "EditUserProperty!update.jspa";
const DELETE: &str = "DeleteUserProperty.jspa";

/// All "User Properties" of one user.
pub(super) type Properties = BTreeMap<String, String>;

/// The pages of one run.
pub(super) struct Pages {
    session: Session,
    /// What the users whose page was seen last have, so that a dozen changes of one user do not
    /// begin with a dozen looks.
    seen: Mutex<HashMap<String, Properties>>,
}

impl Pages {
    pub(super) fn new(session: Session) -> Self {
        Self {
            session,
            seen: Mutex::default(),
        }
    }

    /// Everything that a user has.
    pub(super) async fn read(
        &self,
        jira: &Jira,
        account: &AccountRef,
    ) -> Result<Properties, Error> {
        let username = jira.username(account).await?;
        self.page(&username).await
    }

    /// Sets or removes one; answers what the page shows then.
    pub(super) async fn write(
        &self,
        jira: &Jira,
        account: &AccountRef,
        (name, value): (&str, Option<&str>),
    ) -> Result<Option<String>, Error> {
        let username = jira.username(account).await?;
        let recalled = self.recall(&username);
        let is_recalled = recalled.is_some();
        let before = match recalled {
            Some(before) => before,
            None => self.page(&username).await?,
        };
        match self.change(&username, (name, value), &before).await {
            // Somebody may have been there since the page was seen.
            Err(Error::Rejected { problem }) if is_recalled => {
                let now = self.page(&username).await?;
                if now.get(name) == before.get(name) {
                    return Err(Error::Rejected { problem });
                }
                // Nothing was done, and whoever calls compares what is there now.
                Err(Error::Unknown)
            }
            done => done,
        }
    }

    async fn change(
        &self,
        username: &str,
        (name, value): (&str, Option<&str>),
        before: &Properties,
    ) -> Result<Option<String>, Error> {
        let page = match (value, before.contains_key(name)) {
            (None, false) => return Ok(None),
            (None, true) => DELETE,
            (Some(_), true) => UPDATE,
            (Some(_), false) => ADD,
        };
        let mut fields = vec![("name", username), ("key", name)];
        match value {
            Some(value) => fields.push(("value", value)),
            None => fields.push(("confirm", "true")),
        }
        let path = format!("{FOLDER}/{page}");
        let visit = self.session.ask(&Ask::Post(&path, &fields)).await?;
        if visit.location.is_none() {
            let is_again = |form: &Form| [ADD, UPDATE, DELETE].contains(&last_part(&form.action));
            return Err(if visit.page.forms.iter().any(is_again) {
                shown_again("Jira", &visit)
            } else {
                self.refused(&visit)
            });
        }
        // It was sent: whoever calls has to look again where it cannot be read back.
        let now = self.page(username).await.map_err(|_| Error::Unknown)?;
        Ok(now.get(name).cloned())
    }

    /// Opens the session, so that a run ends at once where it cannot be opened.
    pub(super) async fn open(&self, username: &str) -> Result<(), Error> {
        self.page(username).await.map(drop)
    }

    async fn page(&self, username: &str) -> Result<Properties, Error> {
        let path = format!(
            "{FOLDER}/EditUserProperties.jspa?name={}",
            url_encoded(username)
        );
        let visit = self.session.ask(&Ask::Get(&path)).await?;
        let is_it = |form: &Form| {
            let shown = form.field("name").unwrap_or_default();
            last_part(&form.action) == ADD && shown.eq_ignore_ascii_case(username)
        };
        if !visit.page.forms.iter().any(is_it) {
            return Err(self.refused(&visit));
        }
        let properties: Properties = visit.page.rows.iter().filter_map(property).collect();
        let mut seen = self.seen();
        if seen.len() >= SEEN_MAX {
            seen.clear();
        }
        seen.insert(username.to_owned(), properties.clone());
        Ok(properties)
    }

    /// Why the page is not the one that a change, or a visit, ends with.
    fn refused(&self, visit: &Visit) -> Error {
        self.session.refused(visit, "the User Properties")
    }

    fn recall(&self, username: &str) -> Option<Properties> {
        self.seen().get(username).cloned()
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<String, Properties>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A row of the table: known by the links that change and remove it.
fn property(row: &Row) -> Option<(String, String)> {
    let key = row.links.iter().find_map(|link| {
        let (path, query) = link.split_once('?')?;
        let page = path.rsplit('/').next()?;
        let is_ours = matches!(page, "EditUserProperty.jspa" | "DeleteUserProperty.jspa");
        let mut parameters = url::form_urlencoded::parse(query.as_bytes());
        let key = parameters.find(|(name, _)| name == "key")?.1;
        is_ours.then(|| key.into_owned())
    })?;
    let value = row.cells.get(1)?;
    Some((key, value.clone()))
}
