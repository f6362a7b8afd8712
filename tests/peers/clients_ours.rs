//! What our targets send when they do everything that they can do, topic by topic, and the two sites
//! that they do it at.
//!
//! Deliberately not here: what other clients send, and the comparison (`clients`).

use std::collections::BTreeMap;
use std::sync::Arc;

use attune_core::account::{MatchBy, Product};
use attune_core::mapping::{Field, FieldKind};
use attune_server::clock::SystemClock;
use attune_server::net::{self, Credential, Outside};
use attune_server::target::{self, AccountRef, Operation, Site, Target};
use attune_sim::log::Record;
use attune_sim::{confluence, jira};
use tokio::sync::mpsc;

pub(crate) const NAME: &str = "ada@contoso.example";
pub(crate) const EMAIL: &str = "ada.lovelace@contoso.example";
pub(crate) const NEW_EMAIL: &str = "ada.king@contoso.example";
pub(crate) const NEW_NAME: &str = "Ada King, \"Gräfin\" & Söhne";
pub(crate) const FIELD: &str = "Cost Center";
pub(crate) const VALUE: &str = "Köln / \"7\" <b> \\ ∑";
/// Where the form for the password leads.
pub(crate) const PAGE: &str = "/secure/admin/user/EditUserProperties.jspa";

/// Requests by what they are about.
pub(crate) type Told = BTreeMap<(&'static str, String), Vec<Record>>;

/// The stand-ins, with one person in each.
pub(crate) struct World {
    pub(crate) jira: jira::Jira,
    pub(crate) confluence: confluence::Confluence,
}

impl World {
    pub(crate) async fn start() -> Self {
        let mut accounts = jira::Accounts::new();
        accounts.add(jira::Account::named(
            "svc-attune",
            "svc@contoso.example",
            "Attune",
        ));
        accounts.add(jira::Account::named(NAME, EMAIL, "Ada"));
        let site = jira::Jira::start(jira::Options::of(accounts)).await;
        let mut accounts = confluence::Accounts::new();
        let us = confluence::Account::named("svc-attune", "svc@contoso.example", "Attune");
        accounts.add(us);
        accounts.add(confluence::Account::named(NAME, EMAIL, "Ada"));
        let wiki = confluence::Confluence::start(confluence::Options::of(accounts)).await;
        Self {
            jira: site.expect("a Jira"),
            confluence: wiki.expect("a Confluence"),
        }
    }

    /// Whom it is about, in Jira.
    pub(crate) fn in_jira(&self) -> AccountRef {
        let key = self
            .jira
            .accounts(|all| all.by_name(NAME).map(|a| a.key.clone()));
        account(key.expect("an account"))
    }

    /// Whom it is about, in Confluence.
    pub(crate) fn in_confluence(&self) -> AccountRef {
        let all = |all: &mut confluence::Accounts| all.by_name(NAME).map(|a| a.key.clone());
        account(self.confluence.accounts(all).expect("an account"))
    }

    /// What a site was asked so far.
    pub(crate) fn log(&self, site: &str) -> Vec<Record> {
        match site {
            "jira" => self.jira.log(),
            _ => self.confluence.log(),
        }
    }

    /// The path that a site lies below.
    pub(crate) fn base(site: &str) -> &'static str {
        match site {
            "jira" => "/jira",
            _ => "/confluence",
        }
    }
}

fn account(key: String) -> AccountRef {
    let username = NAME.to_owned();
    AccountRef { key, username }
}

fn field(kind: FieldKind, name: &str) -> Field {
    let name = name.to_owned();
    Field { kind, name }
}

fn connect(product: Product, url: String, credential: &Credential) -> Box<dyn Target> {
    let site = Site {
        product,
        url,
        ca_file: None,
        allow_http: false,
        uses_pages: matches!(credential, Credential::Basic { .. }),
        custom: None,
    };
    let clock = Arc::new(SystemClock::new());
    let outside = Outside::open(net::Options::default(), clock, 1).expect("a network");
    target::open(site, credential, &outside).expect("a target")
}

/// What our targets sent, by topic.
struct Ours<'w> {
    world: &'w World,
    site: &'static str,
    seen: usize,
    told: Told,
}

impl<'w> Ours<'w> {
    fn at(world: &'w World, site: &'static str) -> Self {
        let seen = world.log(site).len();
        let told = Told::new();
        Self {
            world,
            site,
            seen,
            told,
        }
    }

    /// Everything since the last call was about this.
    fn about(&mut self, topic: &str) {
        let log = self.world.log(self.site);
        let fresh = log[self.seen..].iter().cloned();
        let key = (self.site, topic.to_owned());
        self.told.entry(key).or_default().extend(fresh);
        self.seen = log.len();
    }
}

async fn write(target: &dyn Target, account: &AccountRef, fields: &[(Field, Option<&str>)]) {
    let own = |(field, value): &(Field, Option<&str>)| (field.clone(), value.map(str::to_owned));
    let operation = Operation {
        account: account.clone(),
        fields: fields.iter().map(own).collect(),
    };
    target.write(&operation).await.expect("a write");
}

