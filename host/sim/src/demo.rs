//! A small world, ready to use: a directory of invented people, and a Jira and a Confluence where
//! most of them have an account.
//!
//! The accounts are as they are in life: most are named by the user principal name, some by a
//! short name and found by e-mail only, a few people have none or two, a few accounts are
//! inactive or belong to nobody, and somebody has filled in properties by hand.
//!
//! Deliberately not here: a folder on disk; the caller has one, and fills it from
//! [`Demo::access`].

mod files;

use std::io;

use serde_json::Value;

use crate::confluence::{self, Confluence};
use crate::dice::Dice;
use crate::graph::{self, Graph, Group};
use crate::jira::{self, Account, Accounts, Jira};
use crate::people::{People, Who};
use crate::stand::Setup;

/// The seed of the demo's company.
pub const SEED: u64 = 2026;

/// A demo is looked at, not searched: its logs stay small also with 100,000 people.
const LOG_MAX: usize = 10_000;

/// What a connector file needs to reach the demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Both `api` and `login` of the source's endpoint.
    pub graph_url: String,
    /// The tenant.
    pub tenant: String,
    /// The application's id.
    pub client_id: String,
    /// The application's secret.
    pub client_secret: String,
    /// The target's base URL.
    pub jira_url: String,
    /// The service account.
    pub jira_username: String,
    /// Its password.
    pub jira_password: String,
    /// A personal access token of the same account.
    pub jira_token: String,
    /// The base URL of Confluence.
    pub wiki_url: String,
    /// Its service account.
    pub wiki_username: String,
    /// The password of that.
    pub wiki_password: String,
}

/// The running world.
pub struct Demo {
    /// The directory.
    pub graph: Graph,
    /// The Jira.
    pub jira: Jira,
    /// The Confluence.
    pub wiki: Confluence,
    access: Access,
}

impl Demo {
    /// Starts the stand-ins on free ports with `number` people.
    pub async fn start(number: usize) -> io::Result<Self> {
        let setup = Setup {
            log_max: LOG_MAX,
            ..Setup::default()
        };
        Self::start_with(People::generate(SEED, number), setup).await
    }

    /// Starts the stand-ins with these people; a port, where one is given, is Graph's.
    pub async fn start_with(people: People, setup: Setup) -> io::Result<Self> {
        let accounts = accounts_of(&people);
        let groups = groups_of(&people);
        let directory = graph::Options {
            setup: setup.clone(),
            groups,
            ..graph::Options::of(people)
        };
        let setup = Setup { port: 0, ..setup };
        let wiki = confluence::Options {
            setup: setup.clone(),
            ..confluence::Options::of(profiles_of(&directory.people))
        };
        let site = jira::Options {
            setup,
            ..jira::Options::of(accounts)
        };
        Self::of_three(directory, site, wiki).await
    }

    /// Starts directory and Jira as the caller has set them up, beside a Confluence of nobody.
    pub async fn of(directory: graph::Options, site: jira::Options) -> io::Result<Self> {
        let mut nobody = confluence::Accounts::new();
        nobody.add(service_account());
        Self::of_three(directory, site, confluence::Options::of(nobody)).await
    }

    /// Starts the stand-ins as the caller has set them up.
    pub async fn of_three(
        directory: graph::Options,
        site: jira::Options,
        wiki: confluence::Options,
    ) -> io::Result<Self> {
        let (tenant, client_id) = (directory.tenant.clone(), directory.client_id.clone());
        let client_secret = directory.client_secret.clone();
        let settings = site.settings.clone();
        let graph = Graph::start(directory).await?;
        let jira = Jira::start(site).await?;
        let profiles = wiki.settings.clone();
        let wiki = Confluence::start(wiki).await?;
        let access = Access {
            graph_url: graph.url(),
            tenant,
            client_id,
            client_secret,
            jira_url: jira.url(),
            jira_username: settings.username,
            jira_password: settings.password,
            jira_token: settings.token,
            wiki_url: wiki.url(),
            wiki_username: profiles.username,
            wiki_password: profiles.password,
        };
        Ok(Self {
            graph,
            jira,
            wiki,
            access,
        })
    }

    /// URLs and credentials.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// What no stand-in should have met: unknown routes and unread faults.
    pub fn complaints(&self) -> Vec<String> {
        let mut complaints = self.graph.complaints();
        complaints.extend(self.jira.complaints());
        complaints.extend(self.wiki.complaints());
        complaints
    }

    /// Ends all of them.
    pub async fn stop(self) {
        self.graph.stop().await;
        self.jira.stop().await;
        self.wiki.stop().await;
    }
}

/// Groups of the demo's directory: everybody who is no guest, and everybody in sales.
fn groups_of(people: &People) -> Vec<Group> {
    let named = |id: &str, name: &str, members: Vec<Who>| Group {
        id: id.to_owned(),
        display_name: name.to_owned(),
        members,
    };
    let is_in_sales = |who: &Who| people.text(*who, "department").as_deref() == Some("Sales");
    vec![
        named(
            "45b7d2e7-b882-4a80-ba97-10b7a63b8fa4",
            "jira-users",
            people.iter().filter(|who| !people.is_guest(*who)).collect(),
        ),
        named(
            "d7797254-3084-44d0-99c9-a3b5ab149538",
            "Sales",
            people.iter().filter(is_in_sales).collect(),
        ),
    ]
}

