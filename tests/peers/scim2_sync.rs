//! People in `scim2-server`, read by the product's own provider: whole syncs, single people, groups,
//! changes, pictures, schemas.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use attune_core::plan::State;
use attune_server::clock::{Clock, TestClock};
use attune_server::net::{Options, Outside};
use attune_server::source::{Goal, Image, Source, check};
use attune_server::sync::Mode;
use attune_sim::Setup;
use attune_sim::demo::{Demo, SEED};
use attune_sim::people::{Manager, People, Who};
use attune_tests::TestApp;
use serde_json::{Value, json};

use crate::scim::{self, TOKEN, values};
use crate::scim2::{ENTERPRISE, PAGE_MAX, Paging, Scim2};
use crate::talk::{converse, people};

const PEOPLE: usize = 120;
const MAP: &str = r#"
Name       = "displayName"
Department = "\"URN:ietf:params:scim:schemas:extension:enterprise:2.0:USER\".department"
Title      = "\"urn:ietf:params:scim:schemas:core:2.0:User\".title"
City       = "addresses[type=work].locality"
Manager    = "manager.displayName"
"#;

/// Everybody of the company, in the service too; their ids there.
async fn filled(scim: &Scim2, all: &People) -> HashMap<usize, String> {
    let mut ids: HashMap<usize, String> = HashMap::new();
    for who in all.iter() {
        let user = scim.add_user(&document(all, who, &ids)).await;
        ids.insert(
            who.position(),
            user["id"].as_str().expect("an id").to_owned(),
        );
    }
    ids
}

fn document(all: &People, who: Who, ids: &HashMap<usize, String>) -> Value {
    let text = |member: &str| all.text(who, member).filter(|text| !text.is_empty());
    let mut user = json!({
        "userName": all.user_principal_name(who),
        "externalId": format!("person-{}", who.position()),
        "displayName": text("displayName"),
        "title": text("jobTitle"),
        "name": { "givenName": text("givenName"), "familyName": text("surname") },
        "photos": [{ "value": format!("https://photos.example.com/{}.jpg", who.position()),
            "type": "photo" }],
        ENTERPRISE: { "department": text("department") },
    });
    if let Some(mail) = text("mail") {
        user["emails"] = json!([{ "value": mail, "type": "work", "primary": true }]);
    }
    if let Some(city) = text("city") {
        user["addresses"] = json!([{ "locality": city, "type": "work" }]);
    }
    if let Some(id) = leader(all, who).and_then(|leader| ids.get(&leader.position())) {
        user[ENTERPRISE]["manager"] = json!({ "value": id });
    }
    user
}

fn leader(all: &People, who: Who) -> Option<Who> {
    match all.manager(who) {
        Manager::Person(leader) => Some(leader),
        Manager::Nobody | Manager::Dangling => None,
    }
}

/// A host beside a Jira with an account of everybody's, and the connector file of the service.
async fn host(scim: &Scim2, between: &str) -> TestApp {
    let world = Demo::start_with(People::generate(SEED, PEOPLE), Setup::default());
    let app = TestApp::beside(world.await.expect("loopback"))
        .await
        .expect("a host");
    std::fs::write(app.path("scim-token"), TOKEN).expect("a writable folder");
    connect(&app, scim, between);
    app
}

fn connect(app: &TestApp, scim: &Scim2, between: &str) {
    let access = app.world.access();
    let target = access
        .target("jira", &access.jira_url)
        .replace("\"userPrincipalName\"", "\"userName\"")
        .replace("source = \"mail\"", "source = \"emails[0].value\"");
    let text = format!(
        "id = \"demo\"\n[source]\nprovider = \"scim\"\noptions = {{}}\n[source.endpoint]\napi = \"{}\"\n\
         [source.credential.api]\nkind = \"bearer\"\ntoken = {{ file = \"../scim-token\" }}\n\
         {between}\n{target}\n[target.jira.map]\n{MAP}\n",
        scim.url()
    );
    app.connector(&text)
        .expect("a connector file without mistakes");
}

