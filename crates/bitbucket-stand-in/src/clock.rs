//! The stand-in's own time, which a test can shift.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// The machine's time plus an offset.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    offset_seconds: AtomicI64,
}

impl Clock {
    /// Moves the stand-in's time, adding to earlier shifts.
    pub(crate) fn shift(&self, seconds: i64) {
        self.offset_seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Seconds since the Unix epoch, shifted: what codes, tokens and limits live by.
    pub(crate) fn now(&self) -> i64 {
        let machine = i64::try_from(since_epoch().as_secs()).unwrap_or(i64::MAX);
        machine.saturating_add(self.offset_seconds.load(Ordering::Relaxed))
    }

    /// An HTTP date (RFC 9110, 5.6.7) some seconds from now.
    pub(crate) fn http_date(&self, in_seconds: u32) -> String {
        OffsetDateTime::from_unix_timestamp(self.now() + i64::from(in_seconds))
            .ok()
            .and_then(|at| at.format(&Rfc2822).ok())
            .map(|date| date.replace("+0000", "GMT"))
            .unwrap_or_default()
    }
}

/// Microseconds since the Unix epoch, never shifted, so that arrivals can be compared with a client's own stamps.
pub(crate) fn arrival_micros() -> u64 {
    u64::try_from(since_epoch().as_micros()).unwrap_or(u64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "this is the stand-in's clock")]
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
