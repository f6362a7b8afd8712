//! Answers that Google really gave, read by the real component, whole and cut.
//!
//! The table names each file of the folder; one that is not in it fails the test, so that none is
//! passed over.

use std::sync::Arc;

use attune_server::clock::{Clock, TestClock};
use attune_server::net::{Outgoing, Outside, Response, Script};
use attune_server::source::Goal;
use serde_json::{Value, json};

use crate::entra::{Talk, converse, people, values};
use crate::google;
use crate::peer;

/// What a body is a page of.
#[derive(Debug, Clone, Copy, PartialEq)]
enum As {
    Users,
    User,
    Groups,
    Members,
}

/// Each file, what it is, and how many people complete a conversation in which it is the answer
/// and everything behind it is empty.
const RECORDED: [(&str, As, u64); 9] = [
    ("02-recorded-groups-page", As::Groups, 0),
    ("04-walk-users-1", As::Users, 1),
    ("06-walk-users-3", As::Users, 1),
    ("08-walk-groups-2", As::Groups, 0),
    ("10-walk-groups-4", As::Groups, 0),
    ("12-walk-members-2", As::Members, 1),
    ("14-walk-members-4", As::Members, 0),
    ("16-user-updated-aliases", As::User, 1),
    ("18-users-organizations-photo-url", As::Users, 2),
];

