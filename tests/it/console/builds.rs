//! `/plugins/NAME`: what is said of a build that waits.

use attune_server::settings::SwapPolicy;
use attune_server::sync::Mode;
use attune_tests::TestApp;

use super::browser::Site;
use crate::guest::Guest;

const MAP: &str = "City = { from = \"city\", steps = [\"mark.same\"] }\nTitle = \"jobTitle\"";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_that_waits_says_what_it_wants_more_and_for_whom_it_fails() {
    let running = Guest {
        id: "mark",
        examples: "[]",
        ..Guest::default()
    };
    let waiting = Guest {
        uses: &["now"],
        on_tilde: "unreachable",
        id: "mark",
        examples: "[]",
        ..Guest::default()
    };
    let app = TestApp::tidy(6).await.unwrap();
    app.connector(&app.connector_text("", MAP)).unwrap();
    app.set(app.who(2), "city", "Here~");
    std::fs::create_dir_all(app.plugins()).unwrap();
    std::fs::write(app.plugins().join("mark.wasm"), running.component()).unwrap();
    let site = Site::of(app, SwapPolicy::Auto).await;
    site.service.sync(Mode::Complete).await.unwrap();
    let admin = site.admin().await;
    let page = admin.get("/plugins/mark").await;
    assert!(!page.body.contains("The waiting build:"), "{page:?}");

    site.service.save("mark", &waiting.component()).unwrap();
    let waits = |one: &attune_tests::service::TestService| one.waiting("mark").is_some();
    site.service.until("it waits", waits).await.unwrap();
    let page = admin.get("/plugins/mark").await;
    assert!(page.body.contains("The waiting build: + now"), "{page:?}");
    let failing = "Of 1 person a value fails that did not fail.";
    assert!(page.body.contains(failing), "{page:?}");
    site.close().await;
}
