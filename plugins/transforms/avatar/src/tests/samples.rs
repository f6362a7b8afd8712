//! Pictures for tests, drawn and encoded here.

use std::io::Cursor;

use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, ImageFormat, Rgb, RgbImage};

/// A colour that survives JPEG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    Red,
    Green,
    Blue,
    White,
}

impl Paint {
    const ALL: [Self; 4] = [Self::Red, Self::Green, Self::Blue, Self::White];

    fn rgb(self) -> [u8; 3] {
        match self {
            Self::Red => [255, 0, 0],
            Self::Green => [0, 255, 0],
            Self::Blue => [0, 0, 255],
            Self::White => [255; 3],
        }
    }

    pub(super) fn nearest(seen: [u8; 3]) -> Self {
        let distance = |paint: &Self| -> u32 {
            let pairs = paint.rgb().into_iter().zip(seen);
            pairs.map(|(a, b)| u32::from(a.abs_diff(b))).sum()
        };
        Self::ALL.into_iter().min_by_key(distance).unwrap()
    }
}

/// Something with edges, slopes and colours.
pub(super) fn sample(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let pixels = RgbImage::from_fn(width, height, |x, y| {
        Rgb([
            (x % 256) as u8,
            (y % 256) as u8,
            ((x / 16 + y / 16) % 2 * 255) as u8,
        ])
    });
    encoded(&DynamicImage::ImageRgb8(pixels), format)
}

pub(super) fn encoded(pixels: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    pixels.write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// Three squares beside each other.
pub(super) fn stripes(width: u32, height: u32, paints: [Paint; 3]) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, _| {
        Rgb(paints[(x * 3 / width) as usize].rgb())
    })
    .into()
}

/// Upper left, upper right, lower left, lower right.
pub(super) fn quarters(edge: u32, paints: [Paint; 4]) -> DynamicImage {
    RgbImage::from_fn(edge, edge, |x, y| {
        let at = usize::from(x >= edge / 2) + 2 * usize::from(y >= edge / 2);
        Rgb(paints[at].rgb())
    })
    .into()
}

/// A JPEG whose EXIF data say how to turn it, and where it was taken.
pub(super) fn jpeg_turned(pixels: &DynamicImage, orientation: u8) -> Vec<u8> {
    let plain = encoded(pixels, ImageFormat::Jpeg);
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08".to_vec();
    // One entry: tag 0x0112, a short, one of it; no further directory.
    exif.extend_from_slice(&[0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    exif.extend_from_slice(&[0, 0, 0, 0]);
    exif.extend_from_slice(b"GPS 52.5163N 13.3777E");
    let mut out = plain[..2].to_vec();
    out.extend_from_slice(&[0xff, 0xe1]);
    out.extend_from_slice(&(exif.len() as u16 + 2).to_be_bytes());
    out.extend_from_slice(&exif);
    out.extend_from_slice(&plain[2..]);
    out
}

/// One frame of each colour.
pub(super) fn moving(paints: &[Paint]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = GifEncoder::new(&mut out);
    for paint in paints {
        let frame = RgbImage::from_pixel(80, 80, Rgb(paint.rgb()));
        let frame = DynamicImage::ImageRgb8(frame).into_rgba8();
        encoder.encode_frame(Frame::new(frame)).unwrap();
    }
    drop(encoder);
    out
}

/// What Graph sends for "no picture".
pub(super) fn one_pixel_gif() -> Vec<u8> {
    b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"
        .to_vec()
}

/// A PNG of a few bytes that says that it is that large.
pub(super) fn png_that_says(width: u32, height: u32) -> Vec<u8> {
    let mut png = sample(ImageFormat::Png, 20, 20);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}
