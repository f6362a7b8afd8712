//! The one place that knows how wasmtime is set up, and why.
//!
//! Narrow on purpose: synchronous calls, components only, every WebAssembly feature off that no
//! supported toolchain needs, deadlines by epoch, memory from a pool. Link once, validate once,
//! build per call: the linker and the limits live here, a plugin's compiled code in
//! [`crate::Plugin`], a store in a call. Deliberately not here: what a plugin is.

use std::path::PathBuf;
use std::sync::Arc;

use wasmtime::component::Linker;
use wasmtime::{
    Config, Enabled, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig,
    RegallocAlgorithm, WasmBacktraceDetails,
};

use crate::call::State;
use crate::error::Cause;
use crate::load::Cache;
use crate::ticker::Ticker;
use crate::{Error, Limits, Plugin, load};

/// How to set up an engine.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Folder for compiled plugins; made with mode 0700. None: compile in every process.
    pub cache_dir: Option<PathBuf>,
    /// Bounds for every plugin.
    pub limits: Limits,
}

/// Compiles and runs plugins. Cheap to clone; all clones are one engine.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    wasm: wasmtime::Engine,
    linker: Linker<State>,
    limits: Limits,
    cache: Option<Cache>,
    _ticker: Ticker,
}

impl Engine {
    /// Sets up an engine and starts its clock.
    pub fn new(options: Options) -> Result<Self, Error> {
        let limits = options.limits.within_host();
        let wasm = wasm_engine(&limits).map_err(|error| Error::Engine {
            source: Cause::from(&error),
        })?;
        let linker = crate::call::linker(&wasm).map_err(|error| Error::Engine {
            source: Cause::from(&error),
        })?;
        let ticker = Ticker::start(wasm.weak()).map_err(|error| Error::Engine {
            source: Cause::of(&error),
        })?;
        let cache = options
            .cache_dir
            .and_then(|dir| Cache::open(dir, &wasm, &limits));
        Ok(Self {
            inner: Arc::new(Inner {
                wasm,
                linker,
                limits,
                cache,
                _ticker: ticker,
            }),
        })
    }

    /// Inspects, compiles (or finds in the cache) and checks a plugin.
    pub fn load(&self, bytes: &[u8]) -> Result<Plugin, Error> {
        load::load(self, bytes)
    }

    /// The bounds for every plugin of this engine.
    pub fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    pub(crate) fn wasm(&self) -> &wasmtime::Engine {
        &self.inner.wasm
    }

    pub(crate) fn linker(&self) -> &Linker<State> {
        &self.inner.linker
    }

    pub(crate) fn cache(&self) -> Option<&Cache> {
        self.inner.cache.as_ref()
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("limits", &self.inner.limits)
            .finish_non_exhaustive()
    }
}

/// Pooling where the system gives the address space for it, else allocation on demand: slower
/// instances, the same behaviour.
fn wasm_engine(limits: &Limits) -> wasmtime::Result<wasmtime::Engine> {
    let mut config = config(limits);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool()));
    match wasmtime::Engine::new(&config) {
        Ok(engine) => Ok(engine),
        Err(error) => {
            tracing::warn!(%error, "no pool for plugin instances, allocating on demand");
            config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
            wasmtime::Engine::new(&config)
        }
    }
}

fn config(limits: &Limits) -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .max_wasm_stack(limits.stack_bytes)
        .cranelift_opt_level(OptLevel::Speed)
        .cranelift_regalloc_algorithm(RegallocAlgorithm::Backtracking)
        // Bit patterns of NaN are the one thing in which machines differ.
        .cranelift_nan_canonicalization(true)
        .parallel_compilation(true)
        .wasm_backtrace_details(WasmBacktraceDetails::Enable)
        // Pages of a module's data are mapped, not copied, into each instance.
        .memory_init_cow(true)
        .wasm_component_model(true)
        .wasm_simd(true)
        .wasm_bulk_memory(true)
        .wasm_multi_value(true)
        // Off: no supported toolchain needs them, and relaxed SIMD differs between processors.
        .wasm_relaxed_simd(false)
        .wasm_memory64(false)
        // On for the code that wasmtime itself writes between two components of one plugin, which
        // copies from one memory to another; in guests `load::validate` refuses it.
        .wasm_multi_memory(true)
        .wasm_tail_call(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false);
    config
}

fn pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(1_000)
        // wit-component adds two small shim modules to each plugin; script engines bring more.
        .total_core_instances(6_000)
        .total_memories(1_000)
        .total_tables(4_000)
        .max_memory_size(Limits::MEMORY_BYTES_MAX)
        .table_elements(Limits::TABLE_ELEMENTS_MAX)
        .pagemap_scan(Enabled::Auto);
    // Measured: with PAGEMAP_SCAN (Linux 6.7) only dirty pages are reset, which halves the time
    // of an instantiation; without it a kept part makes it 2.4 times as long.
    if PoolingAllocationConfig::is_pagemap_scan_available() {
        pool.linear_memory_keep_resident(2 * 1024 * 1024)
            .table_keep_resident(64 * 1024);
    }
    pool
}
