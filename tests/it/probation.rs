//! Promise 6 where plugins are swapped: a build that breaks down in use is taken back by itself.

use attune_server::settings::SwapPolicy;
use attune_server::sync::{Mode, Order};
use attune_tests::TestApp;

use super::builds;

/// More than a build of `good_then_traps` bears in one instance.
const PEOPLE: usize = 10_200;
const MAP: &str = "City = { from = \"city\", steps = [\"mark.same\"] }\n\
                   Title = { from = \"jobTitle\", steps = [\"mark.same\"] }\n\
                   Department = { from = \"department\", steps = [\"mark.same\"] }\n\
                   Office = { from = \"officeLocation\", steps = [\"mark.same\"] }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_that_traps_after_ten_thousand_values_is_taken_back_and_says_why() {
    let app = TestApp::tidy(PEOPLE).await.unwrap();
    app.connector(&app.connector_text("", MAP)).unwrap();
    std::fs::create_dir_all(app.plugins()).unwrap();
    let honest = builds::mark("mark", "");
    std::fs::write(app.plugins().join("mark.wasm"), &honest).unwrap();
    let service = app.serve(SwapPolicy::Guarded).await.unwrap();
    let before = service.running("mark").unwrap();
    service
        .save("mark", &builds::good_then_traps("mark"))
        .unwrap();
    let is_another = |one: &attune_tests::service::TestService| {
        one.running("mark").as_deref() != Some(before.as_str())
    };
    service
        .until("the other build runs", is_another)
        .await
        .unwrap();
    let trapping = service.running("mark").unwrap();
    let ran = service
        .run("demo", Order::plan(Mode::Complete))
        .await
        .unwrap();
    assert_eq!(ran.report.generations.get("mark"), Some(&trapping));
    service.until_running("mark", &before).await.unwrap();
    let is_noted = |one: &attune_tests::service::TestService| {
        one.stage("mark", &trapping).as_deref() == Some("rolled-back")
    };
    service.until("it is written down", is_noted).await.unwrap();
    let all = service.service.generations();
    let event = all.iter().find(|one| one.digest == trapping).unwrap();
    for word in [
        "taken back",
        "mark.same",
        "plugin-trap",
        "after ",
        "unreachable",
    ] {
        assert!(event.reason.contains(word), "{word}: {}", event.reason);
    }
}
