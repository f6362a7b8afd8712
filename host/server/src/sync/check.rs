//! Checking both ends of a connector: what works, what does not, and what to do.

use attune_core::mapping::FieldKind;
use serde::Serialize;

use super::pin::Pinned;
use super::{Error, Host, ends};
use crate::connector::{Loaded, Photo, SourceFile};
use crate::source::Source;
use crate::{fault, source};

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
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
    // An end that cannot be opened (a secret is unset) does not hide what is wrong with another.
    match ends::source(host, &pinned) {
        Err(error) => lines.push(unusable("source", &error)),
        Ok(source) => lines.extend(of_source(&source, wanted, groups).await),
    }
    for target in &pinned.targets {
        let name = &target.spec.name;
        let client = match ends::target(host, &target.spec) {
            Ok(client) => client,
            Err(error) => {
                lines.push(unusable(name, &error));
                continue;
            }
        };
        for finding in client.check().await {
            lines.push(CheckLine {
                name: format!("{name}: {}", finding.name),
                ok: finding.ok,
                message: finding.message,
                fix: finding.fix,
            });
        }
        lines.extend(target.spec.photo.map(|photo| pictures(name, photo)));
        lines.push(CheckLine {
            name: format!("{name}: who sees it"),
            ok: true,
            message: visibility(&target.fields).to_owned(),
            fix: String::new(),
        });
    }
    Ok(lines)
}

/// Looks at the source alone: of a file that has no target yet.
pub async fn check_source(host: &Host, file: &SourceFile) -> Vec<CheckLine> {
    match ends::source_file(host, file) {
        Err(error) => vec![unusable("source", &error)],
        Ok((source, _)) => of_source(&source, Vec::new(), Vec::new()).await,
    }
}

async fn of_source(source: &Source, wanted: Vec<String>, groups: Vec<String>) -> Vec<CheckLine> {
    let findings = source::check(source, wanted, groups).await.into_iter();
    let line = |finding: source::Finding| CheckLine {
        name: format!("source: {}", finding.name),
        ok: finding.ok,
        message: finding.message,
        fix: finding.fix,
    };
    findings.map(line).collect()
}

fn pictures(target: &str, photo: Photo) -> CheckLine {
    let otherwise = if photo.reset_when_none {
        "gets the product's own, where ours is shown"
    } else {
        "keeps what is there"
    };
    let size = photo.size;
    CheckLine {
        name: format!("{target}: pictures"),
        ok: true,
        message: format!(
            "written as PNG of at most {size} x {size} pixels; somebody without one {otherwise}"
        ),
        fix: String::new(),
    }
}

fn unusable(end: &str, error: &Error) -> CheckLine {
    let (code, message) = match error {
        Error::Configuration(problem) => (problem.code.as_str(), problem.message.clone()),
        Error::Source(error) => (error.code(), fault::chain(error)),
        error => ("options", error.to_string()),
    };
    let remedy = fault::find(code).map_or("", |entry| entry.remedy);
    CheckLine {
        name: format!("{end}: configuration"),
        ok: false,
        message,
        fix: remedy.to_owned(),
    }
}

fn visibility(fields: &[attune_core::mapping::Field]) -> &'static str {
    let has = |kind| fields.iter().any(|field| field.kind == kind);
    if has(FieldKind::EntityProperty) {
        "entity properties are seen by apps and REST clients only, by no page of Jira"
    } else if has(FieldKind::AdminForm) {
        "User Properties are seen by administrators only"
    } else if has(FieldKind::Custom) {
        "the endpoint of the route \"custom\" decides who sees what it keeps"
    } else if has(FieldKind::Profile) {
        "profile fields are seen by everybody who may see profiles"
    } else {
        "account fields are seen by everybody who may see the user"
    }
}
