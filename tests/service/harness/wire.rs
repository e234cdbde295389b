//! A proxy in front of PostgreSQL that counts round trips.
//!
//! In the extended protocol a client waits after each `Sync`, in the simple one after each `Query`
//! (PostgreSQL documentation, "Message Flow"). Only a `Sync` behind an `Execute` counts: one behind a
//! `Parse` comes once for each connection, and one with nothing before it is how the pool looks whether
//! a connection that was given back still lives, for which nobody waits.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
};

/// What clients waited for: the statements, by their first words, each time.
#[derive(Debug, Clone, Default)]
pub(crate) struct RoundTrips(Arc<Mutex<Vec<String>>>);

impl RoundTrips {
    /// Takes what was counted so far.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    fn note(&self, statement: &str) {
        self.0.lock().unwrap().push(statement.to_owned());
    }
}

/// Starts a proxy, and says on which port.
pub(crate) async fn proxy(server: u16) -> (u16, RoundTrips) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let counted = RoundTrips::default();
    let shared = counted.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
            let (from_client, mut to_client) = client.into_split();
            let (mut from_server, to_server) = server.into_split();
            tokio::spawn(pass_on(from_client, to_server, shared.clone()));
            tokio::spawn(async move {
                let _ended = tokio::io::copy(&mut from_server, &mut to_client).await;
            });
        }
    });
    (port, counted)
}

/// Passes a client's messages on, whole, and looks at each.
async fn pass_on(mut client: OwnedReadHalf, mut server: OwnedWriteHalf, counted: RoundTrips) {
    let mut statements = HashMap::new();
    let mut bound = String::new();
    let (mut greeted, mut asked) = (false, false);
    while let Some((kind, message)) = read(&mut client, greeted).await {
        match kind {
            // Requests for encryption are answered with one byte, and the greeting follows.
            None => greeted = message.get(4..8) != Some(&80_877_103_u32.to_be_bytes()),
            Some(b'P') => {
                let (name, rest) = text(&message[5..]);
                let (sql, _) = text(rest);
                bound.clone_from(&sql);
                statements.insert(name, sql);
            }
            Some(b'B') => {
                let (_portal, rest) = text(&message[5..]);
                let (name, _) = text(rest);
                bound = statements.get(&name).cloned().unwrap_or_default();
            }
            Some(b'E') => asked = true,
            Some(b'S') if std::mem::take(&mut asked) => counted.note(&bound),
            Some(b'Q') => counted.note(&text(&message[5..]).0),
            Some(_) => {}
        }
        if server.write_all(&message).await.is_err() {
            return;
        }
    }
}

/// A message with its type, which the first ones do not have.
pub(super) async fn read(client: &mut OwnedReadHalf, typed: bool) -> Option<(Option<u8>, Vec<u8>)> {
    let mut message = vec![0; if typed { 5 } else { 4 }];
    client.read_exact(&mut message).await.ok()?;
    let head = message.len();
    let length = u32::from_be_bytes(message[head - 4..].try_into().unwrap()) as usize;
    message.resize(head + length - 4, 0);
    client.read_exact(&mut message[head..]).await.ok()?;
    Some((typed.then_some(message[0]), message))
}

/// A text that ends with a zero byte, and what is behind it.
pub(super) fn text(bytes: &[u8]) -> (String, &[u8]) {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    (String::from_utf8_lossy(&bytes[..end]).into_owned(), bytes.get(end + 1..).unwrap_or(&[]))
}
