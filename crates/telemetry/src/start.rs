//! Installs logs, traces and metrics for the whole process, and ends them.

use std::{
    io,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use opentelemetry::{global, trace::TracerProvider};
use opentelemetry_otlp::{
    SpanExporter, WithExportConfig, WithTonicConfig, tonic_types::transport::ClientTlsConfig,
};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{Sampler, SdkTracerProvider},
};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    Layer, Registry,
    filter::Targets,
    fmt::MakeWriter,
    layer::SubscriberExt,
    util::{SubscriberInitExt, TryInitError},
};

use crate::{Config, config, log, metrics, panics};

/// How long one export to the collector may take; a batch that fails is tried again, then dropped.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the last batch may hold up the end of the process.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
/// What the exporter itself is made of: its spans would be exported, and make new ones.
const NEVER_TRACED: [&str; 5] = ["h2", "hyper", "tonic", "tower", "opentelemetry"];
/// The driver's spans of its own loops, which have no parent and no end.
const NEVER_TRACED_LOOPS: &str = "lapin";

/// Whether this process has its subscriber.
static STARTED: Mutex<bool> = Mutex::new(false);

/// Why telemetry did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The settings are wrong: see [`Config::problems`].
    #[error("telemetry is set up wrongly: {}", .0.join("; "))]
    Config(Vec<String>),
    /// The exporter of spans could not be made.
    #[error("the exporter of spans cannot be made")]
    Exporter(#[source] opentelemetry_otlp::ExporterBuildError),
    /// The registry of metrics could not be made.
    #[error("the registry of metrics cannot be made")]
    Metrics(#[source] opentelemetry_sdk::error::OTelSdkError),
    /// Somebody else installed a subscriber.
    #[error("another subscriber is installed")]
    Subscriber(#[source] TryInitError),
    /// Telemetry runs already: it is started once a process.
    #[error("telemetry was started before")]
    AlreadyStarted,
    /// The collector did not take the spans.
    #[error("spans were not delivered")]
    Flush(#[source] opentelemetry_sdk::error::OTelSdkError),
    /// The collector did not answer in time.
    #[error("spans were not delivered within {STOP_TIMEOUT:?}")]
    FlushTimeout,
}

/// The running telemetry. Dropping it changes nothing; [`Telemetry::stop`] delivers what is left.
#[derive(Debug)]
#[must_use = "spans are delivered in batches: call stop at the end"]
pub struct Telemetry {
    tracer: SdkTracerProvider,
}

/// Starts telemetry for this process, once: logs go to standard error, and panics are logged.
///
/// Call it inside the tokio runtime that lives longest: the exporter connects there.
pub fn start(config: &Config) -> Result<Telemetry, Error> {
    let telemetry = try_start(config, io::stderr)?.ok_or(Error::AlreadyStarted)?;
    panics::log_panics();
    Ok(telemetry)
}

/// Starts telemetry unless this process has it, in which case all share what is there and this is `None`.
///
/// For several services in one process, and for whoever wants the logs elsewhere. The panic hook is left alone.
pub fn try_start<W>(config: &Config, logs: W) -> Result<Option<Telemetry>, Error>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let mut started = STARTED.lock().unwrap_or_else(PoisonError::into_inner);
    if *started {
        return Ok(None);
    }
    let problems = config.problems();
    if !problems.is_empty() {
        return Err(Error::Config(problems));
    }

    let resource = Resource::builder_empty()
        .with_service_name(config.service_name.clone())
        .with_attribute(opentelemetry::KeyValue::new("service.version", metrics::VERSION))
        .build();
    let tracer = tracer(config, resource.clone())?;
    tracing_subscriber::registry()
        .with(spans(&tracer))
        .with(log::layer(config, logs))
        .try_init()
        .map_err(Error::Subscriber)?;
    metrics::install(resource).map_err(Error::Metrics)?;
    global::set_text_map_propagator(TraceContextPropagator::new());
    global::set_tracer_provider(tracer.clone());

    *started = true;
    Ok(Some(Telemetry { tracer }))
}

/// Makes the source of spans: with no collector they still carry ids, which logs and headers show.
fn tracer(config: &Config, resource: Resource) -> Result<SdkTracerProvider, Error> {
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
fn spans(tracer: &SdkTracerProvider) -> impl Layer<Registry> + use<> {
    let quiet = NEVER_TRACED.into_iter().chain([NEVER_TRACED_LOOPS]);
    let traced = Targets::new()
        .with_default(LevelFilter::INFO)
        .with_targets(quiet.map(|target| (target, LevelFilter::OFF)));
    tracing_opentelemetry::layer()
        .with_tracer(tracer.tracer("latchkey"))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_filter(traced)
}

impl Telemetry {
    /// Delivers the spans that have ended so far, for at most five seconds.
    pub async fn flush(&self) -> Result<(), Error> {
        let tracer = self.tracer.clone();
        within_deadline(move || tracer.force_flush()).await
    }

    /// Delivers what is left and stops exporting, for at most five seconds. Call it last.
    pub async fn stop(self) -> Result<(), Error> {
        within_deadline(move || self.tracer.shutdown_with_timeout(STOP_TIMEOUT)).await
    }
}

/// Runs a blocking call on a thread of its own, and waits for it no longer than [`STOP_TIMEOUT`].
async fn within_deadline(
    call: impl FnOnce() -> opentelemetry_sdk::error::OTelSdkResult + Send + 'static,
) -> Result<(), Error> {
    match tokio::time::timeout(STOP_TIMEOUT, tokio::task::spawn_blocking(call)).await {
        Ok(Ok(delivered)) => delivered.map_err(Error::Flush),
        // The thread panicked, which the hook has logged, or the runtime is at its end.
        Ok(Err(_)) | Err(_) => Err(Error::FlushTimeout),
    }
}
