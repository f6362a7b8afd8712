//! The stand-in is as strict as Keycloak's description and sources say Keycloak is.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::*;
use crate::probe::{Answer, Probe};

const ADMIN: &str = "/admin/realms/contoso";

async fn start(number: usize) -> Keycloak {
    Keycloak::start(Options::of(People::generate(1, number)))
        .await
        .unwrap()
}

async fn sign_in(keycloak: &Keycloak, changes: &[(&str, &str)]) -> Answer {
    let mut form = vec![
        ("grant_type", "client_credentials"),
        ("client_id", "attune"),
        ("client_secret", "sim-keycloak-secret-not-real"),
    ];
    for (name, value) in changes {
        form.retain(|(kept, _)| kept != name);
        form.push((name, value));
    }
    let path = "/realms/contoso/protocol/openid-connect/token";
    Probe::new(&keycloak.url()).submit(path, &form).await
}

async fn probe(keycloak: &Keycloak) -> Probe {
    let answer = sign_in(keycloak, &[]).await.json();
    let token = answer["access_token"].as_str().unwrap();
    Probe::new(&keycloak.url()).with("authorization", &format!("Bearer {token}"))
}

async fn get(probe: &Probe, path: &str) -> (StatusCode, Value) {
    let answer = probe.get(&format!("{ADMIN}{path}")).await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn tokens_live_for_a_minute_and_are_wanted() {
    let keycloak = start(3).await;
    assert_eq!(sign_in(&keycloak, &[]).await.json()["expires_in"], 60);
    for (change, status) in [
        (("client_secret", "wrong"), 401),
        (("client_id", "other"), 401),
        (("grant_type", "password"), 400),
        (("grant_type", ""), 400),
    ] {
        assert_eq!(
            sign_in(&keycloak, &[change]).await.status,
            status,
            "{change:?}"
        );
    }
    let anonymous = Probe::new(&keycloak.url());
    let (status, body) = get(&anonymous, "/users").await;
    assert_eq!(
        (status.as_u16(), &body["error"]),
        (401, &json!("HTTP 401 Unauthorized"))
    );
    let probe = probe(&keycloak).await;
    assert_eq!(get(&probe, "/users").await.0, 200);
    keycloak.revoke_tokens();
    assert_eq!(get(&probe, "/users").await.0, 401);
}

#[tokio::test]
async fn lists_are_sorted_by_user_name_and_cut_where_they_are_told() {
    let keycloak = start(150).await;
    let probe = probe(&keycloak).await;
    let (_, page) = get(&probe, "/users").await;
    let names: Vec<&str> = page
        .as_array()
        .unwrap()
        .iter()
        .map(|u| u["username"].as_str().unwrap())
        .collect();
    assert_eq!(names.len(), 100);
    assert!(names.is_sorted());
    let (_, next) = get(&probe, "/users?first=99&max=200").await;
    assert_eq!(next.as_array().unwrap().len(), 51);
    assert_eq!(next[0], page[99]);
    assert_eq!(get(&probe, "/users/count").await.1, json!(150));
    keycloak.configure(|settings| settings.page_max = 7);
    assert_eq!(
        get(&probe, "/users?max=50")
            .await
            .1
            .as_array()
            .unwrap()
            .len(),
        7
    );
    assert_eq!(get(&probe, "/users?max=many").await.0, 404);
}

#[tokio::test]
async fn attributes_are_lists_and_missing_when_empty() {
    let keycloak = start(40).await;
    let who = keycloak.people(|people| people.iter().nth(20).unwrap());
    let id = keycloak.people(|people| {
        people.set(who, "department", "Sales");
        people.set(who, "city", "");
        people.id(who)
    });
    let probe = probe(&keycloak).await;
    let (_, user) = get(&probe, &format!("/users/{id}")).await;
    assert_eq!(user["attributes"]["department"], json!(["Sales"]));
    assert!(user["attributes"].get("city").is_none());
    assert!(user["attributes"]["manager"][0].is_string());
    let (_, brief) = get(&probe, "/users?max=1&briefRepresentation=true").await;
    assert!(brief[0].get("attributes").is_none());
    let (_, found) = get(
        &probe,
        "/users?q=department:Sales&briefRepresentation=false",
    )
    .await;
    assert!(
        found
            .as_array()
            .unwrap()
            .iter()
            .any(|user| user["id"] == json!(id))
    );
    let (_, count) = get(&probe, "/users/count?q=department:Sales").await;
    assert_eq!(count, json!(found.as_array().unwrap().len()));
    // What is no pair is passed over, and everybody is listed.
    assert_eq!(
        get(&probe, "/users?q=Sales")
            .await
            .1
            .as_array()
            .unwrap()
            .len(),
        40
    );
}

#[tokio::test]
async fn who_may_only_ask_is_shown_nobody_and_no_error() {
    let keycloak = start(5).await;
    let probe = probe(&keycloak).await;
    keycloak.configure(|settings| settings.roles = vec!["query-users"]);
    assert_eq!(get(&probe, "/users").await, (StatusCode::OK, json!([])));
    assert_eq!(get(&probe, "/users/count").await.1, json!(0));
    let id = keycloak.people(|people| people.id(people.iter().next().unwrap()));
    assert_eq!(get(&probe, &format!("/users/{id}")).await.0, 403);
    assert_eq!(
        get(&probe, "/users/nobody").await.1["error"],
        "User not found"
    );
    keycloak.configure(|settings| settings.roles.clear());
    let (status, body) = get(&probe, "/users").await;
    assert_eq!(
        (status.as_u16(), &body["error"]),
        (403, &json!("HTTP 403 Forbidden"))
    );
}

#[tokio::test]
async fn accounts_of_clients_come_as_soon_as_a_parameter_limits() {
    let keycloak = start(5).await;
    let probe = probe(&keycloak).await;
    let clients = |page: Value| {
        let users = page.as_array().unwrap().clone();
        users
            .iter()
            .filter(|user| user.get("serviceAccountClientId").is_some())
            .count()
    };
    assert_eq!(clients(get(&probe, "/users").await.1), 0);
    assert_eq!(clients(get(&probe, "/users?exact=true").await.1), 1);
    assert_eq!(
        clients(
            get(&probe, "/users?username=service-account-attune&exact=true")
                .await
                .1
        ),
        1
    );
}

fn groups(people: &People) -> Vec<Group> {
    let named = |id: &str, name: &str, members: Vec<Who>, children| Group {
        id: id.to_owned(),
        name: name.to_owned(),
        members,
        children,
    };
    let all: Vec<Who> = people.iter().collect();
    let dach = named("g-3", "r/d", all[2..4].to_vec(), vec![]);
    let emea = named("g-2", "emea", all[..2].to_vec(), vec![dach]);
    vec![named("g-1", "sales", vec![], vec![emea])]
}

#[tokio::test]
async fn a_search_answers_with_branches_and_groups_say_how_many_are_below() {
    let keycloak = start(5).await;
    let groups = keycloak.people(|people| groups(people));
    keycloak.configure(|settings| settings.groups = groups);
    let probe = probe(&keycloak).await;
    let (_, found) = get(&probe, "/groups?search=r/d&exact=true").await;
    let leaf = &found[0]["subGroups"][0]["subGroups"][0];
    assert_eq!(
        (&leaf["id"], &leaf["path"]),
        (&json!("g-3"), &json!("/sales/emea/r~/d"))
    );
    let (_, group) = get(&probe, "/groups/g-1").await;
    assert_eq!(
        (&group["subGroupCount"], &group["subGroups"]),
        (&json!(1), &json!([]))
    );
    assert_eq!(get(&probe, "/groups/g-1/children").await.1[0]["id"], "g-2");
    assert_eq!(
        get(&probe, "/groups/g-2/members")
            .await
            .1
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        get(&probe, "/groups/none").await.1["error"],
        "Could not find group by id"
    );
    let id = keycloak.people(|people| people.id(people.iter().nth(2).unwrap()));
    assert_eq!(
        get(&probe, &format!("/users/{id}/groups")).await.1[0]["id"],
        "g-3"
    );
    keycloak.configure(|settings| settings.is_before_23 = true);
    let (_, group) = get(&probe, "/groups/g-1").await;
    assert_eq!(group["subGroups"][0]["subGroups"][0]["id"], "g-3");
    assert!(group.get("subGroupCount").is_none());
    assert_eq!(get(&probe, "/groups/g-1/children").await.0, 405);
}

#[tokio::test]
async fn a_prefix_a_realm_and_a_route_have_to_be_right() {
    let options = Options {
        prefix: "/auth".to_owned(),
        ..Options::of(People::generate(1, 3))
    };
    let keycloak = Keycloak::start(options).await.unwrap();
    let anonymous = Probe::new(&keycloak.url());
    assert_eq!(
        anonymous.get("/admin/realms/contoso/users").await.status,
        404
    );
    assert_eq!(
        anonymous
            .get("/auth/admin/realms/contoso/users")
            .await
            .status,
        401
    );
    assert_eq!(keycloak.complaints(), Vec::<String>::new());
    let keycloak = start(3).await;
    let probe = probe(&keycloak).await;
    let answer = probe.get("/admin/realms/other/users").await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["error"]),
        (404, &json!("Realm not found."))
    );
    assert_eq!(probe.get(&format!("{ADMIN}/roles")).await.status, 501);
    assert_eq!(
        probe.get(&format!("{ADMIN}/users?colour=red")).await.status,
        501
    );
    assert_eq!(keycloak.complaints().len(), 2);
}
