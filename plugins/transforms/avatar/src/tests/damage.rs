//! Damaged bytes: an answer or a refusal, never a trap, and no time without end.

use image::ImageFormat;

use super::samples::{Paint, jpeg_turned, moving, quarters, sample};
use crate::picture;

/// A small generator of its own: the same damage in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }
}

fn originals() -> Vec<Vec<u8>> {
    let paints = [Paint::Red, Paint::Green, Paint::Blue, Paint::White];
    vec![
        sample(ImageFormat::Jpeg, 70, 90),
        sample(ImageFormat::Png, 90, 70),
        sample(ImageFormat::Gif, 70, 70),
        sample(ImageFormat::WebP, 70, 70),
        jpeg_turned(&quarters(64, paints), 6),
        moving(&paints),
    ]
}

#[test]
fn two_thousand_mutated_pictures_trap_nothing() {
    let originals = originals();
    let mut dice = Dice(7);
    let mut drawn = 0;
    for turn in 0..2_000 {
        let mut bytes = originals[turn % originals.len()].clone();
        for _ in 0..=dice.below(8) {
            let at = dice.below(bytes.len());
            match dice.below(4) {
                0 => bytes[at] ^= 1 << dice.below(8),
                1 => bytes[at] = dice.below(256) as u8,
                2 => {
                    let end = (at + dice.below(64)).min(bytes.len());
                    bytes.drain(at..end);
                }
                _ => {
                    let copied = bytes[at..(at + dice.below(64)).min(bytes.len())].to_vec();
                    let to = dice.below(bytes.len());
                    bytes.splice(to..to, copied);
                }
            }
            if bytes.is_empty() {
                break;
            }
        }
        match picture(&bytes, 64) {
            Ok(png) => {
                assert!(png.starts_with(b"\x89PNG"));
                drawn += 1;
            }
            Err(refusal) => assert!(!refusal.problem().message.is_empty()),
        }
    }
    assert!(
        (200..1_990).contains(&drawn),
        "{drawn} of 2000 could still be drawn"
    );
}

#[test]
fn a_truncated_picture_is_refused_or_drawn_as_far_as_it_goes() {
    for original in originals() {
        let mut refused = 0;
        for length in (0..original.len()).step_by(original.len() / 40 + 1) {
            refused += usize::from(picture(&original[..length], 64).is_err());
        }
        assert!(
            refused > 0,
            "nothing of {} bytes was refused",
            original.len()
        );
    }
}
