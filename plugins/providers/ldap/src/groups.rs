//! Groups that limit who takes part: which they are, and what holds people against them.
//!
//! A group is given by its DN or its common name; a name that no group or several groups have ends
//! the conversation, because a wrong group would look like a mass departure. Nested groups count,
//! in listings and for single people alike. Three ways, by what the server can:
//!
//! - Active Directory follows nesting itself: a matching rule in the filter. Members by their
//!   primary group, whom it does not follow, are a part of that filter.
//! - Elsewhere members are read from the groups (`members`): the one place that is always right.
//! - `memberOf` is asked for only where the option `members` says so: `OpenLDAP`'s overlay knows
//!   nothing of what was in a group before it was switched on, and a list without those people
//!   would look complete.

mod ask;

use attune_plugin::Problem;
use attune_plugin::provider::{Finding, LdapEntry, LdapPage};
use serde::{Deserialize, Serialize};

use crate::conversation::{Conversation, Task};
use crate::marks::{Marks, mark};
use crate::members::{self, Members};
use crate::options::MembersBy;
use crate::{Options, attributes, dn, filter, outcome};

pub(crate) use ask::Ask;

/// `LDAP_MATCHING_RULE_IN_CHAIN` (MS-ADTS 3.1.1.3.4.4.3).
const IN_CHAIN: &str = "memberOf:1.2.840.113556.1.4.1941:";
/// `LDAP_CAP_ACTIVE_DIRECTORY_OID`: a domain controller, of Samba too.
const ACTIVE_DIRECTORY: &str = "1.2.840.113556.1.4.800";
/// Groups within groups that are followed, the first ones included.
const GROUPS_MAX: usize = 500;
/// Groups of one filter.
const FILTER_GROUPS_MAX: usize = 50;

/// What is known of the groups of a conversation.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Groups {
    names: Vec<String>,
    way: Way,
    /// The tree that is searched for groups.
    pub(crate) tree: String,
    /// Groups that count, each once, as DNs in one spelling.
    known: Vec<String>,
    /// Groups that were asked for, each once.
    asked: Marks,
    /// Relative identifiers of those groups, which are primary groups of people.
    primary: Vec<u32>,
    pub(crate) members: Members,
    /// Whether their members are listed, rather than single people held against them.
    lists: bool,
}

/// How people are held against groups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
enum Way {
    /// The members were read from the groups.
    #[default]
    Read,
    /// A condition of the search.
    MemberOf,
    /// A condition of the search that follows nesting.
    Chain,
}

impl Groups {
    /// The condition that a search has to keep to, where the server judges membership.
    pub(crate) fn condition(&self) -> Option<String> {
        let by = match self.way {
            Way::Read => return None,
            Way::MemberOf => "memberOf",
            Way::Chain => IN_CHAIN,
        };
        let of_group = |group: &String| filter::equals(by, group.as_bytes());
        let mut parts: Vec<String> = self.known.iter().map(of_group).collect();
        let primary = self.primary.iter();
        parts.extend(primary.map(|id| filter::equals("primaryGroupID", id.to_string().as_bytes())));
        (!self.names.is_empty()).then(|| filter::any(&parts))
    }

    /// Whether an entry that meets the condition belongs to a group.
    pub(crate) fn has(&self, entry: &LdapEntry) -> bool {
        self.names.is_empty() || self.way != Way::Read || self.members.has(entry)
    }

    /// An error where the members were listed and there was nobody.
    pub(crate) fn check_listed(&self, count: u32) -> Result<(), Problem> {
        if !self.lists || count > 0 {
            return Ok(());
        }
        let hint = match self.way {
            Way::MemberOf => "the server may keep no `memberOf` (option `members`), ",
            Way::Read | Way::Chain => "",
        };
        let message = format!(
            "nobody of the groups is below the base within the filter: {hint}the groups are empty, \
             or the bind account may not see their members"
        );
        Err(Problem::new("options", message).at("groups"))
    }

    /// The line of a check; none without groups.
    pub(crate) fn finding(&self) -> Option<Finding> {
        if self.names.is_empty() {
            return None;
        }
        let found = self.known.len();
        let message = match self.way {
            Way::Read => format!(
                "{found} groups, nested ones included, with {} members",
                self.members.len()
            ),
            Way::MemberOf => format!("{found} groups, nested ones included, by `memberOf`"),
            Way::Chain => format!("{found} groups; the server follows nested ones"),
        };
        Some(Finding::good("groups", message))
    }

    /// Takes a group in; false where it is known, an error where there are too many.
    fn admit(&mut self, dn: &str) -> Result<bool, Problem> {
        let spelt = spelt(dn);
        let is_it = |known: &String| known.to_lowercase() == spelt.to_lowercase();
        if self.known.iter().any(is_it) {
            return Ok(false);
        }
        if self.known.len() >= GROUPS_MAX {
            return Err(too_many());
        }
        self.known.push(spelt);
        Ok(true)
    }
}

