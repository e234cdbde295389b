//! The way to a service on another machine.

use std::time::Duration;

use latchkey_gateway::{Config, channel, router, serve};
use tokio::{io::AsyncReadExt, net::TcpListener, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::browser;

const PATIENCE: Duration = Duration::from_secs(10);
/// How a TLS record begins that shakes hands (RFC 8446, 5.1).
const HANDSHAKE: [u8; 2] = [22, 3];

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn behind_https_the_service_hears_a_handshake_for_its_name_and_never_the_key_before_it() {
    let service = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = service.local_addr().unwrap().port();
    let config = Config {
        environment: "environments/dev".to_owned(),
        endpoint: format!("https://localhost:{port}").parse().unwrap(),
        key: "gateway-key".into(),
        ..Config::default()
    };
    assert_eq!(config.problems(), [""; 0]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
    let router = router(&config, channel(&config).unwrap());
    tokio::spawn(serve(listener, router, stop.clone()));
    let _stop = stop.drop_guard();

    let heard = tokio::spawn(async move {
        let (mut stream, _) = service.accept().await.unwrap();
        let mut heard = vec![0; 4096];
        let length = stream.read(&mut heard).await.unwrap();
        heard.truncate(length);
        heard
    });
    let ready = browser::send(address, "GET /readyz", &[], "").await;
    let heard = timeout(PATIENCE, heard).await.unwrap().unwrap();

    assert_eq!(heard[..2], HANDSHAKE);
    // The server's name, so that its certificate can be that name's, and HTTP/2.
    assert!(holds(&heard, "localhost") && holds(&heard, "h2"));
    assert!(!holds(&heard, "gateway-key"));
    assert_eq!(ready.status, 503);
}
