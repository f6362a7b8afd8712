//! What a directory refuses: lists that it cuts, passwords, bases, filters. An error is never an
//! empty or a short list.

use attune_core::plan::State;
use attune_server::fault::Failure;
use attune_server::sync::{self, Mode};
use attune_tests::TestApp;

use crate::company::{BASE, Company};
use crate::file::{self, Directory};
use crate::slapd::{LIMITED, PASSWORD, READER, SIZE_LIMIT, Slapd};

const PEOPLE: usize = 90;
const MAP: &str = "Name = \"displayName\"";

struct World {
    slapd: Slapd,
    app: TestApp,
}

async fn world() -> World {
    let slapd = Slapd::start(&Company::of(PEOPLE).entries(PASSWORD)).await;
    let app = file::host(PEOPLE).await;
    World { slapd, app }
}

impl World {
    fn write(&self, directory: &Directory) {
        let rest = file::rest(self.app.world.access(), "", MAP);
        file::write(&self.app, &directory.section(), &rest);
    }

    /// How a sync of this directory fails; nothing was written and nothing concluded.
    async fn refused(&self, directory: &Directory) -> Failure {
        self.write(directory);
        let store = &self.app.app.host.store;
        let (writes, listing) = (
            self.app.world.jira.writes(),
            store.last_listing("demo").await,
        );
        let error = self.app.sync(Mode::Complete).await.expect_err("a refusal");
        assert_eq!(self.app.world.jira.writes(), writes);
        assert_eq!(store.last_listing("demo").await.unwrap(), listing.unwrap());
        let failure = file::failure(error);
        assert!(!failure.message.contains(PASSWORD), "{failure:?}");
        failure
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_the_server_cuts_is_an_error_and_no_list() {
    let world = world().await;
    let everybody = Directory::of(&world.slapd);
    let limited = everybody.clone().bound_as(LIMITED);
    // Cut on the first page, at its end, on a later page, and on the very last entry.
    for size in [1000, 500, SIZE_LIMIT + 1, SIZE_LIMIT, 25, 7, 1] {
        let paged = limited
            .clone()
            .with_options(&format!(", page-size = {size}"));
        let failure = world.refused(&paged).await;
        assert_eq!(
            (failure.code.as_str(), failure.exit),
            ("bad-answer", 1),
            "{failure:?}"
        );
        assert!(failure.message.contains("cut the list"), "{failure:?}");
        assert!(failure.message.contains("result code 4"), "{failure:?}");
    }
    assert_eq!(world.app.world.jira.writes(), []);

    // The same after a complete listing: nobody has left because a list was cut.
    world.write(&everybody);
    let whole = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(whole.report.state, State::Applied);
    world.refused(&limited).await;
    world.write(&everybody);
    let again = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(again.report.state, State::Nothing);
    assert_eq!(again.report.summary.people, whole.report.summary.people);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cannot_sign_in_is_told_so() {
    let world = world().await;
    let everybody = Directory::of(&world.slapd);
    let nobody = everybody.clone().bound_as("cn=nobody,dc=example,dc=com");
    file::set_password(&world.app, "wrong");
    for directory in [&everybody, &nobody] {
        let failure = world.refused(directory).await;
        assert_eq!(
            (failure.code.as_str(), failure.exit),
            ("sign-in", 4),
            "{failure:?}"
        );
        assert!(failure.message.contains("49"), "{failure:?}");
        assert!(!failure.message.contains("wrong,"), "{failure:?}");
    }
    // A name that is no DN is refused by the directory, not by us: Active Directory takes it.
    let failure = world
        .refused(&everybody.clone().bound_as("reader@example.com"))
        .await;
    assert_eq!(
        (failure.code.as_str(), failure.exit),
        ("sign-in", 4),
        "{failure:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_options_are_named() {
    let world = world().await;
    let everybody = Directory::of(&world.slapd);
    let missing = everybody.clone().below("ou=nowhere,dc=example,dc=com");
    let failure = world.refused(&missing).await;
    assert_eq!(failure.code, "options", "{failure:?}");
    assert!(
        failure.message.contains("ou=nowhere,dc=example,dc=com"),
        "{failure:?}"
    );
    assert!(failure.message.contains("does not exist"), "{failure:?}");

    let elsewhere = everybody.clone().below("dc=other,dc=example");
    let failure = world.refused(&elsewhere).await;
    assert_eq!(failure.code, "options", "{failure:?}");

    for (directory, word) in [
        (everybody.clone().below("people"), "base"),
        (
            everybody.clone().with_options(", filter = \"(uid=x\""),
            "filter",
        ),
        (everybody.clone().with_options(", key = \"a b\""), "key"),
    ] {
        let failure = world.refused(&directory).await;
        assert_eq!(
            (failure.code.as_str(), failure.exit),
            ("options", 2),
            "{failure:?}"
        );
        assert!(failure.message.contains(word), "{failure:?}");
    }

    // A key that not everybody has: a list without somebody would say that they left.
    let failure = world
        .refused(&everybody.with_options(", key = \"jpegPhoto\""))
        .await;
    assert_eq!(failure.code, "options", "{failure:?}");
    assert!(failure.message.contains("jpegPhoto"), "{failure:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_says_what_works_and_what_does_not() {
    let world = world().await;
    let everybody = Directory::of(&world.slapd);
    let lines = check(&world, &everybody).await;
    let wrong: Vec<_> = lines.iter().filter(|line| !line.ok).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    for name in ["sign-in", "base", "people", "key", "uid", "mail"] {
        let is_there = lines
            .iter()
            .any(|line| line.name == format!("source: {name}"));
        assert!(is_there, "{name}: {lines:#?}");
    }

    let lines = check(
        &world,
        &everybody.clone().below("ou=nowhere,dc=example,dc=com"),
    )
    .await;
    assert!(
        lines
            .iter()
            .any(|line| !line.ok && line.message.contains("ou=nowhere")),
        "{lines:#?}"
    );

    let lines = check(
        &world,
        &everybody
            .clone()
            .with_options(", filter = \"(uid=nobody)\""),
    )
    .await;
    assert!(
        lines
            .iter()
            .any(|line| !line.ok && line.message.contains("nobody below"))
    );

    file::set_password(&world.app, "wrong");
    let lines = check(&world, &everybody).await;
    let line = lines
        .iter()
        .find(|line| line.name == "source: sign-in")
        .expect("a line");
    assert!(!line.ok && !line.fix.is_empty(), "{line:?}");
}

async fn check(world: &World, directory: &Directory) -> Vec<sync::CheckLine> {
    world.write(directory);
    let loaded = world.app.loaded("demo").unwrap();
    sync::check(&world.app.app.host, &loaded).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bind_is_the_one_of_the_file() {
    let world = world().await;
    let mark = world.slapd.mark();
    world.write(&Directory::of(&world.slapd).with_options(", scope = \"one-level\""));
    let plan = world.app.plan(Mode::Complete).await.unwrap();
    assert_eq!(
        plan.report.summary.people,
        Company::of(PEOPLE).listed().count() as u64
    );
    world.slapd.searches(mark).await;
    let log = world.slapd.log(mark).join("\n");
    assert!(
        log.contains(&format!("BIND dn=\"{READER}\" mech=SIMPLE")),
        "{log}"
    );
    assert!(
        log.contains(&format!("SRCH base=\"{BASE}\" scope=1")),
        "{log}"
    );
}
