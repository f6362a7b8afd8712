//! Groups that limit who takes part: their ids with all sub-groups, and whether a person is in one.
//!
//! A group is given by its path (`/sales/emea`), its id, or its name; a name that no group or several
//! groups have ends the conversation, because a wrong group would look like a mass departure. Since
//! version 23 a group says how many sub-groups it has and they are asked for page by page; before,
//! they came with it.

use attune_plugin::Problem;
use attune_plugin::provider::{Held, HttpResponse, Path, Turn, json};
use serde::{Deserialize, Serialize};

use crate::Options;
use crate::conversation::{Conversation, Task};
use crate::listing::{Listing, Page};
use crate::lookup::{is_guid, is_nobody};
use crate::reply::{self, Purpose, Words, odd};
use crate::window::Window;

/// More groups than a scope has; their ids are kept.
const GROUPS_MAX: usize = 5_000;
/// Keycloak's own limit of a path is far below.
const DEPTH_MAX: usize = 50;

/// The groups that limit who takes part.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Groups {
    /// With all their sub-groups.
    ids: Vec<String>,
    /// Whether the members are listed, rather than single people held against the groups.
    lists_members: bool,
}

/// A group of which only name or path is known.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    given: String,
}

/// A page of the sub-groups of a group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Children {
    of: String,
    window: Window,
}

/// A person found, of whom it is not yet known whether they are in one of the groups.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Membership {
    held: Held,
    window: Window,
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

impl Children {
    pub(crate) fn path(&self, options: &Options) -> Path {
        let children = options
            .admin()
            .segment("groups")
            .segment(&self.of)
            .segment("children");
        self.window
            .ask(children)
            .query("briefRepresentation", "true")
    }
}

impl Membership {
    pub(crate) fn of(held: Held) -> Self {
        Self {
            held,
            window: Window::default(),
        }
    }

    pub(crate) fn path(&self, options: &Options) -> Path {
        let groups = options
            .admin()
            .segment("users")
            .segment(self.held.key())
            .segment("groups");
        self.window.ask(groups).query("briefRepresentation", "true")
    }
}

/// A group as Keycloak shows it.
#[derive(Debug)]
struct Found<'a> {
    id: String,
    name: String,
    path: String,
    /// How many sub-groups it has, where it says so.
    children: Option<u64>,
    inside: Vec<&'a str>,
}

impl<'a> Found<'a> {
    fn read(group: &'a str, purpose: Purpose) -> Result<Self, Problem> {
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

    fn branch_replied(
        &mut self,
        id: &str,
        (response, purpose): (&HttpResponse, Purpose),
    ) -> Result<(), Problem> {
        if response.status == 404 && Words::of(response).is_no_group() {
            let message = format!("there is no group with the id `{id}`");
            return Err(Problem::new("options", message).at(id));
        }
        let found = Found::read(reply::body(response, purpose)?, purpose)?;
        let mut level = vec![found];
        for _ in 0..DEPTH_MAX {
            let mut below = Vec::new();
            for found in level {
                self.group_known(&found, purpose)?;
                if found.children.is_none() {
                    for raw in found.inside {
                        below.push(Found::read(raw, purpose)?);
                    }
                }
            }
            level = below;
        }
        Ok(())
    }

    fn children_replied(
        &mut self,
        mut children: Children,
        (response, purpose): (&HttpResponse, Purpose),
    ) -> Result<(), Problem> {
        let (_, groups) = reply::list(response, purpose)?;
        let found = groups
            .into_iter()
            .map(|raw| Found::read(raw, purpose))
            .collect::<Result<Vec<_>, _>>()?;
        let keys: Vec<String> = found.iter().map(|group| group.id.clone()).collect();
        let turned = children.window.turn_over(&keys, purpose.what)?;
        for (group, is_new) in found.into_iter().zip(turned.is_new) {
            match group.children {
                _ if !is_new => {}
                Some(_) => self.group_known(&group, purpose)?,
                None => self.agenda.queue_next(Task::Branch(group.id)),
            }
        }
        if !turned.is_over {
            self.agenda.queue_next(Task::Children(children));
        }
        Ok(())
    }

    /// Takes a group in, once; its sub-groups and its members are asked for.
    fn group_known(&mut self, found: &Found<'_>, purpose: Purpose) -> Result<(), Problem> {
        if self.groups.ids.contains(&found.id) {
            return Ok(());
        }
        if self.groups.ids.len() >= GROUPS_MAX {
            let message = format!("the scope has more than {GROUPS_MAX} groups and sub-groups");
            return Err(Problem::new("unsupported", message).at(purpose.what));
        }
        if found.children.is_some_and(|count| count > 0) {
            let window = Window::default();
            let of = found.id.clone();
            self.agenda
                .queue_next(Task::Children(Children { of, window }));
        }
        if self.groups.lists_members {
            let members = Listing::Members(found.id.clone());
            self.agenda.queue_last(Task::Page(Page::first(members)));
        }
        self.groups.ids.push(found.id.clone());
        Ok(())
    }

    pub(crate) fn membership_replied(
        &mut self,
        mut asked: Box<Membership>,
        (response, purpose): (&HttpResponse, Purpose),
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        if is_nobody(response) {
            // Deleted a moment ago, and in no group any more.
            self.deliver(vec![asked.held.release(false)], turn);
            return Ok(());
        }
        let (_, groups) = reply::list(response, purpose)?;
        let ids = groups
            .into_iter()
            .map(|raw| Found::read(raw, purpose).map(|group| group.id))
            .collect::<Result<Vec<_>, _>>()?;
        let is_member = ids.iter().any(|id| self.groups.ids.contains(id));
        if is_member || asked.window.turn_over(&ids, purpose.what)?.is_over {
            self.deliver(vec![asked.held.release(is_member)], turn);
        } else {
            self.agenda.queue_next(Task::Membership(asked));
        }
        Ok(())
    }
}
