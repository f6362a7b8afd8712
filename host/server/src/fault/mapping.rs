//! The codes of working on mapping tables: setting, trying, proposing and taking over rows.

use super::{Entry, Failure, Fault, chain, entry};
use crate::mapping;

pub(super) const MAPPING: &[Entry] = &[
    entry(
        "export-empty",
        Fault::Data,
        1,
        "A file of another product has nothing in it that can be carried over.",
        "Look at what is told about it; `attune mapping suggest` proposes rows of what people have.",
    ),
    entry(
        "export-file",
        Fault::Operator,
        2,
        "A file is not the export that it was said to be.",
        "Name the option that fits the file: --user-sync or --entra.",
    ),
    entry(
        "file-changed",
        Fault::Operator,
        1,
        "The connector file is not what it was any more; nothing was written.",
        "Look at it again, and repeat the command.",
    ),
    entry(
        "file-exists",
        Fault::Operator,
        1,
        "There is a file already where one is to be made; nothing was written.",
        "Give another name, or move the file that is there aside.",
    ),
];

impl From<mapping::Error> for Failure {
    fn from(error: mapping::Error) -> Self {
        let message = chain(&error);
        match error {
            mapping::Error::Mistakes(mistakes) => Self::of_mistakes(&mistakes),
            mapping::Error::NoField { hint, .. } => Self::of("no-such-field", message).hint(hint),
            mapping::Error::Changed { .. } => Self::of("file-changed", message),
            mapping::Error::Usage(_) => Self::of("usage", message),
            mapping::Error::File { .. } => Self::of("config", message),
            mapping::Error::Exists(_) => Self::of("file-exists", message),
            mapping::Error::Export { .. } => Self::of("export-file", message),
            mapping::Error::Nothing { .. } => Self::of("export-empty", message),
            mapping::Error::Sync(error) => error.into(),
        }
    }
}
