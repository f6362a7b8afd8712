//! Two thousand people in OpenLDAP, read by the product's own provider and written to the
//! stand-in of Jira; what is there afterwards is held against the people themselves.

use std::collections::HashMap;
use std::time::Instant;

use attune_core::plan::State;
use attune_server::sync::Mode;
use attune_sim::jira::Jira;
use attune_sim::people::Who;

use crate::company::{BASE, Company};
use crate::file::{self, Directory};
use crate::slapd::{PASSWORD, READER, Searched, Slapd};

const PEOPLE: usize = 2000;
const PAGE: usize = 500;

const MAP: &str = r#"
Name           = "displayName"
"Given name"   = "GIVENNAME"
Department     = { from = "department", steps = ["text.trim"] }
Title          = "title"
Manager        = "manager.displayName"
"Manager mail" = "manager.mail"
Above          = "manager.manager.displayName"
Phone          = { from = "telephoneNumber[0]", steps = [{ use = "phone.format", region = "DE" }] }
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_people_are_synced_and_then_left_alone() {
    let company = Company::of(PEOPLE);
    let slapd = Slapd::start(&company.entries(PASSWORD)).await;
    let app = file::host(PEOPLE).await;
    let source = Directory::of(&slapd).with_options(&format!(", page-size = {PAGE}"));
    file::write(
        &app,
        &source.section(),
        &file::rest(app.world.access(), "", MAP),
    );

    let (mark, began) = (slapd.mark(), Instant::now());
    let first = app.sync(Mode::Complete).await.unwrap();
    let took = began.elapsed();
    let pages = pages_of(&slapd.searches(mark).await);
    eprintln!("{PEOPLE} people in {pages} pages, synced in {took:.1?}");

    assert_eq!(first.report.state, State::Applied, "{:#?}", first.report);
    assert_eq!(first.report.summary.people, company.listed().count() as u64);
    assert_eq!(pages, company.listed().count().div_ceil(PAGE));
    let written = first.report.summary.written;
    assert_eq!(written, first.report.summary.changes);
    everybody_has_what_the_directory_says(&company, &app.world.jira);

    // Nothing changed: the directory is read again, and Jira is not even asked.
    app.world.jira.reset_log();
    let mark = slapd.mark();
    let second = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(second.report.state, State::Nothing);
    assert_eq!(second.report.summary.changes, 0);
    assert_eq!(app.world.jira.counts().requests, 0);
    assert_eq!(pages_of(&slapd.searches(mark).await), pages);
    assert_eq!(app.world.complaints(), Vec::<String>::new());
}

/// Pages of the listing; single questions for people outside the base have one entry at most.
fn pages_of(searches: &[Searched]) -> usize {
    assert!(
        searches.iter().all(|search| matches!(search.code, 0 | 32)),
        "{searches:?}"
    );
    searches.iter().filter(|search| search.entries > 1).count()
}

/// The keys of accounts by their address, for those who have exactly one active account.
fn accounts(jira: &Jira) -> HashMap<String, String> {
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    jira.accounts(|accounts| {
        for account in accounts.iter().filter(|account| account.is_active) {
            let address = account.email.to_lowercase();
            found.entry(address).or_default().push(account.key.clone());
        }
    });
    let single = found.into_iter().filter(|(_, keys)| keys.len() == 1);
    single
        .filter_map(|(address, keys)| Some((address, keys.into_iter().next()?)))
        .collect()
}

