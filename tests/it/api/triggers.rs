//! `/api/v1`: log-in hooks and scripts ask for runs, with a token, and are told what became of them.

use std::time::{Duration, Instant};

use attune_tests::PLAIN_FIELDS;

use super::client::{TOKEN, end, serve, served};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_in_hook_has_its_person_in_tune_within_two_seconds() {
    let (app, service, api) = served(40).await;
    let who = app.who(7);
    let path = format!("/api/v1/connectors/demo/people/{}/sync", app.key(who));
    // Once, so that everything is compiled and known.
    assert_eq!(api.post(&format!("{path}?wait=30"), "").await.status, 200);
    app.set(who, "city", "Lyon");
    let begun = Instant::now();
    let answer = api.post(&format!("{path}?wait=30"), "").await;
    let took = begun.elapsed();
    assert_eq!(
        (answer.status, &answer.body["state"]),
        (200, &"done".into()),
        "{answer:?}"
    );
    assert_eq!(answer.body["summary"]["written"], 1, "{answer:?}");
    assert_eq!(app.property(who, "City").as_deref(), Some("Lyon"));
    assert!(took < Duration::from_secs(2), "{took:?}");
    println!("one person by the API: {took:?}");
    end(service, api).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_gets_the_address_of_its_job_and_the_job_says_how_it_stands() {
    let (app, service, api) = served(6).await;
    let turn = service.service.turn("demo").await;
    let answer = api
        .post("/api/v1/connectors/demo/sync", r#"{"kind":"full"}"#)
        .await;
    assert_eq!(
        (answer.status, &answer.body["kind"]),
        (202, &"full".into()),
        "{answer:?}"
    );
    let id = answer.body["id"].as_str().unwrap().to_owned();
    let place = format!("/api/v1/jobs/{id}");
    assert!(
        answer.head.contains(&format!("location: {place}")),
        "{answer:?}"
    );
    let behind = api.post("/api/v1/connectors/demo/sync?wait=0", "").await;
    assert_eq!(
        (behind.status, &behind.body["ahead"]),
        (202, &1.into()),
        "{behind:?}"
    );
    drop(turn);
    service.until_ended(&id).await.unwrap();
    let job = api.ask("GET", &place, TOKEN, "").await;
    assert_eq!(
        (job.status, &job.body["state"]),
        (200, &"done".into()),
        "{job:?}"
    );
    assert!(job.body["run"].is_string() && job.body["finished"].is_string());
    service.until_runs(2).await.unwrap();
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    end(service, api).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_log_ins_over_the_api_is_one_run_a_person() {
    let (app, service, api) = served(10).await;
    let turn = service.service.turn("demo").await;
    let mut ids = std::collections::BTreeSet::new();
    for number in 0..1_000 {
        let key = app.key(app.who(number % 10));
        let path = format!("/api/v1/connectors/demo/people/{key}/sync");
        let answer = api.post(&path, "").await;
        assert_eq!(answer.status, 202, "{answer:?}");
        ids.insert(answer.body["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(ids.len(), 10);
    drop(turn);
    service.until_runs(10).await.unwrap();
    assert_eq!(app.app.host.store.runs(100).await.unwrap().len(), 10);
    end(service, api).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_has_the_token_is_heard_and_without_one_in_the_settings_nobody() {
    let (app, service, api) = served(2).await;
    let path = "/api/v1/connectors/demo/sync";
    let none = api.ask("POST", path, "", "").await;
    assert_eq!(
        (none.status, &none.body["code"]),
        (401, &"token".into()),
        "{none:?}"
    );
    assert!(none.head.contains("www-authenticate: bearer"), "{none:?}");
    let wrong = api
        .ask("POST", path, "authorization: Bearer x\r\n", "")
        .await;
    assert_eq!(wrong.status, 401);
    let off = serve(&service, None).await;
    let answer = off.post(path, "").await;
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (403, &"triggers-off".into())
    );
    assert!(
        answer.body["hint"]
            .as_str()
            .unwrap()
            .contains("trigger-token"),
        "{answer:?}"
    );
    assert!(
        app.app
            .host
            .store
            .unfinished_jobs()
            .await
            .unwrap()
            .is_empty()
    );
    off.stop.cancel();
    end(service, api).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_done_is_a_problem_with_a_code_and_the_id_of_the_request() {
    let (app, service, api) = served(2).await;
    let sync = "/api/v1/connectors/demo/sync";
    let nobody = "/api/v1/connectors/demo/people/nobody@example.com/sync?wait=30";
    app.app
        .host
        .store
        .pause("demo", "cli", "", 1)
        .await
        .unwrap();
    let paused = api.post(sync, "").await;
    assert_eq!(
        (paused.status, &paused.body["code"]),
        (409, &"paused".into())
    );
    assert_eq!(
        api.post("/api/v1/connectors/demo/resume", "").await.status,
        200
    );
    for (path, body, status, code) in [
        (sync, "{\"kind\":\"plan\"}", 400, "request"),
        (sync, "{\"mode\":\"full\"}", 400, "request"),
        (sync, "full", 400, "request"),
        ("/api/v1/connectors/demo/sync?wait=31", "", 400, "request"),
        (
            "/api/v1/connectors/other/sync",
            "",
            404,
            "no-such-connector",
        ),
        ("/api/v1/runs/0123/cancel", "", 404, "no-such-job"),
        (nobody, "", 404, "no-such-person"),
        ("/api/v1/elsewhere", "", 404, "no-such-route"),
        ("/api/v1/jobs/0123", "", 405, "no-such-route"),
    ] {
        let headers = format!("{TOKEN}x-request-id: hook-17\r\n");
        let answer = api.ask("POST", path, &headers, body).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        assert_eq!(answer.body["code"], code, "{path}: {answer:?}");
        assert_eq!(answer.body["status"], status, "{path}: {answer:?}");
        assert_eq!(answer.body["request-id"], "hook-17", "{answer:?}");
        assert!(
            answer.head.contains("application/problem+json"),
            "{answer:?}"
        );
        assert!(answer.head.contains("x-request-id: hook-17"), "{answer:?}");
    }
    let large = "x".repeat(1024 * 1024 + 1);
    assert_eq!(api.post(sync, &large).await.status, 413);
    end(service, api).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_is_cancelled_and_a_connector_paused_over_the_api() {
    let (app, service, api) = served(6).await;
    let gate = attune_sim::faults::Gate::default();
    let held = attune_sim::faults::Fault::hold(&gate)
        .on("GET", "/users")
        .chance(1.0);
    app.world.graph.inject(held);
    let job = api.post("/api/v1/connectors/demo/sync", "").await;
    let id = job.body["id"].as_str().unwrap();
    service
        .until("it runs", |one| {
            one.service.running().iter().any(|line| line.run.is_some())
        })
        .await
        .unwrap();
    let run = service.service.running()[0].run.clone().unwrap();
    let cancelled = api.post(&format!("/api/v1/runs/{run}/cancel"), "").await;
    assert_eq!(cancelled.status, 200, "{cancelled:?}");
    assert_eq!(service.until_ended(id).await.unwrap().state, "cancelled");
    gate.release();
    app.world.graph.clear_faults();
    let paused = api
        .post("/api/v1/connectors/demo/pause", r#"{"reason":"audit"}"#)
        .await;
    assert_eq!((paused.status, &paused.body["paused"]), (200, &true.into()));
    let pause = app.app.host.store.paused("demo").await.unwrap().unwrap();
    assert_eq!((pause.by.as_str(), pause.reason.as_str()), ("api", "audit"));
    end(service, api).await;
}
