//! Who is in the groups.
//!
//! Members of nested groups count (`includeDerivedMembership`).
//!
//! Members are kept as a set of marks and the users are listed and held against it, rather than got
//! one by one: a page of users holds five hundred people, so listing is the cheaper way unless a
//! directory is hundreds of times as large as its groups; the option `query` is obeyed; and members
//! from outside of the customer, whom `users.get` answers with a 403 as if a permission were missing,
//! are simply not among the users.

use attune_plugin::Problem;
use attune_plugin::provider::{Finding, Path, Person, Request, Seen, Turn, json};
use serde::{Deserialize, Serialize};

use crate::conversation::{Answer, Conversation, Task};
use crate::options::GROUPS;
use crate::reading::{BASE, get, with_token};
use crate::reply::{self, Purpose, odd};

/// The description's own limit.
const PAGE_SIZE: &str = "200";

/// A page of a group's members.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Members {
    /// The group's id.
    group: String,
    token: Option<String>,
}

impl Members {
    /// The first page of the group of that id.
    pub(crate) fn first(group: String) -> Self {
        Self { group, token: None }
    }

    pub(crate) fn request(&self, id: u32) -> Request {
        let path = Path::new(&format!("{BASE}/groups"))
            .segment(&self.group)
            .segment("members")
            .query("includeDerivedMembership", "true")
            .query("maxResults", PAGE_SIZE)
            .query("fields", "kind,nextPageToken,members(id,email,type)");
        get(id, with_token(path, self.token.as_deref()), GROUPS)
    }
}

/// Who is in the groups.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Roster {
    /// The ids of the groups.
    groups: Vec<String>,
    /// Ids, or addresses of those who have none.
    members: Seen,
    /// "All users of the organisation" is a member.
    has_everyone: bool,
}

impl Roster {
    /// Whether the group of that id was not met before.
    pub(crate) fn is_new(&mut self, group: &str) -> bool {
        let is_new = !self.groups.iter().any(|known| known == group);
        if is_new {
            self.groups.push(group.to_owned());
        }
        is_new
    }

    /// Who of these is in one of the groups.
    pub(crate) fn has(&self, people: &[Person]) -> Vec<bool> {
        if self.has_everyone {
            return vec![true; people.len()];
        }
        let names = |person: &Person| 1 + person.names.len();
        let all: Vec<String> = people
            .iter()
            .flat_map(|person| std::iter::once(&person.key).chain(&person.names))
            .cloned()
            .collect();
        let mut known = self.members.knows(&all).into_iter();
        people
            .iter()
            .map(|person| {
                let known: Vec<bool> = known.by_ref().take(names(person)).collect();
                known.contains(&true)
            })
            .collect()
    }

    fn admit(&mut self, member: &str, purpose: &Purpose) -> Result<Option<String>, Problem> {
        let [id, email, kind] =
            json::members(member, ["id", "email", "type"]).map_err(|error| odd(purpose, error))?;
        let text = |raw: Option<&str>| raw.and_then(json::string).filter(|text| !text.is_empty());
        match text(kind).as_deref() {
            // Those in it come by themselves.
            Some("GROUP") => return Ok(None),
            Some("CUSTOMER") => {
                self.has_everyone = true;
                return Ok(None);
            }
            _ => {}
        }
        let name = text(id).or_else(|| text(email));
        name.map(Some)
            .ok_or_else(|| odd(purpose, "a member has neither id nor address"))
    }
}

impl Conversation {
    pub(crate) fn members_replied(
        &mut self,
        members: Members,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let outcome = self.members_read(members, answer);
        if self.probes && outcome.is_ok() {
            let message = "the members of the groups can be listed";
            if self.answered.is_new(message) {
                turn.finding(Finding::good(GROUPS, message));
            }
        }
        self.unless_probing(outcome, answer, turn)
    }

    fn members_read(&mut self, mut members: Members, answer: &Answer) -> Result<(), Problem> {
        let purpose = &answer.purpose;
        let (listed, token) = reply::page(answer.body()?, "members", purpose)?;
        let roster = self.roster.get_or_insert_default();
        if roster.members.is_full() {
            let message = "the groups have more members together than can be kept apart; leave \
                           the groups out and use the option `query`";
            return Err(Problem::new("unsupported", message).at("groups"));
        }
        let mut names = Vec::with_capacity(listed.len());
        for member in listed {
            names.extend(roster.admit(member, purpose)?);
        }
        roster.members.admit(names);
        match token {
            // A probe has seen enough.
            Some(token) if !self.probes => {
                self.follow(&members.group, &token, purpose)?;
                members.token = Some(token);
                self.queue_next(Task::Members(members));
            }
            _ => {}
        }
        Ok(())
    }
}
