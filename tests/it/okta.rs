//! Whole syncs from an Okta org: the bundled component, the org's stand-in, a Jira.
//!
//! What an administrator would see, in good weather and in bad. Deliberately not here: what Okta's own
//! description says of our requests (`peers`), and switching the provider (`switch`).

use std::time::Duration;

use attune_core::plan::{Change, State};
use attune_server::clock::Clock as _;
use attune_server::sync::Mode;
use attune_sim::demo;
use attune_sim::faults::{Fault, RetryAfter};
use attune_sim::okta::{Group, ManagerId, Okta, Options, Settings, Traps};
use attune_sim::people::{People, Who};
use attune_tests::TestApp;

/// The mapping of these tests, in Okta's names.
pub(crate) const MAPPING: &str = r#"
Department = "profile.department"
Title      = "profile.title"
City       = "profile.city"
Badge      = "profile.badgeColour"
Manager    = "manager.profile.displayName"
"#;

/// An org of the demo's people.
pub(crate) async fn org(people: usize, change: impl FnOnce(&People, &mut Settings)) -> Okta {
    let mut options = Options::of(People::generate(demo::SEED, people));
    change(&options.people, &mut options.settings);
    Okta::start(options).await.unwrap()
}

/// How the connector signs in.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum SignIn {
    Key,
    Token,
}

/// A connector file from the org to the Jira of a world; `options` as TOML, lines before the target.
pub(crate) fn connector(
    app: &TestApp,
    okta: &Okta,
    sign_in: SignIn,
    (options, extra, mapping): (&str, &str, &str),
) -> String {
    let credential = match sign_in {
        SignIn::Token => "kind = \"api-token\"\ntoken = { file = \"../okta-token\" }".to_owned(),
        SignIn::Key => {
            let key = rcgen::KeyPair::generate().unwrap();
            std::fs::write(app.path("okta-key.pem"), key.serialize_pem()).unwrap();
            let public = ("key-1".to_owned(), key.public_key_raw().to_vec());
            okta.configure(|settings| {
                settings.keys = vec![public];
                settings.clock_stands_at = Some(app.clock.now());
            });
            "kind = \"oauth2-private-key-jwt\"\nclient-id = \"0oasimclient00000001\"\n\
             private-key = { file = \"../okta-key.pem\" }\nkey-id = \"key-1\""
                .to_owned()
        }
    };
    std::fs::write(app.path("okta-token"), "00simApiTokenNotReal\n").unwrap();
    let access = app.world.access();
    let target = access.target("jira", &access.jira_url);
    let target = target
        .replace("\"userPrincipalName\"", "\"profile.login\"")
        .replace("source = \"mail\"", "source = \"profile.email\"");
    format!(
        "id = \"demo\"\n\n[source]\nprovider = \"okta\"\noptions = {{ {options} }}\n\n\
         [source.endpoint]\napi = \"{}\"\n\n[source.credential.app]\n{credential}\n\n{extra}\n\n\
         {target}\n[target.jira.map]\n{mapping}\n",
        okta.url()
    )
}

/// A world with an org and a connector of these options to it.
async fn world(people: usize, sign_in: SignIn, options: &str) -> (TestApp, Okta) {
    let app = TestApp::tidy(people).await.unwrap();
    let okta = org(people, |_, _| {}).await;
    let text = connector(&app, &okta, sign_in, (options, "", MAPPING));
    app.connector(&text).unwrap();
    (app, okta)
}

fn fields<'a>(changes: &'a [Change], field: &str) -> Vec<&'a str> {
    let of_field = changes.iter().filter(|change| change.field == field);
    of_field
        .filter_map(|change| change.after.as_deref())
        .collect()
}

