//! The ldap component against a real OpenLDAP server, through the service's own source and network.
//!
//! Two thousand invented people: managers by DN, umlauts, pictures, a missing mail address here and
//! there. Deliberately not here: mapping and targets; whole runs are tested elsewhere.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail the test"
)]

#[path = "directory/slapd.rs"]
mod slapd;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use attune_server::clock::SystemClock;
use attune_server::net::{Credential, Options, Outside};
use attune_server::source::{
    Ask, Completion, Document, Endpoint, Error, Goal, Page, Person, Source, SourceSpec, Wasm, check,
};
use attune_wasm::Plugin;
use secrecy::SecretString;
use serde_json::{Value, json};
use slapd::{PEOPLE, READER, SHORT_READER, Slapd, name, uid};

const WANTED: [&str; 4] = [
    "displayName",
    "departmentNumber",
    "manager.mail",
    "jpegPhoto",
];

/// A source that reads this directory as that account.
fn source(directory: &Slapd, dn: &str, options: &Value) -> Source {
    let credential = Credential::LdapBind {
        dn: dn.to_owned(),
        password: SecretString::from("secret"),
    };
    let endpoint = Endpoint {
        url: directory.url(),
        ca_file: None,
    };
    let spec = SourceSpec {
        connector: "directory".to_owned(),
        adapter: Arc::new(Wasm::open(plugin(), options).unwrap()),
        endpoints: BTreeMap::from([("directory".to_owned(), endpoint)]),
        credentials: BTreeMap::from([("bind".to_owned(), credential)]),
        allow_http: false,
        start_tls: false,
        allow_plain: true,
    };
    let outside = Outside::open(Options::default(), Arc::new(SystemClock::new()), 1).unwrap();
    Source::open(spec, &outside).unwrap()
}

/// Compiled once for all tests.
fn plugin() -> &'static Plugin {
    static PLUGIN: OnceLock<Plugin> = OnceLock::new();
    PLUGIN.get_or_init(|| {
        let bundled = attune_bundled::find("ldap").expect("ldap is bundled");
        let engine = attune_wasm::Engine::new(attune_wasm::Options::default()).unwrap();
        engine.load(bundled.wasm).unwrap()
    })
}

fn paged() -> Value {
    json!({ "base": slapd::BASE, "page-size": 150 })
}

async fn asked(source: &Source, goal: Goal) -> (Result<Completion, Error>, Vec<Page>) {
    let ask = Ask {
        goal,
        wanted: WANTED.map(str::to_owned).to_vec(),
        groups: Vec::new(),
    };
    let (sender, mut receiver) = tokio::sync::mpsc::channel(4);
    let collect = async {
        let mut pages = Vec::new();
        while let Some(page) = receiver.recv().await {
            pages.push(page);
        }
        pages
    };
    tokio::join!(source.converse(ask, sender), collect)
}

