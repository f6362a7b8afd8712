//! The visible "User Properties": through the administrator's pages of the stand-in.

use attune_sim::faults::Gate;
use attune_sim::jira::Interruption;

use super::*;

fn visible(name: &str) -> Field {
    Field {
        kind: FieldKind::AdminForm,
        name: name.to_owned(),
    }
}

async fn world(options: Options) -> World {
    let password = options.settings.password.clone();
    let jira = sim::Jira::start(options).await.unwrap();
    let target = connect_with(jira.url(), &basic(&password), true);
    World { jira, target }
}

async fn small_world() -> World {
    world(Options::of(people(3))).await
}

async fn set(world: &World, account: &AccountRef, name: &str, value: Option<&str>) {
    let change = operation(account, &[(visible(name), value)]);
    world.target.write(&change).await.unwrap();
}

async fn read(world: &World, account: &AccountRef, name: &str) -> Option<String> {
    let field = visible(name);
    let fields = std::slice::from_ref(&field);
    let held = world.target.observe(account, fields).await.unwrap();
    held.get(&field).cloned()
}

/// How many requests of a kind the stand-in answered.
fn count(world: &World, method: &str, path: &str) -> usize {
    let log = world.jira.log();
    let is_it =
        |record: &&attune_sim::log::Record| record.method == method && record.path.contains(path);
    log.iter().filter(is_it).count()
}

fn options(change: impl FnOnce(&mut Options)) -> Options {
    let mut options = Options::of(people(3));
    change(&mut options);
    options
}

