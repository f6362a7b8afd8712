//! What is checked of every hostile guest: its code, how long it may take, how much memory, and
//! that afterwards everybody else on the same engine is served as before.
//!
//! Deliberately not here: any guest.

use std::process::Command;
use std::time::{Duration, Instant};

use attune_core::{Column, Kind, Problem, Transform as _};
use attune_wasm::{Engine, Error, FaultKind, Plugin, Transformer};
use serde_json::json;
use wasmparser::{Parser, Payload};

use super::guest::{CONTEXT, Guest, column, engine, rows_with_tilde};

/// Loads a guest and opens its function.
pub(crate) fn open_in(engine: &Engine, guest: &Guest<'_>) -> (Plugin, Transformer) {
    let plugin = engine
        .load(&guest.component())
        .unwrap_or_else(|error| panic!("{error}"));
    let step = plugin
        .open("same", &json!({}))
        .unwrap_or_else(|error| panic!("{error}"));
    (plugin, step)
}

/// The same on an engine of its own.
pub(crate) fn open(guest: &Guest<'_>) -> (Plugin, Transformer) {
    open_in(&engine(), guest)
}

/// The problem of a failed row.
pub(crate) fn problem(column: &Column, row: usize) -> Problem {
    assert_eq!(column.cell(row).kind, Kind::Failed, "row {row}");
    serde_json::from_slice(column.cell(row).bytes).unwrap()
}

/// Rows that failed.
pub(crate) fn failed_rows(column: &Column) -> Vec<usize> {
    let failed = column
        .iter()
        .enumerate()
        .filter(|(_, cell)| cell.kind == Kind::Failed);
    failed.map(|(row, _)| row).collect()
}

/// The next plugin of the same engine gives right answers.
pub(crate) fn others_go_on(engine: &Engine) {
    let (_, mut other) = open_in(engine, &Guest::default());
    let input = rows_with_tilde(&[]);
    assert!(other.apply(&CONTEXT, 256, &[&input]) == input, "the others");
}

/// One bad row of 256 fails with `code`; the 255 others have their values; the step, the plugin and
/// the engine go on.
pub(crate) fn check_one_bad_row(guest: &Guest<'_>, code: &str) -> (Problem, Transformer) {
    let engine = engine();
    let (plugin, mut step) = open_in(&engine, guest);
    let input = rows_with_tilde(&[100]);
    let answer = step.apply(&CONTEXT, 256, &[&input]);
    let failed = failed_rows(&answer);
    assert_eq!(failed, [100], "{:?}", problem(&answer, failed[0]));
    for row in (0..256).filter(|row| *row != 100) {
        assert_eq!(answer.cell(row), input.cell(row));
    }
    let problem = problem(&answer, 100);
    assert_eq!(problem.code, code, "{problem}");
    assert!(step.counts().deadlines <= 40, "{:?}", step.counts());

    let clean = rows_with_tilde(&[]);
    assert!(step.apply(&CONTEXT, 256, &[&clean]) == clean, "the step");
    let mut again = plugin.open("same", &json!({})).unwrap();
    assert!(again.apply(&CONTEXT, 256, &[&clean]) == clean, "the plugin");
    others_go_on(&engine);
    (problem, step)
}

/// Every row fails with `code`, whatever it holds, and the engine goes on.
pub(crate) fn check_every_row(guest: &Guest<'_>, code: &str) -> Problem {
    let engine = engine();
    let (_, mut step) = open_in(&engine, guest);
    let answer = step.apply(&CONTEXT, 8, &[&column((0..8).map(|row| row.to_string()))]);
    assert_eq!(failed_rows(&answer).len(), 8);
    let problem = problem(&answer, 0);
    assert_eq!(problem.code, code, "{problem}");
    others_go_on(&engine);
    problem
}

/// Why a file is refused; the engine goes on.
pub(crate) fn refusal(bytes: &[u8]) -> Error {
    let engine = engine();
    let error = engine.load(bytes).expect_err("it must be refused");
    assert!(!error.to_string().is_empty() && !error.hint().is_empty());
    others_go_on(&engine);
    error
}

/// The file is refused with this code, and with these words in what is said.
pub(crate) fn check_refused(bytes: &[u8], code: &str, says: &str) {
    let error = refusal(bytes);
    let text = error.problem().message;
    assert_eq!(error.code(), code, "{text}");
    assert!(text.contains(says), "`{says}` in `{text}`");
    assert!(!text.contains(char::is_control), "{text:?}");
}

/// The guest is refused because a call at load failed.
pub(crate) fn check_fault(guest: &Guest<'_>, kind: FaultKind) {
    match refusal(&guest.component()) {
        Error::Fault(fault) => assert_eq!(fault.kind, kind, "{fault}"),
        other => panic!("{}: {other}", other.code()),
    }
}

/// A plugin with one more component inside, which is instantiated with it.
pub(crate) fn with_part(plugin: &[u8], part: &[u8]) -> Vec<u8> {
    let mut depth = 0;
    let mut components = 0_u8;
    for payload in Parser::new(0).parse_all(plugin) {
        match payload.unwrap() {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentSection { .. } if depth == 1 => components += 1,
            _ => {}
        }
    }
    let mut bytes = plugin.to_vec();
    // Section 4 is a component; section 5 a list of one instance of it, without arguments.
    bytes.push(4);
    let mut length = part.len();
    while length >= 0x80 {
        bytes.push(length as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend_from_slice(part);
    bytes.extend_from_slice(&[5, 4, 1, 0, components, 0]);
    bytes
}

/// Runs something that may cost so many deadlines; four times that and fifteen seconds, because a
/// machine may be busy.
pub(crate) fn within<T>(deadlines: u32, deadline_ms: u64, run: impl FnOnce() -> T) -> T {
    let most = Duration::from_millis(deadline_ms) * deadlines * 4 + Duration::from_secs(15);
    let begun = Instant::now();
    let done = run();
    let took = begun.elapsed();
    assert!(took <= most, "{took:?} is more than {most:?}");
    done
}

/// Runs the test of this name in a process of its own, because memory is the process's.
pub(crate) fn alone(test: &str, case: impl FnOnce()) {
    const MARK: &str = "ATTUNE_TEST_ALONE";
    if std::env::var_os(MARK).is_some_and(|name| name == *test) {
        return case();
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", test, "--nocapture"])
        .env(MARK, test);
    let told = command.output().unwrap();
    let out = String::from_utf8_lossy(&told.stdout);
    let err = String::from_utf8_lossy(&told.stderr);
    assert!(
        told.status.success() && out.contains("1 passed"),
        "{out}\n{err}"
    );
}

/// How many bytes the process's memory rose above what it had, at most, while something ran.
pub(crate) fn peak(run: impl FnOnce()) -> u64 {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = memory("VmRSS");
    run();
    memory("VmHWM").saturating_sub(before)
}

/// A line of the process's memory, in bytes.
pub(crate) fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let mut lines = status.lines();
    let line = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kib = line.unwrap().trim().trim_end_matches(" kB");
    kib.parse::<u64>().unwrap() * 1024
}
