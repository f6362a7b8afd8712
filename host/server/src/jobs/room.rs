//! Whether there is room on the disk to begin something.

use std::path::Path;

use super::notices;
use crate::fault::Failure;
use crate::notify::{Kind, Notice};
use crate::store::Store;

const KEY: &str = "disk";

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

/// Tells somebody that jobs wait for room.
pub async fn tell(store: &Store, failure: &Failure, now_ms: i64) {
    let notice = Notice {
        key: KEY,
        kind: Kind::Stopped,
        connector: "",
        message: &failure.message,
        hint: "free some space; jobs go on by themselves",
    };
    notices::raise(store, notice, now_ms).await;
}

/// Tells that jobs go on, where it was told that they wait.
pub async fn tell_over(store: &Store, now_ms: i64) {
    notices::settle(store, KEY, "there is room again, jobs go on", now_ms).await;
}