fn texts(person: &Person, attribute: &str) -> Vec<String> {
    let Document::Ldap(entry) = &person.document else {
        panic!("a directory's entry");
    };
    let found = entry.attributes.iter().find(|(name, _)| name == attribute);
    let values = found
        .map(|(_, values)| values.as_slice())
        .unwrap_or_default();
    let text = |value: &Vec<u8>| String::from_utf8_lossy(value).into_owned();
    values.iter().map(text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_people_come_page_by_page() {
    let directory = Slapd::start();
    let source = source(&directory, READER, &paged());
    let (completion, pages) = asked(&source, Goal::Everyone).await;
    let completion = completion.unwrap();
    assert_eq!((completion.count, completion.requests), (PEOPLE as u64, 14));
    assert!(pages.iter().all(|page| page.refused.is_empty()));
    let people: Vec<&Person> = pages.iter().flat_map(|page| &page.people).collect();
    let keys: BTreeSet<&str> = people.iter().map(|person| person.key.as_str()).collect();
    assert_eq!(keys.len(), PEOPLE);
    assert!(keys.iter().all(|key| key.len() == 36), "entryUUID");

    // Every manager is one of the people, under one of their names.
    let names: BTreeSet<String> = people
        .iter()
        .flat_map(|person| &person.names)
        .map(|name| name.to_lowercase())
        .collect();
    let managers: Vec<&str> = people
        .iter()
        .flat_map(|person| &person.relations)
        .map(|relation| relation.name.as_str())
        .collect();
    assert_eq!(managers.len(), PEOPLE - 1);
    for manager in managers {
        assert!(names.contains(&manager.to_lowercase()), "{manager}");
    }

    let third = people.iter().find(|p| p.names.contains(&uid(3))).unwrap();
    assert_eq!(texts(third, "displayName"), [name(3)]);
    let Document::Ldap(entry) = &third.document else {
        panic!("a directory's entry");
    };
    let photo = entry
        .attributes
        .iter()
        .find(|(name, _)| name == "jpegPhoto");
    assert_eq!(photo.unwrap().1, [slapd::PHOTO.to_vec()]);
    assert!(entry.is_binary()("jpegPhoto"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_the_server_cuts_is_an_error_and_says_what_to_do() {
    let directory = Slapd::start();
    let source = source(&directory, SHORT_READER, &paged());
    let (completion, _) = asked(&source, Goal::Everyone).await;
    let error = completion.unwrap_err();
    assert_eq!(error.code(), "bad-answer");
    let message = error.to_string();
    assert!(message.contains("cut the list"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_by_every_name() {
    let directory = Slapd::start();
    let source = source(&directory, READER, &paged());
    let (_, pages) = asked(&source, Goal::People(vec![uid(7)])).await;
    let seventh = &pages[0].people[0];
    assert_eq!(seventh.in_scope, Some(true));
    let spelt = format!("UID={}, OU=People,dc=EXAMPLE,dc=com", uid(7));
    for name in [
        seventh.key.clone(),
        format!("{}@example.com", uid(7)),
        spelt,
    ] {
        let (completion, pages) = asked(&source, Goal::People(vec![name.clone()])).await;
        assert_eq!(completion.unwrap().count, 1, "{name}");
        assert_eq!(pages[0].people[0].key, seventh.key, "{name}");
    }
    let nobody = [
        "nobody",
        "*",
        "a)(uid=*",
        "uid=nobody,ou=people,dc=example,dc=com",
        "cn=x,dc=elsewhere",
        "00000000-0000-4000-8000-000000000000",
        "ü\u{0}",
    ];
    let names = nobody.map(str::to_owned).to_vec();
    let (completion, pages) = asked(&source, Goal::People(names.clone())).await;
    assert_eq!(completion.unwrap().count, 0);
    let absent: Vec<&String> = pages.iter().flat_map(|page| &page.absent).collect();
    assert_eq!(absent, names.iter().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_misses_the_filter_is_found_out_of_scope() {
    let directory = Slapd::start();
    let options = json!({ "base": slapd::BASE, "filter": "(departmentNumber=1)" });
    let source = source(&directory, READER, &options);
    let (completion, _) = asked(&source, Goal::Everyone).await;
    assert_eq!(completion.unwrap().count, PEOPLE as u64 / 10);
    for (number, in_scope) in [(11, true), (12, false)] {
        let dn = slapd::dn(number);
        for name in [uid(number), dn] {
            let (_, pages) = asked(&source, Goal::People(vec![name.clone()])).await;
            assert_eq!(pages[0].people[0].in_scope, Some(in_scope), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_told_apart() {
    let directory = Slapd::start();
    let elsewhere = json!({ "base": "ou=nobody,dc=example,dc=com" });
    let (completion, _) = asked(&source(&directory, READER, &elsewhere), Goal::Everyone).await;
    let error = completion.unwrap_err();
    assert_eq!(error.code(), "options");
    assert!(error.to_string().contains("ou=nobody"), "{error}");

    let wrong_key = json!({ "base": slapd::BASE, "key": "employeeNumber" });
    let (completion, _) = asked(&source(&directory, READER, &wrong_key), Goal::Everyone).await;
    assert_eq!(completion.unwrap_err().code(), "options");

    let stranger = source(&directory, "cn=stranger,dc=example,dc=com", &paged());
    let (completion, _) = asked(&stranger, Goal::Everyone).await;
    assert_eq!(completion.unwrap_err().code(), "sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_says_that_all_is_well() {
    let directory = Slapd::start();
    let source = source(&directory, READER, &paged());
    let findings = check(&source, vec!["displayName".to_owned()], Vec::new()).await;
    assert!(findings.iter().all(|finding| finding.ok), "{findings:?}");
    let names: Vec<&str> = findings
        .iter()
        .map(|finding| finding.name.as_str())
        .collect();
    let ours = ["sign-in", "base", "people", "key", "uid", "mail"];
    assert!(names.ends_with(&ours), "{names:?}");
}
