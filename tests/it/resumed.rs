//! A run that died, or was stopped, goes on where it was: same id, same `now`, nothing asked or sent
//! a second time.

use std::time::{Duration, Instant};

use attune_core::plan::State;
use attune_server::store::runs::Run;
use attune_server::sync::{Error, Mode, Order, Watch};
use attune_sim::faults::{Fault, Gate};
use attune_tests::{PLAIN, PLAIN_FIELDS, Ran, TestApp};

/// Sixty people on six pages.
async fn paged() -> TestApp {
    let app = TestApp::arranged(60, |directory, _| directory.page_max = 10)
        .await
        .unwrap();
    app.maps(PLAIN).unwrap();
    app
}

/// A hundred and fifty people: three pages of the plan.
async fn large() -> TestApp {
    let app = TestApp::tidy(150).await.unwrap();
    app.maps(PLAIN).unwrap();
    app
}

/// Requests for a whole listing of sixty: where changes begin, and six pages.
const LISTING: usize = 7;

/// What to do with a run that stands at a gate.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Kill,
    Stop,
}

/// Runs until somebody stands at this fault's gate, and ends the run there.
async fn ended_at(
    app: &mut TestApp,
    mode: Mode,
    way: Way,
    site: &str,
    fault: impl Fn(&Gate) -> Fault,
) {
    let gate = Gate::default();
    match site {
        "graph" => app.world.graph.inject(fault(&gate)),
        _ => app.world.jira.inject(fault(&gate)),
    }
    let (watch, order) = (Watch::default(), Order::sync(mode).resuming());
    {
        let mut run = std::pin::pin!(app.run(&order, &watch));
        tokio::select! {
            ended = &mut run => panic!("it ended before: {}", ended.is_ok()),
            () = gate.arrived(1) => {}
        }
        // What came before is on its way into the store.
        let settled = tokio::time::timeout(Duration::from_millis(200), &mut run).await;
        assert!(settled.is_err(), "it ended at the gate");
        if way == Way::Stop {
            watch.stop.cancel();
            let began = Instant::now();
            let ended = run.await.unwrap();
            assert!(matches!(ended, Err(Error::Stopped)), "{ended:?}");
            assert!(began.elapsed() < Duration::from_secs(10));
        }
    }
    gate.release();
    app.world.graph.clear_faults();
    app.world.jira.clear_faults();
    if way == Way::Kill {
        app.restart().await.unwrap();
    }
}

fn held_list(passed: u64) -> impl Fn(&Gate) -> Fault {
    move |gate| Fault::hold(gate).on("GET", "/users").after(passed)
}

fn held_look(gate: &Gate) -> Fault {
    Fault::hold(gate).on("GET", "/properties").after(5)
}

fn held_write(gate: &Gate) -> Fault {
    Fault::hold(gate).on("PUT", "/properties/").after(250)
}

async fn runs(app: &TestApp) -> Vec<Run> {
    app.app.host.store.runs(100).await.unwrap()
}

