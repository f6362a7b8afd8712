//! Every request that the `entra` adapter makes is one that Microsoft's description allows.
//!
//! A whole sync and one conversation for each thing that a source is asked for go through Prism
//! to the stand-in of Graph. Prism also holds the stand-in's answers against the description.

use std::collections::BTreeSet;
use std::sync::Arc;

use attune_core::plan::State;
use attune_server::net::{Method, Outgoing, Send as _};
use attune_server::source::{Goal, Source};
use attune_server::sync::Mode;
use attune_sim::demo::Demo;
use attune_tests::TestApp;
use serde_json::{Value, json};

use crate::company::Company;
use crate::entra::{self, Place, converse, people};
use crate::prism::{Checked, Description, Prism};

/// More than Graph's largest page, so that there is a next link.
const PEOPLE: usize = 1050;
/// A directory extension, as every tenant has its own.
const EXTENSION: &str = "extension_0f4c5be2b9d84f0f8e1b8f6c0a1d2e3f_badgeColour";

/// The published description and the few documented values that it cannot say.
fn description() -> Description {
    let delta = [("query", "$deltatoken"), ("header", "Prefer")];
    let mut description = Description::of_graph()
        .also("/users/delta", "/users/microsoft.graph.delta()", &delta)
        .with("/users/delta", "$select", EXTENSION);
    for path in ["/users", "/users/{user-id}"] {
        description = description.with(path, "$expand", "manager($select=id)");
        for name in ["customSecurityAttributes", "signInActivity", EXTENSION] {
            description = description.with(path, "$select", name);
        }
    }
    description
}

struct World {
    description: Description,
    checked: Arc<Checked>,
    app: TestApp,
    company: Company,
    _prism: Prism,
}

async fn world() -> World {
    let company = Company::of(PEOPLE);
    let demo = Demo::start(PEOPLE).await.expect("loopback");
    let description = description();
    let prism = Prism::before(&demo.graph.url(), &description).await;
    let (outside, checked) = prism.network(&demo.graph.url());
    let mut app = TestApp::beside(demo).await.expect("a host");
    app.app.host.net = outside;
    World {
        description,
        checked,
        app,
        company,
        _prism: prism,
    }
}

impl World {
    fn source(&self, options: Value) -> Source {
        let access = self.app.world.access();
        let place = Place {
            api: access.graph_url.clone(),
            login: access.graph_url.clone(),
            client_id: access.client_id.clone(),
            client_secret: access.client_secret.clone(),
        };
        let plugin = self.app.app.host.plugins.plugin("entra").expect("bundled");
        entra::source(&plugin, options, &place, &self.app.app.host.net)
    }

    fn filtered(&self, filter: &str) -> Source {
        self.source(json!({ "filter": filter }))
    }

