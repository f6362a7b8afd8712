//! What is bundled: complete, sorted, and components.

use super::{PLUGINS, find};

#[test]
fn plugins_are_sorted_components() {
    assert!(PLUGINS.is_sorted_by_key(|plugin| plugin.id), "{PLUGINS:?}");
    for plugin in PLUGINS {
        // The layer field of the preamble tells a component (1) from a core module (0).
        assert_eq!(plugin.wasm[..8], *b"\0asm\x0d\0\x01\0", "{plugin:?}");
    }
}

#[test]
fn find_gives_the_plugin_of_that_id() {
    assert_eq!(find("text").unwrap().id, "text");
    assert!(find("no-such-plugin").is_none());
}
