//! A call: who makes it, and what tells it from all others.

use std::net::IpAddr;

use crate::{
    access::{ApiKey, Principal},
    id::{ApiKeyId, EnvironmentId},
};

/// Who calls, with which key, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// What the key lets them do.
    pub principal: Principal,
    /// The key; `None` of whoever holds the database itself, who needs none.
    pub key: Option<ApiKeyId>,
    /// Where the call came from.
    pub origin: Origin,
}

/// Where a call came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The address of the peer that made the call.
    pub address: Option<IpAddr>,
    /// What the peer calls this call, in its own logs.
    pub request_id: Option<String>,
}

impl Caller {
    /// Whoever proved themselves with a key.
    pub fn with_key(key: &ApiKey, origin: Origin) -> Self {
        Self { principal: key.principal.clone(), key: Some(key.id), origin }
    }

    /// Whoever holds the database: the command line, and the service itself.
    pub const fn of_the_database() -> Self {
        let origin = Origin { address: None, request_id: None };
        Self { principal: Principal::Operator, key: None, origin }
    }

    /// Whether they may see what is in `environment`.
    pub fn sees(&self, environment: &EnvironmentId) -> bool {
        self.principal.sees(environment)
    }
}
