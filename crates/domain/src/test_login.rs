//! A test login: a sign-in by a real person that signs nobody in.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    Invalid,
    host::Host,
    id::{CredentialId, EventId, TestLoginId},
    name::{ConnectionName, TestLoginName},
    sign_in::{ABANDONED_AFTER, STATE_LIFETIME, SignInResult, Unsuccessful},
    time::Timestamp,
};

/// How long a link can be used: as long as a person may take at the provider afterwards.
pub const TICKET_LIFETIME: Duration = Duration::from_mins(10);
/// How long a test login is kept: it tells of a real person.
pub const KEPT_FOR: Duration = Duration::from_hours(24);

/// A sign-in by a real person that signs nobody in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestLogin {
    /// Its id.
    pub id: TestLoginId,
    /// Through what.
    pub connection: ConnectionName,
    /// The host that the person is on.
    pub host: Host,
    /// The one credential that is tried; `None` is the one that serves the host.
    pub credential: Option<CredentialId>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its link was used.
    pub begun_at: Option<Timestamp>,
    /// What was done for the last who came back and was turned away: it goes on without them.
    pub turned_away: Vec<Step>,
    /// How it ended.
    pub ending: Option<Ending>,
}

/// The end of a test login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// What the sign-in would have done, or why nobody would have been signed in.
    pub end: TestEnd,
    /// What was done on the way.
    pub steps: Vec<Step>,
    /// The event that tries out the way to the consumers, if it passed.
    pub event: Option<EventId>,
    /// When.
    pub at: Timestamp,
}

/// What the sign-in would have done, or why nobody would have been signed in.
pub type TestEnd = Result<SignInResult, Unsuccessful>;

/// How far a test login is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestLoginState {
    /// Its link waits to be used.
    Waiting,
    /// Somebody is at the provider.
    UnderWay,
    /// Somebody would have been signed in.
    Passed,
    /// Nobody would have been.
    Failed,
    /// Its link was not used in time, or nobody came back.
    Expired,
}

/// A step on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Which.
    pub kind: StepKind,
    /// Why it failed, if it did.
    pub failure: Option<StepFailure>,
    /// How long it took.
    pub took: Duration,
}

/// Why a step failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum StepFailure {
    /// The test ended with it.
    Ended(Unsuccessful),
    /// Somebody was turned away, and the test goes on.
    TurnedAway(TurnedAway),
}

/// Why somebody who came back was turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnedAway {
    /// Their browser is not the one that began, or keeps no cookies.
    BrowserMismatch,
    /// They began too long ago.
    StateExpired,
}

/// What is done in a sign-in, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StepKind {
    /// The state that came back was sealed here.
    SealOpened,
    /// The browser is the one that began.
    BrowserMatched,
    /// Somebody came back in time, and nobody had with this state.
    Claimed,
    /// The person brought a code of the provider's, and no error.
    ProviderAnswered,
    /// The code was traded for a token.
    Token,
    /// The account was read.
    Account,
    /// Its addresses were read.
    Emails,
    /// It was read whether the account is a member of an allowed workspace.
    Workspaces,
    /// It was decided what a sign-in would do.
    Decision,
    /// A person would be asked for an address.
    EmailRequired,
    /// They would prove their address by a code.
    EmailVerificationRequired,
    /// They would be asked whether they want to be linked.
    LinkConfirmationRequired,
}

impl StepKind {
    /// Whether it asks a person for something, which a test takes for given.
    pub const fn is_assumed(self) -> bool {
        use StepKind::{EmailRequired, EmailVerificationRequired, LinkConfirmationRequired};
        matches!(self, EmailRequired | EmailVerificationRequired | LinkConfirmationRequired)
    }
}

impl StepFailure {
    /// The reason's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ended(end) => end.as_str(),
            Self::TurnedAway(reason) => reason.as_str(),
        }
    }
}

impl TurnedAway {
    /// The reason's name, as the caller reads it who is turned away.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BrowserMismatch => "BROWSER_MISMATCH",
            Self::StateExpired => "STATE_EXPIRED",
        }
    }
}

impl From<StepFailure> for String {
    fn from(failure: StepFailure) -> Self {
        failure.as_str().to_owned()
    }
}

