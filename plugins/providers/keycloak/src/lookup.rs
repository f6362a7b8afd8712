//! Single people, by id, user name or mail address.
//!
//! Whatever has the form of an id is asked for as one first. Then comes the exact search for the user
//! name, and for a name with an `@` also that for the address: both may find somebody, and they need
//! not be the same. Old versions take `exact` for nothing and find parts of words, so what was found
//! is compared here. Who is found by no question is absent, by Keycloak's own word each time; the
//! account of a client is nobody.

use attune_plugin::Problem;
use attune_plugin::provider::{Held, HttpResponse, Path, Person, Seen, Turn, json};
use serde::{Deserialize, Serialize};

use crate::Options;
use crate::conversation::{Conversation, Task};
use crate::membership::Membership;
use crate::person::{self, User};
use crate::reply::{self, Purpose, Words, odd};

/// User name and address are columns of 255 characters.
const NAME_CHARS_MAX: usize = 255;
/// A name that more people have parts of than this cannot be told apart without `exact`.
const FOUND_MAX: usize = 100;

/// One person to be looked up.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Lookup {
    name: String,
    step: Step,
    found: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Step {
    Id,
    Username,
    Email,
}

/// A person found, of whom it is not yet known whether they meet the query.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Scope {
    held: Held,
    username: String,
}

impl Lookup {
    fn of(name: String) -> Self {
        let step = if is_id(&name) {
            Step::Id
        } else {
            Step::Username
        };
        Self {
            name,
            step,
            found: false,
        }
    }

    pub(crate) fn path(&self, options: &Options) -> Path {
        let users = options.admin().segment("users");
        let search =
            |by: &str| search(options, by, &self.name).query("briefRepresentation", "false");
        match self.step {
            Step::Id => users.segment(&self.name),
            Step::Username => search("username"),
            Step::Email => search("email"),
        }
    }

    fn is(&self, user: &User) -> bool {
        let given = match self.step {
            Step::Id => &user.person.key,
            Step::Username => &user.username,
            Step::Email => &user.email,
        };
        given.to_lowercase() == self.name.to_lowercase()
    }

    /// The next question, unless this was the last.
    fn next(mut self) -> Option<Self> {
        self.step = match self.step {
            Step::Id if self.found => return None,
            Step::Id => Step::Username,
            Step::Username if self.name.contains('@') => Step::Email,
            Step::Username | Step::Email => return None,
        };
        Some(self)
    }
}

impl Scope {
    pub(crate) fn path(&self, options: &Options) -> Path {
        search(options, "username", &self.username)
            .query("briefRepresentation", "true")
            .query("q", options.query().unwrap_or_default())
    }
}

fn search(options: &Options, by: &str, name: &str) -> Path {
    let users = options.admin().segment("users");
    users
        .query(by, name)
        .query("exact", "true")
        .query("max", &FOUND_MAX.to_string())
}

impl Conversation {
    pub(crate) fn begin_lookups(&mut self, names: Vec<String>, turn: &mut Turn) {
        let is_possible = |name: &String| {
            let is_of_length = (1..=NAME_CHARS_MAX).contains(&name.chars().count());
            is_of_length && !name.trim().is_empty() && !name.chars().any(char::is_control)
        };
        let (possible, impossible): (Vec<_>, Vec<_>) = names.into_iter().partition(is_possible);
        turn.absent(impossible);
        for name in Seen::default().admit(possible) {
            self.agenda.queue_last(Task::Lookup(Lookup::of(name)));
        }
    }

    pub(crate) fn lookup_replied(
        &mut self,
        mut lookup: Lookup,
        options: &Options,
        (response, purpose): (&HttpResponse, Purpose),
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let is_missing = lookup.step == Step::Id && is_nobody(response);
        if !is_missing {
            let body = reply::body(response, purpose)?;
            let users = match lookup.step {
                Step::Id => vec![body.trim()],
                Step::Username | Step::Email => {
                    json::elements(body).map_err(|error| odd(purpose, error))?
                }
            };
            let is_full = users.len() >= FOUND_MAX;
            for user in users {
                let user = person::read(body, user, purpose)?;
                if lookup.is(&user) && !user.is_service {
                    lookup.found = true;
                    self.found(user, options, body, turn);
                }
            }
            if is_full && !lookup.found {
                let why = format!(
                    "more than {FOUND_MAX} users have a part of `{}` in their names",
                    lookup.name
                );
                return Err(odd(purpose, why));
            }
        }
        let (name, found) = (lookup.name.clone(), lookup.found);
        match lookup.next() {
            Some(next) => self.agenda.queue_next(Task::Lookup(next)),
            None if !found => turn.absent(vec![name]),
            None => {}
        }
        Ok(())
    }

    /// Hands over somebody, once however many names led to them; where it is not known whether they
    /// take part, that is asked first.
    fn found(&mut self, user: User, options: &Options, body: &str, turn: &mut Turn) {
        let User {
            person, username, ..
        } = user;
        if !self.answered.is_new(&person.key) {
            return;
        }
        let held = |person: Person| Held::of(person, body);
        if self.groups.are_asked_for() {
            let asked = Membership::of(held(person));
            self.agenda.queue_next(Task::Membership(Box::new(asked)));
        } else if options.query().is_some() {
            let held = held(person);
            let scope = Scope { held, username };
            self.agenda.queue_next(Task::Scope(Box::new(scope)));
        } else {
            self.deliver(vec![person], turn);
        }
    }

    pub(crate) fn scope_replied(
        &mut self,
        scope: Scope,
        (response, purpose): (&HttpResponse, Purpose),
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let (body, users) = reply::list(response, purpose)?;
        let mut in_scope = false;
        for user in users {
            in_scope |= person::read(body, user, purpose)?.person.key == scope.held.key();
        }
        self.deliver(vec![scope.held.release(in_scope)], turn);
        Ok(())
    }
}

/// Whether an answer says that nobody has this id. A 404 of anybody else's is no such word.
pub(crate) fn is_nobody(response: &HttpResponse) -> bool {
    response.status == 404 && Words::of(response).is_no_user()
}

/// Ids are GUIDs, or `f:provider:name` of a user federation without import.
fn is_id(name: &str) -> bool {
    is_guid(name) || name.starts_with("f:")
}

/// Whether a text has the form of an id.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_hexdigit(),
        })
}
