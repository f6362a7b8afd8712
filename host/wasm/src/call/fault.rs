//! A call that failed, told so that its author can find the place.
//!
//! Wasmtime's error is sorted into the few kinds that matter to an admin; the report names the
//! plugin, its version and digest, the function, the source line where the file has debug
//! information, and the last error line that the guest logged. Deliberately not here: what is done
//! about it (`bisect`, the server's quarantine).

use wasmtime::{Trap, WasmBacktrace};

/// What kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// The guest stopped: panic, `unreachable`, division by zero, an access out of bounds.
    Trap,
    /// The deadline passed.
    Timeout,
    /// It wanted more memory or table elements than it may have.
    Memory,
    /// It recursed too deeply.
    Stack,
    /// The answer breaks the contract: a wild pointer, invalid UTF-8, a wrong column.
    OutputInvalid,
    /// The answer is larger than the limit.
    OutputTooLarge,
    /// The host has no room for another instance; no fault of the plugin.
    Busy,
}

impl FaultKind {
    /// The stable kebab-case word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Trap => "plugin-trap",
            Self::Timeout => "plugin-timeout",
            Self::Memory => "plugin-memory",
            Self::Stack => "plugin-stack",
            Self::OutputInvalid => "plugin-output-invalid",
            Self::OutputTooLarge => "plugin-output-too-large",
            Self::Busy => "plugin-busy",
        }
    }

    /// Whether it may be the machine's doing rather than the plugin's.
    pub(crate) fn is_of_the_moment(self) -> bool {
        matches!(self, Self::Timeout | Self::Busy)
    }

    pub(crate) fn hint(self) -> &'static str {
        match self {
            Self::Trap => "the plugin's author needs the place and the log line of this report",
            Self::Timeout => "look for a loop without an end, or a pattern that backtracks",
            Self::Memory => "look for tables or caches that grow without bound",
            Self::Stack => "look for recursion without an end",
            Self::OutputInvalid => "build the plugin with the SDK, which packs columns correctly",
            Self::OutputTooLarge => "return less at once",
            Self::Busy => "run fewer connectors at the same time",
        }
    }
}

/// Which plugin and function a call went to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    /// Plugin id, or its digest while the id is not known yet.
    pub(crate) plugin: String,
    /// Its version, empty while not known.
    pub(crate) version: String,
    /// `sha256:...`.
    pub(crate) digest: String,
    /// `text.trim`, `describe`, `advance`.
    pub(crate) function: String,
}

/// One failed call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of failure.
    pub kind: FaultKind,
    /// Plugin id.
    pub plugin: String,
    /// Its version.
    pub version: String,
    /// Its digest, `sha256:...`.
    pub digest: String,
    /// The function that was called.
    pub function: String,
    /// What happened, in the words of the sandbox.
    pub what: String,
    /// The innermost source line that is known.
    pub line: Option<String>,
    /// The innermost function of the guest that is known.
    pub frame: Option<String>,
    /// The last error line that the guest logged in this call.
    pub log: Option<String>,
}

impl Fault {
    pub(crate) fn new(site: &Site, kind: FaultKind, what: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            kind,
            plugin: site.plugin.clone(),
            version: site.version.clone(),
            digest: site.digest.clone(),
            function: site.function.clone(),
            what: what.into(),
            line: None,
            frame: None,
            log: None,
        })
    }

    /// Sorts an error of wasmtime; `log` is the last error line of the call.
    pub(crate) fn of(site: &Site, error: &wasmtime::Error, log: Option<&str>) -> Box<Self> {
        let backtrace = error.downcast_ref::<WasmBacktrace>();
        let (kind, what) = sort(error, backtrace.is_some());
        let mut fault = Self::new(site, kind, what);
        fault.line = backtrace.and_then(line);
        fault.frame = backtrace.and_then(frame);
        fault.log = log.map(str::to_owned);
        fault
    }
}

