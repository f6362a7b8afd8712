//! One connector file, two directories: everything but its `[source]` stays as it is.
//!
//! The rows name attributes that OpenLDAP and Graph both have. The same invented people are in
//! both, so both must leave Jira in the same state.

use std::collections::BTreeMap;

use attune_core::plan::State;
use attune_server::sync::Mode;
use attune_sim::jira::Jira;
use attune_tests::TestApp;
use serde_json::Value;

use crate::company::Company;
use crate::file::{self, Directory};
use crate::slapd::{PASSWORD, Slapd};

const PEOPLE: usize = 300;

const TABLES: &str = r#"locale = "de-DE"
"#;

const SCOPE: &str = r#"[scope]
exclude = [{ attribute = "employeeType", equals = "Contractor" }]
"#;

const MAP: &str = r#"
Name             = "displayName"
Department       = { from = "department", steps = ["text.trim"] }
"Kind of work"   = { first = ["employeeType", "preferredLanguage"] }
Contact          = { use = "template.render", text = "{displayName} <{mail}>" }
Manager          = "manager.displayName"
"Manager's mail" = { from = "manager.mail", steps = ["text.lower"], when-missing = "clear" }
Login            = { value = "by directory", when = [{ attribute = "userPrincipalName", matches = "@contoso" }] }
"#;

type Properties = BTreeMap<String, BTreeMap<String, Value>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_file_but_for_its_source_does_the_same_for_entra() {
    let company = Company::of(PEOPLE);
    let slapd = Slapd::start(&company.entries(PASSWORD)).await;
    let (by_ldap, by_entra) = (file::host(PEOPLE).await, file::host(PEOPLE).await);

    let ldap = sync(&by_ldap, &Directory::of(&slapd).section()).await;
    let entra = sync(&by_entra, &by_entra.world.access().source("", "")).await;

    // The head of the company lies outside the directory's base.
    assert_eq!(ldap.report.summary.people + 1, entra.report.summary.people);
    assert_eq!(
        ldap.report.summary.matched + 1,
        entra.report.summary.matched
    );
    let head = company.people.iter().next().expect("a head");
    let head = company
        .people
        .text(head, "mail")
        .expect("an address")
        .to_lowercase();
    let (by_ldap, by_entra) = (
        properties(&by_ldap.world.jira),
        properties(&by_entra.world.jira),
    );
    assert!(by_entra.len() > PEOPLE / 2, "{}", by_entra.len());
    let is_head = |account: &str| account.starts_with(&head);
    for (account, expected) in &by_entra {
        let found = by_ldap.get(account);
        if is_head(account) {
            assert!(!found.is_some_and(|fields| fields.contains_key("Contact")));
        } else {
            assert_eq!(found, Some(expected), "{account}");
        }
    }
    assert_eq!(
        by_entra.keys().filter(|account| is_head(account)).count(),
        1
    );
    let managers = by_ldap
        .values()
        .filter(|fields| fields.contains_key("Manager's mail"));
    assert!(managers.count() > PEOPLE / 2);
}

/// Changing the directory under a connector that has been at work for a while: other keys, the
/// same people, nothing to write but what the old directory did not have.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moving_to_another_directory_writes_nothing_twice() {
    let company = Company::of(PEOPLE);
    let slapd = Slapd::start(&company.entries(PASSWORD)).await;
    let app = file::host(PEOPLE).await;
    let ldap = sync(&app, &Directory::of(&slapd).section()).await;
    let before = app.world.jira.writes().len();

    let entra = app.world.access().source("", "");
    file::write(&app, &entra, &everything_else(&app));
    let moved = app.sync(Mode::Full).await.unwrap();
    let head = company.people.iter().next().expect("a head");
    let head = company.people.id(head);
    assert_eq!(
        moved.report.summary.matched,
        ldap.report.summary.matched + 1
    );
    assert!(
        moved.changes.iter().all(|change| change.person == head),
        "{:#?}",
        moved.changes
    );
    assert!(app.world.jira.writes().len() - before <= moved.changes.len());
}

fn everything_else(app: &TestApp) -> String {
    let guard = "[guard]\nsource-shrinks = \"off\"\n";
    file::rest(app.world.access(), &format!("{SCOPE}{guard}"), MAP)
}

async fn sync(app: &TestApp, source: &str) -> attune_tests::Ran {
    let text = format!("{TABLES}{source}");
    file::write(app, &text, &everything_else(app));
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Applied, "{:#?}", ran.report);
    assert_eq!(app.world.complaints(), Vec::<String>::new());
    ran
}

/// What every account has, by its address and user name.
fn properties(jira: &Jira) -> Properties {
    jira.accounts(|accounts| {
        let all = accounts.iter().map(|account| {
            let held = accounts.properties(&account.key).into_iter().collect();
            (
                format!("{} {}", account.email, account.name).to_lowercase(),
                held,
            )
        });
        all.filter(|(_, held): &(_, BTreeMap<_, _>)| !held.is_empty())
            .collect()
    })
}
