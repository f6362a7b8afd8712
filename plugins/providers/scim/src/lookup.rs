//! Single people, by id, user name, mail address or the id that the client gave them.
//!
//! Services answer few filters in common and hardly any with `or`, so each name is asked for by one
//! question after the other until somebody is found. A question that the service does not know is
//! passed over; who is found by none of those that it answered is absent, by its own word.
//!
//! A service that ignores filters would answer every question with everybody: whoever comes is held
//! against the name once more.

use std::collections::VecDeque;

use attune_plugin::Problem;
use attune_plugin::provider::{Path, Person, Request, Seen, Turn, json};
use serde::{Deserialize, Serialize};

use crate::conversation::{Answer, Conversation, Task};
use crate::list::List;
use crate::options::unsupported;
use crate::person;
use crate::reading::{get, literal};
use crate::reply::{self, ScimError, odd};

/// No id, user name or address is longer.
const NAME_CHARS_MAX: usize = 1024;

/// One person to be looked up.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Lookup {
    name: String,
    questions: VecDeque<Question>,
    /// A member of a group: who is not found was removed meanwhile and is passed over.
    is_member: bool,
    /// Whether the service said anything that only SCIM says.
    is_heard: bool,
    /// Whether it answered a filter.
    is_filtered: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Question {
    Id,
    UserName,
    Mail,
    /// The same in the other notation that the standard has for it.
    MailEntry,
    ExternalId,
}

impl Lookup {
    pub(crate) fn of_member(id: String) -> Self {
        Self::new(id, vec![Question::Id], true)
    }

    fn of_name(name: String) -> Self {
        use Question::{ExternalId, Id, Mail, UserName};
        let questions = if name.contains('@') {
            vec![UserName, Mail, ExternalId, Id]
        } else {
            vec![Id, UserName, ExternalId]
        };
        Self::new(name, questions, false)
    }

    fn new(name: String, mut questions: Vec<Question>, is_member: bool) -> Self {
        if name.chars().all(|c| c == '.') {
            // It would be a step up in the path.
            questions.retain(|question| *question != Question::Id);
        }
        Self {
            name,
            questions: questions.into(),
            is_member,
            is_heard: false,
            is_filtered: false,
        }
    }

    pub(crate) fn request(&self, id: u32) -> Request {
        let path = Path::new("/Users");
        let name = literal(&self.name);
        let filter = match self.questions.front() {
            None | Some(Question::Id) => return get(id, path.segment(&self.name)),
            Some(Question::UserName) => format!("userName eq {name}"),
            Some(Question::Mail) => format!("emails.value eq {name}"),
            Some(Question::MailEntry) => format!("emails[value eq {name}]"),
            Some(Question::ExternalId) => format!("externalId eq {name}"),
        };
        get(id, path.query("filter", &filter))
    }

    /// Whether a user really is called so.
    fn is_meant(&self, user: &str) -> bool {
        let names = ["userName", "externalId", "emails"];
        let Ok([user_name, external, emails]) = json::members_ignoring_case(user, names) else {
            return false;
        };
        let texts = [user_name, external]
            .into_iter()
            .flatten()
            .filter_map(json::string);
        let mut texts = texts.chain(person::addresses(emails));
        texts.any(|text| text.to_lowercase() == self.name.to_lowercase())
    }
}

impl Conversation {
    pub(crate) fn begin_lookups(&mut self, names: Vec<String>, turn: &mut Turn) {
        let is_possible = |name: &String| {
            (1..=NAME_CHARS_MAX).contains(&name.chars().count())
                && !name.chars().any(char::is_control)
        };
        let (possible, impossible): (Vec<_>, Vec<_>) = names.into_iter().partition(is_possible);
        turn.absent(impossible);
        for name in Seen::exact().admit(possible) {
            self.agenda.queue_last(Task::Lookup(Lookup::of_name(name)));
        }
    }

    pub(crate) fn lookup_replied(
        &mut self,
        mut lookup: Lookup,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let Some(question) = lookup.questions.pop_front() else {
            return Ok(());
        };
        if question == Question::Id {
            return self.single_replied(lookup, answer, turn);
        }
        if answer.is_refused() {
            if question == Question::Mail {
                lookup.questions.push_front(Question::MailEntry);
            }
            return self.missed(lookup, answer.what, turn);
        }
        let body = answer.body()?;
        let list = List::read(body, answer.what)?;
        let (meant, others): (Vec<&str>, Vec<&str>) = list
            .resources
            .iter()
            .partition(|user| lookup.is_meant(user));
        if !others.is_empty() && !list.is_all() {
            let message = "the service lists people who do not meet the filter; single people can \
                           be asked for by their id only";
            return Err(unsupported(message).at(answer.what));
        }
        lookup.is_heard = true;
        lookup.is_filtered = true;
        if meant.is_empty() {
            return self.missed(lookup, answer.what, turn);
        }
        for user in meant {
            let found = person::read(body, user, &self.reading, answer.what)?;
            self.person_found(found, (body, user), turn);
        }
        Ok(())
    }

    fn single_replied(
        &mut self,
        mut lookup: Lookup,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        // 400: an id that the service cannot even read.
        if matches!(reply::status(&answer.response), 400 | 404) {
            lookup.is_heard |= ScimError::read(&answer.response.body).is_scim;
            return self.missed(lookup, answer.what, turn);
        }
        let body = answer.body()?;
        let user = body.trim();
        let found = person::read(body, user, &self.reading, answer.what)?;
        if lookup.is_member {
            self.deliver(vec![found], turn);
        } else {
            self.person_found(found, (body, user), turn);
        }
        Ok(())
    }

    /// Hands over somebody who was asked for, once however many names led to them; where there is a
    /// filter, they are held back until it is known whether they meet it.
    fn person_found(&mut self, mut found: Person, (body, user): (&str, &str), turn: &mut Turn) {
        if !self.answered.is_new(&found.key) {
            return;
        }
        found.in_scope = self.members.say(&found.key, user);
        if self.filter.is_some() && found.in_scope != Some(false) {
            self.hold(found, body);
        } else {
            self.deliver(vec![found], turn);
        }
    }

    fn missed(&mut self, lookup: Lookup, what: &str, turn: &mut Turn) -> Result<(), Problem> {
        if !lookup.questions.is_empty() {
            self.agenda.queue_next(Task::Lookup(lookup));
            return Ok(());
        }
        if !lookup.is_heard {
            let why = "it says neither who that is nor, as SCIM does, that there is nobody; check \
                       the endpoint `api`";
            return Err(odd(what, why));
        }
        if lookup.is_member {
            return Ok(());
        }
        if lookup.name.contains('@') && !lookup.is_filtered {
            let message = "the service answers no filter: people can be asked for by their id only";
            return Err(unsupported(message).at(what));
        }
        turn.absent(vec![lookup.name]);
        Ok(())
    }
}
