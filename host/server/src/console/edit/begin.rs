//! A new connector for whoever has a file, or writes one: beginning with the example of the provider's own
//! page, it ends like every edit with the difference before it is written.
//!
//! Nothing is asked of anybody here: whether addresses and credentials are right, the tab Source tests once
//! the file is saved. A new connector writes nothing before somebody starts a run.

use askama::Template;
use axum::extract::RawQuery;

use super::super::connectors::provider;
use super::super::filters;
use super::super::form::Fields;
use super::super::page::{Answer, Page, Visit};
use super::super::shown::cut;
use super::change::{self, Edited, Problem};
use super::errors::told;
use super::sent::{Sent, stays};
use crate::mapping::Text;

/// A provider that the console knows how to begin with.
pub(super) struct Provider {
    pub(super) id: &'static str,
    /// Its own page.
    readme: &'static str,
    /// The attribute of a user name.
    pub(super) username: &'static str,
    /// That of an address.
    pub(super) mail: &'static str,
    department: &'static str,
}

/// Those that are bundled.
pub(super) const PROVIDERS: [Provider; 6] = [
    Provider {
        id: "entra",
        readme: include_str!("../../../../../plugins/providers/entra/README.md"),
        username: "userPrincipalName",
        mail: "mail",
        department: "department",
    },
    Provider {
        id: "okta",
        readme: include_str!("../../../../../plugins/providers/okta/README.md"),
        username: "profile.login",
        mail: "profile.email",
        department: "profile.department",
    },
    Provider {
        id: "google",
        readme: include_str!("../../../../../plugins/providers/google/README.md"),
        username: "primaryEmail",
        mail: "primaryEmail",
        department: "organizations[0].department",
    },
    Provider {
        id: "keycloak",
        readme: include_str!("../../../../../plugins/providers/keycloak/README.md"),
        username: "username",
        mail: "email",
        department: "attributes.department[0]",
    },
    Provider {
        id: "scim",
        readme: include_str!("../../../../../plugins/providers/scim/README.md"),
        username: "userName",
        mail: "emails[primary=true].value",
        department: "title",
    },
    Provider {
        id: "ldap",
        readme: include_str!("../../../../../plugins/providers/ldap/README.md"),
        username: "uid",
        mail: "mail",
        department: "departmentNumber",
    },
];

/// What paragraphs about set-up and permissions begin with, on the providers' pages.
const ALLOW: [&str; 4] = ["**Permissions**", "**Scopes**", "**Set-up**", "Set-up"];

/// The provider of an id; the first where nobody knows it.
pub(super) fn provider_of(id: &str) -> &'static Provider {
    let [first, ..] = &PROVIDERS;
    PROVIDERS.iter().find(|one| one.id == id).unwrap_or(first)
}

/// What a provider has to allow, in the words of its own page: line by line.
pub(super) fn allow(provider: &Provider) -> impl Iterator<Item = &'static str> {
    let mut is_list = false;
    let parts = provider.readme.split("\n\n").filter(move |part| {
        let begins = ALLOW.iter().any(|begin| part.starts_with(begin))
            || part.starts_with("The bind account");
        let is_wanted = begins || (is_list && part.starts_with("1. "));
        is_list = begins;
        is_wanted
    });
    parts.flat_map(|part| part.lines().map(str::trim))
}

#[derive(Template)]
#[template(path = "connector_new.html")]
struct Begin {
    page: Page,
    name: String,
    name_error: String,
    providers: Vec<Choice>,
    text: String,
    problems: Vec<Problem>,
    rows: usize,
}

struct Choice {
    id: &'static str,
    name: String,
    chosen: bool,
}

/// `GET /connectors/new/file?provider=`
pub(super) async fn show(visit: Visit, RawQuery(query): RawQuery) -> Answer {
    let query = Fields::of(query.unwrap_or_default().as_bytes());
    let chosen = provider_of(query.one("provider"));
    let begun = Begun {
        name: format!("{}-main", chosen.id),
        text: beginning(chosen),
        ..Begun::default()
    };
    page(&visit, chosen, begun).await
}

/// What the form says, and what is wrong with it.
#[derive(Default)]
struct Begun {
    name: String,
    name_error: String,
    text: String,
    problems: Vec<Problem>,
}

async fn page(visit: &Visit, chosen: &Provider, begun: Begun) -> Answer {
    let page = visit.page("connectors", visit.say("connector-add")).await?;
    visit.show(&Begin {
        page,
        name: begun.name,
        name_error: begun.name_error,
        providers: PROVIDERS
            .iter()
            .map(|one| Choice {
                id: one.id,
                name: provider(visit, one.id),
                chosen: one.id == chosen.id,
            })
            .collect(),
        rows: begun.text.lines().count() + 2,
        text: begun.text,
        problems: begun.problems,
    })
}

/// `POST /connectors/new/file`: to the difference, which is the whole file.
pub(super) async fn review(visit: Visit, fields: Fields) -> Answer {
    let name = fields.one("name").trim();
    let text = fields.one("text").replace("\r\n", "\n");
    let (name_error, problems) = match change::look(&visit, name, &text) {
        Ok(looked) if !looked.is_new => (visit.say("wiz-name-taken"), Vec::new()),
        Ok(looked) => {
            let problems = looked.mistakes.iter().map(Problem::from);
            (String::new(), problems.collect())
        }
        // This is no name of a file.
        Err(failure) => (cut(&told(&failure)), Vec::new()),
    };
    if !name_error.is_empty() || stays(&fields) {
        let begun = Begun {
            name: name.to_owned(),
            name_error,
            text,
            problems,
        };
        return page(&visit, provider_of(""), begun).await;
    }
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
        text,
        back: "/connectors/new/file".to_owned(),
        form: Sent::of("/connectors/new/file", &fields),
    };
    change::show(&visit, edited).await
}

/// The example of a provider's page, with a target where it has none.
pub(super) fn beginning(provider: &Provider) -> String {
    let Provider {
        readme,
        username,
        department,
        ..
    } = provider;
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
    fn every_page_says_what_has_to_be_allowed() {
        for provider in &PROVIDERS {
            let lines: Vec<&str> = allow(provider).collect();
            assert!(!lines.is_empty(), "{}", provider.id);
        }
    }

    #[test]
    fn every_beginning_is_a_connector_file() {
        for provider in &PROVIDERS {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("new.toml");
            let entry = load_as(&path, &beginning(provider));
            let mistakes = entry.result.err();
            assert!(mistakes.is_none(), "{}: {mistakes:?}", provider.id);
        }
    }
}
