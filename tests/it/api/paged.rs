//! Lists that have no end of their own come page by page: each entry once, in the order of one long page.

use attune_server::store::held::HeldRow;
use attune_tests::{PLAIN, TestApp};
use serde_json::{Value, json};

use super::client::{Api, end, serve, served};

/// Every entry of a list, so many on a page; and how many pages those were.
async fn read(api: &Api, path: &str, limit: usize) -> (Vec<Value>, usize) {
    let (mut entries, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let join = if path.contains('?') { '&' } else { '?' };
        let page = api.get(&format!("{path}{join}limit={limit}{cursor}")).await;
        assert_eq!(page.status, 200, "{path}: {page:?}");
        let items = page.body.get("items").and_then(Value::as_array);
        entries.extend(items.unwrap().iter().cloned());
        pages += 1;
        match page.body.get("next").and_then(Value::as_str) {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (entries, pages),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_held_comes_page_by_page() {
    let (app, service, api) = served(2).await;
    let row = |connector: &str, person: &str, field: &str, first_ms| HeldRow {
        connector: connector.to_owned(),
        target: "jira".to_owned(),
        person: person.to_owned(),
        field: field.to_owned(),
        code: "many-values".to_owned(),
        first_ms,
        last_ms: 3,
        next_ms: 3,
        tries: 1,
        // Nobody's time comes before the next run.
        step: 0,
    };
    // Names of any kind, and several rows of one moment.
    let rows = [
        row("demo", "a&b=c", "Title", 1),
        row("demo", "a&b=c", "City", 1),
        row("demo", "\"x\", y", "City", 1),
        row("demo", "z\u{fc}", "City", 0),
        row("other", "a&b=c", "City", 2),
        row("other", "b", "", 1),
    ];
    app.app.host.store.hold(&rows).await.unwrap();
    let (all, pages) = read(&api, "/api/v1/held", 500).await;
    assert_eq!((all.len(), pages), (rows.len(), 1));
    for limit in [1, 2, 4] {
        let (found, pages) = read(&api, "/api/v1/held", limit).await;
        assert_eq!(found, all, "{limit} on a page");
        assert_eq!(pages, rows.len().div_ceil(limit));
    }
    let first = &all[0];
    assert_eq!(
        (&first["person"], &first["field"]),
        (&json!("z\u{fc}"), &json!("City"))
    );
    let (own, pages) = read(&api, "/api/v1/held?connector=demo", 3).await;
    assert_eq!((own.len(), pages), (4, 2));
    assert!(own.iter().all(|one| one["connector"] == "demo"), "{own:?}");
    end(service, api).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_changed_of_a_person_comes_page_by_page() {
    let (app, service, api) = served(12).await;
    let who = app.who(1);
    for city in ["Lyon", "Alkmaar", "Turku"] {
        app.set(who, "city", city);
        let done = api.all("POST /api/v1/connectors/demo/sync?wait=30").await;
        assert_eq!(done.body["state"], "done", "{done:?}");
    }
    let path = format!("/api/v1/connectors/demo/people/{}/history", app.key(who));
    let (all, _) = read(&api, &path, 500).await;
    assert!(all.len() >= 3, "{all:?}");
    assert_eq!(all[0]["after"], "Turku");
    let (found, pages) = read(&api, &path, 1).await;
    assert_eq!(found, all);
    assert!(pages >= 3, "{pages}");
    let cities = format!("{path}?field=City");
    for (limit, wanted) in [(1, 3), (2, 2), (3, 1)] {
        let (found, pages) = read(&api, &cities, limit).await;
        let after: Vec<&Value> = found.iter().map(|change| &change["after"]).collect();
        assert_eq!(after, ["Turku", "Alkmaar", "Lyon"]);
        assert_eq!(pages, wanted, "{limit} on a page");
    }
    for wrong in ["x", "1.2", "1.x.2"] {
        let refused = api.get(&format!("{path}?cursor={wrong}")).await;
        assert_eq!(
            (refused.status, &refused.body["code"]),
            (400, &json!("request"))
        );
    }
    end(service, api).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plans_that_wait_come_page_by_page() {
    let app = TestApp::tidy(3).await.unwrap();
    app.maps(PLAIN).unwrap();
    let second = app.connector_text("", "Place = \"city\"");
    let second = second.replace("id = \"demo\"", "id = \"second\"");
    app.write_connector("second", &second).unwrap();
    let service = app.serve_with(|_| {}).await.unwrap();
    let api = serve(&service, None).await;
    for name in ["demo", "second"] {
        let sync = format!("POST /api/v1/connectors/{name}/sync?wait=30");
        let synced = api.all(&sync).await;
        assert_eq!(synced.body["state"], "done", "{synced:?}");
        let undo = format!(
            "POST /api/v1/runs/{}/undo?wait=30",
            synced.body["run"].as_str().unwrap()
        );
        let undone = api.all(&undo).await;
        assert_eq!(undone.body["error"]["code"], "held", "{undone:?}");
    }
    let (all, _) = read(&api, "/api/v1/plans", 500).await;
    let of: Vec<&Value> = all.iter().map(|plan| &plan["connector"]).collect();
    assert_eq!(of, ["second", "demo"], "the latest first");
    assert_eq!(read(&api, "/api/v1/plans", 1).await, (all, 2));
    end(service, api).await;
}
