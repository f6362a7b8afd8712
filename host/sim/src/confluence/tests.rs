//! The stand-in tells what Confluence tells, keeps what it is told, and refuses what it refuses.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::*;
use crate::probe::{Probe, basic_probe, confluence_probe};

fn few() -> Accounts {
    let mut accounts = Accounts::new();
    let anna = Account::named("anna", "Anna.Weiss@contoso.example", "Anna Weiß");
    accounts.add(anna.with(Field::Position, "Head of Café"));
    accounts.add(Account {
        is_read_only: true,
        ..Account::named("bob", "bob@contoso.example", "Bob")
    });
    accounts.add(Account {
        is_active: false,
        ..Account::named("carla", "carla@contoso.example", "Carla Öz")
    });
    accounts.add(Account {
        key: "ff8080817f000001017f000001010001".to_owned(),
        ..Account::named("dora@contoso.example", "dora@contoso.example", "Dora")
    });
    accounts
}

async fn start(change: impl FnOnce(&mut Options)) -> Confluence {
    let mut options = Options::of(few());
    change(&mut options);
    Confluence::start(options).await.unwrap()
}

fn key_of(confluence: &Confluence, username: &str) -> String {
    confluence.accounts(|all| all.by_name(username).unwrap().key.clone())
}

fn basic(confluence: &Confluence, password: &str) -> Probe {
    basic_probe(&confluence.url(), "svc-attune", password)
}

const CURRENT: &str = "/rest/api/user/current";

#[tokio::test]
async fn bad_sign_ins_lead_to_a_captcha() {
    let confluence = start(|_| ()).await;
    let right = basic(&confluence, "sim-confluence-password");
    let answer = right.get(CURRENT).await;
    assert_eq!(answer.json()["username"], "svc-attune");
    assert_eq!(answer.header("x-seraph-loginreason"), "OK");
    assert_eq!(answer.header("x-ausername"), "svc-attune");
    let wrong = basic(&confluence, "wrong");
    for _ in 0..3 {
        let answer = wrong.get(CURRENT).await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.header("x-ausername"), "");
    }
    let answer = right.get(CURRENT).await;
    assert_eq!(answer.status, 403);
    assert_eq!(
        answer.header("x-authentication-denied-reason"),
        format!(
            "CAPTCHA_CHALLENGE; login-url={}/login.action",
            confluence.url()
        )
    );
    confluence.clear_captcha();
    assert_eq!(right.get(CURRENT).await.status, 200);
    let stolen = Probe::new(&confluence.url()).with("authorization", "Bearer stolen");
    assert_eq!(stolen.get(CURRENT).await.status, 401);
    assert_eq!(Probe::new(&confluence.url()).get(CURRENT).await.status, 401);
}

#[tokio::test]
async fn basic_can_be_switched_off_for_everything() {
    let confluence = start(|options| options.settings.is_basic_disabled = true).await;
    let refused = basic(&confluence, "sim-confluence-password")
        .get(CURRENT)
        .await;
    assert_eq!(refused.status, 403);
    assert_eq!(
        refused.json()["message"],
        "Basic Authentication has been disabled on this instance."
    );
    assert_eq!(confluence_probe(&confluence).get(CURRENT).await.status, 200);
}

#[tokio::test]
async fn users_by_name_and_key_show_no_address() {
    let confluence = start(|_| ()).await;
    let probe = confluence_probe(&confluence);
    let anna = probe.get("/rest/api/user?username=ANNA").await;
    assert!(!anna.text.contains("contoso.example"), "{}", anna.text);
    let anna = anna.json();
    assert_eq!(anna["displayName"], "Anna Weiß");
    let key = anna["userKey"].as_str().unwrap();
    assert_eq!(key.len(), 32);
    assert!(key.bytes().all(|b| b.is_ascii_hexdigit()), "{key}");
    let same = probe.get(&format!("/rest/api/user?key={key}")).await;
    assert_eq!(same.json(), anna);
    let dora = probe
        .get("/rest/api/user?username=dora%40contoso.example")
        .await;
    assert_eq!(dora.json()["userKey"], "ff8080817f000001017f000001010001");
    assert_eq!(probe.get("/rest/api/user").await.status, 400);
    let missing = probe.get("/rest/api/user?username=nobody").await;
    assert_eq!(missing.status, 404);
    assert_eq!(
        missing.json(),
        json!({
            "statusCode": 404,
            "data": { "authorized": true, "valid": true, "errors": [], "successful": true },
            "message": "No user found with username : nobody",
            "reason": "Not Found",
        })
    );
}