impl Conversation {
    /// Queues what has to be known of the groups before anything else.
    pub(crate) fn begin_groups(&mut self, names: Vec<String>, lists: bool) {
        for name in names {
            if !self.groups.names.contains(&name) {
                self.groups.names.push(name);
            }
        }
        self.groups.lists = lists && !self.groups.names.is_empty();
        if !self.groups.names.is_empty() {
            self.queue_last(Task::Group(Ask::Root));
        }
    }

    pub(crate) fn group_replied(
        &mut self,
        ask: Ask,
        options: &Options,
        page: LdapPage,
    ) -> Result<(), Problem> {
        match ask {
            Ask::Root => self.root_replied(options, &page),
            Ask::All(_) => self.all_replied(page),
            Ask::Named { name, found, .. } => self.named_replied(name, found, page),
            Ask::One { dn, is_named } => self.one_replied(&dn, is_named, &page),
            Ask::More(range) => {
                outcome::check(&page, &range.dn)?;
                let entry = page.entries.first().ok_or_else(|| range.broken())?;
                let more = self.groups.members.read_more(&range, entry)?;
                self.follow_members(more);
                Ok(())
            }
            Ask::Within { parents, .. } => self.within_replied(parents, page),
        }
    }

    fn root_replied(&mut self, options: &Options, page: &LdapPage) -> Result<(), Problem> {
        // A server may keep these to itself; then it is taken for an ordinary one.
        if !outcome::is_nobody(page) && page.code != outcome::NO_PERMISSION {
            outcome::check(page, "")?;
        }
        let root = page.entries.first();
        let texts = |name| {
            root.into_iter()
                .flat_map(move |e| attributes::texts(e, name))
        };
        let is_active_directory = texts("supportedCapabilities").any(|oid| oid == ACTIVE_DIRECTORY);
        let holds = |tree: &&str| dn::levels_below(&options.base, tree).is_some();
        let trees = texts("namingContexts").filter(|tree| !tree.trim().is_empty());
        let tree = trees.filter(holds).max_by_key(|tree| tree.len());
        self.groups.tree = match (&options.group_base, tree) {
            (Some(base), _) => base.clone(),
            (None, Some(tree)) => tree.to_owned(),
            (None, None) => dn::tree_of(&options.base),
        };
        self.groups.way = match options.members {
            MembersBy::Auto if is_active_directory => Way::Chain,
            MembersBy::MemberOf => Way::MemberOf,
            MembersBy::Auto | MembersBy::Group => Way::Read,
        };
        if self.groups.way == Way::Chain {
            self.queue_next(Task::Group(Ask::Within {
                parents: Vec::new(),
                cookie: Vec::new(),
            }));
        }
        for name in self.groups.names.clone().into_iter().rev() {
            if name.contains('=') && dn::canonical(&name).is_some() {
                self.ask_group(name, true);
            } else {
                self.queue_next(Task::Group(Ask::Named {
                    name,
                    found: Vec::new(),
                    cookie: Vec::new(),
                }));
            }
        }
        if self.groups.way == Way::Read {
            self.queue_next(Task::Group(Ask::All(Vec::new())));
        }
        Ok(())
    }

    fn all_replied(&mut self, page: LdapPage) -> Result<(), Problem> {
        outcome::check(&page, &self.groups.tree)?;
        let all = page.entries.iter().map(|entry| entry.dn.as_str());
        self.groups.members.note_groups(all)?;
        if !page.cookie.is_empty() {
            self.turn_over(&page)?;
            self.queue_next(Task::Group(Ask::All(page.cookie)));
        }
        Ok(())
    }

    fn named_replied(
        &mut self,
        name: String,
        mut found: Vec<String>,
        page: LdapPage,
    ) -> Result<(), Problem> {
        outcome::check(&page, &self.groups.tree)?;
        found.extend(page.entries.iter().take(2).map(|entry| entry.dn.clone()));
        if !page.cookie.is_empty() && found.len() < 2 {
            self.turn_over(&page)?;
            self.queue_next(Task::Group(Ask::Named {
                name,
                found,
                cookie: page.cookie,
            }));
            return Ok(());
        }
        let message = match found.as_slice() {
            [dn] => {
                self.ask_group(dn.clone(), true);
                return Ok(());
            }
            [] => format!(
                "there is no group `{name}` below `{}`, or the bind account may not see it",
                self.groups.tree
            ),
            _ => format!("several groups are called `{name}`; give the DN of one"),
        };
        Err(Problem::new("options", message).at(name))
    }

