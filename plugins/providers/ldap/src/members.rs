//! The members of groups, read from the groups themselves.
//!
//! `member` and `uniqueMember` hold DNs, `memberUid` holds user names, and a POSIX group has those
//! too whose own group it is (`gidNumber`). A server that gives only a part of a long attribute says
//! so in its name (`member;range=0-1499`, MS-ADTS 3.1.1.3.1.3.3), and the rest is asked for.
//!
//! Invariant: every value of every group was read, or the conversation ends with a problem.

use attune_plugin::Problem;
use attune_plugin::provider::LdapEntry;
use serde::{Deserialize, Serialize};

use crate::marks::{Marks, mark};
use crate::{attributes, dn, filter};

/// What is read of a group.
pub(crate) const ATTRIBUTES: [&str; 5] = [
    "objectClass",
    "member",
    "uniqueMember",
    "memberUid",
    "gidNumber",
];
/// Attributes whose values are members.
const LISTS: [&str; 3] = ["member", "uniqueMember", "memberUid"];
/// Classes of groups: RFC 2256, RFC 2307 and its successor, MS-ADSC, dynamic ones.
const CLASSES: [&str; 7] = [
    "group",
    "groupOfNames",
    "groupOfUniqueNames",
    "posixGroup",
    "groupOfMembers",
    "groupOfEntries",
    "groupOfURLs",
];
/// Groups of the directory and members together: 880 KB of state.
const MARKS_MAX: usize = 80_000;

/// Whether an entry is a group, by its class or because it has members.
pub(crate) fn is_group(entry: &LdapEntry) -> bool {
    let is_class = |class: &str| {
        CLASSES
            .iter()
            .any(|known| known.eq_ignore_ascii_case(class))
    };
    attributes::texts(entry, "objectClass").any(is_class)
        || entry
            .attributes
            .iter()
            .any(|(name, _)| part_of(name).is_some())
}

/// The filter of all groups.
pub(crate) fn is_group_filter() -> String {
    filter::any(&CLASSES.map(|class| filter::equals("objectClass", class.as_bytes())))
}

/// Who is in the groups, and what else is a group.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Members {
    people: Marks,
    groups: Marks,
    has_uids: bool,
    has_gids: bool,
}

/// What a group leaves to be asked for.
#[derive(Debug, Default)]
pub(crate) struct More {
    /// Members that are groups themselves.
    pub(crate) groups: Vec<String>,
    /// Values that were left out.
    pub(crate) ranges: Vec<Range>,
}

/// The values of one attribute of a group from a place on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Range {
    pub(crate) dn: String,
    attribute: String,
    start: u64,
}

impl Range {
    /// `member;range=1500-*`.
    pub(crate) fn description(&self) -> String {
        format!("{};range={}-*", self.attribute, self.start)
    }

    /// The values that were announced did not come.
    pub(crate) fn broken(&self) -> Problem {
        let message = format!(
            "the server said that `{}` has more values of `{}` than {}, and does not give them",
            self.dn, self.attribute, self.start
        );
        Problem::new("bad-answer", message).at(self.dn.clone())
    }
}

impl Members {
    pub(crate) fn len(&self) -> usize {
        self.people.len()
    }

