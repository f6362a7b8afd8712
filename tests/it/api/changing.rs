//! What changes what runs, over the API: files, rows, builds, sites.

use attune_tests::PLAIN_FIELDS;
use serde_json::{Value, json};

use super::client::{Answer, Api, end, served};
use crate::builds;

/// Status and code of a refusal.
fn code(answer: &Answer) -> (u16, &str) {
    let code = answer.body.get("code").and_then(Value::as_str);
    (answer.status, code.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connector_file_is_read_looked_at_and_saved_only_as_it_was_read() {
    let (app, service, api) = served(3).await;
    let read = api.get("/api/v1/connectors/demo/file").await;
    let text = read.body["text"].as_str().unwrap().to_owned();
    let tag = read.body["tag"].as_str().unwrap().to_owned();
    assert!(read.head.contains(&format!("etag: \"{tag}\"")), "{read:?}");

    let wider = format!("# looked after by the API\n{text}");
    let looked = api
        .send("POST /api/v1/connectors/demo/validate", "", &wider)
        .await;
    assert_eq!(
        looked.body["difference"][1], "+# looked after by the API",
        "{looked:?}"
    );
    assert_eq!(
        (&looked.body["mistakes"], looked.body["is-new"].as_bool()),
        (&json!([]), Some(false))
    );
    let wrong = api
        .send(
            "POST /api/v1/connectors/demo/validate",
            "",
            &text.replace("provider", "providre"),
        )
        .await;
    assert!(
        wrong.body["mistakes"][0]["line"].as_u64().unwrap() > 0,
        "{wrong:?}"
    );
    assert_eq!(
        std::fs::read_to_string(app.connectors().join("demo.toml")).unwrap(),
        text,
        "looking writes nothing"
    );

    let put = "PUT /api/v1/connectors/demo/file";
    let without = api.send(put, "", &wider).await;
    assert_eq!(code(&without), (428, "precondition"));
    let stale = api.send(put, "if-match: \"00\"\r\n", &wider).await;
    assert_eq!(code(&stale), (412, "file-changed"));
    let matching = format!("if-match: \"{tag}\"\r\n");
    let broken = api.send(put, &matching, "id = 3\n").await;
    assert_eq!(code(&broken), (422, "config"));
    let twice = api.send(put, "if-none-match: *\r\n", &wider).await;
    assert_eq!(code(&twice), (412, "file-exists"));
    assert_eq!(
        std::fs::read_to_string(app.connectors().join("demo.toml")).unwrap(),
        text
    );
    let saved = api.send(put, &matching, &wider).await;
    assert_eq!(saved.status, 200, "{saved:?}");
    assert_eq!(
        std::fs::read_to_string(app.connectors().join("demo.toml")).unwrap(),
        wider
    );
    let outside = api
        .send(
            "PUT /api/v1/connectors/..%2Fx/file",
            "if-none-match: *\r\n",
            &wider,
        )
        .await;
    assert_eq!(code(&outside), (422, "config"), "{outside:?}");
    end(service, api).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_is_tried_set_and_taken_out_and_its_value_explained() {
    let (app, service, api) = served(3).await;
    let who = app.key(app.who(1));
    let tried = api
        .send(
            "POST /api/v1/connectors/demo/trial",
            "",
            &json!({ "field": "Shout", "target": "jira", "person": who, "row": "{ from = \"city\", steps = [\"text.upper\"] }" }).to_string(),
        )
        .await;
    let step = &tried.body["targets"][0]["fields"][0]["steps"][0];
    let before = step["input"]["text"].as_str().unwrap_or_default();
    assert_eq!(step["output"]["text"], before.to_uppercase(), "{tried:?}");
    assert!(!before.is_empty());

    let row = json!({ "row": "{ from = \"city\", steps = [\"text.upper\"] }" }).to_string();
    let place = "/api/v1/connectors/demo/targets/jira/fields/Shout";
    let set = api.send(&format!("PUT {place}"), "", &row).await;
    assert_eq!(
        (set.status, &set.body["is-written"]),
        (200, &json!(true)),
        "{set:?}"
    );
    let revision = set.body["revision"].as_str().unwrap();
    service
        .until("the row is in use", |one| {
            one.revision("demo").as_deref() == Some(revision)
        })
        .await
        .unwrap();
    assert_eq!(
        api.all("POST /api/v1/connectors/demo/sync?wait=30")
            .await
            .status,
        200
    );
    assert_eq!(
        app.property(app.who(1), "Shout"),
        Some(before.to_uppercase())
    );

    let gone = api.all(&format!("DELETE {place}")).await;
    assert_eq!(
        (gone.status, &gone.body["after"]),
        (200, &Value::Null),
        "{gone:?}"
    );
    let none = api.all(&format!("DELETE {place}")).await;
    assert_eq!(code(&none), (404, "no-such-field"));
    end(service, api).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_found_shown_and_forgotten() {
    let (app, service, api) = served(7).await;
    assert_eq!(
        api.all("POST /api/v1/connectors/demo/sync?wait=30")
            .await
            .status,
        200
    );
    let all = api.get("/api/v1/connectors/demo/people?limit=5").await;
    let next = all.body["next"].as_str().unwrap();
    let rest = api
        .get(&format!(
            "/api/v1/connectors/demo/people?limit=5&cursor={next}"
        ))
        .await;
    let count = |page: &Answer| page.body["items"].as_array().unwrap().len();
    assert_eq!((count(&all), count(&rest)), (5, 2));

    let who = app.who(4);
    let key = app.key(who);
    let account = app.member(who, "userPrincipalName").unwrap();
    let found = api
        .get(&format!("/api/v1/connectors/demo/people?q={account}"))
        .await;
    assert_eq!(found.body["items"][0]["person"], key, "{found:?}");
    let shown = api
        .get(&format!("/api/v1/connectors/demo/people/{account}"))
        .await;
    assert_eq!(shown.body["accounts"][0]["state"], "matched", "{shown:?}");
    let attributes = shown.body["attributes"].as_array().unwrap();
    let city = attributes
        .iter()
        .find(|one| one["selector"] == "city")
        .unwrap();
    assert_eq!(
        city["value"]["text"].as_str().map(str::to_owned),
        app.member(who, "city")
    );

    let forgotten = api
        .all(&format!("DELETE /api/v1/connectors/demo/people/{key}"))
        .await;
    assert_eq!(
        (forgotten.status, &forgotten.body["person"]),
        (200, &json!(key)),
        "{forgotten:?}"
    );
    let gone = api
        .get(&format!("/api/v1/connectors/demo/people/{key}"))
        .await;
    assert_eq!(code(&gone), (404, "no-such-person"));
    let audit = api.get("/api/v1/audit?limit=1").await;
    assert_eq!(audit.body["items"][0]["what"], "forget", "{audit:?}");
    end(service, api).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_is_handed_over_and_goes_the_way_of_every_build() {
    let (_app, service, api) = served(2).await;
    let put = async |api: &Api, id: &str, bytes: &[u8]| {
        api.send_bytes(&format!("PUT /api/v1/plugins/{id}/file"), "", bytes)
            .await
    };
    let build = builds::mark("stamp", "-1");
    let other = put(&api, "other", &build).await;
    assert_eq!(other.status, 422, "{other:?}");
    let bundled = put(&api, "text", &builds::mark("text", "-1")).await;
    assert_eq!(code(&bundled), (422, "plugin-id-taken"), "{bundled:?}");
    let broken = put(&api, "stamp", b"\0asm").await;
    assert_eq!(broken.status, 422, "{broken:?}");
    let taken = put(&api, "stamp", &build).await;
    assert_eq!(
        (taken.status, &taken.body["kind"]),
        (202, &json!("transform")),
        "{taken:?}"
    );
    let digest = taken.body["digest"].as_str().unwrap();
    service.until_running("stamp", digest).await.unwrap();
    let shown = api.get("/api/v1/plugins/stamp").await;
    assert_eq!(
        (&shown.body["digest"], &shown.body["card"]["places"]),
        (&json!(digest), &json!([])),
        "{shown:?}"
    );
    let same = api.all("POST /api/v1/plugins/stamp/swap").await;
    assert_eq!(same.body["state"], "same", "{same:?}");
    let none = api.all("POST /api/v1/plugins/stamp/rollback").await;
    assert_eq!(code(&none), (409, "no-older-build"), "{none:?}");
    let shadow = api.get("/api/v1/plugins/stamp/shadow").await;
    assert_eq!(code(&shadow), (409, "nothing-waits"), "{shadow:?}");
    let unsigned = api
        .send(
            "PUT /api/v1/plugins/stamp/file",
            "attune-signature: !\r\n",
            "",
        )
        .await;
    assert_eq!(code(&unsigned), (400, "request"));
    end(service, api).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_says_what_its_people_have_and_which_secrets_there_are() {
    let (_app, service, api) = served(5).await;
    let found = api.get("/api/v1/connectors/demo/discover?people=5").await;
    assert_eq!(found.body["people"], 5, "{found:?}");
    let proposed = api
        .get("/api/v1/connectors/demo/suggestions?people=5")
        .await;
    assert!(proposed.body["toml"].is_string(), "{proposed:?}");
    let lines = api.all("POST /api/v1/connectors/demo/check").await;
    let signed_in = lines.body.as_array().unwrap().iter();
    let signed_in = signed_in.filter(|line| line["name"].as_str().unwrap().ends_with("sign-in"));
    assert_eq!(
        signed_in.filter(|line| line["ok"] == true).count(),
        2,
        "{lines:?}"
    );
    let secrets = api.get("/api/v1/connectors/demo/secrets").await;
    let all = secrets.body.as_array().unwrap();
    assert!(
        !all.is_empty() && all.iter().all(|one| one["state"] == "set"),
        "{secrets:?}"
    );
    let wrong = api.get("/api/v1/connectors/demo/discover?people=0").await;
    assert_eq!(code(&wrong), (400, "request"));
    end(service, api).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_is_paused_gets_no_request_until_it_is_resumed() {
    let (app, service, api) = served(3).await;
    let sites = api.get("/api/v1/sites").await;
    let site = json!({ "site": sites.body[0]["site"], "reason": "moving" }).to_string();
    assert_eq!(
        api.send("POST /api/v1/sites/pause", "", &site).await.status,
        204
    );
    let paused = api.get("/api/v1/sites").await;
    assert_eq!(paused.body[0]["paused"]["reason"], "moving", "{paused:?}");
    api.all("POST /api/v1/connectors/demo/sync?wait=30").await;
    assert_ne!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    assert_eq!(
        api.send("POST /api/v1/sites/resume", "", &site)
            .await
            .status,
        204
    );
    let again = api.send("POST /api/v1/sites/resume", "", &site).await;
    assert_eq!(code(&again), (409, "nothing-waits"));
    let other = api
        .send(
            "POST /api/v1/sites/pause",
            "",
            r#"{"site":"https://elsewhere.example"}"#,
        )
        .await;
    assert_eq!(code(&other), (404, "no-such-site"));
    end(service, api).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_a_run_end_with_what_became_of_it() {
    let (_app, service, api) = served(30).await;
    let job = api.all("POST /api/v1/connectors/demo/sync").await;
    let id = job.body["id"].as_str().unwrap();
    let text = api.text(&format!("GET /api/v1/runs/{id}/events")).await;
    assert!(text.contains("content-type: text/event-stream"), "{text}");
    let last = text.rsplit("event: end").next().unwrap();
    assert!(
        last.contains("\"is-over\":true") && last.contains("\"state\":\"done\""),
        "{text}"
    );
    let none = api.get("/api/v1/runs/0000/events").await;
    assert_eq!(code(&none), (404, "no-such-run"));
    end(service, api).await;
}
