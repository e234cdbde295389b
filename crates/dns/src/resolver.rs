//! Looks a name up at the name servers.

use std::{net::SocketAddr, time::Duration};

use async_trait::async_trait;
use futures_util::future::select_ok;
use hickory_resolver::{config::ResolverConfig, net::NetError, proto::rr::Name, system_conf};
use latchkey_domain::dns::{self, LOOKUP_LIMIT};
use tokio::time::{sleep, timeout};

use crate::{
    config::{Config, MAX_SERVERS},
    server,
};

/// How long those before it have alone before a name server is asked as well.
const HEAD_START: Duration = Duration::from_millis(500);

/// The port of name servers (RFC 1035, section 4.2).
const PORT: u16 = 53;

/// Looks names up at the name servers of the configuration, or else at those of this machine.
#[derive(Debug, Clone)]
pub struct Resolver {
    servers: Vec<SocketAddr>,
}

/// Why nobody answered.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("this machine names no name servers, and `dns.servers` neither")]
    Machine(#[source] NetError),
    #[error("the name server {0} did not look it up")]
    Server(SocketAddr, #[source] NetError),
    #[error("no answer within {} s", LOOKUP_LIMIT.as_secs())]
    TooLate,
}

impl Resolver {
    /// Asks nobody yet.
    pub fn new(config: &Config) -> Self {
        Self { servers: config.servers.clone() }
    }

    /// The first answer counts, also one that nothing is there. A name server that is slow or says
    /// that it cannot is passed over.
    async fn look(&self, name: &Name) -> Result<Vec<String>, Error> {
        let servers = match self.servers.as_slice() {
            [] => of_machine(system_conf::read_system_conf().map(|(config, _)| config))?,
            servers => servers.to_vec(),
        };
        let looks = servers.into_iter().zip(0..).map(|(server, before)| {
            Box::pin(async move {
                sleep(HEAD_START * before).await;
                let texts = server::ask(server, name.clone()).await;
                texts.map_err(|error| Error::Server(server, error))
            })
        });
        select_ok(looks).await.map(|(texts, _)| texts)
    }
}

#[async_trait]
impl dns::Resolver for Resolver {
    async fn texts(&self, name: &str) -> Result<Vec<String>, dns::Error> {
        // What is too long for a name, or has an empty part, nobody can have a record at.
        let Some(name) = absolute(name) else { return Ok(Vec::new()) };
        let looked = timeout(LOOKUP_LIMIT, self.look(&name)).await;
        let texts = looked.unwrap_or(Err(Error::TooLate));
        texts.map_err(|error| dns::Error::Unavailable(error.into()))
    }
}

/// The name as it is, never to be completed by a search list.
fn absolute(name: &str) -> Option<Name> {
    let mut name = Name::from_ascii(name).ok()?;
    name.set_fqdn(true);
    Some(name)
}

/// Read anew for each look, as they change when the machine changes its network. Nothing else of its
/// settings counts.
fn of_machine(config: Result<ResolverConfig, NetError>) -> Result<Vec<SocketAddr>, Error> {
    let config = config.map_err(Error::Machine)?;
    let servers = config.name_servers().iter().map(|server| SocketAddr::new(server.ip, PORT));
    Ok(servers.take(MAX_SERVERS).collect())
}

#[cfg(test)]
mod tests {
    use hickory_resolver::config::NameServerConfig;

    use super::*;

    #[test]
    fn the_first_three_name_servers_of_the_machine_are_asked() {
        let ips = ["192.0.2.1", "2001:db8::1", "192.0.2.2", "192.0.2.3"];
        let servers = ips.map(|ip| NameServerConfig::udp_and_tcp(ip.parse().unwrap()));
        let config = ResolverConfig::from_parts(None, Vec::new(), servers.to_vec());
        let asked = of_machine(Ok(config)).unwrap();
        let expected = ["192.0.2.1:53", "[2001:db8::1]:53", "192.0.2.2:53"];
        assert_eq!(asked, expected.map(|server| server.parse().unwrap()));
    }

    #[test]
    fn a_machine_without_name_servers_is_told_of_with_its_cause() {
        let error = of_machine(Err(NetError::from("no such file"))).unwrap_err();
        assert!(error.to_string().contains("dns.servers"), "{error}");
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "no such file");
    }

    #[test]
    fn a_name_is_whole_with_and_without_its_last_dot() {
        for name in ["_latchkey.acme.test", "_latchkey.acme.test.", "acme"] {
            assert!(absolute(name).unwrap().is_fqdn(), "{name}");
        }
    }
}
