//! What an administrator should know of a connection that works all the same.

use crate::connection::Connection;

/// A risk that somebody has to take knowingly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionWarning {
    /// The provider's word proves an address.
    TrustedProvider,
}

impl ConnectionWarning {
    /// The risk, and what ends it.
    pub const fn description(self) -> &'static str {
        match self {
            Self::TrustedProvider => {
                "The provider's word proves an e-mail address, so whoever holds the address at the \
                 provider is signed in as the user who has it here. That is safe only if the provider \
                 confirms addresses and lets nobody change their primary one. The owner of an Atlassian \
                 account can change theirs, so Bitbucket is no such provider. Set trusted_provider to \
                 false to leave each account a user of its own."
            }
        }
    }
}

impl Connection {
    /// What there is to know before people sign in through it.
    pub fn warnings(&self) -> Vec<ConnectionWarning> {
        self.trusted_provider.then_some(ConnectionWarning::TrustedProvider).into_iter().collect()
    }
}
