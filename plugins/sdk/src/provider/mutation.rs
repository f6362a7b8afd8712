//! Bent answers for native tests: what a directory, a proxy or a broken server may send instead of
//! a good one.
//!
//! [`bodies`] makes so many out of one good JSON body: cut ones, ones with a value of another type in
//! every place, huge ones, ones in wrong encodings, ones with replaced bytes. Which ones follows from
//! the body and the count alone, so a failing one comes again.

use serde_json::{Value, json};

/// What replaced bytes become.
const BYTES: &[u8; 16] = b"\"{}[]:,\\ \x00\xff0nt-e";
/// Longer than any value that the host takes.
const LONG_CHARS: usize = 70_000;

/// So many bent forms of a good body (at least every systematic one that fits into the count).
///
/// # Panics
/// When the good body is no JSON.
pub fn bodies(good: &str, count: usize) -> Vec<Vec<u8>> {
    let parsed: Result<Value, _> = serde_json::from_str(good);
    assert!(parsed.is_ok(), "the good body is no JSON");
    let value = parsed.unwrap_or_default();
    let mut bent = encodings(good);
    bent.extend(other_types(&value));
    let cuts = (count / 3).min(good.len());
    bent.extend((0..cuts).map(|n| {
        good.as_bytes()
            .iter()
            .take(n * good.len() / cuts)
            .copied()
            .collect()
    }));
    bent.truncate(count);
    let mut random = Random::default();
    while bent.len() < count {
        bent.push(replaced(good.as_bytes(), &mut random));
    }
    bent
}

/// The body as other encodings would have it, and what stands there when it is no answer at all.
fn encodings(good: &str) -> Vec<Vec<u8>> {
    let utf16 =
        |bytes: fn(u16) -> [u8; 2]| good.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let latin1 = good.chars().map(|c| u8::try_from(c).unwrap_or(b'\xe4'));
    vec![
        Vec::new(),
        b" \r\n".to_vec(),
        [b"\xEF\xBB\xBF", good.as_bytes()].concat(),
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
        latin1.chain(*b"\xff").collect(),
        good.replace('\\', "").into_bytes(),
        [good, good].concat().into_bytes(),
        format!("[{good}]").into_bytes(),
        b"<!DOCTYPE html><title>Sign in</title>".to_vec(),
        format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000)).into_bytes(),
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00".to_vec(),
    ]
}

/// A value of another type in every place of the body.
fn other_types(good: &Value) -> Vec<Vec<u8>> {
    let others = [
        Value::Null,
        json!(true),
        json!(-1.5e300),
        json!(9_007_199_254_740_993_u64),
        json!(""),
        json!("x".repeat(LONG_CHARS)),
        json!([]),
        json!({}),
        json!([[{}]]),
        json!({ "value": "a\u{0}b\u{202e}" }),
    ];
    let mut places = vec![String::new()];
    collect(good, "", &mut places);
    let mut bent = Vec::new();
    for place in &places {
        for other in &others {
            let mut changed = good.clone();
            if let Some(found) = changed.pointer_mut(place) {
                found.clone_from(other);
            }
            bent.push(changed.to_string().into_bytes());
        }
    }
    bent
}

fn collect(value: &Value, at: &str, places: &mut Vec<String>) {
    let mut child = |name: &str, value: &Value| {
        let place = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        collect(value, &place, places);
        places.push(place);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| child(name, value)),
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                child(&index.to_string(), element);
            }
        }
        _ => {}
    }
}

fn replaced(good: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bent = good.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bent.len());
        let with = BYTES.get(random.below(BYTES.len())).copied();
        if let (Some(byte), Some(with)) = (bent.get_mut(at), with) {
            *byte = with;
        }
    }
    bent
}

/// Xorshift: the same numbers in every run. For other answers than JSON too.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Default for Random {
    fn default() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }
}

impl Random {
    /// A number below `end`; 0 where there is none.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end.max(1) as u64).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::bodies;

    #[test]
    fn two_thousand_bodies_differ_and_come_again() {
        let good = r#"{"value":[{"id":"a","n":1},{"id":"b","tags":["x"]}],"next":null}"#;
        let bent = bodies(good, 2_000);
        assert_eq!(bent.len(), 2_000);
        assert_eq!(bent, bodies(good, 2_000));
        let distinct: HashSet<_> = bent.iter().collect();
        assert!(distinct.len() > 1_500, "{}", distinct.len());
        let valid = bent
            .iter()
            .filter(|body| serde_json::from_slice::<serde_json::Value>(body).is_ok());
        assert!(valid.count() > 80);
    }
}
