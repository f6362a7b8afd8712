//! Checking both ends of a connector: what works, what does not, and what to do.

use attune_core::mapping::FieldKind;
use serde::Serialize;

use super::pin::Pinned;
use super::{Error, Host, ends};
use crate::connector::Loaded;
use crate::source;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckLine {
    /// What.
    pub name: String,
    /// Whether it is well.
    pub ok: bool,
    /// What was found.
    pub message: String,
    /// What to do, where something is not well.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fix: String,
}

/// Looks at the file, the plugins, the source and every target. Writes nothing anywhere.
pub async fn check(host: &Host, loaded: &Loaded) -> Result<Vec<CheckLine>, Error> {
    let (pinned, _) = Pinned::open(loaded, &host.plugins)?;
    let mut lines = vec![CheckLine {
        name: "mapping".to_owned(),
        ok: true,
        message: format!(
            "{} fields from {} attributes, {} plugins",
            pinned.fields.len(),
            pinned.documents.len(),
            pinned.generations.len()
        ),
        fix: String::new(),
    }];
    let wanted = pinned
        .asked
        .selectors()
        .iter()
        .map(ToString::to_string)
        .collect();
    let groups = pinned.connector.scope.groups.clone();
    let source = ends::source(host, &pinned)?;
    for finding in source::check(&source, wanted, groups).await {
        lines.push(CheckLine {
            name: format!("source: {}", finding.name),
            ok: finding.ok,
            message: finding.message,
            fix: finding.fix,
        });
    }
    for target in &pinned.targets {
        let name = &target.spec.name;
        let client = ends::target(host, &target.spec)?;
        for finding in client.check().await {
            lines.push(CheckLine {
                name: format!("{name}: {}", finding.name),
                ok: finding.ok,
                message: finding.message,
                fix: finding.fix,
            });
        }
        lines.push(CheckLine {
            name: format!("{name}: who sees it"),
            ok: true,
            message: visibility(&target.fields).to_owned(),
            fix: String::new(),
        });
    }
    Ok(lines)
}

fn visibility(fields: &[attune_core::mapping::Field]) -> &'static str {
    if fields
        .iter()
        .any(|field| field.kind == FieldKind::EntityProperty)
    {
        "entity properties are seen by apps and REST clients only, by no page of Jira"
    } else if fields
        .iter()
        .any(|field| field.kind == FieldKind::AdminForm)
    {
        "User Properties are seen by administrators only"
    } else {
        "account fields are seen by everybody who may see the user"
    }
}
