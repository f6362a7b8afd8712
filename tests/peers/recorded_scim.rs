//! Bodies of the RFCs and of real services, read by the real component, whole and cut.
//!
//! The table names each file of the folder; one that is not in it fails the test. What no adapter
//! ever gets as an answer (requests of others, bulk operations) is played as a page all the same: it
//! must not pass for an empty directory.

use std::sync::{Arc, Mutex};

use attune_server::clock::{Clock, TestClock};
use attune_server::net::{Outgoing, Outside, Response, Script};
use attune_server::source::{Goal, Source};
use serde_json::{Value, json};

use crate::peer;
use crate::scim::{self, TOKEN, values};
use crate::talk::{Talk, converse, people};

/// What a body is an answer to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum As {
    /// The first page of everyone; behind it is nothing.
    Page,
    /// A single user.
    User,
    /// The list of groups that have a name.
    Groups,
    /// A group, whose members all exist.
    Group,
    /// A schema, in a list of one.
    Schema,
    /// A resource type, in a list of one.
    Type,
    /// An error with this status, as an answer to a page.
    Refused(u16),
}

/// File, what it answers, people delivered, and the code of the error.
const RECORDED: [(&str, As, u64, &str); 30] = [
    ("02-rfc7643-8_2-user-full", As::User, 1, ""),
    ("04-rfc7643-8_4-group", As::Group, 2, ""),
    ("06-rfc7643-8_6-resource_type-group", As::Type, 1, ""),
    ("08-rfc7643-8_7_1-schema-enterprise_user", As::Schema, 1, ""),
    ("10-rfc7643-8_7_1-schema-user", As::Schema, 1, ""),
    ("12-rfc7643-8_7_2-schema-schema", As::Schema, 1, ""),
    (
        "14-rfc7644-3_12-error-bad_request",
        As::Refused(400),
        0,
        "options",
    ),
    (
        "16-rfc7644-3_14-user-post_request",
        As::User,
        0,
        "bad-answer",
    ),
    (
        "18-rfc7644-3_3-user-post_request",
        As::User,
        0,
        "bad-answer",
    ),
    ("20-rfc7644-3_4_1-user-known-resource", As::User, 1, ""),
    // A hundred in all, and nobody behind the first two.
    (
        "22-rfc7644-3_4_3-list_response-post_query",
        As::Page,
        2,
        "bad-answer",
    ),
    ("24-rfc7644-3_5_1-user-put_request", As::User, 1, ""),
    (
        "26-rfc7644-3_5_2_1-patch_op-add_emails",
        As::Page,
        0,
        "bad-answer",
    ),
    (
        "28-rfc7644-3_5_2_2-patch_op-remove_all_members",
        As::Page,
        0,
        "bad-answer",
    ),
    (
        "30-rfc7644-3_5_2_2-patch_op-remove_multi_complex_value",
        As::Page,
        0,
        "bad-answer",
    ),
    (
        "32-rfc7644-3_5_2_3-patch_op-replace_all_email_values",
        As::Page,
        0,
        "bad-answer",
    ),
    (
        "34-rfc7644-3_5_2_3-patch_op-replace_street_address",
        As::Page,
        0,
        "bad-answer",
    ),
    (
        "36-rfc7644-3_6-error-not_found",
        As::Refused(404),
        0,
        "bad-answer",
    ),
    (
        "38-rfc7644-3_7_1-list_response-circular_reference",
        As::Groups,
        0,
        "",
    ),
    (
        "40-rfc7644-3_7_2-bulk_request-temporary_identifier",
        As::Page,
        0,
        "bad-answer",
    ),
    (
        "42-rfc7644-3_7_3-bulk_request-multiple_operations",
        As::Page,
        0,
        "bad-answer",
    ),
    (
        "44-rfc7644-3_7_3-bulk_response-multiple_errors",
        As::Page,
        0,
        "bad-answer",
    ),
    (
        "46-rfc7644-3_7_3-error-invalid_syntax",
        As::Refused(400),
        0,
        "options",
    ),
    ("48-rfc7644-3_9-user-partial_response", As::User, 1, ""),
    // 354 in all and 5 in all; the folder has the first page of each.
    ("50-recorded-sailpoint-page", As::Page, 1, "bad-answer"),
    ("52-mock-full-user", As::Page, 1, "bad-answer"),
    ("54-aws-ListUserResponse_no_emails", As::Page, 1, ""),
    ("56-aws-CreateUserResponse_Active", As::User, 1, ""),
    ("58-aws-ListGroupsResponse", As::Groups, 0, ""),
    ("60-aws-ListGroupsResponse_CursorPage2", As::Groups, 0, ""),
];

