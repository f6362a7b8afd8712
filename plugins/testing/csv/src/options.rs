//! The options of the source, its endpoint and its credential.

use attune_plugin::Problem;
use attune_plugin::provider::{
    CredentialSlot, EndpointSlot, Manifest, Requirements, manifest as manifest_of,
};
use serde::Deserialize;

/// The endpoint slot.
pub(crate) const SERVER: &str = "server";
const ACCOUNT: &str = "account";

const SCHEMA: &str = r#"{
  "type": "object",
  "required": ["path"],
  "additionalProperties": false,
  "properties": {
    "path": {
      "type": "string",
      "minLength": 1,
      "description": "Where the file is on the server, for example /export/people.csv"
    },
    "key": {
      "type": "string",
      "minLength": 1,
      "default": "id",
      "description": "The column that is different for everybody and never changes"
    },
    "names": {
      "type": "array",
      "items": { "type": "string", "minLength": 1 },
      "description": "More columns by which people are named: user name, mail address"
    }
  }
}"#;

/// `[source] options`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Where the file is on the server.
    pub path: String,
    /// The column that is different for everybody.
    #[serde(default = "default_key")]
    pub key: String,
    /// More columns by which people are named.
    #[serde(default)]
    pub names: Vec<String>,
}

fn default_key() -> String {
    "id".to_owned()
}

impl Options {
    /// What the schema cannot say.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let is_odd = |c: char| c.is_control() || c.is_whitespace() || c == '#' || c == '\\';
        if !self.path.starts_with('/') || self.path.starts_with("//") || self.path.contains(is_odd)
        {
            let message = "`path` is a path on the server, such as /export/people.csv";
            return Err(Problem::option("path", message));
        }
        Ok(())
    }

    pub(crate) fn needs(&self) -> Requirements {
        let names = self.names.iter().cloned();
        Requirements {
            endpoints: vec![EndpointSlot {
                name: SERVER.to_owned(),
                purpose: "the web server that has the file".to_owned(),
                required: true,
                default_url: String::new(),
                credential: ACCOUNT.to_owned(),
            }],
            credentials: vec![CredentialSlot {
                name: ACCOUNT.to_owned(),
                purpose: "whoever may read the file".to_owned(),
                kinds: ["basic", "bearer", "header"].map(str::to_owned).to_vec(),
                ..CredentialSlot::default()
            }],
            attributes: std::iter::once(self.key.clone()).chain(names).collect(),
            ..Requirements::default()
        }
    }
}

pub(crate) fn manifest() -> Manifest {
    manifest_of(
        "csv",
        env!("CARGO_PKG_VERSION"),
        "People of a CSV file on a web server",
        SCHEMA,
    )
}
