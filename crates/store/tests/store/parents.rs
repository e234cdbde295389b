//! What belongs to something is not there without it.

use std::{sync::Arc, time::Duration};

use latchkey_domain::{
    access::Principal,
    connection::CredentialRole,
    name::{ApplicationName, ConnectionName},
};
use latchkey_store::{Error, Store};
use latchkey_test_database::TestDatabase;
use tokio::sync::Barrier;

use crate::made;

/// A race that is lost now and then must not pass.
const ROUNDS: u8 = 50;
/// By then whoever was started has met the lock that they are to wait for.
const MOMENT: Duration = Duration::from_millis(50);

/// Neither is there: the one has no such id, the other is another environment's.
fn connections_that_are_not_there() -> [ConnectionName; 2] {
    let environment = made::environment_id("other");
    [made::connection("none").name(), ConnectionName { environment, ..made::bitbucket() }]
}

fn applications_that_are_not_there() -> [ApplicationName; 2] {
    let environment = made::environment_id("other");
    [made::application("none").name(), ApplicationName { environment, ..made::shop() }]
}

fn key_of(application: ApplicationName, hash: u8) -> latchkey_store::NewApiKey {
    let ApplicationName { environment, application } = application;
    made::api_key(Principal::Application(environment, application), [hash; 32])
}

async fn grant(store: Store) -> Result<(), Error> {
    let tx = store.begin().await?;
    tx.set_grant(&made::bitbucket(), &made::shop(), made::RIGHTS, made::NOW).await?;
    tx.commit().await
}

async fn issue_key(store: Store, hash: u8) -> Result<(), Error> {
    let tx = store.begin().await?;
    tx.add_api_key(&key_of(made::shop(), hash)).await?;
    tx.commit().await
}

async fn remove(store: Store) -> Result<(), Error> {
    let tx = store.begin().await?;
    tx.lock_application(&made::shop()).await?;
    tx.remove_application(&made::shop(), 9).await?;
    tx.commit().await
}

/// Grants and keys, in this order.
async fn children(db: &TestDatabase) -> (i64, i64) {
    let grants = db.number("SELECT COUNT(*) FROM application_grants").await;
    (grants, db.number("SELECT COUNT(*) FROM api_keys").await)
}

crate::both! {
    async fn a_grant_needs_its_connection_and_its_application(db) {
        let store = made::with_shop_and_bitbucket(&db).await;
        let none = made::application("none").name();
        let mut pairs = vec![(made::bitbucket(), none)];
        pairs.extend(connections_that_are_not_there().map(|absent| (absent, made::shop())));
        for (connection, application) in pairs {
            let error = made::refused(&store, async |tx| {
                tx.set_grant(&connection, &application, made::RIGHTS, made::NOW).await
            })
            .await;
            assert!(error.unwrap().is_conflict(), "{connection} {application}");
        }
    }

    async fn a_credential_needs_its_connection(db) {
        let store = made::with_shop_and_bitbucket(&db).await;
        let sealed = made::credential(None, CredentialRole::Active);
        for name in connections_that_are_not_there() {
            let error =
                made::refused(&store, async |tx| tx.add_credential(&name, &sealed).await).await;
            assert!(error.unwrap().is_conflict(), "{name}");
        }
    }

    async fn an_applications_key_needs_its_application(db) {
        let store = made::with_shop_and_bitbucket(&db).await;
        for name in applications_that_are_not_there() {
            let key = key_of(name.clone(), 1);
            let error = made::refused(&store, async |tx| tx.add_api_key(&key).await).await;
            assert!(error.unwrap().is_conflict(), "{name}");
        }
    }

    async fn an_identity_needs_its_user(db) {
        let store = db.store().await;
        let nobody = made::user();
        for identity in [made::social(&nobody, "{1}"), made::proven(&nobody, "ada@example.com")] {
            let error = made::refused(&store, async |tx| {
                tx.add_identity(&made::dev(), &identity).await
            })
            .await;
            assert!(error.unwrap().is_conflict(), "{identity:?}");
        }
    }

    async fn a_removed_application_takes_along_what_was_still_being_added(db) {
        let store = made::with_shop_and_bitbucket(&db).await;
        let adding = store.begin().await.unwrap();
        adding.set_grant(&made::bitbucket(), &made::shop(), made::RIGHTS, made::NOW).await.unwrap();
        adding.add_api_key(&key_of(made::shop(), 1)).await.unwrap();
        let removing = tokio::spawn(remove(store));
        tokio::time::sleep(MOMENT).await;
        adding.commit().await.unwrap();
        removing.await.unwrap().unwrap();
        assert_eq!(db.number("SELECT COUNT(*) FROM applications").await, 0);
        assert_eq!(children(&db).await, (0, 0));
    }

    async fn nothing_is_added_to_an_application_that_is_being_removed(db) {
        let store = made::with_shop_and_bitbucket(&db).await;
        let removing = store.begin().await.unwrap();
        removing.lock_application(&made::shop()).await.unwrap();
        removing.remove_application(&made::shop(), 9).await.unwrap();
        let granting = tokio::spawn(grant(store.clone()));
        let issuing = tokio::spawn(issue_key(store, 1));
        tokio::time::sleep(MOMENT).await;
        removing.commit().await.unwrap();
        assert!(granting.await.unwrap().unwrap_err().is_conflict());
        assert!(issuing.await.unwrap().unwrap_err().is_conflict());
        assert_eq!(children(&db).await, (0, 0));
    }

    async fn an_application_removed_beside_its_grant_and_its_key_leaves_neither(db) {
        let store = made::with_shop_and_bitbucket(&db).await;
        for round in 0..ROUNDS {
            let start = Arc::new(Barrier::new(3));
            let together = |work: futures_util::future::BoxFuture<'static, Result<(), Error>>| {
                let start = start.clone();
                tokio::spawn(async move {
                    start.wait().await;
                    work.await
                })
            };
            let removing = together(Box::pin(remove(store.clone())));
            let adding = [
                together(Box::pin(grant(store.clone()))),
                together(Box::pin(issue_key(store.clone(), round))),
            ];
            removing.await.unwrap().unwrap();
            for added in adding {
                let added = added.await.unwrap();
                assert!(added.is_ok() || added.as_ref().is_err_and(Error::is_conflict), "{added:?}");
            }
            assert!(store.grant(&made::bitbucket(), &made::shop()).await.unwrap().is_none());
            assert_eq!(store.api_key_by_secret(&[round; 32]).await.unwrap(), None);
            let shop = made::application("shop");
            made::added(&store, async |tx| tx.add_application(&shop).await).await;
        }
    }
}
