//! A browser that sends exactly what a test says, and follows nothing.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Longer than any answer that the tests ask for.
const PATIENCE: Duration = Duration::from_secs(12);

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    /// The values of a header.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let same = |(found, _): &&(String, String)| found == name;
        self.headers.iter().filter(same).map(|(_, value)| value.as_str()).collect()
    }

    /// The value of a header that comes once.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let all = self.all(name);
        assert!(all.len() <= 1, "{name} came {} times", all.len());
        all.first().copied()
    }

    /// Where the browser is sent.
    pub(crate) fn location(&self) -> Option<&str> {
        self.header("location")
    }

    /// The `Set-Cookie` of this name.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let prefix = format!("{name}=");
        self.all("set-cookie").into_iter().find(|cookie| cookie.starts_with(&prefix))
    }
}

/// Sends one request and reads the answer to its end.
pub(crate) async fn send(
    to: SocketAddr,
    line: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let host = [("Host", "localhost:8080")];
    let host = if headers.iter().any(|(name, _)| *name == "Host") { &[][..] } else { &host };
    let length = body.len().to_string();
    let length = [("Content-Length", length.as_str())];
    let length = if body.is_empty() { &[][..] } else { &length };
    let lines: Vec<String> = [host, headers, length]
        .concat()
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let head = format!("{line} HTTP/1.1\r\nConnection: close\r\n{}", lines.join("\r\n"));
    let request = format!("{head}\r\n\r\n{body}");
    let exchange = async {
        let mut stream = TcpStream::connect(to).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8(answer).unwrap()
    };
    read(&timeout(PATIENCE, exchange).await.expect("the gateway answers"))
}

fn read(answer: &str) -> Answer {
    let (head, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
    let header = |line: &str| {
        let (name, value) = line.split_once(':').expect("a header");
        (name.to_ascii_lowercase(), value.trim().to_owned())
    };
    Answer {
        status: status.parse().expect("a number"),
        headers: lines.map(header).collect(),
        body: body.to_owned(),
    }
}
