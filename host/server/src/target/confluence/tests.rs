//! The Confluence target against the stand-in: what is sent, what is understood, what goes wrong.

use attune_core::account::{Account, MatchBy, Product};
use attune_core::mapping::{Field, FieldKind};
use attune_sim::confluence::{self as sim, Accounts, Field as Slot, Options, Version};
use attune_sim::faults::Fault;
use tokio::sync::mpsc;

use crate::clock::TestClock;
use crate::net::{self, Credential, Outside};
use crate::target::{AccountRef, Error, Operation, Site, Target, open};

mod pages;

const ALL: [Version; 4] = [Version::V7, Version::V8, Version::V9, Version::V10];

struct World {
    confluence: sim::Confluence,
    target: Box<dyn Target>,
}

fn people(count: usize) -> Accounts {
    let mut accounts = Accounts::new();
    accounts.add(sim::Account::named(
        "svc-attune",
        "svc@contoso.example",
        "Attune",
    ));
    for n in 0..count {
        let name = format!("person{n:05}@contoso.example");
        let full = format!("Person {n:05}");
        accounts.add(sim::Account::named(&name, &name, &full));
    }
    accounts
}

fn connect(url: String, credential: &Credential) -> Box<dyn Target> {
    let site = Site {
        product: Product::ConfluenceDataCenter,
        url,
        ca_file: None,
        allow_http: false,
        uses_pages: true,
        custom: None,
    };
    let now = "2026-11-21T12:00:00Z".parse().unwrap();
    let outside = Outside::open(net::Options::default(), TestClock::skipping(now), 1).unwrap();
    open(site, credential, &outside).unwrap()
}

async fn world_of(options: Options) -> World {
    let credential = Credential::Basic {
        username: options.settings.username.clone(),
        password: options.settings.password.clone().into(),
    };
    let confluence = sim::Confluence::start(options).await.unwrap();
    let target = connect(confluence.url(), &credential);
    World { confluence, target }
}

async fn world(change: impl FnOnce(&mut Options)) -> World {
    let mut options = Options::of(people(3));
    change(&mut options);
    world_of(options).await
}

fn who(world: &World, name: &str) -> AccountRef {
    let username = format!("{name}@contoso.example");
    let found = world
        .confluence
        .accounts(|all| all.by_name(&username).map(|account| account.key.clone()));
    AccountRef {
        key: found.unwrap(),
        username,
    }
}

fn profile(name: &str) -> Field {
    Field {
        kind: FieldKind::Profile,
        name: name.to_owned(),
    }
}

fn account_field(name: &str) -> Field {
    Field {
        kind: FieldKind::Account,
        name: format!("account.{name}"),
    }
}

fn operation(account: &AccountRef, fields: &[(Field, Option<&str>)]) -> Operation {
    let own = |(field, value): &(Field, Option<&str>)| (field.clone(), value.map(str::to_owned));
    Operation {
        account: account.clone(),
        fields: fields.iter().map(own).collect(),
    }
}

async fn write(
    world: &World,
    account: &AccountRef,
    fields: &[(Field, Option<&str>)],
) -> Result<(), Error> {
    world.target.write(&operation(account, fields)).await
}

async fn read(world: &World, account: &AccountRef, field: &Field) -> Option<String> {
    let fields = std::slice::from_ref(field);
    let held = world.target.observe(account, fields).await.unwrap();
    held.get(field).cloned()
}

/// How many requests of a kind the stand-in answered.
fn count(world: &World, method: &str, path: &str) -> usize {
    let log = world.confluence.log();
    let is_it =
        |record: &&attune_sim::log::Record| record.method == method && record.path.contains(path);
    log.iter().filter(is_it).count()
}

async fn scan(world: &World) -> (Result<(), Error>, Vec<Account>) {
    let (sender, mut pages) = mpsc::channel(4);
    let collect = async {
        let mut all = Vec::new();
        while let Some(page) = pages.recv().await {
            all.extend(page);
        }
        all
    };
    tokio::join!(world.target.accounts(sender), collect)
}

fn code_of(error: &Error) -> String {
    error.problem().code
}

