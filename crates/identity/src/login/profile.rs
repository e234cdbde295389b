//! Asking the provider who it is: the token, then the account and its address at once.

use std::{future::Future, time::Duration};

use latchkey_domain::{
    connection::standby,
    id::CredentialId,
    profile::{Account, ListedEmail},
    provider::{self, Client, Grant, Provider},
    sign_in::{Failure, Unsuccessful},
    test_login::StepKind,
};
use latchkey_keyring::Purpose;
use latchkey_store::{Known, SealedCredential, WayIn};
use secrecy::SecretString;

use super::{
    facts::sealed_place,
    flow::{Flow, Revision},
    membership::{Membership, membership},
    steps::Steps,
};
use crate::{Error, Latchkey, Result};

/// For everything that is asked of a provider. It stays below the time after which a sign-in is
/// taken for abandoned.
pub(super) const PROVIDER_DEADLINE: Duration = Duration::from_secs(10);

/// Who it is, as the provider tells, and whom we know by that.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) account: Account,
    /// A known person signs in without them, so their failure is kept for later.
    pub(super) emails: std::result::Result<Vec<ListedEmail>, provider::Error>,
    pub(super) known: Option<Known>,
    /// A known person does not sign in without it.
    pub(super) membership: Membership,
}

/// What ends a sign-in: a reason to tell, or a fault of our own.
pub(super) type Ended<T> = Result<std::result::Result<T, Unsuccessful>>;

impl Latchkey {
    /// Trades the code and reads the profile, in time.
    #[tracing::instrument(skip_all, fields(provider = %way_in.connection.provider), err(level = "debug"))]
    pub(super) async fn ask_provider(
        &self,
        flow: &Flow,
        way_in: &WayIn,
        code: &SecretString,
        steps: &Steps,
    ) -> Ended<Answered> {
        let asking = self.ask(flow, way_in, code, steps);
        in_time(PROVIDER_DEADLINE, asking).await
    }

    async fn ask(
        &self,
        flow: &Flow,
        way_in: &WayIn,
        code: &SecretString,
        steps: &Steps,
    ) -> Ended<Answered> {
        let provider = self.provider_of(way_in)?;
        steps.begin(StepKind::Token);
        let traded = self.trade(&*provider, flow, way_in, code).await?;
        steps.end(StepKind::Token, traded.as_ref().err().copied());
        let grant = match traded {
            Ok(grant) => grant,
            Err(end) => return Ok(Err(end)),
        };
        // Our own read of the person runs beside the provider's second answer.
        let known = async {
            steps.begin(StepKind::Account);
            let account = provider.account(&grant).await.map_err(|error| failure(&error));
            steps.end(StepKind::Account, account.as_ref().err().copied());
            let account = match account {
                Ok(account) => account,
                Err(end) => return Ok(Err(end)),
            };
            let (environment, issuer) = (&flow.environment, provider.issuer());
            let known = self.store.known(environment, issuer, &account.subject).await?;
            Ok::<_, Error>(Ok((account, known)))
        };
        let emails = async {
            steps.begin(StepKind::Emails);
            let emails = provider.emails(&grant).await;
            steps.end(StepKind::Emails, emails.as_ref().err().map(reason));
            emails
        };
        let membership = membership(&*provider, &grant, &way_in.connection, steps);
        let (known, emails, membership) = tokio::join!(known, emails, membership);
        Ok(known?.map(|(account, known)| Answered { account, emails, known, membership }))
    }

    /// Trades the code for a token, if nothing that it could be sent to has changed.
    async fn trade(
        &self,
        provider: &dyn Provider,
        flow: &Flow,
        way_in: &WayIn,
        code: &SecretString,
    ) -> Ended<Grant> {
        let Some(credential) = self.credential_of(flow, way_in, provider).await? else {
            return Ok(Err(Unsuccessful::Failed(Failure::ConnectionChanged)));
        };
        let grant = self.exchange(provider, flow, (way_in, &credential), code).await?;
        Ok(grant.map_err(|error| failure(&error)))
    }

    /// The credential that the sign-in began with, if nothing that a code could be sent to has
    /// changed since.
    async fn credential_of(
        &self,
        flow: &Flow,
        way_in: &WayIn,
        provider: &dyn Provider,
    ) -> Result<Option<SealedCredential>> {
        let stands = |way_in: &WayIn| {
            let found = way_in.credentials.iter().find(|sealed| {
                let credential = &sealed.credential;
                credential.id == flow.credential
                    && Revision::of(provider, credential, &flow.host) == flow.revision
            });
            found.cloned()
        };
        if let Some(found) = stands(way_in) {
            return Ok(Some(found));
        }
        // What is cached may be older than the attempt.
        let fresh = self.store.way_in(&flow.connection_name(), &flow.host).await?;
        Ok(fresh.as_ref().and_then(stands))
    }

    /// Sends the code once; and once more, with the standby secret of the same key, if the answer
    /// refused the client itself: then the code was not looked at.
    async fn exchange(
        &self,
        provider: &dyn Provider,
        flow: &Flow,
        (way_in, credential): (&WayIn, &SealedCredential),
        code: &SecretString,
    ) -> Result<std::result::Result<Grant, provider::Error>> {
        let redirect_uri = flow.host.callback_url(&flow.connection);
        let send = async |sealed: &SealedCredential| {
            let secret = self.unseal(sealed)?;
            let client = Client { id: &sealed.credential.client_id, secret: &secret };
            let grant = provider.exchange(client, code, &redirect_uri).await;
            self.note_answer(&sealed.credential, &grant).await;
            // It is about the consumer. That a read is limited is about the one person whose token it is
            // made with, who could keep everybody out.
            if let Err(provider::Error::RateLimited { retry_after: Some(wait) }) = &grant {
                self.leave_alone(flow, *wait).await;
            }
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
    reason(error)
}

fn reason(error: &provider::Error) -> Unsuccessful {
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
