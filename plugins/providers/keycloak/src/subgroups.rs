//! Sub-groups: whoever is in one is in the group above it.
//!
//! Since version 23 a group says how many sub-groups it has, and they are asked for page by page;
//! before, they came with it. Invariant: each group is taken in once, however they hold each other.

use attune_plugin::Problem;
use attune_plugin::provider::{HttpResponse, Path};
use serde::{Deserialize, Serialize};

use crate::Options;
use crate::conversation::{Conversation, Task};
use crate::groups::Found;
use crate::listing::{Listing, Page};
use crate::reply::{self, Purpose, Words};
use crate::window::Window;

/// More groups than a scope has; their ids are kept.
const GROUPS_MAX: usize = 5_000;
/// Keycloak's own limit of a path is far below.
pub(crate) const DEPTH_MAX: usize = 50;

/// A page of the sub-groups of a group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Children {
    of: String,
    window: Window,
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

impl Conversation {
    pub(crate) fn branch_replied(
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

    pub(crate) fn children_replied(
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
}
