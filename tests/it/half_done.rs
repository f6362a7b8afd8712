//! Promise 1 where an operation is half done: recorded in part, or half of it changed by somebody else.

use attune_core::mapping::{Field, FieldKind};
use attune_core::plan::State;
use attune_server::store::journal::{Ending, Page};
use attune_server::store::ledger::{Author, Record};
use attune_server::store::links::Place;
use attune_server::sync::{Mode, Order, Watch};
use attune_sim::demo::{self, Demo};
use attune_sim::faults::{Fault, Gate};
use attune_sim::people::People;
use attune_sim::{confluence, graph, jira};
use attune_tests::{PLAIN, PLAIN_FIELDS, TestApp};

static SYNC: Order = Order::sync(Mode::Complete);

/// Runs until something comes to the gate, and kills the run there.
async fn killed_at(app: &mut TestApp, gate: &Gate) {
    {
        let watch = Watch::default();
        tokio::select! {
            ended = app.run(&SYNC, &watch) => panic!("it ended before: {ended:?}"),
            () = gate.arrived(1) => {}
        }
    }
    gate.release();
    app.restart().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_between_its_last_two_records_a_run_leaves_nobody_for_unchanged() {
    let mut app = TestApp::tidy(8).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    let who = app.who(3);
    let before = app.member(who, "city").unwrap();
    app.set(who, "city", "Elsewhere");
    let gate = Gate::default();
    let answer = Fault::hold_answer(&gate).on("PUT", "/properties/");
    app.world.jira.inject(answer);
    killed_at(&mut app, &gate).await;
    // What such a process has recorded: journal and ledger, and not yet the fingerprint.
    let store = &app.app.host.store;
    let open = store.open_operations("demo").await.unwrap();
    let [open] = open.as_slice() else {
        panic!("{open:?}")
    };
    let page = Page {
        place: Place {
            connector: "demo",
            target: &open.target,
            site: &open.site,
        },
        site: &open.site,
        run: &open.run,
        now_ms: 1,
    };
    let author = Author {
        site: &open.site,
        connector: "demo",
        run: &open.run,
        revision: "",
        now_ms: 1,
    };
    let record = Record {
        account: open.operation.account.clone(),
        field: Field {
            kind: FieldKind::EntityProperty,
            name: "City".to_owned(),
        },
        value: Some("Elsewhere".to_owned()),
        previous: Some(before.clone()),
    };
    let endings = [(open.operation.number, Ending::Written)];
    let records = [record];
    store
        .settle(page, &endings, (author, &records), &[])
        .await
        .unwrap();
    // With that the person's document is again the one that they were last brought in tune with.
    app.set(who, "city", &before);
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
}

const KEPT: &str = "existing = \"keep\", conflict = \"keep-local\"";

/// Somebody with an account at a Confluence whose form has two of our fields.
async fn by_form() -> TestApp {
    let people = People::generate(demo::SEED, 1);
    let site = jira::Options::of(demo::account_for_each(&people));
    let wiki = confluence::Options::of(demo::profile_for_each(&people));
    let world = Demo::of_three(graph::Options::of(people), site, wiki)
        .await
        .unwrap();
    let app = TestApp::beside(world).await.unwrap();
    let rows = format!(
        "department = {{ from = \"department\", {KEPT} }}\nposition = {{ from = \"jobTitle\", {KEPT} }}"
    );
    let target = app.world.access().wiki_target("wiki");
    let source = app.source_text("demo", "[guard]\nchanged-people = \"off\"");
    app.connector(&format!("{source}{target}\n[target.wiki.map]\n{rows}\n"))
        .unwrap();
    app.set(app.who(0), "department", "Sales");
    app.set(app.who(0), "jobTitle", "Seller");
    app
}

fn profile(app: &TestApp, field: confluence::Field) -> Option<String> {
    let (who, graph) = (app.who(0), &app.world.graph);
    let name = graph.people(|people| people.user_principal_name(who));
    let wiki = &app.world.wiki;
    let key = wiki.accounts(|all| all.by_name(&name).unwrap().key.clone());
    wiki.value(&key, field)
}

fn somebody_types_a_department(app: &TestApp) {
    app.world.wiki.accounts(|all| {
        let held = all
            .iter()
            .find(|a| a.get(confluence::Field::Position).is_some());
        let key = held.unwrap().key.clone();
        all.edit(&key, |account| {
            account.set(confluence::Field::Department, "Theirs");
        });
    });
}

/// The other field of the form is ours, and follows the directory; the one that somebody typed into
/// is theirs.
async fn goes_on(app: &TestApp) {
    app.set(app.who(0), "jobTitle", "Head of Selling");
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        profile(app, confluence::Field::Department).as_deref(),
        Some("Theirs")
    );
    assert_eq!(
        profile(app, confluence::Field::Position).as_deref(),
        Some("Head of Selling")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_form_of_which_somebody_changed_one_field_keeps_the_others_ours() {
    let mut app = by_form().await;
    let gate = Gate::default();
    let answer = Fault::hold_answer(&gate).on("POST", "/doedituser.action");
    app.world.wiki.inject(answer);
    killed_at(&mut app, &gate).await;
    somebody_types_a_department(&app);
    goes_on(&app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_to_a_form_of_which_somebody_changed_one_field_keeps_the_others_ours() {
    let app = by_form().await;
    app.plan(Mode::Complete).await.unwrap();
    let log = app.world.wiki.log();
    let is_read = |path: &str, query: &str| path.ends_with("/edituser.action") && !query.is_empty();
    let to_plan = log.iter().filter(|r| is_read(&r.path, &r.query)).count() as u64;
    let gate = Gate::default();
    let lost = Fault::fail_after_write().on("POST", "/doedituser.action");
    app.world.wiki.inject(lost);
    // The form is read once more to be sent; the next time it is read back.
    let read = Fault::hold(&gate).on("GET", "/edituser.action");
    let reading_back = read.with_query("username=").after(to_plan + 1);
    app.world.wiki.inject(reading_back);
    let watch = Watch::default();
    let other = async {
        gate.arrived(1).await;
        assert_eq!(
            profile(&app, confluence::Field::Position).as_deref(),
            Some("Seller"),
            "the gate is behind the write"
        );
        somebody_types_a_department(&app);
        gate.release();
    };
    let (ran, ()) = tokio::join!(app.watched(&watch), other);
    let ran = ran.unwrap();
    assert_eq!(ran.report.state, State::Applied);
    assert_eq!(ran.report.summary.written, 1);
    assert_eq!(ran.codes(), ["conflict"]);
    goes_on(&app).await;
}
