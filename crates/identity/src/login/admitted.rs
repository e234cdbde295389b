//! Whether a sign-in may go on: what was asked at its start is asked again, as things may have changed
//! while the person was away.

use std::sync::Arc;

use latchkey_domain::{
    application::Application,
    environment::Environment,
    grant::GrantRights,
    linking::{Policy, SignUpRules},
    organization::Organization,
    sign_in::{Failure, Refusal, Unsuccessful},
};
use latchkey_store::WayIn;

use super::{attempt::Attempt, profile::Ended};
use crate::Latchkey;

/// A way in that may be used, for what, and what is asked of those who use it.
#[derive(Debug)]
pub(super) struct Admitted<'a> {
    pub(super) way_in: &'a WayIn,
    pub(super) rights: GrantRights,
    pub(super) environment: Arc<Environment>,
    /// The application, unless nobody is signed in to one: a test login.
    pub(super) application: Option<Arc<Application>>,
    /// For which organization, if for one.
    pub(super) organization: Option<Arc<Organization>>,
    /// Whether the host is that organization's: then it is proven for whom they come.
    pub(super) on_custom_domain: bool,
}

impl Admitted<'_> {
    /// What is asked of whoever is not known.
    pub(super) fn policy(&self) -> Policy<'_> {
        let connection = &self.way_in.connection;
        Policy {
            trusted_provider: connection.trusted_provider,
            verify_by_code: connection.policies.verify_by_code,
            email_required: self.environment.policies.email_required,
            sign_up: self.sign_up_rules(),
        }
    }

    /// Who may sign up. An organization's own policy takes the place of the environment's where it is
    /// proven for whom they come: on its domain. Elsewhere anybody can name any organization, and so
    /// its policy may ask for more, but not for less.
    fn sign_up_rules(&self) -> SignUpRules<'_> {
        let own = self.organization.as_ref().and_then(|of| of.sign_up_policy.as_ref());
        let general = &self.environment.policies.sign_up;
        match own {
            Some(policy) if self.on_custom_domain => SignUpRules { policy, also: None },
            also => SignUpRules { policy: general, also },
        }
    }
}

impl Latchkey {
    /// Asks again what was asked at the start.
    pub(super) async fn may_finish<'a>(
        &self,
        attempt: &Attempt,
        way_in: Option<&'a WayIn>,
    ) -> Ended<Admitted<'a>> {
        let refuse = |reason| Ok(Err(Unsuccessful::Refused(reason)));
        let (connection, application) =
            (attempt.flow.connection_name(), attempt.application_name());
        let found = self.cache.application(&application).await?;
        // First, as without it there is nowhere to tell of anything else.
        let Some(found) = found.filter(|found| attempt.redirect_uri.find(found).is_some()) else {
            return refuse(Refusal::RedirectUriNotRegistered);
        };
        let environment = self.cache.environment(&attempt.flow.environment).await?;
        let is_open = |(way_in, environment): &(&WayIn, Arc<Environment>)| {
            self.is_open(&way_in.connection, environment)
        };
        let Some((way_in, environment)) = way_in.zip(environment).filter(is_open) else {
            return refuse(Refusal::ConnectionDisabled);
        };
        if !self.is_still_there(attempt, &environment).await? {
            return Ok(Err(Unsuccessful::Failed(Failure::ConnectionChanged)));
        }
        let rights = self.cache.grant(&connection, &application).await?;
        let Some(rights) = rights.filter(|rights| rights.is_offered()) else {
            return refuse(Refusal::ApplicationNotGranted);
        };
        let organization = match attempt.organization_name() {
            Some(name) => self.cache.organization(&name).await?,
            None => None,
        };
        Ok(Ok(Admitted {
            way_in,
            rights,
            environment,
            application: Some(found),
            organization,
            on_custom_domain: attempt.on_custom_domain,
        }))
    }
}
