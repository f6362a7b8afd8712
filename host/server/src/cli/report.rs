//! A plan or run as a person reads it: totals first, then what matters most.
//!
//! Values are shown, because that is what a plan is for; control characters are made visible so
//! that a hostile value cannot rewrite the terminal.

use attune_core::plain::visible;
use attune_core::plan::{Change, How, Op, Report, State};
use attune_wasm::FaultKind;
use comfy_table::{Cell, CellAlignment, Table, presets};

use super::out::{BAD, FAINT, GOOD, Out, TITLE, WARN, paint};
use crate::kit;

/// Changes and problems shown without `--json`.
pub(super) const EXAMPLES_MAX: usize = 12;
/// Commands that are shown below problems.
const REPLAYS_MAX: usize = 4;
/// How calls of plugins end that do not answer; that there was no room says nothing of the input.
const FAULTS: [FaultKind; 6] = [
    FaultKind::Trap,
    FaultKind::Timeout,
    FaultKind::Memory,
    FaultKind::Stack,
    FaultKind::OutputInvalid,
    FaultKind::OutputTooLarge,
];
/// Longest value shown in a table, in characters.
const VALUE_CHARS_MAX: usize = 40;

/// Prints a whole report; `changes` are the first few of `report.summary.changes`.
pub(super) fn print(out: &Out, report: &Report, changes: &[Change]) {
    out.data(headline(report));
    out.data(totals(report).to_string());
    if report.targets.len() > 1 || report.targets.values().any(|target| target.error.is_some()) {
        out.data(targets(report).to_string());
    }
    if !changes.is_empty() {
        let shown = changes.len() as u64;
        let rest = report.summary.changes.saturating_sub(shown);
        let of = if rest == 0 {
            String::new()
        } else {
            format!(" (first {shown})")
        };
        out.data(format!("\n{}", paint(TITLE, format!("Changes{of}"))));
        out.data(change_table(report, changes).to_string());
        if rest > 0 {
            let more = match &report.run {
                Some(run) => format!("... and {rest} more: attune run show {run} --json"),
                None => format!(
                    "... and {rest} more: attune plan {} --out plan.json",
                    report.connector
                ),
            };
            out.data(paint(FAINT, more));
        }
    }
    if !report.problems.is_empty() {
        out.data(format!(
            "\n{}",
            paint(TITLE, "Problems (these values keep what is there)")
        ));
        out.data(problem_table(report).to_string());
        for line in replays(report) {
            out.data(line);
        }
    }
    for guard in report.guards.iter().filter(|guard| guard.held) {
        let detail = if guard.detail.is_empty() {
            String::new()
        } else {
            format!(": {}", shown(&guard.detail))
        };
        out.data(paint(
            WARN,
            format!(
                "held by {}: {} ({} of {}) is above the limit of {}{detail}",
                guard.name, guard.actual, guard.count, guard.base, guard.limit
            ),
        ));
    }
    out.data(format!("digest {}", report.digest));
}

/// Says what somebody who asked for changes only should know, beside all data.
pub(super) fn tell(out: &Out, report: &Report) {
    let source = report.source.as_ref();
    if let Some(why) = source.and_then(|source| source.why.as_deref()) {
        let why = visible(why);
        if source.is_some_and(|source| source.read == How::Kept) {
            out.warn(format!("nobody was looked at: {why}"));
            return;
        }
        out.warn(format!("everybody was listed, not only who changed: {why}"));
    }
}

fn headline(report: &Report) -> String {
    let word = match report.state {
        State::Planned => paint(GOOD, "planned"),
        State::Applied => paint(GOOD, "applied"),
        State::Nothing => paint(GOOD, "nothing to do"),
        State::Held => paint(WARN, "held: approval needed"),
        State::Stopped => paint(BAD, "stopped early"),
    };
    format!("{} {word}", paint(TITLE, &report.connector))
}

fn totals(report: &Report) -> Table {
    let summary = &report.summary;
    let mut table = plain();
    let mut row = |name: &str, count: u64, about: &str| {
        table.add_row([
            Cell::new(name),
            Cell::new(grouped(count)).set_alignment(CellAlignment::Right),
            Cell::new(about),
        ]);
    };
    let is_of_changes = report
        .source
        .as_ref()
        .is_some_and(|s| s.read == How::Changes);
    let whom = if is_of_changes {
        "in scope, who changed or were due"
    } else {
        "in scope"
    };
    row("people", summary.people, whom);
    row("with an account", summary.matched, "");
    row(
        "without an account",
        summary.unmatched,
        "nothing is written for them",
    );
    if summary.ambiguous > 0 {
        row(
            "ambiguous",
            summary.ambiguous,
            "several candidates: nothing is written",
        );
    }
    if summary.dropped > 0 {
        row("dropped", summary.dropped, "by a rule of the mapping");
    }
    row("unchanged", summary.skipped, "skipped without a request");
    row("changes", summary.changes, &kinds(report));
    if summary.adopted > 0 {
        row(
            "adopted",
            summary.adopted,
            "already right: ours from now on",
        );
    }
    if summary.held > 0 {
        row("held values", summary.held, "wait for a decision");
    }
    if summary.failed > 0 {
        row("failed values", summary.failed, "see the problems below");
    }
    if report.state == State::Applied || report.state == State::Stopped {
        row("written", summary.written, "");
    }
    table
}

