//! Our requests to Jira and Confluence beside those of the `PyPI` clients `jira` and
//! `atlassian-python-api`: everybody does the same things at the same stand-ins, and the logs are
//! compared field by field.
//!
//! Invariants: each of our requests is in the table, beside a client's or with the source that it was
//! written from; a difference that the table does not name fails the test, and so does one that it
//! names and that is not there (any more). The table is printed, and lies in
//! `target/tmp/clients.md` afterwards.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use attune_sim::log::Record;
use serde_json::json;
use tokio::process::Command;

use crate::clients_ours::{
    self, EMAIL, FIELD, NAME, NEW_EMAIL, NEW_NAME, PAGE, Told, VALUE, World,
};
use crate::clients_table::{ALONE, RELEASES, TOPICS, Topic};
use crate::difference;
use crate::peer;

/// How long the clients may take together.
const PATIENCE: Duration = Duration::from_mins(3);

fn python() -> PathBuf {
    let named = std::env::vars().find(|(name, _)| name == "ATTUNE_TEST_PYTHON");
    let usual = peer::root().join("target/peers/python/bin/python");
    let path = named.map_or(usual, |(_, path)| PathBuf::from(path));
    peer::installed(&path, "Python with the PyPI clients")
}

/// Lets the clients do it; what they sent, by client and topic.
async fn theirs(world: &World) -> Told {
    let (at_jira, at_confluence) = (world.jira.settings(), world.confluence.settings());
    let order = json!({
        "jira": {
            "url": world.jira.url(), "username": at_jira.username,
            "password": at_jira.password, "token": at_jira.token,
        },
        "confluence": {
            "url": world.confluence.url(), "username": at_confluence.username,
            "password": at_confluence.password, "token": at_confluence.token,
        },
        "jira_person": {
            "name": NAME, "key": world.in_jira().key, "email": EMAIL,
            "new_email": NEW_EMAIL, "new_name": NEW_NAME,
            "field": FIELD, "value": VALUE, "page": PAGE,
        },
        "confluence_person": { "name": NAME, "key": world.in_confluence().key },
    });
    let mut command = Command::new(python());
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/clients.py"));
    command.arg(order.to_string()).stdin(Stdio::null());
    command.env("NO_PROXY", "*").kill_on_drop(true);
    let done = tokio::time::timeout(PATIENCE, command.output()).await;
    let done = done
        .expect("clients that end")
        .expect("a program that starts");
    let said = String::from_utf8_lossy(&done.stdout);
    let error = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}\n{error}");
    for release in RELEASES {
        let is_there = said.lines().any(|line| line == release);
        assert!(
            is_there,
            "the table is about {release}: run `tests/run` once\n{said}"
        );
    }
    let mut told = Told::new();
    for name in ["jira", "confluence"] {
        for record in world.log(name) {
            if let Some(topic) = record.header("x-topic").map(str::to_owned) {
                told.entry((name, topic)).or_default().push(record);
            }
        }
    }
    told
}

/// Method and path below the site.
fn named(site: &str, record: &Record) -> String {
    let path = record
        .path
        .strip_prefix(World::base(site))
        .unwrap_or(&record.path);
    format!("{} {path}", record.method)
}

/// In what a client's way differs from our request: its request for it, and others beside it.
fn differences(site: &str, ours: &Record, theirs: &[Record]) -> Vec<String> {
    let is_it = |record: &&Record| named(site, record) == named(site, ours);
    let Some(it) = theirs.iter().find(is_it).or(theirs.first()) else {
        return vec!["no request".to_owned()];
    };
    let others = theirs
        .iter()
        .filter(|record| record.sequence != it.sequence);
    let also = others.map(|record| format!("also {}", named(site, record)));
    let between = difference::between(ours, it).into_iter();
    between.chain(also).collect()
}

/// The one request of ours that a topic is about.
fn request<'t>(topic: &Topic, told: &'t Told) -> &'t Record {
    let all = &told[&(topic.site, topic.name.to_owned())];
    let is_it = |record: &&Record| named(topic.site, record) == topic.request;
    let found: Vec<&Record> = all.iter().filter(is_it).collect();
    assert_eq!(found.len(), 1, "{}: {:?}", topic.name, all);
    found[0]
}

