//! A provider as the server drives it: pure steps, one at a time.
//!
//! The types are those of the contract. A [`Provider`] holds at most one store, which serves one
//! conversation after the other on one thread and is replaced after a failure or when its memory
//! has grown; the conversation itself lives in the state bytes, so a failed step can be tried again
//! with the same arguments. Deliberately not here: requests, credentials, retries (the server).

pub use crate::contract::latest::provider::attune::plugin::types::{
    FunctionSpec, Manifest, Problem as GuestProblem,
};
pub use crate::contract::latest::provider::exports::attune::plugin::provider::{
    Action, Attribute, Begin, CredentialSlot, Document, EndpointSlot, Event, Failure, Finding,
    Goal, Header, HttpRequest, HttpResponse, Image, LdapEntry, LdapPage, LdapScope, LdapSearch,
    LdapValue, Locator, Person, Picture, Presence, Relation, Reply, Request, Requirements,
    TokenGrant, Turn, Wait,
};

use std::time::Instant;

use attune_core::Problem;

use crate::call::{Failure as Failed, Fault, FaultKind, Guest, clean, problem_of};
use crate::contract::latest::provider::ProviderPlugin;
use crate::health::{Batch, FaultReport, Shape};
use crate::limits::Call;
use crate::{Error, Plugin};

/// A provider plugin with its options.
pub struct Provider {
    plugin: Plugin,
    options: String,
    guest: Option<Guest<ProviderPlugin>>,
}

impl Provider {
    /// Checks the options (JSON) against the schema. Nothing is called yet.
    pub fn open(plugin: &Plugin, options: &str) -> Result<Self, Error> {
        let parsed: serde_json::Value = serde_json::from_str(options).map_err(|error| {
            Error::Problem(Problem::new(
                "options",
                format!("the options are not JSON: {error}"),
            ))
        })?;
        // A plugin of the other kind has no such function and no such world.
        let guest = plugin.instantiate_provider(&plugin.site("advance"))?;
        plugin.function(plugin.id())?.check_options(&parsed)?;
        Ok(Self {
            plugin: plugin.clone(),
            options: options.to_owned(),
            guest: Some(guest),
        })
    }

    /// The plugin.
    pub fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    /// Endpoints, credentials and attributes that these options need.
    pub fn needs(&mut self) -> Result<Requirements, Error> {
        let options = self.options.clone();
        let call = ("needs", Call::Load, ("options", options.len()));
        self.call(call, |exports, store| {
            exports.attune_plugin_provider().call_needs(store, &options)
        })
    }

    /// One step of a conversation: the same arguments give the same turn.
    pub fn advance(&mut self, state: &[u8], now_ms: f64, event: &Event) -> Result<Turn, Error> {
        let most = self.plugin.engine().limits().state_bytes;
        let options = self.options.clone();
        let call = ("advance", Call::Provider, ("state", state.len()));
        let turn = self.call(call, |exports, store| {
            let provider = exports.attune_plugin_provider();
            provider.call_advance(store, &options, state, now_ms, event)
        })?;
        if turn.state.len() > most {
            let what = format!(
                "its state has {} bytes; {most} is the most",
                turn.state.len()
            );
            let site = self.plugin.site("advance");
            return Err(Fault::new(&site, FaultKind::OutputTooLarge, what).into());
        }
        Ok(turn)
    }

    fn call<R>(
        &mut self,
        (function, call, input): (&str, Call, (&'static str, usize)),
        run: impl FnOnce(
            &ProviderPlugin,
            &mut wasmtime::Store<crate::call::State>,
        ) -> wasmtime::Result<Result<R, GuestProblem>>,
    ) -> Result<R, Error> {
        if let Some(problem) = self.plugin.quarantined() {
            return Err(Error::Problem(problem));
        }
        let site = self.plugin.site(function);
        let mut guest = match self.guest.take() {
            Some(guest) => guest,
            None => self.plugin.instantiate_provider(&site)?,
        };
        let begun = Instant::now();
        let answer = guest.call(&site, (call, 1), run);
        let mut batch = Batch {
            batches: 1,
            memory_bytes: guest.memory_bytes(),
            longest_call: begun.elapsed(),
            ..Batch::default()
        };
        // On a fault the guest is dropped here and the next call begins in a fresh one.
        let answer = match answer {
            Ok(answer) => answer,
            Err(fault) => {
                self.note(&mut batch, &fault, input);
                return Err(fault.into());
            }
        };
        self.plugin.note(&batch);
        if guest.memory_bytes() <= self.plugin.engine().limits().memory_bytes / 2 {
            self.guest = Some(guest);
        }
        answer.map_err(|said| Error::Problem(problem(&said)))
    }

    /// A call failed: counted, and kept for the plugin's author.
    fn note(&self, batch: &mut Batch, fault: &Fault, (kind, bytes): (&'static str, usize)) {
        let failure = Failed::Fault(Box::new(fault.clone()));
        batch.fault(&failure);
        let before = self.plugin.note(batch);
        if !batch.is_faulted {
            return;
        }
        let bytes = bytes as u64;
        self.plugin.record().keep(FaultReport {
            values_in_call: 1,
            input: vec![Shape { kind, bytes }],
            after_values: before,
            ..FaultReport::of(&failure, &fault.function)
        });
    }
}

/// What a provider says went wrong, with nothing in it that deceives a reader, a terminal or a
/// program.
pub fn problem(said: &GuestProblem) -> Problem {
    problem_of(&said.code, &said.message, &said.at)
}

/// A provider's words, fit to be shown: one line of at most a thousand bytes.
pub fn line(said: &str) -> String {
    clean(said, LINE_BYTES_MAX)
}

const LINE_BYTES_MAX: usize = 1_000;

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider")
            .field("plugin", &self.plugin)
            .finish_non_exhaustive()
    }
}
