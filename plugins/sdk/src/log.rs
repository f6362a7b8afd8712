//! Lines for the host's log, and the hook that sends a panic there.
//!
//! The host counts and cuts lines; it never trusts them. Run natively, lines go to stderr.

use std::panic::PanicHookInfo;
use std::sync::Once;

use crate::wit::transform::attune::plugin::log::Level;

/// A line for the operator: something that fails.
pub fn error(message: &str) {
    emit(Level::Error, message);
}

/// A line for the operator: something that works otherwise than expected.
pub fn warn(message: &str) {
    emit(Level::Warn, message);
}

/// A line that tells what happens.
pub fn info(message: &str) {
    emit(Level::Info, message);
}

/// A line for who debugs the plugin.
pub fn debug(message: &str) {
    emit(Level::Debug, message);
}

#[cfg(target_family = "wasm")]
fn emit(level: Level, message: &str) {
    crate::wit::transform::attune::plugin::log::emit(level, message);
}

#[cfg(not(target_family = "wasm"))]
fn emit(level: Level, message: &str) {
    use std::io::Write as _;
    // A closed stderr must not fail the plugin under test.
    let _closed = writeln!(std::io::stderr(), "{level:?}: {message}");
}

/// Sends every later panic's message and place to the log; the trap itself carries neither.
#[doc(hidden)]
pub fn hook_panics() {
    static HOOKED: Once = Once::new();
    HOOKED.call_once(|| {
        if cfg!(target_family = "wasm") {
            std::panic::set_hook(Box::new(|info| error(&panic_line(info))));
        }
    });
}

fn panic_line(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or("panic");
    match info.location() {
        Some(place) => format!("panicked at {}:{}: {message}", place.file(), place.line()),
        None => format!("panicked: {message}"),
    }
}
