//! The delta query: rounds over everybody or over what changed since a token.
//!
//! Written from Microsoft's `user: delta` page. `$select` is remembered in the token; the members
//! that were never set are left out, and so is what did not change where `Prefer: return=minimal`
//! asks for that; `manager` comes as `manager@delta` where it changed. What Graph does not support
//! here (`$top`, `$expand`, `$orderby`, `$search`, `$count`, most of `$filter`) is refused, tokens
//! expire, and replays happen.

use std::sync::atomic::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::Directory;
use super::listing::CONTENT_TYPE;
use super::query::{DEFAULTS, members};
use super::refusal::Refusal;
use crate::json::set;
use crate::people::{self, Change, Manager, People, What, Who};
use crate::wire::{Received, Reply};

/// People on a page that asks for no size.
const DEFAULT_PAGE: usize = 100;
/// Listed by Graph for single users, or not tracked by it.
const UNTRACKED: &[&str] = &["signInActivity", "customSecurityAttributes"];

/// How a delta goes wrong.
#[derive(Clone, Debug, Default)]
pub struct DeltaTraps {
    /// Each page begins with the last person of the page before, and a round with people who
    /// changed before it.
    pub replays: bool,
    /// Changes of the manager are not told (microsoft-graph-explorer-v4 #4018).
    pub hides_managers: bool,
    /// This page (from 1) of every round finds its token expired.
    pub lost_at_page: Option<usize>,
    /// How an expired token is answered.
    pub lost: Lost,
    /// There is no delta in this tenant.
    pub is_missing: bool,
}

/// How an expired token is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lost {
    /// 410 with a `Location` that begins anew.
    #[default]
    Location,
    /// 410, code `syncStateNotFound`.
    SyncStateNotFound,
    /// 400, code `resyncRequired`.
    ResyncRequired,
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Round {
    age: u64,
    select: Vec<String>,
    /// Since which version; none for everybody.
    from: Option<usize>,
    /// Up to which version: where the next round goes on.
    to: usize,
    /// How many people came before.
    position: usize,
    pages: usize,
}

impl Round {
    fn token(&self) -> String {
        let select = self.select.join(",");
        let round = json!([
            self.age,
            select,
            self.from,
            self.to,
            self.position,
            self.pages
        ]);
        URL_SAFE_NO_PAD.encode(round.to_string())
    }

    fn read(token: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let round: Value = serde_json::from_slice(&bytes).ok()?;
        let number = |at: usize| usize::try_from(round.get(at)?.as_u64()?).ok();
        let select = round.get(1)?.as_str()?;
        Some(Self {
            age: round.get(0)?.as_u64()?,
            select: select.split(',').map(str::to_owned).collect(),
            from: number(2),
            to: number(3)?,
            position: number(4)?,
            pages: number(5)?,
        })
    }

    /// Who is on the round, in order, with what changed of them.
    fn people<'p>(&self, people: &'p People, replays: bool) -> Vec<(Who, Vec<&'p Change>)> {
        let Some(from) = self.from else {
            return people.iter().map(|who| (who, Vec::new())).collect();
        };
        let begin = if replays {
            from.saturating_sub(3)
        } else {
            from
        };
        let mut found: Vec<(Who, Vec<&Change>)> = Vec::new();
        let mut places = std::collections::HashMap::new();
        for change in people.changes(begin, self.to) {
            let place = *places.entry(change.who).or_insert(found.len());
            match found.get_mut(place) {
                Some((_, changes)) => changes.push(change),
                None => found.push((change.who, vec![change])),
            }
        }
        found
    }
}

