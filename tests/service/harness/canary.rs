//! A Bitbucket whose answers are known beforehand, tokens included.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;

/// The access token that it gives.
pub(crate) const ACCESS_TOKEN: &str = "canary-access-token";
/// The refresh token that it gives, and that nobody asked for.
pub(crate) const REFRESH_TOKEN: &str = "canary-refresh-token";
/// The address of its only account.
pub(crate) const EMAIL: &str = "canary@mail.example";

/// A running one.
pub(crate) struct Canary {
    pub(crate) base_url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Canary {
    /// Answers until told to stop.
    pub(crate) async fn start(stop: CancellationToken) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let heard = requests.clone();
        tokio::spawn(stop.run_until_cancelled_owned(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, heard.clone()));
            }
        }));
        Self { base_url, requests }
    }

    /// Every request, as it came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn answer(mut stream: TcpStream, heard: Arc<Mutex<Vec<String>>>) {
    let request = read(&mut stream).await;
    let path = request.split(' ').nth(1).unwrap_or_default();
    let body = body(path).to_string();
    heard.lock().unwrap().push(request);
    let start = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
    let answer = format!("{start}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(answer.as_bytes()).await.unwrap();
}

/// Reads a request's head, and its body as far as it announces one.
async fn read(stream: &mut TcpStream) -> String {
    let (mut request, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let length = stream.read(&mut chunk).await.unwrap();
        request.extend_from_slice(&chunk[..length]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            let announced = head.lines().find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok()
            });
            body.len() >= announced.unwrap_or(0)
        });
        if whole || length == 0 {
            return text;
        }
    }
}

fn body(path: &str) -> Value {
    match path {
        "/site/oauth2/access_token" => json!({
            "access_token": ACCESS_TOKEN, "refresh_token": REFRESH_TOKEN,
            "token_type": "bearer", "scope": "account email", "expires_in": 7200,
        }),
        "/2.0/user" => json!({
            "type": "user", "uuid": "{88888888-8888-4888-8888-888888888888}",
            "display_name": "Canary",
        }),
        _ => json!({
            "values": [{ "email": EMAIL, "is_primary": true, "is_confirmed": true }],
        }),
    }
}
