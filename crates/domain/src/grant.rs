//! What an application's people may do through a connection.

use crate::{
    Invalid,
    name::{ApplicationName, ConnectionName},
    sign_in::SignInResult,
    time::Timestamp,
};

/// What an application's people may do through a connection: at least one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantRights {
    /// Whoever is not known may become a user.
    pub may_sign_up: bool,
    /// Whoever is known by their account may sign in.
    pub may_sign_in: bool,
    /// An account may be linked to the user who holds its proven address.
    pub may_link: bool,
}

/// Rights to be changed: those that are absent stay as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RightsChange {
    /// [`GrantRights::may_sign_up`].
    pub may_sign_up: Option<bool>,
    /// [`GrantRights::may_sign_in`].
    pub may_sign_in: Option<bool>,
    /// [`GrantRights::may_link`].
    pub may_link: Option<bool>,
}

/// A connection, granted to an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationGrant {
    /// What may be used.
    pub connection: ConnectionName,
    /// By whose people.
    pub application: ApplicationName,
    /// For what.
    pub rights: GrantRights,
    /// When it was first granted.
    pub created_at: Timestamp,
}

impl GrantRights {
    /// Everything.
    pub const ALL: Self = Self { may_sign_up: true, may_sign_in: true, may_link: true };

    /// These, but for what is to change.
    #[must_use]
    pub fn with(self, change: RightsChange) -> Self {
        Self {
            may_sign_up: change.may_sign_up.unwrap_or(self.may_sign_up),
            may_sign_in: change.may_sign_in.unwrap_or(self.may_sign_in),
            may_link: change.may_link.unwrap_or(self.may_link),
        }
    }

    /// Lets rights through that allow anything.
    pub const fn fit(self) -> Result<Self, Invalid> {
        if self.may_sign_up || self.may_sign_in || self.may_link {
            return Ok(self);
        }
        Err(Invalid::new(
            "must not be false together with may_sign_in and may_link: revoke instead",
        ))
    }

    /// Whether a sign-in page shows the connection, and a sign-in may begin.
    pub const fn is_offered(self) -> bool {
        self.may_sign_up || self.may_sign_in
    }

    /// Whether they allow what a sign-in did.
    pub const fn allow(self, result: SignInResult) -> bool {
        match result {
            SignInResult::SignedIn => self.may_sign_in,
            SignInResult::SignedUp => self.may_sign_up,
            SignInResult::Linked => self.may_link,
        }
    }
}
