//! What can go wrong with a plugin, each with a stable code and a hint.
//!
//! An error here means that a plugin could not be loaded, opened or stepped; what fails inside a
//! batch is a cell of the answer instead and never an error. Errors are cheap to clone, because a
//! registry keeps and repeats them. Deliberately not here: what retries or exits follow (that is
//! the server's `fault` table).

use std::path::PathBuf;

use attune_core::Problem;

use crate::call::{Fault, clean};

/// The text of a foreign error and its causes; kept as text so that errors can be cloned. It may
/// repeat names out of a hostile file, so it is one clean line.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct Cause(String);

impl Cause {
    pub(crate) fn of(error: &impl std::fmt::Display) -> Self {
        Self(clean(&error.to_string(), CAUSE_BYTES_MAX))
    }
}

impl From<&wasmtime::Error> for Cause {
    fn from(error: &wasmtime::Error) -> Self {
        Self(clean(&format!("{error:#}"), CAUSE_BYTES_MAX))
    }
}

const CAUSE_BYTES_MAX: usize = 2_000;

/// Why a plugin was refused or could not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The engine could not be set up.
    #[error("the WebAssembly engine cannot be set up")]
    Engine {
        /// What wasmtime said.
        #[source]
        source: Cause,
    },
    /// A file or folder could not be read.
    #[error("cannot read {}", clean(&path.display().to_string(), CAUSE_BYTES_MAX))]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: Cause,
    },
    /// The bytes are something else than a component.
    #[error("this is {found}, not a WebAssembly component")]
    NotComponent {
        /// What it is, as far as its first bytes tell.
        found: &'static str,
    },
    /// The file is larger than the limit.
    #[error("the file has {bytes} bytes; {most} is the most")]
    FileTooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// It is not signed by anybody who is trusted, or a key is none.
    #[error("its signature is refused: {what}")]
    Signature {
        /// What is wrong.
        what: String,
    },
    /// Compiling it could take too long: some count is above its limit.
    #[error("it has {found} {what}; {most} is the most")]
    TooComplex {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        found: u64,
        /// The limit.
        most: u64,
    },
    /// It was made for another major version of the contract.
    #[error("it was built for {PACKAGE} {found}, this host speaks {MAJOR}", PACKAGE = crate::contract::PACKAGE, MAJOR = crate::contract::MAJOR)]
    Contract {
        /// `2.x`.
        found: String,
    },
    /// It imports something that this host does not have on purpose.
    #[error("it imports `{name}`, which a plugin cannot have")]
    Import {
        /// The import, with its version.
        name: String,
    },
    /// It does not export what its world asks for.
    #[error("it does not export {}", list(missing))]
    Export {
        /// The missing interfaces and functions.
        missing: Vec<String>,
    },
    /// It is not valid, or uses a WebAssembly feature that is switched off.
    #[error("it is not valid")]
    Invalid {
        /// What the validator said.
        #[source]
        source: Cause,
    },
    /// Its manifest breaks a rule of the contract.
    #[error("its manifest is refused: {what}")]
    Manifest {
        /// The rule and where it was broken.
        what: String,
    },
    /// An example of the manifest gives another result than it says.
    #[error("example {example} of `{function}` gives {actual}, not {expected}")]
    Example {
        /// The function.
        function: String,
        /// Which example, from 1.
        example: usize,
        /// The result, as JSON.
        actual: String,
        /// What the manifest says, as JSON.
        expected: String,
    },
    /// The same batch gave two results.
    #[error("`{function}` gave two results for the same batch")]
    Nondeterministic {
        /// The function.
        function: String,
    },
    /// A row's result depends on the other rows.
    #[error("`{function}` gave row {row} another result among other rows")]
    NotPerRow {
        /// The function.
        function: String,
        /// The row of the batch that shows it.
        row: usize,
    },
    /// A call failed: trap, deadline, limit, unreadable answer.
    #[error("{0}")]
    Fault(Box<Fault>),
    /// The plugin itself, or the check of its options, answered with a problem.
    #[error("{0}")]
    Problem(Problem),
    /// There is no such plugin.
    #[error("there is no plugin `{id}`")]
    UnknownPlugin {
        /// The id that was asked for.
        id: String,
        /// The nearest id that exists.
        nearest: Option<String>,
    },
    /// There is no such function.
    #[error("plugin `{plugin}` has no function `{function}`")]
    UnknownFunction {
        /// The plugin.
        plugin: String,
        /// The function that was asked for.
        function: String,
        /// The nearest one that exists.
        nearest: Option<String>,
    },
    /// Two files claim one id, or a file claims a bundled one without leave.
    #[error("the id `{id}` is claimed by {}", list(claims))]
    DuplicateId {
        /// The id.
        id: String,
        /// The claimants.
        claims: Vec<String>,
    },
    /// The plugin is of the other kind.
    #[error("plugin `{plugin}` is a {kind}")]
    WrongKind {
        /// The plugin.
        plugin: String,
        /// What it is.
        kind: &'static str,
    },
}

