//! A store: one instance's memory, its limits and what it said.
//!
//! Every call sets its own deadline and begins its own log. Invariant: what the limiter refuses
//! ends the call with an error of ours, so that the report says memory and not just "trap".
//! Deliberately not here: which function is called.

use wasmtime::component::Linker;
use wasmtime::{ResourceLimiter, Store};

use super::log::{self, Log};
use super::{Fault, Site};
use crate::contract::latest::transform::attune::plugin::log as guest_log;
use crate::limits::Call;
use crate::{Engine, Limits, ticker};

/// What a store carries for the host.
#[derive(Debug)]
pub(crate) struct State {
    limiter: Limiter,
    pub(crate) log: Log,
}

/// Growth that was refused.
#[derive(Debug, thiserror::Error)]
#[error("it wanted {wanted} {unit}; {most} is the most")]
pub(crate) struct Refused {
    unit: &'static str,
    wanted: usize,
    most: usize,
}

#[derive(Debug)]
struct Limiter {
    memory_bytes: usize,
    memory_bytes_max: usize,
    table_elements_max: usize,
    memories: usize,
    tables: usize,
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let wanted = self
            .memory_bytes
            .saturating_add(desired.saturating_sub(current));
        if wanted > self.memory_bytes_max {
            return Err(wasmtime::Error::new(Refused {
                unit: "bytes of memory",
                wanted,
                most: self.memory_bytes_max,
            }));
        }
        self.memory_bytes = wanted;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if desired > self.table_elements_max {
            return Err(wasmtime::Error::new(Refused {
                unit: "table elements",
                wanted: desired,
                most: self.table_elements_max,
            }));
        }
        Ok(true)
    }

    fn instances(&self) -> usize {
        1_000
    }

    fn tables(&self) -> usize {
        self.tables
    }

    fn memories(&self) -> usize {
        self.memories
    }
}

/// The linker: the log and the (empty) types, and nothing else. Whatever else a component
/// imports was refused before this, by name.
pub(crate) fn linker(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    let mut log = linker.instance("attune:plugin/log@1.0.0")?;
    log.func_wrap(
        "emit",
        |mut store: wasmtime::StoreContextMut<'_, State>,
         (level, message): (guest_log::Level, wasmtime::component::WasmStr)| {
            let most = store.data().log.wanted(level);
            if most > 0 {
                let text = log::prefix(&message.to_str(&store)?, most).to_owned();
                store.data_mut().log.emit(level, &text);
            } else {
                store.data_mut().log.drop_line();
            }
            Ok(())
        },
    )?;
    linker.instance("attune:plugin/types@1.0.0")?;
    Ok(linker)
}

/// One instance of a plugin in a store of its own.
pub(crate) struct Guest<I> {
    store: Store<State>,
    exports: I,
    limits: Limits,
}

impl<I> Guest<I> {
    /// A fresh store with what `instantiate` puts into it. `returned_bytes` bounds every answer.
    pub(crate) fn new(
        (engine, limits): (&Engine, &Limits),
        site: &Site,
        returned_bytes: usize,
        instantiate: impl FnOnce(&mut Store<State>) -> wasmtime::Result<I>,
    ) -> Result<Self, Box<Fault>> {
        let mut store = Store::new(engine.wasm(), State::new(&site.plugin, limits));
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(returned_bytes);
        store.set_max_component_handles(limits.handles);
        store.epoch_deadline_trap();
        store.set_epoch_deadline(ticker::epochs(limits.deadline(Call::Load)));
        let exports = instantiate(&mut store)
            .map_err(|error| Fault::of(site, &error, store.data().log.last_error()))?;
        Ok(Self {
            store,
            exports,
            limits: limits.clone(),
        })
    }

    /// One call, with `patience` times the deadline of its kind. After a fault the guest must be
    /// dropped.
    pub(crate) fn call<R>(
        &mut self,
        site: &Site,
        (call, patience): (Call, u32),
        run: impl FnOnce(&I, &mut Store<State>) -> wasmtime::Result<R>,
    ) -> Result<R, Box<Fault>> {
        let deadline = self.limits.deadline(call) * patience;
        self.store.set_epoch_deadline(ticker::epochs(deadline));
        self.store.data_mut().log.begin();
        run(&self.exports, &mut self.store)
            .map_err(|error| Fault::of(site, &error, self.store.data().log.last_error()))
    }

    /// Linear memory in use.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.store.data().limiter.memory_bytes
    }

    /// Log lines of the last call.
    pub(crate) fn said(&self) -> &[String] {
        self.store.data().log.said()
    }

    /// Log lines of the last call that were not passed on.
    pub(crate) fn log_dropped(&self) -> u64 {
        self.store.data().log.dropped()
    }
}

impl State {
    fn new(plugin: &str, limits: &Limits) -> Self {
        Self {
            limiter: Limiter {
                memory_bytes: 0,
                memory_bytes_max: limits.memory_bytes,
                table_elements_max: limits.table_elements,
                memories: limits.memories,
                tables: limits.tables,
            },
            log: Log::new(plugin, limits),
        }
    }
}
