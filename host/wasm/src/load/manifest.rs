//! The manifest as the host keeps it: checked, so that everybody else may show and use it.
//!
//! Every text in it comes from an untrusted plugin and ends up in terminals, logs and pages.
//! Invariant: names are kebab-case, texts are single lines without deceptive characters, schemas
//! are small and closed. Deliberately not here: running the examples.

use attune_core::Uses;

use super::names::is_kebab;
use super::options::Options;
use super::schema;
use crate::contract::latest::{provider, transform};
use crate::{Error, Kind, call};

/// Functions of one plugin.
const FUNCTIONS_MAX: usize = 64;
/// Bytes of a summary.
const SUMMARY_BYTES_MAX: usize = 500;
/// Bytes of a function's examples.
const EXAMPLES_BYTES_MAX: usize = 64 * 1024;

/// What a plugin says about itself.
#[derive(Debug)]
pub struct Manifest {
    /// Unique in a registry.
    pub id: String,
    /// Its version, for people; the digest is what counts.
    pub version: String,
    /// One sentence.
    pub summary: String,
    /// Its functions; a provider has one, named like its id.
    pub functions: Vec<Function>,
}

/// One function of a plugin.
#[derive(Debug)]
pub struct Function {
    /// Its name, the part after the dot.
    pub name: String,
    /// One sentence.
    pub summary: String,
    /// JSON Schema (2020-12) of its options.
    pub options_schema: serde_json::Value,
    /// Examples as JSON, in the form of `wit/README.md`.
    pub examples: String,
    /// The impure inputs that it uses.
    pub uses: Uses,
    /// What rows may call it instead of `ID.NAME`: `X.Y`, where no transform has the id X.
    pub full_name: Option<String>,
    options: Options,
}

/// A manifest as a guest returned it, of either world.
pub(crate) struct Raw {
    id: String,
    version: String,
    summary: String,
    functions: Vec<RawFunction>,
}

struct RawFunction {
    name: String,
    summary: String,
    options_schema: String,
    examples: String,
    uses: Vec<String>,
    extra: Vec<(String, String)>,
}

/// The entry of `extra` that gives a transform's function a full name.
const FULL_NAME: &str = "full-name";

impl Manifest {
    /// Accepts a manifest or says which rule it breaks.
    pub(crate) fn check(raw: Raw, kind: Kind) -> Result<Self, Error> {
        if !is_kebab(&raw.id) {
            return Err(refused(format!(
                "the id `{}` is not kebab-case",
                short(&raw.id)
            )));
        }
        let is_version = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
        if raw.version.is_empty() || raw.version.len() > 64 || !raw.version.chars().all(is_version)
        {
            return Err(refused("the version is not like `1.2.3`"));
        }
        check_sentence("summary", &raw.summary)?;
        if raw.functions.is_empty() || raw.functions.len() > FUNCTIONS_MAX {
            return Err(refused(format!(
                "it has not 1 to {FUNCTIONS_MAX} functions"
            )));
        }
        let id = raw.id;
        if kind == Kind::Provider {
            let named = raw.functions.iter().all(|function| function.name == id);
            if raw.functions.len() != 1 || !named {
                return Err(refused("a provider has one function, named like its id"));
            }
        }
        let mut functions: Vec<Function> = Vec::with_capacity(raw.functions.len());
        for function in raw.functions {
            let name = function.name.clone();
            if functions.iter().any(|known| known.name == name) {
                return Err(refused(format!("it has two functions `{}`", short(&name))));
            }
            let function = Function::check(function, kind).map_err(|error| match error {
                Error::Manifest { what } => refused(format!("function `{}`: {what}", short(&name))),
                other => other,
            })?;
            if let Some(full) = &function.full_name
                && functions
                    .iter()
                    .any(|known| known.full_name.as_ref() == Some(full))
            {
                return Err(refused(format!(
                    "two functions have the full name `{full}`"
                )));
            }
            functions.push(function);
        }
        Ok(Self {
            id,
            version: raw.version,
            summary: raw.summary,
            functions,
        })
    }
}