fn everybody_has_what_the_directory_says(company: &Company, jira: &Jira) {
    let accounts = accounts(jira);
    let people = &company.people;
    let (mut compared, mut umlauts, mut led, mut outside) = (0, 0, 0, 0);
    for who in company.listed() {
        let mail = people.text(who, "mail").unwrap_or_default().to_lowercase();
        let Some(key) = accounts.get(&mail) else {
            continue;
        };
        let is = |field: &str, expected: Option<String>| {
            let found = jira.property(key, field);
            let found = found.as_ref().and_then(|value| value.as_str());
            assert_eq!(found, expected.as_deref(), "{field} of {}", company.dn(who));
        };
        is("Name", Some(company.name(who)));
        is(
            "Given name",
            people
                .text(who, "givenName")
                .filter(|name| !name.is_empty()),
        );
        is(
            "Title",
            people
                .text(who, "jobTitle")
                .filter(|title| !title.is_empty()),
        );
        let leader = company.leader(who);
        let of_leader = |member: &str| people.text(leader?, member);
        is("Manager", of_leader("displayName"));
        is("Manager mail", of_leader("mail"));
        let above = leader.and_then(|leader| company.leader(leader));
        is("Above", above.map(|above| company.name(above)));
        compared += 1;
        umlauts += usize::from(!company.name(who).is_ascii());
        led += usize::from(leader.is_some());
        outside += usize::from(leader.is_some_and(|leader| leader.position() == 0));
    }
    assert!(compared > PEOPLE * 3 / 4, "{compared} people compared");
    assert!(umlauts > 200, "{umlauts} names are not ASCII");
    assert!(led > compared * 9 / 10, "{led} have a leader");
    assert!(outside > 5, "{outside} are led from outside the base");
}

/// One value changed in the directory; those who follow the relation get it too, nobody else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renamed_leader_is_renamed_everywhere_and_nothing_else_changes() {
    const NAME: &str = "Bärbel Grüßner-Łukasik";
    const FEW: usize = 300;
    let company = Company::of(FEW);
    let slapd = Slapd::start(&company.entries(PASSWORD)).await;
    let app = file::host(FEW).await;
    let source = Directory::of(&slapd).section();
    file::write(&app, &source, &file::rest(app.world.access(), "", MAP));
    app.sync(Mode::Complete).await.unwrap();
    let accounts = accounts(&app.world.jira);
    let has_account = |who: Who| {
        let mail = company.people.text(who, "mail").unwrap_or_default();
        accounts.contains_key(&mail.to_lowercase())
    };
    let led_by = |leader: Who| {
        let reports = company.listed();
        let reports = reports.filter(|who| company.leader(*who) == Some(leader));
        reports.filter(|who| has_account(*who)).count()
    };
    let leader = company
        .listed()
        .skip(30)
        .find(|who| has_account(*who) && led_by(*who) > 3)
        .expect("a leader");
    slapd
        .replace(&company.dn(leader), "displayName", NAME)
        .await;
    let second = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(second.report.state, State::Applied);
    let others = second
        .changes
        .iter()
        .filter(|change| change.after.as_deref() != Some(NAME));
    let others: Vec<_> = others.collect();
    assert!(others.is_empty(), "{others:#?}");
    let names = second.of_field("Name").count();
    let managers = second.of_field("Manager").count();
    assert_eq!(names, 1);
    let led = led_by(leader);
    assert!(managers >= led, "{managers} of {led}");
    let above = second.of_field("Above").count();
    assert_eq!(second.changes.len(), names + managers + above);
}

/// What our own reading delivers is what OpenLDAP's own client reads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_and_values_are_those_that_ldapsearch_shows() {
    let company = Company::of(60);
    let slapd = Slapd::start(&company.entries(PASSWORD)).await;
    let app = file::host(60).await;
    let source = Directory::of(&slapd).with_options(", page-size = 7, binary = [\"audio\"]");
    let map = "Name = \"displayName\"\nDepartment = \"department\"\n\
               Phones = { from = \"telephoneNumber\", steps = [\"list.join\"] }";
    file::write(
        &app,
        &source.section(),
        &file::rest(app.world.access(), "", map),
    );
    let mark = slapd.mark();
    let plan = app.plan(Mode::Complete).await.unwrap();
    let searches = slapd.searches(mark).await;
    let pages = searches.iter().filter(|search| search.entries > 0).count();
    assert_eq!(pages, company.listed().count().div_ceil(7));

    let entries = slapd.read(BASE, "(objectClass=inetOrgPerson)").await;
    assert_eq!(plan.report.summary.people, entries.len() as u64);
    let by_key: HashMap<String, _> = entries
        .iter()
        .map(|entry| (entry.text("entryUUID").unwrap(), entry))
        .collect();
    assert!(plan.changes.len() > 100, "{}", plan.changes.len());
    for change in &plan.changes {
        let entry = by_key[&change.person];
        let expected = match change.field.as_str() {
            "Name" => entry.text("displayName"),
            "Department" => entry.text("department"),
            _ => {
                let numbers = entry
                    .values
                    .iter()
                    .filter(|(name, _)| name == "telephoneNumber");
                let numbers: Vec<&str> = numbers
                    .map(|(_, value)| std::str::from_utf8(value).unwrap())
                    .collect();
                Some(numbers.join(", "))
            }
        };
        assert_eq!(change.after, expected, "{} of {}", change.field, entry.dn);
    }
}

