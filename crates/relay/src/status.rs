//! How the relay is doing, for readiness.

use latchkey_telemetry::metrics;
use tokio::{sync::watch, time::Instant};

/// How the relay is doing. It is not a reason to refuse sign-ins: events wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// Whether it is connected to the broker.
    pub connected: bool,
    /// Whether the broker gave events back: its exchanges and queues are not as we declared them.
    pub returned: bool,
    /// Since when it is so.
    pub since: Instant,
}

/// Tells everybody who watches.
pub(crate) struct Reporter(watch::Sender<Status>);

impl Reporter {
    pub(crate) fn new() -> Self {
        let status = Status { connected: false, returned: false, since: Instant::now() };
        metrics::relay_connected(false);
        Self(watch::Sender::new(status))
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Status> {
        self.0.subscribe()
    }

    pub(crate) fn connected(&self, connected: bool) {
        metrics::relay_connected(connected);
        self.change(|status| status.connected = connected);
    }

    pub(crate) fn returned(&self, returned: bool) {
        self.change(|status| status.returned = returned);
    }

    fn change(&self, change: impl FnOnce(&mut Status)) {
        self.0.send_if_modified(|status| {
            let before = *status;
            change(status);
            let changed = *status != before;
            if changed {
                status.since = Instant::now();
            }
            changed
        });
    }
}