impl Fault {
    /// File and line, as far as they are known: of a panic or an exception those that its message
    /// names, else the innermost of the backtrace.
    pub fn place(&self) -> Option<String> {
        let told = self.log.as_deref().and_then(told_place);
        told.or_else(|| self.line.clone())
            .or_else(|| self.frame.clone())
    }
}

/// The place in a message of the SDKs: `panicked at src/lib.rs:3: ...`, `at f (own.js:3)`,
/// `File "own.py", line 3`.
fn told_place(log: &str) -> Option<String> {
    if let Some((_, rest)) = log.split_once("panicked at ") {
        return rest.split(": ").next().map(str::to_owned);
    }
    // Python tells the outermost call first, JavaScript the innermost.
    if let Some((_, rest)) = log.rsplit_once("File \"") {
        let (file, rest) = rest.split_once("\", line ")?;
        let line: String = rest.chars().take_while(char::is_ascii_digit).collect();
        return Some(format!("{file}:{line}"));
    }
    let inside = log.split('(').skip(1);
    let mut places = inside.filter_map(|rest| rest.split_once(')').map(|(place, _)| place));
    let found = places.find(|place| place.contains(':') && !place.contains(' '));
    found.map(str::to_owned)
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digest = self.digest.get(..19).unwrap_or(&self.digest);
        write!(f, "`{}` of plugin {}", self.function, self.plugin)?;
        if !self.version.is_empty() {
            write!(f, " {}", self.version)?;
        }
        write!(f, " ({digest}) failed: {}", self.what)?;
        // What it said tells the place better than its machinery does.
        let told = self.log.as_deref().and_then(told_place);
        let place = self.line.as_ref().or(self.frame.as_ref());
        if let Some(place) = place.filter(|_| told.is_none()) {
            write!(f, " at {place}")?;
        }
        if let Some(log) = &self.log {
            write!(f, "; it said: {log}")?;
        }
        Ok(())
    }
}

fn sort(error: &wasmtime::Error, in_guest: bool) -> (FaultKind, String) {
    if let Some(refused) = error.downcast_ref::<super::store::Refused>() {
        return (FaultKind::Memory, refused.to_string());
    }
    if error
        .downcast_ref::<wasmtime::PoolConcurrencyLimitError>()
        .is_some()
    {
        return (FaultKind::Busy, "no room for another instance".to_owned());
    }
    if let Some(trap) = error.downcast_ref::<Trap>() {
        let text = trap.to_string();
        let text = text.strip_prefix("wasm trap: ").unwrap_or(&text).to_owned();
        return match trap {
            Trap::Interrupt => (FaultKind::Timeout, "its deadline passed".to_owned()),
            Trap::StackOverflow => (FaultKind::Stack, text),
            Trap::AllocationTooLarge => (FaultKind::Memory, text),
            _ => (FaultKind::Trap, text),
        };
    }
    let text = format!("{:#}", error.root_cause());
    // The type is private to wasmtime; its text is checked by a test of ours.
    if text.contains("fuel allocated for hostcalls") {
        return if in_guest {
            let what = "a log line is larger than any answer may be";
            (FaultKind::Trap, what.to_owned())
        } else {
            let what = "the answer is larger than the limit";
            (FaultKind::OutputTooLarge, what.to_owned())
        };
    }
    // Frames of the guest mean that it was still running; none, that its answer was being read, or
    // that its allocator gave the host's arguments a place where none is (text checked by a test).
    if in_guest || text.starts_with("realloc return") {
        (FaultKind::Trap, text)
    } else {
        (FaultKind::OutputInvalid, text)
    }
}

/// The innermost source line. Frames of the panic machinery are skipped: they are the same for
/// every panic.
fn line(backtrace: &WasmBacktrace) -> Option<String> {
    let symbols = backtrace
        .frames()
        .iter()
        .flat_map(wasmtime::FrameInfo::symbols);
    let (file, line) = symbols
        .filter_map(|symbol| Some((symbol.file()?, symbol.line()?)))
        .find(|(file, _)| !file.contains("/rustc/") && !file.contains("/library/"))?;
    Some(super::log::clean(&format!("{file}:{line}"), 500))
}

