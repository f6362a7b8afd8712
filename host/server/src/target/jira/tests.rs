//! The Jira target against the stand-in: what is sent, what is understood, what goes wrong.

use attune_core::account::{Account, MatchBy, Product};
use attune_core::mapping::{Field, FieldKind};
use attune_sim::faults::{Fault, RetryAfter};
use attune_sim::jira::{self as sim, Accounts, Options, Version};
use serde_json::json;
use tokio::sync::mpsc;

use crate::clock::TestClock;
use crate::net::{self, Credential, Outside};
use crate::target::{AccountRef, Error, Operation, Site, Target, open};

mod custom;
mod user_properties;

struct World {
    jira: sim::Jira,
    target: Box<dyn Target>,
}

fn people(count: usize) -> Accounts {
    let mut accounts = Accounts::new();
    for n in 0..count {
        let name = format!("person{n:05}@contoso.example");
        let full = format!("Person {n:05}");
        accounts.add(sim::Account::named(&name, &name, &full));
    }
    accounts
}

fn outside() -> Outside {
    let now = "2026-11-21T12:00:00Z".parse().unwrap();
    Outside::open(net::Options::default(), TestClock::skipping(now), 1).unwrap()
}

fn basic(password: &str) -> Credential {
    Credential::Basic {
        username: "svc-attune".to_owned(),
        password: password.to_owned().into(),
    }
}

fn connect(url: String, credential: &Credential) -> Box<dyn Target> {
    connect_with(url, credential, false)
}

fn connect_with(url: String, credential: &Credential, uses_pages: bool) -> Box<dyn Target> {
    let site = Site {
        product: Product::JiraDataCenter,
        url,
        ca_file: None,
        allow_http: false,
        uses_pages,
        custom: None,
    };
    open(site, credential, &outside()).unwrap()
}

async fn world(options: Options) -> World {
    let password = options.settings.password.clone();
    let jira = sim::Jira::start(options).await.unwrap();
    let target = connect(jira.url(), &basic(&password));
    World { jira, target }
}

async fn small_world() -> World {
    world(Options::of(people(3))).await
}

fn who(world: &World, name: &str) -> AccountRef {
    let username = format!("{name}@contoso.example");
    let key = world
        .jira
        .accounts(|all| all.by_name(&username).map(|account| account.key.clone()));
    AccountRef {
        key: key.unwrap(),
        username,
    }
}

