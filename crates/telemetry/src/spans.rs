//! Spans: where they come from, which of them count, and where they go.

use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{
    SpanExporter, WithExportConfig, WithTonicConfig, tonic_types::transport::ClientTlsConfig,
};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler, SdkTracerProvider},
};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{Layer, Registry, filter::Targets};

use crate::{Config, Error, config};

/// How long one export to the collector may take; a batch that fails is tried again, then dropped.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);
/// What the exporter itself is made of, whose spans would be exported and make new ones; and the broker's driver,
/// whose loops are spans without a parent or an end.
const NEVER_TRACED: [&str; 6] = ["h2", "hyper", "lapin", "opentelemetry", "tonic", "tower"];

/// Makes the source of spans: with no collector they still carry ids, which logs and headers show.
pub(crate) fn tracer(config: &Config, resource: Resource) -> Result<SdkTracerProvider, Error> {
    let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.sample_ratio)));
    let builder = SdkTracerProvider::builder().with_sampler(sampler).with_resource(resource);
    let Some(endpoint) = &config.otlp_endpoint else { return Ok(builder.build()) };

    let uri = config::collector(endpoint)
        .map_err(|problem| Error::Config(vec![format!("otlp_endpoint: {problem}")]))?;
    let mut exporter =
        SpanExporter::builder().with_tonic().with_endpoint(endpoint).with_timeout(EXPORT_TIMEOUT);
    if uri.scheme_str() == Some("https") {
        exporter = exporter.with_tls_config(ClientTlsConfig::new().with_enabled_roots());
    }
    let exporter = exporter.build().map_err(Error::Exporter)?;
    Ok(builder.with_batch_exporter(exporter).build())
}

/// Turns `tracing` spans of our own and of the database into OpenTelemetry's.
pub(crate) fn layer(tracer: &SdkTracerProvider) -> impl Layer<Registry> + use<> {
    let never = NEVER_TRACED.map(|target| (target, LevelFilter::OFF));
    let ours = Targets::new().with_default(LevelFilter::INFO).with_targets(never);
    tracing_opentelemetry::layer()
        .with_tracer(tracer.tracer("latchkey"))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_filter(ours)
}
