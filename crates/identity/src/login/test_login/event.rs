//! What a test login that passed tells consumers: enough to try them out, and of nobody.

use latchkey_domain::{
    event::{Event, EventBody, EventSubject, SignInContext, SignInFacts},
    id::{EventId, IdentityId, UserId},
    name::{IdentityName, UserName},
    profile::{Profile, usable},
    sign_in::SignInResult,
    time::Timestamp,
};
use latchkey_store::WayIn;

use crate::login::flow::Flow;

/// The event of a sign-in that did not take place: of a user who is nowhere.
pub(super) fn test_event(
    flow: &Flow,
    way_in: &WayIn,
    (profile, result): (Profile, SignInResult),
    now: Timestamp,
) -> Event {
    let user = UserName { environment: flow.environment.clone(), user: UserId::new(now) };
    let identity = IdentityName {
        environment: flow.environment.clone(),
        user: user.user,
        identity: IdentityId::new(now),
    };
    let email = usable(&profile.emails).cloned();
    let is_told = way_in.connection.policies.profile_sync.is_at_sign_up();
    let facts = SignInFacts {
        user: user.clone(),
        identity,
        issuer: profile.issuer,
        subject: profile.account.subject,
        email_verified: email.is_some() && way_in.connection.trusted_provider,
        email,
        display_name: profile.account.display_name.filter(|_| is_told),
        picture_url: profile.account.picture_url.filter(|_| is_told),
        context: SignInContext {
            connection: flow.connection_name(),
            application: None,
            organization: None,
            provider: way_in.connection.provider.clone(),
            reference_id: flow.id.to_string(),
        },
    };
    Event {
        id: EventId::new(now),
        environment: flow.environment.clone(),
        time: now,
        subject: Some((EventSubject::User(user), 1)),
        causation_id: Some(flow.id.to_string()),
        body: EventBody::UserSignedIn(facts, result),
    }
}
