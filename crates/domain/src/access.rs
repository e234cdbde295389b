//! Who calls, and what their key lets them do.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    id::{ApiKeyId, ApplicationId, EnvironmentId},
    text::DisplayName,
    time::Timestamp,
};

/// What an API key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ApiKeyKind {
    /// Everything.
    Operator,
    /// The administration of one environment.
    Environment,
    /// To serve the sign-in pages of one environment.
    Gateway,
    /// To list an application's ways in and to redeem its logins.
    Application,
    /// To read the events of one environment.
    Consumer,
}

impl ApiKeyKind {
    /// What keys of this kind begin with, so that a leaked one is recognised.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Operator => "lk_operator_",
            Self::Environment => "lk_environment_",
            Self::Gateway => "lk_gateway_",
            Self::Application => "lk_application_",
            Self::Consumer => "lk_consumer_",
        }
    }

    /// The kind that a key claims to be of.
    pub fn of(key: &str) -> Option<Self> {
        [Self::Operator, Self::Environment, Self::Gateway, Self::Application, Self::Consumer]
            .into_iter()
            .find(|kind| key.starts_with(kind.prefix()))
    }
}

/// What a key belongs to. The shape rules out an operator key with a tenant, and so on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// The whole installation.
    Operator,
    /// The administration of one environment.
    Environment(EnvironmentId),
    /// The sign-in pages of one environment.
    Gateway(EnvironmentId),
    /// One application.
    Application(EnvironmentId, ApplicationId),
    /// A reader of one environment's events.
    Consumer(EnvironmentId),
}

impl Principal {
    /// The kind of key that it called with.
    pub const fn kind(&self) -> ApiKeyKind {
        match self {
            Self::Operator => ApiKeyKind::Operator,
            Self::Environment(_) => ApiKeyKind::Environment,
            Self::Gateway(_) => ApiKeyKind::Gateway,
            Self::Application(..) => ApiKeyKind::Application,
            Self::Consumer(_) => ApiKeyKind::Consumer,
        }
    }

    /// The one environment that it may see; `None` sees all.
    pub const fn environment(&self) -> Option<&EnvironmentId> {
        match self {
            Self::Operator => None,
            Self::Environment(id)
            | Self::Gateway(id)
            | Self::Application(id, _)
            | Self::Consumer(id) => Some(id),
        }
    }

    /// Whether it may see what is in `environment`.
    pub fn sees(&self, environment: &EnvironmentId) -> bool {
        self.environment().is_none_or(|own| own == environment)
    }
}

/// A key, without what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What it belongs to.
    pub principal: Principal,
    /// What administrators read.
    pub display_name: DisplayName,
    /// Its prefix and first characters, to recognise it by.
    pub hint: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to within a minute.
    pub last_used_at: Option<Timestamp>,
}

impl ApiKey {
    /// Whether it works at `now`.
    pub fn works(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|at| now < at)
    }

    /// Its resource name.
    pub fn name(&self) -> String {
        match self.principal.environment() {
            None => format!("apiKeys/{}", self.id),
            Some(environment) => format!("environments/{environment}/apiKeys/{}", self.id),
        }
    }
}

impl fmt::Display for ApiKeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.prefix().trim_start_matches("lk_").trim_end_matches('_'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenants_key_sees_its_own_environment_only() {
        let (mine, other) = ("mine".parse().unwrap(), "other".parse().unwrap());
        let principal = Principal::Environment("mine".parse().unwrap());
        assert!(principal.sees(&mine));
        assert!(!principal.sees(&other));
        assert!(Principal::Operator.sees(&other));
    }

    #[test]
    fn a_key_stops_working_at_its_expiry() {
        let key = ApiKey {
            id: ApiKeyId::new(Timestamp(0)),
            principal: Principal::Operator,
            display_name: DisplayName::parse("test").unwrap(),
            hint: String::new(),
            created_at: Timestamp(0),
            expires_at: Some(Timestamp(10)),
            last_used_at: None,
        };
        assert!(key.works(Timestamp(9)));
        assert!(!key.works(Timestamp(10)));
    }

    #[test]
    fn a_kind_is_told_by_its_prefix() {
        assert_eq!(ApiKeyKind::of("lk_gateway_abc"), Some(ApiKeyKind::Gateway));
        assert_eq!(ApiKeyKind::of("gateway_abc"), None);
    }
}
