//! Every result code but 0 ends a listing; what it says helps.

use attune_plugin::provider::script::{begin, failed, json};
use attune_plugin::provider::{Goal, LdapPage, Reply};

use super::{BASE, code, listed, options, run, someone};
use crate::Ldap;

fn ended_with(result: u32, diagnostic: &str) -> attune_plugin::provider::script::Transcript {
    run::<Ldap>(&options(), begin(Goal::Everyone, &[]), |request| {
        code(request, result, diagnostic)
    })
}

#[test]
fn no_code_but_zero_completes() {
    for result in 1..=200 {
        let seen = ended_with(result, "");
        assert_eq!(seen.complete, None, "{result}");
        assert!(!seen.code().is_empty(), "{result}");
    }
}

#[test]
fn known_codes_have_their_problem() {
    for (result, problem) in [
        (3, "bad-answer"),
        (4, "bad-answer"),
        (8, "sign-in"),
        (11, "bad-answer"),
        (12, "unsupported"),
        (32, "options"),
        (49, "sign-in"),
        (50, "permission"),
        (51, "unavailable"),
        (53, "sign-in"),
    ] {
        assert_eq!(ended_with(result, "").code(), problem, "{result}");
    }
    let first_bind = "000004DC: LdapErr: a successful bind must be completed\0";
    assert_eq!(ended_with(1, first_bind).code(), "sign-in");
}

#[test]
fn a_list_cut_at_the_size_limit_is_a_problem_even_with_people_in_it() {
    let seen = run::<Ldap>(&options(), begin(Goal::Everyone, &[]), |request| {
        Reply::Ldap(LdapPage {
            id: request.id(),
            code: 4,
            diagnostic: "Size limit exceeded".to_owned(),
            entries: vec![someone("ada")],
            cookie: Vec::new(),
        })
    });
    assert_eq!(seen.complete, None);
    assert!(seen.people.is_empty());
    let message = seen.problem.unwrap().message;
    for part in ["cut the list", "Size limit exceeded", "raise the size"] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn a_missing_base_is_named() {
    let problem = ended_with(32, "").problem.unwrap();
    assert_eq!(problem.at, "base");
    assert!(problem.message.contains(BASE));
}

#[test]
fn every_failure_has_its_code() {
    for (kind, problem) in [
        ("connect", "unavailable"),
        ("tls", "unavailable"),
        ("timeout", "unavailable"),
        ("sign-in", "sign-in"),
        ("paging-lost", "paging-lost"),
        ("too-large", "bad-answer"),
    ] {
        let seen = run::<Ldap>(&options(), begin(Goal::Everyone, &[]), |request| {
            failed(request, kind)
        });
        assert_eq!((seen.code(), seen.complete), (problem, None));
    }
}

#[test]
fn a_failure_on_a_later_page_ends_the_listing() {
    let mut first = true;
    let seen = run::<Ldap>(&options(), begin(Goal::Everyone, &[]), |request| {
        if std::mem::take(&mut first) {
            super::page(request, vec![someone("ada")], b"1")
        } else {
            failed(request, "timeout")
        }
    });
    assert_eq!((seen.code(), seen.complete), ("unavailable", None));
    assert_eq!(listed(&[], &[(vec![], b"")]).complete, Some(0));
}

#[test]
fn an_http_answer_is_no_page() {
    let seen = run::<Ldap>(&options(), begin(Goal::Everyone, &[]), |request| {
        json(request, 200, r#"{"value":[]}"#)
    });
    assert_eq!((seen.code(), seen.complete), ("bad-answer", None));
}
