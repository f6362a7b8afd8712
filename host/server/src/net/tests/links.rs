//! Paths and links that lead away: refused before a packet is sent, seen by a listener.

use super::{Listener, outside, reply, slot};
use crate::net::{Base, Locator, Request};

/// `{here}` is the slot's own host and port, `{port}` its port, `{there}` a listener elsewhere.
const HOSTILE_LINKS: &[&str] = &[
    "http://{there}/",
    "http://{there}",
    "https://{here}/",
    "HTTPS://{here}/",
    "ftp://{here}/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:text/plain,x",
    "//{there}/",
    "//{here}/",
    "///{there}/",
    "/v1/users",
    "\\\\{there}\\",
    "http:/\\{there}/",
    "http:\\\\{there}\\",
    "http:{there}/",
    "http:/{there}/",
    "http:///{there}/",
    "http://{here}@{there}/",
    "http://{here}:80@{there}/",
    "http://user@{here}/",
    "http://user:word@{here}/",
    "http://:@{here}/",
    "http://@{here}/",
    "http://{here}%40{there}/",
    "http://{there}#@{here}/",
    "http://{there}#{here}",
    "http://{there}?@{here}/",
    "http://{there}\\@{here}/",
    "http://{here}\\@{there}/",
    "http://{there}/@{here}/",
    "http://{here}.example.com/",
    "http://{here}.{there}/",
    "http://127.0.0.1/",
    "http://127.0.0.1:1/",
    "http://localhost:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://127.1:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://0x7f.0.0.1:{port}/",
    "http://2130706433:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::1]:{port}/",
    "http://%31%32%37.0.0.1:{port}/",
    "http://127.0.0.1%00:{port}/",
    "http://\u{ff11}27.0.0.1:{port}/",
    "http://127\u{3002}0.0.1:{port}/",
    "http://127.0.0.1:0{port}/",
    "http://127.0.0.1:{port}\t/",
    "http://127.0.0.1\t:{port}/",
    "h\nttp://{there}/",
    "http://{th\r\nere}/",
    " http://{here}/",
    "http://{here}/ ",
    "http://{here}/a b",
    "http://{here}/\r\nHost: {there}",
    "http://{here}/\0",
    "http://{here}/#x",
    "http://{here}\u{2044}x/",
    "http://{here}\u{ff0f}{there}/",
    "http://\u{202e}{here}/",
    "http://{here}:/",
    "http://",
    "",
    "http://{here}{there}/",
    "view-source:http://{here}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://{here},{there}/",
    "http://{here};{there}/",
    "http://{here}&{there}/",
];

const HOSTILE_PATHS: &[&str] = &[
    "",
    "v1/users",
    "//{there}/",
    "/\\{there}/",
    "\\\\{there}/",
    "http://{there}/",
    "http://{here}/",
    "@{there}/",
    ":1/",
    ".example.com/",
    "/a\r\nHost: x",
    "/a b",
    "/a\tb",
    "/\0",
    "/#x",
    "/caf\u{e9}",
    "?x=1",
    "/../admin",
    "/%2e%2e/admin",
    "/v1/../../admin",
    "/./../admin",
];

#[tokio::test]
async fn hostile_links_and_paths_send_no_packet() {
    let here = Listener::start(|_, _| reply(200, &[], "")).await;
    let there = Listener::start(|_, _| reply(200, &[], "")).await;
    let (outside, _) = outside();
    let slot = slot(&outside, &format!("{}/base", here.url()));
    let fill = |pattern: &str| {
        pattern
            .replace("{here}", &here.address.to_string())
            .replace("{port}", &here.address.port().to_string())
            .replace("{there}", &there.address.to_string())
    };
    let links = HOSTILE_LINKS.iter().map(|link| Locator::Link(fill(link)));
    let paths = HOSTILE_PATHS.iter().map(|path| Locator::Path(fill(path)));
    for locator in links.chain(paths) {
        let request = Request {
            locator: locator.clone(),
            ..Request::get("/")
        };
        let refusal = slot
            .exchange(request)
            .await
            .expect_err(&format!("{locator:?}"));
        assert_eq!(refusal.kind(), "request-refused", "{locator:?}");
    }
    let long = Locator::Link(format!("{}/{}", here.url(), "x".repeat(40_000)));
    let request = Request {
        locator: long,
        ..Request::get("/")
    };
    slot.exchange(request).await.unwrap_err();
    assert_eq!((here.seen().len(), there.seen().len()), (0, 0));
    assert!(HOSTILE_LINKS.len() >= 40);
}

#[tokio::test]
async fn good_links_and_paths_arrive_as_they_were_written() {
    let here = Listener::start(|_, _| reply(200, &[], "")).await;
    let (outside, _) = outside();
    let slot = slot(&outside, &format!("{}/base/", here.url()));
    let token = "/v1.0/users?$skiptoken=RFNwdAIAAQ%3d%3d&$expand=manager(%24select%3Did)&a=b@c:d";
    let link = Request {
        locator: Locator::Link(format!("{}{token}", here.url().replace("http", "HTTP"))),
        ..Request::get("/")
    };
    slot.exchange(link).await.unwrap();
    slot.exchange(Request::get("/users/a%2Fb?x='y'"))
        .await
        .unwrap();
    let expected = [
        format!("GET {token}"),
        "GET /base/users/a%2Fb?x=%27y%27".to_owned(),
    ];
    assert_eq!(here.seen(), expected);
}

#[test]
fn an_address_that_cannot_be_used_is_named_without_its_secrets() {
    for (address, allow_http) in [
        ("http://jira.example.com", false),
        ("ldap://jira.example.com", true),
        ("ftp://jira.example.com", true),
        ("jira.example.com", true),
        ("https://svc:hunter2@jira.example.com", true),
        ("https://jira.example.com/?token=hunter2", true),
        ("https://jira.example.com/#hunter2", true),
        ("https://jira.example.com\\x", true),
        ("https://", true),
        ("", true),
    ] {
        let error = Base::http(address, allow_http).expect_err(address);
        assert_eq!(error.kind(), "address", "{address}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
    for (address, allow_http) in [
        ("http://127.0.0.1:8080/jira", false),
        ("http://localhost:8080", false),
        ("http://[::1]:8080", false),
        ("http://jira.example.com", true),
        ("https://jira.example.com/context/", false),
    ] {
        Base::http(address, allow_http).expect(address);
    }
}

#[test]
fn a_default_port_may_be_written_or_not() {
    let base = Base::http("https://graph.example.com", false).unwrap();
    base.admit("https://graph.example.com:443/x").unwrap();
    base.admit("https://GRAPH.example.com/x?y").unwrap();
    base.admit("https://graph.example.com").unwrap();
    base.admit("https://graph.example.com:444/x").unwrap_err();
    base.admit("https://graph.example.com./x").unwrap_err();
    assert_eq!(base.as_text(), "https://graph.example.com");
}
