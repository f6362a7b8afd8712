//! Every recorded and documented answer of Graph, through the component.
//!
//! The table names each file of the folder; a file that is not in it fails the test, so that none
//! is passed over.

use std::collections::BTreeSet;
use std::fs;

use attune_wasm::provider::Goal;

use super::component::{Outcome, Question, asked, converse};
use super::reference;

const GROUP: &str = "11111111-2222-3333-4444-555555555555";

/// What a body is an answer to.
#[derive(Clone, Copy, Debug)]
enum As {
    /// A page of everyone; an empty one follows where it leads on.
    Page,
    /// A single user.
    User,
    /// The groups of that name.
    Groups,
    /// The groups of a user.
    MemberOf,
    /// A page of members, who then exist.
    Members,
    /// A page of everyone, refused.
    Refused(u16),
    /// Nothing that this adapter asks for.
    Foreign,
}

/// File, what it answers, people delivered, and the code of the problem.
const ANSWERS: [(&str, As, usize, &str); 23] = [
    ("02-list-endswith-count", As::Page, 1, ""),
    ("04-list-assigned-licenses", As::Page, 2, ""),
    // Documents leave out what the page is not about; a user without an id is no user.
    ("06-get-select", As::User, 0, "bad-answer"),
    ("08-delta-select", As::Page, 0, "bad-answer"),
    ("10-delta-walk-1-nextlink", As::Page, 2, ""),
    ("12-delta-walk-3-deltalink", As::Page, 2, ""),
    ("14-delta-walk-5-deltalink-removed", As::Page, 2, ""),
    ("16-manager-expand-levels-max", As::User, 1, ""),
    ("18-transitivememberof-2", As::MemberOf, 1, ""),
    ("20-photo-metadata-1", As::Foreign, 0, ""),
    ("22-group-list", As::Groups, 0, "options"),
    ("24-directoryobjects-getbyids", As::Page, 2, ""),
    ("26-error-generic", As::Refused(400), 0, "options"),
    (
        "28-error-count-not-supported",
        As::Refused(400),
        0,
        "options",
    ),
    ("30-error-unsupported-query", As::Refused(400), 0, "options"),
    ("32-token-success", As::Foreign, 0, ""),
    ("34-list-default-two-users", As::Page, 2, ""),
    ("36-get-schema-extension", As::User, 0, "bad-answer"),
    (
        "38-get-custom-security-attributes-null",
        As::User,
        0,
        "bad-answer",
    ),
    ("40-list-directory-extensions", As::Page, 1, ""),
    ("44-recorded-group-members", As::Members, 1, ""),
    (
        "46-recorded-group-members-cast-user-count",
        As::Members,
        1,
        "",
    ),
    ("48-fixture-users-page2-last", As::Page, 2, ""),
];

fn body(name: &str) -> Vec<u8> {
    fs::read(reference("examples/entra").join(format!("{name}.json"))).unwrap()
}

/// Holds the conversation in which this body is an answer.
fn played(body: &[u8], role: As) -> Outcome {
    let empty = || (200, br#"{"value":[]}"#.to_vec());
    let somebody = || vec!["somebody@contoso.example".to_owned()];
    match role {
        As::Page | As::Refused(_) => {
            let mut answers = vec![(
                if let As::Refused(s) = role { s } else { 200 },
                body.to_vec(),
            )];
            let question = Question::new(Goal::Everyone, &["displayName"]);
            converse(question, |_| answers.pop().unwrap_or_else(empty))
        }
        As::User => {
            let question = Question::new(Goal::People(somebody()), &["manager.displayName"]);
            converse(question, |_| (200, body.to_vec()))
        }
        As::Groups => {
            let mut question = Question::new(Goal::Everyone, &[]);
            question.groups = vec!["Golf".to_owned()];
            converse(question, |_| (200, body.to_vec()))
        }
        As::MemberOf => {
            let mut question = Question::new(Goal::People(somebody()), &[]);
            question.groups = vec![GROUP.to_owned()];
            converse(question, |request| {
                if asked(request).contains("transitiveMemberOf") {
                    (200, body.to_vec())
                } else {
                    (
                        200,
                        br#"{"id":"00000000-0000-4000-8000-000000000001"}"#.to_vec(),
                    )
                }
            })
        }
        As::Members => {
            let mut question = Question::new(Goal::Everyone, &["displayName"]);
            question.groups = vec![GROUP.to_owned()];
            // The members' own page says as much about them as these tests ask for.
            converse(question, |_| (200, body.to_vec()))
        }
        As::Foreign => Outcome::default(),
    }
}

#[test]
fn every_answer_of_the_folder_is_in_the_table() {
    let files = fs::read_dir(reference("examples/entra")).unwrap();
    let files: BTreeSet<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".meta.json"))
        .collect();
    let known: BTreeSet<String> = ANSWERS
        .iter()
        .map(|(name, ..)| format!("{name}.json"))
        .collect();
    assert_eq!(files, known);
}

#[test]
fn every_answer_is_read_for_what_it_is() {
    for (name, role, people, code) in ANSWERS {
        let outcome = played(&body(name), role);
        let problem = &outcome.problem;
        assert_eq!(outcome.people.len(), people, "{name}: {problem:?}");
        assert_eq!(outcome.code(), code, "{name}: {problem:?}");
        let completes = code.is_empty() && !matches!(role, As::Foreign);
        assert_eq!(outcome.complete.is_some(), completes, "{name}");
        for (person, document) in &outcome.people {
            let is_object = document.starts_with('{') && document.ends_with('}');
            assert!(is_object || document.is_empty(), "{name}: {}", person.key);
        }
    }
}

#[test]
fn no_answer_that_is_cut_completes() {
    for (name, role, ..) in ANSWERS {
        let body = body(name);
        let length = body.trim_ascii_end().len();
        // A hundred places each, the last bytes among them.
        let places = (0..length).step_by(length / 90 + 1);
        for end in places.chain(length.saturating_sub(10)..length) {
            let outcome = played(&body[..end], role);
            assert_eq!(outcome.complete, None, "{name}, {end} of {length} bytes");
        }
    }
}

#[test]
fn a_next_link_is_asked_for_letter_by_letter() {
    let outcome = played(&body("10-delta-walk-1-nextlink"), As::Page);
    assert_eq!(
        asked(&outcome.requests[1]),
        "https://graph.microsoft.com/v1.0/users/delta?$skiptoken=oEBwdSP6uehIAxQOWq_3Ksh_\
         TLol6KIm3stvdc6hGhZRi1hQ7Spe__dpvm3U4zReE4CYXC2zOtaKdi7KHlUtC2CbRiBIUwOxPKLa"
    );
}

#[test]
fn the_manager_of_a_single_user_is_a_relation() {
    let outcome = played(&body("16-manager-expand-levels-max"), As::User);
    let relations = &outcome.people[0].0.relations;
    assert_eq!(relations.len(), 1);
    assert_eq!(
        (relations[0].role.as_str(), relations[0].name.as_str()),
        ("manager", "7d54cb02-aaa3-4016-9f9c-a4b49422dd9b")
    );
}

#[test]
fn a_member_of_the_group_is_in_scope() {
    let outcome = played(&body("18-transitivememberof-2"), As::MemberOf);
    assert_eq!(outcome.people[0].0.in_scope, Some(true));
    assert_eq!(outcome.keys(), ["00000000-0000-4000-8000-000000000001"]);
    assert!(outcome.absent.is_empty());
}
