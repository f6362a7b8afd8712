//! A page that was cut or bent never completes a listing, and nothing panics.

use serde_json::{Value, json};

use super::{ADA, BEN, answered};

const BENT: [&str; 7] = ["null", "true", "5", "\"\"", "[]", "{}", "[[]]"];

fn good() -> Value {
    json!({
        "@odata.context": "https://graph.contoso.example/v1.0/$metadata#users",
        "value": [
            { "id": ADA, "mail": "ada@contoso.example", "businessPhones": ["+49 30 1"],
              "manager": { "id": BEN }, "displayName": "Ada Ümläut \u{1F600}" },
            { "id": BEN, "mail": null, "businessPhones": [], "displayName": "Ben" }
        ]
    })
}

#[test]
fn a_cut_page_never_completes() {
    let body = serde_json::to_string_pretty(&good()).unwrap();
    assert!(answered(200, &body).complete.is_some());
    let mut cuts = 0;
    for end in (0..body.len()).filter(|&end| body.is_char_boundary(end)) {
        let seen = answered(200, &body[..end]);
        assert_eq!((seen.code(), seen.complete), ("bad-answer", None), "{end}");
        cuts += 1;
    }
    assert!(cuts > 400, "{cuts}");
}

#[test]
fn a_page_with_a_bent_frame_never_completes() {
    for bent in BENT.map(|text| serde_json::from_str::<Value>(text).unwrap()) {
        let mut frames = vec![bent.clone()];
        for pointer in ["/value", "/value/0", "/value/0/id"] {
            let mut frame = good();
            *frame.pointer_mut(pointer).unwrap() = bent.clone();
            frames.push(frame);
        }
        for frame in frames {
            if frame["value"] == json!([]) {
                // An empty list is a list.
                continue;
            }
            let seen = answered(200, &frame.to_string());
            assert_eq!(seen.complete, None, "{frame}");
        }
    }
}

/// 2,000 pages with some bytes replaced; which ones follows from the round alone.
#[test]
fn a_page_with_replaced_bytes_is_whole_or_a_problem() {
    let body = good().to_string().into_bytes();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    let mut refused = 0;
    for _ in 0..2_000 {
        let mut bent = body.clone();
        for _ in 0..=next(4) {
            let at = next(bent.len());
            bent[at] = b"\"{}[]:,\\ \x00\xff0nt-e"[next(16)];
        }
        let text = String::from_utf8_lossy(&bent);
        let seen = answered(200, &text);
        // What completes was complete JSON with two people in it.
        if seen.complete.is_some() {
            let page: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(
                page["value"].as_array().map(Vec::len),
                Some(seen.people.len())
            );
        } else {
            assert!(!seen.code().is_empty());
            refused += 1;
        }
    }
    assert!(refused > 600, "{refused}");
}
