//! Single people, by DN, key, user name or mail address.
//!
//! The first search keeps to base, scope and filter: who is found is in scope. The second leaves
//! the filter out (a manager may be outside it), and a DN is asked for wherever it lies. Who is
//! found by neither is absent, by the directory's own word. A page with nobody and a cookie is no
//! such word: the people may be on the next one.

use std::collections::HashSet;

use attune_plugin::Problem;
use attune_plugin::provider::{LdapPage, LdapScope, Turn};
use serde::{Deserialize, Serialize};

use crate::conversation::{Conversation, Search, Task, limits};
use crate::groups::Groups;
use crate::options::Scope;
use crate::{Options, dn, filter, guid, outcome, person};

/// Every entry has a class.
const ANY_ENTRY: &str = "(objectClass=*)";
/// A name belongs to one person; more than a handful is a wrong `username` attribute.
const FOUND_MAX: u32 = 10;

/// One person to be looked up.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Lookup {
    name: String,
    is_dn: bool,
    is_limited: bool,
    /// Of the page that is asked for.
    pub(crate) cookie: Vec<u8>,
    /// So many on the pages before.
    found: usize,
}

impl Lookup {
    fn of_name(name: String, options: &Options) -> Self {
        let is_dn = name.contains('=') && dn::canonical(&name).is_some();
        Self {
            is_limited: !is_dn || is_below(&name, options),
            is_dn,
            name,
            cookie: Vec::new(),
            found: 0,
        }
    }

    pub(crate) fn search(&self, options: &Options, groups: &Groups) -> Search {
        let condition = if self.is_dn {
            ANY_ENTRY.to_owned()
        } else {
            named(&self.name, options)
        };
        let (base, scope) = match (self.is_dn, self.is_limited) {
            (true, _) => (self.name.clone(), LdapScope::Base),
            (false, true) => (options.base.clone(), options.scope.into()),
            (false, false) => (options.base.clone(), LdapScope::Subtree),
        };
        let filter = match (self.is_dn, self.is_limited) {
            (true, true) => limits(options, groups),
            (false, true) => filter::all(&[limits(options, groups), condition]),
            (_, false) => condition,
        };
        Search {
            base,
            scope,
            filter,
            page_size: FOUND_MAX,
        }
    }
}

/// Whether a DN is where the adapter looks for people.
fn is_below(name: &str, options: &Options) -> bool {
    match (options.scope, dn::levels_below(name, &options.base)) {
        (_, None) => false,
        (Scope::Subtree, Some(_)) => true,
        (Scope::OneLevel, Some(levels)) => levels == 1,
    }
}

/// Whoever has this user name, mail address or key. A key with a syntax of its own is asked for
/// only when the name fits it: Active Directory refuses an `objectGUID` of other than 16 bytes.
fn named(name: &str, options: &Options) -> String {
    let mut parts = vec![
        filter::equals(&options.username, name.as_bytes()),
        filter::equals("mail", name.as_bytes()),
    ];
    let key = options.key.as_str();
    if key.eq_ignore_ascii_case("objectGUID") {
        parts.extend(guid::bytes(name).map(|bytes| filter::equals_bytes(key, &bytes)));
    } else if !key.eq_ignore_ascii_case("entryUUID") || guid::is_guid(name) {
        parts.push(filter::equals(key, name.as_bytes()));
    }
    filter::any(&parts)
}

impl Conversation {
    pub(crate) fn begin_lookups(&mut self, names: Vec<String>, options: &Options, turn: &mut Turn) {
        let (given, empty): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| !name.is_empty());
        turn.absent(empty);
        let mut once = HashSet::new();
        for name in given {
            if !once.insert(name.clone()) {
                continue;
            }
            self.queue_last(Task::Lookup(Lookup::of_name(name, options)));
        }
    }

    pub(crate) fn lookup_replied(
        &mut self,
        mut lookup: Lookup,
        options: &Options,
        page: &LdapPage,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let is_nobody = lookup.is_dn && outcome::is_nobody(page);
        if !is_nobody {
            outcome::check(page, &options.base)?;
        }
        let mut people = Vec::new();
        let entries = page.entries.iter().filter(|_| !is_nobody);
        for (entry, index) in entries.zip(0..) {
            let mut found = if lookup.is_limited {
                person::read(entry, index, options)?
            } else {
                person::read_outsider(entry, index, options)
            };
            found.in_scope = Some(lookup.is_limited && self.groups.has(entry));
            people.push(found);
        }
        lookup.found += people.len();
        self.deliver(people, turn);
        let has_more = !page.cookie.is_empty() && !is_nobody;
        if has_more && lookup.found < FOUND_MAX as usize {
            self.turn_over(page)?;
            lookup.cookie.clone_from(&page.cookie);
            self.queue_next(Task::Lookup(lookup));
        } else if lookup.found == 0 && lookup.is_limited && !is_nobody {
            // An entry that is not there is not there without the filter either.
            lookup.is_limited = false;
            lookup.cookie.clear();
            self.queue_next(Task::Lookup(lookup));
        } else if lookup.found == 0 {
            turn.absent(vec![lookup.name]);
        }
        Ok(())
    }
}
