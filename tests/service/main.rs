//! The whole service from outside: a real server on a port of its own, real databases, the real
//! broker, and the stand-in as Bitbucket. Every test runs on PostgreSQL and on SQLite.
#![expect(clippy::unwrap_used, reason = "a test that fails says where")]
#![expect(clippy::assigning_clones, reason = "a test changes one field of a request")]

mod access_matrix;
mod api_key_rotation;
mod api_keys;
mod application_events;
mod audit;
mod bad_input;
mod browser;
mod caches;
mod canary;
mod connection_checks;
mod connection_lists;
mod connection_updates;
mod connections;
mod contract;
mod credential_races;
mod credentials;
mod default_domains;
mod degraded;
mod deleted_connections;
mod etags;
mod feed;
mod grant_etags;
mod harness;
mod health;
mod id_tokens;
mod key_rotation;
mod limits;
mod login;
mod logos;
mod mail;
mod missing_keys;
mod organizations;
mod own_server;
mod policies;
mod promotion;
mod python;
mod rate_limits;
mod readiness;
mod redirect_uris;
mod relay;
mod scale;
mod signing_in;
mod telemetry;
mod tenants;
mod test_login;
mod upstream_params;
mod user_directory;
mod users;

/// Makes two tests of one: `name::postgres` and `name::sqlite`.
macro_rules! both {
    ($($(#[$attribute:meta])* async fn $name:ident($app:ident) $body:block)*) => {$(
        async fn $name($app: $crate::harness::TestApp) $body

        $(#[$attribute])*
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let database = latchkey_test_database::TestDatabase::postgres().await;
                database.run(|database| $crate::harness::with_app(database, super::$name)).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let database = latchkey_test_database::TestDatabase::sqlite().await;
                database.run(|database| $crate::harness::with_app(database, super::$name)).await;
            }
        }
    )*};
}

use both;
