//! The digest of a plan: what an approval binds to.
//!
//! SHA-256 over connector id, revision, generations and now, then every change in the order of
//! [`key`]. Each part goes in with its length before it, so that no two different plans write the
//! same bytes. The changes come in that order or are refused: order of arrival must not matter.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::{Change, Op};
use crate::mapping::FieldKind;

/// Why a change cannot follow the one before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It sorts before its predecessor.
    #[error("the change of `{field}` of `{account}` in `{target}` comes too late in the plan")]
    Order {
        /// Target of the change.
        target: String,
        /// Account of the change.
        account: String,
        /// Field of the change.
        field: String,
    },
    /// The plan has two changes of one field of one account.
    #[error("the plan has two changes of `{field}` of `{account}` in `{target}`")]
    Twice {
        /// Target of the change.
        target: String,
        /// Account of the change.
        account: String,
        /// Field of the change.
        field: String,
    },
}

/// What a plan's changes are sorted by: target, account, field, and the kind where two fields of
/// different kinds have one name.
pub fn key(change: &Change) -> (&str, &str, &str, FieldKind) {
    (
        change.target.as_str(),
        change.account.as_str(),
        change.field.as_str(),
        change.kind,
    )
}

/// The order of a plan's changes.
pub fn compare(a: &Change, b: &Change) -> Ordering {
    key(a).cmp(&key(b))
}

/// What a plan depends on besides its changes.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// Id of the connector.
    pub connector: &'a str,
    /// Digest of the connector file.
    pub revision: &'a str,
    /// Digest of each plugin that was used, by its id.
    pub generations: &'a BTreeMap<String, String>,
    /// Start of the run.
    pub now_ms: i64,
}

/// Makes the digest while the changes stream by.
pub struct DigestWriter {
    hash: Sha256,
    buffer: Vec<u8>,
    last: Option<(String, String, String, FieldKind)>,
}

/// What is collected before it is hashed.
const BUFFER_BYTES: usize = 16 * 1024;

impl DigestWriter {
    /// Begins with what the plan depends on.
    pub fn new(head: &Head<'_>) -> Self {
        let mut writer = Self {
            hash: Sha256::new(),
            buffer: Vec::with_capacity(BUFFER_BYTES + 1024),
            last: None,
        };
        writer.text("attune-plan-1");
        writer.text(head.connector);
        writer.text(head.revision);
        writer.number(head.generations.len() as u64);
        for (plugin, generation) in head.generations {
            writer.text(plugin);
            writer.text(generation);
        }
        writer.buffer.extend_from_slice(&head.now_ms.to_le_bytes());
        writer
    }

    /// Adds the next change; its result is no part of the digest.
    pub fn change(&mut self, change: &Change) -> Result<(), Error> {
        self.follow(change)?;
        for text in [
            &change.target,
            &change.account,
            &change.field,
            &change.person,
        ] {
            self.text(text);
        }
        self.buffer.push(kind_byte(change.kind));
        self.buffer.push(match change.op {
            Op::Set => 1,
            Op::Clear => 2,
            Op::Photo => 3,
        });
        self.value(change.before.as_deref());
        self.value(change.after.as_deref());
        if self.buffer.len() >= BUFFER_BYTES {
            self.hash.update(&self.buffer);
            self.buffer.clear();
        }
        Ok(())
    }

    /// The digest as `sha256:` and 64 hexadecimal digits.
    pub fn finish(mut self) -> String {
        self.hash.update(&self.buffer);
        sha256_text(&self.hash.finalize())
    }

    fn follow(&mut self, change: &Change) -> Result<(), Error> {
        let (target, account, field, kind) = key(change);
        let order = self.last.as_ref().map_or(Ordering::Less, |last| {
            (last.0.as_str(), last.1.as_str(), last.2.as_str(), last.3)
                .cmp(&(target, account, field, kind))
        });
        let owned = || (target.to_owned(), account.to_owned(), field.to_owned());
        match order {
            Ordering::Less => {
                let (a, b, c, d) = self
                    .last
                    .get_or_insert_with(|| (String::new(), String::new(), String::new(), kind));
                for (kept, new) in [(a, target), (b, account), (c, field)] {
                    if kept != new {
                        kept.clear();
                        kept.push_str(new);
                    }
                }
                *d = kind;
                Ok(())
            }
            Ordering::Equal => {
                let (target, account, field) = owned();
                Err(Error::Twice {
                    target,
                    account,
                    field,
                })
            }
            Ordering::Greater => {
                let (target, account, field) = owned();
                Err(Error::Order {
                    target,
                    account,
                    field,
                })
            }
        }
    }

