//! What a build may do and is given: what people read before they let a new one take over.
//!
//! A plugin can only compute, so its permissions are few: what it imports, which impure inputs each
//! function is told, and the limits that it runs under. Invariant: limits are the host's and never
//! a wish of the plugin. Deliberately not here: where a provider's requests may go; its endpoints
//! depend on a connector's options (the server).

use std::collections::BTreeMap;

use attune_core::Uses;
use serde::{Deserialize, Serialize};

use crate::{Kind, Plugin};

const MIB: usize = 1024 * 1024;

/// What a build may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions {
    /// A transform computes; a provider also says which requests the host makes.
    pub kind: Kind,
    /// What it imports, with versions.
    pub imports: Vec<String>,
    /// Its functions, each with the impure inputs that it is given: `now`, `seed`, `locale`.
    pub functions: BTreeMap<String, Vec<String>>,
    /// What it runs under.
    pub limits: Bounds,
}

/// The limits that matter to a reader. A row that draws pictures has those of
/// [`crate::Limits::for_pictures`] instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// Time of one call.
    pub deadline_ms: u64,
    /// Memory of one instance.
    pub memory_mib: u64,
    /// Elements of one table.
    pub table_elements: u64,
    /// What one call may return.
    pub returned_bytes: u64,
}

impl Plugin {
    /// What it may do.
    pub fn permissions(&self) -> Permissions {
        let limits = self.engine().limits();
        let (deadline_ms, returned_bytes) = match self.kind() {
            Kind::Transform => (limits.transform_ms, limits.transform_returned_bytes),
            Kind::Provider => (limits.provider_ms, limits.provider_returned_bytes),
        };
        let functions = self.manifest().functions.iter();
        Permissions {
            kind: self.kind(),
            imports: self.imports().to_vec(),
            functions: functions
                .map(|function| (function.name.clone(), words(function.uses)))
                .collect(),
            limits: Bounds {
                deadline_ms,
                memory_mib: (limits.memory_bytes / MIB) as u64,
                table_elements: limits.table_elements as u64,
                returned_bytes: returned_bytes as u64,
            },
        }
    }
}

impl Permissions {
    /// What this build wants beyond what the `other` one has, a sentence each; empty when it wants
    /// nothing more. A new function that is given nothing impure is no wish, and neither is another
    /// minor version of an import, nor a limit that somebody has set otherwise meanwhile.
    pub fn wants_more_than(&self, other: &Self) -> Vec<String> {
        let mut wishes = Vec::new();
        if self.kind == Kind::Provider && other.kind != Kind::Provider {
            let had = other.kind.word();
            wishes.push(format!("it is a provider now and was a {had}"));
        }
        for import in self.imports.iter().map(|name| interface(name)) {
            if !other.imports.iter().any(|had| interface(had) == import) {
                wishes.push(format!("it imports `{import}`"));
            }
        }
        for (name, uses) in &self.functions {
            let had = other.functions.get(name);
            let is_new = |word: &&String| !had.is_some_and(|had| had.contains(word));
            let more: Vec<_> = uses.iter().filter(is_new).cloned().collect();
            if more.is_empty() {
                continue;
            }
            let more = list(&more);
            wishes.push(match had {
                Some(_) => format!("function `{name}` now uses {more}"),
                None => format!("a new function `{name}` that uses {more}"),
            });
        }
        wishes
    }
}

/// The words of the contract for these inputs.
fn words(uses: Uses) -> Vec<String> {
    [
        (uses.now, "now"),
        (uses.seed, "seed"),
        (uses.locale, "locale"),
    ]
    .into_iter()
    .filter(|(is_used, _)| *is_used)
    .map(|(_, word)| word.to_owned())
    .collect()
}

/// The name of an import without its version.
fn interface(import: &str) -> &str {
    import.split('@').next().unwrap_or(import)
}

/// Names as part of a sentence.
fn list(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, before)) if !before.is_empty() => {
            format!("{} and {last}", before.join(", "))
        }
        _ => quoted.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permissions(imports: &[&str], functions: &[(&str, &[&str])]) -> Permissions {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let functions = functions.iter();
        Permissions {
            kind: Kind::Transform,
            imports: owned(imports),
            functions: functions
                .map(|(name, uses)| ((*name).to_owned(), owned(uses)))
                .collect(),
            limits: Bounds {
                deadline_ms: 250,
                memory_mib: 64,
                table_elements: 10_000,
                returned_bytes: 8,
            },
        }
    }

    #[test]
    fn each_wish_is_a_sentence() {
        let old = permissions(&["attune:plugin/types@1.0.0"], &[("trim", &["locale"])]);
        let new = permissions(
            &["attune:plugin/types@1.1.0", "attune:plugin/log@1.0.0"],
            &[
                ("trim", &["now", "seed", "locale"]),
                ("roll", &["seed"]),
                ("upper", &[]),
            ],
        );
        assert_eq!(
            new.wants_more_than(&old),
            [
                "it imports `attune:plugin/log`",
                "a new function `roll` that uses `seed`",
                "function `trim` now uses `now` and `seed`",
            ]
        );
        assert_eq!(old.wants_more_than(&new), Vec::<String>::new());
    }

    #[test]
    fn a_provider_in_the_place_of_a_transform_wants_more_and_the_other_way_round_less() {
        let transform = permissions(&[], &[("same", &[])]);
        let provider = Permissions {
            kind: Kind::Provider,
            ..transform.clone()
        };
        assert_eq!(
            provider.wants_more_than(&transform),
            ["it is a provider now and was a transform"]
        );
        assert!(transform.wants_more_than(&provider).is_empty());
    }

    #[test]
    fn limits_are_the_hosts_and_no_wish() {
        let old = permissions(&[], &[]);
        let mut new = old.clone();
        new.limits.memory_mib = 256;
        assert_ne!(new, old);
        assert!(new.wants_more_than(&old).is_empty());
    }
}
