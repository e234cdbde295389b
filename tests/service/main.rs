//! The whole service from outside: a real server on a port of its own, real databases, the real
//! broker, and the stand-in as Bitbucket. Every test runs on PostgreSQL and on SQLite.
#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

mod browser;
mod harness;
mod own_server_cost;
mod signing_in;

/// Makes two tests of one: `name::postgres` and `name::sqlite`.
macro_rules! both {
    ($($(#[$attribute:meta])* async fn $name:ident($app:ident) $body:block)*) => {$(
        $(#[$attribute])*
        mod $name {
            use super::*;

            async fn check($app: $crate::harness::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let database = latchkey_test_database::TestDatabase::postgres().await;
                database.run(|database| $crate::harness::with_app(database, check)).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let database = latchkey_test_database::TestDatabase::sqlite().await;
                database.run(|database| $crate::harness::with_app(database, check)).await;
            }
        }
    )*};
}

use both;
