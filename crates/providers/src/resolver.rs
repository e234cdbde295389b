//! Name resolution that never leads into a private network.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address;

/// Finds the addresses of a name.
pub(crate) type LookUp =
    fn(Name) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Resolves names, and hands on only what is let through.
///
/// The client connects to the very addresses that were checked, so a name that changes its mind in between
/// (DNS rebinding) gains nothing. Addresses written as such never come here: settings refuse them.
#[derive(Debug)]
pub(crate) struct Screened {
    pub(crate) look_up: LookUp,
    pub(crate) lets_through: fn(IpAddr) -> bool,
}

impl Screened {
    /// The system's names, as far as they are on the public Internet.
    pub(crate) const PUBLIC: Self = Self {
        look_up: |name| {
            Box::pin(
                async move { Ok(tokio::net::lookup_host((name.as_str(), 0)).await?.collect()) },
            )
        },
        lets_through: address::is_public,
    };

    /// One private address refuses them all: an honest provider has none.
    fn screen(lets_through: fn(IpAddr) -> bool, found: Vec<SocketAddr>) -> io::Result<Addrs> {
        if found.iter().all(|address| lets_through(address.ip())) {
            return Ok(Box::new(found.into_iter()));
        }
        Err(io::Error::new(io::ErrorKind::PermissionDenied, NotPublic))
    }
}

/// A name led into a private network.
#[derive(Debug, thiserror::Error)]
#[error("the provider's name leads to an address that is not public")]
struct NotPublic;

impl Resolve for Screened {
    fn resolve(&self, name: Name) -> Resolving {
        let (found, lets_through) = ((self.look_up)(name), self.lets_through);
        Box::pin(async move { Ok(Self::screen(lets_through, found.await?)?) })
    }
}

#[cfg(test)]
mod tests {
    use super::{Resolve, Screened};
    use crate::address;

    #[test]
    fn one_private_address_among_public_ones_refuses_the_name() {
        let screened = |texts: [&str; 2]| {
            let found = texts.map(|text| text.parse().unwrap()).to_vec();
            Screened::screen(address::is_public, found)
        };
        assert!(screened(["104.192.141.1:0", "[2606:4700::1]:0"]).is_ok());
        assert!(screened(["104.192.141.1:0", "169.254.169.254:0"]).is_err());
        assert!(screened(["104.192.141.1:0", "[::ffff:10.0.0.1]:0"]).is_err());
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_refused() {
        assert!(Screened::PUBLIC.resolve("localhost".parse().unwrap()).await.is_err());
    }
}
