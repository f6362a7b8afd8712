//! How much an adapter may ask for, keep and deliver.

use std::time::Duration;

/// Requests of a conversation under way at once.
pub(super) const REQUESTS_AT_ONCE: usize = 8;
/// Requests of a conversation that wait for their turn.
pub(super) const REQUESTS_WAITING_MAX: usize = 10_000;
/// Requests of a conversation in all: two for each of a million people.
pub(super) const REQUESTS_MAX: u64 = 2_000_000;
/// Pages that were reached by a link or a cookie.
pub(super) const PAGES_MAX: u64 = 100_000;
/// How often a failed request lets the adapter begin again with what it asked before.
pub(super) const FRESH_STARTS_MAX: u32 = 100;
/// What an adapter keeps between two steps.
pub(super) const STATE_BYTES_MAX: usize = 1024 * 1024;
/// Actions of one turn.
pub(super) const ACTIONS_MAX: usize = 100_000;
/// What an adapter sends in one request.
pub(super) const REQUEST_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Entries that are asked of a directory at once.
pub(super) const PAGE_SIZE_MAX: u32 = 10_000;
/// Waits of a conversation at once.
pub(super) const WAKES_MAX: usize = 64;
/// The longest wait, and the longest hold-off, that an adapter may ask for.
pub(super) const WAIT_MAX: Duration = Duration::from_hours(1);
/// Keys, names, roles, marks.
pub(super) const NAME_BYTES_MAX: usize = 1024;
/// A checkpoint, which may be a whole link.
pub(super) const CHECKPOINT_BYTES_MAX: usize = 64 * 1024;
/// A person's JSON documents together.
pub(super) const JSON_BYTES_MAX: usize = 1024 * 1024;
/// A person's directory entry, which may hold a picture.
pub(super) const ENTRY_BYTES_MAX: usize = 6 * 1024 * 1024;
/// Names of a person.
pub(super) const NAMES_MAX: usize = 1000;
/// Documents of a person besides the first.
pub(super) const PARTS_MAX: usize = 16;
/// Relations of a person.
pub(super) const RELATIONS_MAX: usize = 100;
/// People or pictures asked for in one conversation.
pub(super) const ASKED_MAX: usize = 100;
