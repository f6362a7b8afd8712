//! The OpenAPI document: as it is written down, and as it is answered.

use serde_json::Value;

use super::client::{end, served};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/openapi.json");

#[test]
fn the_document_is_the_one_that_is_written_down() {
    let made = attune_server::api::document();
    let golden = std::fs::read_to_string(GOLDEN).unwrap_or_default();
    assert!(
        made == golden,
        "the API is not what tests/golden/openapi.json says: write it anew with \
         `attune openapi > tests/golden/openapi.json` and look at the difference"
    );
}

#[test]
fn every_operation_says_its_right_its_answers_and_what_it_does() {
    let document: Value = serde_json::from_str(&attune_server::api::document()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut names = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            let right = operation["x-needs"].as_str().unwrap_or_default();
            assert!(
                ["anybody", "viewer", "operator", "editor", "admin"].contains(&right),
                "{name}: {right}"
            );
            assert!(operation["x-personal"].is_boolean(), "{name}");
            assert!(operation["summary"].is_string(), "{name}");
            assert!(
                !operation["responses"].as_object().unwrap().is_empty(),
                "{name}"
            );
            assert!(
                names.insert(operation["operationId"].as_str().unwrap()),
                "{name}"
            );
        }
    }
    assert!(names.len() >= 50, "{names:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_answers_the_document() {
    let (_app, service, api) = served(2).await;
    let answer = api.all("GET /api/v1/openapi.json").await;
    let made: Value = serde_json::from_str(&attune_server::api::document()).unwrap();
    assert_eq!((answer.status, answer.body), (200, made));
    end(service, api).await;
}
