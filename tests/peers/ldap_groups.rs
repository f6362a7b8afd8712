//! Groups of a real directory: `OpenLDAP` with and without the overlay that keeps `memberOf`.

use attune_core::plan::State;
use attune_server::sync::Mode;
use attune_sim::people::Who;
use attune_tests::TestApp;

use crate::company::Company;
use crate::file::{self, Directory};
use crate::ldif::Entry;
use crate::slapd::{PASSWORD, Slapd};

const PEOPLE: usize = 120;
const GROUPS: &str = "ou=groups,dc=example,dc=com";
const MAP: &str = "Name = \"displayName\"";

fn dn(name: &str) -> String {
    format!("cn={name},{GROUPS}")
}

fn group(name: &str, members: &[String]) -> Entry {
    let mut entry = Entry::new(dn(name), &[("objectClass", "groupOfNames"), ("cn", name)]);
    for member in members {
        entry.push("member", member.as_bytes());
    }
    entry
}

/// `jira` has the people 1 to 59, of whom `inner` 30 to 59, and leads back to itself.
fn entries(company: &Company) -> Vec<Entry> {
    let mut entries = company.entries(PASSWORD);
    let unit = [("objectClass", "organizationalUnit"), ("ou", "groups")];
    entries.push(Entry::new(GROUPS, &unit));
    let people: Vec<Who> = company.people.iter().collect();
    let dns = |from: usize, to: usize| -> Vec<String> {
        people[from..to]
            .iter()
            .map(|who| company.dn(*who))
            .collect()
    };
    let mut jira = dns(0, 30);
    jira.push(dn("inner"));
    jira.push("uid=gone,ou=people,dc=example,dc=com".to_owned());
    let mut inner = dns(30, 60);
    inner.push(dn("JIRA"));
    entries.push(group("jira", &jira));
    entries.push(group("inner", &inner));
    let mut posix = Entry::new(
        dn("posix"),
        &[
            ("objectClass", "posixGroup"),
            ("cn", "posix"),
            ("gidNumber", "100"),
        ],
    );
    for who in &people[60..70] {
        posix.push("memberUid", company.uid(*who).as_bytes());
    }
    entries.push(posix);
    entries
}

struct World {
    company: Company,
    slapd: Slapd,
    app: TestApp,
}

impl World {
    async fn start(keeps_member_of: bool) -> Self {
        let company = Company::of(PEOPLE);
        let entries = entries(&company);
        Self {
            slapd: if keeps_member_of {
                Slapd::start_with_member_of(&entries).await
            } else {
                Slapd::start(&entries).await
            },
            app: file::host(PEOPLE).await,
            company,
        }
    }

    fn limited_to(&self, groups: &str, options: &str) {
        let source = Directory::of(&self.slapd).with_options(options).section();
        let scope = format!("[scope]\ngroups = [{groups}]\n");
        let rest = file::rest(self.app.world.access(), &scope, MAP);
        file::write(&self.app, &source, &rest);
    }

    async fn refused(&self) -> String {
        let error = self.app.sync(Mode::Complete).await.unwrap_err();
        let failure = file::failure(error);
        assert_eq!(failure.code, "options", "{failure:?}");
        failure.message
    }

