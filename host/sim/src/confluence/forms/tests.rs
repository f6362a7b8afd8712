//! The way in wants what Confluence wants: a session, the password again, the token.

use std::time::Duration;

use crate::confluence::{Account, Accounts, Confluence, Interruption, Options, Settings, Version};
use crate::probe::{Answer, Probe, basic_probe, confluence_probe};

const PAGE: &str = "/admin/users/edituser.action?username=anna";
const ALL: [Version; 4] = [Version::V7, Version::V8, Version::V9, Version::V10];

async fn start(version: Version, change: impl FnOnce(&mut Settings)) -> Confluence {
    let mut accounts = Accounts::new();
    accounts.add(Account::named("anna", "anna@contoso.example", "Anna"));
    let mut options = Options::of(accounts);
    options.version = version;
    change(&mut options.settings);
    Confluence::start(options).await.unwrap()
}

fn basic(confluence: &Confluence) -> Probe {
    basic_probe(&confluence.url(), "svc-attune", "sim-confluence-password")
}

/// The value of the last input of this name, as these two pages write it.
fn input<'a>(page: &'a str, name: &str) -> &'a str {
    let before = format!("name=\"{name}\" value=\"");
    let (_, rest) = page
        .rsplit_once(&before)
        .unwrap_or_else(|| panic!("no {name}: {page}"));
    rest.split_once('"').unwrap().0
}

/// A session that is signed in, and the page that asks it for the password again.
async fn signed_in(confluence: &Confluence) -> (Probe, Answer) {
    let answer = basic(confluence).get(PAGE).await;
    assert_eq!(answer.status, 302);
    let location = answer.header("location").to_owned();
    assert!(
        location.ends_with(
            "/authenticate.action?destination=%2Fadmin%2Fusers%2Fedituser.action%3Fusername%3Danna"
        ),
        "{location}"
    );
    let (probe, _) = Probe::new(&confluence.url()).with_cookies_of(&answer);
    let page = probe.get(&location).await;
    assert_eq!(page.status, 200);
    (probe, page)
}

async fn confirm(probe: &Probe, page: &Answer, password: &str) -> Answer {
    let token = input(&page.text, "atl_token");
    let fields = [
        ("password", password),
        ("authenticate", "Confirm"),
        ("destination", PAGE),
        ("atl_token", token),
    ];
    probe.submit("/doauthenticate.action", &fields).await
}

