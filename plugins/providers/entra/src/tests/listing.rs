//! Complete listings: requests, pages, people.

use attune_plugin::provider::script::json;
use attune_plugin::provider::{Locator, Presence, Relation, Request};
use serde_json::json;

use super::{ADA, BEN, CLEO, everyone, listed, options, page, run, user};
use crate::Entra;
use crate::attributes::OTHER_NAMES;

const LINK_2: &str = "https://graph.contoso.example/v1.0/users?$skiptoken=2";
const LINK_3: &str = "https://graph.contoso.example/v1.0/users?$skiptoken=3";

fn headers(request: &Request) -> Vec<(String, String)> {
    match request {
        Request::Http(http) => http.headers.clone(),
        Request::Ldap(_) => Vec::new(),
    }
}

fn is_eventual(request: &Request) -> bool {
    headers(request)
        .iter()
        .any(|(name, value)| name == "ConsistencyLevel" && value == "eventual")
}

#[test]
fn what_rows_mention_is_selected_and_nothing_else() {
    let wanted = [
        "department",
        "onPremisesExtensionAttributes.extensionAttribute1",
        "otherMails[0]",
        "mail",
        "department",
        "extension_b7d8e648520f41d3b9c0fdeb91768a0a_jobGroup",
    ];
    let seen = listed(everyone(&wanted), &[&page(&[], None)]);
    assert_eq!(
        seen.asked(),
        ["/v1.0/users?$select=id,userPrincipalName,mail,department,\
             onPremisesExtensionAttributes,otherMails,\
             extension_b7d8e648520f41d3b9c0fdeb91768a0a_jobGroup&$top=999"]
    );
    assert_eq!(seen.complete, Some(0));
    assert_eq!(seen.checkpoint, None);
}

#[test]
fn the_manager_is_expanded_and_never_selected() {
    let body = format!(
        r##"{{"value":[{{"id":"{ADA}","manager":{{"@odata.type":"#microsoft.graph.user","id":"{BEN}"}}}},{{"id":"{BEN}"}}]}}"##
    );
    let seen = listed(
        everyone(&["manager.displayName", "manager.manager.mail"]),
        &[&body],
    );
    assert_eq!(
        seen.asked(),
        ["/v1.0/users?$select=id,userPrincipalName,mail&$expand=manager($select=id)&$top=999"]
    );
    let manager = Relation {
        role: "manager".to_owned(),
        name: BEN.to_owned(),
    };
    assert_eq!(seen.people[0].person.relations, [manager]);
    assert_eq!(seen.people[1].person.relations, []);
}

#[test]
fn a_page_holds_120_people_where_sign_ins_are_selected() {
    let seen = listed(
        everyone(&["signInActivity.lastSignInDateTime"]),
        &[&page(&[], None)],
    );
    assert!(seen.asked()[0].ends_with("signInActivity&$top=120"));
}

#[test]
fn a_person_is_a_slice_of_the_page_with_key_and_names() {
    let document = format!(
        r#"{{ "id" : "{ADA}", "mail": "Ada@contoso.example",
             "userPrincipalName": "ada#EXT#@contoso.example" }}"#
    );
    let seen = listed(
        everyone(&[]),
        &[&format!("\n{{ \"value\" : [ {document} ] }}")],
    );
    assert_eq!(seen.people[0].document, document);
    assert_eq!(seen.keys(), [ADA]);
    assert_eq!(
        seen.people[0].person.names,
        ["ada#EXT#@contoso.example", "Ada@contoso.example"]
    );
    assert_eq!(seen.people[0].person.in_scope, None);
    assert_eq!(seen.complete, Some(1));
}

#[test]
fn an_empty_page_with_a_next_link_is_not_the_end() {
    let pages = [
        page(&[user(ADA, "ada")], Some(LINK_2)),
        page(&[], Some(LINK_3)),
        page(&[user(BEN, "ben")], None),
    ];
    let seen = listed(everyone(&[]), &[&pages[0], &pages[1], &pages[2]]);
    assert_eq!(seen.keys(), [ADA, BEN]);
    assert_eq!(seen.complete, Some(2));
}

#[test]
fn a_next_link_is_followed_whole_as_a_link() {
    let link = "https://graph.contoso.example/v1.0/users?$select=id&$expand=manager(%24select%3did)&$skiptoken=a%2Bb%3D";
    let pages = [page(&[], Some(link)), page(&[], None)];
    let seen = listed(everyone(&[]), &[&pages[0], &pages[1]]);
    let Request::Http(second) = &seen.requests[1] else {
        panic!("an HTTP request");
    };
    assert_eq!(
        second.locator,
        Locator::Link("api".to_owned(), link.to_owned())
    );
}

#[test]
fn a_link_that_comes_again_is_a_loop() {
    let pages = [
        page(&[user(ADA, "ada")], Some(LINK_2)),
        page(&[user(BEN, "ben")], Some(LINK_3)),
        page(&[user(CLEO, "cleo")], Some(LINK_2)),
    ];
    let seen = listed(everyone(&[]), &[&pages[0], &pages[1], &pages[2]]);
    assert_eq!(seen.code(), "paging-loop");
    assert_eq!(seen.complete, None);
}

#[test]
fn the_same_id_twice_in_a_round_is_delivered_twice() {
    let pages = [
        page(&[user(ADA, "old")], Some(LINK_2)),
        page(&[user(ADA, "new")], None),
    ];
    let seen = listed(everyone(&[]), &[&pages[0], &pages[1]]);
    assert_eq!(seen.keys(), [ADA, ADA]);
    assert!(seen.people[1].document.contains("new"));
}

