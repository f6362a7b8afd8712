//! The tutorial of `plugins/README.md`, run as it stands: from an empty folder to a new value in a running
//! service, and once more after an edit.
//!
//! Every line of a `console` block that begins with `$ ` goes to one shell, in order; it must succeed,
//! and the lines below it must be printed, in order, among what it says (`...` stands for anything).
//! The compiler is that of the tests and asks nobody. Deliberately not here: the commands one by one
//! (`kit`), and languages other than Rust.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::kit::with_compiler;
use super::terminal::{home, share_compiled};

const PAGE: &str = include_str!("../../../../plugins/README.md");
/// Stands before the exit code in what the shell says after a command.
const MARK: &str = "::ended::";
/// No command of the tutorial may take longer: the first build of a plugin is one of the SDK too.
const PATIENCE: Duration = Duration::from_mins(15);

/// One command of the page, and the lines that it shows.
#[derive(Debug, PartialEq, Eq)]
struct Step<'p> {
    line: usize,
    command: &'p str,
    shown: Vec<&'p str>,
}

/// The commands of all `console` blocks.
fn steps(page: &str) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    let mut is_inside = false;
    for (index, line) in page.lines().enumerate() {
        if let Some(language) = line.strip_prefix("```") {
            is_inside = !is_inside && language == "console";
            continue;
        }
        if !is_inside {
            continue;
        }
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step {
                line: index + 1,
                command,
                shown: Vec::new(),
            });
        } else if let Some(step) = steps.last_mut() {
            step.shown.push(line.trim_end());
        }
    }
    steps
}

/// Whether a line that was printed is the one that is shown.
fn is_shown(shown: &str, printed: &str) -> bool {
    let mut parts = shown.split("...");
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = printed.strip_prefix(first) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        let Some(found) = rest.find(part) else {
            return false;
        };
        last = Some(part);
        rest = &rest[found + part.len()..];
    }
    // The line ends where the last part does, unless it ends with the dots.
    rest.is_empty() || last.is_some_and(|last| last.is_empty() || printed.ends_with(last))
}

/// The first line that is shown and was not printed after those before it.
fn missing<'s>(shown: &[&'s str], printed: &str) -> Option<&'s str> {
    let mut lines = printed.lines();
    let mut shown = shown.iter();
    shown
        .find(|shown| !lines.any(|line| is_shown(shown, line.trim_end())))
        .copied()
}

/// One shell, and everything that it began.
struct Shell {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Shell {
    fn start(folder: &Path, bin: &Path) -> Self {
        let mut command = Command::new("bash");
        command.arg("--norc").env_clear();
        with_compiler(&mut command);
        let mut known = std::env::vars();
        let (_, path) = known.find(|(name, _)| name == "PATH").unwrap();
        let mut child = command
            .env("PATH", format!("{}:{path}", bin.display()))
            // The usual port may be taken on this machine.
            .env("ATTUNE_LISTEN", "127.0.0.1:0")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            input,
            output,
        }
    }

    /// Runs a command; what it printed, and its exit code.
    async fn run(&mut self, command: &str) -> (String, String) {
        // The last line that a command prints may have no end.
        let line = format!("{{ {command}\n}} 2>&1; code=$?; echo; echo {MARK}$code\n");
        self.input.write_all(line.as_bytes()).await.unwrap();
        let mut printed = String::new();
        loop {
            let line = tokio::time::timeout(PATIENCE, self.output.next_line()).await;
            let line = line.unwrap_or_else(|_| panic!("`{command}` goes on and on: {printed}"));
            let line = line
                .unwrap()
                .unwrap_or_else(|| panic!("`{command}` ended the shell"));
            if let Some(code) = line.strip_prefix(MARK) {
                return (printed, code.to_owned());
            }
            printed += &line;
            printed.push('\n');
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // Also what it left in the background; nobody is there any more if all went well.
        let Some(id) = self.child.id() else {
            return;
        };
        let group = format!("-{id}");
        let mut kill = std::process::Command::new("kill");
        let _ended = kill
            .args(["-TERM", "--", &group])
            .stderr(Stdio::null())
            .status();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_of_the_tutorial_does_what_the_page_shows() {
    let folder = tempfile::tempdir_in(home()).unwrap();
    let bin = folder.path().join("bin");
    fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_attune"), bin.join("attune")).unwrap();
    let work = folder.path().join("work");
    // What the service would compile at its start is compiled for all tests.
    let compiled = work.join("world/data/compiled");
    share_compiled(&home().join("compiled"), &compiled);
    let mut shell = Shell::start(&work, &bin);
    let steps = steps(PAGE);
    assert!(steps.len() > 15, "the tutorial is gone: {steps:?}");
    let mut told: Vec<(&str, String)> = Vec::new();
    for step in &steps {
        let (printed, code) = shell.run(step.command).await;
        let at = format!("plugins/README.md:{}: {}", step.line, step.command);
        let logs = || {
            let logs = ["demo.log", "serve.log", "watch.log"];
            logs.map(|log| fs::read_to_string(work.join(log)).unwrap_or_default())
        };
        assert_eq!(code, "0", "{at}\n{printed}\n{:#?}", logs());
        let missing = missing(&step.shown, &printed);
        assert_eq!(missing, None, "{at}\n{printed}\n{:#?}", logs());
        told.push((step.command, printed));
    }
    // The same question has another answer after the edit: another build runs.
    let listed = told
        .iter()
        .filter(|(command, _)| *command == "attune plugin list | grep ' shout  .*KiB'");
    let listed: Vec<&String> = listed.map(|(_, printed)| printed).collect();
    assert_eq!(
        listed.len(),
        2,
        "the page asks for the build before and after the edit"
    );
    assert_ne!(listed[0], listed[1]);
    share_compiled(&compiled, &home().join("compiled"));
}

#[test]
fn shown_lines_are_found_in_order_and_dots_stand_for_anything() {
    let page = "```sh\n$ no\n```\n```console\n$ a\nb ... d\n$ e\n```\n$ no\n";
    let found = steps(page);
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].command, found[0].line), ("a", 5));
    assert_eq!(found[0].shown, ["b ... d"]);
    for (shown, printed, is_good) in [
        ("a", "a", true),
        ("a", "ab", false),
        ("a ...", "a b", true),
        ("... b", "a b", true),
        ("a...c", "abc", true),
        ("a...c...", "abcd", true),
        ("a...c", "abcd", false),
        ("a...c", "acdc", true),
        ("a...d...c", "abc", false),
    ] {
        assert_eq!(is_shown(shown, printed), is_good, "{shown} {printed}");
    }
    assert_eq!(missing(&["a", "b"], "a\nx\nb\n"), None);
    assert_eq!(missing(&["b", "a"], "a\nx\nb\n"), Some("a"));
}
