//! A database that has more to do than it can.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use latchkey_domain::id::AttemptId;
use latchkey_store::{Config, Error, Store};

use crate::made;

crate::both! {
    async fn callers_of_a_busy_database_are_answered_quickly(db) {
        const CALLERS: usize = 200;
        let config = Config { max_connections: 2, ..db.config() };
        let store = Store::connect(&config).await.unwrap();
        let start = Instant::now();
        let callers = (0..CALLERS).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let attempt = AttemptId::new(made::NOW);
                store.claim(&made::claim(attempt, made::NOW)).await
            })
        });
        for caller in join_all(callers).await {
            if let Err(error) = caller.unwrap() {
                assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
            }
        }
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        made::claimed(&store).await;
    }

    async fn a_transaction_that_is_held_makes_no_caller_wait_long(db) {
        let config = Config { max_connections: 2, ..db.config() };
        let store = Store::connect(&config).await.unwrap();
        let held = [store.begin().await.unwrap()];
        let second = if db.is_postgres() { store.begin().await.ok() } else { None };
        let start = Instant::now();
        let error = store.begin().await.unwrap_err();
        assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
        // SQLite has one writer, and a queue before it is no fault.
        let limit = Duration::from_secs(if db.is_postgres() { 2 } else { 6 });
        assert!(start.elapsed() < limit, "{:?}", start.elapsed());
        drop((held, second));
        store.begin().await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_unavailable() {
    // Nothing listens on the port of TCP's multiplexer.
    let config = Config { url: "postgres://nobody@127.0.0.1:1/none".into(), ..Config::default() };
    let error = Store::connect(&config).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
}
