//! How the gRPC server listens.

use std::net::{Ipv4Addr, SocketAddr};

use serde::Deserialize;

use crate::LimitsConfig;

/// Settings of the gRPC server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where it listens. It speaks plain HTTP/2: off loopback, something in front of it does TLS.
    pub listen: SocketAddr,
    /// Whether it describes itself to tools such as grpcurl. Meant for development.
    pub reflection: bool,
    /// How many seconds it goes on answering, no longer ready, before it stops: long enough for
    /// load balancers to notice.
    pub lameduck_seconds: u64,
    /// How often people, applications and peers may come.
    pub limits: LimitsConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 50051)),
            reflection: false,
            lameduck_seconds: 0,
            limits: LimitsConfig::default(),
        }
    }
}

impl Config {
    /// What is wrong with the settings, each with its field.
    pub fn problems(&self) -> Vec<String> {
        // Orchestrators kill what takes half a minute to stop.
        if self.lameduck_seconds > 20 {
            return vec!["lameduck_seconds: must be at most 20".to_owned()];
        }
        Vec::new()
    }

    /// Whether others than this machine can reach it.
    pub const fn is_public(&self) -> bool {
        !self.listen.ip().is_loopback()
    }
}
