//! Every request that the `google` adapter makes is one that Google's own description allows.
//!
//! One conversation for each thing that a source is asked for, with the stand-in of the Directory
//! API; then each request is held against the discovery document: path, parameters, their values,
//! the members that `fields` names, and the scopes that the method takes.

use std::collections::BTreeSet;
use std::sync::Arc;

use attune_server::clock::{Clock, SystemClock};
use attune_server::net::{Options, Outside};
use attune_server::source::{Goal, Image};
use attune_sim::Setup;
use attune_sim::google::{GROUPS, Google, Group, Member, Photo, SCHEMAS, Settings, USERS};
use attune_sim::log::Record;
use attune_sim::people::{People, Who};
use attune_wasm::Plugin;
use serde_json::{Value, json};

use crate::entra::{Talk, converse, people};
use crate::google;
use crate::peer;

const PEOPLE: usize = 700;
/// Bytes that need every odd letter.
const PICTURE: [u8; 4] = [0xfb, 0xff, 0xbf, 0x00];

/// Google's description of the methods.
struct Description(Value);

impl Description {
    fn read() -> Self {
        let path = peer::reference("specs/google-admin-directory_v1-users.discovery.json");
        let text = std::fs::read_to_string(path).expect("the published description");
        Self(serde_json::from_str(&text).expect("JSON"))
    }

    /// All methods, those of nested resources too.
    fn methods(&self) -> Vec<&Value> {
        fn collect<'a>(of: &'a Value, out: &mut Vec<&'a Value>) {
            let members = |name: &str| of[name].as_object().into_iter().flatten();
            out.extend(members("methods").map(|(_, method)| method));
            for (_, resource) in members("resources") {
                collect(resource, out);
            }
        }
        let mut methods = Vec::new();
        collect(&self.0, &mut methods);
        assert!(methods.len() > 10);
        methods
    }

    fn method_of(&self, record: &Record) -> Option<&Value> {
        let path: Vec<&str> = record.path.trim_start_matches('/').split('/').collect();
        self.methods().into_iter().find(|method| {
            let template = method["flatPath"].as_str().or(method["path"].as_str());
            let template: Vec<&str> = template.unwrap_or_default().split('/').collect();
            let fits = |(part, given): (&&str, &&str)| part.starts_with('{') || part == given;
            method["httpMethod"] == record.method.as_str()
                && template.len() == path.len()
                && template.iter().zip(&path).all(fits)
        })
    }

    /// What the description has against a request.
    fn objections(&self, record: &Record) -> Vec<String> {
        let Some(method) = self.method_of(record) else {
            return vec![format!("no method is {} {}", record.method, record.path)];
        };
        let mut words = Vec::new();
        for (name, value) in url::form_urlencoded::parse(record.query.as_bytes()) {
            if name == "fields" {
                let answer = method["response"]["$ref"].as_str().unwrap_or_default();
                words.extend(self.unknown_fields(&value, answer));
                continue;
            }
            let known = &method["parameters"][&*name];
            let is_listed = known["enum"]
                .as_array()
                .is_none_or(|words| words.contains(&json!(&*value)));
            let most = known["maximum"]
                .as_str()
                .and_then(|most| most.parse::<u64>().ok());
            let is_in_range = most.is_none_or(|most| value.parse::<u64>().is_ok_and(|n| n <= most));
            if known["location"] != "query" || !is_listed || !is_in_range {
                words.push(format!("{name}={value}"));
            }
        }
        let scope = match method["id"].as_str().unwrap_or_default() {
            id if id.contains(".users.") => USERS,
            id if id.contains(".schemas.") => SCHEMAS,
            _ => GROUPS,
        };
        let scopes = method["scopes"].as_array();
        if !scopes.is_some_and(|scopes| scopes.contains(&json!(scope))) {
            words.push(format!("{scope} is no scope of it"));
        }
        words
    }

    /// Names of a partial response that the schema does not have.
    fn unknown_fields(&self, fields: &str, schema: &str) -> Vec<String> {
        let properties = &self.0["schemas"][schema]["properties"];
        let (top, inside) = match fields.split_once('(') {
            Some((before, inside)) => (before, inside.trim_end_matches(')')),
            None => (fields, ""),
        };
        let mut unknown: Vec<String> = top
            .split(',')
            .filter(|name| properties.get(name).is_none())
            .map(|name| format!("{schema}.{name}"))
            .collect();
        if !inside.is_empty() {
            let list = top.rsplit(',').next().unwrap_or_default();
            let of = properties[list]["items"]["$ref"]
                .as_str()
                .unwrap_or_default();
            unknown.extend(self.unknown_fields(inside, of));
        }
        unknown
    }
}

