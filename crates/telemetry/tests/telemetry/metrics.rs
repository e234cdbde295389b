//! What Prometheus reads.

use std::{net::SocketAddr, time::Duration};

use latchkey_telemetry::metrics;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::fixture::FIXTURE;

/// The samples on `/metrics`, each `name{labels}` with its value.
pub(crate) async fn scrape() -> Vec<(String, f64)> {
    let (address, stop, _) = serve().await;
    let answer = get(address, "/metrics").await;
    stop.cancel();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let samples = body.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    samples
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        })
        .collect()
}

/// The sum of all samples of `name` whose labels contain every one of `labels`.
pub(crate) async fn sample(name: &str, labels: &[&str]) -> f64 {
    let samples = scrape().await;
    let wanted = samples.iter().filter(|(sample, _)| {
        sample.split('{').next() == Some(name) && labels.iter().all(|label| sample.contains(label))
    });
    wanted.map(|(_, value)| value).sum()
}

type Serving = tokio::task::JoinHandle<std::io::Result<()>>;

async fn serve() -> (SocketAddr, CancellationToken, Serving) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
    let serving = tokio::spawn(latchkey_telemetry::serve_metrics(listener, stop.clone()));
    (address, stop, serving)
}

async fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(Duration::from_secs(5), stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    answer
}

#[test]
fn what_was_counted_is_on_the_page() {
    FIXTURE.runtime.block_on(async {
        metrics::sign_in("signed_in", "none", "bitbucket", Duration::from_secs(3));
        metrics::provider_call("bitbucket", "exchange_code", "ok", Duration::from_millis(80));
        metrics::provider_spared("bitbucket", "breaker_open");
        metrics::provider_breaker("bitbucket", "half_open");
        metrics::event_published("latchkey.user.signed_up.v1", "confirmed");
        metrics::events_returned("latchkey.user.signed_up.v1");
        metrics::callbacks_refused("state_invalid");
        metrics::events_unrouted(4);
        metrics::outbox_depth(12);
        metrics::outbox_oldest_age(Duration::from_millis(2500));
        metrics::relay_connected(true);

        let provider = ["provider=\"bitbucket\""];
        let signed_in = ["provider=\"bitbucket\"", "outcome=\"signed_in\"", "reason=\"none\""];
        assert_eq!(page("latchkey_sign_ins_total", &signed_in).await, "1");
        assert_eq!(page("latchkey_sign_in_duration_seconds_sum", &provider).await, "3");
        assert_eq!(
            page("latchkey_provider_calls_total", &["operation=\"exchange_code\""]).await,
            "1"
        );
        assert_eq!(page("latchkey_provider_duration_seconds_sum", &provider).await, "0.08");
        let spared = ["provider=\"bitbucket\"", "reason=\"breaker_open\""];
        assert_eq!(page("latchkey_provider_spared_total", &spared).await, "1");
        let tried = ["provider=\"bitbucket\"", "state=\"half_open\""];
        assert_eq!(page("latchkey_provider_breaker_total", &tried).await, "1");
        let event = ["type=\"latchkey.user.signed_up.v1\""];
        assert_eq!(page("latchkey_events_published_total", &event).await, "1");
        assert_eq!(page("latchkey_events_returned_total", &event).await, "1");
        assert_eq!(
            page("latchkey_callbacks_refused_total", &["reason=\"state_invalid\""]).await,
            "1"
        );
        assert_eq!(page("latchkey_events_unrouted", &[]).await, "4");
        assert_eq!(page("latchkey_outbox_depth", &[]).await, "12");
        assert_eq!(page("latchkey_outbox_oldest_age_seconds", &[]).await, "2.5");
        assert_eq!(page("latchkey_relay_connected", &[]).await, "1");
    });
}

#[test]
fn what_was_counted_of_mail_is_on_the_page() {
    FIXTURE.runtime.block_on(async {
        metrics::mails_queued(2);
        metrics::mail("sent", "none");
        metrics::mails_expired(1);
        metrics::mail_waiting(3);
        metrics::mail_oldest_age(Duration::from_millis(1500));

        assert_eq!(page("latchkey_mails_total", &["outcome=\"queued\""]).await, "2");
        assert_eq!(page("latchkey_mails_total", &["outcome=\"sent\""]).await, "1");
        let given_up = ["outcome=\"given_up\"", "reason=\"expired\""];
        assert_eq!(page("latchkey_mails_total", &given_up).await, "1");
        assert_eq!(page("latchkey_mail_waiting", &[]).await, "3");
        assert_eq!(page("latchkey_mail_oldest_age_seconds", &[]).await, "1.5");
    });
}

/// [`sample`] as text, because floats do not compare.
async fn page(name: &str, labels: &[&str]) -> String {
    sample(name, labels).await.to_string()
}

#[test]
fn the_process_describes_itself() {
    FIXTURE.runtime.block_on(async {
        let version = concat!("version=\"", env!("CARGO_PKG_VERSION"), "\"");
        assert_eq!(page("latchkey_build_info", &[version]).await, "1");
        assert!(sample("process_resident_memory_bytes", &[]).await > 1e6);
        // After 2020, in seconds.
        assert!(sample("process_start_time_seconds", &[]).await > 1.6e9);
    });
}

#[test]
fn no_sample_carries_the_name_of_the_meter() {
    FIXTURE.runtime.block_on(async {
        metrics::outbox_depth(1);

        let samples = scrape().await;

        assert!(samples.iter().all(|(name, _)| !name.contains("otel_scope")), "{samples:?}");
    });
}

#[test]
fn liveness_is_answered_until_the_end() {
    FIXTURE.runtime.block_on(async {
        let (address, stop, serving) = serve().await;
        let _idle = TcpStream::connect(address).await.unwrap();

        assert!(get(address, "/healthz").await.starts_with("HTTP/1.1 200"));
        stop.cancel();
        timeout(Duration::from_secs(5), serving).await.unwrap().unwrap().unwrap();

        assert!(TcpStream::connect(address).await.is_err());
    });
}
