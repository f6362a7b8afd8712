//! One loaded plugin: compiled code, manifest, digest, and how it behaves.
//!
//! Cheap to clone and shared between runs; a run pins it by holding a clone. Invariant: nothing in
//! it changes but its health, so a generation is what its digest says. Deliberately not here: how
//! it was inspected and checked (`load`), calls (`call`), and what they have shown (`health`).

use std::sync::Arc;

use attune_core::Transform;
use serde::{Deserialize, Serialize};

use crate::call::{Fault, Guest, Site, State, Transformer};
use crate::contract::latest::provider::{ProviderPlugin, ProviderPluginPre};
use crate::contract::latest::transform::{TransformPlugin, TransformPluginPre};
use crate::health::Record;
use crate::load::{Function, Manifest, probe};
use crate::{Engine, Error, Limits};

/// What a plugin does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It turns columns into columns.
    Transform,
    /// It reads people from a directory.
    Provider,
}

impl Kind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Transform => "transform",
            Self::Provider => "provider",
        }
    }
}

/// A loaded plugin.
#[derive(Clone)]
pub struct Plugin {
    inner: Arc<Inner>,
}

/// Everything that loading found out.
pub(crate) struct Inner {
    pub(crate) engine: Engine,
    pub(crate) digest: String,
    pub(crate) size: usize,
    pub(crate) imports: Vec<String>,
    pub(crate) manifest: Manifest,
    pub(crate) code: Code,
    pub(crate) record: Record,
}

/// Compiled code, linked and type-checked once.
#[derive(Clone)]
pub(crate) enum Code {
    Transform(TransformPluginPre<State>),
    Provider(ProviderPluginPre<State>),
}

impl Plugin {
    pub(crate) fn new(inner: Inner) -> Self {
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Its id, unique in a registry.
    pub fn id(&self) -> &str {
        &self.inner.manifest.id
    }

    /// Its version, as its manifest says.
    pub fn version(&self) -> &str {
        &self.inner.manifest.version
    }

    /// `sha256:` and the digest of its file: the name of its generation.
    pub fn digest(&self) -> &str {
        &self.inner.digest
    }

    /// Its manifest, checked.
    pub fn manifest(&self) -> &Manifest {
        &self.inner.manifest
    }

    /// What it does.
    pub fn kind(&self) -> Kind {
        match self.inner.code {
            Code::Transform(_) => Kind::Transform,
            Code::Provider(_) => Kind::Provider,
        }
    }

    /// What it imports: the log, and types.
    pub fn imports(&self) -> &[String] {
        &self.inner.imports
    }

    /// Size of its file in bytes.
    pub fn size(&self) -> usize {
        self.inner.size
    }

    /// Opens a function with options, which are checked against its schema first.
    pub fn open_transform(
        &self,
        function: &str,
        options: &serde_json::Value,
    ) -> Result<Box<dyn Transform>, Error> {
        Ok(Box::new(self.open(function, options)?))
    }

    /// The same, as the concrete type.
    pub fn open(&self, function: &str, options: &serde_json::Value) -> Result<Transformer, Error> {
        self.open_within(function, options, self.engine().limits().clone())
    }

    /// The same for a function that draws pictures: under [`Limits::for_pictures`].
    pub fn open_for_pictures(
        &self,
        function: &str,
        options: &serde_json::Value,
    ) -> Result<Box<dyn Transform>, Error> {
        let limits = self.engine().limits().for_pictures();
        Ok(Box::new(self.open_within(function, options, limits)?))
    }

    fn open_within(
        &self,
        function: &str,
        options: &serde_json::Value,
        limits: Limits,
    ) -> Result<Transformer, Error> {
        self.function(function)?.check_options(options)?;
        Transformer::open(self, function, options.to_string(), limits)
    }

    /// Checks the options of a function without opening it.
    pub fn check_options(&self, function: &str, options: &serde_json::Value) -> Result<(), Error> {
        self.function(function)?.check_options(options)
    }

    /// Tries whether rows are independent with exactly these options: what loading did with those
    /// of the examples. A provider has no rows. Nothing of it counts in the plugin's health.
    pub fn probe(&self, function: &str, options: &serde_json::Value) -> Result<(), Error> {
        match self.kind() {
            Kind::Transform => probe::row(self, self.function(function)?, options),
            Kind::Provider => Ok(()),
        }
    }

    /// A function of its manifest.
    pub fn function(&self, name: &str) -> Result<&Function, Error> {
        let functions = &self.inner.manifest.functions;
        let found = functions.iter().find(|function| function.name == name);
        found.ok_or_else(|| Error::UnknownFunction {
            plugin: self.id().to_owned(),
            function: name.to_owned(),
            nearest: crate::load::nearest(name, functions.iter().map(|f| f.name.as_str())),
        })
    }

    /// What its runs have shown.
    pub(crate) fn record(&self) -> &Record {
        &self.inner.record
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    pub(crate) fn site(&self, function: &str) -> Site {
        Site {
            plugin: self.id().to_owned(),
            version: self.version().to_owned(),
            digest: self.digest().to_owned(),
            function: function.to_owned(),
        }
    }

    pub(crate) fn instantiate_transform(
        &self,
        limits: &Limits,
        site: &Site,
    ) -> Result<Guest<TransformPlugin>, Error> {
        let Code::Transform(code) = &self.inner.code else {
            return Err(self.wrong_kind());
        };
        Ok(code.guest((&self.inner.engine, limits), site)?)
    }

    pub(crate) fn instantiate_provider(&self, site: &Site) -> Result<Guest<ProviderPlugin>, Error> {
        let Code::Provider(code) = &self.inner.code else {
            return Err(self.wrong_kind());
        };
        let engine = &self.inner.engine;
        Ok(code.guest((engine, engine.limits()), site)?)
    }

    fn wrong_kind(&self) -> Error {
        Error::WrongKind {
            plugin: self.id().to_owned(),
            kind: self.kind().word(),
        }
    }
}

/// Code that makes instances under the limits of its kind.
pub(crate) trait Instantiate {
    /// The exports of an instance.
    type Exports;

    /// A fresh store with an instance.
    fn guest(
        &self,
        within: (&Engine, &Limits),
        site: &Site,
    ) -> Result<Guest<Self::Exports>, Box<Fault>>;
}

impl Instantiate for TransformPluginPre<State> {
    type Exports = TransformPlugin;

    fn guest(
        &self,
        (engine, limits): (&Engine, &Limits),
        site: &Site,
    ) -> Result<Guest<TransformPlugin>, Box<Fault>> {
        let returned_bytes = limits.transform_returned_bytes;
        Guest::new((engine, limits), site, returned_bytes, |store| {
            self.instantiate(store)
        })
    }
}

impl Instantiate for ProviderPluginPre<State> {
    type Exports = ProviderPlugin;

    fn guest(
        &self,
        (engine, limits): (&Engine, &Limits),
        site: &Site,
    ) -> Result<Guest<ProviderPlugin>, Box<Fault>> {
        let returned_bytes = limits.provider_returned_bytes;
        Guest::new((engine, limits), site, returned_bytes, |store| {
            self.instantiate(store)
        })
    }
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin")
            .field("id", &self.id())
            .field("version", &self.version())
            .field("digest", &self.digest())
            .field("kind", &self.kind())
            .finish_non_exhaustive()
    }
}
