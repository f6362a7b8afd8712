//! Connector files for a world of stand-ins, as text.

use attune_sim::demo::Access;

/// A whole connector file: extra lines before the target, and the mapping's lines.
pub fn connector_text(access: &Access, extra: &str, mapping: &str) -> String {
    let source = source_text(access, "demo", extra);
    let target = target_text(access, "jira", &access.jira_url);
    format!("{source}{target}[target.jira.map]\n{mapping}\n")
}

/// A connector file up to its targets: extra lines stand before them.
pub fn source_text(access: &Access, id: &str, extra: &str) -> String {
    let Access {
        graph_url,
        tenant,
        client_id,
        ..
    } = access;
    format!(
        r#"id = "{id}"
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
{extra}
"#
    )
}

/// The lines of a target before its mapping, for a site at this URL.
pub fn target_text(access: &Access, name: &str, url: &str) -> String {
    let user = &access.jira_username;
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
