//! Promise 1 for runs over changes: however one ends, no change is lost, and none of them concludes
//! anything from an absence.

use attune_core::plan::{How, State};
use attune_server::sync::{Mode, Order, Watch};
use attune_sim::demo;
use attune_sim::faults::{Fault, Gate};
use attune_sim::graph::{DeltaTraps, Lost};
use attune_sim::jira::{Jira, Options};
use attune_tests::{PLAIN, PLAIN_FIELDS, Ran, TestApp};

static CHANGES: Order = Order::sync(Mode::Changes);

/// A mapping that clears what is missing, so that a wrong conclusion would be seen at once.
const CLEARING: &str = r#"
Department = { from = "department", when-missing = "clear" }
Title      = { from = "jobTitle", when-missing = "clear" }
City       = { from = "city", when-missing = "clear" }
"#;

/// A tuned world with nothing in its logs, and with a checkpoint.
async fn settled(people: usize, mapping: &str) -> TestApp {
    let app = TestApp::arranged(people, |directory, _| directory.page_max = 20)
        .await
        .unwrap();
    app.maps(mapping).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    app.forget();
    app
}

/// The mark at which changes go on.
async fn mark(app: &TestApp) -> Option<String> {
    let kept = app.app.host.store.checkpoint("demo").await.unwrap();
    kept.map(|(_, mark)| mark)
}

/// So many people get another town.
fn move_people(app: &TestApp, number: usize, town: &str) {
    for place in 0..number {
        app.set(app.who(place), "city", &format!("{town} {place}"));
    }
}

fn how(ran: &Ran) -> How {
    ran.report.source.as_ref().unwrap().read
}

