//! Asking the provider who it is: the token, then the account and its address at once.

use std::{future::Future, time::Duration};

use latchkey_domain::{
    connection::standby,
    email::EmailAddress,
    id::CredentialId,
    profile::Account,
    provider::{self, Client, Grant, Provider},
    sign_in::{Failure, Unsuccessful},
};
use latchkey_keyring::Purpose;
use latchkey_store::{Known, SealedCredential, WayIn};
use secrecy::SecretString;

use super::{
    attempt::{Attempt, Opened, Revision},
    facts::sealed_place,
};
use crate::{Error, Latchkey, Result};

/// For everything that is asked of a provider. It stays below the time after which a sign-in is
/// taken for abandoned.
const PROVIDER_DEADLINE: Duration = Duration::from_secs(10);

/// Who it is, as the provider tells, and whom we know by that.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) account: Account,
    /// A known person signs in without it, so its failure is kept for later.
    pub(super) email: std::result::Result<Option<EmailAddress>, provider::Error>,
    pub(super) known: Option<Known>,
}

/// What ends a sign-in: a reason to tell, or a fault of our own.
pub(super) type Ended<T> = Result<std::result::Result<T, Unsuccessful>>;

impl Latchkey {
    /// Trades the code and reads the profile, in time.
    #[tracing::instrument(skip_all, fields(provider = %way_in.connection.provider), err(level = "debug"))]
    pub(super) async fn ask_provider(
        &self,
        opened: &Opened,
        way_in: &WayIn,
        code: &SecretString,
    ) -> Ended<Answered> {
        let asking = self.ask(&opened.attempt, way_in, code);
        in_time(PROVIDER_DEADLINE, asking).await
    }

    async fn ask(&self, attempt: &Attempt, way_in: &WayIn, code: &SecretString) -> Ended<Answered> {
        let provider = self.provider_of(way_in)?;
        let Some(credential) = self.credential_of(attempt, way_in, &*provider).await? else {
            return Ok(Err(Unsuccessful::Failed(Failure::ConnectionChanged)));
        };
        let grant = match self.exchange(&*provider, attempt, (way_in, &credential), code).await? {
            Ok(grant) => grant,
            Err(error) => return Ok(Err(failure(&error))),
        };
        // Our own read of the person runs beside the provider's second answer.
        let known = async {
            let account = match provider.account(&grant).await {
                Ok(account) => account,
                Err(error) => return Ok(Err(failure(&error))),
            };
            let (environment, issuer) = (&attempt.environment, provider.issuer());
            let known = self.store.known(environment, issuer, &account.subject).await?;
            Ok::<_, Error>(Ok((account, known)))
        };
        let (known, email) = tokio::join!(known, provider.email(&grant));
        Ok(known?.map(|(account, known)| Answered { account, email, known }))
    }

    /// The credential that the sign-in began with, if nothing that a code could be sent to has
    /// changed since.
    async fn credential_of(
        &self,
        attempt: &Attempt,
        way_in: &WayIn,
        provider: &dyn Provider,
    ) -> Result<Option<SealedCredential>> {
        let stands = |way_in: &WayIn| {
            let found = way_in.credentials.iter().find(|sealed| {
                let credential = &sealed.credential;
                credential.id == attempt.credential
                    && Revision::of(provider, credential, &attempt.host) == attempt.revision
            });
            found.cloned()
        };
        if let Some(found) = stands(way_in) {
            return Ok(Some(found));
        }
        // What is cached may be older than the attempt.
        let fresh = self.store.way_in(&attempt.connection_name()).await?;
        Ok(fresh.as_ref().and_then(stands))
    }

    /// Sends the code once; and once more, with the standby secret of the same key, if the answer
    /// refused the client itself: then the code was not looked at.
    async fn exchange(
        &self,
        provider: &dyn Provider,
        attempt: &Attempt,
        (way_in, credential): (&WayIn, &SealedCredential),
        code: &SecretString,
    ) -> Result<std::result::Result<Grant, provider::Error>> {
        let redirect_uri = attempt.host.callback_url(&attempt.connection);
        let send = async |sealed: &SealedCredential| {
            let secret = self.unseal(sealed)?;
            let client = Client { id: &sealed.credential.client_id, secret: &secret };
            let grant = provider.exchange(client, code, &redirect_uri).await;
            self.note_answer(sealed.credential.id, &grant).await;
            Ok::<_, Error>(grant)
        };
        let first = send(credential).await?;
        if !matches!(first, Err(provider::Error::ClientRefused)) {
            return Ok(first);
        }
        let credentials = way_in.plain_credentials();
        let standby = standby(&credentials, &credential.credential).map(|standby| standby.id);
        let standby = way_in.credentials.iter().find(|other| Some(other.credential.id) == standby);
        match standby {
            None => Ok(first),
            Some(standby) => {
                tracing::warn!(
                    credential.id = %credential.credential.id,
                    "the provider refuses the active secret; the standby is tried"
                );
                send(standby).await
            }
        }
    }

    /// Whether this process could open a credential's secret; no word of one that is not there.
    pub(super) fn has_key_of(&self, way_in: &WayIn, credential: CredentialId) -> Result<()> {
        let found = way_in.credentials.iter().find(|sealed| sealed.credential.id == credential);
        match found.map(|sealed| self.keyring.key_of(&sealed.sealed_secret)) {
            Some(Err(error)) => Err(error.into()),
            _ => Ok(()),
        }
    }

    pub(crate) fn unseal(&self, sealed: &SealedCredential) -> Result<SecretString> {
        let place = sealed_place(sealed.credential.id);
        let opened = self.keyring.open(Purpose::CredentialSecret, &place, &sealed.sealed_secret)?;
        let text = String::from_utf8(opened.text);
        Ok(text.map_err(|_| Error::Internal("a sealed secret is no text"))?.into())
    }
}

/// Cuts off a provider that takes too long.
async fn in_time<T>(limit: Duration, asking: impl Future<Output = Ended<T>>) -> Ended<T> {
    match tokio::time::timeout(limit, asking).await {
        Ok(ended) => ended,
        Err(_) => Ok(Err(Unsuccessful::Failed(Failure::ProviderUnavailable))),
    }
}

/// Why nobody is signed in when a provider fails so.
pub(super) fn failure(error: &provider::Error) -> Unsuccessful {
    tracing::warn!(error = error as &dyn std::error::Error, "the provider failed");
    Unsuccessful::Failed(match error {
        provider::Error::ClientRefused => Failure::CredentialsRejected,
        provider::Error::CodeRefused => Failure::CodeRejected,
        provider::Error::ScopeMissing => Failure::ScopeMissing,
        provider::Error::RateLimited { .. } => Failure::ProviderRateLimited,
        provider::Error::Insecure(_) | provider::Error::Unavailable(_) => {
            Failure::ProviderUnavailable
        }
        provider::Error::Malformed(_) => Failure::ProviderMalformed,
    })
}
