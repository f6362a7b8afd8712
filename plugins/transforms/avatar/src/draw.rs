//! Drawing: the centre square, made smaller, turned upright, as a PNG.
//!
//! A large picture is first averaged down to twice the size, straight from its decoded pixels, so
//! that no second copy of it is made; the filter that keeps edges sharp then works on little.

use image::codecs::png::{CompressionType, FilterType as Filtering, PngEncoder};
use image::imageops::{self, FilterType};
use image::{DynamicImage, ExtendedColorType, GenericImageView, ImageEncoder, RgbaImage};

use crate::read::Picture;
use crate::refusal::Refusal;

/// What Jira takes at least without cropping.
const EDGE_OUT_MIN: u32 = 48;

/// The picture as a square PNG of at most `size` pixels an edge.
pub(crate) fn square(picture: Picture, size: u32) -> Result<Vec<u8>, Refusal> {
    let Picture {
        pixels,
        orientation,
    } = picture;
    let (width, height) = pixels.dimensions();
    let edge = width.min(height);
    let wanted = size.min(edge).max(EDGE_OUT_MIN);
    let reduced = edge.min(2 * wanted);
    let mut pixels = centre(&pixels, reduced);
    premultiply(&mut pixels);
    if reduced != wanted {
        pixels = imageops::resize(&pixels, wanted, wanted, FilterType::Lanczos3);
    }
    undo_premultiply(&mut pixels);
    let mut pixels = DynamicImage::ImageRgba8(pixels);
    pixels.apply_orientation(orientation);
    encode(&pixels)
}

/// The centre square, averaged down to `edge`.
fn centre(pixels: &DynamicImage, edge: u32) -> RgbaImage {
    let (width, height) = pixels.dimensions();
    let side = width.min(height);
    let (x, y) = ((width - side) / 2, (height - side) / 2);
    macro_rules! reduced {
        ($buffer:expr) => {{
            let view = imageops::crop_imm($buffer, x, y, side, side);
            if edge < side {
                DynamicImage::from(imageops::thumbnail(&*view, edge, edge)).into_rgba8()
            } else {
                DynamicImage::from(view.to_image()).into_rgba8()
            }
        }};
    }
    match pixels {
        DynamicImage::ImageLuma8(buffer) => reduced!(buffer),
        DynamicImage::ImageLumaA8(buffer) => reduced!(buffer),
        DynamicImage::ImageRgb8(buffer) => reduced!(buffer),
        DynamicImage::ImageRgba8(buffer) => reduced!(buffer),
        DynamicImage::ImageLuma16(buffer) => reduced!(buffer),
        DynamicImage::ImageLumaA16(buffer) => reduced!(buffer),
        DynamicImage::ImageRgb16(buffer) => reduced!(buffer),
        DynamicImage::ImageRgba16(buffer) => reduced!(buffer),
        // Floating point pixels come from none of our decoders.
        other => {
            let view = other.crop_imm(x, y, side, side);
            view.thumbnail_exact(edge, edge).into_rgba8()
        }
    }
}

/// What cannot be seen shall not colour its neighbours.
fn premultiply(pixels: &mut RgbaImage) {
    for pixel in pixels.pixels_mut() {
        let [red, green, blue, alpha] = pixel.0;
        let by = |part: u8| ((u16::from(part) * u16::from(alpha) + 127) / 255) as u8;
        pixel.0 = [by(red), by(green), by(blue), alpha];
    }
}

fn undo_premultiply(pixels: &mut RgbaImage) {
    for pixel in pixels.pixels_mut() {
        let [red, green, blue, alpha] = pixel.0;
        if alpha == 0 {
            pixel.0 = [0; 4];
            continue;
        }
        let by = |part: u8| {
            let full = (u16::from(part) * 255 + u16::from(alpha) / 2) / u16::from(alpha);
            full.min(255) as u8
        };
        pixel.0 = [by(red), by(green), by(blue), alpha];
    }
}

/// A PNG with transparency only where there is some.
fn encode(pixels: &DynamicImage) -> Result<Vec<u8>, Refusal> {
    let rgba = pixels.to_rgba8();
    let is_opaque = rgba.pixels().all(|pixel| pixel.0[3] == 255);
    let (data, color) = if is_opaque {
        (pixels.to_rgb8().into_raw(), ExtendedColorType::Rgb8)
    } else {
        (rgba.into_raw(), ExtendedColorType::Rgba8)
    };
    let mut out = Vec::new();
    let encoder =
        PngEncoder::new_with_quality(&mut out, CompressionType::Default, Filtering::Adaptive);
    encoder
        .write_image(&data, pixels.width(), pixels.height(), color)
        .map_err(|error| Refusal::Broken(error.to_string()))?;
    Ok(out)
}
