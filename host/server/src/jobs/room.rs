//! Whether there is room on the disk to begin something.

use std::path::Path;

use crate::fault::Failure;

/// Below this no run begins: a plan is staged on this disk, and every write is recorded there first.
pub const FLOOR_BYTES: u64 = 200 * 1024 * 1024;

/// Fails where fewer than so many bytes are free. A disk that does not say is taken as roomy.
pub fn check(data_dir: &Path, floor_bytes: u64) -> Result<(), Failure> {
    let Ok(disk) = rustix::fs::statvfs(data_dir) else {
        return Ok(());
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    if free >= floor_bytes {
        return Ok(());
    }
    let (free, floor) = (free / 1024 / 1024, floor_bytes / 1024 / 1024);
    let folder = data_dir.display();
    let message =
        format!("{free} MiB are free on the disk of {folder}; no run begins below {floor}");
    Err(Failure::of("disk", message))
}