#[tokio::test]
async fn keys_outlive_names_and_restarts() {
    let confluence = start(|_| ()).await;
    let key = key_of(&confluence, "anna");
    confluence.accounts(|all| all.edit(&key, |anna| anna.username = "anna.weiss".to_owned()));
    let probe = confluence_probe(&confluence);
    assert_eq!(probe.get("/rest/api/user?username=anna").await.status, 404);
    let anna = probe.get("/rest/api/user?username=anna.weiss").await;
    assert_eq!(anna.json()["userKey"], key);
    assert!(confluence.writes().is_empty());
    let again = start(|_| ()).await;
    assert_eq!(key_of(&again, "anna"), key);
}

#[tokio::test]
async fn lists_come_in_pages_with_a_relative_link() {
    let confluence = start(|options| options.settings.page_max = 3).await;
    let probe = confluence_probe(&confluence);
    let first = probe
        .get("/rest/api/user/list?start=0&limit=5000")
        .await
        .json();
    assert_eq!(
        (first["limit"].clone(), first["size"].clone()),
        (3.into(), 3.into())
    );
    let next = first["_links"]["next"].as_str().unwrap();
    assert_eq!(next, "/rest/api/user/list?limit=3&start=3");
    let last = probe.get(next).await.json();
    assert_eq!(last["results"][0]["username"], "dora@contoso.example");
    assert_eq!(last["size"], 1);
    assert!(last["_links"].get("next").is_none());
    let beyond = probe.get("/rest/api/user/list?start=9").await.json();
    assert_eq!(beyond["results"], json!([]));

    let members = "/rest/api/group/confluence-users/member?limit=10";
    let page = probe.get(members).await.json();
    let names: Vec<&str> = page["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["username"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["anna", "bob", "dora@contoso.example"],
        "active ones only"
    );
    let unknown = probe.get("/rest/api/group/nobodies/member").await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn older_versions_lack_the_newer_routes() {
    for (version, list, change, information) in [
        (Version::V7, 404, 404, 404),
        (Version::V8, 200, 204, 404),
        (Version::V9, 200, 204, 200),
        (Version::V10, 200, 204, 200),
    ] {
        let confluence = start(|options| options.version = version).await;
        let probe = confluence_probe(&confluence);
        let answer = probe.get("/rest/api/user/list").await;
        assert_eq!(answer.status, list, "{version:?}");
        let body = json!({ "fullName": "Anna", "email": "a@contoso.example" });
        let answer = probe.put("/rest/api/admin/user/anna", &body).await;
        assert_eq!(answer.status, change, "{version:?}");
        let answer = probe.get("/rest/api/server-information").await;
        assert_eq!(answer.status, information, "{version:?}");
        if information == 200 {
            assert_eq!(answer.json()["version"], version.number());
        }
        assert_eq!(confluence.complaints(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn account_fields_change_both_or_not_at_all() {
    let confluence = start(|_| ()).await;
    let probe = confluence_probe(&confluence);
    let path = "/rest/api/admin/user/anna";
    let body = json!({ "fullName": "Anna Weiss", "email": "Anna.Weiss@contoso.example" });
    assert_eq!(probe.put(path, &body).await.status, 204);
    let key = key_of(&confluence, "anna");
    let wanted = Write {
        account: key.clone(),
        field: Field::FullName,
        before: Some("Anna Weiß".to_owned()),
        after: Some("Anna Weiss".to_owned()),
    };
    assert_eq!(confluence.writes(), [wanted], "the address stayed");
    assert_eq!(
        confluence.value(&key, Field::Position).as_deref(),
        Some("Head of Café")
    );
    for body in [
        json!({ "fullName": "Anna" }),
        json!({ "email": "a@contoso.example" }),
        json!({ "fullName": " ", "email": "a@contoso.example" }),
        json!({ "fullName": "Anna", "email": "none" }),
        json!({ "fullName": "Anna", "email": "a@contoso.example", "phone": "1" }),
        json!([]),
    ] {
        assert_eq!(probe.put(path, &body).await.status, 400, "{body}");
    }
    assert_eq!(
        probe.put("/rest/api/admin/user/nobody", &body).await.status,
        404
    );
    let refused = probe.put("/rest/api/admin/user/bob", &body).await;
    assert_eq!(refused.status, 403, "a read-only directory");
    assert!(refused.text.contains("read-only"), "{}", refused.text);
    let plain = probe.send(Method::PUT, path, Some(body.to_string())).await;
    assert_eq!(plain.unwrap().status, 415);
    confluence.configure(|settings| settings.is_admin = false);
    assert_eq!(probe.put(path, &body).await.status, 403);
    assert_eq!(confluence.writes().len(), 1);
}

#[tokio::test]
async fn browsers_need_the_xsrf_header_at_rest() {
    let confluence = start(|_| ()).await;
    let browser = confluence_probe(&confluence).with("user-agent", "Mozilla/5.0 (X11)");
    let body = json!({ "fullName": "Anna", "email": "a@contoso.example" });
    let path = "/rest/api/admin/user/anna";
    assert_eq!(browser.put(path, &body).await.status, 403);
    assert_eq!(browser.get(CURRENT).await.status, 200);
    let told = browser.with("x-atlassian-token", "no-check");
    assert_eq!(told.put(path, &body).await.status, 204);
}

#[tokio::test]
async fn the_bucket_empties() {
    let limit = RateLimit {
        capacity: 1,
        fill: 1,
        interval: Duration::from_mins(1),
    };
    let confluence = start(|options| options.rate_limit = Some(limit)).await;
    let probe = confluence_probe(&confluence);
    let answer = probe.get(CURRENT).await;
    assert_eq!(answer.header("x-ratelimit-remaining"), "0");
    let over = probe.get(CURRENT).await;
    assert_eq!(
        (over.status.as_u16(), over.header("retry-after")),
        (429, "60")
    );
}

#[tokio::test]
async fn maintenance_and_unknown_routes() {
    let confluence = start(|_| ()).await;
    let probe = confluence_probe(&confluence);
    confluence.configure(|settings| settings.is_in_maintenance = true);
    assert_eq!(probe.get(CURRENT).await.status, 503);
    assert_eq!(probe.get("/login.action").await.status, 503);
    assert_eq!(probe.get("/status").await.json()["state"], "MAINTENANCE");
    confluence.configure(|settings| settings.is_in_maintenance = false);
    assert_eq!(probe.get("/status").await.json()["state"], "RUNNING");
    for path in [
        "/rest/mobile/1.0/profile/anna",
        "/rest/api/user/memberof?username=anna",
        "/rest/api/settings/systemInfo",
        "/dashboard.action",
    ] {
        assert_eq!(probe.get(path).await.status, 501, "{path}");
    }
    let outside = Probe::new(&confluence.origin());
    assert_eq!(outside.get(CURRENT).await.status, 501);
    assert_eq!(confluence.complaints().len(), 5);
}

#[test]
fn a_hundred_thousand_accounts_are_found_by_key_and_name() {
    let mut accounts = Accounts::new();
    for number in 0..100_000 {
        let name = format!("user{number:06}");
        let account = Account::named(&name, &format!("{name}@contoso.example"), &name);
        accounts.add(account.with(Field::Department, "Sales"));
    }
    assert_eq!(accounts.len(), 100_000);
    let key = accounts.by_name("USER099999").unwrap().key.clone();
    let found = accounts.by_key(&key).unwrap();
    assert_eq!(found.username, "user099999");
    assert_eq!(found.get(Field::Department), Some("Sales"));
    assert_eq!(found.get(Field::Phone), None);
    let mut keys: Vec<&str> = accounts
        .iter()
        .map(|account| account.key.as_str())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 100_000, "no key twice");
}
