//! The pages want what Jira's want: a session, the password again, the token, and clean values.

use crate::jira::{Account, Accounts, Interruption, Jira, Options, Settings, Version};
use crate::probe::{Answer, Probe, basic_probe};

const PAGE: &str = "/secure/admin/user/EditUserProperties.jspa?name=anna";
const ADD: &str = "/secure/admin/user/EditUserProperties!add.jspa";

async fn start(version: Version, change: impl FnOnce(&mut Settings)) -> (Jira, String) {
    let mut accounts = Accounts::new();
    let anna = accounts.add(Account::named("anna", "anna@contoso.example", "Anna"));
    let mut options = Options::of(accounts);
    options.version = version;
    change(&mut options.settings);
    (Jira::start(options).await.unwrap(), anna)
}

fn basic(jira: &Jira) -> Probe {
    basic_probe(&jira.url(), "svc-attune", "sim-jira-password")
}

/// The probe with the cookies that an answer sets, and the token among them.
fn with_cookies(jira: &Jira, answer: &Answer) -> (Probe, String) {
    let (probe, cookies) = Probe::new(&jira.url()).with_cookies_of(answer);
    let mut tokens = cookies
        .iter()
        .filter_map(|pair| pair.strip_prefix("atlassian.xsrf.token="));
    let token = tokens.next().unwrap().to_owned();
    (probe, token)
}

/// A session that administers.
async fn administrator(jira: &Jira) -> (Probe, String) {
    let answer = basic(jira).get(PAGE).await;
    assert_eq!(answer.status, 302);
    assert!(answer.header("location").contains("WebSudoAuthenticate"));
    let (probe, token) = with_cookies(jira, &answer);
    let page = probe
        .get("/secure/admin/WebSudoAuthenticate!default.jspa")
        .await;
    assert!(page.text.contains("webSudoPassword"), "{}", page.text);
    let fields = [
        ("webSudoPassword", "sim-jira-password"),
        ("webSudoDestination", PAGE),
        ("webSudoIsPost", "false"),
        ("atl_token", token.as_str()),
    ];
    let answer = probe
        .submit("/secure/admin/WebSudoAuthenticate.jspa", &fields)
        .await;
    assert_eq!(answer.status, 302);
    (probe, token)
}

#[tokio::test]
async fn pages_want_a_session_and_the_password_again() {
    let (jira, _) = start(Version::V10, |_| ()).await;
    let nobody = Probe::new(&jira.url()).get(PAGE).await;
    assert_eq!(nobody.status, 302);
    assert!(
        nobody
            .header("location")
            .contains("/login.jsp?permissionViolation")
    );
    let (probe, _) = administrator(&jira).await;
    assert_eq!(probe.get(PAGE).await.status, 200);
    jira.lapse_websudo();
    assert!(probe.get(PAGE).await.header("location").contains("WebSudo"));
    jira.forget_sessions();
    assert!(
        probe
            .get(PAGE)
            .await
            .header("location")
            .contains("login.jsp")
    );
    assert_eq!(jira.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn a_change_wants_the_token_or_the_header() {
    let (jira, anna) = start(Version::V9, |_| ()).await;
    let (probe, token) = administrator(&jira).await;
    let fields = [("name", "anna"), ("key", "City"), ("value", "Köln")];
    assert_eq!(probe.submit(ADD, &fields).await.status, 403);
    assert_eq!(jira.user_property(&anna, "City"), None);
    let exempt = probe.with("x-atlassian-token", "no-check");
    let answer = exempt.submit(ADD, &fields).await;
    assert_eq!(answer.status, 302);
    assert!(
        answer
            .header("location")
            .ends_with("EditUserProperties.jspa?name=anna")
    );
    let fields = [
        ("name", "anna"),
        ("key", "Unit"),
        ("value", "x"),
        ("atl_token", &token),
    ];
    assert_eq!(probe.submit(ADD, &fields).await.status, 302);
    assert_eq!(jira.user_property(&anna, "City").as_deref(), Some("Köln"));
    assert_eq!(jira.writes().len(), 2);
}

#[tokio::test]
async fn what_is_refused_is_answered_with_the_page_and_an_error() {
    for version in [Version::V9, Version::V10, Version::V11] {
        let (jira, anna) = start(version, |_| ()).await;
        let (probe, _) = administrator(&jira).await;
        let probe = probe.with("x-atlassian-token", "no-check");
        let long = "x".repeat(251);
        for (page, key, value) in [
            ("EditUserProperties!add.jspa", "a", " "),
            ("EditUserProperties!add.jspa", "a", long.as_str()),
            ("EditUserProperties!add.jspa", "", "x"),
            ("EditUserProperty!update.jspa", "a", "x"),
            ("DeleteUserProperty.jspa", "a", ""),
        ] {
            let path = format!("/secure/admin/user/{page}");
            let fields = [
                ("name", "anna"),
                ("key", key),
                ("value", value),
                ("confirm", "true"),
            ];
            let answer = probe.submit(&path, &fields).await;
            assert_eq!(answer.status, 200, "{page}");
            assert!(
                answer.text.contains("error\"><p>"),
                "{page} {}",
                answer.text
            );
        }
        assert_eq!(jira.accounts(|all| all.user_properties(&anna)).len(), 0);
        assert_eq!(jira.complaints(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn the_log_in_form_counts_what_is_wrong() {
    let (jira, _) = start(Version::V10, |settings| settings.is_basic_closed = true).await;
    let answer = basic(&jira).get(PAGE).await;
    assert!(answer.header("location").contains("login.jsp"));
    let fields = |password| [("os_username", "svc-attune"), ("os_password", password)];
    let probe = Probe::new(&jira.url());
    for _ in 0..3 {
        let answer = probe.submit("/login.jsp", &fields("wrong")).await;
        assert_eq!(
            answer.header("x-seraph-loginreason"),
            "AUTHENTICATED_FAILED"
        );
    }
    let answer = probe
        .submit("/login.jsp", &fields("sim-jira-password"))
        .await;
    assert_eq!(
        answer.header("x-seraph-loginreason"),
        "AUTHENTICATION_DENIED"
    );
    jira.clear_captcha();
    jira.configure(|settings| settings.interruption = Some(Interruption::TwoStep));
    let answer = probe
        .submit("/login.jsp", &fields("sim-jira-password"))
        .await;
    assert!(answer.text.contains("Two-step"), "{}", answer.text);
    jira.configure(|settings| settings.interruption = None);
    let answer = probe
        .submit("/login.jsp", &fields("sim-jira-password"))
        .await;
    assert_eq!(
        (
            answer.status.as_u16(),
            answer.header("x-seraph-loginreason")
        ),
        (302, "OK")
    );
}
