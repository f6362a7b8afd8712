//! Names that a name server moves to this machine or to where clouds keep their credentials.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Listener, noon, reply};
use crate::clock::TestClock;
use crate::net::ldap::{Bind, Directory, DirectorySpec};
use crate::net::{
    Base, Credential, Names, Options, Outside, Request, Secret, Sign, Slot, SlotSpec, facts,
};

/// A resolver that gives one of these answers after the other, for ever.
fn answers(all: &[&[&str]]) -> Names {
    let parse = |answer: &&[&str]| answer.iter().map(|text| text.parse().unwrap()).collect();
    let all: Vec<Vec<IpAddr>> = all.iter().map(parse).collect();
    let times = AtomicUsize::new(0);
    Names::of(move |_| {
        let nth = times.fetch_add(1, Ordering::SeqCst);
        Ok(all[nth % all.len()].clone())
    })
}

fn outside(names: Names) -> (Outside, Arc<TestClock>) {
    let clock = TestClock::skipping(noon());
    let options = Options {
        names,
        ..Options::default()
    };
    let outside = Outside::open(options, Arc::<TestClock>::clone(&clock), 7).unwrap();
    (outside, clock)
}

fn slot(outside: &Outside, host: &str, port: u16) -> Slot {
    let credential = Credential::Bearer {
        token: Secret::from("t0ken"),
    };
    let spec = SlotSpec {
        address: format!("http://{host}:{port}"),
        allow_http: true,
        sign: Sign::with(&credential, None, None).unwrap(),
        ..SlotSpec::default()
    };
    Slot::open(outside, spec).unwrap()
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_gets_no_connection_in_a_thousand_attempts() {
    let listener = Listener::start(|_, _| reply(200, &[], "")).await;
    let names = answers(&[
        &["127.0.0.1"],
        &["127.0.0.2", "127.0.0.1"],
        &["::ffff:127.0.0.1"],
        &["0.0.0.0"],
        &["169.254.169.254"],
        // A good address beside a bad one helps nobody.
        &["10.255.255.1", "127.0.0.1"],
        &["::1", "127.0.0.1"],
    ]);
    let (outside, clock) = outside(names);
    let slot = slot(&outside, "jira.contoso.example", listener.address.port());
    for _ in 0..1000 {
        let error = slot.exchange(Request::get("/x")).await.unwrap_err();
        assert_eq!(error.kind(), "name-refused", "{error}");
        assert!(error.is_unsent() && error.is_unreachable());
    }
    let error = slot
        .exchange(Request::get("/x"))
        .await
        .unwrap_err()
        .to_string();
    let port = listener.address.port();
    let name = format!("the host name of http://jira.contoso.example:{port} leads to ");
    assert!(
        error.starts_with(&name) && error.ends_with("; nothing was sent"),
        "{error}"
    );
    assert_eq!(listener.seen(), Vec::<String>::new());
    assert!(
        clock.waits().is_empty(),
        "it does not get better by waiting"
    );
}

#[tokio::test]
async fn a_name_that_was_good_once_is_looked_at_again_for_the_next_connection() {
    // The only good name that a test may connect to is localhost; what moves is where it leads.
    let listener = Listener::start(|_, _| reply(200, &[("connection", "close")], "")).await;
    let names = answers(&[&["127.0.0.1"], &["169.254.169.254"], &["10.1.2.3"], &["::"]]);
    let (outside, _) = outside(names);
    let slot = slot(&outside, "localhost", listener.address.port());
    for round in 1..=3 {
        assert_eq!(slot.exchange(Request::get("/x")).await.unwrap().status, 200);
        for _ in 0..3 {
            let error = slot.exchange(Request::get("/x")).await.unwrap_err();
            assert_eq!(error.kind(), "name-refused", "{error}");
        }
        assert_eq!(listener.seen().len(), round);
    }
}

#[tokio::test]
async fn a_directory_that_moves_here_gets_neither_connection_nor_password() {
    let listener = Listener::start(|_, _| reply(200, &[], "")).await;
    let (outside, _) = outside(answers(&[&["127.0.0.1"], &["10.1.2.3", "127.0.0.1"]]));
    let spec = DirectorySpec {
        address: format!(
            "ldap://directory.contoso.example:{}",
            listener.address.port()
        ),
        start_tls: false,
        allow_plain: true,
        ca_file: None,
        bind: Some(Bind {
            dn: "cn=svc".to_owned(),
            password: Secret::from("hunter2"),
        }),
    };
    let directory = Directory::open(&outside, spec).unwrap();
    for _ in 0..10 {
        let error = directory.connect().await.unwrap_err();
        assert_eq!(error.kind(), "name-refused", "{error}");
    }
    assert_eq!(listener.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn a_check_names_the_address_and_what_to_do() {
    let (outside, _) = outside(answers(&[&["127.0.1.1"]]));
    let base = Base::http("https://jira.contoso.example", false).unwrap();
    let facts = facts(&base, None, outside.options()).await;
    let [fact] = facts.as_slice() else {
        panic!("{facts:?}")
    };
    assert_eq!((fact.name, fact.is_ok), ("name", false));
    assert!(
        fact.message
            .contains("leads to 127.0.1.1, which is this machine itself")
    );
    assert!(fact.fix.contains("localhost"), "{fact:?}");
}
