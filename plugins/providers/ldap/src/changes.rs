//! What changed since a checkpoint: a search for entries that were modified since then.
//!
//! The mark comes from the server alone, because its clock is not ours, and from before the
//! reading: whatever is modified after an entry was read is modified at or after the mark, and is
//! found again. The same second, or the same number, may come twice.
//!
//! - Times (`modifyTimestamp`, `whenChanged`): before a listing the newest time among the first
//!   people of the last day; a search for changes takes the newest of its first page.
//! - Numbers (`uSNChanged`): `highestCommittedUSN` of the root entry. They are one server's own, so
//!   the mark names the server; another one, or one that went back in time, is `paging-lost`.
//!
//! Deletions, and people who no longer meet the filter, are not seen: only a listing finds them.

use attune_plugin::Problem;
use attune_plugin::provider::{LdapEntry, LdapPage, LdapScope};
use serde::{Deserialize, Serialize};

use crate::conversation::{Conversation, Search, Task};
use crate::groups::Groups;
use crate::{Options, attributes, filter};

const DAY_S: i64 = 24 * 60 * 60;
const NUMBER: &str = "uSNChanged";
const HIGHEST: &str = "highestCommittedUSN";
const SERVER: &str = "dsServiceName";

/// Where changes begin and go on, in one conversation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Tide {
    /// Only entries of this time or number, or a later one.
    since: Option<String>,
    /// The server of that number.
    server: Option<String>,
    /// Where changes go on.
    next: Option<String>,
    /// The newest time of everybody who was read.
    newest: Option<String>,
    /// A time before which nothing more was modified than is known.
    quiet: Option<String>,
    pages: u32,
}

/// What is asked before people are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum Sounding {
    /// The newest times of the last day.
    Recent,
    /// The root entry's number.
    Root,
}

impl Sounding {
    pub(crate) fn search(self, options: &Options, tide: &Tide) -> Search {
        match (self, &options.modified, &tide.quiet) {
            (Self::Recent, Some(name), Some(quiet)) => Search {
                filter: filter::all(&[options.filter(), at_least(name, quiet)]),
                ..Search::everyone(options, &Groups::default(), options.page_size)
            },
            _ => Search {
                base: String::new(),
                scope: LdapScope::Base,
                filter: "(objectClass=*)".to_owned(),
                page_size: 1,
            },
        }
    }

    pub(crate) fn attributes(self, options: &Options) -> Vec<String> {
        match self {
            Self::Recent => options.modified.iter().cloned().collect(),
            Self::Root => vec![HIGHEST.to_owned(), SERVER.to_owned()],
        }
    }
}

impl Tide {
    /// The search for a page of people; there are changes of everyone only.
    pub(crate) fn search(&self, options: &Options, groups: &Groups) -> Search {
        let everyone = Search::everyone(options, groups, options.page_size);
        match (&options.modified, &self.since) {
            (Some(name), Some(since)) => Search {
                filter: filter::all(&[options.filter(), at_least(name, since)]),
                ..everyone
            },
            _ => everyone,
        }
    }

    /// Takes note of a page of people.
    pub(crate) fn saw(&mut self, entries: &[LdapEntry], options: &Options) {
        let newest = newest(entries, options);
        if self.since.is_some() && self.pages == 0 && !counts(options) {
            self.next = newest.clone().max(self.next.take());
        }
        self.newest = newest.max(self.newest.take());
        self.pages = self.pages.saturating_add(1);
    }

    /// The checkpoint of a conversation that came to its end.
    pub(crate) fn checkpoint(&self, options: &Options) -> Option<String> {
        options.modified.as_ref()?;
        if counts(options) {
            return Some(format!(
                "usn:{}:{}",
                self.next.as_ref()?,
                self.server.as_ref()?
            ));
        }
        // Nobody was modified in the last day: so is nobody between the newest and then.
        let listed = || self.newest.clone().min(self.quiet.clone());
        let next = self.next.clone().or_else(listed)?;
        Some(format!("time:{next}"))
    }
}

impl Conversation {
    /// Before a listing: where changes will go on.
    pub(crate) fn begin_checkpoint(&mut self, options: &Options, now_ms: f64) {
        if options.modified.is_none() {
            return;
        }
        if counts(options) {
            self.queue_last(Task::Sounding(Sounding::Root));
            return;
        }
        self.tide.quiet = Some(digits_of(now_ms, DAY_S));
        self.queue_last(Task::Sounding(Sounding::Recent));
    }

