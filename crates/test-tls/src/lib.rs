//! TLS before a server that speaks none, on loopback, with a certificate that the test chooses.
#![expect(clippy::unwrap_used, reason = "only tests use it, and a test that fails says where")]

mod certificate;

use std::{net::SocketAddr, sync::Arc};

use rustls::{ServerConfig, crypto::aws_lc_rs};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

pub use certificate::{Certificate, Root};
pub use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// A server that speaks TLS and passes on what it hears; it ends when it is dropped.
#[derive(Debug)]
pub struct TlsFront {
    address: SocketAddr,
    _tasks: JoinSet<()>,
}

impl TlsFront {
    /// Shows this certificate to whoever comes, and passes them on to `behind`, which speaks HTTP.
    pub async fn start(certificate: Certificate, behind: SocketAddr) -> Self {
        let acceptor = acceptor(certificate);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut calls = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                calls.spawn(pass_on(acceptor.clone(), stream, behind));
            }
        });
        Self { address, _tasks: tasks }
    }

    /// Where it is, by a name that a certificate can be for.
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }
}

/// Shows this certificate to whoever comes.
pub fn acceptor(certificate: Certificate) -> TlsAcceptor {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let Certificate { chain, key } = certificate;
    TlsAcceptor::from(Arc::new(config.with_single_cert(chain, key).unwrap()))
}

/// Whoever does not trust the certificate goes, and so does whoever is done.
async fn pass_on(acceptor: TlsAcceptor, stream: TcpStream, behind: SocketAddr) {
    let Ok(mut stream) = acceptor.accept(stream).await else { return };
    let mut behind = TcpStream::connect(behind).await.unwrap();
    let _ = copy_bidirectional(&mut stream, &mut behind).await;
}
