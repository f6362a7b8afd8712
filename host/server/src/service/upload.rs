//! A build that somebody hands over, put into the plugins' folder.
//!
//! Invariant: whoever reads meanwhile sees the file before or the one after; a signature lies there
//! before its build. Deliberately not here: whether it comes into use, which its way decides like that
//! of any file.

use std::path::Path;

use attune_wasm::registry::Build;

use super::Service;
use crate::fault::Failure;
use crate::kit;

impl Service {
    /// Writes a build and its signature into the plugins' folder, and looks at the folder again.
    pub fn put_build(&self, build: &Build) -> Result<(), Failure> {
        let id = build.id();
        if self.refuses_file(id) {
            let message = format!("`{id}` is bundled, and `[plugins] override` does not name it");
            return Err(Failure::of("plugin-id-taken", message));
        }
        self.verify(build)?;
        let folder = &self.options().plugins_dir;
        let path = folder.join(format!("{id}.wasm"));
        let beside = folder.join(format!("{id}.wasm.minisig"));
        tokio::task::block_in_place(|| -> Result<(), Failure> {
            std::fs::create_dir_all(folder).map_err(|error| unusable(folder, &error))?;
            match build.signature() {
                Some(signature) => kit::put(&beside, signature.as_bytes())?,
                // That of another build would only be refused.
                None if beside.exists() => {
                    std::fs::remove_file(&beside).map_err(|error| unusable(&beside, &error))?;
                }
                None => {}
            }
            kit::put(&path, build.bytes())
        })?;
        self.inner.nudge.notify_one();
        Ok(())
    }
}

fn unusable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::of("config", format!("{}: {error}", path.display()))
}
