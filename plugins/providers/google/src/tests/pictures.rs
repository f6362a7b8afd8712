//! Pictures: marks, the odd alphabet, and people without one.

use attune_plugin::provider::script::{Transcript, asked, json, run};
use attune_plugin::provider::{Goal, Image, Picture};
use serde_json::json;

use super::{ADA, BEN, CLEO, begin, error, not_found};
use crate::Google;

fn pictures(known: &[(&str, &str)]) -> attune_plugin::provider::Begin {
    let known = known
        .iter()
        .map(|(key, mark)| ((*key).to_owned(), (*mark).to_owned()))
        .collect();
    begin(Goal::Pictures(known), &[])
}

/// Everybody has this user and this picture.
fn answered(known: &[(&str, &str)], user: &str, photo: &str) -> Transcript {
    run::<Google>(&json!({}), pictures(known), |request| {
        let is_photo = asked(request).contains("/photos/thumbnail");
        json(request, 200, if is_photo { photo } else { user })
    })
}

fn only(seen: &Transcript) -> (&Picture, &[u8]) {
    assert_eq!((seen.pictures.len(), seen.complete), (1, Some(0)));
    let (picture, bytes) = &seen.pictures[0];
    (picture, bytes)
}

const USER: &str = r#"{"id":"1","thumbnailPhotoEtag":"\"e2\""}"#;
/// 0xfb 0xff 0xbf 0x00 in the alphabet of the field's documentation.
const PHOTO: &str = r#"{"etag":"\"p\"","mimeType":"JPEG","photoData":"-_-_AA**"}"#;

#[test]
fn a_picture_with_the_known_mark_is_not_fetched() {
    let seen = answered(&[(ADA, "\"e2\"")], USER, PHOTO);
    let (picture, _) = only(&seen);
    assert!(matches!(picture.image, Image::Unchanged));
    assert_eq!(
        (picture.key.as_str(), picture.mark.as_str()),
        (ADA, "\"e2\"")
    );
    assert_eq!(
        seen.asked(),
        [format!(
            "/admin/directory/v1/users/{ADA}?fields=id,thumbnailPhotoEtag"
        )]
    );
}

#[test]
fn a_new_picture_is_decoded_here() {
    for known in ["", "\"e1\""] {
        let seen = answered(&[(ADA, known)], USER, PHOTO);
        let (picture, bytes) = only(&seen);
        assert_eq!(bytes, [0xfb, 0xff, 0xbf, 0x00]);
        assert!(matches!(picture.image, Image::Bytes(_)));
        assert_eq!(
            (picture.mark.as_str(), picture.media_type.as_str()),
            ("\"e2\"", "image/jpeg")
        );
        assert_eq!(
            seen.asked()[1],
            format!(
                "/admin/directory/v1/users/{ADA}/photos/thumbnail?fields=etag,mimeType,photoData"
            )
        );
    }
}

#[test]
fn every_form_of_picture_data_is_read() {
    for (data, kind, media_type) in [
        ("+/+/AA==", "image/png", "image/png"),
        ("-_-_AA..", "", ""),
        ("data:image/jpeg;base64,-_-_AA", "IMAGE/JPEG", "image/jpeg"),
    ] {
        let photo = json!({ "photoData": data, "mimeType": kind }).to_string();
        let seen = answered(&[(ADA, "")], USER, &photo);
        let (picture, bytes) = only(&seen);
        assert_eq!(bytes, [0xfb, 0xff, 0xbf, 0x00], "{data}");
        assert_eq!(picture.media_type, media_type);
    }
}

#[test]
fn what_is_no_base64_costs_its_person_only() {
    let seen = run::<Google>(&json!({}), pictures(&[(ADA, ""), (BEN, "")]), |request| {
        let path = asked(request);
        let photo = if path.contains(ADA) {
            r#"{"photoData":"<svg/>!"}"#
        } else {
            PHOTO
        };
        json(
            request,
            200,
            if path.contains("/photos/") {
                photo
            } else {
                USER
            },
        )
    });
    assert_eq!(seen.complete, Some(0));
    assert_eq!(seen.pictures.len(), 2);
    let of = |key: &str| {
        let found = seen.pictures.iter().find(|(picture, _)| picture.key == key);
        found.unwrap().1.clone()
    };
    assert_eq!(of(ADA), b"<svg/>!");
    assert_eq!(of(BEN), [0xfb, 0xff, 0xbf, 0x00]);
}

#[test]
fn a_404_is_a_missing_picture_and_a_person_who_is_gone_says_nothing_of_one() {
    let seen = run::<Google>(
        &json!({}),
        pictures(&[(ADA, "x"), (BEN, "x"), (CLEO, "")]),
        |request| {
            let path = asked(request);
            if path.contains("/photos/") || path.contains(BEN) {
                return not_found(request);
            }
            json(request, 200, r#"{"id":"1"}"#)
        },
    );
    let missing: Vec<&str> = seen
        .pictures
        .iter()
        .map(|(picture, _)| {
            assert!(matches!(picture.image, Image::Missing));
            picture.key.as_str()
        })
        .collect();
    assert_eq!(missing, [ADA, CLEO]);
    assert_eq!(
        (seen.absent, seen.complete),
        (vec![BEN.to_owned()], Some(0))
    );
}

#[test]
fn without_a_mark_of_the_user_the_pictures_own_stands_in() {
    let seen = answered(&[(ADA, "")], r#"{"id":"1"}"#, PHOTO);
    let (picture, _) = only(&seen);
    assert_eq!(picture.mark, "photo:\"p\"");
    let seen = answered(&[(ADA, "photo:\"p\"")], r#"{"id":"1"}"#, PHOTO);
    assert!(matches!(only(&seen).0.image, Image::Unchanged));
}

#[test]
fn empty_picture_data_is_no_picture() {
    let seen = answered(&[(ADA, "")], USER, r#"{"etag":"x"}"#);
    assert!(matches!(only(&seen).0.image, Image::Missing));
}

#[test]
fn a_404_that_is_no_word_of_google_and_a_missing_permission_are_problems() {
    for (status, body, code) in [
        (404, "<html>".to_owned(), "bad-answer"),
        (403, error(403, "forbidden", "no"), "permission"),
        (200, "{".to_owned(), "bad-answer"),
        (200, r#"{"photoData":7}"#.to_owned(), "bad-answer"),
    ] {
        let seen = run::<Google>(&json!({}), pictures(&[(ADA, "")]), |request| {
            if asked(request).contains("/photos/") {
                json(request, status, &body)
            } else {
                json(request, 200, USER)
            }
        });
        assert_eq!((seen.code(), seen.complete), (code, None), "{body}");
        assert!(seen.pictures.is_empty());
    }
}
