//! Groups that limit who takes part, and the groups inside of them.
//!
//! A group is given by its display name or its id; a name that no group or several groups have ends
//! the conversation, because a wrong group would look like a mass departure.

use attune_plugin::Problem;
use attune_plugin::provider::{Path, Request, Turn};
use serde::{Deserialize, Serialize};

use crate::conversation::{Answer, Conversation, Errand, Task};
use crate::list::{self, List};
use crate::person::text;
use crate::reading::{get, literal};
use crate::reply;

/// A group to be asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    /// As the connector file has it.
    name: String,
    step: Step,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Step {
    /// The groups of that display name.
    Named,
    /// The group of that id, with its members.
    Known(String),
    /// A group inside of another.
    Inner(String),
}

impl Group {
    pub(crate) fn request(&self, id: u32) -> Request {
        let path = Path::new("/Groups");
        get(
            id,
            match &self.step {
                Step::Named => path
                    .query("filter", &format!("displayName eq {}", literal(&self.name)))
                    .query("excludedAttributes", "members"),
                Step::Known(group) | Step::Inner(group) => path.segment(group),
            },
        )
    }
}

impl Conversation {
    /// Queues what has to be known of the groups before anything else.
    pub(crate) fn begin_groups(&mut self, names: Vec<String>) {
        for name in names {
            let step = Step::Named;
            self.ask_group(Group { name, step });
        }
    }

    fn ask_group(&mut self, group: Group) {
        self.members.open += 1;
        self.agenda.queue_next(Task::Group(group));
    }

    pub(crate) fn group_replied(
        &mut self,
        group: Group,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        self.members.open = self.members.open.saturating_sub(1);
        let outcome = match group.step.clone() {
            Step::Named => self.names_replied(group, answer),
            Step::Known(_) | Step::Inner(_) => self.members_replied(&group, answer),
        };
        if self.errand == Errand::Probe {
            self.report_groups(outcome, turn);
            return Ok(());
        }
        outcome?;
        if self.members.open == 0 && self.errand != Errand::People {
            self.begin_listing();
        }
        Ok(())
    }

    fn names_replied(&mut self, group: Group, answer: &Answer) -> Result<(), Problem> {
        if answer.is_refused() {
            return self.try_id(group);
        }
        let what = answer.what;
        let list = List::read(answer.body()?, what)?;
        let called = |name: &str, is_same: fn(&str, &str) -> bool| {
            let is_it = |found: &&&str| {
                text(found, "displayName").is_some_and(|display| is_same(&display, name))
            };
            list.resources
                .iter()
                .filter(is_it)
                .copied()
                .collect::<Vec<_>>()
        };
        let mut found = called(&group.name, |one, other| {
            one.to_lowercase() == other.to_lowercase()
        });
        if found.len() > 1 {
            let exact = called(&group.name, |one, other| one == other);
            found = if exact.is_empty() { found } else { exact };
        }
        match found.as_slice() {
            [one] => {
                let step = Step::Known(list::id(one, what)?);
                self.ask_group(Group { step, ..group });
                Ok(())
            }
            [] if list.is_all() => self.try_id(group),
            [] => {
                let message = format!(
                    "the service lists groups of other names than `{}`; give the group's id",
                    group.name
                );
                Err(Problem::new("options", message).at(group.name))
            }
            _ => {
                let message = format!(
                    "several groups are called `{}`; give the id of one",
                    group.name
                );
                Err(Problem::new("options", message).at(group.name))
            }
        }
    }

    /// Nobody calls a group so: it may be an id.
    fn try_id(&mut self, group: Group) -> Result<(), Problem> {
        if group.name.is_empty() || group.name.chars().all(|c| c == '.') {
            return Err(no_group(&group.name));
        }
        let step = Step::Known(group.name.clone());
        self.ask_group(Group { step, ..group });
        Ok(())
    }

    fn members_replied(&mut self, group: &Group, answer: &Answer) -> Result<(), Problem> {
        let response = &answer.response;
        let is_inner = matches!(group.step, Step::Inner(_));
        if reply::is_absent(response) || reply::status(response) == 400 && !is_inner {
            // An inner group was removed meanwhile.
            return if is_inner {
                Ok(())
            } else {
                Err(no_group(&group.name))
            };
        }
        let body = answer.body()?;
        let id = list::id(body.trim(), answer.what)?;
        for inner in self.members.read(&id, body, is_inner, answer.what)? {
            self.ask_group(Group {
                name: group.name.clone(),
                step: Step::Inner(inner),
            });
        }
        Ok(())
    }
}

fn no_group(name: &str) -> Problem {
    let message = format!("there is no group `{name}`, neither of that name nor of that id");
    Problem::new("options", message).at(name)
}
