//! This process's telemetry: a collector that keeps the spans, the log in memory, and `/metrics`.

use std::sync::{Arc, LazyLock, Mutex};

use latchkey_telemetry::{Config, LogFormat, Telemetry};
use opentelemetry_proto::tonic::trace::v1::Span;
use tokio::{net::TcpListener, runtime::Runtime};
use tokio_util::sync::CancellationToken;

// The tests of telemetry itself have it too, and a crate for two files would be one too many.
#[path = "../../../crates/telemetry/tests/telemetry/collector.rs"]
mod collector;

use collector::{Log, collect_into};

pub(crate) use collector::{attribute, hex};

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
        self.log.text()
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
