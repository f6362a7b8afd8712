//! Traces to an OpenTelemetry collector (`[log] otlp`), by OTLP over HTTP; only in builds with the
//! feature `otlp`.
//!
//! Spans are runs, their phases and requests: ids, names, counts and durations, as in the log; no value
//! and no secret. The exporter has a client of its own, beside the one way out of `net`: it goes to the
//! collector that whoever runs the host has named, and carries no credential.

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::registry::LookupSpan;

/// What is sent when the process ends, at the latest.
#[derive(Debug)]
pub(super) struct Traces {
    provider: SdkTracerProvider,
}

impl Traces {
    /// Sends nothing yet. `collector` is its address without `/v1/traces`.
    pub(super) fn open(collector: &str) -> Result<Self, String> {
        let collector = collector.trim_end_matches('/');
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(format!("{collector}/v1/traces"))
            .with_protocol(Protocol::HttpBinary)
            .build()
            .map_err(|error| error.to_string())?;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(Resource::builder().with_service_name("attune").build())
            .build();
        Ok(Self { provider })
    }

    /// Turns spans into traces.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        tracing_opentelemetry::layer().with_tracer(self.provider.tracer("attune"))
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        // A collector that is away keeps nobody from ending.
        let _unsent = self.provider.shutdown();
    }
}
