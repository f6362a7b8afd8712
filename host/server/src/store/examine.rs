//! Looking at the database itself: is it whole, and how large is it?

use std::path::Path;

use super::{Error, Result, Store};

/// Below so much free space no work should begin, in bytes.
pub const FREE_BYTES_MIN: u64 = 200 * 1024 * 1024;

/// File systems on which SQLite's locks cannot be trusted, by the magic numbers of statfs(2).
const NETWORKS: [(i64, &str); 5] = [
    (0x6969, "NFS"),
    (0xFF53_4D42, "CIFS"),
    (0xFE53_4D42, "SMB"),
    (0x0102_1997, "9P"),
    (0x00c3_6400, "Ceph"),
];

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// What SQLite's own check complains about; empty where the file is whole.
    pub damage: Vec<String>,
    /// Bytes of the database.
    pub bytes: u64,
    /// Of those, bytes that nothing uses any more.
    pub unused_bytes: u64,
    /// The latest migration that it has.
    pub schema: i64,
}

/// What a folder lies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disk {
    /// Bytes that this process may still write.
    pub free_bytes: u64,
    /// The network file system that it is, where it is one.
    pub network: Option<&'static str>,
}

impl Store {
    /// Has SQLite check every page (`pragma quick_check`); seconds for a large file.
    pub async fn examine(&self) -> Result<Examined> {
        let lines: Vec<String> = sqlx::query_scalar("pragma quick_check(20)")
            .fetch_all(&self.pool)
            .await?;
        let number = async |pragma| -> Result<u64> {
            let found: i64 = sqlx::query_scalar(pragma).fetch_one(&self.pool).await?;
            Ok(found.unsigned_abs())
        };
        let page = number("pragma page_size").await?;
        let schema = sqlx::query_scalar("select max(version) from _sqlx_migrations")
            .fetch_one(&self.pool)
            .await?;
        Ok(Examined {
            damage: lines.into_iter().filter(|line| line != "ok").collect(),
            bytes: number("pragma page_count").await? * page,
            unused_bytes: number("pragma freelist_count").await? * page,
            schema,
        })
    }
}

/// The disk below a folder.
pub fn disk(folder: &Path) -> Result<Disk> {
    let failed = |cause: rustix::io::Errno| Error::Folder {
        path: folder.to_owned(),
        source: cause.into(),
    };
    let space = rustix::fs::statvfs(folder).map_err(failed)?;
    Ok(Disk {
        free_bytes: space.f_bavail.saturating_mul(space.f_frsize),
        network: network(folder).map_err(failed)?,
    })
}

#[cfg(target_os = "linux")]
fn network(folder: &Path) -> rustix::io::Result<Option<&'static str>> {
    let kind = rustix::fs::statfs(folder)?.f_type & 0xFFFF_FFFF;
    let found = NETWORKS.iter().find(|(magic, _)| *magic == kind);
    Ok(found.map(|(_, name)| *name))
}

#[cfg(not(target_os = "linux"))]
fn network(_: &Path) -> rustix::io::Result<Option<&'static str>> {
    Ok(None)
}
