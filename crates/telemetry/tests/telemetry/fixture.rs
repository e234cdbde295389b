//! One process's telemetry, a collector that keeps what it gets, and the log in memory.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

use latchkey_telemetry::{Config, LogFormat, Telemetry};
use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    trace::v1::Span,
};
use tokio::{net::TcpListener, runtime::Runtime, time::sleep};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, transport::Server};

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
        let log = String::from_utf8(self.log.0.lock().unwrap().clone()).unwrap();
        log.split('\n').filter(|line| line.contains(needle)).map(str::to_owned).collect()
    }
}

/// The attribute's value as text, if the span has it.
pub(crate) fn attribute(span: &Span, key: &str) -> Option<String> {
    use opentelemetry_proto::tonic::common::v1::any_value::Value::{IntValue, StringValue};
    let found = span.attributes.iter().find(|attribute| attribute.key == key)?;
    match found.value.clone()?.value? {
        StringValue(text) => Some(text),
        IntValue(number) => Some(number.to_string()),
        _ => None,
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

struct Collector(Arc<Mutex<Vec<Span>>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let resources = request.into_inner().resource_spans.into_iter();
        let scopes = resources.flat_map(|resource| resource.scope_spans);
        self.0.lock().unwrap().extend(scopes.flat_map(|scope| scope.spans));
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

async fn collect_into(spans: Arc<Mutex<Vec<Span>>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let collector = TraceServiceServer::new(Collector(spans));
    tokio::spawn(
        Server::builder()
            .add_service(collector)
            .serve_with_incoming(TcpListenerStream::new(listener)),
    );
    address
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
