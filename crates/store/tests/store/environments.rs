//! Environments.

use latchkey_domain::access::Principal;

use crate::made;

crate::both! {
    async fn an_environment_reads_back_as_it_was_written(db) {
        let store = db.store().await;
        let dev = made::environment("dev");
        assert_eq!(store.environment(&dev.id).await.unwrap(), None);
        made::added(&store, async |tx| {
            tx.add_environment(&dev).await?;
            assert_eq!(tx.environment(&dev.id).await?, Some(dev.clone()));
            Ok(())
        })
        .await;
        assert_eq!(store.environment(&dev.id).await.unwrap(), Some(dev));
    }

    async fn a_taken_id_is_a_conflict(db) {
        let store = db.store().await;
        let dev = made::environment("dev");
        made::added(&store, async |tx| tx.add_environment(&dev).await).await;
        let error = made::refused(&store, async |tx| tx.add_environment(&dev).await).await;
        assert!(error.unwrap().is_conflict());
    }

    async fn an_environment_is_written_over_the_version_before_only(db) {
        let store = db.store().await;
        let mut dev = made::environment("dev");
        made::added(&store, async |tx| tx.add_environment(&dev).await).await;
        dev.version = 2;
        dev.display_name = made::display("Renamed");
        assert!(made::added(&store, async |tx| tx.update_environment(&dev).await).await);
        assert!(!made::added(&store, async |tx| tx.update_environment(&dev).await).await);
        assert_eq!(store.environment(&dev.id).await.unwrap(), Some(dev));
    }

    async fn every_environment_is_on_one_page_in_order_of_age(db) {
        let store = db.store().await;
        let mut all: Vec<_> = (0..7).map(|n| made::environment(&format!("env-{n}"))).collect();
        // Five of one moment, and two that were made in the other order than their ids have.
        all[5].created_at.0 += 2;
        all[6].created_at.0 += 1;
        for environment in &all {
            made::added(&store, async |tx| tx.add_environment(environment).await).await;
        }
        all.swap(5, 6);
        let pages = made::pages(3, async |page| store.list_environments(&page).await).await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 1]);
        assert_eq!(pages.concat(), all);
    }

    async fn an_environment_holds_its_applications_connections_and_users(db) {
        let store = db.store().await;
        let id = made::dev();
        let holds = async || {
            made::added(&store, async |tx| tx.environment_holds_anything(&id).await).await
        };
        made::added(&store, async |tx| tx.add_environment(&made::environment("other")).await).await;
        assert!(!holds().await);
        made::added(&store, async |tx| tx.add_application(&made::application("shop")).await).await;
        assert!(holds().await);
        made::added(&store, async |tx| tx.remove_application(&made::shop(), 9).await).await;
        assert!(!holds().await);
        made::added(&store, async |tx| tx.add_connection(&made::connection("bitbucket")).await)
            .await;
        assert!(holds().await);
        made::added(&store, async |tx| tx.remove_connection(&made::bitbucket(), made::deletion()).await)
            .await;
        assert!(!holds().await, "a deleted connection is nothing");
        made::added(&store, async |tx| tx.add_user(&made::user()).await).await;
        assert!(holds().await);
    }

    async fn a_removed_environment_takes_its_keys_with_it(db) {
        let store = db.store().await;
        made::added(&store, async |tx| {
            tx.add_environment(&made::environment("dev")).await?;
            tx.add_environment(&made::environment("other")).await?;
            let other = made::environment_id("other");
            tx.add_api_key(&made::api_key(Principal::Gateway(made::dev()), [1; 32])).await?;
            tx.add_api_key(&made::api_key(Principal::Gateway(other), [2; 32])).await?;
            tx.add_api_key(&made::api_key(Principal::Operator, [3; 32])).await?;
            tx.remove_environment(&made::dev(), made::NOW).await
        })
        .await;
        assert_eq!(store.environment(&made::dev()).await.unwrap(), None);
        assert_eq!(store.api_key_by_secret(&[1; 32]).await.unwrap(), None);
        assert!(store.api_key_by_secret(&[2; 32]).await.unwrap().is_some());
        assert!(store.api_key_by_secret(&[3; 32]).await.unwrap().is_some());
    }

    async fn a_deleted_environment_is_gone_and_its_id_stays_taken(db) {
        let store = db.store().await;
        let mut dev = made::environment("dev");
        made::added(&store, async |tx| {
            tx.add_environment(&dev).await?;
            tx.add_environment(&made::environment("other")).await?;
            tx.remove_environment(&dev.id, made::NOW).await?;
            assert_eq!(tx.environment(&dev.id).await?, None);
            assert_eq!(tx.hold_environment(&dev.id).await?, None);
            assert!(tx.environment_id_is_taken(&dev.id).await?);
            assert!(!tx.environment_id_is_taken(&made::environment_id("new")).await?);
            Ok(())
        })
        .await;
        assert_eq!(store.environment(&dev.id).await.unwrap(), None);
        let pages = made::pages(9, async |page| store.list_environments(&page).await).await;
        assert_eq!(pages.concat(), [made::environment("other")]);
        let error = made::refused(&store, async |tx| tx.add_environment(&dev).await).await;
        assert!(error.unwrap().is_conflict());
        dev.version = 2;
        assert!(!made::added(&store, async |tx| tx.update_environment(&dev).await).await);
    }

    async fn no_secret_stays_behind_in_a_removed_environment(db) {
        let store = db.store().await;
        made::added(&store, async |tx| {
            tx.add_environment(&made::environment("dev")).await?;
            tx.add_connection(&made::connection("bitbucket")).await?;
            let active = latchkey_domain::connection::CredentialRole::Active;
            let credential = made::credential(None, active);
            tx.add_credential(&made::bitbucket(), &credential).await?;
            tx.remove_connection(&made::bitbucket(), made::deletion()).await?;
            tx.remove_environment(&made::dev(), made::NOW).await
        })
        .await;
        assert_eq!(db.number("SELECT COUNT(*) FROM credentials").await, 0);
    }
}
