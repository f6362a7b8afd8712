//! Groups that limit who takes part: which they are.
//!
//! A group is given by its address, an alias, its id or its name; one that nobody knows, or a name
//! that several have, ends the conversation, because a wrong group would look like a mass departure.
//! Who is in them is `members`.

use attune_plugin::Problem;
use attune_plugin::provider::{Finding, Path, Request, Seen, Turn, json};
use serde::{Deserialize, Serialize};

use crate::conversation::{Answer, Conversation, Task};
use crate::lookup::is_possible_key;
use crate::members::Members;
use crate::options::GROUPS;
use crate::person;
use crate::reading::{BASE, Reading, get, literal, with_token};
use crate::reply::{self, GoogleError, odd};

/// The description's own limit.
const PAGE_SIZE: &str = "200";

/// A group of which only the name is known.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    name: String,
    /// Not a key: looked for by its name.
    by_name: bool,
    token: Option<String>,
    /// Ids of the groups of that name so far.
    found: Vec<String>,
}

impl Group {
    pub(crate) fn request(&self, id: u32, reading: &Reading) -> Request {
        let path = Path::new(&format!("{BASE}/groups"));
        if !self.by_name {
            return get(id, path.segment(&self.name).query("fields", "id"), GROUPS);
        }
        let path = reading
            .of_whom(path)
            .query("maxResults", PAGE_SIZE)
            .query("fields", "kind,nextPageToken,groups(id,name)")
            .query("query", &format!("name={}", literal(&self.name)));
        get(id, with_token(path, self.token.as_deref()), GROUPS)
    }
}

impl Conversation {
    /// Queues what has to be known of the groups before anything else.
    pub(crate) fn begin_groups(&mut self, groups: Vec<String>) {
        let mut once = Seen::default();
        for name in once.admit(groups) {
            self.queue_last(Task::Group(Group {
                by_name: !is_possible_key(&name),
                name,
                token: None,
                found: Vec::new(),
            }));
        }
    }

    pub(crate) fn group_replied(
        &mut self,
        group: Group,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let outcome = if group.by_name {
            self.groups_found(group, answer)
        } else {
            self.group_got(group, answer)
        };
        self.unless_probing(outcome, answer, turn)
    }

    fn group_got(&mut self, mut group: Group, answer: &Answer) -> Result<(), Problem> {
        let error = GoogleError::read(&answer.response);
        let is_unknown = match answer.response.status {
            404 => error.is_not_found(),
            400 => error.is_no_key(),
            // Of a group outside of the customer, or of a word that is no key.
            403 => error.is_forbidden() && !group.name.contains('@'),
            _ => false,
        };
        if !is_unknown {
            let id = person::read_id(answer.body()?, &answer.purpose)?;
            self.group_known(id);
        } else if group.name.contains('@') {
            return Err(no_group(&group.name));
        } else {
            group.by_name = true;
            self.queue_next(Task::Group(group));
        }
        Ok(())
    }

    fn groups_found(&mut self, mut group: Group, answer: &Answer) -> Result<(), Problem> {
        let purpose = &answer.purpose;
        let (groups, token) = reply::page(answer.body()?, "groups", purpose)?;
        for one in groups {
            let [name] = json::members(one, ["name"]).map_err(|error| odd(purpose, error))?;
            let name = name.and_then(json::string).unwrap_or_default();
            if name.eq_ignore_ascii_case(&group.name) {
                group.found.push(person::read_id(one, purpose)?);
            }
        }
        if let Some(token) = token {
            // The last page may be full and lead to an empty one.
            self.follow(&group.name, &token, purpose)?;
            group.token = Some(token);
            self.queue_next(Task::Group(group));
            return Ok(());
        }
        let name = &group.name;
        match group.found.as_slice() {
            [one] => {
                self.group_known(one.clone());
                Ok(())
            }
            [] => Err(no_group(name)),
            _ => {
                let message =
                    format!("several groups are called `{name}`; give the address of one");
                Err(Problem::option(name, message))
            }
        }
    }

    fn group_known(&mut self, id: String) {
        let roster = self.roster.get_or_insert_default();
        if roster.is_new(&id) {
            self.queue_next(Task::Members(Members::first(id)));
        }
    }

    /// A probe tells what is wrong with a group and goes on.
    pub(crate) fn unless_probing(
        &self,
        outcome: Result<(), Problem>,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        match outcome {
            Err(problem) if self.probes => {
                let fix = match problem.code.as_str() {
                    "permission" => reply::fix(&answer.response, &answer.purpose),
                    _ => "give the group's address or its exact name".to_owned(),
                };
                turn.finding(Finding::bad("groups", problem.message, fix));
                Ok(())
            }
            outcome => outcome,
        }
    }
}

fn no_group(name: &str) -> Problem {
    Problem::option(name, format!("there is no group `{name}`"))
}
