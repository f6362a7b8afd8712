//! What is bundled: complete, sorted, and components.

use super::{PLUGINS, TESTING, find};

#[test]
fn plugins_are_sorted_components() {
    assert!(PLUGINS.is_sorted_by_key(|plugin| plugin.id), "{PLUGINS:?}");
    for plugin in PLUGINS.iter().chain(TESTING) {
        // The layer field of the preamble tells a component (1) from a core module (0).
        assert_eq!(plugin.wasm[..8], *b"\0asm\x0d\0\x01\0", "{plugin:?}");
    }
}

#[test]
fn find_gives_the_plugin_of_that_id() {
    assert_eq!(find("text").unwrap().id, "text");
    assert!(find("no-such-plugin").is_none());
}

#[test]
fn plugins_of_tests_are_no_plugins_of_the_product() {
    assert!(TESTING.iter().any(|plugin| plugin.id == "csv"));
    for plugin in TESTING {
        assert!(find(plugin.id).is_none(), "{plugin:?}");
    }
}
