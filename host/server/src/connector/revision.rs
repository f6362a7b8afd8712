//! Names for accepted states of a connector file: what it says, not how it is typed.
//!
//! Comments, spaces and the order of tables do not change a revision; a file that an option names
//! does. Secrets are not covered, only their places: rotating one is no new revision.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use super::definition::Connector;
use super::files::OptionFile;

/// Digests of one accepted state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Digests {
    /// `sha256:...` of everything.
    pub(super) revision: String,
    /// Of what decides about values and scope: part of every fingerprint.
    pub(super) fields: [u8; 32],
}

/// Parts of the file that do not decide about any value.
const NOT_FIELDS: [&str; 3] = ["schedule", "time-zone", "guard"];
const NOT_TARGET_FIELDS: [&str; 3] = ["credential", "ca-file", "allow-http"];

pub(super) fn digests(connector: &Connector, whole: &Json, files: &[OptionFile]) -> Digests {
    let mut files: Vec<Json> = files
        .iter()
        .map(|file| json!([file.path, hex(&file.sha256)]))
        .collect();
    files.sort_by_key(ToString::to_string);
    files.dedup();
    // The id stands beside the file: writing it down where it was missing is no new revision.
    let mut whole = whole.clone();
    if let Some(file) = whole.as_object_mut() {
        file.remove("id");
    }
    let all = json!({ "id": connector.id, "file": whole, "files": files });
    let fields = json!({ "id": connector.id, "file": deciding(&whole), "files": files });
    Digests {
        revision: format!("sha256:{}", hex(&digest("revision", &all))),
        fields: digest("fields", &fields),
    }
}

fn deciding(whole: &Json) -> Json {
    let mut kept = whole.clone();
    let Some(file) = kept.as_object_mut() else {
        return kept;
    };
    for key in NOT_FIELDS {
        file.remove(key);
    }
    // Which options the source has decides which documents come, and those are digested by
    // themselves; the provider decides how their names are compared.
    let provider = file
        .get("source")
        .and_then(|source| source.get("provider"))
        .cloned();
    file.insert("source".to_owned(), provider.unwrap_or_default());
    let targets = file.get_mut("target").and_then(Json::as_object_mut);
    for target in targets.into_iter().flat_map(|all| all.values_mut()) {
        if let Some(target) = target.as_object_mut() {
            for key in NOT_TARGET_FIELDS {
                target.remove(key);
            }
        }
    }
    kept
}

fn digest(purpose: &str, value: &Json) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(format!("attune-connector-{purpose}-1\n"));
    hasher.update(sorted(value).to_string());
    hasher.finalize().into()
}

/// The same value with the members of every object in order of their names.
fn sorted(value: &Json) -> Json {
    match value {
        Json::Object(members) => {
            let mut pairs: Vec<(&String, &Json)> = members.iter().collect();
            pairs.sort_by_key(|(name, _)| *name);
            let pairs = pairs.into_iter().map(|(name, v)| (name.clone(), sorted(v)));
            Json::Object(pairs.collect::<Map<_, _>>())
        }
        Json::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
