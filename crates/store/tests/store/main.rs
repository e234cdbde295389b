//! The store against both databases: every test is run on PostgreSQL and on SQLite.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod made;

mod api_keys;
mod applications;
mod audit;
mod busy;
mod cache;
mod cache_changes;
mod clock;
mod connections;
mod credential_hosts;
mod credentials;
mod deleted_connections;
mod environments;
mod feed;
mod hosts;
mod identities;
mod lease;
mod link_tickets;
mod logos;
mod mail_outbox;
mod migrations;
mod outbox;
mod parents;
mod plans;
mod readiness;
mod redeeming;
mod repeat;
mod requests;
mod scale;
mod sealed;
mod sequences;
mod sign_in_history;
mod sign_ins;
mod signing_keys;
mod sweep;
mod test_logins;
mod users;
mod waiting;
mod ways_in;

/// Makes `name::postgres` and `name::sqlite` of a test, each with a database of its own.
macro_rules! both {
    ($(async fn $name:ident($db:ident) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn check($db: latchkey_test_database::TestDatabase) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                latchkey_test_database::TestDatabase::postgres().await.run(check).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                latchkey_test_database::TestDatabase::sqlite().await.run(check).await;
            }
        }
    )*};
}

/// As `both!`, for what only PostgreSQL has to get right.
macro_rules! postgres_only {
    ($(async fn $name:ident($db:ident) $body:block)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            async fn check($db: latchkey_test_database::TestDatabase) $body
            latchkey_test_database::TestDatabase::postgres().await.run(check).await;
        }
    )*};
}

use {both, postgres_only};
