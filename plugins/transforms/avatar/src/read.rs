//! Reading: what is it, how large does it say it is, and only then its pixels.
//!
//! A picture of a few kilobytes may say that it has billions of pixels (a bomb). Its size stands in
//! its head, so it is refused before a byte is reserved for it.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use crate::refusal::Refusal;

/// More than any camera's picture of 5 MiB has; three or four bytes each.
pub(crate) const PIXELS_MAX: u64 = 24_000_000;
/// A smaller edge is a placeholder: Graph says "no picture" with one transparent pixel.
pub(crate) const EDGE_MIN: u32 = 16;
/// Bytes of all pixels as they are decoded; with 16 bits a channel it is half as many pixels.
const DECODED_BYTES_MAX: u64 = 4 * PIXELS_MAX;
/// What a decoder may reserve besides.
const ALLOC_BYTES_MAX: u64 = 200 * 1024 * 1024;

/// A decoded picture, as it lies in its file.
pub(crate) struct Picture {
    pub(crate) pixels: DynamicImage,
    /// How it has to be turned to be seen upright.
    pub(crate) orientation: Orientation,
}

/// Decodes a picture, the first frame of one that moves.
pub(crate) fn read(bytes: &[u8]) -> Result<Picture, Refusal> {
    let format = image::guess_format(bytes).map_err(|_| Refusal::NotAnImage)?;
    let ours = [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::Gif,
        ImageFormat::WebP,
    ];
    if !ours.contains(&format) {
        return Err(Refusal::Format(name(format)));
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(ALLOC_BYTES_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| broken(&error))?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > PIXELS_MAX || decoder.total_bytes() > DECODED_BYTES_MAX {
        return Err(Refusal::TooLarge(width, height));
    }
    if width.min(height) < EDGE_MIN {
        return Err(Refusal::TooSmall(width, height));
    }
    // A picture whose EXIF data are broken is still a picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let pixels = DynamicImage::from_decoder(decoder).map_err(|error| broken(&error))?;
    Ok(Picture {
        pixels,
        orientation,
    })
}

fn broken(error: &ImageError) -> Refusal {
    Refusal::Broken(error.to_string())
}

fn name(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Avif => "AVIF",
        ImageFormat::Bmp => "BMP",
        ImageFormat::Ico => "ICO",
        ImageFormat::Tiff => "TIFF",
        _ => "that it is in",
    }
}
