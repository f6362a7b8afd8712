//! The state of one conversation: one search at a time, page by page.
//!
//! A conversation is one connection, and a cookie is good there only, so nothing is asked before
//! the answer to the search before. It completes when nothing is left to ask, and only then.

use std::collections::VecDeque;

use attune_plugin::Problem;
use attune_plugin::provider::{Attribute, Begin, Goal, LdapPage, LdapSearch, Reply, Request, Turn};
use serde::{Deserialize, Serialize};

use crate::changes::{Sounding, Tide};
use crate::groups::{Ask, Groups};
use crate::lookup::Lookup;
use crate::options::DIRECTORY;
use crate::photos::Photos;
use crate::probe::Check;
use crate::{Options, attributes, filter, outcome, person};

/// Five million people at the default page size.
const PAGES_MAX: usize = 10_000;

/// The adapter's state between turns.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Conversation {
    /// What is asked of every entry.
    asked_for: Vec<String>,
    queue: VecDeque<Task>,
    under_way: Option<(u32, Task)>,
    next_id: u32,
    delivered: u32,
    /// The pages of the search that is under way.
    seen: Vec<u64>,
    /// Who takes part, where groups say so.
    pub(crate) groups: Groups,
    probes: bool,
    done: bool,
    /// In a conversation about photos, all there is to ask.
    photos: Option<Photos>,
    /// Where changes begin and go on.
    pub(crate) tide: Tide,
}

/// One search.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Task {
    /// Something about groups; goes before everything that needs it.
    Group(Ask),
    /// The page of everyone, or of those who changed, behind this cookie.
    Page(Vec<u8>),
    /// Where changes go on.
    Sounding(Sounding),
    /// One person.
    Lookup(Lookup),
    /// One line of a probe.
    Check(Check),
    /// So many people with everything.
    Sample(u32),
}

/// The parts of a search that differ.
#[derive(Debug)]
pub(crate) struct Search {
    pub(crate) base: String,
    pub(crate) scope: attune_plugin::provider::LdapScope,
    pub(crate) filter: String,
    pub(crate) page_size: u32,
}

impl Search {
    /// Everyone, so many per page.
    pub(crate) fn everyone(options: &Options, groups: &Groups, page_size: u32) -> Self {
        Self {
            base: options.base.clone(),
            scope: options.scope.into(),
            filter: limits(options, groups),
            page_size,
        }
    }
}

impl Conversation {
    pub(crate) fn begin(
        &mut self,
        options: &Options,
        begin: Begin,
        now_ms: f64,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        options.check()?;
        *self = Self {
            asked_for: attributes::of_wanted(&begin.wanted, options)?,
            probes: matches!(begin.goal, Goal::Probe),
            ..Self::default()
        };
        if self.probes {
            // The first line is whether the bind works at all; groups come after it.
            self.queue_last(Task::Check(Check::Base));
        }
        let is_of_groups = !begin.groups.is_empty();
        // What there is to be seen is not limited by who takes part.
        if !matches!(begin.goal, Goal::Discover(_)) {
            self.begin_groups(begin.groups, matches!(begin.goal, Goal::Everyone));
        }
        match begin.goal {
            Goal::Everyone => {
                // Who came into a group or left it is no modification of the person.
                if !is_of_groups {
                    self.begin_checkpoint(options, now_ms);
                }
                self.queue.push_back(Task::Page(Vec::new()));
            }
            Goal::ChangesSince(_) if is_of_groups => {
                return Err(unsupported("changes of the members of groups"));
            }
            Goal::ChangesSince(mark) => self.begin_changes(&mark, options)?,
            Goal::People(names) => self.begin_lookups(names, options, turn),
            Goal::Probe => {}
            Goal::Discover(people) => {
                // `*` is every user attribute, `+` every operational one (RFC 3673).
                self.asked_for = vec!["*".to_owned(), "+".to_owned(), options.key.clone()];
                self.queue.push_back(Task::Sample(people));
            }
            Goal::Pictures(asked) => self.photos = Some(Photos::of(asked)),
        }
        Ok(())
    }

