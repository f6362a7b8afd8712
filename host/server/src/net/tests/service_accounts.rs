//! Google service accounts: what is signed, which scopes a token has, what is said of a refusal and
//! of key files that do not fit.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256;
use serde_json::{Value, json};

use super::assertions::{Assertion, RSA};
use super::{noon, slot};
use crate::clock::TestClock;
use crate::net::{
    Credential, Error, Grant, Outgoing, Outside, Request, Response, Script, Secret, Sign, Slot,
    SlotSpec,
};

const USERS: &str = "https://www.googleapis.com/auth/admin.directory.user.readonly";
const GROUPS: &str = "https://www.googleapis.com/auth/admin.directory.group.readonly";
const ACCOUNT: &str = "attune@project.iam.gserviceaccount.example";

fn key_file() -> Value {
    json!({
        "type": "service_account",
        "project_id": "project",
        "private_key_id": "k-7",
        "private_key": RSA.pem(),
        "client_email": ACCOUNT,
        "client_id": "100000000000000000001",
        "token_uri": "https://elsewhere.example/token",
    })
}

fn credential(key: &str, subject: Option<&str>) -> Credential {
    Credential::GoogleServiceAccount {
        key: Secret::from(key),
        subject: subject.map(str::to_owned),
    }
}

struct World {
    script: Script,
    outside: Outside,
}

/// A world whose token endpoint answers like this, and everything else with 200.
fn world(login: impl Fn(&Outgoing) -> Response + Send + Sync + 'static) -> World {
    let script = Script::new(move |sent| {
        Ok(match sent.url.host_str() {
            Some("oauth2.example.com") => login(sent),
            // The other way round: a credential that is said back does not arrive.
            _ => Response::new(200, header(sent).chars().rev().collect::<String>()),
        })
    });
    let clock = TestClock::skipping(noon());
    let outside = Outside::with_send(Arc::new(script.clone()), Arc::<TestClock>::clone(&clock), 1);
    World { script, outside }
}

/// A token that names its scopes.
fn granted(sent: &Outgoing) -> Response {
    let scope = assertion(sent).claims["scope"].clone();
    let token = scope.as_str().unwrap().replace(' ', "+");
    Response::new(
        200,
        json!({ "access_token": token, "expires_in": 3599 }).to_string(),
    )
}

fn header(sent: &Outgoing) -> String {
    let (_, value) = sent.credential.as_ref().unwrap();
    secrecy::ExposeSecret::expose_secret(value).to_owned()
}

fn form(sent: &Outgoing) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(&sent.body)
        .into_owned()
        .collect()
}

fn assertion(sent: &Outgoing) -> Assertion {
    Assertion::read(&form(sent)["assertion"])
}

fn grant(outside: &Outside) -> Grant {
    Grant {
        login: slot(outside, "https://oauth2.example.com"),
        path: "/token".to_owned(),
        scopes: vec![USERS.to_owned(), GROUPS.to_owned()],
        audience: "https://oauth2.example.com/token".to_owned(),
        parameters: Vec::new(),
    }
}

/// A world in which nothing is sent.
fn idle() -> Outside {
    let script = Script::new(|_| Err(Error::refused("nobody asks")));
    Outside::with_send(Arc::new(script), TestClock::at(noon()), 1)
}

impl World {
    fn slot(&self, subject: Option<&str>) -> Slot {
        let credential = credential(&key_file().to_string(), subject);
        let grant = grant(&self.outside);
        let spec = SlotSpec {
            address: "https://admin.example.com".to_owned(),
            sign: Sign::with(&credential, None, Some(grant)).unwrap(),
            ..SlotSpec::default()
        };
        Slot::open(&self.outside, spec).unwrap()
    }

    fn logins(&self) -> Vec<Outgoing> {
        let all = self.script.seen().into_iter();
        all.filter(|sent| sent.url.host_str() == Some("oauth2.example.com"))
            .collect()
    }
}

fn wanting(scopes: &[&str]) -> Request {
    Request {
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        ..Request::get("/users")
    }
}

