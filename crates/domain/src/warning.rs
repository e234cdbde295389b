//! What an administrator should know of a connection.

use crate::{connection::Connection, environment::ProviderProblem};

/// A risk that somebody has to take knowingly, or a fault that is not the connection's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionWarning {
    /// The provider's word proves an address.
    TrustedProvider,
    /// The configuration has no provider of its name.
    ProviderNotConfigured,
    /// The provider only plays one, in a production environment.
    ProviderIsStandIn,
}

impl ConnectionWarning {
    /// What there is to know, and what ends it.
    pub const fn description(self) -> &'static str {
        match self {
            Self::TrustedProvider => {
                "The provider's word proves an e-mail address, so whoever holds the address at the \
                 provider is signed in as the user who has it here. That is safe only if the provider \
                 confirms addresses and lets nobody change their primary one. The owner of an Atlassian \
                 account can change theirs, so Bitbucket is no such provider. Set trusted_provider to \
                 false to leave each account a user of its own."
            }
            Self::ProviderNotConfigured => {
                "The service's configuration has no provider of this name, so nobody signs in through \
                 the connection. Configure it there again, or delete the connection."
            }
            Self::ProviderIsStandIn => {
                "The service's configuration says that this provider only plays one, so nobody signs \
                 in through the connection: the environment is for production. Configure the real \
                 provider under this name, or delete the connection."
            }
        }
    }
}

impl From<ProviderProblem> for ConnectionWarning {
    fn from(problem: ProviderProblem) -> Self {
        match problem {
            ProviderProblem::NotConfigured => Self::ProviderNotConfigured,
            ProviderProblem::StandIn => Self::ProviderIsStandIn,
        }
    }
}

impl Connection {
    /// What there is to know of it and of its provider.
    pub fn warnings(&self, problem: Option<ProviderProblem>) -> Vec<ConnectionWarning> {
        let trusted = self.trusted_provider.then_some(ConnectionWarning::TrustedProvider);
        trusted.into_iter().chain(problem.map(ConnectionWarning::from)).collect()
    }
}
