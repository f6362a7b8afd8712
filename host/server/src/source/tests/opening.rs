//! What a connector file must give, and how a source signs its requests.

use std::sync::Arc;

use secrecy::ExposeSecret;

use super::{Scripted, converse, everyone, get, needs, spec, turn};
use attune_core::Problem;

use crate::clock::TestClock;
use crate::net::tests::noon;
use crate::net::{Credential, Outside, Response, Script, Secret};
use crate::source::adapter::{Action, EndpointSlot, Event, Fault, Requirements};
use crate::source::{Adapter, Endpoint, Error, Source, SourceSpec};

fn world() -> (Outside, Script) {
    let script = Script::new(|sent| {
        let token = r#"{"access_token":"t1","expires_in":"3599"}"#;
        let is_token = sent.url.path() == "/token";
        Ok(Response::new(200, if is_token { token } else { "{}" }))
    });
    let clock = TestClock::skipping(noon());
    let outside = Outside::with_send(Arc::new(script.clone()), clock, 1);
    (outside, script)
}

fn adapter(needs: Requirements) -> Arc<dyn Adapter> {
    Scripted::adapter(needs, |_, event| {
        Ok(turn(match event {
            Event::Begin { .. } => vec![get(0, "/users")],
            _ => vec![Action::Complete(0)],
        }))
    })
}

fn with_login() -> Requirements {
    let mut needs = needs();
    needs.endpoints.push(EndpointSlot {
        name: "login".to_owned(),
        purpose: "tokens".to_owned(),
        required: true,
        default_url: "https://login.example.com".to_owned(),
        credential: String::new(),
    });
    needs
}

fn open(change: impl FnOnce(&mut SourceSpec)) -> Result<Source, Error> {
    let mut spec = spec(adapter(with_login()), "https://api.example.com/");
    change(&mut spec);
    Source::open(spec, &world().0)
}

fn refusal(change: impl FnOnce(&mut SourceSpec)) -> (String, String) {
    let error = open(change).unwrap_err();
    assert!(error.is_configuration() && !error.is_unreachable());
    (error.code().to_owned(), error.to_string())
}

