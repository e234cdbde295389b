//! What an operator can set about name servers.

use std::net::SocketAddr;

use serde::Deserialize;

/// How many are asked at most, as many as `resolv.conf` can name.
pub(crate) const MAX_SERVERS: usize = 3;

/// The `[dns]` section.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The name servers that are asked, in this order: `192.0.2.53:53`, `[2001:db8::53]:53`. They
    /// must look any name up. Without one, those of this machine's `resolv.conf`.
    pub servers: Vec<SocketAddr>,
}

impl Config {
    /// Everything that is wrong, a sentence each, with the field's name.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for server in &self.servers {
            if server.port() == 0 || server.ip().is_unspecified() {
                problems.push(format!("servers: nobody can be asked at {server}"));
            }
        }
        if self.servers.len() > MAX_SERVERS {
            problems.push(format!("servers: must be {MAX_SERVERS} at most"));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(servers: &[&str]) -> Config {
        Config { servers: servers.iter().map(|server| server.parse().unwrap()).collect() }
    }

    #[test]
    fn name_servers_of_either_kind_of_address_are_fine_and_so_is_none() {
        for fine in [with(&[]), with(&["192.0.2.53:53", "[2001:db8::53]:5353", "127.0.0.1:53"])] {
            assert_eq!(fine.problems(), Vec::<String>::new());
        }
    }

    #[test]
    fn a_name_server_that_cannot_be_asked_is_refused() {
        for bad in ["192.0.2.53:0", "0.0.0.0:53", "[::]:53"] {
            assert_eq!(with(&[bad]).problems().len(), 1, "{bad}");
        }
    }

    #[test]
    fn more_name_servers_than_are_asked_are_refused() {
        let server = "192.0.2.53:53";
        assert_eq!(with(&[server; 4]).problems(), ["servers: must be 3 at most"]);
    }

    #[test]
    fn a_setting_that_is_not_known_is_refused() {
        assert!(toml::from_str::<Config>("server = []").is_err());
    }
}