impl Function {
    fn check(raw: RawFunction, kind: Kind) -> Result<Self, Error> {
        if !is_kebab(&raw.name) {
            return Err(refused("the name is not kebab-case"));
        }
        check_sentence("summary", &raw.summary)?;
        if raw.examples.len() > EXAMPLES_BYTES_MAX {
            return Err(refused(format!(
                "more than {EXAMPLES_BYTES_MAX} bytes of examples"
            )));
        }
        let mut uses = Uses::default();
        for word in &raw.uses {
            match word.as_str() {
                "now" => uses.now = true,
                "seed" => uses.seed = true,
                "locale" => uses.locale = true,
                other => {
                    return Err(refused(format!(
                        "`uses` names `{}`, which this host does not know",
                        short(other)
                    )));
                }
            }
        }
        let options_schema = schema::check(&raw.options_schema, kind)?;
        let full_name = match kind {
            Kind::Transform => full_name(&raw.extra)?,
            Kind::Provider => None,
        };
        Ok(Self {
            full_name,
            name: raw.name,
            summary: raw.summary,
            options: Options::default(),
            options_schema,
            examples: raw.examples,
            uses,
        })
    }

    /// Compiles the schema, which is otherwise done when options are first checked.
    pub(crate) fn compile_schema(&self) -> Result<(), Error> {
        self.options.compile(&self.options_schema).map(|_| ())
    }

    /// Checks options against the schema: the first thing that is wrong, as an `options` problem.
    pub fn check_options(&self, options: &serde_json::Value) -> Result<(), Error> {
        self.options.check(&self.options_schema, options)
    }
}

/// The full name that a function asks for, if it has the form that rows can write.
fn full_name(extra: &[(String, String)]) -> Result<Option<String>, Error> {
    let mut asked = extra.iter().filter(|(name, _)| name == FULL_NAME);
    let Some((_, full)) = asked.next() else {
        return Ok(None);
    };
    let parts = full.split_once('.');
    if parts.is_none_or(|(first, last)| !is_kebab(first) || !is_kebab(last)) {
        return Err(refused(format!(
            "its full name `{}` is not two kebab-case words with a dot between them",
            short(full)
        )));
    }
    if asked.next().is_some() {
        return Err(refused("it has more than one full name"));
    }
    Ok(Some(full.clone()))
}

fn check_sentence(what: &str, text: &str) -> Result<(), Error> {
    if is_line(text, SUMMARY_BYTES_MAX) {
        return Ok(());
    }
    Err(refused(format!(
        "the {what} is not one line of at most {SUMMARY_BYTES_MAX} bytes"
    )))
}

/// One line of at most so many bytes, without characters that deceive.
pub(super) fn is_line(text: &str, bytes_max: usize) -> bool {
    let is_odd = |c: char| call::is_deceptive(c) || c == '\n' || c == '\r';
    text.len() <= bytes_max && !text.chars().any(is_odd)
}

/// A refusal of the manifest.
pub(super) fn refused(what: impl Into<String>) -> Error {
    Error::Manifest { what: what.into() }
}

/// A foreign name, fit to be shown.
pub(super) fn short(name: &str) -> String {
    call::clean(name, 80)
}

/// The two worlds' manifests are the same record, generated twice.
macro_rules! raw_from {
    ($bindings:ident) => {
        impl From<$bindings::attune::plugin::types::Manifest> for Raw {
            fn from(manifest: $bindings::attune::plugin::types::Manifest) -> Self {
                let functions = manifest.functions.into_iter().map(|function| RawFunction {
                    name: function.name,
                    summary: function.summary,
                    options_schema: function.options_schema,
                    examples: function.examples,
                    uses: function.uses,
                    extra: function.extra,
                });
                Self {
                    id: manifest.id,
                    version: manifest.version,
                    summary: manifest.summary,
                    functions: functions.collect(),
                }
            }
        }
    };
}

raw_from!(transform);
raw_from!(provider);
