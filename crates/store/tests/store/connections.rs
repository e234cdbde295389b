//! Connections.

use latchkey_store::ConnectionFilter;

use crate::made;

crate::both! {
    async fn a_connection_reads_back_as_it_was_written(db) {
        let store = db.store().await;
        let bitbucket = made::connection("bitbucket");
        made::added(&store, async |tx| {
            tx.add_connection(&bitbucket).await?;
            assert_eq!(tx.connection(&bitbucket.name()).await?, Some(bitbucket.clone()));
            Ok(())
        })
        .await;
        assert_eq!(store.connection(&made::bitbucket()).await.unwrap(), Some(bitbucket));
    }

    async fn a_connection_is_written_over_the_version_before_only(db) {
        let store = db.store().await;
        let mut bitbucket = made::connection("bitbucket");
        made::added(&store, async |tx| tx.add_connection(&bitbucket).await).await;
        bitbucket.version = 2;
        bitbucket.disabled = true;
        assert!(made::added(&store, async |tx| tx.update_connection(&bitbucket).await).await);
        assert!(!made::added(&store, async |tx| tx.update_connection(&bitbucket).await).await);
        assert_eq!(store.connection(&made::bitbucket()).await.unwrap(), Some(bitbucket));
    }

    async fn a_deleted_connection_is_gone_and_its_id_stays_taken(db) {
        let store = db.store().await;
        let mut bitbucket = made::connection("bitbucket");
        made::added(&store, async |tx| {
            tx.add_connection(&bitbucket).await?;
            tx.add_connection(&made::connection("other")).await?;
            tx.remove_connection(&made::bitbucket(), made::deletion()).await
        })
        .await;
        assert_eq!(store.connection(&made::bitbucket()).await.unwrap(), None);
        let dev = made::dev();
        let list = async |page| store.list_connections(ConnectionFilter::All(&dev), None, &page).await;
        assert_eq!(made::pages(9, list).await.concat(), [made::connection("other")]);
        let error = made::refused(&store, async |tx| tx.add_connection(&bitbucket).await).await;
        assert!(error.unwrap().is_conflict());
        bitbucket.version = 2;
        assert!(!made::added(&store, async |tx| tx.update_connection(&bitbucket).await).await);
    }

    async fn every_connection_is_on_one_page_in_order_of_age(db) {
        let store = db.store().await;
        let all: Vec<_> = (0..5).map(|n| made::connection(&format!("conn-{n}"))).collect();
        for connection in all.iter().rev() {
            made::added(&store, async |tx| tx.add_connection(connection).await).await;
        }
        let dev = made::dev();
        let list = async |page| store.list_connections(ConnectionFilter::All(&dev), None, &page).await;
        assert_eq!(made::pages(2, list).await.concat(), all);
    }

    async fn connections_are_listed_by_the_application_that_may_use_them(db) {
        let store = db.store().await;
        let all: Vec<_> = (0..5).map(|n| made::connection(&format!("conn-{n}"))).collect();
        made::added(&store, async |tx| {
            tx.add_application(&made::application("shop")).await?;
            for connection in &all {
                tx.add_connection(connection).await?;
            }
            for connection in &all[2..] {
                tx.set_grant(&connection.name(), &made::shop(), made::RIGHTS, made::NOW).await?;
            }
            tx.remove_connection(&all[4].name(), made::deletion()).await
        })
        .await;
        let shop = made::shop();
        let list = async |page| {
            store.list_connections(ConnectionFilter::OfApplication(&shop), None, &page).await
        };
        assert_eq!(made::pages(1, list).await.concat(), all[2..4]);
    }
}
