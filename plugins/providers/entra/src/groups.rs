//! Groups that limit who takes part: their ids, and whether a single person is in one.
//!
//! A group is given by its id or its display name; a name that no group or several groups have
//! ends the conversation, because a wrong group would look like a mass departure. Nested groups
//! count, in listings and for single people alike.

use attune_plugin::Problem;
use attune_plugin::provider::{Document, Locator, Path, Person, Relation, Request, Turn};
use serde::{Deserialize, Serialize};

use crate::conversation::{Answer, Conversation, Task};
use crate::listing::{Listing, Page, users_and_link};
use crate::lookup::is_guid;
use crate::options::API;
use crate::person;
use crate::reading::{eventual, literal, plain};

/// A group of which only the name is known.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    name: String,
}

impl Group {
    pub(crate) fn request(&self, id: u32) -> Request {
        let path = Path::new("/v1.0/groups")
            .query(
                "$filter",
                &format!("displayName eq {}", literal(&self.name)),
            )
            .query("$select", "id,displayName")
            .query("$top", "2");
        plain(id, path)
    }
}

/// A person found, of whom it is not yet known whether they are in one of the groups.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Membership {
    key: String,
    names: Vec<String>,
    document: String,
    relations: Vec<(String, String)>,
    link: Option<String>,
}

impl Membership {
    pub(crate) fn request(&self, id: u32) -> Request {
        if let Some(link) = &self.link {
            return eventual(id, Locator::Link(API.to_owned(), link.clone()));
        }
        let path = Path::new("/v1.0/users")
            .segment(&self.key)
            .segment("transitiveMemberOf")
            .segment("microsoft.graph.group")
            .query("$select", "id")
            .query("$count", "true")
            .query("$top", "999");
        eventual(id, Locator::Endpoint(API.to_owned(), path.into_string()))
    }

    fn into_person(self, in_scope: bool) -> Person {
        let mut person = Person::whole(self.key, Document::Json(self.document));
        person.names = self.names;
        person.in_scope = Some(in_scope);
        person.relations = self
            .relations
            .into_iter()
            .map(|(role, name)| Relation { role, name })
            .collect();
        person
    }
}

impl Conversation {
    /// Queues what has to be known of the groups before anything else.
    pub(crate) fn begin_groups(&mut self, groups: Vec<String>) {
        for name in groups {
            if is_guid(&name) {
                self.group_known(name);
            } else {
                self.queue_last(Task::Group(Group { name }));
            }
        }
    }

    fn group_known(&mut self, id: String) {
        if self.lists_members {
            self.queue_last(Task::Page(Page::first(Listing::Members(id.clone()))));
        }
        self.groups.push(id);
    }

    pub(crate) fn group_replied(&mut self, group: Group, answer: &Answer) -> Result<(), Problem> {
        let purpose = &answer.purpose;
        let (found, _) = users_and_link(answer.body()?, purpose)?;
        let name = group.name;
        let message = match found.as_slice() {
            [one] => {
                self.group_known(person::read_id(one, purpose)?);
                return Ok(());
            }
            [] => format!("there is no group `{name}`"),
            _ => format!("several groups are called `{name}`; give the id of one"),
        };
        Err(Problem::new("options", message).at(name))
    }

    /// Keeps a person until their groups are known.
    pub(crate) fn ask_membership(&mut self, found: Person, body: &str) {
        let document = match found.document {
            Document::Slice(start, end) => body
                .get(start as usize..end as usize)
                .unwrap_or_default()
                .to_owned(),
            Document::Json(text) => text,
            Document::Entry(_) | Document::Nothing => String::new(),
        };
        let membership = Membership {
            key: found.key,
            names: found.names,
            document,
            relations: found
                .relations
                .into_iter()
                .map(|relation| (relation.role, relation.name))
                .collect(),
            link: None,
        };
        self.queue_next(Task::Membership(Box::new(membership)));
    }

    pub(crate) fn membership_replied(
        &mut self,
        mut held: Box<Membership>,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let purpose = &answer.purpose;
        let (groups, link) = users_and_link(answer.body()?, purpose)?;
        let mut is_member = false;
        for group in groups {
            let id = person::read_id(group, purpose)?;
            is_member |= self
                .groups
                .iter()
                .any(|known| known.eq_ignore_ascii_case(&id));
        }
        match link {
            Some(link) if !is_member => {
                self.follow(&link, purpose)?;
                held.link = Some(link);
                self.queue_next(Task::Membership(held));
            }
            _ => self.deliver(vec![held.into_person(is_member)], turn),
        }
        Ok(())
    }
}
