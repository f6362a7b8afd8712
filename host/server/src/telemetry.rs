//! Logs: to standard error, for people or as JSON.
//!
//! People appear as keys; their values are never logged. Secrets are not logged either, and should
//! one be, every line passes a cleaner on its way out. What others say (a site's refusal, a key of a
//! directory) is in lines all the same, so each event is one line and nothing in it moves a cursor.
//! Installed once, by the command line. What is counted for `/metrics` is in `meters` and `process`.

pub mod meters;
pub mod process;
#[cfg(feature = "otlp")]
mod traces;

use std::io::{self, Write};
use std::sync::Arc;

use attune_core::plain::{visible, visible_json};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::settings::{Log, LogFormat};

/// Installs the subscriber; `clean` takes secrets out of a line. A second call changes nothing. What
/// it gives back is to be kept until the process ends.
pub fn install(
    log: &Log,
    clean: impl Fn(&str) -> String + Send + Sync + 'static,
) -> Result<Installed, String> {
    let filter = EnvFilter::try_new(&log.level).unwrap_or_else(|_| EnvFilter::new("warn"));
    let lines = Lines {
        clean: Arc::new(clean),
        format: log.format,
    };
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(is_coloured())
        .with_writer(lines);
    let layer = match log.format {
        LogFormat::Human => layer.with_target(false).with_filter(filter).boxed(),
        LogFormat::Json => layer.json().with_filter(filter).boxed(),
    };
    let registry = tracing_subscriber::registry().with(layer);
    #[cfg(feature = "otlp")]
    if let Some(collector) = &log.otlp {
        let traces = traces::Traces::open(collector)?;
        let spans = EnvFilter::new("attune_server=info");
        let _already = registry.with(traces.layer().with_filter(spans)).try_init();
        let traces = Some(traces);
        return Ok(Installed { traces });
    }
    let _already = registry.try_init();
    Ok(Installed::default())
}

/// What has to be told before the process ends.
#[derive(Debug, Default)]
pub struct Installed {
    #[cfg(feature = "otlp")]
    #[expect(
        dead_code,
        reason = "it is held, and sends the rest when it is dropped"
    )]
    traces: Option<traces::Traces>,
}

/// Whether standard error is a terminal that wants colours.
fn is_coloured() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

/// Standard error behind the cleaner.
#[derive(Clone)]
struct Lines {
    clean: Arc<dyn Fn(&str) -> String + Send + Sync>,
    format: LogFormat,
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
        let mut one = one_line(clean.trim_end_matches('\n'), self.format);
        one.push('\n');
        io::stderr().lock().write_all(one.as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// An event on one line. The escapes that begin a colour are the formatter's own: it has written
/// out those of values.
fn one_line(event: &str, format: LogFormat) -> String {
    const ESCAPE: char = '\u{1b}';
    match format {
        LogFormat::Json => visible_json(event).into_owned(),
        LogFormat::Human => {
            let parts: Vec<_> = event.split(ESCAPE).map(visible).collect();
            parts.join("\u{1b}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_whatever_is_in_it() {
        let event = "\u{1b}[33mWARN\u{1b}[0m refused: a\nERROR forged\u{202e}\r\u{9b}31m";
        assert_eq!(
            one_line(event, LogFormat::Human),
            "\u{1b}[33mWARN\u{1b}[0m refused: a\\u{a}ERROR forged\\u{202e}\\u{d}\\u{9b}31m"
        );
        let event = "{\"message\":\"a\u{202e}\u{7f}\"}";
        let line = one_line(event, LogFormat::Json);
        assert_eq!(line, r#"{"message":"a\u202e\u007f"}"#);
    }
}
