//! Changes, problems and figures of plans and runs, as their pages show them.

use std::collections::BTreeMap;

use attune_core::plan::{Change, ChangeResult, Op, Summary, Trouble};

use super::page::Visit;
use super::refused::Refused;
use super::shown::{Shown, cut};
use crate::fault::{self, Fault};
use crate::view;

/// Examples of a problem.
const EXAMPLES: usize = 20;

/// A row of `part/changes.html`.
pub(super) struct Row {
    pub(super) person: String,
    pub(super) name: String,
    pub(super) target: String,
    pub(super) field: String,
    pub(super) op: &'static str,
    pub(super) before: Shown,
    pub(super) after: Shown,
    pub(super) result: &'static str,
}

/// A figure above a plan or run.
pub(super) struct Figure {
    pub(super) what: &'static str,
    pub(super) much: u64,
    pub(super) tone: &'static str,
    pub(super) text: String,
}

/// What could not be done, by cause.
pub(super) struct Problem {
    pub(super) code: String,
    pub(super) title: String,
    pub(super) remedy: String,
    pub(super) whose: &'static str,
    pub(super) people: u64,
    pub(super) examples: Vec<Example>,
    pub(super) held_href: String,
}

/// One person with a problem.
pub(super) struct Example {
    pub(super) person: String,
    pub(super) name: String,
    pub(super) target: String,
    pub(super) field: String,
    pub(super) message: String,
}

/// Rows of changes of a connector, with what people are called.
pub(super) async fn rows(
    visit: &Visit,
    connector: &str,
    changes: &[Change],
) -> Result<Vec<Row>, Refused> {
    let keys = changes.iter().map(|change| change.person.as_str());
    let names = names(visit, connector, keys).await?;
    let may_see = visit.may_see();
    let row = |change: &Change| {
        let (before, after) = if change.op == Op::Photo {
            (
                picture(change.before.as_deref()),
                picture(change.after.as_deref()),
            )
        } else {
            (
                Shown::of(change.before.as_deref()),
                Shown::of(change.after.as_deref()),
            )
        };
        Row {
            name: name(&names, &change.person),
            person: change.person.clone(),
            target: change.target.clone(),
            field: cut(&change.field),
            op: op(change.op),
            before: before.seen(may_see),
            after: after.seen(may_see),
            result: change.result.map_or("", result),
        }
    };
    Ok(changes.iter().map(row).collect())
}

/// What people of a connector are called; their keys for who may not see values of people.
pub(super) async fn names<'a>(
    visit: &Visit,
    connector: &str,
    keys: impl Iterator<Item = &'a str> + Send,
) -> Result<BTreeMap<String, String>, Refused> {
    if !visit.may_see() {
        return Ok(BTreeMap::new());
    }
    let store = visit.host()?.store;
    Ok(view::people::names(&store, connector, keys).await?)
}

/// A person's name among those that were asked for.
pub(super) fn name(names: &BTreeMap<String, String>, key: &str) -> String {
    cut(names.get(key).map_or(key, String::as_str))
}

/// Problems by their cause, those of most people first.
pub(super) async fn problems(
    visit: &Visit,
    (connector, id): (&str, &str),
    troubles: &[Trouble],
) -> Result<Vec<Problem>, Refused> {
    let mut causes: BTreeMap<&str, Vec<&Trouble>> = BTreeMap::new();
    for trouble in troubles {
        causes.entry(&trouble.code).or_default().push(trouble);
    }
    let told = causes.values().flat_map(|all| all.iter().take(EXAMPLES));
    let names = names(visit, id, told.map(|trouble| trouble.person.as_str())).await?;
    let may_see = visit.may_see();
    let mut problems: Vec<Problem> = causes
        .into_iter()
        .map(|(code, all)| {
            let mut people: Vec<&str> = all.iter().map(|one| one.person.as_str()).collect();
            people.sort_unstable();
            people.dedup();
            let example = |one: &&Trouble| Example {
                name: name(&names, &one.person),
                person: one.person.clone(),
                target: one.target.clone(),
                field: cut(&one.field),
                // Words may quote a value.
                message: if may_see {
                    cut(&one.message)
                } else {
                    String::new()
                },
            };
            let cause = Cause::of(visit, code);
            Problem {
                code: cut(code),
                title: cause.title,
                remedy: cause.remedy,
                whose: cause.whose,
                people: people.len() as u64,
                examples: all.iter().take(EXAMPLES).map(example).collect(),
                held_href: format!("/held?connector={connector}&cause={code}"),
            }
        })
        .collect();
    problems.sort_by_key(|problem| std::cmp::Reverse(problem.people));
    Ok(problems)
}

/// What a code means, and who can do something about it.
pub(super) struct Cause {
    pub(super) title: String,
    pub(super) remedy: String,
    pub(super) whose: &'static str,
}

impl Cause {
    /// As the table of codes says; codes of plugins are not in it.
    pub(super) fn of(visit: &Visit, code: &str) -> Self {
        match fault::find(code) {
            Some(entry) => Self {
                title: entry.summary.to_owned(),
                remedy: entry.remedy.to_owned(),
                whose: match entry.fault {
                    Fault::Retry => "retry",
                    Fault::Operator => "operator",
                    Fault::Data => "data",
                    Fault::Bug => "bug",
                },
            },
            None => Self {
                title: visit.say("cause-of-plugin"),
                remedy: visit.say("cause-of-plugin-do"),
                whose: "data",
            },
        }
    }
}

/// The figures of a run.
pub(super) fn figures(summary: &Summary) -> Vec<Figure> {
    vec![
        figure("fig-people", summary.people, ""),
        figure("fig-skipped", summary.skipped, ""),
        figure("fig-changes", summary.changes, ""),
        figure("fig-written", summary.written, "ok"),
        figure("fig-held", summary.held, "warn"),
        figure("fig-failed", summary.failed, "bad"),
    ]
}

/// The figures of a plan.
pub(super) fn planned(summary: &Summary) -> Vec<Figure> {
    vec![
        figure("fig-sets", summary.sets, ""),
        figure("fig-clears", summary.clears, "warn"),
        figure("fig-photos", summary.photos, ""),
        figure("fig-adopted", summary.adopted, ""),
        figure("fig-held", summary.held, "warn"),
        figure("fig-failed", summary.failed, "bad"),
    ]
}

/// Nothing has no tone.
fn figure(what: &'static str, much: u64, tone: &'static str) -> Figure {
    Figure {
        what,
        much,
        tone: if much == 0 { "" } else { tone },
        text: String::new(),
    }
}

/// The word of an operation.
pub(super) fn op(op: Op) -> &'static str {
    match op {
        Op::Set => "set",
        Op::Clear => "clear",
        Op::Photo => "photo",
    }
}

fn result(result: ChangeResult) -> &'static str {
    match result {
        ChangeResult::Written => "written",
        ChangeResult::Failed => "failed",
        ChangeResult::Conflict => "conflict",
        ChangeResult::Gone => "gone",
        ChangeResult::NotSent => "not-sent",
    }
}

/// A picture is told by the beginning of its hash.
fn picture(hash: Option<&str>) -> Shown {
    Shown::of(hash.map(super::shown::short).as_deref())
}
