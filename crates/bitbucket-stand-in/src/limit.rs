//! The rate limit of the API, per account over a rolling hour.

use std::collections::VecDeque;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use crate::bounded::{Bounded, lock};

/// The window of Bitbucket's limits, in seconds.
const WINDOW: i64 = 3_600;
/// For how many accounts and addresses requests are counted.
const CALLERS: usize = 10_000;

/// A limit for everybody; there is none until one is set (Bitbucket's own is 1,000 an hour).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Requests per account, or per address without a token, in a rolling hour.
    pub per_hour: u32,
    /// What the 429 says about coming back.
    #[serde(default)]
    pub retry_after: RetryAfter,
}

/// The `Retry-After` header of a 429.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// No such header, as seen from Bitbucket for years.
    #[default]
    None,
    /// Seconds.
    Seconds(u32),
    /// An HTTP date this many seconds ahead.
    HttpDate(u32),
}

/// Where a caller stands after one more request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// No limit is set.
    Unlimited,
    /// Within the limit.
    Within { limit: u32, near: bool },
    /// Over it: the request is refused and does not count.
    Over(RateLimit),
}

#[derive(Debug)]
struct Counted {
    limit: RateLimit,
    arrivals: Bounded<VecDeque<i64>>,
}

/// Counts requests while a limit is set.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    counted: Mutex<Option<Counted>>,
}

impl Limiter {
    /// Sets or lifts the limit; counting begins anew.
    pub(crate) fn set(&self, limit: Option<RateLimit>) {
        *lock(&self.counted) =
            limit.map(|limit| Counted { limit, arrivals: Bounded::new(CALLERS) });
    }

    /// Counts a request of a caller at a time in seconds.
    pub(crate) fn count(&self, caller: &str, now: i64) -> Standing {
        let mut counted = lock(&self.counted);
        let Some(Counted { limit, arrivals }) = counted.as_mut() else {
            return Standing::Unlimited;
        };
        if arrivals.get(caller).is_none() {
            arrivals.insert(caller.to_owned(), VecDeque::new());
        }
        let Some(mine) = arrivals.get_mut(caller) else { return Standing::Unlimited };
        while mine.front().is_some_and(|at| *at <= now - WINDOW) {
            mine.pop_front();
        }
        let used = u32::try_from(mine.len()).unwrap_or(u32::MAX);
        if used >= limit.per_hour {
            return Standing::Over(*limit);
        }
        mine.push_back(now);
        Standing::Within { limit: limit.per_hour, near: near(limit.per_hour, used + 1) }
    }
}

/// Whether less than a fifth of the limit is left.
fn near(limit: u32, used: u32) -> bool {
    u64::from(limit - used) * 5 < u64::from(limit)
}

#[cfg(test)]
mod tests {
    use super::{Limiter, RateLimit, RetryAfter, Standing, WINDOW};

    const TEN: RateLimit = RateLimit { per_hour: 10, retry_after: RetryAfter::None };

    #[test]
    fn the_limit_is_near_when_less_than_a_fifth_is_left() {
        let limiter = Limiter::default();
        limiter.set(Some(TEN));
        let near: Vec<_> = (0..10).map(|_| limiter.count("a", 0)).collect();
        assert_eq!(near[7], Standing::Within { limit: 10, near: false });
        assert_eq!(near[8], Standing::Within { limit: 10, near: true });
        assert_eq!(limiter.count("a", 0), Standing::Over(TEN));
        assert_eq!(limiter.count("b", 0), Standing::Within { limit: 10, near: false });
    }

    #[test]
    fn an_hour_later_the_limit_is_whole_again() {
        let limiter = Limiter::default();
        limiter.set(Some(RateLimit { per_hour: 1, ..TEN }));
        limiter.count("a", 0);
        assert!(matches!(limiter.count("a", WINDOW - 1), Standing::Over(_)));
        assert!(matches!(limiter.count("a", WINDOW), Standing::Within { .. }));
    }
}
