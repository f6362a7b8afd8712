//! Why a picture is not taken, in words for the admin.

use attune_plugin::Problem;

use crate::read::{EDGE_MIN, PIXELS_MAX};

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Text, a number, a list.
    NotBytes,
    /// Bytes that begin like no picture.
    NotAnImage,
    /// A picture in a format that is not read.
    Format(&'static str),
    /// It says that it is larger than is decoded.
    TooLarge(u32, u32),
    /// One pixel, or a few: a placeholder.
    TooSmall(u32, u32),
    /// It ends too early, or contradicts itself.
    Broken(String),
}

impl Refusal {
    /// As the cell says it. The decoder's words are cut: they may quote the picture.
    pub(crate) fn problem(&self) -> Problem {
        match self {
            Self::NotBytes => {
                Problem::new("not-an-image", "the value is no bytes, but a picture is")
            }
            Self::NotAnImage => Problem::new(
                "not-an-image",
                "the bytes are no picture: they begin neither like JPEG, PNG, GIF nor WebP",
            ),
            Self::Format(format) => Problem::new(
                "image-format",
                format!(
                    "pictures in the format {format} are not read, only JPEG, PNG, GIF and WebP"
                ),
            ),
            Self::TooLarge(width, height) => Problem::new(
                "image-too-large",
                format!(
                    "the picture says that it has {width} x {height} pixels; at most {PIXELS_MAX} \
                     are decoded"
                ),
            ),
            Self::TooSmall(width, height) => Problem::new(
                "image-too-small",
                format!(
                    "the picture has {width} x {height} pixels; below {EDGE_MIN} an edge it is a \
                     placeholder"
                ),
            ),
            Self::Broken(why) => {
                let why: String = why.chars().filter(|c| !c.is_control()).take(120).collect();
                Problem::new(
                    "image-broken",
                    format!("the picture cannot be decoded: {why}"),
                )
            }
        }
    }
}
