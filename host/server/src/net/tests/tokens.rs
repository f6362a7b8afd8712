//! Tokens by client secret: the form, the cache, renewal, and what is said when it fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;

use super::{noon, slot};
use crate::clock::TestClock;
use crate::net::{
    Credential, Error, Grant, Outgoing, Outside, Request, Response, Script, Secret, Sign, Slot,
    SlotSpec,
};

const SECRET: &str = "s3cret-and+more";

fn client(outside: &Outside) -> Slot {
    let grant = Grant {
        login: slot(outside, "https://login.example.com"),
        path: "/contoso.example/oauth2/v2.0/token".to_owned(),
        scopes: vec!["https://graph.example.com/.default".to_owned()],
        audience: String::new(),
        parameters: vec![("x".to_owned(), "1 2".to_owned())],
    };
    let credential = Credential::ClientCredentials {
        client_id: "client-1".to_owned(),
        client_secret: Secret::from(SECRET),
    };
    let spec = SlotSpec {
        address: "https://graph.example.com".to_owned(),
        sign: Sign::with(&credential, None, Some(grant)).unwrap(),
        ..SlotSpec::default()
    };
    Slot::open(outside, spec).unwrap()
}

struct World {
    clock: Arc<TestClock>,
    script: Script,
    slot: Slot,
}

fn world(answer: impl Fn(&Outgoing) -> Result<Response, Error> + Send + Sync + 'static) -> World {
    let clock = TestClock::at(noon());
    let script = Script::new(answer);
    let outside = Outside::with_send(Arc::new(script.clone()), Arc::<TestClock>::clone(&clock), 1);
    let slot = client(&outside);
    World {
        clock,
        script,
        slot,
    }
}

impl World {
    fn logins(&self) -> Vec<Outgoing> {
        let is_login = |sent: &Outgoing| sent.url.host_str() == Some("login.example.com");
        self.script.seen().into_iter().filter(is_login).collect()
    }

    async fn get(&self) -> Result<Response, Error> {
        self.slot.exchange(Request::get("/v1.0/users")).await
    }
}

fn token(n: usize) -> Response {
    let body = format!(r#"{{"token_type":"Bearer","expires_in":3599,"access_token":"t{n}"}}"#);
    Response::new(200, body)
}

fn header(sent: &Outgoing) -> &str {
    let (name, value) = sent.credential.as_ref().unwrap();
    assert_eq!(name, "authorization");
    secrecy::ExposeSecret::expose_secret(value)
}

#[tokio::test]
async fn one_token_serves_many_and_is_renewed_before_it_ends() {
    let count = AtomicUsize::new(0);
    let world = world(move |sent| match sent.url.host_str() {
        Some("login.example.com") => Ok(token(count.fetch_add(1, Ordering::SeqCst) + 1)),
        _ => Ok(Response::new(200, header(sent).to_owned())),
    });
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let slot = world.slot.clone();
        tasks.spawn(async move { slot.exchange(Request::get("/v1.0/users")).await.unwrap() });
    }
    let bodies = tasks.join_all().await;
    assert!(bodies.iter().all(|answer| &answer.body[..] == b"Bearer t1"));
    let logins = world.logins();
    assert_eq!(logins.len(), 1);
    assert!(logins[0].credential.is_none());
    assert_eq!(logins[0].url.path(), "/contoso.example/oauth2/v2.0/token");
    assert_eq!(
        String::from_utf8_lossy(&logins[0].body),
        "grant_type=client_credentials&client_id=client-1&client_secret=s3cret-and%2Bmore\
         &scope=https%3A%2F%2Fgraph.example.com%2F.default&x=1+2"
    );

    world.clock.advance(Duration::from_secs(3298));
    assert_eq!(&world.get().await.unwrap().body[..], b"Bearer t1");
    world.clock.advance(Duration::from_secs(2));
    assert_eq!(&world.get().await.unwrap().body[..], b"Bearer t2");
}

