//! Every cell of the table "what meets an existing value", on every way that values are written.
//!
//! One person for each cell, six fields that differ in `existing` and `conflict`. What is expected is
//! written down here from the table itself, not taken from the code.

use std::collections::HashMap;

use attune_core::mapping::Field;
use attune_server::sync::Mode;
use attune_sim::confluence;
use attune_sim::demo::{self, Demo};
use attune_sim::people::{People, Who};
use attune_sim::{graph, jira};
use attune_tests::TestApp;

const V: &str = "wanted";
const L: &str = "ours";
const OTHER: &str = "theirs";
/// What an account may hold when the run comes.
const HELD: [Option<&str>; 4] = [None, Some(V), Some(L), Some(OTHER)];
const OUTCOMES: [&str; 4] = ["set", "clear", "keep", "failed"];
/// Name in Confluence, `existing`, `conflict`.
const FIELDS: [(&str, &str, &str); 6] = [
    ("phone", "overwrite", "source-wins"),
    ("im", "keep", "source-wins"),
    ("website", "hold", "source-wins"),
    ("position", "overwrite", "keep-local"),
    ("department", "overwrite", "hold"),
    ("location", "keep", "keep-local"),
];

/// The ways to write.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    EntityProperty,
    AdminForm,
    Custom,
    Profile,
}

/// One cell: what the ledger has, what is there, what the row says.
#[derive(Clone, Copy, Debug)]
struct CellOf {
    ledger: Option<&'static str>,
    held: Option<&'static str>,
    outcome: &'static str,
}

fn cells() -> Vec<CellOf> {
    let mut all = Vec::new();
    for ledger in [None, Some(L)] {
        for held in HELD {
            all.extend(OUTCOMES.map(|outcome| CellOf {
                ledger,
                held,
                outcome,
            }));
        }
    }
    all
}

/// What the field holds and what the ledger says afterwards, by the table.
fn expected(
    cell: CellOf,
    existing: &str,
    conflict: &str,
) -> (Option<&'static str>, Option<&'static str>) {
    let untouched = (cell.held, cell.ledger);
    match (cell.ledger, cell.outcome) {
        (_, "keep" | "failed") | (None, "clear") => untouched,
        (None, _) => match cell.held {
            None | Some(V) => (Some(V), Some(V)),
            Some(_) if existing == "overwrite" => (Some(V), Some(V)),
            Some(_) => untouched,
        },
        (Some(_), "clear") if cell.held == Some(L) => (None, None),
        (Some(_), "clear") => (cell.held, None),
        (Some(_), _) => match cell.held {
            Some(L | V) => (Some(V), Some(V)),
            _ if conflict == "source-wins" => (Some(V), Some(V)),
            _ => untouched,
        },
    }
}

impl Way {
    fn connector(self, app: &TestApp) -> String {
        let rows: String = FIELDS
            .map(|(name, existing, conflict)| {
                let row = |missing: &str, when: &str| {
                    format!(
                        "{{ {when}from = \"department\", when-missing = \"{missing}\", \
                         existing = \"{existing}\", conflict = \"{conflict}\" }}"
                    )
                };
                let when = |word: &str| {
                    format!("when = [{{ attribute = \"jobTitle\", equals = \"{word}\" }}], ")
                };
                let rows = [
                    row("keep", &when("keep")),
                    row("fail", &when("failed")),
                    row("clear", ""),
                ];
                format!("{name} = [{}]\n", rows.join(", "))
            })
            .concat();
        let guard = "[guard]\nchanged-people = \"off\"\ncleared-values = \"off\"\n\
                     one-value-takes-over = \"off\"\nfailed-values = \"off\"\nemptied-attribute = \"off\"";
        let source = app.source_text("demo", guard);
        let access = app.world.access();
        if self == Self::Profile {
            let target = access.wiki_target("site");
            return format!("{source}{target}\n[target.site.map]\n{rows}");
        }
        let target = access.target("site", &access.jira_url);
        let (route, custom) = match self {
            Self::AdminForm => ("admin-form", String::new()),
            Self::Custom => ("custom", script("site")),
            _ => ("entity-property", String::new()),
        };
        let target = target.replace("\"entity-property\"", &format!("\"{route}\""));
        format!("{source}{target}\n[target.site.map]\n{rows}{custom}")
    }

    fn site(self, app: &TestApp) -> String {
        let access = app.world.access();
        match self {
            Self::Profile => access.wiki_url.clone(),
            _ => access.jira_url.clone(),
        }
    }

    fn account(self, app: &TestApp, who: Who) -> String {
        let graph = &app.world.graph;
        let name = graph.people(|people| people.user_principal_name(who));
        match self {
            Self::Profile => {
                let key = |all: &mut confluence::Accounts| {
                    all.by_name(&name).map(|account| account.key.clone())
                };
                app.world.wiki.accounts(key).unwrap()
            }
            _ => app.account(who),
        }
    }

    fn held(self, app: &TestApp, account: &str, field: &str) -> Option<String> {
        let jira = &app.world.jira;
        match self {
            Self::Profile => app.world.wiki.value(account, slot(field)),
            Self::EntityProperty => {
                let value = jira.property(account, field)?;
                value.as_str().map(str::to_owned)
            }
            Self::AdminForm | Self::Custom => jira.user_property(account, field),
        }
    }