/// Bytes are bytes by their attribute's name, also where they could be read as text.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_never_become_text() {
    let company = Company::of(60);
    let mut entries = company.entries(PASSWORD);
    let certified = certify(&mut entries);
    let slapd = Slapd::start(&entries).await;
    let app = file::host(60).await;
    let map = "Picture = \"jpegPhoto\"\nSound = \"audio\"\n\
               Certificate = \"userCertificate;binary\"";
    let rest = file::rest(
        app.world.access(),
        "[guard]\nfailed-values = \"off\"\n",
        map,
    );
    let plain = Directory::of(&slapd);
    file::write(
        &app,
        &plain
            .clone()
            .with_options(", binary = [\"AUDIO\"]")
            .section(),
        &rest,
    );
    let plan = app.plan(Mode::Complete).await.unwrap();
    assert_eq!(plan.changes, []);
    let problems = &plan.report.problems;
    let of_field = |field: &str| {
        let found = problems.iter().filter(|problem| problem.field == field);
        found
            .map(|problem| problem.code.as_str())
            .collect::<Vec<_>>()
    };
    for field in ["Picture", "Sound", "Certificate"] {
        let codes = of_field(field);
        assert!(!codes.is_empty(), "nobody has {field}: {problems:#?}");
        assert!(
            codes.iter().all(|code| *code == "not-text"),
            "{field}: {codes:?}"
        );
    }
    assert!(of_field("Certificate").len() <= certified);

    // The option is what makes `audio` bytes: without it the same values are text.
    file::write(&app, &plain.section(), &rest);
    let plan = app.plan(Mode::Complete).await.unwrap();
    assert!(plan.of_field("Sound").count() > 0);
    assert_eq!(plan.of_field("Picture").count(), 0);
}

/// Gives some people a certificate; how many.
fn certify(entries: &mut [crate::ldif::Entry]) -> usize {
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["person.example.com".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let people = entries
        .iter_mut()
        .filter(|entry| entry.text("displayName").is_some());
    let mut count = 0;
    for entry in people.step_by(6) {
        entry.push("userCertificate;binary", certificate.der());
        count += 1;
    }
    count
}

/// The directory's own view of a whole sync: one bind, and no password in anything we keep.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_conversation_is_one_connection() {
    let company = Company::of(45);
    let slapd = Slapd::start(&company.entries(PASSWORD)).await;
    let app = file::host(45).await;
    let source = Directory::of(&slapd).with_options(", page-size = 10");
    let map = "Name = \"displayName\"";
    file::write(
        &app,
        &source.section(),
        &file::rest(app.world.access(), "", map),
    );
    let mark = slapd.mark();
    app.plan(Mode::Complete).await.unwrap();
    slapd.searches(mark).await;
    let log = slapd.log(mark);
    let binds = log
        .iter()
        .filter(|line| line.contains(" mech=SIMPLE "))
        .count();
    assert_eq!(binds, 1, "{log:#?}");
    assert!(
        log.iter()
            .any(|line| line.contains(&format!("BIND dn=\"{READER}\"")))
    );
    assert!(
        log.iter()
            .any(|line| line.contains(" UNBIND") || line.contains(" closed"))
    );
}
