//! The manifest, and what its examples do not show.

use attune_plugin::testing;

use super::plugin;

#[test]
fn manifest_schemas_structs_and_examples_agree() {
    assert_eq!(testing::complaints(&plugin()), Vec::<String>::new());
}
