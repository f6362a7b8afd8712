//! Every request that the `okta` adapter makes is one that Okta's published description allows.
//!
//! One conversation for each thing that a source is asked for goes through Prism to the stand-in of an
//! org. Prism also holds the stand-in's answers against the description, and joins its `Link` headers
//! into one line as other proxies do.

use std::collections::BTreeSet;
use std::sync::Arc;

use attune_server::net::{Method, Outgoing, Outside, Send as _};
use attune_server::source::{Goal, Presence, Source};
use attune_sim::okta::{Group, Okta, Options};
use attune_sim::people::{People, Who};
use attune_wasm::Plugin;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::okta;
use crate::prism::{Checked, Description, Prism};
use crate::talk::{converse, people};

/// More than two of Okta's largest pages.
const PEOPLE: usize = 450;
const SALES: &str = "00gsales00000000Ss11";
const SINCE: &str = "2026-02-01T00:00:00.000Z";

struct World {
    description: Description,
    checked: Arc<Checked>,
    outside: Outside,
    org: Okta,
    plugin: &'static Plugin,
    everybody: Vec<Who>,
    _prism: Prism,
}

async fn world() -> World {
    let mut options = Options::of(People::generate(7, PEOPLE));
    let everybody: Vec<Who> = options.people.iter().collect();
    options.settings.linked = Some("boss".to_owned());
    options.settings.groups = vec![Group {
        id: SALES.to_owned(),
        name: "Sales & \"Service\"".to_owned(),
        members: everybody.iter().copied().take(230).collect(),
    }];
    let org = Okta::start(options).await.expect("loopback");
    let description = Description::of_okta();
    let prism = Prism::before(&org.url(), &description).await;
    let (outside, checked) = prism.network(&org.url());
    World {
        description,
        checked,
        outside,
        org,
        plugin: okta::plugin(),
        everybody,
        _prism: prism,
    }
}

