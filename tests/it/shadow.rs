//! Runs over kept documents, and the shadow of another revision or another build: what is shown is
//! what an approval writes, the directory is not asked, and what was never read clears nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use attune_core::compare::{ComparedField, Limits};
use attune_core::plan::{Change, How, Op, State};
use attune_server::connector::Loaded;
use attune_server::store::plans::StagedPlan;
use attune_server::store::stage::Stage;
use attune_server::sync::{self, Host, Mode, Shadow, ShadowReport, Side, Watch};
use attune_sim::people::{Manager, People, Who};
use attune_tests::{MAPPING, PLAIN, PLAIN_FIELDS, Ran, TestApp, ran};
use attune_wasm::registry::{Registry, Snapshot};

use super::guest::Guest;

const PEOPLE: usize = 60;

/// A world in tune with these rows, and nothing in its logs.
async fn settled(people: usize, rows: &str) -> (TestApp, Loaded) {
    let app = TestApp::tidy(people).await.unwrap();
    let loaded = app.maps(rows).unwrap();
    let first = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(first.report.state, State::Applied);
    app.forget();
    (app, loaded)
}

/// Tries another revision with the plugins of the host.
async fn shadow(app: &TestApp, old: &Loaded, new: &Loaded) -> Shadow {
    let plugins = Arc::clone(&app.app.host.plugins);
    shadow_with(app, (old, &plugins), (new, &plugins)).await
}

async fn shadow_with(
    app: &TestApp,
    old: (&Loaded, &Arc<Snapshot>),
    new: (&Loaded, &Arc<Snapshot>),
) -> Shadow {
    app.clock.advance(Duration::from_secs(1));
    let side = |(loaded, plugins)| Side { loaded, plugins };
    let (host, watch) = (&app.app.host, Watch::default());
    let before = app.listing().await.unwrap();
    let tried = sync::shadow(host, side(old), side(new), &Limits::default(), &watch).await;
    assert_eq!(app.listing().await.unwrap(), before, "the listing moved");
    assert_eq!(app.world.graph.counts().requests, 0);
    assert_eq!(app.world.jira.writes().len(), 0);
    tried.unwrap()
}

/// The changes of a staged plan.
async fn staged(app: &TestApp, plan: &StagedPlan) -> Vec<Change> {
    let path = app.app.host.store.data_dir().join("plans").join(&plan.file);
    let stage = Stage::open(&path).await.unwrap();
    let changes = sync::changes(&stage, u64::MAX).await.unwrap();
    stage.finish().await;
    changes
}

/// The same changes as they were before anything became of them.
fn unwritten(changes: &[Change]) -> Vec<Change> {
    let bare = |change: &Change| Change {
        result: None,
        ..change.clone()
    };
    changes.iter().map(bare).collect()
}

fn field<'a>(report: &'a ShadowReport, name: &str) -> &'a ComparedField {
    let fields = &report.compared.as_ref().unwrap().fields;
    fields.iter().find(|field| field.field == name).unwrap()
}

fn held(report: &ShadowReport) -> Vec<&str> {
    let verdicts = report.verdicts.iter().filter(|verdict| verdict.held);
    verdicts.map(|verdict| verdict.name.as_str()).collect()
}

/// A run over kept documents, which must have asked the directory nothing.
async fn kept(app: &TestApp) -> Ran {
    let before = app.world.graph.counts().requests;
    let listing = app.listing().await.unwrap();
    let ran = app.sync(Mode::Kept).await.unwrap();
    let source = ran.report.source.as_ref().unwrap();
    assert_eq!((source.read, source.requests), (How::Kept, 0));
    assert_eq!(app.world.graph.counts().requests, before);
    assert_eq!(app.listing().await.unwrap(), listing);
    assert!(ran.report.is_consistent(), "{:?}", ran.report);
    ran
}

/// Whoever has a value that fails is looked at in every run.
fn skipped_or_failing(ran: &Ran) -> u64 {
    let failing: BTreeSet<&str> = ran.report.problems.iter().map(|p| &*p.person).collect();
    assert!(failing.len() < 5, "{failing:?}");
    ran.report.summary.skipped + failing.len() as u64
}

