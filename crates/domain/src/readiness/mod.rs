//! Whether an environment can go live.

mod facts;
mod judge;
mod reason;

pub use facts::{Facts, Keys};
pub use judge::judge;
pub use reason::ReadinessReason;

/// A line of the checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadinessItem {
    /// What is looked at.
    pub requirement: Requirement,
    /// How it stands.
    pub state: ReadinessState,
    /// Why it is not ready.
    pub reason: Option<ReadinessReason>,
    /// The name of what it is about.
    pub resource: String,
}

/// How a line of the checklist stands; what is worse is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadinessState {
    /// Nothing is to be done.
    Ready,
    /// It works, and somebody should look at it.
    Attention,
    /// Nobody can sign in for real without it.
    Missing,
}

/// What an environment needs to go live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// It is for real.
    Production,
    /// Browsers reach its default domain.
    DefaultDomain,
    /// The custom domains that somebody began to prove have their records.
    CustomDomains,
    /// There is something to sign in to.
    Application,
    /// An application can redeem logins.
    ApplicationKey,
    /// There is a way in.
    Connection,
    /// The way in has a key and secret of its own.
    Credentials,
    /// Those who vouch for people are real and configured.
    Provider,
    /// No key and secret is refused.
    AcceptedCredentials,
    /// No provider's word proves an address.
    ProviderTrust,
    /// Somebody serves the sign-in page.
    GatewayKey,
    /// No key stops working soon.
    KeyExpiry,
    /// Somebody hears of sign-ins.
    EventReader,
}
