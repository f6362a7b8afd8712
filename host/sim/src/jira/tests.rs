//! The stand-in keeps what it is told and refuses what Jira refuses.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::probe::{Probe, basic_probe, jira_probe};

fn few() -> Accounts {
    let mut accounts = Accounts::new();
    accounts.add(Account::named(
        "anna",
        "Anna.Weiss@contoso.example",
        "Anna Weiß",
    ));
    accounts.add(Account::named(
        "bob",
        "bob@contoso.example",
        "Bob van der Anna",
    ));
    accounts.add(Account {
        is_active: false,
        ..Account::named("carla", "carla@contoso.example", "Carla Öz")
    });
    accounts.add(Account {
        key: "old.key".to_owned(),
        ..Account::named("dora", "anna.weiss@contoso.example", "Dora Null")
    });
    accounts.add(Account {
        is_deleted: true,
        ..Account::named("erik", "", "Former user")
    });
    accounts
}

async fn start(change: impl FnOnce(&mut Options)) -> Jira {
    let mut options = Options::of(few());
    change(&mut options);
    Jira::start(options).await.unwrap()
}

fn basic(jira: &Jira, password: &str) -> Probe {
    basic_probe(&jira.url(), "svc-attune", password)
}

#[tokio::test]
async fn bad_sign_ins_lead_to_a_captcha() {
    let jira = start(|_| ()).await;
    let right = basic(&jira, "sim-jira-password");
    let answer = right.get("/rest/api/2/myself").await;
    assert_eq!(answer.json()["name"], "svc-attune");
    assert_eq!(answer.header("x-seraph-loginreason"), "OK");
    let wrong = basic(&jira, "wrong");
    for _ in 0..3 {
        assert_eq!(wrong.get("/rest/api/2/myself").await.status, 401);
    }
    let answer = right.get("/rest/api/2/myself").await;
    assert_eq!(answer.status, 403);
    let reason = answer.header("x-authentication-denied-reason");
    assert!(reason.starts_with("CAPTCHA_CHALLENGE"), "{reason}");
    jira.clear_captcha();
    assert_eq!(right.get("/rest/api/2/myself").await.status, 200);
    let token = Probe::new(&jira.url()).with("authorization", "Bearer stolen");
    assert_eq!(token.get("/rest/api/2/myself").await.status, 401);
    let anonymous = Probe::new(&jira.url());
    assert_eq!(anonymous.get("/rest/api/2/myself").await.status, 401);
    let info = anonymous.get("/rest/api/2/serverInfo").await.json();
    assert_eq!(info["versionNumbers"], json!([10, 3, 6]));
    assert_eq!(anonymous.get("/status").await.json()["state"], "RUNNING");
}

#[tokio::test]
async fn users_by_name_and_key() {
    let jira = start(|_| ()).await;
    let probe = jira_probe(&jira);
    let anna = probe.get("/rest/api/2/user?username=ANNA").await.json();
    assert_eq!(anna["key"], "JIRAUSER10100");
    let same = probe.get("/rest/api/2/user?key=JIRAUSER10100").await.json();
    assert_eq!(same, anna);
    assert_eq!(
        probe.get("/rest/api/2/user?key=old.key").await.json()["name"],
        "dora"
    );
    let missing = probe.get("/rest/api/2/user?username=nobody").await;
    assert_eq!(missing.status, 404);
    assert_eq!(
        missing.json(),
        json!({ "errorMessages": ["The user named 'nobody' does not exist"], "errors": {} })
    );
    let deleted = "/rest/api/2/user?key=JIRAUSER10104";
    assert_eq!(probe.get(deleted).await.status, 404);
    let deleted = probe.get(&format!("{deleted}&includeDeleted=true")).await;
    assert_eq!(deleted.json()["deleted"], true);
    assert_eq!(probe.get("/rest/api/2/user").await.status, 400);
    let mine = probe.get("/rest/api/2/mypermissions").await.json();
    assert_eq!(mine["permissions"]["ADMINISTER"]["havePermission"], true);
}

#[tokio::test]
async fn search_matches_beginnings_and_hides_the_inactive() {
    let jira = start(|_| ()).await;
    let probe = jira_probe(&jira);
    for (query, wanted) in [
        ("username=anna", vec!["anna", "bob", "dora"]),
        ("username=Anna.Weiss@", vec!["anna", "dora"]),
        ("username=van", vec!["bob"]),
        ("username=nna", vec![]),
        ("username=.", vec!["anna", "bob", "dora"]),
        (
            "username=.&includeInactive=true&startAt=1&maxResults=2",
            vec!["bob", "carla"],
        ),
        (
            "username=c&includeInactive=true&includeActive=false",
            vec!["carla"],
        ),
        ("username=%C3%B6z&includeInactive=true", vec!["carla"]),
    ] {
        let found = probe
            .get(&format!("/rest/api/2/user/search?{query}"))
            .await
            .json();
        let names: Vec<&str> = found
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, wanted, "{query}");
    }
    assert_eq!(
        probe.get("/rest/api/2/user/search?username=").await.status,
        400
    );
    jira.accounts(|accounts| {
        accounts.edit("JIRAUSER10101", |account| account.name = "zoe".to_owned());
    });
    let found = probe
        .get("/rest/api/2/user/search?username=zoe")
        .await
        .json();
    assert_eq!(found[0]["key"], "JIRAUSER10101");
}

