//! `plugin check`: everything that loading would refuse, told at once and with what to do.
//!
//! Invariant: a build without a finding that is wrong is one that the host loads. Deliberately not
//! here: odd values (`torture`) and the author's own cases (`cases`).

use attune_wasm::trial::Trial;
use attune_wasm::{Engine, Error, Kind};
use serde::Serialize;

use crate::fault::chain;

/// Examples that a function should have.
const EXAMPLES_WANTED: usize = 3;

/// How a finding is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is as it should be.
    Ok,
    /// It works; somebody should know.
    Note,
    /// The host refuses it.
    Wrong,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub name: String,
    /// How it is.
    pub verdict: Verdict,
    /// One sentence.
    pub message: String,
    /// What to do; empty where there is nothing to do.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fix: String,
}

impl Finding {
    fn good(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            verdict: Verdict::Ok,
            message: message.into(),
            fix: String::new(),
        }
    }

    fn note(name: impl Into<String>, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Note,
            fix: fix.into(),
            ..Self::good(name, message)
        }
    }

    fn wrong(name: impl Into<String>, error: &Error) -> Self {
        Self {
            verdict: Verdict::Wrong,
            fix: error.hint(),
            ..Self::good(name, chain(error))
        }
    }
}

/// Looks at a build. `file_bytes` is the size that the host's settings let a plugin have.
pub fn check(engine: &Engine, bytes: &[u8], file_bytes: usize) -> Vec<Finding> {
    match Trial::open(engine, bytes) {
        Ok(trial) => check_opened(&trial, bytes.len(), file_bytes),
        Err(error) => {
            let name = match &error {
                Error::Import { .. } => "imports",
                Error::Contract { .. } | Error::Export { .. } => "contract",
                Error::Manifest { .. } => "manifest",
                _ => "file",
            };
            let size = size(bytes.len(), file_bytes);
            vec![size, Finding::wrong(name, &error)]
        }
    }
}

/// The same of a build of so many bytes that was opened.
pub fn check_opened(trial: &Trial, bytes: usize, file_bytes: usize) -> Vec<Finding> {
    let mut findings = vec![size(bytes, file_bytes)];
    let plugin = trial.plugin();
    let manifest = plugin.manifest();
    findings.push(Finding::good("imports", plugin.imports().join(", ")));
    let kind = plugin.kind().word();
    findings.push(Finding::good(
        "contract",
        format!("a {kind} of attune:plugin 1.x"),
    ));
    findings.push(Finding::good(
        "manifest",
        format!(
            "{} {}: {} function(s)",
            manifest.id,
            manifest.version,
            manifest.functions.len()
        ),
    ));
    findings.push(permissions(trial));
    for function in &manifest.functions {
        let name = |what: &str| format!("{} {what}", function.name);
        findings.push(match trial.check_schema(function) {
            Ok(()) => options(name("options"), &function.options_schema),
            Err(error) => Finding::wrong(name("options"), &error),
        });
        if plugin.kind() == Kind::Transform {
            findings.extend(examples(trial, function));
            findings.push(match trial.probe(function) {
                Ok(()) => Finding::good(name("rows"), "the same twice, split and in another order"),
                Err(error) => Finding::wrong(name("rows"), &error),
            });
        }
    }
    findings
}

fn size(bytes: usize, most: usize) -> Finding {
    let mib = |bytes: usize| bytes as f64 / (1024.0 * 1024.0);
    let text = format!("{:.2} MiB", mib(bytes));
    if bytes <= most {
        return Finding::good("size", text);
    }
    let most = format!(
        "{text}; a host takes {:.0} MiB unless it is told otherwise",
        mib(most)
    );
    let need = mib(bytes).ceil() + 2.0;
    Finding::note(
        "size",
        most,
        format!("say so to who runs the host: [limits] plugin-file-mib = {need:.0}"),
    )
}

fn permissions(trial: &Trial) -> Finding {
    let permissions = trial.plugin().permissions();
    let told = permissions.functions.iter();
    let told: Vec<String> = told
        .filter(|(_, uses)| !uses.is_empty())
        .map(|(function, uses)| format!("`{function}` is told {}", uses.join(", ")))
        .collect();
    let message = match told.as_slice() {
        [] => "it reaches nothing and is told nothing but values".to_owned(),
        told => format!("it reaches nothing; {}", told.join("; ")),
    };
    Finding::good("permissions", message)
}

/// Every option should say in forms what it is.
fn options(name: String, schema: &serde_json::Value) -> Finding {
    let options = schema.get("properties").and_then(|all| all.as_object());
    let Some(options) = options.filter(|all| !all.is_empty()) else {
        return Finding::good(name, "none");
    };
    let is_silent = |option: &serde_json::Value| {
        option.get("title").is_none() || option.get("description").is_none()
    };
    let silent = options.iter().filter(|(_, option)| is_silent(option));
    let silent: Vec<String> = silent.map(|(name, _)| format!("`{name}`")).collect();
    if silent.is_empty() {
        return Finding::good(name, format!("{}", options.len()));
    }
    Finding::note(
        name,
        format!("{} lacks a title or a description", silent.join(", ")),
        "give every option both: forms and documentation are made of them",
    )
}

fn examples(trial: &Trial, function: &attune_wasm::Function) -> Vec<Finding> {
    let name = format!("{} examples", function.name);
    let cases = match trial.examples(function) {
        Ok(cases) => cases,
        Err(error) => return vec![Finding::wrong(name, &error)],
    };
    let mut findings = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let wrong = match trial.run(function, case) {
            Ok(ran) if ran.is_expected => continue,
            Ok(ran) => match ran.answer {
                Ok(actual) => Error::Example {
                    function: function.name.clone(),
                    example: index + 1,
                    actual,
                    expected: case.output(),
                },
                Err(error) => error,
            },
            Err(error) => error,
        };
        findings.push(Finding::wrong(
            format!("{} example {}", function.name, index + 1),
            &wrong,
        ));
    }
    if !findings.is_empty() {
        return findings;
    }
    let is_missing = |input: &str| input.contains("\"absent\"") || input.contains("null");
    let has_missing = cases.iter().any(|case| is_missing(&case.input()));
    let few = cases.len() < EXAMPLES_WANTED;
    vec![if few || !has_missing {
        let count = cases.len();
        let lacks = if has_missing {
            ""
        } else {
            ", none of a missing value"
        };
        Finding::note(
            name,
            format!("{count}{lacks}"),
            "write three or more, one of them with a missing value: they are the documentation",
        )
    } else {
        Finding::good(name, format!("{} come out as written", cases.len()))
    }]
}