fn body(name: &str) -> String {
    let path = peer::reference(&format!("examples/google/{name}.json"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A directory that answers the first request for each kind of list with these bodies, in their
/// order, and then with empty pages.
struct World {
    script: Script,
    outside: Outside,
}

impl World {
    fn of(answers: Vec<(As, String)>) -> Self {
        let waiting = std::sync::Mutex::new(answers);
        let script = Script::new(move |request| {
            let mut waiting = waiting.lock().expect("nobody panicked");
            let (status, text) = answer(request, &mut waiting);
            Ok(Response::new(status, text).with_header("content-type", "application/json"))
        });
        let clock = TestClock::skipping("2026-11-21T22:00:00Z".parse().expect("a time"));
        let clock: Arc<dyn Clock> = clock;
        let outside = Outside::with_send(Arc::new(script.clone()), clock, 1);
        Self { script, outside }
    }

    async fn ask(&self, goal: Goal, wanted: &[&str], groups: &[&str]) -> Talk {
        let options = json!({ "domain": "sgnldemos.com" });
        let options = match goal {
            Goal::People(_) => json!({}),
            _ => options,
        };
        let source = google::source(google::plugin(), &options, None, &self.outside);
        converse(&source, goal, wanted, groups).await
    }

    /// The last value of a query parameter in requests whose path ends like this.
    fn parameter(&self, path: &str, name: &str) -> Option<String> {
        let requests = self.script.seen();
        let mut of_path = requests.iter().rev();
        let request = of_path.find(|request| request.url.path().ends_with(path))?;
        let mut pairs = request.url.query_pairs();
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}

fn answer(request: &Outgoing, waiting: &mut Vec<(As, String)>) -> (u16, String) {
    let path = request.url.path();
    if path.ends_with("/token") {
        let token = json!({ "access_token": "t", "expires_in": 3599 });
        return (200, token.to_string());
    }
    let (kind, list) = match path.rsplit('/').next() {
        Some("users") => (As::Users, "users"),
        Some("groups") => (As::Groups, "groups"),
        Some("members") => (As::Members, "members"),
        _ => (As::User, ""),
    };
    if let Some(at) = waiting.iter().position(|(of, _)| *of == kind) {
        return (200, waiting.remove(at).1);
    }
    if kind == As::User {
        let error = json!({ "error": { "code": 404, "errors": [{ "reason": "notFound" }] } });
        return (404, error.to_string());
    }
    let empty = json!({ "kind": format!("admin#directory#{list}") });
    (200, empty.to_string())
}

/// The conversation in which this body is an answer.
async fn played(given: String, role: As) -> Talk {
    let named = json!({
        "kind": "admin#directory#groups",
        "groups": [{ "id": "048pi1tg0qf1f8g", "name": "Group 2" }],
    });
    match role {
        As::Users => {
            let world = World::of(vec![(role, given)]);
            world.ask(Goal::Everyone, &["name.fullName"], &[]).await
        }
        As::User => {
            let world = World::of(vec![(role, given)]);
            world
                .ask(people(&["test@domain.io"]), &["name.fullName"], &[])
                .await
        }
        As::Groups => {
            let world = World::of(vec![(role, given)]);
            world.ask(Goal::Everyone, &[], &["No such group"]).await
        }
        As::Members => {
            let world = World::of(vec![
                (As::Groups, named.to_string()),
                (role, given),
                (As::Users, body("04-walk-users-1")),
            ]);
            world.ask(Goal::Everyone, &[], &["Group 2"]).await
        }
    }
}

#[test]
fn every_file_of_the_folder_is_in_the_table() {
    let folder = std::fs::read_dir(peer::reference("examples/google")).expect("recorded bodies");
    let mut files: Vec<String> = folder
        .filter_map(|file| file.expect("a file").file_name().into_string().ok())
        .filter(|name| !name.ends_with(".meta.json"))
        .collect();
    files.sort();
    let known: Vec<String> = RECORDED
        .iter()
        .map(|(name, ..)| format!("{name}.json"))
        .collect();
    assert_eq!(files, known);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recorded_walk_over_users_is_followed_to_its_end() {
    let pages = ["04-walk-users-1", "06-walk-users-3"].map(body);
    let first: Value = serde_json::from_str(&pages[0]).expect("JSON");
    let world = World::of(pages.map(|page| (As::Users, page)).to_vec());
    let wanted = [
        "name.fullName",
        "languages[0].languageCode",
        "emails[primary=true].address",
        "emails[type=work].address",
        "orgUnitPath",
        "suspended",
        "organizations[primary=true].department",
    ];
    let talk = world.ask(Goal::Everyone, &wanted, &[]).await;
    assert_eq!(talk.count(), 2);
    assert_eq!(
        world.parameter("/users", "pageToken").as_deref(),
        first["nextPageToken"].as_str(),
        "letter by letter"
    );
    let one = talk.person("USER987654321");
    assert_eq!(
        one.names,
        [
            "user1@sgnldemos.com",
            "user1@sgnldemos.com.test-google-a.com"
        ]
    );
    assert_eq!(
        values(one, &wanted),
        [
            "Text user1 user1",
            "Text en",
            "Text user1@sgnldemos.com",
            "Absent",
            "Text /",
            "Boolean false",
            "Absent"
        ]
    );
    let other = talk.person("114211199695002816249");
    assert_eq!(
        values(other, &wanted)[3..5],
        ["Text sgnl-demos@example.com", "Text /serviceAccounts"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn organizations_and_aliases_are_read() {
    let page = body("18-users-organizations-photo-url");
    let world = World::of(vec![(As::Users, page)]);
    let wanted = [
        "organizations[primary=true].department",
        "organizations[primary=true].title",
        "thumbnailPhotoEtag",
    ];
    let talk = world.ask(Goal::Everyone, &wanted, &[]).await;
    assert_eq!(talk.count(), 2);
    assert_eq!(
        values(talk.person("user-1"), &wanted),
        [
            "Text Management",
            "Text Chief Executive Officer",
            "Text photo-etag-1"
        ]
    );
    let homer = values(talk.person("user-2"), &wanted);
    assert_eq!(homer, ["Absent", "Absent", "Text photo-etag-2"]);

    let world = World::of(vec![(As::User, body("16-user-updated-aliases"))]);
    let wanted = ["recoveryPhone", "recoveryEmail", "isAdmin"];
    let talk = world.ask(people(&["test@domain.io"]), &wanted, &[]).await;
    assert_eq!(talk.count(), 1);
    let person = talk.person("113493660192005193453");
    assert_eq!(
        person.names,
        [
            "test@domain.io",
            "user999@domain.io",
            "user999@domain.io.test-google-a.com"
        ]
    );
    assert_eq!(
        values(person, &wanted),
        ["Text +9196648855", "Text ", "Boolean true"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_is_found_in_recorded_pages_and_its_members_take_part() {
    for page in ["02-recorded-groups-page", "08-walk-groups-2"] {
        // A full page of groups leads to an empty one.
        let groups = [page, "10-walk-groups-4"].map(|name| (As::Groups, body(name)));
        let members = ["12-walk-members-2", "14-walk-members-4"];
        let users = ["04-walk-users-1", "06-walk-users-3"];
        let world = World::of(
            groups
                .into_iter()
                .chain(members.map(|name| (As::Members, body(name))))
                .chain(users.map(|name| (As::Users, body(name))))
                .collect(),
        );
        let talk = world
            .ask(Goal::Everyone, &["name.fullName"], &["Group2"])
            .await;
        assert_eq!(talk.count(), 1, "{page}");
        talk.person("USER987654321");
        let token = |name: &str| {
            let page: Value = serde_json::from_str(&body(name)).expect("JSON");
            page["nextPageToken"].as_str().map(str::to_owned)
        };
        for (path, name) in [
            ("/groups", page),
            ("/048pi1tg0qf1f8g/members", members[0]),
            ("/users", users[0]),
        ] {
            assert_eq!(world.parameter(path, "pageToken"), token(name), "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_recorded_answer_goes_through_and_none_that_is_cut_does() {
    for (name, role, count) in RECORDED {
        let whole = body(name);
        let talk = played(whole.clone(), role).await;
        match role {
            // Every group of the pages has another name.
            As::Groups => assert_eq!(talk.refusal().0, "options", "{name}"),
            As::Users | As::User | As::Members => assert_eq!(talk.count(), count, "{name}"),
        }
        let length = whole.trim_ascii_end().len();
        let places = (0..length).step_by(length / 12 + 1);
        for end in places.chain(length - 2..length) {
            let talk = played(whole[..end].to_owned(), role).await;
            let (code, _) = talk.refusal();
            assert_eq!(code, "bad-answer", "{name}, {end} of {length} bytes");
        }
    }
}