#[tokio::test]
async fn user_properties_are_added_changed_and_removed_whatever_their_names() {
    for version in [Version::V9, Version::V10, Version::V11] {
        let world = world(options(|options| options.version = version)).await;
        let account = who(&world, "person00001");
        let key = account.key.as_str();
        world
            .jira
            .accounts(|all| all.set_user_property(key, "Other", Some("stays")));
        let text = "Müller & Söhne \"GmbH\" <b> 'x' \u{1F600} a=b;c\\d";
        for name in [
            "Department",
            "Cost centre/unit",
            "a&b=c?#%",
            "Größe < 'x\" >",
            "50%+",
        ] {
            set(&world, &account, name, Some(text)).await;
            assert_eq!(world.jira.user_property(key, name).as_deref(), Some(text));
            assert_eq!(read(&world, &account, name).await.as_deref(), Some(text));
            set(&world, &account, name, Some("another")).await;
            assert_eq!(
                read(&world, &account, name).await.as_deref(),
                Some("another")
            );
            set(&world, &account, name, None).await;
            // A second one finds nothing and has the same meaning.
            set(&world, &account, name, None).await;
            assert_eq!(world.jira.user_property(key, name), None);
        }
        let rest = world.jira.accounts(|all| all.user_properties(key));
        assert_eq!(rest.into_keys().collect::<Vec<_>>(), ["Other"]);
        assert_eq!(world.jira.complaints(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn one_session_serves_all_writes_of_a_run() {
    let world = small_world().await;
    let accounts = ["person00000", "person00001", "person00002"].map(|name| who(&world, name));
    let names: Vec<String> = (0..8).map(|n| format!("Field {n}")).collect();
    let all = accounts.iter().flat_map(|account| {
        let world = &world;
        names
            .iter()
            .map(move |name| set(world, account, name, Some("x")))
    });
    futures_util::future::join_all(all).await;
    assert_eq!(world.jira.writes().len(), 24);
    assert_eq!(count(&world, "POST", "WebSudoAuthenticate.jspa"), 1);
    assert_eq!(count(&world, "POST", "/login.jsp"), 0);
    // Only one request of the pages shows the password; the others have the session's cookie.
    let log = world.jira.log();
    let signed = log.iter().filter(|record| {
        record.path.contains("/secure/") && record.header("authorization").is_some()
    });
    assert_eq!(signed.count(), 1);
}

#[tokio::test]
async fn a_session_that_lapses_is_renewed_and_nothing_is_lost() {
    let world = small_world().await;
    let account = who(&world, "person00000");
    set(&world, &account, "A", Some("1")).await;
    world.jira.lapse_websudo();
    set(&world, &account, "A", Some("2")).await;
    world.jira.forget_sessions();
    set(&world, &account, "A", Some("3")).await;
    assert_eq!(read(&world, &account, "A").await.as_deref(), Some("3"));
    assert_eq!(count(&world, "POST", "WebSudoAuthenticate.jspa"), 3);
    assert_eq!(world.jira.writes().len(), 3);
}

#[tokio::test]
async fn the_log_in_form_is_used_where_pages_take_no_basic_sign_in() {
    let world = world(options(|o| o.settings.is_basic_closed = true)).await;
    let account = who(&world, "person00000");
    set(&world, &account, "A", Some("1")).await;
    set(&world, &account, "B", Some("2")).await;
    assert_eq!(count(&world, "POST", "/login.jsp"), 1);
    assert_eq!(
        world.jira.user_property(&account.key, "B").as_deref(),
        Some("2")
    );
}

#[tokio::test]
async fn without_secure_administrator_sessions_no_password_is_sent_again() {
    let world = world(options(|o| o.settings.websudo = None)).await;
    let account = who(&world, "person00000");
    set(&world, &account, "A", Some("1")).await;
    assert_eq!(count(&world, "POST", "WebSudo"), 0);
}

#[tokio::test]
async fn a_personal_access_token_cannot_give_a_password_and_says_so_once() {
    let options = options(|_| ());
    let token = options.settings.token.clone();
    let jira = sim::Jira::start(options).await.unwrap();
    let target = connect_with(
        jira.url(),
        &Credential::Bearer {
            token: token.into(),
        },
        true,
    );
    let world = World { jira, target };
    let account = who(&world, "person00000");
    let fields = [visible("A")];
    for _ in 0..3 {
        let error = world.target.observe(&account, &fields).await.unwrap_err();
        assert_eq!(code_of(&error), "websudo");
        assert!(error.problem().message.contains("token"), "{error}");
    }
    assert_eq!(count(&world, "POST", "WebSudo"), 0);
    let error = world.target.sign_in().await.unwrap_err();
    assert_eq!(code_of(&error), "websudo");
    let findings = world.target.check().await;
    let pages = findings.iter().find(|f| f.name == "administration pages");
    assert!(!pages.unwrap().ok && !pages.unwrap().fix.is_empty());
}

#[tokio::test]
async fn pages_that_are_something_else_are_named() {
    for (interruption, is_basic_closed, code) in [
        (Interruption::TwoStep, true, "two-step"),
        (Interruption::Licence, false, "licence"),
    ] {
        let world = world(options(|o| {
            o.settings.interruption = Some(interruption);
            o.settings.is_basic_closed = is_basic_closed;
        }))
        .await;
        let account = who(&world, "person00000");
        for _ in 0..3 {
            let change = operation(&account, &[(visible("A"), Some("x"))]);
            let error = world.target.write(&change).await.unwrap_err();
            assert_eq!(code_of(&error), code);
            assert!(matches!(error, Error::Target { .. }));
        }
        assert!(count(&world, "POST", "/login.jsp") <= 1);
        assert_eq!(world.jira.writes().len(), 0);
    }
    let world = world(options(|o| o.settings.is_admin = false)).await;
    let account = who(&world, "person00000");
    let error = world.target.observe(&account, &[visible("A")]).await;
    assert_eq!(code_of(&error.unwrap_err()), "permission");
}

#[tokio::test]
async fn a_changed_password_is_tried_once_and_no_captcha_follows() {
    let world = small_world().await;
    let account = who(&world, "person00000");
    set(&world, &account, "A", Some("1")).await;
    world.jira.forget_sessions();
    world.jira.configure(|settings| settings.captcha_after = 5);
    world
        .jira
        .inject(Fault::reject(401).on("GET", "/secure/").after(1).times(1));
    for _ in 0..6 {
        let change = operation(&account, &[(visible("A"), Some("2"))]);
        let error = world.target.write(&change).await.unwrap_err();
        assert_eq!(code_of(&error), "sign-in");
    }
    let signed = world.jira.log();
    let signed = signed.iter().filter(|record| {
        record.path.contains("/secure/") && record.header("authorization").is_some()
    });
    assert_eq!(
        signed.count(),
        2,
        "one for the first session and one that was refused"
    );
}

#[tokio::test]
async fn a_value_that_the_form_does_not_take_is_that_persons_problem() {
    let world = small_world().await;
    let account = who(&world, "person00000");
    assert_eq!(
        world.target.text_max(&visible("A")),
        Some(attune_core::decide::TextMax::Utf16(250))
    );
    let long = "x".repeat(251);
    let change = operation(&account, &[(visible("A"), Some(&long))]);
    let error = world.target.write(&change).await.unwrap_err();
    assert!(matches!(error, Error::Rejected { .. }), "{error}");
    assert!(
        error.problem().message.contains("250 characters"),
        "{error}"
    );
    assert_eq!(read(&world, &account, "A").await, None);
}

#[tokio::test]
async fn what_another_hand_did_since_the_page_was_seen_is_not_written_over() {
    let world = small_world().await;
    let account = who(&world, "person00000");
    let key = account.key.clone();
    set(&world, &account, "A", Some("1")).await;
    for (name, theirs) in [("A", None), ("B", Some("theirs"))] {
        let by_hand = |all: &mut sim::Accounts| all.set_user_property(&key, name, theirs);
        world.jira.accounts(by_hand);
        let change = operation(&account, &[(visible(name), Some("ours"))]);
        let error = world.target.write(&change).await.unwrap_err();
        assert!(matches!(error, Error::Unknown), "{name}: {error}");
        assert_eq!(read(&world, &account, name).await.as_deref(), theirs);
    }
}

#[tokio::test]
async fn a_late_answer_of_an_earlier_session_does_not_sign_the_new_one_out() {
    let world = small_world().await;
    let account = who(&world, "person00000");
    set(&world, &account, "A", Some("1")).await;
    world.jira.forget_sessions();
    let gate = Gate::default();
    let page = "EditUserProperties.jspa";
    world
        .jira
        .inject(Fault::hold_answer(&gate).on("GET", page).times(1));
    let late = read(&world, &account, "A");
    let early = async {
        gate.arrived(1).await;
        let value = read(&world, &account, "A").await;
        gate.release();
        value
    };
    let (late, early) = futures_util::future::join(late, early).await;
    assert_eq!((late.as_deref(), early.as_deref()), (Some("1"), Some("1")));
    // Signed in at the beginning, and once more by whoever met the lapse first.
    assert_eq!(count(&world, "POST", "WebSudoAuthenticate.jspa"), 2);
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_the_page_tells() {
    let world = small_world().await;
    let account = who(&world, "person00000");
    world.jira.inject(
        Fault::fail_after_write()
            .on("POST", "EditUserProperties!add")
            .times(1),
    );
    let change = operation(&account, &[(visible("A"), Some("1"))]);
    let error = world.target.write(&change).await.unwrap_err();
    assert!(matches!(error, Error::Unknown), "{error}");
    assert_eq!(read(&world, &account, "A").await.as_deref(), Some("1"));
    assert_eq!(world.jira.writes().len(), 1);
}

#[tokio::test]
async fn a_user_name_that_now_belongs_to_somebody_else_is_not_believed() {
    let world = small_world().await;
    let account = who(&world, "person00000");
    let stranger = world.jira.accounts(|all| {
        all.edit(&account.key, |a| {
            a.name = "married@contoso.example".to_owned();
        });
        all.add(sim::Account::named(
            &account.username,
            "x@contoso.example",
            "Stranger",
        ))
    });
    set(&world, &account, "A", Some("1")).await;
    assert_eq!(
        world.jira.user_property(&account.key, "A").as_deref(),
        Some("1")
    );
    assert_eq!(world.jira.user_property(&stranger, "A"), None);
}

#[tokio::test]
async fn spaces_that_the_page_cuts_off_make_no_difference() {
    let world = world(options(|o| o.settings.is_trimming = true)).await;
    let account = who(&world, "person00000");
    set(&world, &account, "A", Some("  Sales ")).await;
    assert_eq!(world.target.normalise(&visible("A"))("  Sales "), "Sales");
    assert_eq!(read(&world, &account, "A").await.as_deref(), Some("Sales"));
}
