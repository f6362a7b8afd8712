//! One opened step inside one store.
//!
//! The smallest thing that can answer: instance, resource handle, columns in, column out, checked.
//! After any failure it must be dropped. Deliberately not here: what follows from a failure
//! (`transformer`, `bisect`).

use std::ops::Range;
use std::str::FromStr as _;

use attune_core::{Column, Context, Problem, Selector, Uses};
use wasmtime::component::ResourceAny;

use super::log::clean;
use super::{Fault, FaultKind, Guest, Site, Slice};
use crate::contract::latest::transform::TransformPlugin;
use crate::contract::latest::transform::attune::plugin::types::Problem as GuestProblem;
use crate::contract::latest::transform::exports::attune::plugin::transform::Context as GuestContext;
use crate::limits::Call;
use crate::{Error, Limits, Plugin};

/// An instance with one opened transformer.
pub(crate) struct Opened {
    guest: Guest<TransformPlugin>,
    handle: ResourceAny,
    site: Site,
    memory_bytes: usize,
}

/// Why a batch got no answer.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// The sandbox ended the call.
    Fault(Box<Fault>),
    /// `apply` itself said no.
    Problem(Problem),
}

impl Opened {
    /// Instantiates the plugin and opens a function with options that were checked.
    pub(crate) fn open(
        plugin: &Plugin,
        function: &str,
        options: &str,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let site = plugin.site(&format!("{}.{function}", plugin.id()));
        let mut guest = plugin.instantiate_transform(limits, &site)?;
        let handle = guest
            .call(&site, (Call::Load, 1), |exports, store| {
                let transform = exports.attune_plugin_transform();
                transform.transformer().call_open(store, function, options)
            })?
            .map_err(|problem| Error::Problem(sanitized(&problem)))?;
        let memory_bytes = guest.memory_bytes();
        Ok(Self {
            guest,
            handle,
            site,
            memory_bytes,
        })
    }

    /// The selectors of columns 1.. .
    pub(crate) fn inputs(&mut self) -> Result<Vec<Selector>, Error> {
        let handle = self.handle;
        let names = self
            .guest
            .call(&self.site, (Call::Load, 1), |exports, store| {
                let transform = exports.attune_plugin_transform();
                transform.transformer().call_inputs(store, handle)
            })?;
        let parse = |name: &String| {
            Selector::from_str(name).map_err(|error| {
                let message = clean(&error.to_string(), 500);
                Error::Problem(Problem::new("selector", message).at(clean(name, 200)))
            })
        };
        names.iter().map(parse).collect()
    }

    /// Rows `rows` of a batch, with `patience` times the deadline.
    pub(crate) fn apply(
        &mut self,
        context: &Context<'_>,
        rows: Range<usize>,
        inputs: &[&Column],
        patience: u32,
    ) -> Result<Column, Failure> {
        let slices: Vec<_> = inputs
            .iter()
            .map(|column| Slice::of(column, rows.clone()))
            .collect();
        let columns: Vec<_> = slices.iter().map(Slice::lower).collect();
        let guest_context = GuestContext {
            now_ms: context.now_ms as f64,
            seeds: context.seeds,
            locale: context.locale,
            extra: &[],
        };
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let handle = self.handle;
        let answer = self
            .guest
            .call(&self.site, (Call::Transform, patience), |exports, store| {
                let transform = exports.attune_plugin_transform();
                let transformer = transform.transformer();
                transformer.call_apply(store, handle, guest_context, count, &columns)
            })
            .map_err(Failure::Fault)?
            .map_err(|problem| Failure::Problem(sanitized(&problem)))?;
        let column = Column::from_parts(answer.kinds, answer.ends, answer.data);
        column.check(rows.len(), true).map_err(|error| {
            let what = format!("the returned column {error}");
            Failure::Fault(Fault::new(&self.site, FaultKind::OutputInvalid, what))
        })?;
        Ok(column)
    }

    /// Linear memory in use.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.guest.memory_bytes()
    }

    /// Whether its memory grew so far that a fresh instance is due: beyond `most`, and to twice of
    /// what opening took (an instance that is large from the start would be replaced for ever).
    pub(crate) fn is_swollen(&self, most: usize) -> bool {
        let bytes = self.guest.memory_bytes();
        bytes > most && bytes / 2 >= self.memory_bytes
    }

    /// Log lines of the last call.
    pub(crate) fn said(&self) -> &[String] {
        self.guest.said()
    }

    /// Log lines of the last call that were not passed on.
    pub(crate) fn log_dropped(&self) -> u64 {
        self.guest.log_dropped()
    }
}

impl Failure {
    /// As a cell says it.
    pub(crate) fn problem(&self) -> Problem {
        match self {
            Self::Fault(fault) => Problem::new(fault.kind.code(), fault.to_string()),
            Self::Problem(problem) => problem.clone(),
        }
    }

    /// As an error of loading.
    pub(crate) fn error(self) -> Error {
        match self {
            Self::Fault(fault) => Error::Fault(fault),
            Self::Problem(problem) => Error::Problem(problem),
        }
    }

    /// The kind of fault, if it is one.
    pub(crate) fn fault_kind(&self) -> Option<FaultKind> {
        match self {
            Self::Fault(fault) => Some(fault.kind),
            Self::Problem(_) => None,
        }
    }
}

/// The part of the context that a function named in `uses`.
pub(crate) fn limited<'a>(context: &Context<'a>, uses: Uses) -> Context<'a> {
    Context {
        now_ms: if uses.now { context.now_ms } else { 0 },
        seeds: if uses.seed { context.seeds } else { &[] },
        locale: if uses.locale { context.locale } else { "und" },
    }
}

/// A guest's problem with nothing in it that deceives a reader, a terminal or a program.
fn sanitized(problem: &GuestProblem) -> Problem {
    problem_of(&problem.code, &problem.message, &problem.at)
}

/// The same for the parts of a problem.
pub(crate) fn problem_of(code: &str, message: &str, at: &str) -> Problem {
    let is_code = |code: &str| {
        !code.is_empty()
            && code.len() <= 64
            && code.starts_with(|c: char| c.is_ascii_lowercase())
            && code
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let code = if is_code(code) { code } else { "plugin-error" };
    Problem::new(code, clean(message, 1_000)).at(clean(at, 200))
}