    /// What has to be read of people beside their DN.
    pub(crate) fn person_attributes(&self) -> impl Iterator<Item = &'static str> + use<> {
        let uid = self.has_uids.then_some("uid");
        let gid = self.has_gids.then_some("gidNumber");
        uid.into_iter().chain(gid)
    }

    /// Whether somebody is in one of the groups.
    pub(crate) fn has(&self, person: &LdapEntry) -> bool {
        let is_known = |kind: &str, name: &str| self.people.contains(mark(kind, name));
        is_known("dn", &spelt(&person.dn))
            || (self.has_uids && attributes::texts(person, "uid").any(|uid| is_known("uid", uid)))
            || (self.has_gids
                && attributes::texts(person, "gidNumber").any(|gid| is_known("gid", gid)))
    }

    /// Remembers what is a group.
    pub(crate) fn note_groups<'a>(
        &mut self,
        dns: impl Iterator<Item = &'a str>,
    ) -> Result<(), Problem> {
        self.groups.extend(dns.map(|dn| mark("dn", &spelt(dn))));
        self.check_size()
    }

    /// Takes the members of a group.
    pub(crate) fn read(&mut self, group: &LdapEntry) -> Result<More, Problem> {
        let mut more = More::default();
        for (name, values) in &group.attributes {
            let Some((attribute, part)) = part_of(name) else {
                continue;
            };
            self.take(&group.dn, attribute, values, &mut more)?;
            match part {
                Part::Whole | Part::Last { start: 0 } => {}
                Part::To { start: 0, end } if !values.is_empty() => more.ranges.push(Range {
                    dn: group.dn.clone(),
                    attribute: attribute.to_owned(),
                    start: end.saturating_add(1),
                }),
                Part::To { .. } | Part::Last { .. } | Part::Odd => {
                    let message = format!("`{}` has a part `{name}` without a beginning", group.dn);
                    return Err(Problem::new("bad-answer", message).at(group.dn.clone()));
                }
            }
        }
        let is_posix = attributes::texts(group, "objectClass")
            .any(|class| class.eq_ignore_ascii_case("posixGroup"));
        if is_posix {
            let gids = attributes::texts(group, "gidNumber").map(|gid| mark("gid", gid));
            let before = self.people.len();
            self.people.extend(gids);
            self.has_gids |= self.people.len() > before;
        }
        self.check_size()?;
        Ok(more)
    }

    /// Takes the values that a range was to bring, exactly from where the last one ended.
    pub(crate) fn read_more(&mut self, range: &Range, group: &LdapEntry) -> Result<More, Problem> {
        let mut more = More::default();
        let mut parts = group.attributes.iter().filter_map(|(name, values)| {
            let (attribute, part) = part_of(name)?;
            attribute
                .eq_ignore_ascii_case(&range.attribute)
                .then_some((part, values))
        });
        let part = parts.find(|(part, _)| !matches!(part, Part::Whole));
        let (part, values) = part.ok_or_else(|| range.broken())?;
        self.take(&range.dn, &range.attribute, values, &mut more)?;
        match part {
            Part::Last { start } if start == range.start => {}
            Part::To { start, end } if start == range.start && end >= start => {
                more.ranges.push(Range {
                    start: end.saturating_add(1),
                    ..range.clone()
                });
            }
            Part::Whole | Part::Last { .. } | Part::To { .. } | Part::Odd => {
                return Err(range.broken());
            }
        }
        self.check_size()?;
        Ok(more)
    }

    fn take(
        &mut self,
        dn: &str,
        attribute: &str,
        values: &[Vec<u8>],
        more: &mut More,
    ) -> Result<(), Problem> {
        let texts = values.iter().map(|value| std::str::from_utf8(value));
        let texts = texts.collect::<Result<Vec<_>, _>>().map_err(|_| {
            let message = format!("`{dn}` has a value of `{attribute}` that is no text");
            Problem::new("bad-answer", message).at(dn)
        })?;
        if attribute.eq_ignore_ascii_case("memberUid") {
            self.has_uids |= !texts.is_empty();
            let uids = texts.into_iter().map(|uid| mark("uid", uid));
            self.people.extend(uids);
            return Ok(());
        }
        let mut people = Vec::with_capacity(values.len());
        for text in texts {
            let member = spelt(without_uid(text));
            if self.groups.contains(mark("dn", &member)) {
                more.groups.push(member);
            } else {
                people.push(mark("dn", &member));
            }
        }
        self.people.extend(people);
        Ok(())
    }

    fn check_size(&self) -> Result<(), Problem> {
        if self.people.len() + self.groups.len() <= MARKS_MAX {
            return Ok(());
        }
        let message = format!(
            "the directory's groups and their members are more than {MARKS_MAX}: let the server \
             judge (option `members = \"member-of\"`), or narrow `group-base`"
        );
        Err(Problem::new("unsupported", message).at("groups"))
    }
}