impl World {
    fn source(&self, options: &Value) -> Source {
        okta::source(self.plugin, options, &self.org.url(), &self.outside)
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
async fn every_request_is_one_that_oktas_description_allows() {
    let world = world().await;
    everyone(&world).await;
    changes(&world).await;
    single_people(&world).await;
    groups(&world).await;
    questions_about_the_org(&world).await;

    assert_eq!(world.objections(), Vec::<String>::new());
    assert_eq!(world.org.complaints(), Vec::<String>::new());
    let exchanges = world.checked.exchanges();
    let asked: BTreeSet<&str> = exchanges
        .iter()
        .filter_map(|exchange| world.description.template(&exchange.path))
        .collect();
    assert_eq!(
        asked.into_iter().collect::<Vec<_>>(),
        [
            "/api/v1/groups",
            "/api/v1/groups/{groupId}",
            "/api/v1/groups/{groupId}/users",
            "/api/v1/meta/schemas/user/{schemaId}",
            "/api/v1/users",
            "/api/v1/users/{id}",
            "/api/v1/users/{id}/groups",
            "/api/v1/users/{userIdOrLogin}/linkedObjects/{relationshipName}",
        ]
    );
    let has = |name: &str, value: &str| {
        let mut query = exchanges.iter().flat_map(|exchange| &exchange.query);
        query.any(|(known, given)| known == name && given.contains(value))
    };
    assert!(has("after", "") && has("limit", "200") && has("fields", "profile:(login,"));
    assert!(has("search", "profile.email eq") && has("filter", "lastUpdated gt"));
    assert!(exchanges.iter().all(|exchange| exchange.method == "GET"));
    eprintln!("{} requests to Okta went through Prism", exchanges.len());
    the_checker_is_awake(&world).await;
}

async fn everyone(world: &World) {
    let wanted = ["profile.department", "profile.badgeColour", "lastLogin"];
    let wanted = [&wanted[..], &["manager.profile.displayName"]].concat();
    let talk = converse(&world.source(&json!({})), Goal::Everyone, &wanted, &[]).await;
    assert_eq!(talk.count(), PEOPLE as u64);
    let whole = ["profile", "credentials.provider.type"];
    let talk = converse(&world.source(&json!({})), Goal::Everyone, &whole, &[]).await;
    assert_eq!(talk.count(), PEOPLE as u64);
    for options in [
        json!({ "search": "profile.userType eq \"Member\" and profile.department pr" }),
        json!({ "search": "profile.displayName sw \"Zoë \\\"O'Neil\\\"\"" }),
        json!({ "filter": "status eq \"ACTIVE\" or status eq \"STAGED\"" }),
    ] {
        let source = world.source(&options);
        let talk = converse(&source, Goal::Everyone, &["profile.title"], &[]).await;
        assert!(talk.count() < PEOPLE as u64, "{options}");
    }
    let few = json!({ "filter": "profile.login eq \"nobody\"", "manager": "linked:boss" });
    converse(&world.source(&few), Goal::Everyone, &wanted, &[])
        .await
        .count();
    let linked =
        world.source(&json!({ "manager": "linked:boss", "search": "status eq \"SUSPENDED\"" }));
    let talk = converse(&linked, Goal::Everyone, &wanted, &[]).await;
    assert!(
        talk.count() > 0
            && talk
                .page
                .people
                .iter()
                .any(|person| !person.relations.is_empty())
    );
}

async fn changes(world: &World) {
    let (moved, gone) = (world.everybody[5], world.everybody[6]);
    world
        .org
        .change(moved, |people| people.set(moved, "department", "Moved"));
    world.org.deactivate(gone);
    for (options, people) in [
        (json!({}), 1),
        (json!({ "search": "profile.department eq \"moved\"" }), 1),
        (json!({ "filter": "status eq \"SUSPENDED\"" }), 1),
    ] {
        let source = world.source(&options);
        let goal = Goal::ChangesSince(SINCE.to_owned());
        let talk = converse(&source, goal, &["profile.department"], &[]).await;
        assert_eq!(talk.count(), people);
        let mark = talk.result.as_ref().unwrap().checkpoint.clone();
        assert!(mark.is_some_and(|mark| mark.as_str() > SINCE));
        assert_eq!(talk.person(&world.org.id(gone)).presence, Presence::Gone);
    }
}

async fn single_people(world: &World) {
    let ids: Vec<String> = world
        .everybody
        .iter()
        .skip(10)
        .take(45)
        .map(|who| world.org.id(*who))
        .collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let (guest, mail) = world.org.people(|all| {
        let guest = all.iter().find(|who| all.is_guest(*who)).expect("a guest");
        let mail = all.iter().find_map(|who| all.text(who, "mail"));
        (all.user_principal_name(guest), mail.expect("an address"))
    });
    let plain = world.source(&json!({}));
    let limited = world.source(&json!({ "search": "profile.userType eq \"Member\"" }));
    for names in [
        &ids[..1],
        &ids[..],
        &[guest.as_str(), mail.as_str()][..],
        &[
            "nobody@contoso.example",
            "o'neil@contoso.example",
            "me",
            "a/b",
            "..",
        ][..],
        &[
            "Jürgen Groß",
            "a b?d#e%f",
            "+49 30 1",
            "00unobody00000000000",
            "x&limit=1",
        ][..],
    ] {
        for source in [&plain, &limited] {
            let talk = converse(source, people(names), &["profile.title"], &[]).await;
            let found = talk.count() + talk.page.absent.len() as u64;
            assert_eq!(found, names.len() as u64, "{names:?}: {:?}", talk.page);
        }
    }
}

async fn groups(world: &World) {
    let plain = world.source(&json!({}));
    let limited = world.source(&json!({ "search": "profile.userType eq \"Member\"" }));
    for group in [SALES, "sales & \"service\""] {
        let talk = converse(&plain, Goal::Everyone, &["profile.title"], &[group]).await;
        assert_eq!(talk.count(), 229, "one of them was deactivated");
    }
    let talk = converse(&limited, Goal::Everyone, &["profile.title"], &[SALES]).await;
    assert!(talk.count() > 100 && talk.count() < 229);
    let some: Vec<String> = [1, 100, 300, 400]
        .map(|at| world.org.id(world.everybody[at]))
        .to_vec();
    let some: Vec<&str> = some.iter().map(String::as_str).collect();
    let talk = converse(&plain, people(&some), &["profile.title"], &[SALES]).await;
    let inside = talk
        .page
        .people
        .iter()
        .filter(|person| person.in_scope == Some(true));
    assert_eq!((talk.count(), inside.count()), (4, 2));
}

async fn questions_about_the_org(world: &World) {
    let source = world.source(&json!({ "manager": "linked:boss" }));
    let wanted = ["profile.department", "manager.profile.email"];
    let talk = converse(&source, Goal::Probe, &wanted, &[SALES]).await;
    talk.count();
    let findings = &talk.page.findings;
    assert!(findings.iter().all(|finding| finding.ok), "{findings:?}");
    assert_eq!(findings.len(), 7, "{findings:?}");
    let talk = converse(&source, Goal::Discover(5), &[], &[]).await;
    assert_eq!(talk.count(), 5);
    assert!(
        talk.page
            .attributes
            .iter()
            .any(|found| found.selector == "profile.badgeColour")
    );
    let before = world.checked.exchanges().len();
    let talk = converse(&source, Goal::Pictures(Vec::new()), &[], &[]).await;
    assert_eq!(talk.refusal().0, "unsupported");
    assert_eq!(world.checked.exchanges().len(), before);
}

/// A test that cannot fail proves nothing: these requests must be objected to.
async fn the_checker_is_awake(world: &World) {
    for wrong in [
        "/api/v1/users?limit=many",
        "/api/v1/users?$top=1",
        "/api/v1/users/x?fields=id",
        "/api/v1/groups/x/users?filter=id",
        "/api/v1/people",
        "/api/v1/users/x/y/z",
    ] {
        let before = world.objections().len();
        let request = Outgoing {
            method: Method::Get,
            url: format!("{}{wrong}", world.org.url()).parse().unwrap(),
            headers: Vec::new(),
            // Without one, Prism would object to that alone.
            credential: Some((
                "authorization".to_owned(),
                SecretString::from("SSWS 00simApiTokenNotReal"),
            )),
            body: Vec::new().into(),
            body_bytes_max: 1 << 20,
        };
        world.checked.send(request).await.unwrap();
        assert!(world.objections().len() > before, "{wrong} passed");
    }
}
