//! The codes of what is kept of the past: the audit log, undo, forgetting, backups.

use super::{Entry, Fault, entry};

pub(super) const PAST: &[Entry] = &[
    entry(
        "audit-broken",
        Fault::Operator,
        1,
        "The audit log is not as it was written.",
        "Keep a copy of the data directory, compare it with a backup and with the log of the service, which has the hash of every row.",
    ),
    entry(
        "backup-damaged",
        Fault::Operator,
        1,
        "A part of the backup is not what its manifest says.",
        "Use another backup; nothing of this one was restored.",
    ),
    entry(
        "backup-file",
        Fault::Operator,
        1,
        "A file or folder of a backup cannot be read or written.",
        "Check the path, space and permissions; the data directory is whole or as it was.",
    ),
    entry(
        "backup-newer",
        Fault::Operator,
        1,
        "The backup was made by a newer version.",
        "Install the version that the message names, or a later one.",
    ),
    entry(
        "database-replaced",
        Fault::Operator,
        1,
        "The database is gone, or is another one than this data directory had.",
        "Put it back, or restore a backup with `attune backup restore`. To begin anew on purpose, use an empty data directory.",
    ),
    entry(
        "forgotten",
        Fault::Operator,
        1,
        "Values of a person were forgotten, so that nothing can be made of them.",
        "Nothing needs to be done.",
    ),
    entry(
        "not-empty",
        Fault::Operator,
        1,
        "There is something already where something is to be restored.",
        "Name an empty data directory, or move what is there aside with --replace.",
    ),
    entry(
        "not-undoable",
        Fault::Operator,
        1,
        "What was there before cannot be put back.",
        "Pictures of others are kept nowhere; targets have to be in the connector file at the same address.",
    ),
];
