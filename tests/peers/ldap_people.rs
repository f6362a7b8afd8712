//! Single people of a real directory: by user name, address, key and DN, with names that are
//! syntax elsewhere, out of scope, and several of one name.

use attune_core::plan::State;
use attune_server::sync::Mode;
use attune_sim::jira::Account;
use attune_tests::{Ran, TestApp};

use crate::company::{BASE, Company};
use crate::file::{self, Directory};
use crate::ldif::Entry;
use crate::slapd::{PASSWORD, Slapd};

const PEOPLE: usize = 60;
/// Every character that RFC 4515 lets stand escaped only.
const ODD: &str = r"o*b(r)i\en";
const MAP: &str = "Name = \"displayName\"\nManager = \"manager.displayName\"";

struct World {
    company: Company,
    slapd: Slapd,
    app: TestApp,
}

async fn world() -> World {
    let company = Company::of(PEOPLE);
    let mut entries = company.entries(PASSWORD);
    entries.push(someone(
        ODD,
        "odd@contoso.example",
        "Örtliche Sonderzeichen",
    ));
    entries.push(someone("twin-a", "twins@contoso.example", "Twin A"));
    entries.push(someone("twin-b", "twins@contoso.example", "Twin B"));
    let slapd = Slapd::start(&entries).await;
    let app = file::host(PEOPLE).await;
    app.world.jira.accounts(|accounts| {
        accounts.add(Account::named("odd", "odd@contoso.example", "Odd"));
    });
    World {
        company,
        slapd,
        app,
    }
}

fn someone(uid: &str, mail: &str, name: &str) -> Entry {
    Entry::new(
        format!("cn={name},{BASE}"),
        &[
            ("objectClass", "inetOrgPerson"),
            ("cn", name),
            ("sn", name),
            ("uid", uid),
            ("mail", mail),
            ("displayName", name),
        ],
    )
}

impl World {
    fn write(&self, directory: &Directory, tables: &str) {
        let rest = file::rest(self.app.world.access(), tables, MAP);
        file::write(&self.app, &directory.section(), &rest);
    }

    async fn plan(&self, user: &str) -> anyhow::Result<Ran> {
        self.app.plan(Mode::User(user.to_owned())).await
    }

    async fn refused(&self, user: &str) -> String {
        let error = self.plan(user).await.expect_err(user);
        let failure = file::failure(error);
        assert_eq!(failure.exit, 1, "{failure:?}");
        failure.code
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_found_by_every_name() {
    let world = world().await;
    world.write(&Directory::of(&world.slapd), "");
    let company = &world.company;
    let complete = world.app.plan(Mode::Complete).await.unwrap();
    // Somebody with an account and an address, whose DN has a comma in it.
    let who = company
        .listed()
        .filter(|who| who.position() % 7 == 3)
        .find(|who| {
            let name = company.name(*who);
            complete
                .of_field("Name")
                .any(|change| change.after.as_ref() == Some(&name))
        });
    let who = who.expect("somebody");
    let entry = &world.slapd.read(&company.dn(who), "(objectClass=*)").await[0];
    let key = entry.text("entryUUID").expect("a key");
    let mail = entry.text("mail").expect("an address");
    for user in [
        company.uid(who),
        company.uid(who).to_uppercase(),
        mail,
        key.clone(),
        company.dn(who),
        company.dn(who).replace("\\,", "\\2C").replace("ou=", "OU="),
    ] {
        let plan = world.plan(&user).await.expect(&user);
        assert_eq!(plan.report.summary.people, 1, "{user}");
        assert!(!plan.changes.is_empty(), "{user}");
        assert!(
            plan.changes.iter().all(|change| change.person == key),
            "{user}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_are_filter_syntax_mean_themselves() {
    let world = world().await;
    world.write(&Directory::of(&world.slapd), "");
    let mark = world.slapd.mark();
    let ran = world.app.sync(Mode::User(ODD.to_owned())).await.unwrap();
    assert_eq!(ran.report.state, State::Applied);
    assert_eq!(ran.changes.len(), 1);
    assert_eq!(
        ran.changes[0].after.as_deref(),
        Some("Örtliche Sonderzeichen")
    );
    world.slapd.searches(mark).await;
    // The directory's own word for what it was asked.
    let log = world.slapd.log(mark).join("\n");
    assert!(log.contains(r"(uid=o\2Ab\28r\29i\5Cen)"), "{log}");

    for nobody in [
        "*",
        "o*",
        "twin*",
        "*)(uid=*",
        "twin-a)(|(uid=*",
        "\\",
        "()",
        "twin-a\0",
        " ",
    ] {
        assert_eq!(world.refused(nobody).await, "no-such-person", "{nobody:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_people_of_one_name_are_nobody() {
    let world = world().await;
    world.write(&Directory::of(&world.slapd), "");
    assert_eq!(
        world.refused("twins@contoso.example").await,
        "ambiguous-person"
    );
    assert_eq!(
        world.refused("nobody@contoso.example").await,
        "no-such-person"
    );
    assert_eq!(
        world.refused(&format!("uid=nobody,{BASE}")).await,
        "no-such-person"
    );
}

/// Out of scope by the file's conditions, by the adapter's filter, and by the base.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_out_of_scope_is_written_by_nobody() {
    let world = world().await;
    let company = &world.company;
    let is = |who, kind: &str| company.people.text(who, "employeeType").as_deref() == Some(kind);
    let contractor = company
        .listed()
        .find(|who| is(*who, "Contractor"))
        .expect("a contractor");
    let employee = company
        .listed()
        .find(|who| is(*who, "Employee"))
        .expect("an employee");
    let head = company.people.iter().next().expect("a head");

    let everybody = Directory::of(&world.slapd);
    let scope = "[scope]\ninclude = [{ attribute = \"employeeType\", equals = \"Employee\" }]\n";
    world.write(&everybody, scope);
    assert_eq!(
        world.refused(&company.uid(contractor)).await,
        "out-of-scope"
    );
    world.plan(&company.uid(employee)).await.unwrap();

    let filter = ", filter = \"(employeeType=Employee)\"";
    world.write(&everybody.with_options(filter), "");
    for user in [
        company.uid(contractor),
        company.dn(contractor),
        company.dn(head),
    ] {
        assert_eq!(world.refused(&user).await, "out-of-scope", "{user}");
    }
    world.plan(&company.uid(employee)).await.unwrap();
    assert_eq!(world.app.world.jira.writes(), []);
}
