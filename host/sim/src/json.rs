//! JSON documents as stand-ins put them together.

use serde_json::Value;

/// Sets a member of an object; of anything else there is nothing to set.
pub(crate) fn set(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value.into());
    }
}
