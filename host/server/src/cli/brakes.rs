//! Why a plan is held, and the ways on: for people who have to decide.

use attune_core::plain::visible;
use attune_core::plan::{Report, State};

use super::out::{FAINT, Out, TITLE, paint};
use super::report;
use crate::connector::{Loaded, Place};
use crate::fault::Failure;
use crate::store::stage::Stage;
use crate::sync::{self, HeldBy, Host};

/// Prints, below a report that is held, examples of each guard and what can be done.
pub(super) async fn explain(
    out: &Out,
    host: &Host,
    (report, stage, run): (&Report, Option<&Stage>, &str),
    loaded: Option<&Loaded>,
) -> Result<(), Failure> {
    if out.json || !(report.is_held() || report.state == State::Held) {
        return Ok(());
    }
    let held = sync::held_by(host, report, (stage, run)).await?;
    for one in &held {
        print(out, report, one);
    }
    ways(out, report, (&held, loaded));
    Ok(())
}

fn print(out: &Out, report: &Report, one: &HeldBy) {
    let guard = &one.guard;
    let title = format!(
        "{}: {} ({} of {}), allowed {}",
        guard.name, guard.actual, guard.count, guard.base, guard.limit
    );
    out.data(format!("\n{}", paint(TITLE, title)));
    if !guard.detail.is_empty() {
        out.data(visible(&guard.detail));
    }
    if !one.changes.is_empty() {
        out.data(report::change_table(report, &one.changes).to_string());
    }
    if !one.problems.is_empty() {
        let some = Report {
            problems: one.problems.clone(),
            ..report.clone()
        };
        out.data(report::problem_table(&some).to_string());
    }
    for person in &one.people {
        out.data(format!(
            "{} is not delivered any more",
            report::shown(person)
        ));
    }
    if guard.name == "emptied-attribute" && one.changes.is_empty() {
        out.data("no value is cleared for it: its rows keep what is there");
    }
}

fn ways(out: &Out, report: &Report, (held, loaded): (&[HeldBy], Option<&Loaded>)) {
    let digest = &report.digest;
    out.data(format!(
        "\n{}",
        paint(TITLE, "Nothing was written. What you can do")
    ));
    out.data(format!(
        "it is right:   attune approve {digest}\n               {}",
        paint(FAINT, "writes exactly this plan, within 24 hours")
    ));
    out.data(format!("it is wrong:   attune reject {digest}"));
    for one in held {
        let name = &one.guard.name;
        let line = match loaded {
            Some(loaded) => limit_line(loaded, name),
            None => format!(
                "`{name}` under [guard] in the file of connector `{}`",
                report.connector
            ),
        };
        out.data(format!("always right:  another limit for {line}"));
    }
}

/// Where the limit of a guard stands, or where it can be written.
fn limit_line(loaded: &Loaded, guard: &str) -> String {
    let place = |name: &str| loaded.line(&Place::Guard(name.to_owned()));
    let file = loaded.path.display();
    match (place(guard), place("")) {
        (Some(line), _) => format!("`{guard}`: {file}, line {line}"),
        (None, Some(line)) => format!("`{guard}`: write it below [guard], {file}, line {line}"),
        (None, None) => format!("`{guard}`: write [guard] with {guard} = \"...\" into {file}"),
    }
}
