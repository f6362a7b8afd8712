//! Promise 11: plugins are swapped while syncs run all the time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use attune_server::settings::SwapPolicy;
use attune_server::sync::Mode;
use attune_tests::TestApp;
use attune_tests::service::{TestService, digest};

use super::builds;

const SWAPS: usize = 200;
const PEOPLE: usize = 24;
/// Values must not be lost to a build that fails for everybody; the guard would only hide that.
const OPEN: &str =
    "[guard]\nchanged-people = \"off\"\none-value-takes-over = \"off\"\nfailed-values = \"off\"";
const MAP: &str = "City = { from = \"city\", steps = [\"mark.same\"] }\nTitle = { from = \"jobTitle\", steps = [\"mark.same\"] }";

/// The same numbers in every run of the test.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end
    }
}

/// Every value that was written by one run came from the one build that its report names.
fn assert_one_build(ran: &attune_tests::Ran, marks: &BTreeMap<String, String>) {
    let build = ran.report.generations.get("mark").unwrap();
    let Some(mark) = marks.get(build) else {
        // A build that answers nothing changes nothing.
        assert_eq!(ran.changes.len(), 0, "{build}");
        return;
    };
    for change in &ran.changes {
        let after = change.after.as_deref().unwrap();
        assert!(after.ends_with(mark), "{after} of a run with {mark}");
    }
}

/// Nobody's field is empty, and each holds what the directory says, by some build.
fn assert_nothing_lost(app: &TestApp) {
    for place in 0..PEOPLE {
        let who = app.who(place);
        for (field, member) in [("City", "city"), ("Title", "jobTitle")] {
            let (is, shall) = (app.property(who, field), app.member(who, member));
            let is = is.unwrap_or_default();
            let shall = shall.unwrap_or_default();
            // One of the builds answers what it was given.
            let is_of_a_build = is == shall || is.starts_with(&format!("{shall}-v"));
            assert!(is_of_a_build, "{field} of {who:?}: {is}");
        }
    }
}

/// Syncs without a pause; how many runs there were, and how many builds they met.
async fn sync_until(
    is_over: &AtomicBool,
    service: &TestService,
    app: &TestApp,
    marks: &BTreeMap<String, String>,
) -> (usize, usize) {
    let (mut runs, mut met) = (0, BTreeSet::new());
    while !is_over.load(Ordering::Relaxed) {
        let mode = if runs % 3 == 0 {
            Mode::Full
        } else {
            Mode::Complete
        };
        let ran = service.sync(mode).await.unwrap();
        assert_one_build(&ran, marks);
        assert_nothing_lost(app);
        assert_eq!(ran.report.summary.clears, 0);
        met.extend(ran.report.generations.get("mark").cloned());
        runs += 1;
    }
    (runs, met.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_swaps_under_running_syncs_lose_no_value_and_never_mix_builds() {
    let app = TestApp::tidy(PEOPLE).await.unwrap();
    for place in 0..PEOPLE {
        app.set(app.who(place), "city", &format!("City{place}"));
        app.set(app.who(place), "jobTitle", &format!("Title{place}"));
    }
    app.connector(&app.connector_text(OPEN, MAP)).unwrap();
    std::fs::create_dir_all(app.plugins()).unwrap();
    let first = builds::mark("mark", "-v0");
    std::fs::write(app.plugins().join("mark.wasm"), &first).unwrap();
    let mut marks = BTreeMap::from([(digest(&first), "-v0".to_owned())]);
    let good: Vec<Vec<u8>> = (1..=20)
        .map(|n| builds::mark("mark", &format!("-v{n}")))
        .collect();
    for (n, build) in good.iter().enumerate() {
        marks.insert(digest(build), format!("-v{}", n + 1));
    }
    marks.insert(digest(&builds::good_then_traps("mark")), String::new());
    let service = app.serve(SwapPolicy::Auto).await.unwrap();
    let (service, app) = (Arc::new(service), Arc::new(app));
    service.sync(Mode::Complete).await.unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let syncing = {
        let (service, app) = (Arc::clone(&service), Arc::clone(&app));
        let (is_over, handle) = (Arc::clone(&is_over), tokio::runtime::Handle::current());
        tokio::task::spawn_blocking(move || {
            handle.block_on(sync_until(&is_over, &service, &app, &marks))
        })
    };
    let mut dice = Dice(20_261_122);
    for _ in 0..SWAPS {
        disturb(&service, &app, &good, &mut dice);
        tokio::time::sleep(Duration::from_millis(dice.below(400) as u64)).await;
        assert!(service.service.is_ready());
    }
    let last = builds::mark("mark", "-v99");
    for stray in ["other.wasm", "mark.two.wasm"] {
        let _there_or_not = std::fs::remove_file(app.plugins().join(stray));
    }
    service.save("mark", &last).unwrap();
    is_over.store(true, Ordering::Relaxed);
    let (runs, builds_met) = syncing.await.unwrap();
    service.until_running("mark", &digest(&last)).await.unwrap();
    service.sync(Mode::Complete).await.unwrap();
    for place in 0..PEOPLE {
        let city = app.property(app.who(place), "City");
        assert_eq!(city, Some(format!("City{place}-v99")));
    }
    assert!(runs > 20, "only {runs} runs");
    assert!(builds_met > 10, "only {builds_met} builds were met");
}

/// One thing that happens to a plugins' folder.
fn disturb(service: &TestService, app: &TestApp, good: &[Vec<u8>], dice: &mut Dice) {
    let folder = app.plugins();
    let file = folder.join("mark.wasm");
    let any = good.get(dice.below(good.len())).unwrap();
    match dice.below(10) {
        // What somebody builds: most of it is good.
        0..=3 => service.save("mark", any).unwrap(),
        4 => service
            .save("mark", &builds::good_then_traps("mark"))
            .unwrap(),
        5 => service.save("mark", &builds::loops("mark")).unwrap(),
        6 => service
            .save("mark", b"\0asm\x0d\0\x01\0 not of this world")
            .unwrap(),
        7 => {
            // A slow copy, in place.
            let half = any.get(..dice.below(any.len())).unwrap();
            std::fs::write(&file, half).unwrap();
        }
        8 => {
            let _there_or_not = std::fs::rename(&file, folder.join("other.wasm"));
            if dice.below(2) == 0 {
                let _there_or_not = std::fs::remove_file(folder.join("other.wasm"));
            }
        }
        _ => {
            // Two within one debounce, and sometimes under one id at once.
            service.save("mark", any).unwrap();
            let other = good.get(dice.below(good.len())).unwrap();
            if dice.below(4) == 0 {
                std::fs::write(folder.join("mark.two.wasm"), other).unwrap();
            } else {
                let _there_or_not = std::fs::remove_file(folder.join("mark.two.wasm"));
                service.save("mark", other).unwrap();
            }
        }
    }
}
