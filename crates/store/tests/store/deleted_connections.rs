//! Deleted connections: they come back whole, or they are purged.

use latchkey_domain::{
    caller::Caller,
    connection::{Connection, CredentialRole, Deletion},
    time::Timestamp,
    user::IdentityKind,
};
use latchkey_store::{ConnectionFilter, Store, Through};
use latchkey_test_database::TestDatabase;

use crate::made;

const CALLER: Caller = Caller::of_the_database();
const LATER: Timestamp = Timestamp(made::NOW.0 + 1);

/// A deleted connection that has a credential and a grant.
async fn deleted(db: &TestDatabase) -> (Store, Connection) {
    let store = made::with_shop_and_bitbucket(db).await;
    let credential = made::credential(None, CredentialRole::Active);
    made::added(&store, async |tx| {
        tx.add_credential(&made::bitbucket(), &credential).await?;
        tx.set_grant(&made::bitbucket(), &made::shop(), made::RIGHTS, made::NOW).await?;
        tx.remove_connection(&made::bitbucket(), made::deletion()).await
    })
    .await;
    (store, made::connection("bitbucket"))
}

async fn rows(db: &TestDatabase) -> (i64, i64) {
    let count = async |table| db.number(&format!("SELECT COUNT(*) FROM {table}")).await;
    (count("credentials").await, count("application_grants").await)
}

crate::both! {
    async fn a_deleted_connection_is_read_by_who_asks_for_it(db) {
        let (store, connection) = deleted(&db).await;
        let deleted = Connection { deletion: Some(made::deletion()), ..connection };
        let found = store.connection_ever(&made::bitbucket()).await.unwrap();
        assert_eq!(found.as_ref(), Some(&deleted));
        let (dev, shop) = (made::dev(), made::shop());
        let until = made::deletion().purge_at;
        for filter in [ConnectionFilter::All(&dev), ConnectionFilter::OfApplication(&shop)] {
            let list = async |at| {
                let list = async |page| store.list_connections(filter, at, &page).await;
                made::pages(9, list).await.concat()
            };
            assert_eq!(list(None).await, []);
            let one = std::slice::from_ref(&deleted);
            assert_eq!(list(Some(made::NOW)).await, one);
            assert_eq!(list(Some(Timestamp(until.0 - 1))).await, one);
            assert_eq!(list(Some(until)).await, []);
        }
    }

    async fn a_deleted_connection_comes_back_with_all_that_it_had(db) {
        let (store, mut connection) = deleted(&db).await;
        connection.version = 2;
        let restore = async || {
            made::added(&store, async |tx| tx.restore_connection(&connection).await).await
        };
        assert!(restore().await);
        assert!(!restore().await, "of another version");
        let found = store.connection(&made::bitbucket()).await.unwrap();
        assert_eq!(found.as_ref(), Some(&connection));
        assert_eq!(rows(&db).await, (1, 1));
        assert_eq!(store.ways_in(&made::shop(), &made::host()).await.unwrap().len(), 1);
    }

    async fn a_connection_that_is_not_deleted_is_neither_restored_nor_purged(db) {
        let store = made::with_shop_and_bitbucket(&db).await;
        let mut connection = made::connection("bitbucket");
        connection.version = 2;
        assert!(!made::added(&store, async |tx| tx.restore_connection(&connection).await).await);
        let purge = async |tx: &latchkey_store::Tx| {
            tx.purge_connection(&CALLER, &made::bitbucket(), 1, LATER).await
        };
        assert!(!made::added(&store, purge).await);
    }

    async fn a_purged_connection_has_nothing_and_never_comes_back(db) {
        let (store, mut connection) = deleted(&db).await;
        let purge = async |version| {
            made::added(&store, async |tx| {
                tx.purge_connection(&CALLER, &made::bitbucket(), version, LATER).await
            })
            .await
        };
        assert!(purge(1).await);
        assert!(!purge(2).await, "twice");
        assert_eq!(rows(&db).await, (0, 0));
        let left = store.connection_ever(&made::bitbucket()).await.unwrap().unwrap();
        let deletion = Deletion { deleted_at: made::NOW, purge_at: made::NOW };
        assert_eq!(left.deletion, Some(deletion));
        assert_eq!(left.display_name.to_string(), "bitbucket");
        assert!(left.upstream_params.iter().next().is_none());
        assert_eq!(left.provider, connection.provider);
        connection.version = 3;
        assert!(!made::added(&store, async |tx| tx.restore_connection(&connection).await).await);
    }

    async fn a_purge_of_another_version_is_none(db) {
        let (store, _) = deleted(&db).await;
        let tx = store.begin().await.unwrap();
        assert!(!tx.purge_connection(&CALLER, &made::bitbucket(), 2, LATER).await.unwrap());
        drop(tx);
        assert_eq!(rows(&db).await, (1, 1));
        assert_eq!(store.outbox_depth().await.unwrap(), (0, None));
    }

    async fn identities_are_counted_by_what_they_came_through(db) {
        let store = db.store().await;
        let through = |subject, ids: &[&str]| {
            let user = made::user();
            let mut identity = made::social(&user, subject);
            let IdentityKind::Social(social) = &mut identity.kind else { unreachable!() };
            social.connections = ids.iter().map(|id| id.parse().unwrap()).collect();
            (user, identity)
        };
        let underscored = "conn_01h455vb4pex5vsknk084sn02q";
        for (user, identity) in [
            through("{1}", &["bitbucket"]),
            through("{2}", &["other", "bitbucket"]),
            through("{3}", &["bitbucket-2", "a-bitbucket"]),
            through("{4}", &[underscored]),
            through("{5}", &["conn-01h455vb4pex5vsknk084sn02q"]),
        ] {
            made::added(&store, async |tx| {
                tx.add_user(&user).await?;
                tx.add_identity(&user.environment, &identity).await
            })
            .await;
        }
        for (id, count) in [("bitbucket", 2), ("other", 1), (underscored, 1), ("absent", 0)] {
            let name = made::connection(id).name();
            let found = store.identities_through(&name, 5).await.unwrap();
            assert_eq!(found, Through { identities: count, all: true }, "{id}");
        }
        let elsewhere = "environments/other/connections/bitbucket".parse().unwrap();
        let found = store.identities_through(&elsewhere, 5).await.unwrap();
        assert_eq!(found, Through { identities: 0, all: true });
        let found = store.identities_through(&made::bitbucket(), 4).await.unwrap();
        assert!(!found.all && found.identities <= 2, "one was not looked at");
    }
}
