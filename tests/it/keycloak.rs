//! Whole syncs from a Keycloak realm with the bundled component, into the stand-in of Jira.

use std::time::Duration;

use attune_core::plan::State;
use attune_server::sync::{self, Mode};
use attune_sim::demo::SEED;
use attune_sim::faults::{Fault, RetryAfter};
use attune_sim::keycloak::{Group, Keycloak, Options};
use attune_sim::log::Record;
use attune_sim::people::{Manager, People, Who};
use attune_tests::{PLAIN_FIELDS, Ran, TestApp};

const SECRET: &str = "sim-keycloak-secret-not-real";
const MAPPING: &str = r#"
Department = "attributes.department"
Title      = "attributes.title"
City       = "attributes.city"
Manager    = "manager.attributes.displayName"
"#;

/// A realm and a site of the same people, user names and all.
struct World {
    app: TestApp,
    keycloak: Keycloak,
}

async fn world(people: usize, arrange: impl FnOnce(&mut Options)) -> World {
    let app = TestApp::tidy(people).await.unwrap();
    let mut options = Options::of(People::generate(SEED, people));
    arrange(&mut options);
    let keycloak = Keycloak::start(options).await.unwrap();
    std::fs::write(app.path("keycloak-secret"), SECRET).unwrap();
    let world = World { app, keycloak };
    world.reads("", "");
    world
}

impl World {
    /// The connector, with further options of the source and lines before the target.
    fn reads(&self, options: &str, between: &str) {
        let access = self.app.world.access();
        let target = access
            .target("jira", &access.jira_url)
            .replace("\"userPrincipalName\"", "\"username\"")
            .replace("source = \"mail\"", "source = \"email\"");
        let text = format!(
            "id = \"demo\"\n[source]\nprovider = \"keycloak\"\n\
             options = {{ realm = \"contoso\"{options} }}\n\
             [source.endpoint]\nserver = \"{}\"\n[source.credential.client]\n\
             kind = \"oauth2-client-credentials\"\nclient-id = \"attune\"\n\
             client-secret = {{ file = \"../keycloak-secret\" }}\n{between}\n\
             {target}\n[target.jira.map]\n{MAPPING}\n",
            self.keycloak.url()
        );
        self.app.connector(&text).unwrap();
    }

    async fn sync(&self) -> Ran {
        self.app.sync(Mode::Complete).await.unwrap()
    }

    /// Changes somebody in the realm, and in the directory that tells what is expected.
    fn set(&self, who: Who, member: &str, value: &str) {
        self.keycloak
            .people(|people| people.set(who, member, value));
        self.app.set(who, member, value);
    }

    fn in_tune(&self) {
        assert_eq!(self.app.out_of_tune(PLAIN_FIELDS), Vec::<String>::new());
    }