#[test]
fn what_is_missing_or_unknown_is_named() {
    open(|_| {}).unwrap();
    let (code, text) = refusal(|spec| spec.endpoints.clear());
    assert_eq!(code, "missing-endpoint");
    assert_eq!(text, r#"[source.endpoint] has no "api" (the people)"#);

    let (code, text) = refusal(|spec| {
        spec.endpoints.insert("apo".to_owned(), Endpoint::default());
    });
    assert_eq!(code, "unknown-endpoint");
    assert!(
        text.contains(r#""apo""#) && text.contains(r#""api", "login""#),
        "{text}"
    );

    let bearer = Credential::Bearer {
        token: Secret::from("x"),
    };
    let (code, text) = refusal(|spec| {
        spec.credentials.insert("app".to_owned(), bearer.clone());
    });
    assert_eq!(code, "unfit-credential");
    assert!(
        text.contains(r#""oauth2-client-credentials", "api-token""#),
        "{text}"
    );

    let (code, _) = refusal(|spec| {
        spec.credentials.insert("ap".to_owned(), bearer.clone());
    });
    assert_eq!(code, "unknown-credential");

    let (code, text) = refusal(|spec| {
        let mut needs = with_login();
        needs.credentials[0].required = true;
        spec.adapter = adapter(needs);
    });
    assert_eq!(code, "missing-credential");
    assert!(
        text.contains("[source.credential.app] is missing: an app registration"),
        "{text}"
    );
}

#[test]
fn plain_http_and_bad_files_are_refused_with_their_slot() {
    let set = |url: &str| {
        let url = url.to_owned();
        move |spec: &mut SourceSpec| spec.endpoints.get_mut("api").unwrap().url = url
    };
    let (code, text) = refusal(set("http://api.example.com"));
    assert_eq!(code, "address");
    assert_eq!(text, r#"the endpoint "api" cannot be used"#);
    open(|spec| {
        set("http://api.example.com")(spec);
        spec.allow_http = true;
    })
    .unwrap();
    open(set("http://127.0.0.1:8080/graph")).unwrap();
    refusal(set("ftp://api.example.com"));
}

#[test]
fn directories_want_security_or_the_word() {
    let directory = |url: &str, start_tls: bool, allow_plain: bool| {
        let mut needs = needs();
        needs.endpoints[0].credential = String::new();
        let mut spec = spec(adapter(needs), url);
        spec.start_tls = start_tls;
        spec.allow_plain = allow_plain;
        Source::open(spec, &world().0).map(drop)
    };
    directory("ldaps://ldap.example.com", false, false).unwrap();
    directory("ldap://ldap.example.com:1389", true, false).unwrap();
    directory("ldap://ldap.example.com", false, true).unwrap();
    let error = directory("ldap://ldap.example.com", false, false).unwrap_err();
    assert_eq!(error.code(), "address");
}

#[test]
fn an_empty_password_does_not_bind() {
    let mut needs = needs();
    needs.credentials[0].kinds = vec!["ldap-bind".to_owned()];
    let mut spec = spec(adapter(needs), "ldaps://ldap.example.com");
    let credential = Credential::LdapBind {
        dn: "cn=svc".to_owned(),
        password: Secret::from(""),
    };
    spec.credentials.insert("app".to_owned(), credential);
    let error = Source::open(spec, &world().0).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("empty password"), "{cause}");
}

#[test]
fn refused_options_are_a_configuration_error() {
    struct Picky;
    impl Adapter for Picky {
        fn needs(&self) -> Result<Requirements, Fault> {
            Err(Fault::Problem(Problem {
                code: "options".to_owned(),
                message: "`tenant` is missing".to_owned(),
                at: "tenant".to_owned(),
            }))
        }

        fn advance(&self, _: &[u8], _: f64, _: &Event) -> Result<super::Turn, Fault> {
            panic!("asked")
        }
    }
    let (code, text) = refusal(|spec| spec.adapter = Arc::new(Picky));
    assert_eq!(code, "options");
    assert_eq!(text, "the adapter refuses its options: `tenant` is missing");
}

#[tokio::test]
async fn tokens_come_from_the_login_slot_for_the_configured_address() {
    let (outside, script) = world();
    let mut spec = spec(adapter(with_login()), "https://graph.example.com/");
    let credential = Credential::ClientCredentials {
        client_id: "c".to_owned(),
        client_secret: Secret::from("s"),
    };
    spec.credentials.insert("app".to_owned(), credential);
    let source = Source::open(spec, &outside).unwrap();
    for _ in 0..2 {
        converse(&source, everyone()).await.0.unwrap();
    }
    let seen = script.seen();
    let urls: Vec<&str> = seen.iter().map(|sent| sent.url.as_str()).collect();
    let users = "https://graph.example.com/users";
    assert_eq!(urls, ["https://login.example.com/token", users, users]);
    let form = String::from_utf8_lossy(&seen[0].body).into_owned();
    assert!(
        form.ends_with("&scope=https%3A%2F%2Fgraph.example.com%2F.default"),
        "{form}"
    );
    let (name, value) = seen[1].credential.as_ref().unwrap();
    assert_eq!(
        (name.as_str(), value.expose_secret()),
        ("authorization", "Bearer t1")
    );
}

#[tokio::test]
async fn an_api_token_goes_into_the_adapters_header() {
    let (outside, script) = world();
    let mut spec = spec(adapter(needs()), "https://okta.example.com");
    let credential = Credential::ApiToken {
        token: Secret::from("abc"),
    };
    spec.credentials.insert("app".to_owned(), credential);
    let source = Source::open(spec, &outside).unwrap();
    converse(&source, everyone()).await.0.unwrap();
    let (name, value) = script.seen()[0].credential.clone().unwrap();
    assert_eq!(
        (name.as_str(), value.expose_secret()),
        ("x-key", "SSWS abc")
    );
}
