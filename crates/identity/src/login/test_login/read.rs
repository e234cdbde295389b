//! What came of a test login.

use latchkey_domain::{
    caller::Caller,
    id::TestLoginId,
    name::TestLoginName,
    profile::Profile,
    test_login::{TestLogin, TestLoginState},
    time::Timestamp,
};
use latchkey_keyring::Purpose;
use latchkey_store::SealedTestLogin;

use crate::{Error, Latchkey, Result};

/// A test login, how far it is, and the person who tried it.
#[derive(Debug, Clone)]
pub struct TestLoginView {
    /// The test login.
    pub test_login: TestLogin,
    /// How far it is.
    pub state: TestLoginState,
    /// The person, as far as they were read.
    pub profile: Option<Profile>,
}

impl TestLoginView {
    pub(super) fn new(test_login: TestLogin, profile: Option<Profile>, now: Timestamp) -> Self {
        let state = test_login.state(now);
        Self { test_login, state, profile }
    }
}

impl Latchkey {
    /// Gets a test login.
    pub async fn test_login(&self, caller: &Caller, name: &TestLoginName) -> Result<TestLoginView> {
        Self::see(caller, &name.environment)?;
        let now = self.clock.now();
        let found = self.store.test_login(name.test_login).await?.ok_or(Error::NotFound)?;
        // The sweep comes by every few minutes only.
        if found.test_login.name() != *name || now >= found.test_login.purge_at() {
            return Err(Error::NotFound);
        }
        let SealedTestLogin { test_login, sealed_profile, .. } = self.with_its_end(found).await?;
        let profile = sealed_profile.and_then(|sealed| self.open_profile(test_login.id, &sealed));
        Ok(TestLoginView::new(test_login, profile, now))
    }

    /// Whoever was at work on it may be gone for good, and nobody else may come back.
    async fn with_its_end(&self, found: SealedTestLogin) -> Result<SealedTestLogin> {
        let is_claimed = found.answer_hash.is_some();
        if is_claimed && found.test_login.ending.is_none() {
            return self.look_at_test(found.test_login.id).await;
        }
        Ok(found)
    }

    /// Seals a profile: it is about a real person.
    pub(super) fn seal_profile(&self, id: TestLoginId, profile: &Profile) -> Result<Vec<u8>> {
        let text = postcard::to_stdvec(profile)
            .map_err(|_| Error::Internal("a profile cannot be written"))?;
        Ok(self.keyring.seal(Purpose::TestProfile, &profile_place(id), &text)?)
    }

    /// A profile that does not open any more, as its key is gone, is not worth a failure.
    fn open_profile(&self, id: TestLoginId, sealed: &[u8]) -> Option<Profile> {
        let opened = self.keyring.open(Purpose::TestProfile, &profile_place(id), sealed);
        let profile = opened.ok().and_then(|opened| postcard::from_bytes(&opened.text).ok());
        if profile.is_none() {
            tracing::warn!(test_login.id = %id, "the profile of a test login does not open");
        }
        profile
    }
}

/// Where a profile is sealed for.
pub(crate) fn profile_place(id: TestLoginId) -> Vec<u8> {
    format!("test_logins/{id}/sealed_profile").into_bytes()
}
