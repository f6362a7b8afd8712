//! The route "custom": templates against an endpoint of somebody's own.

use attune_core::route::{Body, Call, CustomRoute, Escape};

use super::*;

const ENDPOINT: &str = "/rest/scriptrunner/latest/custom/userProperty";

fn call(method: &str, query: &str) -> Call {
    Call {
        method: method.to_owned(),
        url: format!("{ENDPOINT}{query}"),
        body: None,
        ok: Vec::new(),
        value: None,
    }
}

fn route() -> CustomRoute {
    let named = "?user={key}&key={field}";
    let text = r#"{"user":"{key}","key":"{field}","value":"{value}"}"#;
    CustomRoute {
        write: Call {
            body: Some(Body {
                text: text.to_owned(),
                media_type: "application/json".to_owned(),
                escape: Escape::Json,
            }),
            ..call("PUT", "")
        },
        clear: call("DELETE", named),
        read: Call {
            value: Some("/value".to_owned()),
            ..call("GET", named)
        },
    }
}

async fn world(route: CustomRoute) -> World {
    let options = Options::of(people(3));
    let credential = basic(&options.settings.password);
    let jira = sim::Jira::start(options).await.unwrap();
    let site = Site {
        product: Product::JiraDataCenter,
        url: jira.url(),
        ca_file: None,
        allow_http: false,
        uses_pages: false,
        custom: Some(route),
    };
    let target = open(site, &credential, &outside()).unwrap();
    World { jira, target }
}

fn custom(name: &str) -> Field {
    Field {
        kind: FieldKind::Custom,
        name: name.to_owned(),
    }
}

async fn set(world: &World, name: &str, value: Option<&str>) -> Result<(), Error> {
    let change = operation(&who(world, "person00001"), &[(custom(name), value)]);
    world.target.write(&change).await
}

async fn read(world: &World, name: &str) -> Result<Option<String>, Error> {
    let account = who(world, "person00001");
    let field = custom(name);
    let held = world
        .target
        .observe(&account, std::slice::from_ref(&field))
        .await?;
    Ok(held.get(&field).cloned())
}

#[tokio::test]
async fn values_with_any_letters_are_written_read_and_removed() {
    let world = world(route()).await;
    let text = "Müller & \"Söhne\" \\ {field} \n\u{1F600} %41 +";
    for name in ["Department", "Cost centre/unit", "a&b=c?#% {value}"] {
        set(&world, name, Some(text)).await.unwrap();
        assert_eq!(read(&world, name).await.unwrap().as_deref(), Some(text));
        set(&world, name, None).await.unwrap();
        assert_eq!(read(&world, name).await.unwrap(), None);
    }
    assert_eq!(world.jira.writes().len(), 6);
    assert_eq!(world.jira.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn a_user_name_in_a_template_is_the_one_of_today() {
    let mut by_name = route();
    by_name.read.url = format!("{ENDPOINT}?user={{key}}&key={{field}}&name={{username}}");
    let world = world(by_name).await;
    let account = who(&world, "person00001");
    world.jira.accounts(|all| {
        all.edit(&account.key, |a| a.name = "new & name".to_owned());
    });
    let field = custom("A");
    let held = world.target.observe(&account, &[field]).await.unwrap();
    assert!(held.is_empty());
    let log = world.jira.log();
    let asked = log.iter().find(|record| record.path.ends_with("Property"));
    assert!(asked.unwrap().query.ends_with("name=new%20%26%20name"));
}

#[tokio::test]
async fn what_is_refused_or_unknown_is_never_taken_for_done_or_absent() {
    let world = world(route()).await;
    let long = "x".repeat(300);
    let error = set(&world, "A", Some(&long)).await.unwrap_err();
    assert!(matches!(error, Error::Rejected { .. }), "{error}");
    // An endpoint that is not there is no empty value.
    let mut elsewhere = route();
    elsewhere.read.url = "/rest/api/2/user?key={key}nobody&x={field}".to_owned();
    let other = self::world(elsewhere).await;
    assert!(read(&other, "A").await.is_err());
    // Unless the file says that this status means "nothing there".
    let mut lenient = route();
    lenient.read.url = "/rest/api/2/user?key={key}nobody&x={field}".to_owned();
    lenient.read.ok = vec![200, 404];
    let other = self::world(lenient).await;
    assert_eq!(read(&other, "A").await.unwrap(), None);
    // A status that is fine elsewhere is not fine here if the file does not say so.
    let mut strict = route();
    strict.clear.ok = vec![200];
    let other = self::world(strict).await;
    set(&other, "A", Some("1")).await.unwrap();
    let error = set(&other, "A", None).await.unwrap_err();
    // Whether it was done is looked up: it was.
    assert!(matches!(error, Error::Unknown), "{error}");
    assert_eq!(read(&other, "A").await.unwrap(), None);
    // A sign-in page is nobody's answer.
    world
        .jira
        .inject(Fault::login_page().on("GET", ENDPOINT).times(1));
    assert_eq!(code_of(&read(&world, "A").await.unwrap_err()), "sign-in");
}

#[tokio::test]
async fn an_account_that_is_gone_is_no_failure_of_the_endpoint() {
    let world = world(route()).await;
    let nobody = AccountRef {
        key: "JIRAUSER99999".to_owned(),
        username: "person99999".to_owned(),
    };
    let change = operation(&nobody, &[(custom("A"), Some("1"))]);
    let error = world.target.write(&change).await.unwrap_err();
    assert!(matches!(error, Error::Gone), "{error}");
    let fields = [custom("A")];
    let error = world.target.observe(&nobody, &fields).await.unwrap_err();
    assert!(matches!(error, Error::Gone), "{error}");
}

#[tokio::test]
async fn a_value_cannot_lead_to_another_endpoint() {
    let mut by_path = route();
    by_path.write.url = format!("{ENDPOINT}/{{key}}/{{field}}/{{value}}");
    let world = world(by_path).await;
    let before = world.jira.log().len();
    for value in ["..", "."] {
        let error = set(&world, "A", Some(value)).await.unwrap_err();
        assert_eq!(code_of(&error), "bad-value");
    }
    assert_eq!(world.jira.log().len(), before);
}

#[tokio::test]
async fn check_reads_a_property_by_the_endpoint() {
    let line = |findings: Vec<crate::target::Finding>| {
        let mut lines = findings.into_iter();
        lines
            .find(|finding| finding.name == "custom endpoint")
            .unwrap()
    };
    let ours = |world: &World| {
        let us = sim::Account::named("svc-attune", "svc@contoso.example", "Attune");
        world.jira.accounts(|all| all.add(us));
    };
    let good = world(route()).await;
    ours(&good);
    let told = line(good.target.check().await);
    assert!(told.ok, "{told:?}");
    let mut wrong = route();
    wrong.read.url = "/rest/api/2/user?key={key}nobody&x={field}".to_owned();
    let wrong = world(wrong).await;
    ours(&wrong);
    let told = line(wrong.target.check().await);
    assert!(
        !told.ok && told.message.contains("404") && !told.fix.is_empty(),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_reading_tells() {
    let world = world(route()).await;
    world
        .jira
        .inject(Fault::fail_after_write().on("PUT", ENDPOINT).times(1));
    let error = set(&world, "A", Some("1")).await.unwrap_err();
    assert!(matches!(error, Error::Unknown), "{error}");
    assert_eq!(read(&world, "A").await.unwrap().as_deref(), Some("1"));
}