    pub(crate) fn replied(
        &mut self,
        options: &Options,
        reply: Reply,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        if let Some(photos) = &mut self.photos {
            return photos.replied(options, reply, turn);
        }
        let Some((_, task)) = self.under_way.take().filter(|(id, _)| *id == reply.id()) else {
            let message = format!("a reply to request {}, which is not under way", reply.id());
            return Err(Problem::new("bad-answer", message));
        };
        let page = match reply {
            Reply::Ldap(page) => page,
            Reply::Failed(why) if matches!(task, Task::Check(_)) && why.kind == "sign-in" => {
                crate::probe::report_sign_in(&why.detail, turn);
                self.drop_queue();
                return Ok(());
            }
            Reply::Failed(why) => return Err(why.problem("the directory")),
            Reply::Http(_) => {
                let message = "an HTTP answer to an LDAP search";
                return Err(Problem::new("bad-answer", message));
            }
        };
        match task {
            Task::Group(ask) => match self.group_replied(ask, options, page) {
                Err(problem) if self.probes => {
                    crate::probe::report_groups(&problem, turn);
                    self.queue.retain(|task| !matches!(task, Task::Group(_)));
                    self.groups = Groups::default();
                    Ok(())
                }
                outcome => outcome,
            },
            Task::Page(_) => self.page_replied(options, page, turn),
            Task::Sounding(sounding) => self.sounding_replied(sounding, options, &page),
            Task::Lookup(lookup) => self.lookup_replied(lookup, options, &page, turn),
            Task::Check(check) => {
                self.check_replied(check, options, &page, turn);
                Ok(())
            }
            Task::Sample(people) => self.sample_replied(people, options, &page, turn),
        }
    }

    /// Sends the next search, and completes when there is none.
    pub(crate) fn go_on(&mut self, options: &Options, turn: &mut Turn) {
        if let Some(photos) = &mut self.photos {
            photos.go_on(options, turn);
            return;
        }
        if self.under_way.is_some() || self.done {
            return;
        }
        let Some(task) = self.queue.pop_front() else {
            self.done = true;
            if let Some(mark) = self.tide.checkpoint(options) {
                turn.checkpoint(mark);
            }
            turn.complete(self.delivered);
            return;
        };
        let task = match task {
            Task::Group(ask) => Task::Group(self.settle(ask)),
            other => other,
        };
        let id = self.next_id;
        self.next_id += 1;
        let search = self.search(id, &task, options);
        if search.cookie.is_empty() {
            // The pages of one search come one after another, and are no pages of the next search.
            self.seen.clear();
        }
        turn.send(Request::Ldap(search));
        self.under_way = Some((id, task));
    }

    pub(crate) fn queue_next(&mut self, task: Task) {
        self.queue.push_front(task);
    }

    pub(crate) fn queue_last(&mut self, task: Task) {
        self.queue.push_back(task);
    }

    /// Hands over one person and counts them.
    pub(crate) fn deliver(
        &mut self,
        people: Vec<attune_plugin::provider::Person>,
        turn: &mut Turn,
    ) {
        let count = u32::try_from(people.len()).unwrap_or(u32::MAX);
        self.delivered = self.delivered.saturating_add(count);
        turn.deliver(people);
    }

    fn search(&self, id: u32, task: &Task, options: &Options) -> LdapSearch {
        let groups = &self.groups;
        let search = match task {
            Task::Group(ask) => ask.search(groups, options),
            Task::Page(_) => self.tide.search(options, groups),
            Task::Sounding(sounding) => sounding.search(options, &self.tide),
            Task::Lookup(lookup) => lookup.search(options, groups),
            Task::Check(check) => check.search(options, groups),
            Task::Sample(people) => Search::everyone(options, groups, (*people).clamp(1, 1000)),
        };
        let attributes = match task {
            // No attributes (RFC 4511 section 4.5.1.8): the entry's being there is all.
            Task::Check(Check::Base) => vec!["1.1".to_owned()],
            Task::Sounding(sounding) => sounding.attributes(options),
            Task::Group(ask) => ask.attributes(groups),
            _ => self.asked_for.clone(),
        };
        LdapSearch {
            id,
            endpoint: DIRECTORY.to_owned(),
            base: search.base,
            scope: search.scope,
            filter: search.filter,
            binary: attributes::binary(&attributes, options),
            attributes,
            page_size: search.page_size,
            cookie: match task {
                Task::Page(cookie) => cookie.clone(),
                Task::Group(ask) => ask.cookie(),
                Task::Lookup(lookup) => lookup.cookie.clone(),
                _ => Vec::new(),
            },
        }
    }

