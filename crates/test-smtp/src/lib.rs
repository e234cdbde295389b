//! A mail server for each test, on loopback: it takes mail by SMTP and keeps it, and fails when told.
#![expect(clippy::unwrap_used, reason = "only tests use it, and a test that fails says where")]

mod fault;
mod kept;
mod lines;
mod received;
mod session;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{net::TcpListener, task::JoinSet};

pub use fault::Fault;
use kept::Kept;
pub use latchkey_test_tls::Certificate;
pub use received::Received;
use session::Session;

/// How it is to be spoken to.
#[derive(Debug, Default)]
pub struct Settings {
    /// Offers STARTTLS, and takes no mail without it, with this certificate.
    pub starttls: Option<Certificate>,
    /// Speaks TLS from the start, with this certificate.
    pub implicit_tls: Option<Certificate>,
    /// Takes no mail but from whoever signs in so.
    pub sign_in: Option<(&'static str, &'static str)>,
    /// Does not understand addresses that are not ASCII.
    pub ascii_only: bool,
}

/// A mail server that ends when it is dropped.
#[derive(Debug)]
pub struct TestSmtp {
    address: SocketAddr,
    kept: Arc<Kept>,
    _tasks: JoinSet<()>,
}

impl TestSmtp {
    /// In plain text, for whoever comes.
    pub async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    /// As the settings say.
    pub async fn with(settings: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, kept) = (listener.local_addr().unwrap(), Arc::new(Kept::default()));
        let session = Session::new(settings, kept.clone());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut sessions = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                sessions.spawn(session.clone().run(stream));
            }
        });
        Self { address, kept, _tasks: tasks }
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next mail meets this, after those that were told before; the ones after it are fine.
    pub fn fail_next(&self, fault: Fault) {
        self.kept.fail_next(fault);
    }

    /// All that was taken, in the order in which it came.
    pub fn mails(&self) -> Vec<Received> {
        self.kept.mails()
    }

    /// All that was taken, once there are as many; fails after ten seconds.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        let arrived = async {
            while self.mails().len() < count {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let arrived = tokio::time::timeout(Duration::from_secs(10), arrived).await;
        assert!(arrived.is_ok(), "{} of {count} mails came", self.mails().len());
        self.mails()
    }

    /// How often somebody began to hand a mail over.
    pub fn tries(&self) -> usize {
        self.kept.tries()
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.kept.connections()
    }
}
