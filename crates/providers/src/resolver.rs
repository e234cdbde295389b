//! Name resolution that never leads into a private network.

use std::{io, net::SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address;

/// Resolves names with the system and hands on only what is public.
///
/// The client connects to the very addresses that were checked, so a name that changes its mind in between
/// (DNS rebinding) gains nothing. Addresses written as such never come here: settings refuse them.
#[derive(Debug)]
pub(crate) struct PublicResolver;

/// A name led into a private network.
#[derive(Debug, thiserror::Error)]
#[error("the provider's name leads to an address that is not public")]
struct NotPublic;

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(screened(found.collect())?)
        })
    }
}

/// One private address refuses them all: an honest provider has none.
fn screened(found: Vec<SocketAddr>) -> Result<Addrs, io::Error> {
    if found.iter().all(|address| address::is_public(address.ip())) {
        return Ok(Box::new(found.into_iter()));
    }
    Err(io::Error::new(io::ErrorKind::PermissionDenied, NotPublic))
}

#[cfg(test)]
mod tests {
    use super::{PublicResolver, Resolve, screened};

    #[test]
    fn one_private_address_among_public_ones_refuses_the_name() {
        let addresses = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        assert!(screened(addresses(&["104.192.141.1:0", "[2606:4700::1]:0"])).is_ok());
        assert!(screened(addresses(&["104.192.141.1:0", "169.254.169.254:0"])).is_err());
        assert!(screened(addresses(&["104.192.141.1:0", "[::ffff:10.0.0.1]:0"])).is_err());
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_refused() {
        assert!(PublicResolver.resolve("localhost".parse().unwrap()).await.is_err());
    }
}
