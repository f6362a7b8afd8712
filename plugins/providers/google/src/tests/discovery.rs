//! Discovery: a sample with everything, and the custom fields as selectors that can be pasted.

use attune_plugin::provider::Goal;
use attune_plugin::provider::script::{Transcript, asked, begin, json, run};
use serde_json::json;

use super::{ADA, BEN, CLEO, error, no_token, page, scopes, user};
use crate::Google;
use crate::options::SCHEMAS;

fn schemas() -> String {
    let field = |name: &str, kind: &str, many: bool| {
        json!({ "fieldName": name, "displayName": format!("The {name}"), "fieldType": kind,
                "multiValued": many })
    };
    json!({
        "kind": "admin#directory#schemas", "etag": "\"e\"",
        "schemas": [
            { "schemaName": "Work", "displayName": "At work", "fields": [
                field("badge", "STRING", false), field("since", "DATE", false),
                field("remote", "BOOL", false), field("desks", "INT64", true) ] },
            { "schemaName": "Home office", "fields": [field("a.b", "EMAIL", false)] },
            { "schemaName": "Empty" },
        ],
    })
    .to_string()
}

fn discovered(schemas: &str, status: u16) -> Transcript {
    run::<Google>(
        &json!({ "customer": "C1" }),
        begin(Goal::Discover(2), &["x"]),
        |request| {
            if asked(request).contains("/schemas") {
                json(request, status, schemas)
            } else {
                let users = [user(ADA, "ada"), user(BEN, "ben"), user(CLEO, "cleo")];
                json(request, 200, &page(&users, Some("t2")))
            }
        },
    )
}

#[test]
fn a_sample_comes_whole_and_custom_fields_with_their_selectors() {
    let seen = discovered(&schemas(), 200);
    assert_eq!(
        seen.asked(),
        [
            "/admin/directory/v1/users?customer=C1&maxResults=2&viewType=admin_view&projection=full",
            "/admin/directory/v1/customer/C1/schemas"
        ]
    );
    assert_eq!(scopes(&seen.requests[1]), [SCHEMAS]);
    assert_eq!((seen.keys(), seen.complete), (vec![ADA, BEN], Some(2)));
    let custom: Vec<_> = seen
        .attributes
        .iter()
        .filter(|attribute| attribute.selector.starts_with("customSchemas"))
        .map(|a| (a.selector.as_str(), a.title.as_str(), a.kind.as_str()))
        .collect();
    assert_eq!(
        custom,
        [
            ("customSchemas.Work.badge", "At work: The badge", "text"),
            ("customSchemas.Work.since", "At work: The since", "date"),
            (
                "customSchemas.Work.remote",
                "At work: The remote",
                "boolean"
            ),
            (
                "customSchemas.Work.desks[0].value",
                "At work: The desks",
                "number"
            ),
            (
                "customSchemas.\"Home office\".\"a.b\"",
                "Home office: The a.b",
                "text"
            ),
        ]
    );
    let has = |selector: &str| seen.attributes.iter().any(|a| a.selector == selector);
    assert!(has("organizations[primary=true].department") && has("manager.name.fullName"));
}

#[test]
fn without_the_scope_everything_else_is_told_all_the_same() {
    let seen = discovered(&error(403, "insufficientPermissions", "No"), 403);
    assert_eq!(seen.complete, Some(2));
    assert!(seen.attributes.len() > 50);
    assert!(seen.findings[0].fix.contains(SCHEMAS));

    let seen = run::<Google>(&json!({}), begin(Goal::Discover(1), &[]), |request| {
        if scopes(request) == [SCHEMAS] {
            no_token(request, "unauthorized_client: no")
        } else {
            json(request, 200, &page(&[user(ADA, "ada")], None))
        }
    });
    assert_eq!(
        (seen.complete, seen.findings[0].name.as_str()),
        (Some(1), SCHEMAS)
    );
    assert!(seen.attributes.len() > 50);
}

#[test]
fn a_directory_without_custom_fields_has_the_others() {
    let seen = discovered(r#"{"kind":"admin#directory#schemas"}"#, 200);
    assert!(seen.findings.is_empty());
    assert!(
        seen.attributes
            .iter()
            .all(|a| !a.selector.starts_with("customSchemas"))
    );
}
