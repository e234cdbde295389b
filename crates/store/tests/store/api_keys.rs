//! API keys.

use std::time::Duration;

use latchkey_domain::access::Principal;

use crate::made;

crate::both! {
    async fn a_key_of_every_kind_reads_back_by_what_proves_it(db) {
        let store = made::with_shop_and_bitbucket(&db).await;
        let (dev, shop) = (made::dev(), made::shop().application);
        for (n, principal) in [
            Principal::Operator,
            Principal::Environment(dev.clone()),
            Principal::Gateway(dev.clone()),
            Principal::Application(dev.clone(), shop),
            Principal::Consumer(dev),
        ]
        .into_iter()
        .enumerate()
        {
            let hash = [u8::try_from(n).unwrap(); 32];
            let new = made::api_key(principal, hash);
            made::added(&store, async |tx| {
                tx.add_api_key(&new).await?;
                assert_eq!(tx.api_key(new.key.id).await?.as_ref(), Some(&new.key));
                Ok(())
            })
            .await;
            assert_eq!(store.api_key_by_secret(&hash).await.unwrap(), Some(new.key));
        }
        assert_eq!(store.api_key_by_secret(&[99; 32]).await.unwrap(), None);
    }

    async fn two_keys_cannot_be_proven_by_one_secret(db) {
        let store = db.store().await;
        let new = || made::api_key(Principal::Operator, [1; 32]);
        made::added(&store, async |tx| tx.add_api_key(&new()).await).await;
        let error = made::refused(&store, async |tx| tx.add_api_key(&new()).await).await;
        assert!(error.unwrap().is_conflict());
    }

    async fn a_removed_key_proves_nothing(db) {
        let store = db.store().await;
        let new = made::api_key(Principal::Operator, [1; 32]);
        made::added(&store, async |tx| tx.add_api_key(&new).await).await;
        made::added(&store, async |tx| tx.remove_api_key(new.key.id).await).await;
        assert_eq!(store.api_key_by_secret(&[1; 32]).await.unwrap(), None);
    }

    async fn keys_are_listed_for_operators_and_for_each_environment(db) {
        let store = db.store().await;
        let (mut operators, mut devs) = (Vec::new(), Vec::new());
        for n in 0..5 {
            let operator = made::api_key(Principal::Operator, [n; 32]);
            let dev = made::api_key(Principal::Gateway(made::dev()), [100 + n; 32]);
            made::added(&store, async |tx| {
                tx.add_api_key(&operator).await?;
                tx.add_api_key(&dev).await
            })
            .await;
            operators.push(operator.key);
            devs.push(dev.key);
        }
        operators.sort_by_key(|key| key.id);
        devs.sort_by_key(|key| key.id);
        let dev = made::dev();
        for (scope, expected) in [(None, operators), (Some(&dev), devs)] {
            let pages = made::pages(2, async |page| store.list_api_keys(scope, &page).await).await;
            assert_eq!(pages.concat(), expected);
        }
    }

    async fn a_keys_last_use_is_kept_to_the_minute(db) {
        let store = db.store().await;
        let new = made::api_key(Principal::Operator, [1; 32]);
        made::added(&store, async |tx| tx.add_api_key(&new).await).await;
        let second = Duration::from_secs(1);
        let mut seen = Vec::new();
        for after in [second, 30 * second, 62 * second] {
            store.touch_api_key(new.key.id, made::NOW.plus(after)).await.unwrap();
            let read = store.api_key_by_secret(&[1; 32]).await.unwrap().unwrap();
            seen.push(read.last_used_at.unwrap().since(made::NOW));
        }
        assert_eq!(seen, [second, second, 62 * second]);
    }
}
