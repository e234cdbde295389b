//! Credentials by the host that they are for, and by their consumer.

use latchkey_domain::{
    connection::{Credential, CredentialRole},
    host::Host,
    id::CredentialId,
};
use latchkey_store::{SealedCredential, Store};
use latchkey_test_database::TestDatabase;

use crate::made;

const A: &str = "a.example.com";
const B: &str = "b.example.com";

fn host(name: &str) -> Host {
    Host::parse(name).unwrap()
}

fn of(client_id: &str, host: Option<&str>, role: CredentialRole) -> SealedCredential {
    let mut sealed = made::credential(host, role);
    client_id.clone_into(&mut sealed.credential.client_id);
    sealed
}

fn active(client_id: &str, host: Option<&str>) -> SealedCredential {
    of(client_id, host, CredentialRole::Active)
}

/// The store with Bitbucket and these credentials, and their ids.
async fn with(
    db: &TestDatabase,
    sealed: impl IntoIterator<Item = SealedCredential>,
) -> (Store, Vec<CredentialId>) {
    let store = made::with_shop_and_bitbucket(db).await;
    let mut ids = Vec::new();
    for sealed in sealed {
        made::added(&store, async |tx| tx.add_credential(&made::bitbucket(), &sealed).await).await;
        ids.push(sealed.credential.id);
    }
    (store, ids)
}

fn keys(credentials: &[Credential]) -> Vec<&str> {
    let mut keys: Vec<_> = credentials.iter().map(|found| found.client_id.as_str()).collect();
    keys.sort_unstable();
    keys
}

/// Those of one moment are in no order.
fn sorted(mut ids: Vec<CredentialId>) -> Vec<CredentialId> {
    ids.sort_unstable();
    ids
}

async fn prove(db: &TestDatabase, domain: &str) {
    db.execute(&format!(
        "INSERT INTO organizations (environment, id, display_name, custom_domain, \
         verified_domain, version, created_at, updated_at) \
         VALUES ('dev', '{domain}', 'A customer', '{domain}', '{domain}', 1, 1, 1)"
    ))
    .await;
}

crate::both! {
    async fn a_way_in_is_for_its_host(db) {
        let sealed = [("all", None), ("of-a", Some(A)), ("of-b", Some(B))];
        let (store, _) = with(&db, sealed.map(|(key, host)| active(key, host))).await;
        let name = made::bitbucket();
        let rights = made::RIGHTS;
        made::added(&store, async |tx| {
            tx.set_grant(&name, &made::shop(), rights, made::NOW).await
        })
        .await;
        for (of, wanted) in
            [(A, vec!["all", "of-a"]), (B, vec!["all", "of-b"]), ("c.example.com", vec!["all"])]
        {
            let way_in = store.way_in(&name, &host(of)).await.unwrap().unwrap();
            assert_eq!(keys(&way_in.plain_credentials()), wanted);
            let offered = store.ways_in(&made::shop(), &host(of)).await.unwrap();
            assert_eq!(keys(&offered[0].plain_credentials()), wanted);
            let found = store.credentials_for(&name, &[&host(of)]).await.unwrap();
            assert_eq!(keys(&found), wanted);
        }
        let found = store.credentials_for(&name, &[&host(A), &host(B)]).await.unwrap();
        assert_eq!(keys(&found), ["all", "of-a", "of-b"]);
        let whole = store.whole_way_in(&name).await.unwrap().unwrap();
        assert_eq!(keys(&whole.plain_credentials()), ["all", "of-a", "of-b"]);
        let tx = store.begin().await.unwrap();
        assert_eq!(keys(&tx.credentials_for(&name, None).await.unwrap()), ["all"]);
    }

    async fn a_credential_is_shared_if_its_consumer_serves_another_host(db) {
        let (store, ids) = with(&db, [
            active("one", None),
            active("one", Some(A)),
            active("two", Some(B)),
            of("two", Some(A), CredentialRole::Standby),
        ])
        .await;
        let shared = async || sorted(store.shared_credentials(&ids).await.unwrap());
        // The standby for A is of the consumer that serves B; what serves B shares with a standby alone.
        assert_eq!(shared().await, sorted(vec![ids[0], ids[3]]));
        made::added(&store, async |tx| tx.remove_credential(ids[1], made::NOW).await).await;
        assert_eq!(shared().await, [ids[3]]);
        let elsewhere = made::connection("elsewhere");
        made::added(&store, async |tx| {
            tx.add_connection(&elsewhere).await?;
            tx.add_credential(&elsewhere.name(), &active("one", Some(B))).await
        })
        .await;
        assert_eq!(shared().await, [ids[3]], "another connection's is not looked at");
        assert_eq!(store.shared_credentials(&[]).await.unwrap(), []);
    }

    async fn a_host_without_its_own_credential_is_told(db) {
        let (store, ids) = with(&db, [
            active("one", None),
            active("two", Some(A)),
            of("two", Some(B), CredentialRole::Standby),
        ])
        .await;
        let without = async || store.served_hosts_without(&made::bitbucket()).await.unwrap();
        prove(&db, A).await;
        assert_eq!(without().await, []);
        prove(&db, B).await;
        assert_eq!(without().await, [host(B)], "a standby serves nobody");
        made::added(&store, async |tx| tx.remove_credential(ids[1], made::NOW).await).await;
        prove(&db, "c.example.com").await;
        assert_eq!(without().await.len(), 2);
    }

    async fn the_credentials_of_a_consumer_are_found_whatever_their_host(db) {
        let (store, ids) = with(&db, [
            active("one", None),
            active("one", Some(A)),
            active("two", Some(B)),
            of("one", None, CredentialRole::Standby),
        ])
        .await;
        let name = made::bitbucket();
        made::added(&store, async |tx| tx.remove_credential(ids[3], made::NOW).await).await;
        let tx = store.begin().await.unwrap();
        let found = tx.sealed_credentials_of(&name, "one").await.unwrap();
        let of_one = found.iter().map(|sealed| sealed.credential.id).collect();
        assert_eq!(sorted(of_one), sorted(vec![ids[0], ids[1]]));
        assert_eq!(found[0].sealed_secret, made::credential(None, CredentialRole::Active).sealed_secret);
    }

    async fn a_credential_is_found_by_its_name_until_it_is_deleted(db) {
        let (store, ids) = with(&db, [active("one", Some(A)), active("two", None)]).await;
        let tx = store.begin().await.unwrap();
        let found = tx.credentials_for(&made::bitbucket(), Some(&host(A))).await.unwrap();
        let one = found.iter().find(|found| found.id == ids[0]).unwrap();
        let name = one.name(&made::bitbucket());
        assert_eq!(tx.credential(&name).await.unwrap().as_ref(), Some(one));
        let elsewhere = one.name(&made::connection("elsewhere").name());
        assert_eq!(tx.credential(&elsewhere).await.unwrap(), None);
        tx.remove_credential(ids[0], made::NOW).await.unwrap();
        assert_eq!(tx.credential(&name).await.unwrap(), None);
    }
}
