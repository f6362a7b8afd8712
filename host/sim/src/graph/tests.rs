//! The stand-in is as strict as Graph's documentation says Graph is.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::people::Manager;
use crate::probe::{Probe, ask_token, graph_probe, walk};

async fn start(number: usize) -> Graph {
    start_with(Options {
        page_max: 20,
        ..Options::of(People::generate(1, number))
    })
    .await
}

async fn start_with(options: Options) -> Graph {
    Graph::start(options).await.unwrap()
}

fn code(answer: &crate::probe::Answer) -> (u16, String) {
    let code = answer.json()["error"]["code"].as_str().unwrap().to_owned();
    (answer.status.as_u16(), code)
}

#[tokio::test]
async fn sign_in_refuses_with_the_numbers_of_entra() {
    let graph = start(3).await;
    for (changes, status, number) in [
        (("client_secret", "wrong"), 401, 7_000_215),
        (("client_secret", ""), 400, 900_144),
        (("client_id", "somebody-else"), 400, 700_016),
        (("grant_type", "password"), 400, 70003),
        (("scope", "https://vault.example/.default"), 400, 500_011),
        (("scope", "https://graph.microsoft.com"), 400, 1_002_012),
    ] {
        let answer = ask_token(&graph, &[changes]).await;
        assert_eq!(answer.status.as_u16(), status, "{changes:?}");
        let body = answer.json();
        assert_eq!(body["error_codes"], json!([number]));
        let text = body["error_description"].as_str().unwrap();
        assert!(text.starts_with(&format!("AADSTS{number}: ")), "{text}");
    }
    let answer = ask_token(&graph, &[("scope", "https://graph.microsoft.us/.default")]).await;
    assert_eq!(answer.json()["expires_in"], 3599);
    graph.configure(|settings| settings.is_secret_expired = true);
    let answer = ask_token(&graph, &[]).await.json();
    assert_eq!(answer["error_codes"], json!([7_000_222]));
}

#[tokio::test]
async fn reading_wants_a_token_that_holds() {
    let graph = start(3).await;
    graph.configure(|settings| settings.token_lifetime = Duration::from_millis(80));
    let anonymous = Probe::new(&graph.url());
    let answer = anonymous.get("/v1.0/users").await;
    assert_eq!(code(&answer), (401, "InvalidAuthenticationToken".into()));
    let probe = graph_probe(&graph).await;
    assert_eq!(probe.get("/v1.0/users").await.status, 200);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let answer = probe.get("/v1.0/users").await;
    assert_eq!(code(&answer), (401, "InvalidAuthenticationToken".into()));
    graph.configure(|settings| settings.token_lifetime = Duration::from_hours(1));
    let probe = graph_probe(&graph).await;
    graph.configure(|settings| settings.has_permission = false);
    let answer = probe.get("/v1.0/users").await;
    assert_eq!(code(&answer), (403, "Authorization_RequestDenied".into()));
    graph.configure(|settings| settings.has_permission = true);
    graph.revoke_tokens();
    assert_eq!(probe.get("/v1.0/users").await.status, 401);
}

#[tokio::test]
async fn pages_cover_everybody_once_and_select_decides_the_members() {
    let graph = start(95).await;
    let probe = graph_probe(&graph).await;
    let (ids, pages) = walk(&probe, "/v1.0/users?$select=id,department&$top=20").await;
    let all: Vec<String> = graph.people(|people| people.iter().map(|who| people.id(who)).collect());
    assert_eq!((ids, pages), (all, 5));
    let page = probe.get("/v1.0/users?$select=id,department").await.json();
    let first = page["value"][0].as_object().unwrap();
    assert_eq!(first.keys().collect::<Vec<_>>(), ["id", "department"]);
    let link = page["@odata.nextLink"].as_str().unwrap();
    assert!(link.starts_with(&format!("{}/v1.0/users?", graph.url())));
    assert!(
        link.contains("$select=id%2Cdepartment&$skiptoken="),
        "{link}"
    );
    let plain = probe.get("/v1.0/users").await.json();
    let members = plain["value"][0].as_object().unwrap();
    assert_eq!(members.len(), query::DEFAULTS.len());
    assert!(!members.contains_key("department"));
}

