//! Full validation with exactly the WebAssembly features that guests need, and a look at the
//! types of what is imported and exported.
//!
//! Wasmtime would validate as well; doing it first gives errors in our words and keeps features
//! that are off (threads, gc, exceptions, memory64, async) away from the compiler altogether.
//! Deliberately not here: signatures, which linking compares.

use wasmparser::component_types::{ComponentAnyTypeId, ComponentEntityType, ComponentItem};
use wasmparser::types::TypesRef;
use wasmparser::{Validator, WasmFeatures};

use super::inspect::{Shape, unreadable};
use crate::{Error, Kind, contract};

/// What LLVM and the script engines' toolchains emit, and nothing else.
fn features() -> WasmFeatures {
    WasmFeatures::WASM2
        .union(WasmFeatures::EXTENDED_CONST)
        .union(WasmFeatures::COMPONENT_MODEL)
        .difference(WasmFeatures::GC_TYPES)
}

/// Validates, then refuses missing exports and surplus imports by name.
pub(crate) fn validate(bytes: &[u8], shape: &Shape) -> Result<(), Error> {
    let types = Validator::new_with_features(features())
        .validate_all(bytes)
        .map_err(unreadable)?;
    let types = types.as_ref();
    for import in &shape.imports {
        let interface = import.split('@').next().unwrap_or_default();
        let allowed: &[&str] = if interface == contract::LOG {
            &["emit"]
        } else {
            &[]
        };
        let item = types.component_item_for_import(import);
        if let Some(name) = surplus(types, item, allowed) {
            return Err(Error::Import {
                name: format!("{import} ({})", crate::call::clean(&name, 200)),
            });
        }
    }
    let wanted = match shape.kind {
        Kind::Transform => contract::TRANSFORM_ITEMS,
        Kind::Provider => contract::PROVIDER_ITEMS,
    };
    let item = types.component_item_for_export(&shape.export);
    let names = names(types, item);
    let missing: Vec<_> = wanted
        .iter()
        .filter(|name| !names.iter().any(|(found, _)| found == *name))
        .map(|name| format!("{}#{name}", shape.export))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Error::Export { missing })
    }
}

/// The first thing in an imported instance that is neither a plain type nor in `allowed`.
fn surplus(types: TypesRef<'_>, item: Option<&ComponentItem>, allowed: &[&str]) -> Option<String> {
    names(types, item)
        .into_iter()
        .find(|(name, is_type)| !is_type && !allowed.contains(&name.as_str()))
        .map(|(name, _)| name)
}

/// Names in an instance type, and whether each is a type that needs nothing of the host.
fn names(types: TypesRef<'_>, item: Option<&ComponentItem>) -> Vec<(String, bool)> {
    let Some(ComponentEntityType::Instance(id)) = item.map(|item| item.ty) else {
        return Vec::new();
    };
    let exports = types.get(id).map(|instance| &instance.exports);
    let all = exports.into_iter().flatten();
    all.map(|(name, item)| {
        let is_type = match item.ty {
            ComponentEntityType::Type { referenced, .. } => {
                !matches!(referenced, ComponentAnyTypeId::Resource(_))
            }
            _ => false,
        };
        (name.clone(), is_type)
    })
    .collect()
}