    fn page_replied(
        &mut self,
        options: &Options,
        page: LdapPage,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        outcome::check(&page, &options.base)?;
        self.tide.saw(&page.entries, options);
        let people = page
            .entries
            .iter()
            .zip(0..)
            .filter(|(entry, _)| self.groups.has(entry))
            .map(|(entry, index)| person::read(entry, index, options))
            .collect::<Result<Vec<_>, _>>()?;
        let is_last = page.cookie.is_empty();
        if !is_last {
            self.turn_over(&page)?;
            self.queue_next(Task::Page(page.cookie));
        }
        self.deliver(people, turn);
        if is_last {
            self.groups.check_listed(self.delivered)?;
        }
        Ok(())
    }

    /// One more attribute of every person.
    pub(crate) fn ask_also(&mut self, name: &str) {
        if !is_among(name, &self.asked_for) {
            self.asked_for.push(name.to_owned());
        }
    }

    /// Forgets everything that waits.
    pub(crate) fn drop_queue(&mut self) {
        self.queue.clear();
    }

    /// Remembers a page, unless it was there before. The cookie alone does not tell: 389 Directory
    /// Server sends the same one with every page of a search.
    pub(crate) fn turn_over(&mut self, page: &LdapPage) -> Result<(), Problem> {
        let mut mark = fnv1a(0xcbf2_9ce4_8422_2325, &page.cookie);
        for entry in &page.entries {
            mark = fnv1a(mark ^ 0xff, entry.dn.as_bytes());
        }
        let why = if self.seen.contains(&mark) {
            "the server gives a page of the search for the second time".to_owned()
        } else if self.seen.len() >= PAGES_MAX {
            format!("the search has more than {PAGES_MAX} pages")
        } else {
            self.seen.push(mark);
            return Ok(());
        };
        Err(Problem::new("paging-loop", why))
    }

    fn sample_replied(
        &mut self,
        people: u32,
        options: &Options,
        page: &LdapPage,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        outcome::check(page, &options.base)?;
        let entries = || page.entries.iter().take(people as usize);
        let found = entries()
            .zip(0..)
            .map(|(entry, index)| person::read_outsider(entry, index, options))
            .collect();
        let mut known: Vec<Attribute> = Vec::new();
        for (name, values) in entries().flat_map(|entry| &entry.attributes) {
            let is_list = values.len() > 1;
            match known.iter_mut().find(|a| a.selector == *name) {
                Some(attribute) if is_list && attribute.kind == "text" => {
                    "list".clone_into(&mut attribute.kind);
                }
                Some(_) => {}
                None => {
                    let is_bytes = attributes::is_binary(name) || is_among(name, &options.binary);
                    let kind = match (is_bytes, is_list) {
                        (true, _) => "bytes",
                        (false, true) => "list",
                        (false, false) => "text",
                    };
                    known.push(Attribute::new(name, name, kind));
                }
            }
        }
        turn.attributes(known);
        self.deliver(found, turn);
        Ok(())
    }
}

/// The filter of those who take part, as far as the server can judge it.
pub(crate) fn limits(options: &Options, groups: &Groups) -> String {
    match groups.condition() {
        Some(condition) => filter::all(&[options.filter(), condition]),
        None => options.filter(),
    }
}

fn is_among(name: &str, names: &[String]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn unsupported(what: &str) -> Problem {
    let message = format!("the ldap adapter does not read {what} yet");
    Problem::new("unsupported", message)
}

/// FNV-1a, 64 bits, going on from `hash`.
pub(crate) fn fnv1a(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
