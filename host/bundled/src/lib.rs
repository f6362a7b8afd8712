//! The plugins that travel inside the binary.
//!
//! The build script compiles the `plugins/` workspace to WebAssembly and encodes each plugin as a
//! component; this crate holds the bytes and nothing else. Invariant: the same sources, toolchain
//! and place give the same bytes, so a bundled plugin's digest names its code. `TESTING` are plugins
//! that only tests load: a constant that no binary names is in none. `KIT` are the texts that the
//! project of a plugin's author begins with: the SDKs, the contract, locked versions.
//!
//! Deliberately not here: loading, inspecting or running them (`attune-wasm`).

/// One bundled plugin.
#[derive(Clone, Copy)]
pub struct Bundled {
    /// The plugin's id, which is the name of its folder.
    pub id: &'static str,
    /// The component.
    pub wasm: &'static [u8],
}

impl std::fmt::Debug for Bundled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bundled({}, {} bytes)", self.id, self.wasm.len())
    }
}

include!(concat!(env!("OUT_DIR"), "/plugins.rs"));

/// A text of [`KIT`] by its path.
pub fn kit(path: &str) -> Option<&'static str> {
    let mut all = KIT.iter();
    all.find(|(name, _)| *name == path).map(|(_, text)| *text)
}

/// The bundled plugin of that id.
pub fn find(id: &str) -> Option<Bundled> {
    PLUGINS.iter().find(|plugin| plugin.id == id).copied()
}

#[cfg(test)]
mod tests;
