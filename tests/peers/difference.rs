//! In what two requests differ, field by field: method, path, query, body, kind of content, XSRF
//! header, credential.
//!
//! A difference is a line of text (`query maxResults 1000 | 50`: ours, then theirs), so that a table
//! of the expected ones can be read and compared. Queries and forms are sets of pairs, JSON is JSON;
//! a token of a session counts as equal to another one.
//!
//! Deliberately not here: which differences are right (`clients_table`).

use std::collections::{BTreeMap, BTreeSet};

use attune_sim::log::Record;
use serde_json::Value;
use url::form_urlencoded;

/// What stands in a field that a request does not have.
const ABSENT: &str = "-";
/// Fields whose value belongs to a session, not to the request.
const OF_A_SESSION: [&str; 1] = ["atl_token"];

/// Pairs of a query, a form or a JSON object; a name may come several times.
type Pairs = BTreeMap<String, BTreeSet<String>>;

/// A body, by what is in it.
#[derive(Debug, PartialEq)]
enum Body {
    Nothing,
    Form(Pairs),
    Object(Pairs),
    Json(Value),
    Text(String),
}

/// All differences; none where the two are equal.
pub(crate) fn between(ours: &Record, theirs: &Record) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |what: &str, one: &str, other: &str| {
        if one != other {
            found.push(format!("{what} {one} | {other}"));
        }
    };
    compare("method", &ours.method, &theirs.method);
    compare("path", &ours.path, &theirs.path);
    let has_body = !ours.body.is_empty() || !theirs.body.is_empty();
    if has_body {
        let kind = |record: &Record| record.header("content-type").unwrap_or(ABSENT).to_owned();
        compare("content-type", &kind(ours), &kind(theirs));
    }
    let is_write = !matches!(ours.method.as_str(), "GET" | "HEAD");
    if let (true, Some(token)) = (is_write, theirs.header("x-atlassian-token")) {
        let mine = ours.header("x-atlassian-token").unwrap_or(ABSENT);
        compare("x-atlassian-token", mine, token);
    }
    let (mine, other) = (credential(ours), credential(theirs));
    if mine != other && scheme(mine) == scheme(other) {
        compare("credential", "one", "another");
    }
    compare("credential", scheme(mine), scheme(other));
    compare("answer", &answer(ours.status), &answer(theirs.status));
    by_name(
        "query",
        &pairs(&ours.query),
        &pairs(&theirs.query),
        &mut found,
    );
    bodies(&body(ours), &body(theirs), &mut found);
    found
}

/// Pages answer what they take with a redirect, and what they refuse with themselves.
fn answer(status: u16) -> String {
    match status {
        300..400 => "redirect".to_owned(),
        400.. => status.to_string(),
        _ => "success".to_owned(),
    }
}

fn credential(record: &Record) -> &str {
    record.header("authorization").unwrap_or(ABSENT)
}

fn scheme(credential: &str) -> &str {
    credential.split(' ').next().unwrap_or(credential)
}

fn pairs(encoded: &str) -> Pairs {
    let mut pairs = Pairs::new();
    for (name, value) in form_urlencoded::parse(encoded.as_bytes()) {
        let is_token = OF_A_SESSION.contains(&name.as_ref());
        let value = if is_token { "of the session" } else { &*value };
        let values = pairs.entry(name.clone().into_owned()).or_default();
        values.insert(value.to_owned());
    }
    pairs
}

fn body(record: &Record) -> Body {
    let kind = record.header("content-type").unwrap_or_default();
    if record.body.is_empty() {
        return Body::Nothing;
    }
    match serde_json::from_str(&record.body) {
        Ok(Value::Object(members)) => {
            let member = |(name, value): (String, Value)| (name, [value.to_string()].into());
            Body::Object(members.into_iter().map(member).collect())
        }
        Ok(value) => Body::Json(value),
        Err(_) if kind.starts_with("application/x-www-form-urlencoded") => {
            Body::Form(pairs(&record.body))
        }
        Err(_) => Body::Text(record.body.clone()),
    }
}

fn bodies(ours: &Body, theirs: &Body, found: &mut Vec<String>) {
    match (ours, theirs) {
        (Body::Form(one), Body::Form(other)) | (Body::Object(one), Body::Object(other)) => {
            by_name("body", one, other, found);
        }
        (one, other) if one == other => {}
        (Body::Json(one), Body::Json(other)) => found.push(format!("body {one} | {other}")),
        (one, other) => found.push(format!("body {} | {}", kind(one), kind(other))),
    }
}

fn kind(body: &Body) -> &'static str {
    match body {
        Body::Nothing => ABSENT,
        Body::Form(_) => "a form",
        Body::Object(_) | Body::Json(_) => "JSON",
        Body::Text(_) => "text",
    }
}

fn by_name(part: &str, ours: &Pairs, theirs: &Pairs, found: &mut Vec<String>) {
    let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    for name in names {
        let (one, other) = (ours.get(name), theirs.get(name));
        if one != other {
            found.push(format!("{part} {name} {} | {}", shown(one), shown(other)));
        }
    }
}

fn shown(values: Option<&BTreeSet<String>>) -> String {
    let Some(values) = values else {
        return ABSENT.to_owned();
    };
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    values.join(", ")
}

#[test]
fn requests_that_say_the_same_in_other_words_are_equal_and_every_other_difference_is_told() {
    let of = |query: &str, headers: &[(&str, &str)], body: &str| Record {
        sequence: 1,
        method: "PUT".to_owned(),
        path: "/rest/x".to_owned(),
        query: query.to_owned(),
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: body.to_owned(),
        class: "x",
        status: 200,
        is_applied: true,
        fault: None,
    };
    let json = ("content-type", "application/json");
    let form = ("content-type", "application/x-www-form-urlencoded");
    let basic = ("authorization", "Basic b25l");
    let ours = of("a=1&b=%C3%BC", &[json, basic], r#"{"x":"ü","y":1}"#);
    let same = of(
        "b=%c3%bc&a=1",
        &[json, basic],
        r#"{ "y": 1, "x": "\u00fc" }"#,
    );
    assert_eq!(between(&ours, &same), Vec::<String>::new());
    let headers = [
        ("content-type", "text/plain"),
        ("x-atlassian-token", "no-check"),
    ];
    let other = Record {
        method: "POST".to_owned(),
        path: "/rest/y".to_owned(),
        status: 400,
        ..of("a=2&a=1&c=", &headers, r#"{"x":"u"}"#)
    };
    let wanted = [
        "method PUT | POST",
        "path /rest/x | /rest/y",
        "content-type application/json | text/plain",
        "x-atlassian-token - | no-check",
        "credential Basic | -",
        "answer success | 400",
        "query a 1 | 1, 2",
        "query b ü | -",
        "query c - | ",
        "body x \"ü\" | \"u\"",
        "body y 1 | -",
    ];
    assert_eq!(between(&ours, &other), wanted);
    let stranger = of("", &[("authorization", "Basic dHdv")], "");
    let us = of("", &[basic], "");
    assert_eq!(between(&us, &stranger), ["credential one | another"]);
    let first = of("", &[form], "atl_token=1&v=a+b");
    let second = of("", &[form], "v=a%20b&atl_token=2");
    assert_eq!(between(&first, &second), Vec::<String>::new());
    let told = between(&first, &of("", &[form], "{\"v\":\"a b\"}"));
    assert_eq!(told, ["body a form | JSON"]);
}