fn kinds(report: &Report) -> String {
    let summary = &report.summary;
    let mut parts = vec![format!("{} set", grouped(summary.sets))];
    if summary.clears > 0 {
        parts.push(format!("{} cleared", grouped(summary.clears)));
    }
    if summary.photos > 0 {
        parts.push(format!("{} pictures", grouped(summary.photos)));
    }
    parts.join(", ")
}

fn targets(report: &Report) -> Table {
    let mut table = plain();
    table.set_header(["target", "matched", "unmatched", "changes", ""]);
    for (name, target) in &report.targets {
        let error = target
            .error
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        table.add_row([
            name.clone(),
            grouped(target.matched),
            grouped(target.unmatched),
            grouped(target.changes),
            error,
        ]);
    }
    table
}

/// Changes of a report as a table.
pub(super) fn change_table(report: &Report, changes: &[Change]) -> Table {
    let mut table = plain();
    let head = ["account", "field", "before", "", "after", ""];
    table.set_header(with_target(report, "target", head.map(str::to_owned)));
    for change in changes {
        let arrow = match change.op {
            Op::Set | Op::Photo => "->",
            Op::Clear => "x",
        };
        let result = change
            .result
            .and_then(|result| serde_json::to_value(result).ok())
            .and_then(|word| word.as_str().map(str::to_owned))
            .unwrap_or_default();
        let cells = [
            shown(&change.account),
            shown(&change.field),
            optional(change.before.as_deref()),
            arrow.to_owned(),
            optional(change.after.as_deref()),
            result,
        ];
        table.add_row(with_target(report, &change.target, cells));
    }
    table
}

/// Problems of a report as a table: the first few.
pub(super) fn problem_table(report: &Report) -> Table {
    let mut table = plain();
    let head = ["person", "field", "code", "what happened"];
    table.set_header(with_target(report, "target", head.map(str::to_owned)));
    for problem in report.problems.iter().take(EXAMPLES_MAX) {
        let cells = [
            shown(&problem.person),
            shown(&problem.field),
            problem.code.clone(),
            visible(&problem.message).into_owned(),
        ];
        table.add_row(with_target(report, &problem.target, cells));
    }
    let rest = report.problems.len().saturating_sub(EXAMPLES_MAX);
    if rest > 0 {
        let more = [
            "...".to_owned(),
            String::new(),
            String::new(),
            format!("and {rest} more"),
        ];
        table.add_row(with_target(report, "", more));
    }
    table
}

/// For problems that a plugin's author has to look at: the command that makes the call again. It shows
/// the input, which no report has, to whoever may ask the directory. One for each field and code.
fn replays(report: &Report) -> Vec<String> {
    let mut told: Vec<(&str, &str, &str)> = Vec::new();
    let mut lines = Vec::new();
    for problem in &report.problems {
        let (target, field, code) = (&*problem.target, &*problem.field, &*problem.code);
        let is_new = !told.contains(&(target, field, code));
        if field.is_empty() || lines.len() == REPLAYS_MAX || !is_new || !is_fault(code) {
            continue;
        }
        told.push((target, field, code));
        let (connector, person) = (kit::quoted(&report.connector), kit::quoted(&problem.person));
        let field = kit::quoted(field);
        let mut line =
            format!("again   attune plugin run --person {connector} {person} --field {field}");
        if report.targets.len() > 1 {
            line.push_str(" --target ");
            line.push_str(&kit::quoted(target));
        }
        lines.push(visible(&line).into_owned());
    }
    lines
}

/// Whether this is what calls of plugins end with.
fn is_fault(code: &str) -> bool {
    code == "plugin-error" || FAULTS.iter().any(|kind| kind.code() == code)
}

/// A line that says which target it is about, where there are several.
fn with_target<const N: usize>(report: &Report, target: &str, cells: [String; N]) -> Vec<String> {
    let mut line = Vec::from(cells);
    if report.targets.len() > 1 {
        line.insert(0, shown(target));
    }
    line
}

/// A table without vertical lines, as wide as its content.
pub(super) fn plain() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table
}

/// The same for a value that may not be there.
pub(super) fn optional(value: Option<&str>) -> String {
    match value {
        None | Some("") => "(empty)".to_owned(),
        Some(value) => shown(value),
    }
}

/// A value on one line, made visible and cut.
pub(super) fn shown(value: &str) -> String {
    let visible = visible(value);
    if visible.chars().count() <= VALUE_CHARS_MAX {
        return visible.into_owned();
    }
    let cut: String = visible.chars().take(VALUE_CHARS_MAX - 1).collect();
    format!("{cut}…")
}

/// A count with thin groups: `12 345`.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{grouped, shown};

    #[test]
    fn counts_are_grouped_by_three() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1210), "1 210");
        assert_eq!(grouped(1_234_567), "1 234 567");
    }

    #[test]
    fn values_cannot_rewrite_the_terminal() {
        assert_eq!(shown("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(shown("\u{202e}abc"), "\\u{202e}abc");
        assert_eq!(shown("Jörg Weiß"), "Jörg Weiß");
    }

    #[test]
    fn long_values_are_cut_by_characters() {
        assert_eq!(shown(&"ä".repeat(50)).chars().count(), 40);
    }
}
