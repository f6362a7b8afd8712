//! The stand-in keeps to the standard where it is not told otherwise.

use serde_json::{Value, json};

use super::*;
use crate::probe::{Answer, Probe};

async fn start(number: usize) -> (Scim, Probe) {
    let mut options = Options::of(People::generate(1, number));
    options.settings.page_max = 20;
    let scim = Scim::start(options).await.unwrap();
    let probe = Probe::new(&scim.url()).with("authorization", "Bearer sim-scim-token-not-real");
    (scim, probe)
}

fn ids(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let users = body["Resources"].as_array().cloned().unwrap_or_default();
    let id = |user: &Value| user["id"].as_str().unwrap().to_owned();
    users.iter().map(id).collect()
}

#[tokio::test]
async fn only_the_credential_opens_it() {
    let (scim, probe) = start(3).await;
    for (name, value) in [
        ("authorization", "Bearer other"),
        ("authorization", ""),
        ("x", "y"),
    ] {
        let answer = Probe::new(&scim.url())
            .with(name, value)
            .get("/Users")
            .await;
        assert_eq!(answer.status.as_u16(), 401);
        assert_eq!(answer.json()["status"], "401", "status is text");
    }
    assert_eq!(probe.get("/Users").await.status.as_u16(), 200);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "attune"),
        ("client_secret", "sim-scim-secret-not-real"),
    ];
    let tokens = Probe::new(&scim.origin());
    let answer = tokens.submit("/oauth2/token", &form).await;
    assert_eq!(answer.json()["access_token"], "sim-scim-token-not-real");
    let wrong = tokens
        .submit("/oauth2/token", &[("grant_type", "client_credentials")])
        .await;
    assert_eq!(wrong.status.as_u16(), 401);
}

#[tokio::test]
async fn lists_count_from_one_and_leave_resources_out_where_there_are_none() {
    let (_scim, probe) = start(45).await;
    let first = probe.get("/Users?startIndex=1&count=100").await;
    assert_eq!(
        (ids(&first).len(), first.json()["totalResults"].as_u64()),
        (20, Some(45))
    );
    let last = probe.get("/Users?startIndex=41&count=100").await;
    assert_eq!(
        (ids(&last).len(), &last.json()["startIndex"]),
        (5, &json!(41))
    );
    let beyond = probe.get("/Users?startIndex=46&count=100").await.json();
    assert!(beyond.get("Resources").is_none());
    let unknown = probe.get("/Users?top=5").await;
    assert_eq!(unknown.status.as_u16(), 501);
}

#[tokio::test]
async fn cursors_hold_for_their_size_of_page() {
    let (scim, probe) = start(45).await;
    assert_eq!(
        probe.get("/Users?cursor=&count=20").await.status.as_u16(),
        501
    );
    scim.configure(|settings| settings.has_cursors = true);
    let first = probe.get("/Users?cursor=&count=20").await.json();
    let cursor = first["nextCursor"].as_str().unwrap();
    let next = probe.get(&format!("/Users?cursor={cursor}&count=20")).await;
    assert_eq!(ids(&next).len(), 20);
    for (path, kind) in [
        (format!("/Users?cursor={cursor}&count=10"), "invalidCount"),
        ("/Users?cursor=x&count=20".to_owned(), "invalidCursor"),
    ] {
        assert_eq!(probe.get(&path).await.json()["scimType"], kind);
    }
}

#[tokio::test]
async fn filters_and_projections_are_the_standards() {
    let (scim, probe) = start(30).await;
    let who = scim.people(|people| people.iter().nth(4).unwrap());
    let (id, mail) = scim.people(|people| (people.id(who), people.text(who, "mail").unwrap()));
    let asked = |filter: &str| {
        let path: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let path = format!("/Users?filter={path}");
        let probe = &probe;
        async move { probe.get(&path).await }
    };
    for filter in [
        format!("id eq \"{id}\""),
        format!("emails.value eq \"{}\"", mail.to_uppercase()),
        format!("emails[value eq \"{mail}\"]"),
        format!("(id eq \"{id}\") and (meta.lastModified gt \"2025-01-01T00:00:00Z\" or title pr)"),
        format!("urn:ietf:params:scim:schemas:core:2.0:User:ID eq \"{id}\" and id ne \"x\""),
    ] {
        assert_eq!(ids(&asked(&filter).await), [id.as_str()], "{filter}");
    }
    for filter in [
        "nothing eq \"x\"",
        "id eq",
        "id eq \"x",
        "id is \"x\"",
        "(id pr",
        "id pr) ",
    ] {
        let answer = asked(filter).await;
        assert_eq!(answer.json()["scimType"], "invalidFilter", "{filter}");
    }
    let urn = document::ENTERPRISE;
    let path = format!("/Users/{id}?attributes=title,{urn}:department");
    let user = probe.get(&path).await.json();
    let names: Vec<&String> = user.as_object().unwrap().keys().collect();
    let mut expected = vec!["id", "schemas", "title", urn];
    expected.sort_unstable();
    let mut names: Vec<&str> = names.into_iter().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_change_is_dated_and_has_another_version() {
    let (scim, probe) = start(5).await;
    let who = scim.people(|people| people.iter().nth(2).unwrap());
    let path = format!("/Users/{}", scim.people(|people| people.id(who)));
    let before = probe.get(&path).await.json();
    assert_eq!(before["meta"]["lastModified"], BEGINNING);
    scim.people(|people| people.set(who, "jobTitle", "Diver"));
    let after = probe.get(&path).await.json();
    assert_ne!(before["meta"]["version"], after["meta"]["version"]);
    assert!(after["meta"]["lastModified"].as_str().unwrap() > BEGINNING);
}
