//! Connections that wait for the next mail: a new one costs some round trips and a sign-in.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use lettre::transport::smtp::client::AsyncSmtpConnection;
use tokio::time::Instant;

/// How long a connection may wait: servers close one that says nothing after some minutes (RFC 5321,
/// section 4.5.3.2.7), and one that nobody needs costs them a process.
const KEPT_FOR: Duration = Duration::from_secs(30);
/// How many wait at most: as many as there are mails under way.
const MOST: usize = 8;

/// Those that wait, the one that waits longest first.
#[derive(Default)]
pub(crate) struct Idle(Mutex<Vec<(Instant, AsyncSmtpConnection)>>);

impl fmt::Debug for Idle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Idle").field(&self.waiting().len()).finish()
    }
}

impl Idle {
    /// One that still answers.
    pub(crate) async fn take(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let mut connection = self.fresh()?;
            if connection.test_connected().await {
                return Some(connection);
            }
        }
    }

    fn fresh(&self) -> Option<AsyncSmtpConnection> {
        let mut waiting = self.waiting();
        waiting.retain(|(since, _)| since.elapsed() < KEPT_FOR);
        waiting.pop().map(|(_, connection)| connection)
    }

    /// Keeps one for the next mail.
    pub(crate) fn keep(&self, connection: AsyncSmtpConnection) {
        let mut waiting = self.waiting();
        if waiting.len() < MOST {
            waiting.push((Instant::now(), connection));
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<(Instant, AsyncSmtpConnection)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
