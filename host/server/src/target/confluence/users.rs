//! Finding accounts: one by one by user name or key, or all of them.
//!
//! Confluence's REST API does not find anybody by e-mail address; the connector file cannot ask for
//! it. The list of all users came with 8.4 (CONFSERVER-87291); before it accounts are looked up one
//! by one.
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
use super::{Confluence, Error};

/// Users asked for at once; a site may give fewer.
const PAGE_MAX: usize = 200;
/// Far more pages than any Confluence has; a loop ends here.
const PAGES_MAX: usize = 10_000;

/// A user as Confluence shows it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    #[serde(rename = "userKey")]
    key: String,
    username: String,
    #[serde(default)]
    display_name: Option<String>,
    /// Of newer versions, in lists.
    #[serde(default)]
    email: Option<String>,
    /// Only where it was asked for and the version tells.
    #[serde(default)]
    status: Option<Json>,
}

impl From<User> for Account {
    fn from(user: User) -> Self {
        let status = user.status.as_ref().and_then(Json::as_str);
        let status = status.unwrap_or_default().to_lowercase();
        let is_out = ["deactivated", "inactive", "disabled", "deleted"];
        Self {
            key: user.key,
            username: user.username,
            email: user.email.unwrap_or_default(),
            display_name: user.display_name.unwrap_or_default(),
            active: !is_out.iter().any(|word| status.contains(word)),
        }
    }
}

fn account(json: Json) -> Result<Account, Error> {
    let user: User = serde_json::from_value(json).map_err(|_| unexpected("a user"))?;
    Ok(user.into())
}

/// One account by its key; `None` when Confluence says that there is none.
pub(super) async fn by_key(site: &Confluence, key: &str) -> Result<Option<Account>, Error> {
    one(site, &format!("key={}", url_encoded(key))).await
}

/// Ourselves.
pub(super) async fn myself(site: &Confluence) -> Result<Account, Error> {
    let path = "/rest/api/user/current";
    match site.rest.read(path).await? {
        Said::Yes(json) if json.get("type") == Some(&Json::from("anonymous")) => {
            Err(Error::target(
                "sign-in",
                "Confluence takes us for an anonymous visitor: it did not look at the credential",
            ))
        }
        Said::Yes(json) => account(json),
        Said::Absent(_) | Said::NoRoute => Err(no_route(path)),
    }
}

async fn one(site: &Confluence, query: &str) -> Result<Option<Account>, Error> {
    let path = format!("/rest/api/user?{query}&expand=status");
    match site.rest.read(&path).await? {
        Said::Yes(json) => account(json).map(Some),
        Said::Absent(_) => Ok(None),
        Said::NoRoute => Err(no_route("/rest/api/user")),
    }
}

pub(super) async fn find(
    site: &Confluence,
    by: MatchBy,
    value: &str,
) -> Result<Vec<Account>, Error> {
    let value = value.trim();
    if value.is_empty() {
        return Ok(Vec::new());
    }
    let query = match by {
        MatchBy::Key => format!("key={}", url_encoded(value)),
        MatchBy::Username => format!("username={}", url_encoded(value)),
        MatchBy::Email => {
            return Err(Error::target(
                "unsupported",
                "Confluence finds nobody by e-mail address: match by username or key",
            ));
        }
    };
    let found = one(site, &query).await?;
    let is_it = |account: &Account| fold(by.of(account)) == fold(value);
    Ok(found.into_iter().filter(is_it).collect())
}

#[derive(Debug, Deserialize)]
struct Listing {
    results: Vec<Json>,
    #[serde(default, rename = "_links")]
    links: Links,
}

#[derive(Debug, Default, Deserialize)]
struct Links {
    #[serde(default)]
    next: Option<String>,
}

/// Reads a part of the list; `None` where this Confluence has no such list.
async fn list(site: &Confluence, start: usize, limit: usize) -> Result<Option<Listing>, Error> {
    let path = format!("/rest/api/user/list?start={start}&limit={limit}&expand=status");
    match site.rest.read(&path).await? {
        Said::Yes(json) => serde_json::from_value(json)
            .map(Some)
            .map_err(|_| unexpected("the list of users")),
        Said::Absent(_) | Said::NoRoute => Ok(None),
    }
}

/// Whether this Confluence can list its users.
pub(super) async fn can_list(site: &Confluence) -> Result<bool, Error> {
    Ok(list(site, 0, 1).await?.is_some())
}

/// Reads all accounts.
pub(super) async fn scan(
    site: &Confluence,
    pages: mpsc::Sender<Vec<Account>>,
) -> Result<(), Error> {
    let mut seen: HashSet<String> = HashSet::new();
    let mut start = 0;
    for _ in 0..PAGES_MAX {
        let listing = list(site, start, PAGE_MAX)
            .await
            .map_err(|error| match error {
                // "Rejected" would mean that this Confluence cannot list everybody.
                Error::Rejected { problem } => Error::Target { problem },
                other => other,
            })?;
        let Some(listing) = listing else {
            return Err(Error::rejected(
                "incomplete",
                "this Confluence does not list its users (8.4 and later do)",
            ));
        };
        let count = listing.results.len();
        let accounts: Result<Vec<Account>, Error> =
            listing.results.into_iter().map(account).collect();
        let is_new = |account: &Account| seen.insert(account.key.clone());
        let fresh: Vec<Account> = accounts?.into_iter().filter(is_new).collect();
        let has_more = listing.links.next.is_some();
        if has_more && fresh.is_empty() {
            return Err(paging_loop());
        }
        if !fresh.is_empty() && pages.send(fresh).await.is_err() {
            return Ok(());
        }
        if !has_more {
            return Ok(());
        }
        start += count;
    }
    Err(paging_loop())
}

fn paging_loop() -> Error {
    Error::target("paging-loop", "Confluence's pages of users do not end")
}
