//! The probe: does the bind work, is the base there, are there people, have they keys and names.
//!
//! A probe tells; it does not fail on what it was sent to find out. Only a directory that does not
//! answer at all ends it with a problem.

use attune_plugin::provider::{Finding, LdapEntry, LdapPage, LdapScope, Turn};
use serde::{Deserialize, Serialize};

use crate::conversation::{Conversation, Search, Task};
use crate::groups::Groups;
use crate::{Options, attributes, outcome, person};

/// Enough to see whether an attribute is in use.
const SAMPLE: u32 = 20;

const SIGN_IN_FIX: &str = "check DN and password of the credential `bind`, and whether the account \
                           is locked or the server wants TLS";

/// One line of a probe.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum Check {
    /// The base entry.
    Base,
    /// Some people.
    People,
}

impl Check {
    pub(crate) fn search(self, options: &Options, groups: &Groups) -> Search {
        match self {
            Self::Base => Search {
                base: options.base.clone(),
                scope: LdapScope::Base,
                filter: "(objectClass=*)".to_owned(),
                page_size: SAMPLE,
            },
            Self::People => Search::everyone(options, groups, SAMPLE.min(options.page_size)),
        }
    }
}

/// The finding of a bind that failed.
pub(crate) fn report_sign_in(detail: &str, turn: &mut Turn) {
    turn.finding(Finding::bad("sign-in", detail, SIGN_IN_FIX));
}

/// The finding of groups that cannot be used.
pub(crate) fn report_groups(problem: &attune_plugin::Problem, turn: &mut Turn) {
    let fix = "give each group's DN, and let the bind account read groups and their members";
    turn.finding(Finding::bad("groups", problem.message.clone(), fix));
}

impl Conversation {
    pub(crate) fn check_replied(
        &mut self,
        check: Check,
        options: &Options,
        page: &LdapPage,
        turn: &mut Turn,
    ) {
        if let Err(problem) = outcome::check(page, &options.base) {
            match problem.code.as_str() {
                "sign-in" => report_sign_in(&problem.message, turn),
                _ => turn.finding(Finding::bad("search", problem.message, "see the message")),
            }
            self.drop_queue();
            return;
        }
        match check {
            Check::Base => {
                turn.finding(Finding::good("sign-in", "the directory accepts the bind"));
                report_base(options, page, turn);
                self.queue_last(Task::Check(Check::People));
            }
            Check::People => {
                if let Some(finding) = self.groups.finding() {
                    turn.finding(finding);
                }
                report_people(options, &page.entries, turn);
            }
        }
    }
}

fn report_base(options: &Options, page: &LdapPage, turn: &mut Turn) {
    let base = &options.base;
    turn.finding(if page.entries.is_empty() {
        let fix = "check the option `base` and what the bind account may read";
        Finding::bad("base", format!("`{base}` cannot be seen"), fix)
    } else {
        Finding::good("base", format!("`{base}` is there"))
    });
}

fn report_people(options: &Options, entries: &[LdapEntry], turn: &mut Turn) {
    if entries.is_empty() {
        let message = format!("nobody below `{}` meets the filter", options.base);
        let fix = "check the options `filter` and `scope`, and what the bind account may read";
        turn.finding(Finding::bad("people", message, fix));
        return;
    }
    let message = format!(
        "people are found (the first {} were looked at)",
        entries.len()
    );
    turn.finding(Finding::good("people", message));
    let without_key = entries
        .iter()
        .zip(0..)
        .find_map(|(entry, index)| person::read(entry, index, options).err());
    turn.finding(match without_key {
        None => Finding::good("key", format!("everybody has `{}`", options.key)),
        Some(problem) => {
            let fix = "set the option `key` (entryUUID; Active Directory: objectGUID)";
            Finding::bad("key", problem.message, fix)
        }
    });
    for (name, fix) in [
        (
            options.username.as_str(),
            "set the option `username` (uid; Active Directory: sAMAccountName)",
        ),
        (
            "mail",
            "match accounts by user name, nobody can be matched by mail",
        ),
    ] {
        let having = entries
            .iter()
            .filter(|entry| attributes::texts(entry, name).next().is_some())
            .count();
        let message = format!("{having} of {} have `{name}`", entries.len());
        turn.finding(if having == 0 {
            Finding::bad(name, message, fix)
        } else {
            Finding::good(name, message)
        });
    }
}
