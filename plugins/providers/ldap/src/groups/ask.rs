//! What is asked about groups: each question with its search.
//!
//! Invariant: no question is asked twice, because the host takes a repeated search for a listing
//! that goes round in a circle.

use attune_plugin::provider::LdapScope;
use serde::{Deserialize, Serialize};

use super::{Groups, IN_CHAIN, Way};
use crate::conversation::Search;
use crate::{Options, filter, members};

/// Enough to see that a name is not unique.
const NAMED_MAX: u32 = 10;

/// One thing to be asked about groups.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Ask {
    /// What kind of server it is, and its trees.
    Root,
    /// Every group's DN, behind this cookie: which members are groups themselves.
    All(Vec<u8>),
    /// The groups of a common name.
    Named {
        name: String,
        found: Vec<String>,
        cookie: Vec<u8>,
    },
    /// One group, one the connector names or one within those.
    One { dn: String, is_named: bool },
    /// More values of one group.
    More(members::Range),
    /// The groups that are members of these.
    Within {
        parents: Vec<String>,
        cookie: Vec<u8>,
    },
}

impl Ask {
    pub(crate) fn search(&self, groups: &Groups, options: &Options) -> Search {
        let (base, scope, filter, page_size) = match self {
            // Not paged: there is one, and it is no entry of any tree.
            Self::Root => (String::new(), LdapScope::Base, any_entry(), 0),
            Self::All(_) => (
                groups.tree.clone(),
                LdapScope::Subtree,
                members::is_group_filter(),
                options.page_size,
            ),
            Self::Named { name, .. } => {
                let names = ["cn", "sAMAccountName"];
                let names = names.map(|by| filter::equals(by, name.as_bytes()));
                let condition = [members::is_group_filter(), filter::any(&names)];
                let condition = filter::all(&condition);
                (
                    groups.tree.clone(),
                    LdapScope::Subtree,
                    condition,
                    NAMED_MAX,
                )
            }
            Self::One { dn, .. } => (dn.clone(), LdapScope::Base, any_entry(), NAMED_MAX),
            Self::More(range) => (range.dn.clone(), LdapScope::Base, any_entry(), NAMED_MAX),
            Self::Within { parents, .. } => {
                let by = match groups.way {
                    Way::Chain => IN_CHAIN,
                    Way::Read | Way::MemberOf => "memberOf",
                };
                let of_group = |group: &String| filter::equals(by, group.as_bytes());
                let parents: Vec<String> = parents.iter().map(of_group).collect();
                let condition = [members::is_group_filter(), filter::any(&parents)];
                let condition = filter::all(&condition);
                (
                    groups.tree.clone(),
                    LdapScope::Subtree,
                    condition,
                    options.page_size,
                )
            }
        };
        Search {
            base,
            scope,
            filter,
            page_size,
        }
    }

    /// What is read of the entries.
    pub(crate) fn attributes(&self, groups: &Groups) -> Vec<String> {
        let names: &[&str] = match (self, groups.way) {
            (Self::Root, _) => &["supportedCapabilities", "namingContexts"],
            // No attributes (RFC 4511 section 4.5.1.8).
            (Self::All(_) | Self::Named { .. }, _) | (Self::Within { .. }, Way::MemberOf) => {
                &["1.1"]
            }
            (Self::One { .. }, Way::Read) => &members::ATTRIBUTES,
            (Self::One { .. }, Way::MemberOf) => &["objectClass"],
            (Self::One { .. }, Way::Chain) => &["objectClass", "objectSid"],
            (Self::Within { .. }, Way::Read | Way::Chain) => &["objectSid"],
            (Self::More(range), _) => return vec![range.description()],
        };
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    pub(crate) fn cookie(&self) -> Vec<u8> {
        match self {
            Self::All(cookie) | Self::Named { cookie, .. } | Self::Within { cookie, .. } => {
                cookie.clone()
            }
            Self::Root | Self::One { .. } | Self::More(_) => Vec::new(),
        }
    }
}

fn any_entry() -> String {
    "(objectClass=*)".to_owned()
}
