//! Groups that limit who takes part, and how they are found.
//!
//! A group is given by its path (`/sales/emea`), its id, or its name; a name that no group or several
//! groups have ends the conversation, because a wrong group would look like a mass departure.

use attune_plugin::Problem;
use attune_plugin::provider::{HttpResponse, Path, json};
use serde::{Deserialize, Serialize};

use crate::Options;
use crate::conversation::{Conversation, Task};
use crate::lookup::is_guid;
use crate::reply::{self, Purpose, odd};
use crate::subgroups::DEPTH_MAX;

/// The groups that limit who takes part.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Groups {
    /// With all their sub-groups.
    pub(crate) ids: Vec<String>,
    /// Whether the members are listed, rather than single people held against the groups.
    pub(crate) lists_members: bool,
}

/// A group of which only name or path is known.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    given: String,
}

impl Groups {
    pub(crate) fn of(lists_members: bool) -> Self {
        Self {
            ids: Vec::new(),
            lists_members,
        }
    }

    pub(crate) fn are_asked_for(&self) -> bool {
        !self.ids.is_empty()
    }
}

impl Group {
    pub(crate) fn path(&self, options: &Options) -> Path {
        options
            .admin()
            .segment("groups")
            .query("search", &self.name())
            .query("exact", "true")
            .query("briefRepresentation", "true")
    }

    /// The last name of a path; a slash within a name is written `~/`.
    fn name(&self) -> String {
        let Some(path) = self.given.strip_prefix('/') else {
            return self.given.clone();
        };
        let mut name = String::new();
        let mut last = ' ';
        for c in path.chars() {
            match (last, c) {
                ('~', '/') => {
                    name.pop();
                    name.push('/');
                }
                (_, '/') => name.clear(),
                (_, c) => name.push(c),
            }
            last = c;
        }
        name
    }

    fn is(&self, found: &Found) -> bool {
        if self.given.starts_with('/') {
            found.path == self.given
        } else {
            found.name == self.given
        }
    }
}

/// A group as Keycloak shows it.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    pub(crate) id: String,
    name: String,
    path: String,
    /// How many sub-groups it has, where it says so.
    pub(crate) children: Option<u64>,
    pub(crate) inside: Vec<&'a str>,
}

impl<'a> Found<'a> {
    pub(crate) fn read(group: &'a str, purpose: Purpose) -> Result<Self, Problem> {
        let names = ["id", "name", "path", "subGroupCount", "subGroups"];
        let [id, name, path, count, inside] =
            json::members(group, names).map_err(|error| odd(purpose, error))?;
        let text = |raw: Option<&str>| raw.and_then(json::string).unwrap_or_default();
        let inside = inside
            .filter(|raw| *raw != "null")
            .map(json::elements)
            .transpose();
        let found = Self {
            id: text(id),
            name: text(name),
            path: text(path),
            children: count.and_then(|raw| raw.parse().ok()),
            inside: inside
                .map_err(|error| odd(purpose, error))?
                .unwrap_or_default(),
        };
        if found.id.is_empty() {
            return Err(odd(purpose, "a group has no id"));
        }
        Ok(found)
    }
}

impl Conversation {
    /// Queues what has to be known of the groups before anything else.
    pub(crate) fn begin_groups(&mut self, groups: Vec<String>) {
        for given in groups {
            self.agenda.queue_last(if is_guid(&given) {
                Task::Branch(given)
            } else {
                Task::Group(Group { given })
            });
        }
    }

    pub(crate) fn group_replied(
        &mut self,
        task: Task,
        answer: (&HttpResponse, Purpose),
    ) -> Result<(), Problem> {
        match task {
            Task::Group(group) => self.named_replied(&group, answer),
            Task::Branch(id) => self.branch_replied(&id, answer),
            Task::Children(children) => self.children_replied(children, answer),
            _ => Ok(()),
        }
    }

    fn named_replied(
        &mut self,
        group: &Group,
        (response, purpose): (&HttpResponse, Purpose),
    ) -> Result<(), Problem> {
        let (_, tops) = reply::list(response, purpose)?;
        let mut fitting = Vec::new();
        // What is found comes within the groups above it.
        let mut level = tops;
        for _ in 0..DEPTH_MAX {
            let mut below = Vec::new();
            for raw in level {
                let found = Found::read(raw, purpose)?;
                below.extend(found.inside.iter().copied());
                if group.is(&found) {
                    fitting.push((found.id, found.path));
                }
            }
            level = below;
        }
        let given = &group.given;
        let message = match fitting.as_slice() {
            [(id, _)] => {
                self.agenda.queue_next(Task::Branch(id.clone()));
                return Ok(());
            }
            [] => format!("there is no group `{given}` that the service account may see"),
            several => {
                let paths: Vec<&str> = several.iter().map(|(_, path)| path.as_str()).collect();
                let paths = paths.join(", ");
                format!("several groups are called `{given}`; give the path of one: {paths}")
            }
        };
        Err(Problem::new("options", message).at(given))
    }
}
