//! The questions to the provider, side by side and in time.

use std::time::Duration;

use futures_util::future::try_join_all;
use latchkey_domain::{
    check::{Check, CheckKind, CheckReason, Verdict},
    host::Host,
    name::ConnectionName,
    provider::{Client, Endpoint, Error as ProviderError, Provider},
};
use latchkey_store::SealedCredential;
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};
use url::Url;

use crate::{Error, Latchkey, Result};

/// For all questions together: below the 20 s that a call has.
const DEADLINE: Duration = Duration::from_secs(10);
/// A provider limits whoever asks too much at once, and sign-ins need it too.
const AT_ONCE: usize = 4;
/// More than anybody rotates among; each is a request with a secret.
const MOST_CREDENTIALS: usize = 16;

/// Who asks whom about what, and until when.
pub(super) struct Asking<'a> {
    latchkey: &'a Latchkey,
    provider: &'a dyn Provider,
    connection: &'a ConnectionName,
    deadline: Instant,
    seats: Semaphore,
}

impl<'a> Asking<'a> {
    /// Asking from now on.
    pub(super) fn of(
        latchkey: &'a Latchkey,
        provider: &'a dyn Provider,
        connection: &'a ConnectionName,
    ) -> Self {
        let (deadline, seats) = (Instant::now() + DEADLINE, Semaphore::new(AT_ONCE));
        Self { latchkey, provider, connection, deadline, seats }
    }

    /// Whether the provider answers, and with TLS.
    pub(super) async fn endpoints(&self) -> [Check; 3] {
        let (token, api) = tokio::join!(
            self.in_time(self.provider.reach(Endpoint::Token)),
            self.in_time(self.provider.reach(Endpoint::Api)),
        );
        let encrypted = self.provider.endpoints().iter().all(|url| url.scheme() == "https");
        let tls = Verdict::of_tls(encrypted, &[&token, &api]);
        [
            Check::new(CheckKind::TokenEndpoint, Verdict::of_reach(&token)),
            Check::new(CheckKind::Api, Verdict::of_reach(&api)),
            Check::new(CheckKind::Tls, tls),
        ]
    }

    /// What the provider makes of each credential, on its own host or else on `host`.
    pub(super) async fn credentials(
        &self,
        credentials: &[&SealedCredential],
        host: &Host,
    ) -> Result<Vec<Check>> {
        let (asked, left) = credentials.split_at(credentials.len().min(MOST_CREDENTIALS));
        let asked = asked.iter().map(|sealed| self.credential(sealed, host));
        let mut checks = try_join_all(asked).await?.concat();
        checks.extend(left.iter().flat_map(|sealed| not_asked(sealed, host)));
        Ok(checks)
    }

    async fn credential(&self, sealed: &SealedCredential, host: &Host) -> Result<[Check; 4]> {
        let _seat = self.seats.acquire().await.map_err(|_| Error::Internal("seats are closed"))?;
        if Instant::now() >= self.deadline {
            return Ok(not_asked(sealed, host));
        }
        let host = own_host(sealed, host);
        let redirect_uri = host.callback_url(&self.connection.connection);
        let callback = self.provider.callback(&sealed.credential.client_id, &redirect_uri);
        let (client, callback) =
            tokio::join!(self.client(sealed, &redirect_uri), self.in_time(callback));
        let (credentials, scopes) = client?;
        let (callback, exact) = Verdict::of_callback(&callback);
        Ok(checks(sealed, host, [credentials, scopes, callback, exact]))
    }

    /// Whether key and secret are right; then, and only then, which scopes they have.
    async fn client(
        &self,
        sealed: &SealedCredential,
        redirect_uri: &Url,
    ) -> Result<(Verdict, Verdict)> {
        let secret = match self.latchkey.unseal(sealed) {
            Ok(secret) => secret,
            // Of the other credentials there is something to tell.
            Err(Error::KeyMissing(_)) => {
                let unknown = Verdict::Unknown(CheckReason::KeyMissing);
                return Ok((unknown, unknown));
            }
            Err(error) => return Err(error),
        };
        let client = || Client { id: &sealed.credential.client_id, secret: &secret };
        let proof = self.in_time(self.provider.prove(client(), redirect_uri)).await;
        self.latchkey.note_answer_now(sealed.credential.id, &proof).await?;
        let credentials = Verdict::of_credentials(&proof);
        let scopes = match credentials.reason() {
            Some(reason) => Verdict::Unknown(reason),
            None => Verdict::of_scopes(&self.in_time(self.provider.scopes(client())).await),
        };
        Ok((credentials, scopes))
    }

    async fn in_time<T>(
        &self,
        answer: impl Future<Output = Result<T, ProviderError>>,
    ) -> Result<T, ProviderError> {
        let late =
            |elapsed: tokio::time::error::Elapsed| Err(ProviderError::Unavailable(elapsed.into()));
        timeout_at(self.deadline, answer).await.unwrap_or_else(late)
    }
}

fn own_host<'a>(sealed: &'a SealedCredential, host: &'a Host) -> &'a Host {
    sealed.credential.host.as_ref().unwrap_or(host)
}

fn not_asked(sealed: &SealedCredential, host: &Host) -> [Check; 4] {
    checks(sealed, own_host(sealed, host), [Verdict::Unknown(CheckReason::NotAsked); 4])
}

fn checks(sealed: &SealedCredential, host: &Host, verdicts: [Verdict; 4]) -> [Check; 4] {
    let [credentials, scopes, callback, exact] = verdicts;
    let about = |kind, verdict| Check::about(kind, sealed.credential.id, verdict);
    [
        about(CheckKind::Credentials, credentials),
        about(CheckKind::Scopes, scopes),
        about(CheckKind::Callback, callback).on(host),
        about(CheckKind::CallbackExact, exact).on(host),
    ]
}
