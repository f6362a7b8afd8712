//! Changes since a checkpoint: every trap of Graph's delta query has a case.

use attune_plugin::provider::script::{Transcript, asked, begin, json, run};
use attune_plugin::provider::{Begin, Goal, HttpResponse, Presence, Reply, Request};
use serde_json::{Value, json};

use super::{ADA, BEN, CLEO, batch, everyone, not_found, options, page, user};
use crate::Entra;

const MARK: &str = "https://graph.contoso.example/v1.0/users/delta?$deltatoken=a%2Bb%3D";
const NEXT: &str = "https://graph.contoso.example/v1.0/users/delta?$skiptoken=2";
const LATER: &str = "https://graph.contoso.example/v1.0/users/delta?$deltatoken=later";

fn since(wanted: &[&str]) -> Begin {
    begin(Goal::ChangesSince(MARK.to_owned()), wanted)
}

/// An answer that is always the same.
type Answer<'a> = Box<dyn Fn(&Request) -> Reply + 'a>;

/// A page that says where the next round goes on.
fn last(users: &[String]) -> String {
    let users = users.join(",");
    format!(r#"{{"value":[{users}],"@odata.deltaLink":"{LATER}"}}"#)
}

fn is_delta(request: &Request) -> bool {
    asked(request).contains("/users/delta?")
}

/// Answers the pages of the delta in their order, and everything else by the second function.
fn changes(
    (options, begin): (&Value, Begin),
    pages: &[String],
    mut other: impl FnMut(&Request) -> Reply,
) -> Transcript {
    let mut pages = pages.iter();
    run::<Entra>(options, begin, |request| {
        if is_delta(request) {
            json(request, 200, pages.next().expect("no more pages"))
        } else {
            other(request)
        }
    })
}

fn nothing_else(request: &Request) -> Reply {
    panic!("{}", asked(request))
}

fn presences(seen: &Transcript) -> Vec<(&str, Presence)> {
    let people = seen.people.iter();
    people
        .map(|one| (one.person.key.as_str(), one.person.presence))
        .collect()
}

#[test]
fn the_first_checkpoint_is_asked_for_before_the_listing() {
    let mut begin = everyone(&["department", "manager.mail", "aboutMe"]);
    begin.wanted.push("signInActivity".to_owned());
    let seen = run::<Entra>(&options(), begin, |request| {
        let body = if is_delta(request) {
            last(&[])
        } else {
            page(&[], None)
        };
        json(request, 200, &body)
    });
    assert_eq!(
        seen.asked()[0],
        "/v1.0/users/delta?$select=id,userPrincipalName,mail,department,manager\
         &$deltatoken=latest"
    );
    assert!(seen.asked()[1].starts_with("/v1.0/users?"));
    assert_eq!(seen.checkpoint.as_deref(), Some(LATER));
}

#[test]
fn a_listing_goes_on_without_a_checkpoint_where_there_is_none() {
    for (status, body) in [
        (
            400,
            r#"{"error":{"code":"Request_BadRequest","message":"not here"}}"#,
        ),
        (401, "{}"),
        (403, "{}"),
        (404, "<html>"),
        (429, "{}"),
        (501, "{}"),
        (200, "{}"),
        (200, "<html>"),
        (200, r#"{"value":[],"@odata.deltaLink":5}"#),
    ] {
        let seen = run::<Entra>(&options(), everyone(&[]), |request| {
            if is_delta(request) {
                json(request, status, body)
            } else {
                json(request, 200, &page(&[user(ADA, "ada")], None))
            }
        });
        assert_eq!((seen.complete, seen.checkpoint), (Some(1), None), "{body}");
    }
}

#[test]
fn members_of_groups_are_listed_after_the_checkpoint_was_asked_for() {
    let mut begin = everyone(&[]);
    begin.groups = vec!["10000000-0000-4000-8000-000000000001".to_owned()];
    let seen = run::<Entra>(&options(), begin, |request| {
        let body = if is_delta(request) {
            last(&[])
        } else {
            page(&[], None)
        };
        json(request, 200, &body)
    });
    assert!(is_delta(&seen.requests[0]) && seen.asked()[1].contains("/transitiveMembers/"));
    assert_eq!(seen.checkpoint.as_deref(), Some(LATER));
}

#[test]
fn links_are_followed_whole_and_an_empty_page_is_not_the_end() {
    let pages = [
        page(&[], Some(NEXT)),
        last(&[format!(r#"{{"id":"{ADA}","department":null}}"#)]),
    ];
    let seen = changes((&options(), since(&["department"])), &pages, nothing_else);
    assert_eq!(seen.asked(), [MARK, NEXT]);
    assert_eq!(presences(&seen), [(ADA, Presence::Partial)]);
    assert_eq!(
        seen.people[0].document,
        format!(r#"{{"id":"{ADA}","department":null}}"#)
    );
    assert_eq!(seen.people[0].person.in_scope, None);
    assert_eq!(
        (seen.complete, seen.checkpoint.as_deref()),
        (Some(1), Some(LATER))
    );
    for request in &seen.requests {
        let Request::Http(http) = request else {
            panic!("an HTTP request")
        };
        let prefer = ("Prefer".to_owned(), "odata.maxpagesize=999".to_owned());
        assert!(http.headers.contains(&prefer), "links do not carry headers");
    }
}

#[test]
fn somebody_removed_is_gone_whichever_the_reason() {
    let removed =
        |id: &str, reason: &str| format!(r#"{{"id":"{id}","@removed":{{"reason":"{reason}"}}}}"#);
    let pages = [last(&[removed(ADA, "changed"), removed(BEN, "deleted")])];
    let seen = changes((&options(), since(&["manager.mail"])), &pages, nothing_else);
    assert_eq!(
        presences(&seen),
        [(ADA, Presence::Gone), (BEN, Presence::Gone)]
    );
    assert_eq!(seen.complete, Some(0));
}

#[test]
fn the_same_id_twice_in_a_round_comes_twice_in_its_order() {
    let pages = [
        page(&[user(ADA, "old")], Some(NEXT)),
        last(&[user(ADA, "new")]),
    ];
    let seen = changes((&options(), since(&[])), &pages, nothing_else);
    assert_eq!(seen.keys(), [ADA, ADA]);
    assert!(seen.people[1].document.contains("new"));
}

#[test]
fn a_manager_is_a_hint_and_looked_up_after_the_last_page() {
    let told = |id: &str, manager: &str| {
        format!(r#"{{"id":"{id}","jobTitle":"x","manager@delta":[{manager}]}}"#)
    };
    let leaves = format!(r#"{{"id":"{CLEO}","@removed":{{"reason":"deleted"}}}}"#);
    let comes = format!(r#"{{"id":"{CLEO}"}}"#);
    let pages = [
        page(&[told(ADA, &leaves), user(CLEO, "cleo")], Some(NEXT)),
        last(&[told(BEN, &comes), told(ADA, &comes)]),
    ];
    let wanted = ["manager.displayName"];
    let seen = changes((&options(), since(&wanted)), &pages, |request| {
        json(request, 200, &batch(request, &[ADA, BEN]))
    });
    assert_eq!(seen.requests.len(), 3, "{:?}", seen.asked());
    let path = &seen.asked()[2];
    assert!(path.contains("$expand=manager($select=id)"), "{path}");
    assert!(
        path.ends_with(&format!("id%20in%20('{ADA}','{BEN}')")),
        "{path}"
    );
    let expected = [
        (CLEO, Presence::Partial),
        (ADA, Presence::Whole),
        (BEN, Presence::Whole),
    ];
    assert_eq!(presences(&seen), expected);

    let seen = changes((&options(), since(&["jobTitle"])), &pages, nothing_else);
    assert_eq!(
        seen.people.len(),
        4,
        "who does not read managers asks for none"
    );
}

#[test]
fn who_comes_with_a_filter_is_held_against_it() {
    let options = json!({ "tenant": "t.example", "filter": "accountEnabled eq true" });
    let pages = [last(&[user(ADA, "a"), user(BEN, "b"), user(CLEO, "c")])];
    let seen = changes((&options, since(&[])), &pages, |request| {
        if asked(request).starts_with("/v1.0/users/") {
            return not_found(request);
        }
        let is_limited = asked(request).contains("accountEnabled");
        let existing: &[&str] = if is_limited { &[ADA] } else { &[ADA, BEN] };
        json(request, 200, &batch(request, existing))
    });
    let scopes = seen.people.iter();
    let scopes: Vec<_> = scopes
        .map(|p| (p.person.key.as_str(), p.person.in_scope))
        .collect();
    assert_eq!(scopes, [(ADA, Some(true)), (BEN, Some(false))]);
    assert_eq!(seen.absent, [CLEO], "gone between two questions");
    assert_eq!(seen.checkpoint.as_deref(), Some(LATER));
}

#[test]
fn who_comes_is_held_against_the_groups() {
    let group = "10000000-0000-4000-8000-000000000001";
    let mut begin = since(&[]);
    begin.groups = vec![group.to_owned()];
    let pages = [last(&[user(ADA, "a"), user(BEN, "b")])];
    let seen = changes((&options(), begin), &pages, |request| {
        let body = if asked(request).contains(&format!("{ADA}/transitiveMemberOf")) {
            page(&[format!(r#"{{"id":"{group}"}}"#)], None)
        } else if asked(request).contains("/transitiveMemberOf/") {
            page(&[], None)
        } else {
            batch(request, &[ADA, BEN])
        };
        json(request, 200, &body)
    });
    let scopes = seen.people.iter();
    let mut scopes: Vec<_> = scopes
        .map(|p| (p.person.key.as_str(), p.person.in_scope))
        .collect();
    scopes.sort_unstable();
    assert_eq!(scopes, [(ADA, Some(true)), (BEN, Some(false))]);
}

#[test]
fn a_link_that_graph_knows_no_more_is_lost_at_every_page() {
    let gone = |request: &Request| {
        Reply::Http(HttpResponse {
            id: request.id(),
            status: 410,
            headers: vec![("Location".to_owned(), LATER.replace("later", ""))],
            body: Vec::new(),
        })
    };
    let refused = |code: &'static str, status: u16| {
        move |request: &Request| {
            json(
                request,
                status,
                &format!(r#"{{"error":{{"code":"{code}","message":""}}}}"#),
            )
        }
    };
    let answers: Vec<Answer<'_>> = vec![
        Box::new(gone),
        Box::new(refused("syncStateNotFound", 410)),
        Box::new(refused("SyncStateNotFound", 404)),
        Box::new(refused("resyncRequired", 400)),
        Box::new(refused("resyncRequired", 409)),
        Box::new(refused("Directory_ExpiredPageToken", 400)),
        Box::new(refused("Request_BadRequest", 400)),
    ];
    for answer in answers {
        for good in 0..3 {
            let mut page_number = 0;
            let seen = run::<Entra>(&options(), since(&[]), |request| {
                page_number += 1;
                if page_number > good {
                    return answer(request);
                }
                let next = format!("{NEXT}{page_number}");
                json(request, 200, &page(&[user(ADA, "ada")], Some(&next)))
            });
            assert_eq!((seen.code(), seen.complete), ("paging-lost", None));
            assert_eq!(seen.checkpoint, None);
        }
    }
}

#[test]
fn other_refusals_are_themselves_and_list_nobody() {
    for (status, code) in [
        (401, "sign-in"),
        (403, "permission"),
        (429, "throttled"),
        (500, "unavailable"),
        (503, "unavailable"),
        (302, "bad-answer"),
    ] {
        let seen = run::<Entra>(&options(), since(&[]), |r| json(r, status, "{}"));
        assert_eq!((seen.code(), seen.complete), (code, None));
    }
}

#[test]
fn a_page_that_leads_nowhere_is_no_end() {
    for body in [
        r#"{"value":[]}"#.to_owned(),
        r#"{"value":[],"@odata.deltaLink":null}"#.to_owned(),
        r#"{"value":[],"@odata.deltaLink":""}"#.to_owned(),
        r#"{"value":[],"@odata.nextLink":5}"#.to_owned(),
        last(&["{}".to_owned()]),
        last(&[format!(r#"{{"id":"{ADA}","@removed":"#)]),
    ] {
        let seen = run::<Entra>(&options(), since(&[]), |r| json(r, 200, &body));
        assert_eq!((seen.code(), seen.complete), ("bad-answer", None), "{body}");
    }
    let good = last(&[user(ADA, "ada")]);
    for end in 0..good.len() {
        let seen = run::<Entra>(&options(), since(&[]), |r| json(r, 200, &good[..end]));
        assert_eq!((seen.complete, seen.checkpoint), (None, None), "{end}");
    }
}

#[test]
fn a_link_that_comes_again_is_a_loop() {
    let pages = [page(&[], Some(NEXT)), page(&[], Some(NEXT))];
    let seen = changes((&options(), since(&[])), &pages, nothing_else);
    assert_eq!((seen.code(), seen.complete), ("paging-loop", None));
}

#[test]
fn a_foreign_checkpoint_is_lost_without_a_request() {
    for mark in ["", "usn:12", "{}"] {
        let begin = begin(Goal::ChangesSince(mark.to_owned()), &[]);
        let seen = run::<Entra>(&options(), begin, nothing_else);
        assert_eq!(seen.code(), "paging-lost");
    }
}

fn many(number: usize) -> Vec<String> {
    let id = |n| format!("00000000-0000-4000-8000-{n:012}");
    (0..number).map(id).collect()
}

#[test]
fn many_who_have_to_be_looked_up_are_each_looked_up_once() {
    let ids = many(400);
    let users: Vec<String> = ids
        .iter()
        .map(|id| format!(r#"{{"id":"{id}","manager@delta":[]}}"#))
        .collect();
    let twice = [users.clone(), users].concat();
    let existing: Vec<&str> = ids.iter().map(String::as_str).collect();
    let wanted = ["manager.mail"];
    let seen = changes((&options(), since(&wanted)), &[last(&twice)], |request| {
        json(request, 200, &batch(request, &existing))
    });
    assert_eq!((seen.keys(), seen.complete), (existing.clone(), Some(400)));
    assert_eq!(seen.requests.len(), 1 + 2 * 10 + 7);
}

#[test]
fn too_many_who_have_to_be_looked_up_are_a_case_for_a_listing() {
    let users: Vec<String> = many(5_001)
        .iter()
        .map(|id| format!(r#"{{"id":"{id}","manager@delta":[]}}"#))
        .collect();
    let wanted = ["manager.mail"];
    let seen = changes((&options(), since(&wanted)), &[last(&users)], nothing_else);
    assert_eq!((seen.code(), seen.requests.len()), ("paging-lost", 1));
}