impl Directory {
    pub(super) fn delta(&self, received: &Received) -> Result<Reply, Refusal> {
        let traps = self.settings().traps.delta.clone();
        if traps.is_missing {
            let message = "This operation is not supported in this tenant.";
            return Err(Refusal::bad_request(message));
        }
        let people = self.people();
        let round = match self.asked(received, &people)? {
            Asked::Round(round) => round,
            Asked::Latest(round) => return Ok(self.delta_page(&round, (&[], None))),
        };
        let is_old = round.age != self.delta_age.load(Ordering::Relaxed);
        if is_old || traps.lost_at_page == Some(round.pages + 1) {
            return Ok(self.lost(traps.lost));
        }
        let size = page_size(received).min(self.settings().page_max);
        let everybody = round.people(&people, traps.replays);
        let is_minimal = prefers(received, "return=minimal");
        let begin = round.position - usize::from(traps.replays && round.position > 0);
        let end = round.position + size;
        let on_page = everybody.iter().take(end).skip(begin);
        let written: Vec<Value> = on_page
            .map(|(who, changes)| {
                let is_told = |change: &&Change| {
                    !(traps.hides_managers && matches!(change.what, What::Manager(_)))
                };
                let told: Vec<&Change> = changes.iter().copied().filter(is_told).collect();
                let is_new = round.from.is_none();
                user(&people, *who, &round.select, (&told, is_new, is_minimal))
            })
            .collect();
        let next = (end < everybody.len()).then(|| Round {
            position: end,
            pages: round.pages + 1,
            ..round.clone()
        });
        Ok(self.delta_page(&round, (&written, next.as_ref())))
    }

    /// The round that a request begins or goes on with.
    fn asked(&self, received: &Received, people: &People) -> Result<Asked, Refusal> {
        let mut select = DEFAULTS.iter().map(|name| (*name).to_owned()).collect();
        let mut token = None;
        for (name, value) in received.parameters() {
            match name.as_str() {
                "$select" => select = selected(&value)?,
                "$deltatoken" | "$skiptoken" => token = Some(value),
                _ if !name.starts_with('$') => {}
                _ => {
                    let message = format!("The query parameter '{name}' is not supported.");
                    return Err(Refusal::unsupported_query(message));
                }
            }
        }
        let round = Round {
            age: self.delta_age.load(Ordering::Relaxed),
            select,
            from: None,
            to: people.version(),
            position: 0,
            pages: 0,
        };
        match token.as_deref() {
            None | Some("") => Ok(Asked::Round(round)),
            Some("latest") => Ok(Asked::Latest(round)),
            Some(token) => {
                let refused = || Refusal::bad_request("Badly formed token.");
                let told = Round::read(token).ok_or_else(refused)?;
                let is_new = received.parameter("$deltatoken").is_some();
                Ok(Asked::Round(if is_new {
                    // A finished round is where the next one goes on.
                    Round {
                        from: Some(told.to),
                        to: people.version(),
                        position: 0,
                        pages: 0,
                        ..told
                    }
                } else {
                    told
                }))
            }
        }
    }

    fn delta_page(&self, round: &Round, (people, next): (&[Value], Option<&Round>)) -> Reply {
        let (name, token) = match next {
            Some(next) => ("next", format!("$skiptoken={}", next.token())),
            None => ("delta", format!("$deltatoken={}", round.token())),
        };
        let origin = &self.origin;
        let mut body = Map::new();
        let context = format!(
            "{origin}/v1.0/$metadata#users({})/$delta",
            round.select.join(",")
        );
        body.insert("@odata.context".to_owned(), context.into());
        let link = format!("{origin}/v1.0/users/delta?{token}");
        body.insert(format!("@odata.{name}Link"), link.into());
        body.insert("value".to_owned(), people.to_vec().into());
        let body = Value::Object(body).to_string();
        Reply::json("users.delta", 200, body).with("content-type", CONTENT_TYPE)
    }

    fn lost(&self, how: Lost) -> Reply {
        let refusal = match how {
            Lost::Location => Refusal::new(410, "Gone", "Resync required."),
            Lost::SyncStateNotFound => {
                Refusal::new(410, "syncStateNotFound", "The sync state is not found.")
            }
            Lost::ResyncRequired => Refusal::new(400, "resyncRequired", "Resync required."),
        };
        let reply = self.refuse(&refusal);
        if how != Lost::Location {
            return reply;
        }
        let location = format!("{}/v1.0/users/delta?$deltatoken=", self.origin);
        reply.with("location", location)
    }
}

