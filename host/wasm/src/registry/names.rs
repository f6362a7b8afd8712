//! Full names: which plugin and function a row's `X.Y` means.
//!
//! As a rule X is a plugin's id and Y its function. A function may also carry a name of its own
//! (`full-name` in its `extra`), for names that others have made: `entra.expression`. Invariant: an
//! id always wins over a full name, and a full name leads to one plugin or to none. So that a
//! misspelt name compiles nothing, a bundled plugin has a full name only where its id is that name
//! with a hyphen; of files, each one is asked. Deliberately not here: the form of names (`load`).

use std::sync::PoisonError;

use super::{Entry, Snapshot, Source};
use crate::load::nearest;
use crate::{Error, Kind, Plugin};

impl Snapshot {
    /// The plugin and the name of its function that `first.last` means in a row.
    pub fn step(&self, first: &str, last: &str) -> Result<(Plugin, String), Error> {
        if self.is_transform(first) {
            return Ok((self.plugin(first)?, last.to_owned()));
        }
        let full = format!("{first}.{last}");
        let Some(id) = self.claimant(&full) else {
            return Err(self.nobody(first, last));
        };
        let plugin = self.plugin(&id)?;
        let name = plugin.named(&full).unwrap_or_else(|| last.to_owned());
        Ok((plugin, name))
    }

    /// The id of the plugin that `first.last` leads to: `first`, unless another one has that as a
    /// full name.
    pub fn home(&self, first: &str, last: &str) -> String {
        let named = (!self.is_transform(first))
            .then(|| self.claimant(&format!("{first}.{last}")))
            .flatten();
        named.unwrap_or_else(|| first.to_owned())
    }

    /// The one plugin that has this full name. Bundled ones win; of several files all are refused
    /// when they are opened, and the first says so.
    fn claimant(&self, full: &str) -> Option<String> {
        let claims = self.claims(full);
        let bundled = claims.iter().find(|id| self.is_bundled(id));
        bundled.or_else(|| claims.first()).cloned()
    }

    /// Whether a plugin may have the full names that it claims.
    pub(super) fn check_claims(&self, entry: &Entry, plugin: &Plugin) -> Result<(), Error> {
        for function in &plugin.manifest().functions {
            let Some(full) = &function.full_name else {
                continue;
            };
            let first = full.split('.').next().unwrap_or_default();
            let name = &function.name;
            if self.is_transform(first) {
                let what = format!(
                    "function `{name}` wants the full name `{full}`, but `{first}` is a plugin itself"
                );
                return Err(Error::Manifest { what });
            }
            if *entry.source() == Source::Bundled {
                continue;
            }
            let claims = self.claims(full);
            if let Some(other) = claims.iter().find(|id| *id != entry.id()) {
                let what = format!(
                    "function `{name}` wants the full name `{full}`, which plugin `{other}` has too"
                );
                return Err(Error::Manifest { what });
            }
        }
        Ok(())
    }

    /// The ids of all plugins that claim a full name, sorted.
    fn claims(&self, full: &str) -> Vec<String> {
        let known = || self.claims.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ids) = known().get(full) {
            return ids.clone();
        }
        let own = full.replacen('.', "-", 1);
        let asked = |entry: &&Entry| *entry.source() != Source::Bundled || entry.id() == own;
        let claims = |entry: &&Entry| {
            let plugin = entry.load(&self.engine);
            plugin.is_ok_and(|plugin| plugin.named(full).is_some())
        };
        let transforms = self
            .entries()
            .filter(|entry| entry.kind(&self.engine) == Some(Kind::Transform));
        let found = transforms.filter(asked).filter(claims);
        let found: Vec<String> = found.map(|entry| entry.id().to_owned()).collect();
        known().insert(full.to_owned(), found.clone());
        found
    }

    fn is_transform(&self, id: &str) -> bool {
        let entry = self.entry(id);
        entry.is_some_and(|entry| entry.kind(&self.engine) != Some(Kind::Provider))
    }

    fn is_bundled(&self, id: &str) -> bool {
        let entry = self.entry(id);
        entry.is_some_and(|entry| *entry.source() == Source::Bundled)
    }

    /// Why `first.last` leads nowhere. Among the functions that are called `first.something` the
    /// nearest one may have been meant.
    fn nobody(&self, first: &str, last: &str) -> Error {
        let begin = format!("{first}.");
        let of_name = format!("{first}-");
        let near = self
            .entries()
            .filter(|entry| entry.id().starts_with(&of_name) || entry.loaded().is_some());
        let plugins: Vec<Plugin> = near
            .filter(|entry| entry.kind(&self.engine) == Some(Kind::Transform))
            .filter_map(|entry| entry.load(&self.engine).ok())
            .collect();
        let names = plugins
            .iter()
            .flat_map(|plugin| plugin.manifest().functions.iter())
            .filter_map(|function| function.full_name.as_deref());
        let names = names.filter(|full| full.starts_with(&begin));
        if let Some(meant) = nearest(&format!("{begin}{last}"), names) {
            return Error::UnknownFunction {
                plugin: first.to_owned(),
                function: last.to_owned(),
                nearest: Some(meant),
            };
        }
        match self.plugin(first) {
            Ok(plugin) => Error::WrongKind {
                plugin: first.to_owned(),
                kind: plugin.kind().word(),
            },
            Err(error) => error,
        }
    }
}

impl Plugin {
    /// The name of its function that has this full name.
    fn named(&self, full: &str) -> Option<String> {
        let functions = self.manifest().functions.iter();
        let mut named = functions.filter(|function| function.full_name.as_deref() == Some(full));
        named.next().map(|function| function.name.clone())
    }
}
