//! Photos: what is asked, what each way of saying "no photo" becomes, what is asked again.

use attune_plugin::provider::script::{Transcript, begin, json, run};
use attune_plugin::provider::{Goal, HttpRequest, Image, Request};
use serde_json::{Value, json};

use super::{ADA, BEN, CLEO, options};
use crate::Entra;

fn asked(
    marks: &[(&str, &str)],
    mut answer: impl FnMut(&str) -> Value,
) -> (Transcript, Vec<String>) {
    let marks = marks
        .iter()
        .map(|(key, mark)| ((*key).to_owned(), (*mark).to_owned()));
    let mut urls = Vec::new();
    let transcript = run::<Entra>(
        &options(),
        begin(Goal::Pictures(marks.collect()), &[]),
        |request| {
            let steps = steps(request);
            assert!((1..=20).contains(&steps.len()));
            let responses: Vec<Value> = steps
                .iter()
                .rev()
                .map(|(id, url)| {
                    urls.push(url.clone());
                    let mut inner = answer(url);
                    inner["id"] = json!(id);
                    inner
                })
                .collect();
            json(request, 200, &json!({ "responses": responses }).to_string())
        },
    );
    (transcript, urls)
}

fn steps(request: &Request) -> Vec<(String, String)> {
    let Request::Http(HttpRequest { method, body, .. }) = request else {
        panic!("an HTTP request");
    };
    assert_eq!(method, "POST");
    let body: Value = serde_json::from_slice(body).unwrap();
    let steps = body["requests"].as_array().unwrap().iter();
    steps
        .map(|step| {
            assert_eq!(step["method"], "GET");
            let text = |name: &str| step[name].as_str().unwrap().to_owned();
            (text("id"), text("url"))
        })
        .collect()
}

fn metadata(tag: &str, edge: u32) -> Value {
    json!({ "status": 200, "body": { "@odata.mediaContentType": "image/jpeg",
        "@odata.mediaEtag": tag, "id": format!("{edge}X{edge}"), "width": edge, "height": edge } })
}

fn image(base64: &str, tag: &str) -> Value {
    json!({ "status": 200, "headers": { "Content-Type": "image/jpeg", "ETag": tag }, "body": base64 })
}

fn error(status: u16, code: &str) -> Value {
    json!({ "status": status, "body": { "error": { "code": code, "message": "As the test wants it." } } })
}

fn said(transcript: &Transcript) -> Vec<(String, String, String)> {
    let mut said: Vec<_> = transcript
        .pictures
        .iter()
        .map(|(picture, bytes)| {
            let what = match picture.image {
                Image::Bytes(_) => String::from_utf8_lossy(bytes).into_owned(),
                Image::Unchanged => "unchanged".to_owned(),
                Image::Missing => "missing".to_owned(),
                Image::Slice(..) | Image::Link(_) => "elsewhere".to_owned(),
            };
            (picture.key.clone(), picture.mark.clone(), what)
        })
        .collect();
    said.sort();
    said
}

fn line(key: &str, mark: &str, what: &str) -> (String, String, String) {
    (key.to_owned(), mark.to_owned(), what.to_owned())
}

#[test]
fn only_the_bytes_of_what_is_new_are_asked_for_in_a_size_that_is_there() {
    let marks = [(ADA, ""), (BEN, "\"B2\""), (CLEO, "\"C1\"")];
    let (transcript, urls) = asked(&marks, |url| match url {
        url if url.ends_with("$value") => image("Zm9v", "\"X\""),
        url if url.contains(ADA) => metadata("\"A1\"", 648),
        url if url.contains(BEN) => metadata("\"B2\"", 648),
        _ => metadata("\"C2\"", 100),
    });
    let all = [
        line(ADA, "\"A1\"", "foo"),
        line(BEN, "\"B2\"", "unchanged"),
        line(CLEO, "\"C2\"", "foo"),
    ];
    assert_eq!(said(&transcript), all);
    assert_eq!(transcript.complete, Some(0));
    let bytes: Vec<&String> = urls.iter().filter(|url| url.ends_with("$value")).collect();
    assert_eq!(bytes.len(), 2);
    assert!(bytes.contains(&&format!("/users/{ADA}/photos/504x504/$value")));
    assert!(bytes.contains(&&format!("/users/{CLEO}/photo/$value")));
}

