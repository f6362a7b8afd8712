//! Making pictures: through the avatar component, in the sandbox, one at a time.
//!
//! What comes back is believed to be a picture only as far as it begins and measures like a PNG;
//! it goes to a product, never to a decoder of ours.

use std::collections::HashMap;

use attune_core::plan::sha256_text;
use attune_core::{Column, Context, Kind, Problem, Transform};
use attune_wasm::Plugin;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::super::Error;
use super::FUNCTION;

/// What every PNG begins with.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A made picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Made {
    /// `sha256:...` of its bytes.
    pub hash: String,
    /// A square PNG.
    pub png: Vec<u8>,
}

/// The component, opened for each size that a target wants.
pub(super) struct Studio {
    steps: HashMap<u32, Box<dyn Transform>>,
}

impl Studio {
    /// Opens the component for these sizes.
    pub(super) fn open(avatar: &Plugin, sizes: &[u32]) -> Result<Self, Error> {
        let mut steps = HashMap::new();
        for size in sizes {
            let options = json!({ "size": size });
            let step = avatar.open_for_pictures(FUNCTION, &options);
            let step = step.map_err(|source| Error::Plugin {
                id: avatar.id().to_owned(),
                source,
            })?;
            steps.insert(*size, step);
        }
        Ok(Self { steps })
    }

    /// Makes one picture. Blocks while the component computes.
    pub(super) fn make(&mut self, size: u32, bytes: &[u8]) -> Result<Made, Problem> {
        let unknown = || Problem::new("unsupported", "no target wants a picture of that size");
        let step = self.steps.get_mut(&size).ok_or_else(unknown)?;
        let mut picture = Column::with_capacity(1, bytes.len());
        picture.push_bytes(Kind::Bytes, bytes);
        let context = Context {
            now_ms: 0,
            seeds: &[],
            locale: "und",
        };
        let answer = crate::compute::here(|| step.apply(&context, 1, &[&picture]));
        let cell = answer.cell(0);
        match cell.kind {
            Kind::Bytes if cell.bytes.starts_with(PNG) => Ok(Made {
                hash: sha256_text(&Sha256::digest(cell.bytes)),
                png: cell.bytes.to_vec(),
            }),
            Kind::Failed => Err(serde_json::from_slice(cell.bytes).unwrap_or_else(|_| odd())),
            _ => Err(odd()),
        }
    }

    /// Ends the checks that the sandbox put off; what they found.
    pub(super) fn finish(&mut self) -> Option<Problem> {
        let steps = self.steps.values_mut();
        let verdicts =
            crate::compute::here(|| steps.map(|step| step.finish().problem).collect::<Vec<_>>());
        verdicts.into_iter().flatten().next()
    }
}

fn odd() -> Problem {
    Problem::new(
        "plugin-output-invalid",
        "the avatar component answered with no picture",
    )
}
