//! Who is whom: which account belongs to which person, and when nobody is written.

use std::time::Duration;

use attune_core::plan::State;
use attune_server::sync::Mode;
use attune_sim::jira::{Account, Accounts, Field, Jira, Options};
use attune_tests::{PLAIN, TestApp};

const CITY: &str = "City = \"city\"";
const CITY_FIELD: &[(&str, &str)] = &[("City", "city")];

/// An account that only the e-mail address leads to.
fn by_mail(app: &TestApp, place: usize) -> String {
    let who = app.who(place);
    let key = app.account(who);
    app.world
        .jira
        .accounts(|all| all.edit(&key, |account| account.name = format!("short{place}")));
    key
}

fn city(app: &TestApp, account: &str) -> Option<serde_json::Value> {
    app.world.jira.property(account, "City")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_accounts_with_one_address_are_ambiguous_and_neither_is_written() {
    let app = TestApp::tidy(8).await.unwrap();
    app.maps(CITY).unwrap();
    let first = by_mail(&app, 1);
    let mail = app.member(app.who(1), "mail").unwrap();
    let second = app
        .world
        .jira
        .accounts(|all| all.add(Account::named("second", &mail, "Second")));
    for mode in [Mode::Complete, Mode::Full, Mode::User(app.key(app.who(1)))] {
        let ran = app.sync(mode).await.unwrap();
        assert_eq!(
            (ran.report.summary.ambiguous, ran.codes()),
            (1, vec!["ambiguous-match"])
        );
    }
    assert_eq!((city(&app, &first), city(&app, &second)), (None, None));
    // One of the two goes: nobody needs to be asked any more.
    app.world
        .jira
        .accounts(|all| all.edit(&second, |account| account.is_active = false));
    app.clock.advance(Duration::from_hours(25));
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.summary.ambiguous, 0);
    assert!(city(&app, &first).is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_account_that_two_people_claim_is_written_for_neither() {
    let app = TestApp::tidy(8).await.unwrap();
    app.maps(CITY).unwrap();
    let account = by_mail(&app, 1);
    let (one, other) = (app.who(1), app.who(2));
    let twin = app.account(other);
    app.world
        .jira
        .accounts(|all| all.edit(&twin, |account| account.is_deleted = true));
    app.set(
        other,
        "mail",
        &app.member(one, "mail").unwrap().to_uppercase(),
    );
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.summary.ambiguous, 2);
    assert_eq!(city(&app, &account), None);
    assert!(ran.report.is_consistent());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_person_cannot_take_the_account_of_somebody_else() {
    let app = TestApp::tidy(8).await.unwrap();
    app.maps(CITY).unwrap();
    let account = by_mail(&app, 1);
    let thief = app.who(2);
    let own = app.account(thief);
    app.world
        .jira
        .accounts(|all| all.edit(&own, |account| account.is_deleted = true));
    app.sync(Mode::Complete).await.unwrap();
    let before = city(&app, &account);
    assert!(before.is_some());
    // A plan reads everybody too, and is no complete listing.
    app.plan(Mode::Complete).await.unwrap();
    app.set(thief, "mail", &app.member(app.who(1), "mail").unwrap());
    app.set(thief, "city", "Elsewhere");
    let ran = app.sync(Mode::User(app.key(thief))).await.unwrap();
    assert_eq!(ran.codes(), ["ambiguous-match"]);
    assert_eq!(city(&app, &account), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inactive_and_deleted_accounts_are_no_candidates() {
    for is_deleted in [false, true] {
        // More than a handful are found by reading all accounts, few by single look-ups.
        for people in [8, 40] {
            let app = TestApp::tidy(people).await.unwrap();
            app.maps(CITY).unwrap();
            let account = app.account(app.who(1));
            app.world.jira.accounts(|all| {
                all.edit(&account, |account| {
                    account.is_active = false;
                    account.is_deleted = is_deleted;
                });
            });
            let ran = app.sync(Mode::Complete).await.unwrap();
            assert_eq!(ran.report.summary.unmatched, 1);
            assert_eq!(city(&app, &account), None);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renamed_account_keeps_its_person() {
    let app = TestApp::tidy(8).await.unwrap();
    app.maps(CITY).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    let who = app.who(1);
    let account = app.account(who);
    app.world.jira.accounts(|all| {
        all.edit(&account, |account| {
            account.name = "married".to_owned();
            account.email = "married@contoso.example".to_owned();
        });
        // Somebody else gets the old name.
        all.add(Account::named("heir", "heir@contoso.example", "Heir"));
    });
    app.set(who, "city", "Elsewhere");
    for mode in [Mode::Complete, Mode::Full, Mode::User(app.key(who))] {
        app.sync(mode).await.unwrap();
        assert_eq!(city(&app, &account), Some("Elsewhere".into()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_who_came_back_with_another_id_is_somebody_else() {
    let app = TestApp::tidy(30).await.unwrap();
    app.maps(PLAIN).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    let who = app.who(4);
    let account = app.account(who);
    let successor = app.world.graph.people(|people| people.recreate(who));
    app.set(successor, "city", "Elsewhere");
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        ran.report.summary.ambiguous, 0,
        "who is gone claims nothing"
    );
    assert_eq!(city(&app, &account), Some("Elsewhere".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn look_alike_names_match_nobody() {
    let app = TestApp::tidy(4).await.unwrap();
    app.maps(CITY).unwrap();
    let account = app.account(app.who(1));
    app.world.jira.accounts(|all| {
        all.edit(&account, |account| {
            account.name = account.name.replacen(['a', 'e', 'o'], "\u{430}", 1);
            account.email = String::new();
        });
    });
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (ran.report.summary.unmatched, city(&app, &account)),
        (1, None)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_without_an_account_are_looked_up_when_they_change_and_once_a_day() {
    let app = TestApp::tidy(8).await.unwrap();
    app.maps(CITY).unwrap();
    let who = app.who(1);
    let account = app.account(who);
    app.world
        .jira
        .accounts(|all| all.edit(&account, |account| account.is_active = false));
    app.sync(Mode::Complete).await.unwrap();
    app.world
        .jira
        .accounts(|all| all.edit(&account, |account| account.is_active = true));
    app.forget();
    app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        app.world.jira.counts().requests,
        0,
        "not again on the same day"
    );
    app.clock.advance(Duration::from_hours(25));
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (ran.report.summary.unmatched, ran.report.summary.written),
        (0, 1)
    );
    assert_eq!(app.out_of_tune(CITY_FIELD), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_cannot_list_everybody_is_asked_one_by_one() {
    let app = TestApp::arranged(40, |_, site| {
        site.settings.is_search_capped = true;
        for number in 0..1100 {
            let name = format!("robot{number}");
            site.accounts.add(Account::named(&name, "", "Robot"));
        }
    })
    .await
    .unwrap();
    app.maps(CITY).unwrap();
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(
        (ran.report.state, ran.report.summary.matched),
        (State::Applied, 40)
    );
    assert_eq!(app.out_of_tune(CITY_FIELD), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_accounts_own_fields_are_written_in_one_request() {
    let app = TestApp::tidy(8).await.unwrap();
    let text = app.connector_text("", CITY);
    let account = "[target.jira.account]\nemail = \"mail\"\nfull-name = \"displayName\"\n";
    let text = text.replace("[target.jira.map]", &format!("{account}[target.jira.map]"));
    app.connector(&text).unwrap();
    let who = app.who(2);
    let key = app.account(who);
    app.sync(Mode::Complete).await.unwrap();
    app.set(who, "displayName", "Anna Newname");
    app.set(who, "mail", "anna.newname@contoso.example");
    app.forget();
    let ran = app.sync(Mode::Complete).await.unwrap();
    let names: Vec<&str> = ran
        .changes
        .iter()
        .map(|change| change.field.as_str())
        .collect();
    assert_eq!(names, ["account.email", "account.full-name"]);
    assert_eq!(app.world.jira.counts().class("user.put"), 1);
    let fields: Vec<Field> = app
        .world
        .jira
        .writes()
        .into_iter()
        .map(|write| write.field)
        .collect();
    assert_eq!(fields, [Field::Email, Field::DisplayName]);
    let account = app
        .world
        .jira
        .accounts(|all| all.by_key(&key).cloned())
        .unwrap();
    assert_eq!(account.display_name, "Anna Newname");
    assert_eq!(account.email, "anna.newname@contoso.example");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_directory_costs_the_account_fields_and_nothing_else() {
    let app = TestApp::arranged(8, |_, site| site.settings.is_read_only = true)
        .await
        .unwrap();
    let text = app.connector_text("", CITY);
    let account = "[target.jira.account]\nfull-name = \"displayName\"\n";
    let text = text.replace("[target.jira.map]", &format!("{account}[target.jira.map]"));
    app.connector(&text).unwrap();
    app.set(app.who(2), "displayName", "Anna Newname");
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.state, State::Applied);
    assert_eq!(ran.codes(), ["read-only"]);
    assert_eq!(ran.report.problems[0].field, "account.full-name");
    assert_eq!(app.out_of_tune(CITY_FIELD), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_whose_url_changed_is_matched_anew() {
    let app = TestApp::tidy(8).await.unwrap();
    app.maps(CITY).unwrap();
    app.sync(Mode::Complete).await.unwrap();
    // Another Jira with the same names, where every key means somebody else.
    let names: Vec<String> = (0..8)
        .filter_map(|place| app.member(app.who(place), "userPrincipalName"))
        .collect();
    let mut accounts = Accounts::new();
    for name in names.iter().rev() {
        accounts.add(Account::named(name, name, name));
    }
    let other = Jira::start(Options::of(accounts)).await.unwrap();
    let text = app.connector_text("", CITY);
    app.connector(&text.replace(&app.world.jira.url(), &other.url()))
        .unwrap();
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.summary.matched, 8);
    for (place, name) in names.iter().enumerate() {
        let key = other.accounts(|all| all.by_name(name).unwrap().key.clone());
        let expected = app.member(app.who(place), "city");
        let found = other.property(&key, "City");
        assert_eq!(
            found.as_ref().and_then(|city| city.as_str()),
            expected.as_deref()
        );
    }
    assert_eq!(other.complaints(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_left_the_scope_claims_no_account_any_more() {
    let app = TestApp::tidy(8).await.unwrap();
    let scope = "[scope]\ninclude = [{ attribute = \"userType\", equals = \"Member\" }]";
    app.connector(&app.connector_text(scope, CITY)).unwrap();
    let account = by_mail(&app, 1);
    let (leaver, rehired) = (app.who(1), app.who(2));
    let own = app.account(rehired);
    app.world
        .jira
        .accounts(|all| all.edit(&own, |account| account.is_deleted = true));
    app.sync(Mode::Complete).await.unwrap();
    // The old entry leaves the scope, and the new one has its address.
    app.set(leaver, "userType", "Guest");
    app.set(rehired, "mail", &app.member(leaver, "mail").unwrap());
    app.set(rehired, "city", "Aachen");
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!((ran.report.summary.ambiguous, ran.codes().len()), (0, 0));
    assert_eq!(city(&app, &account), Some("Aachen".into()));
    // Back in scope, both claim it and neither is written.
    app.set(leaver, "userType", "Member");
    app.set(rehired, "city", "Bonn");
    let ran = app.sync(Mode::Complete).await.unwrap();
    assert_eq!(ran.report.summary.ambiguous, 2);
    assert_eq!(city(&app, &account), Some("Aachen".into()));
}