fn everybody(app: &TestApp) -> Vec<Who> {
    app.world.graph.people(|people| people.iter().collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edited_row_is_shown_as_it_is_written_byte_for_byte() {
    let (app, old) = settled(PEOPLE, MAPPING).await;
    let edited = MAPPING.replace("\"text.trim\"", "\"text.trim\", \"text.upper\"");
    let edited = edited.replace(
        "\"manager.displayName\"",
        "{ from = \"manager.displayName\", steps = [\"text.lower\"] }",
    );
    let new = app.maps(&edited).unwrap();
    let tried = shadow(&app, &old, &new).await;
    let plan = tried.plan.unwrap();
    let shown = staged(&app, &plan).await;
    assert_eq!(tried.report.plan.summary.changes, shown.len() as u64);
    assert_eq!(tried.report.waits, []);
    // What an ordinary plan over the same people says, too.
    let complete = app.plan(Mode::Complete).await.unwrap();
    assert_eq!(complete.changes, shown);
    assert!(complete.of_field("Manager").count() > 30);

    // What was counted is what the directory has.
    let mut pairs: BTreeMap<(String, String), u64> = BTreeMap::new();
    let values = everybody(&app).into_iter();
    let values = values.filter_map(|who| app.member(who, "department"));
    let values: Vec<String> = values.map(|value| value.trim().to_owned()).collect();
    for value in values
        .iter()
        .filter(|value| value.to_uppercase() != **value)
    {
        *pairs
            .entry((value.clone(), value.to_uppercase()))
            .or_default() += 1;
    }
    let department = field(&tried.report, "Department");
    let counted: BTreeMap<(String, String), u64> = department
        .pairs
        .iter()
        .map(|pair| {
            let (before, after) = (pair.before.clone(), pair.after.clone());
            ((before.unwrap(), after.unwrap()), pair.people)
        })
        .collect();
    assert_eq!(counted, pairs);
    assert_eq!(department.values, values.len() as u64);
    assert_eq!(department.replaced, pairs.values().sum::<u64>());
    assert!(department.pairs_are_all);
    assert!(tried.report.is_held() && held(&tried.report).contains(&"changed-values"));
    let compared = tried.report.compared.as_ref().unwrap();
    assert_eq!(compared.people, PEOPLE as u64);
    let examples: usize = compared.examples.iter().map(|one| one.changes.len()).sum();
    assert!(examples >= pairs.len() && !tried.report.is_quiet());

    app.forget();
    let written = app.approve(&plan.digest).await.unwrap();
    assert_eq!(unwritten(&written.changes), shown);
    assert_eq!(written.report.summary.written, shown.len() as u64);
    for change in &shown {
        let held = app.world.jira.property(&change.account, &change.field);
        let held = held.and_then(|value| value.as_str().map(str::to_owned));
        assert_eq!(held, change.after);
    }
    assert_eq!(app.world.graph.counts().requests, 0);
    // And that was all: the next listing finds everybody in tune.
    let next = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(next.report.state, State::Nothing, "{:?}", next.changes);
    assert_eq!(skipped_or_failing(&next), PEOPLE as u64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_change_costs_no_request_to_the_target() {
    let (app, old) = settled(PEOPLE, PLAIN).await;
    let quiet = shadow(&app, &old, &old).await;
    assert!(quiet.report.is_quiet() && !quiet.report.is_held());
    assert_eq!(quiet.report.plan.state, State::Nothing);
    assert_eq!(quiet.report.plan.summary.skipped, PEOPLE as u64);
    assert_eq!(app.world.jira.counts().requests, 0);

    // Another revision makes everybody due; only one has another value.
    let who = everybody(&app)
        .into_iter()
        .find(|who| app.member(*who, "city").is_some());
    let who = who.unwrap();
    app.set(who, "city", "Only This One");
    app.sync(Mode::Complete).await.unwrap();
    let rule = r#"{ from = "city", steps = [{ use = "text.regex-replace", find = "^Only This One$", with = "That" }] }"#;
    let new = app.maps(&PLAIN.replace("\"city\"", rule)).unwrap();
    app.forget();
    let tried = shadow(&app, &old, &new).await;
    assert_eq!(tried.report.plan.summary.skipped, 0);
    assert_eq!(tried.report.plan.summary.changes, 1);
    assert_eq!(tried.report.compared.as_ref().unwrap().changed_people, 1);
    assert!(!tried.report.is_held() && !tried.report.is_quiet());
    let read = app.world.jira.counts().requests;
    assert!(read <= 3, "{read} requests for one person");

    // The same as a run that writes: nothing of it moves the listing.
    let ran = kept(&app).await;
    assert_eq!((ran.report.state, ran.changes.len()), (State::Applied, 1));
    assert_eq!(app.property(who, "City").as_deref(), Some("That"));
    app.forget();
    assert_eq!(kept(&app).await.report.summary.skipped, PEOPLE as u64);
    assert_eq!(app.world.jira.counts().requests, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_never_fetched_says_so_and_keeps_what_is_there() {
    let (app, old) = settled(PEOPLE, PLAIN).await;
    let edited = PLAIN.replace(
        "\"city\"",
        "{ from = \"officeLocation\", when-missing = \"clear\" }",
    );
    let edited = edited.replace(
        "\"jobTitle\"",
        "{ from = \"jobTitle\", steps = [\"text.upper\"] }",
    );
    let new = app.maps(&edited).unwrap();
    let tried = shadow(&app, &old, &new).await;
    let waits = &tried.report.waits;
    assert_eq!(waits.len(), 1);
    assert_eq!(
        (waits[0].selector.as_str(), waits[0].people),
        ("officeLocation", PEOPLE as u64)
    );
    let rows: Vec<_> = waits[0]
        .rows
        .iter()
        .map(|row| (&*row.target, &*row.field))
        .collect();
    assert_eq!(rows, [("jira", "City")]);
    let city = field(&tried.report, "City");
    assert_eq!((city.waiting, city.changed), (PEOPLE as u64, 0));
    assert!(field(&tried.report, "Title").changed > 10);
    assert_eq!(held(&tried.report), ["changed-values"]);
    let told = tried.report.plan.problems.iter();
    let told: Vec<_> = told.map(|told| (&*told.field, &*told.code)).collect();
    assert_eq!(told, [("City", "not-fetched"); 5]);
    let guards = tried.report.plan.guards.iter().filter(|guard| guard.held);
    let guards: Vec<&str> = guards.map(|guard| guard.name.as_str()).collect();
    assert_eq!(guards, ["changed-people"]);

    let shown = staged(&app, tried.plan.as_ref().unwrap()).await;
    assert!(!shown.is_empty() && shown.iter().all(|change| change.field == "Title"));
    let written = app.approve(&tried.plan.unwrap().digest).await.unwrap();
    assert_eq!(unwritten(&written.changes), shown);
    for who in everybody(&app) {
        assert_eq!(app.property(who, "City"), app.member(who, "city"));
    }
    // A listing brings it, and only then is anything cleared.
    let order = sync::Order::plan(Mode::Complete);
    let next = app.run(&order, &Watch::default()).await.unwrap().unwrap();
    assert!(next.changes.iter().all(|change| change.field == "City"));
    let office = |who| app.member(who, "officeLocation");
    let expected = everybody(&app).into_iter();
    let expected = expected
        .filter(|who| office(*who) != app.member(*who, "city"))
        .count();
    assert_eq!(next.changes.len(), expected);
    assert!(next.changes.iter().any(|change| change.op == Op::Set));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn managers_are_those_who_were_read_and_others_are_not_guessed() {
    const LED: &str =
        "City = \"city\"\nBoss = { from = \"manager.displayName\", when-missing = \"clear\" }";
    let app = TestApp::tidy(PEOPLE).await.unwrap();
    let old = app.maps(LED).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    // Somebody whose boss went where nobody is: their row is kept until the directory was asked.
    let manager = |who| {
        app.world
            .graph
            .people(|people: &mut People| people.manager(who))
    };
    let is_led = |who: &Who| matches!(manager(*who), Manager::Person(_));
    let led: Vec<Who> = everybody(&app).into_iter().filter(is_led).collect();
    let lost = led[0];
    app.world
        .graph
        .people(|people| people.set_manager(lost, Manager::Dangling));
    let plan = app.plan(Mode::Complete).await.unwrap();
    assert_eq!((plan.report.summary.clears, plan.changes.len()), (1, 1));
    app.forget();
    let upper = LED.replace("when-missing", "steps = [\"text.upper\"], when-missing");
    let new = app.maps(&upper).unwrap();
    let tried = shadow(&app, &old, &new).await;
    let boss = field(&tried.report, "Boss");
    let dangling = |who: &Who| matches!(manager(*who), Manager::Dangling);
    let dangling = everybody(&app).iter().filter(|who| dangling(who)).count() as u64;
    assert_eq!((boss.waiting, boss.cleared), (dangling, 0));
    assert_eq!(tried.report.waits, [], "it was asked for");
    let shown = staged(&app, tried.plan.as_ref().unwrap()).await;
    assert_eq!(shown.len(), led.len() - 1);
    assert!(shown.iter().all(|change| change.op == Op::Set));
    let complete = app.plan(Mode::Complete).await.unwrap();
    let ordinary: Vec<&Change> = complete
        .changes
        .iter()
        .filter(|c| c.op == Op::Set)
        .collect();
    assert_eq!(ordinary, shown.iter().collect::<Vec<_>>());
    assert_eq!(complete.report.summary.clears, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_whom_no_row_asked_for_before_clears_nothing() {
    let rows = format!("{PLAIN}Name = \"displayName\"\n");
    let (app, old) = settled(30, &rows).await;
    let boss = "{ from = \"manager.displayName\", when-missing = \"clear\" }";
    let account = "{ from = \"manager.account.username\", when-missing = \"clear\" }";
    let edited = rows
        .replace("\"city\"", boss)
        .replace("\"jobTitle\"", account);
    let new = app.maps(&edited).unwrap();
    let tried = shadow(&app, &old, &new).await;
    let waits: Vec<&str> = tried
        .report
        .waits
        .iter()
        .map(|w| w.selector.as_str())
        .collect();
    assert_eq!(waits, ["manager.account.username", "manager.displayName"]);
    assert_eq!(tried.report.plan.summary.changes, 0);
    assert_eq!(tried.report.compared.as_ref().unwrap().waiting, 60);
    let ran = kept(&app).await;
    assert_eq!(ran.report.state, State::Nothing);
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_that_clears_much_is_held() {
    let (app, old) = settled(PEOPLE, PLAIN).await;
    let cleared = r#"{ from = "department", steps = [{ use = "text.regex-replace", find = "^.*$", with = "" }], when-missing = "clear" }"#;
    let new = app.maps(&PLAIN.replace("\"department\"", cleared)).unwrap();
    let tried = shadow(&app, &old, &new).await;
    assert_eq!(tried.report.plan.state, State::Held);
    assert_eq!(held(&tried.report), ["changed-values", "cleared-values"]);
    let values = field(&tried.report, "Department").cleared;
    assert_eq!(tried.report.plan.summary.clears, values);
    let ran = app.sync(Mode::Kept).await.unwrap();
    assert_eq!(ran.held_by(), ["changed-people", "cleared-values"]);
    assert_eq!(app.world.jira.writes().len(), 0);
    assert_eq!(app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_the_first_listing_there_is_nothing_to_try() {
    let app = TestApp::tidy(10).await.unwrap();
    let old = app.maps(PLAIN).unwrap();
    let new = app.maps(MAPPING).unwrap();
    // A plan lists everybody, and is no complete listing yet.
    app.plan(Mode::Complete).await.unwrap();
    app.forget();
    let tried = shadow(&app, &old, &new).await;
    assert_eq!(tried.plan, None);
    let source = tried.report.plan.source.unwrap();
    assert_eq!(source.why.as_deref(), Some("no complete listing yet"));
    let ran = kept(&app).await;
    assert_eq!(
        (ran.report.state, ran.report.summary.people),
        (State::Nothing, 0)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_those_of_the_listing_and_of_changes_since() {
    let (app, _) = settled(30, PLAIN).await;
    let (gone, changed) = (app.who(7), app.who(9));
    let added = app.world.graph.people(People::add);
    app.world.graph.people(|people| people.remove(gone));
    app.set(changed, "department", "New");
    let (key, account) = (app.key(gone), app.account(changed));
    app.sync(Mode::Changes).await.unwrap();
    app.forget();
    let upper = "{ from = \"department\", steps = [\"text.upper\"] }";
    app.connector(&app.connector_text(
        "[guard]\nchanged-people = \"off\"",
        &PLAIN.replace("\"department\"", upper),
    ))
    .unwrap();
    let ran = kept(&app).await;
    let summary = &ran.report.summary;
    assert_eq!((summary.people, summary.unmatched), (30, 1));
    assert!(ran.changes.iter().all(|change| change.person != key));
    let of_changed = ran.changes.iter().find(|change| change.account == account);
    assert_eq!(of_changed.unwrap().after.as_deref(), Some("NEW"));
    assert_ne!(app.key(added), key);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_into_scope_or_leaves_it_is_counted() {
    let (app, old) = settled(PEOPLE, PLAIN).await;
    let sales = app.member(everybody(&app)[0], "department").unwrap();
    let scope =
        format!("[scope]\nexclude = [{{ attribute = \"department\", equals = {sales:?} }}]");
    let new = app.connector(&app.connector_text(&scope, PLAIN)).unwrap();
    let leaving = everybody(&app).into_iter();
    let leaving = leaving.filter(|who| app.member(*who, "department").as_deref() == Some(&sales));
    let leaving = leaving.count() as u64;
    let tried = shadow(&app, &old, &new).await;
    let compared = tried.report.compared.unwrap();
    assert_eq!(
        (compared.left_scope, compared.came_into_scope),
        (leaving, 0)
    );
    assert_eq!(compared.people, PEOPLE as u64 - leaving);
    assert_eq!(tried.report.plan.summary.people, compared.people);
    let back = shadow(&app, &new, &old).await.report.compared.unwrap();
    assert_eq!((back.left_scope, back.came_into_scope), (0, leaving));
    assert_eq!(back.changed_values, 0);
    // A scope that nobody was read for tells nothing about anybody.
    let scope = "[scope]\ninclude = [{ attribute = \"officeLocation\", present = true }]";
    let unread = app.connector(&app.connector_text(scope, PLAIN)).unwrap();
    let tried = shadow(&app, &old, &unread).await.report;
    assert_eq!(tried.compared.as_ref().unwrap().unknown, PEOPLE as u64);
    assert_eq!(tried.waits[0].rows[0].field, "");
    assert_eq!(tried.plan.summary.people, 0);
}

/// The bundled plugins with another build of one.
fn with(app: &TestApp, id: &'static str, build: Vec<u8>) -> Arc<Snapshot> {
    let others = attune_bundled::PLUGINS.iter();
    let others = others.filter(|plugin| plugin.id != id);
    let mut builds: Vec<(&'static str, &'static [u8])> =
        others.map(|plugin| (plugin.id, plugin.wasm)).collect();
    builds.push((id, build.leak()));
    let engine = app.app.host.plugins.engine();
    Registry::open(engine, &builds, None, &[])
        .unwrap()
        .snapshot()
}

/// The host's plugins with another build of one, which does the same.
fn rebuilt(app: &TestApp, id: &'static str) -> Arc<Snapshot> {
    let mut bundled = attune_bundled::PLUGINS.iter();
    let mut bytes = bundled
        .find(|plugin| plugin.id == id)
        .unwrap()
        .wasm
        .to_vec();
    // A custom section named "x": it means nothing to anybody.
    bytes.extend([0, 3, 1, b'x', 7]);
    with(app, id, bytes)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_that_traps_on_some_values_is_held_and_says_for_whom() {
    let mut app = TestApp::tidy(PEOPLE).await.unwrap();
    for place in 10..18 {
        app.set(app.who(place), "city", "Here~");
    }
    app.app.host.plugins = with(&app, "same", Guest::default().component());
    let rows = PLAIN.replace("\"city\"", "{ from = \"city\", steps = [\"same.same\"] }");
    let loaded = app.maps(&rows).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    app.forget();
    let old = Arc::clone(&app.app.host.plugins);
    let traps = Guest {
        on_tilde: "unreachable",
        ..Guest::default()
    };
    let new = with(&app, "same", traps.component());
    let tried = shadow_with(&app, (&loaded, &old), (&loaded, &new)).await;
    let compared = tried.report.compared.as_ref().unwrap();
    assert_eq!((compared.newly_failing, compared.newly_fine), (8, 0));
    assert_eq!(held(&tried.report), ["newly-failing"]);
    let city = field(&tried.report, "City");
    let told = BTreeMap::from([("plugin-trap".to_owned(), 8)]);
    assert_eq!((&city.problems, city.replaced), (&told, 0));
    assert_eq!(compared.examples.len(), 1);
    assert_eq!(
        compared.examples[0].changes[0].what,
        "set->failed:plugin-trap"
    );
    assert_eq!(tried.report.plan.summary.changes, 0);
    // The other way round eight values are fine again, and nobody has to say so.
    let back = shadow_with(&app, (&loaded, &new), (&loaded, &old))
        .await
        .report;
    let compared = back.compared.as_ref().unwrap();
    assert_eq!((compared.newly_failing, compared.newly_fine), (0, 8));
    assert!(!back.is_held());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_build_that_does_the_same_is_quiet_and_its_plan_makes_nobody_due() {
    let (mut app, loaded) = settled(PEOPLE, MAPPING).await;
    let old = Arc::clone(&app.app.host.plugins);
    let new = rebuilt(&app, "text");
    let tried = shadow_with(&app, (&loaded, &old), (&loaded, &new)).await;
    assert!(tried.report.is_quiet() && !tried.report.is_held());
    let replaced: Vec<&str> = tried
        .report
        .generations
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!((replaced, tried.report.revision), (vec!["text"], None));
    assert_eq!(tried.report.plan.summary.skipped, 0);
    assert_eq!(app.world.jira.counts().requests, 0);
    // Approved with the new build, everybody is as if they had been written with it.
    app.app.host.plugins = new;
    app.approve(&tried.plan.unwrap().digest).await.unwrap();
    let next = kept(&app).await;
    assert_eq!(skipped_or_failing(&next), PEOPLE as u64);
    assert_eq!(app.world.jira.counts().requests, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_build_that_is_broken_leaves_the_plan_alone() {
    let (app, loaded) = settled(20, MAPPING).await;
    let engine = app.app.host.plugins.engine();
    let none = Registry::open(engine, &[], None, &[]).unwrap().snapshot();
    let plugins = Arc::clone(&app.app.host.plugins);
    let tried = shadow_with(&app, (&loaded, &none), (&loaded, &plugins)).await;
    assert_eq!(tried.report.uncompared.unwrap().code, "old-unusable");
    assert_eq!(tried.report.compared, None);
    assert_eq!(tried.report.plan.state, State::Nothing);
    let host = Host {
        plugins: none,
        ..app.app.host.clone()
    };
    let side = |plugins| Side {
        loaded: &loaded,
        plugins,
    };
    let (old, new) = (side(&plugins), side(&host.plugins));
    let refused = sync::shadow(&host, old, new, &Limits::default(), &Watch::default()).await;
    assert!(matches!(refused, Err(sync::Error::Plugin { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approved_plan_of_kept_people_is_no_listing() {
    let (app, old) = settled(20, PLAIN).await;
    let listing = app.listing().await.unwrap();
    let new = app.maps(&PLAIN.replace("\"city\"", "{ from = \"city\", steps = [\"text.upper\"] }"));
    let tried = shadow(&app, &old, &new.unwrap()).await;
    let plan = tried.plan.unwrap();
    app.approve(&plan.digest).await.unwrap();
    assert_eq!(app.listing().await.unwrap(), listing);
    let host = &app.app.host;
    let loaded = app.loaded("demo").unwrap();
    let again = host.store.plan(&plan.digest).await.unwrap().unwrap();
    let twice = sync::approve(host, &loaded, &again, &Watch::default()).await;
    assert!(matches!(twice, Err(sync::Error::NoSuchPlan(_))));
    let (order, watch) = (sync::Order::plan(Mode::Kept), Watch::default());
    let done = sync::run(host, &loaded, &order, &watch).await.unwrap();
    let done = ran(done).await.unwrap();
    assert_eq!(done.report.state, State::Nothing);
}
