//! What a test does to a store.

use latchkey_domain::{
    connection::Credential,
    event::Event,
    id::AttemptId,
    name::ConnectionName,
    page::{Listed, Page, PageSize},
    time::Clock,
};
use latchkey_store::{Error, Store, Tx};
use latchkey_test_database::TestDatabase;

use super::{NOW, application, claim, connection, environment};

/// A store with what keys, grants and credentials belong to.
pub(crate) async fn with_shop_and_bitbucket(db: &TestDatabase) -> Store {
    let store = db.store().await;
    added(&store, async |tx| {
        tx.add_environment(&environment("dev")).await?;
        tx.add_application(&application("shop")).await?;
        tx.add_connection(&connection("bitbucket")).await
    })
    .await;
    store
}

/// Emits events in one transaction.
pub(crate) async fn emit(store: &Store, events: &[Event]) {
    let tx = store.begin().await.unwrap();
    for event in events {
        tx.emit(event).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Adds things in one transaction: `added(&store, async |tx| tx.add_user(&user).await).await`.
pub(crate) async fn added<T>(
    store: &Store,
    change: impl AsyncFnOnce(&Tx) -> Result<T, Error>,
) -> T {
    let tx = store.begin().await.unwrap();
    let value = change(&tx).await.unwrap();
    tx.commit().await.unwrap();
    value
}

/// Every credential of a connection that is not deleted, oldest first.
pub(crate) async fn credentials(store: &Store, connection: &ConnectionName) -> Vec<Credential> {
    pages(PageSize::MAX, async |page| store.list_credentials(connection, &page).await)
        .await
        .concat()
}

/// The error of a change that must not happen.
pub(crate) async fn refused<T>(
    store: &Store,
    change: impl AsyncFnOnce(&Tx) -> Result<T, Error>,
) -> Option<Error> {
    let tx = store.begin().await.unwrap();
    change(&tx).await.err()
}

/// A claimed attempt.
pub(crate) async fn claimed(store: &Store) -> AttemptId {
    let attempt = AttemptId::new(store.clock().now());
    store.claim(&claim(attempt, NOW)).await.unwrap();
    attempt
}

/// Reads a list page by page, and says what each page held.
pub(crate) async fn pages<Item, Cursor>(
    size: u32,
    read: impl AsyncFn(Page<Cursor>) -> Result<Listed<Item, Cursor>, Error>,
) -> Vec<Vec<Item>> {
    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let listed = read(Page { size: PageSize(size), after }).await.unwrap();
        pages.push(listed.items);
        after = listed.next;
        if after.is_none() {
            return pages;
        }
    }
}