impl Error {
    /// The stable kebab-case word for this error.
    pub fn code(&self) -> &str {
        match self {
            Self::Engine { .. } => "plugin-engine",
            Self::File { .. } => "plugin-file",
            Self::NotComponent { .. } => "plugin-not-a-component",
            Self::FileTooLarge { .. } => "plugin-file-too-large",
            Self::Signature { .. } => "plugin-signature",
            Self::TooComplex { .. } => "plugin-too-complex",
            Self::Contract { .. } => "plugin-contract",
            Self::Import { .. } => "plugin-import",
            Self::Export { .. } => "plugin-export",
            Self::Invalid { .. } => "plugin-invalid",
            Self::Manifest { .. } => "plugin-manifest",
            Self::Example { .. } => "plugin-example",
            Self::Nondeterministic { .. } => "plugin-nondeterministic",
            Self::NotPerRow { .. } => "plugin-not-per-row",
            Self::Fault(fault) => fault.kind.code(),
            Self::Problem(problem) => &problem.code,
            Self::UnknownPlugin { .. } => "unknown-plugin",
            Self::UnknownFunction { .. } => "unknown-function",
            Self::DuplicateId { .. } => "plugin-id-taken",
            Self::WrongKind { .. } => "plugin-kind",
        }
    }

    /// What to do about it, in one sentence.
    pub fn hint(&self) -> String {
        match self {
            Self::Engine { .. } => "check that the system allows executable memory".to_owned(),
            Self::File { .. } => "check that the file is there and readable".to_owned(),
            Self::NotComponent { .. } | Self::Import { .. } => BUILD.to_owned(),
            Self::FileTooLarge { .. } => {
                "build with optimisation and without debug information, or raise the limit of \
                 file size for this plugin (script engines need up to 48 MiB)"
                    .to_owned()
            }
            Self::Signature { .. } => {
                "sign the file with `attune plugin pack FILE.wasm --key KEY` or with minisign, keep \
                 FILE.wasm.minisig beside it, and trust the key that signed it"
                    .to_owned()
            }
            Self::TooComplex { .. } => "make the plugin smaller or split it".to_owned(),
            Self::Contract { .. } => "build it again with the SDK of this version".to_owned(),
            Self::Export { .. } => {
                "a transform exports attune:plugin/transform, a provider attune:plugin/provider"
                    .to_owned()
            }
            Self::Invalid { .. } => format!(
                "the file may be damaged; threads, gc, exceptions, memory64 and async are off; {BUILD}"
            ),
            Self::Manifest { .. } => "correct what `describe` returns".to_owned(),
            Self::Example { .. } => "correct the function or its example".to_owned(),
            Self::Nondeterministic { .. } | Self::NotPerRow { .. } => {
                "a row's result may depend on that row and the context only: keep no state \
                 between rows and calls"
                    .to_owned()
            }
            Self::Fault(fault) => fault.kind.hint().to_owned(),
            Self::Problem(problem) if problem.at.is_empty() => String::new(),
            Self::Problem(problem) => format!("look at `{}`", problem.at),
            Self::UnknownPlugin { nearest, .. } | Self::UnknownFunction { nearest, .. } => {
                match nearest {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => "`attune plugin list` shows what there is".to_owned(),
                }
            }
            Self::DuplicateId { .. } => {
                "keep one of them; a bundled id also needs `[plugins] override`".to_owned()
            }
            Self::WrongKind { .. } => {
                "a step needs a transform, `[source] provider` a provider".to_owned()
            }
        }
    }

    /// The same as a problem, for a cell or a report.
    pub fn problem(&self) -> Problem {
        match self {
            Self::Problem(problem) => problem.clone(),
            other => Problem::new(other.code(), full_text(other)),
        }
    }
}

impl From<Box<Fault>> for Error {
    fn from(fault: Box<Fault>) -> Self {
        Self::Fault(fault)
    }
}

const BUILD: &str = "build for wasm32-unknown-unknown and encode with wit-component; in JavaScript \
                     use `componentize-qjs --sync --stub-wasi`, in Python `componentize-py -s`: a \
                     plugin imports attune:plugin/log and nothing else";

fn full_text(error: &Error) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

fn list(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(" and ")
}