struct World {
    google: Google,
    outside: Outside,
    plugin: &'static Plugin,
    users: Vec<Who>,
}

async fn world() -> World {
    let mut directory = People::generate(7, PEOPLE);
    let users: Vec<Who> = directory
        .iter()
        .filter(|who| !directory.is_guest(*who))
        .collect();
    directory.set(users[1], "department", "Night Shift");
    let group = |id: &str, name: &str, members: Vec<Member>| Group {
        id: id.to_owned(),
        email: format!("{id}@contoso.example"),
        name: name.to_owned(),
        members,
    };
    let few = users[..3].iter().copied().map(Member::User).collect();
    let many: Vec<Member> = users[..400].iter().copied().map(Member::User).collect();
    let photo = Photo {
        etag: "\"new\"".to_owned(),
        media_type: "JPEG".to_owned(),
        bytes: PICTURE.to_vec(),
    };
    let settings = Settings {
        groups: vec![group("g1", "R&D 'Europe'", few), group("g2", "Many", many)],
        photos: users[..2].iter().map(|who| (*who, photo.clone())).collect(),
        ..Settings::default()
    };
    let google = Google::start(Setup::default(), directory, settings)
        .await
        .expect("loopback");
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let outside = Outside::open(Options::default(), clock, 1).expect("the network");
    World {
        google,
        outside,
        plugin: google::plugin(),
        users,
    }
}

impl World {
    async fn ask(&self, options: Value, goal: Goal, groups: &[&str]) -> Talk {
        let url = self.google.url();
        let source = google::source(self.plugin, &options, Some(&url), &self.outside);
        let wanted = [
            "organizations[primary=true].department",
            "customSchemas.Work.costCentre",
            "manager.name.fullName",
        ];
        converse(&source, goal, &wanted, groups).await
    }

