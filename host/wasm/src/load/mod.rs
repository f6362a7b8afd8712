//! From bytes to a plugin that may be trusted to compute: inspect, compile, describe, check.
//!
//! The order matters: nothing is compiled before its shape and its counts are known, nothing is
//! called before it is compiled under limits, and nothing is cached before all checks have passed,
//! so a hit needs none of them again. Start-up, reload and tests take this one path. Deliberately
//! not here: where bytes come from (`registry`).

mod cache;
mod counts;
pub(crate) mod examples;
mod inspect;
mod instances;
mod manifest;
mod names;
mod options;
pub(crate) mod probe;
mod schema;
mod trusted;
mod validate;

use std::panic::{self, AssertUnwindSafe};

use sha2::{Digest as _, Sha256};
use wasmtime::component::Component;

pub(crate) use cache::Cache;
pub use manifest::{Function, Manifest};
pub(crate) use names::{is_kebab, look_alike, nearest};

use crate::call::{Fault, FaultKind, Site};
use crate::contract::{self, latest};
use crate::error::Cause;
use crate::limits::Call;
use crate::plugin::{Code, Inner, Instantiate as _};
use crate::{Engine, Error, Kind, Plugin, heap};

/// Loads one plugin. See the module's documentation for the order.
pub(crate) fn load(engine: &Engine, bytes: &[u8]) -> Result<Plugin, Error> {
    let (plugin, component) = describe_only(engine, bytes)?;
    if let Some(component) = component {
        check(&plugin)?;
        if let Some(cache) = engine.cache() {
            cache.store(plugin.digest(), &component);
        }
        heap::give_back();
    }
    Ok(plugin)
}

/// Loads one plugin without the checks that only running it can make; gives its code too, where it
/// has not passed them before.
pub(crate) fn describe_only(
    engine: &Engine,
    bytes: &[u8],
) -> Result<(Plugin, Option<Component>), Error> {
    let shape = inspect::inspect(bytes, engine.limits())?;
    let digest = digest(bytes);
    let cached = engine
        .cache()
        .and_then(|cache| cache.find(engine.wasm(), &digest));
    let is_cached = cached.is_some();
    let component = match cached {
        Some(component) => component,
        None => compile(engine, bytes, &shape)?,
    };
    let code = link(engine, &component, shape.kind)?;
    let manifest = describe(engine, &code, &digest)?;
    let plugin = Plugin::new(Inner {
        engine: engine.clone(),
        digest,
        size: bytes.len(),
        imports: shape.imports,
        manifest: Manifest::check(manifest, shape.kind)?,
        code,
        record: crate::health::Record::default(),
    });
    Ok((plugin, (!is_cached).then_some(component)))
}

/// What a component exports, if it is one of ours; nothing is compiled for it.
pub(crate) fn kind(bytes: &[u8], limits: &crate::Limits) -> Option<Kind> {
    inspect::inspect(bytes, limits).ok().map(|shape| shape.kind)
}

/// `sha256:` and the digest of these bytes.
pub(crate) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn compile(engine: &Engine, bytes: &[u8], shape: &inspect::Shape) -> Result<Component, Error> {
    counts::check(bytes, &engine.limits().compile)?;
    validate::validate(bytes, shape)?;
    // A compiler of this size has places where it panics over what it thinks cannot be. Nothing of
    // a compilation that did not end is kept, so a stranger's file is refused and the host goes on.
    let compile = || Component::from_binary(engine.wasm(), bytes);
    let compiled = panic::catch_unwind(AssertUnwindSafe(compile)).unwrap_or_else(|_| {
        let what = "the compiler came to an unexpected end over it";
        Err(wasmtime::Error::msg(what))
    });
    compiled.map_err(|error| Error::Invalid {
        source: Cause::from(&error),
    })
}

fn link(engine: &Engine, component: &Component, kind: Kind) -> Result<Code, Error> {
    let link = || {
        let pre = engine.linker().instantiate_pre(component)?;
        Ok(match kind {
            Kind::Transform => Code::Transform(latest::transform::TransformPluginPre::new(pre)?),
            Kind::Provider => Code::Provider(latest::provider::ProviderPluginPre::new(pre)?),
        })
    };
    link().map_err(|error: wasmtime::Error| Error::Invalid {
        source: Cause::from(&error),
    })
}

/// Calls `describe` in a store of its own.
fn describe(engine: &Engine, code: &Code, digest: &str) -> Result<manifest::Raw, Error> {
    let site = Site {
        // Until it has told its name, a plugin is called by its digest.
        plugin: digest.get(..19).unwrap_or(digest).to_owned(),
        version: String::new(),
        digest: digest.to_owned(),
        function: "describe".to_owned(),
    };
    let call = (Call::Load, 1);
    Ok(match code {
        Code::Transform(code) => {
            let mut guest = code
                .guest((engine, engine.limits()), &site)
                .map_err(mistyped)?;
            guest
                .call(&site, call, |exports, store| {
                    exports.attune_plugin_transform().call_describe(store)
                })?
                .into()
        }
        Code::Provider(code) => {
            let mut guest = code
                .guest((engine, engine.limits()), &site)
                .map_err(mistyped)?;
            guest
                .call(&site, call, |exports, store| {
                    exports.attune_plugin_provider().call_describe(store)
                })?
                .into()
        }
    })
}

/// Making an instance reads no answer; what cannot be read there is the type of an export.
fn mistyped(fault: Box<Fault>) -> Error {
    if fault.kind != FaultKind::OutputInvalid {
        return fault.into();
    }
    let what = format!(
        "an export is not of the type that {} {} gives it: {}",
        contract::PACKAGE,
        contract::VERSION,
        fault.what
    );
    Error::Invalid {
        source: Cause::of(&what),
    }
}

/// What only running it can show: its examples come out as written, and rows are independent.
fn check(plugin: &Plugin) -> Result<(), Error> {
    for function in &plugin.manifest().functions {
        function.compile_schema()?;
        if plugin.kind() == Kind::Transform {
            let examples = examples::parse(function)?;
            examples::run(plugin, function, &examples)?;
            probe::run(plugin, function, &examples)?;
        }
    }
    Ok(())
}
