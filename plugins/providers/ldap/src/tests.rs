//! Conversations against scripted pages; one file for each thing that a source is asked for.
//!
//! Fixture people are invented.

mod changes;
mod groups;
mod groups_elsewhere;
mod listing;
mod mutations;
mod outcomes;
mod people;
mod photos;
mod probe;

use attune_plugin::provider::script::{self, Transcript, begin, check_manifest};
use attune_plugin::provider::{
    Begin, Goal, LdapEntry, LdapPage, LdapSearch, Provider, Reply, Request, dispatch,
};
use serde_json::{Value, json};

use crate::Ldap;

const BASE: &str = "ou=people,dc=example,dc=com";

fn options() -> Value {
    json!({ "base": BASE })
}

fn ad_options() -> Value {
    json!({
        "base": "DC=corp,DC=example",
        "filter": "(&(objectCategory=person)(objectClass=user))",
        "key": "objectGUID",
        "username": "sAMAccountName",
        "modified": "uSNChanged"
    })
}

fn search_of(request: &Request) -> &LdapSearch {
    match request {
        Request::Ldap(search) => search,
        Request::Http(_) => panic!("an LDAP search"),
    }
}

fn page(request: &Request, entries: Vec<LdapEntry>, cookie: &[u8]) -> Reply {
    Reply::Ldap(LdapPage {
        id: request.id(),
        code: 0,
        diagnostic: String::new(),
        entries,
        cookie: cookie.to_vec(),
    })
}

fn code(request: &Request, code: u32, diagnostic: &str) -> Reply {
    Reply::Ldap(LdapPage {
        id: request.id(),
        code,
        diagnostic: diagnostic.to_owned(),
        entries: Vec::new(),
        cookie: Vec::new(),
    })
}

fn entry(dn: &str, attributes: &[(&str, &[&[u8]])]) -> LdapEntry {
    LdapEntry {
        dn: dn.to_owned(),
        attributes: attributes
            .iter()
            .map(|(name, values)| {
                let values = values.iter().map(|value| value.to_vec()).collect();
                ((*name).to_owned(), values)
            })
            .collect(),
    }
}

/// Somebody with uid, UUID and mail address made of the name.
fn someone(name: &str) -> LdapEntry {
    let mail = format!("{name}@example.com");
    entry(
        &format!("uid={name},{BASE}"),
        &[
            ("uid", &[name.as_bytes()]),
            ("entryUUID", &[uuid(name).as_bytes()]),
            ("mail", &[mail.as_bytes()]),
        ],
    )
}

fn uuid(name: &str) -> String {
    let number = name
        .bytes()
        .fold(0_u64, |number, byte| number << 8 | u64::from(byte));
    format!("00000000-0000-4000-8000-{number:012x}")
}

/// Plays a conversation without the question where changes will go on: a listing does not mind that
/// it is refused. What is made of the answer is in `changes`.
fn run<P: Provider>(
    options: &Value,
    begin: Begin,
    mut answer: impl FnMut(&Request) -> Reply,
) -> Transcript {
    let is_sounding = |request: &Request| {
        let search = search_of(request);
        let is_of_times = search.attributes.len() == 1 && search.filter.contains(">=");
        is_of_times || search.base.is_empty()
    };
    let mut seen = script::run::<P>(options, begin, |request| {
        if is_sounding(request) {
            return code(request, 53, "");
        }
        answer(request)
    });
    seen.requests.retain(|request| !is_sounding(request));
    seen
}

fn listed(wanted: &[&str], pages: &[(Vec<LdapEntry>, &[u8])]) -> Transcript {
    let mut pages = pages.iter();
    run::<Ldap>(&options(), begin(Goal::Everyone, wanted), |request| {
        let (entries, cookie) = pages.next().expect("no more pages");
        page(request, entries.clone(), cookie)
    })
}

#[test]
fn needs_name_one_endpoint_and_a_bind_that_cannot_be_left_out() {
    let needs = dispatch::needs::<Ldap>(&options().to_string()).unwrap();
    assert_eq!(needs.endpoints[0].name, "directory");
    assert_eq!(needs.endpoints[0].default_url, "");
    let bind = &needs.credentials[0];
    assert_eq!((bind.name.as_str(), bind.required), ("bind", true));
    assert_eq!(bind.kinds, ["ldap-bind"]);
    assert!(bind.grant.is_none());
}

#[test]
fn options_that_cannot_work_are_named() {
    for (options, at) in [
        (json!({ "base": "example.com" }), "base"),
        (json!({ "base": BASE, "filter": "(uid=x" }), "filter"),
        (json!({ "base": BASE, "filter": "(a=b)(c=d)" }), "filter"),
        (json!({ "base": BASE, "key": "a b" }), "key"),
        (json!({ "base": BASE, "username": "uid)(x=" }), "username"),
        (json!({ "base": BASE, "binary": ["*"] }), "binary"),
        (json!({ "base": BASE, "group-base": "x" }), "group-base"),
    ] {
        let problem = dispatch::needs::<Ldap>(&options.to_string()).unwrap_err();
        assert_eq!(
            (problem.code.as_str(), problem.at.as_str()),
            ("options", at)
        );
    }
}

#[test]
fn the_manifest_has_one_function_named_like_the_id() {
    check_manifest::<Ldap>();
    let manifest = Ldap::manifest();
    let schema: Value = serde_json::from_str(&manifest.functions[0].options_schema).unwrap();
    assert_eq!(schema["required"], json!(["base"]));
    assert_eq!(schema["properties"]["page-size"]["default"], 500);
}
