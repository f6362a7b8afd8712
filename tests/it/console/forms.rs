//! What somebody does by forms alone: plan, approve, see it, take it back.

use attune_core::plan::Report;
use attune_server::access::Role;
use attune_tests::PLAIN_FIELDS;

use super::browser::{Browser, Page, Site};

/// The page of a run once it is over.
pub(super) async fn ended(browser: &Browser<'_>, place: &str) -> Page {
    loop {
        let page = browser.get(place).await;
        if page.status == 303 {
            return Box::pin(ended(browser, &page.place())).await;
        }
        assert_eq!(page.status, 200, "{page:?}");
        if !page.body.contains("data-events=") {
            return page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// A body that came in pieces, put together.
fn whole(page: &Page) -> String {
    assert_eq!(page.header("transfer-encoding"), Some("chunked"));
    let (mut text, mut rest) = (String::new(), page.body.as_str());
    while let Some((bytes, after)) = rest.split_once("\r\n") {
        let bytes = usize::from_str_radix(bytes, 16).unwrap();
        text.push_str(&after[..bytes]);
        rest = &after[bytes + 2..];
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_is_made_looked_at_approved_and_taken_back() {
    let site = Site::open(12).await;
    let (app, admin) = (&site.app, site.admin().await);
    let planned = admin.post("/connectors/demo/plan", &[]).await.place();
    let run = ended(&admin, &planned).await;
    let plan = run.link("/plans/");
    assert_ne!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    let page = admin.get(&plan).await;
    assert!(
        page.body.contains(&format!("action=\"{plan}/approve\"")),
        "{page:?}"
    );
    let by_value = page.link("?view=person&#38;target=");
    let people = admin.get(&format!("{plan}{by_value}")).await;
    assert!(people.body.contains("/people/demo/"), "{people:?}");
    let download = format!("{plan}/download");
    assert!(page.body.contains(&download), "{page:?}");
    let viewer = site.role(Role::Viewer, false).await;
    let seen = viewer.get(&plan).await;
    assert!(!seen.body.contains(&download), "it would be refused");
    let file: Report = serde_json::from_str(&whole(&admin.get(&download).await)).unwrap();
    assert!(file.summary.changes > 12, "{file:?}");
    assert_eq!(file.changes.len() as u64, file.summary.changes);
    assert_eq!(format!("/plans/{}", file.digest), plan);

    let approved = admin
        .post(&format!("{plan}/approve"), &[("comment", "as agreed")])
        .await;
    let run = ended(&admin, &approved.place()).await;
    for page in [&run, &admin.get(&plan).await, &admin.get("/runs").await] {
        assert!(page.body.contains("admin:ada"), "{page:?}");
    }
    assert!(run.body.contains("as agreed"), "{run:?}");
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    let person = app.key(app.who(2));
    let shown = admin.get(&format!("/people/demo/{person}")).await;
    let city = app.member(app.who(2), "city").unwrap();
    assert!(shown.body.contains(&city), "{shown:?}");

    let told = admin.get(&format!("{}/events", run.path)).await;
    assert!(
        told.header("content-type")
            .unwrap()
            .starts_with("text/event-stream")
    );
    assert!(told.body.contains("event: end"), "{told:?}");
    let undo = format!("{}/undo", run.path);
    assert!(run.body.contains(&format!("action=\"{undo}\"")), "{run:?}");
    assert!(run.body.contains("also pauses the connector"), "{run:?}");
    let back = ended(&admin, &admin.post(&undo, &[]).await.place()).await;
    let plan = back.link("/plans/");
    let page = admin.get(&plan).await;
    let pauses = "The connector is paused with it";
    assert!(page.body.contains(pauses), "{page:?}");
    let approved = admin.post(&format!("{plan}/approve"), &[]).await.place();
    ended(&admin, &approved).await;
    assert_eq!(app.property(app.who(3), "City"), None);
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connector_is_tested_paused_and_resumed() {
    let site = Site::open(2).await;
    let admin = site.admin().await;
    let tested = admin.post("/connectors/demo/check", &[]).await.place();
    assert_eq!(tested, "/connectors/demo/status");
    let page = admin.get(&tested).await;
    assert!(page.body.contains("jira: who sees it"), "{page:?}");
    admin.post("/connectors/demo/pause", &[]).await.place();
    let page = admin.get(&tested).await;
    assert!(page.body.contains("/connectors/demo/resume"), "{page:?}");
    let refused = admin
        .post("/connectors/demo/sync", &[("mode", "sync")])
        .await;
    assert_eq!(refused.status, 409, "{refused:?}");
    admin.post("/connectors/demo/resume", &[]).await.place();
    let page = admin.get(&tested).await;
    assert!(page.body.contains("/connectors/demo/pause"), "{page:?}");
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_is_brought_in_tune_and_the_page_says_so() {
    let site = Site::open(4).await;
    let (app, admin) = (&site.app, site.admin().await);
    let synced = admin
        .post("/connectors/demo/sync", &[("mode", "sync")])
        .await;
    ended(&admin, &synced.place()).await;
    let who = app.who(2);
    app.set(who, "city", "Alkmaar");
    let person = format!("/people/demo/{}", app.key(who));
    let place = admin.post(&format!("{person}/sync"), &[]).await.place();
    let page = admin.get(&place).await;
    assert!(page.body.contains("role=\"status\""), "{page:?}");
    assert!(page.body.contains("Alkmaar"), "{page:?}");
    assert_eq!(app.property(who, "City").as_deref(), Some("Alkmaar"));
    site.close().await;
}
