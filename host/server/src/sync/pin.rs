//! Pinning: one revision of a connector and one generation of every plugin that it uses.
//!
//! Only the plugins that the file mentions are compiled. Everything a run needs to know about
//! its mapping is worked out here once: which selectors are read of a document, which columns a
//! page has, which number each field has in the stage. Nothing of it changes until the run ends.

use std::collections::BTreeMap;
use std::sync::Arc;

use attune_core::evaluate::Program;
use attune_core::mapping::{Field, Step};
use attune_core::plan::{Common, Fingerprinter};
use attune_core::scope::Scope;
use attune_core::selector::{Of, Wanted};
use attune_core::{Problem, Selector};
use attune_wasm::Plugin;
use attune_wasm::registry::Snapshot;
use sha2::{Digest as _, Sha256};

use super::managers::{self, AccountInput};
use super::{Error, hex, pictures};
use crate::connector::{Connector, Loaded, Place, TargetSpec};
use crate::store::revisions::KeptRevision;

/// Everything that stays the same during a run.
pub struct Pinned {
    /// The connector as its file says.
    pub connector: Connector,
    /// `sha256:...` of the file and the files that it names.
    pub revision: String,
    /// The text of that file, and of the files that it names.
    pub kept: Arc<KeptRevision>,
    /// Digest of every plugin used, by id.
    pub generations: BTreeMap<String, String>,
    /// The targets, sorted by name: their order is the order of the digest.
    pub targets: Vec<PinnedTarget>,
    /// The provider plugin.
    pub provider: Plugin,
    /// Who takes part.
    pub scope: Scope,
    /// What is read of every document.
    pub documents: Wanted,
    /// What an adapter is asked for: the above, and the selectors that lead to other people,
    /// because only they say that the relation itself is wanted.
    pub asked: Wanted,
    /// The columns of a page, relations resolved.
    pub resolved: Wanted,
    /// All fields of all targets; a field's number is its place here.
    pub fields: Vec<Field>,
    /// Makes pictures, where a target has them.
    pub avatar: Option<Plugin>,
}

/// One target of a pinned connector.
pub struct PinnedTarget {
    /// The target as its file says.
    pub spec: TargetSpec,
    /// The site's URL without a final slash: the ledger's name for it.
    pub site: String,
    /// The fields in the order of the mapping table.
    pub fields: Vec<Field>,
    /// The number of each of these fields in the stage.
    pub numbers: Vec<u16>,
    /// What the mapping reads.
    pub selectors: Wanted,
    /// Columns of a page that the accounts of managers in this target answer.
    pub accounts: Vec<AccountInput>,
    /// What everybody's fingerprint in this target has in common.
    pub prints: Fingerprinter,
    /// The number of the picture in the stage, where it is managed.
    pub photo: Option<u16>,
}

impl PinnedTarget {
    /// Which columns of a page the mapping reads.
    pub fn positions(&self, pinned: &Pinned) -> Vec<usize> {
        self.selectors
            .selectors()
            .iter()
            .filter_map(|s| pinned.resolved.position(s))
            .collect()
    }

    /// The match rules' selectors, in the rules' order.
    pub fn match_selectors(&self) -> Vec<Selector> {
        self.spec
            .matching
            .iter()
            .map(|rule| rule.source.clone())
            .collect()
    }
}

impl Pinned {
    /// Pins a loaded connector; all rows that cannot be opened are reported at once.
    ///
    /// The programs come back beside it, in the order of `targets`: they keep guests with state
    /// and belong to one worker.
    pub fn open(loaded: &Loaded, plugins: &Snapshot) -> Result<(Self, Vec<Program>), Error> {
        let connector = loaded.connector.clone();
        let mut generations = BTreeMap::new();
        let provider = plugin(plugins, &connector.source.provider)?;
        provider
            .check_options(&connector.source.provider, &connector.source.options)
            .map_err(|source| refused(&connector.source.provider, source))?;
        generations.insert(provider.id().to_owned(), provider.digest().to_owned());
        let mut specs = connector.targets.clone();
        specs.sort_by(|a, b| a.name.cmp(&b.name));
        let mut programs = Vec::with_capacity(specs.len());
        let mut refusals = Vec::new();
        for spec in &specs {
            let open = |step: &Step| open_step(plugins, step, &mut generations);
            match Program::compile(&spec.map, &connector.locale, open) {
                Ok(program) => programs.push(program),
                Err(problems) => {
                    let place = |(field, problem)| placed(loaded, &spec.name, field, problem);
                    refusals.extend(problems.into_iter().map(place));
                }
            }
        }
        if !refusals.is_empty() {
            return Err(Error::Mapping(refusals));
        }
        let scope = Scope {
            include: connector.scope.include.clone(),
            exclude: connector.scope.exclude.clone(),
        };
        let mut resolved = Wanted::new(scope.selectors().cloned());
        for (spec, program) in specs.iter().zip(&programs) {
            resolved = resolved.with(program.selectors().selectors().iter().cloned());
            resolved = resolved.with(spec.matching.iter().map(|rule| rule.source.clone()));
        }
        let documents = resolved.documents().map_err(Error::TooDeep)?;
        let of_rules = specs.iter().flat_map(|spec| &spec.matching);
        let shared = of_rules.map(|rule| &rule.source);
        managers::refuse_outside_rows(scope.selectors().chain(shared))?;
        let asked = managers::asked(&resolved, &documents, &specs)?;
        let mut pinned = Self {
            revision: loaded.revision().to_owned(),
            kept: Arc::clone(loaded.kept()),
            generations,
            targets: Vec::with_capacity(specs.len()),
            provider,
            scope,
            asked,
            documents,
            resolved,
            fields: Vec::new(),
            avatar: None,
            connector,
        };
        for (spec, program) in specs.into_iter().zip(&programs) {
            pinned.add(spec, program, loaded.fields_digest())?;
        }
        pinned.add_avatar(plugins)?;
        Ok((pinned, programs))
    }