    fn one_replied(&mut self, dn: &str, is_named: bool, page: &LdapPage) -> Result<(), Problem> {
        // The server itself named a group within a group: only that it has gone may be said of it.
        let is_nobody = if is_named {
            outcome::is_nobody(page)
        } else {
            page.code == outcome::NO_SUCH_OBJECT
        };
        if !is_nobody {
            outcome::check(page, dn)?;
            if page.entries.is_empty() && !page.cookie.is_empty() {
                let message = format!("the server keeps `{dn}` for another page");
                return Err(Problem::new("bad-answer", message).at(dn));
            }
        }
        let Some(entry) = page.entries.first().filter(|_| !is_nobody) else {
            // A group within a group may have gone meanwhile; one that the connector names may not.
            if !is_named {
                return Ok(());
            }
            let message = format!("there is no group `{dn}`, or the bind account may not see it");
            return Err(Problem::new("options", message).at(dn));
        };
        if is_named && !members::is_group(entry) {
            let message = format!("`{dn}` is no group");
            return Err(Problem::new("options", message).at(dn));
        }
        if !self.groups.admit(&entry.dn)? {
            return Ok(());
        }
        match self.groups.way {
            Way::Read => {
                let within = self.groups.members.read(entry)?;
                self.follow_members(within);
            }
            Way::MemberOf => self.queue_next(Task::Group(Ask::Within {
                parents: vec![spelt(&entry.dn)],
                cookie: Vec::new(),
            })),
            Way::Chain => self.note_primary(entry)?,
        }
        Ok(())
    }

    /// Queues a group, unless it was asked for before: groups may contain each other.
    fn ask_group(&mut self, dn: String, is_named: bool) {
        let mark = mark("dn", &spelt(&dn));
        if !self.groups.asked.contains(mark) {
            self.groups.asked.extend([mark]);
            self.queue_next(Task::Group(Ask::One { dn, is_named }));
        }
    }

    /// Reads groups within a group, and values that did not fit into one answer.
    fn follow_members(&mut self, more: members::More) {
        for attribute in self.groups.members.person_attributes() {
            self.ask_also(attribute);
        }
        for dn in more.groups {
            self.ask_group(dn, false);
        }
        for range in more.ranges {
            self.queue_next(Task::Group(Ask::More(range)));
        }
    }

    fn within_replied(&mut self, parents: Vec<String>, page: LdapPage) -> Result<(), Problem> {
        outcome::check(&page, &self.groups.tree)?;
        let mut new = Vec::new();
        for entry in &page.entries {
            if self.groups.way == Way::Chain {
                // All levels come at once; only their identifiers are wanted.
                self.note_primary(entry)?;
            } else if self.groups.admit(&entry.dn)? {
                new.push(spelt(&entry.dn));
            }
        }
        for chunk in new.chunks(FILTER_GROUPS_MAX) {
            self.queue_next(Task::Group(Ask::Within {
                parents: chunk.to_vec(),
                cookie: Vec::new(),
            }));
        }
        if !page.cookie.is_empty() {
            self.turn_over(&page)?;
            self.queue_next(Task::Group(Ask::Within {
                parents,
                cookie: page.cookie,
            }));
        }
        Ok(())
    }

    /// Remembers what people of this domain name as their primary group.
    fn note_primary(&mut self, group: &LdapEntry) -> Result<(), Problem> {
        let is_ours = dn::levels_below(&group.dn, &self.groups.tree).is_some();
        // A class of the schema's own may have none; nobody's primary group is of it.
        let sid = attributes::values(group, "objectSid").next();
        let Some(sid) = sid.filter(|_| is_ours) else {
            return Ok(());
        };
        let id = relative_id(sid).ok_or_else(|| {
            let message = format!("`{}` has an unreadable `objectSid`", group.dn);
            Problem::new("bad-answer", message).at(group.dn.clone())
        })?;
        let known = &mut self.groups.primary;
        if known.contains(&id) {
            return Ok(());
        }
        if known.len() >= GROUPS_MAX {
            return Err(too_many());
        }
        known.push(id);
        Ok(())
    }

    /// The groups whose nested ones are asked for, where that is one question for all.
    pub(crate) fn settle(&self, ask: Ask) -> Ask {
        match ask {
            Ask::Within { parents, cookie } if parents.is_empty() => Ask::Within {
                parents: self.groups.known.clone(),
                cookie,
            },
            other => other,
        }
    }
}

fn too_many() -> Problem {
    let message = format!("the groups have more than {GROUPS_MAX} groups within them");
    Problem::new("unsupported", message).at("groups")
}

/// The DN in its one spelling, or as it is.
fn spelt(text: &str) -> String {
    dn::canonical(text).unwrap_or_else(|| text.to_owned())
}

/// The last part of a security identifier (MS-DTYP 2.4.2.2): 8 bytes, then 4 a part.
fn relative_id(sid: &[u8]) -> Option<u32> {
    let parts = usize::from(*sid.get(1)?);
    let last = sid.len().checked_sub(4)?;
    let is_whole = parts > 0 && sid.len() == 8 + 4 * parts;
    let bytes = sid.get(last..).filter(|_| is_whole)?;
    bytes.try_into().ok().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::relative_id;

    #[test]
    fn the_last_part_of_a_security_identifier_is_read() {
        let sid = [
            1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 1, 2, 0, 0,
        ];
        assert_eq!(relative_id(&sid), Some(513));
        for broken in [
            &sid[..27],
            &sid[..8],
            &[][..],
            &[1, 0, 0, 0, 0, 0, 0, 5][..],
        ] {
            assert_eq!(relative_id(broken), None);
        }
    }
}
