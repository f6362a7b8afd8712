//! Every request that the `keycloak` adapter makes is one that Keycloak's description allows.
//!
//! Every goal goes through Prism to the stand-in of Keycloak. Prism also holds the stand-in's answers
//! against the description.

use std::collections::BTreeSet;
use std::sync::Arc;

use attune_server::net::{Method, Outgoing, Outside, Send as _};
use attune_server::source::{Goal, Source};
use attune_sim::keycloak::{Group, Keycloak, Options};
use attune_sim::people::{People, Who};
use serde_json::{Value, json};

use crate::entra::{Talk, converse, people};
use crate::keycloak;
use crate::prism::{Checked, Description, Prism};

const PEOPLE: usize = 250;

struct World {
    description: Description,
    checked: Arc<Checked>,
    keycloak: Keycloak,
    outside: Outside,
    _prism: Prism,
}

async fn world() -> World {
    let mut options = Options::of(People::generate(1, PEOPLE));
    options.settings.groups = groups(&options.people);
    let keycloak = Keycloak::start(options).await.expect("loopback");
    let description =
        Description::of_keycloak().answering("/admin/realms/{realm}/users/{id}", "404");
    let prism = Prism::before(&keycloak.url(), &description).await;
    let (outside, checked) = prism.network(&keycloak.url());
    World {
        description,
        checked,
        keycloak,
        outside,
        _prism: prism,
    }
}

/// Two branches with a group of one name each.
fn groups(people: &People) -> Vec<Group> {
    let all: Vec<Who> = people.iter().collect();
    let named = |id: &str, name: &str, members: &[Who], children| Group {
        id: id.to_owned(),
        name: name.to_owned(),
        members: members.to_vec(),
        children,
    };
    let small = named("g-3", "R/D & Co", &all[210..220], Vec::new());
    let emea = named("g-2", "emea", &all[..210], vec![small]);
    vec![named("g-1", "sales", &[], vec![emea])]
}

impl World {
    fn source(&self, options: Value) -> Source {
        keycloak::source(options, &self.keycloak.url(), &self.outside)
    }

    async fn ask(&self, options: Value, goal: Goal, groups: &[&str]) -> Talk {
        let wanted = ["attributes.department", "manager.firstName"];
        converse(&self.source(options), goal, &wanted, groups).await
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

    fn ids(&self, number: usize) -> Vec<String> {
        self.keycloak.people(|people| {
            people
                .iter()
                .take(number)
                .map(|who| people.id(who))
                .collect()
        })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_is_one_that_the_description_allows() {
    let world = world().await;
    lists(&world).await;
    single_people(&world).await;
    questions_about_the_realm(&world).await;

    assert_eq!(world.objections(), Vec::<String>::new());
    assert_eq!(world.keycloak.complaints(), Vec::<String>::new());
    let exchanges = world.checked.exchanges();
    let asked: BTreeSet<&str> = exchanges
        .iter()
        .filter_map(|exchange| world.description.template(&exchange.path))
        .filter_map(|template| template.strip_prefix("/admin/realms/{realm}"))
        .collect();
    assert_eq!(
        asked.into_iter().collect::<Vec<_>>(),
        [
            "/groups",
            "/groups/{id}",
            "/groups/{id}/children",
            "/groups/{id}/members",
            "/users",
            "/users/count",
            "/users/profile",
            "/users/{id}",
            "/users/{id}/groups",
        ]
    );
    assert!(exchanges.iter().all(|exchange| exchange.method == "GET"));
    eprintln!(
        "{} requests to Keycloak went through Prism",
        exchanges.len()
    );
    the_checker_is_awake(&world).await;
}

async fn lists(world: &World) {
    let all = PEOPLE as u64;
    assert_eq!(world.ask(json!({}), Goal::Everyone, &[]).await.count(), all);
    let query = json!({ "query": "department:Sales \"title\":\"Head & \\\"Tail\\\" é\"" });
    assert_eq!(world.ask(query, Goal::Everyone, &[]).await.count(), 0);
    let sales = json!({ "query": "department:Sales" });
    assert!(world.ask(sales, Goal::Everyone, &[]).await.count() > 5);
    for (group, members) in [("sales", 220), ("/sales/emea", 220), ("R/D & Co", 10)] {
        assert_eq!(
            world.ask(json!({}), Goal::Everyone, &[group]).await.count(),
            members,
            "{group}"
        );
    }
}

async fn single_people(world: &World) {
    let sales = json!({ "query": "department:Sales" });
    let ids = world.ids(20);
    let mut names: Vec<&str> = ids.iter().map(String::as_str).collect();
    names.extend([
        "nobody@contoso.example",
        "a b/c?d#e%f&max=1",
        "Jürgen Groß",
        "f:x:y",
    ]);
    for (options, groups) in [
        (json!({}), &[][..]),
        (json!({}), &["/sales"][..]),
        (sales, &[][..]),
    ] {
        let talk = world.ask(options, people(&names), groups).await;
        assert_eq!((talk.count(), talk.page.absent.len()), (20, 4));
    }
    let known = ids.iter().map(|id| (id.clone(), String::new())).collect();
    let talk = world.ask(json!({}), Goal::Pictures(known), &[]).await;
    assert!(
        talk.result.is_ok() && talk.page.pictures.len() == 20,
        "{:?}",
        talk.result
    );
}

async fn questions_about_the_realm(world: &World) {
    let talk = world.ask(json!({}), Goal::Probe, &["/sales"]).await;
    assert!(talk.result.is_ok());
    assert!(
        talk.page.findings.iter().all(|finding| finding.ok),
        "{:?}",
        talk.page.findings
    );
    let talk = world.ask(json!({}), Goal::Discover(5), &[]).await;
    assert_eq!(talk.count(), 5);
    let talk = world
        .ask(json!({}), Goal::ChangesSince(String::new()), &[])
        .await;
    assert_eq!(talk.refusal().0, "unsupported");
}

/// A test that cannot fail proves nothing: these requests must be objected to.
async fn the_checker_is_awake(world: &World) {
    for wrong in [
        "/users?first=many",
        "/users?briefRepresentation=maybe",
        "/users?colour=red",
        "/people",
        "/users/x/y/z",
    ] {
        let before = world.objections().len();
        let request = Outgoing {
            method: Method::Get,
            url: format!("{}/admin/realms/contoso{wrong}", world.keycloak.url())
                .parse()
                .unwrap(),
            headers: Vec::new(),
            credential: None,
            body: Vec::new().into(),
            body_bytes_max: 1 << 20,
        };
        world.checked.send(request).await.unwrap();
        assert!(world.objections().len() > before, "{wrong} passed");
    }
}
