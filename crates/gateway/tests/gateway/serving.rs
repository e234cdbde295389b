//! The listener: limits, health and the end.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Router, routing::get};
use latchkey_gateway::Config;
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
    sync::Notify,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    app::{App, query},
    browser,
};

#[tokio::test]
async fn it_is_ready_while_the_service_serves() {
    let app = App::start().await;
    assert_eq!(app.get("/healthz").await.status, 200);
    assert_eq!(app.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn without_a_service_it_lives_and_says_so_on_a_page() {
    let unused = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = unused.local_addr().unwrap();
    drop(unused);
    let (address, _stop) = serve(gateway(endpoint)).await;

    let alive = browser::send(address, "GET /healthz", &[], "").await;
    let ready = browser::send(address, "GET /readyz", &[], "").await;
    let page = browser::send(address, &format!("GET /login?{}", query()), &[], "").await;

    assert_eq!((alive.status, ready.status, page.status), (200, 503, 503));
    assert!(page.body.contains("SERVICE_UNAVAILABLE"), "{}", page.body);
}

#[tokio::test]
async fn a_service_that_hangs_is_not_waited_for_long() {
    let deaf = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, _stop) = serve(gateway(deaf.local_addr().unwrap())).await;
    let begin = Instant::now();

    let page = browser::send(address, &format!("GET /login?{}", query()), &[], "").await;

    assert_eq!(page.status, 503);
    assert!(page.body.contains("TIMED_OUT"), "{}", page.body);
    assert!(begin.elapsed() < Duration::from_secs(7), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn whoever_sends_no_headers_is_cut_off() {
    let app = App::start().await;
    let mut silent = TcpStream::connect(app.address).await.unwrap();
    let begin = Instant::now();

    let read = timeout(Duration::from_secs(15), silent.read(&mut [0; 512])).await;

    read.expect("the gateway hangs up").unwrap();
    assert!(begin.elapsed() >= Duration::from_secs(9), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn a_stop_lets_the_request_under_way_finish() {
    let began = Arc::new(Notify::new());
    let under_way = began.clone();
    let slow = get(async move || {
        began.notify_one();
        sleep(Duration::from_millis(300)).await;
        "done"
    });
    let (address, stop) = serve(Router::new().route("/", slow)).await;
    let request = tokio::spawn(async move { browser::send(address, "GET /", &[], "").await });
    under_way.notified().await;

    stop.cancel();

    assert_eq!(request.await.unwrap().body, "done");
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

/// A gateway with the service at `endpoint`.
fn gateway(endpoint: SocketAddr) -> Router {
    let config = Config {
        environment: "environments/dev".to_owned(),
        endpoint: format!("http://{endpoint}").parse().unwrap(),
        key: "gateway-key".into(),
        ..Config::default()
    };
    latchkey_gateway::router(&config, latchkey_gateway::channel(&config).unwrap())
}

async fn serve(router: Router) -> (SocketAddr, CancellationToken) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    tokio::spawn(latchkey_gateway::serve(listener, router, stop.clone()));
    (address, stop)
}