/// Which values of an attribute a name announces.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    Whole,
    To {
        start: u64,
        end: u64,
    },
    Last {
        start: u64,
    },
    /// A part, and not to be read which one.
    Odd,
}

/// The list that an attribute is, and which part of it; `None` for other attributes.
fn part_of(name: &str) -> Option<(&'static str, Part)> {
    let (base, options) = name.split_once(';').unwrap_or((name, ""));
    let list = LISTS.into_iter().find(|l| l.eq_ignore_ascii_case(base))?;
    let bounds = options.split(';').find_map(|option| {
        let (option, bounds) = option.split_once('=').unwrap_or((option, ""));
        option.eq_ignore_ascii_case("range").then_some(bounds)
    });
    let part = bounds.map_or(Part::Whole, |bounds| {
        part_between(bounds).unwrap_or(Part::Odd)
    });
    Some((list, part))
}

/// `0-1499`, `1500-*`.
fn part_between(bounds: &str) -> Option<Part> {
    let (start, end) = bounds.split_once('-')?;
    let start = start.parse().ok()?;
    if end == "*" {
        return Some(Part::Last { start });
    }
    let end = end.parse().ok()?;
    Some(Part::To { start, end })
}

/// The DN of a name with an identifier (RFC 4517 section 3.3.21): `cn=x#'0101'B`.
fn without_uid(value: &str) -> &str {
    let bits = value.strip_suffix("'B").and_then(|v| v.rsplit_once("#'"));
    match bits {
        Some((dn, bits)) if bits.bytes().all(|b| matches!(b, b'0' | b'1')) => dn,
        _ => value,
    }
}

fn spelt(text: &str) -> String {
    dn::canonical(text).unwrap_or_else(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use attune_plugin::provider::LdapEntry;

    use super::{Members, Part, part_of, without_uid};

    #[test]
    fn parts_of_long_attributes_are_known_by_their_names() {
        assert_eq!(part_of("Member"), Some(("member", Part::Whole)));
        let to = Part::To {
            start: 0,
            end: 1499,
        };
        assert_eq!(part_of("member;range=0-1499"), Some(("member", to)));
        let last = Part::Last { start: 1500 };
        assert_eq!(part_of("MEMBER;Range=1500-*"), Some(("member", last)));
        let odd = Some(("member", Part::Odd));
        for name in ["member;range=x-y", "member;range", "member;x-y;range=0"] {
            assert_eq!(part_of(name), odd, "{name}");
        }
        assert_eq!(part_of("member;x-y;range=1500-*"), Some(("member", last)));
        assert_eq!(part_of("member;x-y"), Some(("member", Part::Whole)));
        assert_eq!(part_of("memberOf"), None);
        assert_eq!(part_of("cn;range=0-1"), None);
    }

    #[test]
    fn an_identifier_behind_a_name_is_no_part_of_it() {
        assert_eq!(without_uid("cn=a,dc=x#'0101'B"), "cn=a,dc=x");
        for plain in ["cn=a#'2'B", "cn=a", "cn=#'B"] {
            assert_eq!(without_uid(plain), plain);
        }
    }

    #[test]
    fn what_fits_is_a_state_and_what_does_not_is_refused() {
        let group = |members: usize| LdapEntry {
            dn: "cn=jira".to_owned(),
            attributes: vec![(
                "member".to_owned(),
                (0..members)
                    .map(|n| format!("uid={n}").into_bytes())
                    .collect(),
            )],
        };
        let mut members = Members::default();
        members.read(&group(79_000)).unwrap();
        let state = serde_json::to_string(&members).unwrap();
        assert!(state.len() < 900 * 1024, "{}", state.len());
        let read: Members = serde_json::from_str(&state).unwrap();
        let person = |dn: &str| LdapEntry {
            dn: dn.to_owned(),
            attributes: Vec::new(),
        };
        assert!(read.has(&person("UID=78999")) && !read.has(&person("uid=79000")));
        let problem = Members::default().read(&group(80_001)).unwrap_err();
        assert_eq!(problem.code, "unsupported");
        assert!(problem.message.contains("members = \"member-of\""));
    }
}
