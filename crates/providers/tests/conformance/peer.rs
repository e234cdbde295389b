//! A scripted peer, for what a proper HTTP server does not do.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use latchkey_domain::provider::Provider;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::stage::bitbucket;

/// What the peer does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Play {
    /// Answers, and keeps the connection.
    Say(String),
    /// Answers, and closes the connection.
    SayAndClose(String),
    /// Reads the request and closes the connection.
    Close,
    /// Answers with as many bytes as it can get rid of.
    Flood(String),
    /// Answers with these bytes, all at once or one a second.
    Bytes(Vec<u8>, Pace),
}

/// How fast the peer sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    AtOnce,
    OneASecond,
}

/// A request: which connection it came on, and its text.
pub(crate) type Request = (usize, String);

/// A peer that plays its script, one act a request, and closes connections after that.
#[derive(Debug, Clone, Default)]
pub(crate) struct Peer {
    script: Arc<Mutex<VecDeque<Play>>>,
    requests: Arc<Mutex<Vec<Request>>>,
    sent: Arc<Mutex<usize>>,
}

impl Peer {
    /// Starts the peer and a Bitbucket that is at its address.
    pub(crate) async fn start(script: impl IntoIterator<Item = Play>) -> (Self, Arc<dyn Provider>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let peer =
            Self { script: Arc::new(Mutex::new(script.into_iter().collect())), ..Self::default() };
        let playing = peer.clone();
        tokio::spawn(async move {
            for number in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(playing.clone().serve(number, stream));
            }
        });
        let provider = bitbucket(json!({
            "stand_in": true,
            "token_url": format!("{base}/token"),
            "api_url": format!("{base}/2.0"),
        }));
        (peer, provider)
    }

    /// The requests that came.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// How many bytes of floods were taken off its hands.
    pub(crate) fn sent(&self) -> usize {
        *self.sent.lock().unwrap()
    }

    async fn serve(self, number: usize, mut stream: TcpStream) {
        while let Some(request) = read(&mut stream).await {
            self.requests.lock().unwrap().push((number, request));
            let act = self.script.lock().unwrap().pop_front();
            match act {
                Some(Play::Say(text)) => stream.write_all(text.as_bytes()).await.unwrap(),
                Some(Play::SayAndClose(text)) => {
                    stream.write_all(text.as_bytes()).await.unwrap();
                    return;
                }
                Some(Play::Bytes(bytes, Pace::AtOnce)) => {
                    // Whoever has read enough hangs up.
                    if stream.write_all(&bytes).await.is_err() {
                        return;
                    }
                }
                Some(Play::Bytes(bytes, Pace::OneASecond)) => return drip(&bytes, stream).await,
                Some(Play::Flood(head)) => return self.flood(head, stream).await,
                Some(Play::Close) | None => return,
            }
        }
    }

    async fn flood(&self, head: String, mut stream: TcpStream) {
        stream.write_all(head.as_bytes()).await.unwrap();
        while let Ok(count) = stream.write(&[b' '; 16_384]).await {
            *self.sent.lock().unwrap() += count;
        }
    }
}

async fn drip(bytes: &[u8], mut stream: TcpStream) {
    for byte in bytes {
        if stream.write_all(&[*byte]).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Reads a request with its body; `None` when the other side is done.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut text = String::new();
    let mut piece = [0; 4_096];
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let lower = head.to_ascii_lowercase();
            let length = lower.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(text);
            }
        }
        let count = stream.read(&mut piece).await.ok().filter(|count| *count > 0)?;
        text.push_str(std::str::from_utf8(&piece[..count]).unwrap());
    }
}

/// A whole answer in JSON.
pub(crate) fn answer(body: &str) -> String {
    with_headers("200 OK", "content-type: application/json\r\n", body)
}

/// A whole answer with a status and header lines.
pub(crate) fn with_headers(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}