    pub(crate) fn begin_changes(&mut self, mark: &str, options: &Options) -> Result<(), Problem> {
        let lost = || Problem::new("paging-lost", "the checkpoint is of another kind of mark");
        let (kind, rest) = mark.split_once(':').ok_or_else(lost)?;
        match (kind, options.modified.is_some(), counts(options)) {
            ("time", true, false) => {
                let digits = stamp(&format!("{rest}Z")).ok_or_else(lost)?;
                self.tide.since = Some(digits.clone());
                self.tide.next = Some(digits);
            }
            ("usn", true, true) => {
                let (number, server) = rest.split_once(':').ok_or_else(lost)?;
                number.parse::<u64>().map_err(|_| lost())?;
                self.tide.since = Some(number.to_owned());
                self.tide.server = Some(server.to_owned());
                self.queue_last(Task::Sounding(Sounding::Root));
            }
            _ => return Err(lost()),
        }
        self.queue_last(Task::Page(Vec::new()));
        Ok(())
    }

    /// Before a listing nothing that is said here is an error: then there is no checkpoint.
    pub(crate) fn sounding_replied(
        &mut self,
        sounding: Sounding,
        options: &Options,
        page: &LdapPage,
    ) -> Result<(), Problem> {
        let tide = &mut self.tide;
        if sounding == Sounding::Recent {
            if page.code == 0 {
                tide.next = newest(&page.entries, options);
            } else {
                tide.quiet = None;
            }
            return Ok(());
        }
        let root = page.entries.first().filter(|_| page.code == 0);
        let text = |name| attributes::texts(root?, name).next();
        let number = text(HIGHEST).and_then(|text| text.parse::<u64>().ok());
        let server = text(SERVER).map(str::to_owned);
        if let Some(since) = &tide.since {
            let since = since.parse::<u64>().unwrap_or(u64::MAX);
            let is_same = server.is_some() && server == tide.server;
            if !is_same || number.is_none_or(|number| number < since) {
                let message = "the checkpoint is another server's, or the server was restored";
                return Err(Problem::new("paging-lost", message));
            }
        }
        tide.next = number.map(|number| number.to_string());
        tide.server = server;
        Ok(())
    }
}

/// Whether the option names numbers rather than times.
fn counts(options: &Options) -> bool {
    let modified = options.modified.as_deref();
    modified.is_some_and(|name| name.eq_ignore_ascii_case(NUMBER))
}

/// `(name>=value)`. Active Directory wants times with a fraction.
fn at_least(name: &str, value: &str) -> String {
    let ending = if name.eq_ignore_ascii_case(NUMBER) {
        ""
    } else if name.eq_ignore_ascii_case("whenChanged") {
        ".0Z"
    } else {
        "Z"
    };
    format!("({name}>={value}{ending})")
}

/// The newest time of these entries, as fourteen digits.
fn newest(entries: &[LdapEntry], options: &Options) -> Option<String> {
    let name = options.modified.as_deref()?;
    let times = entries
        .iter()
        .flat_map(|entry| attributes::texts(entry, name));
    times.filter_map(stamp).max()
}

/// Year to second of a generalized time in UTC (RFC 4517 section 3.3.13), which sort as text.
fn stamp(text: &str) -> Option<String> {
    let (digits, rest) = text.split_at_checked(14)?;
    let fraction = rest.strip_suffix('Z')?;
    let is_fraction = fraction.is_empty()
        || fraction
            .strip_prefix(['.', ','])
            .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let is_time = is_fraction && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_time.then(|| digits.to_owned())
}

/// So many seconds before a moment, as [`stamp`] has it (Howard Hinnant's `civil_from_days`).
fn digits_of(now_ms: f64, before_s: i64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a time of day is far below 2^53"
    )]
    let seconds = (now_ms / 1000.0) as i64 - before_s;
    let (days, second) = (seconds.div_euclid(DAY_S), seconds.rem_euclid(DAY_S));
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = (shifted_month + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}")
}

#[cfg(test)]
mod tests {
    use super::{digits_of, stamp};

    #[test]
    fn times_are_read_to_the_second() {
        assert_eq!(stamp("20261122143651Z").as_deref(), Some("20261122143651"));
        assert_eq!(
            stamp("20261122143651.0Z").as_deref(),
            Some("20261122143651")
        );
        assert_eq!(
            stamp("20261122143651,123Z").as_deref(),
            Some("20261122143651")
        );
        for odd in [
            "",
            "20261122143651",
            "2026112214365Z",
            "20261122143651+0100",
            "2026112214365xZ",
            "20261122143651xZ",
        ] {
            assert_eq!(stamp(odd), None, "{odd}");
        }
    }

    #[test]
    fn moments_are_written_as_times() {
        assert_eq!(digits_of(0.0, 0), "19700101000000");
        assert_eq!(digits_of(1_795_298_400_000.0, 0), "20261121220000");
        assert_eq!(digits_of(1_709_208_000_000.0, 0), "20240229120000");
        assert_eq!(digits_of(1_709_294_400_000.0, 86_400), "20240229120000");
    }
}
