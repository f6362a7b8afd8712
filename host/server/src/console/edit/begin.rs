//! A new connector: a file to begin with, made of the provider's own page, which ends like every edit with
//! the difference before it is written.
//!
//! Nothing is asked of anybody here: whether addresses and credentials are right, the tab Source tests once
//! the file is saved. A new connector writes nothing before somebody starts a run.

use askama::Template;
use axum::extract::RawQuery;

use super::super::connectors::provider;
use super::super::filters;
use super::super::form::Fields;
use super::super::page::{Answer, Page, Visit};
use super::change::{self, Edited};
use crate::mapping::Text;

/// A provider: its id, its page, and the attributes of a user name and a department.
const PROVIDERS: [(&str, &str, &str, &str); 6] = [
    (
        "entra",
        include_str!("../../../../../plugins/providers/entra/README.md"),
        "userPrincipalName",
        "department",
    ),
    (
        "okta",
        include_str!("../../../../../plugins/providers/okta/README.md"),
        "profile.login",
        "profile.department",
    ),
    (
        "google",
        include_str!("../../../../../plugins/providers/google/README.md"),
        "primaryEmail",
        "organizations[0].department",
    ),
    (
        "keycloak",
        include_str!("../../../../../plugins/providers/keycloak/README.md"),
        "username",
        "attributes.department[0]",
    ),
    (
        "scim",
        include_str!("../../../../../plugins/providers/scim/README.md"),
        "userName",
        "title",
    ),
    (
        "ldap",
        include_str!("../../../../../plugins/providers/ldap/README.md"),
        "uid",
        "departmentNumber",
    ),
];

#[derive(Template)]
#[template(path = "connector_new.html")]
struct Begin {
    page: Page,
    name: String,
    providers: Vec<Choice>,
    text: String,
    rows: usize,
}

struct Choice {
    id: &'static str,
    name: String,
    chosen: bool,
}

/// `GET /connectors/new?provider=`
pub(super) async fn show(visit: Visit, RawQuery(query): RawQuery) -> Answer {
    let query = Fields::of(query.unwrap_or_default().as_bytes());
    let wanted = query.one("provider");
    let chosen = PROVIDERS.iter().find(|(id, ..)| *id == wanted);
    let [first, ..] = &PROVIDERS;
    let (id, ..) = chosen.unwrap_or(first);
    let text = beginning(chosen.unwrap_or(first));
    let page = visit.page("connectors", visit.say("connector-add")).await?;
    visit.show(&Begin {
        page,
        name: format!("{id}-main"),
        providers: PROVIDERS
            .iter()
            .map(|(one, ..)| Choice {
                id: one,
                name: provider(&visit, one),
                chosen: one == id,
            })
            .collect(),
        rows: text.lines().count() + 2,
        text,
    })
}

/// `POST /connectors/new`: to the difference, which is the whole file.
pub(super) async fn review(visit: Visit, fields: Fields) -> Answer {
    let name = fields.one("name").trim();
    let folder = &visit.service()?.options().connectors_dir;
    let edited = Edited {
        name,
        title: visit.say("connector-add"),
        is_mapping: false,
        before: Text {
            connector: name.to_owned(),
            file: folder.join(format!("{name}.toml")).display().to_string(),
            text: String::new(),
            tag: String::new(),
        },
        text: fields.one("text").replace("\r\n", "\n"),
        back: "/connectors/new".to_owned(),
    };
    change::show(&visit, edited).await
}

/// The example of a provider's page, with a target where it has none.
fn beginning((_, readme, username, department): &(&str, &str, &str, &str)) -> String {
    let example = readme.split("```toml\n").nth(1).unwrap_or_default();
    let example = example.split("```").next().unwrap_or_default();
    let mut text = example.trim_end().to_owned();
    text.push('\n');
    if !text.contains("[target.") {
        let target = format!(
            r#"
[target.jira]
product = "jira-data-center"
url = "https://jira.example.com"
credential = {{ kind = "basic", username = "svc-attune", password = {{ file = "/run/secrets/jira" }} }}
match = [{{ source = "{username}", target = "username" }}]

[target.jira.map]
Department = "{department}"
"#
        );
        text.push_str(&target);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::load_as;

    #[test]
    fn every_beginning_is_a_connector_file() {
        for provider in &PROVIDERS {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("new.toml");
            let entry = load_as(&path, &beginning(provider));
            let mistakes = entry.result.err();
            assert!(mistakes.is_none(), "{}: {mistakes:?}", provider.0);
        }
    }
}