    /// What Prism and the description have against the requests so far.
    fn objections(&self) -> Vec<String> {
        let mut objections = Vec::new();
        for exchange in self.checked.exchanges() {
            let about = format!("{} {} {:?}", exchange.method, exchange.path, exchange.query);
            let words = exchange.violation.iter().cloned();
            let words = words.chain(self.description.undeclared(&exchange));
            objections.extend(words.map(|words| format!("{about} ({}): {words}", exchange.status)));
        }
        objections
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_is_one_that_the_description_allows() {
    let world = world().await;
    a_whole_sync(&world).await;
    everyone(&world).await;
    single_people(&world).await;
    groups(&world).await;
    changes(&world).await;
    questions_about_the_directory(&world).await;

    assert_eq!(world.objections(), Vec::<String>::new());
    assert_eq!(world.app.world.complaints(), Vec::<String>::new());
    let exchanges = world.checked.exchanges();
    let asked: BTreeSet<&str> = exchanges
        .iter()
        .filter_map(|exchange| world.description.template(&exchange.path))
        .collect();
    assert_eq!(
        asked.into_iter().collect::<Vec<_>>(),
        [
            "/groups",
            "/groups/{group-id}/transitiveMembers/microsoft.graph.user",
            "/users",
            "/users/delta",
            "/users/{user-id}",
            "/users/{user-id}/transitiveMemberOf/microsoft.graph.group",
        ]
    );
    let has = |name: &str, value: &str| {
        let mut query = exchanges.iter().flat_map(|exchange| &exchange.query);
        query.any(|(known, given)| known == name && given.contains(value))
    };
    assert!(has("$skiptoken", "") && has("$count", "true") && has("$top", "999"));
    assert!(has("$expand", "manager") && has("$filter", " in (") && has("$select", EXTENSION));
    assert!(exchanges.iter().all(|exchange| exchange.method == "GET"));
    eprintln!("{} requests to Graph went through Prism", exchanges.len());
    the_checker_is_awake(&world).await;
}

async fn a_whole_sync(world: &World) {
    let text = world.app.connector_text("", attune_tests::MAPPING);
    world.app.connector(&text).unwrap();
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        ran.report.state,
        State::Applied,
        "{:#?}",
        world.objections()
    );
    assert!(ran.of_field("Manager").count() > PEOPLE / 2);
    let who = world.company.listed().nth(20).expect("somebody");
    let user = world.company.people.user_principal_name(who);
    world.app.plan(Mode::User(user)).await.unwrap();
    let loaded = world.app.loaded("demo").unwrap();
    let lines = attune_server::sync::check(&world.app.app.host, &loaded)
        .await
        .unwrap();
    assert!(lines.iter().all(|line| line.ok), "{lines:#?}");
}

async fn everyone(world: &World) {
    let wanted = [
        "displayName",
        "onPremisesExtensionAttributes.extensionAttribute1",
        EXTENSION,
    ];
    let wanted = [&wanted[..], &["manager.displayName", "businessPhones[0]"]].concat();
    let talk = converse(&world.source(json!({})), Goal::Everyone, &wanted, &[]).await;
    assert_eq!(talk.count(), PEOPLE as u64);

    // Plain, advanced, and with a quote and an umlaut in it.
    for filter in [
        "accountEnabled eq true",
        "department ne 'Sales'",
        "not(userType eq 'Guest') and endsWith(mail,'@contoso.example')",
        "displayName eq 'Zoë O''Neil'",
    ] {
        let talk = converse(&world.filtered(filter), Goal::Everyone, &["mail"], &[]).await;
        assert!(talk.count() < PEOPLE as u64, "{filter}");
    }
    let guarded = [
        "customSecurityAttributes.Engineering",
        "signInActivity.lastSignInDateTime",
    ];
    let few = world.filtered("startsWith(displayName,'Zo')");
    converse(&few, Goal::Everyone, &guarded, &[]).await.count();
    // Members that only a single user has: a list of ids, then everybody by themselves.
    let talk = converse(&few, Goal::Everyone, &["aboutMe", "manager.mail"], &[]).await;
    let (people, count) = (&world.company.people, talk.count());
    let zo = people
        .iter()
        .filter(|who| world.company.name(*who).starts_with("Zo"))
        .count();
    assert!(count > 0 && count == zo as u64, "{count} of {zo}");
}

async fn single_people(world: &World) {
    let people_of = &world.company.people;
    let ids: Vec<String> = people_of
        .iter()
        .take(40)
        .map(|who| people_of.id(who))
        .collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let guest = people_of
        .iter()
        .find(|who| people_of.is_guest(*who))
        .expect("a guest");
    let guest = people_of.user_principal_name(guest);
    let with_mail = people_of.iter().find_map(|who| people_of.text(who, "mail"));
    let mail = with_mail.expect("an address");
    let wanted = ["displayName", "manager.displayName"];
    let plain = world.source(json!({}));
    let limited = world.filtered("department ne 'Sales'");
    let nobody = "00000000-0000-4000-8000-00000000dead";
    for names in [
        &ids[..1],
        &ids[..],
        &[guest.as_str(), mail.as_str()][..],
        &[
            "nobody@contoso.example",
            "o'neil@contoso.example",
            "$odd@contoso.example",
        ][..],
        &[
            "Jürgen Groß",
            "a b/c?d#e%f",
            "+49 30 1",
            nobody,
            "x&$top=1000",
        ][..],
    ] {
        for source in [&plain, &limited] {
            let talk = converse(source, people(names), &wanted, &[]).await;
            let found = talk.count() + talk.page.absent.len() as u64;
            assert_eq!(found, names.len() as u64, "{names:?}: {:?}", talk.page);
        }
    }
    let talk = converse(&plain, people(&ids[..3]), &["aboutMe"], &[]).await;
    assert_eq!(talk.count(), 3);
}

async fn groups(world: &World) {
    let company = &world.company;
    let plain = world.source(json!({}));
    let enabled = world.filtered("accountEnabled eq true");
    let by_id = "d7797254-3084-44d0-99c9-a3b5ab149538";
    for group in ["Sales", by_id] {
        let talk = converse(&plain, Goal::Everyone, &["displayName"], &[group]).await;
        assert!(talk.count() > 10, "{group}");
        converse(&enabled, Goal::Everyone, &["displayName"], &[group])
            .await
            .count();
    }
    let both = ["Sales", "jira-users"];
    let talk = converse(
        &plain,
        Goal::Everyone,
        &["displayName", "manager.mail"],
        &both,
    )
    .await;
    let members = company
        .people
        .iter()
        .filter(|who| !company.people.is_guest(*who))
        .count();
    assert_eq!(talk.count(), members as u64);
    let some: Vec<String> = company
        .people
        .iter()
        .take(20)
        .map(|who| company.people.id(who))
        .collect();
    let some: Vec<&str> = some.iter().map(String::as_str).collect();
    for source in [&plain, &enabled] {
        let talk = converse(source, people(&some), &["mail"], &["Sales"]).await;
        assert_eq!(talk.count(), 20);
        assert!(
            talk.page
                .people
                .iter()
                .any(|person| person.in_scope == Some(false))
        );
    }
}

async fn changes(world: &World) {
    let wanted = ["department", "manager.mail", EXTENSION];
    let filter = "accountEnabled eq true";
    for (source, groups) in [
        (world.source(json!({})), &[][..]),
        (world.filtered(filter), &[]),
        (world.source(json!({})), &["Sales"]),
    ] {
        let talk = converse(&source, Goal::Everyone, &wanted, groups).await;
        let mark = talk.result.unwrap().checkpoint.expect("a mark");
        let [one, other, gone] = [30, 31, 32].map(|place| world.app.who(place));
        world.app.set(one, "department", "Elsewhere");
        world.app.world.graph.people(|people| {
            people.set_manager(other, attune_sim::people::Manager::Person(one));
            people.remove(gone);
        });
        let talk = converse(&source, Goal::ChangesSince(mark), &wanted, groups).await;
        assert_eq!(talk.count(), 2);
        assert_eq!(talk.keys().len(), 3);
        assert!(talk.result.unwrap().checkpoint.is_some());
    }
}

async fn questions_about_the_directory(world: &World) {
    let source = world.filtered("userType eq 'Member'");
    let talk = converse(
        &source,
        Goal::Probe,
        &["department", "manager.mail"],
        &["Sales"],
    )
    .await;
    talk.count();
    assert!(
        talk.page.findings.iter().all(|finding| finding.ok),
        "{:?}",
        talk.page.findings
    );
    let talk = converse(&source, Goal::Discover(5), &[], &[]).await;
    assert_eq!(talk.count(), 5);
    let before = world.checked.exchanges().len();
    let talk = converse(&source, Goal::Pictures(Vec::new()), &[], &[]).await;
    assert_eq!(talk.page.pictures.len(), 0);
    let talk = converse(&source, Goal::ChangesSince(String::new()), &[], &[]).await;
    assert_eq!(talk.refusal().0, "paging-lost");
    assert_eq!(world.checked.exchanges().len(), before);
}

/// A test that cannot fail proves nothing: these requests must be objected to.
async fn the_checker_is_awake(world: &World) {
    let api = format!("{}/v1.0", world.app.world.access().graph_url);
    for wrong in [
        "/users?$top=many",
        "/users?$select=id,shoeSize",
        "/users?$expand=manager($select=mail)",
        "/users?$where=1",
        "/people",
        "/users/x/y/z",
    ] {
        let before = world.objections().len();
        let request = Outgoing {
            method: Method::Get,
            url: format!("{api}{wrong}").parse().unwrap(),
            headers: Vec::new(),
            credential: None,
            body: Vec::new().into(),
            body_bytes_max: 1 << 20,
        };
        world.checked.send(request).await.unwrap();
        assert!(world.objections().len() > before, "{wrong} passed");
    }
}
