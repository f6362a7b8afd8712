//! The errors of other modules as failures: code, message with its causes, hint, exit code.

use super::{Failure, chain};
use attune_core::Problem;

use crate::connector::Mistake;
use crate::{backup, source, store, sync, target};

impl From<sync::Error> for Failure {
    fn from(error: sync::Error) -> Self {
        let message = chain(&error);
        match error {
            sync::Error::Source(error) => of_source(&error, message),
            sync::Error::NoTarget { problem, .. } => Self::of(&problem.code, message).exit(4),
            sync::Error::Target(error) => of_target(&error, message),
            sync::Error::Fenced => Self::of("fenced", message),
            sync::Error::Stopped => Self::of("stopped", message),
            sync::Error::Store(error) => error.into(),
            sync::Error::Plugin { source, .. } => Self::of(source.code(), message).exit(2),
            sync::Error::Mapping(refusals) => {
                let lines: Vec<String> = refusals
                    .iter()
                    .map(|(field, problem)| {
                        format!("{}: {}: {}", problem.at, field.name, problem.message)
                    })
                    .collect();
                Self::of("mapping", lines.join("\n"))
            }
            sync::Error::Configuration(problem) => Self::of(&problem.code, problem.message).exit(2),
            sync::Error::TooDeep(_) => Self::of("manager-depth", message).exit(2),
            sync::Error::Scope(problem) => Self::of(&problem.code, message),
            sync::Error::NoSuchPerson(_) => Self::of("no-such-person", message),
            sync::Error::AmbiguousPerson(_) => Self::of("ambiguous-person", message),
            sync::Error::OutOfScope(_) => Self::of("out-of-scope", message),
            sync::Error::TooManyChanges(_) => {
                Self::of("usage", message).hint("add --out report.ndjson")
            }
            sync::Error::NoSuchPlan(_) => Self::of("no-such-plan", message),
            sync::Error::PlanFile(_) => Self::of("plan-file", message),
        }
    }
}

impl sync::Error {
    /// The code alone: unlike the message it never quotes what others said.
    pub fn code(&self) -> String {
        let code = match self {
            Self::Target(error) => return error.problem().code,
            Self::Source(error) => error.code(),
            Self::NoTarget { problem, .. }
            | Self::Configuration(problem)
            | Self::Scope(problem) => &problem.code,
            Self::Stopped => "stopped",
            Self::Fenced => "fenced",
            Self::Store(_) => "database",
            Self::Plugin { source, .. } => source.code(),
            Self::Mapping(_) => "mapping",
            Self::TooDeep(_) => "manager-depth",
            Self::NoSuchPerson(_) => "no-such-person",
            Self::AmbiguousPerson(_) => "ambiguous-person",
            Self::OutOfScope(_) => "out-of-scope",
            Self::NoSuchPlan(_) => "no-such-plan",
            Self::TooManyChanges(_) => "usage",
            Self::PlanFile(_) => "plan-file",
        };
        code.to_owned()
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::of(&problem.code, problem.message)
    }
}

fn of_source(error: &source::Error, message: String) -> Failure {
    let failure = Failure::of(error.code(), message);
    if error.is_unreachable() {
        failure.exit(4)
    } else if error.is_configuration() {
        failure.exit(2)
    } else {
        failure
    }
}

fn of_target(error: &target::Error, message: String) -> Failure {
    Failure::of(&error.problem().code, message).exit(4)
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        let code = match &error {
            store::Error::Busy { .. } => "busy",
            store::Error::Fenced => "fenced",
            store::Error::Replaced { .. } => "database-replaced",
            error if error.is_of_disk() => "disk",
            _ => "database",
        };
        Self::of(code, chain(&error))
    }
}

impl From<backup::Error> for Failure {
    fn from(error: backup::Error) -> Self {
        let message = chain(&error);
        match error {
            backup::Error::Store(error) => error.into(),
            backup::Error::File { .. } => Self::of("backup-file", message),
            backup::Error::NotEmpty(_) => Self::of("not-empty", message),
            backup::Error::Damaged { .. } => Self::of("backup-damaged", message),
            backup::Error::Newer { .. } => Self::of("backup-newer", message),
        }
    }
}

impl From<attune_wasm::Error> for Failure {
    fn from(error: attune_wasm::Error) -> Self {
        Self::of(error.code(), chain(&error)).exit(2)
    }
}

impl Failure {
    /// Mistakes of a file as one failure; all are printed.
    pub(crate) fn of_mistakes(mistakes: &[Mistake]) -> Self {
        let is_unsupported = mistakes.iter().all(|mistake| mistake.code == "unsupported");
        let code = if is_unsupported {
            "unsupported"
        } else {
            "config"
        };
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        Self::of(code, lines.join("\n"))
    }

    /// What composition could not do.
    pub(crate) fn from_anyhow(error: anyhow::Error) -> Self {
        match error.downcast::<store::Error>() {
            Ok(error) => error.into(),
            Err(error) => match error.downcast::<attune_wasm::Error>() {
                Ok(error) => error.into(),
                Err(error) => Self::of("setup", format!("{error:#}")),
            },
        }
    }
}
