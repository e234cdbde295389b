//! This process's telemetry: a collector that keeps the spans, the log in memory, and `/metrics`.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, LazyLock, Mutex},
};

use latchkey_telemetry::{Config, LogFormat, Telemetry};
use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    common::v1::any_value::Value,
    trace::v1::Span,
};
use tokio::{net::TcpListener, runtime::Runtime};
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, transport::Server};

/// Everything of ours down to `DEBUG`, and the libraries as they are by default.
const FILTER: &str = "info,latchkey=debug,h2=warn,hyper=warn,lapin=error,opentelemetry=warn,\
     sea_orm=warn,sqlx=warn,tonic=warn";

/// Telemetry is started once a process; a test that reads it calls this before it starts a service.
pub(crate) static RECORDED: LazyLock<Recorded> = LazyLock::new(Recorded::start);

/// What this process told about itself.
pub(crate) struct Recorded {
    telemetry: Telemetry,
    spans: Arc<Mutex<Vec<Span>>>,
    log: Log,
    // The exporter runs in it: it must outlive every test's own.
    _runtime: Runtime,
}

impl Recorded {
    fn start() -> Self {
        // A test's runtime may not be blocked on, so this happens on a thread of its own.
        std::thread::spawn(|| {
            let runtime = Runtime::new().unwrap();
            let (spans, log) = (Arc::default(), Log::default());
            let writer = log.clone();
            let telemetry = runtime.block_on(async {
                let collector = collect_into(Arc::clone(&spans)).await;
                let config = Config {
                    log_format: LogFormat::Json,
                    log_filter: FILTER.to_owned(),
                    otlp_endpoint: Some(format!("http://{collector}")),
                    ..Config::default()
                };
                latchkey_telemetry::try_start(&config, move || writer.clone()).unwrap().unwrap()
            });
            Self { telemetry, spans, log, _runtime: runtime }
        })
        .join()
        .unwrap()
    }

    /// Every span that has ended so far.
    pub(crate) async fn spans(&self) -> Vec<Span> {
        self.telemetry.flush().await.unwrap();
        self.spans.lock().unwrap().clone()
    }

    /// Every line of the log so far.
    pub(crate) fn log(&self) -> String {
        String::from_utf8(self.log.0.lock().unwrap().clone()).unwrap()
    }

    /// What `/metrics` shows, read over HTTP.
    pub(crate) async fn metrics(&self, http: &reqwest::Client) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let _stop = stop.clone().drop_guard();
        tokio::spawn(latchkey_telemetry::serve_metrics(listener, stop));
        let answer = http.get(format!("http://{address}/metrics")).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap()
    }
}

/// The sum of the samples of `name` whose labels are among theirs, as `/metrics` writes it.
pub(crate) fn sample(page: &str, name: &str, labels: &[&str]) -> String {
    let wanted = page.lines().filter(|line| {
        line.split(['{', ' ']).next() == Some(name)
            && labels.iter().all(|label| line.contains(label))
    });
    let values = wanted.map(|line| line.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap());
    values.sum::<f64>().to_string()
}

/// A span's trace, in hexadecimal digits.
pub(crate) fn trace_id(span: &Span) -> String {
    hex(&span.trace_id)
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// A span's attribute as text, if it is one.
pub(crate) fn attribute(span: &Span, key: &str) -> Option<String> {
    let found = span.attributes.iter().find(|attribute| attribute.key == key)?;
    match found.value.clone()?.value? {
        Value::StringValue(text) => Some(text),
        Value::IntValue(number) => Some(number.to_string()),
        _ => None,
    }
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
    let service = TraceServiceServer::new(Collector(spans));
    let incoming = TcpListenerStream::new(listener);
    tokio::spawn(Server::builder().add_service(service).serve_with_incoming(incoming));
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