    fn type_in(self, app: &TestApp, account: &str, field: &str, value: Option<&str>) {
        let jira = &app.world.jira;
        match self {
            Self::Profile => app.world.wiki.accounts(|all| {
                all.edit(account, |held| {
                    held.set(slot(field), value.unwrap_or_default());
                });
            }),
            Self::EntityProperty => jira.accounts(|all| {
                match value {
                    Some(value) => all.set_property(account, field, &value.into()),
                    None => all.remove_property(account, field),
                };
            }),
            Self::AdminForm | Self::Custom => {
                jira.accounts(|all| all.set_user_property(account, field, value));
            }
        }
    }

    fn writes(self, app: &TestApp) -> usize {
        match self {
            Self::Profile => app.world.wiki.writes().len(),
            _ => app.world.jira.writes().len(),
        }
    }
}

/// The route "custom" for the README's script.
fn script(target: &str) -> String {
    let url = "/rest/scriptrunner/latest/custom/userProperty";
    format!(
        "[target.{target}.custom]\n\
         write = {{ method = \"PUT\", url = \"{url}\", \
         body = '{{\"user\":\"{{key}}\",\"key\":\"{{field}}\",\"value\":\"{{value}}\"}}' }}\n\
         clear = {{ method = \"DELETE\", url = \"{url}?user={{key}}&key={{field}}\" }}\n\
         read = {{ method = \"GET\", url = \"{url}?user={{key}}&key={{field}}\", \
         value = \"/value\" }}\n"
    )
}

fn slot(field: &str) -> confluence::Field {
    let all = confluence::Field::PROFILE.into_iter();
    let mut found = all.filter(|slot| slot.form_name().ends_with(field));
    found.next().unwrap()
}

async fn world() -> TestApp {
    let people = People::generate(demo::SEED, cells().len());
    let mut accounts = demo::account_for_each(&people);
    accounts.add(jira::Account::named("svc-attune", "svc@x.example", "A"));
    let profiles = demo::profile_for_each(&people);
    let directory = graph::Options::of(people);
    let site = jira::Options::of(accounts);
    let wiki = confluence::Options::of(profiles);
    let world = Demo::of_three(directory, site, wiki).await.unwrap();
    TestApp::beside(world).await.unwrap()
}

/// Lets the directory say what makes this outcome.
fn wants(app: &TestApp, who: Who, outcome: &str, value: &str) {
    app.set(who, "jobTitle", outcome);
    match outcome {
        "set" => app.set(who, "department", value),
        _ => app
            .world
            .graph
            .people(|people| people.unset(who, "department")),
    }
}

async fn walk(way: Way) {
    let app = world().await;
    app.connector(&way.connector(&app)).unwrap();
    let people: Vec<(CellOf, Who, String)> = cells()
        .into_iter()
        .enumerate()
        .map(|(place, cell)| {
            let who = app.who(place);
            (cell, who, way.account(&app, who))
        })
        .collect();
    for (cell, who, _) in &people {
        let outcome = if cell.ledger.is_some() { "set" } else { "keep" };
        wants(&app, *who, outcome, L);
    }
    app.sync(Mode::Complete).await.unwrap();
    for (cell, who, account) in &people {
        wants(&app, *who, cell.outcome, V);
        for (field, ..) in FIELDS {
            way.type_in(&app, account, field, cell.held);
        }
    }
    app.forget();
    app.world.wiki.reset_writes();
    app.sync(Mode::Full).await.unwrap();
    let accounts: Vec<String> = people.iter().map(|(.., account)| account.clone()).collect();
    let store = &app.app.host.store;
    let ledger = store.ledger(&way.site(&app), &accounts).await.unwrap();
    let nothing = HashMap::new();
    let mut wrong = Vec::new();
    let mut writes = 0;
    for (cell, _, account) in &people {
        let entries = ledger.get(account).unwrap_or(&nothing);
        for (field, existing, conflict) in FIELDS {
            let is_it = |(known, _): &(&Field, _)| known.name == field;
            let ours = entries.iter().find(is_it).map(|(_, e)| e.value.clone());
            let is = (way.held(&app, account, field), ours);
            let (held, ledger) = expected(*cell, existing, conflict);
            let shall = (held.map(str::to_owned), ledger.map(str::to_owned));
            if is != shall {
                wrong.push(format!(
                    "{cell:?} {existing}/{conflict}: {is:?}, not {shall:?}"
                ));
            }
            writes += usize::from(held != cell.held);
        }
    }
    assert!(wrong.is_empty(), "{way:?}:\n{}", wrong.join("\n"));
    // Nothing is written that is there already.
    assert_eq!(way.writes(&app), writes, "{way:?}");
    assert!(writes > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_cell_of_the_table_holds_for_entity_properties() {
    walk(Way::EntityProperty).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_cell_of_the_table_holds_for_the_visible_user_properties() {
    walk(Way::AdminForm).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_cell_of_the_table_holds_for_the_route_custom() {
    walk(Way::Custom).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_cell_of_the_table_holds_for_confluences_profile() {
    walk(Way::Profile).await;
}
