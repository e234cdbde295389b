//! Installs logs, traces and metrics for the whole process, and ends them.

use std::{
    io,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use opentelemetry::global;
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use tracing_subscriber::{
    fmt::MakeWriter,
    layer::SubscriberExt,
    util::{SubscriberInitExt, TryInitError},
};

use crate::{Config, log, metrics, panics, spans};

/// How long the last batch may hold up the end of the process.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// Whether this process has its subscriber.
static STARTED: Mutex<bool> = Mutex::new(false);

/// Why telemetry did not start, or did not deliver.
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
    /// The exporter panicked, or the runtime ended before it.
    #[error("the delivery of spans was cut off")]
    FlushAborted(#[source] tokio::task::JoinError),
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
    let tracer = spans::tracer(config, resource.clone())?;
    tracing_subscriber::registry()
        .with(spans::layer(&tracer))
        .with(log::layer(config, logs))
        .try_init()
        .map_err(Error::Subscriber)?;
    metrics::install(resource).map_err(Error::Metrics)?;
    global::set_text_map_propagator(TraceContextPropagator::new());
    global::set_tracer_provider(tracer.clone());

    *started = true;
    Ok(Some(Telemetry { tracer }))
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
        Ok(Err(aborted)) => Err(Error::FlushAborted(aborted)),
        Err(_) => Err(Error::FlushTimeout),
    }
}
