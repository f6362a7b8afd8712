//! What there is to be seen over the API, and what changes it.

use attune_tests::PLAIN_FIELDS;
use serde_json::json;

use super::client::{end, served};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_is_made_looked_at_approved_and_taken_back() {
    let (app, service, api) = served(12).await;
    let planned = api.all("POST /api/v1/connectors/demo/plan?wait=30").await;
    assert_eq!(
        (planned.status, &planned.body["state"]),
        (200, &json!("done")),
        "{planned:?}"
    );
    assert_ne!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    let run = planned.body["run"].as_str().unwrap();
    let shown = api.all(&format!("GET /api/v1/runs/{run}")).await;
    assert_eq!(
        (shown.status, &shown.body["verb"]),
        (200, &json!("plan")),
        "{shown:?}"
    );
    let digest = shown.body["digest"].as_str().unwrap();
    let count = shown.body["summary"]["changes"].as_u64().unwrap() as usize;
    assert!(count > 12, "{shown:?}");

    // The changes page by page are those of the plan, each once.
    let mut changes = Vec::new();
    let mut place = format!("/api/v1/plans/{digest}/changes?limit=5");
    loop {
        let page = api.all(&format!("GET {place}")).await;
        assert_eq!(page.status, 200, "{page:?}");
        changes.extend(page.body["items"].as_array().unwrap().clone());
        let Some(next) = page.body["next"].as_str() else {
            break;
        };
        place = format!("/api/v1/plans/{digest}/changes?limit=5&cursor={next}");
    }
    assert_eq!(json!(changes), shown.body["report"]["changes"]);
    assert_eq!(changes.len(), count);

    let approved = api
        .all(&format!("POST /api/v1/plans/{digest}/approve?wait=30"))
        .await;
    assert_eq!(
        (approved.status, &approved.body["summary"]["written"]),
        (200, &json!(count)),
        "{approved:?}"
    );
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());

    let run = approved.body["run"].as_str().unwrap();
    let undone = api
        .all(&format!("POST /api/v1/runs/{run}/undo?wait=30"))
        .await;
    assert_eq!(
        (undone.status, &undone.body["error"]["code"]),
        (200, &json!("held")),
        "{undone:?}"
    );
    let plan = api
        .get(&format!(
            "/api/v1/runs/{}",
            undone.body["run"].as_str().unwrap()
        ))
        .await;
    let digest = plan.body["digest"].as_str().unwrap();
    let back = api
        .all(&format!("POST /api/v1/plans/{digest}/approve?wait=30"))
        .await;
    assert_eq!(back.status, 200, "{back:?}");
    let who = app.who(3);
    assert_eq!(app.property(who, "City"), None);
    let paused = api.all("GET /api/v1/connectors/demo").await;
    assert_eq!(paused.body["paused"]["by"], "api", "{paused:?}");
    end(service, api).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_things_stand_is_told_before_and_after_somebody_has_to_decide() {
    let (_app, service, api) = served(12).await;
    let planned = api.all("POST /api/v1/connectors/demo/plan?wait=30").await;
    let run = planned.body["run"].as_str().unwrap();
    let shown = api.all(&format!("GET /api/v1/runs/{run}")).await;
    let digest = shown.body["digest"].as_str().unwrap();
    let count = shown.body["summary"]["changes"].as_u64().unwrap();
    let counted = api
        .all(&format!("GET /api/v1/plans/{digest}/breakdown"))
        .await;
    let fields = counted.body["fields"].as_array().unwrap();
    let sets = fields.iter().map(|one| one["sets"].as_u64().unwrap());
    assert_eq!(
        (counted.status, sets.sum::<u64>()),
        (200, count),
        "{counted:?}"
    );
    let written = api
        .all(&format!("POST /api/v1/plans/{digest}/approve?wait=30"))
        .await;
    let nobody = api.all("GET /api/v1/plans").await;
    let none = json!({ "items": [], "next": null });
    assert_eq!((nobody.status, &nobody.body), (200, &none));

    let run = written.body["run"].as_str().unwrap();
    let undone = api
        .all(&format!("POST /api/v1/runs/{run}/undo?wait=30"))
        .await;
    let waiting = api.all("GET /api/v1/plans").await;
    assert_eq!(
        (
            waiting.body["items"].as_array().unwrap().len(),
            &waiting.body["items"][0]["run"]
        ),
        (1, &undone.body["run"]),
        "{waiting:?}"
    );
    let condition = api.all("GET /api/v1/connectors/demo/condition").await;
    assert_eq!(
        (condition.status, &condition.body["state"]),
        (200, &json!("held")),
        "{condition:?}"
    );
    for place in ["notices", "held/causes?connector=demo"] {
        let none = api.all(&format!("GET /api/v1/{place}")).await;
        assert_eq!((none.status, &none.body), (200, &json!([])), "{none:?}");
    }
    end(service, api).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejected_plan_is_not_written_any_more() {
    let (app, service, api) = served(4).await;
    let planned = api.all("POST /api/v1/connectors/demo/plan?wait=30").await;
    let run = planned.body["run"].as_str().unwrap().to_owned();
    let shown = api.all(&format!("GET /api/v1/runs/{run}")).await;
    let digest = shown.body["digest"].as_str().unwrap();
    assert_eq!(
        api.all(&format!("POST /api/v1/plans/{digest}/reject"))
            .await
            .status,
        204
    );
    let approved = api
        .all(&format!("POST /api/v1/plans/{digest}/approve?wait=30"))
        .await;
    // A fresh plan is held instead.
    assert_eq!(approved.body["error"]["code"], "held", "{approved:?}");
    assert_ne!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    let none = api.all("POST /api/v1/plans/sha256:00/approve").await;
    assert_eq!(
        (none.status, &none.body["code"]),
        (404, &json!("no-such-plan")),
        "{none:?}"
    );
    end(service, api).await;
}

/// What no list answers: status and code.
const WRONG: [(&str, u16, &str); 10] = [
    ("/api/v1/runs?limit=501", 400, "request"),
    ("/api/v1/runs?connector=other", 404, "no-such-connector"),
    ("/api/v1/runs/0000", 404, "no-such-run"),
    ("/api/v1/plans/sha256:00/changes", 404, "no-such-plan"),
    ("/api/v1/audit?since=yesterday", 400, "request"),
    ("/api/v1/audit?cursor=x", 400, "request"),
    ("/api/v1/held?cursor=x", 400, "request"),
    ("/api/v1/held?limit=0", 400, "request"),
    ("/api/v1/plans?cursor=x", 400, "request"),
    (
        "/api/v1/connectors/demo/people/nobody/history",
        404,
        "no-such-person",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_say_what_the_commands_say_page_by_page() {
    let (app, service, api) = served(6).await;
    for _ in 0..3 {
        let done = api.all("POST /api/v1/connectors/demo/sync?wait=30").await;
        assert_eq!(done.status, 200, "{done:?}");
    }
    let all = api.all("GET /api/v1/runs?connector=demo").await;
    let runs = all.body["items"].as_array().unwrap().clone();
    assert_eq!(
        (runs.len(), &all.body["next"]),
        (3, &json!(null)),
        "{all:?}"
    );
    assert_eq!(runs[0]["trigger"], "api");
    let first = api.all("GET /api/v1/runs?limit=2").await;
    let next = first.body["next"].as_str().unwrap();
    let second = api
        .get(&format!("/api/v1/runs?limit=2&cursor={next}"))
        .await;
    let pages = [&first, &second].map(|page| page.body["items"].as_array().unwrap().clone());
    assert_eq!(pages.concat(), runs);

    let connectors = api.all("GET /api/v1/connectors").await;
    assert_eq!(connectors.body[0]["provider"], "entra", "{connectors:?}");
    let plugins = api.all("GET /api/v1/plugins").await;
    assert!(plugins.body.as_array().unwrap().len() > 20);
    let sites = api.all("GET /api/v1/sites").await;
    assert_eq!(sites.body[0]["connectors"], json!(["demo"]), "{sites:?}");
    let held = api.all("GET /api/v1/held").await;
    assert_eq!(held.body["items"], json!([]), "{held:?}");
    let audit = api.all("GET /api/v1/audit?limit=1").await;
    assert_eq!(audit.status, 200, "{audit:?}");
    let verified = api.all("GET /api/v1/audit/verify").await;
    assert_eq!(verified.body["flaw"], json!(null), "{verified:?}");
    let system = api.all("GET /api/v1/system").await;
    assert_eq!(system.body["not-ready"], json!(null), "{system:?}");

    let who = app.key(app.who(2));
    let explained = api
        .get(&format!(
            "/api/v1/connectors/demo/people/{who}/explain?field=City"
        ))
        .await;
    let field = &explained.body["targets"][0]["fields"][0];
    assert_eq!(field["field"]["name"], "City", "{explained:?}");
    let history = api
        .get(&format!("/api/v1/connectors/demo/people/{who}/history"))
        .await;
    assert!(
        !history.body["items"].as_array().unwrap().is_empty(),
        "{history:?}"
    );

    for (path, status, code) in WRONG {
        let answer = api.all(&format!("GET {path}")).await;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (status, &json!(code)),
            "{path}: {answer:?}"
        );
    }
    end(service, api).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_that_nobody_saved_is_checked_and_tried_and_leaves_no_file() {
    let (app, service, api) = served(6).await;
    let text = app.source_text("second", "");
    let place = "/api/v1/connectors/second/unsaved";
    let kind = "content-type: text/plain\r\n";
    let send = async |rest: &str, text: &str| {
        let request = format!("POST {place}/{rest}");
        api.send(&request, kind, text).await
    };
    let checked = send("check", &text).await;
    assert_eq!(checked.status, 200, "{checked:?}");
    let lines = checked.body.as_array().unwrap();
    assert!(
        // The stand-in's clock stands still.
        lines.iter().filter(|line| line["ok"] == true).count() == lines.len() - 1,
        "{checked:?}"
    );
    let people = send("people?people=4", &text).await;
    assert_eq!(people.body.as_array().map(Vec::len), Some(4), "{people:?}");
    let name = app.member(app.who(3), "userPrincipalName").unwrap();
    let one = send(&format!("people?q={name}"), &text).await;
    assert_eq!(one.body[0]["person"], json!(app.key(app.who(3))), "{one:?}");
    let suggested = send("suggestions", &text).await;
    assert!(
        suggested.body["suggestions"].as_array().unwrap().len() > 4,
        "{suggested:?}"
    );
    let whole = app.connector_text("", "City = \"city\"");
    let tried = send(&format!("trial?person={name}"), &whole).await;
    let outcome = &tried.body["targets"][0]["fields"][0]["outcome"]["text"];
    assert_eq!(outcome, &json!(app.member(app.who(3), "city")), "{tried:?}");
    let wrong = send("check", "[source").await;
    assert!((400..500).contains(&wrong.status), "{wrong:?}");
    assert!(!app.connectors().join("second.toml").exists());

    let synced = api.all("POST /api/v1/connectors/demo/sync?wait=30").await;
    assert_eq!(synced.status, 200, "{synced:?}");
    let key = app.key(app.who(3));
    let pinned = format!("{{\"person\": \"{name}\"}}");
    let pinned = api
        .send("POST /api/v1/connectors/demo/pinned", "", &pinned)
        .await;
    assert_eq!(pinned.body["people"], json!([key]), "{pinned:?}");
    let gone = api
        .all(&format!("DELETE /api/v1/connectors/demo/pinned/{key}"))
        .await;
    assert_eq!(gone.body["people"], json!([]), "{gone:?}");
    let none = api.all("GET /api/v1/connectors/demo/pinned").await;
    assert_eq!(
        (none.status, &none.body["people"]),
        (200, &json!([])),
        "{none:?}"
    );
    end(service, api).await;
}
