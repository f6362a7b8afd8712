//! What an author needs of a call that failed: where, what the plugin said, which input, and the
//! command that does it again.
//!
//! Deliberately not here: why it failed (`attune_wasm`), and how it is printed.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

use attune_core::Problem;
use attune_wasm::{Error, FaultKind};
use serde::Serialize;

use crate::fault::chain;

/// Bytes of an input that stand on a command line; a longer one is put into a file.
const INPUT_BYTES_MAX: usize = 2_000;

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    /// The stable word of what failed.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// File and line, as far as they are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The last error line that the plugin logged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    /// What to look for, where the place does not say it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// The command that makes the same call.
    pub replay: String,
}

impl Report {
    /// Of an error of the sandbox in this call.
    pub fn of(error: &Error, replay: String) -> Self {
        let (place, said, message) = match error {
            Error::Fault(fault) => {
                let message = format!("`{}` failed: {}", fault.function, fault.what);
                (fault.place(), fault.log.clone(), message)
            }
            other => (None, None, chain(other)),
        };
        let is_trap = matches!(error, Error::Fault(fault) if fault.kind == FaultKind::Trap);
        Self {
            code: error.code().to_owned(),
            message,
            place,
            said,
            hint: if is_trap { String::new() } else { error.hint() },
            replay,
        }
    }

    /// Of a value that failed because the function threw: its message has type, place and line. Any
    /// other problem is an answer as good as a value.
    pub fn thrown(problem: Option<&Problem>, replay: impl FnOnce() -> String) -> Option<Self> {
        let problem = problem.filter(|problem| problem.code == "plugin-error")?;
        Some(Self {
            code: problem.code.clone(),
            message: problem.message.clone(),
            place: None,
            said: None,
            hint: String::new(),
            replay: replay(),
        })
    }
}

/// The command that calls a function of a build with these options and this input, in this context if
/// it is not the usual one.
pub fn replay(
    file: &Path,
    function: &str,
    options: &serde_json::Value,
    input: &str,
    context: Option<&str>,
) -> String {
    let options = match options.as_object() {
        Some(members) if members.is_empty() => String::new(),
        _ => format!(" --options {}", quoted(&options.to_string())),
    };
    let input = aside(input).unwrap_or_else(|| quoted(input));
    let file = quoted(&file.display().to_string());
    let context = context.map(|context| format!(" --context {}", quoted(context)));
    let context = context.unwrap_or_default();
    format!("attune plugin run {file} {function}{options} --input {input}{context}")
}

/// A long input goes into a file, which is named on the command line.
fn aside(input: &str) -> Option<String> {
    if input.len() <= INPUT_BYTES_MAX {
        return None;
    }
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    let name = format!("attune-input-{:016x}.json", hasher.finish());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, input).ok()?;
    Some(quoted(&format!("@{}", path.display())))
}

/// As one word of a POSIX shell.
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./@+=:,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
