//! Whole syncs from a SCIM service with the bundled component, into the stand-in of Jira.

use std::time::Duration;

use attune_core::plan::State;
use attune_server::sync::Mode;
use attune_sim::demo::SEED;
use attune_sim::faults::{Fault, RetryAfter};
use attune_sim::people::{Manager, People, Who};
use attune_sim::scim::{Group, Options, Scim};
use attune_tests::{PLAIN_FIELDS, Ran, TestApp};

const TOKEN: &str = "sim-scim-token-not-real";
const SECRET: &str = "sim-scim-secret-not-real";
const BEARER: &str = "kind = \"bearer\"\ntoken = { file = \"../scim-token\" }";

/// Selectors in any case, an extension, the core schema by its name, a pick, a relation.
const MAPPING: &str = r#"
Department = { from = "\"URN:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:User\".Department", when-missing = "clear" }
Title      = { from = "\"urn:ietf:params:scim:schemas:core:2.0:user\".TITLE", when-missing = "clear" }
City       = { from = "Addresses[type=WORK].locality", when-missing = "clear" }
Manager    = { from = "manager.displayName", when-missing = "clear" }
"#;

/// A service and a site of the same people.
struct World {
    app: TestApp,
    scim: Scim,
}

async fn world(people: usize, arrange: impl FnOnce(&mut Options)) -> World {
    let app = TestApp::tidy(people).await.unwrap();
    let mut options = Options::of(People::generate(SEED, people));
    arrange(&mut options);
    let scim = Scim::start(options).await.unwrap();
    std::fs::write(app.path("scim-token"), TOKEN).unwrap();
    std::fs::write(app.path("scim-secret"), SECRET).unwrap();
    let world = World { app, scim };
    world.reads("", "");
    world
}

impl World {
    /// The connector with these options and lines before the target.
    fn reads(&self, options: &str, between: &str) {
        let api = format!("api = \"{}\"", self.scim.url());
        self.signs_in(BEARER, &api, options, between);
    }

    fn signs_in(&self, credential: &str, endpoints: &str, options: &str, between: &str) {
        let access = self.app.world.access();
        let target = access
            .target("jira", &access.jira_url)
            .replace("\"userPrincipalName\"", "\"userName\"")
            .replace("source = \"mail\"", "source = \"emails[0].value\"");
        let text = format!(
            "id = \"demo\"\n[source]\nprovider = \"scim\"\noptions = {{ {options} }}\n\
             [source.endpoint]\n{endpoints}\n[source.credential.api]\n{credential}\n{between}\n\
             {target}\n[target.jira.map]\n{MAPPING}\n"
        );
        self.app.connector(&text).unwrap();
    }

    async fn sync(&self) -> Ran {
        self.app.sync(Mode::Complete).await.unwrap()
    }

