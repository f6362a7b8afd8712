//! Promise 11: a file that is only half written takes nothing away.

use std::time::Duration;

use attune_server::settings::SwapPolicy;
use attune_server::sync::Mode;
use attune_tests::TestApp;

const PEOPLE: usize = 12;
const MAP: &str = "Department = { from = \"department\", steps = [\"text.trim\"] }\n\
                   Title = \"jobTitle\"\n\
                   City = \"city\"\n\
                   Employer = { value = \"ACME Corp\" }";
const SCOPE: &str = "[scope]\nexclude = [{ attribute = \"userPrincipalName\", matches = \"^nobody@\" }]\n\
                     [guard]\ncleared-values = \"3%\"";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_prefix_of_a_connector_file_is_used_that_takes_something_away_and_none_clears() {
    let app = TestApp::tidy(PEOPLE).await.unwrap();
    let whole = app.connector_text(SCOPE, MAP) + "\n# the end\n";
    app.connector(&whole).unwrap();
    let service = app.serve(SwapPolicy::Guarded).await.unwrap();
    service.sync(Mode::Complete).await.unwrap();
    let running = service.revision("demo").unwrap();
    app.forget();
    let path = app.connectors().join("demo.toml");
    let mut held = 0;
    for end in 0..whole.len() {
        let Some(prefix) = whole.get(..end) else {
            continue;
        };
        std::fs::write(&path, prefix).unwrap();
        // What ends within a line never stands still for the watcher; `Settling` has its own test
        // of that. The others are given time to be taken, and are not.
        if prefix.ends_with('\n') {
            tokio::time::sleep(Duration::from_millis(750)).await;
            held += usize::from(service.waiting("demo").is_some());
        }
        let now = service.revision("demo").unwrap();
        // The last lines are a comment: what they are cut from says the same.
        assert_eq!(now, running, "{end} bytes were taken:\n{prefix}");
    }
    assert!(held > 0, "no prefix was whole enough to wait for somebody");
    std::fs::write(&path, &whole).unwrap();
    let is_quiet = |one: &attune_tests::service::TestService| one.waiting("demo").is_none();
    service.until("nothing waits", is_quiet).await.unwrap();
    let ran = service.sync(Mode::Full).await.unwrap();
    assert_eq!(ran.changes.len(), 0);
    assert_eq!(
        app.world.jira.writes().len(),
        0,
        "nothing was written, so nothing was cleared"
    );
}
