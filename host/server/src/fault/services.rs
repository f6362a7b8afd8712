//! The errors of other modules as failures: code, message with its causes, hint, exit code.

use super::{Failure, chain};
use attune_core::Problem;

use crate::{source, store, sync, target};

impl From<sync::Error> for Failure {
    fn from(error: sync::Error) -> Self {
        let message = chain(&error);
        match error {
            sync::Error::Source(error) => of_source(&error, message),
            sync::Error::NoTarget { problem, .. } => Self::of(&problem.code, message).exit(4),
            sync::Error::Target(error) => of_target(&error, message),
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
        let code = if matches!(error, store::Error::Busy { .. }) {
            "busy"
        } else if error.is_of_disk() {
            "disk"
        } else {
            "database"
        };
        Self::of(code, chain(&error))
    }
}

impl From<attune_wasm::Error> for Failure {
    fn from(error: attune_wasm::Error) -> Self {
        Self::of(error.code(), chain(&error)).exit(2)
    }
}

impl Failure {
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
