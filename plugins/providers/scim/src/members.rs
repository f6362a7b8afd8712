//! Who is in the groups, whether directly or through groups inside of them.
//!
//! A group without `members` is empty by the standard, and by the standard alone: AWS never names
//! them. So an empty group needs a second witness, the users who say themselves that they are in it.

use attune_plugin::Problem;
use attune_plugin::provider::{Seen, json};
use serde::{Deserialize, Serialize};

use crate::options::unsupported;
use crate::person::text;
use crate::reading::literal;
use crate::reply::odd;

/// So many are asked for one by one; more are found by reading everyone.
const FEW: usize = 50;

/// The members of a conversation's groups.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Members {
    /// Groups that were asked for and not answered.
    pub(crate) open: u32,
    /// Groups still to be asked for, as the connector file names them.
    pub(crate) wanted: Vec<String>,
    is_limiting: bool,
    /// The ids of the groups that the connector file names.
    groups: Vec<String>,
    /// Groups whose members were read.
    read: Seen,
    people: Seen,
    /// The people themselves, as long as they are few.
    few: Option<Vec<String>>,
}

impl Members {
    pub(crate) fn of(groups: &[String]) -> Self {
        Self {
            is_limiting: !groups.is_empty(),
            read: Seen::exact(),
            people: Seen::exact(),
            few: Some(Vec::new()),
            ..Self::default()
        }
    }

    /// Whether there are groups at all.
    pub(crate) fn is_limiting(&self) -> bool {
        self.is_limiting
    }

    /// Whether the groups name nobody.
    pub(crate) fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// The members, if they are few.
    pub(crate) fn few(&self) -> Option<Vec<String>> {
        self.few.clone()
    }

    /// Which of these people are members.
    pub(crate) fn hold(&self, ids: &[String]) -> Vec<bool> {
        self.people.knows(ids)
    }

    /// What is said of a single person's scope: nothing where there are no groups. Where the groups
    /// name nobody, the user's own `groups` are asked.
    pub(crate) fn say(&self, key: &str, user: &str) -> Option<bool> {
        if !self.is_limiting {
            return None;
        }
        if !self.is_empty() {
            return Some(self.hold(&[key.to_owned()]).contains(&true));
        }
        let own = json::members_ignoring_case(user, ["groups"]);
        let own = own.ok().and_then(|[groups]| groups).map(json::elements);
        let own = own.and_then(Result::ok).unwrap_or_default();
        let mut own = own.into_iter().filter_map(|group| text(group, "value"));
        Some(own.any(|group| self.groups.contains(&group)))
    }

    /// A filter of the users who say that they are in the groups.
    pub(crate) fn claim(&self) -> String {
        let claims = self.groups.iter();
        let claims = claims.map(|group| format!("groups.value eq {}", literal(group)));
        claims.collect::<Vec<_>>().join(" or ")
    }

    /// Takes the members of a group; the groups among them are to be asked for.
    pub(crate) fn read(
        &mut self,
        id: &str,
        group: &str,
        is_inner: bool,
        what: &str,
    ) -> Result<Vec<String>, Problem> {
        if !is_inner {
            self.groups.push(id.to_owned());
        }
        if !self.read.is_new(id) && is_inner {
            return Ok(Vec::new());
        }
        let [members] =
            json::members_ignoring_case(group, ["members"]).map_err(|error| odd(what, error))?;
        let members = match members.filter(|raw| *raw != "null") {
            Some(raw) => json::elements(raw).map_err(|error| odd(what, error))?,
            None => Vec::new(),
        };
        let (mut people, mut inner) = (Vec::new(), Vec::new());
        for member in members {
            let id = text(member, "value").ok_or_else(|| odd(what, "a member has no `value`"))?;
            if is_group(member) {
                &mut inner
            } else {
                &mut people
            }
            .push(id);
        }
        let inner = self.read.clone().admit(inner);
        self.admit(people);
        if self.people.is_full() {
            let message = "the groups have more members than can be kept apart; leave the groups \
                           out and use the option `filter`";
            return Err(unsupported(message).at("groups"));
        }
        Ok(inner)
    }

    fn admit(&mut self, people: Vec<String>) {
        let new = self.people.admit(people);
        if let Some(few) = &mut self.few {
            few.extend(new);
            if few.len() > FEW {
                self.few = None;
            }
        }
    }
}

/// Where a member's type is not said, its address tells.
fn is_group(member: &str) -> bool {
    match text(member, "type") {
        Some(kind) => kind.eq_ignore_ascii_case("Group"),
        None => text(member, "$ref").is_some_and(|link| link.contains("/Groups/")),
    }
}