    /// How many managers up rows, scope and match rules read.
    pub fn relation_depth(&self) -> usize {
        let relations = self
            .resolved
            .selectors()
            .iter()
            .map(Selector::strip_relation);
        let depths = relations.filter_map(|relation| Some(relation.ok()?.depth));
        depths.max().unwrap_or(0)
    }

    /// Digest of everything that decides what is read of whom and what follows from it: where it
    /// differs, what changed since an earlier run is not all that there is to look at.
    pub fn frame(&self) -> String {
        let mut hash = Sha256::new();
        let generations = self.generations.iter();
        let generations = generations.flat_map(|(id, digest)| [id.as_str(), digest.as_str()]);
        let parts = [env!("CARGO_PKG_VERSION"), &self.revision];
        for part in parts.into_iter().chain(generations) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        hash.update(self.asked.digest());
        hex(&hash.finalize())
    }

    /// Whether rows follow relations, so that names must be found again.
    pub fn follows_relations(&self) -> bool {
        let follows = |selector: &Selector| {
            selector
                .strip_relation()
                .is_ok_and(|relation| relation.depth > 0 || !matches!(relation.of, Of::Document(_)))
        };
        self.resolved.selectors().iter().any(follows)
    }

    /// Pins what makes pictures. After the fingerprints were begun: another build of it makes no
    /// field due.
    fn add_avatar(&mut self, plugins: &Snapshot) -> Result<(), Error> {
        if self.targets.iter().any(|target| target.photo.is_some()) {
            let avatar = plugin(plugins, pictures::PLUGIN)?;
            let digest = avatar.digest().to_owned();
            self.generations.insert(avatar.id().to_owned(), digest);
            self.avatar = Some(avatar);
        }
        Ok(())
    }

    fn add(
        &mut self,
        spec: TargetSpec,
        program: &Program,
        fields_digest: [u8; 32],
    ) -> Result<(), Error> {
        let fields: Vec<Field> = program.fields().cloned().collect();
        let picture = pictures::field();
        // Numbered by name, so that the rows of a stage are in the order of the digest.
        let mut sorted: Vec<&Field> = fields.iter().collect();
        sorted.extend(spec.photo.map(|_| &picture));
        sorted.sort_by(|a, b| a.name.cmp(&b.name).then(a.kind.cmp(&b.kind)));
        let first = self.fields.len();
        let number = |field: &Field| {
            let place = sorted
                .iter()
                .position(|sorted| *sorted == field)
                .unwrap_or(0);
            (first + place) as u16
        };
        let numbers = fields.iter().map(number).collect();
        let photo = spec.photo.map(|_| number(&picture));
        let route = format!("{}/{:?}", spec.product.as_str(), spec.route);
        let generations: Vec<(&str, &str)> = self
            .generations
            .iter()
            .map(|(id, digest)| (id.as_str(), digest.as_str()))
            .collect();
        let prints = Fingerprinter::new(&Common {
            mapping: &fields_digest,
            locale: &self.connector.locale,
            connector: &self.connector.id,
            generations: &generations,
            targets: &[(&spec.name, &route)],
        });
        self.fields.extend(sorted.into_iter().cloned());
        self.targets.push(PinnedTarget {
            site: spec.endpoint.url.trim_end_matches('/').to_owned(),
            fields,
            numbers,
            accounts: managers::inputs(program.selectors(), &self.resolved)?,
            selectors: program.selectors().clone(),
            prints,
            photo,
            spec,
        });
        Ok(())
    }
}

/// A refusal with its line in the connector file; where in the options goes into the sentence.
fn placed(loaded: &Loaded, target: &str, field: Field, problem: Problem) -> (Field, Problem) {
    let place = Place::Field {
        target: target.to_owned(),
        field: field.name.clone(),
    };
    let message = if problem.at.is_empty() {
        problem.message
    } else {
        format!("{} (at {})", problem.message, problem.at)
    };
    (
        field,
        Problem::new(problem.code, message).at(loaded.place(&place)),
    )
}

fn plugin(plugins: &Snapshot, id: &str) -> Result<Plugin, Error> {
    plugins.plugin(id).map_err(|source| refused(id, source))
}

fn refused(id: &str, source: attune_wasm::Error) -> Error {
    Error::Plugin {
        id: id.to_owned(),
        source,
    }
}

fn open_step(
    plugins: &Snapshot,
    step: &Step,
    generations: &mut BTreeMap<String, String>,
) -> Result<Box<dyn attune_core::Transform>, Problem> {
    let name = || format!("{}.{}", step.plugin, step.function);
    let problem =
        |error: attune_wasm::Error| Problem::new(error.code(), error.to_string()).at(name());
    let (plugin, function) = plugins
        .step(&step.plugin, &step.function)
        .map_err(problem)?;
    let opened = plugin
        .open_transform(&function, &step.options)
        .map_err(problem)?;
    generations.insert(plugin.id().to_owned(), plugin.digest().to_owned());
    Ok(opened)
}
