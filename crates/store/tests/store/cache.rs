//! What a sign-in reads of the configuration.

use std::time::Duration;

use latchkey_domain::text::DisplayName;
use latchkey_store::{ConfigCache, Store};
use tokio_util::sync::CancellationToken;

use latchkey_test_database::TestDatabase;

use crate::made;

/// Within this, a change in another process must be seen; and without an answer, trust ends.
const SECOND: Duration = Duration::from_secs(1);

async fn rename(store: &Store, version: i64) -> DisplayName {
    let mut shop = made::application("shop");
    shop.version = version;
    shop.display_name = made::display(&format!("The shop, {version}"));
    assert!(made::added(store, async |tx| tx.update_application(&shop).await).await);
    shop.display_name
}

async fn name(cache: &ConfigCache) -> DisplayName {
    cache.application(&made::shop()).await.unwrap().unwrap().display_name.clone()
}

/// Renames the shop behind the store's back, as nothing of ours ever does: what still shows the old
/// name comes from memory.
async fn rename_unseen(db: &TestDatabase, display_name: &str) {
    db.execute(&format!("UPDATE applications SET display_name = '{display_name}'")).await;
}

/// A store with the shop, and a cache that follows until told to stop.
pub(crate) async fn following(db: &TestDatabase) -> (Store, ConfigCache, CancellationToken) {
    let store = db.store().await;
    made::added(&store, async |tx| tx.add_application(&made::application("shop")).await).await;
    let cache = ConfigCache::new(store.clone());
    let stop = CancellationToken::new();
    tokio::spawn(cache.clone().follow(stop.clone()));
    (store, cache, stop)
}

/// Waits until the cache answers from memory.
pub(crate) async fn trusted(db: &TestDatabase, cache: &ConfigCache) {
    for n in 0..100 {
        let before = name(cache).await;
        rename_unseen(db, &format!("Unseen {n}")).await;
        if name(cache).await == before {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the cache never answered from memory");
}

crate::both! {
    async fn nothing_is_served_from_memory_unless_the_version_is_followed(db) {
        let store = db.store().await;
        made::added(&store, async |tx| tx.add_application(&made::application("shop")).await).await;
        let cache = ConfigCache::new(store);
        for text in ["One", "Two"] {
            rename_unseen(&db, text).await;
            assert_eq!(name(&cache).await.as_str(), text);
        }
    }

    async fn a_change_in_this_process_is_seen_at_once(db) {
        let (store, cache, stop) = following(&db).await;
        trusted(&db, &cache).await;
        for version in 2..10 {
            let renamed = rename(&store, version).await;
            assert_eq!(name(&cache).await, renamed);
        }
        stop.cancel();
    }

    async fn a_change_in_another_process_is_seen_within_a_second(db) {
        let (_store, cache, stop) = following(&db).await;
        let other = db.store().await;
        trusted(&db, &cache).await;
        let renamed = rename(&other, 2).await;
        tokio::time::sleep(SECOND).await;
        assert_eq!(name(&cache).await, renamed);
        stop.cancel();
    }

    async fn without_an_answer_for_a_second_it_reads_through(db) {
        let (_store, cache, stop) = following(&db).await;
        let other = db.store().await;
        trusted(&db, &cache).await;
        stop.cancel();
        tokio::time::sleep(SECOND + Duration::from_millis(100)).await;
        let renamed = rename(&other, 2).await;
        assert_eq!(name(&cache).await, renamed);
    }

    async fn a_change_that_is_not_committed_is_not_seen(db) {
        let (store, cache, stop) = following(&db).await;
        let before = name(&cache).await;
        let tx = store.begin().await.unwrap();
        let mut changed = made::application("shop");
        changed.version = 2;
        changed.display_name = made::display("Never");
        assert!(tx.update_application(&changed).await.unwrap());
        drop(tx);
        assert_eq!(name(&cache).await, before);
        stop.cancel();
    }
}
