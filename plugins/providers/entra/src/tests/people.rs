//! Single people: by id, user principal name and mail address, in and out of scope.

use attune_plugin::provider::script::{asked, json};
use attune_plugin::provider::{Goal, Request};
use serde_json::json;

use super::{ADA, BEN, CLEO, batch, listed, not_found, options, page, people, run, user};
use crate::Entra;

fn is_single(request: &Request) -> bool {
    asked(request).starts_with("/v1.0/users/")
}

#[test]
fn an_id_is_one_request() {
    let seen = listed(people(&[ADA]), &[&user(ADA, "ada")]);
    let path = format!("/v1.0/users/{ADA}?$select=id,userPrincipalName,mail,displayName");
    assert_eq!(seen.asked(), [path]);
    assert_eq!((seen.keys(), seen.complete), (vec![ADA], Some(1)));
    assert!(seen.absent.is_empty());
}

#[test]
fn an_unknown_id_is_absent_by_graphs_own_word() {
    let seen = run::<Entra>(&options(), people(&[ADA]), not_found);
    assert_eq!(seen.absent, [ADA]);
    assert_eq!((seen.requests.len(), seen.complete), (1, Some(0)));
}

#[test]
fn a_404_that_is_no_word_of_graph_is_a_problem_and_not_an_absence() {
    for body in [
        "<html>not here</html>",
        "{}",
        r#"{"error":{"code":"ResourceMoved"}}"#,
        "",
    ] {
        let seen = run::<Entra>(&options(), people(&[ADA]), |r| json(r, 404, body));
        assert_eq!((seen.code(), seen.complete), ("bad-answer", None), "{body}");
        assert!(seen.absent.is_empty());
    }
}

#[test]
fn a_guest_is_asked_for_with_an_encoded_hash() {
    let name = "ada_fabrikam.example#EXT#@contoso.example";
    let seen = listed(people(&[name]), &[&user(ADA, "ada")]);
    assert!(
        seen.asked()[0].starts_with("/v1.0/users/ada_fabrikam.example%23EXT%23@contoso.example?")
    );
}

#[test]
fn a_mail_address_is_searched_for_when_no_user_principal_name_fits() {
    let seen = run::<Entra>(&options(), people(&["o'ada@contoso.example"]), |request| {
        if is_single(request) {
            not_found(request)
        } else {
            json(request, 200, &page(&[user(ADA, "ada")], None))
        }
    });
    assert_eq!(
        seen.asked()[1],
        "/v1.0/users?$select=id,userPrincipalName,mail,displayName\
         &$filter=userPrincipalName%20eq%20'o''ada@contoso.example'%20or%20mail%20eq%20'o''ada@contoso.example'"
    );
    assert_eq!((seen.keys(), seen.complete), (vec![ADA], Some(1)));
}

#[test]
fn a_name_that_begins_with_a_dollar_sign_never_stands_in_a_path() {
    let seen = listed(people(&["$ada@contoso.example"]), &[&page(&[], None)]);
    assert!(seen.asked()[0].starts_with("/v1.0/users?$select="));
    assert_eq!(seen.absent, ["$ada@contoso.example"]);
}

#[test]
fn names_that_graph_cannot_have_are_absent_without_a_request() {
    let long = "a".repeat(400);
    let seen = listed(people(&["", "a\r\nb@contoso.example", &long]), &[]);
    assert_eq!(seen.absent.len(), 3);
    assert_eq!((seen.requests.len(), seen.complete), (0, Some(0)));
}

#[test]
fn a_search_page_may_be_empty_and_lead_on() {
    let link = "https://graph.contoso.example/v1.0/users?$skiptoken=2";
    let pages = [page(&[], Some(link)), page(&[user(ADA, "ada")], None)];
    let seen = listed(people(&["ada"]), &[&pages[0], &pages[1]]);
    assert_eq!((seen.keys(), seen.complete), (vec![ADA], Some(1)));
    assert!(seen.absent.is_empty());
}

#[test]
fn two_people_with_one_address_are_both_delivered() {
    let body = page(&[user(ADA, "ada"), user(BEN, "ben")], None);
    let seen = listed(people(&["team"]), &[&body]);
    assert_eq!((seen.keys(), seen.complete), (vec![ADA, BEN], Some(2)));
}