#[tokio::test]
async fn accounts_are_found_by_name_and_key_and_listed_page_by_page() {
    let options = Options::of(people(450));
    let world = world_of(options).await;
    let account = who(&world, "person00007");
    let name = " PERSON00007@contoso.example ";
    for (by, value) in [(MatchBy::Username, name), (MatchBy::Key, &account.key)] {
        let found = world.target.find(by, value).await.unwrap();
        assert_eq!(found.len(), 1, "{value}");
        assert_eq!(found[0].key, account.key);
        assert_eq!(found[0].display_name, "Person 00007");
    }
    let nobody = world.target.find(MatchBy::Username, "nobody").await;
    assert_eq!(nobody.unwrap(), []);
    let by_mail = world.target.find(MatchBy::Email, "a@b.example").await;
    assert_eq!(code_of(&by_mail.unwrap_err()), "unsupported");
    let (done, all) = scan(&world).await;
    done.unwrap();
    assert_eq!(all.len(), 451);
    assert_eq!(count(&world, "GET", "/rest/api/user/list"), 3);
    assert_eq!(world.confluence.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn a_confluence_that_cannot_list_its_users_says_so_and_names_nobody() {
    let world = world(|o| o.version = Version::V7).await;
    let (done, all) = scan(&world).await;
    let error = done.unwrap_err();
    assert!(matches!(error, Error::Rejected { .. }), "{error}");
    assert_eq!(code_of(&error), "incomplete");
    assert_eq!(all, []);
}

#[tokio::test]
async fn name_and_address_go_by_rest_and_by_the_form_where_there_is_no_route() {
    for version in ALL {
        let world = world(|o| o.version = version).await;
        let account = who(&world, "person00001");
        let key = account.key.as_str();
        let name = account_field("full-name");
        write(&world, &account, &[(name.clone(), Some("Grüße & Söhne"))])
            .await
            .unwrap();
        assert_eq!(
            read(&world, &account, &name).await.as_deref(),
            Some("Grüße & Söhne")
        );
        let mail = account_field("email");
        assert_eq!(
            read(&world, &account, &mail).await.as_deref(),
            Some(account.username.as_str())
        );
        let both = [(name, Some("A")), (mail, Some("b@contoso.example"))];
        write(&world, &account, &both).await.unwrap();
        let slots = [Slot::FullName, Slot::Email];
        let held = slots.map(|slot| world.confluence.value(key, slot));
        let wanted = ["A", "b@contoso.example"].map(|text| Some(text.to_owned()));
        assert_eq!(held, wanted);
        let by_form = count(&world, "POST", "doedituser.action");
        assert_eq!(by_form, if version == Version::V7 { 2 } else { 0 });
        let empty = write(&world, &account, &[(account_field("email"), None)]).await;
        assert_eq!(code_of(&empty.unwrap_err()), "bad-value");
        assert_eq!(world.confluence.complaints(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn names_of_a_directory_that_is_read_only_are_refused_and_its_profile_is_written() {
    for version in ALL {
        let mut accounts = people(1);
        let key = accounts.add(sim::Account {
            is_read_only: true,
            ..sim::Account::named("ldap.user", "ldap@contoso.example", "Ldap User")
        });
        let world = world(|o| (o.version, o.accounts) = (version, accounts)).await;
        let account = AccountRef {
            key: key.clone(),
            username: "ldap.user".to_owned(),
        };
        let name = account_field("full-name");
        let refused = write(&world, &account, &[(name, Some("New Name"))]).await;
        let error = refused.unwrap_err();
        assert_eq!(code_of(&error), "read-only", "{version:?}: {error}");
        let change = [(profile("department"), Some("Sales"))];
        write(&world, &account, &change).await.unwrap();
        let held = world.confluence.value(&key, Slot::Department);
        assert_eq!(held.as_deref(), Some("Sales"), "{version:?}");
        assert_eq!(world.confluence.writes().len(), 1);
    }
}

#[tokio::test]
async fn check_tells_line_by_line_what_is_well() {
    let good = world(|_| ()).await;
    let findings = good.target.check().await;
    assert!(findings.iter().all(|f| f.ok), "{findings:?}");
    good.target.sign_in().await.unwrap();
    let stranger = world(|o| o.settings.is_admin = false).await;
    let error = stranger.target.sign_in().await.unwrap_err();
    assert_eq!(code_of(&error), "permission");
    let old = world(|o| o.version = Version::V7).await;
    let findings = old.target.check().await;
    let users = findings.iter().find(|f| f.name == "users").unwrap();
    assert!(users.ok && users.message.contains("one by one"));
    let closed = world(|o| o.settings.is_basic_disabled = true).await;
    let findings = closed.target.check().await;
    let line = findings.iter().find(|f| f.name == "sign-in").unwrap();
    assert!(!line.ok && line.message.contains("basic authentication"));
}
