//! `photo` of a target: `true`, or how the picture is managed.
//!
//! `existing` and `conflict` mean what they mean for a field; a picture has no row to write them
//! in.

use attune_core::mapping::{Conflict, Existing};

use super::definition::Photo;
use super::row::{CONFLICT, EXISTING};
use crate::settings::reader::Section;

/// Edge in pixels where the file says none: what Jira draws at most.
const SIZE: u32 = 256;

/// Outer `None`: it is there and wrong.
#[expect(clippy::option_option, reason = "unset and wrong are different")]
pub(super) fn read(section: &Section<'_>) -> Option<Option<Photo>> {
    let Some(node) = section.get("photo") else {
        return Some(None);
    };
    let mut photo = Photo {
        size: SIZE,
        reset_when_none: false,
        existing: Existing::default(),
        conflict: Conflict::default(),
    };
    match node.as_flag() {
        Some(false) => return Some(None),
        Some(true) => return Some(Some(photo)),
        None => {}
    }
    let section = node.section()?;
    if let Some(size) = section.get("size") {
        photo.size = u32::try_from(size.whole(48..=1024)?).ok()?;
    }
    if let Some(none) = section.get("none") {
        photo.reset_when_none = none.choice(&[("keep", false), ("reset", true)])?;
    }
    if let Some(existing) = section.get("existing") {
        photo.existing = existing.choice(&EXISTING)?;
    }
    if let Some(conflict) = section.get("conflict") {
        photo.conflict = conflict.choice(&CONFLICT)?;
    }
    section.finish();
    Some(Some(photo))
}
