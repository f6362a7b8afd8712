//! A sample of people, and selectors ready made from the service's schemas.

use attune_plugin::provider::Goal;
use attune_plugin::provider::script::{Transcript, asked, begin, json, run};
use serde_json::{Value, json};

use super::{NOBODY, URN, page, parameter, users};
use crate::Scim;

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const OWN: &str = "urn:example:scim:schemas:badge:2.0:User";

fn discovered(types: Option<&Value>, schemas: Option<&Value>) -> Transcript {
    let all = users(1..=5);
    run::<Scim>(&json!({}), begin(Goal::Discover(2), &["x"]), |request| {
        let told = |list: Option<&Value>| match list {
            Some(list) => json(request, 200, &page(list.as_array().unwrap(), 9)),
            None => json(request, 404, NOBODY),
        };
        match asked(request).as_str() {
            "/ResourceTypes" => told(types),
            "/Schemas" => told(schemas),
            _ => {
                assert_eq!(parameter(request, "attributes"), None, "whole documents");
                json(request, 200, &page(&all, 5))
            }
        }
    })
}

fn selectors(seen: &Transcript) -> Vec<(&str, &str)> {
    let known = seen.attributes.iter();
    known
        .map(|a| (a.selector.as_str(), a.kind.as_str()))
        .collect()
}

fn schemas() -> Value {
    json!([
        { "id": CORE, "attributes": [
            { "name": "userName", "type": "string", "multiValued": false },
            { "name": "active", "type": "boolean" },
            { "name": "password", "type": "string", "mutability": "writeOnly", "returned": "never" },
            { "name": "name", "type": "complex", "subAttributes": [
                { "name": "givenName", "type": "string" } ] },
            { "name": "emails", "type": "complex", "multiValued": true, "subAttributes": [
                { "name": "value", "type": "string" }, { "name": "display", "type": "string" },
                { "name": "type", "type": "string", "canonicalValues": ["work", "home", "a b"] },
                { "name": "primary", "type": "boolean" } ] },
            { "name": "roles", "type": "complex", "multiValued": true, "subAttributes": [
                { "name": "value", "type": "string" } ] },
            { "name": "tags", "type": "string", "multiValued": true } ] },
        { "id": URN, "attributes": [
            { "name": "department", "type": "string" },
            { "name": "manager", "type": "complex", "subAttributes": [
                { "name": "value", "type": "string" }, { "name": "$ref", "type": "reference" } ] } ] },
        { "id": OWN, "attributes": [
            { "name": "issued", "type": "dateTime" }, { "name": "number", "type": "integer" } ] },
        { "id": "urn:ietf:params:scim:schemas:core:2.0:Group", "attributes": [
            { "name": "displayName", "type": "string" } ] },
        { "name": "without an id" },
    ])
}

#[test]
fn schemas_become_selectors() {
    let types = json!([
        { "name": "Group", "endpoint": "/Groups", "schema": "urn:ietf:params:scim:schemas:core:2.0:Group" },
        { "name": "User", "endpoint": "/Users", "schema": CORE,
          "schemaExtensions": [{ "schema": URN.to_uppercase() }, { "schema": OWN }] },
    ]);
    let seen = discovered(Some(&types), Some(&schemas()));
    assert_eq!((seen.keys(), seen.complete), (vec!["u1", "u2"], Some(2)));
    let (department, manager) = (
        format!("\"{URN}\".department"),
        format!("\"{URN}\".manager.value"),
    );
    let (issued, number) = (format!("\"{OWN}\".issued"), format!("\"{OWN}\".number"));
    let expected = [
        ("userName", "text"),
        ("active", "boolean"),
        ("name.givenName", "text"),
        ("emails[type=work].value", "text"),
        ("emails[type=home].value", "text"),
        ("roles[0].value", "text"),
        ("tags", "list"),
        (department.as_str(), "text"),
        (manager.as_str(), "text"),
        ("manager.displayName", "text"),
        (issued.as_str(), "date"),
        (number.as_str(), "number"),
    ];
    assert_eq!(selectors(&seen), expected);
    let title = &seen
        .attributes
        .iter()
        .find(|a| a.selector == "userName")
        .unwrap()
        .title;
    assert_eq!(title, "User name");
}

#[test]
fn without_resource_types_the_schemas_of_users_are_taken_and_without_schemas_the_standards() {
    let seen = discovered(None, Some(&schemas()));
    assert_eq!(selectors(&seen).len(), 12);
    let seen = discovered(None, None);
    let known = selectors(&seen);
    assert!(known.contains(&(format!("\"{URN}\".costCenter").as_str(), "text")));
    assert!(known.contains(&("emails[type=work].value", "text")));
    assert_eq!(seen.complete, Some(2));
}
