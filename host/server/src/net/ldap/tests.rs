//! Connections to a directory that a test plays, byte by byte.

mod played;

use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpListener;

use played::{Answer, Asked, Played, bound, done, person, referral, result, tlv};

use super::{Bind, Directory, DirectorySpec, Entry, Scope, Search};
use crate::clock::TestClock;
use crate::net::{Error, Options, Outside, Secret};

fn outside() -> Outside {
    let clock = TestClock::skipping(Timestamp::UNIX_EPOCH);
    Outside::open(Options::default(), clock, 1).unwrap()
}

fn directory(address: &str) -> Directory {
    let spec = DirectorySpec {
        address: address.to_owned(),
        start_tls: false,
        allow_plain: true,
        ca_file: None,
        bind: Some(Bind {
            dn: "cn=svc,dc=contoso,dc=example".to_owned(),
            password: Secret::from("hunter2"),
        }),
    };
    Directory::open(&outside(), spec).unwrap()
}

fn search(cookie: &[u8]) -> Search {
    Search {
        base: "dc=contoso,dc=example".to_owned(),
        scope: Scope::Subtree,
        filter: "(objectClass=person)".to_owned(),
        attributes: vec!["cn".to_owned(), "objectGUID".to_owned()],
        binary: Vec::new(),
        page_size: 2,
        cookie: cookie.to_vec(),
    }
}

