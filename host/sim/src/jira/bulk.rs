//! Many users at once: search, the cursor list of Jira 11, and the members of a group.

use serde_json::Value;

use super::accounts::Account;
use super::refusal::Refusal;
use super::{Site, Version};
use crate::wire::{Received, Reply};

const SEARCH_MAX: usize = 1000;
const SEARCH_DEFAULT: usize = 50;
const LIST_MAX: usize = 2000;
const MEMBERS_MAX: usize = 50;

/// Groups that every account is in.
const GROUPS: &[&str] = &["jira-users", "jira-software-users", "jira-core-users"];

impl Site {
    /// `user/search`: a plain array without a total; the end is a page that is not full.
    pub(super) fn search(&self, received: &Received) -> Result<Reply, Refusal> {
        let text = received.parameter("username").unwrap_or_default();
        if text.is_empty() {
            let message = "The username query parameter was not provided";
            return Err(Refusal::new(400, message));
        }
        let is_capped = self.settings().is_search_capped;
        let first = if is_capped {
            0
        } else {
            number(received, "startAt", 0)?
        };
        let most = number(received, "maxResults", SEARCH_DEFAULT)?.min(SEARCH_MAX);
        let wants_active = flag(received, "includeActive", true);
        let wants_inactive = flag(received, "includeInactive", false);
        let mut accounts = self.accounts();
        let found: Vec<&Account> = if text == "." {
            accounts.iter().collect()
        } else {
            accounts.beginning_with(&text)
        };
        let wanted = found.into_iter().filter(|account| {
            let is_wanted = if account.is_active {
                wants_active
            } else {
                wants_inactive
            };
            is_wanted && !account.is_deleted
        });
        let entries: Vec<Value> = wanted
            .skip(first)
            .take(most)
            .map(|account| self.entry(account).into())
            .collect();
        let body = Value::from(entries).to_string();
        Ok(Reply::json("user.search", 200, body))
    }

    /// `user/list`: a cursor, no total, no promised order; new in Jira 11.
    pub(super) fn list(&self, received: &Received) -> Result<Reply, Refusal> {
        if self.version < Version::V11 {
            let mut missing = Reply::text("user.list", 404, "<html>null for uri</html>");
            missing
                .headers
                .push(("x-content-type-options", "nosniff".to_owned()));
            return Ok(missing);
        }
        let most = number(received, "maxResults", SEARCH_DEFAULT)?.clamp(1, LIST_MAX);
        let cursor = received.parameter("cursor").unwrap_or_default();
        let first = match cursor.strip_prefix("c") {
            _ if cursor.is_empty() => Some(0),
            Some(digits) => usize::from_str_radix(digits, 16).ok(),
            None => None,
        };
        let first = first.ok_or_else(|| Refusal::new(400, "The cursor is not valid."))?;
        let accounts = self.accounts();
        let mut rest = accounts
            .iter()
            .enumerate()
            .skip(first)
            .filter(|(_, account)| !account.is_deleted);
        let values: Vec<Value> = rest
            .by_ref()
            .take(most)
            .map(|(_, account)| self.entry(account).into())
            .collect();
        let next = rest.next().map(|(at, _)| format!("c{at:x}"));
        let link = format!("{}/rest/api/2/user/list?maxResults={most}", self.base);
        let mut body = serde_json::json!({
            "self": link,
            "maxResults": most,
            "isLast": next.is_none(),
            "values": values,
        });
        if let (Some(next), Some(body)) = (next, body.as_object_mut()) {
            body.insert(
                "nextPage".to_owned(),
                format!("{link}&cursor={next}").into(),
            );
            body.insert("nextCursor".to_owned(), next.into());
        }
        Ok(Reply::json("user.list", 200, body.to_string()))
    }

    /// `group/member`: pages with a total, at most fifty people each.
    pub(super) fn members(&self, received: &Received) -> Result<Reply, Refusal> {
        self.check_admin()?;
        let group = received.parameter("groupname").unwrap_or_default();
        if !GROUPS.contains(&group.as_str()) {
            let text = format!("The group named '{group}' does not exist.");
            return Err(Refusal::new(404, text));
        }
        let first = number(received, "startAt", 0)?;
        let most = number(received, "maxResults", MEMBERS_MAX)?.clamp(1, MEMBERS_MAX);
        let wants_inactive = flag(received, "includeInactiveUsers", false);
        let accounts = self.accounts();
        let is_member =
            |account: &&Account| !account.is_deleted && (account.is_active || wants_inactive);
        let total = accounts.iter().filter(is_member).count();
        let values: Vec<Value> = accounts
            .iter()
            .filter(is_member)
            .skip(first)
            .take(most)
            .map(|account| self.entry(account).into())
            .collect();
        let is_last = first + values.len() >= total;
        let link = format!(
            "{}/rest/api/2/group/member?groupname={group}&includeInactiveUsers={wants_inactive}\
             &maxResults={most}&startAt=",
            self.base
        );
        let mut body = serde_json::json!({
            "self": format!("{link}{first}"),
            "maxResults": most,
            "startAt": first,
            "total": total,
            "isLast": is_last,
            "values": values,
        });
        if let (false, Some(body)) = (is_last, body.as_object_mut()) {
            let next = format!("{link}{}", first + most);
            body.insert("nextPage".to_owned(), next.into());
        }
        Ok(Reply::json("group.member", 200, body.to_string()))
    }
}

fn flag(received: &Received, name: &str, otherwise: bool) -> bool {
    match received.parameter(name) {
        Some(value) => value.eq_ignore_ascii_case("true"),
        None => otherwise,
    }
}

fn number(received: &Received, name: &str, otherwise: usize) -> Result<usize, Refusal> {
    let Some(value) = received.parameter(name) else {
        return Ok(otherwise);
    };
    let refused = || Refusal::new(404, format!("'{value}' is no number for '{name}'"));
    value.parse().map_err(|_| refused())
}
