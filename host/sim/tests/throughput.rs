//! The stand-ins keep up with a service that is in a hurry: they must never be what is measured.
//!
//! The bounds are far below what a release build does, so that a busy machine passes too; the
//! numbers are printed for those who look (`--nocapture`).

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's own helpers may fail loudly"
)]

use std::time::Instant;

use attune_sim::graph::{self, Graph};
use attune_sim::jira::{self, Jira};
use attune_sim::people::People;
use attune_sim::{Setup, demo};
use reqwest::Client;

fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

async fn token(client: &Client, graph: &Graph) -> String {
    let scope = format!("{}/.default", graph.url());
    let form = [
        ("client_id", "6f1c0c2e-9a1d-4b57-8a30-3f6f2f6b9d11"),
        ("client_secret", "sim~client~secret~not~real"),
        ("grant_type", "client_credentials"),
        ("scope", &scope),
    ];
    let url = format!("{}/contoso.example/oauth2/v2.0/token", graph.url());
    let answer = client.post(url).form(&form).send().await.unwrap();
    let body: serde_json::Value = answer.json().await.unwrap();
    body["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn listing_does_not_slow_down_page_by_page() {
    let number = if cfg!(debug_assertions) {
        10_000
    } else {
        100_000
    };
    let begin = Instant::now();
    let people = People::generate(1, number);
    let invented = begin.elapsed();
    let graph = Graph::start(graph::Options::of(people)).await.unwrap();
    let client = client();
    let token = token(&client, &graph).await;
    let mut next = format!(
        "{}/v1.0/users?$top=999&$expand=manager($select=id,displayName)&$select=id,\
         userPrincipalName,mail,displayName,department,jobTitle,companyName,officeLocation,\
         country,businessPhones,mobilePhone,employeeId,onPremisesExtensionAttributes",
        graph.url()
    );
    let begin = Instant::now();
    let (mut bytes, mut pages) = (0, 0);
    loop {
        let answer = client.get(&next).bearer_auth(&token).send().await.unwrap();
        let page = answer.text().await.unwrap();
        bytes += page.len();
        pages += 1;
        let Some((_, link)) = page.split_once("\"@odata.nextLink\":\"") else {
            break;
        };
        next = link.split('"').next().unwrap().to_owned();
    }
    let listed = begin.elapsed();
    println!(
        "{number} people: invented in {invented:?}, {pages} pages, {bytes} bytes in {listed:?}"
    );
    assert_eq!(pages, number.div_ceil(999));
    assert!(listed.as_secs() < 30);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn properties_by_the_thousand() {
    let people = People::generate(1, 2000);
    let site = jira::Options {
        setup: Setup {
            log_max: 100,
            ..Setup::default()
        },
        ..jira::Options::of(demo::account_for_each(&people))
    };
    let jira = Jira::start(site).await.unwrap();
    let client = client();
    let token = jira.settings().token;
    let begin = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for worker in 0..8 {
        let (client, token, url) = (client.clone(), token.clone(), jira.url());
        tasks.spawn(async move {
            for number in 0..250 {
                let key = 10_100 + worker * 250 + number;
                let url =
                    format!("{url}/rest/api/2/user/properties/Department?userKey=JIRAUSER{key}");
                let put = client.put(&url).bearer_auth(&token);
                let put = put
                    .header("content-type", "application/json")
                    .body("\"Sales\"");
                assert_eq!(put.send().await.unwrap().status(), 201);
                let get = client.get(&url).bearer_auth(&token).send().await.unwrap();
                assert_eq!(get.status(), 200);
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let per_second = 4000.0 / begin.elapsed().as_secs_f64();
    println!("{per_second:.0} property requests a second");
    assert_eq!(jira.writes().len(), 100, "the log of writes is bounded");
    assert_eq!(jira.counts().applied, 2000);
    assert!(jira.counts().in_flight_max <= 8);
    assert!(per_second > 300.0);
}
