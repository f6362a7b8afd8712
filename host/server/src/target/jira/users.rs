//! Finding accounts: one by one, or all of them.
//!
//! All of them is harder than it looks. `user/list` (Jira 11 and late 10.3) has a cursor. Before
//! it there is only `user/search`, which some versions end after the first 1000 whatever `startAt`
//! says (JRASERVER-29069). `group/member` pages well, but no group is known to hold everybody, and
//! an account that is not in the group would look like one that does not exist.
//!
//! Invariant: a scan that ends without an error has seen every account.

use std::collections::HashSet;

use attune_core::account::{Account, MatchBy};
use attune_core::matching::fold;
use attune_core::route::url_encoded;
use serde::Deserialize;
use serde_json::Value as Json;
use tokio::sync::mpsc;

use super::super::answer::{Said, no_route, unexpected};
use super::{Error, Jira};

/// Largest page of `user/list`.
const LIST_PAGE_MAX: usize = 2000;
/// Largest page of `user/search`.
const SEARCH_PAGE_MAX: usize = 1000;
/// Far more pages than any Jira has; a loop ends here.
const PAGES_MAX: usize = 10_000;

/// A user as Jira shows it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    key: String,
    name: String,
    #[serde(default)]
    email_address: Option<String>,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    active: Option<bool>,
    #[serde(default)]
    deleted: bool,
}

impl From<User> for Account {
    fn from(user: User) -> Self {
        Self {
            key: user.key,
            username: user.name,
            email: user.email_address.unwrap_or_default(),
            display_name: user.display_name.unwrap_or_default(),
            active: user.active.unwrap_or(true) && !user.deleted,
        }
    }
}

fn account(json: Json) -> Result<Account, Error> {
    let user: User = serde_json::from_value(json).map_err(|_| unexpected("a user"))?;
    Ok(user.into())
}

fn page(json: Json) -> Result<Vec<Account>, Error> {
    let Json::Array(users) = json else {
        return Err(unexpected("a list of users"));
    };
    users.into_iter().map(account).collect()
}

/// One account by its key; `None` when Jira says that there is none.
pub(super) async fn by_key(jira: &Jira, key: &str) -> Result<Option<Account>, Error> {
    one(jira, &format!("/user?key={}", url_encoded(key))).await
}

async fn one(jira: &Jira, path: &str) -> Result<Option<Account>, Error> {
    match jira.read(path).await? {
        Said::Yes(json) => account(json).map(Some),
        Said::Absent(_) => Ok(None),
        Said::NoRoute => Err(no_route("/rest/api/2/user")),
    }
}

pub(super) async fn find(jira: &Jira, by: MatchBy, value: &str) -> Result<Vec<Account>, Error> {
    let value = value.trim();
    if value.is_empty() {
        return Ok(Vec::new());
    }
    let found = match by {
        MatchBy::Key => by_key(jira, value).await?.into_iter().collect(),
        MatchBy::Username => {
            let path = format!("/user?username={}", url_encoded(value));
            one(jira, &path).await?.into_iter().collect()
        }
        MatchBy::Email => search(jira, value, 0).await?,
    };
    // A search finds beginnings of names and addresses too.
    let wanted = fold(value);
    let is_it = |account: &Account| fold(by.of(account)) == wanted;
    Ok(found.into_iter().filter(is_it).collect())
}

async fn search(jira: &Jira, text: &str, start: usize) -> Result<Vec<Account>, Error> {
    let path = format!(
        "/user/search?username={}&startAt={start}&maxResults={SEARCH_PAGE_MAX}\
         &includeActive=true&includeInactive=true",
        url_encoded(text)
    );
    match jira.read(&path).await? {
        Said::Yes(json) => page(json),
        Said::Absent(_) | Said::NoRoute => Err(no_route("/rest/api/2/user/search")),
    }
}

/// Reads all accounts, by the best way that this Jira has.
pub(super) async fn scan(jira: &Jira, pages: mpsc::Sender<Vec<Account>>) -> Result<(), Error> {
    let scanned = match list_page(jira, "").await {
        Ok(Some(first)) => scan_list(jira, first, &pages).await,
        Ok(None) => scan_search(jira, &pages).await,
        Err(error) => Err(error),
    };
    scanned.map_err(|error| match error {
        // "Rejected" would mean that this Jira cannot list everybody.
        Error::Rejected { problem } if problem.code == "unavailable" => Error::Target { problem },
        other => other,
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listing {
    values: Vec<Json>,
    #[serde(default)]
    is_last: Option<bool>,
    #[serde(default)]
    next_cursor: Option<String>,
}

/// `None` where this Jira has no such list.
async fn list_page(jira: &Jira, cursor: &str) -> Result<Option<Listing>, Error> {
    let mut path = format!("/user/list?maxResults={LIST_PAGE_MAX}");
    if !cursor.is_empty() {
        path = format!("{path}&cursor={}", url_encoded(cursor));
    }
    match jira.read(&path).await? {
        Said::Yes(json) => serde_json::from_value(json)
            .map(Some)
            .map_err(|_| unexpected("the list of users")),
        Said::Absent(_) | Said::NoRoute => Ok(None),
    }
}

async fn scan_list(
    jira: &Jira,
    first: Listing,
    pages: &mpsc::Sender<Vec<Account>>,
) -> Result<(), Error> {
    let mut cursors = HashSet::new();
    let mut listing = first;
    for _ in 0..PAGES_MAX {
        let accounts = page(Json::Array(listing.values))?;
        if pages.send(accounts).await.is_err() {
            return Ok(());
        }
        let next = listing.next_cursor.filter(|cursor| !cursor.is_empty());
        let cursor = match (listing.is_last, next) {
            (Some(true), _) | (None, None) => return Ok(()),
            (_, Some(cursor)) => cursor,
            (Some(false), None) => return Err(unexpected("the list of users")),
        };
        if !cursors.insert(cursor.clone()) {
            return Err(paging_loop());
        }
        listing = list_page(jira, &cursor)
            .await?
            .ok_or_else(|| unexpected("the list of users"))?;
    }
    Err(paging_loop())
}

async fn scan_search(jira: &Jira, pages: &mpsc::Sender<Vec<Account>>) -> Result<(), Error> {
    let mut seen: HashSet<String> = HashSet::new();
    for _ in 0..PAGES_MAX {
        // `.` finds everybody: every full name or address has a word that it begins.
        let accounts = search(jira, ".", seen.len()).await?;
        let (count, before) = (accounts.len(), seen.len());
        let is_new = |account: &Account| seen.insert(account.key.clone());
        let fresh: Vec<Account> = accounts.into_iter().filter(is_new).collect();
        let is_short = count < SEARCH_PAGE_MAX;
        if fresh.len() < count || (count == 0 && before > 0) {
            // The same users again, or none after a full page: this Jira ends after the first
            // page (JRASERVER-29069), or the order moved while we read. Nobody knows who is missing.
            return Err(cannot_list());
        }
        if !fresh.is_empty() && pages.send(fresh).await.is_err() {
            return Ok(());
        }
        if is_short {
            return Ok(());
        }
    }
    Err(paging_loop())
}

fn cannot_list() -> Error {
    Error::rejected(
        "incomplete",
        "this Jira's user search does not list everybody (JRASERVER-29069)",
    )
}

fn paging_loop() -> Error {
    Error::target("paging-loop", "Jira's pages of users do not end")
}
