//! Positions on PostgreSQL: given after the commit, by one process at a time.

use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionOptions};

use crate::{Error, Result, Store};

/// Any number, as long as it is always this one, and not the one of the migrations.
const LOCK: i64 = 52_824_540;

/// Only one sequencer may count, or a position could appear below one that was seen.
const TRY_LOCK: &str = "SELECT pg_try_advisory_xact_lock($1)";

/// Counts on from the last position, in the order of insertion among what is visible: a subject's
/// next event is only inserted once the one before it has committed.
const GIVE: &str = "\
WITH fresh AS (SELECT id, row_number() OVER (ORDER BY ordinal) AS n FROM outbox \
    WHERE position IS NULL ORDER BY ordinal LIMIT 1000), \
counted AS (SELECT count(*) AS n FROM fresh), \
last AS (UPDATE feed_position SET position = position + counted.n FROM counted \
    WHERE counted.n > 0 RETURNING position - counted.n AS position) \
UPDATE outbox SET position = last.position + fresh.n FROM fresh, last WHERE outbox.id = fresh.id";

impl Store {
    pub(crate) async fn give_positions_postgres(&self) -> Result<u64> {
        let mut given = 0;
        // A full round is followed by another at once.
        loop {
            let round = self.give_once().await?;
            given += round;
            if round < 1000 {
                return Ok(given);
            }
        }
    }

    async fn give_once(&self) -> Result<u64> {
        let tx = self.background.begin(TransactionOptions::default()).await?;
        let lock = Statement::from_sql_and_values(DbBackend::Postgres, TRY_LOCK, [LOCK.into()]);
        let row = tx.query_one_raw(lock).await?.ok_or(Error::corrupt("outbox", "no answer"))?;
        if !row.try_get_by_index::<bool>(0)? {
            return Ok(0);
        }
        let given = tx.execute_raw(Statement::from_string(DbBackend::Postgres, GIVE)).await?;
        tx.commit().await?;
        Ok(given.rows_affected())
    }
}