    fn of_class(&self, class: &str) -> u64 {
        self.google.counts().class(class)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_is_one_that_the_description_allows() {
    let world = world().await;
    let id = |n: usize| world.google.id(world.users[n]);
    let everybody = world.users.len() as u64;
    let talk = world.ask(json!({}), Goal::Everyone, &[]).await;
    assert_eq!(talk.count(), everybody);
    let talk = world
        .ask(
            json!({ "domain": "contoso.example" }),
            Goal::Everyone,
            &["R&D 'Europe'"],
        )
        .await;
    assert_eq!(talk.count(), 3);
    let talk = world
        .ask(json!({}), Goal::Everyone, &["g2@contoso.example"])
        .await;
    assert_eq!(talk.count(), 400);
    let query = json!({ "query": "orgUnitPath='/Night Shift'" });
    let names = [id(1), id(2), "stranger@elsewhere.example".to_owned()];
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let talk = world.ask(query, people(&names), &[]).await;
    assert_eq!(talk.count(), 2);
    assert_eq!(talk.person(&id(1)).in_scope, Some(true));
    assert_eq!(talk.person(&id(2)).in_scope, Some(false));
    assert_eq!(talk.page.absent, ["stranger@elsewhere.example"]);
    let talk = world.ask(json!({}), Goal::Probe, &["g1"]).await;
    let bad: Vec<_> = talk.page.findings.iter().filter(|line| !line.ok).collect();
    assert!(bad.is_empty() && !talk.page.findings.is_empty(), "{bad:?}");
    let talk = world.ask(json!({}), Goal::Discover(3), &[]).await;
    assert_eq!(talk.count(), 3);
    let has = |selector: &str| {
        talk.page
            .attributes
            .iter()
            .any(|one| one.selector == selector)
    };
    assert!(has("customSchemas.Work.costCentre") && has("customSchemas.Work.desks[0].value"));
    let known = vec![(id(0), String::new())];
    world
        .ask(json!({}), Goal::Pictures(known), &[])
        .await
        .count();

    let description = Description::read();
    let mut met = BTreeSet::new();
    for record in world.google.log() {
        if record.class == "token" {
            continue;
        }
        let objections = description.objections(&record);
        assert!(
            objections.is_empty(),
            "{}?{}: {objections:?}",
            record.path,
            record.query
        );
        let method = description.method_of(&record).expect("a method");
        met.insert(method["id"].as_str().unwrap_or_default().to_owned());
    }
    let all = [
        "directory.groups.get",
        "directory.groups.list",
        "directory.members.list",
        "directory.schemas.list",
        "directory.users.get",
        "directory.users.list",
        "directory.users.photos.get",
    ];
    assert_eq!(met, BTreeSet::from(all.map(str::to_owned)));
    assert_eq!(world.google.complaints(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_are_fetched_where_the_mark_is_another_one() {
    let world = world().await;
    let id = |n: usize| world.google.id(world.users[n]);
    let nobody = "199999999999999999999".to_owned();
    let known = vec![
        (id(0), "\"new\"".to_owned()),
        (id(1), "\"old\"".to_owned()),
        (id(2), "\"old\"".to_owned()),
        (nobody.clone(), String::new()),
    ];
    let talk = world.ask(json!({}), Goal::Pictures(known), &[]).await;
    assert_eq!(talk.count(), 0);
    let image = |key: &str| {
        let mut found = talk.page.pictures.iter().filter(|one| one.key == key);
        found
            .next()
            .unwrap_or_else(|| panic!("no picture of {key}"))
    };
    assert_eq!(image(&id(0)).image, Image::Unchanged);
    assert_eq!(image(&id(2)).image, Image::Missing);
    let new = image(&id(1));
    assert_eq!(new.image, Image::Bytes(PICTURE.to_vec().into()));
    assert_eq!(
        (new.mark.as_str(), new.media_type.as_str()),
        ("\"new\"", "image/jpeg")
    );
    assert_eq!(talk.page.absent, [nobody]);
    // One for the new picture, one for whom Google says that there is none.
    assert_eq!(world.of_class("photos.get"), 1);
    assert_eq!(world.of_class("users.get"), 3);
}

#[test]
fn the_description_objects_to_what_it_does_not_have() {
    let description = Description::read();
    let record = |path: &str, query: &str| Record {
        sequence: 1,
        method: "GET".to_owned(),
        path: format!("/admin/directory/v1/{path}"),
        query: query.to_owned(),
        headers: Vec::new(),
        body: String::new(),
        class: "users.list",
        status: 200,
        is_applied: false,
        fault: None,
    };
    for (path, query, words) in [
        ("people", "", "no method"),
        ("users", "top=5", "top=5"),
        ("users", "maxResults=501", "maxResults=501"),
        ("users", "projection=all", "projection=all"),
        ("users", "fields=people", "Users.people"),
        ("users", "fields=users(id,badge)", "User.badge"),
    ] {
        let objections = description.objections(&record(path, query));
        assert!(
            objections.iter().any(|said| said.contains(words)),
            "{objections:?}"
        );
    }
    let good = record(
        "users",
        "customer=my_customer&maxResults=500&fields=kind,users(id,name)",
    );
    assert_eq!(description.objections(&good), Vec::<String>::new());
}
