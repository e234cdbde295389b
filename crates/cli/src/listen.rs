//! Listening, and what to tell where it cannot be done.

use std::net::SocketAddr;

use anyhow::{Result, anyhow};
use tokio::net::TcpListener;

/// What listens on an address, for whoever has to find another one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// Who listens.
    pub(crate) what: &'static str,
    /// The setting or flag that says where.
    pub(crate) setting: &'static str,
}

/// Listens, or says who else does and what to do about it.
pub(crate) async fn bind(address: SocketAddr, place: Place) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| cannot_listen(address, place, error))
}

/// Says why an address cannot be had.
pub(crate) fn cannot_listen(
    address: SocketAddr,
    Place { what, setting }: Place,
    error: std::io::Error,
) -> anyhow::Error {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => anyhow!(
            "port {} is taken: {what} cannot listen on {address}; stop what does, or choose another address with {setting}",
            address.port()
        ),
        _ => anyhow::Error::new(error)
            .context(format!("{what} cannot listen on {address} ({setting})")),
    }
}
