//! Jira's visible "User Properties": whole syncs through the administrator's pages.

use attune_core::plan::State;
use attune_server::sync::Mode;
use attune_sim::faults::Fault;
use attune_tests::{Ran, TestApp};

const MAP: &str = "\"Cost Center\" = \"city\"\nDepartment = \"department\"";
const FIELDS: [(&str, &str); 2] = [("Cost Center", "city"), ("Department", "department")];

/// A world whose connector writes by the form.
async fn by_form(people: usize, map: &str) -> TestApp {
    let app = TestApp::tidy(people).await.unwrap();
    let text = app.connector_text("", map);
    app.connector(&text.replace("\"entity-property\"", "\"admin-form\""))
        .unwrap();
    app
}

/// What is not as the directory says.
fn out_of_tune(app: &TestApp, people: usize) -> Vec<String> {
    let mut wrong = Vec::new();
    for who in (0..people).map(|place| app.who(place)) {
        let key = app.account(who);
        for (field, member) in FIELDS {
            let (is, shall) = (
                app.world.jira.user_property(&key, field),
                app.member(who, member),
            );
            if is != shall {
                wrong.push(format!("{who:?} {field}: {is:?} and not {shall:?}"));
            }
        }
    }
    wrong
}

async fn synced(app: &TestApp) -> Ran {
    app.sync(Mode::Complete).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_fills_them_and_a_second_one_asks_the_site_for_nothing() {
    let app = by_form(10, MAP).await;
    let first = synced(&app).await;
    assert_eq!(
        (first.report.state, first.codes().len()),
        (State::Applied, 0)
    );
    assert_eq!(out_of_tune(&app, 10), Vec::<String>::new());
    let sessions = app.world.jira.sessions_begun();
    app.forget();
    let second = synced(&app).await;
    assert_eq!(second.report.state, State::Nothing);
    assert_eq!(app.world.jira.log().len(), 0);
    assert_eq!(app.world.jira.sessions_begun(), sessions);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_are_lost_and_answers_that_are_cut_lose_no_value() {
    let app = by_form(12, MAP).await;
    let jira = &app.world.jira;
    jira.inject(
        Fault::fail_after_write()
            .on("POST", "!add.jspa")
            .after(3)
            .times(2),
    );
    jira.inject(
        Fault::disconnect()
            .on("POST", "!add.jspa")
            .after(9)
            .times(1),
    );
    let first = synced(&app).await;
    assert_eq!(first.codes(), Vec::<&str>::new());
    assert_eq!(out_of_tune(&app, 12), Vec::<String>::new());
    // What was already there was not written a second time.
    assert_eq!(jira.writes().len(), 24);
    jira.forget_sessions();
    app.set(app.who(3), "department", "Elsewhere");
    jira.lapse_websudo();
    synced(&app).await;
    assert_eq!(out_of_tune(&app, 12), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_typed_in_is_met_as_the_row_says() {
    for (existing, expected) in [
        ("overwrite", "ours"),
        ("keep", "theirs"),
        ("hold", "theirs"),
    ] {
        let map = format!("Department = {{ from = \"department\", existing = \"{existing}\" }}");
        let app = by_form(6, &map).await;
        let (who, empty) = (app.who(1), app.who(2));
        let typed = |key: &str, value: &str| {
            let jira = &app.world.jira;
            jira.accounts(|all| all.set_user_property(key, "Department", Some(value)));
        };
        typed(&app.account(who), "theirs");
        // The same value with space around it is adopted, not written.
        let same = app.member(empty, "department").unwrap();
        typed(&app.account(empty), &format!("  {same} "));
        let ran = synced(&app).await;
        assert_eq!(ran.report.summary.adopted, 1, "{existing}");
        let found = app
            .world
            .jira
            .user_property(&app.account(who), "Department");
        let ours = app.member(who, "department");
        let wanted = if expected == "ours" {
            ours
        } else {
            Some("theirs".to_owned())
        };
        assert_eq!(found, wanted, "{existing}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_that_does_not_stick_is_tried_in_three_runs_and_then_explained() {
    let app = by_form(
        4,
        "Motto = { value = \"a & b\" }\nDepartment = \"department\"",
    )
    .await;
    let jira = &app.world.jira;
    jira.configure(|settings| settings.is_escaping = true);
    let writes = || {
        let all = jira.writes();
        let is_motto = |write: &&attune_sim::jira::Write| {
            write.field == attune_sim::jira::Field::UserProperty("Motto".to_owned())
        };
        all.iter().filter(is_motto).count()
    };
    for run in 1..=3 {
        let ran = synced(&app).await;
        assert_eq!(ran.codes(), ["does-not-stick"; 4], "run {run}");
        assert_eq!(writes(), run * 4);
    }
    // Three times were enough: a last look, and from then on nothing is written, nothing is asked,
    // and the reason is still told.
    app.forget();
    synced(&app).await;
    assert_eq!(writes(), 0);
    app.forget();
    let ran = synced(&app).await;
    assert_eq!(ran.codes(), ["does-not-stick"; 4]);
    assert!(ran.report.problems[0].message.contains("3 runs"));
    assert_eq!((writes(), jira.log().len()), (0, 0));
    // What is there is looked at by a full run, and another value is another matter.
    assert_eq!(app.sync(Mode::Full).await.unwrap().codes().len(), 4);
    assert_eq!(writes(), 0);
    // Who is asked for by name is tried again: somebody may have corrected Jira.
    jira.configure(|settings| settings.is_escaping = false);
    let one = app
        .sync(Mode::User(app.key(app.who(2)).clone()))
        .await
        .unwrap();
    assert_eq!((one.codes(), writes()), (Vec::new(), 1));
    jira.configure(|settings| settings.is_escaping = true);
    app.forget();
    let text = app.connector_text("", "Motto = { value = \"a and b\" }");
    app.connector(&text.replace("\"entity-property\"", "\"admin-form\""))
        .unwrap();
    assert_eq!(synced(&app).await.codes(), Vec::<&str>::new());
    assert_eq!(writes(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebodys_own_endpoint_is_written_by_url_templates() {
    let app = TestApp::tidy(8).await.unwrap();
    let text = app
        .connector_text("", MAP)
        .replace("\"entity-property\"", "\"custom\"");
    let endpoint = "/rest/scriptrunner/latest/custom/userProperty";
    let custom = format!(
        "[target.jira.custom]\n\
         write = {{ method = \"PUT\", url = \"{endpoint}\", \
         body = '{{\"user\":\"{{key}}\",\"key\":\"{{field}}\",\"value\":\"{{value}}\"}}' }}\n\
         clear = {{ method = \"DELETE\", url = \"{endpoint}?user={{key}}&key={{field}}\" }}\n\
         read = {{ method = \"GET\", url = \"{endpoint}?user={{key}}&key={{field}}\", \
         value = \"/value\" }}\n"
    );
    app.connector(&format!("{text}{custom}")).unwrap();
    let jira = &app.world.jira;
    jira.inject(Fault::fail_after_write().on("PUT", endpoint).times(2));
    let first = synced(&app).await;
    assert_eq!(first.codes(), Vec::<&str>::new());
    assert_eq!(out_of_tune(&app, 8), Vec::<String>::new());
    assert_eq!(jira.writes().len(), 16);
    app.forget();
    assert_eq!(synced(&app).await.report.state, State::Nothing);
    assert_eq!(jira.log().len(), 0);
}