#[tokio::test]
async fn whole_scans_by_search_group_and_cursor() {
    let mut accounts = few();
    for number in 0..1200 {
        let name = format!("user{number:04}");
        accounts.add(Account::named(
            &name,
            &format!("{name}@contoso.example"),
            &name,
        ));
    }
    let jira = Jira::start(Options::of(accounts)).await.unwrap();
    let probe = jira_probe(&jira);
    let size = |answer: &crate::probe::Answer| answer.json().as_array().unwrap().len();
    let path = "/rest/api/2/user/search?username=.&includeInactive=true&maxResults=5000&startAt=";
    assert_eq!(size(&probe.get(&format!("{path}0")).await), 1000);
    assert_eq!(size(&probe.get(&format!("{path}1000")).await), 204);
    assert_eq!(size(&probe.get(&format!("{path}1204")).await), 0);
    jira.configure(|settings| settings.is_search_capped = true);
    assert_eq!(size(&probe.get(&format!("{path}1000")).await), 1000);

    let path = "/rest/api/2/group/member?groupname=jira-users&includeInactiveUsers=true";
    let page = probe
        .get(&format!("{path}&startAt=1200&maxResults=1000"))
        .await
        .json();
    assert_eq!(page["total"], 1204);
    assert_eq!(
        (page["isLast"].clone(), page["maxResults"].clone()),
        (true.into(), 50.into())
    );
    assert_eq!(page["values"].as_array().unwrap().len(), 4);
    let first = probe.get(path).await.json();
    assert!(first["nextPage"].as_str().unwrap().ends_with("startAt=50"));

    assert_eq!(
        probe
            .get("/rest/api/2/user/list?maxResults=2000")
            .await
            .status,
        404
    );
    assert!(jira.complaints().is_empty());
}

#[tokio::test]
async fn the_cursor_list_of_jira_11() {
    let jira = start(|options| options.version = Version::V11).await;
    let probe = jira_probe(&jira);
    let page = probe
        .get("/rest/api/2/user/list?cursor=&maxResults=3")
        .await
        .json();
    assert_eq!(page["isLast"], false);
    assert!(page.get("total").is_none());
    let cursor = page["nextCursor"].as_str().unwrap();
    let path = format!("/rest/api/2/user/list?cursor={cursor}&maxResults=3");
    let page = probe.get(&path).await.json();
    assert_eq!(
        (page["isLast"].clone(), page["values"][0]["name"].clone()),
        (true.into(), "dora".into())
    );
}

#[tokio::test]
async fn properties_are_kept_exactly() {
    let jira = start(|_| ()).await;
    let probe = jira_probe(&jira);
    let path = "/rest/api/2/user/properties/Cost%20Center%2FKST%23?userKey=JIRAUSER10100";
    assert_eq!(probe.get(path).await.status, 404);
    assert_eq!(probe.put(path, &json!("CC-4711 äß")).await.status, 201);
    assert_eq!(
        probe.put(path, &json!({ "a": [1, null] })).await.status,
        200
    );
    let held = probe.get(path).await.json();
    assert_eq!(
        held,
        json!({ "key": "Cost Center/KST#", "value": { "a": [1, null] } })
    );
    assert_eq!(
        jira.property("JIRAUSER10100", "Cost Center/KST#"),
        Some(json!({ "a": [1, null] }))
    );
    let keys = probe
        .get("/rest/api/2/user/properties?username=anna")
        .await
        .json();
    assert_eq!(keys["keys"][0]["key"], "Cost Center/KST#");
    let writes = jira.writes();
    assert_eq!(writes.len(), 2);
    assert_eq!(writes[1].before, Some(json!("CC-4711 äß")));
    assert_eq!(
        writes[1].field,
        Field::Property("Cost Center/KST#".to_owned())
    );
    assert_eq!(probe.delete(path).await.status, 204);
    assert_eq!(probe.delete(path).await.status, 404);
    assert_eq!(jira.counts().applied, 3);
    let long = "x".repeat(256);
    let path = format!("/rest/api/2/user/properties/{long}?userKey=JIRAUSER10100");
    assert_eq!(probe.put(&path, &json!("x")).await.status, 400);
    let path = "/rest/api/2/user/properties/a?userKey=JIRAUSER10100";
    assert_eq!(
        probe.put(path, &json!("x".repeat(32_766))).await.status,
        201
    );
    assert_eq!(
        probe.put(path, &json!("x".repeat(32_767))).await.status,
        400
    );
    let plain = probe
        .send(Method::PUT, path, Some("\"x\"".to_owned()))
        .await
        .unwrap();
    assert_eq!(plain.status, 415);
    let json = probe.with("content-type", "application/json");
    let broken = json
        .send(Method::PUT, path, Some(String::new()))
        .await
        .unwrap();
    assert_eq!(broken.status, 400);
    let gone = "/rest/api/2/user/properties/a?userKey=JIRAUSER10104";
    assert_eq!(probe.put(gone, &json!("x")).await.status, 404);
    jira.configure(|settings| settings.is_admin = false);
    assert_eq!(probe.put(path, &json!("x")).await.status, 403);
}

