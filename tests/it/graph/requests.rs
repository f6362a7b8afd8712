//! Every kind of request that the component makes, checked by Prism over the published description.
//!
//! One thing the description cannot say: its `$expand` is a list of bare names, while Graph's own
//! documentation (user: list manager) and recorded traffic have `manager($select=id)`, which spares
//! the whole manager with every person. The options in parentheses are checked here, the rest by
//! Prism.

use attune_wasm::provider::{Goal, HttpRequest};

use super::component::{Answer, Question, asked, converse};
use super::prism::Prism;

const ADA: &str = "00000000-0000-4000-8000-000000000001";
const BEN: &str = "00000000-0000-4000-8000-000000000002";
const EXPANDED: &str = "manager($select=id)";

fn of(names: &[&str]) -> Goal {
    Goal::People(names.iter().map(ToString::to_string).collect())
}

fn filtered(mut question: Question, options: &'static str) -> Question {
    question.options = options;
    question
}

fn grouped(mut question: Question) -> Question {
    question.groups = vec!["Sales".to_owned(), ADA.to_owned()];
    question
}

/// One question for each way through the adapter.
fn questions() -> Vec<Question> {
    const PLAIN: &str = r#"{"tenant":"t.example","filter":"accountEnabled eq true"}"#;
    const ADVANCED: &str = r#"{"tenant":"t.example","filter":"userType ne 'Guest'"}"#;
    let wanted = [
        "department",
        "manager.displayName",
        "onPremisesExtensionAttributes.extensionAttribute1",
        "employeeOrgData.costCenter",
        "otherMails[0]",
    ];
    let single = ["aboutMe", "skills", "mailboxSettings.timeZone"];
    let names = [
        ADA,
        "ada@contoso.example",
        "ada_fabrikam.example#EXT#@contoso.example",
        "$ada@contoso.example",
        "o'ada",
        "a/b?c&d=e%f@contoso.example",
    ];
    vec![
        Question::new(Goal::Everyone, &wanted),
        Question::new(Goal::Everyone, &single),
        filtered(Question::new(Goal::Everyone, &wanted), PLAIN),
        filtered(Question::new(Goal::Everyone, &wanted), ADVANCED),
        grouped(Question::new(Goal::Everyone, &wanted)),
        Question::new(of(&names), &wanted),
        Question::new(of(&[ADA, BEN]), &wanted),
        Question::new(of(&names), &single),
        filtered(Question::new(of(&[ADA, BEN, "ada"]), &wanted), ADVANCED),
        grouped(Question::new(of(&[ADA, BEN, "ada"]), &wanted)),
        Question::new(Goal::Probe, &wanted),
        Question::new(Goal::Discover(5), &[]),
    ]
}

/// Answers so that every step of a conversation is reached: Ada exists, Ben is missing from lists,
/// names are nobody's at first.
fn directory(request: &HttpRequest) -> Answer {
    let path = asked(request);
    let list = |value: &str| (200, format!(r#"{{"value":[{value}]}}"#).into_bytes());
    let ada = format!(r#"{{"id":"{ADA}"}}"#);
    if path.starts_with("/v1.0/groups?") {
        return list(&format!(r#"{{"id":"{BEN}"}}"#));
    }
    if path.contains("/transitiveMember") || path.starts_with("/v1.0/users?") {
        let is_nobody = path.contains("userPrincipalName%20eq") && path.contains("userType");
        return if is_nobody { list("") } else { list(&ada) };
    }
    if path.contains(ADA) || path.contains(BEN) {
        return (200, ada.into_bytes());
    }
    let error = r#"{"error":{"code":"Request_ResourceNotFound","message":""}}"#;
    (404, error.as_bytes().to_vec())
}

#[test]
fn every_request_is_legal_by_the_published_description() {
    let mut requests: Vec<HttpRequest> = Vec::new();
    for question in questions() {
        let outcome = converse(question, directory);
        assert!(outcome.complete.is_some(), "{:?}", outcome.problem);
        requests.extend(outcome.requests);
    }
    // What the conversations must have reached.
    for part in [
        "/v1.0/users?$select=",
        "/v1.0/users/",
        "%23EXT%23",
        "id%20in%20(",
        "mail%20eq%20'o''ada'",
        "$count=true",
        "/v1.0/groups?$filter=displayName%20eq%20'Sales'",
        "/transitiveMembers/microsoft.graph.user?",
        "/transitiveMemberOf/microsoft.graph.group?",
        EXPANDED,
    ] {
        assert!(requests.iter().any(|r| asked(r).contains(part)), "{part}");
    }
    let prism = Prism::start();
    let mut violations = Vec::new();
    for request in &requests {
        let path = asked(request);
        let described = path
            .strip_prefix("/v1.0")
            .expect("version 1.0")
            .replace(EXPANDED, "manager");
        assert!(!described.contains("($"), "{path}");
        let headers = request.headers.iter();
        let headers = headers.map(|header| (header.name.as_str(), header.value.as_str()));
        let status = prism.ask(&described, headers);
        if status != 200 {
            violations.push(format!("{status} {path}"));
        }
    }
    assert!(violations.is_empty(), "{violations:#?}\n{}", prism.log());
    // The checker does check.
    let none = std::iter::empty;
    assert_eq!(prism.ask("/users?$select=id,noSuchThing", none()), 422);
    assert_eq!(prism.ask("/users?$top=many", none()), 422);
    assert_eq!(prism.ask("/people", none()), 404);
}
