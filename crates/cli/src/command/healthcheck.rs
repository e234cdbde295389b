//! `latchkey healthcheck`: for whoever restarts what does not answer.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tonic::transport::Endpoint;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use url::Url;

/// Whoever asks asks again soon.
const DEADLINE: Duration = Duration::from_secs(5);
/// More than a status line has.
const STATUS_LINE: u64 = 64;

/// Asks over HTTP where the URL has a path, by `grpc.health.v1` where it has none.
pub(super) async fn run(url: &Url) -> Result<()> {
    ensure!(url.scheme() == "http", "only http:// is asked: it is for the machine itself");
    let asked = async {
        match url.path() {
            "/" => grpc(url).await,
            _ => http(url).await,
        }
    };
    let answered = timeout(DEADLINE, asked).await.context("no answer in time");
    answered.and_then(|answer| answer).with_context(|| url.to_string())
}

async fn grpc(url: &Url) -> Result<()> {
    let channel = Endpoint::from_shared(url.to_string())?.connect().await?;
    let mut client = HealthClient::new(channel);
    let everything = HealthCheckRequest { service: String::new() };
    match client.check(everything).await?.into_inner().status() {
        ServingStatus::Serving => Ok(()),
        other => bail!("it says {}", other.as_str_name()),
    }
}

/// One request of HTTP/1.0, after which the server closes the connection.
async fn http(url: &Url) -> Result<()> {
    let address = url.socket_addrs(|| None)?;
    let mut stream = TcpStream::connect(address.as_slice()).await?;
    let host = url.host_str().unwrap_or_default();
    let request = format!("GET {} HTTP/1.0\r\nHost: {host}\r\n\r\n", url.path());
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(STATUS_LINE).read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split(' ').nth(1).unwrap_or_default();
    ensure!(status == "200", "it answers {status}");
    Ok(())
}