#[test]
fn somebody_removed_on_the_first_round_is_gone_and_not_counted() {
    let body = format!(
        r#"{{"value":[{},{{"id":"{BEN}","@removed":{{"reason":"changed"}}}}]}}"#,
        user(ADA, "ada")
    );
    let seen = listed(everyone(&[]), &[&body]);
    assert_eq!(seen.people[1].person.presence, Presence::Gone);
    assert_eq!(seen.complete, Some(1));
}

#[test]
fn an_advanced_filter_is_sent_the_advanced_way_on_every_page() {
    let options = json!({ "tenant": "t.example", "filter": "department ne 'Sales & Co'" });
    let mut pages = [page(&[], Some(LINK_2)), page(&[], None)].into_iter();
    let seen = run::<Entra>(&options, everyone(&[]), |request| {
        json(request, 200, &pages.next().expect("two requests"))
    });
    assert_eq!(
        seen.asked()[0],
        "/v1.0/users?$select=id,userPrincipalName,mail&$top=999\
         &$filter=department%20ne%20'Sales%20%26%20Co'&$count=true"
    );
    assert!(seen.requests.iter().all(is_eventual));
}

#[test]
fn a_plain_filter_is_sent_the_plain_way() {
    let options = json!({ "tenant": "t.example", "filter": "accountEnabled eq true" });
    let seen = run::<Entra>(&options, everyone(&[]), |request| {
        json(request, 200, &page(&[], None))
    });
    assert!(seen.asked()[0].ends_with("&$top=999&$filter=accountEnabled%20eq%20true"));
    assert!(!is_eventual(&seen.requests[0]));
}

#[test]
fn a_filter_refused_as_unsupported_is_tried_once_the_advanced_way() {
    let options = json!({ "tenant": "t.example", "filter": "companyName eq 'Contoso'" });
    let refused = r#"{"error":{"code":"Request_UnsupportedQuery","message":"Unsupported Query."}}"#;
    let seen = run::<Entra>(&options, everyone(&[]), |request| {
        if is_eventual(request) {
            json(request, 200, &page(&[user(ADA, "ada")], None))
        } else {
            json(request, 400, refused)
        }
    });
    assert_eq!(seen.complete, Some(1));
    assert_eq!(seen.requests.len(), 2);

    let seen = run::<Entra>(&options, everyone(&[]), |request| {
        json(request, 400, refused)
    });
    assert_eq!((seen.code(), seen.requests.len()), ("options", 2));
}

#[test]
fn attributes_of_single_users_are_read_one_by_one_before_the_next_page() {
    let mut most = 0;
    let ids: Vec<String> = (0..20)
        .map(|n| format!("00000000-0000-4000-8000-0000000000{n:02}"))
        .collect();
    let seen = run::<Entra>(
        &options(),
        everyone(&["aboutMe", "department"]),
        |request| {
            let asked = attune_plugin::provider::script::asked(request);
            if asked.contains("$skiptoken") {
                return json(request, 200, &page(&[], None));
            }
            if let Some(rest) = asked.strip_prefix("/v1.0/users/") {
                let id = rest.split('?').next().unwrap_or_default();
                if id.ends_with("07") {
                    return super::not_found(request);
                }
                most += 1;
                return json(
                    request,
                    200,
                    &format!(r#"{{"@odata.context":"c","id":"{id}","aboutMe":"x"}}"#),
                );
            }
            assert_eq!(asked, "/v1.0/users?$select=id&$top=999");
            let users: Vec<String> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
            json(request, 200, &page(&users, Some(LINK_2)))
        },
    );
    assert_eq!(seen.complete, Some(19));
    assert_eq!(most, 19);
    assert!(seen.asked()[1].ends_with("?$select=id,userPrincipalName,mail,aboutMe,department"));
    assert!(seen.asked().last().is_some_and(|last| last == LINK_2));
}

#[test]
fn names_that_cannot_be_selected_are_refused_before_anything_is_sent() {
    for name in ["memberOf", "photo", "extensions", "\"a,b\"", "\"x y\"", "ü"] {
        let seen = listed(everyone(&[name]), &[]);
        assert_eq!(seen.code(), "options", "{name}");
        assert!(seen.requests.is_empty());
    }
}

#[test]
fn names_of_other_schemas_are_refused_with_graphs_own_before_anything_is_sent() {
    let told = include_str!("../../../../transforms/entra-expression/README.md");
    let numbered = (
        "extensionAttribute1",
        "onPremisesExtensionAttributes.extensionAttribute1",
    );
    let nobody = page(&[], None);
    for (other, ours) in OTHER_NAMES.into_iter().chain([numbered]) {
        let row = format!("`{other}` | `{ours}`");
        assert!(told.contains(&row), "the page of expressions lacks {row}");
        for name in [other, &other.to_lowercase()] {
            let seen = listed(everyone(&["displayName", name]), &[]);
            assert!(seen.requests.is_empty());
            let problem = seen.problem.unwrap();
            assert_eq!(
                (problem.code.as_str(), problem.at.as_str()),
                ("options", name)
            );
            let says = format!("`{name}`: Graph calls it `{ours}`");
            assert!(problem.message.starts_with(&says), "{}", problem.message);
        }
        let seen = listed(everyone(&[ours]), &[&nobody]);
        assert_eq!((seen.code(), seen.complete), ("", Some(0)), "{ours}");
    }
    for name in ["extensionAttribute15", "IsSoftDeleted"] {
        let seen = listed(everyone(&[name]), &[]);
        assert_eq!((seen.code(), seen.requests.len()), ("options", 0), "{name}");
    }
    for name in ["extensionAttribute16", "extension_1f2e_title"] {
        let seen = listed(everyone(&[name]), &[&nobody]);
        assert_eq!((seen.code(), seen.complete), ("", Some(0)), "{name}");
    }
}