#[tokio::test]
async fn account_fields_change_where_the_directory_is_writable() {
    let jira = start(|_| ()).await;
    let probe = jira_probe(&jira);
    let path = "/rest/api/2/user?key=JIRAUSER10101";
    let body = json!({ "emailAddress": "b@contoso.example", "displayName": "Bob" });
    let answer = probe.put(path, &body).await.json();
    assert_eq!(answer["emailAddress"], "b@contoso.example");
    assert_eq!(jira.writes().len(), 2);
    assert_eq!(
        jira.accounts(|accounts| accounts.by_name("bob").unwrap().display_name.clone()),
        "Bob"
    );
    let bad = probe.put(path, &json!({ "emailAddress": "none" })).await;
    assert_eq!(
        (
            bad.status.as_u16(),
            bad.json()["errors"]["email"].is_string()
        ),
        (400, true)
    );
    let unknown = probe.put(path, &json!({ "department": "x" })).await;
    assert_eq!(unknown.status, 400);
    jira.configure(|settings| settings.is_read_only = true);
    let refused = probe.put(path, &body).await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.json()["errorMessages"][0]
            .as_str()
            .unwrap()
            .contains("read-only")
    );
    assert_eq!(jira.writes().len(), 2);
}

#[tokio::test]
async fn browsers_need_the_xsrf_header() {
    let jira = start(|_| ()).await;
    let browser = jira_probe(&jira).with("user-agent", "Mozilla/5.0 (X11)");
    let path = "/rest/api/2/user/properties/a?userKey=JIRAUSER10100";
    let refused = browser.put(path, &json!(1)).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("XSRF check failed"));
    assert_eq!(browser.get("/rest/api/2/myself").await.status, 200);
    let told = browser.with("x-atlassian-token", "no-check");
    assert_eq!(told.put(path, &json!(1)).await.status, 201);
}

#[tokio::test]
async fn the_bucket_empties_and_fills() {
    let limit = RateLimit {
        capacity: 3,
        fill: 2,
        interval: Duration::from_secs(1),
    };
    let jira = start(|options| options.rate_limit = Some(limit)).await;
    let probe = jira_probe(&jira);
    for remaining in ["2", "1", "0"] {
        let answer = probe.get("/rest/api/2/myself").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("x-ratelimit-remaining"), remaining);
        assert_eq!(answer.header("x-ratelimit-limit"), "3");
        assert_eq!(answer.header("x-ratelimit-fillrate"), "2");
        assert_eq!(answer.header("x-ratelimit-interval-seconds"), "1");
        assert_eq!(answer.header("retry-after"), "0");
    }
    let over = probe.get("/rest/api/2/myself").await;
    assert_eq!(over.status, 429);
    assert_eq!(over.header("retry-after"), "1");
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(probe.get("/rest/api/2/myself").await.status, 200);
}

#[tokio::test]
async fn maintenance_and_unknown_routes() {
    let jira = start(|_| ()).await;
    let probe = jira_probe(&jira);
    jira.configure(|settings| settings.is_in_maintenance = true);
    assert_eq!(probe.get("/rest/api/2/myself").await.status, 503);
    assert_eq!(probe.get("/status").await.json()["state"], "MAINTENANCE");
    jira.configure(|settings| settings.is_in_maintenance = false);
    assert_eq!(
        probe
            .get("/rest/api/2/user/columns?username=anna")
            .await
            .status,
        501
    );
    let outside = Probe::new(&jira.origin());
    assert_eq!(outside.get("/rest/api/2/myself").await.status, 501);
    assert_eq!(jira.complaints().len(), 2);
}
