//! Runs over changes against OpenLDAP: its own clock, its own log, its own client.

use attune_core::plan::{How, State};
use attune_server::sync::Mode;
use attune_sim::people::Who;

use crate::company::Company;
use crate::file::{self, Directory};
use crate::slapd::{PASSWORD, Searched, Slapd};

const PEOPLE: usize = 300;

const MAP: &str = r#"
Name    = "displayName"
Title   = "title"
Manager = "manager.displayName"
"#;

/// The code and the entries of each search for people since a line of the log.
async fn searched(slapd: &Slapd, mark: usize) -> Vec<(u32, u32)> {
    let searches = slapd.searches(mark).await;
    let of = |search: &Searched| (search.code, search.entries);
    searches.iter().map(of).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_modified_is_read_and_what_was_deleted_is_left_to_a_listing() {
    let company = Company::of(PEOPLE);
    let slapd = Slapd::start(&company.entries(PASSWORD)).await;
    let app = file::host(PEOPLE).await;
    let source = Directory::of(&slapd).section();
    file::write(&app, &source, &file::rest(app.world.access(), "", MAP));
    let first = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(first.report.state, State::Applied);

    // Only the newest entry is as new as the mark, and comes again.
    let mark = slapd.mark();
    let quiet = app.sync(Mode::Changes).await.unwrap();
    let read = quiet.report.source.unwrap();
    assert_eq!((read.read, read.why), (How::Changes, None));
    assert_eq!(quiet.changes, []);
    let searches = searched(&slapd, mark).await;
    let people: u32 = searches.iter().map(|(_, entries)| entries).sum();
    assert!(
        searches.iter().all(|(code, _)| *code == 0) && people <= 2,
        "{searches:?}"
    );

    let matched = |who: &Who| {
        let mut changes = first.changes.iter();
        let name = company.name(*who);
        changes.any(|change| change.field == "Name" && change.after == Some(name.clone()))
    };
    let leads = |who: &Who| {
        company
            .listed()
            .any(|led| company.leader(led) == Some(*who))
    };
    let leader = company
        .listed()
        .skip(5)
        .find(|who| matched(who) && leads(who))
        .unwrap();
    let other = company.listed().skip(200).find(matched).unwrap();
    slapd
        .replace(&company.dn(leader), "displayName", "Bärbel Grüßner")
        .await;
    slapd
        .replace(&company.dn(other), "title", "Chief of Changes")
        .await;
    slapd
        .delete(&company.dn(company.listed().nth(250).unwrap()))
        .await;

    let mark = slapd.mark();
    let ran = app.sync(Mode::Changes).await.unwrap();
    assert_eq!(ran.report.source.as_ref().unwrap().read, How::Changes);
    assert_eq!(ran.report.state, State::Applied);
    assert_eq!(ran.report.summary.clears, 0);
    let searches = searched(&slapd, mark).await;
    let people: u32 = searches.iter().map(|(_, entries)| entries).sum();
    assert!((2..6).contains(&people), "{searches:?}");
    let said = |field: &str, value: &str| {
        ran.of_field(field)
            .filter(|change| change.after.as_deref() == Some(value))
            .count()
    };
    assert_eq!(
        (
            said("Name", "Bärbel Grüßner"),
            said("Title", "Chief of Changes")
        ),
        (1, 1)
    );
    assert!(said("Manager", "Bärbel Grüßner") > 0);

    // Nothing was missed: a complete run has nothing to add.
    let complete = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(complete.changes, []);
    assert_eq!(complete.report.summary.people, PEOPLE as u64 - 2);
}

/// Within one second the time does not tell what came later: everything of that second comes again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_that_follow_each_other_at_once_are_all_found() {
    let company = Company::of(60);
    let slapd = Slapd::start(&company.entries(PASSWORD)).await;
    let app = file::host(60).await;
    let source = Directory::of(&slapd).with_options(", page-size = 2");
    file::write(
        &app,
        &source.section(),
        &file::rest(app.world.access(), "", MAP),
    );
    app.sync(Mode::Complete).await.unwrap();
    let some: Vec<Who> = company.listed().skip(10).take(8).collect();
    for round in 0..4 {
        for who in &some {
            let title = format!("Title {round} {}", who.position());
            slapd.replace(&company.dn(*who), "title", &title).await;
        }
        let ran = app.sync(Mode::Changes).await.unwrap();
        assert_eq!(ran.report.source.as_ref().unwrap().read, How::Changes);
        let complete = app.plan(Mode::Complete).await.unwrap();
        assert_eq!(complete.changes, [], "round {round} missed something");
        assert!(ran.of_field("Title").count() > 3, "{:?}", ran.changes);
    }
}
