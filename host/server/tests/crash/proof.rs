//! What the stand-ins' own logs prove, held against the journal of the product.
//!
//! Promise 3: whatever a stand-in applied has a row in the journal, which was there when the process
//! was dead. Promise 2: a row is applied once; once more after a kill, with the same value and only
//! where that value still stands. So nothing is written over that the row did not name as what was
//! there before, and what somebody else typed in never loses to a repetition.

use std::collections::BTreeSet;
use std::fmt;

use attune_server::store::Store;
use attune_server::store::journal::{FieldChange, Open};
use attune_sim::demo::Demo;
use attune_sim::{confluence, jira};

use super::company::{AccountSet, SITES, Site, Typed};

/// How an operation of the journal can have ended.
const STATES: [&str; 7] = [
    "intent", "written", "rejected", "gone", "conflict", "altered", "not-sent",
];

/// One field that a stand-in changed because a request said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Write {
    site: Site,
    account: String,
    field: String,
    before: Option<String>,
    after: Option<String>,
}

/// Takes what was written at both sites since the last time.
pub(crate) fn take_writes(world: &Demo) -> Vec<Write> {
    let shown = world.jira.writes().into_iter().map(|write| Write {
        site: Site::Jira,
        account: write.account,
        field: match write.field {
            jira::Field::UserProperty(name) => name,
            other => format!("{other:?}"),
        },
        before: write.before.as_ref().map(text),
        after: write.after.as_ref().map(text),
    });
    let profiles = world.wiki.writes().into_iter().map(|write| Write {
        site: Site::Wiki,
        account: write.account,
        field: profile_name(write.field),
        before: write.before,
        after: write.after,
    });
    let writes = shown.chain(profiles).collect();
    world.jira.reset_writes();
    world.wiki.reset_writes();
    writes
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn profile_name(field: confluence::Field) -> String {
    let name = field.form_name();
    name.strip_prefix("userparam-").unwrap_or(name).to_owned()
}

/// An operation of the journal.
#[derive(Debug, Clone)]
struct Row {
    site: Site,
    open: Open,
}

impl Row {
    fn id(&self) -> (String, i64) {
        (self.open.run.clone(), self.open.operation.number)
    }

    /// Whether this row speaks of that field with that value.
    fn covers(&self, write: &Write) -> Option<&FieldChange> {
        let is_account = self.site == write.site && self.open.operation.account == write.account;
        let mut fields = self.open.operation.fields.iter().filter(|_| is_account);
        fields.find(|change| change.field.name == write.field && change.after == write.after)
    }
}

/// All rows of the journal as they are now.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    rows: Vec<Row>,
    open: usize,
}

impl Journal {
    /// Reads it from the database of a process that is dead.
    pub(crate) async fn read(store: &Store) -> Self {
        let mut journal = Self::default();
        for state in STATES {
            let rows = store.operations("demo", state).await.unwrap();
            if state == "intent" {
                journal.open = rows.len();
            }
            journal.rows.extend(rows.into_iter().map(|open| Row {
                site: *SITES.iter().find(|s| s.name() == open.target).unwrap(),
                open,
            }));
        }
        journal
    }

    /// The accounts of operations whose outcome nobody knows.
    pub(crate) fn doubted(&self) -> AccountSet {
        let open = self.rows.iter().take(self.open);
        open.map(|row| (row.site, row.open.operation.account.clone()))
            .collect()
    }
}

/// Something that breaks a promise.
#[derive(Debug, Clone)]
pub(crate) struct Breach {
    pub(crate) promise: u8,
    pub(crate) what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "promise {}: {}", self.promise, self.what)
    }
}

/// What happened between two changes of the directory: stretches of writing, each of which a kill
/// ended, except the last.
#[derive(Debug, Default)]
pub(crate) struct Course {
    /// Rows that were there before it.
    known: BTreeSet<(String, i64)>,
    stretches: Vec<Vec<Write>>,
    /// Before which stretch somebody typed something in.
    typed: Vec<(usize, Typed)>,
}

impl Course {
    pub(crate) fn begin(journal: &Journal) -> Self {
        Self {
            known: journal.rows.iter().map(Row::id).collect(),
            ..Self::default()
        }
    }

    /// The writes up to a kill, or to the end; each has to have its row by now.
    pub(crate) fn stretch(&mut self, writes: Vec<Write>, journal: &Journal) -> Vec<Breach> {
        let new = self.new_rows(journal);
        let is_unrecorded = |write: &&Write| !new.iter().any(|row| row.covers(write).is_some());
        let breaches = writes.iter().filter(is_unrecorded).map(|write| Breach {
            promise: 3,
            what: format!("without a record: {write:?}"),
        });
        let breaches = breaches.collect();
        self.stretches.push(writes);
        breaches
    }

    /// What somebody else did since the last stretch.
    pub(crate) fn typed(&mut self, typed: Vec<Typed>) {
        let at = self.stretches.len();
        self.typed
            .extend(typed.into_iter().map(|typed| (at, typed)));
    }