#[tokio::test]
async fn pages_are_read_with_their_bytes_and_referrals_are_passed_over() {
    let server = Played::start(|_, asked| match asked {
        Asked::Bind { dn, password } => {
            assert_eq!(
                (dn.as_str(), password.as_str()),
                ("cn=svc,dc=contoso,dc=example", "hunter2")
            );
            bound(0, "")
        }
        Asked::Search { cookie } if cookie.is_empty() => Answer::Say(vec![
            person(
                "cn=B",
                &[("cn", &[b"z", b"a"]), ("objectGUID", &[b"\x00\xff"])],
            ),
            referral(),
            done(0, "", b"\x01\x00"),
        ]),
        Asked::Search { cookie } => {
            assert_eq!(cookie, b"\x01\x00");
            Answer::Say(vec![person("cn=C", &[]), done(0, "", b"")])
        }
        Asked::Extended => Answer::HangUp,
    })
    .await;
    let mut connection = directory(&server.url()).connect().await.unwrap();
    let first = connection.search(&search(b"")).await.unwrap();
    assert_eq!((first.code, &first.cookie[..]), (0, &b"\x01\x00"[..]));
    let attributes = vec![
        ("cn".to_owned(), vec![b"z".to_vec(), b"a".to_vec()]),
        ("objectGUID".to_owned(), vec![b"\x00\xff".to_vec()]),
    ];
    assert_eq!(first.entries, [Entry::new("cn=B", attributes)]);
    let last = connection.search(&search(&first.cookie)).await.unwrap();
    assert_eq!((last.entries.len(), last.cookie.len()), (1, 0));
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn a_result_code_is_passed_on_with_the_servers_words() {
    let server = Played::start(|nth, _| match nth {
        1 => bound(0, ""),
        _ => Answer::Say(vec![
            person("cn=A", &[]),
            done(4, "size limit\u{7} of 500", b""),
        ]),
    })
    .await;
    let mut connection = directory(&server.url()).connect().await.unwrap();
    let page = connection.search(&search(b"")).await.unwrap();
    assert_eq!(
        (page.code, page.diagnostic.as_str()),
        (4, "size limit of 500")
    );
}

#[tokio::test]
async fn a_refused_bind_is_a_failed_sign_in_without_the_password() {
    let server = Played::start(|_, _| bound(49, "80090308: AcceptSecurityContext")).await;
    let error = directory(&server.url()).connect().await.unwrap_err();
    assert!(matches!(error, Error::SignIn { .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("result code 49, the name or the password is wrong"),
        "{text}"
    );
    assert!(
        text.contains("80090308") && !text.contains("hunter2"),
        "{text}"
    );
}

#[tokio::test]
async fn a_lost_connection_is_lost_paging() {
    let server = Played::start(|nth, _| match nth {
        1 => bound(0, ""),
        2 => Answer::Say(vec![person("cn=A", &[]), done(0, "", b"next")]),
        _ => Answer::HangUp,
    })
    .await;
    let mut connection = directory(&server.url()).connect().await.unwrap();
    connection.search(&search(b"")).await.unwrap();
    let error = connection.search(&search(b"next")).await.unwrap_err();
    assert_eq!(error.kind(), "paging-lost");
}

#[tokio::test]
async fn what_no_directory_says_is_an_error_and_no_panic() {
    let bad_cookie = [
        result(0x65, 0, ""),
        tlv(
            0xa0,
            &tlv(
                0x30,
                &[tlv(0x04, b"1.2.840.113556.1.4.319"), tlv(0x04, b"x")].concat(),
            ),
        ),
    ]
    .concat();
    let messages = [
        tlv(0x64, b""),
        tlv(0x64, &tlv(0x04, b"\xff\xfe")),
        tlv(0x64, &[tlv(0x04, b"cn=A"), tlv(0x04, b"x")].concat()),
        tlv(0x6e, &tlv(0x04, b"x")),
        tlv(0x65, b""),
        bad_cookie,
        b"\xff\xff\xff\xff".to_vec(),
    ];
    for message in messages {
        let sent = message.clone();
        let server = Played::start(move |nth, _| match nth {
            1 => bound(0, ""),
            2 => Answer::Say(vec![message.clone()]),
            _ => Answer::HangUp,
        })
        .await;
        let mut connection = directory(&server.url()).connect().await.unwrap();
        let query = search(b"");
        let answer = tokio::time::timeout(Duration::from_secs(5), connection.search(&query));
        match answer.await {
            Ok(page) => {
                page.expect_err(&format!("{sent:x?}"));
            }
            // Half a message: more could come, and the idle limit of 30 s ends it.
            Err(_) => assert_eq!(sent[0], 0xff),
        }
    }
}

#[tokio::test]
async fn a_filter_that_is_none_sends_nothing() {
    let server = Played::start(|_, _| bound(0, "")).await;
    let mut connection = directory(&server.url()).connect().await.unwrap();
    let query = Search {
        filter: "(cn=*".to_owned(),
        ..search(b"")
    };
    let error = connection.search(&query).await.unwrap_err();
    assert_eq!(error.kind(), "request-refused");
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_server_without_tls_gets_no_password() {
    let server = Played::start(|_, _| Answer::Say(vec![result(0x78, 2, "no TLS here")])).await;
    let with = |address: String, start_tls| {
        let spec = DirectorySpec {
            address,
            start_tls,
            allow_plain: false,
            ..DirectorySpec::of(&directory(&server.url()))
        };
        Directory::open(&outside(), spec).unwrap()
    };
    let error = with(server.url(), true).connect().await.unwrap_err();
    assert_eq!(error.kind(), "tls", "{error}");
    assert!(error.to_string().contains("no TLS here"), "{error}");
    let secure = server.url().replace("ldap://", "ldaps://");
    let error = with(secure, false).connect().await.unwrap_err();
    assert_eq!(error.kind(), "tls", "{error}");
    let passwords = server.asked();
    assert!(
        passwords
            .iter()
            .all(|asked| matches!(asked, Asked::Extended)),
        "{passwords:?}"
    );
}

#[tokio::test]
async fn nobody_there_is_said_within_ten_seconds() {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ldap://{}", socket.local_addr().unwrap());
    drop(socket);
    let error = directory(&address).connect().await.unwrap_err();
    assert_eq!(error.kind(), "connect");
    assert!(error.to_string().ends_with("connection refused"), "{error}");
}

impl DirectorySpec {
    fn of(directory: &Directory) -> Self {
        Self {
            address: directory.base.as_text().to_owned(),
            start_tls: false,
            allow_plain: true,
            ca_file: None,
            bind: directory.bind.clone(),
        }
    }
}
