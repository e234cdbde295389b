//! Reads with a bearer token: tried again while that helps.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use latchkey_domain::provider::Error;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::{
    answer::Answer,
    http::{Http, broken, within},
};

/// All tries and pages of one read: a person waits for it in front of a blank page.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_secs(5);
/// One try, so that a connection that hangs leaves time for another.
const TRY_TIMEOUT: Duration = Duration::from_secs(2);
/// A read changes nothing, so it may be repeated; a third failure is no accident any more.
const RETRIES: usize = 2;
/// Long enough for a restarting process to be replaced by its neighbour.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

impl Http {
    /// Reads `url` with a token in the header, where it stays out of logs (RFC 9700, 4.3.2), and lets `understand`
    /// turn the answer into what it says. Broken connections, 5xx and silence are tried again.
    pub(crate) async fn read<T, F>(
        &self,
        url: &Url,
        token: &SecretString,
        understand: impl Fn(Answer) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let once = || {
            within(TRY_TIMEOUT, async {
                let request = self.client().get(url.clone()).bearer_auth(token.expose_secret());
                let request = request.header(http::header::ACCEPT, "application/json");
                understand(self.send(request.build().map_err(broken)?).await?).await
            })
        };
        let pauses = ExponentialBuilder::default()
            .with_min_delay(FIRST_PAUSE)
            .with_max_times(RETRIES)
            .with_jitter();
        once.retry(pauses).when(|error| matches!(error, Error::Unavailable(_))).await
    }
}