#[tokio::test]
async fn the_address_of_a_token_endpoint_may_be_whole() {
    let script = Script::new(|sent| match sent.url.host_str() {
        Some("login.example.com") => Ok(token(1)),
        _ => Ok(Response::new(200, "")),
    });
    let outside = Outside::with_send(Arc::new(script.clone()), TestClock::at(noon()), 1);
    for address in [
        "https://login.example.com/oauth2/token",
        "https://login.example.com/token/",
    ] {
        let grant = Grant {
            login: slot(&outside, address),
            path: String::new(),
            scopes: Vec::new(),
            audience: String::new(),
            parameters: Vec::new(),
        };
        let credential = Credential::ClientCredentials {
            client_id: "client-1".to_owned(),
            client_secret: Secret::from(SECRET),
        };
        let spec = SlotSpec {
            address: "https://scim.example.com/v2".to_owned(),
            sign: Sign::with(&credential, None, Some(grant)).unwrap(),
            ..SlotSpec::default()
        };
        let slot = Slot::open(&outside, spec).unwrap();
        slot.exchange(Request::get("/Users")).await.unwrap();
        let seen = script.seen();
        let [.., login, users] = seen.as_slice() else {
            panic!("{seen:?}");
        };
        assert_eq!(login.url.as_str(), address);
        assert_eq!(users.url.as_str(), "https://scim.example.com/v2/Users");
    }
}

#[tokio::test]
async fn a_401_renews_once_and_only_once() {
    let count = AtomicUsize::new(0);
    let world = world(move |sent| match sent.url.host_str() {
        Some("login.example.com") => Ok(token(count.fetch_add(1, Ordering::SeqCst) + 1)),
        _ if header(sent) == "Bearer t1" => Ok(Response::new(401, "")),
        _ if sent.url.path() == "/never" => Ok(Response::new(401, "no")),
        _ => Ok(Response::new(200, "")),
    });
    assert_eq!(world.get().await.unwrap().status, 200);
    assert_eq!(world.logins().len(), 2);
    let never = world.slot.exchange(Request::get("/never")).await.unwrap();
    assert_eq!((never.status, &never.body[..]), (401, &b"no"[..]));
    assert_eq!(world.logins().len(), 3);
}

#[tokio::test]
async fn a_refused_client_is_told_in_one_line_without_the_secret() {
    let world = world(|_| {
        let body = format!(
            "{{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: Invalid \
             client secret {SECRET} provided.\\r\\nTrace ID: 1\",\"error_codes\":[7000215]}}"
        );
        Ok(Response::new(401, body))
    });
    let error = world.get().await.unwrap_err();
    assert_eq!(error.kind(), "sign-in");
    assert_eq!(
        error.to_string(),
        "signing in at https://login.example.com failed: invalid_client: AADSTS7000215: Invalid \
         client secret *** provided."
    );
}

#[tokio::test]
async fn a_secret_is_taken_out_before_a_long_text_is_cut() {
    let world = world(|_| {
        let filler = "x".repeat(290 - "invalid_client: ".len());
        let refusal = serde_json::json!({
            "error": "invalid_client", "error_description": format!("{filler}{SECRET} provided"),
        });
        Ok(Response::new(401, refusal.to_string()))
    });
    let text = world.get().await.unwrap_err().to_string();
    assert!(
        text.ends_with("x*** provid") && !text.contains("s3c"),
        "{text}"
    );
}

#[tokio::test]
async fn what_is_no_token_is_said_so() {
    for (status, body, kind) in [
        (200, "<html>Sign in</html>", "sign-in"),
        (200, r#"{"access_token":""}"#, "sign-in"),
        (200, r#"{"access_token":"a\nb"}"#, "sign-in"),
        (
            200,
            r#"{"access_token":"a","token_type":"DPoP"}"#,
            "sign-in",
        ),
        (400, "nothing readable", "sign-in"),
        (302, "", "sign-in"),
        (500, "", "bad-status"),
    ] {
        let world = world(move |_| Ok(Response::new(status, body)));
        let error = world.get().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{status} {body}");
        assert!(
            world
                .script
                .seen()
                .iter()
                .all(|sent| sent.credential.is_none())
        );
    }
}

#[test]
fn a_kind_that_signs_no_requests_is_told() {
    let credential = Credential::LdapBind {
        dn: "cn=reader".to_owned(),
        password: Secret::from("x"),
    };
    let error = Sign::with(&credential, None, None).unwrap_err();
    assert_eq!(error.kind(), "unsupported");
    assert!(error.to_string().contains("ldap-bind"));
}