    fn new_rows<'j>(&self, journal: &'j Journal) -> Vec<&'j Row> {
        let is_new = |row: &&Row| !self.known.contains(&row.id());
        journal.rows.iter().filter(is_new).collect()
    }

    /// Holds every write against the rows; also counts the repetitions.
    pub(crate) fn judge(&self, journal: &Journal) -> (Vec<Breach>, usize) {
        // A row's change of one field, and in which stretch it was applied last.
        let mut rows: Vec<(&Row, &FieldChange, Option<usize>)> = Vec::new();
        for row in self.new_rows(journal) {
            let changes = row.open.operation.fields.iter();
            rows.extend(changes.map(|change| (row, change, None)));
        }
        let mut breaches = Vec::new();
        let mut repeated = 0;
        for (at, write) in self.writes() {
            let is_its = |row: &Row, change: &FieldChange| {
                row.covers(write)
                    .is_some_and(|covered| std::ptr::eq(covered, change))
            };
            if !rows.iter().any(|(row, change, _)| is_its(row, change)) {
                continue; // That is promise 3.
            }
            let mut first = rows.iter_mut().filter(|(row, change, applied)| {
                applied.is_none() && is_its(row, change) && change.before == write.before
            });
            if let Some((_, _, applied)) = first.next() {
                *applied = Some(at);
                continue;
            }
            let mut again = rows.iter_mut().filter(|(row, change, applied)| {
                applied.is_some_and(|applied| applied < at) && is_its(row, change)
            });
            if let Some((_, _, applied)) = again.next()
                && write.before == write.after
            {
                *applied = Some(at);
                repeated += 1;
                continue;
            }
            let what = if self.was_typed(at, write) {
                "over what somebody else had typed in"
            } else if write.before == write.after {
                "repeated without a crash"
            } else {
                "over what no record says was there"
            };
            breaches.push(Breach {
                promise: 2,
                what: format!("{what}: {write:?}"),
            });
        }
        (breaches, repeated)
    }

    fn writes(&self) -> impl Iterator<Item = (usize, &Write)> {
        let stretches = self.stretches.iter().enumerate();
        stretches.flat_map(|(at, writes)| writes.iter().map(move |write| (at, write)))
    }

    fn was_typed(&self, stretch: usize, write: &Write) -> bool {
        self.typed.iter().any(|(before, typed)| {
            *before <= stretch
                && typed.site == write.site
                && typed.account == write.account
                && typed.field == write.field
        })
    }
}

#[cfg(test)]
mod tests {
    use attune_core::mapping::{Field, FieldKind};
    use attune_server::store::journal::Operation;

    use super::*;

    /// Ada's department becomes another one.
    fn write(before: &str, after: &str) -> Write {
        Write {
            site: Site::Jira,
            account: "ada".to_owned(),
            field: "Department".to_owned(),
            before: Some(before.to_owned()),
            after: Some(after.to_owned()),
        }
    }

    /// Rows about Ada's department.
    fn journal(rows: &[(&str, &str)]) -> Journal {
        let row = |(number, (before, after)): (i64, &(&str, &str))| Row {
            site: Site::Jira,
            open: Open {
                run: "run".to_owned(),
                target: "jira".to_owned(),
                site: String::new(),
                operation: Operation {
                    number,
                    account: "ada".to_owned(),
                    person: "person".to_owned(),
                    fields: vec![FieldChange {
                        disowned: false,
                        field: Field {
                            kind: FieldKind::AdminForm,
                            name: "Department".to_owned(),
                        },
                        before: Some((*before).to_owned()),
                        after: Some((*after).to_owned()),
                    }],
                },
            },
        };
        Journal {
            rows: (1..).zip(rows).map(row).collect(),
            open: 0,
        }
    }

    /// Breaches of promises 3 and 2, and repetitions, of stretches of writing with kills between.
    fn judged(stretches: &[&[Write]], rows: &[(&str, &str)]) -> (usize, usize, usize) {
        let journal = journal(rows);
        let mut course = Course::default();
        let unrecorded: usize = stretches
            .iter()
            .map(|writes| course.stretch(writes.to_vec(), &journal).len())
            .sum();
        let (breaches, repeated) = course.judge(&journal);
        (unrecorded, breaches.len(), repeated)
    }

    #[test]
    fn a_write_with_its_row_keeps_the_promises_and_one_without_does_not() {
        assert_eq!(judged(&[&[write("a", "b")]], &[("a", "b")]), (0, 0, 0));
        assert_eq!(judged(&[&[write("a", "c")]], &[("a", "b")]), (1, 0, 0));
        // A row that was there before is no record of what is written now.
        let mut course = Course::begin(&journal(&[("a", "b")]));
        let unrecorded = course.stretch(vec![write("a", "b")], &journal(&[("a", "b")]));
        assert_eq!(unrecorded.len(), 1);
    }

    #[test]
    fn a_repetition_keeps_promise_2_only_after_a_kill_and_only_once() {
        let first = || write("a", "b");
        let again = || write("b", "b");
        let rows = [("a", "b")];
        assert_eq!(judged(&[&[first(), again()]], &rows), (0, 1, 0));
        assert_eq!(judged(&[&[first()], &[again()]], &rows), (0, 0, 1));
        let twice = [again(), again()];
        assert_eq!(judged(&[&[first()], &twice], &rows), (0, 1, 1));
    }

    #[test]
    fn a_write_over_what_its_row_does_not_name_breaks_promise_2() {
        let first = || write("a", "b");
        let over = || write("typed", "b");
        let rows = [("a", "b")];
        assert_eq!(judged(&[&[over()]], &rows), (0, 1, 0));
        assert_eq!(judged(&[&[first()], &[over()]], &rows), (0, 1, 0));
        // A new row that has seen it is another operation.
        let rows = [("a", "b"), ("typed", "b")];
        assert_eq!(judged(&[&[first()], &[over()]], &rows), (0, 0, 0));
    }
}
