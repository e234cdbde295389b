//! The database's time, measured against this process's monotonic clock.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use latchkey_domain::time::{Clock, Timestamp};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use tokio_util::sync::CancellationToken;

use crate::{Backend, Error, Result};

/// Clocks drift by milliseconds a minute at most.
const MEASURE_EVERY: Duration = Duration::from_secs(30);

/// Before the first answer.
const UNKNOWN: i64 = i64::MIN;

/// Tells the database's time without asking it every time, so that replicas agree whatever their
/// own clocks say.
#[derive(Debug, Clone)]
pub struct DatabaseClock {
    start: Instant,
    /// The database's time at `start`, in microseconds.
    offset: Arc<AtomicI64>,
}

impl Clock for DatabaseClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.offset.load(Ordering::Relaxed) + self.elapsed())
    }
}

impl DatabaseClock {
    pub(crate) async fn measure(db: &impl ConnectionTrait, backend: Backend) -> Result<Self> {
        let clock = Self { start: Instant::now(), offset: Arc::new(AtomicI64::new(UNKNOWN)) };
        clock.adjust(db, backend).await?;
        Ok(clock)
    }

    /// Asks again every 30 s until told to stop.
    pub async fn follow(self, store: crate::Store, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(MEASURE_EVERY)).await.is_some() {
            if let Err(error) = self.adjust(store.aside(), store.backend).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the clock keeps its pace"
                );
            }
        }
    }

    async fn adjust(&self, db: &impl ConnectionTrait, backend: Backend) -> Result<()> {
        let before = self.elapsed();
        let theirs = match backend {
            Backend::Postgres => postgres_now(db).await?,
            Backend::Sqlite => own_now()?,
        };
        let (earliest, latest) = (theirs - self.elapsed(), theirs - before);
        let known = self.offset.load(Ordering::Relaxed);
        self.offset.store(fitting(known, earliest, latest), Ordering::Relaxed);
        Ok(())
    }

    fn elapsed(&self) -> i64 {
        i64::try_from(self.start.elapsed().as_micros()).unwrap_or(i64::MAX)
    }
}

/// The answer was true at some moment of the wait for it: about half way through, unless what was
/// known says more. So an answer that took long, because the database was busy, moves nothing.
fn fitting(known: i64, earliest: i64, latest: i64) -> i64 {
    if known == UNKNOWN { i64::midpoint(earliest, latest) } else { known.clamp(earliest, latest) }
}

async fn postgres_now(db: &impl ConnectionTrait) -> Result<i64> {
    let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    let row = row.ok_or(Error::corrupt("clock", "no answer"))?;
    Ok(row.try_get_by_index(0)?)
}

/// SQLite runs in this process, and has this machine's time.
fn own_now() -> Result<i64> {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    let now = std::time::SystemTime::now();
    let since = now.duration_since(std::time::UNIX_EPOCH);
    let micros = since.ok().and_then(|since| i64::try_from(since.as_micros()).ok());
    micros.ok_or(Error::corrupt("clock", "before 1970"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_is_taken_to_be_of_half_way_through() {
        assert_eq!(fitting(UNKNOWN, 100, 200), 150);
    }

    #[test]
    fn a_slow_answer_that_fits_what_is_known_moves_nothing() {
        assert_eq!(fitting(110, 100, 900_000), 110);
    }

    #[test]
    fn a_clock_that_went_astray_is_brought_back_into_the_answers_wait() {
        assert_eq!(fitting(50, 100, 200), 100);
        assert_eq!(fitting(250, 100, 200), 200);
    }
}
