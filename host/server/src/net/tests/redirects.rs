//! Redirects: told as what they are, followed by nobody, and no cookie is sent back.

use super::{Listener, outside, reply, slot};
use crate::net::{Credential, Grant, Method, Request, Secret, Sign, Slot, SlotSpec};

const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

/// Answers everything with a redirect of that status to that place, and a cookie.
async fn redirecting(status: u16, place: &str) -> Listener {
    let place = place.to_owned();
    Listener::start(move |_, request| {
        assert!(!request.headers().contains_key("cookie"));
        reply(status, &[("location", &place), ("set-cookie", "a=b")], "")
    })
    .await
}

#[tokio::test]
async fn ten_redirects_to_the_own_and_to_another_origin_are_not_followed() {
    let there = Listener::start(|_, _| reply(200, &[], "")).await;
    let (outside, _) = outside();
    for status in STATUSES {
        for place in ["/elsewhere", &there.url()] {
            let here = redirecting(status, place).await;
            let credential = Credential::Bearer {
                token: Secret::from("t0ken"),
            };
            let spec = SlotSpec {
                address: here.url(),
                sign: Sign::with(&credential, None, None).unwrap(),
                ..SlotSpec::default()
            };
            let slot = Slot::open(&outside, spec).unwrap();
            let read = slot.exchange(Request::get("/users")).await.unwrap();
            let write = Request::write(Method::Post, "/users").with_body("text/plain", "x");
            let wrote = slot.exchange(write).await.unwrap();
            assert_eq!((read.status, wrote.status), (status, status));
            let told = if place == "/elsewhere" {
                "another page".to_owned()
            } else {
                there.url()
            };
            assert_eq!(read.redirect(), Some(told));
            assert_eq!(here.seen(), ["GET /users", "POST /users"]);
        }
    }
    assert_eq!(there.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn a_login_that_redirects_gets_no_secret_sent_on_and_is_told_so() {
    let there = Listener::start(|_, _| reply(200, &[], "{\"access_token\":\"stolen\"}")).await;
    let api = Listener::start(|_, _| reply(200, &[], "")).await;
    let (outside, _) = outside();
    for status in STATUSES {
        let place = format!("{}/token?from=here", there.url());
        let login = redirecting(status, &place).await;
        let credential = Credential::ClientCredentials {
            client_id: "client-1".to_owned(),
            client_secret: Secret::from("hunter2"),
        };
        let grant = Grant {
            login: slot(&outside, &login.url()),
            path: "/token".to_owned(),
            scopes: Vec::new(),
            audience: String::new(),
            parameters: Vec::new(),
        };
        let spec = SlotSpec {
            address: api.url(),
            sign: Sign::with(&credential, None, Some(grant)).unwrap(),
            ..SlotSpec::default()
        };
        let slot = Slot::open(&outside, spec).unwrap();
        let error = slot.exchange(Request::get("/users")).await.unwrap_err();
        assert_eq!(error.kind(), "sign-in");
        let expected = format!(
            "signing in at {} failed: it redirects to {} and no redirect is followed: correct the \
             address",
            login.url(),
            there.url()
        );
        assert_eq!(error.to_string(), expected);
    }
    assert_eq!((api.seen().len(), there.seen().len()), (0, 0));
}

#[tokio::test]
async fn a_place_that_cannot_be_read_is_no_secret_leak_and_no_failure() {
    let places = [
        "",
        "//",
        "javascript:x",
        "http://u:hunter2@127.0.0.1:9/x?code=hunter2",
        "%%%",
    ];
    for place in places {
        let here = redirecting(302, place).await;
        let (outside, _) = outside();
        let answer = slot(&outside, &here.url())
            .exchange(Request::get("/"))
            .await;
        let told = answer.unwrap().redirect().unwrap();
        assert!(!told.contains("hunter2"), "{told}");
    }
}