fn is_clean(okta: &Okta) {
    assert_eq!(okta.complaints(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_org_arrives_and_unchanged_people_cost_nothing() {
    for sign_in in [SignIn::Key, SignIn::Token] {
        let (app, okta) = world(450, sign_in, "").await;
        let ran = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(
            ran.report.state,
            State::Applied,
            "{:?}",
            ran.report.problems
        );
        assert_eq!(
            (ran.report.summary.people, ran.report.summary.matched),
            (450, 450)
        );
        let missing = |field, member| {
            let all = (0..450).map(|n| app.who(n));
            let differs = |who: &Who| app.property(*who, field) != app.member(*who, member);
            all.filter(differs).count()
        };
        assert_eq!(
            (
                missing("Department", "department"),
                missing("Title", "jobTitle")
            ),
            (0, 0)
        );
        let managers = fields(&ran.changes, "Manager");
        assert!(managers.len() > 350, "{}", managers.len());
        assert!(!fields(&ran.changes, "Badge").is_empty());
        // Three pages and nobody by themselves: every manager is in the listing, but those whom
        // nobody knows.
        assert_eq!(okta.counts().class("users.list") / 3, 1);
        assert_eq!(okta.counts().class("linked"), 0);

        app.forget();
        okta.reset_log();
        let again = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(
            (again.report.state, again.report.summary.skipped),
            (State::Nothing, 450)
        );
        assert_eq!(app.world.jira.counts().requests, 0);

        let who = app.who(17);
        okta.change(who, |people| people.set(who, "department", "Moved"));
        let one = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(
            (one.report.summary.written, one.report.summary.changes),
            (1, 1)
        );
        assert_eq!(app.property(who, "Department").as_deref(), Some("Moved"));
        is_clean(&okta);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn managers_come_by_id_by_login_and_by_linked_object() {
    let mut seen = Vec::new();
    for (manager_id, options) in [
        (ManagerId::Id, ""),
        (ManagerId::Login, "manager = \"managerId\""),
        (ManagerId::Id, "manager = \"linked:boss\""),
    ] {
        let (app, okta) = world(60, SignIn::Token, options).await;
        okta.configure(|settings| {
            settings.manager_id = manager_id;
            settings.linked = Some("boss".to_owned());
        });
        let ran = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(ran.report.state, State::Applied);
        let linked = okta.counts().class("linked");
        assert_eq!(linked >= 60, options.contains("linked"), "{linked}");
        assert!(okta.counts().in_flight_max <= 8);
        let all: Vec<_> = (0..60)
            .map(|n| app.property(app.who(n), "Manager"))
            .collect();
        assert!(all.iter().flatten().count() > 40);
        seen.push(all);
        is_clean(&okta);
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_and_searches_limit_who_takes_part() {
    let app = TestApp::tidy(60).await.unwrap();
    let id = "00gsales00000000Ss11";
    let okta = org(60, |people, settings| {
        settings.groups = vec![Group {
            id: id.to_owned(),
            name: "Sales".to_owned(),
            members: people.iter().take(20).collect(),
        }];
        settings.scopes.push("okta.groups.read".to_owned());
    })
    .await;
    okta.deactivate(app.who(3));
    let scope = format!("[scope]\ngroups = [\"{id}\", \"sales\"]");
    let both = "search = 'profile.userType eq \"Member\"'";
    let members = (0..20)
        .filter(|n| *n != 3 && app.member(app.who(*n), "userType").as_deref() == Some("Member"));
    for (options, people) in [("", 19), (both, members.count() as u64)] {
        let text = connector(&app, &okta, SignIn::Key, (options, &scope, MAPPING));
        app.connector(&text).unwrap();
        let ran = app.sync(Mode::Complete).await.unwrap();
        assert_eq!(ran.report.summary.people, people, "{options}");
    }
    let login = |n| app.member(app.who(n), "userPrincipalName").unwrap();
    let out = app.refused(Mode::User(login(40))).await.unwrap();
    assert_eq!(out.code, "out-of-scope");
    app.plan(Mode::User(login(0))).await.unwrap();
    let nobody = app.refused(Mode::User(okta.id(app.who(3)))).await.unwrap();
    assert_eq!(nobody.code, "no-such-person");
    is_clean(&okta);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_weather_writes_nothing_wrong_and_passes() {
    let (app, okta) = world(450, SignIn::Key, "").await;
    let list = || Fault::reject(500).on("GET", "/api/v1/users");
    for (faults, code) in [
        (vec![list().times(20)], "unavailable"),
        (
            vec![Fault::reject(403).on("GET", "/api/v1/users").after(1)],
            "permission",
        ),
        (
            vec![Fault::login_page().on("GET", "/api/v1/users").after(2)],
            "bad-answer",
        ),
    ] {
        for fault in faults {
            okta.inject(fault);
        }
        let failure = app.refused(Mode::Complete).await.unwrap();
        assert_eq!(failure.code, code);
        okta.clear_faults();
        assert_eq!(app.world.jira.writes().len(), 0);
    }
    okta.configure(|settings| settings.traps.stale_from_page = Some(2));
    let failure = app.refused(Mode::Complete).await.unwrap();
    assert_eq!(failure.code, "paging-lost");
    okta.configure(|settings| {
        settings.traps = Traps {
            hides_links: true,
            ..Traps::default()
        }
    });
    let failure = app.refused(Mode::Complete).await.unwrap();
    assert_eq!(failure.code, "bad-answer");
    assert_eq!(app.world.jira.writes().len(), 0);

    // What passes by itself: a cut page, a refusal without Retry-After, a token that ends early.
    okta.configure(|settings| {
        settings.traps = Traps {
            joins_links: true,
            ..Traps::default()
        }
    });
    okta.inject(Fault::truncate(500).on("GET", "/api/v1/users").after(1));
    okta.inject(
        Fault::throttle(RetryAfter::Missing)
            .on("GET", "/api/v1/users")
            .after(1),
    );
    okta.revoke_tokens();
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (ran.report.state, ran.report.summary.people),
        (State::Applied, 450)
    );
    // The reset lies thirty seconds ahead of the answer's own date.
    let longest = app.clock.waits().into_iter().max().unwrap_or_default();
    let reset = Duration::from_secs(28)..Duration::from_secs(33);
    assert!(reset.contains(&longest), "{longest:?}");
    is_clean(&okta);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listing_slows_down_before_the_limit_and_is_never_refused() {
    let (app, okta) = world(60, SignIn::Token, "manager = \"linked:boss\"").await;
    okta.configure(|settings| {
        settings.linked = Some("boss".to_owned());
        settings.rate_limit = 40;
    });
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Applied);
    assert_eq!(okta.counts().status(429), 0);
    let waits = app.clock.waits();
    let held = waits.iter().filter(|wait| wait.as_secs() >= 25).count();
    assert!(held >= 1, "{waits:?}");
    is_clean(&okta);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_that_fails_says_what_to_do_and_shows_no_secret() {
    let (app, okta) = world(5, SignIn::Key, "").await;
    okta.configure(|settings| settings.demands_dpop = true);
    let failure = app.refused(Mode::Complete).await.unwrap();
    assert_eq!(failure.code, "sign-in");
    let said = format!("{failure:?}");
    assert!(said.contains("DPoP"), "{said}");
    okta.configure(|settings| {
        settings.demands_dpop = false;
        settings.keys.clear();
    });
    let failure = app.refused(Mode::Complete).await.unwrap();
    assert_eq!(failure.code, "sign-in");
    let said = format!("{failure:?}");
    assert!(said.contains("key id") && !said.contains("eyJ"), "{said}");

    let text = connector(&app, &okta, SignIn::Token, ("", "", MAPPING));
    app.connector(&text).unwrap();
    std::fs::write(app.path("okta-token"), "00wrongTokenNotReal\n").unwrap();
    let failure = app.refused(Mode::Complete).await.unwrap();
    assert_eq!(failure.code, "sign-in");
    assert!(!format!("{failure:?}").contains("00wrongTokenNotReal"));
    is_clean(&okta);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_says_line_by_line_what_works() {
    let (app, okta) = world(5, SignIn::Key, "manager = \"linked:boss\"").await;
    okta.configure(|settings| settings.linked = Some("boss".to_owned()));
    let check = async || {
        let loaded = app.loaded("demo").unwrap();
        attune_server::sync::check(&app.app.host, &loaded)
            .await
            .unwrap()
    };
    let lines = check().await;
    let wrong: Vec<_> = lines.iter().filter(|line| !line.ok).collect();
    // The clock of these tests stands still in the past of the stand-in's, or ahead of it.
    assert!(
        wrong.iter().all(|line| line.name.contains("clock")),
        "{wrong:#?}"
    );
    okta.configure(|settings| settings.linked = None);
    let lines = check().await;
    assert!(
        lines
            .iter()
            .any(|line| !line.ok && line.message.contains("`boss`")),
        "{lines:#?}"
    );
    is_clean(&okta);
}