#[test]
fn a_hundred_people_are_five_batches() {
    let keys: Vec<String> = (0..100)
        .map(|n| format!("00000000-0000-4000-8000-{n:012x}"))
        .collect();
    let marks: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), "\"T\"")).collect();
    let (transcript, _) = asked(&marks, |_| metadata("\"T\"", 240));
    assert_eq!(
        (transcript.requests.len(), transcript.pictures.len()),
        (5, 100)
    );
}

#[test]
fn no_photo_is_known_in_each_way_that_it_is_said() {
    for answer in [
        error(404, "ImageNotFound"),
        json!({ "status": 404, "body": null }),
        json!({ "status": 404 }),
        json!({ "status": 200, "body": { "@odata.mediaContentType": "image/gif",
            "@odata.mediaEtag": "", "id": "1X1", "width": 1, "height": 1 } }),
    ] {
        let (transcript, urls) = asked(&[(ADA, "\"A1\"")], |_| answer.clone());
        assert_eq!(said(&transcript), [line(ADA, "", "missing")], "{answer}");
        assert_eq!(urls.len(), 1);
    }
}

#[test]
fn a_throttled_step_is_asked_again_alone_and_after_its_wait() {
    let mut times = 0;
    let (transcript, urls) = asked(&[(ADA, "\"A1\""), (BEN, "\"B1\"")], |url| {
        if url.contains(BEN) {
            times += 1;
            if times == 1 {
                let mut refused = error(429, "TooManyRequests");
                refused["headers"] = json!({ "Retry-After": "2.5" });
                return refused;
            }
            return metadata("\"B1\"", 240);
        }
        metadata("\"A1\"", 240)
    });
    assert_eq!(transcript.waits, [2500]);
    assert_eq!(said(&transcript).len(), 2);
    assert_eq!(urls.iter().filter(|url| url.contains(ADA)).count(), 1);
    assert_eq!(transcript.complete, Some(0));
}

#[test]
fn whoever_is_throttled_for_ever_is_not_said_to_have_no_photo() {
    let (transcript, urls) = asked(&[(ADA, "")], |_| error(429, "TooManyRequests"));
    assert_eq!((said(&transcript).len(), urls.len()), (0, 5));
    assert_eq!(transcript.complete, Some(0));
}

#[test]
fn metadata_that_are_kept_from_us_do_not_keep_the_photo() {
    let (transcript, _) = asked(&[(ADA, "")], |url| {
        if url.ends_with("/photos/240x240/$value") {
            image("Zm9vYmFy", "\"A7\"")
        } else {
            error(403, "ErrorAccessDenied")
        }
    });
    assert_eq!(said(&transcript), [line(ADA, "\"A7\"", "foobar")]);
}

#[test]
fn photos_that_nobody_may_read_are_explained() {
    let (transcript, _) = asked(&[(ADA, ""), (BEN, "")], |_| error(403, "ErrorAccessDenied"));
    let problem = transcript.problem.unwrap();
    assert_eq!(problem.code, "permission");
    assert!(
        problem.message.contains("ProfilePhoto.Read.All"),
        "{}",
        problem.message
    );
}

#[test]
fn somebody_who_is_gone_is_not_somebody_without_a_photo() {
    let (transcript, urls) = asked(&[(ADA, "\"A1\"")], |_| {
        error(404, "Request_ResourceNotFound")
    });
    assert_eq!((said(&transcript).len(), urls.len()), (0, 1));
    assert_eq!(transcript.complete, Some(0));
}

#[test]
fn a_foreign_or_broken_batch_ends_it() {
    for body in [
        "{}",
        "[]",
        r#"{"responses":[{"id":"77","status":200}]}"#,
        "<html>",
    ] {
        let marks = vec![(ADA.to_owned(), String::new())];
        let transcript = run::<Entra>(&options(), begin(Goal::Pictures(marks), &[]), |request| {
            json(request, 200, body)
        });
        assert_eq!(
            (transcript.code(), transcript.complete),
            ("bad-answer", None),
            "{body}"
        );
    }
}