/// The innermost function, likewise; one of the SDK only where there is no other.
fn frame(backtrace: &WasmBacktrace) -> Option<String> {
    let frames = backtrace.frames().iter();
    let names: Vec<String> = frames
        .filter_map(wasmtime::FrameInfo::func_name)
        .filter(|name| !MACHINERY.iter().any(|part| name.contains(part)))
        .map(demangled)
        .collect();
    let own = names.iter().find(|name| !name.contains(SDK));
    let name = own.or_else(|| names.first())?;
    Some(super::log::clean(name, 200))
}

/// The crate that every plugin in Rust has between the host and its own code.
const SDK: &str = "attune_plugin";

/// A name as its author wrote it, without the hash at its end. Rust writes paths as `_ZN`, each part
/// after its length, `E`, with letters for what no linker takes; other names stay as they are.
fn demangled(name: &str) -> String {
    let Some(mut rest) = name.strip_prefix("_ZN") else {
        return name.split("::h").next().unwrap_or(name).to_owned();
    };
    let mut parts = Vec::new();
    while !rest.starts_with('E') {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
        let (length, after) = rest.split_at(digits);
        let length: Option<usize> = length.parse().ok();
        let Some((part, after)) = length.and_then(|length| after.split_at_checked(length)) else {
            return name.to_owned();
        };
        parts.push(part);
        rest = after;
    }
    let is_hash = |part: &&str| part.len() == 17 && part.starts_with('h');
    if parts.last().is_some_and(is_hash) {
        parts.pop();
    }
    let mut path = parts.join("::").replace("..", "::");
    for (code, letter) in LETTERS {
        path = path.replace(code, letter);
    }
    // A part that began with a letter's code has a line before it.
    path.replace("_<", "<").replace("_&", "&")
}

const LETTERS: [(&str, &str); 12] = [
    ("$LT$", "<"),
    ("$GT$", ">"),
    ("$RF$", "&"),
    ("$BP$", "*"),
    ("$LP$", "("),
    ("$RP$", ")"),
    ("$C$", ","),
    ("$u20$", " "),
    ("$u5b$", "["),
    ("$u5d$", "]"),
    ("$u7b$", "{"),
    ("$u7d$", "}"),
];

const MACHINERY: &[&str] = &[
    "panic",
    "abort",
    "unwrap_failed",
    "expect_failed",
    "cabi_realloc",
    "rust_begin_unwind",
];

#[cfg(test)]
mod tests {
    use super::{demangled, told_place};

    #[test]
    fn names_are_read_as_their_author_wrote_them() {
        for (name, read) in [
            (
                "_ZN5shout9with_mark17h0123456789abcdefE",
                "shout::with_mark",
            ),
            (
                "_ZN112_$LT$another_crate..transform..function..ByText$LT$F$GT$$u20$as$u20$another_crate..transform..function..Step$GT$5apply17ha43a229d296eed31E",
                "<another_crate::transform::function::ByText<F> as another_crate::transform::function::Step>::apply",
            ),
            ("shout::with_mark::h0123", "shout::with_mark"),
            ("js_call", "js_call"),
            ("_ZN9999short", "_ZN9999short"),
            ("_ZN", "_ZN"),
            ("_ZN1", "_ZN1"),
        ] {
            assert_eq!(demangled(name), read);
        }
    }

    #[test]
    fn places_are_read_out_of_what_the_sdks_log() {
        for (log, place) in [
            (
                "panicked at src/lib.rs:21: it is boom",
                Some("src/lib.rs:21"),
            ),
            (
                "shout.shout: Error: (no) way\\n    at shout (plugin.js:3:5)\\n    at f (b.js:1)",
                Some("plugin.js:3:5"),
            ),
            (
                "Traceback:\\n  File \"attune.py\", line 9, in a\\n  File \"plugin.py\", line 33, in b",
                Some("plugin.py:33"),
            ),
            ("it went wrong (somehow)", None),
            ("", None),
        ] {
            assert_eq!(told_place(log).as_deref(), place, "{log}");
        }
    }
}
