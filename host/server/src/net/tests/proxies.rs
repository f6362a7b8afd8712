//! The proxy of `[net]`: who goes through it, what it is told, and what is said when it fails. A
//! whole sync through a tunnel is in `tests/cli/proxy.rs`.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::{Listener, noon, reply, slot};
use crate::clock::TestClock;
use crate::net::{
    Base, Credential, Error, Names, Options, Outside, Request, Secret, Sign, Slot, SlotSpec, facts,
};

/// A proxy that gives one answer to every request and hangs up.
struct Refusing {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    _task: JoinSet<()>,
}

impl Refusing {
    async fn start(answer: &'static str) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&heads);
        let mut task = JoinSet::new();
        task.spawn(async move {
            while let Ok((mut stream, _)) = socket.accept().await {
                let mut head = vec![0; 4096];
                let length = stream.read(&mut head).await.unwrap_or(0);
                head.truncate(length);
                log.lock().unwrap().push(String::from_utf8(head).unwrap());
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self {
            address,
            heads,
            _task: task,
        }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn outside(proxy: &str, no_proxy: &[&str]) -> (Outside, Arc<TestClock>) {
    let clock = TestClock::skipping(noon());
    let options = Options {
        proxy: Some(proxy.into()),
        no_proxy: no_proxy.iter().map(|&text| text.to_owned()).collect(),
        names: Names::of(|host| match host {
            "localhost" => Ok(vec![Ipv4Addr::LOCALHOST.into()]),
            _ => Err(ErrorKind::NotFound.into()),
        }),
        ..Options::default()
    };
    let outside = Outside::open(options, Arc::<TestClock>::clone(&clock), 1).unwrap();
    (outside, clock)
}

async fn get(outside: &Outside, address: &str) -> Result<String, Error> {
    let credential = Credential::Bearer {
        token: Secret::from("t0ken"),
    };
    let spec = SlotSpec {
        address: address.to_owned(),
        allow_http: true,
        sign: Sign::with(&credential, None, None).unwrap(),
        ..SlotSpec::default()
    };
    let answer = Slot::open(outside, spec)?
        .exchange(Request::get("/users?$top=1"))
        .await?;
    Ok(String::from_utf8_lossy(&answer.body).into_owned())
}

#[tokio::test]
async fn a_proxy_serves_everything_but_this_machine_and_what_is_excepted() {
    let proxy = Listener::start(|_, _| reply(200, &[], "by proxy")).await;
    let here = Listener::start(|_, _| reply(200, &[], "direct")).await;
    let (outside, _) = outside(&proxy.url(), &["direct.contoso.example"]);
    let body = get(&outside, "http://people.contoso.example")
        .await
        .unwrap();
    assert_eq!(body, "by proxy");
    assert_eq!(
        proxy.seen(),
        ["GET http://people.contoso.example/users?$top=1"]
    );
    let answer = slot(&outside, &here.url())
        .exchange(Request::get("/"))
        .await;
    assert_eq!(&answer.unwrap().body[..], b"direct");
    let by_name = here.url().replace("127.0.0.1", "localhost");
    let answer = slot(&outside, &by_name).exchange(Request::get("/")).await;
    assert_eq!(&answer.unwrap().body[..], b"direct");
    // Nobody knows that name here: the point is that the proxy is not asked.
    let error = get(&outside, "http://direct.contoso.example")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), "dns", "{error}");
    assert_eq!(proxy.seen().len(), 1);
}

#[tokio::test]
async fn a_tunnel_is_asked_for_by_host_and_port_alone() {
    let proxy = Refusing::start("HTTP/1.1 502 Bad Gateway\r\n\r\n").await;
    let address = format!("http://svc:p%40ss@{}", proxy.address);
    let (outside, _) = outside(&address, &[]);
    let error = get(&outside, "https://graph.contoso.example")
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "cannot reach https://graph.contoso.example through the proxy http://{}: it does not \
             lead there",
            proxy.address
        )
    );
    for head in proxy.heads() {
        let lines: Vec<&str> = head.trim_end().lines().collect();
        assert_eq!(lines[0], "CONNECT graph.contoso.example:443 HTTP/1.1");
        let lower = head.to_lowercase();
        assert!(
            lower.contains("proxy-authorization: basic c3zjonbac3m="),
            "{head}"
        );
        assert!(
            !lower.contains("\r\nauthorization") && !lower.contains("t0ken"),
            "{head}"
        );
        assert!(
            !lower.contains("users") && !lower.contains("$top"),
            "{head}"
        );
    }
}

#[tokio::test]
async fn a_proxy_that_is_down_is_named_and_nothing_goes_directly() {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    let (outside, clock) = outside(&format!("http://u:hunter2@{address}"), &[]);
    for target in [
        "https://graph.contoso.example",
        "http://jira.contoso.example",
    ] {
        let error = get(&outside, target).await.unwrap_err();
        assert_eq!(error.kind(), "proxy");
        assert!(error.is_unreachable() && error.is_unsent());
        assert_eq!(
            error.to_string(),
            format!("cannot reach {target} through the proxy http://{address}: connection refused")
        );
    }
    assert!(clock.waits().len() >= 6, "it is tried for ten seconds");
}

#[tokio::test]
async fn a_proxy_that_wants_another_password_is_asked_once() {
    let answer = "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
    for target in [
        "https://graph.contoso.example",
        "http://jira.contoso.example",
    ] {
        let proxy = Refusing::start(answer).await;
        let (outside, _) = outside(&format!("http://u:hunter2@{}", proxy.address), &[]);
        let error = get(&outside, target).await.unwrap_err();
        assert_eq!(error.kind(), "proxy", "{error}");
        let text = error.to_string();
        assert!(
            text.contains("status 407") && text.contains(target),
            "{text}"
        );
        assert!(text.contains(&proxy.address.to_string()) && !text.contains("hunter2"));
        assert_eq!(
            proxy.heads().len(),
            1,
            "another attempt could lock the account"
        );
    }
}

#[tokio::test]
async fn a_check_looks_at_the_proxy_and_says_what_goes_past_it() {
    let proxy = Refusing::start("").await;
    let (outside, _) = outside(&format!("http://u:hunter2@{}", proxy.address), &[]);
    let facts_of = async |address: &str| {
        let base = if address.starts_with("ldap") {
            Base::directory(address).unwrap()
        } else {
            Base::http(address, false).unwrap()
        };
        facts(&base, None, outside.options()).await
    };
    let good = facts_of("https://graph.contoso.example").await;
    let message = format!(
        "reached through the proxy http://{} of [net]",
        proxy.address
    );
    assert_eq!(
        (good.len(), good[0].name, good[0].is_ok),
        (1, "proxy", true)
    );
    assert_eq!(good[0].message, message);
    let directory = facts_of("ldap://127.0.0.1:1").await;
    assert!(
        directory[0]
            .message
            .ends_with("LDAP does not go through the proxy of [net]")
    );

    let dead = Options {
        proxy: Some("http://127.0.0.1:1".into()),
        ..Options::default()
    };
    let base = Base::http("https://graph.contoso.example", false).unwrap();
    let bad = facts(&base, None, &dead).await;
    assert_eq!((bad.len(), bad[0].is_ok), (1, false));
    assert!(bad[0].message.contains("http://127.0.0.1:1"), "{bad:?}");
}
