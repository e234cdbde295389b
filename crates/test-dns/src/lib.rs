//! A name server for each test: on loopback, by UDP and by TCP, with the names that the test gives it.
#![expect(clippy::unwrap_used, reason = "only tests use it, and a test that fails says where")]

mod message;
mod serve;
mod zone;

use std::{net::SocketAddr, sync::Arc};

use tokio::{
    net::{TcpListener, UdpSocket},
    task::JoinSet,
};

pub use zone::Failure;
use zone::{Transport, Zone};

/// A name server that ends when it is dropped. It answers for any name, as one that looks names up.
#[derive(Debug)]
pub struct TestDns {
    address: SocketAddr,
    zone: Arc<Zone>,
    _tasks: JoinSet<()>,
}

impl TestDns {
    /// A name server that knows no name yet, on a port of its own.
    pub async fn start() -> Self {
        let (udp, tcp) = sockets().await;
        let (address, zone) = (udp.local_addr().unwrap(), Arc::new(Zone::default()));
        let mut tasks = JoinSet::new();
        tasks.spawn(serve::udp(udp, zone.clone()));
        tasks.spawn(serve::tcp(tcp, zone.clone()));
        Self { address, zone, _tasks: tasks }
    }

    /// Where it is asked.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// These are the name's TXT records from now on. One of more than 255 bytes is written in several
    /// strings, as it must be.
    pub fn set_texts(&self, name: &str, texts: &[impl AsRef<[u8]>]) {
        self.zone.set_texts(name, texts);
    }

    /// The name is there, with other records than texts.
    pub fn set_textless(&self, name: &str) {
        self.set_texts(name, &[""; 0]);
    }

    /// The name is another name for this one from now on (CNAME).
    pub fn set_alias(&self, name: &str, of: &str) {
        self.zone.set_alias(name, of);
    }

    /// There is no such name any more.
    pub fn remove(&self, name: &str) {
        self.zone.remove(name);
    }

    /// Whoever asks for the name meets this failure from now on, by UDP and by TCP.
    pub fn fail(&self, name: &str, failure: Failure) {
        self.zone.fail(name, failure);
    }

    /// The name is answered again.
    pub fn mend(&self, name: &str) {
        self.zone.mend(name);
    }

    /// How often the name was asked for. Somebody who hears nothing asks more than once.
    pub fn asked(&self, name: &str) -> usize {
        self.zone.asked(name, &[Transport::Udp, Transport::Tcp])
    }

    /// How often the name was asked for by TCP.
    pub fn asked_by_tcp(&self, name: &str) -> usize {
        self.zone.asked(name, &[Transport::Tcp])
    }

    /// How often any name was asked for.
    pub fn asked_in_all(&self) -> usize {
        self.zone.asked_in_all()
    }
}

/// A port that is free for both. The one that UDP gets may be taken for TCP by somebody else.
async fn sockets() -> (UdpSocket, TcpListener) {
    loop {
        let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()).await {
            return (udp, tcp);
        }
    }
}