/// The only run so far.
async fn the_run(app: &TestApp) -> Run {
    let mut all = runs(app).await;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

async fn goes_on(app: &TestApp, mode: Mode) -> Ran {
    let before = the_run(app).await;
    app.forget();
    app.clock.advance(Duration::from_secs(30));
    let ran = go_on(app, mode).await.unwrap();
    let after = the_run(app).await;
    assert_eq!(
        (&after.id, after.started_ms),
        (&before.id, before.started_ms)
    );
    assert_eq!(after.resumed, before.resumed + 1);
    assert_eq!(ran.report.run.as_deref(), Some(before.id.as_str()));
    assert_eq!(
        ran.report.now, "2026-11-21T22:00:01Z",
        "when the first part began"
    );
    let plan = app.app.host.store.plan(&ran.report.digest).await.unwrap();
    assert_eq!(plan.unwrap().run, before.id);
    ran
}

/// Requests for pages of the directory's list.
fn pages(app: &TestApp) -> usize {
    let log = app.world.graph.log();
    log.iter()
        .filter(|record| record.path.contains("/users"))
        .count()
}

async fn is_in_tune(app: &TestApp) {
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    assert_eq!(app.open_intents().await.unwrap(), 0);
    let quiet = go_on(app, Mode::Complete).await.unwrap();
    assert_eq!(quiet.report.state, State::Nothing);
}

/// A sync that goes on with what ended early, as jobs of the service do.
async fn go_on(app: &TestApp, mode: Mode) -> anyhow::Result<Ran> {
    let order = Order::sync(mode).resuming();
    Ok(app.run(&order, &Watch::default()).await??)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_ended_while_reading_asks_for_the_pages_that_are_missing() {
    for way in [Way::Kill, Way::Stop] {
        let mut app = paged().await;
        ended_at(&mut app, Mode::Complete, way, "graph", held_list(3)).await;
        assert!(app.world.jira.writes().is_empty());
        let ran = goes_on(&app, Mode::Complete).await;
        assert_eq!(pages(&app), LISTING - 3, "the missing ones");
        assert_eq!(ran.report.state, State::Applied);
        assert_eq!(ran.report.summary.people, 60);
        assert_eq!(app.listing().await.unwrap().unwrap().0, 60);
        is_in_tune(&app).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_ended_while_planning_asks_the_source_for_nobody() {
    for way in [Way::Kill, Way::Stop] {
        let mut app = paged().await;
        ended_at(&mut app, Mode::Complete, way, "jira", held_look).await;
        let ran = goes_on(&app, Mode::Complete).await;
        assert_eq!(pages(&app), 0);
        assert_eq!(ran.report.state, State::Applied);
        assert!(ran.report.source.as_ref().unwrap().requests >= LISTING as u64);
        assert_eq!(app.listing().await.unwrap().unwrap().0, 60);
        is_in_tune(&app).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_died_while_writing_writes_the_rest_of_its_plan() {
    let mut app = large().await;
    ended_at(&mut app, Mode::Complete, Way::Kill, "jira", held_write).await;
    let open = app.open_intents().await.unwrap();
    assert!(open > 0);
    let written = app.world.jira.writes().len();
    let ran = goes_on(&app, Mode::Complete).await;
    assert_eq!(
        app.world.graph.log().len(),
        0,
        "nobody is read a second time"
    );
    assert_eq!(ran.report.state, State::Applied);
    assert_eq!(ran.report.summary.written, ran.report.summary.changes);
    let sent = app.world.jira.writes().len();
    let changes = ran.report.summary.changes as usize;
    assert_eq!(written + sent, changes, "each value was written once");
    let log = app.world.jira.log();
    let looks = log
        .iter()
        .filter(|one| one.method == "GET" && one.path.contains("/properties/"));
    assert!(
        looks.count() <= changes - 64 + open,
        "finished pages are not looked at again"
    );
    is_in_tune(&app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_was_stopped_while_writing_says_in_the_end_what_all_of_it_did() {
    let app = large().await;
    let (gate, watch) = (Gate::default(), Watch::default());
    app.world.jira.inject(held_write(&gate));
    let stop = async {
        gate.arrived(1).await;
        watch.stop.cancel();
        gate.release();
    };
    let (stopped, ()) = tokio::join!(app.watched(&watch), stop);
    let stopped = stopped.unwrap();
    assert_eq!(stopped.report.state, State::Stopped);
    app.world.jira.clear_faults();
    let ran = goes_on(&app, Mode::Complete).await;
    assert_eq!(ran.report.digest, stopped.report.digest);
    assert_eq!(app.world.graph.log().len(), 0);
    assert_eq!(ran.report.summary.written, ran.report.summary.changes);
    let not_written = ran
        .changes
        .iter()
        .filter(|one| one.result != Some(attune_core::plan::ChangeResult::Written));
    assert_eq!(not_written.count(), 0);
    let sent = app.world.jira.writes().len() as u64;
    assert_eq!(
        stopped.report.summary.written + sent,
        ran.report.summary.changes
    );
    is_in_tune(&app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_goes_on_as_often_as_it_dies() {
    let mut app = paged().await;
    ended_at(&mut app, Mode::Complete, Way::Kill, "graph", held_list(2)).await;
    ended_at(&mut app, Mode::Complete, Way::Kill, "graph", held_list(2)).await;
    ended_at(&mut app, Mode::Complete, Way::Kill, "jira", held_look).await;
    ended_at(
        &mut app,
        Mode::Complete,
        Way::Kill,
        "jira",
        |gate: &Gate| Fault::hold(gate).on("PUT", "/properties/").after(100),
    )
    .await;
    let ran = goes_on(&app, Mode::Complete).await;
    assert_eq!(the_run(&app).await.resumed, 4);
    assert_eq!(ran.report.summary.written, ran.report.summary.changes);
    is_in_tune(&app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_somebody_overtook_meanwhile_is_a_conflict_and_not_sent() {
    let mut app = large().await;
    ended_at(&mut app, Mode::Complete, Way::Kill, "jira", held_write).await;
    let who = (0..150)
        .map(|place| app.who(place))
        .find(|who| app.member(*who, "city").is_some() && app.property(*who, "City").is_none())
        .unwrap();
    app.type_in(who, "City", "By hand");
    let ran = goes_on(&app, Mode::Complete).await;
    assert_eq!(app.property(who, "City").as_deref(), Some("By hand"));
    assert!(ran.codes().contains(&"conflict"), "{:?}", ran.codes());
    let next = go_on(&app, Mode::Complete).await.unwrap();
    assert_ne!(next.report.run, ran.report.run);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_plan_is_made_anew_from_who_was_read() {
    for cut in [0, 9000] {
        let mut app = large().await;
        ended_at(&mut app, Mode::Complete, Way::Kill, "jira", held_write).await;
        let run = the_run(&app).await;
        let plans = app.app.host.store.data_dir().join("plans");
        for suffix in ["-wal", "-shm"] {
            let _missing = std::fs::remove_file(plans.join(format!("{}.db{suffix}", run.id)));
        }
        let file = std::fs::File::options()
            .write(true)
            .open(plans.join(format!("{}.db", run.id)))
            .unwrap();
        file.set_len(cut).unwrap();
        let ran = goes_on(&app, Mode::Complete).await;
        assert_eq!(pages(&app), 0);
        assert_eq!(ran.report.state, State::Applied);
        is_in_tune(&app).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_mapping_another_verb_or_another_day_begins_a_run_of_its_own() {
    for what in ["mapping", "verb", "mode", "day"] {
        let mut app = paged().await;
        ended_at(&mut app, Mode::Complete, Way::Kill, "graph", held_list(3)).await;
        let dead = the_run(&app).await.id;
        app.forget();
        match what {
            "mapping" => {
                app.maps(&format!("{PLAIN}\nMail = \"mail\"")).unwrap();
                go_on(&app, Mode::Complete).await.unwrap();
            }
            "verb" => drop(app.plan(Mode::Complete).await.unwrap()),
            "mode" => drop(go_on(&app, Mode::Full).await.unwrap()),
            _ => {
                app.clock.advance(Duration::from_hours(25));
                go_on(&app, Mode::Complete).await.unwrap();
            }
        }
        assert!(pages(&app) >= 6, "{what}");
        let all = runs(&app).await;
        assert_eq!(all.len(), 2, "{what}");
        let dead = all.iter().find(|run| run.id == dead).unwrap();
        assert_eq!(
            (dead.state.as_str(), dead.resumed),
            ("stopped", 0),
            "{what}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listing_of_an_hour_ago_begins_anew_in_the_same_run() {
    let mut app = paged().await;
    ended_at(&mut app, Mode::Complete, Way::Kill, "graph", held_list(3)).await;
    app.clock.advance(Duration::from_mins(61));
    let ran = goes_on(&app, Mode::Complete).await;
    assert_eq!(pages(&app), LISTING);
    assert_eq!(ran.report.summary.people, 60);
    is_in_tune(&app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_forgot_the_place_is_listed_from_the_beginning() {
    let mut app = paged().await;
    ended_at(&mut app, Mode::Complete, Way::Kill, "graph", held_list(3)).await;
    app.world
        .graph
        .inject(Fault::reject(400).on("GET", "/users").times(1));
    let ran = goes_on(&app, Mode::Complete).await;
    assert_eq!(pages(&app), LISTING + 1);
    assert_eq!(ran.report.summary.people, 60);
    is_in_tune(&app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_over_one_person_in_between_takes_nothing_away() {
    let mut app = paged().await;
    ended_at(&mut app, Mode::Complete, Way::Kill, "graph", held_list(3)).await;
    let dead = the_run(&app).await.id;
    let who = app.who(3);
    let name = app
        .world
        .graph
        .people(|people| people.user_principal_name(who));
    go_on(&app, Mode::User(name)).await.unwrap();
    app.forget();
    let ran = go_on(&app, Mode::Complete).await.unwrap();
    assert_eq!(ran.report.run, Some(dead));
    assert_eq!(pages(&app), LISTING - 3);
    is_in_tune(&app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_of_a_run_that_went_on_is_held_as_a_whole_and_can_be_approved() {
    let mut app = paged().await;
    go_on(&app, Mode::Complete).await.unwrap();
    for place in 0..60 {
        app.set(app.who(place), "city", "Elsewhere");
    }
    let before = runs(&app).await.len();
    ended_at(&mut app, Mode::Complete, Way::Kill, "jira", held_look).await;
    app.forget();
    let ran = go_on(&app, Mode::Complete).await.unwrap();
    assert_eq!(runs(&app).await.len(), before + 1);
    assert_eq!((ran.report.state, pages(&app)), (State::Held, 0));
    assert!(ran.held_by().contains(&"changed-people"));
    assert!(app.world.jira.writes().is_empty());
    let approved = app.approve(&ran.report.digest).await.unwrap();
    assert_eq!(approved.report.state, State::Applied);
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_run_that_went_on_keeps_its_way_with_conflicts() {
    for (conflict, shall) in [("source-wins", None), ("keep-local", Some("Drifted"))] {
        let mut app = paged().await;
        let mapping = format!(
            "Department = \"department\"\nTitle = \"jobTitle\"\nCity = {{ from = \"city\", conflict = \"{conflict}\" }}"
        );
        let text = app.connector_text("[guard]\nchanged-people = \"off\"", &mapping);
        app.connector(&text).unwrap();
        go_on(&app, Mode::Complete).await.unwrap();
        let who: Vec<_> = (0..60).map(|place| app.who(place)).collect();
        let who: Vec<_> = who
            .into_iter()
            .filter(|who| {
                let has = |member| app.member(*who, member).is_some();
                has("city") && has("jobTitle")
            })
            .collect();
        for one in &who {
            app.type_in(*one, "City", "Drifted");
            app.type_in(*one, "Title", "Drifted");
        }
        ended_at(&mut app, Mode::Full, Way::Kill, "jira", |gate: &Gate| {
            Fault::hold(gate).on("PUT", "/properties/").after(20)
        })
        .await;
        let ran = go_on(&app, Mode::Full).await.unwrap();
        assert_eq!(runs(&app).await.first().unwrap().resumed, 1);
        assert_eq!(ran.report.summary.written, ran.report.summary.changes);
        for one in &who {
            let city = app.property(*one, "City");
            let wanted = shall
                .map(str::to_owned)
                .or_else(|| app.member(*one, "city"));
            assert_eq!(city, wanted);
            assert_eq!(app.property(*one, "Title"), app.member(*one, "jobTitle"));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_over_changes_that_died_goes_on_and_moves_the_checkpoint() {
    let mut app = paged().await;
    go_on(&app, Mode::Complete).await.unwrap();
    let before = app.app.host.store.checkpoint("demo").await.unwrap();
    for place in 0..12 {
        app.set(app.who(place), "jobTitle", &format!("New {place}"));
    }
    ended_at(&mut app, Mode::Changes, Way::Kill, "jira", |gate: &Gate| {
        Fault::hold(gate).on("PUT", "/properties/").after(3)
    })
    .await;
    app.forget();
    let ran = go_on(&app, Mode::Changes).await.unwrap();
    assert_eq!(runs(&app).await.first().unwrap().resumed, 1);
    assert_eq!(app.world.graph.log().len(), 0);
    assert_eq!(ran.report.state, State::Applied);
    assert_ne!(app.app.host.store.checkpoint("demo").await.unwrap(), before);
    is_in_tune(&app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_is_done_in_ten_seconds_though_a_site_never_answers() {
    let app = large().await;
    let (gate, watch) = (Gate::default(), Watch::default());
    app.world.jira.inject(held_write(&gate));
    let stop = async {
        gate.arrived(1).await;
        watch.stop.cancel();
        Instant::now()
    };
    let (stopped, began) = tokio::join!(app.watched(&watch), stop);
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(stopped.unwrap().report.state, State::Stopped);
    assert!(
        app.open_intents().await.unwrap() > 0,
        "nobody knows what became of them"
    );
    gate.release();
    app.world.jira.clear_faults();
    let ran = goes_on(&app, Mode::Complete).await;
    assert_eq!(ran.report.summary.written, ran.report.summary.changes);
    is_in_tune(&app).await;
}