fn property(name: &str) -> Field {
    Field {
        kind: FieldKind::EntityProperty,
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
async fn properties_are_written_read_and_cleared_with_any_name_and_text() {
    let world = small_world().await;
    let account = who(&world, "person00001");
    let text = "Müller & Söhne \"GmbH\"\n\u{1F600} <b>";
    for name in ["Department", "Cost Center", "Größe % ; ? #"] {
        let field = property(name);
        let set = operation(&account, &[(field.clone(), Some(text))]);
        world.target.write(&set).await.unwrap();
        assert_eq!(world.jira.property(&account.key, name), Some(json!(text)));
        let held = world
            .target
            .observe(&account, std::slice::from_ref(&field))
            .await
            .unwrap();
        assert_eq!(held.get(&field).map(String::as_str), Some(text));
        let clear = operation(&account, &[(field.clone(), None)]);
        world.target.write(&clear).await.unwrap();
        // A second one finds nothing and has the same meaning.
        world.target.write(&clear).await.unwrap();
        assert_eq!(world.jira.property(&account.key, name), None);
        let held = world.target.observe(&account, &[field]).await.unwrap();
        assert!(held.is_empty());
    }
    assert!(world.jira.complaints().is_empty());
}

#[tokio::test]
async fn a_write_says_that_it_is_no_browser() {
    let world = small_world().await;
    let account = who(&world, "person00000");
    let set = operation(&account, &[(property("A"), Some("x"))]);
    world.target.write(&set).await.unwrap();
    let log = world.jira.log();
    let request = log.last().unwrap();
    assert_eq!(request.header("x-atlassian-token"), Some("no-check"));
    assert!(request.header("user-agent").unwrap().starts_with("attune/"));
    assert_eq!(request.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn many_fields_are_observed_by_the_list_of_what_is_there() {
    let world = small_world().await;
    let account = who(&world, "person00002");
    world.jira.accounts(|all| {
        all.set_property(&account.key, "Department", &json!("Sales"));
        all.set_property(&account.key, "Strange", &json!({ "a": [1, 2] }));
        all.set_property(&account.key, "Empty", &json!(""));
    });
    world.jira.reset_log();
    let mut fields: Vec<Field> = ["Department", "Strange", "Empty", "None", "Other"]
        .into_iter()
        .map(property)
        .collect();
    fields.push(account_field("email"));
    let held = world.target.observe(&account, &fields).await.unwrap();
    assert_eq!(held.len(), 3);
    assert_eq!(held[&property("Department")], "Sales");
    assert_eq!(held[&property("Strange")], "{\"a\":[1,2]}");
    assert_eq!(held[&account_field("email")], account.username);
    // The account, the list, and one for each of the three that are there.
    assert_eq!(world.jira.log().len(), 5);
}

#[tokio::test]
async fn account_fields_travel_together_and_cannot_be_emptied() {
    let world = small_world().await;
    let account = who(&world, "person00000");
    let fields = [
        account_field("email"),
        property("A"),
        account_field("full-name"),
    ];
    assert_eq!(world.target.units(&fields), [vec![1], vec![0, 2]]);
    let set = operation(
        &account,
        &[
            (account_field("email"), Some("new@contoso.example")),
            (account_field("full-name"), Some("New Name")),
        ],
    );
    world.jira.reset_log();
    world.target.write(&set).await.unwrap();
    assert_eq!(world.jira.log().len(), 1);
    let found = world.target.find(MatchBy::Key, &account.key).await.unwrap();
    assert_eq!(found[0].email, "new@contoso.example");
    assert_eq!(found[0].display_name, "New Name");
    let clear = operation(&account, &[(account_field("email"), None)]);
    let error = world.target.write(&clear).await.unwrap_err();
    assert_eq!(code_of(&error), "bad-value");
    world
        .jira
        .configure(|settings| settings.is_read_only = true);
    let error = world.target.write(&set).await.unwrap_err();
    assert!(matches!(error, Error::Rejected { .. }));
    assert_eq!(code_of(&error), "read-only");
}

#[tokio::test]
async fn accounts_are_found_exactly_and_without_case() {
    let mut accounts = people(3);
    accounts.add(sim::Account::named(
        "p",
        "Person00001@CONTOSO.example",
        "Twin",
    ));
    accounts.add(sim::Account::named(
        "q",
        "person00001@contoso.example.org",
        "Longer",
    ));
    let world = world(Options::of(accounts)).await;
    let find = |by, value: &'static str| world.target.find(by, value);
    let found = find(MatchBy::Email, " person00001@contoso.example ")
        .await
        .unwrap();
    assert_eq!(found.len(), 2);
    let found = find(MatchBy::Username, "PERSON00001@contoso.example")
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert!(find(MatchBy::Username, "nobody").await.unwrap().is_empty());
    assert!(find(MatchBy::Key, "JIRAUSER1").await.unwrap().is_empty());
    world.jira.reset_log();
    assert!(find(MatchBy::Email, "  ").await.unwrap().is_empty());
    assert!(world.jira.log().is_empty());
}

#[tokio::test]
async fn all_accounts_are_read_in_every_version() {
    for version in [Version::V9, Version::V11] {
        for count in [0, 999, 1001, 2500] {
            let mut options = Options::of(people(count));
            options.version = version;
            let world = world(options).await;
            let (result, accounts) = scan(&world).await;
            result.unwrap();
            assert_eq!(accounts.len(), count, "{version:?}");
        }
    }
}

#[tokio::test]
async fn a_capped_search_is_noticed_instead_of_losing_people() {
    let mut options = Options::of(people(1500));
    options.settings.is_search_capped = true;
    let world = world(options).await;
    let (result, _) = scan(&world).await;
    let error = result.unwrap_err();
    assert!(matches!(error, Error::Rejected { .. }), "{error:?}");
    assert_eq!(code_of(&error), "incomplete");
}

#[tokio::test]
async fn a_user_who_is_gone_is_not_an_empty_field() {
    let world = small_world().await;
    let account = who(&world, "person00001");
    world
        .jira
        .accounts(|all| all.edit(&account.key, |account| account.is_deleted = true));
    let (one, two) = (property("A"), property("B"));
    for fields in [
        &[one.clone()][..],
        &[one.clone(), two],
        &[account_field("email")],
    ] {
        let result = world.target.observe(&account, fields).await;
        assert!(matches!(result, Err(Error::Gone)), "{result:?}");
    }
    for value in [Some("x"), None] {
        let result = world
            .target
            .write(&operation(&account, &[(one.clone(), value)]))
            .await;
        assert!(matches!(result, Err(Error::Gone)), "{result:?}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_not_repeated() {
    let world = small_world().await;
    let account = who(&world, "person00001");
    let set = operation(&account, &[(property("A"), Some("x"))]);
    world
        .jira
        .inject(Fault::fail_after_write().on("PUT", "/user/properties/"));
    let result = world.target.write(&set).await;
    assert!(matches!(result, Err(Error::Unknown)), "{result:?}");
    assert_eq!(world.jira.writes().len(), 1);
    world
        .jira
        .inject(Fault::reject(500).on("PUT", "/user/properties/"));
    let result = world.target.write(&set).await;
    assert!(matches!(result, Err(Error::Unknown)), "{result:?}");
}

#[tokio::test]
async fn a_throttled_write_waits_and_is_sent_again() {
    let world = small_world().await;
    let account = who(&world, "person00001");
    let set = operation(&account, &[(property("A"), Some("x"))]);
    world
        .jira
        .inject(Fault::throttle(RetryAfter::Seconds(2)).on("PUT", "/user/properties/"));
    world.target.write(&set).await.unwrap();
    assert_eq!(world.jira.writes().len(), 1);
}

#[tokio::test]
async fn a_sign_in_page_and_maintenance_are_the_whole_target() {
    let world = small_world().await;
    let account = who(&world, "person00001");
    let set = operation(&account, &[(property("A"), Some("x"))]);
    world
        .jira
        .inject(Fault::login_page().on("PUT", "/user/properties/"));
    let error = world.target.write(&set).await.unwrap_err();
    assert!(matches!(error, Error::Target { .. }));
    assert_eq!(code_of(&error), "sign-in");
    world
        .jira
        .configure(|settings| settings.is_in_maintenance = true);
    let error = world.target.write(&set).await.unwrap_err();
    assert!(matches!(error, Error::Target { .. }));
    assert_eq!(code_of(&error), "maintenance");
    assert!(world.jira.writes().is_empty());
}

#[tokio::test]
async fn signing_in_names_what_is_wrong() {
    let world = small_world().await;
    world.target.sign_in().await.unwrap();
    world.jira.configure(|settings| settings.is_admin = false);
    let error = world.target.sign_in().await.unwrap_err();
    assert_eq!(code_of(&error), "permission");
    let wrong = connect(world.jira.url(), &basic("wrong"));
    for _ in 0..3 {
        let error = wrong.sign_in().await.unwrap_err();
        assert_eq!(code_of(&error), "sign-in");
        assert!(!error.to_string().contains("CAPTCHA"), "{error}");
    }
    let error = wrong.sign_in().await.unwrap_err();
    assert_eq!(code_of(&error), "captcha");
    let token = world.jira.settings().token.into();
    let bearer = connect(world.jira.url(), &Credential::Bearer { token });
    world.jira.configure(|settings| settings.is_admin = true);
    bearer.sign_in().await.unwrap();
}

#[tokio::test]
async fn a_wrong_address_is_not_a_missing_user() {
    let world = small_world().await;
    let url = world.jira.url().replace("/jira", "/wiki");
    let wrong = connect(url, &basic(&world.jira.settings().password));
    let error = wrong.find(MatchBy::Username, "nobody").await.unwrap_err();
    assert!(matches!(error, Error::Target { .. }), "{error:?}");
    let nobody = connect("http://127.0.0.1:9".to_owned(), &basic("x"));
    let error = nobody.sign_in().await.unwrap_err();
    assert_eq!(code_of(&error), "connect");
}

#[tokio::test]
async fn a_check_tells_line_by_line() {
    let world = small_world().await;
    let findings = world.target.check().await;
    assert!(findings.iter().all(|finding| finding.ok), "{findings:?}");
    assert!(findings.iter().any(|f| f.message.contains("Jira 10.3")));
    world.jira.configure(|settings| settings.is_admin = false);
    let findings = world.target.check().await;
    let bad: Vec<_> = findings.iter().filter(|finding| !finding.ok).collect();
    assert_eq!(bad.len(), 1);
    assert!(bad[0].fix.contains("Jira Administrators"), "{bad:?}");
    assert!(world.jira.complaints().is_empty());
}

#[tokio::test]
async fn a_value_that_is_too_long_is_not_sent() {
    let world = small_world().await;
    let account = who(&world, "person00001");
    let long = "ä".repeat(20_000);
    world.jira.reset_log();
    let set = operation(&account, &[(property("A"), Some(&long))]);
    let error = world.target.write(&set).await.unwrap_err();
    assert_eq!(code_of(&error), "too-long");
    assert!(world.jira.log().is_empty());
}