/// Holds the logs against the table: what of it is not so.
fn complaints(ours: &Told, theirs: &Told) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut left: BTreeSet<(&str, String)> = theirs.keys().cloned().collect();
    for topic in TOPICS {
        let it = request(topic, ours);
        for (client, expected) in topic.clients {
            let key = (topic.site, format!("{client}: {}", topic.name));
            left.remove(&key);
            let there = theirs.get(&key).map_or(&[][..], Vec::as_slice);
            let found = differences(topic.site, it, there);
            let what = format!("{}, {}, {client}", topic.site, topic.name);
            let is_known = |line: &&String| expected.iter().any(|(known, _)| known == line);
            let unknown = found.iter().filter(|line| !is_known(line));
            wrong.extend(unknown.map(|line| format!("{what}: not in the table: {line}")));
            let is_gone = |line: &str| !found.iter().any(|there| there == line);
            let gone = expected.iter().filter(|(line, _)| is_gone(line));
            wrong.extend(gone.map(|(line, _)| format!("{what}: no longer so: {line}")));
        }
    }
    let unknown = left.iter();
    wrong.extend(unknown.map(|(site, topic)| format!("{site}, {topic}: not in the table")));
    wrong
}

/// The table as it is read.
fn page() -> String {
    let mut page = format!("{}\n\n", RELEASES.join(", "));
    page.push_str("| what | our request | client | equal, or differs (ours → theirs): why |\n");
    page.push_str("| --- | --- | --- | --- |\n");
    for topic in TOPICS {
        for (client, differs) in topic.clients {
            let line = |(line, why): &(&str, &str)| {
                let line = line.replace(" | ", " → ");
                format!("`{line}`: {why}")
            };
            let lines: Vec<String> = differs.iter().map(line).collect();
            let result = if lines.is_empty() {
                "equal".to_owned()
            } else {
                lines.join("; ")
            };
            let Topic {
                site,
                name,
                request,
                ..
            } = topic;
            let _ = writeln!(
                page,
                "| {site}: {name} | `{request}` | {client} | {result} |"
            );
        }
    }
    page.push_str("\n| our request that no client sends | source |\n| --- | --- |\n");
    for ((site, request), source) in ALONE {
        let _ = writeln!(page, "| {site}: `{request}` | {source} |");
    }
    page
}

/// Our requests that no client sends.
fn alone(ours: &Told) -> BTreeSet<(&'static str, String)> {
    let all = ours
        .iter()
        .flat_map(|((site, _), records)| records.iter().map(|record| (*site, named(site, record))));
    let is_compared = |(site, request): &(&str, String)| {
        TOPICS
            .iter()
            .any(|topic| topic.site == *site && topic.request == request)
    };
    all.filter(|request| !is_compared(request)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_requests_are_those_of_the_pypi_clients_but_for_what_the_table_says() {
    let world = World::start().await;
    let mut ours = clients_ours::at_jira(&world).await;
    ours.extend(clients_ours::at_confluence(&world).await);
    let theirs = theirs(&world).await;
    let page = page();
    println!("{page}");
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clients.md");
    std::fs::write(file, &page).expect("a writable folder");
    assert_eq!(complaints(&ours, &theirs), Vec::<String>::new());
    let known = ALONE.iter();
    let known = known.map(|((site, request), _)| (*site, (*request).to_owned()));
    assert_eq!(alone(&ours), known.collect());
    // A route that a stand-in does not know would be among these.
    assert_eq!(world.jira.complaints(), Vec::<String>::new());
    assert_eq!(world.confluence.complaints(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stand_in_takes_the_password_again_from_another_client_if_it_is_a_form() {
    let world = World::start().await;
    let theirs = theirs(&world).await;
    let statuses = |topic: &str| -> Vec<u16> {
        let sent = &theirs[&("jira", topic.to_owned())];
        sent.iter().map(|record| record.status).collect()
    };
    // The form, where it goes to, and then the page that it was for.
    let mended = statuses("atlassian-python-api: password again, mended");
    assert_eq!(mended, [200, 302, 200]);
    // As released: the form once more, because JSON holds no password.
    assert_eq!(statuses("atlassian-python-api: password again"), [200, 200]);
    assert_eq!(statuses("jira: password again"), [200]);
}
