//! Groups that limit who takes part: what their ids are.
//!
//! A group is given by its id or its name; a name that no group or several groups have ends the
//! conversation, because a wrong group would look like a mass departure. Okta has no groups in
//! groups. Whether a single person is in one is asked in `found`.

use attune_plugin::Problem;
use attune_plugin::provider::{Path, Request, json};
use serde::{Deserialize, Serialize};

use crate::conversation::{Answer, Conversation, Task};
use crate::listing::Listing;
use crate::person::read_id;
use crate::reading::{literal, plain};
use crate::reply::{OktaError, Purpose, odd};

/// A group as the connector file names it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) name: String,
}

impl Group {
    pub(crate) fn request(&self, id: u32) -> Request {
        let path = Path::new("/api/v1/groups");
        plain(
            id,
            if self.is_id() {
                path.segment(&self.name)
            } else {
                path.query("limit", "200").query(
                    "search",
                    &format!("profile.name eq {}", literal(&self.name)),
                )
            },
        )
    }

    fn is_id(&self) -> bool {
        self.name.len() == 20
            && self.name.starts_with("00g")
            && self.name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    }

    fn problem(&self, message: impl std::fmt::Display) -> Problem {
        Problem::new("options", message).at(&self.name)
    }

    /// The one group of a search's answer that is called so.
    fn found(&self, body: &str, purpose: &Purpose) -> Result<String, Problem> {
        let elements = json::elements(body).map_err(|error| odd(purpose, error))?;
        let mut exact = Vec::new();
        let mut loose = Vec::new();
        for element in elements {
            let name = name_of(element, purpose)?;
            if name == self.name {
                exact.push(element);
            } else if name.to_lowercase() == self.name.to_lowercase() {
                loose.push(element);
            }
        }
        let name = &self.name;
        match (exact.as_slice(), loose.as_slice()) {
            ([one], _) | ([], [one]) => read_id(one, purpose),
            ([], []) => Err(self.problem(format!("there is no group `{name}`"))),
            _ => Err(self.problem(format!(
                "several groups are called `{name}`; give the id of one"
            ))),
        }
    }
}

impl Conversation {
    /// Queues what has to be known of the groups before anything else.
    pub(crate) fn begin_groups(&mut self, groups: Vec<String>) {
        for name in groups {
            self.agenda.queue_last(Task::Group(Group { name }));
        }
    }

    pub(crate) fn group_replied(&mut self, group: &Group, answer: &Answer) -> Result<(), Problem> {
        let purpose = &answer.purpose;
        let is_missing = answer.response.status == 404 && group.is_id();
        if is_missing && OktaError::read(&answer.response).is_not_found() {
            let message = format!("there is no group of the id `{}`", group.name);
            return Err(group.problem(message));
        }
        let body = answer.body()?;
        let id = if group.is_id() {
            read_id(body.trim(), purpose)?
        } else {
            group.found(body, purpose)?
        };
        if self.groups.contains(&id) {
            // Named twice, by id and by name: its pages are asked for once.
            return Ok(());
        }
        if self.lists_members {
            self.queue_page(Listing::Members(id.clone()));
        }
        self.groups.push(id);
        Ok(())
    }
}

fn name_of(group: &str, purpose: &Purpose) -> Result<String, Problem> {
    let inside = |object, name| {
        let [found] = json::members(object, [name]).map_err(|error| odd(purpose, error))?;
        found.ok_or_else(|| odd(purpose, format!("a group has no `{name}`")))
    };
    let name = inside(inside(group, "profile")?, "name")?;
    json::string(name).ok_or_else(|| odd(purpose, "a group's name is no text"))
}