/// Reads all accounts.
async fn everybody(target: &dyn Target) {
    let (sender, mut pages) = mpsc::channel(4);
    let drained = async { while pages.recv().await.is_some() {} };
    let (done, ()) = tokio::join!(target.accounts(sender), drained);
    done.expect("a listing");
}

/// Both fields of the account itself.
fn name_and_email() -> [(Field, Option<&'static str>); 2] {
    let of = |name: &str| field(FieldKind::Account, &format!("account.{name}"));
    [
        (of("email"), Some(NEW_EMAIL)),
        (of("full-name"), Some(NEW_NAME)),
    ]
}

/// All that there is to do at Jira.
pub(crate) async fn at_jira(world: &World) -> Told {
    let who = world.in_jira();
    let settings = world.jira.settings();
    let password = settings.password.clone().into();
    let basic = Credential::Basic {
        username: settings.username.clone(),
        password,
    };
    let open =
        |credential: &Credential| connect(Product::JiraDataCenter, world.jira.url(), credential);
    let target = open(&basic);
    let mut ours = Ours::at(world, "jira");
    target.sign_in().await.expect("a session");
    ours.about("password again");
    open(&basic).sign_in().await.expect("a session");
    ours.about("password again, mended");
    assert!(target.check().await.iter().all(|finding| finding.ok));
    ours.about("server");
    for topic in ["who am I", "permissions"] {
        target.sign_in().await.expect("an administrator");
        ours.about(topic);
    }
    let bearer = Credential::Bearer {
        token: settings.token.into(),
    };
    open(&bearer).sign_in().await.expect("a token");
    ours.about("who am I, by token");
    for (topic, by, value) in [
        ("user by name", MatchBy::Username, NAME),
        ("user by key", MatchBy::Key, who.key.as_str()),
        ("user by e-mail", MatchBy::Email, EMAIL),
    ] {
        assert_eq!(target.find(by, value).await.expect("a look-up").len(), 1);
        ours.about(topic);
    }
    everybody(target.as_ref()).await;
    ours.about("everybody");
    write(target.as_ref(), &who, &name_and_email()).await;
    ours.about("name and e-mail");
    let property = field(FieldKind::EntityProperty, FIELD);
    write(target.as_ref(), &who, &[(property.clone(), Some(VALUE))]).await;
    ours.about("set a property");
    let other = field(FieldKind::EntityProperty, "Unit");
    for (topic, fields) in [
        ("read a property", vec![property.clone()]),
        ("properties", vec![property.clone(), other]),
    ] {
        let held = target.observe(&who, &fields).await.expect("a reading");
        assert_eq!(held.get(&property).map(String::as_str), Some(VALUE));
        ours.about(topic);
    }
    write(target.as_ref(), &who, &[(property, None)]).await;
    ours.about("remove a property");
    let visible = field(FieldKind::AdminForm, FIELD);
    for value in [Some("Köln"), Some("Bonn"), None] {
        write(target.as_ref(), &who, &[(visible.clone(), value)]).await;
    }
    world
        .jira
        .configure(|settings| settings.is_basic_closed = true);
    open(&basic).sign_in().await.expect("the log-in form");
    world
        .jira
        .configure(|settings| settings.is_basic_closed = false);
    ours.about("pages");
    ours.told
}

/// All that there is to do at Confluence.
pub(crate) async fn at_confluence(world: &World) -> Told {
    let who = world.in_confluence();
    let settings = world.confluence.settings();
    let password = settings.password.clone().into();
    let basic = Credential::Basic {
        username: settings.username.clone(),
        password,
    };
    let open = |credential: &Credential| {
        connect(
            Product::ConfluenceDataCenter,
            world.confluence.url(),
            credential,
        )
    };
    let target = open(&basic);
    let mut ours = Ours::at(world, "confluence");
    target.sign_in().await.expect("an administrator");
    ours.about("who am I");
    // Pages want a password, so that a token comes no further than to who it is.
    let bearer = Credential::Bearer {
        token: settings.token.into(),
    };
    let refused = open(&bearer).sign_in().await.expect_err("no password");
    assert_eq!(refused.problem().code, "websudo");
    ours.about("who am I, by token");
    for (topic, by, value) in [
        ("user by name", MatchBy::Username, NAME),
        ("user by key", MatchBy::Key, who.key.as_str()),
    ] {
        assert_eq!(target.find(by, value).await.expect("a look-up").len(), 1);
        ours.about(topic);
    }
    assert!(target.check().await.iter().all(|finding| finding.ok));
    everybody(target.as_ref()).await;
    write(target.as_ref(), &who, &name_and_email()).await;
    let phone = field(FieldKind::Profile, "phone");
    write(target.as_ref(), &who, &[(phone, Some("+49 30 1"))]).await;
    world
        .confluence
        .configure(|settings| settings.is_basic_closed = true);
    open(&basic).sign_in().await.expect("the log-in form");
    world
        .confluence
        .configure(|settings| settings.is_basic_closed = false);
    ours.about("pages");
    ours.told
}
