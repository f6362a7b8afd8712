//! The codes of the service and of what is swapped while it runs.

use super::{Entry, Fault, entry};

pub(super) const SERVICE: &[Entry] = &[
    entry(
        "fenced",
        Fault::Retry,
        1,
        "Another run of the connector took over while this one stood still; it wrote nothing after that.",
        "Look at the other run: `attune runs`. Nothing is lost.",
    ),
    entry(
        "internal",
        Fault::Bug,
        1,
        "A check of the service came to an end that it must not have.",
        "What ran goes on; report it with the log of `attune serve`.",
    ),
    entry(
        "listen",
        Fault::Operator,
        1,
        "The service cannot listen at its address or at its socket.",
        "Free the address or name another one with --listen; the data directory must be this user's.",
    ),
    entry(
        "no-older-build",
        Fault::Operator,
        1,
        "There is no earlier build of this plugin to go back to.",
        "Put the build that you want into the plugins' folder.",
    ),
    entry(
        "no-service",
        Fault::Operator,
        1,
        "The command is about what runs, and no service runs on this data directory.",
        "Start `attune serve` with the same --data-dir.",
    ),
    entry(
        "not-running",
        Fault::Operator,
        1,
        "The connector file lies in the folder, and the service does not use it.",
        "`attune connector list` says why; accept what waits with `attune connector accept NAME`.",
    ),
    entry(
        "nothing-waits",
        Fault::Operator,
        1,
        "Nothing waits for somebody under this name.",
        "`attune plugin list` and `attune connector list` show what does.",
    ),
    entry(
        "other-service",
        Fault::Operator,
        2,
        "The service on this data directory is another build, or has other folders.",
        "Call the same build with the same --connectors-dir and --plugins-dir, or another --data-dir.",
    ),
    entry(
        "service",
        Fault::Operator,
        1,
        "The service could not be asked, or ended before the command did.",
        "Look at the log of `attune serve` and try again.",
    ),
];
