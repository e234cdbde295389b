//! What is told of a sign-in, and what is written of it.

use latchkey_domain::{
    event::{Event, EventBody, EventSubject, SignInContext, SignInFacts},
    id::{AttemptId, CredentialId, EventId},
    profile::{Issuer, Subject},
    provider::ProviderName,
    sign_in::{LOGIN_CODE_LIFETIME, Refusal, SignInResult},
    time::Timestamp,
    user::{Identity, User},
};
use latchkey_store::{Finish, SignInEnd};

use super::{
    attempt::{Attempt, Opened},
    code::LoginCode,
};
use crate::{Latchkey, Result};

/// Where a consumer's secret is sealed for.
pub(crate) fn sealed_place(credential: CredentialId) -> Vec<u8> {
    format!("credentials/{credential}/sealed_secret").into_bytes()
}

/// Everything that the events of one sign-in tell.
#[derive(Debug)]
pub(super) struct Telling<'a> {
    pub(super) attempt: AttemptId,
    pub(super) context: SignInContext,
    pub(super) issuer: &'a Issuer,
    pub(super) subject: &'a Subject,
    pub(super) now: Timestamp,
}

impl Telling<'_> {
    pub(super) fn facts(&self, user: &User, identity: &Identity) -> SignInFacts {
        SignInFacts {
            user: user.name(),
            identity: identity.name(&user.environment),
            issuer: self.issuer.clone(),
            subject: self.subject.clone(),
            email: user.email.clone(),
            email_verified: user.email_verified,
            display_name: user.display_name.clone(),
            picture_url: user.picture_url.clone(),
            context: self.context.clone(),
        }
    }

    /// Numbers what is told of a user, and leaves the last number with them.
    pub(super) fn about(&self, user: &mut User, bodies: Vec<EventBody>) -> Vec<Event> {
        let numbered = bodies.into_iter().map(|body| {
            user.sequence += 1;
            Event {
                id: EventId::new(self.now),
                environment: user.environment.clone(),
                time: self.now,
                subject: Some((EventSubject::User(user.name()), user.sequence)),
                causation_id: Some(self.attempt.to_string()),
                body,
            }
        });
        numbered.collect()
    }
}

/// Where a sign-in took place.
pub(super) fn context(attempt: &Attempt, provider: &ProviderName) -> SignInContext {
    SignInContext {
        connection: attempt.flow.connection_name(),
        application: Some(attempt.application_name()),
        organization: attempt.organization_name(),
        provider: provider.clone(),
        reference_id: attempt.flow.id.to_string(),
    }
}

/// The refusal of somebody who is not known: it has no subject.
pub(super) fn refused_unknown(context: SignInContext, reason: Refusal, now: Timestamp) -> Event {
    Event {
        id: EventId::new(now),
        environment: context.connection.environment.clone(),
        time: now,
        subject: None,
        causation_id: Some(context.reference_id.clone()),
        body: EventBody::SignInRefused { context, reason, user: None },
    }
}

impl Latchkey {
    /// The end of a sign-in that signs a user in.
    pub(super) fn finish_of(
        &self,
        opened: &Opened,
        result: SignInResult,
        (user, identity): (&User, &Identity),
        now: Timestamp,
    ) -> Result<Finish> {
        Ok(Finish {
            attempt: opened.attempt.flow.id,
            result,
            user: user.id,
            identity: identity.id,
            login_code_hash: LoginCode::of(opened, &self.keyring)?.hash(),
            login_code_expires_at: now.plus(LOGIN_CODE_LIFETIME),
            now,
        })
    }
}

/// The end that a [`Finish`] writes.
pub(super) const fn end_of(finish: &Finish) -> SignInEnd {
    SignInEnd::Completed { result: finish.result, user: finish.user, identity: finish.identity }
}
