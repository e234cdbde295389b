//! When a mail that was not taken is tried again.

use std::time::Duration;

use latchkey_domain::time::Timestamp;

/// The pause after the first try: somebody waits for the mail, and most troubles pass at once.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// The longest pause: servers that make strangers wait (greylisting) mostly do so for a few minutes.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// When to try again after the `attempt`th try; never, once the mail is of no use by then.
pub(super) fn next_try(attempt: u32, now: Timestamp, expires_at: Timestamp) -> Option<Timestamp> {
    let doublings = attempt.saturating_sub(1).min(16);
    let pause = FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE);
    let next = now.plus(pause);
    (next < expires_at).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_790_000_000_000_000);

    #[test]
    fn the_pauses_double_up_to_a_minute() {
        let later = NOW.plus(Duration::from_hours(2));
        for (attempt, seconds) in
            [(1, 2), (2, 4), (3, 8), (5, 32), (6, 60), (7, 60), (u32::MAX, 60)]
        {
            let next = NOW.plus(Duration::from_secs(seconds));
            assert_eq!(next_try(attempt, NOW, later), Some(next), "{attempt}");
        }
    }

    #[test]
    fn nobody_is_sent_a_mail_that_is_of_no_use_by_then() {
        let expires_at = NOW.plus(FIRST_PAUSE);
        assert_eq!(next_try(1, NOW, expires_at), None);
        assert_eq!(next_try(1, NOW, Timestamp(expires_at.0 + 1)), Some(expires_at));
    }
}