/// A run over changes that ends well: the site is as the directory says, and the mark has moved.
async fn is_made_good(app: &TestApp, before: Option<String>, what: &str) -> Ran {
    let ran = app.sync(Mode::Changes).await.unwrap();
    assert_eq!(how(&ran), How::Changes, "{what}: {:?}", ran.report.source);
    assert_eq!(
        app.out_of_tune(PLAIN_FIELDS),
        Vec::<String>::new(),
        "{what}"
    );
    assert_eq!(app.open_intents().await.unwrap(), 0, "{what}");
    let after = mark(app).await;
    assert!(
        after.is_some() && after != before,
        "{what}: the mark stayed"
    );
    let quiet = app.sync(Mode::Changes).await.unwrap();
    assert_eq!(
        (quiet.report.state, quiet.report.summary.people),
        (State::Nothing, 0),
        "{what}"
    );
    ran
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_moves_no_mark() {
    let app = settled(30, PLAIN).await;
    let before = mark(&app).await;
    move_people(&app, 3, "Town");
    for _ in 0..2 {
        let plan = app.plan(Mode::Changes).await.unwrap();
        assert_eq!((how(&plan), plan.changes.len()), (How::Changes, 3));
    }
    assert_eq!(mark(&app).await, before);
    assert!(app.world.jira.writes().is_empty());
    let ran = is_made_good(&app, before, "after a plan").await;
    assert_eq!(ran.report.summary.written, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_and_a_sample_of_everybody_yield_no_mark() {
    let app = TestApp::tidy(10).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.plan(Mode::Complete).await.unwrap();
    app.plan(Mode::Sample(3)).await.unwrap();
    assert_eq!(mark(&app).await, None);
    let ran = app.sync(Mode::Changes).await.unwrap();
    assert_eq!(how(&ran), How::Complete);
    let why = ran.report.source.unwrap().why.unwrap();
    assert!(why.contains("no checkpoint"), "{why}");
    is_made_good(&app, None, "the first").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_held_run_moves_no_mark_whether_it_is_approved_or_not() {
    for is_approved in [false, true] {
        let app = settled(30, PLAIN).await;
        let before = mark(&app).await;
        move_people(&app, 15, "Town");
        let held = app.sync(Mode::Changes).await.unwrap();
        assert_eq!(
            (held.report.state, held.held_by()),
            (State::Held, vec!["changed-people"])
        );
        assert_eq!(mark(&app).await, before);
        move_people(&app, 2, "Other");
        if is_approved {
            app.approve(&held.report.digest).await.unwrap();
            assert_eq!(mark(&app).await, before);
            let ran = is_made_good(&app, before, "approved").await;
            assert_eq!(ran.report.summary.written, 2);
        } else {
            let again = app.sync(Mode::Changes).await.unwrap();
            assert_eq!((again.report.state, again.changes.len()), (State::Held, 15));
            assert!(app.world.jira.writes().is_empty());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_held_listing_yields_no_mark() {
    let app = settled(30, PLAIN).await;
    let before = mark(&app).await;
    move_people(&app, 15, "Town");
    let held = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(held.report.state, State::Held);
    assert_eq!(mark(&app).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_run_is_made_good_wherever_it_was() {
    for passed in [0, 3, 7] {
        let mut app = settled(40, PLAIN).await;
        let before = mark(&app).await;
        move_people(&app, 8, "Town");
        killed(&mut app, passed).await;
        assert_eq!(mark(&app).await, before);
        is_made_good(&app, before, &format!("killed after {passed}")).await;
    }
}

/// Runs until so many writes have come to the site, then kills the run.
async fn killed(app: &mut TestApp, passed: u64) {
    let gate = Gate::default();
    let fault = Fault::hold(&gate).on("PUT", "/properties/");
    app.world.jira.inject(fault.after(passed));
    {
        let watch = Watch::default();
        tokio::select! {
            ended = app.run(&CHANGES, &watch) => panic!("it ended before: {ended:?}"),
            () = gate.arrived(1) => {}
        }
    }
    gate.release();
    app.world.jira.clear_faults();
    app.restart().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_killed_or_failed_while_it_reads_loses_nothing() {
    for passed in [0, 1] {
        let mut app = settled(60, PLAIN).await;
        let before = mark(&app).await;
        app.world.graph.configure(|settings| settings.page_max = 3);
        move_people(&app, 8, "Town");
        let gate = Gate::default();
        let fault = Fault::hold(&gate).on("GET", "/users/delta").after(passed);
        app.world.graph.inject(fault);
        {
            let watch = Watch::default();
            tokio::select! {
                ended = app.run(&CHANGES, &watch) => panic!("it ended before: {ended:?}"),
                () = gate.arrived(1) => {}
            }
        }
        gate.release();
        app.world.graph.clear_faults();
        app.restart().await.unwrap();
        let fault = Fault::truncate(40).on("GET", "/users/delta").after(passed);
        app.world.graph.inject(fault.times(20));
        app.refused(Mode::Changes).await.unwrap();
        app.world.graph.clear_faults();
        assert_eq!(mark(&app).await, before);
        is_made_good(&app, before, &format!("page {passed}")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_run_moves_no_mark() {
    let app = settled(60, PLAIN).await;
    let before = mark(&app).await;
    move_people(&app, 16, "Town");
    let (gate, watch) = (Gate::default(), Watch::default());
    let fault = Fault::hold(&gate).on("PUT", "/properties/").after(3);
    app.world.jira.inject(fault);
    let stop = async {
        gate.arrived(1).await;
        watch.stop.cancel();
        gate.release();
    };
    let (stopped, ()) = tokio::join!(app.run(&CHANGES, &watch), stop);
    let stopped = stopped.unwrap().unwrap();
    assert_eq!(stopped.report.state, State::Stopped);
    assert_eq!(mark(&app).await, before);
    is_made_good(&app, before, "stopped").await;
    assert_eq!(
        app.world.jira.writes().len(),
        16,
        "nothing was written twice"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_could_not_be_written_is_due_in_the_next_run_over_changes() {
    let app = settled(30, PLAIN).await;
    let before = mark(&app).await;
    move_people(&app, 3, "Town");
    app.world
        .jira
        .inject(Fault::reject(400).on("PUT", "/properties/"));
    let ran = app.sync(Mode::Changes).await.unwrap();
    assert_eq!(
        (ran.report.summary.written, ran.report.summary.failed),
        (2, 1)
    );
    let after = mark(&app).await;
    assert_ne!(
        after, before,
        "one bad person does not keep the others waiting"
    );
    let again = app.sync(Mode::Changes).await.unwrap();
    assert_eq!(
        (again.report.summary.people, again.report.summary.written),
        (1, 1)
    );
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    is_made_good(&app, None, "in the end").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_that_fails_is_tried_in_every_run() {
    let phone = "Phone = { from = \"mobilePhone\", steps = [{ use = \"phone.format\", \
                 region = \"DE\" }] }";
    let app = settled(20, phone).await;
    let due = app.sync(Mode::Changes).await.unwrap().report.summary.people;
    let mut everybody = (0..20).map(|place| app.who(place));
    let who = everybody.find(|who| app.property(*who, "Phone").is_some());
    let who = who.unwrap();
    app.set(who, "mobilePhone", "call me");
    for _ in 0..2 {
        let ran = app.sync(Mode::Changes).await.unwrap();
        assert_eq!(ran.report.summary.people, due + 1);
        let mut problems = ran.report.problems.iter();
        assert!(problems.any(|problem| problem.person == app.key(who)));
    }
    app.set(who, "mobilePhone", "+49 30 1234567");
    let ran = app.sync(Mode::Changes).await.unwrap();
    assert_eq!((how(&ran), ran.report.summary.written), (How::Changes, 1));
    let ran = app.sync(Mode::Changes).await.unwrap();
    assert_eq!(ran.report.summary.people, due);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_one_of_two_targets_is_down_the_mark_stays() {
    let app = TestApp::tidy(12).await.unwrap();
    let accounts = app
        .world
        .graph
        .people(|people| demo::account_for_each(people));
    let second = Jira::start(Options::of(accounts)).await.unwrap();
    let source = app.source_text("demo", "");
    let first = app.target_text("jira", &app.world.access().jira_url);
    let other = app.target_text("second", &second.url());
    let town = "[target.second.map]\nTown = \"city\"\n";
    let text = format!("{source}{first}[target.jira.map]\n{PLAIN}\n{other}{town}");
    app.connector(&text).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    let before = mark(&app).await;
    second.pause().await;
    move_people(&app, 2, "Town");
    for _ in 0..2 {
        let ran = app.sync(Mode::Changes).await.unwrap();
        assert!(ran.report.targets["second"].error.is_some());
        assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
        assert_eq!(mark(&app).await, before);
    }
    second.resume().unwrap();
    is_made_good(&app, before, "back again").await;
    for place in 0..2 {
        let who = app.who(place);
        let graph = &app.world.graph;
        let name = graph.people(|people| people.user_principal_name(who));
        let key = second.accounts(|all| all.by_name(&name).unwrap().key.clone());
        let town = second.property(&key, "Town").unwrap();
        assert_eq!(town, format!("Town {place}"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_token_is_a_complete_listing_in_the_same_run() {
    for lost in [
        Lost::Location,
        Lost::SyncStateNotFound,
        Lost::ResyncRequired,
    ] {
        for page in [None, Some(1), Some(2), Some(3)] {
            let what = format!("{lost:?} at {page:?}");
            let app = settled(60, CLEARING).await;
            let before = mark(&app).await;
            move_people(&app, 7, "Town");
            app.world.graph.people(|people| {
                let gone = people.iter().nth(40).unwrap();
                people.remove(gone);
            });
            if page.is_none() {
                app.world.graph.expire_deltas();
            }
            app.world.graph.configure(|settings| {
                settings.page_max = 3;
                settings.traps.delta = DeltaTraps {
                    lost,
                    lost_at_page: page,
                    ..DeltaTraps::default()
                };
            });
            let ran = app.sync(Mode::Changes).await.unwrap();
            assert_eq!(
                (how(&ran), ran.report.state),
                (How::Complete, State::Applied),
                "{what}"
            );
            let why = ran.report.source.as_ref().unwrap().why.clone().unwrap();
            assert!(why.contains("no longer knows"), "{why}");
            assert_eq!(
                (ran.report.summary.clears, ran.report.summary.written),
                (0, 7),
                "{what}"
            );
            assert_eq!(
                app.out_of_tune(PLAIN_FIELDS),
                Vec::<String>::new(),
                "{what}"
            );
            assert_eq!(
                app.listing().await.unwrap().map(|(people, _)| people),
                Some(59)
            );
            app.world
                .graph
                .configure(|settings| settings.traps.delta = DeltaTraps::default());
            assert_ne!(mark(&app).await, before, "{what}");
            app.set(app.who(9), "city", "Elsewhere");
            is_made_good(&app, before, &what).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_without_a_delta_is_listed_every_time() {
    let app = TestApp::tidy(12).await.unwrap();
    app.world
        .graph
        .configure(|settings| settings.traps.delta.is_missing = true);
    app.maps(PLAIN).unwrap();
    for _ in 0..2 {
        let ran = app.sync(Mode::Changes).await.unwrap();
        assert_eq!(how(&ran), How::Complete);
        assert_eq!(mark(&app).await, None);
    }
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mark_of_another_file_is_not_used() {
    let mapping = format!("{PLAIN}\nOffice = \"officeLocation\"");
    let app = settled(20, PLAIN).await;
    move_people(&app, 2, "Town");
    app.maps(&mapping).unwrap();
    let ran = app.sync(Mode::Changes).await.unwrap();
    assert_eq!(how(&ran), How::Complete);
    let why = ran.report.source.unwrap().why.unwrap();
    assert!(why.contains("another one"), "{why}");
    let fields = [PLAIN_FIELDS, &[("Office", "officeLocation")]].concat();
    assert_eq!(app.out_of_tune(&fields), Vec::<String>::new());
    app.set(app.who(3), "officeLocation", "Elsewhere");
    is_made_good(&app, None, "the new file").await;
    // And the old file again is another one than that.
    app.maps(PLAIN).unwrap();
    assert_eq!(how(&app.sync(Mode::Changes).await.unwrap()), How::Complete);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_while_everybody_is_listed_is_told_by_the_next_changes() {
    let app = settled(60, PLAIN).await;
    let gate = Gate::default();
    // After the mark was taken and the first page was read, before the second one is.
    app.world
        .graph
        .inject(Fault::hold(&gate).on("GET", "/users").after(2));
    let watch = Watch::default();
    let order = Order::sync(Mode::Complete);
    let change = async {
        gate.arrived(1).await;
        app.set(app.who(1), "city", "Read before");
        app.set(app.who(50), "city", "Read after");
        gate.release();
    };
    let (ran, ()) = tokio::join!(app.run(&order, &watch), change);
    assert_eq!(ran.unwrap().unwrap().report.summary.written, 1);
    let ran = is_made_good(&app, None, "the next").await;
    assert_eq!(
        (ran.report.summary.people, ran.report.summary.written),
        (2, 1)
    );
}
