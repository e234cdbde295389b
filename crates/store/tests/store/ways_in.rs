//! Ways in, and the credentials of many connections at once.

use latchkey_domain::{
    connection::{Connection, CredentialRole},
    grant::GrantRights,
    page::PageSize,
};
use latchkey_store::{SealedCredential, Store, Tx};

use crate::made;

/// Three connections, granted to the shop, with two, one and no credentials.
async fn three(store: &Store) -> Vec<SealedCredential> {
    let all = ["one", "two", "six"].map(made::connection);
    let (active, standby) = (CredentialRole::Active, CredentialRole::Standby);
    let sealed = [active, standby, active].map(|role| made::credential(None, role));
    made::added(store, async |tx| {
        tx.add_application(&made::application("shop")).await?;
        for connection in &all {
            tx.add_connection(connection).await?;
            tx.set_grant(&connection.name(), &made::shop(), made::RIGHTS, made::NOW).await?;
        }
        tx.add_credential(&all[0].name(), &sealed[0]).await?;
        tx.add_credential(&all[0].name(), &sealed[1]).await?;
        tx.add_credential(&all[1].name(), &sealed[2]).await
    })
    .await;
    sealed.into()
}

crate::both! {
    async fn credentials_of_several_connections_come_by_their_connection(db) {
        let store = db.store().await;
        let sealed = three(&store).await;
        let elsewhere = made::connection("elsewhere");
        let other = made::credential(None, CredentialRole::Active);
        made::added(&store, async |tx| {
            tx.add_connection(&elsewhere).await?;
            tx.add_credential(&elsewhere.name(), &other).await?;
            tx.remove_credential(sealed[2].credential.id, made::NOW).await
        })
        .await;
        let ids = ["one", "two", "six", "none"].map(|id| made::connection(id).id);
        let found = store.credentials_of(&made::dev(), ids.iter(), &made::host()).await.unwrap();
        let mut expected: Vec<_> =
            sealed[..2].iter().map(|sealed| sealed.credential.clone()).collect();
        // They are of one moment, in which their ids are in no order.
        expected.sort_by_key(|credential| credential.id);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [(ids[0].clone(), expected)]);
        assert!(store.credentials_of(&made::dev(), [].iter(), &made::host()).await.unwrap().is_empty());
        let another = made::environment_id("other");
        assert!(store.credentials_of(&another, ids.iter(), &made::host()).await.unwrap().is_empty());
    }

    async fn connections_that_are_switched_off_take_no_place_among_the_ways_in(db) {
        let store = db.store().await;
        let granted = async |tx: &Tx, id: &str, disabled| {
            let connection = Connection { disabled, ..made::connection(id) };
            tx.add_connection(&connection).await?;
            tx.set_grant(&connection.name(), &made::shop(), made::RIGHTS, made::NOW).await
        };
        made::added(&store, async |tx| {
            tx.add_application(&made::application("shop")).await?;
            for n in 0..PageSize::MAX {
                granted(tx, &format!("off-{n:03}"), true).await?;
            }
            granted(tx, "on-the-page", false).await
        })
        .await;
        let ways_in = store.ways_in(&made::shop(), &made::host()).await.unwrap();
        let ids: Vec<_> = ways_in.iter().map(|way_in| way_in.connection.id.as_str()).collect();
        assert_eq!(ids, ["on-the-page"]);
    }

    async fn the_ways_into_an_application_are_those_that_it_may_use(db) {
        let store = db.store().await;
        let sealed = three(&store).await;
        made::added(&store, async |tx| {
            tx.add_connection(&made::connection("not-granted")).await?;
            tx.add_connection(&made::connection("for-links")).await?;
            let links = GrantRights { may_link: true, may_sign_in: false, may_sign_up: false };
            let name = made::connection("for-links").name();
            tx.set_grant(&name, &made::shop(), links, made::NOW).await?;
            tx.remove_credential(sealed[2].credential.id, made::NOW).await?;
            tx.remove_connection(&made::connection("six").name(), made::deletion()).await
        })
        .await;
        let ways_in = store.ways_in(&made::shop(), &made::host()).await.unwrap();
        let ids: Vec<_> = ways_in.iter().map(|way_in| way_in.connection.id.as_str()).collect();
        assert_eq!(ids, ["one", "two"]);
        for way_in in ways_in {
            let alone = store.way_in(&way_in.connection.name(), &made::host()).await.unwrap().unwrap();
            assert_eq!(way_in.plain_credentials(), alone.plain_credentials());
        }
    }
}