    fn number(&mut self, number: u64) {
        self.buffer.extend_from_slice(&number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.buffer.extend_from_slice(text.as_bytes());
    }

    fn value(&mut self, value: Option<&str>) {
        match value {
            None => self.buffer.push(0),
            Some(text) => {
                self.buffer.push(1);
                self.text(text);
            }
        }
    }
}

/// A byte per kind that never changes, whatever the order of the variants.
fn kind_byte(kind: FieldKind) -> u8 {
    match kind {
        FieldKind::EntityProperty => 1,
        FieldKind::AdminForm => 2,
        FieldKind::Custom => 3,
        FieldKind::Account => 4,
        FieldKind::Photo => 5,
        FieldKind::Profile => 6,
    }
}

/// `sha256:` and hexadecimal digits, as digests are written everywhere.
pub fn sha256_text(digest: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(7 + 2 * digest.len());
    text.push_str("sha256:");
    for byte in digest {
        // Writing into a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn change(target: &str, account: &str, field: &str, after: Option<&str>) -> Change {
        Change {
            person: "p".to_owned(),
            account: account.to_owned(),
            target: target.to_owned(),
            kind: FieldKind::EntityProperty,
            field: field.to_owned(),
            op: Op::Set,
            before: None,
            after: after.map(str::to_owned),
            result: None,
        }
    }

    fn digest(now_ms: i64, changes: &[Change]) -> Result<String, Error> {
        let generations = BTreeMap::from([("text".to_owned(), "sha256:1".to_owned())]);
        let mut writer = DigestWriter::new(&Head {
            connector: "c",
            revision: "sha256:r",
            generations: &generations,
            now_ms,
        });
        for change in changes {
            writer.change(change)?;
        }
        Ok(writer.finish())
    }

    #[test]
    fn digest_when_pinned_never_changes() {
        let changes = [change("jira", "a", "City", Some("Köln"))];
        assert_eq!(
            digest(1_763_762_400_000, &changes).unwrap(),
            "sha256:55d44b0412de845d3f891b273265fd483b2647a8dc5f57e33bbfb681ce8d5575"
        );
    }

    #[test]
    fn digest_when_anything_differs_differs() {
        let base = change("jira", "a", "City", Some("x"));
        let with = |edit: fn(&mut Change)| {
            let mut changed = base.clone();
            edit(&mut changed);
            digest(0, &[changed]).unwrap()
        };
        let mut all = vec![
            digest(0, std::slice::from_ref(&base)).unwrap(),
            digest(1, std::slice::from_ref(&base)).unwrap(),
            digest(0, &[]).unwrap(),
            with(|c| c.person.push('x')),
            with(|c| c.account.push('x')),
            with(|c| c.target.push('x')),
            with(|c| c.field.push('x')),
            with(|c| c.kind = FieldKind::Account),
            with(|c| c.op = Op::Clear),
            with(|c| c.before = Some(String::new())),
            with(|c| c.after = None),
            with(|c| c.after = Some(String::new())),
        ];
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
        let result = with(|c| c.result = Some(super::super::ChangeResult::Written));
        assert_eq!(
            result,
            digest(0, &[base]).unwrap(),
            "a result is no part of it"
        );
    }

    #[test]
    fn changes_when_out_of_order_or_double_are_refused() {
        let (a, b) = (
            change("jira", "a", "x", None),
            change("jira", "b", "a", None),
        );
        assert!(digest(0, &[a.clone(), b.clone()]).is_ok());
        assert!(matches!(
            digest(0, &[b, a.clone()]),
            Err(Error::Order { .. })
        ));
        assert!(matches!(
            digest(0, &[a.clone(), a.clone()]),
            Err(Error::Twice { .. })
        ));
        let mut other = a.clone();
        other.kind = FieldKind::Account;
        assert!(digest(0, &[a, other]).is_ok());
    }

    proptest! {
        #[test]
        fn digest_when_changes_arrive_in_any_order_is_the_same_after_sorting(
            (left, right) in prop::collection::btree_map(
                ("[ab]", "[a-c]{0,2}", "[a-c]{0,2}"), prop::option::of("[a-z]{0,2}"), 0..12
            ).prop_map(|changes| changes.into_iter()
                .map(|((t, a, f), after)| change(&t, &a, &f, after.as_deref()))
                .collect::<Vec<_>>())
            .prop_flat_map(|changes| (Just(changes.clone()).prop_shuffle(), Just(changes).prop_shuffle())),
        ) {
            let sorted = |mut changes: Vec<Change>| {
                changes.sort_by(compare);
                digest(0, &changes).unwrap()
            };
            prop_assert_eq!(sorted(left), sorted(right));
        }
    }
}
