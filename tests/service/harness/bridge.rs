//! A bridge to PostgreSQL that closes at one exact moment: before a statement reaches the server, or
//! after the server carried it out and before anybody hears of it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    sync::watch,
    time::{Duration, timeout},
};
use url::Url;

use super::wire::{read, text};

/// Longer than any sign-in takes that is not held up.
const GIVE_UP: Duration = Duration::from_secs(20);

/// When the bridge closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// The statement stays on this side.
    Before,
    /// The server's answer stays on the other side.
    After,
}

/// At which statement, by some of its words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) when: When,
    /// Words of it.
    pub(crate) statement: &'static str,
    /// Words of one that came before it on the same connection, since the last that began with
    /// `BEGIN`; none if this is empty.
    pub(crate) behind: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gate {
    Open,
    Closed,
    Broken,
}

/// The bridge. It closes once.
pub(crate) struct Bridge {
    pub(crate) port: u16,
    inner: Arc<Inner>,
}

struct Inner {
    moment: Mutex<Option<Moment>>,
    gate: watch::Sender<Gate>,
    reached: watch::Sender<bool>,
}

impl Bridge {
    /// Leads to the server of this URL.
    pub(crate) async fn to(url: &str) -> Self {
        let url = Url::parse(url).unwrap();
        let server = (url.host_str().unwrap().to_owned(), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let inner = Arc::new(Inner {
            moment: Mutex::default(),
            gate: watch::Sender::new(Gate::Open),
            reached: watch::Sender::new(false),
        });
        let shared = inner.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(server.clone()).await.unwrap();
                client.set_nodelay(true).unwrap();
                server.set_nodelay(true).unwrap();
                tokio::spawn(connect(client, server, shared.clone()));
            }
        });
        Self { port, inner }
    }

    /// Closes at this moment.
    pub(crate) fn close_at(&self, moment: Moment) {
        *self.inner.moment.lock().unwrap() = Some(moment);
    }

    /// Waits until it is closed.
    pub(crate) async fn closed(&self) {
        let mut reached = self.inner.reached.subscribe();
        let reached = timeout(GIVE_UP, reached.wait_for(|reached| *reached)).await;
        reached.expect("the bridge never closed").unwrap();
    }

    /// Lets on what it held.
    pub(crate) fn open(&self) {
        self.inner.gate.send_replace(Gate::Open);
    }

    /// Breaks the connection that it holds; others are made, and used, as before.
    pub(crate) fn break_off(&self) {
        self.inner.gate.send_replace(Gate::Broken);
    }
}

impl Inner {
    /// Whether this is the moment; it comes once.
    fn is_now(&self, when: When, sql: &str, before: &str) -> bool {
        let mut moment = self.moment.lock().unwrap();
        let is_it = |moment: &Moment| {
            moment.when == when
                && sql.contains(moment.statement)
                && (moment.behind.is_empty() || before.contains(moment.behind))
        };
        if moment.as_ref().is_some_and(is_it) {
            *moment = None;
            self.gate.send_replace(Gate::Closed);
            return true;
        }
        false
    }

    /// Says that it is closed, and waits; `false` if it breaks.
    async fn hold(&self) -> bool {
        self.reached.send_replace(true);
        let mut gate = self.gate.subscribe();
        let now = gate.wait_for(|gate| *gate != Gate::Closed).await.map(|gate| *gate);
        now.is_ok_and(|gate| gate == Gate::Open)
    }
}

async fn connect(client: TcpStream, server: TcpStream, inner: Arc<Inner>) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let holding = watch::Sender::new(false);
    // Whichever ends first ends the other: both sides see the connection go.
    tokio::select! {
        () = ask(from_client, to_server, &inner, &holding) => {}
        () = answer(from_server, to_client, &inner, &holding) => {}
    }
}

/// Passes the client's messages on, whole, and looks at each.
async fn ask(
    mut client: OwnedReadHalf,
    mut server: OwnedWriteHalf,
    inner: &Inner,
    holding: &watch::Sender<bool>,
) {
    let (mut statements, mut before) = (HashMap::new(), String::new());
    let mut greeted = false;
    while let Some((kind, message)) = read(&mut client, greeted).await {
        let sql = match kind {
            None => {
                greeted = true;
                None
            }
            Some(b'P') => {
                let (name, rest) = text(&message[5..]);
                statements.insert(name, text(rest).0);
                None
            }
            Some(b'B') => {
                let (_portal, rest) = text(&message[5..]);
                statements.get(&text(rest).0).cloned()
            }
            Some(b'Q') => Some(text(&message[5..]).0),
            Some(_) => None,
        };
        if let Some(sql) = sql {
            if sql.starts_with("BEGIN") {
                before.clear();
            }
            if inner.is_now(When::Before, &sql, &before) && !inner.hold().await {
                return;
            }
            if inner.is_now(When::After, &sql, &before) {
                holding.send_replace(true);
            }
            before.push_str(&sql);
        }
        if server.write_all(&message).await.is_err() {
            return;
        }
    }
}

/// Passes the server's messages on; what answers the statement at which the bridge closes is held once
/// the server is ready for the next one (`ReadyForQuery`).
async fn answer(
    mut server: OwnedReadHalf,
    mut client: OwnedWriteHalf,
    inner: &Inner,
    holding: &watch::Sender<bool>,
) {
    while let Ok(kind) = server.read_u8().await {
        let Ok(length) = server.read_u32().await else { return };
        let mut message = vec![kind];
        message.extend(length.to_be_bytes());
        message.resize(length as usize + 1, 0);
        if server.read_exact(&mut message[5..]).await.is_err() {
            return;
        }
        if *holding.borrow() && kind == b'Z' {
            holding.send_replace(false);
            if !inner.hold().await {
                return;
            }
        }
        if client.write_all(&message).await.is_err() {
            return;
        }
    }
}
