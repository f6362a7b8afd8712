//! Pictures: the best link, and whether it is another one than before.

use attune_plugin::provider::script::{asked, begin, json, run};
use attune_plugin::provider::{Goal, Image};
use serde_json::{Value, json};

use super::{NOBODY, parameter};
use crate::Scim;

fn portrait(mark: &str, photos: &Value) -> (Image, String) {
    let known = vec![("u1".to_owned(), mark.to_owned())];
    let user = json!({ "id": "u1", "photos": photos, "meta": { "version": "W/\"3\"" } });
    let seen = run::<Scim>(&json!({}), begin(Goal::Pictures(known), &[]), |request| {
        assert_eq!(asked(request), "/Users/u1?attributes=photos,meta");
        json(request, 200, &user.to_string())
    });
    assert_eq!((seen.complete, seen.pictures.len()), (Some(0), 1));
    let (picture, _) = &seen.pictures[0];
    assert_eq!(picture.key, "u1");
    (picture.image.clone(), picture.mark.clone())
}

fn link(photos: &Value) -> Option<String> {
    match portrait("", photos).0 {
        Image::Link(link) => Some(link),
        Image::Missing => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_best_of_several_links_is_taken() {
    let of = |name: &str, kind: &str, primary: bool| json!({ "value": format!("https://p.example.com/{name}"), "type": kind, "primary": primary });
    let (small, photo, best) = (
        of("s", "thumbnail", false),
        of("p", "photo", false),
        of("b", "PHOTO", true),
    );
    for (photos, expected) in [
        (json!([small, photo, best]), "b"),
        (json!([small, photo]), "p"),
        (json!([of("x", "other", false), small]), "s"),
        (json!([of("x", "other", false)]), "x"),
    ] {
        assert_eq!(
            link(&photos),
            Some(format!("https://p.example.com/{expected}"))
        );
    }
    for photos in [
        json!(null),
        json!([]),
        json!({}),
        json!("https://p.example.com/x"),
        json!([{}]),
        json!([{ "value": "" }]),
        json!([{ "value": "data:image/png;base64,AAAA" }]),
        json!([{ "value": "/relative.png", "type": "photo" }]),
    ] {
        assert_eq!(link(&photos), None, "{photos}");
    }
}

#[test]
fn a_known_mark_is_unchanged_until_version_or_link_differ() {
    let photos = json!([{ "value": "https://p.example.com/1", "type": "photo" }]);
    let (_, mark) = portrait("", &photos);
    assert_eq!(mark, "W/\"3\" https://p.example.com/1");
    assert!(matches!(portrait(&mark, &photos).0, Image::Unchanged));
    for other in [
        "W/\"2\" https://p.example.com/1",
        "W/\"3\" https://p.example.com/2",
    ] {
        assert!(
            matches!(portrait(other, &photos).0, Image::Link(_)),
            "{other}"
        );
    }
    let long = json!([{ "value": format!("https://p.example.com/{}", "x".repeat(2000)) }]);
    let (image, mark) = portrait("", &long);
    assert!(matches!(image, Image::Link(_)) && mark.is_empty());
}

#[test]
fn nobody_has_no_picture_and_attributes_may_be_unknown() {
    let known = vec![
        ("u1".to_owned(), String::new()),
        ("u2".to_owned(), "x".to_owned()),
    ];
    let seen = run::<Scim>(
        &json!({}),
        begin(Goal::Pictures(known), &[]),
        |request| match (
            asked(request).starts_with("/Users/u1"),
            parameter(request, "attributes"),
        ) {
            (false, _) => json(request, 404, NOBODY),
            (true, Some(_)) => json(request, 400, "{}"),
            (true, None) => json(
                request,
                200,
                r#"{"id":"u1","photos":[{"value":"http://p.example.com/1"}]}"#,
            ),
        },
    );
    let images = seen.pictures.iter();
    let images = images.map(|(p, _)| (p.key.as_str(), format!("{:?}", p.image)));
    let mut images: Vec<_> = images.collect();
    images.sort();
    assert_eq!(
        images,
        [
            ("u1", "Link(\"http://p.example.com/1\")".to_owned()),
            ("u2", "Missing".to_owned())
        ]
    );
    let odd = run::<Scim>(
        &json!({}),
        begin(Goal::Pictures(vec![("u1".to_owned(), String::new())]), &[]),
        |request| json(request, 404, "<html>"),
    );
    assert_eq!((odd.code(), odd.pictures.len()), ("bad-answer", 0));
}
