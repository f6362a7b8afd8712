//! The avatar component in the sandbox: large pictures within its limits, bombs and rubbish
//! refused, and the same answer from every store.

use attune_core::{Column, Context, Kind, Problem, Transform};
use attune_wasm::{Engine, Options, registry::Registry};

const CONTEXT: Context<'static> = Context {
    now_ms: 0,
    seeds: &[],
    locale: "und",
};

fn square(size: u32) -> Box<dyn Transform> {
    let engine = Engine::new(Options::default()).unwrap();
    let bundled: Vec<_> = attune_bundled::PLUGINS
        .iter()
        .map(|plugin| (plugin.id, plugin.wasm))
        .collect();
    let registry = Registry::open(&engine, &bundled, None, &[]).unwrap();
    let avatar = registry.snapshot().plugin("avatar").unwrap();
    let options = serde_json::json!({ "size": size });
    avatar.open_for_pictures("square", &options).unwrap()
}

fn made(step: &mut dyn Transform, picture: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut column = Column::default();
    column.push_bytes(Kind::Bytes, picture);
    let answer = step.apply(&CONTEXT, 1, &[&column]);
    let cell = answer.cell(0);
    match cell.kind {
        Kind::Bytes => Ok(cell.bytes.to_vec()),
        Kind::Failed => Err(serde_json::from_slice(cell.bytes).unwrap()),
        other => panic!("{other:?}"),
    }
}

/// A black PNG of any size in few bytes.
fn black(width: u32, height: u32, (depth, color, pixel_bytes): (u8, u8, u64)) -> Vec<u8> {
    let raw = u64::from(height) * (1 + u64::from(width) * pixel_bytes);
    let mut head = Vec::new();
    head.extend(width.to_be_bytes());
    head.extend(height.to_be_bytes());
    head.extend([depth, color, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [
        (b"IHDR", head),
        (b"IDAT", zeros(raw)),
        (b"IEND", Vec::new()),
    ] {
        out.extend((data.len() as u32).to_be_bytes());
        let start = out.len();
        out.extend_from_slice(kind);
        out.extend_from_slice(&data);
        let mut sum = u32::MAX;
        for byte in &out[start..] {
            sum ^= u32::from(*byte);
            for _ in 0..8 {
                sum = (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg());
            }
        }
        out.extend((!sum).to_be_bytes());
    }
    out
}

/// So many zeros by zlib (RFC 1950, 1951): one literal, then copies of 258 of it at a distance of
/// 1.
fn zeros(count: u64) -> Vec<u8> {
    let mut bits = Bits(vec![0x78, 0x01], 0);
    bits.put(&[1, 1, 0]);
    let literal = [0, 0, 1, 1, 0, 0, 0, 0];
    bits.put(&literal);
    for _ in 0..(count - 1) / 258 {
        bits.put(&[1, 1, 0, 0, 0, 1, 0, 1]);
        bits.put(&[0; 5]);
    }
    for _ in 0..(count - 1) % 258 {
        bits.put(&literal);
    }
    bits.put(&[0; 7]);
    let mut bytes = bits.0;
    bytes.extend((((count % 65_521) as u32) << 16 | 1).to_be_bytes());
    bytes
}

/// Bits, the first one of a byte in its lowest place.
struct Bits(Vec<u8>, u8);

impl Bits {
    fn put(&mut self, bits: &[u8]) {
        for bit in bits {
            if self.1 == 0 {
                self.0.push(0);
            }
            let last = self.0.len() - 1;
            self.0[last] |= bit << self.1;
            self.1 = (self.1 + 1) % 8;
        }
    }
}

const RGB: (u8, u8, u64) = (8, 2, 3);
const RGBA_16: (u8, u8, u64) = (16, 6, 8);

#[test]
fn the_largest_pictures_that_are_decoded_fit_into_the_limits() {
    let mut step = square(256);
    for picture in [black(4_898, 4_898, RGB), black(6_000, 1_999, RGBA_16)] {
        let png = made(step.as_mut(), &picture).unwrap();
        assert!(png.starts_with(b"\x89PNG"));
        assert_eq!(png[16..24], [0, 0, 1, 0, 0, 0, 1, 0]);
    }
    let verdict = step.finish();
    assert!(
        verdict.is_repeatable && verdict.problem.is_none(),
        "{verdict:?}"
    );
}

#[test]
fn larger_ones_are_refused_before_they_are_decoded_and_the_next_is_made() {
    let mut step = square(64);
    for picture in [
        black(40_000, 40_000, (1, 0, 0)),
        black(4_900, 4_900, RGB),
        black(4_000, 4_000, RGBA_16),
    ] {
        let problem = made(step.as_mut(), &picture).unwrap_err();
        assert_eq!(problem.code, "image-too-large", "{problem}");
    }
    assert!(made(step.as_mut(), &black(100, 100, RGB)).is_ok());
    assert!(step.finish().is_repeatable);
}

#[test]
fn a_picture_comes_out_the_same_alone_after_others_and_in_another_store() {
    let picture = black(300, 200, RGB);
    let mut step = square(96);
    let first = made(step.as_mut(), &picture).unwrap();
    assert!(made(step.as_mut(), b"rubbish").is_err());
    assert!(made(step.as_mut(), &picture[..picture.len() / 2]).is_err());
    assert_eq!(made(step.as_mut(), &picture).unwrap(), first);
    assert_eq!(made(square(96).as_mut(), &picture).unwrap(), first);
}