#[tokio::test]
async fn pages_want_a_session_and_the_password_again() {
    for version in ALL {
        let confluence = start(version, |_| ()).await;
        let nobody = Probe::new(&confluence.url()).get(PAGE).await;
        assert_eq!(nobody.status, 302);
        let location = nobody.header("location");
        assert!(
            location.contains("/login.action?os_destination=%2Fadmin%2Fusers%2Fedituser.action"),
            "{location}"
        );
        let (probe, page) = signed_in(&confluence).await;
        let wrong = confirm(&probe, &page, "wrong").await;
        assert_eq!(wrong.status, 200);
        assert!(
            wrong.text.contains("error\"><p>The password"),
            "{}",
            wrong.text
        );
        assert_eq!(probe.get(PAGE).await.status, 302, "not yet");
        let right = confirm(&probe, &page, "sim-confluence-password").await;
        assert_eq!(right.status, 302);
        assert_eq!(right.header("location"), format!("/confluence{PAGE}"));
        assert_eq!(probe.get(PAGE).await.status, 200);
        confluence.lapse_websudo();
        let lapsed = probe.get(PAGE).await;
        assert!(lapsed.header("location").contains("/authenticate.action"));
        confluence.forget_sessions();
        let lost = probe.get(PAGE).await;
        assert!(lost.header("location").contains("/login.action"));
        assert_eq!(confluence.complaints(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn the_password_again_wants_its_own_button() {
    let confluence = start(Version::V9, |_| ()).await;
    let (probe, page) = signed_in(&confluence).await;
    let fields = [
        ("password", "sim-confluence-password"),
        ("destination", PAGE),
        ("atl_token", input(&page.text, "atl_token")),
    ];
    let answer = probe.submit("/doauthenticate.action", &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let nobody = Probe::new(&confluence.url());
    for answer in [
        nobody.get("/authenticate.action?destination=%2F").await,
        nobody.submit("/doauthenticate.action", &fields).await,
    ] {
        assert!(answer.header("location").contains("/login.action"));
    }
}

#[tokio::test]
async fn the_password_again_wants_the_token_from_9_on() {
    for version in ALL {
        let confluence = start(version, |_| ()).await;
        let (probe, _) = signed_in(&confluence).await;
        let told = probe.with("x-atlassian-token", "no-check");
        let fields = [
            ("password", "sim-confluence-password"),
            ("authenticate", "Confirm"),
            ("destination", PAGE),
        ];
        let answer = told.submit("/doauthenticate.action", &fields).await;
        let wanted = if version < Version::V9 { 302 } else { 403 };
        assert_eq!(answer.status, wanted, "{version:?}");
    }
}

#[tokio::test]
async fn administrator_sessions_roll_and_can_be_off() {
    let length = Duration::from_millis(1500);
    let confluence = start(Version::V9, |settings| settings.websudo = Some(length)).await;
    let (probe, page) = signed_in(&confluence).await;
    confirm(&probe, &page, "sim-confluence-password").await;
    for _ in 0..4 {
        tokio::time::sleep(length / 3).await;
        assert_eq!(
            probe.get(PAGE).await.status,
            200,
            "each request makes it last"
        );
    }
    tokio::time::sleep(length + length / 3).await;
    assert_eq!(probe.get(PAGE).await.status, 302);
    confluence.configure(|settings| settings.websudo = None);
    assert_eq!(probe.get(PAGE).await.status, 200);
}

#[tokio::test]
async fn only_administrators_come_in() {
    let confluence = start(Version::V9, |settings| settings.is_admin = false).await;
    for probe in [basic(&confluence), confluence_probe(&confluence)] {
        let answer = probe.get(PAGE).await;
        assert!(
            answer
                .header("location")
                .contains("permissionViolation=true")
        );
    }
    confluence.configure(|settings| settings.is_admin = true);
    let token = confluence_probe(&confluence).get(PAGE).await;
    let wanted = "/authenticate.action";
    assert!(
        token.header("location").contains(wanted),
        "a token is no password"
    );
}

#[tokio::test]
async fn the_log_in_form_counts_what_is_wrong() {
    let confluence = start(Version::V10, |settings| settings.is_basic_closed = true).await;
    let answer = basic(&confluence).get(PAGE).await;
    let location = answer.header("location").to_owned();
    assert!(location.contains("/login.action"), "basic is closed");
    let (probe, _) = Probe::new(&confluence.url()).with_cookies_of(&answer);
    let page = probe.get(&location).await;
    assert_eq!(input(&page.text, "os_destination"), PAGE);
    let fields = |password| {
        [
            ("os_username", "svc-attune"),
            ("os_password", password),
            ("login", "Log in"),
            ("os_destination", PAGE),
        ]
    };
    for _ in 0..3 {
        let answer = probe.submit("/dologin.action", &fields("wrong")).await;
        let reason = answer.header("x-seraph-loginreason");
        assert_eq!(
            (answer.status.as_u16(), reason),
            (200, "AUTHENTICATED_FAILED")
        );
        assert!(answer.text.contains("error\"><p>"), "{}", answer.text);
    }
    let right = fields("sim-confluence-password");
    let answer = probe.submit("/dologin.action", &right).await;
    assert_eq!(
        answer.header("x-seraph-loginreason"),
        "AUTHENTICATION_DENIED"
    );
    confluence.clear_captcha();
    let answer = probe.submit("/dologin.action", &right).await;
    assert_eq!(answer.header("x-seraph-loginreason"), "OK");
    assert_eq!(answer.header("location"), format!("/confluence{PAGE}"));
    let (probe, _) = probe.with_cookies_of(&answer);
    let page = probe.get(PAGE).await;
    assert!(page.header("location").contains("/authenticate.action"));
    assert_eq!(confluence.sessions_begun(), 2, "of nobody, then signed in");
}

#[tokio::test]
async fn other_pages_may_come_instead() {
    let confluence = start(Version::V9, |_| ()).await;
    let two_step = Some(Interruption::TwoStep);
    confluence.configure(|settings| settings.interruption = two_step);
    let fields = [
        ("os_username", "svc-attune"),
        ("os_password", "sim-confluence-password"),
    ];
    let probe = Probe::new(&confluence.url());
    let answer = probe.submit("/dologin.action", &fields).await;
    assert!(answer.text.contains("Two-step"), "{}", answer.text);
    let (probe, _) = probe.with_cookies_of(&answer);
    let page = probe.get(PAGE).await;
    assert!(page.header("location").contains("/login.action"), "not in");
    confluence.configure(|settings| settings.interruption = Some(Interruption::Licence));
    let page = basic(&confluence).get(PAGE).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("license has expired"), "{}", page.text);
}
