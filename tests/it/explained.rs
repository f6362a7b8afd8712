//! Why a field has its value: the trace, and what the ledger knows.

use attune_server::fault::Failure;
use attune_server::sync::{self, Mode};
use attune_tests::{MAPPING, TestApp};
use serde_json::Value;

async fn explained(app: &TestApp, user: &str, field: Option<&str>) -> Value {
    let loaded = app.loaded("demo").unwrap();
    let explanation = sync::explain(&app.app.host, &loaded, user, field)
        .await
        .unwrap();
    serde_json::to_value(explanation).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_explanation_has_source_steps_and_what_was_written_by_which_run() {
    let app = TestApp::tidy(20).await.unwrap();
    app.maps(MAPPING).unwrap();
    let who = app.who(3);
    app.set(who, "department", "  Sales ");
    app.type_in(who, "Department", "Typed before");
    let ran = app.sync(Mode::Complete).await.unwrap();
    let requests = app.world.jira.counts().requests;
    let told = explained(&app, &app.key(who), Some("Department")).await;
    assert_eq!(told["in_scope"], true, "{told:#}");
    assert_eq!(told["person"], app.key(who));
    let target = &told["targets"][0];
    assert_eq!(
        (&target["target"], &target["link"]),
        (&"jira".into(), &"matched".into())
    );
    assert_eq!(target["account"], app.account(who));
    let fields = target["fields"].as_array().unwrap();
    assert_eq!(fields.len(), 1);
    let (field, text) = (&fields[0], fields[0].to_string());
    assert!(
        text.contains("  Sales ") && text.contains("trim"),
        "{field:#}"
    );
    assert_eq!(field["ledger"]["value"], "Sales");
    assert_eq!(field["ledger"]["previous"], "Typed before");
    assert_eq!(field["ledger"]["run"], ran.report.run.unwrap());
    assert_eq!(field["ledger"]["written"], ran.report.now);
    assert!(
        told["generations"]["text"]
            .as_str()
            .unwrap()
            .starts_with("sha256:")
    );
    assert_eq!(
        app.world.jira.counts().requests,
        requests,
        "no target is asked"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_was_never_written_is_explained_too_and_nobody_is_not() {
    let app = TestApp::tidy(10).await.unwrap();
    app.maps(MAPPING).unwrap();
    let mail = app.member(app.who(2), "mail").unwrap();
    let told = explained(&app, &mail, None).await;
    assert_eq!(told["targets"][0]["link"], "never-looked-up");
    assert_eq!(told["targets"][0]["fields"].as_array().unwrap().len(), 5);
    let loaded = app.loaded("demo").unwrap();
    let error = sync::explain(&app.app.host, &loaded, "nobody", None)
        .await
        .unwrap_err();
    assert_eq!(Failure::from(error).code, "no-such-person");
}