#[test]
fn a_hundred_ids_are_seven_requests() {
    let names: Vec<String> = (0..100)
        .map(|n| format!("00000000-0000-4000-8000-{n:012}"))
        .collect();
    let begin = super::begin(Goal::People(names.clone()), &[]);
    let existing: Vec<&str> = names.iter().map(String::as_str).collect();
    let seen = run::<Entra>(&options(), begin, |request| {
        json(request, 200, &batch(request, &existing))
    });
    assert_eq!(seen.keys(), names);
    assert_eq!((seen.complete, seen.requests.len()), (Some(100), 7));
    let path = &seen.asked()[6];
    assert!(
        path.ends_with(
            "&$filter=id%20in%20('00000000-0000-4000-8000-000000000090',\
             '00000000-0000-4000-8000-000000000091','00000000-0000-4000-8000-000000000092',\
             '00000000-0000-4000-8000-000000000093','00000000-0000-4000-8000-000000000094',\
             '00000000-0000-4000-8000-000000000095','00000000-0000-4000-8000-000000000096',\
             '00000000-0000-4000-8000-000000000097','00000000-0000-4000-8000-000000000098',\
             '00000000-0000-4000-8000-000000000099')"
        ),
        "{path}"
    );
}

#[test]
fn who_is_missing_from_a_batch_is_asked_for_alone_before_they_are_absent() {
    let seen = run::<Entra>(&options(), people(&[ADA, BEN, CLEO]), |request| {
        if !is_single(request) {
            json(request, 200, &batch(request, &[ADA]))
        } else if asked(request).contains(BEN) {
            json(request, 200, &user(BEN, "ben"))
        } else {
            not_found(request)
        }
    });
    assert_eq!((seen.keys(), seen.complete), (vec![ADA, BEN], Some(2)));
    assert_eq!(
        (seen.absent, seen.requests.len()),
        (vec![CLEO.to_owned()], 3)
    );
}

#[test]
fn somebody_with_several_names_is_delivered_once() {
    let names = ["ada@contoso.example", ADA, "ada", ADA, "ada"];
    let seen = run::<Entra>(&options(), people(&names), |request| {
        if is_single(request) {
            json(request, 200, &user(ADA, "ada"))
        } else {
            json(request, 200, &page(&[user(ADA, "ada")], None))
        }
    });
    assert_eq!((seen.keys(), seen.complete), (vec![ADA], Some(1)));
    assert_eq!(seen.requests.len(), 3);
    assert!(seen.absent.is_empty());
}

#[test]
fn who_meets_the_filter_is_in_scope_and_who_does_not_is_out_of_it() {
    let options = json!({ "tenant": "t.example", "filter": "accountEnabled eq true" });
    let seen = run::<Entra>(&options, people(&[ADA, BEN]), |request| {
        let is_limited = asked(request).contains("accountEnabled");
        let existing: &[&str] = if is_limited { &[ADA] } else { &[ADA, BEN] };
        json(request, 200, &batch(request, existing))
    });
    let scopes: Vec<_> = seen
        .people
        .iter()
        .map(|p| (p.person.key.as_str(), p.person.in_scope))
        .collect();
    assert_eq!(scopes, [(ADA, Some(true)), (BEN, Some(false))]);
    assert!(seen.asked()[0].ends_with(&format!(
        "&$filter=(id%20in%20('{ADA}','{BEN}'))%20and%20(accountEnabled%20eq%20true)"
    )));
    assert!(seen.asked()[1].ends_with(&format!("&$filter=id%20in%20('{BEN}')")));
}

#[test]
fn several_refused_filters_under_way_are_each_tried_the_advanced_way() {
    let options = json!({ "tenant": "t.example", "filter": "companyName eq 'Contoso'" });
    let refused = r#"{"error":{"code":"Request_UnsupportedQuery","message":""}}"#;
    let seen = run::<Entra>(&options, people(&["ada", "ben"]), |request| {
        let path = asked(request);
        let id = if path.contains("'ada'") { ADA } else { BEN };
        if path.contains("$count=true") {
            json(request, 200, &page(&[user(id, "x")], None))
        } else {
            json(request, 400, refused)
        }
    });
    assert_eq!((seen.complete, seen.requests.len()), (Some(2), 4));
}

#[test]
fn attributes_of_single_users_are_read_behind_a_search() {
    let mut begin = people(&["ada"]);
    begin.wanted = vec!["skills".to_owned()];
    let seen = run::<Entra>(&options(), begin, |request| {
        if is_single(request) {
            json(request, 200, &format!(r#"{{"id":"{ADA}","skills":["x"]}}"#))
        } else {
            assert!(asked(request).starts_with("/v1.0/users?$select=id&"));
            json(request, 200, &page(&[format!(r#"{{"id":"{ADA}"}}"#)], None))
        }
    });
    assert_eq!((seen.keys(), seen.complete), (vec![ADA], Some(1)));
    assert!(seen.people[0].document.contains("skills"));
}