    /// A run that fails, and from which nothing is concluded.
    async fn fails(&self, code: &str, exit: u8, words: &str) {
        self.app.forget();
        let listing = self.app.listing().await.unwrap();
        let failure = self.app.refused(Mode::Complete).await.unwrap();
        assert_eq!(
            (failure.code.as_str(), failure.exit),
            (code, exit),
            "{failure:?}"
        );
        assert!(failure.message.contains(words), "{failure:?}");
        assert!(!format!("{failure:?}").contains(SECRET), "{failure:?}");
        assert_eq!(self.app.world.jira.counts().requests, 0, "{words}");
        assert_eq!(self.app.listing().await.unwrap(), listing, "{words}");
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.keycloak.complaints(), Vec::<String>::new());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_realm_is_written_once_and_then_left_alone() {
    let world = world(450, |_| {}).await;
    let ran = world.sync().await;
    assert_eq!(
        (ran.report.state, ran.report.summary.people),
        (State::Applied, 450)
    );
    world.in_tune();
    // The manager is named by the attribute `manager`, and everybody's is somebody of the realm.
    let led = world.keycloak.people(|people| {
        let led = people.iter().filter_map(|who| match people.manager(who) {
            Manager::Person(leader) => Some((who, people.text(leader, "displayName"))),
            Manager::Nobody | Manager::Dangling => None,
        });
        led.collect::<Vec<_>>()
    });
    assert!(led.len() > 300, "{}", led.len());
    for (who, leader) in led {
        assert_eq!(world.app.property(who, "Manager"), leader);
    }
    let log = world.keycloak.log();
    let asked = |class: &str, query: &str| {
        let of = |record: &&Record| record.class == class && record.query.starts_with(query);
        log.iter().filter(of).count()
    };
    assert_eq!(asked("users.list", "first="), 4);
    assert_eq!((asked("users.count", ""), asked("token", "")), (2, 1));
    // Managers who are nobody are looked for by their ids and names, and found nowhere.
    let is_nobody = |record: &Record| record.status == 404 && record.path.contains("/users/");
    assert!(log.iter().any(is_nobody));

    world.app.forget();
    let ran = world.sync().await;
    assert_eq!(ran.report.state, State::Nothing);
    assert_eq!(world.app.world.jira.counts().requests, 0);

    let who = world.app.who(7);
    world.set(who, "department", "Somewhere else");
    let ran = world.sync().await;
    assert_eq!(ran.report.summary.written, 1);
    world.in_tune();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_gives_less_than_it_is_asked_for_loses_nobody() {
    let world = world(100, |options| options.settings.page_max = 7).await;
    let ran = world.sync().await;
    assert_eq!(ran.report.summary.people, 100);
    world.in_tune();
    assert!(world.keycloak.counts().class("users.list") > 15);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_server_has_a_prefix_and_its_sub_groups_in_the_groups() {
    let world = world(40, |options| {
        options.prefix = "/auth".to_owned();
        options.settings.is_before_23 = true;
        options.settings.groups = groups(&options.people);
    })
    .await;
    world.reads(", prefix = \"/auth\"", "[scope]\ngroups = [\"/sales\"]\n");
    assert_eq!(world.sync().await.report.summary.people, 30);
    world.reads("", "");
    world.fails("sign-in", 4, "404").await;
}

/// `/sales` with nobody in it, `/sales/emea` with 20 people, and `/sales/emea/r~/d` with 10 others.
fn groups(people: &People) -> Vec<Group> {
    let named = |id: &str, name: &str, (skip, take): (usize, usize), children| Group {
        id: id.to_owned(),
        name: name.to_owned(),
        members: people.iter().skip(skip).take(take).collect(),
        children,
    };
    let small = named("g-3", "r/d", (20, 10), Vec::new());
    let emea = named("g-2", "emea", (0, 20), vec![small]);
    let other = named("g-5", "emea", (30, 10), Vec::new());
    vec![
        named("g-1", "sales", (0, 0), vec![emea]),
        named("g-4", "it", (0, 0), vec![other]),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_count_with_their_sub_groups_in_listings_and_for_single_people() {
    let world = world(40, |options| {
        options.settings.groups = groups(&options.people);
    })
    .await;
    for (group, people) in [
        ("/sales", 30),
        ("sales", 30),
        ("/sales/emea/r~/d", 10),
        ("it", 10),
    ] {
        world.reads("", &format!("[scope]\ngroups = [\"{group}\"]\n"));
        assert_eq!(world.sync().await.report.summary.people, people, "{group}");
    }
    world.reads("", "[scope]\ngroups = [\"/sales\"]\n");
    let (inside, outside) = (world.app.who(25), world.app.who(35));
    let ran = world
        .app
        .sync(Mode::User(world.app.key(inside)))
        .await
        .unwrap();
    assert_eq!(ran.report.summary.people, 1);
    let key = world.app.key(outside);
    let failure = world.app.refused(Mode::User(key)).await.unwrap();
    assert_eq!(failure.code, "out-of-scope");
    for (group, words) in [
        ("emea", "/sales/emea, /it/emea"),
        ("nobody", "no group `nobody`"),
    ] {
        world.reads("", &format!("[scope]\ngroups = [\"{group}\"]\n"));
        world.fails("options", 2, words).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_decides_who_takes_part() {
    let world = world(60, |_| {}).await;
    for place in 10..25 {
        world.set(world.app.who(place), "department", "Deep Sea \"Lab\"");
    }
    world.reads(", query = 'department:\"Deep Sea \\\"Lab\\\"\"'", "");
    assert_eq!(world.sync().await.report.summary.people, 15);
    let ran = world
        .app
        .sync(Mode::User(world.app.key(world.app.who(12))))
        .await
        .unwrap();
    assert_eq!(ran.report.summary.people, 1);
    let key = world.app.key(world.app.who(30));
    assert_eq!(
        world.app.refused(Mode::User(key)).await.unwrap().code,
        "out-of-scope"
    );
    world.reads(", query = 'department:Nowhere'", "");
    // Nobody, in a realm where others can be seen, is an answer; the guard has its say about it.
    let ran = world.sync().await;
    assert_eq!(ran.report.summary.people, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_meant_by_key_user_name_or_address() {
    let world = world(30, |_| {}).await;
    let who = world.app.who(2);
    let name = world.app.member(who, "userPrincipalName").unwrap();
    let mail = world.app.member(who, "mail").unwrap();
    for user in [world.app.key(who), name.to_uppercase(), mail.to_uppercase()] {
        world.set(who, "city", &format!("City of {user}"));
        let ran = world.app.sync(Mode::User(user.clone())).await.unwrap();
        assert_eq!(ran.report.summary.people, 1);
        assert_eq!(
            world.app.property(who, "City"),
            Some(format!("City of {user}"))
        );
    }
    for nobody in ["nobody@contoso.example", "service-account-attune"] {
        let failure = world
            .app
            .refused(Mode::User(nobody.to_owned()))
            .await
            .unwrap();
        assert_eq!(failure.code, "no-such-person", "{nobody}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_lives_for_a_minute_is_renewed_in_the_middle_of_a_run() {
    let world = world(250, |_| {}).await;
    let slow = Fault::throttle(RetryAfter::Seconds(120))
        .on("GET", "/users")
        .with_query("first=199");
    world.keycloak.inject(slow);
    world.sync().await;
    world.in_tune();
    assert!(world.keycloak.counts().class("token") >= 2);

    // One that is taken back meanwhile is replaced too, and nothing is asked twice.
    let revoked = Fault::reject(401)
        .on("GET", "/users")
        .with_query("first=199");
    world.keycloak.reset_log();
    world.keycloak.inject(revoked);
    assert_eq!(world.sync().await.report.state, State::Nothing);
    assert_eq!(world.keycloak.counts().class("token"), 2);
    for record in world.keycloak.log() {
        let is_for_token = record.class == "token";
        assert_eq!(record.body.contains(SECRET), is_for_token, "{record:?}");
        assert_eq!(
            record.header("authorization").is_some(),
            !is_for_token,
            "{record:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_wrong_in_the_middle_is_no_departure() {
    let world = world(250, |_| {}).await;
    world.sync().await;
    let second = |fault: Fault| fault.on("GET", "/users").with_query("first=199");
    for (fault, code, exit, words) in [
        (Fault::reject(403), "permission", 4, "`view-users`"),
        (Fault::login_page(), "bad-answer", 1, "web page"),
        (Fault::reject(500), "unavailable", 4, "500"),
        (Fault::reject(404), "bad-answer", 1, "`prefix`"),
    ] {
        world.keycloak.inject(second(fault).times(1));
        world.fails(code, exit, words).await;
    }
    // What passes by itself is tried again.
    for fault in [
        Fault::truncate(5_000),
        Fault::disconnect(),
        Fault::unavailable(RetryAfter::Missing),
    ] {
        world.keycloak.inject(second(fault));
        world.app.forget();
        assert_eq!(world.sync().await.report.state, State::Nothing);
        assert_eq!(world.app.world.jira.counts().requests, 0);
    }
    world.in_tune();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_realm_that_shows_nobody_is_a_missing_role_and_not_an_empty_realm() {
    let world = world(20, |_| {}).await;
    world.sync().await;
    world
        .keycloak
        .configure(|settings| settings.roles = vec!["query-users"]);
    world.fails("permission", 4, "`view-users`").await;
    let lines = check(&world).await;
    assert!(
        lines.iter().any(|(name, ok)| name == "view-users" && !ok),
        "{lines:?}"
    );
    world.keycloak.configure(|settings| settings.roles.clear());
    world.fails("permission", 4, "403").await;
    world
        .keycloak
        .configure(|settings| settings.roles = vec!["view-users"]);
    world
        .keycloak
        .configure(|settings| settings.client_secret = "another".to_owned());
    world.fails("sign-in", 4, "unauthorized_client").await;
}

async fn check(world: &World) -> Vec<(String, bool)> {
    let loaded = world.app.loaded("demo").unwrap();
    let lines = sync::check(&world.app.app.host, &loaded).await.unwrap();
    let lines = lines.into_iter();
    let of_source = |name: &str| name.strip_prefix("source: ").map(str::to_owned);
    lines
        .filter_map(|line| Some((of_source(&line.name)?, line.ok)))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_tells_line_by_line() {
    let world = world(40, |options| {
        options.settings.groups = groups(&options.people);
    })
    .await;
    world.reads("", "[scope]\ngroups = [\"/sales\"]\n");
    let lines = check(&world).await;
    assert!(
        lines.iter().all(|(name, ok)| *ok || name == "clock"),
        "{lines:?}"
    );
    for expected in ["sign-in", "users", "view-users", "department", "manager"] {
        assert!(
            lines.iter().any(|(name, _)| name.ends_with(expected)),
            "{expected}: {lines:?}"
        );
    }
    world.keycloak.configure(|settings| settings.roles.clear());
    let lines = check(&world).await;
    assert!(
        lines
            .iter()
            .any(|(name, ok)| name.ends_with("view-users") && !ok),
        "{lines:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_left_the_realm_is_absent_by_its_own_word() {
    let world = world(30, |_| {}).await;
    world.sync().await;
    let who = world.app.who(9);
    world.keycloak.people(|people| people.remove(who));
    for _ in 0..2 {
        let ran = world.sync().await;
        assert_eq!(
            (ran.report.state, ran.report.summary.people),
            (State::Nothing, 29)
        );
        world.app.clock.advance(Duration::from_mins(1));
    }
    let failure = world
        .app
        .refused(Mode::User(world.app.key(who)))
        .await
        .unwrap();
    assert_eq!(failure.code, "no-such-person");
}