fn body(name: &str) -> String {
    let path = peer::reference(&format!("examples/scim/{name}.json"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Whom, or which group, a test asks for.
const SOMEBODY: &str = "somebody";

/// What a service answers of which this body is a part.
fn answer(request: &Outgoing, body: &str, role: As) -> Response {
    let path = request.url.path().trim_start_matches("/v2");
    let query = request.url.query().unwrap_or_default();
    let parsed: Value = serde_json::from_str(body).unwrap_or_default();
    let list = |one: &str| format!(r#"{{"totalResults":1,"Resources":[{one}]}}"#);
    let good = |text: String| Response::new(200, text);
    let nobody = || good(r#"{"totalResults":0}"#.to_owned());
    let missing = || {
        let error =
            json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404" });
        Response::new(404, error.to_string())
    };
    let reply = match (path.split('/').nth(1).unwrap_or_default(), role) {
        ("Users", As::Refused(_)) if query.contains("filter=") => nobody(),
        ("Users", As::Refused(status)) => Response::new(status, body.to_owned()),
        ("Users", As::Page) if query.contains("startIndex=1&") => good(body.to_owned()),
        ("Users", As::Page) => good(r#"{"totalResults":1000}"#.to_owned()),
        ("Users", As::Group) => {
            let id = path.rsplit('/').next().unwrap_or_default();
            good(json!({ "id": id }).to_string())
        }
        ("Users", As::Schema | As::Type) => good(list(r#"{"id":"a"}"#)),
        ("Groups", As::Groups) if query.is_empty() => {
            let all = parsed["Resources"].as_array().cloned().unwrap_or_default();
            let id = path.rsplit('/').next().unwrap_or_default();
            let found = all.iter().find(|group| group["id"] == id);
            found.map_or_else(missing, |group| good(group.to_string()))
        }
        ("Groups", As::Group) if query.is_empty() => good(body.to_owned()),
        ("Users", As::User) | ("Groups", As::Groups) => good(body.to_owned()),
        ("Groups", As::Group) | ("Users", As::Groups) => nobody(),
        ("Schemas", As::Schema) | ("ResourceTypes", As::Type) => good(list(body)),
        _ => missing(),
    };
    reply.with_header("content-type", "application/scim+json")
}

fn world(body: &str, role: As) -> (Source, Script) {
    let body = body.to_owned();
    let script = Script::new(move |request| Ok(answer(request, &body, role)));
    let clock = TestClock::skipping("2026-11-21T22:00:00Z".parse().expect("a time"));
    let clock: Arc<dyn Clock> = clock;
    let outside = Outside::with_send(Arc::new(script.clone()), clock, 1);
    let place = ("https://scim.contoso.example/v2", TOKEN);
    (scim::source(&plugin(), &json!({}), place, &outside), script)
}

/// Compiled once.
fn plugin() -> attune_wasm::Plugin {
    static PLUGIN: Mutex<Option<attune_wasm::Plugin>> = Mutex::new(None);
    let mut held = PLUGIN.lock().expect("nobody panicked");
    held.get_or_insert_with(scim::plugin).clone()
}

async fn played(body: &str, role: As) -> Talk {
    let (source, _) = world(body, role);
    let wanted = ["displayName", "manager.displayName"];
    let first: Value = serde_json::from_str(body).unwrap_or_default();
    let name = first["Resources"][0]["displayName"]
        .as_str()
        .unwrap_or(SOMEBODY);
    match role {
        As::Page | As::Refused(_) => converse(&source, Goal::Everyone, &wanted, &[]).await,
        As::User => converse(&source, people(&[SOMEBODY]), &wanted, &[]).await,
        As::Groups => converse(&source, Goal::Everyone, &wanted, &[name]).await,
        As::Group => converse(&source, Goal::Everyone, &wanted, &[SOMEBODY]).await,
        As::Schema | As::Type => converse(&source, Goal::Discover(1), &[], &[]).await,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_body_of_the_folder_is_read_for_what_it_is() {
    let folder = std::fs::read_dir(peer::reference("examples/scim")).expect("recorded bodies");
    let mut files: Vec<String> = folder
        .filter_map(|file| file.expect("a file").file_name().into_string().ok())
        .filter(|name| !name.ends_with(".meta.json"))
        .collect();
    files.sort();
    let known: Vec<String> = RECORDED
        .iter()
        .map(|(name, ..)| format!("{name}.json"))
        .collect();
    assert_eq!(files, known);
    for (name, role, count, code) in RECORDED {
        let talk = played(&body(name), role).await;
        assert_eq!(
            talk.page.people.len() as u64,
            count,
            "{name}: {:?}",
            talk.result
        );
        if code.is_empty() {
            assert_eq!(talk.count(), count, "{name}");
        } else {
            assert_eq!(talk.refusal().0, code, "{name}: {:?}", talk.result);
        }
        let knows_attributes = !talk.page.attributes.is_empty();
        assert_eq!(
            knows_attributes,
            matches!(role, As::Schema | As::Type),
            "{name}"
        );
        assert!(
            talk.page.refused.is_empty(),
            "{name}: {:?}",
            talk.page.refused
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_body_that_is_cut_completes() {
    for (name, role, ..) in RECORDED {
        if matches!(role, As::Schema | As::Type | As::Refused(_)) {
            // What a service tells of itself is a courtesy; an error is one in any form.
            continue;
        }
        let whole = body(name);
        let length = whole.trim_end().len();
        for end in (0..length)
            .step_by(length / 40 + 1)
            .chain(length - 3..length)
        {
            if !whole.is_char_boundary(end) {
                continue;
            }
            let talk = played(&whole[..end], role).await;
            assert_eq!(
                talk.refusal().0,
                "bad-answer",
                "{name}, {end} of {length} bytes"
            );
        }
    }
}

async fn single(name: &str, wanted: &[&str]) -> attune_server::source::Person {
    let (source, _) = world(&body(name), As::User);
    let talk = converse(&source, people(&[SOMEBODY]), wanted, &[]).await;
    assert_eq!(talk.count(), 1, "{name}");
    talk.page.people.into_iter().next().expect("one")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_are_met_by_schema_and_without_case() {
    let wanted = [
        r#""urn:ietf:params:scim:schemas:extension:enterprise:2.0:User".department"#,
        r#""URN:IETF:PARAMS:SCIM:SCHEMAS:EXTENSION:ENTERPRISE:2.0:USER".CostCenter"#,
        r#""urn:ietf:params:scim:schemas:core:2.0:User".userName"#,
        r#""urn:ietf:params:scim:schemas:core:2.0:User".name.familyName"#,
        "DISPLAYNAME",
        "emails[type=WORK].value",
        "addresses[type=work].locality",
        r#""urn:ietf:params:scim:schemas:extension:enterprise:2.0:User".manager.displayName"#,
        "nickname",
        "shoeSize",
    ];
    let barbara = single("56-aws-CreateUserResponse_Active", &wanted).await;
    assert_eq!(
        values(&barbara, &wanted),
        [
            "Text Tour Operations",
            "Text 4130",
            "Text bjensen",
            "Text Jensen",
            "Text Babs Jensen",
            "Text bjensen@example.com",
            "Text Hollywood",
            "Absent",
            "Text Babs",
            "Absent"
        ]
    );
    assert_eq!(barbara.relations.len(), 1);
    assert_eq!(
        barbara.relations[0].name,
        "9067729b3d-ee533c18-538a-4cd3-a572-63fb863ed734"
    );
    assert_eq!(barbara.names, ["bjensen", "701984", "bjensen@example.com"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_sail_point_leaves_out_is_missing_and_costs_nothing_else() {
    let page: Value = serde_json::from_str(&body("50-recorded-sailpoint-page")).expect("JSON");
    let mut page = page;
    page["totalResults"] = 1.into();
    let talk = played(&page.to_string(), As::Page).await;
    assert_eq!(talk.count(), 1);
    let admin = &talk.page.people[0];
    assert!(admin.relations.is_empty(), "a manager that is {{}}");
    assert_eq!(
        values(
            admin,
            &["displayName", "emails[0].value", "emails[type=work].type"]
        ),
        ["Text The Administrator", "Absent", "Text work"]
    );
    assert_eq!(admin.revision, "W/\"1697658490384\"");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_error_of_the_rfc_makes_somebody_absent() {
    let (source, script) = world(&body("36-rfc7644-3_6-error-not_found"), As::Refused(404));
    let id = "2819c223-7f76-453a-919d-413861904646";
    let talk = converse(&source, people(&[id]), &["title"], &[]).await;
    assert_eq!(talk.count(), 0);
    assert_eq!(talk.page.absent, [id]);
    assert_eq!(script.seen()[0].url.path(), format!("/v2/Users/{id}"));
}
