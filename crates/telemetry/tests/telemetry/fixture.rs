//! One process's telemetry, a collector that keeps what it gets, and the log in memory.

use std::{
    net::SocketAddr,
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

use latchkey_telemetry::{Config, LogFormat, Telemetry};
use opentelemetry_proto::tonic::trace::v1::Span;
use tokio::{runtime::Runtime, time::sleep};

use crate::collector::{Log, collect_into, hex};

/// How often a test looks for its span, and how long it waits in between: five seconds in all.
const LOOKS: (u32, Duration) = (100, Duration::from_millis(50));

pub(crate) static FIXTURE: LazyLock<Fixture> = LazyLock::new(Fixture::start);

/// Shared by the tests of a process, as telemetry is.
pub(crate) struct Fixture {
    pub(crate) runtime: Runtime,
    pub(crate) collector: SocketAddr,
    telemetry: Telemetry,
    spans: Arc<Mutex<Vec<Span>>>,
    log: Log,
}

impl Fixture {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let (spans, log) = (Arc::default(), Log::default());
        let collector = runtime.block_on(collect_into(Arc::clone(&spans)));
        let config = Config {
            log_format: LogFormat::Json,
            otlp_endpoint: Some(format!("http://{collector}")),
            ..Config::default()
        };
        let writer = log.clone();
        let telemetry = runtime.block_on(async {
            latchkey_telemetry::try_start(&config, move || writer.clone()).unwrap().unwrap()
        });
        Self { runtime, collector, telemetry, spans, log }
    }

    /// Waits for the collector to have a span of this trace.
    pub(crate) async fn span_of(&self, trace_id: &str) -> Span {
        for _ in 0..LOOKS.0 {
            self.telemetry.flush().await.unwrap();
            if let Some(span) = self.spans_of(trace_id).pop() {
                return span;
            }
            sleep(LOOKS.1).await;
        }
        panic!("the collector has no span of trace {trace_id}");
    }

    /// What the collector has of this trace now, once everything that ended is delivered.
    pub(crate) async fn delivered_spans_of(&self, trace_id: &str) -> Vec<Span> {
        self.telemetry.flush().await.unwrap();
        self.spans_of(trace_id)
    }

    fn spans_of(&self, trace_id: &str) -> Vec<Span> {
        let spans = self.spans.lock().unwrap();
        spans.iter().filter(|span| hex(&span.trace_id) == trace_id).cloned().collect()
    }

    /// The log's lines that hold `needle`.
    pub(crate) fn log_lines(&self, needle: &str) -> Vec<String> {
        self.log
            .text()
            .split('\n')
            .filter(|line| line.contains(needle))
            .map(str::to_owned)
            .collect()
    }
}