#[tokio::test]
async fn the_assertion_is_that_of_googles_description() {
    let world = world(granted);
    let slot = world.slot(Some("admin@contoso.example"));
    slot.exchange(wanting(&[])).await.unwrap();
    let logins = world.logins();
    assert_eq!(logins[0].url.path(), "/token");
    let form = form(&logins[0]);
    assert_eq!(
        form.keys().collect::<Vec<_>>(),
        ["assertion", "grant_type"],
        "neither a client nor a scope stands beside it"
    );
    assert_eq!(
        form["grant_type"],
        "urn:ietf:params:oauth:grant-type:jwt-bearer"
    );
    let assertion = assertion(&logins[0]);
    let now = noon().as_second();
    assert_eq!(
        assertion.header,
        json!({ "alg": "RS256", "typ": "JWT", "kid": "k-7" })
    );
    assert_eq!(
        assertion.claims,
        json!({
            "iss": ACCOUNT, "sub": "admin@contoso.example", "scope": format!("{USERS} {GROUPS}"),
            "aud": "https://oauth2.example.com/token", "iat": now, "exp": now + 3600,
        })
    );
    assert!(assertion.is_signed_by(&RSA_PKCS1_2048_8192_SHA256, &RSA.public));
}

#[tokio::test]
async fn without_a_subject_nobody_is_named() {
    let world = world(granted);
    world.slot(None).exchange(wanting(&[])).await.unwrap();
    let claims = assertion(&world.logins()[0]).claims;
    assert_eq!((claims.get("sub"), &claims["iss"]), (None, &json!(ACCOUNT)));
}

#[tokio::test]
async fn a_token_has_the_scopes_that_a_request_names_and_no_others() {
    let world = world(granted);
    let slot = world.slot(None);
    for (scopes, shown) in [
        (&[USERS][..], USERS.to_owned()),
        (&[GROUPS], GROUPS.to_owned()),
        (&[USERS], USERS.to_owned()),
        (&[], format!("{USERS}+{GROUPS}")),
        (&[GROUPS], GROUPS.to_owned()),
    ] {
        let answer = slot.exchange(wanting(scopes)).await.unwrap();
        let text: String = String::from_utf8_lossy(&answer.body)
            .chars()
            .rev()
            .collect();
        assert_eq!(text, format!("Bearer {shown}"));
    }
    assert_eq!(world.logins().len(), 3, "each token serves many");
}

#[tokio::test]
async fn a_scope_that_the_grant_does_not_name_is_refused_before_anything_is_sent() {
    let world = world(granted);
    let slot = world.slot(None);
    let writing = "https://www.googleapis.com/auth/admin.directory.user";
    let error = slot.exchange(wanting(&[USERS, writing])).await.unwrap_err();
    assert_eq!(error.kind(), "request-refused");
    assert!(error.to_string().contains(writing), "{error}");
    assert!(world.script.seen().is_empty());
}

#[tokio::test]
async fn a_refused_account_is_told_what_to_do_about_it() {
    let delegation = "a super administrator enters";
    let cases = [
        (
            "unauthorized_client",
            "",
            vec![
                delegation,
                USERS,
                "100000000000000000001",
                "Manage domain-wide delegation",
            ],
        ),
        (
            "access_denied",
            "Requested client not authorized.",
            vec![delegation],
        ),
        (
            "invalid_grant",
            "Invalid email or User ID",
            vec![
                "Invalid email or User ID",
                "`subject` (admin@contoso.example)",
                "agrees",
            ],
        ),
        ("invalid_client", "", vec![ACCOUNT, "enabled"]),
    ];
    for (code, description, words) in cases {
        let world = world(move |_| {
            let body = json!({ "error": code, "error_description": description });
            Response::new(401, body.to_string())
                .with_header("date", "Sat, 21 Nov 2026 12:00:02 GMT")
        });
        let slot = world.slot(Some("admin@contoso.example"));
        let error = slot.exchange(wanting(&[USERS])).await.unwrap_err();
        assert_eq!(error.kind(), "sign-in");
        let text = error.to_string();
        for word in words {
            assert!(text.contains(word), "{code}: {word}: {text}");
        }
        assert!(!text.contains(GROUPS), "{text}");
    }
}