#[tokio::test]
async fn refuses_what_graph_refuses() {
    let graph = start(5).await;
    let probe = graph_probe(&graph).await;
    for (path, status, wanted) in [
        ("users?$top=1000", 400, "Request_BadRequest"),
        ("users?$top=0", 400, "Request_BadRequest"),
        ("users?$skip=5", 400, "Request_BadRequest"),
        ("users?$select=id,colour", 400, "BadRequest"),
        ("users?$select=aboutMe", 501, "NotImplemented"),
        (
            "users?$filter=department ne 'Sales'",
            400,
            "Request_UnsupportedQuery",
        ),
        (
            "users?$filter=endsWith(mail,'x')",
            400,
            "Request_UnsupportedQuery",
        ),
        ("users?$filter=department equals 'x'", 400, "BadRequest"),
        ("users?$count=true", 400, "Request_BadRequest"),
        (
            "users?$expand=manager($levels=max)",
            400,
            "Request_BadRequest",
        ),
        ("users?$skiptoken=abc", 400, "Directory_ExpiredPageToken"),
        (
            "users/nobody@contoso.example",
            404,
            "Request_ResourceNotFound",
        ),
    ] {
        let answer = probe.get(&format!("/v1.0/{path}")).await;
        assert_eq!(code(&answer), (status, wanted.to_owned()), "{path}");
        assert!(!answer.header("request-id").is_empty());
    }
    let answer = probe.get("/v1.0/users?$top=1000").await.json();
    let message = answer["error"]["message"].as_str().unwrap();
    let told = "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive.";
    assert_eq!(message, told);
    assert!(graph.complaints().is_empty());
}

#[tokio::test]
async fn filters_select_and_advanced_ones_want_their_header() {
    let graph = start(200).await;
    let probe = graph_probe(&graph).await;
    let everybody = walk(&probe, "/v1.0/users?$select=id").await.0;
    let members = walk(
        &probe,
        "/v1.0/users?$filter=userType eq 'member'&$select=id",
    )
    .await;
    let guests = walk(&probe, "/v1.0/users?$filter=userType eq 'Guest'&$select=id").await;
    assert!(!guests.0.is_empty());
    assert_eq!(members.0.len() + guests.0.len(), everybody.len());
    let three = everybody[..3].join("','");
    let found = walk(&probe, &format!("/v1.0/users?$filter=id in ('{three}')")).await;
    assert_eq!(found.0, everybody[..3]);
    let sixteen = everybody[..16].join("','");
    let answer = probe
        .get(&format!("/v1.0/users?$filter=id in ('{sixteen}')"))
        .await;
    assert_eq!(code(&answer), (400, "BadRequest".into()));
    let eventual = probe.with("consistencylevel", "eventual");
    let path = "/v1.0/users?$count=true&$select=id&$filter=not (userType eq 'Guest') and \
                endsWith(userPrincipalName,'@contoso.example')";
    let page = eventual.get(path).await.json();
    assert_eq!(page["@odata.count"], json!(members.0.len()));
    let link = page["@odata.nextLink"].as_str().unwrap();
    let second = eventual.get(link).await.json();
    assert!(second.get("@odata.count").is_none() && second["value"][0]["id"].is_string());
    assert_eq!(
        probe.get(link).await.status,
        400,
        "the header is not in the link"
    );
}

