//! The mapping stage as a run does it: batches of columns, read from documents, and programs in the
//! sandbox. Decisions and the wire are not here.

use std::sync::Arc;

use attune_core::evaluate::{Batch, FieldResult, Program};
use attune_core::mapping::{Step, Table};
use attune_core::project::Projector;
use attune_core::selector::{Names, Wanted};
use attune_core::{Column, Problem, Transform};
use attune_wasm::registry::{Registry, Snapshot};
use attune_wasm::{Engine, Options};

use crate::plain::SELECTORS;
use crate::{mapping, people};

/// People of one batch, as in a run.
pub const BATCH: usize = 256;

/// Everything that is made once.
pub struct Setup {
    /// People as the directory sends them.
    pub documents: Vec<Vec<u8>>,
    /// Their keys.
    pub keys: Vec<String>,
    /// What the table reads of a document.
    pub wanted: Wanted,
    /// The documents' columns, by batch.
    pub batches: Vec<Vec<Column>>,
    plugins: Arc<Snapshot>,
}

impl Setup {
    /// So many people, and the bundled plugins.
    pub fn new(count: usize) -> Self {
        Self::of(people::documents(count), &mapping::twelve())
    }

    /// These people, in the columns that this table reads, and the bundled plugins.
    pub fn of(documents: Vec<Vec<u8>>, table: &Table) -> Self {
        let engine = Engine::new(Options::default()).unwrap();
        let bundled: Vec<_> = attune_bundled::PLUGINS
            .iter()
            .map(|p| (p.id, p.wasm))
            .collect();
        let plugins = Registry::open(&engine, &bundled, None, &[])
            .unwrap()
            .snapshot();
        let count = documents.len();
        let bytes: usize = documents.iter().map(Vec::len).sum();
        println!("{} bytes a person", bytes / count);
        let mut setup = Self {
            documents,
            keys: (0..count).map(|number| format!("{number:08x}")).collect(),
            wanted: Wanted::new(Vec::new()),
            batches: Vec::new(),
            plugins,
        };
        setup.wanted = setup.wasm(table).selectors().clone();
        let mut projector = Projector::new(setup.wanted.clone(), Names::Exact);
        let batches = setup.documents.chunks(BATCH);
        setup.batches = batches
            .map(|batch| project(&mut projector, batch))
            .collect();
        setup
    }

    /// The table with its steps in the sandbox.
    pub fn wasm(&self, table: &Table) -> Program {
        let open = |step: &Step| {
            let (plugin, function) = self
                .plugins
                .step(&step.plugin, &step.function)
                .map_err(|error| error.problem())?;
            plugin
                .open_transform(&function, &step.options)
                .map_err(|error| error.problem())
        };
        program(table, open)
    }

    /// A batch as the evaluation wants it.
    pub fn batch<'a>(&'a self, keys: &'a [&'a str], columns: &'a [Column]) -> Batch<'a> {
        Batch {
            wanted: &self.wanted,
            columns,
            people: keys,
            connector: "bench",
            target: "jira",
            now_ms: 0,
        }
    }

    /// The keys of each batch.
    pub fn keys(&self) -> Vec<Vec<&str>> {
        let keys: Vec<&str> = self.keys.iter().map(String::as_str).collect();
        keys.chunks(BATCH).map(<[_]>::to_vec).collect()
    }

    /// The columns of each batch, in the order of [`SELECTORS`].
    pub fn inputs(&self) -> Vec<Vec<&Column>> {
        let position = |name: &&str| self.wanted.position(&name.parse().unwrap()).unwrap();
        let positions: Vec<usize> = SELECTORS.iter().map(position).collect();
        let batches = self.batches.iter();
        batches
            .map(|batch| positions.iter().map(|at| &batch[*at]).collect())
            .collect()
    }

    /// The outcomes of every batch.
    pub fn evaluate(&self, keys: &[Vec<&str>], program: &mut Program) -> Vec<Vec<FieldResult>> {
        let batches = self.batches.iter().zip(keys);
        batches
            .map(|(columns, keys)| program.evaluate(&self.batch(keys, columns)))
            .collect()
    }
}

/// The table with its steps opened by `open`.
pub fn program(
    table: &Table,
    open: impl FnMut(&Step) -> Result<Box<dyn Transform>, Problem>,
) -> Program {
    Program::compile(table, "de-DE", open).unwrap_or_else(|refusals| panic!("{refusals:?}"))
}

/// One batch of documents as columns.
pub fn project(projector: &mut Projector, documents: &[Vec<u8>]) -> Vec<Column> {
    let width = projector.wanted().len();
    let mut rows = vec![Column::default(); documents.len()];
    for (document, row) in documents.iter().zip(&mut rows) {
        projector.project_json(document, row).unwrap();
    }
    Column::transpose(&rows.iter().collect::<Vec<_>>(), width)
}
