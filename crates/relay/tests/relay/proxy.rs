//! A broker that goes away, freezes, forgets to confirm, or refuses: a proxy before the real one.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, Result},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::Mutex,
    time::timeout,
};

/// `basic.ack` (AMQP 0-9-1, class 60, method 80).
const BASIC_ACK: [u8; 4] = [0, 60, 0, 80];
/// What the proxy takes for a message that closes the channel.
pub(crate) const POISON: &str = "poison";
/// `channel.close` on channel 1 with 406, as for a message that is too large, and without a text.
const CHANNEL_CLOSE: [u8; 19] =
    [1, 0, 1, 0, 0, 0, 11, 0, 20, 0, 40, 0x01, 0x96, 0, 0, 60, 0, 40, 0xce];
/// A method frame's type.
const METHOD: u8 = 1;
/// What a frame has before its payload: type, channel, size.
const HEADER: usize = 7;

/// A TCP proxy on a port of its own.
pub(crate) struct Proxy {
    port: u16,
    faults: Arc<Faults>,
}

/// What is wrong at present.
#[derive(Default)]
struct Faults {
    frozen: AtomicBool,
    without_acks: AtomicBool,
    /// How many confirmations there are still to the one that is lost with its connection; 0 is none.
    acks_to_cut: AtomicU32,
}

impl Proxy {
    /// Listens before the broker of this URL.
    pub(crate) async fn start(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let target = authority(url).rsplit('@').next().unwrap().to_owned();
        let faults = Arc::new(Faults::default());
        let shared = Arc::clone(&faults);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&target).await.unwrap();
                tokio::spawn(join(client, server, Arc::clone(&shared)));
            }
        });
        Self { port, faults }
    }

    /// The same URL, by way of the proxy.
    pub(crate) fn url(&self, url: &str) -> String {
        let authority = authority(url);
        let user = authority.rsplit_once('@').map_or(String::new(), |(user, _)| format!("{user}@"));
        url.replacen(authority, &format!("{user}127.0.0.1:{}", self.port), 1)
    }

    /// Cuts the connection at a confirmation to come, which is lost with it, and waits for that.
    pub(crate) async fn cut_at_ack(&self, number: u32) {
        self.faults.acks_to_cut.store(number, Ordering::SeqCst);
        let cutting = async {
            while self.faults.acks_to_cut.load(Ordering::SeqCst) > 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let cut = timeout(Duration::from_secs(30), cutting).await;
        assert!(cut.is_ok(), "no confirmation came that could be lost");
    }

    /// Lets nothing through any more, in either direction.
    pub(crate) fn freeze(&self) {
        self.faults.frozen.store(true, Ordering::SeqCst);
    }

    /// Lets everything through to the client but the confirmations, or all again.
    pub(crate) fn swallow_acks(&self, swallow: bool) {
        self.faults.without_acks.store(swallow, Ordering::SeqCst);
    }
}

fn authority(url: &str) -> &str {
    url.split_once("://").unwrap().1.split('/').next().unwrap()
}

async fn join(client: TcpStream, server: TcpStream, faults: Arc<Faults>) {
    let ((client_in, client_out), (server_in, server_out)) =
        (client.into_split(), server.into_split());
    let client_out = Mutex::new(client_out);
    tokio::select! {
        _ = bytes(client_in, server_out, &client_out, &faults) => {},
        _ = frames(server_in, &client_out, &faults) => {},
    }
}

async fn bytes(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    back: &Mutex<OwnedWriteHalf>,
    faults: &Faults,
) -> Result<()> {
    let mut buffer = [0; 16_384];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        thaw(faults).await;
        if buffer[..read].windows(POISON.len()).any(|bytes| bytes == POISON.as_bytes()) {
            back.lock().await.write_all(&CHANNEL_CLOSE).await?;
            continue;
        }
        to.write_all(&buffer[..read]).await?;
    }
}

async fn frames(
    mut from: OwnedReadHalf,
    to: &Mutex<OwnedWriteHalf>,
    faults: &Faults,
) -> Result<()> {
    loop {
        let mut frame = vec![0; HEADER];
        from.read_exact(&mut frame).await?;
        let size = u32::from_be_bytes([frame[3], frame[4], frame[5], frame[6]]) as usize;
        // The payload, and the octet that ends a frame.
        frame.resize(HEADER + size + 1, 0);
        from.read_exact(&mut frame[HEADER..]).await?;
        thaw(faults).await;
        let is_ack = frame[0] == METHOD && frame[HEADER..].starts_with(&BASIC_ACK);
        let count_down = |left: u32| left.checked_sub(1);
        let left = &faults.acks_to_cut;
        if is_ack && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, count_down) == Ok(1) {
            return Ok(());
        }
        if !(is_ack && faults.without_acks.load(Ordering::SeqCst)) {
            to.lock().await.write_all(&frame).await?;
        }
    }
}

async fn thaw(faults: &Faults) {
    if faults.frozen.load(Ordering::SeqCst) {
        std::future::pending::<()>().await;
    }
}
