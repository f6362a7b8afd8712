//! What one plugin may use, with the reason for each number.
//!
//! A plugin is untrusted code: everything that it can make grow has a bound here, checked either
//! before compiling (counts), by wasmtime while it runs (memory, tables, stack, handles, time,
//! returned bytes) or by us (log lines). Deliberately not here: enforcing them (`call::store`,
//! `load::counts`).

use std::time::Duration;

/// Bounds for one plugin. The defaults fit plugins in Rust and JavaScript; for Python only
/// [`Limits::file_bytes`] must be raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Deadline of one `apply` of up to 256 rows. The slowest guest that was measured (naive
    /// JavaScript, 42 us a value) needs 11 ms for them and Rust 0.05 ms, so a busy machine does
    /// not come near it; and the at most 40 deadlines of a hostile batch stay within ten seconds.
    pub transform_ms: u64,
    /// Time of all calls of one opened step together, which is one run: 14 million values of the
    /// slowest guest that was measured. Whoever needs nearly its deadline each time stops there.
    pub run_ms: u64,
    /// Deadline of one provider call: a page of 1,000 people is some megabytes of JSON.
    pub provider_ms: u64,
    /// Deadline of instantiation, `describe` and `open`, which may build tables and compile
    /// patterns.
    pub load_ms: u64,
    /// All linear memories of one store together. Python starts at 12 MiB and grows.
    pub memory_bytes: usize,
    /// Elements of one table. Python has 5,763 at start.
    pub table_elements: usize,
    /// Linear memories of one store.
    pub memories: usize,
    /// Tables of one store.
    pub tables: usize,
    /// Stack of the guest, beyond which recursion is stopped. It is the engine's, so a plugin's own
    /// limits cannot change it.
    pub stack_bytes: usize,
    /// What a transform may hand over in one call (a result, a log line). The legal most is 16 MiB
    /// for 256 rows; a batch beyond the limit is bisected, so it costs time and no value.
    pub transform_returned_bytes: usize,
    /// What a provider may hand over in one call: deliveries, pictures, state.
    pub provider_returned_bytes: usize,
    /// State that a provider may keep between two turns.
    pub state_bytes: usize,
    /// Live resource handles.
    pub handles: usize,
    /// Log lines kept of one call; further ones are counted.
    pub log_lines: u32,
    /// Bytes kept of one log line.
    pub log_line_bytes: usize,
    /// Bytes kept of the last error line, which goes into a trap report.
    pub log_error_bytes: usize,
    /// Size of the file. Script engines carry their interpreter: [`Limits::FILE_BYTES_SCRIPT`].
    pub file_bytes: usize,
    /// What compiling may cost.
    pub compile: CompileLimits,
}

/// Bounds checked before anything is compiled: compiling time grows with these counts, and a
/// compiler cannot be interrupted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompileLimits {
    /// Functions of all modules.
    pub functions: u32,
    /// Bytes of one function's body.
    pub function_bytes: u32,
    /// Locals of one function.
    pub locals: u32,
    /// Core and component types with those inside of them, imports, aliases and canonical
    /// functions.
    pub definitions: u32,
    /// Exports. A script engine's libraries have some thousands.
    pub exports: u32,
    /// Modules and components inside the component. Python brings 41, its libraries one by one.
    pub modules: u32,
    /// Levels of components inside components.
    pub nesting: u32,
    /// Instances of modules and components, as they are written. Python has 111.
    pub instances: u32,
    /// Instances that these may come to, because an instance of a component makes those inside of
    /// it. A plugin of any toolchain makes each of its components once; a store takes no more.
    pub instances_made: u32,
    /// Targets of all `br_table` instructions.
    pub branch_targets: u32,
    /// Linear memories that are defined.
    pub memories: u32,
    /// Tables that are defined.
    pub tables: u32,
}

impl Limits {
    /// The file size to opt in to for plugins that carry a script engine.
    pub const FILE_BYTES_SCRIPT: usize = 48 * 1024 * 1024;
    /// The host's own bound on [`Limits::memory_bytes`]: the size of a pool slot.
    pub const MEMORY_BYTES_MAX: usize = 256 * 1024 * 1024;
    /// Deadline for one picture.
    pub const PICTURE_MS: u64 = 5_000;
    /// The host's own bound on [`Limits::table_elements`]: the size of a pool slot.
    pub const TABLE_ELEMENTS_MAX: usize = 20_000;

    /// These limits for a step that draws pictures, a row at a time. 24 million pixels, as a camera
    /// makes them, are 96 MiB with what a decoder keeps besides, and take a second; few rows are
    /// drawn, so a hostile picture costs no more than one of its deadlines.
    #[must_use]
    pub fn for_pictures(&self) -> Self {
        Self {
            memory_bytes: Self::MEMORY_BYTES_MAX,
            transform_ms: self.transform_ms.max(Self::PICTURE_MS),
            run_ms: self.run_ms.max(3_600_000),
            ..self.clone()
        }
    }

    /// These limits, none above what the host allows anybody.
    #[must_use]
    pub fn within_host(mut self) -> Self {
        self.memory_bytes = self.memory_bytes.min(Self::MEMORY_BYTES_MAX);
        self.table_elements = self.table_elements.min(Self::TABLE_ELEMENTS_MAX);
        self.file_bytes = self.file_bytes.min(Self::FILE_BYTES_SCRIPT);
        self.transform_ms = self.transform_ms.clamp(1, 10_000);
        self.run_ms = self.run_ms.clamp(1, 3_600_000);
        self.provider_ms = self.provider_ms.clamp(1, 60_000);
        self.load_ms = self.load_ms.clamp(1, 60_000);
        self
    }

    /// Time for one call of this kind.
    pub(crate) fn deadline(&self, call: Call) -> Duration {
        Duration::from_millis(match call {
            Call::Load => self.load_ms,
            Call::Transform => self.transform_ms,
            Call::Provider => self.provider_ms,
        })
    }
}

/// What is being called, which decides how long it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    /// Instantiate, `describe`, `open`, `inputs`, `needs`.
    Load,
    /// `apply`.
    Transform,
    /// `advance`.
    Provider,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            transform_ms: 250,
            run_ms: 600_000,
            provider_ms: 1_000,
            load_ms: 2_000,
            memory_bytes: 64 * 1024 * 1024,
            table_elements: 10_000,
            memories: 4,
            tables: 8,
            stack_bytes: 512 * 1024,
            transform_returned_bytes: 8 * 1024 * 1024,
            provider_returned_bytes: 32 * 1024 * 1024,
            state_bytes: 1024 * 1024,
            handles: 64,
            log_lines: 64,
            log_line_bytes: 512,
            log_error_bytes: 4 * 1024,
            file_bytes: 4 * 1024 * 1024,
            compile: CompileLimits::default(),
        }
    }
}

impl Default for CompileLimits {
    fn default() -> Self {
        Self {
            functions: 50_000,
            function_bytes: 512 * 1024,
            locals: 20_000,
            definitions: 20_000,
            exports: 100_000,
            modules: 64,
            nesting: 4,
            instances: 256,
            instances_made: 1_000,
            branch_targets: 200_000,
            memories: 4,
            tables: 8,
        }
    }
}