#[tokio::test]
async fn managers_come_expanded_or_one_by_one() {
    let graph = start(60).await;
    let probe = graph_probe(&graph).await;
    let who = graph.people(|people| {
        let mut led = people.iter().skip(20);
        led.find(|who| matches!(people.manager(*who), Manager::Person(_)))
            .unwrap()
    });
    let (id, manager) = graph.people(|people| {
        let Manager::Person(leader) = people.manager(who) else {
            panic!("has a manager")
        };
        (people.id(who), people.id(leader))
    });
    let path = format!("/v1.0/users/{id}?$select=id&$expand=manager($select=displayName)");
    let user = probe.get(&path).await.json();
    assert_eq!(user["manager"]["id"], json!(manager));
    assert!(user["manager"]["displayName"].is_string());
    assert!(user["manager"].get("surname").is_none());
    let alone = probe.get(&format!("/v1.0/users/{id}/manager")).await.json();
    assert_eq!(alone["id"], json!(manager));
    let list = probe
        .get("/v1.0/users?$select=id&$expand=manager($select=id)")
        .await;
    let head = &list.json()["value"][0];
    assert!(head.get("manager").is_none(), "{head}");
    let head = head["id"].as_str().unwrap();
    let answer = probe.get(&format!("/v1.0/users/{head}/manager")).await;
    assert_eq!(code(&answer), (404, "Request_ResourceNotFound".into()));
    graph.people(|people| people.set_manager(who, Manager::Dangling));
    let dangling = probe.get(&path).await.json()["manager"]["id"].clone();
    let answer = probe
        .get(&format!("/v1.0/users/{}", dangling.as_str().unwrap()))
        .await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn nested_managers_end_at_the_head_and_in_a_circle() {
    let graph = start(60).await;
    let probe = graph_probe(&graph)
        .await
        .with("consistencylevel", "eventual");
    let last = graph.people(|people| {
        let members = people.iter().filter(|who| !people.is_guest(*who));
        members.map(|who| people.id(who)).last().unwrap()
    });
    let path = format!(
        "/v1.0/users/{last}?$count=true&$select=id&$expand=manager($levels=max;$select=id)"
    );
    let user = probe.get(&path).await.json();
    assert_eq!(user["manager"]["manager"]["id"], json!(last));
    assert!(user["manager"]["manager"].get("manager").is_none());
}

#[tokio::test]
async fn users_by_quoted_name_guest_name_and_ids() {
    let graph = start(100).await;
    let probe = graph_probe(&graph).await;
    let (name, id) = graph.people(|people| {
        let guest = people.iter().find(|who| people.is_guest(*who)).unwrap();
        (people.user_principal_name(guest), people.id(guest))
    });
    let encoded = name.replace('#', "%23");
    for path in [format!("users/{encoded}"), format!("users('{encoded}')")] {
        let user = probe.get(&format!("/v1.0/{path}")).await.json();
        assert_eq!(user["id"], json!(id));
    }
    let single = probe
        .get(&format!("/v1.0/users/{id}?$select=aboutMe"))
        .await
        .json();
    assert_eq!(single["aboutMe"], json!(null));
    let wanted = json!({ "ids": [id, "00000000-0000-4000-8000-000000000000"], "types": ["user"] });
    let path = "/v1.0/directoryObjects/getByIds?$select=id,userType";
    let found = probe.post(path, &wanted).await.json();
    let guest = json!({
        "@odata.type": "#microsoft.graph.user", "id": id, "userType": "Guest",
    });
    assert_eq!(found["value"], json!([guest]));
    let steps = json!({ "requests": [
        { "id": "1", "method": "GET", "url": format!("/users/{id}?$select=id") },
        { "id": "2", "method": "GET", "url": "/users/nobody" },
    ]});
    let batch = probe.post("/v1.0/$batch", &steps).await.json();
    assert_eq!(batch["responses"][0]["status"], 404);
    assert_eq!(batch["responses"][1]["body"]["id"], json!(id));
}

#[tokio::test]
async fn groups_by_name_and_their_members() {
    let people = People::generate(1, 70);
    let members: Vec<Who> = people.iter().skip(3).take(45).collect();
    let group = Group {
        id: "45b7d2e7-b882-4a80-ba97-10b7a63b8fa4".to_owned(),
        display_name: "jira's users".to_owned(),
        members: members.clone(),
    };
    let graph = start_with(Options {
        groups: vec![group],
        page_max: 20,
        ..Options::of(people)
    })
    .await;
    let probe = graph_probe(&graph).await;
    let path = "/v1.0/groups?$filter=displayName eq 'jira''s users'&$select=id";
    let found = probe.get(path).await.json();
    let id = found["value"][0]["id"].as_str().unwrap().to_owned();
    graph.people(|people| people.remove(members[7]));
    let path = format!("/v1.0/groups/{id}/members/microsoft.graph.user?$select=id&$top=999");
    let answer = probe.get(&path).await;
    assert_eq!(code(&answer), (400, "Request_UnsupportedQuery".into()));
    let eventual = probe.with("consistencylevel", "eventual");
    let (ids, pages) = walk(&eventual, &format!("{path}&$count=true")).await;
    assert_eq!((ids.len(), pages), (44, 3));
    let path = format!(
        "/v1.0/users/{}/transitiveMemberOf/microsoft.graph.group?$count=true&$select=id",
        ids[0]
    );
    let groups = eventual.get(&path).await.json();
    assert_eq!(groups["value"], json!([{ "id": id }]));
    let none = probe
        .get("/v1.0/groups?$filter=displayName eq 'x'")
        .await
        .json();
    assert_eq!(none["value"], json!([]));
}

#[tokio::test]
async fn members_without_a_value_are_null_or_empty_and_extensions_are_missing() {
    let graph = start(1).await;
    let probe = graph_probe(&graph).await;
    let select = "externalUserState,employeeLeaveDateTime,faxNumber,assignedLicenses,\
                  extension_b7d8e648520f41d3b9c0fdeb91768a0a_grade";
    let page = probe.get(&format!("/v1.0/users?$select={select}")).await;
    let wanted = json!({
        "externalUserState": null, "employeeLeaveDateTime": null, "faxNumber": null,
        "assignedLicenses": [],
    });
    assert_eq!(page.json()["value"], json!([wanted]));
}

#[tokio::test]
async fn traps_show_as_told() {
    let graph = start(50).await;
    let probe = graph_probe(&graph).await;
    let plain = walk(&probe, "/v1.0/users?$select=id&$top=20").await.0;
    graph.configure(|settings| settings.traps.empty_page = Some(2));
    let (ids, pages) = walk(&probe, "/v1.0/users?$select=id&$top=20").await;
    assert_eq!((ids, pages), (plain.clone(), 4));
    graph.configure(|settings| {
        settings.traps = Traps {
            repeats_across_pages: true,
            ..Traps::default()
        }
    });
    let (ids, _) = walk(&probe, "/v1.0/users?$select=id&$top=20").await;
    assert_eq!(ids.len(), 52);
    assert_eq!(ids[19], ids[20]);
    graph.configure(|settings| {
        settings.traps = Traps {
            loops_at_page: Some(2),
            foreign_next_links: Some("http://127.0.0.1:9".to_owned()),
            ..Traps::default()
        }
    });
    let page = probe.get("/v1.0/users?$select=id&$top=20").await.json();
    let link = page["@odata.nextLink"].as_str().unwrap();
    assert!(link.starts_with("http://127.0.0.1:9/v1.0/users?"), "{link}");
    graph.configure(|settings| settings.traps.foreign_next_links = None);
    let link = link.replace("http://127.0.0.1:9", &graph.url());
    let again = probe.get(&link).await.json();
    assert_eq!(again["@odata.nextLink"], json!(link));
}

#[tokio::test]
async fn both_spellings_of_inner_error_occur() {
    let graph = start(1).await;
    let probe = graph_probe(&graph).await;
    let mut spellings = std::collections::BTreeSet::new();
    for _ in 0..8 {
        let answer = probe.get("/v1.0/users?$top=0").await;
        spellings.extend(answer.text.match_indices("nner").map(|(at, _)| {
            let from = at.saturating_sub(1);
            answer.text[from..from + 10].to_owned()
        }));
    }
    assert_eq!(
        spellings.into_iter().collect::<Vec<_>>(),
        ["innerError", "innererror"]
    );
}

#[tokio::test]
async fn unknown_routes_are_told() {
    let graph = start(1).await;
    let probe = graph_probe(&graph).await;
    assert_eq!(probe.get("/v1.0/me/delta").await.status, 501);
    assert_eq!(probe.get("/beta/users").await.status, 501);
    assert_eq!(graph.counts().unknown_routes(), 2);
    assert_eq!(graph.complaints().len(), 2);
}
