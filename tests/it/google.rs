//! Google Workspace: whole syncs from a stand-in of the Directory API into a Jira, with the bundled
//! component and a service account; what is there afterwards is held against the people themselves.

mod company;

use std::collections::BTreeSet;

use attune_core::plan::State;
use attune_server::fault::Failure;
use attune_server::sync::{self, Mode};
use attune_sim::faults::{Fault, RetryAfter};
use attune_sim::google::{GROUPS, Group, Member, Photo, Quota, SCHEMAS, Traps, USERS};
use serde_json::{Value, json};

use company::{Company, MAP, PEOPLE, START_S};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_company_is_synced_and_then_left_alone() {
    let company = Company::of(PEOPLE).await;
    company.google.configure(|settings| {
        settings.traps = Traps {
            empty_page: Some(2),
            ends_with_empty_page: true,
            ..Traps::default()
        };
    });
    let first = company.sync().await;
    let users = company.users().len();
    assert_eq!(first.report.state, State::Applied, "{:#?}", first.report);
    assert_eq!(first.report.summary.people, users as u64);
    assert_eq!(company.out_of_tune(), Vec::<String>::new());
    // Two kinds of odd pages, and one token of one scope for all of them.
    let pages = company.of_class("users.list").len();
    assert_eq!(pages, users.div_ceil(20) + 2);
    assert_eq!(company.scopes(), [USERS]);
    let query = &company.of_class("users.list")[0].query;
    assert!(
        query.contains("fields=kind,nextPageToken,users("),
        "{query}"
    );
    assert!(
        query.contains("projection=custom&customFieldMask=Work&"),
        "{query}"
    );

    company.app.forget();
    let second = company.sync().await;
    assert_eq!(second.report.state, State::Nothing);
    assert_eq!(company.app.world.jira.counts().requests, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_changed_person_is_one_write() {
    let company = Company::of(PEOPLE).await;
    company.sync().await;
    let who = company.users()[9];
    company
        .google
        .people(|people| people.set(who, "jobTitle", "Keeper of the keys"));
    company.app.forget();
    let ran = company.sync().await;
    assert_eq!(ran.report.summary.written, 1);
    assert_eq!(
        company.app.property(who, "Title").as_deref(),
        Some("Keeper of the keys")
    );
    let user = company.google.id(who);
    let one = company.app.sync(Mode::User(user)).await.unwrap();
    assert_eq!((one.report.summary.people, one.changes.len()), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_is_whom_an_administrator_typed_and_may_be_nobody() {
    let company = Company::of(PEOPLE).await;
    let map = "Manager = { from = \"manager.name.fullName\", when-missing = \"clear\" }";
    company.connects("manager-relation = \"boss\"", "", map);
    let users = company.users();
    let boss = users[0];
    let address = company
        .google
        .people(|people| people.user_principal_name(boss));
    let typed = [
        // An alias, in other letters and with a space behind it.
        address.replace("@contoso", "@OLD.contoso") + " ",
        "Somebody from Sales".to_owned(),
        "stranger@elsewhere.example".to_owned(),
        "nobody@contoso.example".to_owned(),
    ];
    for (who, value) in users[1..].iter().zip(typed) {
        let relations = json!([
            { "type": "manager", "value": "wrong@contoso.example" },
            { "type": "custom", "customType": "Boss", "value": value },
        ]);
        company
            .google
            .people(|people| people.set(*who, "relations", relations));
    }
    let ran = company.sync().await;
    assert_eq!(ran.report.state, State::Applied);
    let led: Vec<Option<String>> = users[1..5]
        .iter()
        .map(|who| company.app.property(*who, "Manager"))
        .collect();
    let name = company.text(boss, "displayName");
    assert_eq!(led, [name, None, None, None]);
    assert_eq!(ran.report.summary.changes, 1, "nobody else has such a boss");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_of_nested_groups_take_part_and_nobody_else() {
    let company = Company::of(PEOPLE).await;
    let users = company.users();
    let group = |id: &str, name: &str, members| Group {
        id: id.to_owned(),
        email: format!("{id}@contoso.example"),
        name: name.to_owned(),
        members,
    };
    let outer = vec![
        Member::User(users[3]),
        Member::Outsider("guest@elsewhere.example".to_owned()),
        Member::Group("inner".to_owned()),
    ];
    let inner = vec![Member::User(users[4]), Member::User(users[5])];
    company.google.configure(|settings| {
        settings.groups = vec![
            group("outer", "Jira users", outer),
            group("inner", "Twins", inner),
            group("other", "Twins", Vec::new()),
        ];
    });
    let scope = "[scope]\ngroups = [\"Jira users\"]";
    company.connects("", scope, MAP);
    let ran = company.sync().await;
    let accounts: BTreeSet<&str> = ran.changes.iter().map(|c| c.account.as_str()).collect();
    let expected: Vec<String> = users[3..6]
        .iter()
        .map(|who| company.app.account(*who))
        .collect();
    let expected: BTreeSet<&str> = expected.iter().map(String::as_str).collect();
    assert_eq!((accounts, ran.report.summary.people), (expected, 3));
    assert_eq!(company.scopes(), [GROUPS, USERS]);

    // Somebody outside of the groups writes nothing.
    let outside = company.google.id(users[9]);
    let failure = company.app.refused(Mode::User(outside)).await.unwrap();
    assert_eq!(failure.code, "out-of-scope");

    for (name, words) in [
        ("Nobody's group", "there is no group"),
        ("nobody@contoso.example", "there is no group"),
        ("Twins", "several groups are called"),
    ] {
        let scope = format!("[scope]\ngroups = [\"{name}\"]");
        company.connects("", &scope, MAP);
        let failure = company.refused().await;
        assert_eq!(failure.code, "options", "{name}");
        assert!(failure.message.contains(words), "{}", failure.message);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_limits_who_takes_part_in_listings_and_alone() {
    let company = Company::of(PEOPLE).await;
    let users = company.users();
    for who in &users[..3] {
        company
            .google
            .people(|people| people.set(*who, "department", "Night Shift"));
    }
    company.connects("query = \"orgUnitPath='/Night Shift'\"", "", MAP);
    let ran = company.sync().await;
    assert_eq!(ran.report.summary.people, 3);
    for (who, expected) in [(users[0], None), (users[7], Some("out-of-scope"))] {
        let user = company.google.id(who);
        let order = sync::Order::sync(Mode::User(user));
        let ran = company
            .app
            .run(&order, &sync::Watch::default())
            .await
            .unwrap();
        let code = ran.err().map(|error| Failure::from(error).code);
        assert_eq!(code.as_deref(), expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_passes_is_waited_for_in_the_middle_of_a_listing() {
    let company = Company::of(PEOPLE).await;
    let second = |fault: Fault| fault.on("GET", "/users").after(1);
    for (what, fault) in [
        ("a token that ended", second(Fault::reject(401))),
        ("429", second(Fault::reject(429)).times(2)),
        (
            "429 with a time",
            second(Fault::throttle(RetryAfter::Seconds(7))),
        ),
        ("502", second(Fault::reject(502)).times(2)),
        ("a cut answer", second(Fault::truncate(400))),
        ("a cut connection", second(Fault::disconnect())),
    ] {
        company.google.inject(fault);
        let ran = company.sync().await;
        assert_eq!(
            ran.report.summary.people,
            company.users().len() as u64,
            "{what}"
        );
        assert_eq!(company.out_of_tune(), Vec::<String>::new(), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_403_that_means_slow_down_is_waited_for_and_one_that_means_no_is_not() {
    let company = Company::of(PEOPLE).await;
    for reason in [
        "quotaExceeded",
        "userRateLimitExceeded",
        "rateLimitExceeded",
    ] {
        let before = company.app.clock.waits().len();
        company
            .google
            .configure(|settings| settings.quota = Some(Quota { reason, left: 3 }));
        let ran = company.sync().await;
        assert_eq!(
            ran.report.summary.people,
            company.users().len() as u64,
            "{reason}"
        );
        let waits: Vec<_> = company.app.clock.waits().into_iter().skip(before).collect();
        let total: f64 = waits.iter().map(std::time::Duration::as_secs_f64).sum();
        assert!(
            (7.0..10.6).contains(&total),
            "1 + 2 + 4 s and jitter: {waits:?}"
        );
    }
    company.app.forget();
    company.google.configure(|settings| {
        let reason = "quotaExceeded";
        settings.quota = Some(Quota {
            reason,
            left: 1_000,
        });
    });
    let failure = company.refused().await;
    assert_eq!(failure.code, "throttled");
    company.google.configure(|settings| {
        settings.quota = None;
        settings.may_read = false;
    });
    company.google.reset_log();
    let failure = company.refused().await;
    assert_eq!(failure.code, "permission");
    assert!(
        failure.message.contains("Users > Read"),
        "{}",
        failure.message
    );
    assert_eq!(company.of_class("error").len(), 1, "asked once");
    assert!(company.app.world.jira.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_pass_fails_the_run_and_changes_nothing() {
    let company = Company::of(PEOPLE).await;
    company.sync().await;
    company.app.forget();
    let second = |fault: Fault| fault.on("GET", "/users").after(1).times(20);
    for (what, fault, code) in [
        ("a login page", second(Fault::login_page()), "bad-answer"),
        ("an error", second(Fault::reject(500)), "unavailable"),
        ("cut answers", second(Fault::truncate(400)), "unavailable"),
        ("no permission", second(Fault::reject(403)), "permission"),
        ("a page that is lost", second(Fault::reject(404)), "options"),
    ] {
        company.google.inject(fault);
        let failure = company.refused().await;
        assert_eq!(failure.code, code, "{what}: {failure:?}");
        company.google.clear_faults();
    }
    company.google.configure(|settings| {
        settings.traps.loops_at_page = Some(2);
    });
    assert_eq!(company.refused().await.code, "paging-loop");
    company.google.configure(|settings| {
        settings.traps = Traps::default();
        settings.has_key = false;
    });
    company.google.reset_log();
    let failure = company.refused().await;
    assert_eq!((failure.code.as_str(), failure.exit), ("sign-in", 4));
    assert!(
        failure.message.contains("Invalid JWT Signature"),
        "{}",
        failure.message
    );
    company.google.configure(|settings| settings.has_key = true);
    assert_eq!(company.sync().await.report.state, State::Nothing);
    assert!(company.app.world.jira.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_stay_where_they_belong() {
    let company = Company::of(PEOPLE).await;
    company.sync().await;
    let key: Value = serde_json::from_str(&company.google.key_file()).unwrap();
    let pem = key["private_key"].as_str().unwrap();
    let secrets: Vec<&str> = pem.lines().filter(|line| !line.contains("KEY")).collect();
    let mut shown = Vec::new();
    for record in company
        .google
        .log()
        .into_iter()
        .chain(company.app.world.jira.log())
    {
        shown.push(format!("{record:?}"));
    }
    company
        .google
        .configure(|settings| settings.delegated.clear());
    let failure = company.refused().await;
    shown.push(format!("{failure:?} {}", failure.message));
    for text in &shown {
        assert!(
            !secrets.iter().any(|secret| text.contains(secret)),
            "{text}"
        );
    }
    assert!(
        failure.message.contains("unauthorized_client"),
        "{}",
        failure.message
    );
    assert!(!failure.message.contains("eyJ"), "{}", failure.message);
    for record in company.app.world.jira.log() {
        assert!(
            !format!("{record:?}").contains("ya29"),
            "a token went to Jira"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_names_what_is_missing_exactly() {
    let company = Company::of(PEOPLE).await;
    let users = company.users();
    company.google.configure(|settings| {
        settings.groups = vec![Group {
            id: "g1".to_owned(),
            email: "jira-users@contoso.example".to_owned(),
            name: "Jira users".to_owned(),
            members: vec![Member::User(users[0])],
        }];
        let photo = Photo {
            etag: "\"e\"".to_owned(),
            media_type: "image/jpeg".to_owned(),
            bytes: vec![1, 2, 3],
        };
        settings.photos.insert(users[2], photo);
    });
    company.connects(
        "",
        "[scope]\ngroups = [\"jira-users@contoso.example\"]",
        MAP,
    );
    let lines = company.lines().await;
    let named = |name: &str| {
        let wanted = format!("source: {name}");
        lines.iter().find(|line| line.name == wanted).unwrap()
    };
    for name in ["sign-in", USERS, GROUPS, "attributes", "picture", "clock"] {
        assert!(named(name).ok, "{lines:#?}");
    }
    assert!(named("picture").message.contains("3 bytes"));

    company
        .google
        .configure(|settings| settings.delegated = vec![USERS, SCHEMAS]);
    company.app.clock.advance(std::time::Duration::from_secs(1));
    let lines = company.lines().await;
    let bad: Vec<_> = lines.iter().filter(|line| !line.ok).collect();
    assert_eq!(bad.len(), 1, "{lines:#?}");
    assert_eq!(bad[0].name, format!("source: {GROUPS}"));
    assert!(bad[0].fix.contains("Manage domain-wide delegation"));

    // A clock that is an hour late is told by how much.
    company
        .google
        .configure(|settings| settings.clock_s = Some(START_S + 10_000));
    let lines = company.lines().await;
    let bad: Vec<_> = lines.iter().filter(|line| !line.ok).collect();
    assert_eq!(bad.len(), 1, "{lines:#?}");
    assert!(
        bad[0].message.contains("behind theirs"),
        "{}",
        bad[0].message
    );
    let other = "{ \"type\": \"authorized_user\" }";
    std::fs::write(company.app.path("google-key.json"), other).unwrap();
    let lines = company.lines().await;
    let bad: Vec<_> = lines.iter().filter(|line| !line.ok).collect();
    assert_eq!(bad.len(), 1, "{lines:#?}");
    let (message, fix) = (&bad[0].message, &bad[0].fix);
    assert!(
        message.contains("the sign-in of a single user"),
        "{message}"
    );
    assert!(!fix.is_empty());
}
