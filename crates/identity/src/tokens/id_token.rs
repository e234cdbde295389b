//! What an id token says of a sign-in (OpenID Connect Core 1.0, 2 and 5.1).

use latchkey_domain::{environment::Environment, signing_key::ID_TOKEN_LIFETIME, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::login::SignedIn;

/// The claims. Times are whole seconds (RFC 7519, 2); what is not known is left out.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// The origin of the environment's default domain.
    pub(super) iss: String,
    /// The user's id.
    pub(super) sub: String,
    /// The application's name.
    pub(super) aud: String,
    pub(super) iat: i64,
    pub(super) exp: i64,
    /// When the person came back from the provider.
    pub(super) auth_time: i64,
    /// The sign-in's reference: a login code is redeemed once, so each names one token.
    pub(super) jti: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
    /// The organization's name, for which the sign-in was: it proves no membership.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    org: Option<String>,
    /// The connection's name.
    connection: String,
    /// The identity's name.
    identity: String,
}

/// Who signs the tokens of an environment.
pub(crate) fn issuer(environment: &Environment) -> String {
    environment.default_domain.origin()
}

impl Claims {
    /// What a token says that is made `now`.
    pub(crate) fn of(signed_in: &SignedIn, issuer: String, now: Timestamp) -> Self {
        let user = &signed_in.user;
        let email = user.email.as_ref().map(ToString::to_string);
        Self {
            iss: issuer,
            sub: user.id.to_string(),
            aud: signed_in.application.to_string(),
            iat: seconds(now),
            exp: seconds(now.plus(ID_TOKEN_LIFETIME)),
            auth_time: seconds(signed_in.signed_in_at),
            jti: signed_in.reference_id.to_string(),
            email_verified: email.is_some().then_some(user.email_verified),
            email,
            name: user.display_name.clone(),
            picture: user.picture_url.clone(),
            org: signed_in.organization.as_ref().map(ToString::to_string),
            connection: signed_in.connection.to_string(),
            identity: signed_in.identity.name(&user.environment).to_string(),
        }
    }
}

pub(super) fn seconds(at: Timestamp) -> i64 {
    at.seconds_and_nanos().0
}
