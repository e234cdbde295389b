//! A real browser before the real gateway, service and stand-in.
//!
//! Databases have tests of their own: all but the way of every sign-in runs on SQLite alone.

mod clean;
mod gallery;
mod own_domain;
mod pages;
mod pictures;
mod proving;
mod signing_in;
mod strangers;
mod trying;
mod twice;

/// A test on SQLite, whose service is `$app`.
macro_rules! on_sqlite {
    ($($(#[$attribute:meta])* async fn $name:ident($app:ident) $body:block)*) => {$(
        $(#[$attribute])*
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            async fn check($app: $crate::harness::TestApp) $body
            let database = latchkey_test_database::TestDatabase::sqlite().await;
            database.run(|database| $crate::harness::with_app(database, check)).await;
        }
    )*};
}

use on_sqlite;