    /// Changes somebody in the service, and in the directory that tells what is expected.
    fn set(&self, who: Who, member: &str, value: &str) {
        self.scim.people(|people| people.set(who, member, value));
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
        let found = (failure.code.as_str(), failure.exit);
        assert_eq!(found, (code, exit), "{failure:?}");
        assert!(failure.message.contains(words), "{failure:?}");
        let said = format!("{failure:?}");
        assert!(!said.contains(TOKEN) && !said.contains(SECRET), "{said}");
        assert_eq!(self.app.world.jira.counts().requests, 0, "{words}");
        assert_eq!(self.app.listing().await.unwrap(), listing, "{words}");
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.scim.complaints(), Vec::<String>::new());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_service_is_written_once_and_then_left_alone() {
    let world = world(450, |_| {}).await;
    let ran = world.sync().await;
    let summary = &ran.report.summary;
    assert_eq!((ran.report.state, summary.people), (State::Applied, 450));
    world.in_tune();
    let led = world.scim.people(|people| {
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
    // Five pages of a hundred that begin with the last one of the page before.
    let log = world.scim.log();
    let pages = log
        .iter()
        .filter(|request| request.query.contains("startIndex="));
    assert_eq!(pages.count(), 5);
    assert_eq!(world.scim.counts().class("configuration"), 1);

    world.app.forget();
    let ran = world.sync().await;
    assert_eq!(ran.report.state, State::Nothing);
    assert_eq!(world.app.world.jira.counts().requests, 0);

    let who = world.app.who(7);
    world.set(who, "department", "Somewhere else");
    assert_eq!(world.sync().await.report.summary.written, 1);
    world.in_tune();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn services_of_other_habits_are_read_alike() {
    type Habit = fn(&mut Options);
    let habits: [(&str, Habit); 6] = [
        ("cursors", |o| o.settings.has_cursors = true),
        ("no configuration", |o| {
            o.settings.tells_configuration = false;
        }),
        ("no sorting, small pages", |o| {
            o.settings.sorts = false;
            o.settings.page_max = 7;
        }),
        ("no attributes", |o| o.settings.takes_attributes = false),
        ("no filters", |o| o.settings.filters = false),
        ("one at a time, in capitals", |o| {
            o.settings.page_max = 1;
            o.settings.traps.shouts = true;
        }),
    ];
    for (what, habit) in habits {
        let world = world(60, habit).await;
        let ran = world.sync().await;
        assert_eq!(ran.report.summary.people, 60, "{what}");
        world.in_tune();
        world.app.forget();
        assert_eq!(world.sync().await.report.state, State::Nothing, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_who_are_deleted_between_two_pages_take_nobody_with_them() {
    let world = world(120, |_| {}).await;
    world.reads("page-size = 20", "");
    world.sync().await;
    world.app.forget();
    let gone: Vec<Who> = (100..104).map(|place| world.app.who(place)).collect();
    let pages = world.scim.counts().class("users.list");
    world.scim.configure(|settings| {
        settings.traps.deleted_before_page = Some((pages + 3, gone));
    });
    let ran = world.sync().await;
    assert!(ran.report.summary.people >= 116, "{:?}", ran.report.summary);
    assert_eq!(ran.report.state, State::Nothing);
    world.app.forget();
    // All who stayed are there the next time as well: nobody was taken for a leaver.
    let ran = world.sync().await;
    assert_eq!(
        (ran.report.state, ran.report.summary.people),
        (State::Nothing, 116)
    );
    assert!(world.app.world.jira.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_credential_that_fits_signs_in() {
    let world = world(5, |_| {}).await;
    let api = format!("api = \"{}\"", world.scim.url());
    let login = format!("{api}\nlogin = \"{}\"", world.scim.token_url());
    let client = "kind = \"oauth2-client-credentials\"\nclient-id = \"attune\"\n\
                  client-secret = { file = \"../scim-secret\" }";
    for (credential, endpoints, options) in [
        (
            "kind = \"basic\"\nusername = \"attune\"\npassword = { file = \"../scim-secret\" }",
            &api,
            "",
        ),
        (
            "kind = \"header\"\nname = \"X-Api-Key\"\nvalue = { file = \"../scim-token\" }",
            &api,
            "",
        ),
        (client, &login, "token-scope = \"scim.read\""),
    ] {
        world.signs_in(credential, endpoints, options, "");
        assert_eq!(world.sync().await.report.summary.people, 5, "{credential}");
    }
    let log = world.scim.log();
    let token = log.iter().find(|request| request.class == "token").unwrap();
    assert_eq!(token.path, "/oauth2/token");
    assert!(token.body.contains("scope=scim.read"), "{}", token.body);
    // The secret goes to the token endpoint and nowhere else.
    let with_secret = log.iter().filter(|request| request.body.contains(SECRET));
    assert!(with_secret.count() == 1);
    world.signs_in(client, &api, "", "");
    world.fails("missing-endpoint", 2, "login").await;
}

fn groups(people: &People) -> Vec<Group> {
    let named = |id: &str, name: &str, (from, count), groups: &[&str]| Group {
        id: id.to_owned(),
        display_name: name.to_owned(),
        members: people.iter().skip(from).take(count).collect(),
        groups: groups.iter().map(|&id| id.to_owned()).collect(),
    };
    vec![
        named("g-1", "Sales", (0, 10), &["g-2", "g-9"]),
        // A circle, and a group that is gone.
        named("g-2", "Sales EMEA", (10, 10), &["g-1"]),
        named("g-3", "Everybody", (0, 90), &[]),
        named("g-4", "Twins", (0, 1), &[]),
        named("g-5", "twins", (0, 2), &[]),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_count_with_the_groups_inside_in_listings_and_for_single_people() {
    let world = world(100, |o| o.settings.groups = groups(&o.people)).await;
    for (group, people) in [("sales", 20), ("g-2", 20), ("Everybody", 90), ("Twins", 1)] {
        world.reads("", &format!("[scope]\ngroups = [\"{group}\"]\n"));
        assert_eq!(world.sync().await.report.summary.people, people, "{group}");
    }
    world.reads("", "[scope]\ngroups = [\"Sales\"]\n");
    let (inside, outside) = (world.app.who(15), world.app.who(40));
    let name = world.app.member(inside, "userPrincipalName").unwrap();
    let ran = world.app.sync(Mode::User(name.to_uppercase())).await;
    assert_eq!(ran.unwrap().report.summary.people, 1);
    let key = world.app.key(outside);
    let failure = world.app.refused(Mode::User(key)).await.unwrap();
    assert_eq!(failure.code, "out-of-scope");
    for (group, words) in [("tWins", "several groups"), ("nobody", "no group `nobody`")] {
        world.reads("", &format!("[scope]\ngroups = [\"{group}\"]\n"));
        world.fails("options", 2, words).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_that_name_nobody_are_found_by_their_people() {
    let world = world(100, |o| {
        o.settings.groups = groups(&o.people);
        o.settings.names_members = false;
    })
    .await;
    world.reads("", "[scope]\ngroups = [\"Everybody\"]\n");
    assert_eq!(world.sync().await.report.summary.people, 90);
    let key = world.app.key(world.app.who(95));
    let failure = world.app.refused(Mode::User(key)).await.unwrap();
    assert_eq!(failure.code, "out-of-scope");
    world.scim.configure(|settings| settings.filters = false);
    world.reads("", "[scope]\ngroups = [\"g-3\"]\n");
    world.fails("unsupported", 2, "names no members").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filter_decides_who_takes_part() {
    let world = world(60, |_| {}).await;
    for place in 10..25 {
        world.set(world.app.who(place), "jobTitle", "Deep \"Sea\" Diver");
    }
    world.reads("filter = 'title eq \"Deep \\\"Sea\\\" Diver\"'", "");
    assert_eq!(world.sync().await.report.summary.people, 15);
    let (inside, outside) = (world.app.who(11), world.app.who(2));
    let ran = world.app.sync(Mode::User(world.app.key(inside))).await;
    assert_eq!(ran.unwrap().report.summary.people, 1);
    let key = world.app.key(outside);
    let failure = world.app.refused(Mode::User(key)).await.unwrap();
    assert_eq!(failure.code, "out-of-scope");
    world.reads("filter = 'shoeSize gt \"42\"'", "");
    world.fails("options", 2, "shoeSize").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_is_meant_by_any_of_their_names() {
    let world = world(30, |_| {}).await;
    let who = world.app.who(2);
    let name = world.app.member(who, "userPrincipalName").unwrap();
    let mail = world.app.member(who, "mail").unwrap();
    let external = world.app.member(who, "employeeId").unwrap();
    for user in [
        world.app.key(who),
        name.to_uppercase(),
        mail.to_lowercase(),
        external,
    ] {
        world.set(who, "city", &format!("City of {user}"));
        let ran = world.app.sync(Mode::User(user.clone())).await.unwrap();
        assert_eq!(ran.report.summary.people, 1, "{user}");
        assert_eq!(
            world.app.property(who, "City"),
            Some(format!("City of {user}"))
        );
    }
    let nobody = Mode::User("nobody@contoso.example".to_owned());
    let failure = world.app.refused(nobody).await.unwrap();
    assert_eq!(failure.code, "no-such-person");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_fails_in_the_middle_clears_nothing() {
    let world = world(60, |_| {}).await;
    world.reads("page-size = 20", "");
    world.sync().await;
    let second = |fault: Fault| fault.on("GET", "/Users").after(1).times(20);
    #[rustfmt::skip]
    let damages = [
        (second(Fault::truncate(700)), "unavailable", 4, ""),
        (second(Fault::login_page()), "bad-answer", 1, "web page"),
        (second(Fault::reject(500)), "unavailable", 4, "status 500"),
        (second(Fault::reject(403)), "permission", 4, "/Users"),
        (second(Fault::reject(401)), "sign-in", 4, "credential"),
        (second(Fault::reject(404)), "bad-answer", 1, "endpoint `api`"),
        (second(Fault::disconnect()), "unavailable", 4, ""),
    ];
    for (damage, code, exit, words) in damages {
        world.scim.inject(damage);
        world.fails(code, exit, words).await;
        world.scim.clear_faults();
    }
    world.scim.configure(|settings| {
        settings.traps.hides_errors = true;
        settings.token = "another".to_owned();
    });
    world.fails("sign-in", 4, "which says 401").await;
    world.scim.configure(|settings| {
        settings.traps.hides_errors = false;
        settings.traps.ignores_index = true;
        settings.token = TOKEN.to_owned();
    });
    world
        .fails("paging-loop", 1, "nobody who was not on the page before")
        .await;
    world
        .scim
        .configure(|settings| settings.traps.ignores_index = false);
    world.app.forget();
    assert_eq!(world.sync().await.report.state, State::Nothing);
    world.in_tune();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_slows_down_is_waited_for() {
    let world = world(40, |_| {}).await;
    world.reads("page-size = 10", "");
    let soon = RetryAfter::Date(Duration::from_secs(2));
    for retry in [RetryAfter::Seconds(3), soon, RetryAfter::Missing] {
        let throttled = Fault::throttle(retry).on("GET", "/Users").times(1);
        world.scim.inject(throttled);
    }
    assert_eq!(world.sync().await.report.summary.people, 40);
    world.in_tune();
}
