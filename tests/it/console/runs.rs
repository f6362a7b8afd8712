//! `/runs/ID` and `/plans/DIGEST`: what they say of a job that waits, of a run that broke off, and of whom a
//! plan concerns.

use attune_server::jobs::Kind;
use attune_server::settings::SwapPolicy;
use attune_server::store::revisions::KeptRevision;
use attune_server::store::runs::Run;
use attune_sim::faults::{Fault, Gate};
use attune_tests::{PLAIN, TestApp};

use super::browser::Site;
use super::forms::ended;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_says_how_many_people_it_would_change() {
    let site = Site::open(12).await;
    let (app, admin) = (&site.app, site.admin().await);
    let synced = admin
        .post("/connectors/demo/sync", &[("mode", "sync")])
        .await;
    ended(&admin, &synced.place()).await;
    app.set(app.who(2), "city", "Alkmaar");
    app.set(app.who(2), "jobTitle", "Head of Everything");
    let planned = admin.post("/connectors/demo/plan", &[]).await.place();
    let plan = ended(&admin, &planned).await.link("/plans/");
    let page = admin.get(&plan).await;
    let concerned = "2 changes for 1 person, of ";
    assert!(page.body.contains(concerned), "{page:?}");
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_waits_is_called_what_it_is() {
    let site = Site::open(2).await;
    let admin = site.admin().await;
    admin.post("/connectors/demo/pause", &[]).await.place();
    let job = site.service.ask(Kind::Plan, "").await.unwrap();
    let page = admin.get(&format!("/runs/{}", job.id)).await;
    for said in ["<h1>Plan <span", "Queued</span>", "<p class=\"lede\">API, "] {
        assert!(page.body.contains(said), "{said}: {page:?}");
    }
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_shows_the_way_to_its_plan_as_long_as_there_is_one() {
    let site = Site::open(2).await;
    let admin = site.admin().await;
    let synced = admin
        .post("/connectors/demo/sync", &[("mode", "sync")])
        .await;
    let run = ended(&admin, &synced.place()).await;
    admin.get(&run.link("/plans/")).await;
    let store = site.service.service.pin().0.store;
    store.drop_plans(i64::MAX, i64::MAX).await.unwrap();
    let run = admin.get(&run.path).await;
    assert!(!run.body.contains("href=\"/plans/"), "{run:?}");
    assert!(run.body.contains("sha256:"), "{run:?}");
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_swap_writes_is_under_way_and_not_lost() {
    const GUARD: &str = "[guard]\nchanged-people = \"off\"";
    let app = TestApp::tidy(12).await.unwrap();
    app.connector(&app.connector_text(GUARD, PLAIN)).unwrap();
    let site = Site::of(app, SwapPolicy::Auto).await;
    let (app, admin) = (&site.app, site.admin().await);
    let synced = admin
        .post("/connectors/demo/sync", &[("mode", "sync")])
        .await;
    ended(&admin, &synced.place()).await;
    let gate = Gate::default();
    app.world
        .jira
        .inject(Fault::hold(&gate).on("", "/properties").chance(1.0));
    let more = format!("{PLAIN}\nTown = \"city\"");
    app.connector(&app.connector_text(GUARD, &more)).unwrap();
    site.service
        .until("the new revision is written", |one| {
            let lines = one.service.running();
            lines
                .iter()
                .any(|line| line.run.is_some() && line.trigger == "swap")
        })
        .await
        .unwrap();
    let page = admin.get("/runs").await;
    assert!(page.body.contains("Running</span>"), "{page:?}");
    assert!(!page.body.contains("Interrupted</span>"), "{page:?}");
    assert!(page.body.contains("Swap</span>"), "{page:?}");
    gate.release();
    app.world.jira.clear_faults();
    site.service
        .until("it is over", |one| one.service.running().is_empty())
        .await
        .unwrap();
    site.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_nobody_carries_on_is_interrupted_and_its_page_stands_still() {
    let site = Site::open(2).await;
    let admin = site.admin().await;
    let run = Run {
        id: "019a0000000070008000000000000001".to_owned(),
        connector: "demo".to_owned(),
        name: "demo".to_owned(),
        verb: "sync".to_owned(),
        mode: "complete".to_owned(),
        state: "running".to_owned(),
        started_ms: 1_790_000_000_000,
        finished_ms: None,
        report: None,
        resumed: 0,
    };
    let revision = KeptRevision {
        digest: "sha256:1".to_owned(),
        name: "demo".to_owned(),
        text: String::new(),
        files: [].into(),
    };
    let store = site.service.service.pin().0.store;
    store.open_run(&run, &revision).await.unwrap();
    let path = format!("/runs/{}", run.id);
    let page = admin.get(&path).await;
    assert!(!page.body.contains("data-events="), "{page:?}");
    assert!(!page.body.contains("/cancel\""), "{page:?}");
    for said in ["Interrupted</span>", "makes good what is missing"] {
        assert!(page.body.contains(said), "{said}: {page:?}");
    }
    for list in ["/runs", "/connectors/demo/status"] {
        let page = admin.get(list).await;
        assert!(page.body.contains("Interrupted</span>"), "{page:?}");
    }
    // The next run of the connector closes it.
    let synced = admin
        .post("/connectors/demo/sync", &[("mode", "sync")])
        .await;
    ended(&admin, &synced.place()).await;
    let page = admin.get(&path).await;
    assert!(page.body.contains("Stopped</span>"), "{page:?}");
    site.close().await;
}
