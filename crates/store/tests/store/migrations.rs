//! The schema comes up, however many processes start at once.

use futures_util::future::join_all;
use latchkey_store::Store;

use latchkey_test_database::TestDatabase;

/// What a rolling start may bring at once.
const PROCESSES: usize = 8;
/// How often it is tried: a race that is lost now and then must not pass.
const ROUNDS: usize = 5;

async fn start(database: &TestDatabase) {
    let store = Store::connect(&database.config()).await.unwrap();
    store.migrate().await.unwrap();
    assert!(store.is_current().await.unwrap());
    store.close().await.unwrap();
}

async fn all_come_up(database: TestDatabase) {
    let starts = (0..PROCESSES).map(|_| {
        let database = database.clone();
        tokio::spawn(async move { start(&database).await })
    });
    for started in join_all(starts).await {
        started.unwrap();
    }
}

async fn an_empty_one_is_left_alone(database: TestDatabase) {
    let store = database.store().await;
    assert!(!store.is_current().await.unwrap());
    let tables = if database.is_postgres() {
        "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'"
    } else {
        "SELECT COUNT(*) FROM sqlite_master"
    };
    assert_eq!(database.number(tables).await, 0);
}

async fn a_newer_schema_is_served(database: TestDatabase) {
    let store = database.store().await;
    store.migrate().await.unwrap();
    let newer =
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m2099_add_a_column', 0)";
    database.execute(newer).await;
    store.migrate().await.unwrap();
    assert!(store.is_current().await.unwrap());
}

async fn one_that_lacks_a_step_is_not_current(database: TestDatabase) {
    let store = database.store().await;
    store.migrate().await.unwrap();
    let last = "DELETE FROM seaql_migrations \
        WHERE version = (SELECT MAX(version) FROM seaql_migrations)";
    database.execute(last).await;
    assert!(!store.is_current().await.unwrap());
}

mod processes_that_start_at_once_all_come_up {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        for _ in 0..ROUNDS {
            TestDatabase::empty_postgres().await.run(all_come_up).await;
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        for _ in 0..ROUNDS {
            TestDatabase::empty_sqlite().run(all_come_up).await;
        }
    }
}

mod asking_whether_an_empty_database_is_current_leaves_it_empty {
    use super::*;

    #[tokio::test]
    async fn postgres() {
        TestDatabase::empty_postgres().await.run(an_empty_one_is_left_alone).await;
    }

    #[tokio::test]
    async fn sqlite() {
        TestDatabase::empty_sqlite().run(an_empty_one_is_left_alone).await;
    }
}

crate::both! {
    async fn a_release_serves_a_schema_that_a_newer_one_has_extended(db) {
        a_newer_schema_is_served(db).await;
    }

    async fn a_schema_that_lacks_a_step_is_not_current(db) {
        one_that_lacks_a_step_is_not_current(db).await;
    }
}
