//! The database's time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use latchkey_domain::time::{Clock, Timestamp};
use sea_orm::{DatabaseConnection, DbBackend};

use latchkey_test_database as database;

use crate::made;

/// How far the measured time may be from the database's.
const PRECISION: Duration = Duration::from_millis(50);

/// The database's time in microseconds.
async fn theirs(raw: &DatabaseConnection) -> i64 {
    if raw.get_database_backend() == DbBackend::Postgres {
        let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
        return database::number(raw, sql).await;
    }
    #[expect(clippy::disallowed_methods, reason = "what the clock is compared with")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_micros()).unwrap()
}

crate::both! {
    async fn the_clock_tells_the_databases_time(db) {
        let (store, raw) = (db.store().await, db.raw().await);
        // The first answer of a connection takes longer than the others.
        theirs(&raw).await;
        let before = store.clock().now().minus(PRECISION);
        let theirs = theirs(&raw).await;
        let after = store.clock().now().plus(PRECISION);
        assert!(before.0 <= theirs && theirs <= after.0, "{before:?} {theirs} {after:?}");
    }

    async fn clocks_of_two_processes_agree(db) {
        let (one, other) = (db.store().await.clock(), db.store().await.clock());
        let apart = one.now().0.abs_diff(other.now().0);
        assert!(u128::from(apart) < PRECISION.as_micros(), "{apart} us");
    }

    async fn a_moment_is_kept_to_the_microsecond(db) {
        let store = db.store().await;
        for (n, at) in [1, 999_999, -1, 1_790_000_000_000_001, i64::MAX].into_iter().enumerate() {
            let mut environment = made::environment(&format!("env-{n}"));
            environment.created_at = Timestamp(at);
            made::added(&store, async |tx| tx.add_environment(&environment).await).await;
            let read = store.environment(&environment.id).await.unwrap().unwrap();
            assert_eq!(read.created_at, Timestamp(at));
        }
    }
}
