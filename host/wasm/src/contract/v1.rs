//! `attune:plugin@1.x`, generated from `wit/`.
//!
//! Transforms are bound with borrowed parameters, because a batch of packed columns is lowered
//! straight from the host's memory; providers with owned ones, because their values are kept and
//! passed on. Deliberately not here: anything written by hand.

#![expect(
    missing_docs,
    reason = "generated code; the documentation is in wit/attune-plugin.wit"
)]

/// Bindings of the world `transform-plugin`.
pub(crate) mod transform {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "transform-plugin",
        ownership: Borrowing { duplicate_if_necessary: true },
    });
}

/// Bindings of the world `provider-plugin`.
pub(crate) mod provider {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "provider-plugin",
        additional_derives: [PartialEq],
    });
}
