//! The resolver against a name server on loopback.
#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

mod answers;
mod failures;

use std::{error::Error, net::SocketAddr};

use latchkey_dns::{Config, Resolver};
use latchkey_domain::dns::{self, Resolver as _};
use latchkey_test_dns::TestDns;

/// The name that most tests look up.
const NAME: &str = "_latchkey.acme.test";

async fn look_at(servers: &[SocketAddr], name: &str) -> Result<Vec<String>, dns::Error> {
    let config = Config { servers: servers.to_vec() };
    Resolver::new(&config).texts(name).await
}

async fn look(dns: &TestDns, name: &str) -> Result<Vec<String>, dns::Error> {
    look_at(&[dns.address()], name).await
}

async fn texts(dns: &TestDns, name: &str) -> Vec<String> {
    look(dns, name).await.unwrap()
}

/// The causes of an error, one after another.
fn causes(error: &dns::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
