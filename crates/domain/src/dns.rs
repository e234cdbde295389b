//! The port to the domain name system: what Latchkey asks of it.

use std::fmt;

use async_trait::async_trait;

/// Somebody who looks names up.
#[async_trait]
pub trait Resolver: Send + Sync + fmt::Debug {
    /// The texts of the TXT records of a name, the strings of each put together (RFC 7208, section
    /// 3.3); none where there is no such name or record. It has an end within [`LOOKUP_LIMIT`].
    async fn texts(&self, name: &str) -> Result<Vec<String>, Error>;
}

/// How long a look may take, every try and every name server: somebody waits for it.
pub const LOOKUP_LIMIT: std::time::Duration = std::time::Duration::from_secs(5);

/// Why a name was not looked up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No name server answered in time, or each said that it cannot.
    #[error("the name servers did not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}
