//! The files with which a host reaches the demo: a connector file as text, and its secrets.

use std::fs::{OpenOptions, create_dir_all};
use std::io::{self, Write as _};
use std::path::Path;

use super::Access;

impl Access {
    /// Writes the secrets that the texts below refer to, readable by their owner only.
    pub fn write_secrets(&self, folder: &Path) -> io::Result<()> {
        write_private(&folder.join("entra-secret"), &self.client_secret)?;
        write_private(&folder.join("jira-password"), &self.jira_password)?;
        write_private(&folder.join("wiki-password"), &self.wiki_password)
    }

    /// A whole connector file: top-level lines, lines between source and target, and the
    /// mapping's lines. It lies in a folder beside the secrets.
    pub fn connector(&self, top: &str, between: &str, mapping: &str) -> String {
        let source = self.source(top, between);
        let target = self.target("jira", &self.jira_url);
        format!("{source}{target}\n[target.jira.map]\n{mapping}\n")
    }

    /// The connector file of the demo: both targets, each by the way that people see.
    pub fn both(&self, top: &str, between: &str, (jira, wiki): (&str, &str)) -> String {
        let source = self.source(top, between);
        let shown = self.target("jira", &self.jira_url);
        let shown = shown.replace("user-property-route = \"entity-property\"\n", "");
        let profiles = self.wiki_target("wiki");
        format!(
            "{source}{shown}\n[target.jira.map]\n{jira}\n\n{profiles}\n[target.wiki.map]\n{wiki}\n"
        )
    }

    /// A connector file up to its targets.
    pub fn source(&self, top: &str, between: &str) -> String {
        let Self {
            graph_url,
            tenant,
            client_id,
            ..
        } = self;
        format!(
            r#"{top}

[source]
provider = "entra"
options = {{ tenant = "{tenant}" }}

[source.endpoint]
api = "{graph_url}"
login = "{graph_url}"

[source.credential.app]
kind = "oauth2-client-credentials"
client-id = "{client_id}"
client-secret = {{ file = "../entra-secret" }}

{between}

"#
        )
    }

    /// The lines of Confluence's target before its mapping.
    pub fn wiki_target(&self, name: &str) -> String {
        let Self {
            wiki_url,
            wiki_username,
            ..
        } = self;
        format!(
            r#"[target.{name}]
product = "confluence-data-center"
url = "{wiki_url}"
credential = {{ kind = "basic", username = "{wiki_username}", password = {{ file = "../wiki-password" }} }}
match = [{{ source = "userPrincipalName", target = "username" }}]
"#
        )
    }

    /// The lines of a Jira before its mapping, for a site at this URL.
    pub fn target(&self, name: &str, url: &str) -> String {
        let user = &self.jira_username;
        format!(
            r#"[target.{name}]
product = "jira-data-center"
url = "{url}"
user-property-route = "entity-property"
credential = {{ kind = "basic", username = "{user}", password = {{ file = "../jira-password" }} }}
match = [
  {{ source = "userPrincipalName", target = "username" }},
  {{ source = "mail", target = "email" }},
]
"#
        )
    }
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}
