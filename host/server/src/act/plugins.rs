//! A plugin's file, put into the plugins' folder of the service.

use attune_wasm::Kind;
use attune_wasm::registry::{Build, Source};

use super::Actor;
use crate::fault::Failure;

impl Actor {
    /// Puts a component, and the signature that belongs to it, into the plugins' folder, where the
    /// service finds it; what it is. Nothing is written where it could never be used.
    pub async fn upload(
        &self,
        id: &str,
        bytes: Vec<u8>,
        signature: Option<String>,
    ) -> Result<Uploaded, Failure> {
        let name = id.to_owned();
        let put = self.service.apart(async move |service| {
            let engine = service.pin().1.plugins.engine().clone();
            let plugin = engine.load(&bytes)?;
            if plugin.id() != name {
                let message = format!("the component calls itself `{}`, not `{name}`", plugin.id());
                return Err(Failure::of("usage", message));
            }
            let path = service.options().plugins_dir.join(format!("{name}.wasm"));
            let build = Build::of_bytes(&name, Source::File(path), bytes).signed(signature);
            service.put_build(&build)?;
            Ok(Uploaded {
                id: name,
                version: plugin.version().to_owned(),
                kind: plugin.kind(),
                digest: build.digest().to_owned(),
            })
        });
        let put = put.await;
        let digest = put.as_ref().map(|one| one.digest.clone());
        self.noted(("upload", id, &digest.unwrap_or_default()), put)
            .await
    }
}

/// A component that lies in the plugins' folder now.
#[derive(Debug, Clone)]
pub struct Uploaded {
    /// Its id.
    pub id: String,
    /// As its manifest says.
    pub version: String,
    /// Transform or provider.
    pub kind: Kind,
    /// `sha256:...` of it.
    pub digest: String,
}
