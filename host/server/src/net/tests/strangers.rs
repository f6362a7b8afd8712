//! Links to pictures: where they may lead, what is sent with them, what is taken from them.

use std::sync::Arc;

use super::{Listener, noon, outside, reply};
use crate::clock::TestClock;
use crate::net::{Error, Names, Options, Outside, Strangers};

const MOST: usize = 1000;

fn to(hosts: &[&str]) -> Strangers {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    Strangers::open(&outside().0, &hosts, false).unwrap()
}

async fn refused(strangers: &Strangers, link: &str) -> String {
    match strangers.picture(link, MOST).await {
        Err(error @ Error::Refused { .. }) => error.to_string(),
        other => panic!("{link}: {other:?}"),
    }
}

#[tokio::test]
async fn a_picture_comes_from_a_named_host_without_any_credential() {
    let there = Listener::start(|_, request| {
        for name in ["authorization", "cookie", "referer"] {
            assert!(!request.headers().contains_key(name), "{name}");
        }
        reply(200, &[("content-type", "image/png")], "\u{89}PNG")
    })
    .await;
    let link = format!("{}/p.png?size=1#top", there.url());
    let bytes = to(&["127.0.0.1"]).picture(&link, MOST).await.unwrap();
    assert_eq!(bytes.as_ref(), "\u{89}PNG".as_bytes());
    assert_eq!(there.seen(), ["GET /p.png?size=1"]);
}

#[tokio::test]
async fn private_addresses_are_refused_however_they_are_written_and_nothing_is_sent() {
    let strangers = to(&[]);
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "2130706433",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fc00::1]",
        "0.0.0.0",
        "[::]",
        "224.0.0.1",
        "198.18.0.1",
        "100.100.100.200",
        "[64:ff9b::a00:1]",
        "[2002:7f00:1::]",
        "240.0.0.1",
        "255.255.255.255",
    ] {
        refused(&strangers, &format!("https://{host}/p.png")).await;
    }
}

#[tokio::test]
async fn a_name_that_leads_into_a_private_network_is_refused_where_the_connection_is_made() {
    let clock = TestClock::skipping(noon());
    for address in [
        "10.1.2.3",
        "127.0.0.1",
        "169.254.169.254",
        "192.168.0.9",
        "fd12::1",
    ] {
        let options = Options {
            names: Names::of(move |_| Ok(vec![address.parse().unwrap()])),
            ..Options::default()
        };
        let outside = Outside::open(options, Arc::<TestClock>::clone(&clock), 7).unwrap();
        let strangers = Strangers::open(&outside, &[], false).unwrap();
        for host in ["pictures.example.com", "localhost"] {
            let answer = strangers
                .picture(&format!("https://{host}/p.png"), MOST)
                .await;
            assert!(
                matches!(answer, Err(Error::Astray { .. })),
                "{host} {address}: {answer:?}"
            );
        }
    }
}

#[tokio::test]
async fn only_the_web_over_tls_and_only_named_hosts_where_any_are_named() {
    let any = to(&[]);
    for link in [
        "http://pictures.example.com/p.png",
        "ftp://pictures.example.com/p.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "//pictures.example.com/p.png",
        "p.png",
        "",
        "https://jane:secret@pictures.example.com/p.png",
        "https://pictures.example.com/\u{0}",
        "ldap://127.0.0.1/",
        "javascript:alert(1)",
    ] {
        let told = refused(&any, link).await;
        assert!(!told.contains("secret"), "{told}");
    }
    let named = to(&["pictures.example.com"]);
    for link in [
        "https://elsewhere.example.com/p.png",
        "https://pictures.example.com.evil.example/p",
    ] {
        assert!(refused(&named, link).await.contains("picture-hosts"));
    }
    assert!(
        refused(&named, "http://pictures.example.com/p.png")
            .await
            .contains("allow-http")
    );
}

#[tokio::test]
async fn redirects_pages_and_errors_are_no_pictures() {
    let strangers = to(&["127.0.0.1"]);
    let inside = Listener::start(|_, _| reply(200, &[("content-type", "image/png")], "x")).await;
    for status in [301, 302, 303, 307, 308] {
        let place = inside.url();
        let there = Listener::start(move |_, _| reply(status, &[("location", &place)], "")).await;
        let told = refused(&strangers, &there.url()).await;
        assert!(told.contains("redirect"), "{told}");
    }
    assert_eq!(inside.seen(), Vec::<String>::new());
    for kind in ["text/html; charset=utf-8", "application/json", "text/plain"] {
        let there = Listener::start(move |_, _| reply(200, &[("content-type", kind)], "x")).await;
        refused(&strangers, &there.url()).await;
    }
    for status in [404, 410, 500, 429] {
        let there = Listener::start(move |_, _| reply(status, &[], "")).await;
        let answer = strangers.picture(&there.url(), MOST).await;
        assert!(matches!(answer, Err(Error::Status { status: s, .. }) if s == status));
        assert_eq!(there.seen().len(), 1, "asked once");
    }
}

#[tokio::test]
async fn a_picture_that_is_too_large_is_dropped_while_it_comes() {
    let there =
        Listener::start(|_, _| reply(200, &[("content-type", "image/png")], &"x".repeat(MOST + 1)))
            .await;
    let answer = to(&["127.0.0.1"]).picture(&there.url(), MOST).await;
    assert!(matches!(answer, Err(Error::TooLarge { .. })), "{answer:?}");
    let there =
        Listener::start(|_, _| reply(200, &[("content-type", "image/png")], &"x".repeat(MOST)))
            .await;
    assert_eq!(
        to(&["127.0.0.1"])
            .picture(&there.url(), MOST)
            .await
            .unwrap()
            .len(),
        MOST
    );
}
