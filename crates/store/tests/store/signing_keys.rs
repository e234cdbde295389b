//! The keys that sign tokens.

use std::time::Duration;

use latchkey_domain::{id::EnvironmentId, time::Timestamp};
use latchkey_store::Store;

use crate::made;

const LATER: Timestamp = Timestamp(made::NOW.0 + 1_000_000);

/// Environments, each with a key that signs from then on.
async fn with_environments(store: &Store, environments: &[(&str, Timestamp)]) {
    made::added(store, async |tx| {
        for (id, signs_from) in environments {
            tx.add_environment(&made::environment(id)).await?;
            tx.add_signing_key(&made::environment_id(id), &made::signing_key(*signs_from)).await?;
        }
        Ok(())
    })
    .await;
}

async fn signed_since(store: &Store, since: Timestamp, size: u64) -> Vec<String> {
    let (mut found, mut last) = (Vec::new(), None::<EnvironmentId>);
    loop {
        let page = store.environments_that_signed_since(since, (last.as_ref(), size)).await;
        let page = page.unwrap();
        assert!(page.len() as u64 <= size);
        let Some(environment) = page.last() else { return found };
        last = Some(environment.clone());
        found.extend(page.iter().map(ToString::to_string));
    }
}

crate::both! {
    async fn keys_come_in_the_order_of_their_turns_and_of_one_environment(db) {
        let store = db.store().await;
        with_environments(&store, &[("dev", LATER), ("other", made::NOW)]).await;
        let first = made::signing_key(made::NOW);
        made::added(&store, async |tx| tx.add_signing_key(&made::dev(), &first).await).await;

        let keys = store.signing_keys(&made::dev()).await.unwrap();
        assert_eq!(keys.len(), 2);
        assert_eq!(keys[0], first);
        assert_eq!(keys[1].key.signs_from, LATER);
        let seen = made::added(&store, async |tx| tx.signing_keys(&made::dev()).await).await;
        assert_eq!(seen, keys);

        made::added(&store, async |tx| tx.remove_signing_key(first.key.id).await).await;
        assert_eq!(store.signing_keys(&made::dev()).await.unwrap(), keys[1..]);
        assert_eq!(store.signing_keys(&made::environment_id("other")).await.unwrap().len(), 1);
    }

    async fn environments_are_found_by_how_long_their_keys_have_signed(db) {
        let store = db.store().await;
        let keys = [("one", made::NOW), ("two", LATER), ("three", made::NOW), ("four", made::NOW)];
        with_environments(&store, &keys).await;
        let second = made::signing_key(made::NOW);
        let one = made::environment_id("one");
        made::added(&store, async |tx| tx.add_signing_key(&one, &second).await).await;
        for size in [1, 2, 9] {
            let found = signed_since(&store, made::NOW, size).await;
            assert_eq!(found, ["four", "one", "three"], "{size} at once");
        }
        assert_eq!(signed_since(&store, LATER, 9).await, ["four", "one", "three", "two"]);
        let before = made::NOW.minus(Duration::from_micros(1));
        assert!(signed_since(&store, before, 9).await.is_empty());
    }

    async fn keys_go_with_their_environment(db) {
        let store = db.store().await;
        with_environments(&store, &[("dev", made::NOW), ("other", made::NOW)]).await;
        made::added(&store, async |tx| tx.remove_environment(&made::dev(), made::NOW).await).await;
        assert!(store.signing_keys(&made::dev()).await.unwrap().is_empty());
        assert_eq!(store.signing_keys(&made::environment_id("other")).await.unwrap().len(), 1);
    }
}
