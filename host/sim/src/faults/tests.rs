//! Faults strike whom they are meant for, and the log tells the truth about them.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use super::*;
use crate::demo::{Demo, account_for_each};
use crate::graph::{self, Graph};
use crate::jira::{self, Jira};
use crate::people::People;
use crate::probe::{Probe, graph_probe, jira_probe, walk};

async fn site() -> (Jira, Probe) {
    let accounts = account_for_each(&People::generate(1, 30));
    let jira = Jira::start(jira::Options::of(accounts)).await.unwrap();
    let probe = jira_probe(&jira);
    (jira, probe)
}

const PROPERTY: &str = "/rest/api/2/user/properties/a?userKey=JIRAUSER10100";

#[tokio::test]
async fn rejects_the_matching_requests_only_and_applies_nothing() {
    let (jira, probe) = site().await;
    jira.inject(
        Fault::reject(503)
            .on("put", "/user/properties/")
            .after(1)
            .times(2),
    );
    assert_eq!(probe.put(PROPERTY, &json!(1)).await.status, 201);
    assert_eq!(probe.get(PROPERTY).await.status, 200);
    assert_eq!(jira.unread_faults().len(), 1);
    for _ in 0..2 {
        assert_eq!(probe.put(PROPERTY, &json!(2)).await.status, 503);
    }
    assert_eq!(jira.property("JIRAUSER10100", "a"), Some(json!(1)));
    assert_eq!(probe.put(PROPERTY, &json!(3)).await.status, 200);
    assert!(jira.complaints().is_empty());
    let log = jira.log();
    assert_eq!(log[2].fault, Some("reject"));
    assert!(!log[2].is_applied && log[4].is_applied);
    let authorization = log[2].header("authorization").unwrap();
    assert!(authorization.starts_with("Bearer "));
}

#[tokio::test]
async fn an_answer_can_be_lost_after_the_write() {
    let (jira, probe) = site().await;
    jira.inject(Fault::fail_after_write().on("PUT", ""));
    let json = probe.with("content-type", "application/json");
    let lost = json.send(Method::PUT, PROPERTY, Some("1".to_owned())).await;
    assert!(lost.is_err());
    assert_eq!(jira.property("JIRAUSER10100", "a"), Some(json!(1)));
    let record = jira.log().pop().unwrap();
    assert_eq!((record.status, record.is_applied), (0, true));
    jira.inject(Fault::disconnect().on("DELETE", ""));
    assert!(probe.send(Method::DELETE, PROPERTY, None).await.is_err());
    assert_eq!(jira.property("JIRAUSER10100", "a"), Some(json!(1)));
}

#[tokio::test]
async fn held_requests_wait_at_the_gate() {
    let (jira, probe) = site().await;
    let gate = Gate::default();
    jira.inject(Fault::hold(&gate).on("PUT", ""));
    let body = json!(1);
    let put = probe.put(PROPERTY, &body);
    let look = async {
        gate.arrived(1).await;
        let before = jira.property("JIRAUSER10100", "a");
        gate.release();
        before
    };
    let (answer, before) = tokio::join!(put, look);
    assert_eq!((answer.status.as_u16(), before), (201, None));
    let gate = Gate::default();
    jira.inject(Fault::hold_answer(&gate).on("PUT", ""));
    let body = json!(2);
    let put = probe.put(PROPERTY, &body);
    let look = async {
        gate.arrived(1).await;
        let applied = jira.property("JIRAUSER10100", "a");
        gate.release();
        applied
    };
    let (answer, applied) = tokio::join!(put, look);
    assert_eq!((answer.status.as_u16(), applied), (200, Some(json!(2))));
}

#[tokio::test]
async fn answers_break_off_or_crawl() {
    let (jira, probe) = site().await;
    let whole = probe.get("/rest/api/2/myself").await.text;
    jira.inject(Fault::truncate(10));
    let mut response = reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .get(format!("{}/rest/api/2/myself", jira.url()))
        .bearer_auth(jira.settings().token)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.content_length(), Some(whole.len() as u64));
    let beginning = response.chunk().await.unwrap().unwrap();
    assert_eq!(beginning, whole.as_bytes()[..10]);
    assert!(response.chunk().await.is_err());
    jira.inject(Fault::slow(whole.len() / 5, Duration::from_millis(30)));
    let begin = Instant::now();
    assert_eq!(probe.get("/rest/api/2/myself").await.text, whole);
    assert!(begin.elapsed() >= Duration::from_millis(120));
}

