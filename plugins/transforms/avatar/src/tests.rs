//! Each format, what is turned, what is transparent, what is refused; and damaged bytes.

mod damage;
mod samples;

use attune_plugin::testing::{complaints, edges, run};
use image::{DynamicImage, ImageFormat};

use super::{picture, plugin};
use samples::{Paint, jpeg_turned, png_that_says, quarters, sample};

#[test]
fn manifest_schemas_structs_and_examples_agree() {
    assert_eq!(complaints(&plugin()), Vec::<String>::new());
}

#[test]
fn every_function_meets_the_edges_as_its_table_says() {
    let wrong = edges(&plugin(), include_str!("edges.txt"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The answer as pixels; it is a PNG, and nothing stands in it but a picture.
fn drawn(bytes: &[u8], size: u32) -> DynamicImage {
    let png = picture(bytes, size).unwrap_or_else(|refusal| panic!("{:?}", refusal.problem()));
    assert_eq!(chunks(&png), ["IHDR", "IDAT", "IEND"]);
    image::load_from_memory_with_format(&png, ImageFormat::Png).unwrap()
}

/// The kinds of a PNG's chunks, repeated ones once.
fn chunks(png: &[u8]) -> Vec<String> {
    let mut kinds = Vec::new();
    let mut rest = &png[8..];
    while rest.len() >= 12 {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        kinds.push(String::from_utf8(rest[4..8].to_vec()).unwrap());
        rest = &rest[12 + length..];
    }
    kinds.dedup();
    kinds
}

fn code(bytes: &[u8]) -> String {
    let refusal = picture(bytes, 256).err();
    refusal.map_or_else(String::new, |refusal| refusal.problem().code)
}

#[test]
fn every_format_becomes_a_square_png_of_the_size_asked_for() {
    for format in [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::Gif,
        ImageFormat::WebP,
    ] {
        for (width, height) in [(300, 300), (400, 300), (300, 500), (1200, 900)] {
            let bytes = sample(format, width, height);
            let drawn = drawn(&bytes, 256);
            assert_eq!((drawn.width(), drawn.height()), (256, 256), "{format:?}");
            assert!(!drawn.color().has_alpha(), "{format:?}");
        }
    }
}

#[test]
fn a_small_picture_is_not_blown_up_beyond_what_jira_takes() {
    for (edge, size, wanted) in [
        (96, 256, 96),
        (20, 256, 48),
        (48, 48, 48),
        (600, 512, 512),
        (600, 1024, 600),
    ] {
        let drawn = drawn(&sample(ImageFormat::Png, edge, edge), size);
        assert_eq!(drawn.width(), wanted, "{edge} for {size}");
    }
}

#[test]
fn the_centre_is_what_is_kept() {
    // 900 x 300: three squares beside each other.
    let wide = samples::stripes(900, 300, [Paint::Red, Paint::Green, Paint::Blue]);
    let drawn = drawn(&samples::encoded(&wide, ImageFormat::Png), 64).into_rgb8();
    assert!(drawn.pixels().all(|pixel| pixel.0 == [0, 255, 0]));
}

#[test]
fn what_exif_says_is_obeyed_and_then_dropped() {
    // Upright: red, green over blue, white. Each value of EXIF lies otherwise in the file.
    for (value, corners) in [
        (1, [Paint::Red, Paint::Green, Paint::Blue, Paint::White]),
        (2, [Paint::Green, Paint::Red, Paint::White, Paint::Blue]),
        (3, [Paint::White, Paint::Blue, Paint::Green, Paint::Red]),
        (6, [Paint::Blue, Paint::Red, Paint::White, Paint::Green]),
        (8, [Paint::Green, Paint::White, Paint::Red, Paint::Blue]),
    ] {
        let bytes = jpeg_turned(
            &quarters(128, [Paint::Red, Paint::Green, Paint::Blue, Paint::White]),
            value,
        );
        assert!(bytes.windows(4).any(|part| part == b"Exif"));
        let drawn = drawn(&bytes, 128).into_rgb8();
        let seen: Vec<Paint> = [(20, 20), (108, 20), (20, 108), (108, 108)]
            .into_iter()
            .map(|(x, y)| Paint::nearest(drawn.get_pixel(x, y).0))
            .collect();
        assert_eq!(seen, corners, "orientation {value}");
    }
}

#[test]
fn transparency_stays_and_what_cannot_be_seen_colours_nothing() {
    let mut half = quarters(200, [Paint::Red, Paint::Green, Paint::Red, Paint::Green]).into_rgba8();
    for (x, _, pixel) in half.enumerate_pixels_mut() {
        if x >= 100 {
            pixel.0[3] = 0;
        }
    }
    let bytes = samples::encoded(&DynamicImage::ImageRgba8(half), ImageFormat::Png);
    let drawn = drawn(&bytes, 100);
    assert!(drawn.color().has_alpha());
    for pixel in drawn.into_rgba8().pixels() {
        let [red, green, _, alpha] = pixel.0;
        assert!(alpha == 0 || (red > 200 && green < 40), "{pixel:?}");
    }
}

#[test]
fn the_first_frame_stands_for_one_that_moves() {
    let bytes = samples::moving(&[Paint::Blue, Paint::Red, Paint::Green]);
    let drawn = drawn(&bytes, 64).into_rgb8();
    assert!(drawn.pixels().all(|pixel| pixel.0 == [0, 0, 255]));
}

#[test]
fn the_same_picture_gives_the_same_bytes() {
    let bytes = sample(ImageFormat::Jpeg, 640, 480);
    assert_eq!(picture(&bytes, 256).ok(), picture(&bytes, 256).ok());
}

#[test]
fn what_is_no_picture_is_said_so() {
    assert_eq!(code(b""), "not-an-image");
    assert_eq!(code(b"hello"), "not-an-image");
    assert_eq!(
        code(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        "not-an-image"
    );
    assert_eq!(code(b"<html><body>sign in</body></html>"), "not-an-image");
    assert_eq!(code(b"BM\x46\x00\x00\x00\x00\x00\x00\x00"), "image-format");
    assert_eq!(code(&samples::one_pixel_gif()), "image-too-small");
    assert_eq!(code(&sample(ImageFormat::Png, 300, 15)), "image-too-small");
    for text in [r#""a.png""#, "12", r#"["a"]"#] {
        let answer = run(&plugin(), "square", "{}", &format!("[{text}]")).unwrap();
        assert!(answer.contains("not-an-image"), "{answer}");
    }
}

#[test]
fn a_bomb_is_refused_by_what_it_says_of_itself() {
    for (width, height) in [(40_000, 40_000), (65_000, 1_000), (4_000_000, 20)] {
        assert_eq!(
            code(&png_that_says(width, height)),
            "image-too-large",
            "{width}"
        );
    }
    let mut gif = samples::one_pixel_gif();
    gif[6..10].copy_from_slice(&[0xff; 4]);
    assert_eq!(code(&gif), "image-too-large");
}
