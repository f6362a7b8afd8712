//! `avatar.square`: a picture from anywhere becomes a small square PNG that is only a picture.
//!
//! The one place where pictures of strangers are decoded: in the sandbox, never in the host. JPEG,
//! PNG, GIF (its first frame) and WebP go in. What comes out is drawn anew: turned as EXIF says,
//! cropped to the centre, made smaller, and without a byte of metadata.
//!
//! The answer is a PNG always. Jira and Confluence document PNG, keep what they get as it is or as
//! PNG, and show pictures on light and dark pages: transparency stays, and nothing is lost by a
//! second JPEG. It costs some 100 KB for a portrait of 256 pixels. Invariant: same bytes and size,
//! same answer. Deliberately not here: faces, circles, frames; vector graphics, which are
//! programs.

mod draw;
mod read;
mod refusal;

#[cfg(test)]
mod tests;

use attune_plugin::transform::{Cell, Function, Open, Outcome, Plugin, Row, Value};
use serde::Deserialize;

use refusal::Refusal;

attune_plugin::export_transforms!(plugin);

/// Edge of the answer where nobody says another.
const SIZE_DEFAULT: u32 = 256;

/// The plugin's table.
pub fn plugin() -> Plugin {
    Plugin {
        id: "avatar",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Makes profile pictures out of pictures",
        functions: vec![square()],
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Square {
    #[serde(default = "size_default")]
    size: u32,
}

fn size_default() -> u32 {
    SIZE_DEFAULT
}

fn square() -> Function {
    Function {
        name: "square",
        summary: "A square PNG without metadata out of a JPEG, PNG, GIF or WebP",
        options: r#"{
            "type": "object",
            "properties": {
                "size": { "title": "Size", "type": "integer", "minimum": 48, "maximum": 1024,
                    "default": 256,
                    "description": "Longest edge in pixels; a smaller picture keeps its own size, but is never smaller than 48" }
            },
            "additionalProperties": false
        }"#,
        examples: include_str!("examples.json"),
        uses: &[],
        open: Open::row(|options: Square| {
            Ok(move |row: Row<'_>, out: Cell<'_>| cell(row.value(), options.size, out))
        }),
    }
}

fn cell(value: Value<'_>, size: u32, out: Cell<'_>) -> Outcome {
    let bytes = match value {
        Value::Absent | Value::Null => return out.value(value),
        Value::Bytes(bytes) => bytes,
        _ => return out.failed(&Refusal::NotBytes.problem()),
    };
    match picture(bytes, size) {
        Ok(png) => out.bytes(&png),
        Err(refusal) => out.failed(&refusal.problem()),
    }
}

/// A picture of at most `size` pixels an edge.
fn picture(bytes: &[u8], size: u32) -> Result<Vec<u8>, Refusal> {
    let picture = read::read(bytes)?;
    draw::square(picture, size)
}