#[tokio::test]
async fn clocks_that_differ_are_told_by_how_much() {
    for (date, words) in [
        (
            "Sat, 21 Nov 2026 13:10:00 GMT",
            "clock is 4200 s behind theirs",
        ),
        (
            "Sat, 21 Nov 2026 11:50:00 GMT",
            "clock is 600 s ahead of theirs",
        ),
        ("yesterday", "whether this machine's clock is right"),
    ] {
        let world = world(move |_| {
            let body = json!({
                "error": "invalid_grant",
                "error_description": "Invalid JWT: Token must be a short-lived token (60 minutes).",
            });
            Response::new(400, body.to_string()).with_header("date", date)
        });
        let error = world
            .slot(None)
            .exchange(wanting(&[USERS]))
            .await
            .unwrap_err();
        let text = error.to_string();
        assert!(text.contains(words), "{date}: {text}");
        assert!(text.contains("`subject` has to be set"), "{text}");
    }
}

#[tokio::test]
async fn an_assertion_that_comes_back_in_an_error_is_not_shown() {
    let world = world(|sent| {
        let sent = form(sent)["assertion"].clone();
        let body =
            json!({ "error": "invalid_grant", "error_description": format!("Bad {sent} x") });
        Response::new(400, body.to_string())
    });
    let error = world.slot(None).exchange(wanting(&[])).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("invalid_grant: Bad *** x; look"), "{text}");
    assert!(!text.contains("eyJ"), "{text}");
}

fn without(member: &str) -> String {
    let mut file = key_file();
    file.as_object_mut().unwrap().remove(member);
    file.to_string()
}

fn with(member: &str, value: &str) -> String {
    let mut file = key_file();
    file[member] = value.into();
    file.to_string()
}

#[test]
fn a_key_file_that_does_not_fit_is_told_with_what_to_do() {
    let curve = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let cases = [
        ("hunter2".to_owned(), "it is no JSON object"),
        ("[]".to_owned(), "it is no JSON object"),
        (RSA.pem(), "a private key alone does not say whose it is"),
        (
            key_file().to_string().replace("\"type\"", "\"typ\""),
            "`type` is not `service_account`",
        ),
        (
            json!({ "installed": { "client_secret": "hunter2" } }).to_string(),
            "the secret of an OAuth client",
        ),
        (
            with("type", "authorized_user"),
            "the sign-in of a single user",
        ),
        (with("type", "external_account"), "a workload identity"),
        (
            without("client_email"),
            "`client_email` is missing or empty",
        ),
        (with("client_id", " "), "`client_id` is missing or empty"),
        (without("private_key_id"), "`private_key_id` is missing"),
        (without("private_key"), "`private_key` is missing or empty"),
        (
            with("private_key", "hunter2"),
            "`private_key` cannot be read",
        ),
        (with("private_key", &curve), "`private_key` is no RSA key"),
    ];
    let pem = RSA.pem();
    let inside: Vec<&str> = pem.lines().filter(|line| !line.contains("KEY")).collect();
    for (file, words) in cases {
        let credential = credential(&file, None);
        let error = Sign::with(&credential, None, Some(grant(&idle()))).expect_err(words);
        assert_eq!(error.kind(), "credential", "{error}");
        let text = error.to_string();
        assert!(text.contains(words), "{text}");
        assert!(text.contains("Google Cloud console"), "{text}");
        for shown in [text, format!("{credential:?}")] {
            let is_secret = inside.iter().any(|line| shown.contains(line));
            assert!(!is_secret && !shown.contains("hunter2"), "{shown}");
        }
    }
}

#[test]
fn a_subject_is_an_address() {
    let open = |subject| {
        let credential = credential(&key_file().to_string(), Some(subject));
        Sign::with(&credential, None, Some(grant(&idle()))).map(drop)
    };
    for subject in [
        "",
        "admin",
        "@contoso.example",
        "a@b",
        "a b@c.example",
        "a@b@c.example",
    ] {
        let error: Error = open(subject).unwrap_err();
        assert!(error.to_string().contains("`subject` is not"), "{error}");
    }
    open("admin@contoso.example").unwrap();
    // Without a token endpoint nothing can be signed in to.
    let credential = credential(&key_file().to_string(), None);
    let error = Sign::with(&credential, None, None).unwrap_err();
    assert!(error.to_string().contains("no token endpoint"), "{error}");
}
