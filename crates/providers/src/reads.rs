//! Reads with a bearer token: tried once more where that may help, within what is left of their time.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use backon::{ExponentialBuilder, Retryable as _};
use latchkey_domain::provider::{Error, Grant};
use secrecy::ExposeSecret as _;
use tokio::time::Instant;
use url::Url;

use crate::{
    answer::Answer,
    http::Http,
    outage::{broken, may_pass, within},
};

/// All tries, pauses and pages of one read: a person waits for it in front of a blank page.
const READ_TIMEOUT: Duration = Duration::from_secs(5);
/// One try, so that a connection that hangs leaves time for another.
const TRY_TIMEOUT: Duration = Duration::from_secs(2);
/// What a second try needs at least, so that a pause before it is not for nothing.
const SHORTEST_TRY: Duration = Duration::from_secs(1);
/// Long enough for a restarting process to be replaced by its neighbour.
const PAUSE: Duration = Duration::from_millis(50);

/// What one read may take, over all its pages: its time, and a single second try. More tries would only add to
/// the troubles of a provider that has some.
#[derive(Debug)]
pub(crate) struct Budget {
    until: Instant,
    second_try: AtomicBool,
}

impl Budget {
    /// Begins now.
    pub(crate) fn begin() -> Self {
        Self { until: Instant::now() + READ_TIMEOUT, second_try: AtomicBool::new(true) }
    }

    /// Cuts off what takes longer.
    pub(crate) async fn spend<T>(
        &self,
        read: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        within(self.left(), read).await
    }

    fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    /// How long to pause before the second try, if there is one: the error may pass, and there is time.
    fn pause_after(&self, error: &Error, pause: Duration) -> Option<Duration> {
        let pause = match error {
            Error::RateLimited { retry_after } => pause + (*retry_after)?,
            error if may_pass(error) => pause,
            _ => return None,
        };
        let is_in_time = pause + SHORTEST_TRY <= self.left();
        (is_in_time && self.second_try.swap(false, Ordering::Relaxed)).then_some(pause)
    }
}

/// What a read is made with, whichever page it is of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) grant: &'a Grant,
    /// What the token must have.
    pub(crate) scope: &'static str,
    pub(crate) budget: &'a Budget,
}

impl Http {
    /// Reads `url` with a token in the header, where it stays out of logs (RFC 9700, 4.3.2), and lets `understand`
    /// turn the answer into what it says.
    pub(crate) async fn read<T, F>(
        &self,
        url: &Url,
        reading: Reading<'_>,
        understand: impl Fn(Answer) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let token = reading.grant.access_token.expose_secret();
        let once = || {
            within(TRY_TIMEOUT, async {
                let request = self.client().get(url.clone()).bearer_auth(token);
                let request = request.header(http::header::ACCEPT, "application/json");
                understand(self.send(request.build().map_err(broken)?).await?).await
            })
        };
        let pauses =
            ExponentialBuilder::default().with_min_delay(PAUSE).with_max_times(1).with_jitter();
        // There is no pause after the last try.
        once.retry(pauses).adjust(|error, pause| reading.budget.pause_after(error, pause?)).await
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{AtomicBool, Budget, Duration, Error, Instant, PAUSE};

    fn left(seconds: u64) -> Budget {
        let until = Instant::now() + Duration::from_secs(seconds);
        Budget { until, second_try: AtomicBool::new(true) }
    }

    fn limit(seconds: u64) -> Error {
        Error::RateLimited { retry_after: Some(Duration::from_secs(seconds)) }
    }

    fn broken() -> Error {
        Error::Unavailable(io::Error::from(io::ErrorKind::ConnectionReset).into())
    }

    #[test]
    fn only_what_may_pass_in_time_is_tried_again() {
        let seconds = |error, left: Budget| left.pause_after(&error, PAUSE).map(|it| it.as_secs());
        assert_eq!(seconds(broken(), left(5)), Some(0));
        assert_eq!(seconds(limit(2), left(5)), Some(2));
        assert_eq!(seconds(limit(4), left(5)), None, "no time is left for the try itself");
        assert_eq!(seconds(limit(2), left(3)), None);
        assert_eq!(seconds(broken(), left(0)), None);
        assert_eq!(seconds(Error::RateLimited { retry_after: None }, left(5)), None);
        for lasting in [Error::CodeRefused, Error::ScopeMissing, Error::Malformed("not JSON")] {
            assert_eq!(seconds(lasting, left(5)), None);
        }
    }

    #[test]
    fn there_is_one_second_try_for_all_pages() {
        let budget = left(5);
        assert!(budget.pause_after(&limit(60), PAUSE).is_none(), "which uses nothing up");
        assert!(budget.pause_after(&broken(), PAUSE).is_some());
        assert!(budget.pause_after(&broken(), PAUSE).is_none());
    }
}
