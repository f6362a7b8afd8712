//! What can be wrong with answers: errors as Graph words them, bodies that are cut, bodies of
//! another question. Each is a problem with the right code; none is a trap, and none completes.

use attune_server::source::{Error, Goal};
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::entra::{self, converse, people};
use crate::replay::{LISTS, Replay, answer, body, names, recorded};

const SOMEBODY: &str = "87d349ed-44d7-43e1-9a83-5f2406dee5bd";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_keep_graphs_words_and_get_our_codes() {
    let plugin = entra::plugin();
    let generic = |status| answer(status, body("26-error-generic"));
    for (status, code, is_unreachable) in [
        (400, "options", false),
        (401, "sign-in", true),
        (403, "permission", false),
        (404, "bad-answer", false),
        (410, "bad-answer", false),
        (429, "throttled", false),
        (500, "unavailable", false),
        (503, "unavailable", false),
    ] {
        let world = Replay::of(vec![generic(status); 40]);
        let source = world.source(&plugin, json!({}));
        let talk = converse(&source, Goal::Everyone, &["displayName"], &[]).await;
        let (found, words) = talk.refusal();
        assert_eq!(found, code, "{status}: {words}");
        assert_eq!(
            talk.result.unwrap_err().is_unreachable(),
            is_unreachable,
            "{status}"
        );
        if code != "throttled" && code != "unavailable" {
            assert!(
                words.contains("Uploaded fragment overlaps"),
                "{status}: {words}"
            );
        }
        assert!(!world.asked().is_empty());
        let is_worth_a_wait = matches!(status, 429 | 503);
        assert_eq!(!world.clock.waits().is_empty(), is_worth_a_wait, "{status}");
    }
    let world = Replay::of(vec![recorded("28-error-count-not-supported")]);
    let talk = converse(&world.source(&plugin, json!({})), Goal::Everyone, &[], &[]).await;
    let (code, words) = talk.refusal();
    assert_eq!(code, "options");
    assert!(
        words.contains("$count is not currently supported"),
        "{words}"
    );
    // The request's id is what Microsoft's support asks for.
    assert!(
        words.contains("d9bbd4d8-bb2d-44e6-99a1-71a9516da744"),
        "{words}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_that_is_unsupported_is_asked_the_advanced_way_once() {
    let plugin = entra::plugin();
    let refusal = || recorded("30-error-unsupported-query");
    let options = json!({ "filter": "companyName eq null" });
    let world = Replay::of(vec![refusal(), recorded("02-list-endswith-count")]);
    let source = world.source(&plugin, options.clone());
    let talk = converse(&source, Goal::Everyone, &["displayName"], &[]).await;
    assert_eq!(talk.count(), 1);
    let asked = world.asked();
    assert!(
        !asked[0].contains("$count") && asked[1].contains("$count=true"),
        "{asked:?}"
    );
    let requests = world.requests();
    let is_eventual = |at: usize| {
        let mut headers = requests[at].headers.iter();
        headers.any(|(n, v)| n.eq_ignore_ascii_case("ConsistencyLevel") && v == "eventual")
    };
    let last = requests.len() - 1;
    assert!(!is_eventual(last - 1) && is_eventual(last));

    let world = Replay::of(vec![refusal(), refusal(), refusal()]);
    let talk = converse(&world.source(&plugin, options), Goal::Everyone, &[], &[]).await;
    assert_eq!(talk.refusal().0, "options");
    assert_eq!(world.asked().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_that_is_not_one_group_ends_the_listing() {
    let plugin = entra::plugin();
    let world = Replay::of(vec![recorded("22-group-list")]);
    let source = world.source(&plugin, json!({}));
    let talk = converse(&source, Goal::Everyone, &["displayName"], &["Golf"]).await;
    let (code, words) = talk.refusal();
    assert_eq!(code, "options");
    assert!(
        words.contains("several groups are called `Golf`"),
        "{words}"
    );
    assert_eq!(world.asked().len(), 1);

    let world = Replay::of(vec![answer(200, r#"{"value":[]}"#)]);
    let source = world.source(&plugin, json!({}));
    let talk = converse(&source, Goal::Everyone, &["displayName"], &["Golf"]).await;
    assert_eq!(talk.refusal().0, "options");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_what_the_authority_says_and_goes_to_graph_only() {
    let plugin = entra::plugin();
    let world = Replay::of(vec![recorded("02-list-endswith-count")]);
    let source = world.source(&plugin, json!({}));
    converse(&source, Goal::Everyone, &["displayName"], &[])
        .await
        .count();
    let requests = world.requests();
    // The mark at which changes go on, and the listing, both with the one token.
    let [login, mark, graph] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    let form = String::from_utf8(login.body.to_vec()).unwrap();
    assert!(
        form.contains("scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"),
        "{form}"
    );
    assert!(form.contains("grant_type=client_credentials"), "{form}");
    assert_eq!(login.url.path(), "/contoso.example/oauth2/v2.0/token");
    assert!(login.credential.is_none());
    let token = "Bearer eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiIsIng1dCI6Ik1uQ19WWmNBVGZNNXBP...";
    for request in [mark, graph] {
        let (name, value) = request.credential.as_ref().expect("a token");
        assert!(name.eq_ignore_ascii_case("authorization"));
        assert_eq!(value.expose_secret(), token);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_that_gives_no_token_is_a_failed_sign_in() {
    let plugin = entra::plugin();
    let refused = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.","error_codes":[7000215]}"#;
    let token = body("32-token-success");
    for given in [
        answer(401, refused),
        answer(400, refused),
        answer(400, body("26-error-generic")),
        answer(200, &token[..token.len() / 2]),
        answer(200, "{}"),
        answer(200, "<html>Sign in</html>"),
    ] {
        let world = Replay::with_token(given.clone(), vec![recorded("02-list-endswith-count")]);
        let source = world.source(&plugin, json!({}));
        let talk = converse(&source, Goal::Everyone, &["displayName"], &[]).await;
        let (code, words) = talk.refusal();
        assert_eq!(code, "sign-in", "{given:?}: {words}");
        assert_eq!(world.asked(), Vec::<String>::new());
        assert!(!words.contains("not-real"), "{words}");
    }
}

/// A body that ends early never looks like a shorter list.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_is_cut_never_completes() {
    let plugin = entra::plugin();
    let mut cuts = 0;
    for name in LISTS {
        let whole = body(name);
        let end = whole.trim_end().len();
        for at in (0..end).step_by(11).chain([end - 1]) {
            // In the middle of a letter too.
            let cut = String::from_utf8_lossy(&whole.as_bytes()[..at]).into_owned();
            let world = Replay::of(vec![answer(200, cut)]);
            let source = world.source(&plugin, json!({}));
            let talk = converse(&source, Goal::Everyone, &["displayName"], &[]).await;
            assert_eq!(talk.refusal().0, "bad-answer", "{name} cut at {at}");
            cuts += 1;
        }
    }
    assert!(cuts > 200, "{cuts}");
}

/// Every body as the answer to every question: the component answers or says what is wrong.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_body_is_a_trap() {
    let plugin = entra::plugin();
    let wanted = ["displayName", "manager.displayName", "aboutMe"];
    for name in names() {
        for status in [200, 400, 404] {
            for (goal, groups, wanted) in [
                (Goal::Everyone, &[][..], &wanted[..2]),
                (Goal::Everyone, &[][..], &wanted[..]),
                (Goal::Everyone, &["Golf"][..], &wanted[..1]),
                (people(&[SOMEBODY]), &[SOMEBODY][..], &wanted[..2]),
                (
                    people(&[SOMEBODY, "x", "a@contoso.example"]),
                    &[][..],
                    &wanted[..],
                ),
                (Goal::Probe, &[][..], &wanted[..1]),
                (Goal::Discover(3), &[][..], &[][..]),
            ] {
                let world = Replay::of(vec![answer(status, body(&name)); 12]);
                let source = world.source(&plugin, json!({}));
                let talk = converse(&source, goal.clone(), wanted, groups).await;
                let is_sound = match &talk.result {
                    Ok(completion) => completion.count as usize <= talk.page.people.len(),
                    Err(Error::Aborted { problem, .. }) => !problem.message.is_empty(),
                    // The same next link again is the host's to notice.
                    Err(error) => matches!(error, Error::PagingLoop { .. }),
                };
                assert!(is_sound, "{name} ({status}) to {goal:?}: {:?}", talk.result);
            }
        }
    }
}

/// Nobody's list: these have no users in them, or users without an id.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_without_users_is_not_an_empty_list() {
    let plugin = entra::plugin();
    for name in [
        "06-get-select",
        "08-delta-select",
        "16-manager-expand-levels-max",
        "20-photo-metadata-1",
        "26-error-generic",
        "28-error-count-not-supported",
        "32-token-success",
        "36-get-schema-extension",
        "38-get-custom-security-attributes-null",
    ] {
        let world = Replay::of(vec![answer(200, body(name))]);
        let source = world.source(&plugin, json!({}));
        let talk = converse(&source, Goal::Everyone, &["displayName"], &[]).await;
        assert_eq!(talk.refusal().0, "bad-answer", "{name}");
        assert_eq!(talk.page.people, [], "{name}");
    }
}
