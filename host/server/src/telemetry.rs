//! Logs: to standard error, for people or as JSON.
//!
//! People appear as keys; their values are never logged. Secrets are not logged either, and should
//! one be, every line passes a cleaner on its way out. Installed once, by the command line.

use std::io::{self, Write};
use std::sync::Arc;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::settings::{Log, LogFormat};

/// Installs the subscriber; `clean` takes secrets out of a line. A second call changes nothing.
pub fn install(log: &Log, clean: impl Fn(&str) -> String + Send + Sync + 'static) {
    let filter = EnvFilter::try_new(&log.level).unwrap_or_else(|_| EnvFilter::new("warn"));
    let lines = Lines {
        clean: Arc::new(clean),
    };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(is_coloured())
        .with_writer(lines);
    let _already = match log.format {
        LogFormat::Human => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}

/// Whether standard error is a terminal that wants colours.
fn is_coloured() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

/// Standard error behind the cleaner.
#[derive(Clone)]
struct Lines {
    clean: Arc<dyn Fn(&str) -> String + Send + Sync>,
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Write for Lines {
    /// The formatter hands over one whole line at a time, so no secret is cut in two.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let clean = (self.clean)(&String::from_utf8_lossy(line));
        io::stderr().lock().write_all(clean.as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
