//! Secrets: where each one lies and whether it is there. Never what it is.

use serde::Serialize;
use utoipa::ToSchema;

use crate::connector::{CredentialSpec, Loaded};
use crate::settings::SecretRef;
use crate::vault::Vault;

/// A secret of a connector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Secret {
    /// Where the connector file names it: `source.credential.api`, `target.jira.credential`.
    pub place: String,
    /// Its key there: `password`, `client-secret`, ...
    pub key: String,
    /// Where it lies: a variable of the environment, or a file.
    pub at: String,
    /// `set`, `unset`, or `unreadable`.
    pub state: &'static str,
    /// What is wrong with it, and what to do; empty where it is well.
    pub problem: String,
    /// The day on which it ends, as its owner wrote it down.
    pub expires: Option<String>,
}

/// Every secret of a connector.
pub fn of(vault: &Vault, loaded: &Loaded) -> Vec<Secret> {
    let connector = &loaded.connector;
    let of_source = connector.source.credentials.iter();
    let of_source = of_source.map(|(slot, spec)| (format!("source.credential.{slot}"), spec));
    let of_targets = connector.targets.iter();
    let of_targets =
        of_targets.map(|one| (format!("target.{}.credential", one.name), &one.credential));
    let all = of_source.chain(of_targets);
    all.flat_map(|(place, spec)| {
        let secrets = spec.secrets.iter();
        secrets.map(move |(key, at)| secret(vault, (&place, key), (spec, at)))
    })
    .collect()
}

fn secret(
    vault: &Vault,
    (place, key): (&str, &str),
    (spec, at): (&CredentialSpec, &SecretRef),
) -> Secret {
    let (state, problem) = match vault.text(at) {
        Err(error) => {
            let state = match &error {
                crate::vault::Error::Unset { .. } => "unset",
                crate::vault::Error::Unreadable { .. } => "unreadable",
            };
            (state, format!("{error}; {}", error.hint()))
        }
        // A certificate is for everybody's eyes.
        Ok(_) if key == "certificate" => ("set", String::new()),
        Ok(_) => {
            let warnings = vault.readable_by_all(std::iter::once(at));
            ("set", warnings.into_iter().next().unwrap_or_default())
        }
    };
    Secret {
        place: place.to_owned(),
        key: key.to_owned(),
        at: at.to_string(),
        state,
        problem,
        expires: spec.expires.map(|day| day.to_string()),
    }
}