fn source(scim: &Scim2, token: &str) -> Source {
    let now = "2026-11-21T22:00:00Z".parse().expect("a time");
    let clock: Arc<dyn Clock> = TestClock::skipping(now);
    let outside = Outside::open(Options::default(), clock, 1).expect("an outside");
    scim::source(&scim::plugin(), &json!({}), (&scim.url(), token), &outside)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_service_is_synced_by_index_and_by_cursor_and_then_left_alone() {
    let all = People::generate(SEED, PEOPLE);
    for paging in [Paging::Index, Paging::Cursor] {
        let scim = Scim2::start(paging).await;
        let ids = filled(&scim, &all).await;
        let app = host(&scim, "").await;
        let first = app.sync(Mode::Complete).await.expect("a sync");
        assert_eq!(first.report.state, State::Applied, "{:#?}", first.report);
        assert_eq!(first.report.summary.people, PEOPLE as u64);
        let compared = everybody_has_what_the_service_says(&all, &ids, &first);
        assert!(compared > PEOPLE * 2, "{compared}");

        app.forget();
        let second = app.sync(Mode::Complete).await.expect("a sync");
        assert_eq!(second.report.state, State::Nothing);
        assert_eq!(app.world.jira.counts().requests, 0);

        // One value changes in the service, and in nobody else's account.
        let changed = first.changes.first().expect("a change").person.clone();
        scim.replace(&changed, "displayName", "Bärbel Grüßner-Łukasik")
            .await;
        let third = app.sync(Mode::Complete).await.expect("a sync");
        assert_eq!(third.of_field("Name").count(), 1);
        let mut others = third
            .changes
            .iter()
            .filter(|change| change.field != "Manager");
        assert!(others.all(|change| change.person == changed));

        // Who is deleted is no longer listed, and keeps what they have.
        scim.delete(&changed).await;
        app.forget();
        let fourth = app.sync(Mode::Complete).await.expect("a sync");
        assert_eq!(fourth.report.summary.people, PEOPLE as u64 - 1);
        assert!(fourth.changes.iter().all(|change| change.person != changed));
    }
}

/// Holds every change of a first sync against the people themselves; how many.
fn everybody_has_what_the_service_says(
    all: &People,
    ids: &HashMap<usize, String>,
    ran: &attune_tests::Ran,
) -> usize {
    let by_id: HashMap<&str, Who> = all
        .iter()
        .map(|who| (ids[&who.position()].as_str(), who))
        .collect();
    for change in &ran.changes {
        let who = by_id[change.person.as_str()];
        let expected = match change.field.as_str() {
            "Name" => all.text(who, "displayName"),
            "Department" => all.text(who, "department"),
            "Title" => all.text(who, "jobTitle"),
            "City" => all.text(who, "city"),
            _ => leader(all, who).and_then(|leader| all.text(leader, "displayName")),
        };
        let trimmed = |text: &Option<String>| text.as_deref().map(|text| text.trim().to_owned());
        let (after, expected) = (trimmed(&change.after), trimmed(&expected));
        assert_eq!(after, expected, "{} of {who:?}", change.field);
    }
    ran.changes.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn single_people_groups_and_their_scope() {
    let all = People::generate(SEED, 40);
    let scim = Scim2::start(Paging::Index).await;
    let ids = filled(&scim, &all).await;
    let id = |place: usize| ids[&place].as_str();
    let inner = scim
        .add_group("Sales EMEA", &[(id(7), "User"), (id(8), "User")])
        .await;
    scim.add_group("Sales", &[(id(1), "User"), (inner.as_str(), "Group")])
        .await;
    scim.add_group("Twins", &[(id(1), "User")]).await;
    scim.add_group("twins", &[(id(2), "User")]).await;
    let reading = source(&scim, TOKEN);
    let who = all.iter().nth(3).expect("a fourth");
    let mail = all.text(who, "mail").expect("an address");
    for name in [
        id(3).to_owned(),
        all.user_principal_name(who).to_uppercase(),
        mail.to_uppercase(),
        "person-3".to_owned(),
    ] {
        let asked = people(&[&name, "nobody@contoso.example", "nobody"]);
        let talk = converse(&reading, asked, &["displayName"], &[]).await;
        assert_eq!(talk.count(), 1, "{name}");
        let found = talk.person(id(3));
        let display = all.text(who, "displayName").expect("a name");
        assert_eq!(values(found, &["displayName"]), [format!("Text {display}")]);
        let absent: BTreeSet<&str> = talk.page.absent.iter().map(String::as_str).collect();
        assert_eq!(absent, BTreeSet::from(["nobody", "nobody@contoso.example"]));
    }

    let listed = async |group: &str| converse(&reading, Goal::Everyone, &["title"], &[group]).await;
    for group in ["Sales", "sales"] {
        let talk = listed(group).await;
        assert_eq!(
            talk.keys(),
            BTreeSet::from([id(1), id(7), id(8)]),
            "{group}"
        );
    }
    assert_eq!(listed("Twins").await.keys(), BTreeSet::from([id(1)]));
    for (group, words) in [("nobody", "no group"), ("tWINS", "several groups")] {
        let (code, message) = listed(group).await.refusal();
        assert!(
            code == "options" && message.contains(words),
            "{code}: {message}"
        );
    }
    let asked = people(&[id(7), id(20)]);
    let talk = converse(&reading, asked, &["title"], &["Sales"]).await;
    assert_eq!(talk.person(id(7)).in_scope, Some(true));
    assert_eq!(talk.person(id(20)).in_scope, Some(false));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_changed_is_listed_from_a_mark_of_the_services_own_clock() {
    let all = People::generate(SEED, PAGE_MAX * 2);
    let scim = Scim2::start(Paging::Cursor).await;
    let ids = filled(&scim, &all).await;
    let reading = source(&scim, TOKEN);
    let talk = converse(&reading, Goal::Everyone, &["title"], &[]).await;
    assert_eq!(talk.count(), PAGE_MAX as u64 * 2);
    let completion = talk.result.expect("complete");
    let mark = completion.checkpoint.expect("a mark");
    let edited = scim.replace(&ids[&5], "title", "Deep Sea Diver").await;
    let changes = |mark: &str| Goal::ChangesSince(mark.to_owned());

    // The mark lies five minutes back, so everybody comes again: replays do no harm.
    let again = converse(&reading, changes(&mark), &["title"], &[]).await;
    assert!(again.keys().contains(ids[&5].as_str()));
    assert_eq!(
        values(again.person(&ids[&5]), &["title"]),
        ["Text Deep Sea Diver"]
    );
    // From the second of that change on nobody comes who was changed before it.
    let modified = edited["meta"]["lastModified"].as_str().expect("a date");
    let second = format!("{}Z", &modified[..19]);
    let late = converse(&reading, changes(&second), &["title"], &[]).await;
    assert!(late.keys().contains(ids[&5].as_str()));
    for person in &late.page.people {
        let [since]: [String; 1] = values(person, &["meta.lastModified"])
            .try_into()
            .expect("one");
        assert!(
            since >= format!("Text {}", &modified[..19]),
            "{since} {modified}"
        );
    }
    let future = converse(&reading, changes("2099-01-01T00:00:00Z"), &["title"], &[]).await;
    assert_eq!(future.count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schemas_pictures_and_the_check() {
    let all = People::generate(SEED, 5);
    let scim = Scim2::start(Paging::Index).await;
    let ids = filled(&scim, &all).await;
    let reading = source(&scim, TOKEN);
    let talk = converse(&reading, Goal::Discover(2), &[], &[]).await;
    assert_eq!(talk.page.people.len(), 2);
    let known: BTreeSet<&str> = talk
        .page
        .attributes
        .iter()
        .map(|a| a.selector.as_str())
        .collect();
    let department = format!("\"{ENTERPRISE}\".department");
    for selector in [
        "userName",
        "name.givenName",
        "emails[type=work].value",
        "phoneNumbers[type=mobile].value",
        "manager.displayName",
        department.as_str(),
    ] {
        assert!(known.contains(selector), "{selector}: {known:?}");
        selector.parse::<attune_core::Selector>().expect(selector);
    }
    assert!(!known.iter().any(|selector| selector.contains("password")));

    let asked = vec![
        (ids[&2].clone(), String::new()),
        ("nobody".to_owned(), String::new()),
    ];
    let talk = converse(&reading, Goal::Pictures(asked), &[], &[]).await;
    let found = talk
        .page
        .pictures
        .iter()
        .find(|picture| picture.key == ids[&2]);
    let found = found.expect("a picture");
    let link = Image::Link("https://photos.example.com/2.jpg".to_owned());
    assert_eq!(found.image, link);
    let again = vec![(ids[&2].clone(), found.mark.clone())];
    let talk = converse(&reading, Goal::Pictures(again), &[], &[]).await;
    assert_eq!(talk.page.pictures[0].image, Image::Unchanged);

    let wanted = vec!["title".to_owned(), department.clone()];
    let findings = check(&reading, wanted.clone(), Vec::new()).await;
    let told: Vec<&str> = findings
        .iter()
        .map(|finding| finding.name.as_str())
        .collect();
    for name in ["configuration", "sign-in", "users", "attributes"] {
        assert!(told.contains(&name), "{told:?}");
    }
    let bad = findings
        .iter()
        .filter(|finding| !finding.ok && finding.name != "clock");
    assert_eq!(bad.count(), 0, "{findings:#?}");
    let findings = check(&source(&scim, "wrong"), wanted, Vec::new()).await;
    let sign_in = findings.iter().find(|finding| finding.name == "sign-in");
    assert!(sign_in.is_some_and(|finding| !finding.ok), "{findings:#?}");
}