/// An account for everybody, named by the user principal name, with the same e-mail address.
pub fn account_for_each(people: &People) -> Accounts {
    let mut accounts = Accounts::new();
    for who in people.iter() {
        accounts.add(plain_account(people, who));
    }
    accounts
}

fn plain_account(people: &People, who: Who) -> Account {
    let name = people.user_principal_name(who).to_lowercase();
    let mail = people.text(who, "mail");
    let display = people.text(who, "displayName").unwrap_or_default();
    Account::named(&name, &mail.unwrap_or_default(), &display)
}

/// The demo's accounts: as untidy as those of a real site.
pub fn accounts_of(people: &People) -> Accounts {
    let mut accounts = Accounts::new();
    add_others(&mut accounts);
    for who in people.iter() {
        let mut dice = Dice::of(SEED, who.position() as u32, 77);
        let is_missing = dice.chance(25) || (people.is_guest(who) && dice.chance(650));
        if is_missing {
            continue;
        }
        let mut account = plain_account(people, who);
        account.is_active = people.member(who, "accountEnabled") != Some(Value::Bool(false));
        let has_mail = !account.email.is_empty();
        if has_mail && (people.is_guest(who) || dice.chance(200)) {
            account.name = short_name(&account.email, who);
        }
        if dice.chance(15) {
            // An account from before the keys were invented: the key is the old user name.
            account.key.clone_from(&account.name);
        }
        let is_double = has_mail && !account.name.contains('@') && dice.chance(20);
        let second = is_double.then(|| Account {
            key: String::new(),
            name: format!("{}-adm", account.name),
            ..account.clone()
        });
        let key = accounts.add(account);
        second.map(|second| accounts.add(second));
        fill_by_hand(&mut accounts, &key, &mut dice);
    }
    accounts
}

fn service_account() -> confluence::Account {
    confluence::Account::named("svc-attune", "svc-attune@contoso.example", "Attune")
}

/// A Confluence account for everybody, named by the user principal name.
pub fn profile_for_each(people: &People) -> confluence::Accounts {
    let mut accounts = confluence::Accounts::new();
    accounts.add(service_account());
    for who in people.iter() {
        accounts.add(plain_profile(people, who));
    }
    accounts
}

fn plain_profile(people: &People, who: Who) -> confluence::Account {
    let account = plain_account(people, who);
    // Confluence wants everybody to have an address.
    let email = Some(account.email).filter(|email| !email.is_empty());
    let email = email.unwrap_or_else(|| account.name.clone());
    confluence::Account::named(&account.name, &email, &account.display_name)
}

/// The demo's Confluence: fewer people than Jira, half of them from a directory that Confluence may
/// only read, some with a profile of their own making.
fn profiles_of(people: &People) -> confluence::Accounts {
    use confluence::Field;
    let mut accounts = confluence::Accounts::new();
    accounts.add(service_account());
    for who in people.iter() {
        let mut dice = Dice::of(SEED, who.position() as u32, 78);
        if people.is_guest(who) || dice.chance(100) {
            continue;
        }
        let mut account = plain_profile(people, who);
        account.is_active = people.member(who, "accountEnabled") != Some(Value::Bool(false));
        account.is_read_only = dice.chance(500);
        if dice.chance(150) {
            let about = "I like trains.\nAsk me about <maps> & timetables.";
            account = account
                .with(Field::PersonalInformation, about)
                .with(Field::Im, "trainspotter")
                .with(Field::Position, "Head of Everything");
        }
        accounts.add(account);
    }
    accounts
}

/// `anna.schmidt@...` becomes `aschmidt17`.
fn short_name(email: &str, who: Who) -> String {
    let local = email.split('@').next().unwrap_or_default().to_lowercase();
    let (given, surname) = local.split_once('.').unwrap_or(("x", &local));
    let first = given.chars().next().unwrap_or('x');
    format!("{first}{surname}{}", who.position())
}

fn add_others(accounts: &mut Accounts) {
    let own = Account::named("svc-attune", "svc-attune@contoso.example", "Attune");
    let robot = Account::named("ci-bot", "ci@contoso.example", "Build Robot");
    let gone = Account {
        is_active: false,
        ..Account::named(
            "alte.kollegin@contoso.example",
            "alte.kollegin@contoso.example",
            "Alte Kollegin [X]",
        )
    };
    let deleted = Account {
        is_active: false,
        is_deleted: true,
        ..Account::named("jirauser10003", "", "Former user")
    };
    for account in [own, robot, gone, deleted] {
        accounts.add(account);
    }
}

/// What somebody typed in before the directory took over.
fn fill_by_hand(accounts: &mut Accounts, key: &str, dice: &mut Dice) {
    if dice.chance(80) {
        let department = dice.pick(&["Sales", "Vertrieb (alt)", "IT", "Engineering", ""]);
        accounts.set_property(key, "Department", &department.into());
    }
    if dice.chance(40) {
        let phone = dice.pick(&["+49 30 23125100", "see intranet", "-100"]);
        accounts.set_property(key, "Phone", &phone.into());
    }
    if dice.chance(20) {
        accounts.set_property(key, "Team Mascot", &"Otter".into());
    }
}