    fn who(&self, place: usize) -> Who {
        self.company.people.iter().nth(place).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_members_of_groups_and_of_those_within_are_synced() {
    let world = World::start(false).await;
    // The first person is a member, and lies outside the base.
    for (groups, people) in [
        ("\"jira\"", 59),
        ("\"CN=inner, ou=Groups,dc=example,dc=com\"", 59),
        ("\"posix\"", 10),
        ("\"posix\", \"jira\"", 69),
    ] {
        world.limited_to(groups, ", page-size = 25");
        let plan = world.app.plan(Mode::Complete).await.unwrap();
        assert_eq!(plan.report.summary.people, people, "{groups}");
        assert!(plan.report.is_consistent());
    }
    world.limited_to("\"jira\"", "");
    let ran = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Applied);
    let again = world.app.sync(Mode::Complete).await.unwrap();
    assert_eq!(again.report.state, State::Nothing);
    assert_eq!(world.app.listing().await.unwrap().unwrap().0, 59);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_that_vanished_or_is_emptied_is_no_empty_list() {
    let world = World::start(false).await;
    world.limited_to("\"jira\"", "");
    world.app.sync(Mode::Complete).await.unwrap();
    let listing = world.app.listing().await.unwrap();
    let writes = world.app.world.jira.writes().len();

    let jira = dn("jira");
    let nobody = "uid=gone,ou=people,dc=example,dc=com";
    world.slapd.replace(&jira, "member", nobody).await;
    let said = world.refused().await;
    assert!(said.contains("nobody of the groups"), "{said}");

    let deletion = format!("dn: {jira}\nchangetype: delete\n");
    world.slapd.change(&deletion).await;
    let said = world.refused().await;
    assert!(said.contains("there is no group `jira`"), "{said}");
    world.limited_to(&format!("\"{jira}\""), "");
    assert!(world.refused().await.contains("there is no group"));

    assert_eq!(world.app.listing().await.unwrap(), listing);
    assert_eq!(world.app.world.jira.writes().len(), writes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn single_people_are_held_against_the_groups() {
    let world = World::start(false).await;
    world.limited_to("\"jira\"", "");
    for (place, is_member) in [(3, true), (45, true), (90, false)] {
        let user = world.company.uid(world.who(place));
        let planned = world.app.plan(Mode::User(user)).await;
        match (planned, is_member) {
            (Ok(plan), true) => assert_eq!(plan.report.summary.people, 1),
            (Err(error), false) => assert_eq!(file::failure(error).code, "out-of-scope"),
            (other, _) => panic!("{place}: {other:?}"),
        }
    }
}

/// The overlay knows only what changed since it was switched on: the loaded groups it never saw.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn member_of_is_not_believed_unless_the_admin_says_so() {
    let world = World::start(true).await;
    world.limited_to("\"jira\"", "");
    let plan = world.app.plan(Mode::Complete).await.unwrap();
    assert_eq!(plan.report.summary.people, 59);
    world.limited_to("\"jira\"", ", members = \"member-of\"");
    let said = world.refused().await;
    assert!(said.contains("may keep no `memberOf`"), "{said}");

    // Groups that are made from now on are known to it.
    let people: Vec<Who> = world.company.people.iter().collect();
    let mut change = String::new();
    for (name, from, to, within) in [("late", 1, 20, "later"), ("later", 20, 30, "late")] {
        let mut members: Vec<String> = people[from..to]
            .iter()
            .map(|who| world.company.dn(*who))
            .collect();
        if name == "later" {
            members.push(dn(within));
        }
        let mut text = String::new();
        group(name, &members).write(&mut text);
        let (first, rest) = text.split_once('\n').unwrap();
        change = format!("{change}{first}\nchangetype: add\n{rest}");
    }
    world.slapd.change(&change).await;
    let within = format!(
        "dn: {}\nchangetype: modify\nadd: member\nmember: {}\n-\n",
        dn("late"),
        dn("later")
    );
    world.slapd.change(&within).await;
    for options in [", members = \"member-of\"", ""] {
        for (name, people) in [("late", 29), ("later", 29)] {
            world.limited_to(&format!("\"{name}\""), options);
            let plan = world.app.plan(Mode::Complete).await.unwrap();
            assert_eq!(plan.report.summary.people, people, "{name}{options}");
        }
    }
    world.limited_to("\"late\"", ", members = \"member-of\"");
    let stranger = world.company.uid(world.who(90));
    let error = world.app.plan(Mode::User(stranger)).await.unwrap_err();
    assert_eq!(file::failure(error).code, "out-of-scope");
}
