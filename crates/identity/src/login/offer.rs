//! What somebody is offered whom nobody knows: to sign up instead.

use latchkey_domain::{redirect_uri::RedirectUri, sign_in::Intent};

use super::{StartLogin, attempt::Attempt};
use crate::{Latchkey, Result};

impl Latchkey {
    /// What a sign-up of the same person begins with, if people may sign up this way today.
    pub(super) async fn sign_up_instead(
        &self,
        attempt: &Attempt,
        redirect_uri: &RedirectUri,
    ) -> Result<Option<StartLogin>> {
        let (connection, host) = (attempt.flow.connection_name(), attempt.flow.host.clone());
        let way_in = self.cache.way_in(&connection, &host).await?;
        let Ok(admitted) = self.may_finish(attempt, way_in.as_deref()).await? else {
            return Ok(None);
        };
        let is_open = admitted.rights.may_sign_up && admitted.policy().sign_up.admit_somebody();
        Ok(is_open.then(|| StartLogin {
            connection,
            application: attempt.application_name(),
            redirect_uri: redirect_uri.as_str().to_owned(),
            application_state: attempt.application_state.clone().into(),
            code_challenge: attempt.code_challenge,
            host,
            organization: attempt.organization_name(),
            intent: Intent::SignUp,
            login_hint: String::new().into(),
            prompt: String::new(),
            link_ticket: None,
        }))
    }
}