impl TryFrom<String> for StepFailure {
    type Error = Invalid;

    fn try_from(name: String) -> Result<Self, Invalid> {
        let turned_away = [TurnedAway::BrowserMismatch, TurnedAway::StateExpired];
        if let Some(reason) = turned_away.into_iter().find(|reason| reason.as_str() == name) {
            return Ok(Self::TurnedAway(reason));
        }
        Unsuccessful::try_from(name).map(Self::Ended)
    }
}

impl TestLogin {
    /// Its resource name.
    pub fn name(&self) -> TestLoginName {
        TestLoginName {
            environment: self.connection.environment.clone(),
            connection: self.connection.connection.clone(),
            test_login: self.id,
        }
    }

    /// Until when its link can be used.
    pub fn ticket_expires_at(&self) -> Timestamp {
        self.created_at.plus(TICKET_LIFETIME)
    }

    /// From when on it is not kept any more.
    pub fn purge_at(&self) -> Timestamp {
        self.created_at.plus(KEPT_FOR)
    }

    /// What was done on the way: to its end, or for the last who was turned away.
    pub fn steps(&self) -> &[Step] {
        self.ending.as_ref().map_or(&self.turned_away, |ending| &ending.steps)
    }

    /// How far it is.
    pub fn state(&self, now: Timestamp) -> TestLoginState {
        // Whoever comes back at the last moment has their answer by then.
        let over = |begun_at: Timestamp| begun_at.plus(STATE_LIFETIME).plus(ABANDONED_AFTER);
        match (&self.ending, self.begun_at) {
            (Some(Ending { end: Ok(_), .. }), _) => TestLoginState::Passed,
            (Some(Ending { end: Err(_), .. }), _) => TestLoginState::Failed,
            (None, Some(begun_at)) if now < over(begun_at) => TestLoginState::UnderWay,
            (None, None) if now < self.ticket_expires_at() => TestLoginState::Waiting,
            (None, _) => TestLoginState::Expired,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign_in::Refusal;

    #[test]
    fn a_failure_of_a_step_reads_back_by_its_name() {
        let denied = StepFailure::Ended(Unsuccessful::Refused(Refusal::DeniedByUser));
        let turned_away = [TurnedAway::BrowserMismatch, TurnedAway::StateExpired];
        for failure in turned_away.map(StepFailure::TurnedAway).into_iter().chain([denied]) {
            assert_eq!(StepFailure::try_from(String::from(failure)), Ok(failure));
        }
        assert!(StepFailure::try_from("NO_SUCH_REASON".to_owned()).is_err());
    }

    fn test_login(begun_at: Option<Timestamp>, end: Option<TestEnd>) -> TestLogin {
        let at = Timestamp(5);
        TestLogin {
            id: TestLoginId::new(Timestamp(0)),
            connection: "environments/dev/connections/bitbucket".parse().unwrap(),
            host: Host::parse("login.example.com").unwrap(),
            credential: None,
            created_at: Timestamp(0),
            begun_at,
            turned_away: Vec::new(),
            ending: end.map(|end| Ending { end, steps: Vec::new(), event: None, at }),
        }
    }

    #[test]
    fn a_state_follows_from_what_happened_and_when() {
        let second = |n: u64| Timestamp(0).plus(Duration::from_secs(n));
        let refused = Err(Unsuccessful::Refused(Refusal::DeniedByUser));
        for (begun, end, now, expected) in [
            (None, None, 0, TestLoginState::Waiting),
            (None, None, 599, TestLoginState::Waiting),
            (None, None, 600, TestLoginState::Expired),
            (Some(second(599)), None, 600, TestLoginState::UnderWay),
            (Some(second(599)), None, 599 + 614, TestLoginState::UnderWay),
            (Some(second(599)), None, 599 + 615, TestLoginState::Expired),
            (Some(second(1)), Some(Ok(SignInResult::SignedUp)), 9_999, TestLoginState::Passed),
            (Some(second(1)), Some(refused), 9_999, TestLoginState::Failed),
        ] {
            let state = test_login(begun, end).state(second(now));
            assert_eq!(state, expected, "{begun:?} {end:?} {now}");
        }
    }
}