#[tokio::test]
async fn throttling_in_all_its_spellings_and_login_pages() {
    let graph = Graph::start(graph::Options::of(People::generate(1, 5)))
        .await
        .unwrap();
    let probe = graph_probe(&graph).await;
    for (retry, wanted) in [
        (RetryAfter::Seconds(7), "7"),
        (RetryAfter::Decimal(2.128), "2.128"),
        (RetryAfter::Missing, ""),
    ] {
        graph.inject(Fault::throttle(retry).on("GET", "/v1.0/users"));
        let answer = probe.get("/v1.0/users").await;
        assert_eq!(answer.status, 429);
        assert_eq!(answer.header("retry-after"), wanted);
        assert_eq!(answer.json()["error"]["code"], "TooManyRequests");
    }
    graph.inject(Fault::unavailable(RetryAfter::Date(Duration::from_mins(1))));
    let answer = probe.get("/v1.0/users").await;
    assert_eq!(answer.status, 503);
    assert!(answer.header("retry-after").ends_with(" GMT"), "{answer:?}");
    graph.inject(Fault::login_page());
    let answer = probe.get("/v1.0/users").await;
    assert_eq!(answer.status, 200);
    assert!(answer.text.contains("<form"));
    assert!(graph.complaints().is_empty());
}

#[tokio::test]
async fn probable_faults_repeat_with_their_seed() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let (jira, probe) = site().await;
        jira.inject(Fault::reject(500).chance(0.3));
        let mut statuses = Vec::new();
        for _ in 0..60 {
            statuses.push(probe.get("/rest/api/2/myself").await.status.as_u16());
        }
        assert!(jira.unread_faults().is_empty());
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
    let struck = runs[0].iter().filter(|status| **status == 500).count();
    assert!((8..30).contains(&struck), "{struck}");
}

#[tokio::test]
async fn a_paused_site_refuses_connections_and_comes_back_with_its_state() {
    let (jira, probe) = site().await;
    probe.put(PROPERTY, &json!("kept")).await;
    jira.pause().await;
    assert!(probe.send(Method::GET, PROPERTY, None).await.is_err());
    let address = jira.origin();
    let port = address.rsplit(':').next().unwrap().parse().unwrap();
    let another = tokio::net::TcpSocket::new_v4().unwrap();
    let taken = another.bind((std::net::Ipv4Addr::LOCALHOST, port).into());
    assert!(taken.is_err(), "its port was given away: {taken:?}");
    jira.resume().unwrap();
    assert_eq!(probe.get(PROPERTY).await.json()["value"], "kept");
    jira.stop().await;
    let free = address.trim_start_matches("http://");
    assert!(tokio::net::TcpListener::bind(free).await.is_ok());
}

#[tokio::test]
async fn pausing_cuts_requests_that_are_under_way() {
    let (jira, probe) = site().await;
    let gate = Gate::default();
    jira.inject(Fault::hold(&gate));
    let held = probe.send(Method::GET, "/rest/api/2/myself", None);
    let (answer, ()) = tokio::join!(held, async {
        gate.arrived(1).await;
        jira.pause().await;
    });
    assert!(answer.is_err());
}

#[tokio::test]
async fn the_demo_is_ready_to_use() {
    let demo = Demo::start(300).await.unwrap();
    let probe = graph_probe(&demo.graph).await;
    let (ids, _) = walk(&probe, "/v1.0/users?$select=id&$top=999").await;
    assert_eq!(ids.len(), 300);
    let jira = Probe::new(&demo.access().jira_url).with(
        "authorization",
        &format!("Bearer {}", demo.access().jira_token),
    );
    let (mut by_name, mut by_mail, mut none) = (0, 0, 0);
    let names: Vec<(String, Option<String>)> = demo.graph.people(|people| {
        let members = people.iter().filter(|who| !people.is_guest(*who));
        members
            .map(|who| (people.user_principal_name(who), people.text(who, "mail")))
            .collect()
    });
    for (name, mail) in names {
        let path = format!("/rest/api/2/user?username={name}");
        if jira.get(&path).await.status == 200 {
            by_name += 1;
            continue;
        }
        let path = format!(
            "/rest/api/2/user/search?username={}",
            mail.unwrap_or("-".to_owned())
        );
        let found = jira.get(&path).await.json();
        match found.as_array().unwrap().len() {
            0 => none += 1,
            _ => by_mail += 1,
        }
    }
    assert!(
        by_name > 180 && by_mail > 20 && none > 2,
        "{by_name} {by_mail} {none}"
    );
    let filled = demo.jira.accounts(|accounts| {
        let filled = |key: &str| accounts.property(key, "Department").is_some();
        accounts
            .iter()
            .filter(|account| filled(&account.key))
            .count()
    });
    assert!((8..60).contains(&filled), "{filled}");
    assert!(demo.complaints().is_empty());
    demo.stop().await;
}
