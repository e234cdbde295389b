//! Verifying an id token that an application brings back.

use std::time::Duration;

use latchkey_domain::{
    id::UserId,
    name::{ApplicationName, UserName},
    time::Timestamp,
};
use latchkey_keyring::{Expected, TokenRefused, verify, verify_made_within};
use secrecy::SecretString;

use super::id_token::{Claims, issuer, seconds};
use crate::{Error, Latchkey, Result};

/// Of whom an id token tells, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdToken {
    /// Who signed in.
    pub user: UserName,
    /// When the token was made.
    pub issued_at: Timestamp,
    /// When the person came back from the provider.
    pub authenticated_at: Timestamp,
}

impl Latchkey {
    /// Reads an id token, if it is one of ours for this application and its time is not over. Whether
    /// the user is still there is for the caller to ask.
    pub async fn verify_id_token(
        &self,
        application: &ApplicationName,
        token: &SecretString,
    ) -> Result<std::result::Result<IdToken, TokenRefused>> {
        self.read_id_token(application, token, None).await
    }

    /// The same of one that may be over, but was made at most so long ago.
    pub(crate) async fn verify_id_token_made_within(
        &self,
        age: Duration,
        application: &ApplicationName,
        token: &SecretString,
    ) -> Result<std::result::Result<IdToken, TokenRefused>> {
        self.read_id_token(application, token, Some(age)).await
    }

    async fn read_id_token(
        &self,
        application: &ApplicationName,
        token: &SecretString,
        age: Option<Duration>,
    ) -> Result<std::result::Result<IdToken, TokenRefused>> {
        let environment = &application.environment;
        let found = self.cache.environment(environment).await?.ok_or(Error::NotFound)?;
        let keys = self.published_keys(environment).await?;
        let keys: Vec<_> = keys.iter().map(|key| (key.id.to_string(), key.public)).collect();
        let keys: Vec<_> = keys.iter().map(|(id, public)| (id.as_str(), *public)).collect();
        let (issuer, audience) = (issuer(&found), application.to_string());
        let now = seconds(self.clock.now());
        let expected = Expected { issuer: &issuer, audience: &audience, now };
        let claims: std::result::Result<Claims, _> = match age {
            None => verify(token, &keys, expected),
            Some(age) => verify_made_within(age, token, &keys, expected),
        };
        Ok(claims.and_then(|claims| {
            let user: UserId = claims.sub.parse().map_err(|_| TokenRefused::Malformed)?;
            Ok(IdToken {
                user: UserName { environment: environment.clone(), user },
                issued_at: at(claims.iat),
                authenticated_at: at(claims.auth_time),
            })
        }))
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp(seconds.saturating_mul(1_000_000))
}
