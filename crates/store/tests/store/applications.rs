//! Applications, and the connections that they may use.

use latchkey_domain::{
    access::Principal,
    grant::{ApplicationGrant, GrantRights},
};
use latchkey_store::{RemovedWith, Tx};

use crate::made;

crate::both! {
    async fn an_application_reads_back_as_it_was_written(db) {
        let store = db.store().await;
        let shop = made::application("shop");
        made::added(&store, async |tx| {
            tx.add_application(&shop).await?;
            assert_eq!(tx.application(&shop.name()).await?, Some(shop.clone()));
            Ok(())
        })
        .await;
        assert_eq!(store.application(&made::shop()).await.unwrap(), Some(shop));
    }

    async fn an_id_is_taken_in_its_own_environment_only(db) {
        let store = db.store().await;
        let shop = made::application("shop");
        let elsewhere = latchkey_domain::application::Application {
            environment: made::environment_id("other"),
            ..shop.clone()
        };
        made::added(&store, async |tx| tx.add_application(&shop).await).await;
        made::added(&store, async |tx| tx.add_application(&elsewhere).await).await;
        let error = made::refused(&store, async |tx| tx.add_application(&shop).await).await;
        assert!(error.unwrap().is_conflict());
    }

    async fn an_application_is_written_over_the_version_before_only(db) {
        let store = db.store().await;
        let mut shop = made::application("shop");
        made::added(&store, async |tx| tx.add_application(&shop).await).await;
        shop.version = 2;
        shop.redirect_uris.clear();
        assert!(made::added(&store, async |tx| tx.update_application(&shop).await).await);
        assert!(!made::added(&store, async |tx| tx.update_application(&shop).await).await);
        assert_eq!(store.application(&made::shop()).await.unwrap(), Some(shop));
    }

    async fn every_application_is_on_one_page_in_order_of_age(db) {
        let store = db.store().await;
        let all: Vec<_> = (0..5).map(|n| made::application(&format!("app-{n}"))).collect();
        for application in all.iter().rev() {
            made::added(&store, async |tx| tx.add_application(application).await).await;
        }
        let dev = made::dev();
        let pages = made::pages(2, async |page| store.list_applications(&dev, None, &page).await);
        assert_eq!(pages.await.concat(), all);
        let other = made::environment_id("other");
        let none = made::pages(2, async |page| store.list_applications(&other, None, &page).await);
        assert_eq!(none.await.concat(), []);
    }

    async fn applications_are_listed_by_the_connection_that_they_may_use(db) {
        let store = db.store().await;
        let all: Vec<_> = (0..5).map(|n| made::application(&format!("app-{n}"))).collect();
        made::added(&store, async |tx| {
            tx.add_connection(&made::connection("bitbucket")).await?;
            for application in &all {
                tx.add_application(application).await?;
            }
            for application in &all[2..] {
                let (bitbucket, name) = (made::bitbucket(), application.name());
                tx.set_grant(&bitbucket, &name, made::RIGHTS, made::NOW).await?;
            }
            Ok(())
        })
        .await;
        let (dev, bitbucket) = (made::dev(), made::bitbucket());
        let list = async |page| store.list_applications(&dev, Some(&bitbucket), &page).await;
        assert_eq!(made::pages(2, list).await.concat(), all[2..]);
    }

    async fn a_grant_is_given_and_taken_once(db) {
        let store = made::with_shop_and_bitbucket(&db).await;
        let (bitbucket, shop) = (made::bitbucket(), made::shop());
        let fewer = GrantRights { may_link: false, ..made::RIGHTS };
        let grant = async |rights| {
            let set = async |tx: &Tx| tx.set_grant(&bitbucket, &shop, rights, made::NOW).await;
            made::added(&store, set).await
        };
        let revoke = async || {
            made::added(&store, async |tx| tx.remove_grant(&bitbucket, &shop).await).await
        };
        assert!(store.grant(&bitbucket, &shop).await.unwrap().is_none());
        assert_eq!(grant(made::RIGHTS).await, None);
        assert_eq!(grant(made::RIGHTS).await, Some(made::RIGHTS));
        assert_eq!(store.grant(&bitbucket, &shop).await.unwrap(), Some(made::RIGHTS));
        assert_eq!(grant(fewer).await, Some(made::RIGHTS));
        assert_eq!(store.grant(&bitbucket, &shop).await.unwrap(), Some(fewer));
        assert!(revoke().await);
        assert!(!revoke().await);
        assert!(store.grant(&bitbucket, &shop).await.unwrap().is_none());
    }

    async fn the_grants_of_a_connection_are_listed_page_by_page(db) {
        let store = db.store().await;
        let all: Vec<_> = (0..5).map(|n| made::application(&format!("app-{n}"))).collect();
        made::added(&store, async |tx| {
            tx.add_connection(&made::connection("bitbucket")).await?;
            for application in &all {
                tx.add_application(application).await?;
                let (bitbucket, name) = (made::bitbucket(), application.name());
                tx.set_grant(&bitbucket, &name, made::RIGHTS, made::NOW).await?;
            }
            Ok(())
        })
        .await;
        let bitbucket = made::bitbucket();
        let listed = made::pages(2, async |page| store.list_grants(&bitbucket, &page).await).await;
        let granted = |name| ApplicationGrant {
            connection: bitbucket.clone(),
            application: name,
            rights: made::RIGHTS,
            created_at: made::NOW,
        };
        let expected: Vec<_> = all.iter().map(|found| granted(found.name())).collect();
        assert_eq!(listed.concat(), expected);
    }

    async fn a_removed_application_takes_its_keys_and_grants_with_it(db) {
        let store = made::with_shop_and_bitbucket(&db).await;
        let blog = made::application("blog").name();
        let removed = made::added(&store, async |tx| {
            tx.add_application(&made::application("blog")).await?;
            tx.add_connection(&made::connection("other")).await?;
            let other = made::connection("other").name();
            tx.set_grant(&other, &made::shop(), made::RIGHTS, made::NOW).await?;
            for (n, name) in [(1, made::shop()), (2, blog.clone())] {
                tx.set_grant(&made::bitbucket(), &name, made::RIGHTS, made::NOW).await?;
                let principal = Principal::Application(name.environment, name.application);
                tx.add_api_key(&made::api_key(principal, [n; 32])).await?;
            }
            tx.add_api_key(&made::api_key(Principal::Gateway(made::dev()), [3; 32])).await?;
            tx.remove_application(&made::shop(), 1).await
        })
        .await;
        let connections = vec![made::bitbucket()];
        assert_eq!(removed, RemovedWith { api_keys: 1, grants: 2, connections });
        assert_eq!(store.application(&made::shop()).await.unwrap(), None);
        assert!(store.grant(&made::bitbucket(), &made::shop()).await.unwrap().is_none());
        assert_eq!(store.api_key_by_secret(&[1; 32]).await.unwrap(), None);
        assert!(store.grant(&made::bitbucket(), &blog).await.unwrap().is_some());
        assert!(store.api_key_by_secret(&[2; 32]).await.unwrap().is_some());
        assert!(store.api_key_by_secret(&[3; 32]).await.unwrap().is_some());
    }
}