/// What a request asks for.
enum Asked {
    Round(Round),
    /// The token of this moment and nobody.
    Latest(Round),
}

fn selected(value: &str) -> Result<Vec<String>, Refusal> {
    let names: Vec<&str> = value.split(',').map(str::trim).collect();
    let attributes: Vec<&str> = names.iter().copied().filter(|n| *n != "manager").collect();
    let mut select = members(&attributes.join(","))?;
    let is_untracked =
        |name: &&String| people::is_single_only(name) || UNTRACKED.contains(&name.as_str());
    if let Some(name) = select.iter().find(is_untracked) {
        let message = format!("The property '{name}' is not supported in a delta query.");
        return Err(Refusal::unsupported_query(message));
    }
    if names.contains(&"manager") {
        select.push("manager".to_owned());
    }
    Ok(select)
}

/// A person as a delta tells of them.
fn user(
    people: &People,
    who: Who,
    select: &[String],
    (changes, is_new, is_minimal): (&[&Change], bool, bool),
) -> Value {
    let id = people.id(who);
    if !people.is_here(who) {
        return json!({ "id": id, "@removed": { "reason": "changed" } });
    }
    let is_new = is_new || changes.iter().any(|change| change.what == What::Added);
    let has_changed = |name: &str| {
        let mut members = changes.iter();
        members.any(|change| matches!(&change.what, What::Member(member) if **member == *name))
    };
    let mut user = Map::new();
    for name in select.iter().filter(|name| *name != "manager") {
        let value = people.member(who, name).unwrap_or_default();
        let is_told = has_changed(name) || (!value.is_null() && (is_new || !is_minimal));
        if is_told {
            user.insert(name.clone(), value);
        }
    }
    if select.iter().any(|name| name == "manager") {
        let told = managers(people, who, (changes, is_new));
        user.extend((!told.is_empty()).then(|| ("manager@delta".to_owned(), told.into())));
    }
    user.insert("id".to_owned(), id.into());
    Value::Object(user)
}

/// What is told of the manager: whom they no longer have, then whom they have.
fn managers(people: &People, who: Who, (changes, is_new): (&[&Change], bool)) -> Vec<Value> {
    let entry = |manager| match manager {
        Manager::Person(leader) => Some(people.id(leader)),
        Manager::Dangling => Some(people.dangling_id(who)),
        Manager::Nobody => None,
    };
    let user = |id: String| json!({ "@odata.type": "#microsoft.graph.user", "id": id });
    let now = entry(people.manager(who));
    let mut told = Vec::new();
    for change in changes {
        let What::Manager(before) = change.what else {
            continue;
        };
        told.extend(
            entry(before)
                .filter(|id| Some(id) != now.as_ref())
                .map(|id| {
                    let mut removed = user(id);
                    set(&mut removed, "@removed", json!({ "reason": "deleted" }));
                    removed
                }),
        );
    }
    let is_told = is_new || changes.iter().any(|c| matches!(c.what, What::Manager(_)));
    told.extend(now.filter(|_| is_told).map(user));
    told
}

fn page_size(received: &Received) -> usize {
    let prefer = received.header("prefer").unwrap_or_default();
    let mut sizes = prefer.split(',').filter_map(|part| {
        let (name, size) = part.trim().split_once('=')?;
        name.eq_ignore_ascii_case("odata.maxpagesize")
            .then(|| size.trim().parse().ok())?
    });
    sizes.next_back().unwrap_or(DEFAULT_PAGE).clamp(1, 999)
}

fn prefers(received: &Received, wish: &str) -> bool {
    let prefer = received.header("prefer").unwrap_or_default();
    prefer
        .split(',')
        .any(|part| part.trim().eq_ignore_ascii_case(wish))
}

#[cfg(test)]
mod tests;
