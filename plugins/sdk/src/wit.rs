//! The bindings of `wit/attune-plugin.wit`, one module for each world.
//!
//! Both worlds live in one crate: exported symbols and a world's description enter a binary only
//! where an `export_*!` macro is called, so a transform never carries the provider's exports.
//! Written by `wit_bindgen`; only the glue modules of this crate know these wire types.
#![expect(missing_docs, clippy::pedantic, reason = "generated from the WIT")]

/// `transform-plugin`, and the types that both worlds share.
pub mod transform {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "transform-plugin",
        pub_export_macro: true,
        export_macro_name: "export_transform_world",
        additional_derives: [PartialEq],
        default_bindings_module: "attune_plugin::wit::transform",
    });
}

/// `provider-plugin`; `types` and `log` are those of [`transform`].
pub mod provider {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "provider-plugin",
        pub_export_macro: true,
        export_macro_name: "export_provider_world",
        default_bindings_module: "attune_plugin::wit::provider",
        with: {
            "attune:plugin/types@1.0.0": crate::wit::transform::attune::plugin::types,
            "attune:plugin/log@1.0.0": crate::wit::transform::attune::plugin::log,
        },
    });
}
