//! Whether a single person is in one of the groups of the scope, or in a sub-group of one.

use attune_plugin::Problem;
use attune_plugin::provider::{Held, HttpResponse, Path, Turn};
use serde::{Deserialize, Serialize};

use crate::Options;
use crate::conversation::{Conversation, Task};
use crate::groups::Found;
use crate::lookup::is_nobody;
use crate::reply::{self, Purpose};
use crate::window::Window;

/// A person found, of whom it is not yet known whether they are in one of the groups.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Membership {
    held: Held,
    window: Window,
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

impl Conversation {
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
